/* SPDX-License-Identifier: MIT */
/*
 * Changes in the text of a configuration file.
 *
 * Layer: hal.
 */
#include "hal/conf_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/conf_internal.h"
#include "hal/text.h"

enum { VALUE_BYTES = 1024 };

struct conf_edit {
	char *text;
	size_t len;
};

/* A part of the text: [from, to). */
struct span {
	size_t from, to;
};

enum token { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_SIGN };

/* ---- reading --------------------------------------------------------------------------- */

static size_t skip_blanks(const char *text, size_t at)
{
	for (;;) {
		at += strspn(text + at, " \t\r\n");
		if (text[at] == '#' || (text[at] == '/' && text[at + 1] == '/'))
			at += strcspn(text + at, "\n");
		else if (text[at] == '/' && text[at + 1] == '*')
			at = (size_t)(strstr(text + at + 2, "*/") + 2 - text);
		else
			return at;
	}
}

/* The next token; the text has been found to be of the syntax, so that it can't run over. */
static enum token next(const char *text, size_t *at, struct span *out)
{
	static const char signs[] = "={},";
	size_t from = skip_blanks(text, *at);
	size_t to = from + 1;
	enum token token = TOKEN_SIGN;

	if (!text[from]) {
		to = from;
		token = TOKEN_END;
	} else if (text[from] == '"' || text[from] == '\'') {
		for (; text[to] != text[from]; to++)
			to += text[to] == '\\';
		to++;
		token = TOKEN_QUOTED;
	} else if (!strchr(signs, text[from])) {
		to = from + strcspn(text + from, "={},\"'# \t\r\n");
		token = TOKEN_WORD;
	}
	*out = (struct span){from, to};
	*at = to;
	return token;
}

static bool is_word(const char *text, struct span span, const char *word)
{
	return strlen(word) == span.to - span.from &&
	       !memcmp(text + span.from, word, span.to - span.from);
}

/* What a word or a quoted text means. False: it is longer than the room. */
static bool read_value(const char *text, struct span span, char *to, size_t size)
{
	bool is_quoted = text[span.from] == '"' || text[span.from] == '\'';
	size_t used = 0;

	for (size_t i = span.from + is_quoted; i < span.to - is_quoted; i++) {
		if (is_quoted && text[i] == '\\')
			i++;
		if (used + 1 >= size)
			return false;
		to[used++] = text[i];
	}
	to[used] = '\0';
	return true;
}

/* From behind an opening brace to its closing one, which is `out->to`. */
static void skip_braces(const char *text, size_t *at, struct span *out)
{
	struct span token;
	int depth = 1;

	out->from = *at;
	while (depth > 0 && next(text, at, &token) != TOKEN_END) {
		if (text[token.from] == '{')
			depth++;
		else if (text[token.from] == '}')
			depth--;
		out->to = token.from;
	}
}

/* One statement of a body: "key = value", or a section with its body. */
struct statement {
	struct span name, title, value;
	bool is_section, is_list;
};

static bool read_statement(const char *text, size_t *at, size_t end,
			   struct statement *out)
{
	struct span token;

	*out = (struct statement){0};
	if (next(text, at, &out->name) != TOKEN_WORD || out->name.from >= end)
		return false;
	if (next(text, at, &token) == TOKEN_SIGN && text[token.from] == '=') {
		out->is_list = next(text, at, &out->value) == TOKEN_SIGN;
		if (out->is_list)
			skip_braces(text, at, &token);
		if (out->is_list)
			out->value.to = *at;
		return true;
	}
	out->is_section = true;
	out->title = token;
	(void)next(text, at, &token); /* its brace */
	skip_braces(text, at, &out->value);
	return true;
}

/* The body of the section; of the whole text with "". */
static bool find_body(const struct conf_edit *edit, const char *name, const char *title,
		      struct span *out)
{
	struct statement statement;
	char found[VALUE_BYTES];
	size_t at = 0;

	*out = (struct span){0, edit->len};
	if (!name[0])
		return true;
	while (read_statement(edit->text, &at, edit->len, &statement)) {
		*out = statement.value;
		if (statement.is_section && is_word(edit->text, statement.name, name) &&
		    (!title ||
		     (read_value(edit->text, statement.title, found, sizeof(found)) &&
		      !strcmp(found, title))))
			return true;
	}
	return false;
}

static bool find_key(const struct conf_edit *edit, struct span body, const char *key,
		     struct statement *out)
{
	size_t at = body.from;

	while (read_statement(edit->text, &at, body.to, out))
		if (!out->is_section && is_word(edit->text, out->name, key))
			return true;
	return false;
}

bool conf_edit_has(const struct conf_edit *edit, const char *name, const char *title)
{
	struct span body;

	return find_body(edit, name, title, &body);
}

bool conf_edit_title(const struct conf_edit *edit, const char *name, size_t i, char *to,
		     size_t size)
{
	struct statement statement;
	size_t at = 0;

	while (read_statement(edit->text, &at, edit->len, &statement)) {
		if (!statement.is_section || !is_word(edit->text, statement.name, name))
			continue;
		if (i-- == 0)
			return read_value(edit->text, statement.title, to, size);
	}
	return false;
}

bool conf_edit_get(const struct conf_edit *edit, const char *name, const char *title,
		   const char *key, char *to, size_t size)
{
	struct statement found;
	struct span body;

	return find_body(edit, name, title, &body) && find_key(edit, body, key, &found) &&
	       !found.is_list && read_value(edit->text, found.value, to, size);
}

/* ---- writing --------------------------------------------------------------------------- */

static enum kakou_err replace(struct conf_edit *edit, struct span span, const char *with,
			      struct why *why)
{
	char *text;
	int len = asprintf(&text, "%.*s%s%s", (int)span.from, edit->text, with,
			   edit->text + span.to);

	if (len < 0)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu bytes",
			       edit->len + strlen(with));
	free(edit->text);
	edit->text = text;
	edit->len = (size_t)len;
	return KAKOU_OK;
}

/* Where a new key of a section goes: a line of its own before the closing brace. */
static size_t find_room(const char *text, struct span body)
{
	size_t at = body.to;

	while (at > body.from && (text[at - 1] == ' ' || text[at - 1] == '\t'))
		at--;
	return at;
}

/* Where a new key of the top level goes: behind the last one, or before everything. */
static size_t find_top_room(const struct conf_edit *edit)
{
	struct statement statement;
	size_t at = 0;
	size_t room = 0;

	while (read_statement(edit->text, &at, edit->len, &statement)) {
		if (statement.is_section)
			continue;
		room = statement.value.to;
		room += strcspn(edit->text + room, "\n");
		room += edit->text[room] == '\n';
	}
	return room;
}

static enum kakou_err add_key(struct conf_edit *edit, bool is_top, struct span body,
			      const char *key, const char *literal, struct why *why)
{
	size_t room = is_top ? find_top_room(edit) : find_room(edit->text, body);
	bool needs_line = room > 0 && edit->text[room - 1] != '\n';
	char line[VALUE_BYTES + 128];

	(void)snprintf(line, sizeof(line), "%s%s%s = %s\n", needs_line ? "\n" : "",
		       is_top ? "" : "\t", key, literal);
	return replace(edit, (struct span){room, room}, line, why);
}

bool conf_edit_quote(const char *value, char *to, size_t size)
{
	size_t used = 0;

	if (size < 3)
		return false;
	to[used++] = '"';
	for (; *value; value++) {
		if (used + 4 > size)
			return false;
		if (strchr("\\\"$", *value))
			to[used++] = '\\';
		to[used++] = *value;
	}
	to[used++] = '"';
	to[used] = '\0';
	return true;
}

enum kakou_err conf_edit_set(struct conf_edit *edit, const char *name, const char *title,
			     const char *key, const char *value, bool is_quoted,
			     bool *has_changed, struct why *why)
{
	char literal[VALUE_BYTES];
	char present[VALUE_BYTES];
	struct statement found;
	struct span body;
	enum kakou_err err;

	if (!find_body(edit, name, title, &body))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: no section %s%s%s%s", key,
			       name, title ? " \"" : "", title ? title : "",
			       title ? "\"" : "");
	if (is_quoted ? !conf_edit_quote(value, literal, sizeof(literal))
		      : !text_copy(literal, sizeof(literal), value))
		return why_set(why, KAKOU_E_INVALID,
			       "%s: got %zu bytes, expected at most %d", key,
			       strlen(value), VALUE_BYTES / 2);
	if (!find_key(edit, body, key, &found))
		err = add_key(edit, !name[0], body, key, literal, why);
	else if (!found.is_list &&
		 read_value(edit->text, found.value, present, sizeof(present)) &&
		 !strcmp(present, value))
		return KAKOU_OK;
	else
		err = replace(edit, found.value, literal, why);
	if (!err)
		*has_changed = true;
	return err;
}

enum kakou_err conf_edit_append(struct conf_edit *edit, const char *lines,
				struct why *why)
{
	return replace(edit, (struct span){edit->len, edit->len}, lines, why);
}

const char *conf_edit_text(const struct conf_edit *edit)
{
	return edit->text;
}

/* ---- beginning and end ----------------------------------------------------------------- */

enum kakou_err conf_edit_open(struct conf_edit **out, const char *text, const char *path,
			      struct why *why)
{
	struct conf_edit *edit = calloc(1, sizeof(*edit));
	char *looked_at = strdup(text);
	struct conf_scan scan;
	enum kakou_err err;

	if (edit)
		edit->text = strdup(text);
	if (edit && edit->text && looked_at) {
		edit->len = strlen(text);
		err = conf_scan(&scan, looked_at, path, why);
		conf_scan_release(&scan);
	} else {
		err = why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
	}
	free(looked_at);
	if (err)
		conf_edit_close(edit);
	else
		*out = edit;
	return err;
}

void conf_edit_close(struct conf_edit *edit)
{
	if (!edit)
		return;
	free(edit->text);
	free(edit);
}
