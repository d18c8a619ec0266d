/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints and their signatures.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/record/checkpoint.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "firmware/record/event.h"
#include "hal/base64.h"
#include "hal/text.h"
#include "hal/tls.h"

static const char dash[] = "\xE2\x80\x94 "; /* U+2014 and a space */
static const char time_word[] = "time ";

enum {
	DASH_BYTES = sizeof(dash) - 1,
	SIGNATURE_CHARS = BASE64_CHARS(CHECKPOINT_ID_BYTES + SIGN_SIGNATURE_MAX),
	NUMBER_MAX = 20,
};

/* Bytes of a text, not terminated. */
struct span {
	const char *at;
	size_t len;
};

/* ---- writing -------------------------------------------------------------------------- */

size_t checkpoint_print(const struct checkpoint *checkpoint,
			char out[CHECKPOINT_TEXT_MAX])
{
	char root[BASE64_CHARS(TREE_BYTES) + 1];
	int printed;

	base64_encode(checkpoint->root, TREE_BYTES, root);
	printed = snprintf(out, CHECKPOINT_TEXT_MAX, "%s\n%lld\n%s\n%s%lld %s\n",
			   checkpoint->origin, (long long)checkpoint->size, root,
			   time_word, (long long)checkpoint->wall_ms,
			   checkpoint->is_synced ? "synced" : "unsynced");
	assert(printed > 0 && printed < CHECKPOINT_TEXT_MAX);
	return (size_t)printed;
}

/* Bytes of the space that begins at `text`; 0: none does (Unicode's White_Space). */
static size_t measure_space(const char *text)
{
	static const char *const wide[] = {
		"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
		"\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
	};
	const unsigned char *at = (const unsigned char *)text;

	if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		return 1;
	if (at[0] == 0xE2 && at[1] == 0x80 && at[2] >= 0x80 && at[2] <= 0x8A)
		return 3;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (!strncmp(text, wide[i], strlen(wide[i])))
			return strlen(wide[i]);
	return 0;
}

void checkpoint_name_key(const char *origin, char out[CHECKPOINT_NAME_MAX + 1])
{
	size_t used = 0;

	while (*origin && used < CHECKPOINT_NAME_MAX) {
		size_t space = *origin == '+' ? 1 : measure_space(origin);

		out[used++] = space ? '_' : *origin;
		origin += space ? space : 1;
	}
	out[used] = '\0';
}

void checkpoint_identify_key(const unsigned char der[SIGN_PUBLIC_BYTES],
			     unsigned char out[CHECKPOINT_ID_BYTES])
{
	unsigned char hash[TREE_BYTES];

	digest_sha256(der, SIGN_PUBLIC_BYTES, hash);
	memcpy(out, hash, CHECKPOINT_ID_BYTES);
}

enum kakou_err checkpoint_sign(const struct checkpoint *checkpoint, struct sign_key *key,
			       char out[CHECKPOINT_OWN_MAX], struct why *why)
{
	unsigned char signature[CHECKPOINT_ID_BYTES + SIGN_SIGNATURE_MAX];
	unsigned char der[SIGN_PUBLIC_BYTES];
	char encoded[SIGNATURE_CHARS + 1];
	char name[CHECKPOINT_NAME_MAX + 1];
	size_t text_len = checkpoint_print(checkpoint, out);
	size_t len = 0;
	int printed;
	enum kakou_err err = sign_key_sign(key, out, text_len,
					   signature + CHECKPOINT_ID_BYTES, &len, why);

	if (err)
		return err;
	sign_key_get_public(key, der);
	checkpoint_identify_key(der, signature);
	base64_encode(signature, CHECKPOINT_ID_BYTES + len, encoded);
	checkpoint_name_key(checkpoint->origin, name);
	printed = snprintf(out + text_len, CHECKPOINT_OWN_MAX - text_len, "\n%s%s %s\n",
			   dash, name, encoded);
	assert(printed > 0 && (size_t)printed < CHECKPOINT_OWN_MAX - text_len);
	return KAKOU_OK;
}

/* ---- reading -------------------------------------------------------------------------- */

/* The next line without its newline. False: there is no whole one left. */
static bool next_line(struct span *rest, struct span *line)
{
	const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;

	if (!end)
		return false;
	*line = (struct span){rest->at, (size_t)(end - rest->at)};
	rest->at = end + 1;
	rest->len -= line->len + 1;
	return true;
}

/* The text with its last newline and the signature lines after the empty line; the last
 * empty line is meant. */
static bool split_note(const char *note, size_t len, struct span *text,
		       struct span *signatures)
{
	for (size_t at = len; at >= 2; at--) {
		if (note[at - 1] != '\n' || note[at - 2] != '\n')
			continue;
		*text = (struct span){note, at - 1};
		*signatures = (struct span){note + at, len - at};
		return true;
	}
	return false;
}

static bool read_number(struct span from, int64_t max, int64_t *out)
{
	char text[NUMBER_MAX + 1];

	if (from.len == 0 || from.len > NUMBER_MAX || from.at[0] == '-' ||
	    (from.len > 1 && from.at[0] == '0'))
		return false;
	memcpy(text, from.at, from.len);
	text[from.len] = '\0';
	return !text_parse_integer(text, 0, max, out);
}

static bool read_root(struct span line, unsigned char root[TREE_BYTES])
{
	size_t len = 0;

	return !base64_decode(line.at, line.len, root, TREE_BYTES, &len) &&
	       len == TREE_BYTES;
}

static bool begins_with(struct span line, const char *word)
{
	return line.len >= strlen(word) && !memcmp(line.at, word, strlen(word));
}

static bool equals(struct span text, const char *word)
{
	return text.len == strlen(word) && !memcmp(text.at, word, text.len);
}

static bool read_time(struct span line, struct checkpoint *out)
{
	const char *space;
	struct span number;
	struct span state;

	if (!begins_with(line, time_word))
		return false;
	number.at = line.at + strlen(time_word);
	number.len = line.len - strlen(time_word);
	space = memchr(number.at, ' ', number.len);
	if (!space)
		return false;
	state.at = space + 1;
	state.len = (size_t)(number.at + number.len - state.at);
	number.len = (size_t)(space - number.at);
	out->is_synced = equals(state, "synced");
	return read_number(number, EVENT_NUMBER_MAX, &out->wall_ms) &&
	       (out->is_synced || equals(state, "unsynced"));
}

/* Of its lines only ours are taken: a line that is not understood might mean anything. */
static const char *read_text(struct span text, struct checkpoint *out)
{
	struct span line;

	if (!next_line(&text, &line) || line.len == 0 || line.len > CHAIN_ORIGIN_MAX)
		return "an origin in line 1";
	memcpy(out->origin, line.at, line.len);
	out->origin[line.len] = '\0';
	if (text_count_characters(out->origin) < 0 || strlen(out->origin) != line.len)
		return "an origin in line 1";
	if (!next_line(&text, &line) ||
	    !read_number(line, INT64_C(1) << (TREE_LEVELS - 1), &out->size))
		return "a number of events in line 2";
	if (!next_line(&text, &line) || !read_root(line, out->root))
		return "a root of 32 bytes in base64 in line 3";
	if (!next_line(&text, &line) || !read_time(line, out))
		return "\"time MS synced\" or \"time MS unsynced\" in line 4";
	return text.len ? "an empty line after line 4" : NULL;
}

struct signature {
	struct span name;
	unsigned char bytes[CHECKPOINT_ID_BYTES + 256]; /* others' may be longer */
	size_t len;
};

/* False: not a signature line. One that is too long for any key of ours has length 0. */
static bool read_signature(struct span line, struct signature *out)
{
	const char *space;
	struct span encoded;
	enum kakou_err err;

	if (!begins_with(line, dash))
		return false;
	out->name.at = line.at + DASH_BYTES;
	space = memchr(out->name.at, ' ', line.len - DASH_BYTES);
	if (!space || space == out->name.at)
		return false;
	out->name.len = (size_t)(space - out->name.at);
	encoded.at = space + 1;
	encoded.len = line.len - DASH_BYTES - out->name.len - 1;
	err = base64_decode(encoded.at, encoded.len, out->bytes, sizeof(out->bytes),
			    &out->len);
	if (err == KAKOU_E_FULL)
		out->len = 0;
	return err != KAKOU_E_INVALID && (err || out->len > CHECKPOINT_ID_BYTES);
}

enum kakou_err checkpoint_read(const char *note, size_t len, struct checkpoint *out,
			       struct why *why)
{
	struct signature signature;
	struct span text;
	struct span rest;
	struct span line;
	const char *expected;
	int count = 0;

	if (len >= CHECKPOINT_NOTE_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "checkpoint: %zu bytes, expected less than %d", len,
			       CHECKPOINT_NOTE_MAX);
	if (!split_note(note, len, &text, &rest))
		return why_set(why, KAKOU_E_INVALID,
			       "checkpoint: has no signature, expected one after an "
			       "empty line");
	expected = read_text(text, out);
	if (expected)
		return why_set(why, KAKOU_E_INVALID, "checkpoint: expected %s", expected);
	while (next_line(&rest, &line)) {
		if (!read_signature(line, &signature))
			return why_set(why, KAKOU_E_INVALID,
				       "checkpoint: line %d after the empty line is not "
				       "a signature",
				       count + 1);
		count++;
	}
	if (rest.len || count == 0 || count > CHECKPOINT_SIGNATURES_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "checkpoint: expected 1 to %d whole lines of signatures",
			       CHECKPOINT_SIGNATURES_MAX);
	return KAKOU_OK;
}

/* ---- verifying ------------------------------------------------------------------------ */

/* The first signature by that key: name and id agree. */
static bool find_signature(const char *note, size_t len, const char *name,
			   const struct sign_public *key, struct span *text,
			   struct span *line, struct signature *out)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	unsigned char id[CHECKPOINT_ID_BYTES];
	struct span rest;

	sign_public_get(key, der);
	checkpoint_identify_key(der, id);
	if (!split_note(note, len, text, &rest))
		return false;
	while (next_line(&rest, line))
		if (read_signature(*line, out) && out->len > CHECKPOINT_ID_BYTES &&
		    equals(out->name, name) &&
		    !memcmp(out->bytes, id, CHECKPOINT_ID_BYTES))
			return true;
	return false;
}

enum kakou_err checkpoint_verify(const char *note, size_t len, const char *name,
				 struct sign_public *key)
{
	struct signature signature;
	struct span text;
	struct span line;

	if (!find_signature(note, len, name, key, &text, &line, &signature))
		return KAKOU_E_NOTFOUND;
	return sign_public_verify(key, text.at, text.len,
				  signature.bytes + CHECKPOINT_ID_BYTES,
				  signature.len - CHECKPOINT_ID_BYTES);
}

bool checkpoint_get_line(const char *note, size_t len, const char *name,
			 const struct sign_public *key, char out[CHECKPOINT_LINE_MAX])
{
	struct signature signature;
	struct span text;
	struct span line;

	if (!find_signature(note, len, name, key, &text, &line, &signature) ||
	    line.len >= CHECKPOINT_LINE_MAX)
		return false;
	memcpy(out, line.at, line.len);
	out[line.len] = '\0';
	return true;
}
