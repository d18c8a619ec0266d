/* SPDX-License-Identifier: MIT */
/*
 * Looking at lines, with an ioctl(2) of its own: two chips in a folder of plain files, whose lines
 * are found by name or, as a board names them, by chip and offset.
 */
#include "hal/gpio_survey.h"

#include <errno.h>
#include <linux/gpio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/site_file.h"

static char *folder;
static const char *holder; /* of line 2 of chip "soc"; NULL: nobody */

/* The content of the device file is the label of its chip. */
static int answer_chip(int fd, struct gpiochip_info *chip)
{
	ssize_t n = pread(fd, chip->label, sizeof(chip->label) - 1, 0);

	chip->label[n > 0 ? n : 0] = '\0';
	chip->lines = 4;
	return 0;
}

static int answer_line(int fd, struct gpio_v2_line_info *info)
{
	struct gpiochip_info chip = {.lines = 0};

	answer_chip(fd, &chip);
	if (!strcmp(chip.label, "lamps"))
		(void)snprintf(info->name, sizeof(info->name), "lamp-%u", info->offset);
	else if (holder && info->offset == 2) {
		info->flags = GPIO_V2_LINE_FLAG_USED;
		(void)snprintf(info->consumer, sizeof(info->consumer), "%s", holder);
	}
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == GPIO_GET_CHIPINFO_IOCTL)
		return answer_chip(fd, arg);
	if (request == GPIO_V2_GET_LINEINFO_IOCTL)
		return answer_line(fd, arg);
	errno = ENOTTY;
	return -1;
}

static int set_up(void **state)
{
	(void)state;
	folder = site_file_make_directory();
	free(site_file_write(folder, "gpiochip3", "lamps"));
	free(site_file_write(folder, "gpiochip1", "soc"));
	holder = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	site_file_remove_directory(folder);
	return 0;
}

static void a_board_s_lines_are_found_by_chip_and_offset_though_they_have_no_name(
	void **state)
{
	static const struct gpio_line lines[] = {
		{.name = "out1", .is_numbered = true, .chip = 1, .offset = 2},
		{.name = "red",  .is_numbered = true, .chip = 0, .offset = 3},
	};
	struct gpio_survey survey;
	struct why why = {""};

	(void)state;
	if (gpio_survey("chip:lamps,soc", folder, lines, 2, &survey, &why))
		fail_msg("%s", why.text);
	assert_int_equal(survey.free, 2);
	holder = "kakoud";
	assert_int_equal(gpio_survey("chip:lamps,soc", folder, lines, 2, &survey, &why),
			 0);
	assert_int_equal(survey.held_by_kakoud, 1);
	holder = "neighbour";
	assert_int_equal(gpio_survey("chip:lamps,soc", folder, lines, 2, &survey, &why),
			 KAKOU_E_DENIED);
	assert_string_equal(why.text, "line out1 is held by \"neighbour\"");
}

static void a_line_beyond_the_chip_or_without_its_name_is_told(void **state)
{
	static const struct gpio_line beyond = {
		.name = "out9", .is_numbered = true, .chip = 0, .offset = 4};
	static const struct gpio_line lamp = {.name = "lamp-1"}, other = {.name = "out1"};
	struct gpio_survey survey;
	struct why why = {""};

	(void)state;
	assert_int_equal(gpio_survey("chip:soc", folder, &beyond, 1, &survey, &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "\"out9\""));
	assert_int_equal(gpio_survey("chip:soc,lamps", folder, &lamp, 1, &survey, &why),
			 0);
	assert_int_equal(gpio_survey("chip:soc,lamps", folder, &other, 1, &survey, &why),
			 KAKOU_E_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_board_s_lines_are_found_by_chip_and_offset_though_they_have_no_name,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_beyond_the_chip_or_without_its_name_is_told, set_up,
			tear_down),
	};

	return cmocka_run_group_tests_name("gpio_survey", tests, NULL, NULL);
}
