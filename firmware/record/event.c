/* SPDX-License-Identifier: MIT */
/*
 * Building of events, without allocation.
 *
 * Layer: firmware. Pure but for the two clocks.
 */
#include "firmware/record/event.h"

#include <assert.h>
#include <string.h>

#include "hal/clock.h"

enum { KEY_MAX = 24 };

void event_begin(struct event *event, enum event_kind kind, uint8_t lane, int64_t passage)
{
	assert(kind < EVENT_KIND_COUNT && passage >= 0);
	memset(event, 0, sizeof(*event));
	event->kind = (uint8_t)kind;
	event->lane = lane;
	event->passage = passage;
	event->mono_ms = clock_mono_ms();
	event->wall_ms = clock_wall_ms();
}

static const struct event_field *find_field(const struct event *event, const char *key)
{
	for (size_t i = 0; i < event->field_count; i++)
		if (!strcmp(event->fields[i].key, key))
			return &event->fields[i];
	return NULL;
}

/* A fresh field, or NULL when the event has no room for another. */
static struct event_field *add_field(struct event *event, const char *key)
{
	size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");
	struct event_field *field;

	assert(length > 0 && length <= KEY_MAX && key[length] == '\0');
	assert(!find_field(event, key));
	if (event->field_count == EVENT_FIELDS_MAX) {
		event->was_cut = true;
		return NULL;
	}
	field = &event->fields[event->field_count++];
	*field = (struct event_field){.key = key, .text_at = -1};
	return field;
}

void event_add_number(struct event *event, const char *key, int64_t number)
{
	struct event_field *field;

	if (number < -EVENT_NUMBER_MAX || number > EVENT_NUMBER_MAX) {
		event->was_cut = true;
		return;
	}
	field = add_field(event, key);
	if (field)
		field->number = number;
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/* Bytes of the character at `at`, or 0 where UTF-8 allows none: stray and missing
 * continuations, overlong forms, surrogates, beyond U+10FFFF. */
static size_t measure_character(const unsigned char *at)
{
	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xC2 || at[0] > 0xF4 || !is_continuation(at[1]))
		return 0;
	if (at[0] < 0xE0)
		return 2;
	if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
	    (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F) ||
	    !is_continuation(at[2]))
		return 0;
	if (at[0] < 0xF0)
		return 3;
	return is_continuation(at[3]) ? 4 : 0;
}

/* U+0000 to U+001F, U+007F to U+009F. */
static bool is_control(const unsigned char *at)
{
	return at[0] < 0x20 || at[0] == 0x7F || (at[0] == 0xC2 && at[1] < 0xA0);
}

/* Copies with every control character and every broken byte as '?'. Returns the bytes
 * written with the NUL, or 0 when they don't fit. */
static size_t copy_clean(char *to, size_t room, const char *from)
{
	const unsigned char *at = (const unsigned char *)from;
	size_t used = 0;

	while (*at) {
		size_t length = measure_character(at);
		bool is_clean = length > 0 && !is_control(at);
		size_t needed = is_clean ? length : 1;

		if (used + needed >= room)
			return 0;
		if (is_clean)
			memcpy(to + used, at, length);
		else
			to[used] = '?';
		used += needed;
		at += length > 0 ? length : 1;
	}
	if (used >= room)
		return 0;
	to[used] = '\0';
	return used + 1;
}

void event_add_text(struct event *event, const char *key, const char *text)
{
	struct event_field *field;
	size_t used;

	assert(text);
	used = copy_clean(event->text + event->text_used,
			  sizeof(event->text) - event->text_used, text);
	if (!used) {
		event->was_cut = true;
		return;
	}
	field = add_field(event, key);
	if (!field)
		return;
	field->text_at = (int16_t)event->text_used;
	event->text_used = (uint16_t)(event->text_used + used);
}

const char *event_kind_name(enum event_kind kind)
{
	static const char *const names[] = {
#define EVENT_NAME(name, word) [EVENT_##name] = word,
		EVENT_KINDS(EVENT_NAME)
#undef EVENT_NAME
	};

	return (size_t)kind < EVENT_KIND_COUNT ? names[kind] : NULL;
}

bool event_get_number(const struct event *event, const char *key, int64_t *out)
{
	const struct event_field *field = find_field(event, key);

	if (!field || field->text_at >= 0)
		return false;
	*out = field->number;
	return true;
}

bool event_get_text(const struct event *event, const char *key, const char **out)
{
	const struct event_field *field = find_field(event, key);

	if (!field || field->text_at < 0)
		return false;
	*out = event->text + field->text_at;
	return true;
}
