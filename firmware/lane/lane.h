/* SPDX-License-Identifier: MIT */
/*
 * Lane: one passage after the other, from the approach loop to the lowered arm.
 *
 * A const transition table {from, on, when, do, to}; guards and actions are pure: actions only
 * put commands into struct lane_out. The caller does with them what they say, applies the
 * interlock after the lane, and brings results back as inputs of a later scan.
 *
 * Layer: firmware. Pure: no I/O, no allocation, no clock of its own.
 */
#ifndef KAKOU_FIRMWARE_LANE_H
#define KAKOU_FIRMWARE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/customs/link.h"
#include "firmware/config/site.h"
#include "firmware/control/act.h"
#include "firmware/control/snapshot.h"
#include "firmware/lane/crossing.h"
#include "firmware/lane/evidence.h"
#include "firmware/lane/interlock.h"
#include "firmware/lane/lane_right.h"
#include "firmware/lane/lane_entry.h"
#include "firmware/lane/pairing.h"
#include "firmware/lane/position.h"
#include "firmware/lane/pulse.h"
#include "firmware/lane/reason.h"
#include "firmware/record/event.h"
#include "firmware/record/journal.h"

enum lane_state {
	LANE_BLOCKED, /**< an officer is needed before anything begins: arm not known down */
	LANE_IDLE,
	LANE_GATHERING,
	LANE_ASKING,
	LANE_SILENT,    /**< asked, no answer in time: officer called, still asking */
	LANE_HELD,      /**< an officer decides */
	LANE_RECORDING, /**< a lift is authorised and waits for its commit */
	LANE_LIFTING,   /**< commanded, the arm is on its way */
	LANE_PASSING,
	LANE_FOLLOWED, /**< a second vehicle is under the arm: raised until clear */
	LANE_CLOSING,
	LANE_LEAVING, /**< sent back or to inspection without a lift: backs out */
	LANE_STATES,
};

enum lane_event {
	EV_APPROACH,  /**< a vehicle is on the approach loop */
	EV_EVIDENCE,  /**< some evidence changed */
	EV_DEADLINE,  /**< a required piece is missing */
	EV_ANSWER,    /**< the newest inquiry's answer, interim or first final */
	EV_SILENT,    /**< no answer in time */
	EV_ACT,       /**< a person's act that fits this passage (also customs' 0x31) */
	EV_COMMITTED, /**< the authorised lift is in the record */
	EV_COMMIT_FAILED, /**< … could not be written */
	EV_ARM_UP,
	EV_ARM_DOWN,
	EV_ARM_FAULT, /**< travel, limits, lock: it will not move until a person resets it */
	EV_UNPROVED, /**< a safety device did not answer its test: tried again */
	EV_PASSED,
	EV_BACKED_OUT,
	EV_FOLLOWER,
	EV_CLEAR, /**< nothing is under the arm any more */
	EV_OVERSTAY,
	EV_WRONG_WAY,
	EV_UNCONTROLLED, /**< the arm opened without a command */
	EV_EMERGENCY,
	EV_CROSSING, /**< a vehicle goes under an arm that is open for none */
	EV_HOLD,     /**< a person at the gate moves the arm by hold-to-run */
	LANE_EVENTS,
};

enum lane_light { LIGHT_RED, LIGHT_GREEN };

/** Commands that leave one scan of one lane. As many events as there can be in one: each note of two
 *  interlocks, which are kept while the record has no room, and what the lane makes of them. */
enum {
	LANE_OUT_EVENTS = 80,
	LANE_OUT_RESULTS = 4,
	LANE_OUT_NOTES = 4,
	LANE_RULES_MAX = 512
};
struct lane_out {
	size_t event_count;
	struct event events[LANE_OUT_EVENTS]; /**< to the journal, in order */
	size_t result_count;
	struct act_result results[LANE_OUT_RESULTS];
	bool has_ask;
	struct customs_ask ask; /**< a new inquiry */
	bool has_lookup;
	struct lookup lookup; /**< to the registry */
	size_t note_count;
	struct order_note order_notes[LANE_OUT_NOTES]; /**< to the registry, in order */
	uint32_t triggers; /**< bit = evidence: tell its device to read again */
	bool has_cancel;
	char cancel[CUSTOMS_SEQ_MAX + 1]; /**< stop re-sending this inquiry */
	/* What happened, gathered until the caller clears it: for tests and traces. */
	uint64_t rules[LANE_RULES_MAX / 64]; /**< bit = row of the table that was taken */
	uint32_t notes;                      /**< enum interlock_note */
};

/** Times of a passage, monotonic ms, 0 = not reached: doctrine 11. */
struct lane_stages {
	int64_t opened, gathered, asked, answered, authorised, committed, commanded, up,
		passed;
};

/** What is known of the newest inquiry. */
struct lane_inquiry {
	char seq_no[CUSTOMS_SEQ_MAX + 1]; /**< "" = none */
	bool is_answered;                 /**< finally */
	enum customs_verdict verdict;     /**< of the answer being handled */
	enum reason reason; /**< what the answer says when it is no release */
	uint16_t failures;  /**< attempts that did not get through */
	char form_id[40];
	char hint[CUSTOMS_HINT_MAX + 1];
};

/** An inquiry and the passage it was for: answers come late, also when other vehicles have
 *  been in the lane meanwhile. */
enum { LANE_ASKED_KEPT = 16 };
struct lane_asked {
	char seq_no[CUSTOMS_SEQ_MAX + 1];
	int64_t passage;
	char offline_order[ORDER_NUMBER_LENGTH +
			   1]; /**< cleared with it, without an answer */
};
enum { LANE_NTH_RECONCILED = 255 }; /**< of the order's notes: customs was heard again */

/** Emergency mode: vehicles pass with a record, for a named officer and a limited time. It ends
 *  with its time, with the controller, or by an act. */
struct lane_mode {
	int64_t until_ms; /**< 0 = off */
	char actor[48], reason[96];
	int32_t crossings;
};

/** A reversible lane's change-over, from the act to the end of the pause after its commit. */
struct lane_turn {
	char to;              /**< the direction to be; '\0' = it is not being turned */
	uint64_t ticket;      /**< of the LANE_TURNED being recorded */
	int64_t committed_ms; /**< 0 = not yet */
	bool is_unrecorded;   /**< scans went by without room in the record */
	bool is_unknown; /**< the record does not tell the direction: shut until turned */
};

/** The last emergency raise that acted before the record had room. */
struct lane_raise {
	bool is_unrecorded;
	int64_t at_ms; /**< 0 = none since the start */
	struct act act;
};

/** The cabinet's door, as far as its contact tells. */
struct lane_door {
	bool was_open; /**< at some moment since the last step with a record */
	int64_t opened_ms; /**< the record says that it is open, since then; 0 = it does not */
	int64_t last_open_ms; /**< the newest moment it was seen open */
};

/** An act waiting for its event's commit. */
struct lane_pending {
	uint64_t ticket; /**< 0 = free */
	uint32_t token;
	uint8_t refusal;      /**< enum act_refusal */
	bool acts_regardless; /**< of the record: it is done whatever becomes of its event */
	char why[120];
};

/** Alarms a lane keeps until they end. */
enum lane_alarm {
	ALARM_HOLD, /**< an officer is called for a hold */
	ALARM_TAILGATE,
	ALARM_LIFTED_NOT_PASSED,
	ALARM_OVERSTAY,
	ALARM_WRONG_WAY,
	ALARM_UNCONTROLLED,
	ALARM_ARM,
	ALARM_EMERGENCY,
	ALARM_RESTARTED,
	ALARM_LOOPS, /**< a loop on remote I/O is not heard: the lane is blind to arrivals */
	ALARM_ENTRY,  /**< the entry arm: its fault, until it is down again */
	ALARM_RECORD, /**< the record can't be written: nothing is cleared */
	ALARM_LIGHTS, /**< lights on remote I/O do not follow: what they show is not known */
	ALARM_DISPUTED, /**< customs disagrees with what was cleared offline */
	ALARM_SAFETY,   /**< a safety device does not prove itself, or a pair is faulty */
	ALARM_DOOR, /**< the cabinet was opened: until it is shut and somebody has seen it */
	LANE_ALARMS,
};

struct lane {
	const struct site *site;
	const struct site_lane *config;
	uint8_t index;
	char direction; /**< in force; changes in lane_turn.c alone */
	struct lane_turn turn;
	enum lane_state state;
	int64_t state_since_ms, now_ms, wall_ms;
	struct interlock interlock; /**< of the exit arm, or the only one */
	struct lane_entry entry;
	uint32_t kept_notes; /**< the interlock's, of scans without room in the record */
	struct position position;
	struct crossing crossing;
	enum crossing_from crossing_from; /**< of the one being handled */
	int64_t arrived_ms; /**< the next vehicle came while a passage was ending; 0 = none */
	int64_t approach_seen_ms; /**< the approach loop's last edge looked at */
	struct evidence evidence[SITE_EVIDENCE_MAX];
	int64_t passage;      /**< 0 = none */
	int64_t last_passage; /**< the one before: tailgaters */
	int64_t opened_wall_ms;
	int64_t gather_since_ms; /**< deadlines count from here: opened, or a person asked anew */
	bool has_hand;           /**< a person's value, choice or question is in it */
	char hand[48];           /**< whose */
	int64_t reads_since_ms;   /**< reads from this instant on belong to the vehicle */
	char plate[32];           /**< the vote's result, "" = none yet */
	const char *plate_source; /**< "camera", "tag", "camera+tag", "" */
	char trailer_plate[32];
	struct customs_gather gather; /**< as asked */
	struct lane_inquiry inquiry;
	bool is_refused; /**< customs' last final answer in this passage was no release */
	struct lane_asked asked[LANE_ASKED_KEPT]; /**< newest inquiries, a ring */
	uint32_t asked_count;
	struct lane_right right;
	char chosen_order[40];           /**< the order an officer chose, "" = none */
	uint32_t last_lookup;            /**< token */
	uint8_t retries[EVIDENCE_KINDS]; /**< doubtful reads that were asked for anew */
	struct lane_mode mode;
	struct lane_stages stages;
	enum customs_verdict verdict;    /**< of the passage */
	enum customs_verdict lifted_for; /**< of the newest lift commanded in it */
	const char *by;                  /**< "", "customs", "officer", "controller" */
	char actor[48];
	enum reason reason;       /**< of the hold or the refusal */
	enum reason block_reason; /**< LANE_BLOCKED: why */
	uint64_t lift_ticket;     /**< of the LIFT_AUTHORISED being recorded; 0 = none */
	int64_t lift_seq;         /**< its number once committed */
	bool was_lifted;          /**< the arm left its lower limit in this passage */
	bool lift_is_manual;      /**< 10 instead of 00 */
	uint8_t clearing_lifts;   /**< at most one */
	bool is_overstayed, help_is_pressed, help_was_pressed, help_is_called;
	bool position_is_told; /**< in this passage: it stands half on the scale */
	int64_t help_since_ms; /**< of the call for help that nobody has answered; 0 = none */
	bool is_locked;        /**< takes no vehicle until it is opened */
	struct pulse pulse;             /**< a technician holds an output */
	struct pulse_scene pulse_scene; /**< as of the last scan */
	bool is_raised_by_hand, input_is_emergency;
	struct lane_raise raise;
	struct lane_door door;
	bool arm_lock_is_told; /**< the record says that an arm is locked (S3) */
	bool exit_was_on, record_is_well, has_restarted;
	bool has_left_unrecorded; /**< its vehicle, while the record had no room */
	int64_t never_seen_ms; /**< since when the lines are awaited after the start; 0 = not */
	int64_t loops_lost_ms, lights_lost_ms,
		record_lost_ms; /**< since when; 0 = they are not */
	int64_t seen_ms; /**< when the arm's lines were last read; 0 = not since the start */
	uint32_t alarms;                       /**< bit = enum lane_alarm */
	uint32_t acknowledged;                 /**< the same: a person has seen it */
	int64_t shelved_until_ms[LANE_ALARMS]; /**< put aside until then; 0 = not */
	enum lane_light light;
	char sign[DEVICE_TEXT_MAX + 1];
	const struct act *act;        /**< the act being handled, within one dispatch */
	struct lane_numbers *numbers; /**< within one call */
	struct pairing *pairing;      /**< within one call */
	struct lane_pending pending[4];
	struct lane_out *out; /**< within one call */
};

/** One row: searched top down, the first whose guard holds wins. */
struct lane_rule {
	enum lane_state from;
	enum lane_event on;
	bool (*when)(const struct lane *lane); /**< NULL = always */
	void (*act)(struct lane *lane);        /**< NULL = nothing */
	enum lane_state to;
};
extern const struct lane_rule lane_rules[];
extern const size_t lane_rule_count;

/** True when the pair is listed as ignored: it may happen and means nothing there. */
bool lane_ignores(enum lane_state state, enum lane_event event);

/** The last orders that lanes of this controller used: a look-up may be older than that. */
enum { LANE_USED_KEPT = 64 };
struct lane_used {
	char number[ORDER_NUMBER_LENGTH + 1]; /**< "" = free */
	char who[ORDER_CARD_MAX + 1];
	int64_t passage;
};

/** Source of numbers that never repeat; shared by the lanes of a controller. */
struct lane_numbers {
	int64_t next_passage;
	uint32_t next_counter; /**< of SEQ_NO, wraps at 1,000,000 */
	uint64_t next_ticket;
	struct lane_used used[LANE_USED_KEPT]; /**< a ring */
	uint32_t used_count;
	int64_t not_observed_ms; /**< from the record's newest event to the start; -1 = not known */
};

/** What one scan brings. */
struct lane_inputs {
	int64_t now_ms;
	int64_t wall_ms; /**< for records only */
	struct interlock_inputs interlock, entry;
	uint32_t
		position; /**< bit = enum position_sensor, as read (test echoes removed) */
	bool position_is_stale; /**< a loop's remote input is not heard: its level is old */
	bool lights_are_lost;   /**< not heard, or they show something else */
	bool door_is_open;      /**< the cabinet's, at some moment of the scan */
	bool record_is_well;    /**< and has room */
	struct lane_numbers *numbers;
	struct pairing *pairing; /**< of the controller's lanes */
};

/** `site` outlives the lane. A vehicle that is already there when the lane starts is held for an
 *  officer: what was done for it before is not known. */
void lane_init(struct lane *lane, const struct site *site, uint8_t index);

/** What the record says of the time before this start: the lane was locked. */
void lane_start_locked(struct lane *lane);

/** The same: an arm was locked after two obstructions (S3), and nobody took it back. */
void lane_start_arm_locked(struct lane *lane);

/** … the direction of a reversible lane, '\0' when it does not tell. */
void lane_start_direction(struct lane *lane, char direction);

/** The direction in force, 'I' or 'E', and customs' number of the lane in it. */
char lane_direction(const struct lane *lane);
const char *lane_chnl_no(const struct lane *lane);
/** Not the one of the site file. */
bool lane_is_turned(const struct lane *lane);

/** What is green, also by a technician's pulse; bits. Of a reversible lane's two sides never that
 *  of the closed one. */
enum lane_greens { GREEN_NEAR = 1 << 0, GREEN_FAR = 1 << 1 };
uint32_t lane_greens(const struct lane *lane);

/** Takes a sample of one of its devices (any other is passed over). */
void lane_feed_sample(struct lane *lane, const struct device_sample *sample);

/** Takes news of the customs link about this lane. */
void lane_feed_news(struct lane *lane, const struct customs_news *news,
		    const struct lane_inputs *in, struct lane_out *out);

/** Takes the registry's answer to its look-up (others are passed over). */
void lane_feed_found(struct lane *lane, const struct found *found,
		     const struct lane_inputs *in, struct lane_out *out);

/** Takes the journal's answer to one of its tickets (others are passed over). */
void lane_feed_ack(struct lane *lane, const struct journal_ack *ack,
		   const struct lane_inputs *in, struct lane_out *out);

/** Takes a person's act; always answers it, at once or after the commit. */
void lane_feed_act(struct lane *lane, const struct act *act, const struct lane_inputs *in,
		   struct lane_out *out);

/** An emergency raise that a person asks for while the record has no room: it acts at once, and the next
 *  call that has room records it. Why not, or NULL; the caller answers. */
const char *lane_raise_unrecorded(struct lane *lane, const struct act *act,
				  int64_t now_ms);

/** One scan: position, timeouts, transitions, then the interlock. `outputs` is for the exit arm, the entry arm's are in the lane;
 *  lights and sign are in the lane. */
void lane_step(struct lane *lane, const struct lane_inputs *in, struct lane_out *out,
	       struct interlock_outputs *outputs);

/** One scan while the record has no room: only the interlock, which may raise and stop but is not
 *  asked to lower. What it notes is recorded and acted on by the next lane_step(), and so is a
 *  vehicle that leaves: what is said about it meanwhile is not taken for the next one. */
void lane_step_unrecorded(struct lane *lane, const struct lane_inputs *in,
			  struct interlock_outputs *outputs);

/** What the motor is wished to do: follows from the state alone. */
enum arm_wish lane_arm_wish(const struct lane *lane);

void lane_fill_snapshot(const struct lane *lane, struct snapshot_lane *out);

const char *lane_state_name(enum lane_state state);
const char *lane_event_name(enum lane_event event);
const char *lane_alarm_name(enum lane_alarm alarm);

#endif
