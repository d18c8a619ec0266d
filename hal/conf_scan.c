/* SPDX-License-Identifier: MIT */
/*
 * A first look at a configuration text, for what libconfuse 3.3 lets through: a key stated
 * twice (the last one wins), += and ${…}, quotes, comments and sections that never end. It
 * keeps no lines of keys and miscounts the lines of comments: here keys and sections are
 * noted, and comments become blanks, so that its own messages count right too.
 *
 * The words, quotes and signs allowed here are a subset of libconfuse's, on which both agree.
 *
 * Layer: hal, inside conf. Pure but for its allocations.
 */
#include "hal/conf_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 8192 };

enum token {
	TOKEN_NONE,
	TOKEN_WORD,
	TOKEN_QUOTED,
	TOKEN_EQUALS,
	TOKEN_OPEN,
	TOKEN_OTHER
};

struct scanner {
	struct conf_scan *result;
	const char *path;
	struct why *why;
	char *at;
	int line;
	enum token last;
	const char *word; /* the last word */
	size_t word_len;
	int word_line;
	bool in_list;
	int depth;
	int scopes; /* numbers given so far */
	struct {
		int scope, line;
	} open[CONF_DEPTH_MAX + 1];
	size_t key_room;
};

static enum kakou_err complain(const struct scanner *s, int line, const char *got,
			       size_t len, const char *expected)
{
	return why_set(s->why, KAKOU_E_INVALID, "%s:%d: got \"%.*s\", expected %s",
		       s->path, line, (int)len, got, expected);
}

static enum kakou_err blank_line_comment(struct scanner *s)
{
	while (*s->at && *s->at != '\n')
		*s->at++ = ' ';
	return KAKOU_OK;
}

static enum kakou_err blank_block_comment(struct scanner *s)
{
	const char *end = strstr(s->at + 2, "*/");
	int began = s->line;

	if (!end)
		return complain(s, began, "/*", 2, "a comment that ends with */");
	for (end += 2; s->at < end; s->at++) {
		if (*s->at == '\n')
			s->line++;
		else
			*s->at = ' ';
	}
	return KAKOU_OK;
}

static enum kakou_err skip_quoted(struct scanner *s)
{
	const char *began = s->at;
	char quote = *s->at++;

	for (; *s->at != quote; s->at++) {
		if (!*s->at || *s->at == '\n')
			return complain(s, s->line, began, (size_t)(s->at - began),
					"a closing quote in the same line");
		if (quote == '"' && s->at[0] == '$' && s->at[1] == '{')
			return complain(s, s->line, s->at, strcspn(s->at, "}\"\n"),
					"no ${…}: nothing is expanded here");
		if (*s->at != '\\')
			continue;
		s->at++;
		if (!*s->at || !strchr("\\\"'$", *s->at))
			return complain(s, s->line, s->at - 1, *s->at ? 2 : 1,
					"\\\\, \\\", \\' or \\$ after a backslash");
	}
	s->at++;
	s->last = TOKEN_QUOTED;
	return KAKOU_OK;
}

static bool is_word_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("_.:/-", c));
}

static enum kakou_err skip_word(struct scanner *s)
{
	s->word = s->at;
	s->word_line = s->line;
	while (is_word_character(*s->at))
		s->at++;
	s->word_len = (size_t)(s->at - s->word);
	s->last = TOKEN_WORD;
	return KAKOU_OK;
}

static const struct conf_stated *find_stated(const struct conf_scan *scan, int scope,
					     const char *name, size_t len)
{
	for (size_t i = 0; i < scan->key_count; i++) {
		const struct conf_stated *key = &scan->keys[i];

		if (key->scope == scope && key->len == len &&
		    !memcmp(key->name, name, len))
			return key;
	}
	return NULL;
}

static enum kakou_err note_key(struct scanner *s)
{
	struct conf_scan *result = s->result;
	int scope = s->open[s->depth].scope;
	const struct conf_stated *first =
		find_stated(result, scope, s->word, s->word_len);

	if (first)
		return why_set(s->why, KAKOU_E_INVALID,
			       "%s:%d: key \"%.*s\": got it again, expected it once "
			       "(first in line %d)",
			       s->path, s->word_line, (int)s->word_len, s->word,
			       first->line);
	if (result->key_count == KEYS_MAX)
		return why_set(s->why, KAKOU_E_INVALID, "%s:%d: expected at most %d keys",
			       s->path, s->line, KEYS_MAX);
	if (result->key_count == s->key_room) {
		size_t room = s->key_room ? s->key_room * 2 : 64;
		struct conf_stated *larger =
			realloc(result->keys, room * sizeof(*larger));

		if (!larger)
			return why_set(s->why, KAKOU_E_NOMEM, "%s: no memory", s->path);
		result->keys = larger;
		s->key_room = room;
	}
	result->keys[result->key_count++] =
		(struct conf_stated){s->word, s->word_len, scope, s->word_line};
	return KAKOU_OK;
}

static enum kakou_err take_equals(struct scanner *s)
{
	bool follows_key = s->last == TOKEN_WORD;

	s->at++;
	s->last = TOKEN_EQUALS;
	return follows_key ? note_key(s) : KAKOU_OK;
}

static enum kakou_err take_open(struct scanner *s)
{
	s->at++;
	if (s->last == TOKEN_EQUALS) {
		s->in_list = true;
	} else if (s->depth == CONF_DEPTH_MAX) {
		return complain(s, s->line, "{", 1, "at most 8 sections in each other");
	} else {
		s->depth++;
		s->open[s->depth].scope = ++s->scopes;
		s->open[s->depth].line = s->line;
	}
	s->last = TOKEN_OPEN;
	return KAKOU_OK;
}

static enum kakou_err take_close(struct scanner *s)
{
	struct conf_scan *result = s->result;
	void *larger;

	s->at++;
	s->last = TOKEN_OTHER;
	if (s->in_list) {
		s->in_list = false;
		return KAKOU_OK;
	}
	if (s->depth == 0)
		return complain(s, s->line, "}", 1, "a section that is open");
	larger = realloc(result->sections,
			 (result->section_count + 1) * sizeof(*result->sections));
	if (!larger)
		return why_set(s->why, KAKOU_E_NOMEM, "%s: no memory", s->path);
	result->sections = larger;
	result->sections[result->section_count].scope = s->open[s->depth].scope;
	result->sections[result->section_count].line = s->open[s->depth].line;
	result->section_count++;
	s->depth--;
	return KAKOU_OK;
}

static enum kakou_err complain_about_sign(const struct scanner *s)
{
	size_t len = 1;

	if (s->at[0] == '+' && s->at[1] == '=')
		return complain(s, s->line, "+=", 2,
				"=, each list stated once and whole");
	while (((unsigned char)s->at[len] & 0xC0) == 0x80)
		len++;
	return complain(
		s, s->line, s->at, len,
		"a key, a section or a value (quotes around anything but letters, "
		"digits and _ . : / -)");
}

static enum kakou_err scan_token(struct scanner *s)
{
	switch (*s->at) {
	case '\n': s->line++; /* fall through */
	case ' ':
	case '\t':
	case '\r': s->at++; return KAKOU_OK;
	case '#': return blank_line_comment(s);
	case '"':
	case '\'': return skip_quoted(s);
	case '=': return take_equals(s);
	case '{': return take_open(s);
	case '}': return take_close(s);
	case ',':
		s->at++;
		s->last = TOKEN_OTHER;
		return KAKOU_OK;
	default: break;
	}
	if (s->at[0] == '/' && s->at[1] == '/')
		return blank_line_comment(s);
	if (s->at[0] == '/' && s->at[1] == '*')
		return blank_block_comment(s);
	if (is_word_character(*s->at))
		return skip_word(s);
	return complain_about_sign(s);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): comments are blanked in it */
enum kakou_err conf_scan(struct conf_scan *scan, char *text, const char *path,
			 struct why *why)
{
	struct scanner s = {
		.result = scan, .path = path, .why = why, .at = text, .line = 1};
	enum kakou_err err = KAKOU_OK;

	memset(scan, 0, sizeof(*scan));
	while (!err && *s.at)
		err = scan_token(&s);
	if (!err && s.depth > 0)
		err = complain(&s, s.open[s.depth].line, "{", 1,
			       "a section that ends with }");
	return err;
}

int conf_scan_line(const struct conf_scan *scan, int scope, const char *name)
{
	const struct conf_stated *key = find_stated(scan, scope, name, strlen(name));

	return key ? key->line : 0;
}

void conf_scan_release(struct conf_scan *scan)
{
	free(scan->keys);
	free(scan->sections);
	memset(scan, 0, sizeof(*scan));
}
