/* SPDX-License-Identifier: MIT */
/*
 * Search: what of an event is looked for later, and where it goes.
 *
 * Layer: firmware. Threads: the search thread's.
 */
#include <ctype.h>
#include <string.h>

#include "firmware/console/search_inside.h"

enum { TERM_MAX = 127 };

/* One event as it is taken in. */
struct taking {
	struct search_base *base;
	const json_t *event, *data;
	int64_t passage, wall_ms, seq;
	const char *lane;
};

static const char *text(const struct taking *taking, const char *key)
{
	return json_text_of(taking->data, key);
}

/* ---- terms -------------------------------------------------------------------------------------- */

static enum kakou_err add_term(const struct taking *taking, const char *kind,
			       const char *term, size_t len)
{
	char upper[TERM_MAX + 1];

	if (taking->passage == 0 || len == 0 || len > TERM_MAX ||
	    (len == 1 && term[0] == '-'))
		return KAKOU_OK;
	for (size_t i = 0; i < len; i++)
		upper[i] = (char)toupper((unsigned char)term[i]);
	upper[len] = '\0';
	return search_run(taking->base, "INSERT OR IGNORE INTO terms VALUES (?, ?, ?)",
			  "ssi", kind, upper, taking->passage);
}

/* Each word of the text: a truck may have two boxes. */
static enum kakou_err add_words(const struct taking *taking, const char *kind,
				const char *words)
{
	enum kakou_err err = KAKOU_OK;

	while (!err && *words) {
		size_t len = strcspn(words, " ,+/");

		err = add_term(taking, kind, words, len);
		words += len;
		words += strspn(words, " ,+/");
	}
	return err;
}

static enum kakou_err add_whole(const struct taking *taking, const char *kind,
				const char *term)
{
	return add_term(taking, kind, term, strlen(term));
}

/* ---- kinds of events ------------------------------------------------------------------------------ */

static enum kakou_err take_opened(const struct taking *taking)
{
	return search_run(taking->base,
			  "INSERT OR IGNORE INTO passages (passage, lane, direction, "
			  "opened_ms) VALUES (?, ?, ?, ?)",
			  "issi", taking->passage, taking->lane,
			  text(taking, "direction"), taking->wall_ms);
}

static enum kakou_err take_evidence(const struct taking *taking)
{
	const char *slot = text(taking, "slot");
	enum kakou_err err = search_run(
		taking->base,
		"INSERT INTO reads VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = "
		"count + 1",
		"iss", taking->wall_ms / 86400000, text(taking, "device"),
		text(taking, "state"));

	if (err)
		return err;
	if (!strcmp(slot, "plate")) {
		err = add_whole(taking, "plate", text(taking, "text"));
		return err ? err : add_whole(taking, "plate", text(taking, "rear"));
	}
	if (!strcmp(slot, "tag")) {
		err = add_whole(taking, "tag", text(taking, "tag"));
		return err ? err : add_whole(taking, "plate", text(taking, "text"));
	}
	if (!strcmp(slot, "box"))
		return add_words(taking, "box", text(taking, "text"));
	if (!strcmp(slot, "seal"))
		return add_term(taking, "seal", text(taking, "text"),
				strcspn(text(taking, "text"), " "));
	if (!strcmp(slot, "card"))
		return add_whole(taking, "card", text(taking, "text"));
	return KAKOU_OK;
}

static enum kakou_err take_inquiry(const struct taking *taking)
{
	static const char *const members[][2] = {
		{"plate",         "plate"},
		{"trailer_plate", "plate"},
		{"box_front",     "box"  },
		{"box_rear",      "box"  },
		{"seal",          "seal" },
		{"card",          "card" },
		{"tag",           "tag"  },
	};
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; !err && i < sizeof(members) / sizeof(members[0]); i++)
		err = add_whole(taking, members[i][1], text(taking, members[i][0]));
	return err;
}

static enum kakou_err set_text(const struct taking *taking, const char *sql,
			       const char *value)
{
	if (!value[0] || !strcmp(value, "-"))
		return KAKOU_OK;
	return search_run(taking->base, sql, "si", value, taking->passage);
}

static enum kakou_err take_vote(const struct taking *taking)
{
	enum kakou_err err = add_whole(taking, "plate", text(taking, "plate"));

	return err ? err
		   : set_text(taking, "UPDATE passages SET plate = ? WHERE passage = ?",
			      text(taking, "plate"));
}

static enum kakou_err take_order_number(const struct taking *taking, const char *number)
{
	enum kakou_err err = add_whole(taking, "order", number);

	return err ? err
		   : set_text(taking,
			      "UPDATE passages SET order_no = ? WHERE passage = ?",
			      number);
}

static enum kakou_err take_answer(const struct taking *taking)
{
	return take_order_number(taking, text(taking, "form_id"));
}

static enum kakou_err take_order(const struct taking *taking)
{
	return take_order_number(taking, text(taking, "number"));
}

static enum kakou_err take_verdict(const struct taking *taking)
{
	return search_run(
		taking->base,
		"UPDATE passages SET verdict = ?, decided_by = ?, reason = ? WHERE "
		"passage = ?",
		"sssi", text(taking, "verdict"), text(taking, "by"),
		text(taking, "reason"), taking->passage);
}

/* The first reason of a passage is why it was held; the later ones follow from it. */
static enum kakou_err take_hold(const struct taking *taking)
{
	return set_text(taking,
			"UPDATE passages SET hold = coalesce(hold, ?) WHERE passage = ?",
			text(taking, "reason"));
}

static enum kakou_err take_act(const struct taking *taking)
{
	enum kakou_err err = add_whole(taking, "officer", text(taking, "actor"));

	if (!err)
		err = add_whole(taking, "officer", text(taking, "second"));
	if (!err)
		err = set_text(taking,
			       "UPDATE passages SET officer = ? WHERE passage = ?",
			       text(taking, "actor"));
	if (err || strcmp(text(taking, "act"), "ack") != 0)
		return err;
	return search_run(taking->base,
			  "UPDATE alarms SET acknowledged_ms = ?, acknowledged_by = ? "
			  "WHERE lane = ? AND code = ? AND ended_ms IS NULL",
			  "isss", taking->wall_ms, text(taking, "actor"), taking->lane,
			  text(taking, "value"));
}

static enum kakou_err take_refused(const struct taking *taking)
{
	return add_whole(taking, "officer", text(taking, "actor"));
}

static enum kakou_err take_closed(const struct taking *taking)
{
	const json_t *data = taking->data;

	return search_run(
		taking->base,
		"UPDATE passages SET is_open = 0, plate = coalesce(nullif(?, ''), "
		"plate), "
		"verdict = ?, decided_by = ?, reason = ?, lift = ?, outcome = ?, gross_g "
		"= ?, "
		"gather_ms = ?, ask_ms = ?, record_ms = ?, lift_ms = ?, leave_ms = ?, "
		"own_ms = ? WHERE passage = ?",
		"ssssssjjjjjjji", text(taking, "plate"), text(taking, "verdict"),
		text(taking, "by"), text(taking, "reason"), text(taking, "lift"),
		text(taking, "outcome"), json_object_get(data, "gross_g"),
		json_object_get(data, "gather_ms"), json_object_get(data, "ask_ms"),
		json_object_get(data, "record_ms"), json_object_get(data, "lift_ms"),
		json_object_get(data, "leave_ms"), json_object_get(data, "own_ms"),
		taking->passage);
}

static enum kakou_err take_alarm(const struct taking *taking)
{
	return search_run(taking->base,
			  "INSERT OR IGNORE INTO alarms (seq, lane, code, detail, text, "
			  "passage, begun_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
			  "issssii", taking->seq, taking->lane, text(taking, "code"),
			  text(taking, "detail"), text(taking, "text"), taking->passage,
			  taking->wall_ms);
}

static enum kakou_err take_alarm_ended(const struct taking *taking)
{
	return search_run(
		taking->base,
		"UPDATE alarms SET ended_ms = ? WHERE lane = ? AND code = ? AND "
		"ended_ms IS NULL",
		"iss", taking->wall_ms, taking->lane, text(taking, "code"));
}

/* What was is told anew after a start. */
static enum kakou_err take_started(const struct taking *taking)
{
	return search_run(taking->base,
			  "UPDATE alarms SET ended_ms = ? WHERE ended_ms IS NULL", "i",
			  taking->wall_ms);
}

enum kakou_err search_take_event(struct search_base *base, const json_t *row)
{
	static const struct {
		const char *kind;
		enum kakou_err (*take)(const struct taking *taking);
	} kinds[] = {
		{"passage_opened", take_opened     },
		{"evidence",       take_evidence   },
		{"vote",           take_vote       },
		{"inquiry",        take_inquiry    },
		{"answer",         take_answer     },
		{"order",          take_order      },
		{"verdict",        take_verdict    },
		{"hold",           take_hold       },
		{"officer_act",    take_act        },
		{"act_refused",    take_refused    },
		{"passage_closed", take_closed     },
		{"alarm",          take_alarm      },
		{"alarm_ended",    take_alarm_ended},
		{"started",        take_started    },
	};
	const json_t *event = json_object_get(row, "bytes");
	const char *kind = json_text_of(event, "kind");
	const struct taking taking = {
		.base = base,
		.event = event,
		.data = json_object_get(event, "data"),
		.passage = json_number_of(event, "passage"),
		.wall_ms = json_number_of(event, "wall_ms"),
		.seq = json_number_of(event, "seq"),
		.lane = json_text_of(event, "lane"),
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].kind, kind))
			return kinds[i].take(&taking);
	return KAKOU_OK;
}
