/* SPDX-License-Identifier: MIT */
/*
 * Pictures as they come: which file is of which read, and what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/pictures/pictures_inside.h"
#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/file.h"
#include "hal/text.h"
#include "tests/unit/pictures_rig.h"
#include "tools/yard/canvas.h"

static void assert_nothing_said(void)
{
	struct event event;

	assert_false(pictures_next(pictures_rig.pictures, &event));
}

static void assert_missing(const char *error, const char *why)
{
	struct event event = pictures_rig_said(EVENT_PICTURE_MISSING);

	assert_int_equal(event.passage, PICTURES_RIG_PASSAGE);
	assert_string_equal(pictures_rig_text(&event, "error"), error);
	if (!strstr(pictures_rig_text(&event, "why"), why))
		fail_msg("said \"%s\", expected \"%s\"", pictures_rig_text(&event, "why"),
			 why);
	assert_nothing_said();
}

static void a_picture_goes_to_the_read_whose_number_it_has(void **state)
{
	char hash[PICTURE_HASH_CHARS + 1], path[300];
	struct event event;

	(void)state;
	pictures_rig_read_plate(0, 41, "浙A12345");
	assert_nothing_said();
	pictures_rig_upload("20261127_40_front.jpg", pictures_rig.jpeg,
			    pictures_rig.jpeg_len); /* of the truck before */
	assert_nothing_said();
	pictures_rig_upload("20261127_41_front.jpg", pictures_rig.jpeg,
			    pictures_rig.jpeg_len);
	event = pictures_rig_said(EVENT_PICTURE);
	assert_int_equal(event.passage, PICTURES_RIG_PASSAGE);
	assert_int_equal(event.lane, 0);
	assert_string_equal(pictures_rig_text(&event, "slot"), "plate");
	assert_string_equal(pictures_rig_text(&event, "device"), "plate-in1");
	assert_string_equal(pictures_rig_text(&event, "side"), "front");
	assert_string_equal(pictures_rig_text(&event, "text"), "浙A12345");
	assert_string_equal(pictures_rig_text(&event, "file"), "20261127_41_front.jpg");
	assert_int_equal(pictures_rig_number(&event, "bytes"), pictures_rig.jpeg_len);
	assert_int_equal(pictures_rig_number(&event, "wide"), CANVAS_WIDE);
	assert_int_equal(pictures_rig_number(&event, "high"), CANVAS_HIGH);
	picture_hash(pictures_rig.jpeg, pictures_rig.jpeg_len, hash);
	assert_string_equal(pictures_rig_text(&event, "sha256"), hash);
	assert_true(
		picture_find(pictures_rig.pictures->directory, hash, path, sizeof(path)));
	assert_false(pictures_rig_has_in_folder(
		"20261127_41_front.jpg")); /* the folder is emptied */
	assert_true(pictures_rig_has_in_folder("20261127_40_front.jpg"));
	assert_nothing_said();
}

static void a_picture_may_come_before_its_read(void **state)
{
	(void)state;
	pictures_rig_upload("x_9_front.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	fake_clock_advance(1500);
	pictures_rig_read_plate(0, 9, "浙A12345");
	(void)pictures_rig_said(EVENT_PICTURE);
}

static void what_lay_in_the_folder_before_the_start_is_looked_at_too(void **state)
{
	(void)state;
	pictures_rig_upload("x_3_front.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	pictures_rig_restart();
	pictures_rig_read_plate(0, 3, "浙A12345");
	(void)pictures_rig_said(EVENT_PICTURE);
}

static void a_rear_plate_goes_by_its_text(void **state)
{
	struct event event;

	(void)state;
	pictures_rig_upload("浙A6102挂.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	pictures_rig_read_plate(1, 5, "浙A6101挂");
	assert_nothing_said();
	pictures_rig_upload("浙A6101挂.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	event = pictures_rig_said(EVENT_PICTURE);
	assert_string_equal(pictures_rig_text(&event, "side"), "rear");
	assert_string_equal(pictures_rig_text(&event, "text"), "浙A6101挂");
}

static void names_without_a_key_go_by_time(void **state)
{
	struct event event;

	(void)state;
	text_copy(pictures_rig.site->devices[pictures_rig.camera].picture_front,
		  sizeof(pictures_rig.site->devices[pictures_rig.camera].picture_front),
		  "*.jpg");
	text_copy(pictures_rig.site->devices[pictures_rig.camera].picture_rear,
		  sizeof(pictures_rig.site->devices[pictures_rig.camera].picture_rear),
		  "");
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	assert_missing("timeout", "none came in time");
	/* Beyond its time the next truck's picture is not this one's. */
	pictures_rig_upload("a.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	assert_nothing_said();
	pictures_rig_read_plate(0, 2, "浙B54321");
	event = pictures_rig_said(EVENT_PICTURE);
	assert_int_equal(pictures_rig_number(&event, "sequence"), 2);
}

static void a_picture_that_is_missing_is_said_when_its_time_is_over(void **state)
{
	(void)state;
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms);
	assert_nothing_said();
	pictures_rig_wait_ms(1);
	assert_missing("timeout", "none came in time");
	pictures_rig_wait_ms(100000);
	assert_nothing_said();
}

static void a_late_picture_is_kept_and_said_to_be_late(void **state)
{
	struct event event;

	(void)state;
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	assert_missing("timeout", "none came");
	fake_clock_advance(20000);
	pictures_rig_upload("x_1_front.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	event = pictures_rig_said(EVENT_PICTURE);
	assert_int_equal(pictures_rig_number(&event, "late"), 1);
	assert_true(pictures_rig_number(&event, "after_ms") > 20000);
}

static void the_same_number_an_hour_later_is_another_picture(void **state)
{
	(void)state;
	pictures_rig_upload("x_1_front.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	fake_clock_advance(3600 * 1000);
	pictures_rig_read_plate(0, 1, "浙A12345");
	assert_nothing_said();
	assert_false(pictures_rig_has_in_folder("x_1_front.jpg")); /* nobody's: removed */
	assert_int_equal(pictures_rig.pictures->health.nobodys, 1);
}

static void a_torn_picture_is_taken_when_it_is_whole(void **state)
{
	(void)state;
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_upload("x_1_front.jpg", pictures_rig.jpeg,
			    pictures_rig.jpeg_len / 2);
	assert_nothing_said();
	pictures_rig_upload("x_1_front.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	(void)pictures_rig_said(EVENT_PICTURE);
}

static void what_is_no_picture_is_said_with_its_fault(void **state)
{
	static const char page[] = "<html>404 not found</html>";
	char *huge = calloc(1, (size_t)pictures_rig.site->picture_bytes + 1);

	(void)state;
	assert_non_null(huge);
	memcpy(huge, pictures_rig.jpeg, pictures_rig.jpeg_len);
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_upload("x_1_front.jpg", pictures_rig.jpeg,
			    pictures_rig.jpeg_len - 2);
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	assert_missing("garbled", "torn");
	pictures_rig_read_plate(0, 2, "浙A12345");
	pictures_rig_upload("x_2_front.jpg", page, sizeof(page) - 1);
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	assert_missing("invalid", "no JPEG");
	pictures_rig_read_plate(0, 3, "浙A12345");
	pictures_rig_upload("x_3_front.jpg", huge,
			    (size_t)pictures_rig.site->picture_bytes + 1);
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	assert_missing("full", "expected at most 1048576");
	free(huge);
	assert_int_equal(picture_store_count(pictures_rig.pictures->store), 0);
}

static void a_link_in_the_folder_is_not_followed(void **state)
{
	char from[300], to[300];
	struct why why;

	(void)state;
	(void)snprintf(to, sizeof(to), "%s/elsewhere.jpg", pictures_rig.directory);
	(void)snprintf(from, sizeof(from), "%s/x_1_front.jpg",
		       pictures_rig.site->devices[pictures_rig.camera].pictures);
	assert_int_equal(file_write_atomic(to, pictures_rig.jpeg, pictures_rig.jpeg_len,
					   0644, &why),
			 0);
	assert_int_equal(symlink(to, from), 0);
	pictures_rig_restart();
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	assert_missing("io", "can't be read");
	assert_int_equal(picture_store_count(pictures_rig.pictures->store), 0);
}

static void other_files_of_the_folder_are_left_alone(void **state)
{
	(void)state;
	pictures_rig_upload("index.html", "x", 1);
	pictures_rig_upload("x_1_front.jpg.part", pictures_rig.jpeg,
			    pictures_rig.jpeg_len);
	pictures_rig_wait_ms(10 * PAIRS_LATE_MS);
	assert_true(pictures_rig_has_in_folder("index.html"));
	assert_true(pictures_rig_has_in_folder("x_1_front.jpg.part"));
	assert_int_equal(pictures_rig.pictures->health.nobodys, 0);
}

static void a_folder_that_is_away_is_said_and_taken_up_again(void **state)
{
	const char *folder = pictures_rig.site->devices[pictures_rig.camera].pictures;

	(void)state;
	pictures_step(pictures_rig.pictures);
	assert_int_equal(rmdir(folder), 0);
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	assert_missing("notfound", "its folder is not there");
	assert_int_equal(mkdir(folder, 0755), 0);
	pictures_step(pictures_rig.pictures);
	pictures_rig_read_plate(0, 2, "浙A12345");
	pictures_rig_upload("x_2_front.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	(void)pictures_rig_said(EVENT_PICTURE);
}

static void more_files_than_there_is_room_for_are_removed(void **state)
{
	char name[40];

	(void)state;
	for (int i = 0; i < PAIRS_FILES_MAX + 10; i++) {
		(void)snprintf(name, sizeof(name), "x_%d_front.jpg", 1000 + i);
		pictures_rig_upload(name, "x", 1);
	}
	assert_int_equal(pictures_rig.pictures->health.nobodys, 10);
	assert_false(pictures_rig_has_in_folder(name));
}

static void more_reads_than_there_is_room_for_are_said(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < PAIRS_READS_MAX; i++)
		pictures_rig_read_plate(0, (uint16_t)(1000 + i), "浙A12345");
	assert_nothing_said();
	pictures_rig_read_plate(0, 1, "浙A12345");
	assert_missing("full", "too many reads");
}

static void nothing_is_lost_while_the_record_takes_nothing(void **state)
{
	struct event event;
	int said_count = 0;

	(void)state;
	for (uint16_t i = 0; i < 50; i++)
		pictures_rig_read_plate(0, (uint16_t)(1000 + i), "浙A12345");
	pictures_rig_wait_ms(pictures_rig.site->picture_wait_ms + 1);
	for (int round = 0; round < 4; round++) {
		while (pictures_next(pictures_rig.pictures, &event))
			said_count++;
		pictures_step(pictures_rig.pictures);
	}
	assert_int_equal(said_count, 50);
}

#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, pictures_rig_set_up, pictures_rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_picture_goes_to_the_read_whose_number_it_has),
		TEST(a_picture_may_come_before_its_read),
		TEST(what_lay_in_the_folder_before_the_start_is_looked_at_too),
		TEST(a_rear_plate_goes_by_its_text),
		TEST(names_without_a_key_go_by_time),
		TEST(a_picture_that_is_missing_is_said_when_its_time_is_over),
		TEST(a_late_picture_is_kept_and_said_to_be_late),
		TEST(the_same_number_an_hour_later_is_another_picture),
		TEST(a_torn_picture_is_taken_when_it_is_whole),
		TEST(what_is_no_picture_is_said_with_its_fault),
		TEST(a_link_in_the_folder_is_not_followed),
		TEST(other_files_of_the_folder_are_left_alone),
		TEST(a_folder_that_is_away_is_said_and_taken_up_again),
		TEST(more_files_than_there_is_room_for_are_removed),
		TEST(more_reads_than_there_is_room_for_are_said),
		TEST(nothing_is_lost_while_the_record_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
