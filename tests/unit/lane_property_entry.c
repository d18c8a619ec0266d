/* SPDX-License-Identifier: MIT */
/*
 * What must hold of the entry arm, and of both arms together, after every scan.
 */
#include <string.h>

#include "tests/unit/lane_property_watch.h"

static bool is_down(const struct interlock_inputs *in)
{
	return in->is_known && in->limit_down && !in->limit_up;
}

static bool is_under(const struct bench *bench)
{
	return bench_touches(&bench->vehicle, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM) ||
	       bench_touches(&bench->second, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM);
}

/* Neither arm begins to leave its lower limit while the other is not known to be at its own. */
static void watch_both(const struct lane_inputs *in)
{
	const struct interlock_outputs *exit = &watch.bench->motor;
	const struct interlock_outputs *entry = &watch.bench->lane.entry.outputs;

	/* S11, also from a person's hand: up at once, whatever the other does. */
	if (in->interlock.emergency || watch.bench->lane.is_raised_by_hand)
		return;
	expect(!(exit->raise && is_down(&in->interlock) && !is_down(&in->entry)),
	       "the exit opens while the entry is not down");
	expect(!(entry->raise && is_down(&in->entry) && !is_down(&in->interlock)),
	       "the entry opens while the exit is not down");
	expect(!(entry->raise && is_down(&in->entry) && exit->raise &&
		 is_down(&in->interlock)),
	       "both arms open at once");
}

/* What this scan says goes to the record after it: an arm that was coming down goes up at once. */
static bool says_that_it_opens(void)
{
	const struct lane_out *out = &watch.bench->out;

	for (size_t i = 0; i < out->event_count; i++)
		if (out->events[i].kind == EVENT_BARRIER)
			return strncmp(watch_text(&out->events[i], "what"), "opens", 5) ==
			       0;
	return false;
}

/* S4: both devices have test outputs. */
static void watch_proof(const struct interlock_inputs *in, bool lowers)
{
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		expect(watch_arm_is_proved(&watch.entry, d, PROOF_TEST_OUTPUT, lowers,
					   in->now_ms),
		       lowers ? "the entry lowers without a passed proof"
			      : "the entry raises without a passed proof");
		watch.entry.proof[d].passed_ms = 0;
	}
}

static void watch_entry_motor(const struct lane_inputs *in)
{
	const struct interlock_inputs *seen = &in->entry;
	const struct interlock_outputs *motor = &watch.bench->lane.entry.outputs;
	bool reverses =
		watch.entry.last.lower && (seen->occupied[0] || seen->occupied[1]);
	const uint32_t both = 1u << POSITION_GATE_LOOP | 1u << POSITION_GATE_BEAM;

	expect(!(motor->lower && (seen->occupied[0] || seen->occupied[1])),
	       "the entry lowers while its loop or beam see something");
	expect(!(motor->lower && is_under(watch.bench) &&
		 (watch.bench->dead & both) != both),
	       "the entry comes down on a vehicle that a working device sees");
	if (motor->raise && !watch.entry.last.raise && is_down(seen) && !seen->emergency)
		expect(watch.entry_may_open || says_that_it_opens() || reverses,
		       "the entry opens without a word in the record");
	if (motor->lower && !watch.entry.last.lower)
		expect(watch.entry_was_ours || watch.accepted > 0,
		       "the entry closes what nobody opened");
	if ((motor->raise && !watch.entry.last.raise && !watch.entry.last.lower &&
	     !seen->emergency) ||
	    (motor->lower && !watch.entry.last.lower))
		watch_proof(seen, motor->lower);
	expect(!(motor->lower && watch.bench->record_is_full),
	       "the entry lowers while the record has no room");
	watch.hits->rules[RULE_ENTRY_OPENED] += motor->raise && !watch.entry.last.raise;
	watch.hits->rules[RULE_ENTRY_CLOSED] += motor->lower && !watch.entry.last.lower;
}

void watch_entry_event(const char *what)
{
	if (strncmp(what, "opens", 5) == 0) {
		expect(watch.open != 0, "the entry opens for no passage");
		watch.entry_may_open = watch.entry_was_ours = true;
	} else {
		watch.entry_may_open = false;
	}
}

void watch_entry(const struct lane_inputs *in)
{
	if (!watch.bench->lane.entry.exists)
		return;
	watch_arm_see(&watch.entry, &in->entry);
	watch_both(in);
	watch_entry_motor(in);
	watch.hits->rules[RULE_ENTRY_WAITED] += watch.bench->lane.state == LANE_LIFTING &&
						is_down(&in->interlock) &&
						!is_down(&in->entry);
	watch_arm_move(&watch.entry, &in->entry, &watch.bench->lane.entry.outputs, false);
}
