/* SPDX-License-Identifier: MIT */
/*
 * Lane: the scan, and what turns inputs into events of the table.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "firmware/lane/wiring.h"
#include "hal/text.h"

/* A required device that is lost is not waited for until the deadline. */
enum { LOST_PATIENCE_MS = 2000 };

/* A scan or two without lines is not worth a line in the record. */
enum { UNSEEN_MIN_MS = 500 };

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

bool lane_is_overdue(const struct lane *lane, const struct evidence *evidence)
{
	int64_t waited = lane->now_ms - lane->gather_since_ms;

	if (!evidence->config->is_required)
		return false;
	return evidence->state == EVIDENCE_MISSING ||
	       (evidence->health == DEVICE_LOST && waited > LOST_PATIENCE_MS);
}

/* Judges all evidence; true when any of it changed. */
static bool judge_evidence(struct lane *lane)
{
	bool has_changed = false;

	for (size_t i = 0; i < lane->config->evidence_count; i++) {
		struct evidence *evidence = &lane->evidence[i];
		const struct site_device *device =
			&lane->site->devices[evidence->config->device];
		struct evidence_context context = {
			.now_ms = lane->now_ms,
			.since_ms = lane->reads_since_ms,
			.opened_ms = lane->gather_since_ms,
			.is_whole_on_deck = position_is_whole_on_deck(&lane->position),
			.settle_ms = lane->config->settle_ms,
			.max_age_ms = device->max_age_ms
					      ? device->max_age_ms
					      : lane->site->maps[device->map].max_age_ms,
		};

		if (!evidence_judge(evidence, &context))
			continue;
		lane_record_evidence(lane, evidence);
		has_changed = true;
	}
	return has_changed;
}

static bool any_is_overdue(const struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (!evidence_is_settled(&lane->evidence[i]) &&
		    lane_is_overdue(lane, &lane->evidence[i]))
			return true;
	return false;
}

/* Only the card is still to come. */
static bool waits_for_card_alone(const struct lane *lane)
{
	const struct evidence *card = lane_evidence(lane, EVIDENCE_CARD);

	if (!card || evidence_is_settled(card))
		return false;
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (&lane->evidence[i] != card &&
		    !evidence_is_settled(&lane->evidence[i]))
			return false;
	return true;
}

/* Tells the driver what the lane still waits for. */
static void guide_driver(struct lane *lane)
{
	const char *sign = "请等候";

	if (waits_for_card_alone(lane))
		sign = "请刷卡";
	else if (lane->help_is_called)
		sign = "请等候人工";
	else if (position_is_on(&lane->position, POSITION_END))
		sign = "请后退";
	else if (position_is_on(&lane->position, POSITION_ENTRY))
		sign = "请前行";
	text_copy(lane->sign, sizeof(lane->sign), sign);
}

/* It stands, and not wholly on the scale: said once in a passage. */
static void record_position(struct lane *lane)
{
	const struct evidence *weight = lane_evidence(lane, EVIDENCE_WEIGHT);
	bool at_end = position_is_on(&lane->position, POSITION_END);
	struct event *event;

	if (lane->position_is_told || !weight || weight->stable_since_ms == 0 ||
	    lane->now_ms - weight->stable_since_ms < lane->config->settle_ms ||
	    (!at_end && !position_is_on(&lane->position, POSITION_ENTRY)))
		return;
	lane->position_is_told = true;
	event = lane_record(lane, EVENT_POSITION);
	event_add_text(event, "beam", at_end ? "scale_exit" : "scale_entry");
	event_add_text(event, "sign", at_end ? "请后退" : "请前行");
}

static void step_evidence(struct lane *lane)
{
	bool has_changed;

	if (lane->state != LANE_GATHERING && lane->state != LANE_HELD)
		return;
	if (lane->state == LANE_HELD && lane_is_held_for_good(lane))
		return;
	has_changed = judge_evidence(lane);
	has_changed = lane_step_lookup(lane) || has_changed;
	if (has_changed)
		lane_vote(lane);
	if (lane->state == LANE_GATHERING)
		lane_step_retry(lane);
	if (has_changed || (lane->state == LANE_GATHERING &&
			    (!lane_is_incomplete(lane) || lane_is_in_mode(lane) ||
			     lane_is_registered(lane))))
		lane_dispatch(lane, EV_EVIDENCE);
	if (lane->state == LANE_GATHERING && any_is_overdue(lane))
		lane_dispatch(lane, EV_DEADLINE);
	else if (lane->state == LANE_GATHERING)
		record_position(lane);
	if (lane->state == LANE_GATHERING ||
	    (lane->state == LANE_HELD && lane->reason == REASON_NOT_ON_SCALE))
		guide_driver(lane);
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
		lane_raise_alarm(lane, ALARM_ARM, interlock_note_text(NOTE_SANK));
	if (notes & NOTE_UNPROVED)
		lane_dispatch(lane, EV_UNPROVED);
	if (notes & NOTE_REVERSED)
		lane_dispatch(lane, EV_FOLLOWER);
}

/* True when loop or beam see something the arm must not come down on. */
static bool is_under_arm(const struct lane *lane)
{
	return position_is_on(&lane->position, POSITION_LOOP) ||
	       position_is_on(&lane->position, POSITION_BEAM);
}

static void step_exit(struct lane *lane)
{
	bool is_on = position_is_on(&lane->position, POSITION_EXIT);

	if (is_on && !lane->exit_was_on)
		lane_dispatch(lane, EV_WRONG_WAY);
	else if (!is_on && lane->state == LANE_IDLE &&
		 (lane->alarms & 1u << ALARM_WRONG_WAY)) {
		lane_end_alarm(lane, ALARM_WRONG_WAY);
		lane_enter(lane, LANE_IDLE);
	}
	lane->exit_was_on = is_on;
}

/* What stands on the scale: a vehicle, nothing, or not known. */
enum deck { DECK_UNKNOWN, DECK_EMPTY, DECK_LOADED };

static enum deck look_at_deck(const struct lane *lane)
{
	const struct evidence *weight = lane_evidence(lane, EVIDENCE_WEIGHT);

	if (!weight)
		return DECK_EMPTY;
	if (!weight->has_latest || weight->health != DEVICE_WELL)
		return DECK_UNKNOWN;
	return weight->latest.value.weight.gross_g >= EVIDENCE_VEHICLE_MIN_G ? DECK_LOADED
									     : DECK_EMPTY;
}

/* A short vehicle may be over the approach loop and on the deck before the arm is down behind the
 * one before, or before a locked lane is opened. */
static void note_arrival(struct lane *lane)
{
	int64_t edge_ms = lane->position.sensor[POSITION_APPROACH].on_at_ms;
	bool is_ending = lane->position.lifted_ms != 0 || lane->state == LANE_FOLLOWED ||
			 lane->state == LANE_CLOSING || lane->is_locked;

	if (edge_ms == lane->approach_seen_ms)
		return;
	lane->approach_seen_ms = edge_ms;
	lane->arrived_ms = is_ending ? edge_ms : 0;
}

/* Between two closed arms, and no passage that it belongs to: it could not get out. */
static bool is_shut_in(const struct lane *lane)
{
	static const enum position_sensor inside[] = {
		POSITION_GATE_LOOP, POSITION_GATE_BEAM, POSITION_ENTRY, POSITION_END};

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		if (lane->entry.exists && position_is_on(&lane->position, inside[i]))
			return true;
	return false;
}

/* A vehicle arrives over the approach loop; it may already stand on the deck, where no loop sees
 * it, when it came while the lane was closing, or before a restart. One that came is waited for as
 * long as it may be between loop and deck. */
static void step_idle(struct lane *lane)
{
	const struct position_state *approach = &lane->position.sensor[POSITION_APPROACH];
	enum deck deck = look_at_deck(lane);
	bool is_on_deck = (deck == DECK_LOADED && lane->has_restarted) ||
			  (deck != DECK_EMPTY && lane->arrived_ms != 0);

	if (!approach->is_on && is_shut_in(lane)) {
		lane->has_restarted = true; /* an officer's, as after a restart */
		lane_dispatch(lane, EV_APPROACH);
	} else if (approach->is_on || is_on_deck) {
		lane_dispatch(lane, EV_APPROACH);
	} else if (deck == DECK_EMPTY) {
		lane->has_restarted = false;
		if (lane->now_ms - approach->off_at_ms > lane->config->barrier.clear_ms)
			lane->arrived_ms = 0;
	}
}

static void step_crossing(struct lane *lane)
{
	lane->crossing_from =
		crossing_update(&lane->crossing, &lane->position, lane->now_ms);
	if (lane->crossing_from != CROSSING_NONE && !interlock_is_down(&lane->interlock))
		lane_dispatch(lane, EV_CROSSING);
}

/* Before a lift, a vehicle that was wholly on the deck and covers all up to the approach loop again
 * is on its way out. */
static void guide_backing(struct lane *lane)
{
	bool waits = lane->state == LANE_GATHERING || lane->state == LANE_ASKING ||
		     lane->state == LANE_SILENT || lane->state == LANE_HELD;

	if (waits && position_is_backing(&lane->position))
		text_copy(lane->sign, sizeof(lane->sign), "请退出");
}

/* Behind a closed entry arm, or on the scale while another one touched the approach loop: it has not
 * backed out, whatever the loops say. */
static bool keeps_vehicle(const struct lane *lane)
{
	return lane->entry.exists &&
	       (lane->entry.is_inside || look_at_deck(lane) == DECK_LOADED);
}

static void step_position(struct lane *lane)
{
	step_crossing(lane);
	step_exit(lane);
	note_arrival(lane);
	switch (lane->state) {
	case LANE_IDLE: step_idle(lane); break;
	case LANE_FOLLOWED:
		if (position_is_clear(&lane->position, lane->now_ms))
			lane_dispatch(lane, EV_CLEAR);
		break;
	case LANE_CLOSING:
		/* A closed arm stays closed, whoever stands before it; so does one that nobody
		 * can see. */
		if (is_under_arm(lane) && lane->interlock.was_known &&
		    !interlock_is_down(&lane->interlock))
			lane_dispatch(lane, EV_FOLLOWER);
		break;
	case LANE_BLOCKED: break;
	default:
		if (position_has_follower(&lane->position))
			lane_dispatch(lane, EV_FOLLOWER);
		else if (position_has_passed(&lane->position, lane->now_ms))
			lane_dispatch(lane, EV_PASSED);
		else if (!keeps_vehicle(lane) &&
			 position_has_backed_out(&lane->position, lane->now_ms))
			lane_dispatch(lane, EV_BACKED_OUT);
	}
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

/* After a start, and when lost lines are back: how long nobody saw the arm, and where it is. */
static void record_observed(struct lane *lane)
{
	struct event *event;
	int64_t unseen_ms = lane->seen_ms ? lane->now_ms - lane->seen_ms
					  : lane->numbers->not_observed_ms;

	if (!lane->interlock.was_known)
		return;
	if (lane->seen_ms == 0 || unseen_ms > UNSEEN_MIN_MS) {
		event = lane_record(lane, EVENT_OBSERVED);
		event_add_text(event, "arm", interlock_arm_name(&lane->interlock));
		if (unseen_ms >= 0)
			event_add_number(event, "not_observed_ms", unseen_ms);
	}
	lane->seen_ms = lane->now_ms;
}

/* As long as a device does not prove itself an officer knows of it, whatever the lane does. */
static void watch_faults(struct lane *lane)
{
	if (interlock_has_fault(&lane->interlock))
		lane_raise_alarm(lane, ALARM_SAFETY,
				 "a safety device or a pair of contacts is faulty: "
				 "hold-to-run at the gate only");
	else
		lane_end_alarm(lane, ALARM_SAFETY);
}

/* Of its own kind, so that a start finds the newest however long the record is. */
static void record_arm_lock(struct lane *lane)
{
	bool is_locked = lane->interlock.is_locked || lane->entry.interlock.is_locked;

	if (is_locked == lane->arm_lock_is_told)
		return;
	lane->arm_lock_is_told = is_locked;
	event_add_text(
		lane_record(lane, is_locked ? EVENT_ARM_LOCKED : EVENT_ARM_UNLOCKED),
		"reason",
		is_locked ? "two obstructions in a row" : "taken back by a person");
}

/* The first sight of the arm after the start decides whether the lane may begin. */
static void record_restart(struct lane *lane)
{
	record_observed(lane);
	if (lane->state == LANE_BLOCKED && lane->block_reason == REASON_RESTARTED &&
	    lane->interlock.was_known && !interlock_is_down(&lane->interlock))
		lane_raise_alarm(lane, ALARM_RESTARTED,
				 lane->interlock.is_locked
					 ? "the arm was not down when the controller "
					   "started, and is locked (S3)"
					 : "the arm was not down when the controller "
					   "started");
}

/* Green is for one vehicle: when it has gone through, the light invites no other, though the exit
 * loop may not have told. */
static void end_green(struct lane *lane)
{
	if (lane->state == LANE_PASSING && lane->position.was_under &&
	    position_is_clear(&lane->position, lane->now_ms))
		lane->light = LIGHT_RED;
}

/* An alarm for what has been lost for a while; true when it begins or ends. */
static bool judge_loss(struct lane *lane, bool is_lost, int64_t *since_ms,
		       enum lane_alarm alarm, const char *text)
{
	uint32_t before = lane->alarms;

	if (!is_lost) {
		*since_ms = 0;
		lane_end_alarm(lane, alarm);
	} else if (*since_ms == 0) {
		*since_ms = lane->now_ms;
	} else if (lane->now_ms - *since_ms > LOST_PATIENCE_MS) {
		lane_raise_alarm(lane, alarm, text);
	}
	return before != lane->alarms;
}

/* An idle lane that can't hear its loops must not look as if it could; lights that are not heard
 * keep their colour, and a green that comes late would be for another vehicle. */
static void step_losses(struct lane *lane, const struct lane_inputs *in)
{
	if (judge_loss(lane, in->position_is_stale, &lane->loops_lost_ms, ALARM_LOOPS,
		       "a loop on remote I/O is not heard: arrivals are not seen") &&
	    lane->state == LANE_IDLE)
		lane_enter(lane, LANE_IDLE);
	if (judge_loss(lane, !in->record_is_well, &lane->record_lost_ms, ALARM_RECORD,
		       reason_text(REASON_RECORD_FAILED)) &&
	    lane->state == LANE_IDLE)
		lane_enter(lane, LANE_IDLE);
	judge_loss(lane, in->lights_are_lost, &lane->lights_lost_ms, ALARM_LIGHTS,
		   "lights on remote I/O do not follow: they may show the wrong colour");
	if (lane->alarms & 1u << ALARM_LIGHTS)
		lane->light = LIGHT_RED;
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

/* Contacts that disagree for a moment are changing; in which order faulty ones were left is not
 * known. */
static void look_at_positions(struct lane *lane, const struct lane_inputs *in)
{
	const struct interlock *lock = &lane->interlock;
	uint32_t unsure = wiring_unsure(&in->interlock, lock);
	bool is_faulty = lock->is_faulty[CHANNEL_LOOP] || lock->is_faulty[CHANNEL_BEAM];

	position_update(&lane->position, lane_positions_in_force(lane, in->position),
			unsure, in->now_ms);
	if (in->position_is_stale || (unsure != 0 && is_faulty))
		lane->position.was_lost = true;
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
	look_at_positions(lane, in);
	step_losses(lane, in);
	step_position(lane);
	end_green(lane);
	step_evidence(lane);
	guide_backing(lane);
	step_timers(lane);
	step_help(lane);
	lane_step_mode(lane);
	inputs = look_at_gate(lane, in);
	lane_step_pulse(lane, in, &inputs);
	lane_entry_step(lane, in, is_open(&lane->interlock, &in->interlock));
	notes = step_exit_arm(lane, in, inputs, lane_arm_wish(lane), outputs);
	notes |= lane->kept_notes;
	lane->kept_notes = 0;
	out->notes |= notes;
	lane_record_notes(lane, notes);
	step_interlock_notes(lane, notes);
	record_arm_lock(lane);
	watch_faults(lane);
	record_restart(lane);
	lane_step_turn(lane);
}

void lane_step_unrecorded(struct lane *lane, const struct lane_inputs *in,
			  struct interlock_outputs *outputs)
{
	enum arm_wish wish = lane_arm_wish(lane);

	lane->turn.is_unrecorded = lane_is_turning(lane);
	look_at_positions(lane, in);
	if (lane->passage != 0 && !keeps_vehicle(lane) &&
	    position_has_backed_out(&lane->position, in->now_ms))
		lane->has_left_unrecorded = true;
	lane_entry_step_unrecorded(lane, in, is_open(&lane->interlock, &in->interlock));
	lane->kept_notes |=
		step_exit_arm(lane, in, look_at_gate(lane, in),
			      wish == ARM_RAISE ? ARM_RAISE : ARM_STAY, outputs);
}
