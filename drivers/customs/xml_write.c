/* SPDX-License-Identifier: MIT */
/*
 * Elements, attributes and escapes.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/xml_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WEIGHT_TEXT = 24 };

static void put_bytes(struct xml_writer *to, const char *bytes, size_t len)
{
	if (len > sizeof(to->text) - to->len) {
		to->is_full = true;
		return;
	}
	memcpy(to->text + to->len, bytes, len);
	to->len += len;
}

void xml_put(struct xml_writer *to, const char *text)
{
	put_bytes(to, text, strlen(text));
}

static void put_escaped(struct xml_writer *to, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<': xml_put(to, "&lt;"); break;
		case '>': xml_put(to, "&gt;"); break;
		case '&': xml_put(to, "&amp;"); break;
		case '"': xml_put(to, "&quot;"); break;
		default:
			/* Control characters have no form in XML 1.0, or would be
			 * changed by the reader's normalisation. */
			if ((unsigned char)*text < 0x20 || *text == 0x7F)
				to->has_illegal = true;
			put_bytes(to, text, 1);
		}
	}
}

void xml_put_leaf(struct xml_writer *to, const char *name, const char *text)
{
	if (!text[0] && to->leaves_out)
		return;
	xml_put(to, "<");
	xml_put(to, name);
	if (!text[0]) {
		xml_put(to, "/>");
		return;
	}
	xml_put(to, ">");
	put_escaped(to, text);
	xml_put(to, "</");
	xml_put(to, name);
	xml_put(to, ">");
}

void xml_put_character(struct xml_writer *to, const char *name, char character)
{
	const char text[] = {character, '\0'};

	xml_put_leaf(to, name, text);
}

void xml_put_empty(struct xml_writer *to, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		xml_put_leaf(to, names[i], "");
}

size_t xml_open(struct xml_writer *to, const char *name)
{
	size_t at = to->len;

	xml_put(to, "<");
	xml_put(to, name);
	xml_put(to, ">");
	return at;
}

void xml_close(struct xml_writer *to, const char *name, size_t began)
{
	if (to->leaves_out && to->len == began + strlen(name) + 2) {
		to->len = began;
		return;
	}
	xml_put(to, "</");
	xml_put(to, name);
	xml_put(to, ">");
}

void xml_put_attribute(struct xml_writer *to, const char *name, const char *value)
{
	xml_put(to, " ");
	xml_put(to, name);
	xml_put(to, "=\"");
	put_escaped(to, value);
	xml_put(to, "\"");
}

/* Without floating point. */
static void format_kg(char text[WEIGHT_TEXT], int64_t weight_g)
{
	uint64_t size_g = weight_g < 0 ? 0 - (uint64_t)weight_g : (uint64_t)weight_g;
	int len = snprintf(text, WEIGHT_TEXT, "%s%" PRIu64 ".%03" PRIu64,
			   weight_g < 0 ? "-" : "", size_g / 1000, size_g % 1000);

	while (len > 0 && text[len - 1] == '0')
		text[--len] = '\0';
	if (len > 0 && text[len - 1] == '.')
		text[len - 1] = '\0';
}

void xml_put_weight(struct xml_writer *to, const char *name, int64_t weight_g)
{
	char text[WEIGHT_TEXT];

	format_kg(text, weight_g);
	xml_put_leaf(to, name, text);
}
