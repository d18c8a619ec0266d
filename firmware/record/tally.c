/* SPDX-License-Identifier: MIT */
/*
 * Tallies: what an event says of a passage, and counting it.
 *
 * Layer: firmware. Pure; allocates.
 */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/ident/ident.h"
#include "firmware/record/tally_inside.h"
#include "hal/text.h"

static const char OTHERS[] = "…";

/* ---- what events say ------------------------------------------------------------------- */

static const char *get_text(const json_t *data, const char *key)
{
	const char *text = json_string_value(json_object_get(data, key));

	return text ? text : "";
}

static int64_t get_number(const json_t *data, const char *key, int64_t fallback)
{
	const json_t *value = json_object_get(data, key);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

static enum tally_direction direction_of(const json_t *data)
{
	const char *word = get_text(data, "direction");

	return !strcmp(word, "I")   ? TALLY_IN
	       : !strcmp(word, "E") ? TALLY_OUT
				    : TALLY_NO_DIRECTION;
}

static enum tally_lift lift_of(const json_t *data)
{
	const char *lift = get_text(data, "lift");

	return !strcmp(lift, "00")   ? TALLY_AUTOMATIC
	       : !strcmp(lift, "10") ? TALLY_MANUAL
				     : TALLY_NOT_LIFTED;
}

static enum tally_load load_of(const json_t *data)
{
	const char *load = get_text(data, "load");

	return !strcmp(load, "loaded")  ? TALLY_LOADED
	       : !strcmp(load, "empty") ? TALLY_EMPTY
					: TALLY_LOAD_UNKNOWN;
}

/* A box without a size that is known, or of another length than 20, 40 and 45 ft, has no TEU. */
static void read_sizes(const json_t *data, struct tally_passage *out)
{
	const int teu[] = {box_size_teu(get_text(data, "size_front")),
			   box_size_teu(get_text(data, "size_rear"))};
	int sized = (teu[0] > 0) + (teu[1] > 0);

	if (out->boxes < 0)
		return;
	out->teu = teu[0] + teu[1];
	out->unsized = out->boxes > sized ? out->boxes - sized : 0;
}

static void read_closed(const json_t *data, struct tally_passage *out)
{
	int64_t type = get_number(data, "order_type", 0);

	out->direction = direction_of(data);
	out->is_old = out->direction == TALLY_NO_DIRECTION;
	out->lift = lift_of(data);
	out->load = load_of(data);
	out->has_passed = !strcmp(get_text(data, "outcome"), "passed");
	out->type = type > 0 && type < TALLY_TYPES ? (int)type : 0;
	out->boxes = (int)get_number(data, "boxes", -1);
	out->gross_g = get_number(data, "gross_g", -1);
	read_sizes(data, out);
	(void)text_copy(out->officer, sizeof(out->officer), get_text(data, "actor"));
	(void)text_copy(out->reason, sizeof(out->reason), get_text(data, "reason"));
}

bool tally_read_passage(const struct tally_query *query, const char *bytes, size_t len,
			struct tally_passage *out)
{
	json_t *event = json_loadb(bytes, len, 0, NULL);

	memset(out, 0, sizeof(*out));
	out->wall_ms = get_number(event, "wall_ms", 0);
	out->passage = get_number(event, "passage", 0);
	if (event)
		read_closed(json_object_get(event, "data"), out);
	json_decref(event);
	return event && out->wall_ms >= query->from_ms && out->wall_ms < query->until_ms;
}

void tally_read_opened(const char *bytes, size_t len, struct tally_passage *out)
{
	json_t *event = json_loadb(bytes, len, 0, NULL);

	out->direction = direction_of(json_object_get(event, "data"));
	json_decref(event);
}

void tally_read_inquiry(const char *bytes, size_t len, struct tally_passage *out)
{
	json_t *event = json_loadb(bytes, len, 0, NULL);
	const json_t *data = json_object_get(event, "data");

	if (data && out->boxes < 0) {
		out->boxes = (get_text(data, "box_front")[0] != '\0') +
			     (get_text(data, "box_rear")[0] != '\0');
		out->unsized = out->boxes;
	}
	json_decref(event);
}

/* ---- counting --------------------------------------------------------------------------- */

enum kakou_err tally_create(struct tally **out, const struct tally_query *query)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	if (!tally)
		return KAKOU_E_NOMEM;
	tally->query = *query;
	*out = tally;
	return KAKOU_OK;
}

void tally_destroy(struct tally *tally)
{
	if (!tally)
		return;
	free(tally->rows);
	free(tally->manual);
	free(tally);
}

static void count(struct tally_count *to, const struct tally_passage *passage)
{
	to->passages++;
	to->automatic += passage->lift == TALLY_AUTOMATIC;
	to->manual += passage->lift == TALLY_MANUAL;
	to->not_lifted += passage->lift == TALLY_NOT_LIFTED;
	if (!passage->has_passed)
		return;
	to->passed++;
	to->loads[passage->load]++;
	to->types[passage->type]++;
	if (passage->boxes < 0)
		to->boxes_unknown++;
	else
		to->boxes += passage->boxes;
	to->teu += passage->teu;
	to->unsized += passage->unsized;
	if (passage->gross_g < 0)
		to->not_weighed++;
	else
		to->gross_g += passage->gross_g;
}

/* Room for one more of `size` bytes. */
static bool make_room(void **at, size_t size, size_t count, size_t *room)
{
	size_t more = *room > 0 ? 2 * *room : 16;
	void *larger;

	if (count < *room)
		return true;
	larger = realloc(*at, more * size);
	if (!larger)
		return false;
	*at = larger;
	*room = more;
	return true;
}

/* Passages come in the order of time: the newest rows are looked at first. */
static enum kakou_err find_row(struct tally *tally, const struct tally_passage *passage,
			       struct tally_row **out, struct why *why)
{
	struct tally_row wanted = {.direction = passage->direction};

	tally_name_day(&tally->query, passage->wall_ms, wanted.day, &wanted.shift);
	for (size_t i = tally->row_count; i-- > 0;) {
		struct tally_row *row = &tally->rows[i];

		*out = row;
		if (row->direction == wanted.direction && row->shift == wanted.shift &&
		    !strcmp(row->day, wanted.day))
			return KAKOU_OK;
	}
	if (tally->row_count == TALLY_ROWS_MAX)
		return why_set(why, KAKOU_E_FULL,
			       "more than %d days, shifts and directions: ask for fewer "
			       "days",
			       TALLY_ROWS_MAX);
	if (!make_room((void **)&tally->rows, sizeof(wanted), tally->row_count,
		       &tally->row_room))
		return why_set(why, KAKOU_E_NOMEM, "no memory to count");
	*out = &tally->rows[tally->row_count++];
	**out = wanted;
	return KAKOU_OK;
}

static struct tally_manual *find_manual(struct tally *tally, const char *officer,
					const char *reason)
{
	for (size_t i = 0; i < tally->manual_count; i++) {
		struct tally_manual *manual = &tally->manual[i];

		if (!strcmp(manual->officer, officer) && !strcmp(manual->reason, reason))
			return manual;
	}
	return NULL;
}

/* A bound that no real shift reaches: what comes beyond it is counted, together. */
static enum kakou_err count_manual(struct tally *tally,
				   const struct tally_passage *passage, struct why *why)
{
	const char *officer = passage->officer;
	const char *reason = passage->reason;
	struct tally_manual *manual = find_manual(tally, officer, reason);

	if (!manual && tally->manual_count >= TALLY_MANUAL_MAX) {
		officer = reason = OTHERS;
		manual = find_manual(tally, officer, reason);
	}
	if (!manual) {
		if (!make_room((void **)&tally->manual, sizeof(*manual),
			       tally->manual_count, &tally->manual_room))
			return why_set(why, KAKOU_E_NOMEM, "no memory to count");
		manual = &tally->manual[tally->manual_count++];
		memset(manual, 0, sizeof(*manual));
		(void)text_copy(manual->officer, sizeof(manual->officer), officer);
		(void)text_copy(manual->reason, sizeof(manual->reason), reason);
	}
	manual->count++;
	return KAKOU_OK;
}

enum kakou_err tally_take(struct tally *tally, const struct tally_passage *passage,
			  struct why *why)
{
	struct tally_row *row = NULL;
	enum kakou_err err = find_row(tally, passage, &row, why);

	if (!err && passage->lift == TALLY_MANUAL)
		err = count_manual(tally, passage, why);
	if (err)
		return err;
	assert(row);
	count(&row->count, passage);
	count(&tally->whole, passage);
	count(&tally->types[passage->direction][passage->type], passage);
	return KAKOU_OK;
}
