/* SPDX-License-Identifier: MIT */
/*
 * What a person asks of a lane: whether it can be done now, the record of it, and what is done
 * at any time, beside the table.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>
#include <stdio.h>
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
		       int64_t seq, const char *why)
{
	struct act_result *result;

	assert(out->result_count < LANE_OUT_RESULTS);
	result = &out->results[out->result_count++];
	result->token = token;
	result->error = (int8_t)err;
	result->seq = seq;
	text_copy(result->why, sizeof(result->why), why);
}

static void finish_act(struct lane_pending *pending, const struct journal_ack *ack,
		       struct lane_out *out)
{
	enum kakou_err err = pending->refusal;
	const char *why = pending->why;

	if (!ack->is_committed && !err) {
		err = KAKOU_E_IO;
		why = "the record can't be written now";
	}
	answer_act(out, pending->token, err, ack->is_committed ? ack->seq : 0, why);
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
static bool is_beside_table(enum act_verb verb)
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

/* Why it has no sense now; NULL when it has. */
static const char *find_senseless(const struct lane *lane, const struct act *act)
{
	enum lane_alarm alarm;

	switch ((enum act_verb)act->verb) {
	case ACT_LOCK: return lane->is_locked ? "is locked already" : NULL;
	case ACT_OPEN: return lane->is_locked ? NULL : "is not locked";
	case ACT_EMERGENCY:
		return lane->is_raised_by_hand ? "is raised already, until a reset"
					       : NULL;
	case ACT_ANSWER: return lane->help_is_called ? NULL : "has no open call for help";
	case ACT_ACK:
		alarm = lane_find_alarm(act->value);
		if (alarm == LANE_ALARMS || !(lane->alarms & 1u << alarm))
			return "has no such alarm";
		return lane->acknowledged & 1u << alarm ? "has it acknowledged already"
							: NULL;
	default: return NULL;
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

/* ---- evidence from a person ------------------------------------------------------------------ */

static void judge_entry(const struct lane *lane, const struct act *act, char *why,
			size_t size)
{
	enum evidence_kind kind = (enum evidence_kind)act->subject;
	const struct evidence *evidence = lane_evidence(lane, kind);
	struct why inner;
	bool has_value = evidence && evidence_value(evidence);

	if (!evidence)
		snprintf(why, size, "lane %s gathers no %s", lane->config->name,
			 evidence_kind_name(kind));
	else if (evidence_check_entry(evidence, act->value, &inner))
		snprintf(why, size, "%s: %.100s", evidence_kind_name(kind), inner.text);
	else if (act->verb == ACT_CORRECT && !has_value)
		snprintf(why, size, "no %s was read that could be corrected: enter it",
			 evidence_kind_name(kind));
	else if (act->verb == ACT_ENTER && has_value)
		snprintf(why, size, "the %s was read: correct it",
			 evidence_kind_name(kind));
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
			      const char *why)
{
	struct event *event =
		lane_record(lane, why[0] ? EVENT_ACT_REFUSED : EVENT_OFFICER_ACT);
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
	if (why[0])
		event_add_text(event, "why", why);
	else
		answer_help(lane, event);
	event->ticket = ticket;
	return event;
}

/* An act that need not mean a passage may still name the one it was decided by. */
static bool means_another_passage(const struct lane *lane, const struct act *act)
{
	bool needs =
		(act_rule_of((enum act_verb)act->verb)->needs & ACT_NEEDS_PASSAGE) != 0;

	if (act->verb == ACT_RESET)
		return lane->passage != 0 && act->passage != lane->passage;
	return (needs || act->passage != 0) && act->passage != lane->passage;
}

/* A new question does not undo what customs said: only its own release does. */
static bool lacks_second(const struct lane *lane, const struct act *act)
{
	return lane->config->release_needs_second && lane->is_refused &&
	       !act->is_customs && act->second[0] == '\0';
}

/* Last of all: nobody is called for an act that would be refused anyway. */
static enum kakou_err judge_second(const struct lane *lane, const struct act *act,
				   char *why, size_t size)
{
	if (act->verb != ACT_RELEASE || !lacks_second(lane, act))
		return KAKOU_OK;
	snprintf(why, size,
		 "customs refused passage %lld: its release needs a supervisor's "
		 "approval besides",
		 (long long)lane->passage);
	return KAKOU_E_SECOND;
}

/* Whether the act can be taken now; why not, "" when it can. */
static enum kakou_err judge_act(const struct lane *lane, const struct act *act, char *why,
				size_t size)
{
	enum act_verb verb = (enum act_verb)act->verb;
	const char *senseless = find_senseless(lane, act);

	why[0] = '\0';
	if (act->asked_ms != 0 && lane->now_ms - act->asked_ms > ACT_FRESH_MS)
		snprintf(why, size,
			 "it was asked %lld s ago and could not be recorded since: ask "
			 "again",
			 (long long)(lane->now_ms - act->asked_ms) / 1000);
	else if (means_another_passage(lane, act))
		snprintf(why, size, "passage %lld is not in lane %s, where %s%.0lld is",
			 (long long)act->passage, lane->config->name,
			 lane->passage ? "passage " : "none", (long long)lane->passage);
	else if (lane_is_before_raise(lane, act))
		snprintf(
			why, size,
			"lane %s was raised for an emergency after that was asked: look, "
			"and ask again",
			lane->config->name);
	else if (verb == ACT_RESET && (interlock_needs_key(&lane->interlock) ||
				       interlock_needs_key(&lane->entry.interlock)))
		snprintf(why, size,
			 "lane %s is locked after two obstructions: the key at the gate "
			 "takes the lock back, not a reset from afar",
			 lane->config->name);
	else if (verb == ACT_RESET && lane_is_blind(lane))
		snprintf(why, size,
			 "the arm of lane %s can't be seen: nothing may close when its "
			 "lines come back",
			 lane->config->name);
	else if (senseless)
		snprintf(why, size, "lane %s %s", lane->config->name, senseless);
	else if (verb == ACT_MODE)
		lane_judge_mode(lane, act, why, size);
	else if (act_rule_of(verb)->needs & ACT_NEEDS_SUBJECT)
		judge_entry(lane, act, why, size);
	else if (verb == ACT_SHELVE)
		lane_judge_shelf(lane, act->value, why, size);
	else if (verb == ACT_PULSE)
		lane_judge_pulse(lane, act->value, why, size);
	else if (verb == ACT_TURN)
		lane_judge_turn(lane, act, why, size);
	if (why[0] == '\0' && !is_beside_table(verb) && !lane_find_rule(lane, EV_ACT))
		snprintf(why, size, "%s is not possible while lane %s is %s%s",
			 act_verb_name(verb), lane->config->name,
			 lane_state_name(lane->state),
			 lane->record_is_well ? "" : " and the record can't be written");
	return why[0] ? KAKOU_E_REFUSED : judge_second(lane, act, why, size);
}

enum kakou_err lane_take_act(struct lane *lane, const struct act *act, uint64_t ticket,
			     char *why, size_t size)
{
	enum kakou_err err;

	lane->act = act;
	err = judge_act(lane, act, why, size);
	(void)lane_record_act(lane, act, ticket, why);
	if (why[0] == '\0' && is_beside_table((enum act_verb)act->verb))
		do_beside_table(lane);
	else if (why[0] == '\0')
		lane_dispatch(lane, EV_ACT);
	lane->act = NULL;
	return err;
}

void lane_feed_act(struct lane *lane, const struct act *act, const struct lane_inputs *in,
		   struct lane_out *out)
{
	struct lane_pending *pending = find_pending(lane, 0);

	lane_begin(lane, in, out);
	if (lane_renews_pulse(lane, act, in->now_ms)) {
		answer_act(out, act->token, KAKOU_OK, 0, "");
		return;
	}
	if (!pending) {
		answer_act(out, act->token, KAKOU_E_FULL, 0,
			   "too many acts at once: try again");
		return;
	}
	pending->token = act->token;
	pending->ticket = lane->numbers->next_ticket++;
	pending->refusal = lane_take_act(lane, act, pending->ticket, pending->why,
					 sizeof(pending->why));
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
	lane_cancel_inquiry(lane, act_verb_name((enum act_verb)lane->act->verb));
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
