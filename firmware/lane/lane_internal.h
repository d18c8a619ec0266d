/* SPDX-License-Identifier: MIT */
/*
 * What the files of the lane share among themselves.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_LANE_INTERNAL_H
#define KAKOU_FIRMWARE_LANE_INTERNAL_H

#include "firmware/lane/fit.h"
#include "firmware/lane/lane.h"
#include "firmware/lane/vote.h"

/* lane.c */
/** Takes over what is the same for every call of a scan. */
void lane_begin(struct lane *lane, const struct lane_inputs *in, struct lane_out *out);
/** The row that answers the event now, or NULL. */
const struct lane_rule *lane_find_rule(const struct lane *lane, enum lane_event event);
/** Finds the row for the event and takes it: action, then entry into the next state. False when
 *  the pair is ignored here. */
bool lane_dispatch(struct lane *lane, enum lane_event event);

/** In the record, as done or, with words, as refused. `ticket`: who waits for its commit, 0 =
 *  nobody. */
struct event *lane_record_act(struct lane *lane, const struct act *act, uint64_t ticket,
			      enum act_refusal refusal, const char *why);
/** Records the act and takes it, when that is possible now; otherwise why not, with words. */
enum act_refusal lane_take_act(struct lane *lane, const struct act *act, uint64_t ticket,
			       char *why, size_t size);
/** False: the act is the table's. */
bool lane_act_is_beside_table(enum act_verb verb);
/* lane_judge.c */
/** Why the act can't be taken now. */
enum act_refusal lane_judge_act(const struct lane *lane, const struct act *act, char *why,
				size_t size);
/** Writes the words and returns `refusal`, so that a refusal is one statement. */
KAKOU_PRINTF(4, 5)
enum act_refusal lane_refuse(char *why, size_t size, enum act_refusal refusal,
			     const char *format, ...);
/* lane_urgent.c */
void lane_record_raise(struct lane *lane);
/** A reset that was asked for before the raise that acted first. */
bool lane_is_before_raise(const struct lane *lane, const struct act *act);

/* lane_pulse.c */
/** Why the act's pulse can't be taken now; untouched when it can. */
void lane_judge_pulse(const struct lane *lane, const char *value, char *why, size_t size);
void lane_begin_pulse(struct lane *lane, const struct act *act);
/** True: the act renewed or let go of a pulse, which is no event. */
bool lane_renews_pulse(struct lane *lane, const struct act *act, int64_t now_ms);
/** One scan; what the interlock hears of it goes to `to`. */
void lane_step_pulse(struct lane *lane, const struct lane_inputs *in,
		     struct interlock_inputs *to);

/* lane_turn.c */
/** "I" or "E": the direction in force. */
const char *lane_direction_word(const struct lane *lane);
/** What the sensors say, with approach and exit as they are in the direction in force. */
uint32_t lane_positions_in_force(const struct lane *lane, uint32_t seen);
bool lane_is_turning(const struct lane *lane);
/** Why the act's turn can't be taken now; untouched when it can. */
enum act_refusal lane_judge_turn(const struct lane *lane, const struct act *act,
				 char *why, size_t size);
void lane_begin_turn(struct lane *lane, const struct act *act);
void lane_turn_is_recorded(struct lane *lane, const struct journal_ack *ack);
/** At the end of a scan: a turn that something hinders is withdrawn, one whose pause is over takes
 *  effect. */
void lane_step_turn(struct lane *lane);

/** A camera or box reader whose map can tell it to read again. */
bool lane_can_trigger(const struct lane *lane, enum evidence_kind kind);

/* lane_gather.c */
/** What is lost for so long is not waited for any more, and alarms. */
enum { LANE_LOST_MS = 2000 };
/** A required piece is missing for good reason to stop waiting: its deadline is over, or its
 *  device has been lost for a while. */
bool lane_is_overdue(const struct lane *lane, const struct evidence *evidence);
void lane_step_evidence(struct lane *lane);

/* lane_vehicles.c */
/** Takes over what loops and beams say. */
void lane_look_at_positions(struct lane *lane, const struct lane_inputs *in);
/** The events that follow from it; the light turns red when the vehicle has gone through. */
void lane_step_vehicles(struct lane *lane);
void lane_guide_backing(struct lane *lane);
/** Its vehicle has not backed out, whatever the loops say. */
bool lane_keeps_vehicle(const struct lane *lane);

/* lane_health.c */
/** Alarms for loops, lights and record that are lost for a while; they end with the loss. */
void lane_step_losses(struct lane *lane, const struct lane_inputs *in);
/** Locked arms, faulty devices, the time when nobody saw the arm: at the end of a scan. */
void lane_record_health(struct lane *lane);

/* lane_door.c */
/** Notices an open door, also while the record has no room. */
void lane_look_at_door(struct lane *lane, const struct lane_inputs *in);
/** Records that it was opened or shut, and alarms. */
void lane_step_door(struct lane *lane);
/** "open" or "shut", of a lane that has such a contact. */
const char *lane_door_word(const struct lane *lane);

/* lane_record.c */
/** A slot in the scan's events, begun and stamped with this lane and passage. Never NULL. */
struct event *lane_record(struct lane *lane, enum event_kind kind);
/** NULL when it is on already; otherwise more may be added to it. `detail` is what `text` says, as a code
 *  that other languages have words for; "" when the alarm's own code says it all. */
struct event *lane_raise_alarm(struct lane *lane, enum lane_alarm alarm,
			       const char *detail, const char *text);
/** The same, with the reason's code and text. */
void lane_raise_alarm_for(struct lane *lane, enum lane_alarm alarm, enum reason reason);
void lane_end_alarm(struct lane *lane, enum lane_alarm alarm);
void lane_record_evidence(struct lane *lane, const struct evidence *evidence);
void lane_record_notes(struct lane *lane, uint32_t notes);
/** Those of one of two arms: `barrier` is "exit" or "entry". */
void lane_record_notes_of(struct lane *lane, const struct interlock *lock, uint32_t notes,
			  const char *barrier);
void lane_record_closed(struct lane *lane, const char *outcome);
void lane_record_inquiry(struct lane *lane);
/* lane_carried.c */
/** Adds direction, order type, boxes with their sizes, loaded or empty to the end of a passage. */
void lane_record_carried(const struct lane *lane, struct event *event);
/** "release", "inspection", "return", "none". */
const char *lane_verdict_word(enum customs_verdict verdict);

/** The alarm of this code; LANE_ALARMS: there is none. */
enum lane_alarm lane_find_alarm(const char *code);

/* lane_shelf.c */
enum act_refusal lane_judge_shelf(const struct lane *lane, const char *value, char *why,
				  size_t size);
void lane_begin_shelf(struct lane *lane, const struct act *act);
void lane_step_shelf(struct lane *lane);

/* lane_answer.c */
/** What the answer asks for, and why when it is no release. */
enum reason lane_reason_of_answer(const struct lane *lane,
				  const struct customs_check *check,
				  const struct status_reading *reading);
/** Makes "YYYYMMDDHHmmSS" (China standard time, UTC+8) and a 6-digit counter. */
void lane_write_seq_no(char out[CUSTOMS_SEQ_MAX + 1], int64_t wall_ms, uint32_t counter);

/* lane_identity.c */
/** The vote over plate and tag: sets plate, its source and the trailer's plate. */
void lane_vote(struct lane *lane);
bool lane_plates_differ(const struct lane *lane);
const struct evidence *lane_evidence(const struct lane *lane, enum evidence_kind kind);
/** The seal's fault, REASON_NONE when it is whole or not asked for. */
enum reason lane_seal_fault(const struct lane *lane);
/** Fills the question to customs from the evidence. */
void lane_fill_gather(struct lane *lane);

/** The newest plate the camera has read since `since_ms`, or "". */
const char *lane_plate_since(const struct lane *lane, int64_t since_ms);

/** What camera and tag alone say. */
struct vote_result lane_vote_without_orders(const struct lane *lane);

/* lane_right.c */
/** Asks the registry about who is there, once for each new read. True when its answer came, or
 *  can't be waited for any more. */
bool lane_step_lookup(struct lane *lane);
bool lane_awaits_registry(const struct lane *lane);
/** Open orders on file that may be this vehicle's, and the one that is; NULL: none, or several. */
int lane_count_candidates(const struct lane *lane);
/** Those of them that the registry told; how many. */
int lane_list_candidates(const struct lane *lane,
			 const struct order *out[LOOKUP_ORDERS_MAX]);
const struct order *lane_bound_order(const struct lane *lane);
/** A doubtful box read that the vehicle's only order confirms: its number, otherwise as read. */
const char *lane_box_as_meant(const struct lane *lane, const char *read);
bool lane_order_confirms_boxes(const struct lane *lane);
enum reason lane_misfit(const struct lane *lane);
bool lane_fits_strictly(const struct lane *lane, const struct order *order);
void lane_record_fit(struct lane *lane);
const char *lane_registered_refusal(const struct lane *lane);

/* lane_retry.c */
/** A doubtful read may yet be followed by a better one. */
bool lane_awaits_retry(const struct lane *lane);
/** Tells devices to read again what they have just read with doubt. */
void lane_step_retry(struct lane *lane);

/* lane_order.c */
/** A lift is authorised for the bound order; the lift is withdrawn; the passage ends. */
void lane_use_order(struct lane *lane, bool is_offline);
void lane_free_order(struct lane *lane);
void lane_settle_order(struct lane *lane, const char *outcome);
/** An attempt to ask customs failed. */
void lane_note_failure(struct lane *lane, const char *seq_no);
/** Customs answers for a vehicle that was cleared without it. */
void lane_reconcile(struct lane *lane, struct lane_asked *asked,
		    enum customs_verdict verdict);

/* lane_mode.c */
/** Why the act can't be taken. */
enum act_refusal lane_judge_mode(const struct lane *lane, const struct act *act,
				 char *why, size_t size);
void lane_take_mode(struct lane *lane, const struct act *act);
void lane_step_mode(struct lane *lane);

/* lane_open.c */
/** The lane asks no more; what has gone is asked for from the record (firmware/delivery). */
bool lane_leave_inquiry(struct lane *lane);
/** The same, and the record says why: a code and words. */
void lane_cancel_inquiry(struct lane *lane, const char *code, const char *why);
void lane_cancel_inquiry_for_act(struct lane *lane);

/* lane_lift.c */
void lane_authorise(struct lane *lane, enum customs_verdict verdict, const char *by);
/** What was authorised is not done; the record says why: a code and words. */
void lane_withdraw_lift(struct lane *lane, const char *code, const char *why);
void lane_record_lift_observed(struct lane *lane, const char *limit);

/* lane_close.c */
void lane_end_passage(struct lane *lane, const char *outcome);

/* lane_hold.c */
void lane_hold(struct lane *lane, enum reason reason);
/** Who decided the hold: "officer", "customs", "controller". */
const char *lane_who_holds(const struct lane *lane);

/* lane_pairing.c */
/** Why the vehicle may not come to this second gate. */
enum reason lane_reason_of_pairing(const struct lane *lane);
/** Records whose passage at the first gate this one continues, if it does. */
void lane_take_over(struct lane *lane);
/** The vehicle has passed with a right to: a first gate hands it over, a second one is done. */
void lane_pair_passed(struct lane *lane);

/* lane_show.c */
void lane_show(struct lane *lane, const char *sign);
/** The entry effects of every state (light, sign), in one place. */
void lane_enter(struct lane *lane, enum lane_state state);

/* Guards and actions named in the table (lane_rules.c). */
bool lane_is_incomplete(const struct lane *lane);
bool lane_has_no_record(const struct lane *lane);
bool lane_has_no_plate(const struct lane *lane);
bool lane_has_doubtful_box(const struct lane *lane);
bool lane_is_in_mode(const struct lane *lane);
bool lane_is_registered(const struct lane *lane);
bool lane_has_no_right(const struct lane *lane);
bool lane_has_several_orders(const struct lane *lane);
bool lane_answer_releases_misfit(const struct lane *lane);
bool lane_clears_offline(const struct lane *lane);
bool lane_misses_first_gate(const struct lane *lane);
bool lane_is_held_for_good(const struct lane *lane);
bool lane_is_after_restart(const struct lane *lane);
bool lane_arm_is_open(const struct lane *lane);
bool lane_is_locked(const struct lane *lane);
bool lane_is_blind(const struct lane *lane);
bool lane_answer_is_interim(const struct lane *lane);
bool lane_answer_is_unrecordable(const struct lane *lane);
bool lane_answer_releases_bad_seal(const struct lane *lane);
bool lane_answer_releases(const struct lane *lane);
bool lane_answer_inspects_in_place(const struct lane *lane);
bool lane_answer_inspects_through(const struct lane *lane);
bool lane_answer_returns_in_place(const struct lane *lane);
bool lane_answer_returns_through(const struct lane *lane);
bool lane_act_is_release(const struct lane *lane);
bool lane_act_is_inspect_in_place(const struct lane *lane);
bool lane_act_is_inspect_through(const struct lane *lane);
bool lane_act_is_return_in_place(const struct lane *lane);
bool lane_act_is_return_through(const struct lane *lane);
bool lane_act_is_hold(const struct lane *lane);
bool lane_act_holds_for_good(const struct lane *lane);
bool lane_act_is_reset(const struct lane *lane);
bool lane_act_gathers(const struct lane *lane);
bool lane_act_asks(const struct lane *lane);
bool lane_is_shut(const struct lane *lane);
bool lane_act_resets_entry(const struct lane *lane);
bool lane_closed_again(const struct lane *lane);

void lane_start_passage(struct lane *lane);
void lane_start_after_restart(struct lane *lane);
void lane_ask_customs(struct lane *lane);
void lane_hold_for_record(struct lane *lane);
void lane_hold_for_plates(struct lane *lane);
void lane_hold_for_no_plate(struct lane *lane);
void lane_hold_for_box(struct lane *lane);
void lane_release_by_mode(struct lane *lane);
void lane_release_registered(struct lane *lane);
void lane_release_offline(struct lane *lane);
void lane_hold_for_right(struct lane *lane);
void lane_hold_for_choice(struct lane *lane);
void lane_hold_for_misfit(struct lane *lane);
void lane_hold_for_first_gate(struct lane *lane);
void lane_hold_for_missing(struct lane *lane);
void lane_hold_for_seal(struct lane *lane);
void lane_hold_for_answer(struct lane *lane);
void lane_hold_for_arm(struct lane *lane);
void lane_hold_for_officer(struct lane *lane);
void lane_show_wait(struct lane *lane);
void lane_call_for_silence(struct lane *lane);
void lane_release_by_customs(struct lane *lane);
void lane_inspect_by_customs(struct lane *lane);
void lane_return_by_customs(struct lane *lane);
void lane_dismiss_to_inspection(struct lane *lane);
void lane_dismiss_by_customs(struct lane *lane);
void lane_release_by_officer(struct lane *lane);
void lane_inspect_by_officer(struct lane *lane);
void lane_return_by_officer(struct lane *lane);
void lane_dismiss_by_officer(struct lane *lane);
void lane_withdraw_and_hold(struct lane *lane);
void lane_fail_to_record(struct lane *lane);
void lane_command_lift(struct lane *lane);
void lane_observe_lift(struct lane *lane);
void lane_book_passed(struct lane *lane);
void lane_book_followed(struct lane *lane);
void lane_alarm_follower(struct lane *lane);
void lane_close_unused(struct lane *lane);
void lane_close_backed_out(struct lane *lane);
void lane_close_recording(struct lane *lane);
void lane_alarm_overstay(struct lane *lane);
void lane_alarm_wrong_way(struct lane *lane);
void lane_alarm_arm(struct lane *lane);
void lane_alarm_stuck(struct lane *lane);
void lane_block_arm(struct lane *lane);
void lane_record_crossing(struct lane *lane);
void lane_block_uncontrolled(struct lane *lane);
void lane_block_emergency(struct lane *lane);
void lane_block_hold(struct lane *lane);
void lane_gather_anew(struct lane *lane);
void lane_ask_again(struct lane *lane);
void lane_resume(struct lane *lane);
void lane_reset_entry(struct lane *lane);
void lane_close_by_reset(struct lane *lane);
void lane_refuse_blind_lift(struct lane *lane);
void lane_arm_is_down(struct lane *lane);

#endif
