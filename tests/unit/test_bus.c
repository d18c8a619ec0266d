/* SPDX-License-Identifier: MIT */
/*
 * The work of a bus: values, health, back-off, isolation of sick units, questions beside the polling,
 * and its thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/bus/bus.h"
#include "hal/clock.h"
#include "tests/unit/bus_rig.h"

/* ---- reading ---- */

static void a_value_carries_the_instant_it_was_read(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	bus_rig_set_holding(1, 1);
	bus_rig_set_holding(2, 0x01DC);
	bus_rig_set_holding(3, 0xC56E);
	bus_rig_run(1000);
	assert_in_range(bus_rig.values[0], 9, 11);
	assert_int_equal(bus_rig.last[0].device, SCALE);
	assert_int_equal(bus_rig.last[0].class, DEVICE_WEIGHBRIDGE);
	assert_int_equal(bus_rig.last[0].health, DEVICE_WELL);
	assert_int_equal(bus_rig.last[0].error, KAKOU_OK);
	assert_int_equal(bus_rig.last[0].value.weight.gross_g, 31245678);
	assert_true(bus_rig.last[0].value.weight.is_stable);
	assert_in_range(clock_mono_ms() - bus_rig.last[0].at_ms, 0, PERIOD_MS);
	assert_in_range(bus_rig.age_ms[0], PERIOD_MS - 2, PERIOD_MS + 2);
}

static void no_value_comes_before_every_block_was_read(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	(void)bus_worker_step(bus_rig.worker);
	bus_rig_take_samples();
	assert_int_equal(bus_rig.values[0], 0);
	(void)bus_worker_step(bus_rig.worker);
	bus_rig_take_samples();
	assert_int_equal(bus_rig.values[0], 1);
}

static void a_value_of_several_blocks_is_as_old_as_its_oldest(void **state)
{
	int64_t coils_ms;

	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	(void)bus_worker_step(bus_rig.worker);
	coils_ms = clock_mono_ms();
	fake_clock_advance(20);
	(void)bus_worker_step(bus_rig.worker);
	bus_rig_take_samples();
	assert_int_equal(bus_rig.last[0].at_ms, coils_ms);
}

static void registers_that_make_no_value_make_a_sick_device_that_is_asked_on(void **state)
{
	size_t requests;

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	bus_rig_set_holding(0, 3); /* a fault of its own */
	bus_rig_run(1000);
	assert_int_equal(bus_rig.values[0], 0);
	assert_int_equal(bus_rig.messages[0], 1); /* a change of health is told once */
	assert_int_equal(bus_rig.told[0].health, DEVICE_SICK);
	assert_int_equal(bus_rig.told[0].error, KAKOU_E_GARBLED);
	assert_string_equal(bus_rig_health(0)->why,
			    "point status: got 3, expected 0 to 0");
	assert_int_equal(bus_rig_health(0)->backoff_ms, 0);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	assert_in_range(requests, 9, 11);
	bus_rig_set_holding(0, 0);
	bus_rig_run(200);
	assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
	assert_true(bus_rig.told[0].has_value);
}

static void every_fault_ends_in_its_named_error_and_no_value(void **state)
{
	static const struct {
		enum fake_modbus_fault fault;
		enum kakou_err err;
	} CASES[] = {
		{FAKE_MODBUS_SILENT,     KAKOU_E_TIMEOUT},
		{FAKE_MODBUS_LATE,       KAKOU_E_TIMEOUT},
		{FAKE_MODBUS_TRICKLE,    KAKOU_E_TIMEOUT},
		{FAKE_MODBUS_EXCEPTION,  KAKOU_E_REFUSED},
		{FAKE_MODBUS_WRONG_UNIT, KAKOU_E_FOREIGN},
		{FAKE_MODBUS_SHORT,      KAKOU_E_TIMEOUT},
		{FAKE_MODBUS_LONG,       KAKOU_E_GARBLED},
		{FAKE_MODBUS_GARBLED,    KAKOU_E_GARBLED},
		{FAKE_MODBUS_CLOSED,     KAKOU_E_LINK   },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int values;

		bus_rig_start("board/maps/kakou-weighbridge.map", 1);
		bus_rig_run(500);
		bus_rig_break(SCALE_UNIT, CASES[i].fault);
		bus_rig_run(150);
		values = bus_rig.values[0];
		bus_rig_run(2000);
		assert_int_equal(bus_rig.values[0], values);
		assert_int_equal(bus_rig.told[0].health, DEVICE_LOST);
		assert_int_equal(bus_rig.told[0].error, CASES[i].err);
		assert_int_equal(bus_rig_health(0)->last_error, CASES[i].err);
		bus_rig_break(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
		bus_rig_run(5500);
		assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
		assert_true(bus_rig.values[0] > values);
		bus_rig_stop(NULL);
	}
}

static void back_off_is_on_and_officers_see_it(void **state)
{
	const struct bus_unit_health *health;
	size_t requests;

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	bus_rig_run(300);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_EXCEPTION);
	bus_rig_run(30000);
	health = bus_rig_health(0);
	assert_int_equal(health->device, SCALE);
	assert_int_equal(health->unit, SCALE_UNIT);
	assert_int_equal(health->health, DEVICE_LOST);
	assert_int_equal(health->last_error, KAKOU_E_REFUSED);
	assert_int_equal(health->exception, 4);
	assert_int_equal(health->backoff_ms, 5000);
	assert_true(health->failures_in_row >= 8);
	assert_int_equal(health->errors, health->failures_in_row);
	assert_in_range(health->last_good_ms, 1000000, 1000400);
	assert_non_null(strstr(health->why, "exception 4"));
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	assert_true(requests < 20); /* 300 at its period */
}

static void a_single_lost_answer_makes_a_device_sick_and_not_lost(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	bus_rig_run(450);
	fake_modbus_set_fault("p1", SCALE_UNIT, FAKE_MODBUS_GARBLED, 0, 1);
	bus_rig_run(100);
	assert_int_equal(bus_rig.told[0].health, DEVICE_SICK);
	assert_int_equal(bus_rig.told[0].error, KAKOU_E_GARBLED);
	bus_rig_run(300);
	assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
	/* Shorter than the 500 ms after which the weight may not be used. */
	assert_true(bus_rig.age_ms[0] < 400);
}

static void a_full_queue_is_counted_and_the_newest_health_is_told_later(void **state)
{
	static struct bus_health health;

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	bus_rig.does_not_listen = true;
	bus_rig_run(10000);
	assert_true(mailbox_get(bus_rig.worker->health, &health));
	assert_true(health.samples_dropped > 0);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_SILENT);
	bus_rig_run(5000);
	bus_rig.does_not_listen = false;
	bus_rig_run(2000);
	assert_int_equal(bus_rig.told[0].health, DEVICE_LOST);
	assert_int_equal(bus_rig.told[0].error, KAKOU_E_TIMEOUT);
}

static void the_longest_request_is_seen_and_forgotten_again(void **state)
{
	static struct bus_health health;

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	fake_modbus_set_delay("p1", SCALE_UNIT, 40);
	bus_rig_run(1000);
	assert_true(mailbox_get(bus_rig.worker->health, &health));
	assert_int_equal(health.cycle_ms, 40);
	fake_modbus_set_delay("p1", SCALE_UNIT, 2);
	bus_rig_run(3 * BUS_CYCLE_WINDOW_MS);
	assert_true(mailbox_get(bus_rig.worker->health, &health));
	assert_int_equal(health.cycle_ms, 2);
}

/* ---- isolation ---- */

static int64_t oldest_but(size_t dead, size_t trickling)
{
	int64_t oldest = 0;

	for (size_t u = 0; u < bus_rig.config.unit_count; u++) {
		if (u != dead && u != trickling && bus_rig.age_ms[u] > oldest)
			oldest = bus_rig.age_ms[u];
	}
	return oldest;
}

static void a_dead_and_a_trickling_unit_of_sixteen_age_the_others_threefold_at_most(
	void **state)
{
	int64_t fault_free;
	int values[16];

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 16);
	bus_rig_run(10000);
	fault_free = oldest_but(16, 16);
	assert_in_range(fault_free, PERIOD_MS - 2, PERIOD_MS + 20);
	bus_rig_break(SCALE_UNIT + 4, FAKE_MODBUS_SILENT);
	bus_rig_break(SCALE_UNIT + 9, FAKE_MODBUS_TRICKLE);
	bus_rig_run(250); /* while nobody knows yet, both cost their deadline once */
	memset(bus_rig.age_ms, 0, sizeof(bus_rig.age_ms));
	memcpy(values, bus_rig.values, sizeof(values));
	bus_rig_run(60000);
	assert_true(oldest_but(4, 9) <= 3 * fault_free);
	assert_int_equal(bus_rig.told[4].health, DEVICE_LOST);
	assert_int_equal(bus_rig.told[9].health, DEVICE_LOST);
	for (size_t u = 0; u < 16; u++) {
		if (u != 4 && u != 9)
			assert_true(bus_rig.values[u] - values[u] >
				    60000 / PERIOD_MS * 9 / 10);
	}
	bus_rig_break(SCALE_UNIT + 4, FAKE_MODBUS_HEALTHY);
	bus_rig_break(SCALE_UNIT + 9, FAKE_MODBUS_HEALTHY);
	bus_rig_run(6000);
	assert_int_equal(bus_rig.told[4].health, DEVICE_WELL);
	assert_int_equal(bus_rig.told[9].health, DEVICE_WELL);
}

static void a_bus_that_makes_no_sense_is_refused(void **state)
{
	struct bus_worker *worker;
	struct bus_config config;
	struct why why;

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 2);
	config = bus_rig.config;
	config.unit_count = 0;
	assert_int_equal(bus_worker_create(&worker, &config, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "bus p1: got 0 units, expected 1 to 32"));
	config = bus_rig.config;
	config.backoff_max_ms = 100;
	assert_int_equal(bus_worker_create(&worker, &config, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "got back-off 200 to 100 ms"));
	config = bus_rig.config;
	bus_rig.units[1].device = SCALE;
	assert_int_equal(bus_worker_create(&worker, &config, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "got device 7 twice"));
	bus_rig.units[1].device = SCALE + 1;
	config.port.tcp_port = 0;
	assert_int_equal(bus_worker_create(&worker, &config, &why), KAKOU_E_INVALID);
}

/* ---- questions beside the polling ---- */

static void put_question(uint32_t token, uint8_t unit, uint16_t address, uint16_t count)
{
	struct bus_question question = {.token = token,
					.unit = unit,
					.area = MODBUS_HOLDING,
					.address = address,
					.count = count};

	assert_int_equal(queue_push(bus_rig.worker->questions, &question), KAKOU_OK);
}

static struct bus_answer next_answer(void)
{
	struct bus_answer answer;

	assert_true(queue_pop(bus_rig.worker->answers, &answer));
	return answer;
}

static void a_question_is_answered_while_the_polling_goes_on(void **state)
{
	struct bus_answer answer;

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	bus_rig_run(1000);
	bus_rig_set_holding(2, 0x01DC);
	bus_rig_set_holding(3, 0xC56E);
	put_question(5, SCALE_UNIT, 2, 2);
	put_question(6, SCALE_UNIT + 1, 0, 1);
	bus_rig_run(1000);
	answer = next_answer();
	assert_int_equal(answer.token, 5);
	assert_int_equal(answer.error, KAKOU_OK);
	assert_int_equal(answer.count, 2);
	assert_int_equal(answer.values[0], 0x01DC);
	assert_int_equal(answer.values[1], 0xC56E);
	answer = next_answer();
	assert_int_equal(answer.token, 6);
	assert_int_equal(answer.error, KAKOU_E_TIMEOUT);
	assert_int_equal(answer.count, 0);
	assert_non_null(strstr(answer.why, "unit 2"));
	assert_true(answer.took_ms >= ANSWER_MS);
	assert_in_range(bus_rig.values[0], 18, 21);
	assert_true(bus_rig.age_ms[0] <= PERIOD_MS + ANSWER_MS);
	assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
	assert_int_equal(bus_rig_health(0)->errors, 0);
}

static void a_question_is_told_the_exception_in_words(void **state)
{
	struct bus_answer answer;

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	fake_modbus_add("p1", 9);
	fake_modbus_set_fault("p1", 9, FAKE_MODBUS_EXCEPTION, 2, -1);
	put_question(1, 9, 0, 1);
	bus_rig_run(500);
	answer = next_answer();
	assert_int_equal(answer.error, KAKOU_E_REFUSED);
	assert_int_equal(answer.exception, 2);
	assert_non_null(strstr(answer.why, "exception 2"));
}

static void answers_nobody_takes_are_dropped_and_the_polling_goes_on(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	for (uint32_t i = 0; i < 20; i++) {
		put_question(i, SCALE_UNIT, 0, 1);
		bus_rig_run(200);
	}
	assert_true(queue_count_dropped(bus_rig.worker->answers) > 0);
	assert_true(bus_rig.values[0] >= 38);
}

/* ---- the thread; its clock is virtual and stands still, so it works once and sleeps ---- */

static void a_bus_starts_and_stops_with_its_thread(void **state)
{
	struct bus *bus;
	struct device_sample sample = {0};
	struct device_command to = {.device = SCALE, .verb = DEVICE_ZERO};

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	assert_int_equal(bus_start(&bus, &bus_rig.config, NULL), KAKOU_OK);
	assert_int_equal(bus_command(bus, &to), KAKOU_OK);
	to.device = SCALE + 1;
	assert_int_equal(bus_command(bus, &to), KAKOU_E_NOTFOUND);
	to = (struct device_command){.device = SCALE, .verb = DEVICE_SHOW, .text = "x"};
	assert_int_equal(bus_command(bus, &to), KAKOU_E_INVALID);
	for (int i = 0; i < 2000 && !bus_next_sample(bus, &sample); i++)
		(void)usleep(1000);
	assert_int_equal(sample.device, SCALE);
	assert_int_equal(bus_ask(bus, &(struct bus_question){.count = 126}),
			 KAKOU_E_INVALID);
	assert_int_equal(bus_ask(bus, &(struct bus_question){.count = 0}),
			 KAKOU_E_INVALID);
	bus_stop(bus);
	bus_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, bus_rig_stop)
		TEST(a_value_carries_the_instant_it_was_read),
		TEST(no_value_comes_before_every_block_was_read),
		TEST(a_value_of_several_blocks_is_as_old_as_its_oldest),
		TEST(registers_that_make_no_value_make_a_sick_device_that_is_asked_on),
		TEST(every_fault_ends_in_its_named_error_and_no_value),
		TEST(back_off_is_on_and_officers_see_it),
		TEST(a_single_lost_answer_makes_a_device_sick_and_not_lost),
		TEST(a_full_queue_is_counted_and_the_newest_health_is_told_later),
		TEST(the_longest_request_is_seen_and_forgotten_again),
		TEST(a_dead_and_a_trickling_unit_of_sixteen_age_the_others_threefold_at_most),
		TEST(a_question_is_answered_while_the_polling_goes_on),
		TEST(a_question_is_told_the_exception_in_words),
		TEST(answers_nobody_takes_are_dropped_and_the_polling_goes_on),
		TEST(a_bus_that_makes_no_sense_is_refused),
		TEST(a_bus_starts_and_stops_with_its_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
