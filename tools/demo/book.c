/* SPDX-License-Identifier: MIT */
/*
 * The book: trucks, passages and holds. The account of lifts is in book_lifts.c.
 *
 * Layer: tools. No I/O.
 */
#include "tools/demo/book.h"

#include <stdlib.h>
#include <string.h>

#include "hal/text.h"
#include "tools/demo/book_lifts.h"

/* A passage of the record that is open, or not matched yet. */
struct entry {
	int64_t passage;
	int64_t opened_wall_ms;
	char lane[BOOK_LANE_MAX + 1];
	bool is_matched;
	int64_t held_since_mono_ms; /* 0 = not held */
	char reason[40];
	bool is_handed_out; /* this hold was given to the officer */
};

struct book {
	struct book_truck *trucks;
	size_t truck_count, truck_room;
	struct entry *entries;
	size_t entry_count, entry_room;
	struct book_lifts *lifts;
	int64_t last_seq;
};

enum { ENTRIES_KEPT = 64 };

enum kakou_err book_create(struct book **out)
{
	struct book *book = calloc(1, sizeof(*book));
	enum kakou_err err;

	if (!book)
		return KAKOU_E_NOMEM;
	err = book_lifts_create(&book->lifts);
	if (err) {
		free(book);
		return err;
	}
	*out = book;
	return KAKOU_OK;
}

void book_destroy(struct book *book)
{
	if (!book)
		return;
	book_lifts_destroy(book->lifts);
	free(book->trucks);
	free(book->entries);
	free(book);
}

/* Makes room for one more element. */
static enum kakou_err make_room(void **array, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? *room * 2 : 32;
	void *bigger;

	if (count < *room)
		return KAKOU_OK;
	bigger = reallocarray(*array, wanted, size);
	if (!bigger)
		return KAKOU_E_NOMEM;
	*array = bigger;
	*room = wanted;
	return KAKOU_OK;
}

enum kakou_err book_add(struct book *book, const struct book_truck *truck,
			struct why *why)
{
	struct book_truck *added;

	if (book_find(book, truck->n))
		return why_set(why, KAKOU_E_INVALID, "truck \"%s\" is there twice",
			       truck->n);
	if (make_room((void **)&book->trucks, &book->truck_room, book->truck_count,
		      sizeof(book->trucks[0])))
		return why_set(why, KAKOU_E_NOMEM, "no memory for truck \"%s\"",
			       truck->n);
	added = &book->trucks[book->truck_count++];
	memset(added, 0, sizeof(*added));
	text_copy(added->n, sizeof(added->n), truck->n);
	text_copy(added->kind, sizeof(added->kind), truck->kind);
	text_copy(added->lane, sizeof(added->lane), truck->lane);
	text_copy(added->plate, sizeof(added->plate), truck->plate);
	text_copy(added->officer, sizeof(added->officer), truck->officer);
	added->expect = truck->expect;
	return KAKOU_OK;
}

size_t book_count(const struct book *book)
{
	return book->truck_count;
}

struct book_truck *book_at(struct book *book, size_t i)
{
	return i < book->truck_count ? &book->trucks[i] : NULL;
}

struct book_truck *book_find(struct book *book, const char *n)
{
	for (size_t i = 0; i < book->truck_count; i++) {
		if (strcmp(book->trucks[i].n, n) == 0)
			return &book->trucks[i];
	}
	return NULL;
}

struct book_truck *book_find_passage(struct book *book, int64_t passage)
{
	for (size_t i = 0; passage && i < book->truck_count; i++) {
		if (book->trucks[i].passage == passage)
			return &book->trucks[i];
	}
	return NULL;
}

static struct entry *find_entry(struct book *book, int64_t passage)
{
	for (size_t i = 0; i < book->entry_count; i++) {
		if (book->entries[i].passage == passage)
			return &book->entries[i];
	}
	return NULL;
}

/* ---- matching ----------------------------------------------------------------------- */

/* Milliseconds between arrival and opening, INT64_MAX when they don't fit. */
static int64_t apart(const struct book_truck *truck, const struct entry *entry)
{
	int64_t after_ms = entry->opened_wall_ms - truck->arrived_wall_ms;

	if (truck->passage || !truck->arrived_wall_ms || entry->is_matched ||
	    strcmp(truck->lane, entry->lane) != 0)
		return INT64_MAX;
	if (truck->gone_wall_ms && truck->gone_wall_ms < entry->opened_wall_ms)
		return INT64_MAX;
	if (after_ms < -BOOK_MATCH_BEFORE_MS || after_ms > BOOK_MATCH_AFTER_MS)
		return INT64_MAX;
	return llabs(after_ms);
}

static void match(struct book_truck *truck, struct entry *entry)
{
	truck->passage = entry->passage;
	entry->is_matched = true;
}

static void match_entry(struct book *book, struct entry *entry)
{
	struct book_truck *best = NULL;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < book->truck_count; i++) {
		int64_t ms = apart(&book->trucks[i], entry);

		if (ms < least) {
			least = ms;
			best = &book->trucks[i];
		}
	}
	if (best)
		match(best, entry);
}

static void match_truck(struct book *book, struct book_truck *truck)
{
	struct entry *best = NULL;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < book->entry_count; i++) {
		int64_t ms = apart(truck, &book->entries[i]);

		if (ms < least) {
			least = ms;
			best = &book->entries[i];
		}
	}
	if (best)
		match(truck, best);
}

/* ---- the yard ------------------------------------------------------------------------ */

void book_note_arrival(struct book *book, const char *n, int64_t wall_ms, int64_t mono_ms)
{
	struct book_truck *truck = book_find(book, n);

	if (!truck || truck->arrived_wall_ms)
		return;
	truck->arrived_wall_ms = wall_ms;
	truck->arrived_mono_ms = mono_ms;
	match_truck(book, truck);
}

void book_note_departure(struct book *book, const char *n, int64_t wall_ms,
			 int64_t mono_ms)
{
	struct book_truck *truck = book_find(book, n);

	if (!truck || truck->gone_mono_ms)
		return;
	truck->gone_wall_ms = wall_ms;
	truck->gone_mono_ms = mono_ms;
}

enum kakou_err book_note_lift(struct book *book, const struct book_lift *lift)
{
	return book_lifts_note(book->lifts, lift);
}

/* ---- the record ---------------------------------------------------------------------- */

/* Only the newest passages can still be matched or held. */
static void forget_entries(struct book *book)
{
	if (book->entry_count < 2 * ENTRIES_KEPT)
		return;
	memmove(book->entries, book->entries + book->entry_count - ENTRIES_KEPT,
		ENTRIES_KEPT * sizeof(book->entries[0]));
	book->entry_count = ENTRIES_KEPT;
}

static enum kakou_err open_passage(struct book *book, const struct book_event *event)
{
	struct entry *entry;
	enum kakou_err err;

	forget_entries(book);
	err = make_room((void **)&book->entries, &book->entry_room, book->entry_count,
			sizeof(book->entries[0]));
	if (err)
		return err;
	entry = &book->entries[book->entry_count++];
	memset(entry, 0, sizeof(*entry));
	entry->passage = event->passage;
	entry->opened_wall_ms = event->wall_ms;
	text_copy(entry->lane, sizeof(entry->lane), event->lane);
	match_entry(book, entry);
	return KAKOU_OK;
}

static void begin_hold(struct entry *entry, const struct book_event *event)
{
	if (!entry)
		return;
	entry->held_since_mono_ms = event->mono_ms;
	entry->is_handed_out = false;
	text_copy(entry->reason, sizeof(entry->reason), event->reason);
}

/* A person may acknowledge an alarm or begin emergency mode: the vehicle waits on. */
static bool is_about_vehicle(const struct book_event *event)
{
	static const char *const others[] = {"ack",  "shelve", "answer", "emergency-mode",
					     "lock", "open"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(event->act, others[i]) == 0)
			return false;
	return true;
}

static void end_hold(struct entry *entry)
{
	if (entry)
		entry->held_since_mono_ms = 0;
}

static void close_passage(struct book *book, int64_t passage)
{
	struct book_truck *truck = book_find_passage(book, passage);

	end_hold(find_entry(book, passage));
	if (truck)
		truck->is_closed = true;
}

enum kakou_err book_note_event(struct book *book, const struct book_event *event)
{
	struct entry *entry = find_entry(book, event->passage);

	if (event->seq > book->last_seq)
		book->last_seq = event->seq;
	if (strcmp(event->kind, "passage_opened") == 0)
		return open_passage(book, event);
	if (strcmp(event->kind, "hold") == 0)
		begin_hold(entry, event);
	else if (strcmp(event->kind, "lift_authorised") == 0 ||
		 (strcmp(event->kind, "officer_act") == 0 && is_about_vehicle(event)))
		end_hold(entry);
	else if (strcmp(event->kind, "passage_closed") == 0)
		close_passage(book, event->passage);
	return book_lifts_note_event(book->lifts, event);
}

void book_settle_lifts(struct book *book, int64_t until_mono_ms)
{
	book_lifts_settle(book->lifts, until_mono_ms);
}

int64_t book_lifts(const struct book *book)
{
	return book_lifts_commanded(book->lifts);
}

int64_t book_yard_lifts(const struct book *book)
{
	return book_lifts_seen(book->lifts);
}

int64_t book_unrecorded(const struct book *book)
{
	return book_lifts_unrecorded(book->lifts);
}

int64_t book_last_seq(const struct book *book)
{
	return book->last_seq;
}

/* ---- judging and printing -------------------------------------------------------------- */

static bool is_to_ask(const struct book_truck *truck, int64_t now_mono_ms)
{
	return truck->is_closed && truck->gone_mono_ms && !truck->is_asked &&
	       !truck->is_judged && now_mono_ms >= truck->ask_after_ms;
}

struct book_truck *book_next_to_ask(struct book *book, int64_t now_mono_ms)
{
	for (size_t i = 0; i < book->truck_count; i++) {
		if (is_to_ask(&book->trucks[i], now_mono_ms)) {
			book->trucks[i].is_asked = true;
			return &book->trucks[i];
		}
	}
	return NULL;
}

struct book_truck *book_judge_lost(struct book *book, int64_t now_mono_ms)
{
	for (size_t i = 0; i < book->truck_count; i++) {
		struct book_truck *truck = &book->trucks[i];

		if (truck->is_judged || truck->passage || !truck->gone_mono_ms ||
		    now_mono_ms - truck->gone_mono_ms < BOOK_NO_PASSAGE_MS)
			continue;
		book_judge_failed(truck,
				  "the truck has left, and no passage was opened for it");
		return truck;
	}
	return NULL;
}

void book_judge(struct book_truck *truck, const struct report *report,
		int64_t now_mono_ms)
{
	bool agrees = report_agrees(report, &truck->expect, &truck->why);
	bool is_whole =
		report_has_notes(report, &truck->expect, agrees ? &truck->why : NULL);

	truck->report = *report;
	if (agrees && !is_whole && now_mono_ms - truck->gone_mono_ms < BOOK_NOTES_MS) {
		truck->is_asked = false;
		truck->ask_after_ms = now_mono_ms + BOOK_ASK_AGAIN_MS;
		return;
	}
	truck->is_ok = agrees && is_whole;
	truck->is_judged = true;
}

void book_judge_failed(struct book_truck *truck, const char *fault)
{
	static const struct report nothing = {
		.stages = {-1, -1, -1, -1, -1, -1},
	};

	truck->report = nothing;
	truck->report.passage = truck->passage;
	truck->is_ok = false;
	truck->is_judged = true;
	why_set(&truck->why, KAKOU_E_INVALID, "%s", fault);
}

struct book_truck *book_next_to_print(struct book *book)
{
	for (size_t i = 0; i < book->truck_count; i++) {
		struct book_truck *truck = &book->trucks[i];

		if (truck->is_printed)
			continue;
		if (!truck->is_judged)
			return NULL;
		truck->is_printed = true;
		return truck;
	}
	return NULL;
}

bool book_is_full(const struct book *book)
{
	for (size_t i = 0; i < book->truck_count; i++) {
		if (!book->trucks[i].is_printed)
			return false;
	}
	return true;
}

void book_forget(struct book *book, size_t keep)
{
	size_t printed = 0;

	while (printed < book->truck_count && book->trucks[printed].is_printed)
		printed++;
	if (printed < 2 * keep)
		return;
	memmove(book->trucks, book->trucks + printed - keep,
		(book->truck_count - (printed - keep)) * sizeof(book->trucks[0]));
	book->truck_count -= printed - keep;
}

bool book_next_hold(struct book *book, int64_t now_mono_ms, struct book_hold *out)
{
	for (size_t i = 0; i < book->entry_count; i++) {
		struct entry *entry = &book->entries[i];

		if (!entry->held_since_mono_ms || entry->is_handed_out ||
		    now_mono_ms - entry->held_since_mono_ms < BOOK_OFFICER_MS)
			continue;
		entry->is_handed_out = true;
		text_copy(out->lane, sizeof(out->lane), entry->lane);
		out->passage = entry->passage;
		text_copy(out->reason, sizeof(out->reason), entry->reason);
		out->truck = book_find_passage(book, entry->passage);
		return true;
	}
	return false;
}
