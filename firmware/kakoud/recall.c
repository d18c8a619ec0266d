/* SPDX-License-Identifier: MIT */
/*
 * Recall from the record. Layer: firmware. Threads: main's, at the start.
 */
#include "firmware/kakoud/recall.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

enum { PAGE = 500 };

struct reading {
	struct journal *journal;
	const struct site *site;
	int64_t now_ms, wall_ms;
	struct why *why;
};

/* The events as an array the caller releases. */
static enum kakou_err read_rows(const struct reading *reading,
				const struct journal_query *query, json_t **rows)
{
	char *json;
	enum kakou_err err =
		journal_read_now(reading->journal, query, &json, reading->why);

	*rows = NULL;
	if (err)
		return err;
	*rows = json_loads(json, 0, NULL);
	free(json);
	return *rows ? KAKOU_OK
		     : why_set(reading->why, KAKOU_E_NOMEM,
			       "no memory to read the record");
}

static const json_t *event_of(const json_t *row)
{
	return json_object_get(row, "bytes");
}

static int64_t number_of(const json_t *event, const char *name)
{
	return json_integer_value(json_object_get(event, name));
}

static int64_t data_number(const json_t *event, const char *name)
{
	return number_of(json_object_get(event, "data"), name);
}

static const char *data_text(const json_t *event, const char *name)
{
	const json_t *data = json_object_get(event, "data");
	const char *text = json_string_value(json_object_get(data, name));

	return text ? text : "";
}

/* False: the site no longer has it. */
static bool find_lane(const struct site *site, const json_t *event, uint8_t *out)
{
	const char *name = json_string_value(json_object_get(event, "lane"));

	for (size_t i = 0; name && i < site->lane_count; i++) {
		if (!strcmp(site->lanes[i].name, name)) {
			*out = (uint8_t)i;
			return true;
		}
	}
	return false;
}

/* The newest event of a kind of this passage, NULL when there is none; `*rows` owns it. */
static enum kakou_err find_newest(const struct reading *reading, enum event_kind kind,
				  int64_t passage, json_t **rows, const json_t **event)
{
	struct journal_query query = {.limit = 1,
				      .newest_first = true,
				      .kind = kind,
				      .passage = passage,
				      .lane = -1};
	enum kakou_err err = read_rows(reading, &query, rows);

	*event = err ? NULL : event_of(json_array_get(*rows, 0));
	return err;
}

static bool has_two_gates(const struct site *site)
{
	bool has[GATE_SECOND + 1] = {false};

	for (size_t i = 0; i < site->lane_count; i++)
		has[site->lanes[i].gate] = true;
	return has[GATE_FIRST] && has[GATE_SECOND];
}

/* The second gate took it for this passage, and it did not go back: it may be through, also where a
 * restart cut the passage off. */
static enum kakou_err is_used_up_by(const struct reading *reading, int64_t passage,
				    bool *is_used_up)
{
	static const char *const back[] = {"not_passed", "lifted_not_passed", "returned",
					   "to_inspection", "void"};
	const json_t *closed;
	json_t *rows;
	enum kakou_err err =
		find_newest(reading, EVENT_PASSAGE_CLOSED, passage, &rows, &closed);

	*is_used_up = true;
	for (size_t i = 0; closed && i < sizeof(back) / sizeof(back[0]); i++)
		if (!strcmp(data_text(closed, "outcome"), back[i]))
			*is_used_up = false;
	json_decref(rows);
	return err;
}

static void forget(struct recall *recall, int64_t first_passage)
{
	for (size_t i = 0; i < recall->handed_count; i++)
		if (recall->handed[i].passage == first_passage)
			recall->handed[i].is_kept = false;
}

/* Takes out who passed the second gate too, page by page from the oldest hand-over on. */
static enum kakou_err forget_taken(const struct reading *reading, struct recall *recall,
				   int64_t after)
{
	struct journal_query query = {
		.after = after, .limit = PAGE, .kind = EVENT_TAKEN_OVER, .lane = -1};
	enum kakou_err err = KAKOU_OK;
	bool has_more = true;

	while (!err && has_more) {
		json_t *rows, *row;
		size_t i;

		err = read_rows(reading, &query, &rows);
		has_more = json_array_size(rows) > 0;
		json_array_foreach(rows, i, row)
		{
			bool is_used_up = false;

			query.after = number_of(row, "seq");
			if (!err)
				err = is_used_up_by(reading,
						    number_of(event_of(row), "passage"),
						    &is_used_up);
			if (is_used_up)
				forget(recall,
				       data_number(event_of(row), "first_passage"));
		}
		json_decref(rows);
	}
	return err;
}

static void take_handed(const struct reading *reading, struct recall *recall,
			const json_t *event)
{
	struct pairing_entry *entry = &recall->handed[recall->handed_count];
	int64_t age_ms = reading->wall_ms - number_of(event, "wall_ms");

	memset(entry, 0, sizeof(*entry));
	if (age_ms < 0 || !find_lane(reading->site, event, &entry->lane))
		return;
	entry->is_kept = true;
	entry->at_ms = reading->now_ms - age_ms;
	entry->passage = number_of(event, "passage");
	entry->direction = reading->site->lanes[entry->lane].direction;
	text_copy(entry->plate, sizeof(entry->plate), data_text(event, "plate"));
	text_copy(entry->tag, sizeof(entry->tag), data_text(event, "tag"));
	text_copy(entry->order, sizeof(entry->order), data_text(event, "order"));
	recall->handed_count++;
}

static enum kakou_err recall_handed(const struct reading *reading, struct recall *recall)
{
	struct journal_query query = {.limit = PAIRING_KEPT,
				      .newest_first = true,
				      .kind = EVENT_HANDED_OVER,
				      .lane = -1};
	json_t *rows;
	enum kakou_err err;
	size_t count;

	if (!has_two_gates(reading->site))
		return KAKOU_OK;
	err = read_rows(reading, &query, &rows);
	count = json_array_size(rows);
	for (size_t i = count; i-- > 0;)
		take_handed(reading, recall, event_of(json_array_get(rows, i)));
	if (!err && count > 0)
		err = forget_taken(reading, recall,
				   number_of(json_array_get(rows, count - 1), "seq"));
	json_decref(rows);
	return err;
}

enum kakou_err recall_read(struct recall *out, struct journal *journal,
			   const struct site *site, int64_t now_ms, int64_t wall_ms,
			   struct why *why)
{
	const struct reading reading = {.journal = journal,
					.site = site,
					.now_ms = now_ms,
					.wall_ms = wall_ms,
					.why = why};
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	err = recall_handed(&reading, out);
	if (err)
		memset(out, 0, sizeof(*out));
	return err;
}
