/* SPDX-License-Identifier: MIT */
/*
 * Which leaf fills which field of a message: one table, so that nested and flat blocks, both
 * spellings of a tag and both generations are rows, not code.
 *
 * Layer: drivers, private to message*.c. Constant data.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_MESSAGE_FIELDS_H
#define KAKOU_DRIVERS_CUSTOMS_MESSAGE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_field_kind {
	FIELD_TEXT,
	FIELD_SHOWN, /**< a text for people: cut when too long */
	FIELD_CHARACTER,
	FIELD_WEIGHT, /**< followed in its struct by nothing: see `flag` */
	FIELD_COUNT,
	FIELD_RECOGNISED,
	FIELD_CONFIDENCE,   /**< Y or N, once for each box */
	FIELD_BOXES,        /**< one or two numbers, by '|' */
	FIELD_ENTRY_ID,     /**< begins one of several devices */
	FIELD_ENTRY_STATUS, /**< its state */
	FIELD_OUTCOME,      /**< RESULT of each thing operated: the worst counts */
};

/** What the tag shows of the peer's dialect. */
enum message_field_shows {
	SHOWS_NOTHING,
	SHOWS_NESTED,
	SHOWS_FLAT,
	SHOWS_KEY_LONG,
	SHOWS_KEY_SHORT,
	SHOWS_WEIGHT_SHORT,
	SHOWS_WEIGHT_LONG,
};

struct message_field {
	uint8_t code;  /**< on the wire */
	uint8_t kind;  /**< enum message_field_kind */
	uint8_t shows; /**< enum message_field_shows */
	const char *parent;
	const char *name;
	size_t offset, size; /**< in struct customs_message */
	size_t flag;         /**< FIELD_WEIGHT: offset of "there is one" */
};

/** How a message says which channel and which inquiry it is about. */
enum message_heading {
	HEADING_ALL,      /**< four attributes of the root */
	HEADING_FRAME,    /**< none; the frame's header says it */
	HEADING_CHANNEL,  /**< three, without SEQ_NO */
	HEADING_ELEMENTS, /**< children of the root, as the smart generation does */
};

struct message_kind {
	uint8_t wire;
	uint8_t code;    /**< enum customs_code */
	uint8_t heading; /**< enum message_heading */
	const char *root;
};

/** The kind with this code on the wire; NULL: none that is handled. */
const struct message_kind *message_kind_find(uint8_t wire);

enum { MESSAGE_FIELDS_MAX = 160 };

extern const struct message_field message_fields[];
extern const size_t message_field_count; /**< at most MESSAGE_FIELDS_MAX */

#endif
