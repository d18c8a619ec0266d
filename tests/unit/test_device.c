/* SPDX-License-Identifier: MIT */
/*
 * Names of device classes and of health, as files and people see them.
 */
#include "drivers/device/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "drivers/map/map.h"

static void every_class_is_found_by_its_name(void **state)
{
	(void)state;
	for (int class = 0; class < DEVICE_CLASSES; class ++) {
		const char *name = device_class_name((enum device_class) class);

		assert_non_null(name);
		assert_int_equal(device_class_from_name(name), class);
	}
	assert_null(device_class_name(DEVICE_CLASSES));
	assert_int_equal(device_class_from_name("barrier"), DEVICE_CLASSES);
	assert_int_equal(device_class_from_name(""), DEVICE_CLASSES);
}

/* The published maps are named after their classes, with - for _. */
static void map_files_use_the_same_names(void **state)
{
	(void)state;
	for (int class = 0; class < DEVICE_CLASSES; class ++) {
		char path[64];
		struct map map;
		struct why why;
		int n = snprintf(path, sizeof(path), "board/maps/kakou-%s.map",
				 device_class_name((enum device_class) class));

		for (int i = 0; i < n; i++) {
			if (path[i] == '_')
				path[i] = '-';
		}
		assert_int_equal(map_load(&map, path, &why), KAKOU_OK);
		assert_int_equal(map.class, class);
	}
}

static void every_health_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(device_health_name(DEVICE_UNKNOWN), "unknown");
	assert_string_equal(device_health_name(DEVICE_WELL), "well");
	assert_string_equal(device_health_name(DEVICE_SICK), "sick");
	assert_string_equal(device_health_name(DEVICE_LOST), "lost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_is_found_by_its_name),
		cmocka_unit_test(map_files_use_the_same_names),
		cmocka_unit_test(every_health_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
