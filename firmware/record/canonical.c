/* SPDX-License-Identifier: MIT */
/*
 * Events to canonical bytes and back.
 *
 * jansson's compact form with sorted keys is RFC 8785 for what an event holds: ASCII keys
 * (byte order is UTF-16 order), integers within ±2^53 (ECMAScript prints them alike), valid
 * UTF-8 without control characters (only '"' and '\' are escaped, both as two bytes).
 *
 * Layer: firmware. Pure; allocates (jansson).
 */
#include "firmware/record/canonical.h"

#include <jansson.h>
#include <string.h>

#include "hal/text.h"

enum { VERSION = 1 };

static const char hash_name[] = "sha-256";
static const size_t dump_flags = JSON_COMPACT | JSON_SORT_KEYS;

/* What a member of the event object must be. */
struct member {
	const char *key;
	json_type type;
	bool is_required;
};

static const struct member members[] = {
	{"cut",     JSON_INTEGER, false},
	{"data",    JSON_OBJECT,  true },
	{"hash",    JSON_STRING,  true },
	{"kind",    JSON_STRING,  true },
	{"lane",    JSON_STRING,  false},
	{"mono_ms", JSON_INTEGER, true },
	{"passage", JSON_INTEGER, false},
	{"seq",     JSON_INTEGER, true },
	{"synced",  JSON_INTEGER, true },
	{"v",       JSON_INTEGER, true },
	{"wall_ms", JSON_INTEGER, true },
};

static json_t *build_data(const struct event *event)
{
	json_t *data = json_object();
	int failed = data ? 0 : -1;

	for (size_t i = 0; !failed && i < event->field_count; i++) {
		const struct event_field *field = &event->fields[i];
		json_t *value = field->text_at >= 0
					? json_string(event->text + field->text_at)
					: json_integer(field->number);

		failed = json_object_set_new(data, field->key, value);
	}
	if (failed) {
		json_decref(data);
		return NULL;
	}
	return data;
}

static json_t *build(const struct event *event, int64_t seq, const char *lane,
		     bool is_synced)
{
	json_t *object = json_object();
	int failed = object ? 0 : -1;

	failed |= json_object_set_new(object, "data", build_data(event));
	failed |= json_object_set_new(object, "hash", json_string(hash_name));
	failed |= json_object_set_new(object, "kind",
				      json_string(event_kind_name(event->kind)));
	failed |= json_object_set_new(object, "mono_ms", json_integer(event->mono_ms));
	failed |= json_object_set_new(object, "seq", json_integer(seq));
	failed |= json_object_set_new(object, "synced", json_integer(is_synced));
	failed |= json_object_set_new(object, "v", json_integer(VERSION));
	failed |= json_object_set_new(object, "wall_ms", json_integer(event->wall_ms));
	if (event->was_cut)
		failed |= json_object_set_new(object, "cut", json_integer(1));
	if (lane)
		failed |= json_object_set_new(object, "lane", json_string(lane));
	if (event->passage > 0)
		failed |= json_object_set_new(object, "passage",
					      json_integer(event->passage));
	if (failed) {
		json_decref(object);
		return NULL;
	}
	return object;
}

enum kakou_err canonical_write(const struct event *event, int64_t seq, const char *lane,
			       bool is_synced, char out[CANONICAL_MAX], size_t *len)
{
	json_t *object = build(event, seq, lane, is_synced);
	size_t used;

	if (!object)
		return KAKOU_E_NOMEM;
	used = json_dumpb(object, out, CANONICAL_MAX, dump_flags);
	json_decref(object);
	/* 0 is jansson's only complaint. */
	if (used == 0 || used > CANONICAL_MAX)
		return KAKOU_E_NOMEM;
	*len = used;
	return KAKOU_OK;
}

/* Texts as event_add_text() leaves them: no control character (so that nothing but '"' and
 * '\' is escaped); jansson has refused broken UTF-8 already. */
static bool is_clean(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + len;

	for (; at < end; at++)
		if (*at < 0x20 || *at == 0x7F || (*at == 0xC2 && at[1] < 0xA0))
			return false;
	return true;
}

bool canonical_allows_word(const char *word)
{
	size_t len = strlen(word);

	return len > 0 && len <= CANONICAL_WORD_MAX && is_clean(word, len) &&
	       text_count_characters(word) > 0;
}

static bool is_simple(const json_t *value)
{
	if (json_is_string(value))
		return is_clean(json_string_value(value), json_string_length(value));
	return json_is_integer(value) && json_integer_value(value) >= -EVENT_NUMBER_MAX &&
	       json_integer_value(value) <= EVENT_NUMBER_MAX;
}

static bool is_key(const char *key)
{
	size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return length > 0 && key[length] == '\0';
}

static bool is_flat(const json_t *data)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)data, key,
			    value) if (!is_key(key) || !is_simple(value)) return false;
	return true;
}

/* Exactly the members of version 1, each of its type. */
static bool has_shape(const json_t *object)
{
	size_t known = 0;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const json_t *value = json_object_get(object, members[i].key);

		if (!value && !members[i].is_required)
			continue;
		if (!value || json_typeof(value) != members[i].type)
			return false;
		if (json_is_object(value) ? !is_flat(value) : !is_simple(value))
			return false;
		known++;
	}
	return known == json_object_size(object);
}

static int64_t get_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool copy_word(const json_t *object, const char *key, char *to, size_t size)
{
	const char *word = json_string_value(json_object_get(object, key));

	return text_copy(to, size, word ? word : "");
}

/* Members that can't be empty, zero or other than they are written. */
static bool has_sense(const json_t *object)
{
	const json_t *passage = json_object_get(object, "passage");
	const json_t *cut = json_object_get(object, "cut");
	int64_t synced = get_number(object, "synced");

	return get_number(object, "v") == VERSION && get_number(object, "seq") > 0 &&
	       (synced == 0 || synced == 1) &&
	       (!passage || json_integer_value(passage) > 0) &&
	       (!cut || json_integer_value(cut) == 1) &&
	       !strcmp(json_string_value(json_object_get(object, "hash")), hash_name);
}

static bool is_dumped_alike(const json_t *object, const char *bytes, size_t len)
{
	char again[CANONICAL_MAX];

	return json_dumpb(object, again, sizeof(again), dump_flags) == len &&
	       !memcmp(again, bytes, len);
}

enum kakou_err canonical_read(const char *bytes, size_t len, struct canonical_head *out)
{
	enum kakou_err err = KAKOU_E_INVALID;
	json_t *object;

	if (len > CANONICAL_MAX)
		return KAKOU_E_INVALID;
	object = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	if (!json_is_object(object) || !has_shape(object) || !has_sense(object) ||
	    !is_dumped_alike(object, bytes, len))
		goto release;
	memset(out, 0, sizeof(*out));
	out->seq = get_number(object, "seq");
	out->passage = get_number(object, "passage");
	out->wall_ms = get_number(object, "wall_ms");
	if (copy_word(object, "kind", out->kind, sizeof(out->kind)) &&
	    copy_word(object, "lane", out->lane, sizeof(out->lane)))
		err = KAKOU_OK;
release:
	json_decref(object);
	return err;
}
