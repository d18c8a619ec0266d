/* SPDX-License-Identifier: MIT */
/*
 * Health: what the lane no longer sees or controls, told to the record and to officers.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"

/* A scan or two without lines is not worth a line in the record. */
enum { UNSEEN_MIN_MS = 500 };

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
		if (lane->config->lines[LINE_DOOR].is_used)
			event_add_text(event, "door", lane_door_word(lane));
	}
	lane->seen_ms = lane->now_ms;
}

/* As long as a device does not prove itself an officer knows of it, whatever the lane does. */
static void watch_faults(struct lane *lane)
{
	if (interlock_has_fault(&lane->interlock))
		lane_raise_alarm(lane, ALARM_SAFETY, "",
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
		lane_raise_alarm(
			lane, ALARM_RESTARTED,
			lane->interlock.is_locked ? interlock_note_code(NOTE_LOCKED) : "",
			lane->interlock.is_locked
				? "the arm was not down when the controller "
				  "started, and is locked (S3)"
				: "the arm was not down when the controller "
				  "started");
}

/* An alarm for what has been lost for a while; true when it begins or ends. */
static bool judge_loss(struct lane *lane, bool is_lost, int64_t *since_ms,
		       enum lane_alarm alarm, const char *detail, const char *text)
{
	uint32_t before = lane->alarms;

	if (!is_lost) {
		*since_ms = 0;
		lane_end_alarm(lane, alarm);
	} else if (*since_ms == 0) {
		*since_ms = lane->now_ms;
	} else if (lane->now_ms - *since_ms > LANE_LOST_MS) {
		lane_raise_alarm(lane, alarm, detail, text);
	}
	return before != lane->alarms;
}

/* An idle lane that can't hear its loops must not look as if it could; lights that are not heard
 * keep their colour, and a green that comes late would be for another vehicle. */
void lane_step_losses(struct lane *lane, const struct lane_inputs *in)
{
	if (judge_loss(lane, in->position_is_stale, &lane->loops_lost_ms, ALARM_LOOPS, "",
		       "a loop on remote I/O is not heard: arrivals are not seen") &&
	    lane->state == LANE_IDLE)
		lane_enter(lane, LANE_IDLE);
	if (judge_loss(lane, !in->record_is_well, &lane->record_lost_ms, ALARM_RECORD, "",
		       reason_text(REASON_RECORD_FAILED)) &&
	    lane->state == LANE_IDLE)
		lane_enter(lane, LANE_IDLE);
	judge_loss(lane, in->lights_are_lost, &lane->lights_lost_ms, ALARM_LIGHTS, "",
		   "lights on remote I/O do not follow: they may show the wrong colour");
	if (lane->alarms & 1u << ALARM_LIGHTS)
		lane->light = LIGHT_RED;
}

/* A chip that is not there, or has another name than the site's: without an alarm the lane would wait
 * for ever, and look as after any restart. The same alarm for another cause is not ended here. */
static void watch_first_sight(struct lane *lane)
{
	bool is_blind = lane->seen_ms == 0 && !lane->interlock.was_known;

	if (is_blind || lane->never_seen_ms != 0)
		judge_loss(lane, is_blind, &lane->never_seen_ms, ALARM_RESTARTED,
			   interlock_note_code(NOTE_BLIND),
			   "the lane's lines are not there since the controller "
			   "started: nothing moves");
}

void lane_record_health(struct lane *lane)
{
	record_arm_lock(lane);
	watch_faults(lane);
	watch_first_sight(lane);
	record_restart(lane);
}
