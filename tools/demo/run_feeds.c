/* SPDX-License-Identifier: MIT */
/*
 * What yard and kakoud say, into the book and the table.
 *
 * Layer: tools.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "tools/demo/run_internal.h"

enum { PAGE = 500 };

static void take(const json_t *object, const char *key, char *to, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	text_copy(to, size, text ? text : "");
}

static int64_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* ---- the yard ------------------------------------------------------------------------------ */

static void note_yard_event(struct run *run, const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "kind"));
	int64_t wall_ms = number(event, "t_wall_ms");
	int64_t mono_ms = number(event, "t_mono_ms");
	struct book_lift lift = {.mono_ms = mono_ms};
	char truck[40];

	take(event, "truck", truck, sizeof(truck));
	take(event, "lane", lift.lane, sizeof(lift.lane));
	if (!kind)
		return;
	if (strcmp(kind, "truck_arrives") == 0)
		book_note_arrival(run->book, truck, wall_ms, mono_ms);
	else if (strcmp(kind, "truck_left") == 0 || strcmp(kind, "truck_backed_out") == 0)
		book_note_departure(run->book, truck, wall_ms, mono_ms);
	else if (strcmp(kind, "lift") == 0 && book_note_lift(run->book, &lift))
		run_fail(run, "too many lifts at once");
	else if (strcmp(kind, "collision") == 0)
		run_fail(run, "%s: the arm touched truck %s", lift.lane, truck);
}

static void on_yard_events(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;
	const json_t *events = json_object_get(result, "events");
	const json_t *event;
	size_t i;

	if (!json_is_array(events)) {
		run_fail(run, "%s", fault ? fault : "kakou-yard: expected \"events\"");
		return;
	}
	json_array_foreach(events, i, event)
	{
		note_yard_event(run, event);
		run->yard_after = number(event, "n");
	}
	if (json_array_size(events) == 0)
		run->yard_news_ms = run->yard_asked_ms;
	else
		run->yard_asked_ms = 0; /* there may be more: ask again at once */
}

static void ask_yard(struct run *run, int64_t now_ms)
{
	if (run->yard_is_busy || peer_is_busy(run->peers[RUN_YARD]) ||
	    now_ms - run->yard_asked_ms < RUN_FEED_MS)
		return;
	run->yard_asked_ms = now_ms;
	peer_call(run->peers[RUN_YARD], "events",
		  json_pack("{s:I}", "after", (json_int_t)run->yard_after),
		  on_yard_events, run);
}

/* ---- the record ---------------------------------------------------------------------------- */

static void note_record(struct run *run, const json_t *row)
{
	const json_t *bytes = json_object_get(row, "bytes");
	const json_t *data = json_object_get(bytes, "data");
	struct book_event event = {
		.seq = number(row, "seq"),
		.passage = number(bytes, "passage"),
		.mono_ms = number(bytes, "mono_ms"),
		.wall_ms = number(bytes, "wall_ms"),
		.authorised = number(data, "authorised"),
	};

	take(bytes, "kind", event.kind, sizeof(event.kind));
	take(bytes, "lane", event.lane, sizeof(event.lane));
	take(data, "reason", event.reason, sizeof(event.reason));
	take(data, "rule", event.rule, sizeof(event.rule));
	take(data, "act", event.act, sizeof(event.act));
	run->gate_after = event.seq;
	if (book_note_event(run->book, &event))
		run_fail(run, "the book is full");
}

static void on_record(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;
	const json_t *events = json_object_get(result, "events");
	const json_t *row;
	size_t i;

	if (!json_is_array(events)) {
		/* Once may be a moment of load; the phases notice when kakoud is gone. */
		run_say(run, "%s", fault ? fault : "kakoud: expected \"events\"");
		return;
	}
	json_array_foreach(events, i, row)
	{
		note_record(run, row);
	}
	if (json_array_size(events) < PAGE)
		run->gate_news_ms = run->gate_asked_ms;
	else
		run->gate_asked_ms = 0;
}

static void ask_record(struct run *run, int64_t now_ms)
{
	if (peer_is_busy(run->peers[RUN_KAKOUD]) ||
	    now_ms - run->gate_asked_ms < RUN_FEED_MS)
		return;
	run->gate_asked_ms = now_ms;
	peer_call(run->peers[RUN_KAKOUD], "events.read",
		  json_pack("{s:I, s:i}", "after", (json_int_t)run->gate_after, "limit",
			    PAGE),
		  on_record, run);
}

/* ---- the lanes ----------------------------------------------------------------------------- */

static enum view_evidence_state state_of(const char *word)
{
	static const char *const words[] = {
		[VIEW_AWAITED] = "awaited",
		[VIEW_COLLECTED] = "collected",
		[VIEW_DOUBTFUL] = "doubtful",
		[VIEW_MISSING] = "missing",
	};

	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) == 0)
			return (enum view_evidence_state)i;
	}
	return VIEW_MISSING;
}

static void take_evidence(struct view_lane *to, const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		struct view_evidence *evidence = &to->evidence[i];

		if (i == VIEW_EVIDENCE_MAX)
			return;
		take(one, "kind", evidence->kind, sizeof(evidence->kind));
		evidence->state =
			state_of(json_string_value(json_object_get(one, "state")));
		to->evidence_count = i + 1;
	}
}

static void take_lane(struct run *run, struct view_lane *to, const json_t *lane)
{
	const json_t *age = json_object_get(lane, "opened_age_ms");
	const char *direction = json_string_value(json_object_get(lane, "direction"));
	const struct book_truck *truck =
		book_find_passage(run->book, number(lane, "passage"));

	memset(to, 0, sizeof(*to));
	to->direction = direction ? direction[0] : 'I';
	to->age_ms = json_is_integer(age) ? json_integer_value(age) : -1;
	to->collected = (int)number(lane, "collected");
	if (truck)
		(void)snprintf(to->truck, sizeof(to->truck), "%s %s", truck->n,
			       truck->kind);
	take(lane, "name", to->name, sizeof(to->name));
	take(lane, "plate", to->plate, sizeof(to->plate));
	take(lane, "state", to->state, sizeof(to->state));
	take(lane, "verdict", to->verdict, sizeof(to->verdict));
	take(lane, "by", to->by, sizeof(to->by));
	take(lane, "reason", to->reason, sizeof(to->reason));
	take(lane, "sign", to->sign, sizeof(to->sign));
	take(lane, "arm", to->arm, sizeof(to->arm));
	take_evidence(to, json_object_get(lane, "evidence"));
}

static void on_lanes(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;
	const json_t *lanes = json_object_get(result, "lanes");
	const json_t *lane;
	size_t i;

	(void)fault;
	run->view.gate_answers = json_is_array(lanes);
	json_array_foreach(lanes, i, lane)
	{
		if (i == VIEW_LANES_MAX)
			break;
		take_lane(run, &run->view.lanes[i], lane);
		run->view.lane_count = i + 1;
	}
	run->lanes_news_ms = clock_mono_ms();
}

static void ask_lanes(struct run *run, int64_t now_ms)
{
	if (peer_is_busy(run->lanes_peer) || now_ms - run->lanes_asked_ms < RUN_LANES_MS)
		return;
	run->lanes_asked_ms = now_ms;
	peer_call(run->lanes_peer, "lanes", NULL, on_lanes, run);
}

void run_feed(struct run *run, int64_t now_ms)
{
	ask_yard(run, now_ms);
	ask_record(run, now_ms);
	ask_lanes(run, now_ms);
}
