/* SPDX-License-Identifier: MIT */
/*
 * A walk test's arm: moved by the buttons at the gate alone, its travel measured, its limits in
 * the right order, stopped by an obstruction and by the cabinet's relay.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/kakou/cli_walk.h"
#include "hal/clock.h"

enum { HEARTBEAT_STOP_MS = 3000 };

static bool is_on(const struct walk *walk, const void *arg)
{
	return walk->lines[*(const enum line_role *)arg].level;
}

static bool is_off(const struct walk *walk, const void *arg)
{
	return !walk->lines[*(const enum line_role *)arg].level;
}

static bool buttons_are_free(const struct walk *walk, const void *arg)
{
	(void)arg;
	return !walk->lines[LINE_HOLD_RAISE].level && !walk->lines[LINE_HOLD_LOWER].level;
}

/* One way of the arm. */
struct way {
	const char *step, *title, *what;
	enum line_role from, to;
};

static const struct way up = {"arm.raise", "arm up by hold-to-run",
			      "press and hold hold_raise at the gate until the arm is up",
			      LINE_LIMIT_DOWN, LINE_LIMIT_UP};
static const struct way down = {
	"arm.lower", "arm down by hold-to-run",
	"press and hold hold_lower at the gate until the arm is down", LINE_LIMIT_UP,
	LINE_LIMIT_DOWN};

/* The limits have changed once each, in their order; "" or what is wrong. */
static const char *find_disorder(const struct walk *walk, const struct way *way,
				 const struct walk_line *from, const struct walk_line *to)
{
	const struct walk_line *left = &walk->lines[way->from];
	const struct walk_line *reached = &walk->lines[way->to];

	if (left->level)
		return "the limit it came from is still on";
	if (left->falls - from->falls != 1 || left->rises != from->rises)
		return "the limit it came from did not go off just once";
	if (reached->rises - to->rises != 1 || reached->falls != to->falls)
		return "the limit it went to did not come on just once";
	if (reached->changed_ms < left->changed_ms)
		return "the limit it went to came on before the other went off";
	return "";
}

static void judge_way(struct walk *walk, const struct way *way,
		      const struct walk_line *from, const struct walk_line *to)
{
	const char *wrong = find_disorder(walk, way, from, to);
	int64_t travel_ms =
		walk->lines[way->to].changed_ms - walk->lines[way->from].changed_ms;

	if (wrong[0])
		walk_book(walk, way->step, way->title, WALK_FAILED, "%s", wrong);
	else
		walk_book(walk, way->step, way->title, WALK_PASSED,
			  "%s then %s, travel %" PRId64 " ms", line_role_name(way->from),
			  line_role_name(way->to), travel_ms);
}

/* Prompts and waits for the limit. False: it did not come, or the test is over. */
static bool go(struct walk *walk, const struct way *way, bool is_booked)
{
	struct walk_line from, to;
	char failure[WALK_TEXT_MAX];

	if (is_booked && walk_is_skipped(walk, way->step, way->title))
		return false;
	do {
		if (!walk_look(walk))
			return false;
		from = walk->lines[way->from];
		to = walk->lines[way->to];
		if (is_booked && (!from.level || to.level)) {
			walk_book(walk, way->step, way->title, WALK_FAILED,
				  "the arm is not at %s to begin with",
				  line_role_name(way->from));
			return false;
		}
		walk_say(walk, way->step, "%s", way->what);
		if (walk_wait(walk, is_on, &way->to)) {
			if (is_booked)
				judge_way(walk, way, &from, &to);
			walk_say(walk, way->step, "let go of the button");
			return walk_wait(walk, buttons_are_free, NULL);
		}
		(void)snprintf(failure, sizeof(failure),
			       "%s did not come on within %" PRId64 " s",
			       line_role_name(way->to), walk->patience_ms / 1000);
	} while (walk_retries(walk, way->step, way->title, failure));
	return false;
}

/* ---- an obstruction ---------------------------------------------------------------------- */

static void walk_obstruction(struct walk *walk)
{
	static const char step[] = "arm.stop", title[] = "an obstruction stops the arm";
	const enum line_role lower = LINE_LOWER, beam = LINE_BEAM;
	int64_t seen_ms;

	if (walk_is_skipped(walk, step, title))
		return;
	walk_say(walk, step,
		 "press and hold hold_lower, and hold a hand in the beam while the arm "
		 "comes down");
	if (!walk_wait(walk, is_on, &lower) || !walk_wait(walk, is_on, &beam)) {
		walk_book(walk, step, title, WALK_FAILED,
			  "no lowering that was interrupted by the beam within %" PRId64
			  " s",
			  walk->patience_ms / 1000);
		return;
	}
	seen_ms = walk->lines[LINE_BEAM].changed_ms;
	if (!walk_wait(walk, is_off, &lower)) {
		walk_book(walk, step, title, WALK_FAILED,
			  "the lower output stayed on while the beam was interrupted");
	} else if (walk->lines[LINE_LIMIT_DOWN].level) {
		walk_book(
			walk, step, title, WALK_FAILED,
			"the arm was down before the beam stopped it: nothing is proved");
	} else {
		walk_book(walk, step, title, WALK_PASSED,
			  "lower went off %" PRId64 " ms after the beam",
			  walk->lines[LINE_LOWER].changed_ms - seen_ms);
	}
	walk_say(walk, step, "clear the beam and let go of the button");
	(void)walk_wait(walk, buttons_are_free, NULL);
	(void)walk_wait(walk, is_off, &beam);
}

/* ---- the heartbeat relay ----------------------------------------------------------------- */

/* Between two renewals: goes on until the arm is down after all. */
static bool watch_fall(void *arg)
{
	struct walk *walk = arg;

	return walk_look(walk) && !walk->lines[LINE_LIMIT_DOWN].level;
}

static void walk_heartbeat(struct walk *walk)
{
	static const char step[] = "heartbeat", title[] = "no heartbeat, no lowering";
	const enum line_role lower = LINE_LOWER;
	int exit;

	if (walk_is_skipped(walk, step, title))
		return;
	if (!go(walk, &up, false)) {
		walk_book(walk, step, title, WALK_FAILED, "the arm did not go up for it");
		return;
	}
	walk_say(walk, step,
		 "press and hold hold_lower for 5 s: the heartbeat is stopped, and the "
		 "arm has to stand still");
	if (!walk_wait(walk, is_on, &lower)) {
		walk_book(walk, step, title, WALK_FAILED,
			  "hold_lower was not pressed within %" PRId64 " s",
			  walk->patience_ms / 1000);
		return;
	}
	exit = cli_pulse(walk->cli, walk->lane, "heartbeat", HEARTBEAT_STOP_MS,
			 "walk-test: the heartbeat relay", watch_fall, walk);
	if (exit || !walk_look(walk)) {
		walk_book(walk, step, title, WALK_FAILED,
			  "the heartbeat could not be stopped");
		return;
	}
	if (walk->lines[LINE_LIMIT_DOWN].level) {
		walk_book(walk, step, title, WALK_FAILED,
			  "the arm came down without a heartbeat: the relay does not cut "
			  "lowering");
		return;
	}
	walk_say(walk, step, "let go of the button");
	(void)walk_wait(walk, buttons_are_free, NULL);
	(void)walk_confirm(walk, step, title,
			   "did the arm stand still while the button was held? (y/n)");
}

/* ---- emergency --------------------------------------------------------------------------- */

static void walk_emergency(struct walk *walk)
{
	static const char step[] = "emergency",
			  title[] = "emergency input raises the arm";
	const enum line_role input = LINE_EMERGENCY, limit = LINE_LIMIT_UP;

	if (walk_is_skipped(walk, step, title))
		return;
	walk_say(walk, step, "press the emergency opening: the arm rises");
	if (!walk_wait(walk, is_on, &input)) {
		walk_book(walk, step, title, WALK_FAILED,
			  "%s did not come on within %" PRId64 " s",
			  walk->lines[LINE_EMERGENCY].where, walk->patience_ms / 1000);
		return;
	}
	if (!walk_wait(walk, is_on, &limit))
		walk_book(walk, step, title, WALK_FAILED, "the arm did not get up");
	else
		walk_book(walk, step, title, WALK_PASSED,
			  "%s came on and the arm went up by itself",
			  walk->lines[LINE_EMERGENCY].where);
	walk_say(walk, step, "set the emergency opening back");
	(void)walk_wait(walk, is_off, &input);
}

void walk_arm(struct walk *walk)
{
	bool has_buttons = walk->lines[LINE_HOLD_RAISE].is_there &&
			   walk->lines[LINE_HOLD_LOWER].is_there;
	bool has_emergency = walk->lines[LINE_EMERGENCY].is_there;

	if (!has_buttons) {
		walk_book(
			walk, "arm", "arm by hold-to-run", WALK_SKIPPED,
			"the lane has no hold_raise and hold_lower: move the arm by the "
			"barrier's own controls and watch kakou io watch");
		if (has_emergency)
			walk_emergency(walk);
		return;
	}
	if (go(walk, &up, true)) {
		walk_obstruction(walk);
		if (walk_look(walk) && !walk->lines[LINE_LIMIT_UP].level)
			(void)go(walk, &up, false);
		(void)go(walk, &down, true);
	}
	walk_heartbeat(walk);
	if (has_emergency)
		walk_emergency(walk);
	if (walk_look(walk) && !walk->lines[LINE_LIMIT_DOWN].level)
		(void)go(walk, &down, false);
}
