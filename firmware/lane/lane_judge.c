/* SPDX-License-Identifier: MIT */
/*
 * Whether what a person asks of a lane can be done now, and why not: a code for programs, words for
 * people.
 *
 * Layer: firmware. Pure.
 */
#include <stdarg.h>
#include <stdio.h>

#include "firmware/lane/lane_internal.h"

enum act_refusal lane_refuse(char *why, size_t size, enum act_refusal refusal,
			     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vsnprintf(why, size, format, args) < 0)
		why[0] = '\0';
	va_end(args);
	return refusal;
}

/* Whether it has no sense now, and why. */
static enum act_refusal find_senseless(const struct lane *lane, const struct act *act,
				       const char **what)
{
	enum lane_alarm alarm;

	switch ((enum act_verb)act->verb) {
	case ACT_LOCK:
		*what = "is locked already";
		return lane->is_locked ? REFUSAL_ALREADY : REFUSAL_NONE;
	case ACT_OPEN:
		*what = "is not locked";
		return lane->is_locked ? REFUSAL_NONE : REFUSAL_ALREADY;
	case ACT_EMERGENCY:
		*what = "is raised already, until a reset";
		return lane->is_raised_by_hand ? REFUSAL_ALREADY : REFUSAL_NONE;
	case ACT_ANSWER:
		*what = "has no open call for help";
		return lane->help_is_called ? REFUSAL_NONE : REFUSAL_ABSENT;
	case ACT_ACK:
		alarm = lane_find_alarm(act->value);
		*what = "has no such alarm";
		if (alarm == LANE_ALARMS || !(lane->alarms & 1u << alarm))
			return REFUSAL_ABSENT;
		*what = "has it acknowledged already";
		return (lane->acknowledged & 1u << alarm) ? REFUSAL_ALREADY
							  : REFUSAL_NONE;
	default: return REFUSAL_NONE;
	}
}

static enum act_refusal judge_entry(const struct lane *lane, const struct act *act,
				    char *why, size_t size)
{
	enum evidence_kind kind = (enum evidence_kind)act->subject;
	const struct evidence *evidence = lane_evidence(lane, kind);
	struct why inner;
	bool has_value = evidence && evidence_value(evidence);

	if (!evidence)
		return lane_refuse(why, size, REFUSAL_ABSENT, "lane %s gathers no %s",
				   lane->config->name, evidence_kind_name(kind));
	if (evidence_check_entry(evidence, act->value, &inner))
		return lane_refuse(why, size, REFUSAL_VALUE, "%s: %.100s",
				   evidence_kind_name(kind), inner.text);
	if (act->verb == ACT_CORRECT && !has_value)
		return lane_refuse(why, size, REFUSAL_ABSENT,
				   "no %s was read that could be corrected: enter it",
				   evidence_kind_name(kind));
	if (act->verb == ACT_ENTER && has_value)
		return lane_refuse(why, size, REFUSAL_ALREADY,
				   "the %s was read: correct it",
				   evidence_kind_name(kind));
	return REFUSAL_NONE;
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

/* What stands against it, whatever it asks for. */
static enum act_refusal judge_moment(const struct lane *lane, const struct act *act,
				     char *why, size_t size)
{
	const char *name = lane->config->name;

	if (act->asked_ms != 0 && lane->now_ms - act->asked_ms > ACT_FRESH_MS)
		return lane_refuse(
			why, size, REFUSAL_WAITED,
			"it was asked %lld s ago and could not be recorded since: ask "
			"again",
			(long long)(lane->now_ms - act->asked_ms) / 1000);
	if (means_another_passage(lane, act))
		return lane_refuse(why, size, REFUSAL_GONE,
				   "passage %lld is not in lane %s, where %s%.0lld is",
				   (long long)act->passage, name,
				   lane->passage ? "passage " : "none",
				   (long long)lane->passage);
	if (lane_is_before_raise(lane, act))
		return lane_refuse(
			why, size, REFUSAL_WAITED,
			"lane %s was raised for an emergency after that was asked: look, "
			"and ask again",
			name);
	return REFUSAL_NONE;
}

static enum act_refusal judge_reset(const struct lane *lane, char *why, size_t size)
{
	if (interlock_needs_key(&lane->interlock) ||
	    interlock_needs_key(&lane->entry.interlock))
		return lane_refuse(
			why, size, REFUSAL_KEY,
			"lane %s is locked after two obstructions: the key at the gate "
			"takes the lock back, not a reset from afar",
			lane->config->name);
	if (lane_is_blind(lane))
		return lane_refuse(
			why, size, REFUSAL_BLIND,
			"the arm of lane %s can't be seen: nothing may close when its "
			"lines come back",
			lane->config->name);
	return REFUSAL_NONE;
}

/* What stands against it by what it asks for. */
static enum act_refusal judge_verb(const struct lane *lane, const struct act *act,
				   char *why, size_t size)
{
	enum act_verb verb = (enum act_verb)act->verb;

	if (verb == ACT_RESET)
		return judge_reset(lane, why, size);
	if (verb == ACT_MODE)
		return lane_judge_mode(lane, act, why, size);
	if (act_rule_of(verb)->needs & ACT_NEEDS_SUBJECT)
		return judge_entry(lane, act, why, size);
	if (verb == ACT_SHELVE)
		return lane_judge_shelf(lane, act->value, why, size);
	if (verb == ACT_PULSE)
		lane_judge_pulse(lane, act->value, why, size);
	if (verb == ACT_TURN)
		return lane_judge_turn(lane, act, why, size);
	return why[0] ? REFUSAL_OTHER : REFUSAL_NONE;
}

/* Last of all: nobody is called for an act that would be refused anyway. */
static enum act_refusal judge_second(const struct lane *lane, const struct act *act,
				     char *why, size_t size)
{
	if (act->verb != ACT_RELEASE || !lacks_second(lane, act))
		return REFUSAL_NONE;
	return lane_refuse(why, size, REFUSAL_SECOND,
			   "customs refused passage %lld: its release needs a "
			   "supervisor's approval besides",
			   (long long)lane->passage);
}

enum act_refusal lane_judge_act(const struct lane *lane, const struct act *act, char *why,
				size_t size)
{
	enum act_verb verb = (enum act_verb)act->verb;
	const char *senseless = NULL;
	enum act_refusal refusal;

	why[0] = '\0';
	refusal = judge_moment(lane, act, why, size);
	if (refusal)
		return refusal;
	refusal = find_senseless(lane, act, &senseless);
	if (refusal)
		return lane_refuse(why, size, refusal, "lane %s %s", lane->config->name,
				   senseless);
	refusal = judge_verb(lane, act, why, size);
	if (!refusal && !lane_act_is_beside_table(verb) && !lane_find_rule(lane, EV_ACT))
		refusal = lane_refuse(
			why, size, REFUSAL_NOT_NOW,
			"%s is not possible while lane %s is %s%s", act_verb_name(verb),
			lane->config->name, lane_state_name(lane->state),
			lane->record_is_well ? "" : " and the record can't be written");
	return refusal ? refusal : judge_second(lane, act, why, size);
}
