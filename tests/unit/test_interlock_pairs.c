/* SPDX-License-Identifier: MIT */
/*
 * What the interlock makes of two contacts that disagree, and of the key at the gate (S10, S3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/interlock_bench.h"

static void raise_with_pairs(struct arm_bench *b)
{
	struct interlock_config config = arm_bench_config;

	config.proof[0] = config.proof[1] = PROVED_BY_PAIR;
	arm_bench_raise(b, &config);
}

static void contacts_that_disagree_for_200_ms_are_no_fault(void **state)
{
	(void)state;
	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		struct arm_bench b;

		arm_bench_raise(&b, &arm_bench_config);
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

		arm_bench_raise(&b, &arm_bench_config);
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

		arm_bench_raise(&b, &arm_bench_config);
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

		arm_bench_raise(&b, &arm_bench_config);
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

		arm_bench_raise(&b, &arm_bench_config);
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
	arm_bench_raise(&b, &arm_bench_config);
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
	arm_bench_raise(&b, &arm_bench_config);
	b.disagrees[CHANNEL_LOOP] = true;
	arm_bench_scans(&b, ARM_STAY, 10);
	b.in.is_known = false;
	arm_bench_scans(&b, ARM_STAY, 100);
	b.in.is_known = true;
	arm_bench_scans(&b, ARM_STAY, PAIR_SCANS);
	assert_false(b.all_notes & NOTE_PAIR);
}

static void a_key_that_is_on_at_the_start_or_when_lines_return_is_not_turned(void **state)
{
	struct arm_bench b;

	(void)state;
	arm_bench_raise(&b, &arm_bench_config);
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
	arm_bench_raise(&b, &arm_bench_config);
	arm_bench_lock(&b);
	arm_bench_turn_key(&b, ARM_STAY);
	arm_bench_scans(&b, ARM_STAY, 500);
	assert_int_equal(b.arm, ARM_TOP);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
