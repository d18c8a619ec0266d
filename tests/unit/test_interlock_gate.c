/* SPDX-License-Identifier: MIT */
/*
 * The interlock and what is wired at the gate: second contacts (S10), the key (S3), the
 * hold-to-run buttons (S5), and an arm that does not do as the motor says (S7).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/interlock_bench.h"

enum { PAIR_SCANS = 21 }; /* 200 ms and one scan */

static void raise_fully(struct arm_bench *b)
{
	arm_bench_raise(b, &arm_bench_config);
}

static void raise_with_pairs(struct arm_bench *b)
{
	struct interlock_config config = arm_bench_config;

	config.proof[0] = config.proof[1] = PROVED_BY_PAIR;
	arm_bench_raise(b, &config);
}

/* ---- two contacts, S10 ------------------------------------------------------------------- */

static void contacts_that_disagree_for_200_ms_are_no_fault(void **state)
{
	(void)state;
	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		struct arm_bench b;

		raise_fully(&b);
		b.disagrees[c] = true;
		arm_bench_scans(&b, ARM_STAY, PAIR_SCANS);
		b.disagrees[c] = false;
		arm_bench_scans(&b, ARM_STAY, PAIR_SCANS);
		assert_false(b.all_notes & NOTE_PAIR);
		assert_false(interlock_has_fault(&b.lock));
		arm_bench_scans(&b, ARM_LOWER, 500);
		assert_int_equal(b.arm, 0);
	}
}

static void contacts_that_disagree_longer_are_a_fault_that_is_told_once(void **state)
{
	(void)state;
	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		struct arm_bench b;
		int told = 0;

		raise_fully(&b);
		b.disagrees[c] = true;
		for (int i = 0; i < 500; i++) {
			arm_bench_scan(&b, ARM_STAY);
			told += (b.notes & NOTE_PAIR) != 0;
			assert_true(i > PAIR_SCANS - 1 || told == 0);
		}
		assert_int_equal(told, 1);
		assert_true(interlock_has_fault(&b.lock));
	}
}

static void a_faulty_pair_bars_the_direction_it_protects_until_the_key_is_turned(
	void **state)
{
	(void)state;
	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		enum arm_wish way = c == CHANNEL_LIMIT_UP ? ARM_RAISE : ARM_LOWER;
		struct arm_bench b;
		int from;

		raise_fully(&b);
		if (way == ARM_RAISE)
			arm_bench_scans(&b, ARM_LOWER, 400);
		from = b.arm;
		b.disagrees[c] = true;
		arm_bench_scans(&b, ARM_STAY, PAIR_SCANS + 1);
		arm_bench_turn_key(&b, ARM_STAY); /* they still disagree */
		arm_bench_scans(&b, way, 500);
		assert_int_equal(b.arm, from);
		b.disagrees[c] = false;
		arm_bench_scans(&b, way, 500);
		assert_int_equal(b.arm, from);
		assert_true(b.all_notes & NOTE_UNPROVED);
		arm_bench_turn_key(&b, way);
		arm_bench_scans(&b, way, 500);
		assert_int_equal(b.arm, way == ARM_RAISE ? ARM_TOP : 0);
	}
}

static void a_broken_loop_does_not_keep_the_arm_from_rising(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	b.disagrees[CHANNEL_LOOP] = true;
	arm_bench_scans(&b, ARM_STAY, PAIR_SCANS + 1);
	arm_bench_scans(&b, ARM_RAISE, 200);
	assert_int_equal(b.arm, ARM_TOP);
}

static void contacts_that_disagree_while_lowering_reverse_at_once(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_with_pairs(&b);
	arm_bench_scans(&b, ARM_LOWER, 60);
	assert_true(b.out.lower);
	b.disagrees[CHANNEL_BEAM] = true;
	arm_bench_scan(&b, ARM_LOWER);
	assert_true(b.out.raise);
	assert_true(b.notes & NOTE_REVERSED);
}

static void a_limit_that_breaks_stops_the_automatic_movement_towards_it(void **state)
{
	static const struct {
		enum interlock_channel channel;
		enum arm_wish way;
	} cases[] = {
		{CHANNEL_LIMIT_UP,   ARM_RAISE},
		{CHANNEL_LIMIT_DOWN, ARM_LOWER},
		{CHANNEL_EMERGENCY,  ARM_LOWER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arm_bench b;

		raise_fully(&b);
		if (cases[i].way == ARM_RAISE)
			arm_bench_scans(&b, ARM_LOWER, 400);
		arm_bench_scans(&b, cases[i].way, 30);
		assert_true(b.out.raise || b.out.lower);
		b.disagrees[cases[i].channel] = true;
		arm_bench_scans(&b, cases[i].way, PAIR_SCANS + 1);
		assert_false(b.out.raise || b.out.lower);
		assert_true(b.all_notes & NOTE_PAIR);
	}
}

static void a_limit_whose_contacts_begin_to_disagree_is_where_it_was(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 5);
	b.disagrees[CHANNEL_LIMIT_DOWN] = true;
	arm_bench_scans(&b, ARM_STAY, PAIR_SCANS);
	assert_true(interlock_is_down(&b.lock));
	assert_false(b.all_notes & NOTE_UNCONTROLLED);
	arm_bench_scan(&b, ARM_STAY);
	assert_false(interlock_is_down(&b.lock));
	assert_true(b.notes & NOTE_UNCONTROLLED);
}

static void a_pair_proves_itself_by_contradicting_itself(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_with_pairs(&b);
	arm_bench_scans(&b, ARM_LOWER, 3);
	assert_true(b.out.lower);
	assert_false(b.out.test[0] || b.out.test[1]);
	arm_bench_scans(&b, ARM_LOWER, 300);
	assert_int_equal(b.arm, 0);
}

static void a_pair_that_begins_to_disagree_in_its_proof_has_the_window_to_agree(
	void **state)
{
	(void)state;
	for (int scans = 4; scans <= 8; scans += 4) {
		struct arm_bench b;

		raise_with_pairs(&b);
		arm_bench_scans(&b, ARM_LOWER, 400);
		b.all_notes = 0;
		arm_bench_scan(&b, ARM_RAISE); /* the proof begins */
		b.disagrees[CHANNEL_LOOP] = true;
		arm_bench_scans(&b, ARM_RAISE, scans);
		assert_false(b.out.raise);
		b.disagrees[CHANNEL_LOOP] = false;
		arm_bench_scan(&b, ARM_RAISE);
		assert_int_equal(b.out.raise, scans == 4);
	}
}

/* Whenever the fault comes, no scan moves towards a limit that is faulty. */
static void a_limit_that_breaks_during_the_proof_is_not_moved_towards(void **state)
{
	(void)state;
	for (int before = 0; before <= 2 * PAIR_SCANS; before++) {
		enum interlock_channel channel =
			before % 2 ? CHANNEL_LIMIT_UP : CHANNEL_LIMIT_DOWN;
		enum arm_wish way = before % 2 ? ARM_RAISE : ARM_LOWER;
		struct arm_bench b;

		raise_fully(&b);
		if (way == ARM_RAISE)
			arm_bench_scans(&b, ARM_LOWER, 400);
		b.disagrees[channel] = true;
		arm_bench_scans(&b, ARM_STAY, before / 2);
		for (int i = 0; i < 2 * PAIR_SCANS; i++) {
			arm_bench_scan(&b, way);
			assert_false((b.out.lower || b.out.raise) &&
				     b.lock.is_faulty[channel]);
		}
		assert_true(b.lock.is_faulty[channel]);
	}
}

static void a_second_contact_takes_part_in_the_test(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 2);
	assert_true(b.out.test[0]);
	/* Its first contact answers, its second does not change. */
	for (int i = 0; i < 7; i++) {
		b.disagrees[CHANNEL_LOOP] = true;
		arm_bench_scan(&b, ARM_LOWER);
	}
	b.disagrees[CHANNEL_LOOP] = false;
	arm_bench_scan(&b, ARM_LOWER);
	assert_false(b.out.lower);
	assert_int_equal(b.arm, ARM_TOP);
}

static void what_disagreed_before_the_lines_were_lost_counts_from_their_return(
	void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.disagrees[CHANNEL_LOOP] = true;
	arm_bench_scans(&b, ARM_STAY, 10);
	b.in.is_known = false;
	arm_bench_scans(&b, ARM_STAY, 100);
	b.in.is_known = true;
	arm_bench_scans(&b, ARM_STAY, PAIR_SCANS);
	assert_false(b.all_notes & NOTE_PAIR);
}

/* ---- the key, S3 ------------------------------------------------------------------------- */

static void a_key_that_is_on_at_the_start_or_when_lines_return_is_not_turned(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_lock(&b);
	b.in.is_known = false;
	arm_bench_scans(&b, ARM_STAY, 10);
	b.in.reset = true;
	b.in.is_known = true;
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, ARM_TOP);
	assert_true(interlock_needs_key(&b.lock));
	arm_bench_begin(&b, &arm_bench_config);
	b.in.reset = true;
	arm_bench_scans(&b, ARM_STAY, 10);
	assert_false(b.all_notes & NOTE_RESET);
}

static void a_key_that_is_turned_moves_nothing_by_itself(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_lock(&b);
	arm_bench_turn_key(&b, ARM_STAY);
	arm_bench_scans(&b, ARM_STAY, 500);
	assert_int_equal(b.arm, ARM_TOP);
}

/* ---- hold-to-run, S5 --------------------------------------------------------------------- */

static void a_held_button_moves_the_arm_and_releasing_it_stops_at_once(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_raise = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.raise);
	assert_true(b.notes & NOTE_HOLD);
	assert_string_equal(interlock_arm_name(&b.lock), "rising");
	arm_bench_scans(&b, ARM_STAY, 50);
	b.in.hold_raise = false;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.raise);
	assert_true(b.notes & NOTE_HOLD_OVER);
	b.in.hold_lower = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.lower);
	assert_string_equal(interlock_arm_name(&b.lock), "lowering");
	assert_false(interlock_is_up(&b.lock));
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.lower);
}

static void hold_to_run_stops_at_the_limits(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, ARM_TOP);
	assert_false(b.out.raise);
	b.in.hold_raise = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	assert_false(b.out.lower);
}

static void both_buttons_together_stop_and_both_must_be_released(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 10);
	assert_true(b.out.lower);
	b.in.hold_raise = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.lower || b.out.raise);
	b.in.hold_raise = false;
	arm_bench_scans(&b, ARM_STAY, 50);
	assert_false(b.out.lower || b.out.raise);
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_lower = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.lower);
	/* From one to the other without letting go. */
	b.in.hold_lower = false;
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 50);
	assert_false(b.out.lower || b.out.raise);
}

static void both_buttons_stop_an_automatic_movement_too(void **state)
{
	for (int reverses = 0; reverses < 2; reverses++) {
		struct arm_bench b;

		(void)state;
		raise_fully(&b);
		arm_bench_scans(&b, ARM_LOWER, 60);
		b.beam = reverses == 1;
		arm_bench_scans(&b, ARM_LOWER, 2);
		assert_true(b.out.lower || b.out.raise);
		b.in.hold_raise = b.in.hold_lower = true;
		arm_bench_scan(&b, ARM_LOWER);
		assert_false(b.out.lower || b.out.raise);
	}
}

static void a_button_that_is_stuck_moves_nothing_at_the_start_nor_when_lines_return(
	void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 500);
	assert_int_equal(b.arm, 0);
	raise_fully(&b);
	b.in.is_known = false;
	arm_bench_scans(&b, ARM_STAY, 5);
	b.in.is_known = true;
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 500);
	assert_int_equal(b.arm, ARM_TOP);
}

static void a_button_that_is_stuck_forbids_the_automatic_movement_and_is_told(
	void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, ARM_TOP);
	assert_true(b.all_notes & NOTE_UNPROVED);
	b.in.hold_raise = false;
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_int_equal(b.arm, 0);
}

static void a_held_button_ends_the_automatic_movement_and_the_proof(void **state)
{
	for (int scans = 2; scans <= 60; scans += 58) {
		struct arm_bench b;

		(void)state;
		raise_fully(&b);
		arm_bench_scans(&b, ARM_LOWER, scans);
		b.in.hold_raise = true;
		arm_bench_scan(&b, ARM_LOWER);
		assert_false(b.out.lower || b.out.test[0]);
		b.in.hold_raise = false;
		arm_bench_scan(&b, ARM_STAY);
		assert_false(b.out.lower || b.out.raise);
	}
}

static void hold_to_run_works_with_dead_devices_locks_and_travel_faults(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_lock(&b);
	b.beam_is_dead = true;
	b.arm_is_stuck = true;
	arm_bench_turn_key(&b, ARM_STAY);
	arm_bench_scans(&b, ARM_LOWER, 500);
	assert_true(b.all_notes & NOTE_UNPROVED);
	b.arm_is_stuck = false;
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
}

static void hold_to_run_does_not_lower_onto_what_a_device_that_is_well_sees(void **state)
{
	for (int device = 0; device < 2; device++) {
		struct arm_bench b;

		(void)state;
		raise_fully(&b);
		*(device == 0 ? &b.loop : &b.beam) = true;
		b.in.hold_lower = true;
		arm_bench_scans(&b, ARM_STAY, 100);
		assert_int_equal(b.arm, ARM_TOP);
		/* Nor does it begin when the way becomes clear: the button has to be let go. */
		b.loop = b.beam = false;
		arm_bench_scans(&b, ARM_STAY, 100);
		assert_int_equal(b.arm, ARM_TOP);
		b.in.hold_lower = false;
		arm_bench_scan(&b, ARM_STAY);
		b.in.hold_lower = true;
		arm_bench_scans(&b, ARM_STAY, 50);
		assert_true(b.out.lower);
		*(device == 0 ? &b.loop : &b.beam) = true;
		arm_bench_scan(&b, ARM_STAY);
		assert_false(b.out.lower || b.out.raise);
		assert_int_equal(b.lowered_over_something, 0);
	}
}

static void hold_to_run_lowers_past_a_device_that_is_faulty_itself(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.disagrees[CHANNEL_LOOP] = true;
	arm_bench_scans(&b, ARM_STAY, PAIR_SCANS + 1);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	/* By its proofs: three times it did not go off after its test. */
	raise_fully(&b);
	b.loop_lingers = 30;
	arm_bench_scans(&b, ARM_LOWER, 300);
	assert_true(b.all_notes & NOTE_UNPROVED);
	assert_true(interlock_has_fault(&b.lock));
	arm_bench_scans(&b, ARM_STAY, 50);
	b.loop_is_stuck = true;
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	/* A proof that it passes makes it well again. */
	b.loop_is_stuck = b.in.hold_lower = false;
	b.loop_lingers = 0;
	arm_bench_scans(&b, ARM_RAISE, 300);
	assert_false(interlock_has_fault(&b.lock));
}

static void a_button_held_beyond_one_travel_stops(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.arm_is_stuck = true;
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 400);
	assert_true(b.out.raise);
	arm_bench_scans(&b, ARM_STAY, 3);
	assert_false(b.out.raise);
}

static void with_both_limits_on_hold_to_run_still_moves_the_arm(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 100);
	b.both_limits = true;
	arm_bench_scans(&b, ARM_STAY, 20);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, 0);
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_raise = true;
	arm_bench_scans(&b, ARM_STAY, 300);
	assert_int_equal(b.arm, ARM_TOP);
}

static void an_emergency_ends_hold_to_run_and_raises(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 50);
	b.in.emergency = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.raise);
	assert_true(b.notes & NOTE_HOLD_OVER);
	arm_bench_scans(&b, ARM_STAY, 200);
	assert_int_equal(b.arm, ARM_TOP);
	b.in.emergency = false;
	arm_bench_scans(&b, ARM_STAY, 200);
	assert_int_equal(b.arm, ARM_TOP); /* still pressed, never let go */
}

static void a_late_scan_ends_hold_to_run_until_the_button_is_pressed_again(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	b.in.hold_lower = true;
	arm_bench_scans(&b, ARM_STAY, 50);
	b.in.is_late = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.lower);
	assert_true(b.notes & NOTE_HOLD_OVER);
	b.in.is_late = false;
	arm_bench_scans(&b, ARM_STAY, 50);
	assert_false(b.out.lower);
	b.in.hold_lower = false;
	arm_bench_scan(&b, ARM_STAY);
	b.in.hold_lower = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.lower);
}

/* ---- an arm that does not do as the motor says, S7 --------------------------------------- */

static void an_arm_that_comes_back_to_the_limit_it_left_is_stopped(void **state)
{
	for (int raises = 0; raises < 2; raises++) {
		enum arm_wish way = raises ? ARM_RAISE : ARM_LOWER;
		struct arm_bench b;

		(void)state;
		raise_fully(&b);
		if (raises)
			arm_bench_scans(&b, ARM_LOWER, 400);
		arm_bench_scans(&b, way, 60);
		b.drive_is_reversed = true;
		arm_bench_scans(&b, way, 150);
		assert_true(b.all_notes & NOTE_WRONG_WAY);
		assert_false(b.out.raise || b.out.lower);
	}
}

static void an_arm_that_moves_the_wrong_way_from_between_the_limits_is_stopped(
	void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	b.arm = 10;
	b.drive_is_reversed = true;
	arm_bench_scans(&b, ARM_STAY, 5);
	arm_bench_scans(&b, ARM_RAISE, 25);
	assert_true(b.all_notes & NOTE_WRONG_WAY);
	assert_false(b.out.raise);
}

static void a_limit_switch_that_bounces_when_the_arm_leaves_it_stops_nothing(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 7);
	assert_true(b.out.lower);
	b.arm = ARM_TOP - 2;
	arm_bench_scans(&b, ARM_LOWER, 3);
	b.arm = ARM_TOP + 1; /* moves down by one: on again */
	arm_bench_scan(&b, ARM_LOWER);
	arm_bench_scans(&b, ARM_LOWER, 300);
	assert_int_equal(b.arm, 0);
	assert_false(b.all_notes & NOTE_WRONG_WAY);
}

static void an_arm_that_sinks_from_its_upper_limit_is_told(void **state)
{
	struct arm_bench b;

	(void)state;
	raise_fully(&b);
	arm_bench_scans(&b, ARM_STAY, 200);
	b.arm = ARM_TOP - 10;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.notes & NOTE_SANK);
	assert_false(b.out.raise || b.out.lower);
	raise_fully(&b);
	arm_bench_scans(&b, ARM_LOWER, 60);
	assert_false(b.all_notes & NOTE_SANK);
}

/* A technician's pulses. */

static void a_test_output_is_pulsed_at_rest_with_the_arm_down_only(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.ask_test[1] = true;
	arm_bench_scan(&b, ARM_STAY);
	assert_true(b.out.test[1] && !b.out.test[0]);
	assert_true(interlock_is_testing(&b.lock, 1));
	b.in.ask_test[1] = false;
	arm_bench_scan(&b, ARM_STAY);
	assert_false(b.out.test[1]);
	assert_true(interlock_is_testing(&b.lock, 1)); /* its echo is no vehicle */
	arm_bench_scans(&b, ARM_STAY, 20);
	assert_false(interlock_is_testing(&b.lock, 1));

	arm_bench_raise(&b, &arm_bench_config);
	b.in.ask_test[0] = b.in.ask_test[1] = true;
	arm_bench_scans(&b, ARM_STAY, 5);
	assert_false(b.out.test[0] || b.out.test[1]);
}

static void a_pulsed_test_does_not_stand_in_for_the_activity_of_a_passage(void **state)
{
	struct interlock_config config = arm_bench_config;
	struct arm_bench b;

	(void)state;
	config.proof[0] = config.proof[1] = PROVED_BY_ACTIVITY;
	arm_bench_begin(&b, &config);
	arm_bench_scans(&b, ARM_STAY, 2);
	for (int i = 0; i < 30; i++) {
		b.in.ask_test[0] = b.in.ask_test[1] = i < 10;
		arm_bench_scan(&b, ARM_STAY);
	}
	assert_false(b.lock.has_changed[0] || b.lock.has_changed[1]);
}

static void a_pulsed_heartbeat_stands_still_and_stops_nothing_else(void **state)
{
	struct arm_bench b;
	bool still;

	(void)state;
	arm_bench_begin(&b, &arm_bench_config);
	arm_bench_scans(&b, ARM_STAY, 2);
	b.in.ask_still = true;
	still = b.out.heartbeat;
	for (int i = 0; i < 50; i++) {
		arm_bench_scan(&b, ARM_RAISE);
		assert_int_equal(b.out.heartbeat, still);
	}
	assert_true(b.out.raise);
	b.in.ask_still = false;
	arm_bench_scan(&b, ARM_RAISE);
	assert_int_not_equal(b.out.heartbeat, still);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contacts_that_disagree_for_200_ms_are_no_fault),
		cmocka_unit_test(
			contacts_that_disagree_longer_are_a_fault_that_is_told_once),
		cmocka_unit_test(
			a_faulty_pair_bars_the_direction_it_protects_until_the_key_is_turned),
		cmocka_unit_test(a_broken_loop_does_not_keep_the_arm_from_rising),
		cmocka_unit_test(contacts_that_disagree_while_lowering_reverse_at_once),
		cmocka_unit_test(
			a_limit_that_breaks_stops_the_automatic_movement_towards_it),
		cmocka_unit_test(
			a_limit_whose_contacts_begin_to_disagree_is_where_it_was),
		cmocka_unit_test(a_pair_proves_itself_by_contradicting_itself),
		cmocka_unit_test(
			a_pair_that_begins_to_disagree_in_its_proof_has_the_window_to_agree),
		cmocka_unit_test(
			a_limit_that_breaks_during_the_proof_is_not_moved_towards),
		cmocka_unit_test(a_second_contact_takes_part_in_the_test),
		cmocka_unit_test(
			what_disagreed_before_the_lines_were_lost_counts_from_their_return),
		cmocka_unit_test(
			a_key_that_is_on_at_the_start_or_when_lines_return_is_not_turned),
		cmocka_unit_test(a_key_that_is_turned_moves_nothing_by_itself),
		cmocka_unit_test(
			a_held_button_moves_the_arm_and_releasing_it_stops_at_once),
		cmocka_unit_test(hold_to_run_stops_at_the_limits),
		cmocka_unit_test(both_buttons_together_stop_and_both_must_be_released),
		cmocka_unit_test(both_buttons_stop_an_automatic_movement_too),
		cmocka_unit_test(
			a_button_that_is_stuck_moves_nothing_at_the_start_nor_when_lines_return),
		cmocka_unit_test(
			a_button_that_is_stuck_forbids_the_automatic_movement_and_is_told),
		cmocka_unit_test(a_held_button_ends_the_automatic_movement_and_the_proof),
		cmocka_unit_test(
			hold_to_run_works_with_dead_devices_locks_and_travel_faults),
		cmocka_unit_test(
			hold_to_run_does_not_lower_onto_what_a_device_that_is_well_sees),
		cmocka_unit_test(hold_to_run_lowers_past_a_device_that_is_faulty_itself),
		cmocka_unit_test(a_button_held_beyond_one_travel_stops),
		cmocka_unit_test(with_both_limits_on_hold_to_run_still_moves_the_arm),
		cmocka_unit_test(an_emergency_ends_hold_to_run_and_raises),
		cmocka_unit_test(
			a_late_scan_ends_hold_to_run_until_the_button_is_pressed_again),
		cmocka_unit_test(an_arm_that_comes_back_to_the_limit_it_left_is_stopped),
		cmocka_unit_test(
			an_arm_that_moves_the_wrong_way_from_between_the_limits_is_stopped),
		cmocka_unit_test(
			a_limit_switch_that_bounces_when_the_arm_leaves_it_stops_nothing),
		cmocka_unit_test(an_arm_that_sinks_from_its_upper_limit_is_told),
		cmocka_unit_test(a_test_output_is_pulsed_at_rest_with_the_arm_down_only),
		cmocka_unit_test(
			a_pulsed_test_does_not_stand_in_for_the_activity_of_a_passage),
		cmocka_unit_test(a_pulsed_heartbeat_stands_still_and_stops_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
