/* SPDX-License-Identifier: MIT */
/*
 * Two small tables, walked through. Layer: firmware. Pure.
 */
#include "firmware/pictures/pairs.h"

#include <string.h>

#include "hal/text.h"

static bool is_keyed(const struct pairs_file *file)
{
	return file->key.has_sequence || file->key.has_text;
}

bool pairs_add_read(struct pairs *pairs, const struct picture_read *read)
{
	struct pairs_read *place = NULL;

	for (size_t i = 0; i < PAIRS_READS_MAX; i++) {
		struct pairs_read *at = &pairs->reads[i];

		/* Who was told missing only hopes still. */
		if (!at->is_used || (!place && at->is_told))
			place = at;
		if (!at->is_used)
			break;
	}
	if (!place)
		return false;
	*place = (struct pairs_read){.read = *read, .is_used = true};
	return true;
}

struct pairs_file *pairs_add_file(struct pairs *pairs, uint16_t device, uint8_t side,
				  const char *name, const struct naming_key *key,
				  int64_t came_ms)
{
	struct pairs_file *place = NULL;

	for (size_t i = 0; i < PAIRS_FILES_MAX; i++) {
		struct pairs_file *at = &pairs->files[i];

		if (at->is_used && at->device == device && !strcmp(at->name, name)) {
			place = at;
			break;
		}
		if (!at->is_used && !place)
			place = at;
	}
	if (!place)
		return NULL;
	*place = (struct pairs_file){
		.is_used = true,
		.side = side,
		.device = device,
		.came_ms = came_ms,
		.key = *key,
	};
	text_copy(place->name, sizeof(place->name), name);
	return place;
}

static int64_t distance(const struct pairs_read *read, const struct pairs_file *file)
{
	int64_t ms = file->came_ms - read->read.read_ms;

	return ms < 0 ? -ms : ms;
}

/* The number alone would repeat after a restart of the camera, so the time counts always. */
static bool fits(const struct pairs *pairs, const struct pairs_read *read,
		 const struct pairs_file *file)
{
	int64_t after_ms = file->came_ms - read->read.read_ms;
	int64_t late_ms = is_keyed(file) ? PAIRS_LATE_MS : pairs->wait_ms;

	if (!read->is_used || !file->is_used || file->is_bad ||
	    file->device != read->read.device || file->side != read->read.side)
		return false;
	if (file->key.has_sequence && file->key.sequence != read->read.sequence)
		return false;
	if (file->key.has_text && strcmp(file->key.text, read->read.text) != 0)
		return false;
	return after_ms >= -(int64_t)pairs->wait_ms && after_ms <= late_ms;
}

bool pairs_find(struct pairs *pairs, struct pairs_read **read, struct pairs_file **file)
{
	int64_t nearest = INT64_MAX;

	for (size_t i = 0; i < PAIRS_READS_MAX; i++) {
		for (size_t k = 0; pairs->reads[i].is_used && k < PAIRS_FILES_MAX; k++) {
			int64_t ms = distance(&pairs->reads[i], &pairs->files[k]);

			if (!fits(pairs, &pairs->reads[i], &pairs->files[k]) ||
			    ms >= nearest)
				continue;
			nearest = ms;
			*read = &pairs->reads[i];
			*file = &pairs->files[k];
		}
	}
	return nearest != INT64_MAX;
}

struct pairs_read *pairs_find_missing(struct pairs *pairs, int64_t now_ms)
{
	for (size_t i = 0; i < PAIRS_READS_MAX; i++) {
		struct pairs_read *at = &pairs->reads[i];

		if (at->is_used && !at->is_told &&
		    now_ms - at->read.read_ms > pairs->wait_ms)
			return at;
	}
	return NULL;
}

struct pairs_file *pairs_find_stale(struct pairs *pairs, int64_t now_ms)
{
	for (size_t i = 0; i < PAIRS_READS_MAX; i++) {
		struct pairs_read *at = &pairs->reads[i];

		if (at->is_used && at->is_told &&
		    now_ms - at->read.read_ms > PAIRS_LATE_MS)
			at->is_used = false;
	}
	for (size_t i = 0; i < PAIRS_FILES_MAX; i++) {
		struct pairs_file *at = &pairs->files[i];

		if (at->is_used && now_ms - at->came_ms > PAIRS_LATE_MS)
			return at;
	}
	return NULL;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || b < a ? b : a;
}

int64_t pairs_next_ms(const struct pairs *pairs)
{
	int64_t next_ms = -1;

	for (size_t i = 0; i < PAIRS_READS_MAX; i++) {
		const struct pairs_read *at = &pairs->reads[i];

		if (at->is_used)
			next_ms = sooner(next_ms, at->read.read_ms + 1 +
							  (at->is_told ? PAIRS_LATE_MS
								       : pairs->wait_ms));
	}
	for (size_t i = 0; i < PAIRS_FILES_MAX; i++) {
		if (pairs->files[i].is_used)
			next_ms = sooner(next_ms,
					 pairs->files[i].came_ms + PAIRS_LATE_MS + 1);
	}
	return next_ms;
}
