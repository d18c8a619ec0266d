/* SPDX-License-Identifier: MIT */
/*
 * A walk test's loops, beams, buttons and keys: each goes on and off, and no other with it.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/kakou/cli_walk.h"
#include "hal/clock.h"

enum { AFTERWARDS_MS = 300 }; /* what else changes may do so a little later */

/* In the order in which a technician walks down the lane. */
static const struct {
	enum line_role role;
	const char *title, *what;
} inputs[] = {
	{LINE_APPROACH,    "approach loop",            "drive onto the approach loop, then off it" },
	{LINE_SCALE_ENTRY, "beam at the deck's entry",
	 "interrupt the beam at the deck's entry, then clear it"                                   },
	{LINE_SCALE_EXIT,  "beam at the deck's exit",
	 "interrupt the beam at the deck's exit, then clear it"                                    },
	{LINE_SAFETY_LOOP, "safety loop",
	 "put a test coil or steel plate on the safety loop, then take it away"                    },
	{LINE_BEAM,        "safety beam",
	 "hold a hand in the beam under the arm, then take it away"                                },
	{LINE_EXIT,        "exit loop",                "drive onto the exit loop, then off it"     },
	{LINE_RESET,       "reset key",                "turn the reset key at the gate, then back" },
	{LINE_DOOR,        "cabinet door",             "open the door of the cabinet, then shut it"},
};

struct wanted {
	enum line_role role;
	struct walk_line before;
};

static bool has_gone_on_and_off(const struct walk *walk, const void *arg)
{
	const struct wanted *wanted = arg;
	const struct walk_line *line = &walk->lines[wanted->role];

	return line->rises > wanted->before.rises && line->falls > wanted->before.falls &&
	       !line->level;
}

/* The line's own second contact, which has to change with it. */
static enum line_role find_twin(enum line_role role)
{
	for (enum line_role twin = 0; twin < LINE_ROLES; twin++) {
		if (line_role_first_contact(twin) == role)
			return twin;
	}
	return LINE_ROLES;
}

/* Inputs beside this one that have changed too: "beam 2 edges". */
static void list_others(const struct walk *walk, const struct walk_line *before,
			enum line_role role, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (enum line_role other = 0; other < LINE_ROLES; other++) {
		const struct walk_line *line = &walk->lines[other];
		int64_t edges = line->rises - before[other].rises + line->falls -
				before[other].falls;
		int n;

		if (!line->is_there || line->is_output || edges == 0 || other == role ||
		    other == find_twin(role))
			continue;
		n = snprintf(to + used, size - used, "%s%s %" PRId64 " edges",
			     used ? ", " : "", line_role_name(other), edges);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

/* False with the reason: the second contact stood still. */
static bool twin_agrees(const struct walk *walk, const struct walk_line *before,
			enum line_role role)
{
	enum line_role twin = find_twin(role);
	const struct walk_line *line;

	if (twin == LINE_ROLES || !walk->lines[twin].is_there)
		return true;
	line = &walk->lines[twin];
	return line->rises > before[twin].rises && line->falls > before[twin].falls;
}

static void judge(struct walk *walk, const struct walk_line *before, size_t i)
{
	enum line_role role = inputs[i].role;
	const struct walk_line *line = &walk->lines[role];
	const char *step = line_role_name(role);
	int64_t rises = line->rises - before[role].rises;
	char others[WALK_TEXT_MAX];

	list_others(walk, before, role, others, sizeof(others));
	if (others[0])
		walk_book(walk, step, inputs[i].title, WALK_FAILED,
			  "%s: another line changed too: %s", line->where, others);
	else if (!twin_agrees(walk, before, role))
		walk_book(walk, step, inputs[i].title, WALK_FAILED,
			  "%s: its second contact did not change with it", line->where);
	else
		walk_book(walk, step, inputs[i].title, WALK_PASSED,
			  "%s: on and off%s, nothing else%s", line->where,
			  rises > 1 ? ", more than once" : "",
			  line->caught > before[role].caught
				  ? "; pulses shorter than a scan"
				  : "");
}

static void walk_input(struct walk *walk, size_t i)
{
	enum line_role role = inputs[i].role;
	const char *step = line_role_name(role);
	struct walk_line before[LINE_ROLES];
	struct wanted wanted = {.role = role};
	char failure[WALK_TEXT_MAX];

	if (walk_is_skipped(walk, step, inputs[i].title))
		return;
	do {
		if (!walk_look(walk))
			return;
		memcpy(before, walk->lines, sizeof(before));
		wanted.before = before[role];
		walk_say(walk, step, "%s", inputs[i].what);
		if (walk_wait(walk, has_gone_on_and_off, &wanted)) {
			clock_sleep_until_ms(clock_mono_ms() + AFTERWARDS_MS);
			if (walk_look(walk))
				judge(walk, before, i);
			return;
		}
		(void)snprintf(failure, sizeof(failure), "%.60s: %s within %" PRId64 " s",
			       before[role].where,
			       walk->lines[role].level ? "did not go off"
						       : "did not go on and off",
			       walk->patience_ms / 1000);
	} while (walk_retries(walk, step, inputs[i].title, failure));
}

void walk_inputs(struct walk *walk)
{
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]) && !walk->exit; i++) {
		if (walk->lines[inputs[i].role].is_there)
			walk_input(walk, i);
	}
}
