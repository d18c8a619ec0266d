/* SPDX-License-Identifier: MIT */
/*
 * The actions of the lane's table, and what each state shows on entry.
 *
 * Layer: firmware. Pure: actions put commands into lane->out and change the lane; no I/O.
 */
#include <assert.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

static void show(struct lane *lane, const char *sign)
{
	text_copy(lane->sign, sizeof(lane->sign), sign);
}

/* Reads from a little before the loop reported the vehicle belong to it: cameras may look ahead
 * of the loop, and samples are stamped when polled. */
enum { READ_AHEAD_MS = 300 };

static void open_passage(struct lane *lane)
{
	lane->passage = lane->numbers->next_passage++;
	lane->opened_wall_ms = lane->wall_ms;
	lane->plate[0] = lane->trailer_plate[0] = lane->actor[0] = '\0';
	lane->plate_source = lane->by = "";
	lane->verdict = lane->lifted_for = VERDICT_NONE;
	lane->reason = REASON_NONE;
	lane->was_lifted = lane->lift_is_manual = lane->is_overstayed = false;
	lane->position_is_told = false;
	lane->clearing_lifts = 0;
	lane->lift_ticket = 0;
	lane->lift_seq = 0;
	memset(&lane->gather, 0, sizeof(lane->gather));
	memset(&lane->right, 0, sizeof(lane->right));
	memset(lane->retries, 0, sizeof(lane->retries));
	lane_end_alarm(lane, ALARM_DISPUTED);
	memset(&lane->inquiry, 0, sizeof(lane->inquiry));
	memset(&lane->stages, 0, sizeof(lane->stages));
	lane->stages.opened = lane->position.sensor[POSITION_APPROACH].on_at_ms;
	if (lane->arrived_ms == 0 && lane->now_ms - lane->stages.opened > 2000)
		lane->stages.opened =
			lane->now_ms; /* it stood there before we were ready */
	lane->arrived_ms = 0;
	/* Who waited before an arm or a locked lane has the whole time of a deadline. */
	lane->gather_since_ms = lane->now_ms - lane->stages.opened > 2000
					? lane->now_ms
					: lane->stages.opened;
	lane->has_hand = false;
	lane->hand[0] = lane->chosen_order[0] = '\0';
	lane->reads_since_ms = lane->stages.opened - READ_AHEAD_MS;
	position_open(&lane->position, lane->stages.opened);
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		evidence_restart(&lane->evidence[i]);
	event_add_text(lane_record(lane, EVENT_PASSAGE_OPENED), "direction",
		       lane_direction_word(lane));
}

void lane_reset_entry(struct lane *lane)
{
	lane_entry_reset(lane);
}

void lane_start_passage(struct lane *lane)
{
	open_passage(lane);
	lane_entry_admit(lane);
}

const char *lane_who_holds(const struct lane *lane)
{
	if (lane->reason == REASON_OFFICER)
		return "officer";
	return lane->inquiry.is_answered ? "customs" : "controller";
}

void lane_hold(struct lane *lane, enum reason reason)
{
	struct event *event;

	lane->reason = reason;
	lane->by = "";
	lane->verdict = VERDICT_HOLD;
	event = lane_record(lane, EVENT_VERDICT);
	event_add_text(event, "verdict", "hold");
	event_add_text(event, "by", lane_who_holds(lane));
	event_add_text(event, "reason", reason_code(reason));
	event = lane_record(lane, EVENT_HOLD);
	event_add_text(event, "reason", reason_code(reason));
	event_add_text(event, "sign", reason_sign(reason));
	lane_raise_alarm(lane, ALARM_HOLD, reason_text(reason));
}

void lane_cancel_inquiry(struct lane *lane, const char *why)
{
	struct event *event;

	if (lane->inquiry.seq_no[0] == '\0' || lane->inquiry.is_answered)
		return;
	lane->out->has_cancel = true;
	text_copy(lane->out->cancel, sizeof(lane->out->cancel), lane->inquiry.seq_no);
	event = lane_record(lane, EVENT_INQUIRY_WITHDRAWN);
	event_add_text(event, "seq_no", lane->inquiry.seq_no);
	event_add_text(event, "reason", why);
}

/* A vehicle that stood in the lane when the controller came up: what it did before is not known,
 * so nobody but an officer clears it (doctrine 2, 7). */
void lane_start_after_restart(struct lane *lane)
{
	lane->has_restarted = false;
	open_passage(lane);
	lane_hold(lane, REASON_RESTARTED);
}

static void note_asked(struct lane *lane)
{
	struct lane_asked *asked = &lane->asked[lane->asked_count++ % LANE_ASKED_KEPT];

	text_copy(asked->seq_no, sizeof(asked->seq_no), lane->inquiry.seq_no);
	asked->passage = lane->passage;
	asked->offline_order[0] = '\0';
}

void lane_ask_customs(struct lane *lane)
{
	struct event *event;

	if (lane->stages.gathered == 0)
		lane->stages.gathered = lane->now_ms;
	memset(&lane->inquiry, 0, sizeof(lane->inquiry));
	lane_write_seq_no(lane->inquiry.seq_no, lane->wall_ms,
			  lane->numbers->next_counter);
	lane->numbers->next_counter = (lane->numbers->next_counter + 1) % 1000000u;
	lane_fill_gather(lane);
	event = lane_record(lane, EVENT_VOTE);
	event_add_text(event, "plate", lane->plate);
	event_add_text(event, "source", lane->plate_source);
	event_add_text(event, "rule", lane->right.vote_rule ? lane->right.vote_rule : "");
	lane_take_over(lane);
	lane_record_fit(lane);
	lane_record_inquiry(lane);
	lane->out->has_ask = true;
	memset(&lane->out->ask, 0, sizeof(lane->out->ask));
	lane->out->ask.lane = lane->index;
	lane->out->ask.message.code = CUSTOMS_GATHER;
	lane->out->ask.message.u.gather = lane->gather;
	lane->stages.asked = lane->now_ms;
	note_asked(lane);
	lane_end_alarm(lane, ALARM_HOLD);
}

void lane_hold_for_record(struct lane *lane)
{
	lane_hold(lane, REASON_RECORD_FAILED);
}

static void record_disagreement(struct lane *lane)
{
	const struct evidence *camera = lane_evidence(lane, EVIDENCE_PLATE);
	const struct evidence *tag = lane_evidence(lane, EVIDENCE_TAG);
	struct event *event = lane_record(lane, EVENT_VOTE);

	event_add_text(event, "camera", camera ? camera->text : "");
	event_add_text(event, "tag", tag ? tag->text : "");
	event_add_text(event, "source", "");
	event_add_text(event, "rule", lane->right.vote_rule ? lane->right.vote_rule : "");
}

void lane_hold_for_plates(struct lane *lane)
{
	lane->plate[0] = '\0';
	record_disagreement(lane);
	lane_hold(lane, REASON_PLATE_DIFFERS);
}

void lane_hold_for_no_plate(struct lane *lane)
{
	record_disagreement(lane);
	lane_hold(lane, REASON_PLATE_MISSING);
}

void lane_hold_for_box(struct lane *lane)
{
	lane_hold(lane, REASON_BOX_CHECK);
}

void lane_hold_for_first_gate(struct lane *lane)
{
	lane_hold(lane, lane_reason_of_pairing(lane));
}

static enum reason reason_of_missing(const struct evidence *evidence)
{
	if (evidence->health == DEVICE_LOST || evidence->health == DEVICE_SICK)
		return REASON_DEVICE_DEAD;
	switch (evidence->config->kind) {
	case EVIDENCE_PLATE:
	case EVIDENCE_TAG: return REASON_PLATE_MISSING;
	case EVIDENCE_BOX: return REASON_BOX_MISSING;
	case EVIDENCE_WEIGHT: return REASON_NOT_ON_SCALE;
	case EVIDENCE_CARD: return REASON_CARD_MISSING;
	default: return REASON_DEVICE_DEAD;
	}
}

void lane_hold_for_missing(struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++) {
		const struct evidence *evidence = &lane->evidence[i];

		if (!evidence_is_settled(evidence) && lane_is_overdue(lane, evidence)) {
			lane_hold(lane, reason_of_missing(evidence));
			return;
		}
	}
	assert(!"a deadline without missing evidence");
}

void lane_hold_for_seal(struct lane *lane)
{
	lane_hold(lane, lane_seal_fault(lane));
}

void lane_hold_for_answer(struct lane *lane)
{
	lane_hold(lane, lane->inquiry.reason);
}

void lane_hold_for_arm(struct lane *lane)
{
	if (lane_entry_bars_exit(lane) && interlock_is_down(&lane->interlock)) {
		lane_hold(lane, REASON_ENTRY_OPEN);
		return;
	}
	lane_raise_alarm(lane, ALARM_ARM, reason_text(REASON_ARM_FAULT));
	lane_hold(lane, REASON_ARM_FAULT);
}

void lane_hold_for_officer(struct lane *lane)
{
	lane_cancel_inquiry(lane, "held by an officer");
	lane_hold(lane, REASON_OFFICER);
}

void lane_show_wait(struct lane *lane)
{
	show(lane, "请等候");
}

void lane_call_for_silence(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_CALL);

	lane->reason = REASON_CUSTOMS_SILENT;
	event_add_text(event, "what", "silence");
	event_add_text(event, "reason", reason_code(REASON_CUSTOMS_SILENT));
	lane_raise_alarm(lane, ALARM_HOLD, reason_text(REASON_CUSTOMS_SILENT));
}

/* The verdict and the authorised lift go into the record together; the lift itself waits for the
 * commit (doctrine 7). */
void lane_authorise(struct lane *lane, enum customs_verdict verdict, const char *by)
{
	bool is_repeated = lane->clearing_lifts > 0;
	struct event *event;

	lane->verdict = verdict;
	lane->by = by;
	lane->stages.authorised = lane->now_ms;
	lane_entry_release(lane, lane->act != NULL);
	event = lane_record(lane, EVENT_VERDICT);
	event_add_text(event, "verdict", lane_verdict_word(verdict));
	event_add_text(event, "by", by);
	event_add_text(event, "reason", reason_code(lane->reason));
	event = lane_record(lane, EVENT_LIFT_AUTHORISED);
	event_add_text(event, "by", by);
	event_add_text(event, "actor", lane->actor);
	event_add_number(event, "repeated", is_repeated);
	event->ticket = lane->lift_ticket = lane->numbers->next_ticket++;
	if (verdict == VERDICT_RELEASE)
		lane_use_order(lane, strcmp(by, "offline") == 0);
	lane_end_alarm(lane, ALARM_HOLD);
}

void lane_release_by_customs(struct lane *lane)
{
	assert(lane->clearing_lifts == 0); /* doctrine 8 */
	lane->lift_is_manual = false;
	lane_authorise(lane, VERDICT_RELEASE, "customs");
}

void lane_inspect_by_customs(struct lane *lane)
{
	lane->reason = REASON_TARGETED;
	lane->lift_is_manual = false;
	lane_authorise(lane, VERDICT_INSPECT, "customs");
}

/* Into the escape lane behind the arm. */
void lane_return_by_customs(struct lane *lane)
{
	lane->reason = lane->inquiry.reason;
	lane->lift_is_manual = false;
	lane_authorise(lane, VERDICT_RETURN, "customs");
}

static void dismiss(struct lane *lane, enum customs_verdict verdict, const char *by)
{
	struct event *event = lane_record(lane, EVENT_VERDICT);

	lane->verdict = verdict;
	lane->by = by;
	event_add_text(event, "verdict", lane_verdict_word(verdict));
	event_add_text(event, "by", by);
	event_add_text(event, "reason", reason_code(lane->reason));
	lane_end_alarm(lane, ALARM_HOLD);
}

void lane_dismiss_to_inspection(struct lane *lane)
{
	lane->reason = REASON_TARGETED;
	dismiss(lane, VERDICT_INSPECT, "customs");
}

void lane_dismiss_by_customs(struct lane *lane)
{
	dismiss(lane, VERDICT_RETURN, "customs");
}

static void take_act(struct lane *lane)
{
	lane_cancel_inquiry(lane, act_verb_name(lane->act->verb));
	text_copy(lane->actor, sizeof(lane->actor), lane->act->actor);
}

static const char *by_of_act(const struct lane *lane)
{
	return lane->act->is_customs ? "customs" : "officer";
}

void lane_release_by_officer(struct lane *lane)
{
	take_act(lane);
	lane->lift_is_manual = true;
	lane_authorise(lane, VERDICT_RELEASE, by_of_act(lane));
}

void lane_inspect_by_officer(struct lane *lane)
{
	take_act(lane);
	lane->lift_is_manual = true;
	lane_authorise(lane, VERDICT_INSPECT, by_of_act(lane));
}

void lane_return_by_officer(struct lane *lane)
{
	take_act(lane);
	lane->lift_is_manual = true;
	lane_authorise(lane, VERDICT_RETURN, by_of_act(lane));
}

void lane_dismiss_by_officer(struct lane *lane)
{
	take_act(lane);
	dismiss(lane, lane->act->verb == ACT_INSPECT ? VERDICT_INSPECT : VERDICT_RETURN,
		by_of_act(lane));
}

static void withdraw_lift(struct lane *lane, const char *why)
{
	event_add_text(lane_record(lane, EVENT_LIFT_WITHDRAWN), "reason", why);
	lane->lift_ticket = 0;
	lane->by = "";
	if (lane->clearing_lifts == 0)
		lane_free_order(lane);
}

void lane_withdraw_and_hold(struct lane *lane)
{
	withdraw_lift(lane, "held by an officer");
	lane_hold(lane, REASON_OFFICER);
}

void lane_fail_to_record(struct lane *lane)
{
	withdraw_lift(lane, "the record could not be written");
	lane_hold(lane, REASON_RECORD_FAILED);
}

/* A lift that waits for its lines would move steel when they come back (doctrine 2). */
void lane_refuse_blind_lift(struct lane *lane)
{
	withdraw_lift(lane, "the arm can't be seen");
	lane_hold_for_arm(lane);
}

void lane_command_lift(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_LIFT_COMMANDED);

	lane->stages.commanded = lane->now_ms;
	lane->clearing_lifts++;
	lane->lifted_for = lane->verdict;
	lane->lift_ticket = 0;
	position_lift(&lane->position, lane->now_ms);
	event_add_number(event, "authorised", lane->lift_seq);
}

static void record_lift_observed(struct lane *lane, const char *limit)
{
	struct event *event = lane_record(lane, EVENT_LIFT_OBSERVED);

	event_add_text(event, "limit", limit);
	event_add_number(event, "travel_ms", lane->now_ms - lane->stages.commanded);
}

void lane_observe_lift(struct lane *lane)
{
	lane->stages.up = lane->now_ms;
	lane->was_lifted = true;
	record_lift_observed(lane, "up");
	lane_end_alarm(lane, ALARM_ARM);
}

static void end_passage(struct lane *lane, const char *outcome)
{
	/* What was cleared offline is asked on until the next vehicle's question. */
	if (!(lane->right.is_offline && lane->site->offline.is_asked_after))
		lane_cancel_inquiry(lane, outcome);
	lane_settle_order(lane, outcome);
	if (lane->stages.commanded != 0 && lane->stages.up == 0)
		record_lift_observed(lane, lane->was_lifted ? "between" : "down");
	lane_record_closed(lane, outcome);
	lane_end_alarm(lane, ALARM_HOLD);
	lane_end_alarm(lane, ALARM_OVERSTAY);
	lane->last_passage = lane->passage;
	lane->help_is_called = false;
	lane->help_since_ms = 0;
	memset(&lane->inquiry, 0, sizeof(lane->inquiry));
	lane->passage = 0;
	position_close(&lane->position);
	lane_entry_dismiss(lane);
}

/* An inspection or a return that goes through the gate is not booked as passed (gate-domain
 * section 2). */
static const char *outcome_of(enum customs_verdict verdict)
{
	switch (verdict) {
	case VERDICT_INSPECT: return "to_inspection";
	case VERDICT_RETURN: return "returned";
	default: return "passed";
	}
}

void lane_book_passed(struct lane *lane)
{
	lane->stages.passed = lane->now_ms;
	if (lane->lifted_for == VERDICT_RELEASE)
		lane_pair_passed(lane);
	end_passage(lane, outcome_of(lane->lifted_for));
}

static void alarm_tailgate(struct lane *lane, int64_t passage)
{
	struct event *event = lane_raise_alarm(lane, ALARM_TAILGATE,
					       "a second vehicle follows through");

	lane->arrived_ms = 0; /* who came is going through */
	if (!event)
		return;
	event->passage = passage;
	event_add_text(event, "plate", lane_plate_since(lane, lane->stages.commanded));
}

void lane_book_followed(struct lane *lane)
{
	alarm_tailgate(lane, lane->passage);
	lane_book_passed(lane);
}

void lane_alarm_follower(struct lane *lane)
{
	alarm_tailgate(lane, lane->last_passage);
}

void lane_close_unused(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_LIFTED_NOT_PASSED,
			 "the arm was lifted, the vehicle backed out");
	end_passage(lane, "lifted_not_passed");
}

/* Something light without plate or tag (pedestrian, motorcycle) is void, but recorded. */
static bool is_void(const struct lane *lane)
{
	const struct evidence *plate = lane_evidence(lane, EVIDENCE_PLATE);
	const struct evidence *tag = lane_evidence(lane, EVIDENCE_TAG);

	return lane->state == LANE_GATHERING && !(plate && evidence_value(plate)) &&
	       !(tag && evidence_value(tag));
}

void lane_close_backed_out(struct lane *lane)
{
	const char *outcome = "not_passed";

	if (lane->state == LANE_LEAVING)
		outcome = outcome_of(lane->verdict);
	else if (is_void(lane))
		outcome = "void";
	end_passage(lane, outcome);
}

void lane_close_recording(struct lane *lane)
{
	withdraw_lift(lane, "the vehicle backed out");
	lane->verdict = VERDICT_NONE;
	end_passage(lane, "not_passed");
}

void lane_alarm_overstay(struct lane *lane)
{
	lane->is_overstayed = true;
	lane_raise_alarm(lane, ALARM_OVERSTAY, "released, but still under the arm");
	show(lane, "请尽快通过");
}

void lane_alarm_wrong_way(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_WRONG_WAY, "the exit loop went on first");
	show(lane, "禁止逆行");
}

void lane_alarm_arm(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_ARM,
			 "a safety device does not prove itself: the arm stays up");
}

/* Nothing is lowered onto who is there; when it is clear the arm is tried again. */
void lane_alarm_stuck(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_ARM, reason_text(REASON_ARM_FAULT));
}

static void block(struct lane *lane, enum reason reason)
{
	lane->block_reason = reason;
	if (lane->lift_ticket != 0)
		withdraw_lift(lane, reason_code(reason));
	if (lane->passage != 0)
		end_passage(lane, reason_code(reason));
}

void lane_block_arm(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_ARM, reason_text(REASON_ARM_FAULT));
	block(lane, REASON_ARM_FAULT);
}

void lane_block_uncontrolled(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_UNCONTROLLED, reason_text(REASON_UNCONTROLLED));
	block(lane, REASON_UNCONTROLLED);
}

/* Who opens with the button at the gate has no lift in the record: what crosses is recorded, and
 * the lane goes on once the arm is down again. */
void lane_block_hold(struct lane *lane)
{
	lane_raise_alarm(lane, ALARM_UNCONTROLLED, reason_text(REASON_HOLD_TO_RUN));
	block(lane, REASON_HOLD_TO_RUN);
}

static void call_officer(struct lane *lane, enum reason reason)
{
	struct event *event = lane_record(lane, EVENT_CALL);

	event_add_text(event, "what", reason_code(reason));
	event_add_text(event, "reason", reason_text(reason));
}

void lane_block_emergency(struct lane *lane)
{
	call_officer(lane, REASON_EMERGENCY);
	lane_raise_alarm(lane, ALARM_EMERGENCY, reason_text(REASON_EMERGENCY));
	block(lane, REASON_EMERGENCY);
}

void lane_record_crossing(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_CROSSING);
	bool is_blocked = lane->state == LANE_BLOCKED;

	event_add_text(event, "while",
		       is_blocked ? reason_code(lane->block_reason) : "followed");
	event_add_text(event, "from",
		       lane->crossing_from == CROSSING_FROM_LANE ? "lane" : "exit");
	event_add_text(event, "arm", interlock_arm_name(&lane->interlock));
	event_add_text(event, "plate", lane_plate_since(lane, lane->state_since_ms));
}

void lane_resume(struct lane *lane)
{
	if (lane->interlock.is_locked) {
		struct event *event = lane_record(lane, EVENT_SAFETY);

		event_add_text(event, "rule", "S3");
		event_add_text(event, "what",
			       "the lock of two obstructions is taken back, not on site: "
			       "the lane has no key");
		event_add_text(event, "arm", interlock_arm_name(&lane->interlock));
	}
	interlock_reset(&lane->interlock);
	lane->is_raised_by_hand = false;
	lane_entry_reset(lane);
	text_copy(lane->actor, sizeof(lane->actor), lane->act->actor);
	lane->has_restarted = true; /* who stands there now is an officer's */
}

/* A passage whose end no sensor shows: a person says that it is over. */
void lane_close_by_reset(struct lane *lane)
{
	lane_resume(lane);
	if (lane->position.was_under)
		lane_book_passed(lane);
	else if (lane_arm_is_open(lane))
		lane_close_unused(lane);
	else
		lane_close_backed_out(lane);
}

void lane_arm_is_down(struct lane *lane)
{
	static const enum lane_alarm over[] = {
		ALARM_TAILGATE, ALARM_LIFTED_NOT_PASSED, ALARM_UNCONTROLLED,
		ALARM_ARM,      ALARM_EMERGENCY,         ALARM_RESTARTED};
	struct event *event;

	if (lane->state == LANE_CLOSING || lane->alarms != 0) {
		event = lane_record(lane, EVENT_ARM_LOWERED);
		event->passage = lane->last_passage;
		event_add_number(event, "closing_ms",
				 lane->now_ms - lane->state_since_ms);
	}
	for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++)
		lane_end_alarm(lane, over[i]);
}

/* What the driver whose arm rises is told. Customs' own words are for a release of its own. */
static const char *sign_of_lift(const struct lane *lane)
{
	switch (lane->verdict) {
	case VERDICT_INSPECT: return "请到查验区";
	case VERDICT_RETURN: return "请驶入返回道";
	default: break;
	}
	return lane->inquiry.verdict == VERDICT_RELEASE && lane->inquiry.hint[0]
		       ? lane->inquiry.hint
		       : "放行 请通过";
}

/* A lane that can't work welcomes nobody. */
static const char *sign_of_idle(const struct lane *lane)
{
	if (lane->alarms & 1u << ALARM_RECORD)
		return reason_sign(REASON_RECORD_FAILED);
	if (lane_is_shut(lane))
		return "通道关闭";
	return lane->alarms & 1u << ALARM_LOOPS ? reason_sign(REASON_DEVICE_DEAD)
						: "欢迎";
}

/* The sign of each state; states that hold show their reason's. */
static const char *sign_of_state(const struct lane *lane, enum lane_state state)
{
	switch (state) {
	case LANE_BLOCKED: return reason_sign(lane->block_reason);
	case LANE_IDLE: return sign_of_idle(lane);
	case LANE_GATHERING:
	case LANE_ASKING:
	case LANE_RECORDING: return "请等候";
	case LANE_SILENT: return reason_sign(REASON_CUSTOMS_SILENT);
	case LANE_HELD:
		return lane->reason == REASON_CUSTOMS_REFUSED && lane->inquiry.hint[0]
			       ? lane->inquiry.hint
			       : reason_sign(lane->reason);
	case LANE_LIFTING:
	case LANE_PASSING: return sign_of_lift(lane);
	case LANE_FOLLOWED: return "禁止跟车";
	case LANE_CLOSING:
		return lane->alarms & 1u << ALARM_LIFTED_NOT_PASSED ? "请退出" : "请等候";
	case LANE_LEAVING:
		return lane->verdict == VERDICT_INSPECT ? "请到查验区" : "请退出";
	case LANE_STATES: break;
	}
	assert(!"lane state out of range");
	return "";
}

void lane_enter(struct lane *lane, enum lane_state state)
{
	lane->state = state;
	lane->state_since_ms = lane->now_ms;
	lane->light = state == LANE_PASSING && !(lane->alarms & 1u << ALARM_LIGHTS)
			      ? LIGHT_GREEN
			      : LIGHT_RED;
	show(lane, sign_of_state(lane, state));
}
