/* SPDX-License-Identifier: MIT */
/*
 * Reading the record: two positions move through it. At `scan` events that hold a message come
 * into the window while it has room; at `tail`, the newest end, what is recorded wakes those of
 * its passage. What became of a message is then asked of the record itself, which is right after
 * a restart as well.
 *
 * Layer: firmware. Threads: the delivery's own; waits for the journal's reader.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/delivery/delivery_inside.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	PAGE = 100,           /* events: some 100 KB while they are looked at */
	PAGES_A_TURN = 20,    /* then messages go out before more is read */
	READ_PAUSE_MS = 1000, /* after the record could not be read */
};

/* A page of events, as an array the caller releases; NULL: not now. */
static json_t *read_page(struct delivery *delivery, const struct journal_query *query)
{
	struct why why = {""};
	char *json;
	json_t *rows = NULL;

	if (!journal_read_now(delivery->config.journal, query, &json, &why)) {
		rows = json_loads(json, 0, NULL);
		free(json);
	}
	if (!rows && !delivery->is_told)
		log_warning("delivery", "%s",
			    why.text[0] ? why.text : "no memory to read the record");
	delivery->is_told = !rows;
	return rows;
}

static struct journal_query all_after(int64_t seq)
{
	struct journal_query query = {
		.after = seq, .limit = PAGE, .kind = -1, .lane = -1};

	return query;
}

json_t *delivery_read_event(struct delivery *delivery, int64_t seq, bool *is_gone)
{
	struct journal_query query = all_after(seq - 1);
	json_t *rows, *event;

	query.limit = 1;
	rows = read_page(delivery, &query);
	event = json_incref(json_object_get(json_array_get(rows, 0), "bytes"));
	*is_gone = event && json_integer_value(json_object_get(event, "seq")) != seq;
	if (*is_gone) {
		json_decref(event);
		event = NULL;
	}
	json_decref(rows);
	return event;
}

/* Calls `take` for each event that the query finds, page by page. False: not all could be read. */
static bool each_event(struct delivery *delivery, struct journal_query query,
		       void (*take)(const json_t *event, void *arg), void *arg)
{
	for (;;) {
		json_t *rows = read_page(delivery, &query);
		size_t i;
		const json_t *row;

		if (!rows || json_array_size(rows) == 0) {
			bool is_read = rows != NULL;

			json_decref(rows);
			return is_read;
		}
		json_array_foreach(rows, i, row)
		{
			take(json_object_get(row, "bytes"), arg);
			query.after = json_integer_value(json_object_get(row, "seq"));
		}
		json_decref(rows);
	}
}

/* ---- what became of it ------------------------------------------------------------------- */

struct signs {
	struct fate_signs of;
	const char *seq_no;
};

static void note_sign(const json_t *event, void *arg)
{
	struct signs *signs = arg;

	fate_note(&signs->of, event, signs->seq_no);
}

struct settled {
	int64_t seq;
	bool is_so;
};

static void note_delivery(const json_t *event, void *arg)
{
	struct settled *settled = arg;

	settled->is_so = settled->is_so || fate_number(event, "of") == settled->seq;
}

/* False: the record can't be read now. */
static bool is_settled(struct delivery *delivery, int64_t seq, bool *out)
{
	struct settled settled = {.seq = seq};
	struct journal_query query = all_after(seq);

	query.kind = EVENT_DELIVERY;
	*out = false;
	if (!each_event(delivery, query, note_delivery, &settled))
		return false;
	*out = settled.is_so;
	return true;
}

static bool judge(struct delivery *delivery, struct backlog_entry *entry, enum fate *out)
{
	struct signs signs = {.seq_no = entry->seq_no};
	struct journal_query query = all_after(entry->seq);
	bool is_so;

	if (!is_settled(delivery, entry->seq, &is_so))
		return false;
	*out = is_so ? FATE_SETTLED : FATE_SEND;
	if (entry->is_result || is_so)
		return true;
	query.passage = entry->passage;
	if (!each_event(delivery, query, note_sign, &signs))
		return false;
	text_copy(entry->offline_order, sizeof(entry->offline_order),
		  signs.of.offline_order);
	*out = fate_judge(&signs.of, entry->seq > delivery->config.last_run_seq,
			  delivery->config.site->departed);
	return true;
}

/* Entries of a passage of which something was recorded since. One that is under way is looked at
 * when its attempt has ended. */
static void judge_again(struct delivery *delivery)
{
	struct backlog_entry *entries = backlog_entries(delivery->backlog);

	for (size_t i = 0; i < BACKLOG_MAX; i++) {
		struct backlog_entry *entry = &entries[i];
		enum fate fate;

		if (entry->seq == 0 || !entry->is_dirty || entry->state == BACKLOG_BUSY)
			continue;
		if (!judge(delivery, entry, &fate))
			return;
		entry->is_dirty = false;
		delivery->health.taken += fate == FATE_TAKEN;
		if (fate == FATE_SEND && entry->state == BACKLOG_LIVE)
			entry->state = BACKLOG_DUE;
		else if (fate != FATE_SEND && fate != FATE_LIVE)
			backlog_remove(delivery->backlog, entry);
	}
}

/* ---- into the window ---------------------------------------------------------------------- */

static void find_lane(const struct delivery *delivery, const json_t *event,
		      struct backlog_entry *entry)
{
	const char *name = json_string_value(json_object_get(event, "lane"));
	const struct site *site = delivery->config.site;

	entry->is_of_no_lane = true;
	for (size_t i = 0; name && i < site->lane_count; i++) {
		if (strcmp(site->lanes[i].name, name) != 0)
			continue;
		entry->lane = (uint8_t)i;
		entry->is_of_no_lane = false;
	}
}

static bool is_kind(const json_t *event, enum event_kind kind)
{
	const char *word = json_string_value(json_object_get(event, "kind"));

	return word && !strcmp(word, event_kind_name(kind));
}

/* False: not now, the record can't be read. */
static bool take_in(struct delivery *delivery, const json_t *event)
{
	struct backlog_entry entry = {
		.seq = json_integer_value(json_object_get(event, "seq")),
		.is_result = is_kind(event, EVENT_COMMAND_RESULT),
		.passage = json_integer_value(json_object_get(event, "passage")),
		.wall_ms = json_integer_value(json_object_get(event, "wall_ms")),
	};
	enum fate fate;

	if (!entry.is_result && !is_kind(event, EVENT_INQUIRY))
		return true;
	find_lane(delivery, event, &entry);
	text_copy(entry.seq_no, sizeof(entry.seq_no), fate_text(event, "seq_no"));
	if (!judge(delivery, &entry, &fate))
		return false;
	if (fate != FATE_SEND && fate != FATE_LIVE)
		return true;
	entry.state = fate == FATE_LIVE ? BACKLOG_LIVE : BACKLOG_DUE;
	return backlog_add(delivery->backlog, &entry) == KAKOU_OK;
}

/* False: nothing more to read now, or no room. */
static bool scan_page(struct delivery *delivery)
{
	struct journal_query query = all_after(delivery->scan);
	json_t *rows = read_page(delivery, &query);
	bool goes_on = json_array_size(rows) > 0;
	size_t i;
	const json_t *row;

	json_array_foreach(rows, i, row)
	{
		if (backlog_room(delivery->backlog) == 0 ||
		    !take_in(delivery, json_object_get(row, "bytes"))) {
			goes_on = false;
			break;
		}
		delivery->scan = json_integer_value(json_object_get(row, "seq"));
	}
	json_decref(rows);
	return goes_on;
}

/* ---- the newest end ------------------------------------------------------------------------ */

static void wake_passage(struct delivery *delivery, int64_t passage)
{
	struct backlog_entry *entries = backlog_entries(delivery->backlog);

	for (size_t i = 0; passage > 0 && i < BACKLOG_MAX; i++)
		if (entries[i].seq > 0 && entries[i].passage == passage)
			entries[i].is_dirty = true;
}

static void watch_event(struct delivery *delivery, const json_t *event)
{
	struct backlog_entry *entry;

	if (is_kind(event, EVENT_ANSWER) || is_kind(event, EVENT_INQUIRY) ||
	    is_kind(event, EVENT_INQUIRY_WITHDRAWN) ||
	    is_kind(event, EVENT_PASSAGE_CLOSED))
		wake_passage(delivery,
			     json_integer_value(json_object_get(event, "passage")));
	if (!is_kind(event, EVENT_DELIVERY))
		return;
	entry = backlog_find(delivery->backlog, fate_number(event, "of"));
	if (entry)
		entry->is_dirty = true;
}

static bool watch_page(struct delivery *delivery)
{
	struct journal_query query = all_after(delivery->tail);
	json_t *rows = read_page(delivery, &query);
	bool goes_on = json_array_size(rows) > 0;
	size_t i;
	const json_t *row;

	json_array_foreach(rows, i, row)
	{
		watch_event(delivery, json_object_get(row, "bytes"));
		delivery->tail = json_integer_value(json_object_get(row, "seq"));
	}
	json_decref(rows);
	return goes_on;
}

void delivery_follow(struct delivery *delivery, int64_t now_ms)
{
	struct journal_health record = {0};
	int pages = 0;

	if (now_ms < delivery->read_from_ms ||
	    !journal_read_health(delivery->config.journal, 2, &record))
		return;
	while (delivery->tail < record.last_seq && pages++ < PAGES_A_TURN &&
	       watch_page(delivery))
		;
	while (delivery->scan < record.last_seq && pages++ < PAGES_A_TURN &&
	       backlog_room(delivery->backlog) > 0 && scan_page(delivery))
		;
	judge_again(delivery);
	delivery->health.is_whole = delivery->scan >= record.last_seq;
	if (delivery->is_told)
		delivery->read_from_ms = now_ms + READ_PAUSE_MS;
}
