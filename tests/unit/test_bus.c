/* SPDX-License-Identifier: MIT */
/*
 * The work of a bus, step by step under the virtual clock, with scripted devices: values, health,
 * back-off, commands that are read back, and outputs that follow the control loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/bus/bus_worker.h"
#include "hal/clock.h"
#include "hal/fake/fake.h"

enum {
	PERIOD_MS = 100,
	ANSWER_MS = 100,
	SCALE = 7,      /* the site's number of the first device */
	SCALE_UNIT = 1, /* and its Modbus unit */
};

/* A bus and what came out of it. */
struct rig {
	struct map map;
	struct bus_unit units[BUS_UNITS_MAX];
	struct bus_config config;
	struct bus_worker *worker;
	_Atomic uint64_t scan;
	bool scan_runs;
	struct device_sample last[BUS_UNITS_MAX]; /* newest with a value */
	struct device_sample told[BUS_UNITS_MAX]; /* newest of all */
	int values[BUS_UNITS_MAX], messages[BUS_UNITS_MAX];
	int64_t age_ms[BUS_UNITS_MAX]; /* the oldest a value has become */
	bool does_not_listen;          /* the control thread stands still */
};

static struct rig rig;

static void start(const char *map_file, size_t units)
{
	struct why why = {.text = ""};

	memset(&rig, 0, sizeof(rig));
	fake_clock_set(1000000);
	fake_modbus_reset();
	if (map_load(&rig.map, map_file, &why))
		fail_msg("%s", why.text);
	for (size_t u = 0; u < units; u++) {
		rig.units[u] = (struct bus_unit){.device = (uint16_t)(SCALE + u),
						 .unit = (uint8_t)(SCALE_UNIT + u),
						 .map = &rig.map};
		fake_modbus_add("p1", (uint8_t)(SCALE_UNIT + u));
	}
	rig.config = (struct bus_config){
		.port = {.name = "p1",
			 .host = "127.0.0.1",
			 .tcp_port = 502,
			 .connect_ms = 100,
			 .answer_ms = ANSWER_MS},
		.units = rig.units,
		.unit_count = units,
		.backoff_min_ms = 200,
		.backoff_max_ms = 5000,
		.scan_counter = &rig.scan,
	};
	rig.scan_runs = true;
	if (bus_worker_create(&rig.worker, &rig.config, &why))
		fail_msg("%s", why.text);
}

static int stop(void **state)
{
	(void)state;
	bus_worker_destroy(rig.worker);
	rig.worker = NULL;
	fake_modbus_reset();
	return 0;
}

static void take_samples(void)
{
	struct device_sample sample;

	while (!rig.does_not_listen && queue_pop(rig.worker->samples, &sample)) {
		size_t u = (size_t)(sample.device - SCALE);

		assert_true(u < rig.config.unit_count);
		rig.messages[u]++;
		rig.told[u] = sample;
		if (!sample.has_value)
			continue;
		if (rig.values[u]++ > 0 &&
		    sample.at_ms - rig.last[u].at_ms > rig.age_ms[u])
			rig.age_ms[u] = sample.at_ms - rig.last[u].at_ms;
		rig.last[u] = sample;
	}
}

/* Lets the bus work for so long; the control loop scans each 10 ms beside it. */
static void run(int64_t ms)
{
	int64_t end_ms = clock_mono_ms() + ms;

	while (clock_mono_ms() < end_ms) {
		int64_t wake_ms;

		if (rig.scan_runs)
			atomic_fetch_add(&rig.scan, 1);
		wake_ms = bus_worker_step(rig.worker);
		take_samples();
		if (wake_ms > clock_mono_ms() + 10)
			wake_ms = clock_mono_ms() + 10;
		if (wake_ms > clock_mono_ms())
			fake_clock_set(wake_ms);
	}
}

static void command(const struct device_command *command)
{
	assert_int_equal(queue_push(rig.worker->commands, command), KAKOU_OK);
}

static const struct bus_unit_health *health_of(size_t u)
{
	static struct bus_health health;

	assert_true(mailbox_get(rig.worker->health, &health));
	assert_int_equal(health.unit_count, rig.config.unit_count);
	return &health.units[u];
}

static void set_holding(uint16_t address, uint16_t value)
{
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_HOLDING, address, value);
}

static uint16_t coil(uint16_t address)
{
	return fake_modbus_get("p1", SCALE_UNIT, MODBUS_COILS, address);
}

static void break_unit(uint8_t unit, enum fake_modbus_fault fault)
{
	fake_modbus_set_fault("p1", unit, fault, 4,
			      fault == FAKE_MODBUS_HEALTHY ? 0 : -1);
}

/* ---- reading ---- */

static void a_value_carries_the_instant_it_was_read(void **state)
{
	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	set_holding(1, 1);
	set_holding(2, 0x01DC);
	set_holding(3, 0xC56E);
	run(1000);
	assert_in_range(rig.values[0], 9, 11);
	assert_int_equal(rig.last[0].device, SCALE);
	assert_int_equal(rig.last[0].class, DEVICE_WEIGHBRIDGE);
	assert_int_equal(rig.last[0].health, DEVICE_WELL);
	assert_int_equal(rig.last[0].error, KAKOU_OK);
	assert_int_equal(rig.last[0].value.weight.gross_g, 31245678);
	assert_true(rig.last[0].value.weight.is_stable);
	assert_in_range(clock_mono_ms() - rig.last[0].at_ms, 0, PERIOD_MS);
	assert_in_range(rig.age_ms[0], PERIOD_MS - 2, PERIOD_MS + 2);
}

static void no_value_comes_before_every_block_was_read(void **state)
{
	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	(void)bus_worker_step(rig.worker);
	take_samples();
	assert_int_equal(rig.values[0], 0);
	(void)bus_worker_step(rig.worker);
	take_samples();
	assert_int_equal(rig.values[0], 1);
}

static void a_value_of_several_blocks_is_as_old_as_its_oldest(void **state)
{
	int64_t coils_ms;

	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	(void)bus_worker_step(rig.worker);
	coils_ms = clock_mono_ms();
	fake_clock_advance(20);
	(void)bus_worker_step(rig.worker);
	take_samples();
	assert_int_equal(rig.last[0].at_ms, coils_ms);
}

static void registers_that_make_no_value_make_a_sick_device_that_is_asked_on(void **state)
{
	size_t requests;

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	set_holding(0, 3); /* a fault of its own */
	run(1000);
	assert_int_equal(rig.values[0], 0);
	assert_int_equal(rig.messages[0], 1); /* a change of health is told once */
	assert_int_equal(rig.told[0].health, DEVICE_SICK);
	assert_int_equal(rig.told[0].error, KAKOU_E_GARBLED);
	assert_string_equal(health_of(0)->why, "point status: got 3, expected 0 to 0");
	assert_int_equal(health_of(0)->backoff_ms, 0);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	assert_in_range(requests, 9, 11);
	set_holding(0, 0);
	run(200);
	assert_int_equal(rig.told[0].health, DEVICE_WELL);
	assert_true(rig.told[0].has_value);
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

		start("board/maps/kakou-weighbridge.map", 1);
		run(500);
		break_unit(SCALE_UNIT, CASES[i].fault);
		run(150);
		values = rig.values[0];
		run(2000);
		assert_int_equal(rig.values[0], values);
		assert_int_equal(rig.told[0].health, DEVICE_LOST);
		assert_int_equal(rig.told[0].error, CASES[i].err);
		assert_int_equal(health_of(0)->last_error, CASES[i].err);
		break_unit(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
		run(5500);
		assert_int_equal(rig.told[0].health, DEVICE_WELL);
		assert_true(rig.values[0] > values);
		stop(NULL);
	}
}

static void back_off_is_on_and_officers_see_it(void **state)
{
	const struct bus_unit_health *health;
	size_t requests;

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	run(300);
	break_unit(SCALE_UNIT, FAKE_MODBUS_EXCEPTION);
	run(30000);
	health = health_of(0);
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
	start("board/maps/kakou-weighbridge.map", 1);
	run(450);
	fake_modbus_set_fault("p1", SCALE_UNIT, FAKE_MODBUS_GARBLED, 0, 1);
	run(100);
	assert_int_equal(rig.told[0].health, DEVICE_SICK);
	assert_int_equal(rig.told[0].error, KAKOU_E_GARBLED);
	run(300);
	assert_int_equal(rig.told[0].health, DEVICE_WELL);
	/* Shorter than the 500 ms after which the weight may not be used. */
	assert_true(rig.age_ms[0] < 400);
}

static void a_full_queue_is_counted_and_the_newest_health_is_told_later(void **state)
{
	static struct bus_health health;

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	rig.does_not_listen = true;
	run(10000);
	assert_true(mailbox_get(rig.worker->health, &health));
	assert_true(health.samples_dropped > 0);
	break_unit(SCALE_UNIT, FAKE_MODBUS_SILENT);
	run(5000);
	rig.does_not_listen = false;
	run(2000);
	assert_int_equal(rig.told[0].health, DEVICE_LOST);
	assert_int_equal(rig.told[0].error, KAKOU_E_TIMEOUT);
}

static void the_longest_request_is_seen_and_forgotten_again(void **state)
{
	static struct bus_health health;

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	fake_modbus_set_delay("p1", SCALE_UNIT, 40);
	run(1000);
	assert_true(mailbox_get(rig.worker->health, &health));
	assert_int_equal(health.cycle_ms, 40);
	fake_modbus_set_delay("p1", SCALE_UNIT, 2);
	run(3 * BUS_CYCLE_WINDOW_MS);
	assert_true(mailbox_get(rig.worker->health, &health));
	assert_int_equal(health.cycle_ms, 2);
}

/* ---- isolation ---- */

static int64_t oldest_but(size_t dead, size_t trickling)
{
	int64_t oldest = 0;

	for (size_t u = 0; u < rig.config.unit_count; u++) {
		if (u != dead && u != trickling && rig.age_ms[u] > oldest)
			oldest = rig.age_ms[u];
	}
	return oldest;
}

static void a_dead_and_a_trickling_unit_of_sixteen_age_the_others_threefold_at_most(
	void **state)
{
	int64_t fault_free;
	int values[16];

	(void)state;
	start("board/maps/kakou-weighbridge.map", 16);
	run(10000);
	fault_free = oldest_but(16, 16);
	assert_in_range(fault_free, PERIOD_MS - 2, PERIOD_MS + 20);
	break_unit(SCALE_UNIT + 4, FAKE_MODBUS_SILENT);
	break_unit(SCALE_UNIT + 9, FAKE_MODBUS_TRICKLE);
	run(250); /* while nobody knows yet, both cost their deadline once */
	memset(rig.age_ms, 0, sizeof(rig.age_ms));
	memcpy(values, rig.values, sizeof(values));
	run(60000);
	assert_true(oldest_but(4, 9) <= 3 * fault_free);
	assert_int_equal(rig.told[4].health, DEVICE_LOST);
	assert_int_equal(rig.told[9].health, DEVICE_LOST);
	for (size_t u = 0; u < 16; u++) {
		if (u != 4 && u != 9)
			assert_true(rig.values[u] - values[u] >
				    60000 / PERIOD_MS * 9 / 10);
	}
	break_unit(SCALE_UNIT + 4, FAKE_MODBUS_HEALTHY);
	break_unit(SCALE_UNIT + 9, FAKE_MODBUS_HEALTHY);
	run(6000);
	assert_int_equal(rig.told[4].health, DEVICE_WELL);
	assert_int_equal(rig.told[9].health, DEVICE_WELL);
}

/* ---- writing ---- */

static void switch_outputs(uint32_t mask, uint32_t levels)
{
	const struct device_command to = {
		.device = SCALE, .verb = DEVICE_SWITCH, .mask = mask, .levels = levels};

	command(&to);
}

static void outputs_are_written_before_anything_is_read(void **state)
{
	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(300);
	switch_outputs(0x3, 0x1);
	(void)bus_worker_step(rig.worker);
	assert_int_equal(coil(0), 1);
	assert_int_equal(coil(1), 0);
}

static void outputs_are_read_back_at_once(void **state)
{
	int64_t began_ms;

	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(305);
	began_ms = clock_mono_ms();
	switch_outputs(0x5, 0x4);
	run(10);
	assert_int_equal(rig.last[0].value.io.outputs, 0x4);
	assert_true(clock_mono_ms() - began_ms < 25);
	assert_int_equal(rig.last[0].health, DEVICE_WELL);
}

static void commands_for_different_outputs_do_not_undo_each_other(void **state)
{
	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(100);
	switch_outputs(0x3, 0x3);
	switch_outputs(0xC, 0x4);
	switch_outputs(0x1, 0x0);
	run(100);
	assert_int_equal(rig.last[0].value.io.outputs, 0x6);
	run(2000); /* nor does the refresh */
	assert_int_equal(rig.last[0].value.io.outputs, 0x6);
}

static void a_change_of_outputs_that_is_not_ours_is_told_and_put_right(void **state)
{
	int messages;

	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(100);
	switch_outputs(0x3, 0x1);
	run(300);
	assert_int_equal(rig.last[0].value.io.outputs, 0x1);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 1, 1);
	messages = rig.values[0];
	for (int i = 0; i < 20 && rig.last[0].value.io.outputs == 0x1; i++)
		run(5);
	assert_int_equal(rig.last[0].value.io.outputs, 0x3); /* the lane has seen it */
	assert_true(rig.values[0] > messages);
	run(50);
	assert_int_equal(rig.last[0].value.io.outputs, 0x1);
	assert_int_equal(coil(1), 0);
}

static void outputs_nobody_commanded_are_left_to_others(void **state)
{
	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	switch_outputs(0x1, 0x1);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 9, 1);
	run(3000);
	assert_int_equal(coil(9), 1);
	assert_int_equal(rig.last[0].value.io.outputs, 0x201);
	assert_int_equal(rig.last[0].health, DEVICE_WELL);
}

static void a_write_that_is_acknowledged_and_not_done_is_repeated_and_told(void **state)
{
	size_t requests;

	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(300);
	break_unit(SCALE_UNIT, FAKE_MODBUS_DEAF_WRITES);
	switch_outputs(0x1, 0x1);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	run(1000);
	assert_int_equal(rig.last[0].health, DEVICE_SICK);
	assert_int_equal(rig.last[0].error, KAKOU_E_REFUSED);
	assert_int_equal(rig.last[0].value.io.outputs,
			 0x0); /* the truth is told all the same */
	/* 40 reads at the periods, and no more than a write and a reading each 100 ms. */
	assert_in_range(fake_modbus_count_requests("p1", SCALE_UNIT) - requests, 45, 65);
	break_unit(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	run(200);
	assert_int_equal(coil(0), 1);
	assert_int_equal(rig.last[0].health, DEVICE_WELL);
}

static size_t count_requests_of(int64_t ms)
{
	size_t before = fake_modbus_count_requests("p1", SCALE_UNIT);

	run(ms);
	return fake_modbus_count_requests("p1", SCALE_UNIT) - before;
}

static void outputs_are_written_anew_from_time_to_time(void **state)
{
	size_t without, with;

	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(300);
	without = count_requests_of(10000);
	switch_outputs(0x1, 0x1);
	run(20);
	with = count_requests_of(10000);
	assert_in_range(with - without, 10000 / BUS_REFRESH_MS - 1, 45);
}

static void outputs_stay_as_they_are_while_the_control_loop_stands_still(void **state)
{
	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(100);
	switch_outputs(0x1, 0x1);
	run(100);
	assert_int_equal(coil(0), 1);
	rig.scan_runs = false;
	run(BUS_SCAN_STALE_MS + 10);
	switch_outputs(0x1, 0x0); /* left over in the queue */
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 2, 1);
	run(5000);
	assert_int_equal(coil(0), 1);                        /* neither written */
	assert_int_equal(rig.last[0].value.io.outputs, 0x5); /* nor hidden */
	assert_in_range(rig.age_ms[0], 1, 60);               /* inputs are read on */
	rig.scan_runs = true;
	run(200);
	assert_int_equal(coil(0), 0);
}

static void outputs_wait_for_the_first_scan(void **state)
{
	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	rig.scan_runs = false;
	atomic_store(&rig.scan, 12345); /* where it stood before this bus began */
	switch_outputs(0x1, 0x1);
	run(2000);
	assert_int_equal(coil(0), 0);
	rig.scan_runs = true;
	run(100);
	assert_int_equal(coil(0), 1);
}

static void a_command_to_a_lost_unit_waits_until_it_is_back(void **state)
{
	size_t requests;

	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	run(300);
	break_unit(SCALE_UNIT, FAKE_MODBUS_SILENT);
	run(3000);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	switch_outputs(0x1, 0x1);
	run(1000);
	assert_true(fake_modbus_count_requests("p1", SCALE_UNIT) - requests <= 2);
	switch_outputs(0x2, 0x2);
	break_unit(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	run(5500);
	assert_int_equal(coil(0), 1);
	assert_int_equal(coil(1), 1);
	assert_int_equal(rig.told[0].health, DEVICE_WELL);
}

static void a_module_that_lost_its_power_gets_its_outputs_back(void **state)
{
	(void)state;
	start("board/maps/kakou-remote-io.map", 1);
	switch_outputs(0x3, 0x3);
	run(300);
	break_unit(SCALE_UNIT, FAKE_MODBUS_SILENT);
	run(2000);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 0, 0);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 1, 0);
	break_unit(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	run(3000);
	assert_int_equal(coil(0), 1);
	assert_int_equal(coil(1), 1);
}

static void show(const char *text, uint16_t voice)
{
	struct device_command to = {.device = SCALE, .verb = DEVICE_SHOW, .code = voice};

	(void)snprintf(to.text, sizeof(to.text), "%s", text);
	command(&to);
}

/* The sign takes over what was written, as a real one does. */
static void let_sign_show(void)
{
	for (uint16_t i = 0; i < 16; i++)
		set_holding((uint16_t)(3 + i),
			    fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING,
					    (uint16_t)(101 + i)));
	set_holding(2, 6);
}

static void a_text_is_written_once_and_read_back(void **state)
{
	size_t requests;

	(void)state;
	start("board/maps/kakou-sign.map", 1);
	run(600);
	show("放行", 3);
	run(20);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 3);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	run(300); /* the sign takes its time */
	let_sign_show();
	run(600);
	assert_string_equal(rig.last[0].value.sign.shown, "放行");
	set_holding(100, 0);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	run(5000);
	assert_in_range(fake_modbus_count_requests("p1", SCALE_UNIT) - requests, 9, 11);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 0);
	assert_int_equal(rig.last[0].health, DEVICE_WELL);
}

static void a_text_that_does_not_appear_is_written_again_without_the_voice(void **state)
{
	(void)state;
	start("board/maps/kakou-sign.map", 1);
	run(600);
	show("放行", 3);
	run(100);
	set_holding(100, 0);
	set_holding(101, 0);
	run(2500);
	assert_int_equal(rig.told[0].health, DEVICE_SICK);
	assert_int_equal(rig.told[0].error, KAKOU_E_REFUSED);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 0);
	let_sign_show();
	run(600);
	assert_int_equal(rig.told[0].health, DEVICE_WELL);
}

static void a_newer_text_replaces_the_older(void **state)
{
	(void)state;
	start("board/maps/kakou-sign.map", 1);
	run(600);
	show("请等候", 1);
	show("放行", 3);
	run(20);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 3);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	let_sign_show();
	run(3000);
	assert_int_equal(rig.told[0].health, DEVICE_WELL);
}

static void a_sign_that_was_away_is_told_its_text_again(void **state)
{
	(void)state;
	start("board/maps/kakou-sign.map", 1);
	run(600);
	show("放行", 3);
	run(50);
	let_sign_show();
	run(600);
	break_unit(SCALE_UNIT, FAKE_MODBUS_SILENT);
	run(4000);
	assert_int_equal(rig.told[0].health, DEVICE_LOST);
	for (uint16_t i = 0; i < 128; i++)
		set_holding(i, 0); /* it has started anew */
	break_unit(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	run(6000);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 0);
}

static void a_refused_command_leaves_the_readings_alone(void **state)
{
	const struct device_command trigger = {.device = SCALE, .verb = DEVICE_ZERO};

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	run(450);
	fake_modbus_set_fault("p1", SCALE_UNIT, FAKE_MODBUS_EXCEPTION, 2, 1);
	command(&trigger);
	run(100);
	assert_int_equal(rig.told[0].health, DEVICE_SICK);
	assert_int_equal(rig.told[0].error, KAKOU_E_REFUSED);
	assert_int_equal(health_of(0)->exception, 2);
	run(2000);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 1);
	assert_int_equal(rig.told[0].health, DEVICE_WELL);
	assert_true(rig.age_ms[0] <= PERIOD_MS + 2);
}

static void a_bus_that_makes_no_sense_is_refused(void **state)
{
	struct bus_worker *worker;
	struct bus_config config;
	struct why why;

	(void)state;
	start("board/maps/kakou-weighbridge.map", 2);
	config = rig.config;
	config.unit_count = 0;
	assert_int_equal(bus_worker_create(&worker, &config, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "bus p1: got 0 units, expected 1 to 32"));
	config = rig.config;
	config.backoff_max_ms = 100;
	assert_int_equal(bus_worker_create(&worker, &config, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "got back-off 200 to 100 ms"));
	config = rig.config;
	rig.units[1].device = SCALE;
	assert_int_equal(bus_worker_create(&worker, &config, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "got device 7 twice"));
	rig.units[1].device = SCALE + 1;
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

	assert_int_equal(queue_push(rig.worker->questions, &question), KAKOU_OK);
}

static struct bus_answer next_answer(void)
{
	struct bus_answer answer;

	assert_true(queue_pop(rig.worker->answers, &answer));
	return answer;
}

static void a_question_is_answered_while_the_polling_goes_on(void **state)
{
	struct bus_answer answer;

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	run(1000);
	set_holding(2, 0x01DC);
	set_holding(3, 0xC56E);
	put_question(5, SCALE_UNIT, 2, 2);
	put_question(6, SCALE_UNIT + 1, 0, 1);
	run(1000);
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
	assert_in_range(rig.values[0], 18, 21);
	assert_true(rig.age_ms[0] <= PERIOD_MS + ANSWER_MS);
	assert_int_equal(rig.told[0].health, DEVICE_WELL);
	assert_int_equal(health_of(0)->errors, 0);
}

static void a_question_is_told_the_exception_in_words(void **state)
{
	struct bus_answer answer;

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	fake_modbus_add("p1", 9);
	fake_modbus_set_fault("p1", 9, FAKE_MODBUS_EXCEPTION, 2, -1);
	put_question(1, 9, 0, 1);
	run(500);
	answer = next_answer();
	assert_int_equal(answer.error, KAKOU_E_REFUSED);
	assert_int_equal(answer.exception, 2);
	assert_non_null(strstr(answer.why, "exception 2"));
}

static void answers_nobody_takes_are_dropped_and_the_polling_goes_on(void **state)
{
	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	for (uint32_t i = 0; i < 20; i++) {
		put_question(i, SCALE_UNIT, 0, 1);
		run(200);
	}
	assert_true(queue_count_dropped(rig.worker->answers) > 0);
	assert_true(rig.values[0] >= 38);
}

/* ---- the thread; its clock is virtual and stands still, so it works once and sleeps ---- */

static void a_bus_starts_and_stops_with_its_thread(void **state)
{
	struct bus *bus;
	struct device_sample sample = {0};
	struct device_command to = {.device = SCALE, .verb = DEVICE_ZERO};

	(void)state;
	start("board/maps/kakou-weighbridge.map", 1);
	assert_int_equal(bus_start(&bus, &rig.config, NULL), KAKOU_OK);
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
#define TEST(name) cmocka_unit_test_teardown(name, stop)
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
		TEST(outputs_are_written_before_anything_is_read),
		TEST(outputs_are_read_back_at_once),
		TEST(commands_for_different_outputs_do_not_undo_each_other),
		TEST(a_change_of_outputs_that_is_not_ours_is_told_and_put_right),
		TEST(outputs_nobody_commanded_are_left_to_others),
		TEST(a_write_that_is_acknowledged_and_not_done_is_repeated_and_told),
		TEST(outputs_are_written_anew_from_time_to_time),
		TEST(outputs_stay_as_they_are_while_the_control_loop_stands_still),
		TEST(outputs_wait_for_the_first_scan),
		TEST(a_command_to_a_lost_unit_waits_until_it_is_back),
		TEST(a_module_that_lost_its_power_gets_its_outputs_back),
		TEST(a_text_is_written_once_and_read_back),
		TEST(a_text_that_does_not_appear_is_written_again_without_the_voice),
		TEST(a_newer_text_replaces_the_older),
		TEST(a_sign_that_was_away_is_told_its_text_again),
		TEST(a_refused_command_leaves_the_readings_alone),
		TEST(a_question_is_answered_while_the_polling_goes_on),
		TEST(a_question_is_told_the_exception_in_words),
		TEST(answers_nobody_takes_are_dropped_and_the_polling_goes_on),
		TEST(a_bus_that_makes_no_sense_is_refused),
		TEST(a_bus_starts_and_stops_with_its_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
