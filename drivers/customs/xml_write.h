/* SPDX-License-Identifier: MIT */
/*
 * XML of the messages, written element by element into a bounded buffer.
 *
 * Layer: drivers. Pure. Nothing fails on the way: what did not fit or can't be said in XML is
 * noted, and judged once at the end.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_XML_WRITE_H
#define KAKOU_DRIVERS_CUSTOMS_XML_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest message, a 0x21 whose every character is escaped, is about 4 KB. */
enum { XML_WRITE_SIZE = 8 * 1024 };

struct xml_writer {
	char text[XML_WRITE_SIZE];
	size_t len;
	bool leaves_out; /**< the peer wants no empty tags */
	bool is_full;
	bool has_illegal; /**< a control character, which XML 1.0 can't hold */
};

/** As it is, without escaping. */
void xml_put(struct xml_writer *to, const char *text);

/** `<name>text</name>`; an empty text gives an empty tag or nothing. */
void xml_put_leaf(struct xml_writer *to, const char *name, const char *text);
void xml_put_character(struct xml_writer *to, const char *name, char character);

/** Kilograms with up to three decimals. */
void xml_put_weight(struct xml_writer *to, const char *name, int64_t weight_g);

/** Tags the standard lists and this gate has no value for. */
void xml_put_empty(struct xml_writer *to, const char *const *names, size_t count);

/** Returns where the element began, for xml_close(). */
size_t xml_open(struct xml_writer *to, const char *name);

/** An element that stayed empty goes away where the peer wants no empty tags. */
void xml_close(struct xml_writer *to, const char *name, size_t began);

void xml_put_attribute(struct xml_writer *to, const char *name, const char *value);

#endif
