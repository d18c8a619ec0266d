/* SPDX-License-Identifier: MIT */
/*
 * Events: what the record is made of. Built without allocation by the control thread,
 * turned into canonical bytes by the journal.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_EVENT_H
#define KAKOU_FIRMWARE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"

/** Kinds, in the record as the lower-case word. */
/* clang-format off */
#define EVENT_KINDS(X) \
	X(STARTED, "started") /* version, site, config_sha256, reason */ \
	X(STOPPED, "stopped") /* reason */ \
	X(RESET, "reset") /* by, why, resets: why machine or kakoud began anew */        \
	X(UPDATE, "update") /* what, version, running, slot, actor, reason, screen, why */ \
	X(PASSAGE_OPENED, "passage_opened") /* direction */ \
	X(EVIDENCE, "evidence") /* slot, device, state, text…, confidence */ \
	X(PICTURE, "picture") /* slot, device, side, text, sha256, bytes, wide, high, after_ms, late */ \
	X(PICTURE_MISSING, "picture_missing") /* slot, device, side, text, error, why */ \
	X(PICTURES_FETCHED, "pictures_fetched") /* seq_no, count, effect: by the platform, 0x25 */ \
	X(PICTURES_REMOVED, "pictures_removed") /* day, count, bytes, why */ \
	X(VOTE, "vote") /* plate, source, camera, tag, agreement */ \
	X(INQUIRY, "inquiry") /* seq_no and what was asked */ \
	X(INQUIRY_SENT, "inquiry_sent") /* seq_no, attempt, pictures */ \
	X(INQUIRY_FAILED, "inquiry_failed") /* seq_no, attempt, error, why */ \
	X(INQUIRY_WITHDRAWN, "inquiry_withdrawn") /* seq_no, reason, code */ \
	X(ANSWER, "answer") /* seq_no, word, verdict, hint, form_id, effect */ \
	X(VERDICT, "verdict") /* verdict, by, reason */ \
	X(HOLD, "hold") /* reason, sign */ \
	X(OFFICER_ACT, "officer_act") /* act, actor, reason, screen, second */ \
	X(ACT_REFUSED, "act_refused") /* act, actor, reason, screen, code, why */ \
	X(SHIFT, "shift") /* actor, to, reason, holds, locked, bypasses, alarms, calls */ \
	X(LANE_LOCKED, "lane_locked") /* actor */ \
	X(LANE_OPENED, "lane_opened") /* actor */ \
	X(ARM_LOCKED, "arm_locked") /* reason: two obstructions in a row (S3) */ \
	X(ARM_UNLOCKED, "arm_unlocked") /* reason: a person took it back */ \
	X(LANE_TURNED, "lane_turned") /* from, to, actor, reason: in force after a pause */ \
	X(LANE_TURN_WITHDRAWN, "lane_turn_withdrawn") /* to (what stays in force), reason, code */ \
	X(LOGIN, "login") /* actor, role, screen, must_change */ \
	X(LOGIN_REFUSED, "login_refused") /* actor, screen, failures, why, count */ \
	X(LOGOUT, "logout") /* actor */ \
	X(PEOPLE_CHANGED, "people_changed") /* change, person, role, actor, screen, must_change */ \
	X(ACCESS_REFUSED, "access_refused") /* method, act, lane, actor, role, uid, why, count */ \
	X(PULSE_ENDED, "pulse_ended") /* line, actor, lasted_ms, why */ \
	X(LIFT_AUTHORISED, "lift_authorised") /* by, actor, reason */ \
	X(LIFT_WITHDRAWN, "lift_withdrawn") /* reason, code */ \
	X(LIFT_COMMANDED, "lift_commanded") /* authorised (seq of that event) */ \
	X(LIFT_OBSERVED, "lift_observed") /* limit, travel_ms */ \
	X(LIFT_UNKNOWN, "lift_unknown") /* authorised: a restart came between */ \
	X(ARM_LOWERED, "arm_lowered") /* travel_ms */ \
	X(SAFETY, "safety") /* rule, what, code, output */ \
	X(ALARM, "alarm") /* code, detail, text */ \
	X(ALARM_ENDED, "alarm_ended") /* code */ \
	X(CALL, "call") /* what (help, hold), reason */ \
	X(DEVICE, "device") /* device, health, error */ \
	X(COMMAND_RECEIVED, "command_received") /* 0x31: seq_no, command, op_type, op_id, effect */ \
	X(COMMAND_RESULT, "command_result") /* 0x32: seq_no, result */ \
	X(DELIVERY, "delivery") /* of (number of the event), code, seq_no, outcome, sent */ \
	X(PEER_REFUSED, "peer_refused") /* why */ \
	X(CERTIFICATES, "certificates") /* why */ \
	X(DEVICE_ORDER, "device_order") /* why */ \
	X(REGISTERED, "registered") /* why: with the platform, 0x62 */ \
	X(PEER_DIALECT, "peer_dialect") /* seq_no, why */ \
	X(SIGNING_KEY, "signing_key") /* key_id, public_key: signs from here on */ \
	X(SIGNED_LATE, "signed_late") /* first, last: a start found them under no signature */ \
	X(REGISTRY_CHANGED, "registry_changed") /* what, act, key or file, count, actor, reason */ \
	X(LOOKUP, "lookup") /* orders, number, vehicle, refusal, tare_g, effect */ \
	X(ORDER, "order") /* number, who, step, nth, plate, offline, age_ms */ \
	X(WEIGHT_CHECK, "weight_check") /* against, expected_g, difference_g, tolerance_g, effect */ \
	X(EMERGENCY_MODE, "emergency_mode") /* what (on, off, over), actor, reason, minutes */ \
	X(RECEIPT, "receipt") /* by, size, line_1… of the countersigned checkpoint */    \
	X(CHECKPOINT_HELD, "checkpoint_held") /* size, where, line_1…: it lies elsewhere */ \
	X(RANGE_REMOVED, "range_removed") /* first, last, days, head, root: old events go */ \
	X(PASSAGE_CLOSED, "passage_closed") /* outcome, verdict, by, reason, lift, plate, direction, order_type, boxes, load, stages */ \
	X(CROSSING, "crossing") /* while, from (lane, exit), arm, plate */ \
	X(BARRIER, "barrier") /* barrier, what, arm: the entry arm of a lane with two */ \
	X(POSITION, "position") /* beam, sign: half on the scale */ \
	X(HANDED_OVER, "handed_over") /* plate, tag, order */ \
	X(TAKEN_OVER, "taken_over") /* first_passage, first_lane, between_ms, plate… */ \
	X(OBSERVED, "observed") /* arm, not_observed_ms, door: lines are read (again) */ \
	X(DOOR, "door") /* what (opened, shut), open_ms: of the cabinet */ \
	X(CLOCK_STEP, "clock_step") /* by_ms, was_wall_ms: the wall clock was set */ \
	X(MAINTAINED, "maintained") /* what, actor, detail: provisioned, restored, a restore taken back, reset to blank */
/* clang-format on */

enum event_kind {
#define EVENT_ENUM(name, word) EVENT_##name,
	EVENT_KINDS(EVENT_ENUM)
#undef EVENT_ENUM
		EVENT_KIND_COUNT
};

/** A JSON reader that keeps numbers as doubles reads others beyond this. */
#define EVENT_NUMBER_MAX (INT64_C(1) << 53)

enum { EVENT_FIELDS_MAX = 24, EVENT_TEXT_MAX = 768, EVENT_NO_LANE = 0xFF };

struct event_field {
	const char *key; /**< a string literal: lower case, digits, '_' */
	int64_t number;  /**< when text_at is negative */
	int16_t text_at; /**< offset in text[], or -1 */
};

struct event {
	uint8_t kind; /**< enum event_kind */
	uint8_t lane; /**< index, or EVENT_NO_LANE */
	uint8_t field_count;
	bool was_cut; /**< something did not fit; the record says so ("cut":1) */
	uint16_t text_used;
	int64_t passage; /**< 0 = about none */
	uint64_t ticket; /**< not 0: the journal answers when this event is committed */
	int64_t mono_ms;
	int64_t wall_ms;
	struct event_field fields[EVENT_FIELDS_MAX];
	char text[EVENT_TEXT_MAX]; /**< the texts, each with its NUL */
};

/** Starts an event: clears it and stamps both clocks. */
void event_begin(struct event *event, enum event_kind kind, uint8_t lane,
		 int64_t passage);

/** Adds a number (within ±2^53) or a text (UTF-8; control characters and broken sequences
 * become
 *  '?'; empty texts are kept). What does not fit is left out and marks the event as cut.
 */
void event_add_number(struct event *event, const char *key, int64_t number);
void event_add_text(struct event *event, const char *key, const char *text);

/** The word of the kind; NULL out of range. */
const char *event_kind_name(enum event_kind kind);

/** The value of a field; false when it is not there or of the other type. */
bool event_get_number(const struct event *event, const char *key, int64_t *out);
bool event_get_text(const struct event *event, const char *key, const char **out);

#endif
