/* SPDX-License-Identifier: MIT */
/*
 * What a lane writes into the record. Layer: firmware. Pure.
 */
#include <assert.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"

struct event *lane_record(struct lane *lane, enum event_kind kind)
{
	struct event *event;

	assert(lane->out->event_count < LANE_OUT_EVENTS);
	event = &lane->out->events[lane->out->event_count++];
	event_begin(event, kind, lane->index, lane->passage);
	event->mono_ms = lane->now_ms;
	event->wall_ms = lane->wall_ms;
	return event;
}

static const char *const alarm_names[LANE_ALARMS] = {
	[ALARM_HOLD] = "hold",
	[ALARM_TAILGATE] = "tailgate",
	[ALARM_LIFTED_NOT_PASSED] = "lifted_not_passed",
	[ALARM_OVERSTAY] = "overstay",
	[ALARM_WRONG_WAY] = "wrong_way",
	[ALARM_UNCONTROLLED] = "uncontrolled_opening",
	[ALARM_ARM] = "arm_fault",
	[ALARM_EMERGENCY] = "emergency",
	[ALARM_RESTARTED] = "restarted",
	[ALARM_DISPUTED] = "offline_disputed",
	[ALARM_LOOPS] = "loops_lost",
	[ALARM_ENTRY] = "entry_fault",
	[ALARM_RECORD] = "record_failed",
	[ALARM_LIGHTS] = "lights_lost",
	[ALARM_SAFETY] = "safety_device",
	[ALARM_DOOR] = "cabinet_open",
};

const char *lane_alarm_name(enum lane_alarm alarm)
{
	return alarm_names[alarm];
}

struct event *lane_raise_alarm(struct lane *lane, enum lane_alarm alarm,
			       const char *detail, const char *text)
{
	struct event *event;

	if (lane->alarms & 1u << alarm)
		return NULL;
	lane->alarms |= 1u << alarm;
	lane->acknowledged &= ~(1u << alarm);
	event = lane_record(lane, EVENT_ALARM);
	event_add_text(event, "code", alarm_names[alarm]);
	if (detail[0])
		event_add_text(event, "detail", detail);
	event_add_text(event, "text", text);
	return event;
}

void lane_raise_alarm_for(struct lane *lane, enum lane_alarm alarm, enum reason reason)
{
	(void)lane_raise_alarm(lane, alarm, reason_code(reason), reason_text(reason));
}

void lane_end_alarm(struct lane *lane, enum lane_alarm alarm)
{
	if (!(lane->alarms & 1u << alarm))
		return;
	lane->alarms &= ~(1u << alarm);
	lane->shelved_until_ms[alarm] = 0; /* one that comes again is a new one */
	event_add_text(lane_record(lane, EVENT_ALARM_ENDED), "code", alarm_names[alarm]);
}

void lane_record_evidence(struct lane *lane, const struct evidence *evidence)
{
	struct event *event = lane_record(lane, EVENT_EVIDENCE);
	const struct device_sample *value = evidence_value(evidence);

	event_add_text(event, "slot", evidence_kind_name(evidence->config->kind));
	event_add_text(event, "device",
		       lane->site->devices[evidence->config->device].name);
	event_add_text(event, "state", evidence_state_name(evidence->state));
	if (!value)
		return;
	event_add_text(event, "text", evidence->text);
	if (evidence->hand != HAND_NONE)
		event_add_text(event, "hand", evidence_hand_name(evidence->hand));
	event_add_number(event, "confidence", evidence->confidence);
	event_add_number(event, "read_mono_ms", value->at_ms);
	switch (evidence->config->kind) {
	case EVIDENCE_WEIGHT:
		event_add_number(event, "gross_g", value->value.weight.gross_g);
		break;
	case EVIDENCE_TAG:
		event_add_text(event, "tag", value->value.reads.read[0].text);
		break;
	case EVIDENCE_PLATE:
		event_add_text(event, "rear", value->value.reads.read[1].text);
		break;
	case EVIDENCE_CLIMATE:
		event_add_number(event, "temperature_mdeg",
				 value->value.climate.temperature_mdeg);
		break;
	default: break;
	}
}

void lane_record_notes(struct lane *lane, uint32_t notes)
{
	lane_record_notes_of(lane, &lane->interlock, notes, "exit");
}

void lane_record_notes_of(struct lane *lane, const struct interlock *lock, uint32_t notes,
			  const char *barrier)
{
	for (int i = 0; i < NOTE_COUNT; i++) {
		enum interlock_note note = (enum interlock_note)(1u << i);
		struct event *event;

		if (!(notes & note) || note == NOTE_UP || note == NOTE_DOWN ||
		    note == NOTE_LEFT_DOWN)
			continue;
		event = lane_record(lane, EVENT_SAFETY);
		event_add_text(event, "rule", interlock_note_rule(note));
		event_add_text(event, "what", interlock_note_text(note));
		event_add_text(event, "code", interlock_note_code(note));
		event_add_text(event, "arm", interlock_arm_name(lock));
		if (lane->entry.exists)
			event_add_text(event, "barrier", barrier);
	}
}

static void add_span(struct event *event, const char *key, int64_t from, int64_t to)
{
	if (from != 0 && to >= from)
		event_add_number(event, key, to - from);
}

/* The controller's own share: what passes between one party's end and the next one's begin. */
static void add_own(struct event *event, const struct lane_stages *stages, bool was_asked)
{
	int64_t own = stages->commanded - stages->authorised;

	if (stages->commanded == 0)
		return;
	if (was_asked && stages->answered != 0)
		own += stages->asked - stages->gathered +
		       (stages->authorised - stages->answered);
	event_add_number(event, "own_ms", own);
}

static void add_stages(struct event *event, const struct lane_stages *stages,
		       bool by_customs)
{
	add_span(event, "gather_ms", stages->opened, stages->gathered);
	add_span(event, "ask_ms", stages->asked, stages->answered);
	add_span(event, "record_ms", stages->authorised, stages->committed);
	add_span(event, "lift_ms", stages->commanded, stages->up);
	add_span(event, "leave_ms", stages->up, stages->passed);
	add_own(event, stages, by_customs);
}

const char *lane_verdict_word(enum customs_verdict verdict)
{
	switch (verdict) {
	case VERDICT_RELEASE: return "release";
	case VERDICT_INSPECT: return "inspection";
	case VERDICT_RETURN: return "return";
	default: return "none";
	}
}

/* How it was lifted is part of the record: 00 automatic, 10 manual, 99 not lifted
 * (gate-domain section 2). */
void lane_record_closed(struct lane *lane, const char *outcome)
{
	struct event *event = lane_record(lane, EVENT_PASSAGE_CLOSED);
	const struct evidence *scale = lane_evidence(lane, EVIDENCE_WEIGHT);
	const struct device_sample *weight = scale ? evidence_value(scale) : NULL;
	const char *lift = !lane->was_lifted ? "99" : lane->lift_is_manual ? "10" : "00";

	event_add_text(event, "outcome", outcome);
	event_add_text(event, "verdict", lane_verdict_word(lane->verdict));
	event_add_text(event, "by", lane->by[0] ? lane->by : "none");
	event_add_text(event, "actor", lane->actor);
	event_add_text(event, "reason", reason_code(lane->reason));
	event_add_text(event, "lift", lift);
	event_add_text(event, "plate", lane->plate);
	event_add_text(event, "seq_no", lane->inquiry.seq_no);
	event_add_text(event, "form_id", lane->inquiry.form_id);
	event_add_number(event, "opened_wall_ms", lane->opened_wall_ms);
	if (weight)
		event_add_number(event, "gross_g", weight->value.weight.gross_g);
	lane_record_carried(lane, event);
	add_stages(event, &lane->stages, strcmp(lane->by, "customs") == 0);
}

/* All that the message says and that does not follow from the lane and its direction: it is sent
 * again from here. */
void lane_record_inquiry(struct lane *lane)
{
	const struct customs_gather *gather = &lane->gather;
	struct event *event = lane_record(lane, EVENT_INQUIRY);
	char direction[2] = {gather->head.direction, '\0'};

	event_add_text(event, "seq_no", gather->head.seq_no);
	event_add_text(event, "channel", gather->head.chnl_no);
	event_add_text(event, "direction", direction);
	event_add_text(event, "plate", gather->plate);
	if (lane->has_hand) {
		char mode[2] = {gather->mode, '\0'};

		event_add_text(event, "mode", mode);
		event_add_text(event, "order", gather->form_id);
		event_add_text(event, "actor", gather->operator_id);
	}
	event_add_text(event, "trailer_plate", gather->trailer_plate);
	event_add_text(event, "tag", gather->tag);
	event_add_text(event, "card", gather->card_no);
	event_add_text(event, "bar_code", gather->bar_code);
	event_add_text(event, "box_front", gather->box_front);
	event_add_text(event, "box_rear", gather->box_rear);
	event_add_number(event, "boxes", gather->box_count);
	event_add_number(event, "recognised", gather->boxes_recognised);
	event_add_text(event, "seal", gather->seal_id);
	if (gather->has_weight)
		event_add_number(event, "gross_g", gather->gross_g);
}
