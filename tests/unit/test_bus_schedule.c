/* SPDX-License-Identifier: MIT */
/*
 * Which block is read next: periods, back-off, and the isolation of units that are not well, on
 * a simulated port that carries one request at a time.
 */
#include "drivers/bus/bus_schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { UNITS = 16, PERIOD_MS = 100 };

/* How a simulated unit answers. */
struct line_unit {
	int32_t takes_ms;
	enum kakou_err result;
};

/* A port in virtual time, and what came of it. */
struct line {
	struct map map;
	struct bus_unit units[BUS_UNITS_MAX];
	struct bus_config config;
	struct bus_schedule schedule;
	struct line_unit answers[BUS_UNITS_MAX];
	int64_t now_ms;
	int64_t last_ms[BUS_UNITS_MAX];
	int64_t age_ms[BUS_UNITS_MAX]; /* the oldest a reading has become */
	int requests[BUS_UNITS_MAX];
	enum device_health health[BUS_UNITS_MAX];
	int unwell_in_a_row, most_unwell_in_a_row;
};

static void line_init(struct line *line, size_t units, size_t blocks, int32_t answer_ms)
{
	memset(line, 0, sizeof(*line));
	line->map.block_count = blocks;
	for (size_t b = 0; b < blocks; b++)
		line->map.blocks[b].period_ms = PERIOD_MS;
	for (size_t u = 0; u < units; u++) {
		line->units[u] = (struct bus_unit){.device = (uint16_t)u,
						   .unit = (uint8_t)(u + 1),
						   .map = &line->map};
		line->answers[u] = (struct line_unit){1, KAKOU_OK};
	}
	line->config = (struct bus_config){
		.port.answer_ms = answer_ms,
		.units = line->units,
		.unit_count = units,
		.backoff_min_ms = 200,
		.backoff_max_ms = 5000,
	};
	line->now_ms = 1000;
	bus_schedule_init(&line->schedule, &line->config, line->now_ms);
}

/* The unit answers, or does not. */
static void book(struct line *line, size_t unit, size_t block)
{
	enum kakou_err result = line->answers[unit].result;

	line->now_ms += line->answers[unit].takes_ms;
	line->requests[unit]++;
	line->health[unit] =
		bus_schedule_book(&line->schedule, unit, block, result, line->now_ms);
	if (result)
		return;
	if (line->last_ms[unit] &&
	    line->now_ms - line->last_ms[unit] > line->age_ms[unit])
		line->age_ms[unit] = line->now_ms - line->last_ms[unit];
	line->last_ms[unit] = line->now_ms;
}

/* One request, or the wait until one is due. Returns the unit asked, or -1. */
static int line_step(struct line *line, size_t *block)
{
	int64_t wake_ms = 0;
	int unit = bus_schedule_next(&line->schedule, line->now_ms, block, &wake_ms);

	if (unit < 0) {
		assert_true(wake_ms > line->now_ms);
		line->now_ms = wake_ms;
		return -1;
	}
	if (bus_schedule_is_well(&line->schedule, (size_t)unit))
		line->unwell_in_a_row = 0;
	else if (++line->unwell_in_a_row > line->most_unwell_in_a_row)
		line->most_unwell_in_a_row = line->unwell_in_a_row;
	book(line, (size_t)unit, *block);
	return unit;
}

static void line_run(struct line *line, int64_t ms)
{
	int64_t end_ms = line->now_ms + ms;
	size_t block;

	while (line->now_ms < end_ms)
		(void)line_step(line, &block);
}

static int64_t oldest_healthy(const struct line *line)
{
	int64_t oldest = 0;

	for (size_t u = 0; u < line->config.unit_count; u++) {
		if (line->answers[u].result == KAKOU_OK && line->age_ms[u] > oldest)
			oldest = line->age_ms[u];
	}
	return oldest;
}

static void every_block_is_read_at_its_period(void **state)
{
	struct line line;

	(void)state;
	line_init(&line, UNITS, 1, 200);
	line_run(&line, 10000);
	for (int u = 0; u < UNITS; u++)
		assert_in_range(line.requests[u], 99, 101);
	assert_true(oldest_healthy(&line) <= PERIOD_MS + 1);
}

static void blocks_keep_their_own_periods(void **state)
{
	struct line line;
	size_t block;
	int reads[3] = {0};

	(void)state;
	line_init(&line, 1, 3, 200);
	line.map.blocks[1].period_ms = 50;
	line.map.blocks[2].period_ms = 1000;
	while (line.now_ms < 11000) {
		if (line_step(&line, &block) >= 0)
			reads[block]++;
	}
	assert_in_range(reads[0], 99, 101);
	assert_in_range(reads[1], 198, 202);
	assert_in_range(reads[2], 10, 11);
}

static void a_unit_may_have_a_period_of_its_own(void **state)
{
	struct line line;

	(void)state;
	line_init(&line, 2, 1, 200);
	line.units[1].period_ms = 1000;
	line_run(&line, 10000);
	assert_in_range(line.requests[0], 99, 101);
	assert_in_range(line.requests[1], 10, 11);
}

static void the_block_due_first_is_read_first(void **state)
{
	struct line line;
	size_t block;

	(void)state;
	line_init(&line, 3, 1, 200);
	line.schedule.state[0].due_ms[0] = 990;
	line.schedule.state[1].due_ms[0] = 970;
	line.schedule.state[2].due_ms[0] = 980;
	assert_int_equal(line_step(&line, &block), 1);
	assert_int_equal(line_step(&line, &block), 2);
	assert_int_equal(line_step(&line, &block), 0);
	assert_int_equal(line_step(&line, &block), -1);
}

static void turns_that_were_missed_are_not_made_up_for(void **state)
{
	struct line line;

	(void)state;
	line_init(&line, 1, 1, 200);
	line.now_ms += 10000;
	line_run(&line, 1000);
	assert_in_range(line.requests[0], 10, 11);
}

static void the_pause_doubles_from_its_least_to_its_most(void **state)
{
	static const int32_t PAUSES_MS[] = {200, 400, 800, 1600, 3200, 5000, 5000};
	struct line line;
	size_t block;

	(void)state;
	line_init(&line, 1, 1, 100);
	line.answers[0] = (struct line_unit){100, KAKOU_E_TIMEOUT};
	for (size_t i = 0; i < sizeof(PAUSES_MS) / sizeof(PAUSES_MS[0]); i++) {
		int64_t failed_ms;

		assert_int_equal(line_step(&line, &block), 0);
		assert_int_equal(line.schedule.state[0].backoff_ms, PAUSES_MS[i]);
		assert_int_equal(line.health[0],
				 i + 1 < BUS_LOST_AFTER ? DEVICE_SICK : DEVICE_LOST);
		failed_ms = line.now_ms;
		assert_int_equal(line_step(&line, &block), -1);
		assert_int_equal(line.now_ms - failed_ms, PAUSES_MS[i]);
	}
}

static void one_success_ends_the_back_off(void **state)
{
	struct line line;

	(void)state;
	line_init(&line, 1, 2, 100);
	line.answers[0] = (struct line_unit){100, KAKOU_E_TIMEOUT};
	line_run(&line, 20000);
	assert_int_equal(line.health[0], DEVICE_LOST);
	line.answers[0] = (struct line_unit){1, KAKOU_OK};
	line_run(&line, 5100);
	assert_int_equal(line.health[0], DEVICE_WELL);
	assert_int_equal(line.schedule.state[0].backoff_ms, 0);
	line.requests[0] = 0;
	line_run(&line, 1000);
	assert_in_range(line.requests[0], 19, 21);
}

static void a_lost_unit_is_asked_for_the_block_that_failed(void **state)
{
	struct line line;
	size_t block;

	(void)state;
	line_init(&line, 1, 2, 100);
	assert_int_equal(line_step(&line, &block), 0);
	assert_int_equal(block, 0);
	line.answers[0] = (struct line_unit){5, KAKOU_E_REFUSED};
	assert_int_equal(line_step(&line, &block), 0);
	assert_int_equal(block, 1);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(line_step(&line, &block), -1);
		assert_int_equal(line_step(&line, &block), 0);
		assert_int_equal(block, 1);
	}
}

static void all_blocks_are_read_again_after_a_failure(void **state)
{
	struct line line;
	size_t block;

	(void)state;
	line_init(&line, 1, 2, 100);
	line_run(&line, 150);
	line.answers[0] = (struct line_unit){100, KAKOU_E_TIMEOUT};
	line_run(&line, 150);
	assert_int_equal(line.schedule.state[0].read_ms[0], -1);
	assert_int_equal(line.schedule.state[0].read_ms[1], -1);
	line.answers[0] = (struct line_unit){1, KAKOU_OK};
	while (line_step(&line, &block) < 0)
		;
	assert_int_equal(line_step(&line, &block), 0);
	assert_true(line.schedule.state[0].read_ms[0] > 0);
	assert_true(line.schedule.state[0].read_ms[1] > 0);
}

/* One unit silent and one trickling: both take the whole deadline. */
static int64_t age_with_two_sick(int32_t answer_ms, int64_t warm_up_ms)
{
	struct line line;

	line_init(&line, UNITS, 1, answer_ms);
	line.answers[3] = (struct line_unit){answer_ms, KAKOU_E_TIMEOUT};
	line.answers[11] = (struct line_unit){answer_ms, KAKOU_E_TIMEOUT};
	line_run(&line, warm_up_ms);
	memset(line.age_ms, 0, sizeof(line.age_ms));
	line_run(&line, 60000);
	assert_int_equal(line.health[3], DEVICE_LOST);
	assert_int_equal(line.health[11], DEVICE_LOST);
	assert_int_equal(line.most_unwell_in_a_row, 1);
	for (int u = 0; u < UNITS; u++) {
		if (u != 3 && u != 11)
			assert_true(line.requests[u] > 60000 / PERIOD_MS / 2);
	}
	return oldest_healthy(&line);
}

static void two_sick_units_of_sixteen_age_the_others_by_one_deadline_and_a_round(
	void **state)
{
	(void)state;
	/* Fault-free it is one period and a millisecond; the bound is three times that. */
	assert_true(age_with_two_sick(100, 2000) <= 3 * PERIOD_MS);
	assert_true(age_with_two_sick(150, 2000) <= 150 + 2 * UNITS);
	assert_true(age_with_two_sick(200, 2000) <= 200 + 2 * UNITS);
	/* From the first instant on, when nobody knows who is sick. */
	assert_true(age_with_two_sick(100, 0) <= 2 * PERIOD_MS);
	assert_true(age_with_two_sick(150, 0) <= 150 + 2 * UNITS);
}

static void units_that_fall_sick_in_mid_run_age_the_others_little(void **state)
{
	(void)state;
	/* Wherever in the period it happens. */
	for (int at_ms = 0; at_ms < PERIOD_MS; at_ms += 7) {
		struct line line;

		line_init(&line, UNITS, 1, 100);
		line_run(&line, 1000 + at_ms);
		memset(line.age_ms, 0, sizeof(line.age_ms));
		line.answers[3] = (struct line_unit){100, KAKOU_E_TIMEOUT};
		line_run(&line, 450);
		line.answers[11] = (struct line_unit){100, KAKOU_E_TIMEOUT};
		line_run(&line, 20000);
		assert_true(oldest_healthy(&line) <= 3 * PERIOD_MS);
	}
}

/* Without the rules: every unit in its turn, whatever it costs. */
static void a_plain_sequential_poll_would_be_far_worse(void **state)
{
	int64_t round_ms = (UNITS - 2) * 1 + 2 * 500;

	(void)state;
	assert_true(round_ms > 515);
	assert_true(age_with_two_sick(500, 2000) <= 500 + 2 * UNITS);
}

static void probes_take_no_more_than_their_share_of_the_port(void **state)
{
	struct line line;
	int64_t spent_ms = 0;
	int64_t began_ms;

	(void)state;
	line_init(&line, UNITS, 1, 200);
	for (int u = 2; u < UNITS; u++)
		line.answers[u] = (struct line_unit){200, KAKOU_E_TIMEOUT};
	line_run(&line, 20000);
	memset(line.requests, 0, sizeof(line.requests));
	memset(line.age_ms, 0, sizeof(line.age_ms));
	began_ms = line.now_ms;
	line_run(&line, 60000);
	for (int u = 2; u < UNITS; u++) {
		assert_true(line.requests[u] >= 3); /* none is forgotten */
		spent_ms += line.requests[u] * 200;
	}
	assert_true(spent_ms * BUS_PROBE_SHARE <= line.now_ms - began_ms + 1000);
	assert_true(oldest_healthy(&line) <= 3 * PERIOD_MS);
}

static void a_port_that_is_always_busy_still_probes(void **state)
{
	struct line line;

	(void)state;
	line_init(&line, UNITS, 1, 200);
	for (int u = 0; u < UNITS; u++)
		line.answers[u].takes_ms = 70; /* RTU: a round takes ten periods */
	line.answers[3] = (struct line_unit){200, KAKOU_E_TIMEOUT};
	line_run(&line, 30000);
	line.answers[3] = (struct line_unit){70, KAKOU_OK};
	line_run(&line, 10000);
	assert_int_equal(line.health[3], DEVICE_WELL);
	/* A round is 15 × 70 ms; with the probe and its sweep it may double. */
	assert_true(oldest_healthy(&line) <= 3 * 16 * 70);
}

static bool any_is_well(const struct line *line)
{
	for (int u = 0; u < UNITS; u++) {
		if (line->health[u] == DEVICE_WELL)
			return true;
	}
	return false;
}

static void all_units_come_back_at_once_when_the_connection_does(void **state)
{
	struct line line;
	int64_t back_ms;
	size_t block;

	(void)state;
	line_init(&line, UNITS, 1, 200);
	line_run(&line, 1000);
	/* Different times to fail in, so that the pauses end far from each other. */
	for (int u = 0; u < UNITS; u++)
		line.answers[u] = (struct line_unit){2 + 37 * u, KAKOU_E_LINK};
	line_run(&line, 60000);
	for (int u = 0; u < UNITS; u++) {
		assert_int_equal(line.health[u], DEVICE_LOST);
		line.answers[u] = (struct line_unit){1, KAKOU_OK};
	}
	back_ms = line.now_ms;
	while (!any_is_well(&line))
		(void)line_step(&line, &block);
	assert_true(line.now_ms - back_ms <= 5000);
	line_run(&line, 2 * UNITS);
	for (int u = 0; u < UNITS; u++)
		assert_int_equal(line.health[u], DEVICE_WELL);
}

static void a_write_that_fails_pauses_the_unit_too(void **state)
{
	struct line line;
	size_t block;
	int64_t wake_ms;

	(void)state;
	line_init(&line, 1, 1, 100);
	assert_int_equal(line_step(&line, &block), 0);
	bus_schedule_begin(&line.schedule, line.now_ms);
	line.now_ms += 100;
	assert_int_equal(
		bus_schedule_book(&line.schedule, 0, 0, KAKOU_E_TIMEOUT, line.now_ms),
		DEVICE_SICK);
	assert_false(bus_schedule_is_well(&line.schedule, 0));
	assert_int_equal(bus_schedule_next(&line.schedule, line.now_ms, &block, &wake_ms),
			 -1);
	assert_int_equal(wake_ms, line.now_ms + 200);
}

static void a_block_in_a_hurry_is_due_now(void **state)
{
	struct line line;
	size_t block;
	int64_t wake_ms;

	(void)state;
	line_init(&line, 1, 2, 100);
	assert_int_equal(line_step(&line, &block), 0);
	assert_int_equal(line_step(&line, &block), 0);
	assert_int_equal(bus_schedule_next(&line.schedule, line.now_ms, &block, &wake_ms),
			 -1);
	bus_schedule_hurry(&line.schedule, 0, 1, line.now_ms);
	assert_int_equal(bus_schedule_next(&line.schedule, line.now_ms, &block, &wake_ms),
			 0);
	assert_int_equal(block, 1);
}

/* A scan of units that are not there, each of which costs the deadline of its answer. */
static int run_with_guests(struct line *line, int64_t ms, int32_t guest_takes_ms)
{
	int64_t end_ms = line->now_ms + ms;
	int guests = 0;

	while (line->now_ms < end_ms) {
		int64_t wake_ms = 0;
		size_t block;
		int unit;

		if (line->schedule.guest_ms == INT64_MAX)
			bus_schedule_invite(&line->schedule, line->now_ms);
		unit = bus_schedule_next(&line->schedule, line->now_ms, &block, &wake_ms);
		if (unit == BUS_SCHEDULE_GUEST) {
			line->now_ms += guest_takes_ms;
			bus_schedule_see_off(&line->schedule, line->now_ms);
			guests++;
		} else if (unit == BUS_SCHEDULE_IDLE) {
			assert_true(wake_ms > line->now_ms);
			line->now_ms = wake_ms;
		} else {
			book(line, (size_t)unit, block);
		}
	}
	return guests;
}

static void a_scan_of_absent_units_ages_the_others_by_one_deadline_and_a_round(
	void **state)
{
	struct line line;
	int guests;

	(void)state;
	line_init(&line, UNITS, 1, 150);
	line_run(&line, 2000);
	guests = run_with_guests(&line, 60000, 150);
	assert_in_range(guests, 60000 / (150 * BUS_PROBE_SHARE) / 2,
			60000 / (150 * BUS_PROBE_SHARE) + 1);
	assert_true(oldest_healthy(&line) <= 150 + UNITS + PERIOD_MS / 10);
}

static void a_guest_on_a_port_without_healthy_units_need_not_rest(void **state)
{
	struct line line;

	(void)state;
	line_init(&line, 1, 1, 100);
	line.answers[0] = (struct line_unit){100, KAKOU_E_TIMEOUT};
	line_run(&line, 10000);
	assert_true(run_with_guests(&line, 10000, 100) >= 85);
}

static void a_guest_and_a_lost_unit_take_turns(void **state)
{
	struct line line;
	int probes, guests;

	(void)state;
	line_init(&line, UNITS, 1, 100);
	line.answers[3] = (struct line_unit){100, KAKOU_E_TIMEOUT};
	line_run(&line, 60000);
	probes = line.requests[3];
	guests = run_with_guests(&line, 60000, 100);
	assert_true(guests >= 60);
	assert_true(line.requests[3] - probes >= 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_is_read_at_its_period),
		cmocka_unit_test(blocks_keep_their_own_periods),
		cmocka_unit_test(a_unit_may_have_a_period_of_its_own),
		cmocka_unit_test(the_block_due_first_is_read_first),
		cmocka_unit_test(turns_that_were_missed_are_not_made_up_for),
		cmocka_unit_test(the_pause_doubles_from_its_least_to_its_most),
		cmocka_unit_test(one_success_ends_the_back_off),
		cmocka_unit_test(a_lost_unit_is_asked_for_the_block_that_failed),
		cmocka_unit_test(all_blocks_are_read_again_after_a_failure),
		cmocka_unit_test(
			two_sick_units_of_sixteen_age_the_others_by_one_deadline_and_a_round),
		cmocka_unit_test(units_that_fall_sick_in_mid_run_age_the_others_little),
		cmocka_unit_test(a_plain_sequential_poll_would_be_far_worse),
		cmocka_unit_test(probes_take_no_more_than_their_share_of_the_port),
		cmocka_unit_test(a_port_that_is_always_busy_still_probes),
		cmocka_unit_test(all_units_come_back_at_once_when_the_connection_does),
		cmocka_unit_test(a_write_that_fails_pauses_the_unit_too),
		cmocka_unit_test(a_block_in_a_hurry_is_due_now),
		cmocka_unit_test(
			a_scan_of_absent_units_ages_the_others_by_one_deadline_and_a_round),
		cmocka_unit_test(a_guest_on_a_port_without_healthy_units_need_not_rest),
		cmocka_unit_test(a_guest_and_a_lost_unit_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
