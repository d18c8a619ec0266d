/* SPDX-License-Identifier: MIT */
/*
 * XML by expat, with limits on depth and text, and without document types.
 *
 * Layer: drivers.
 */
#include "drivers/customs/xml.h"

#include <string.h>

#include <expat.h>

#include "hal/expat_line.h"
#include "hal/text.h"

struct reader {
	XML_Parser parser;
	const struct xml_handler *handler;
	void *arg;
	struct why *why;
	enum kakou_err err; /* the first failure; nothing is handed over after it */
	int depth;
	char names[XML_DEPTH_MAX][XML_NAME_MAX + 1];
	bool has_children[XML_DEPTH_MAX];
	char text[XML_TEXT_MAX + 1];
	size_t text_len;
	bool is_cut;
};

static void fail(struct reader *reader, enum kakou_err err)
{
	if (reader->err)
		return;
	reader->err = err;
	XML_StopParser(reader->parser, XML_FALSE);
}

static void begin_text(struct reader *reader)
{
	reader->text_len = 0;
	reader->is_cut = false;
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = arg;
	enum kakou_err err = KAKOU_OK;

	if (reader->err)
		return;
	if (reader->depth == XML_DEPTH_MAX) {
		fail(reader,
		     why_set(reader->why, KAKOU_E_GARBLED,
			     "element <%.40s> is deeper than %d", name, XML_DEPTH_MAX));
		return;
	}
	text_copy(reader->names[reader->depth], sizeof(reader->names[0]), name);
	reader->has_children[reader->depth] = false;
	if (reader->depth > 0)
		reader->has_children[reader->depth - 1] = true;
	else
		err = reader->handler->on_root(
			reader->arg, name, (const char *const *)attributes, reader->why);
	reader->depth++;
	begin_text(reader);
	if (err)
		fail(reader, err);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text without the white space around it, ended in place. */
static const char *trim(struct reader *reader)
{
	char *text = reader->text;

	while (reader->text_len > 0 && is_blank(text[reader->text_len - 1]))
		reader->text_len--;
	text[reader->text_len] = '\0';
	while (is_blank(*text))
		text++;
	return text;
}

static void on_end(void *arg, const XML_Char *name)
{
	struct reader *reader = arg;
	enum kakou_err err = KAKOU_OK;

	(void)name;
	if (reader->err)
		return;
	reader->depth--;
	if (reader->depth > 0 && !reader->has_children[reader->depth]) {
		const struct xml_leaf leaf = {
			.parent = reader->names[reader->depth - 1],
			.name = reader->names[reader->depth],
			.text = trim(reader),
			.is_cut = reader->is_cut,
		};

		err = reader->handler->on_leaf(reader->arg, &leaf, reader->why);
	}
	begin_text(reader);
	if (err)
		fail(reader, err);
}

static void on_text(void *arg, const XML_Char *text, int len)
{
	struct reader *reader = arg;
	size_t room = XML_TEXT_MAX - reader->text_len;
	size_t take = (size_t)len < room ? (size_t)len : room;

	memcpy(reader->text + reader->text_len, text, take);
	reader->text_len += take;
	if (take < (size_t)len)
		reader->is_cut = true;
}

static void on_document_type(void *arg, const XML_Char *name, const XML_Char *system_id,
			     const XML_Char *public_id, int has_internal_subset)
{
	struct reader *reader = arg;

	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	fail(reader, why_set(reader->why, KAKOU_E_GARBLED,
			     "document type <!DOCTYPE %.40s>: expected none", name));
}

static enum kakou_err explain(const struct reader *reader)
{
	if (reader->err)
		return reader->err;
	if (XML_GetErrorCode(reader->parser) == XML_ERROR_NO_MEMORY)
		return why_set(reader->why, KAKOU_E_NOMEM, "no memory for XML");
	return why_set(reader->why, KAKOU_E_GARBLED, "XML line %lu: %s",
		       expat_line(reader->parser),
		       XML_ErrorString(XML_GetErrorCode(reader->parser)));
}

enum kakou_err xml_read(const char *text, size_t len, const struct xml_handler *handler,
			void *arg, struct why *why)
{
	struct reader reader = {.handler = handler, .arg = arg, .why = why};
	enum kakou_err err = KAKOU_OK;

	/* Naming the encoding here overrides the one that the document declares. */
	reader.parser = XML_ParserCreate("UTF-8");
	if (!reader.parser)
		return why_set(why, KAKOU_E_NOMEM, "no memory for XML");
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader.parser, on_document_type);
	if (XML_Parse(reader.parser, text, (int)len, XML_TRUE) != XML_STATUS_OK)
		err = explain(&reader);
	XML_ParserFree(reader.parser);
	return err;
}
