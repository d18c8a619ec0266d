/* SPDX-License-Identifier: MIT */
/*
 * The lane's table. Rows are searched top down; the first whose guard holds wins. A pair that is
 * neither here nor in the list of ignored ones fails a test.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"

/* clang-format off */
const struct lane_rule lane_rules[] = {
	/* from            on                when                           act                         to */
	{ LANE_BLOCKED,   EV_ACT,           lane_act_is_reset,             lane_resume,                LANE_CLOSING },
	{ LANE_BLOCKED,   EV_ARM_DOWN,      lane_closed_again,             lane_arm_is_down,           LANE_IDLE },
	{ LANE_BLOCKED,   EV_CROSSING,      NULL,                          lane_record_crossing,       LANE_BLOCKED },
	{ LANE_BLOCKED,   EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },

	{ LANE_IDLE,      EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_IDLE,      EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_IDLE,      EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_IDLE,      EV_APPROACH,      lane_is_shut,                  NULL,                       LANE_IDLE },
	{ LANE_IDLE,      EV_APPROACH,      lane_is_after_restart,         lane_start_after_restart,   LANE_HELD },
	{ LANE_IDLE,      EV_APPROACH,      NULL,                          lane_start_passage,         LANE_GATHERING },
	{ LANE_IDLE,      EV_ACT,           lane_act_resets_entry,         lane_reset_entry,           LANE_IDLE },
	{ LANE_IDLE,      EV_WRONG_WAY,     NULL,                          lane_alarm_wrong_way,       LANE_IDLE },

	{ LANE_GATHERING, EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_GATHERING, EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_GATHERING, EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_is_in_mode,               lane_release_by_mode,       LANE_RECORDING },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_is_registered,            lane_release_registered,    LANE_RECORDING },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_is_incomplete,            NULL,                       LANE_GATHERING },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_has_no_record,            lane_hold_for_record,       LANE_HELD },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_plates_differ,            lane_hold_for_plates,       LANE_HELD },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_has_no_plate,             lane_hold_for_no_plate,     LANE_HELD },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_has_doubtful_box,         lane_hold_for_box,          LANE_HELD },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_has_no_right,             lane_hold_for_right,        LANE_HELD },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_has_several_orders,       lane_hold_for_choice,       LANE_HELD },
	{ LANE_GATHERING, EV_EVIDENCE,      lane_misses_first_gate,        lane_hold_for_first_gate,   LANE_HELD },
	{ LANE_GATHERING, EV_EVIDENCE,      NULL,                          lane_ask_customs,           LANE_ASKING },
	{ LANE_GATHERING, EV_DEADLINE,      NULL,                          lane_hold_for_missing,      LANE_HELD },
	{ LANE_GATHERING, EV_BACKED_OUT,    NULL,                          lane_close_backed_out,      LANE_IDLE },
	{ LANE_GATHERING, EV_ACT,           lane_act_is_release,           lane_release_by_officer,    LANE_RECORDING },
	{ LANE_GATHERING, EV_ACT,           lane_act_is_inspect_through,   lane_inspect_by_officer,    LANE_RECORDING },
	{ LANE_GATHERING, EV_ACT,           lane_act_is_inspect_in_place,  lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_GATHERING, EV_ACT,           lane_act_is_return_through,    lane_return_by_officer,     LANE_RECORDING },
	{ LANE_GATHERING, EV_ACT,           lane_act_is_return_in_place,   lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_GATHERING, EV_ACT,           lane_act_is_hold,              lane_hold_for_officer,      LANE_HELD },
	{ LANE_GATHERING, EV_ACT,           lane_act_gathers,              lane_gather_anew,           LANE_GATHERING },

	{ LANE_ASKING,    EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_ASKING,    EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_ASKING,    EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_is_interim,        lane_show_wait,             LANE_ASKING },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_is_unrecordable,   lane_hold_for_record,       LANE_HELD },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_releases_bad_seal, lane_hold_for_seal,         LANE_HELD },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_releases_misfit,   lane_hold_for_misfit,       LANE_HELD },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_releases,          lane_release_by_customs,    LANE_RECORDING },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_inspects_through,  lane_inspect_by_customs,    LANE_RECORDING },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_inspects_in_place, lane_dismiss_to_inspection, LANE_LEAVING },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_returns_through,   lane_return_by_customs,     LANE_RECORDING },
	{ LANE_ASKING,    EV_ANSWER,        lane_answer_returns_in_place,  lane_dismiss_by_customs,    LANE_LEAVING },
	{ LANE_ASKING,    EV_ANSWER,        NULL,                          lane_hold_for_answer,       LANE_HELD },
	{ LANE_ASKING,    EV_SILENT,        lane_clears_offline,           lane_release_offline,       LANE_RECORDING },
	{ LANE_ASKING,    EV_SILENT,        NULL,                          lane_call_for_silence,      LANE_SILENT },
	{ LANE_ASKING,    EV_BACKED_OUT,    NULL,                          lane_close_backed_out,      LANE_IDLE },
	{ LANE_ASKING,    EV_ACT,           lane_act_is_release,           lane_release_by_officer,    LANE_RECORDING },
	{ LANE_ASKING,    EV_ACT,           lane_act_is_inspect_through,   lane_inspect_by_officer,    LANE_RECORDING },
	{ LANE_ASKING,    EV_ACT,           lane_act_is_inspect_in_place,  lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_ASKING,    EV_ACT,           lane_act_is_return_through,    lane_return_by_officer,     LANE_RECORDING },
	{ LANE_ASKING,    EV_ACT,           lane_act_is_return_in_place,   lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_ASKING,    EV_ACT,           lane_act_is_hold,              lane_hold_for_officer,      LANE_HELD },
	{ LANE_ASKING,    EV_ACT,           lane_act_gathers,              lane_gather_anew,           LANE_GATHERING },
	{ LANE_ASKING,    EV_ACT,           lane_act_asks,                 lane_ask_again,             LANE_ASKING },

	{ LANE_SILENT,    EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_SILENT,    EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_SILENT,    EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_is_interim,        lane_show_wait,             LANE_SILENT },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_is_unrecordable,   lane_hold_for_record,       LANE_HELD },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_releases_bad_seal, lane_hold_for_seal,         LANE_HELD },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_releases_misfit,   lane_hold_for_misfit,       LANE_HELD },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_releases,          lane_release_by_customs,    LANE_RECORDING },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_inspects_through,  lane_inspect_by_customs,    LANE_RECORDING },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_inspects_in_place, lane_dismiss_to_inspection, LANE_LEAVING },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_returns_through,   lane_return_by_customs,     LANE_RECORDING },
	{ LANE_SILENT,    EV_ANSWER,        lane_answer_returns_in_place,  lane_dismiss_by_customs,    LANE_LEAVING },
	{ LANE_SILENT,    EV_ANSWER,        NULL,                          lane_hold_for_answer,       LANE_HELD },
	{ LANE_SILENT,    EV_BACKED_OUT,    NULL,                          lane_close_backed_out,      LANE_IDLE },
	{ LANE_SILENT,    EV_ACT,           lane_act_is_release,           lane_release_by_officer,    LANE_RECORDING },
	{ LANE_SILENT,    EV_ACT,           lane_act_is_inspect_through,   lane_inspect_by_officer,    LANE_RECORDING },
	{ LANE_SILENT,    EV_ACT,           lane_act_is_inspect_in_place,  lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_SILENT,    EV_ACT,           lane_act_is_return_through,    lane_return_by_officer,     LANE_RECORDING },
	{ LANE_SILENT,    EV_ACT,           lane_act_is_return_in_place,   lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_SILENT,    EV_ACT,           lane_act_is_hold,              lane_hold_for_officer,      LANE_HELD },
	{ LANE_SILENT,    EV_ACT,           lane_act_gathers,              lane_gather_anew,           LANE_GATHERING },
	{ LANE_SILENT,    EV_ACT,           lane_act_asks,                 lane_ask_again,             LANE_ASKING },

	{ LANE_HELD,      EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_HELD,      EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_HELD,      EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_HELD,      EV_EVIDENCE,      lane_is_registered,            lane_release_registered,    LANE_RECORDING },
	{ LANE_HELD,      EV_EVIDENCE,      lane_is_incomplete,            NULL,                       LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      lane_has_no_record,            NULL,                       LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      lane_plates_differ,            lane_hold_for_plates,       LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      lane_has_no_plate,             NULL,                       LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      lane_has_doubtful_box,         lane_hold_for_box,          LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      lane_has_no_right,             lane_hold_for_right,        LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      lane_has_several_orders,       lane_hold_for_choice,       LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      lane_misses_first_gate,        lane_hold_for_first_gate,   LANE_HELD },
	{ LANE_HELD,      EV_EVIDENCE,      NULL,                          lane_ask_customs,           LANE_ASKING },
	{ LANE_HELD,      EV_PASSED,        NULL,                          lane_book_passed,           LANE_CLOSING },
	{ LANE_HELD,      EV_BACKED_OUT,    lane_arm_is_open,              lane_close_unused,          LANE_CLOSING },
	{ LANE_HELD,      EV_BACKED_OUT,    NULL,                          lane_close_backed_out,      LANE_IDLE },
	{ LANE_HELD,      EV_ACT,           lane_act_is_release,           lane_release_by_officer,    LANE_RECORDING },
	{ LANE_HELD,      EV_ACT,           lane_act_is_inspect_through,   lane_inspect_by_officer,    LANE_RECORDING },
	{ LANE_HELD,      EV_ACT,           lane_act_is_inspect_in_place,  lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_HELD,      EV_ACT,           lane_act_is_return_through,    lane_return_by_officer,     LANE_RECORDING },
	{ LANE_HELD,      EV_ACT,           lane_act_is_return_in_place,   lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_HELD,      EV_ACT,           lane_act_holds_for_good,       lane_hold_for_officer,      LANE_HELD },
	{ LANE_HELD,      EV_ACT,           lane_act_is_hold,              NULL,                       LANE_HELD },
	{ LANE_HELD,      EV_ACT,           lane_act_gathers,              lane_gather_anew,           LANE_GATHERING },
	{ LANE_HELD,      EV_ACT,           lane_act_is_reset,             lane_close_by_reset,        LANE_CLOSING },

	{ LANE_RECORDING, EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_RECORDING, EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_RECORDING, EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_RECORDING, EV_COMMITTED,     lane_is_blind,                 lane_refuse_blind_lift,     LANE_HELD },
	{ LANE_RECORDING, EV_COMMITTED,     NULL,                          lane_command_lift,          LANE_LIFTING },
	{ LANE_RECORDING, EV_COMMIT_FAILED, NULL,                          lane_fail_to_record,        LANE_HELD },
	{ LANE_RECORDING, EV_BACKED_OUT,    lane_arm_is_open,              lane_close_recording,       LANE_CLOSING },
	{ LANE_RECORDING, EV_BACKED_OUT,    NULL,                          lane_close_recording,       LANE_IDLE },
	{ LANE_RECORDING, EV_ACT,           lane_act_is_hold,              lane_withdraw_and_hold,     LANE_HELD },

	{ LANE_LIFTING,   EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_LIFTING,   EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_LIFTING,   EV_ARM_UP,        NULL,                          lane_observe_lift,          LANE_PASSING },
	{ LANE_LIFTING,   EV_ARM_FAULT,     NULL,                          lane_hold_for_arm,          LANE_HELD },
	{ LANE_LIFTING,   EV_UNPROVED,      NULL,                          lane_hold_for_arm,          LANE_HELD },
	{ LANE_LIFTING,   EV_PASSED,        NULL,                          lane_book_passed,           LANE_CLOSING },
	{ LANE_LIFTING,   EV_FOLLOWER,      NULL,                          lane_book_followed,         LANE_FOLLOWED },
	{ LANE_LIFTING,   EV_BACKED_OUT,    NULL,                          lane_close_unused,          LANE_CLOSING },
	{ LANE_LIFTING,   EV_ACT,           lane_act_is_reset,             lane_close_by_reset,        LANE_CLOSING },

	{ LANE_PASSING,   EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_PASSING,   EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_PASSING,   EV_FOLLOWER,      NULL,                          lane_book_followed,         LANE_FOLLOWED },
	{ LANE_PASSING,   EV_PASSED,        NULL,                          lane_book_passed,           LANE_CLOSING },
	{ LANE_PASSING,   EV_BACKED_OUT,    NULL,                          lane_close_unused,          LANE_CLOSING },
	{ LANE_PASSING,   EV_ARM_FAULT,     NULL,                          lane_hold_for_arm,          LANE_HELD },
	{ LANE_PASSING,   EV_OVERSTAY,      NULL,                          lane_alarm_overstay,        LANE_PASSING },
	{ LANE_PASSING,   EV_ACT,           lane_act_is_reset,             lane_close_by_reset,        LANE_CLOSING },

	{ LANE_FOLLOWED,  EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_FOLLOWED,  EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_FOLLOWED,  EV_CROSSING,      NULL,                          lane_record_crossing,       LANE_FOLLOWED },
	{ LANE_FOLLOWED,  EV_ARM_FAULT,     lane_is_blind,                 lane_block_arm,             LANE_BLOCKED },
	{ LANE_FOLLOWED,  EV_ARM_FAULT,     lane_is_locked,                lane_block_arm,             LANE_BLOCKED },
	{ LANE_FOLLOWED,  EV_ARM_FAULT,     NULL,                          lane_alarm_stuck,           LANE_FOLLOWED },
	{ LANE_FOLLOWED,  EV_CLEAR,         NULL,                          NULL,                       LANE_CLOSING },
	{ LANE_FOLLOWED,  EV_ACT,           lane_act_is_reset,             lane_resume,                LANE_CLOSING },

	{ LANE_CLOSING,   EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_CLOSING,   EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_CLOSING,   EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_CLOSING,   EV_FOLLOWER,      NULL,                          lane_alarm_follower,        LANE_FOLLOWED },
	{ LANE_CLOSING,   EV_ARM_DOWN,      NULL,                          lane_arm_is_down,           LANE_IDLE },
	{ LANE_CLOSING,   EV_ARM_FAULT,     NULL,                          lane_block_arm,             LANE_BLOCKED },
	{ LANE_CLOSING,   EV_UNPROVED,      NULL,                          lane_alarm_arm,             LANE_CLOSING },

	{ LANE_LEAVING,   EV_EMERGENCY,     NULL,                          lane_block_emergency,       LANE_BLOCKED },
	{ LANE_LEAVING,   EV_HOLD,          NULL,                          lane_block_hold,            LANE_BLOCKED },
	{ LANE_LEAVING,   EV_UNCONTROLLED,  NULL,                          lane_block_uncontrolled,    LANE_BLOCKED },
	{ LANE_LEAVING,   EV_BACKED_OUT,    lane_arm_is_open,              lane_close_unused,          LANE_CLOSING },
	{ LANE_LEAVING,   EV_BACKED_OUT,    NULL,                          lane_close_backed_out,      LANE_IDLE },
	{ LANE_LEAVING,   EV_ACT,           lane_act_is_release,           lane_release_by_officer,    LANE_RECORDING },
	{ LANE_LEAVING,   EV_ACT,           lane_act_is_inspect_through,   lane_inspect_by_officer,    LANE_RECORDING },
	{ LANE_LEAVING,   EV_ACT,           lane_act_is_inspect_in_place,  lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_LEAVING,   EV_ACT,           lane_act_is_return_through,    lane_return_by_officer,     LANE_RECORDING },
	{ LANE_LEAVING,   EV_ACT,           lane_act_is_return_in_place,   lane_dismiss_by_officer,    LANE_LEAVING },
	{ LANE_LEAVING,   EV_ACT,           lane_act_is_hold,              lane_hold_for_officer,      LANE_HELD },
	{ LANE_LEAVING,   EV_ACT,           lane_act_is_reset,             lane_close_by_reset,        LANE_CLOSING },
};
/* clang-format on */
const size_t lane_rule_count = sizeof(lane_rules) / sizeof(lane_rules[0]);

#define BIT(event) (1u << (event))

/* May happen in the state and mean nothing there. An act without a row is refused with words. */
static const uint32_t ignored[LANE_STATES] = {
	[LANE_BLOCKED] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			 BIT(EV_ANSWER) | BIT(EV_SILENT) | BIT(EV_COMMITTED) |
			 BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_UP) | BIT(EV_ARM_FAULT) |
			 BIT(EV_UNPROVED) | BIT(EV_PASSED) | BIT(EV_BACKED_OUT) |
			 BIT(EV_FOLLOWER) | BIT(EV_CLEAR) | BIT(EV_OVERSTAY) |
			 BIT(EV_UNCONTROLLED) | BIT(EV_WRONG_WAY) | BIT(EV_HOLD),
	[LANE_IDLE] = BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) | BIT(EV_ANSWER) |
		      BIT(EV_SILENT) | BIT(EV_COMMITTED) | BIT(EV_COMMIT_FAILED) |
		      BIT(EV_ARM_UP) | BIT(EV_ARM_DOWN) | BIT(EV_ARM_FAULT) |
		      BIT(EV_UNPROVED) | BIT(EV_PASSED) | BIT(EV_BACKED_OUT) |
		      BIT(EV_FOLLOWER) | BIT(EV_CLEAR) | BIT(EV_OVERSTAY) |
		      BIT(EV_CROSSING),
	[LANE_GATHERING] = BIT(EV_APPROACH) | BIT(EV_ANSWER) | BIT(EV_SILENT) |
			   BIT(EV_COMMITTED) | BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_UP) |
			   BIT(EV_ARM_DOWN) | BIT(EV_ARM_FAULT) | BIT(EV_UNPROVED) |
			   BIT(EV_PASSED) | BIT(EV_FOLLOWER) | BIT(EV_CLEAR) |
			   BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) | BIT(EV_CROSSING),
	[LANE_ASKING] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			BIT(EV_COMMITTED) | BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_UP) |
			BIT(EV_ARM_DOWN) | BIT(EV_ARM_FAULT) | BIT(EV_UNPROVED) |
			BIT(EV_PASSED) | BIT(EV_FOLLOWER) | BIT(EV_CLEAR) |
			BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) | BIT(EV_CROSSING),
	[LANE_SILENT] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			BIT(EV_SILENT) | BIT(EV_COMMITTED) | BIT(EV_COMMIT_FAILED) |
			BIT(EV_ARM_UP) | BIT(EV_ARM_DOWN) | BIT(EV_ARM_FAULT) |
			BIT(EV_UNPROVED) | BIT(EV_PASSED) | BIT(EV_FOLLOWER) |
			BIT(EV_CLEAR) | BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) |
			BIT(EV_CROSSING),
	[LANE_HELD] = BIT(EV_APPROACH) | BIT(EV_DEADLINE) | BIT(EV_ANSWER) |
		      BIT(EV_SILENT) | BIT(EV_COMMITTED) | BIT(EV_COMMIT_FAILED) |
		      BIT(EV_ARM_UP) | BIT(EV_ARM_DOWN) | BIT(EV_ARM_FAULT) |
		      BIT(EV_UNPROVED) | BIT(EV_FOLLOWER) | BIT(EV_CLEAR) |
		      BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) | BIT(EV_CROSSING),
	[LANE_RECORDING] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			   BIT(EV_ANSWER) | BIT(EV_SILENT) | BIT(EV_ARM_UP) |
			   BIT(EV_ARM_DOWN) | BIT(EV_ARM_FAULT) | BIT(EV_UNPROVED) |
			   BIT(EV_PASSED) | BIT(EV_FOLLOWER) | BIT(EV_CLEAR) |
			   BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) | BIT(EV_CROSSING),
	[LANE_LIFTING] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			 BIT(EV_ANSWER) | BIT(EV_SILENT) | BIT(EV_COMMITTED) |
			 BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_DOWN) | BIT(EV_CLEAR) |
			 BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) | BIT(EV_UNCONTROLLED) |
			 BIT(EV_CROSSING),
	[LANE_PASSING] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			 BIT(EV_ANSWER) | BIT(EV_SILENT) | BIT(EV_COMMITTED) |
			 BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_UP) | BIT(EV_ARM_DOWN) |
			 BIT(EV_UNPROVED) | BIT(EV_CLEAR) | BIT(EV_WRONG_WAY) |
			 BIT(EV_UNCONTROLLED) | BIT(EV_CROSSING),
	[LANE_FOLLOWED] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			  BIT(EV_ANSWER) | BIT(EV_SILENT) | BIT(EV_COMMITTED) |
			  BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_UP) | BIT(EV_ARM_DOWN) |
			  BIT(EV_UNPROVED) | BIT(EV_PASSED) | BIT(EV_BACKED_OUT) |
			  BIT(EV_FOLLOWER) | BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) |
			  BIT(EV_UNCONTROLLED),
	[LANE_CLOSING] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			 BIT(EV_ANSWER) | BIT(EV_SILENT) | BIT(EV_ACT) |
			 BIT(EV_COMMITTED) | BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_UP) |
			 BIT(EV_PASSED) | BIT(EV_BACKED_OUT) | BIT(EV_CLEAR) |
			 BIT(EV_OVERSTAY) | BIT(EV_WRONG_WAY) | BIT(EV_CROSSING),
	[LANE_LEAVING] = BIT(EV_APPROACH) | BIT(EV_EVIDENCE) | BIT(EV_DEADLINE) |
			 BIT(EV_ANSWER) | BIT(EV_SILENT) | BIT(EV_COMMITTED) |
			 BIT(EV_COMMIT_FAILED) | BIT(EV_ARM_UP) | BIT(EV_ARM_DOWN) |
			 BIT(EV_ARM_FAULT) | BIT(EV_UNPROVED) | BIT(EV_PASSED) |
			 BIT(EV_FOLLOWER) | BIT(EV_CLEAR) | BIT(EV_OVERSTAY) |
			 BIT(EV_WRONG_WAY) | BIT(EV_CROSSING),
};

bool lane_ignores(enum lane_state state, enum lane_event event)
{
	return (ignored[state] & BIT(event)) != 0;
}
