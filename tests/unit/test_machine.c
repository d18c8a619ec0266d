/* SPDX-License-Identifier: MIT */
/*
 * The machine's health, from a folder like sysfs, and what of it is an alarm.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/care/health.h"
#include "hal/machine.h"

static char root[64];
static struct machine machine;

static void run(const char *script)
{
	char command[640];

	snprintf(command, sizeof(command), "cd %s && { %s; }", root, script);
	assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/kakou-machine-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	run("rm -r ./*; cd .. && rmdir \"$OLDPWD\"");
	return 0;
}

static void a_machine_that_tells_nothing_is_unknown_and_no_alarm(void **state)
{
	(void)state;
	run("mkdir -p class/thermal block/sda/device");
	machine_read(root, root, &machine);
	assert_false(machine.has_clock || machine.has_flash || machine.has_temperature);
	for (enum health_alarm alarm = 0; alarm < HEALTH_ALARMS; alarm++)
		assert_false(health_is_on(alarm, &machine, false));
}

static void what_it_tells_is_read_and_the_worst_counts(void **state)
{
	(void)state;
	run("mkdir -p class/rtc/rtc0 block/mmcblk0/device class/thermal/thermal_zone0 "
	    "class/thermal/thermal_zone1 class/hwmon/hwmon0 class/hwmon/hwmon1;"
	    "echo 1790000000 >class/rtc/rtc0/since_epoch;"
	    "echo 0x02 0x09 >block/mmcblk0/device/life_time;"
	    "echo 0x02 >block/mmcblk0/device/pre_eol_info;"
	    "echo 41000 >class/thermal/thermal_zone0/temp;"
	    "echo nonsense >class/thermal/thermal_zone1/temp;"
	    "echo 63500 >class/hwmon/hwmon0/temp2_input;"
	    "echo 999999 >class/hwmon/hwmon1/temp1_input");
	machine_read(root, root, &machine);
	assert_true(machine.has_clock && machine.clock_is_set);
	assert_int_equal(machine.battery, MACHINE_BATTERY_UNKNOWN);
	assert_int_equal(machine.flash_used_percent, 90);
	assert_int_equal(machine.flash_spare, 2);
	assert_int_equal(machine.temperature_mc, 63500);
}

static void a_clock_that_was_never_set_or_has_a_low_battery_alarms(void **state)
{
	(void)state;
	machine = (struct machine){.has_clock = true, .clock_is_set = true};
	assert_false(health_is_on(HEALTH_CLOCK, &machine, true));
	machine.battery = MACHINE_BATTERY_LOW;
	assert_true(health_is_on(HEALTH_CLOCK, &machine, false));
	machine = (struct machine){.has_clock = true, .battery = MACHINE_BATTERY_WELL};
	assert_true(health_is_on(HEALTH_CLOCK, &machine, false));
}

static void flash_alarms_beyond_eight_tenths_or_when_spare_blocks_go(void **state)
{
	(void)state;
	machine = (struct machine){.has_flash = true, .flash_used_percent = 80};
	assert_false(health_is_on(HEALTH_FLASH, &machine, false));
	machine.flash_used_percent = 90;
	assert_true(health_is_on(HEALTH_FLASH, &machine, false));
	machine = (struct machine){
		.has_flash = true, .flash_used_percent = 10, .flash_spare = 2};
	assert_true(health_is_on(HEALTH_FLASH, &machine, false));
}

static void heat_alarms_once_and_ends_when_it_is_clearly_cooler(void **state)
{
	(void)state;
	machine = (struct machine){.has_temperature = true, .temperature_mc = 79900};
	assert_false(health_is_on(HEALTH_HEAT, &machine, false));
	machine.temperature_mc = 80000;
	assert_true(health_is_on(HEALTH_HEAT, &machine, false));
	machine.temperature_mc = 75000;
	assert_true(health_is_on(HEALTH_HEAT, &machine, true));
	machine.temperature_mc = 74900;
	assert_false(health_is_on(HEALTH_HEAT, &machine, true));
	machine.has_temperature = false;
	assert_true(health_is_on(HEALTH_HEAT, &machine, true));
}

static void the_event_says_what_was_measured(void **state)
{
	struct event event;
	const char *code;
	int64_t number;

	(void)state;
	machine = (struct machine){.has_temperature = true, .temperature_mc = 81234};
	health_fill_event(HEALTH_HEAT, &machine, true, &event);
	assert_int_equal(event.kind, EVENT_ALARM);
	assert_true(event_get_text(&event, "code", &code));
	assert_string_equal(code, "machine_heat");
	assert_true(event_get_number(&event, "temperature_mc", &number));
	assert_int_equal(number, 81234);
	health_fill_event(HEALTH_HEAT, &machine, false, &event);
	assert_int_equal(event.kind, EVENT_ALARM_ENDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_machine_that_tells_nothing_is_unknown_and_no_alarm, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_it_tells_is_read_and_the_worst_counts, set_up, tear_down),
		cmocka_unit_test(a_clock_that_was_never_set_or_has_a_low_battery_alarms),
		cmocka_unit_test(
			flash_alarms_beyond_eight_tenths_or_when_spare_blocks_go),
		cmocka_unit_test(heat_alarms_once_and_ends_when_it_is_clearly_cooler),
		cmocka_unit_test(the_event_says_what_was_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
