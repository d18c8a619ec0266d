/* SPDX-License-Identifier: MIT */
/*
 * Commands on a bus: written before reads, read back, repeated until they hold, and outputs that
 * follow the control loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "tests/unit/bus_rig.h"

static void switch_outputs(uint32_t mask, uint32_t levels)
{
	const struct device_command to = {
		.device = SCALE, .verb = DEVICE_SWITCH, .mask = mask, .levels = levels};

	bus_rig_command(&to);
}

static void outputs_are_written_before_anything_is_read(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(300);
	switch_outputs(0x3, 0x1);
	(void)bus_worker_step(bus_rig.worker);
	assert_int_equal(bus_rig_coil(0), 1);
	assert_int_equal(bus_rig_coil(1), 0);
}

static void outputs_are_read_back_at_once(void **state)
{
	int64_t began_ms;

	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(305);
	began_ms = clock_mono_ms();
	switch_outputs(0x5, 0x4);
	bus_rig_run(10);
	assert_int_equal(bus_rig.last[0].value.io.outputs, 0x4);
	assert_true(clock_mono_ms() - began_ms < 25);
	assert_int_equal(bus_rig.last[0].health, DEVICE_WELL);
}

static void commands_for_different_outputs_do_not_undo_each_other(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(100);
	switch_outputs(0x3, 0x3);
	switch_outputs(0xC, 0x4);
	switch_outputs(0x1, 0x0);
	bus_rig_run(100);
	assert_int_equal(bus_rig.last[0].value.io.outputs, 0x6);
	bus_rig_run(2000); /* nor does the refresh */
	assert_int_equal(bus_rig.last[0].value.io.outputs, 0x6);
}

static void a_change_of_outputs_that_is_not_ours_is_told_and_put_right(void **state)
{
	int messages;

	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(100);
	switch_outputs(0x3, 0x1);
	bus_rig_run(300);
	assert_int_equal(bus_rig.last[0].value.io.outputs, 0x1);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 1, 1);
	messages = bus_rig.values[0];
	for (int i = 0; i < 20 && bus_rig.last[0].value.io.outputs == 0x1; i++)
		bus_rig_run(5);
	assert_int_equal(bus_rig.last[0].value.io.outputs,
			 0x3); /* the lane has seen it */
	assert_true(bus_rig.values[0] > messages);
	bus_rig_run(50);
	assert_int_equal(bus_rig.last[0].value.io.outputs, 0x1);
	assert_int_equal(bus_rig_coil(1), 0);
}

static void outputs_nobody_commanded_are_left_to_others(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	switch_outputs(0x1, 0x1);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 9, 1);
	bus_rig_run(3000);
	assert_int_equal(bus_rig_coil(9), 1);
	assert_int_equal(bus_rig.last[0].value.io.outputs, 0x201);
	assert_int_equal(bus_rig.last[0].health, DEVICE_WELL);
}

static void a_write_that_is_acknowledged_and_not_done_is_repeated_and_told(void **state)
{
	size_t requests;

	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(300);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_DEAF_WRITES);
	switch_outputs(0x1, 0x1);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	bus_rig_run(1000);
	assert_int_equal(bus_rig.last[0].health, DEVICE_SICK);
	assert_int_equal(bus_rig.last[0].error, KAKOU_E_REFUSED);
	assert_int_equal(bus_rig.last[0].value.io.outputs,
			 0x0); /* the truth is told all the same */
	/* 40 reads at the periods, and no more than a write and a reading each 100 ms. */
	assert_in_range(fake_modbus_count_requests("p1", SCALE_UNIT) - requests, 45, 65);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	bus_rig_run(200);
	assert_int_equal(bus_rig_coil(0), 1);
	assert_int_equal(bus_rig.last[0].health, DEVICE_WELL);
}

static size_t count_requests_of(int64_t ms)
{
	size_t before = fake_modbus_count_requests("p1", SCALE_UNIT);

	bus_rig_run(ms);
	return fake_modbus_count_requests("p1", SCALE_UNIT) - before;
}

static void outputs_are_written_anew_from_time_to_time(void **state)
{
	size_t without, with;

	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(300);
	without = count_requests_of(10000);
	switch_outputs(0x1, 0x1);
	bus_rig_run(20);
	with = count_requests_of(10000);
	assert_in_range(with - without, 10000 / BUS_REFRESH_MS - 1, 45);
}

static void outputs_stay_as_they_are_while_the_control_loop_stands_still(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(100);
	switch_outputs(0x1, 0x1);
	bus_rig_run(100);
	assert_int_equal(bus_rig_coil(0), 1);
	bus_rig.scan_runs = false;
	bus_rig_run(BUS_SCAN_STALE_MS + 10);
	switch_outputs(0x1, 0x0); /* left over in the queue */
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 2, 1);
	bus_rig_run(5000);
	assert_int_equal(bus_rig_coil(0), 1);                    /* neither written */
	assert_int_equal(bus_rig.last[0].value.io.outputs, 0x5); /* nor hidden */
	assert_in_range(bus_rig.age_ms[0], 1, 60);               /* inputs are read on */
	bus_rig.scan_runs = true;
	bus_rig_run(200);
	assert_int_equal(bus_rig_coil(0), 0);
}

static void outputs_wait_for_the_first_scan(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig.scan_runs = false;
	atomic_store(&bus_rig.scan, 12345); /* where it stood before this bus began */
	switch_outputs(0x1, 0x1);
	bus_rig_run(2000);
	assert_int_equal(bus_rig_coil(0), 0);
	bus_rig.scan_runs = true;
	bus_rig_run(100);
	assert_int_equal(bus_rig_coil(0), 1);
}

static void a_command_to_a_lost_unit_waits_until_it_is_back(void **state)
{
	size_t requests;

	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	bus_rig_run(300);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_SILENT);
	bus_rig_run(3000);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	switch_outputs(0x1, 0x1);
	bus_rig_run(1000);
	assert_true(fake_modbus_count_requests("p1", SCALE_UNIT) - requests <= 2);
	switch_outputs(0x2, 0x2);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	bus_rig_run(5500);
	assert_int_equal(bus_rig_coil(0), 1);
	assert_int_equal(bus_rig_coil(1), 1);
	assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
}

static void a_module_that_lost_its_power_gets_its_outputs_back(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-remote-io.map", 1);
	switch_outputs(0x3, 0x3);
	bus_rig_run(300);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_SILENT);
	bus_rig_run(2000);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 0, 0);
	fake_modbus_set("p1", SCALE_UNIT, MODBUS_COILS, 1, 0);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	bus_rig_run(3000);
	assert_int_equal(bus_rig_coil(0), 1);
	assert_int_equal(bus_rig_coil(1), 1);
}

static void show(const char *text, uint16_t voice)
{
	struct device_command to = {.device = SCALE, .verb = DEVICE_SHOW, .code = voice};

	(void)snprintf(to.text, sizeof(to.text), "%s", text);
	bus_rig_command(&to);
}

/* The sign takes over what was written, as a real one does. */
static void let_sign_show(void)
{
	for (uint16_t i = 0; i < 16; i++)
		bus_rig_set_holding((uint16_t)(3 + i),
				    fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING,
						    (uint16_t)(101 + i)));
	bus_rig_set_holding(2, 6);
}

static void a_text_is_written_once_and_read_back(void **state)
{
	size_t requests;

	(void)state;
	bus_rig_start("board/maps/kakou-sign.map", 1);
	bus_rig_run(600);
	show("放行", 3);
	bus_rig_run(20);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 3);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	bus_rig_run(300); /* the sign takes its time */
	let_sign_show();
	bus_rig_run(600);
	assert_string_equal(bus_rig.last[0].value.sign.shown, "放行");
	bus_rig_set_holding(100, 0);
	requests = fake_modbus_count_requests("p1", SCALE_UNIT);
	bus_rig_run(5000);
	assert_in_range(fake_modbus_count_requests("p1", SCALE_UNIT) - requests, 9, 11);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 0);
	assert_int_equal(bus_rig.last[0].health, DEVICE_WELL);
}

static void a_text_that_does_not_appear_is_written_again_without_the_voice(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-sign.map", 1);
	bus_rig_run(600);
	show("放行", 3);
	bus_rig_run(100);
	bus_rig_set_holding(100, 0);
	bus_rig_set_holding(101, 0);
	bus_rig_run(2500);
	assert_int_equal(bus_rig.told[0].health, DEVICE_SICK);
	assert_int_equal(bus_rig.told[0].error, KAKOU_E_REFUSED);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 0);
	let_sign_show();
	bus_rig_run(600);
	assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
}

static void a_newer_text_replaces_the_older(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-sign.map", 1);
	bus_rig_run(600);
	show("请等候", 1);
	show("放行", 3);
	bus_rig_run(20);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 3);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	let_sign_show();
	bus_rig_run(3000);
	assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
}

static void a_sign_that_was_away_is_told_its_text_again(void **state)
{
	(void)state;
	bus_rig_start("board/maps/kakou-sign.map", 1);
	bus_rig_run(600);
	show("放行", 3);
	bus_rig_run(50);
	let_sign_show();
	bus_rig_run(600);
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_SILENT);
	bus_rig_run(4000);
	assert_int_equal(bus_rig.told[0].health, DEVICE_LOST);
	for (uint16_t i = 0; i < 128; i++)
		bus_rig_set_holding(i, 0); /* it has started anew */
	bus_rig_break(SCALE_UNIT, FAKE_MODBUS_HEALTHY);
	bus_rig_run(6000);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 101), 0xE694);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 0);
}

static void a_refused_command_leaves_the_readings_alone(void **state)
{
	const struct device_command trigger = {.device = SCALE, .verb = DEVICE_ZERO};

	(void)state;
	bus_rig_start("board/maps/kakou-weighbridge.map", 1);
	bus_rig_run(450);
	fake_modbus_set_fault("p1", SCALE_UNIT, FAKE_MODBUS_EXCEPTION, 2, 1);
	bus_rig_command(&trigger);
	bus_rig_run(100);
	assert_int_equal(bus_rig.told[0].health, DEVICE_SICK);
	assert_int_equal(bus_rig.told[0].error, KAKOU_E_REFUSED);
	assert_int_equal(bus_rig_health(0)->exception, 2);
	bus_rig_run(2000);
	assert_int_equal(fake_modbus_get("p1", SCALE_UNIT, MODBUS_HOLDING, 100), 1);
	assert_int_equal(bus_rig.told[0].health, DEVICE_WELL);
	assert_true(bus_rig.age_ms[0] <= PERIOD_MS + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, bus_rig_stop)
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
