/* SPDX-License-Identifier: MIT */
/*
 * The book of the demonstration: which truck of the yard is which passage of the record,
 * which lifts were recorded, and what is still to be done for each truck.
 *
 * Trucks and passages are matched lane by lane by the time of their arrival, never by the
 * plate: a plate may be misread. A lane opens a passage when a vehicle is on its approach
 * loop and the arm behind the one before is down.
 *
 * Layer: tools. No I/O.
 */
#ifndef KAKOU_TOOLS_DEMO_BOOK_H
#define KAKOU_TOOLS_DEMO_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/demo/report.h"

enum {
	BOOK_MATCH_BEFORE_MS = 500, /**< a passage is opened at most so long before … */
	BOOK_MATCH_AFTER_MS =
		10000,          /**< … and after the arrival: the arm may be closing */
	BOOK_OFFICER_MS = 5000, /**< a hold is this old when the officer acts */
	BOOK_LIFT_WINDOW_MS = 5000, /**< a command explains a lift for so long */
	BOOK_NO_PASSAGE_MS = 3000,  /**< gone for so long without a passage: none came */
	BOOK_NOTES_MS = 40000,      /**< what comes after the end must come within this */
	BOOK_ASK_AGAIN_MS = 1000,
	BOOK_LANE_MAX = 31,
};

/** A truck of the scenario. */
struct book_truck {
	/* What the scenario says. */
	char n[12];
	char kind[32];
	char lane[BOOK_LANE_MAX + 1];
	char plate[32];
	char officer[16]; /**< release, inspect, return; "" = leaves it alone */
	struct expectation expect;
	/* What came of it. */
	int64_t arrived_wall_ms; /**< 0 = not yet */
	int64_t arrived_mono_ms;
	int64_t gone_wall_ms, gone_mono_ms; /**< 0 = not yet */
	int64_t passage;                    /**< 0 = not matched */
	bool is_closed;                     /**< the record says the passage is over */
	bool is_asked;                      /**< its report is being fetched */
	int64_t ask_after_ms;               /**< monotonic: not before */
	bool is_judged;
	bool is_ok;
	bool is_printed;
	struct report report;
	struct why why; /**< not ok: the first difference */
};

/** An event of the record, as far as the book looks at it. */
struct book_event {
	int64_t seq, passage, mono_ms, wall_ms;
	char kind[24];
	char lane[BOOK_LANE_MAX + 1];
	char reason[40];    /**< hold */
	char rule[8];       /**< safety */
	char act[24];       /**< officer_act */
	int64_t authorised; /**< lift_commanded: seq of the lift_authorised */
};

/** An arm that left its lower limit upwards, seen by the yard. */
struct book_lift {
	char lane[BOOK_LANE_MAX + 1];
	int64_t mono_ms;
};

/** A hold that waits for an officer. */
struct book_hold {
	char lane[BOOK_LANE_MAX + 1];
	int64_t passage;
	char reason[40];
	const struct book_truck *truck; /**< NULL = a vehicle that is not in the book */
};

struct book; /* opaque */

KAKOU_MUST_CHECK enum kakou_err book_create(struct book **out);
void book_destroy(struct book *book);

/** Adds a truck; only the scenario's part of `truck` counts. KAKOU_E_INVALID: its number
 *  is in the book already. */
KAKOU_MUST_CHECK enum kakou_err book_add(struct book *book,
					 const struct book_truck *truck, struct why *why);

size_t book_count(const struct book *book);
struct book_truck *book_at(struct book *book, size_t i);
struct book_truck *book_find(struct book *book, const char *n);
struct book_truck *book_find_passage(struct book *book, int64_t passage);

/* What the yard saw. Numbers and lanes that are not known do nothing. */
void book_note_arrival(struct book *book, const char *n, int64_t wall_ms,
		       int64_t mono_ms);
void book_note_departure(struct book *book, const char *n, int64_t wall_ms,
			 int64_t mono_ms);
KAKOU_MUST_CHECK enum kakou_err book_note_lift(struct book *book,
					       const struct book_lift *lift);

/** What the record says; events in their order. */
KAKOU_MUST_CHECK enum kakou_err book_note_event(struct book *book,
						const struct book_event *event);

/** Explains the yard's lifts up to an instant whose events are all noted. */
void book_settle_lifts(struct book *book, int64_t until_mono_ms);

int64_t book_lifts(const struct book *book); /**< clearing lifts commanded */
int64_t book_yard_lifts(
	const struct book *book); /**< lifts the yard saw and book settled */
int64_t book_unrecorded(
	const struct book *book); /**< of those, without an earlier event */
int64_t book_last_seq(const struct book *book);

/** A truck whose report can be fetched now; marks it as asked. NULL = none. */
struct book_truck *book_next_to_ask(struct book *book, int64_t now_mono_ms);

/** A truck that left without ever opening a passage is judged as failed. NULL = none. */
struct book_truck *book_judge_lost(struct book *book, int64_t now_mono_ms);

/** Compares report and expectation. When only notes are missing that may still come, the
 *  truck is to be asked for again. */
void book_judge(struct book_truck *truck, const struct report *report,
		int64_t now_mono_ms);
void book_judge_failed(struct book_truck *truck, const char *fault);

/** The next truck in order whose line may be printed; marks it. NULL = none. */
struct book_truck *book_next_to_print(struct book *book);

/** True when every truck is printed. */
bool book_is_full(const struct book *book);

/** Drops the oldest printed trucks but `keep`; trucks that endless traffic has behind it. */
void book_forget(struct book *book, size_t keep);

/** A hold old enough for the officer; each is handed out once. */
bool book_next_hold(struct book *book, int64_t now_mono_ms, struct book_hold *out);

#endif
