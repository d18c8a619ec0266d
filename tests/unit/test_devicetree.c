/* SPDX-License-Identifier: MIT */
/*
 * Which machine this is, by files that look like the kernel's.
 */
#include "hal/devicetree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];

static void write_file(const char *bytes, size_t len)
{
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "%s/compatible-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	devicetree_compatible_file = path;
}

static void every_name_of_the_machine_counts_and_no_part_of_one(void **state)
{
	static const char names[] = "raspberrypi,4-compute-module-io\0"
				    "raspberrypi,4-compute-module\0brcm,bcm2711";
	struct why why = {""};

	(void)state;
	write_file(names, sizeof(names));
	assert_int_equal(
		devicetree_check_compatible("raspberrypi,4-compute-module", &why), 0);
	assert_int_equal(devicetree_check_compatible("brcm,bcm2711", &why), 0);
	assert_int_equal(devicetree_check_compatible("brcm,bcm27", &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "is \"raspberrypi,4-compute-module-io\""));
	assert_non_null(strstr(why.text, "with \"brcm,bcm27\""));
	unlink(path);
}

static void a_machine_without_a_device_tree_is_no_board(void **state)
{
	struct why why = {""};

	(void)state;
	devicetree_compatible_file = "/nonexistent/compatible";
	assert_int_equal(devicetree_check_compatible("linux,dummy-virt", &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "no device tree"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_of_the_machine_counts_and_no_part_of_one),
		cmocka_unit_test(a_machine_without_a_device_tree_is_no_board),
	};

	return cmocka_run_group_tests_name("devicetree", tests, NULL, NULL);
}
