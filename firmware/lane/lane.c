/* SPDX-License-Identifier: MIT */
/*
 * Lane: the scan, and the table's dispatch.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane.h"

#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "firmware/lane/wiring.h"
#include "hal/text.h"

static const char *const state_names[LANE_STATES] = {
	[LANE_BLOCKED] = "blocked",     [LANE_IDLE] = "idle",
	[LANE_GATHERING] = "gathering", [LANE_ASKING] = "asking",
	[LANE_SILENT] = "silent",       [LANE_HELD] = "held",
	[LANE_RECORDING] = "recording", [LANE_LIFTING] = "lifting",
	[LANE_PASSING] = "passing",     [LANE_FOLLOWED] = "followed",
	[LANE_CLOSING] = "closing",     [LANE_LEAVING] = "leaving",
};

const char *lane_state_name(enum lane_state state)
{
	return state_names[state];
}

static const char *const event_names[LANE_EVENTS] = {
	[EV_APPROACH] = "approach",
	[EV_EVIDENCE] = "evidence",
	[EV_DEADLINE] = "deadline",
	[EV_ANSWER] = "answer",
	[EV_SILENT] = "silent",
	[EV_ACT] = "act",
	[EV_COMMITTED] = "committed",
	[EV_COMMIT_FAILED] = "commit_failed",
	[EV_ARM_UP] = "arm_up",
	[EV_ARM_DOWN] = "arm_down",
	[EV_ARM_FAULT] = "arm_fault",
	[EV_UNPROVED] = "unproved",
	[EV_PASSED] = "passed",
	[EV_BACKED_OUT] = "backed_out",
	[EV_FOLLOWER] = "follower",
	[EV_CLEAR] = "clear",
	[EV_OVERSTAY] = "overstay",
	[EV_WRONG_WAY] = "wrong_way",
	[EV_UNCONTROLLED] = "uncontrolled",
	[EV_EMERGENCY] = "emergency",
	[EV_CROSSING] = "crossing",
	[EV_HOLD] = "hold",
};

const char *lane_event_name(enum lane_event event)
{
	return event_names[event];
}

void lane_init(struct lane *lane, const struct site *site, uint8_t index)
{
	const struct site_lane *config = &site->lanes[index];
	struct interlock_config interlock = wiring_interlock(config);
	bool has_deck = config->lines[LINE_SCALE_ENTRY].is_used &&
			config->lines[LINE_SCALE_EXIT].is_used;

	memset(lane, 0, sizeof(*lane));
	lane->site = site;
	lane->config = config;
	lane->direction = config->direction;
	lane->index = index;
	lane->by = lane->plate_source = "";
	lane->has_restarted = true;
	lane->record_is_well = true;
	/* Until the arm has been seen down nothing begins (S12). */
	lane->state = LANE_BLOCKED;
	lane->block_reason = REASON_RESTARTED;
	text_copy(lane->sign, sizeof(lane->sign), reason_sign(REASON_RESTARTED));
	interlock_init(&lane->interlock, &interlock);
	lane_entry_init(lane);
	position_init(&lane->position, has_deck, config->glitch_ms,
		      config->barrier.clear_ms);
	for (size_t i = 0; i < config->evidence_count; i++)
		evidence_init(&lane->evidence[i], &config->evidence[i]);
}

/* Before anything else counts that was said about it: who is there now is an officer's. */
static void let_go_unrecorded(struct lane *lane)
{
	if (!lane->has_left_unrecorded)
		return;
	lane->has_left_unrecorded = false;
	lane->has_restarted = true;
	lane_dispatch(lane, EV_BACKED_OUT);
}

void lane_begin(struct lane *lane, const struct lane_inputs *in, struct lane_out *out)
{
	lane->out = out;
	lane->numbers = in->numbers;
	lane->pairing = in->pairing;
	lane->now_ms = in->now_ms;
	lane->wall_ms = in->wall_ms;
	lane->record_is_well = in->record_is_well;
	lane_record_raise(lane);
	let_go_unrecorded(lane);
}

const struct lane_rule *lane_find_rule(const struct lane *lane, enum lane_event event)
{
	for (size_t i = 0; i < lane_rule_count; i++) {
		const struct lane_rule *rule = &lane_rules[i];

		if (rule->from == lane->state && rule->on == event &&
		    (!rule->when || rule->when(lane)))
			return rule;
	}
	return NULL;
}

/* States that show their reason are entered again when an action gave them another one. */
static void take_rule(struct lane *lane, const struct lane_rule *rule)
{
	bool shows_reason = rule->to == LANE_HELD || rule->to == LANE_LEAVING ||
			    rule->to == LANE_BLOCKED;
	size_t row = (size_t)(rule - lane_rules);

	lane->out->rules[row / 64] |= UINT64_C(1) << row % 64;
	if (rule->act)
		rule->act(lane);
	if (rule->to != rule->from || (rule->act && shows_reason))
		lane_enter(lane, rule->to);
}

bool lane_dispatch(struct lane *lane, enum lane_event event)
{
	const struct lane_rule *rule = lane_find_rule(lane, event);

	if (rule)
		take_rule(lane, rule);
	return rule != NULL;
}

void lane_feed_sample(struct lane *lane, const struct device_sample *sample)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (lane->config->evidence[i].device == sample->device)
			evidence_feed(&lane->evidence[i], sample);
	if (lane->config->post == sample->device && sample->has_value)
		lane->help_is_pressed = sample->value.post.help_is_pressed;
}

static void step_interlock_notes(struct lane *lane, uint32_t notes)
{
	if (notes & NOTE_LEFT_DOWN)
		lane->was_lifted = true;
	if (notes & NOTE_EMERGENCY)
		lane_dispatch(lane, EV_EMERGENCY);
	if (notes & NOTE_HOLD)
		lane_dispatch(lane, EV_HOLD);
	/* Without a lift in this passage an arm that coasts off its limit is open like any other. */
	if (notes & NOTE_UNCONTROLLED ||
	    (notes & NOTE_LEFT_DOWN &&
	     (lane->state == LANE_IDLE || lane->stages.commanded == 0)))
		lane_dispatch(lane, EV_UNCONTROLLED);
	/* It may be up before the lift: an officer releases again after a fault. */
	if (lane->state == LANE_LIFTING && interlock_is_up(&lane->interlock))
		lane_dispatch(lane, EV_ARM_UP);
	if (notes &
	    (NOTE_TRAVEL | NOTE_LIMITS | NOTE_LOCKED | NOTE_BLIND | NOTE_WRONG_WAY))
		lane_dispatch(lane, EV_ARM_FAULT);
	if (notes & NOTE_SANK)
		lane_raise_alarm(lane, ALARM_ARM, interlock_note_code(NOTE_SANK),
				 interlock_note_text(NOTE_SANK));
	if (notes & NOTE_UNPROVED)
		lane_dispatch(lane, EV_UNPROVED);
	if (notes & NOTE_REVERSED)
		lane_dispatch(lane, EV_FOLLOWER);
}

static void step_timers(struct lane *lane)
{
	int64_t in_state = lane->now_ms - lane->state_since_ms;

	if (lane->state == LANE_ASKING && in_state > lane->config->answer_ms)
		lane_dispatch(lane, EV_SILENT);
	if (lane->state == LANE_PASSING && !lane->is_overstayed &&
	    in_state > lane->config->overstay_ms)
		lane_dispatch(lane, EV_OVERSTAY);
	/* The entry arm does not come down behind the vehicle: the lift can't begin. */
	if (lane->state == LANE_LIFTING && in_state > lane->config->overstay_ms &&
	    lane_entry_bars_exit(lane) && interlock_is_down(&lane->interlock))
		lane_dispatch(lane, EV_ARM_FAULT);
	if (interlock_is_down(&lane->interlock) &&
	    (lane->state == LANE_CLOSING ||
	     (lane->state == LANE_BLOCKED && !lane_entry_is_open(lane))))
		lane_dispatch(lane, EV_ARM_DOWN);
}

static void step_help(struct lane *lane)
{
	if (lane->help_is_pressed && !lane->help_was_pressed && !lane->help_is_called) {
		struct event *event = lane_record(lane, EVENT_CALL);

		event_add_text(event, "what", "help");
		event_add_text(event, "reason", "the driver pressed help");
		text_copy(lane->sign, sizeof(lane->sign), "请等候人工");
		lane->help_is_called = true; /* until a person acts, or it has gone */
		lane->help_since_ms = lane->now_ms;
	}
	lane->help_was_pressed = lane->help_is_pressed;
}

enum arm_wish lane_arm_wish(const struct lane *lane)
{
	switch (lane->state) {
	case LANE_LIFTING:
	case LANE_PASSING:
	case LANE_FOLLOWED: return ARM_RAISE;
	case LANE_CLOSING: return ARM_LOWER;
	case LANE_LEAVING:
		/* The way back opens when the way out is closed, but not by itself after
		 * the lines were lost. */
		return lane->entry.exists && lane->entry.may_close &&
				       !interlock_is_down(&lane->interlock) &&
				       position_is_clear(&lane->position, lane->now_ms)
			       ? ARM_LOWER
			       : ARM_STAY;
	default: return ARM_STAY;
	}
}

/* A person's emergency raise is the emergency input: the interlock knows one way (S11). */
static struct interlock_inputs look_at_gate(struct lane *lane,
					    const struct lane_inputs *in)
{
	struct interlock_inputs inputs = in->interlock;

	lane->input_is_emergency = inputs.is_known && inputs.emergency;
	inputs.emergency = inputs.emergency || lane->is_raised_by_hand;
	return inputs;
}

/* The arm is not known to be at its lower limit and to stay there: for the other arm. */
static bool is_open(const struct interlock *lock, const struct interlock_inputs *in)
{
	return !in->is_known || !in->limit_down || in->limit_up ||
	       !interlock_is_down(lock);
}

static uint32_t step_exit_arm(struct lane *lane, const struct lane_inputs *in,
			      struct interlock_inputs inputs, enum arm_wish wish,
			      struct interlock_outputs *outputs)
{
	inputs.other_is_open =
		lane->entry.exists && (is_open(&lane->entry.interlock, &in->entry) ||
				       lane_entry_bars_exit(lane));
	return interlock_step(&lane->interlock, &inputs, wish, in->now_ms, outputs);
}

void lane_step(struct lane *lane, const struct lane_inputs *in, struct lane_out *out,
	       struct interlock_outputs *outputs)
{
	struct interlock_inputs inputs;
	uint32_t notes;

	lane_begin(lane, in, out);
	lane_look_at_positions(lane, in);
	lane_look_at_door(lane, in);
	lane_step_losses(lane, in);
	lane_step_vehicles(lane);
	lane_step_evidence(lane);
	lane_guide_backing(lane);
	step_timers(lane);
	step_help(lane);
	lane_step_mode(lane);
	lane_step_shelf(lane);
	inputs = look_at_gate(lane, in);
	lane_step_pulse(lane, in, &inputs);
	lane_entry_step(lane, in, is_open(&lane->interlock, &in->interlock));
	notes = step_exit_arm(lane, in, inputs, lane_arm_wish(lane), outputs);
	notes |= lane->kept_notes;
	lane->kept_notes = 0;
	out->notes |= notes;
	lane_record_notes(lane, notes);
	step_interlock_notes(lane, notes);
	lane_record_health(lane);
	lane_step_door(lane);
	lane_step_turn(lane);
}

void lane_step_unrecorded(struct lane *lane, const struct lane_inputs *in,
			  struct interlock_outputs *outputs)
{
	enum arm_wish wish = lane_arm_wish(lane);

	lane->turn.is_unrecorded = lane_is_turning(lane);
	lane_look_at_positions(lane, in);
	lane_look_at_door(lane, in);
	if (lane->passage != 0 && !lane_keeps_vehicle(lane) &&
	    position_has_backed_out(&lane->position, in->now_ms))
		lane->has_left_unrecorded = true;
	lane_entry_step_unrecorded(lane, in, is_open(&lane->interlock, &in->interlock));
	lane->kept_notes |=
		step_exit_arm(lane, in, look_at_gate(lane, in),
			      wish == ARM_RAISE ? ARM_RAISE : ARM_STAY, outputs);
}
