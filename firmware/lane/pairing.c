/* SPDX-License-Identifier: MIT */
/*
 * Pairing. Layer: firmware. Pure.
 */
#include "firmware/lane/pairing.h"

#include <string.h>

void pairing_init(struct pairing *pairing, int64_t now_ms)
{
	memset(pairing, 0, sizeof(*pairing));
	pairing->since_ms = now_ms;
}

static bool is_same(const char *a, const char *b)
{
	return a[0] != '\0' && strcmp(a, b) == 0;
}

/* Index of the vehicle's entry, PAIRING_KEPT when there is none. */
static size_t find(const struct pairing *pairing, char direction, const char *plate,
		   const char *tag)
{
	size_t i = 0;

	for (; i < PAIRING_KEPT; i++) {
		const struct pairing_entry *entry = &pairing->entries[i];

		if (entry->is_kept && entry->direction == direction &&
		    (is_same(plate, entry->plate) || is_same(tag, entry->tag)))
			break;
	}
	return i;
}

/* A free one, or the oldest. */
static size_t find_room(const struct pairing *pairing)
{
	size_t oldest = 0;

	for (size_t i = 0; i < PAIRING_KEPT; i++) {
		if (!pairing->entries[i].is_kept)
			return i;
		if (pairing->entries[i].at_ms < pairing->entries[oldest].at_ms)
			oldest = i;
	}
	return oldest;
}

void pairing_note(struct pairing *pairing, const struct pairing_entry *entry)
{
	size_t i;

	pairing_take(pairing, entry->direction, entry->plate, entry->tag);
	i = find_room(pairing);
	/* What is forgotten for want of room may not be called "never" afterwards. */
	if (pairing->entries[i].is_kept && pairing->entries[i].at_ms > pairing->since_ms)
		pairing->since_ms = pairing->entries[i].at_ms;
	pairing->entries[i] = *entry;
	pairing->entries[i].is_kept = true;
}

enum pairing_answer pairing_find(const struct pairing *pairing, char direction,
				 const char *plate, const char *tag, int64_t now_ms,
				 int64_t within_ms, const struct pairing_entry **out)
{
	size_t i = find(pairing, direction, plate, tag);

	*out = i < PAIRING_KEPT ? &pairing->entries[i] : NULL;
	if (*out)
		return now_ms - (*out)->at_ms <= within_ms ? PAIRING_FOUND : PAIRING_LATE;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): only *out was asked */
	return now_ms - pairing->since_ms <= within_ms ? PAIRING_UNKNOWN : PAIRING_NEVER;
}

void pairing_take(struct pairing *pairing, char direction, const char *plate,
		  const char *tag)
{
	size_t i;

	while ((i = find(pairing, direction, plate, tag)) < PAIRING_KEPT)
		pairing->entries[i].is_kept = false;
}
