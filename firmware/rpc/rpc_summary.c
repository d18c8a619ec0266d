/* SPDX-License-Identifier: MIT */
/*
 * The summary of a passage: what its events, and nothing else, say of it.
 *
 * Layer: firmware. Pure; allocates (jansson).
 */
#include "firmware/rpc/rpc_internal.h"

#include <string.h>

static const char NOTHING[] = "-";

/* The text of a member, unless it is absent or empty: then what was known before. */
static void take_text(const json_t *from, const char *key, const char **to)
{
	const char *text = json_string_value(json_object_get(from, key));

	if (text && text[0])
		*to = text;
}

struct summary {
	const char *lane, *plate, *verdict, *by, *reason, *lift, *outcome;
	int64_t opened_wall_ms;
	bool is_open;
	json_t *stages, *pictures;
};

static void take_closed(struct summary *summary, const json_t *data)
{
	static const char *const stages[] = {"gather_ms", "ask_ms",   "record_ms",
					     "lift_ms",   "leave_ms", "own_ms"};

	summary->is_open = false;
	take_text(data, "plate", &summary->plate);
	take_text(data, "lift", &summary->lift);
	take_text(data, "outcome", &summary->outcome);
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		json_t *value = json_object_get(data, stages[i]);

		if (json_is_integer(value))
			(void)json_object_set(summary->stages, stages[i], value);
	}
}

static void take_picture(struct summary *summary, const json_t *row, const json_t *data)
{
	static const char *const keys[] = {"slot",  "device", "side", "text", "sha256",
					   "bytes", "wide",   "high", "late"};
	json_t *picture = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *value = json_object_get(data, keys[i]);

		if (value)
			(void)json_object_set(picture, keys[i], value);
	}
	(void)json_object_set(picture, "seq", json_object_get(row, "seq"));
	(void)json_array_append_new(summary->pictures, picture);
}

static void take_row(struct summary *summary, const json_t *row)
{
	const json_t *event = json_object_get(row, "bytes");
	const json_t *data = json_object_get(event, "data");
	const char *kind = json_string_value(json_object_get(event, "kind"));

	if (!kind)
		return;
	if (!strcmp(kind, event_kind_name(EVENT_PASSAGE_OPENED))) {
		take_text(event, "lane", &summary->lane);
		summary->opened_wall_ms =
			json_integer_value(json_object_get(event, "wall_ms"));
	} else if (!strcmp(kind, event_kind_name(EVENT_VOTE))) {
		take_text(data, "plate", &summary->plate);
	} else if (!strcmp(kind, event_kind_name(EVENT_PICTURE))) {
		take_picture(summary, row, data);
	} else if (!strcmp(kind, event_kind_name(EVENT_PASSAGE_CLOSED))) {
		take_closed(summary, data);
	}
	if (!strcmp(kind, event_kind_name(EVENT_VERDICT)) ||
	    !strcmp(kind, event_kind_name(EVENT_PASSAGE_CLOSED))) {
		take_text(data, "verdict", &summary->verdict);
		take_text(data, "by", &summary->by);
		take_text(data, "reason", &summary->reason);
	}
}

json_t *rpc_summarise(int64_t passage, const json_t *rows)
{
	struct summary summary = {
		.lane = NOTHING,
		.plate = NOTHING,
		.verdict = NOTHING,
		.by = NOTHING,
		.reason = NOTHING,
		.lift = NOTHING,
		.outcome = NOTHING,
		.is_open = true,
		.stages = json_object(),
		.pictures = json_array(),
	};
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) take_row(&summary, row);
	return json_pack("{s:I, s:s, s:I, s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}",
			 "passage", (json_int_t)passage, "lane", summary.lane,
			 "opened_wall_ms", (json_int_t)summary.opened_wall_ms, "is_open",
			 summary.is_open, "plate", summary.plate, "verdict",
			 summary.verdict, "by", summary.by, "reason", summary.reason,
			 "lift", summary.lift, "outcome", summary.outcome, "stages",
			 summary.stages, "pictures", summary.pictures);
}
