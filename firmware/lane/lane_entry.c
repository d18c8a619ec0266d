/* SPDX-License-Identifier: MIT */
/*
 * The entry barrier. Layer: firmware. Pure.
 */
#include "firmware/lane/lane_entry.h"

#include "firmware/lane/lane_internal.h"
#include "firmware/lane/wiring.h"

/* What calls an officer to the entry arm until it is down again. */
enum {
	ENTRY_FAULTS = NOTE_LOCKED | NOTE_UNPROVED | NOTE_TRAVEL | NOTE_LIMITS |
		       NOTE_BLIND | NOTE_UNCONTROLLED | NOTE_WRONG_WAY,
};

void lane_entry_init(struct lane *lane)
{
	struct interlock_config config = wiring_entry_interlock(lane->config);

	lane->entry.exists = lane->config->lines[LINE_ENTRY_RAISE].is_used;
	interlock_init(&lane->entry.interlock, &config);
}

void lane_entry_admit(struct lane *lane)
{
	lane->entry.is_wanted = true;
	lane->entry.is_inside = lane->entry.was_crossed = false;
}

void lane_entry_release(struct lane *lane, bool by_person)
{
	lane->entry.may_close = lane->entry.may_close || by_person;
	if (lane->entry.is_wanted)
		return;
	lane_entry_admit(lane);
	lane->entry.is_inside = !position_is_on(&lane->position, POSITION_APPROACH);
}

void lane_entry_try_again(struct lane *lane)
{
	interlock_try_again(&lane->entry.interlock);
}

void lane_entry_dismiss(struct lane *lane)
{
	lane->entry.is_wanted = lane->entry.is_inside = false;
}

void lane_entry_reset(struct lane *lane)
{
	interlock_reset(&lane->entry.interlock);
	lane->entry.may_close = true;
}

bool lane_entry_is_open(const struct lane *lane)
{
	return lane->entry.exists && !interlock_is_down(&lane->entry.interlock);
}

bool lane_entry_bars_exit(const struct lane *lane)
{
	const struct lane_entry *entry = &lane->entry;

	return entry->exists &&
	       (lane_entry_is_open(lane) || (entry->is_wanted && !entry->is_inside));
}

/* ---- where the vehicle is ---------------------------------------------------------------- */

static bool is_under(const struct lane *lane)
{
	return position_is_on(&lane->position, POSITION_GATE_LOOP) ||
	       position_is_on(&lane->position, POSITION_GATE_BEAM);
}

/* When what was under the arm left it. */
static int64_t left_ms(const struct lane *lane)
{
	int64_t loop_ms = lane->position.sensor[POSITION_GATE_LOOP].off_at_ms;
	int64_t beam_ms = lane->position.sensor[POSITION_GATE_BEAM].off_at_ms;

	return loop_ms > beam_ms ? loop_ms : beam_ms;
}

/* A vehicle over the approach loop that came before what was under the arm had left it may be the
 * trailer of an articulated one, whose gap is under the arm. */
static bool may_be_a_gap(const struct lane *lane)
{
	const struct position_state *approach = &lane->position.sensor[POSITION_APPROACH];

	return approach->is_on && approach->on_at_ms <= left_ms(lane);
}

/* Who was over the approach loop then and left it afterwards went out backwards. */
static bool went_out(const struct lane *lane)
{
	const struct position_state *approach = &lane->position.sensor[POSITION_APPROACH];

	return approach->on_at_ms <= left_ms(lane) && approach->off_at_ms > left_ms(lane);
}

static bool is_clear(const struct lane *lane)
{
	return position_gate_is_clear(&lane->position, lane->now_ms) &&
	       !may_be_a_gap(lane);
}

/* It was wholly inside and comes back over the deck's entry beam; without deck beams it is seen
 * only under the arm itself. */
static bool is_backing(const struct lane *lane)
{
	if (is_under(lane))
		return true;
	return lane->position.has_deck &&
	       position_is_on(&lane->position, POSITION_ENTRY) &&
	       !position_is_on(&lane->position, POSITION_END);
}

/* Its rear has left the deck's entry beam, wherever its front is. */
static bool is_past_deck_beam(const struct lane *lane)
{
	const struct position_state *beam = &lane->position.sensor[POSITION_ENTRY];

	return !lane->position.has_deck ||
	       (!beam->is_on && beam->off_at_ms >= lane->position.opened_ms);
}

/* Before the lift; afterwards the vehicle is the exit arm's. */
static bool is_before_lift(const struct lane *lane)
{
	switch (lane->state) {
	case LANE_GATHERING:
	case LANE_ASKING:
	case LANE_SILENT:
	case LANE_HELD: return lane->stages.commanded == 0;
	default: return false;
	}
}

static void follow_vehicle(struct lane *lane)
{
	struct lane_entry *entry = &lane->entry;

	entry->was_crossed = entry->was_crossed || is_under(lane);
	if (lane->state == LANE_LEAVING ||
	    (entry->is_inside && is_before_lift(lane) && is_backing(lane)))
		entry->is_inside = false;
	else if (entry->is_wanted && entry->was_crossed && is_clear(lane) &&
		 !went_out(lane) && is_past_deck_beam(lane))
		entry->is_inside = true;
}

static enum arm_wish wish_of(const struct lane *lane)
{
	const struct lane_entry *entry = &lane->entry;

	if (lane->state == LANE_BLOCKED)
		return ARM_STAY;
	if (lane->state == LANE_LEAVING || (entry->is_wanted && !entry->is_inside))
		return ARM_RAISE;
	if (!entry->may_close || interlock_is_down(&entry->interlock))
		return ARM_STAY;
	/* One that is coming down meets its obstructions in the interlock (S1). */
	return entry->interlock.phase == INTERLOCK_LOWERING || is_clear(lane) ? ARM_LOWER
									      : ARM_STAY;
}

/* ---- the record -------------------------------------------------------------------------- */

static void record(struct lane *lane, const char *what)
{
	struct event *event = lane_record(lane, EVENT_BARRIER);

	event_add_text(event, "barrier", "entry");
	event_add_text(event, "what", what);
	event_add_text(event, "arm", interlock_arm_name(&lane->entry.interlock));
}

/* `opens`: told in this scan. An arm that comes down in it, or on somebody, goes up again at once and
 * is not closed. */
static void react(struct lane *lane, uint32_t notes, bool opens)
{
	struct lane_entry *entry = &lane->entry;

	lane_record_notes_of(lane, &entry->interlock, notes, "entry");
	if (notes & NOTE_LEFT_DOWN)
		entry->may_close = true;
	if (entry->is_told && interlock_is_up(&entry->interlock))
		entry->may_close = true; /* raised for a vehicle, wherever it began */
	if (notes & (NOTE_BLIND | NOTE_UNCONTROLLED))
		entry->may_close = false; /* a person looks first (doctrine 2) */
	for (int i = 0; i < NOTE_COUNT; i++)
		if (notes & ENTRY_FAULTS & 1u << i)
			lane_raise_alarm(
				lane, ALARM_ENTRY,
				interlock_note_code((enum interlock_note)(1u << i)),
				interlock_note_text((enum interlock_note)(1u << i)));
	if (!(notes & NOTE_DOWN))
		return;
	if (!opens && interlock_is_down(&entry->interlock) &&
	    (entry->may_close || lane->alarms & 1u << ALARM_ENTRY))
		record(lane, "closed");
	entry->is_told = opens;
	lane_end_alarm(lane, ALARM_ENTRY);
}

/* ---- the scan ---------------------------------------------------------------------------- */

static uint32_t step(struct lane *lane, const struct lane_inputs *in, enum arm_wish wish,
		     bool exit_is_open)
{
	struct interlock_inputs inputs = in->entry;

	inputs.emergency = inputs.emergency || lane->is_raised_by_hand;
	inputs.other_is_open = exit_is_open;
	return interlock_step(&lane->entry.interlock, &inputs, wish, in->now_ms,
			      &lane->entry.outputs);
}

void lane_entry_step(struct lane *lane, const struct lane_inputs *in, bool exit_is_open)
{
	struct lane_entry *entry = &lane->entry;
	enum arm_wish wish;
	uint32_t notes;
	bool opens;

	if (!entry->exists)
		return;
	follow_vehicle(lane);
	wish = wish_of(lane);
	opens = wish == ARM_RAISE && !entry->is_told &&
		!interlock_is_up(&entry->interlock);
	if (opens)
		record(lane, entry->was_crossed ? "opens to let it back" : "opens");
	entry->is_told = opens || (entry->is_told && wish == ARM_RAISE);
	entry->wish = wish;
	notes = step(lane, in, wish, exit_is_open) | entry->kept_notes;
	entry->kept_notes = 0;
	react(lane, notes, opens);
}

void lane_entry_step_unrecorded(struct lane *lane, const struct lane_inputs *in,
				bool exit_is_open)
{
	if (lane->entry.exists)
		lane->entry.kept_notes |= step(lane, in, ARM_STAY, exit_is_open);
}
