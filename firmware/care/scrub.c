/* SPDX-License-Identifier: MIT */
/*
 * Strikes secrets out. Layer: firmware.
 */
#include "firmware/care/scrub.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hal/file.h"

enum { SECRETS_MAX = 1024, SECRET_LEAST = 6, FILE_BYTES_MAX = 1024 * 1024 };

struct scrub {
	size_t count;
	struct {
		char *text;
		size_t len;
	} secrets[SECRETS_MAX];
};

enum kakou_err scrub_create(struct scrub **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? KAKOU_OK : KAKOU_E_NOMEM;
}

void scrub_destroy(struct scrub *scrub)
{
	if (!scrub)
		return;
	for (size_t i = 0; i < scrub->count; i++) {
		explicit_bzero(scrub->secrets[i].text, scrub->secrets[i].len);
		free(scrub->secrets[i].text);
	}
	free(scrub);
}

/* Longer ones first, so that none is left as a rest of one that is part of it. */
enum kakou_err scrub_learn(struct scrub *scrub, const char *secret, size_t len)
{
	size_t at = scrub->count;
	char *copy;

	if (len < SECRET_LEAST)
		return KAKOU_OK;
	if (scrub->count == SECRETS_MAX)
		return KAKOU_E_FULL;
	copy = strndup(secret, len);
	if (!copy)
		return KAKOU_E_NOMEM;
	while (at > 0 && scrub->secrets[at - 1].len < len) {
		scrub->secrets[at] = scrub->secrets[at - 1];
		at--;
	}
	scrub->secrets[at].text = copy;
	scrub->secrets[at].len = strlen(copy);
	scrub->count++;
	return KAKOU_OK;
}

/* Of a line of the file of people only the hash, which begins with '$', is secret; of a key each line
 * but "-----BEGIN …", of anything else the line. */
static enum kakou_err learn_line(struct scrub *scrub, const char *line, size_t len)
{
	const char *hash = memmem(line, len, ":$", 2);

	if (hash)
		return scrub_learn(scrub, hash + 1, len - (size_t)(hash + 1 - line));
	if (len >= 5 && !strncmp(line, "-----", 5))
		return KAKOU_OK;
	return scrub_learn(scrub, line, len);
}

enum kakou_err scrub_learn_file(struct scrub *scrub, const char *path, struct why *why)
{
	char *text;
	size_t len;
	enum kakou_err err = file_read_whole(path, FILE_BYTES_MAX, &text, &len, why);

	if (err)
		return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
	for (const char *line = text; *line && !err;) {
		size_t n = strcspn(line, "\n");

		err = learn_line(scrub, line, n);
		line += n + (line[n] == '\n');
	}
	explicit_bzero(text, len);
	free(text);
	return err ? why_set(why, err, "%s: too much in it to be struck out", path)
		   : KAKOU_OK;
}

/* ---- what looks like one --------------------------------------------------------------- */

/* Each returns how many bytes at `at` are to be struck out, after `*kept` that stay; 0: none. */

static size_t match_pem(const char *at, size_t *kept)
{
	static const char begin[] = "-----BEGIN ";
	size_t line = strcspn(at, "\n\\");
	const char *end;

	*kept = 0;
	if (strncmp(at, begin, sizeof(begin) - 1) != 0)
		return 0;
	end = strstr(at, "PRIVATE KEY-----");
	if (!end || end > at + line)
		return 0;
	end = strstr(end, "-----END ");
	if (!end)
		return strlen(at);
	end = strstr(end + 9, "-----");
	return end ? (size_t)(end - at) + 5 : strlen(at);
}

/* "$id$salt$hash" of crypt(5). */
static size_t match_hash(const char *at, size_t *kept)
{
	static const char signs[] = "./$=,ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t id = at[0] == '$'
			    ? 1 + strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789-")
			    : 0;
	size_t len;

	*kept = 0;
	if (id < 2 || at[id] != '$')
		return 0;
	len = strspn(at, signs);
	return len >= 20 ? len : 0;
}

static size_t match_pin(const char *at, size_t *kept)
{
	static const char name[] = "pin-value=";

	*kept = sizeof(name) - 1;
	return strncasecmp(at, name, *kept) ? 0 : strcspn(at + *kept, "&;?\"' \t\n\\");
}

static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The name that ends before a value: NAME = "…", "NAME": "…", NAME=…, <NAME>…. */
static const char *const names[] = {"password", "passphrase", "passwd", "secret",
				    "pin",      "ticket",     "psw"};

/* The whole word, or its end: user_pin, --password; but not password_file. */
static bool is_secret_name(const char *at, size_t len)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (len >= n && !strncasecmp(at + len - n, names[i], n) &&
		    (len == n || strchr("_-", at[len - n - 1])))
			return true;
	}
	return false;
}

/* From behind the name: what stands between it and its value. 0: no value follows. */
static size_t match_between(const char *at)
{
	size_t n = strspn(at, "\\\"'");

	if (at[0] == '>')
		return 1;
	n += strspn(at + n, " \t");
	if (at[n] != '=' && at[n] != ':')
		return 0;
	n++;
	return n + strspn(at + n, " \t");
}

static size_t match_value(const char *at)
{
	size_t n;

	if (at[0] == '"' || at[0] == '\'') {
		for (n = 1; at[n] && at[n] != at[0] && at[n] != '\n'; n++)
			n += at[n] == '\\' && at[n + 1];
		return at[n] == at[0] ? n + 1 : n;
	}
	if (!strncmp(at, "\\\"", 2)) { /* JSON inside a text of JSON */
		const char *end = strstr(at + 2, "\\\"");

		return end ? (size_t)(end - at) + 2 : strcspn(at, "\n");
	}
	return strcspn(at, "<;,&}) \t\n\"");
}

static size_t match_named(const char *at, const char *begin, size_t *kept)
{
	size_t len = 0;
	size_t between;

	if (at > begin && is_letter(at[-1]))
		return 0;
	while (is_letter(at[len]))
		len++;
	if (!is_secret_name(at, len))
		return 0;
	between = match_between(at + len);
	*kept = len + between;
	return between ? match_value(at + *kept) : 0;
}

static size_t match_known(const struct scrub *scrub, const char *at)
{
	for (size_t i = 0; i < scrub->count; i++)
		if (!strncmp(at, scrub->secrets[i].text, scrub->secrets[i].len))
			return scrub->secrets[i].len;
	return 0;
}

static size_t match(const struct scrub *scrub, const char *at, const char *begin,
		    size_t *kept)
{
	size_t len;

	*kept = 0;
	len = match_known(scrub, at);
	if (!len)
		len = match_pem(at, kept);
	if (!len)
		len = match_hash(at, kept);
	if (!len)
		len = match_pin(at, kept);
	return len ? len : match_named(at, begin, kept);
}

enum kakou_err scrub_text(const struct scrub *scrub, const char *text, char **out)
{
	size_t size;
	size_t kept;
	FILE *to = open_memstream(out, &size);

	if (!to)
		return KAKOU_E_NOMEM;
	for (const char *at = text; *at;) {
		size_t len = match(scrub, at, text, &kept);

		if (len) {
			fprintf(to, "%.*s%s", (int)kept, at, SCRUB_STRUCK);
			at += kept + len;
		} else {
			fputc(*at++, to);
		}
	}
	return fclose(to) ? KAKOU_E_NOMEM : KAKOU_OK;
}
