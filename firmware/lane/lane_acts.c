/* SPDX-License-Identifier: MIT */
/*
 * What a person asks of a lane: the record of it, and what is done at any time, beside the table.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* ---- answers ------------------------------------------------------------------------------ */

static struct lane_pending *find_pending(struct lane *lane, uint64_t ticket)
{
	for (size_t i = 0; i < sizeof(lane->pending) / sizeof(lane->pending[0]); i++)
		if (lane->pending[i].ticket == ticket)
			return &lane->pending[i];
	return NULL;
}

static void answer_act(struct lane_out *out, uint32_t token, enum kakou_err err,
		       enum act_refusal refusal, int64_t seq, const char *why)
{
	struct act_result *result;

	assert(out->result_count < LANE_OUT_RESULTS);
	result = &out->results[out->result_count++];
	result->token = token;
	result->error = (int8_t)err;
	result->refusal = (uint8_t)refusal;
	result->seq = seq;
	text_copy(result->why, sizeof(result->why), why);
}

static void finish_act(struct lane_pending *pending, const struct journal_ack *ack,
		       struct lane_out *out)
{
	enum act_refusal refusal = (enum act_refusal)pending->refusal;
	enum kakou_err err = refusal == REFUSAL_NONE     ? KAKOU_OK
			     : refusal == REFUSAL_SECOND ? KAKOU_E_SECOND
							 : KAKOU_E_REFUSED;
	const char *why = pending->why;

	if (!ack->is_committed && !refusal && !pending->acts_regardless) {
		err = KAKOU_E_IO;
		refusal = REFUSAL_RECORD;
		why = "the record can't be written now";
	}
	answer_act(out, pending->token, err, refusal, ack->is_committed ? ack->seq : 0,
		   why);
	memset(pending, 0, sizeof(*pending));
}

void lane_feed_ack(struct lane *lane, const struct journal_ack *ack,
		   const struct lane_inputs *in, struct lane_out *out)
{
	struct lane_pending *pending = find_pending(lane, ack->ticket);

	lane_begin(lane, in, out);
	if (pending)
		finish_act(pending, ack, out);
	lane_turn_is_recorded(lane, ack);
	if (ack->ticket != lane->lift_ticket)
		return;
	lane->lift_seq = ack->seq;
	if (ack->is_committed)
		lane->stages.committed = ack->at_ms;
	lane_dispatch(lane, ack->is_committed ? EV_COMMITTED : EV_COMMIT_FAILED);
}

/* ---- acts beside the table ------------------------------------------------------------------ */

enum lane_alarm lane_find_alarm(const char *code)
{
	int alarm = 0;

	while (alarm < LANE_ALARMS &&
	       strcmp(lane_alarm_name((enum lane_alarm)alarm), code) != 0)
		alarm++;
	return (enum lane_alarm)alarm;
}

void lane_start_locked(struct lane *lane)
{
	lane->is_locked = true;
}

/* Which of two arms it was is not asked: the key at the gate takes back both. */
void lane_start_arm_locked(struct lane *lane)
{
	lane->interlock.is_locked = true;
	lane->entry.interlock.is_locked = lane->entry.exists;
	lane->arm_lock_is_told = true;
}

static void lock(struct lane *lane, bool is_locked)
{
	struct event *event =
		lane_record(lane, is_locked ? EVENT_LANE_LOCKED : EVENT_LANE_OPENED);

	event_add_text(event, "actor", lane->act->actor);
	lane->is_locked = is_locked;
	if (lane->state == LANE_IDLE)
		lane_enter(lane, LANE_IDLE); /* the sign says it */
}

/* False: the act is the table's. */
bool lane_act_is_beside_table(enum act_verb verb)
{
	switch (verb) {
	case ACT_LOCK:
	case ACT_OPEN:
	case ACT_EMERGENCY:
	case ACT_MODE:
	case ACT_ACK:
	case ACT_SHELVE:
	case ACT_ANSWER:
	case ACT_PULSE:
	case ACT_TURN:
	case ACT_COMMISSION: return true;
	default: return false;
	}
}

static void do_beside_table(struct lane *lane)
{
	switch ((enum act_verb)lane->act->verb) {
	case ACT_LOCK: lock(lane, true); break;
	case ACT_OPEN: lock(lane, false); break;
	case ACT_EMERGENCY: lane->is_raised_by_hand = true; break;
	case ACT_MODE: lane_take_mode(lane, lane->act); break;
	case ACT_ACK:
		lane->acknowledged |= 1u << lane_find_alarm(lane->act->value);
		break;
	case ACT_SHELVE: lane_begin_shelf(lane, lane->act); break;
	case ACT_PULSE: lane_begin_pulse(lane, lane->act); break;
	case ACT_TURN: lane_begin_turn(lane, lane->act); break;
	default: break; /* the record of it is all: ACT_ANSWER, ACT_COMMISSION */
	}
}

/* ---- taking an act --------------------------------------------------------------------------- */

/* Whoever acts on the lane has looked at it. */
static void answer_help(struct lane *lane, struct event *event)
{
	if (!lane->help_is_called)
		return;
	event_add_number(event, "help_answered_ms", lane->now_ms - lane->help_since_ms);
	lane->help_is_called = false;
	lane->help_since_ms = 0;
}

struct event *lane_record_act(struct lane *lane, const struct act *act, uint64_t ticket,
			      enum act_refusal refusal, const char *why)
{
	struct event *event =
		lane_record(lane, refusal ? EVENT_ACT_REFUSED : EVENT_OFFICER_ACT);
	uint32_t needs = act_rule_of((enum act_verb)act->verb)->needs;

	event_add_text(event, "act", act_verb_name((enum act_verb)act->verb));
	event_add_text(event, "actor", act->actor);
	event_add_text(event, "role",
		       act->is_customs ? "customs" : role_name((enum role)act->role));
	event_add_text(event, "reason", act->reason);
	event_add_text(event, "screen", act->screen);
	if (act->second[0])
		event_add_text(event, "second", act->second);
	event_add_number(event, "meant_passage", act->passage);
	if (needs & ACT_NEEDS_SUBJECT)
		event_add_text(event, "subject",
			       evidence_kind_name((enum evidence_kind)act->subject));
	if (needs & ACT_NEEDS_VALUE)
		event_add_text(event, "value", act->value);
	if (refusal) {
		event_add_text(event, "code", act_refusal_name(refusal));
		event_add_text(event, "why", why);
	} else {
		answer_help(lane, event);
	}
	event->ticket = ticket;
	return event;
}

enum act_refusal lane_take_act(struct lane *lane, const struct act *act, uint64_t ticket,
			       char *why, size_t size)
{
	enum act_refusal refusal;

	lane->act = act;
	refusal = lane_judge_act(lane, act, why, size);
	(void)lane_record_act(lane, act, ticket, refusal, why);
	if (!refusal && lane_act_is_beside_table((enum act_verb)act->verb))
		do_beside_table(lane);
	else if (!refusal)
		lane_dispatch(lane, EV_ACT);
	lane->act = NULL;
	return refusal;
}

void lane_feed_act(struct lane *lane, const struct act *act, const struct lane_inputs *in,
		   struct lane_out *out)
{
	struct lane_pending *pending = find_pending(lane, 0);

	lane_begin(lane, in, out);
	if (lane_renews_pulse(lane, act, in->now_ms)) {
		answer_act(out, act->token, KAKOU_OK, REFUSAL_NONE, 0, "");
		return;
	}
	if (!pending) {
		answer_act(out, act->token, KAKOU_E_FULL, REFUSAL_NONE, 0,
			   "too many acts at once: try again");
		return;
	}
	pending->token = act->token;
	pending->ticket = lane->numbers->next_ticket++;
	/* Who raised the arm is told so: to hear of a failure while it rises helps nobody. */
	pending->acts_regardless = act->verb == ACT_EMERGENCY;
	pending->refusal = (uint8_t)lane_take_act(lane, act, pending->ticket,
						  pending->why, sizeof(pending->why));
}

/* ---- acts of the table ---------------------------------------------------------------------- */

/* Not after a lift: the vehicle may be through, and a passage is cleared once. */
bool lane_act_gathers(const struct lane *lane)
{
	bool may = lane->stages.commanded == 0 && !lane_arm_is_open(lane);

	switch ((enum act_verb)lane->act->verb) {
	case ACT_CORRECT:
	case ACT_ENTER:
	case ACT_CHOOSE:
	case ACT_REGATHER: return may;
	case ACT_ASK: return may && lane->state == LANE_HELD;
	default: return false;
	}
}

bool lane_act_asks(const struct lane *lane)
{
	return lane->act->verb == ACT_ASK;
}

bool lane_can_trigger(const struct lane *lane, enum evidence_kind kind)
{
	const struct evidence *evidence = lane_evidence(lane, kind);
	const struct site_device *device = &lane->site->devices[evidence->config->device];

	return (kind == EVIDENCE_PLATE || kind == EVIDENCE_BOX) &&
	       map_find_point(&lane->site->maps[device->map], "trigger") != NULL;
}

static void gather_devices_again(struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++) {
		struct evidence *evidence = &lane->evidence[i];
		enum evidence_kind kind = (enum evidence_kind)evidence->config->kind;
		bool can_trigger = lane_can_trigger(lane, kind);
		bool is_anew = can_trigger || kind == EVIDENCE_WEIGHT;

		evidence_gather_again(evidence, is_anew ? lane->now_ms : 0);
		if (can_trigger)
			lane->out->triggers |= 1u << i;
	}
	lane->plate[0] = lane->trailer_plate[0] = '\0';
	lane->plate_source = "";
}

static void enter_value(struct lane *lane)
{
	const struct act *act = lane->act;
	struct evidence *evidence = NULL;

	for (size_t i = 0; i < lane->config->evidence_count && !evidence; i++)
		if (lane->config->evidence[i].kind == act->subject)
			evidence = &lane->evidence[i];
	assert(evidence); /* judge_entry() found it */
	evidence_enter(evidence, act->value,
		       act->verb == ACT_ENTER ? HAND_ENTERED : HAND_CORRECTED,
		       lane->now_ms);
	lane_record_evidence(lane, evidence);
	lane_vote(lane);
}

/* Back to gathering: the next scan asks customs anew, under a new number, or holds again for
 * what is still missing. */
void lane_gather_anew(struct lane *lane)
{
	lane_cancel_inquiry_for_act(lane);
	lane_end_alarm(lane, ALARM_HOLD); /* a hold that comes again is a new one */
	lane->reason = REASON_NONE;
	lane->verdict = VERDICT_NONE;
	lane->stages.gathered = lane->stages.answered = 0;
	lane->gather_since_ms = lane->now_ms;
	switch ((enum act_verb)lane->act->verb) {
	case ACT_CORRECT:
	case ACT_ENTER: enter_value(lane); break;
	case ACT_CHOOSE:
		text_copy(lane->chosen_order, sizeof(lane->chosen_order),
			  lane->act->value);
		break;
	case ACT_REGATHER: gather_devices_again(lane); break;
	default: break;
	}
	lane->has_hand = lane->has_hand || lane->act->verb != ACT_ASK;
	text_copy(lane->hand, sizeof(lane->hand), lane->act->actor);
}

/* Doctrine 8: what has no answer yet is sent again under its own number. */
void lane_ask_again(struct lane *lane)
{
	lane->out->has_ask = true;
	memset(&lane->out->ask, 0, sizeof(lane->out->ask));
	lane->out->ask.lane = lane->index;
	lane->out->ask.message.code = CUSTOMS_GATHER;
	lane->out->ask.message.u.gather = lane->gather;
}
