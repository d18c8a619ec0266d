/* SPDX-License-Identifier: MIT */
/*
 * What lines say to the interlock, and what its outputs show on them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/lane/position.h"
#include "firmware/lane/wiring.h"

/* Every role is used, on GPIO with index = role, but for the second contacts. */
static struct site_lane lane;

static int begin(void **state)
{
	(void)state;
	memset(&lane, 0, sizeof(lane));
	for (int role = 0; role < LINE_ROLES; role++) {
		lane.lines[role].is_used =
			line_role_first_contact((enum line_role)role) == LINE_ROLES;
		lane.lines[role].gpio_index = (uint8_t)role;
	}
	return 0;
}

static void wire_pairs(void)
{
	for (int role = 0; role < LINE_ROLES; role++)
		lane.lines[role].is_used = true;
}

static struct interlock_inputs read_levels(uint64_t levels, uint64_t rose, uint64_t fell)
{
	struct wiring_levels seen = wiring_read(&lane, levels, rose, fell);
	struct interlock_inputs in = {0};

	wiring_fill_interlock(&lane, &seen, &in);
	return in;
}

static void a_pulse_shorter_than_the_scan_counts_where_it_protects(void **state)
{
	struct interlock_inputs in =
		read_levels(0,
			    LINE_BIT(LINE_SAFETY_LOOP) | LINE_BIT(LINE_EMERGENCY) |
				    LINE_BIT(LINE_LIMIT_UP) | LINE_BIT(LINE_RESET),
			    0);

	(void)state;
	assert_true(in.is_known);
	assert_true(in.occupied[0] && in.emergency);
	assert_false(in.occupied[1] || in.limit_up || in.reset);
}

static void one_contact_alone_never_disagrees(void **state)
{
	struct interlock_inputs in =
		read_levels(LINE_BIT(LINE_BEAM) | LINE_BIT(LINE_LIMIT_DOWN), 0, 0);

	(void)state;
	for (int c = 0; c < INTERLOCK_CHANNELS; c++)
		assert_false(in.disagrees[c]);
	assert_true(in.occupied[1] && in.limit_down);
	assert_false(in.occupied[0] || in.limit_up || in.emergency);
}

/* All four states of every pair. */
static void a_pair_that_disagrees_reads_as_what_is_safe(void **state)
{
	static const struct {
		enum line_role first, second;
		enum interlock_channel channel;
	} pairs[] = {
		{LINE_SAFETY_LOOP, LINE_SAFETY_LOOP_NC, CHANNEL_LOOP      },
		{LINE_BEAM,        LINE_BEAM_NC,        CHANNEL_BEAM      },
		{LINE_LIMIT_UP,    LINE_LIMIT_UP_NC,    CHANNEL_LIMIT_UP  },
		{LINE_LIMIT_DOWN,  LINE_LIMIT_DOWN_NC,  CHANNEL_LIMIT_DOWN},
		{LINE_EMERGENCY,   LINE_EMERGENCY_NC,   CHANNEL_EMERGENCY },
	};

	(void)state;
	wire_pairs();
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		for (int first = 0; first < 2; first++)
			for (int second = 0; second < 2; second++) {
				struct interlock_inputs in = read_levels(
					(uint64_t)first << pairs[i].first |
						(uint64_t)second << pairs[i].second,
					0, 0);
				const bool reads[INTERLOCK_CHANNELS] = {
					in.occupied[0], in.occupied[1], in.limit_up,
					in.limit_down, in.emergency};
				bool allows = pairs[i].channel == CHANNEL_LIMIT_UP ||
					      pairs[i].channel == CHANNEL_LIMIT_DOWN;

				assert_int_equal(in.disagrees[pairs[i].channel],
						 first == second);
				assert_int_equal(reads[pairs[i].channel],
						 allows ? first && !second
							: first || !second);
			}
}

static void a_second_contact_that_opens_for_a_moment_counts(void **state)
{
	struct interlock_inputs in;

	(void)state;
	wire_pairs();
	in = read_levels(LINE_BIT(LINE_SAFETY_LOOP_NC) | LINE_BIT(LINE_BEAM_NC) |
				 LINE_BIT(LINE_EMERGENCY_NC),
			 0, LINE_BIT(LINE_BEAM_NC));
	assert_true(in.occupied[1]);
	assert_false(in.occupied[0] || in.emergency || in.disagrees[CHANNEL_BEAM]);
}

static void a_button_let_go_for_a_moment_is_let_go(void **state)
{
	uint64_t both = LINE_BIT(LINE_HOLD_RAISE) | LINE_BIT(LINE_HOLD_LOWER);
	struct interlock_inputs in = read_levels(both, 0, LINE_BIT(LINE_HOLD_RAISE));

	(void)state;
	assert_true(in.hold_lower);
	assert_false(in.hold_raise);
	in = read_levels(0, both, both);
	assert_false(in.hold_lower || in.hold_raise);
}

static struct interlock_inputs read_lossy(uint64_t levels)
{
	struct wiring_levels seen = wiring_read_lossy(&lane, levels);
	struct interlock_inputs in = {0};

	wiring_fill_interlock(&lane, &seen, &in);
	return in;
}

static void lost_edges_are_a_pulse_of_loop_and_beam(void **state)
{
	struct interlock_inputs in =
		read_lossy(LINE_BIT(LINE_HOLD_RAISE) | LINE_BIT(LINE_RESET));

	(void)state;
	assert_true(in.occupied[0] && in.occupied[1] && in.reset);
	assert_false(in.hold_raise || in.limit_up || in.limit_down);
}

/* S11 opens the arm and keeps it open. */
static void lost_edges_are_no_emergency(void **state)
{
	(void)state;
	assert_false(read_lossy(0).emergency);
	assert_true(read_lossy(LINE_BIT(LINE_EMERGENCY)).emergency);
	wire_pairs();
	assert_false(read_lossy(LINE_BIT(LINE_EMERGENCY_NC)).emergency);
	assert_true(read_lossy(0).emergency);
}

static void a_door_that_was_open_for_a_moment_was_open_but_lost_edges_open_none(
	void **state)
{
	struct wiring_levels seen =
		wiring_read(&lane, 0, LINE_BIT(LINE_DOOR), LINE_BIT(LINE_DOOR));

	(void)state;
	assert_true(wiring_door_is_open(&seen));
	seen = wiring_read(&lane, 0, LINE_BIT(LINE_RESET), LINE_BIT(LINE_DOOR));
	assert_false(wiring_door_is_open(&seen));
	seen = wiring_read_lossy(&lane, LINE_BIT(LINE_DOOR));
	assert_true(wiring_door_is_open(&seen));
	seen = wiring_read_lossy(&lane, 0);
	assert_false(wiring_door_is_open(&seen));
}

static void lines_that_could_not_be_read_say_so(void **state)
{
	const struct wiring_levels seen = {.is_known = false};
	struct interlock_inputs in = {.is_known = true};

	(void)state;
	wiring_fill_interlock(&lane, &seen, &in);
	assert_false(in.is_known);
}

static void what_is_on_a_device_or_not_there_is_not_read_from_gpio(void **state)
{
	(void)state;
	lane.lines[LINE_APPROACH].on_device = true;
	lane.lines[LINE_EXIT].is_used = false;
	assert_int_equal(wiring_roles_of_gpio(&lane, UINT64_MAX) &
				 (LINE_BIT(LINE_APPROACH) | LINE_BIT(LINE_EXIT)),
			 0);
	assert_true(wiring_roles_of_gpio(&lane, UINT64_MAX) & LINE_BIT(LINE_RESET));
}

static void the_barrier_of_the_site_becomes_the_interlocks(void **state)
{
	static const uint8_t proofs[] = {
		[PROOF_TEST_OUTPUT] = PROVED_BY_TEST,
		[PROOF_PAIR] = PROVED_BY_PAIR,
		[PROOF_ACTIVITY] = PROVED_BY_ACTIVITY,
	};

	(void)state;
	for (int proof = PROOF_TEST_OUTPUT; proof <= PROOF_ACTIVITY; proof++) {
		struct interlock_config config;

		lane.barrier = (struct site_barrier){
			.travel_ms = 1,
			.test_window_ms = 2,
			.expire_ms = 3,
			.loop_proof = (enum safety_proof)proof,
			.beam_proof = PROOF_PAIR,
		};
		lane.lines[LINE_RESET].is_used = proof == PROOF_PAIR;
		config = wiring_interlock(&lane);
		assert_int_equal(config.proof[0], proofs[proof]);
		assert_int_equal(config.proof[1], PROVED_BY_PAIR);
		assert_int_equal(config.has_reset, proof == PROOF_PAIR);
		assert_int_equal(config.travel_ms, 1);
		assert_int_equal(config.test_window_ms, 2);
		assert_int_equal(config.expire_ms, 3);
	}
}

static void loops_and_beams_say_nothing_of_vehicles_while_they_are_tested(void **state)
{
	static const enum line_role others[] = {LINE_APPROACH, LINE_SCALE_ENTRY,
						LINE_SCALE_EXIT, LINE_EXIT};
	static const enum position_sensor sensors[] = {POSITION_APPROACH, POSITION_ENTRY,
						       POSITION_END, POSITION_EXIT};
	struct interlock_inputs in = {
		.occupied = {true, true}
	};
	struct interlock lock;
	struct interlock_config config;

	(void)state;
	config = wiring_interlock(&lane);
	interlock_init(&lock, &config);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(wiring_positions(LINE_BIT(others[i]), &in, &lock),
				 1u << sensors[i] | 1u << POSITION_LOOP |
					 1u << POSITION_BEAM);
	lock.phase = INTERLOCK_PROVING;
	assert_int_equal(wiring_positions(0, &in, &lock), 0);
	in.occupied[0] = in.occupied[1] = false;
	lock.phase = INTERLOCK_REST;
	assert_int_equal(wiring_positions(0, &in, &lock), 0);
}

static void what_contacts_that_disagree_see_is_not_known_but_in_a_test(void **state)
{
	struct interlock_inputs in = {
		.occupied = {true, true}
	};
	struct interlock lock;
	struct interlock_config config;

	(void)state;
	config = wiring_interlock(&lane);
	interlock_init(&lock, &config);
	assert_int_equal(wiring_unsure(&in, &lock), 0);
	in.disagrees[CHANNEL_LOOP] = in.disagrees[CHANNEL_LIMIT_UP] = true;
	assert_int_equal(wiring_unsure(&in, &lock), 1u << POSITION_LOOP);
	in.disagrees[CHANNEL_BEAM] = true;
	assert_int_equal(wiring_unsure(&in, &lock),
			 1u << POSITION_LOOP | 1u << POSITION_BEAM);
	lock.phase = INTERLOCK_PROVING;
	assert_int_equal(wiring_unsure(&in, &lock), 0);
}

static void every_output_of_the_interlock_has_its_line(void **state)
{
	const struct {
		struct interlock_outputs motor;
		enum line_role role;
	} cases[] = {
		{{.raise = true},         LINE_RAISE    },
		{{.lower = true},         LINE_LOWER    },
		{{.test = {true, false}}, LINE_LOOP_TEST},
		{{.test = {false, true}}, LINE_BEAM_TEST},
		{{.heartbeat = true},     LINE_HEARTBEAT},
		{{.heartbeat = false},    LINE_RED      },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(wiring_outputs(&cases[i].motor, false, false) ==
			    (LINE_BIT(cases[i].role) | LINE_BIT(LINE_RED) |
			     LINE_BIT(LINE_RED_FAR)));
	assert_true(wiring_outputs(&cases[5].motor, true, false) ==
		    (LINE_BIT(LINE_GREEN) | LINE_BIT(LINE_RED_FAR)));
	assert_true(wiring_outputs(&cases[5].motor, false, true) ==
		    (LINE_BIT(LINE_RED) | LINE_BIT(LINE_GREEN_FAR)));
}

static void only_outputs_on_gpio_are_written(void **state)
{
	uint64_t mask, levels;

	(void)state;
	lane.lines[LINE_RED].on_device = true;
	lane.lines[LINE_BEAM_TEST].is_used = false;
	for (enum line_role role = LINE_ENTRY_LOOP; role <= LINE_ENTRY_HEARTBEAT; role++)
		lane.lines[role].is_used = false;
	wiring_gpio_of_outputs(&lane, LINE_BIT(LINE_RAISE) | LINE_BIT(LINE_RED), &mask,
			       &levels);
	assert_true(mask == (LINE_BIT(LINE_RAISE) | LINE_BIT(LINE_LOWER) |
			     LINE_BIT(LINE_LOOP_TEST) | LINE_BIT(LINE_HEARTBEAT) |
			     LINE_BIT(LINE_GREEN) | LINE_BIT(LINE_RED_FAR) |
			     LINE_BIT(LINE_GREEN_FAR)));
	assert_true(levels == LINE_BIT(LINE_RAISE));
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup(test, begin)
	const struct CMUnitTest tests[] = {
		EACH(a_pulse_shorter_than_the_scan_counts_where_it_protects),
		EACH(one_contact_alone_never_disagrees),
		EACH(a_pair_that_disagrees_reads_as_what_is_safe),
		EACH(a_second_contact_that_opens_for_a_moment_counts),
		EACH(a_button_let_go_for_a_moment_is_let_go),
		EACH(lost_edges_are_a_pulse_of_loop_and_beam),
		EACH(lost_edges_are_no_emergency),
		EACH(a_door_that_was_open_for_a_moment_was_open_but_lost_edges_open_none),
		EACH(lines_that_could_not_be_read_say_so),
		EACH(what_is_on_a_device_or_not_there_is_not_read_from_gpio),
		EACH(the_barrier_of_the_site_becomes_the_interlocks),
		EACH(loops_and_beams_say_nothing_of_vehicles_while_they_are_tested),
		EACH(what_contacts_that_disagree_see_is_not_known_but_in_a_test),
		EACH(every_output_of_the_interlock_has_its_line),
		EACH(only_outputs_on_gpio_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
