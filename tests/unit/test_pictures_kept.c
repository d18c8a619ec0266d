/* SPDX-License-Identifier: MIT */
/*
 * Pictures that are kept: for how long, for customs, in pieces for a page; and what is one by its name
 * and its bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/pictures/jpeg.h"
#include "firmware/pictures/pictures_inside.h"
#include "hal/base64.h"
#include "hal/text.h"
#include "tests/unit/pictures_rig.h"

/* ---- the store ------------------------------------------------------------------------------- */

static int32_t disk_percent;

static int32_t ask_disk(void)
{
	return disk_percent;
}

static struct picture_store *open_store(int32_t days, int64_t bytes)
{
	const struct picture_limits limits = {
		.days = days, .bytes = bytes, .ask_disk = ask_disk};
	struct picture_store *store;
	struct why why = {""};
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/store", pictures_rig.directory);
	if (picture_store_open(&store, path, &limits, &why))
		fail_msg("%s", why.text);
	return store;
}

static int64_t day_ms(int day)
{
	return (INT64_C(20000) + day) * 24 * 60 * 60 * 1000;
}

static void put(struct picture_store *store, int day, int number)
{
	struct picture_kept kept;
	char data[1000] = "";
	struct why why = {""};

	(void)snprintf(data, sizeof(data), "%d", number);
	if (picture_store_put(store, data, sizeof(data), day_ms(day), &kept, &why))
		fail_msg("%s", why.text);
}

static void pictures_go_by_age_a_day_at_a_time(void **state)
{
	struct picture_store *store = open_store(2, 1000000);
	struct picture_removal removed;

	(void)state;
	disk_percent = 50;
	for (int day = 0; day < 3; day++) {
		put(store, day, 10 * day);
		put(store, day, 10 * day + 1);
	}
	assert_false(picture_store_trim(store, day_ms(2), &removed));
	/* A clock that nobody vouches for removes nothing. */
	assert_false(picture_store_trim(store, 0, &removed));
	assert_true(picture_store_trim(store, day_ms(3), &removed));
	assert_int_equal(removed.count, 2);
	assert_int_equal(removed.bytes, 2000);
	assert_string_equal(removed.day, "20241004");
	assert_non_null(strstr(removed.why, "pictures_days"));
	assert_false(picture_store_trim(store, day_ms(3), &removed));
	assert_int_equal(picture_store_count(store), 4);
	picture_store_close(store);
	/* What is there is counted at a start. */
	store = open_store(2, 1000000);
	assert_int_equal(picture_store_count(store), 4);
	assert_int_equal(picture_store_bytes(store), 4000);
	picture_store_close(store);
}

static void the_oldest_pictures_go_when_there_are_too_many(void **state)
{
	struct picture_store *store = open_store(1000, 5000);
	struct picture_removal removed;

	(void)state;
	disk_percent = 50;
	put(store, 0, 1);
	put(store, 0, 2);
	put(store, 1, 3);
	put(store, 1, 4);
	put(store, 1, 5);
	assert_false(picture_store_trim(store, day_ms(1), &removed));
	put(store, 1, 6);
	assert_true(picture_store_trim(store, day_ms(1), &removed));
	assert_string_equal(removed.day, "20241004");
	assert_int_equal(removed.count, 2);
	assert_non_null(strstr(removed.why, "pictures_mb"));
	assert_int_equal(picture_store_bytes(store), 4000);
	picture_store_close(store);
}

static void a_disk_that_is_nearly_full_keeps_no_picture(void **state)
{
	struct picture_store *store = open_store(10, 1000000);
	struct picture_kept kept;
	struct why why = {""};

	(void)state;
	disk_percent = PICTURE_DISK_PERCENT;
	assert_int_equal(picture_store_put(store, "x", 1, day_ms(0), &kept, &why),
			 KAKOU_E_FULL);
	assert_non_null(strstr(why.text, "the disk is 85 % full"));
	picture_store_close(store);
}

static void the_same_picture_twice_takes_its_place_once(void **state)
{
	struct picture_store *store = open_store(10, 1000000);

	(void)state;
	disk_percent = 0;
	put(store, 0, 1);
	put(store, 0, 1);
	assert_int_equal(picture_store_count(store), 1);
	picture_store_close(store);
}

static void only_a_hash_finds_a_picture(void **state)
{
	char path[300];

	(void)state;
	assert_false(picture_find(pictures_rig.directory, "../../etc/passwd", path,
				  sizeof(path)));
	assert_false(picture_is_hash(""));
	assert_false(picture_is_hash("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789AB"
				     "CDEF0123456789"));
	assert_true(picture_is_hash("abcdef0123456789abcdef0123456789abcdef0123456789ab"
				    "cdef0123456789"));
}

/* ---- for customs ----------------------------------------------------------------------------- */

static void the_newest_picture_of_a_position_goes_to_customs(void **state)
{
	struct albums *albums = calloc(1, sizeof(*albums));
	struct customs_picture picture = {.position = '0', .bytes = 1};
	struct customs_album out;
	struct album *album;

	(void)state;
	assert_non_null(albums);
	album = albums_open(albums, 1, 7);
	assert_ptr_equal(albums_open(albums, 1, 7), album);
	album_add(album, &picture);
	picture.bytes = 2;
	album_add(album, &picture);
	picture.position = '3';
	album_add(album, &picture);
	album_ask(album, "A");
	album_ask(album, "B"); /* gathered again */
	assert_ptr_equal(albums_find(albums, 1, "A"), album);
	assert_ptr_equal(albums_find(albums, 1, "B"), album);
	assert_null(albums_find(albums, 0, "A"));
	assert_null(albums_find(albums, 1, ""));
	album_fill(album, &out);
	assert_string_equal(out.head.seq_no, "B");
	assert_int_equal(out.count, 2);
	assert_int_equal(out.pictures[0].bytes, 2);
	for (int64_t passage = 100; passage < 100 + ALBUMS_MAX; passage++)
		(void)albums_open(albums, 1, passage);
	assert_null(albums_find(albums, 1, "A"));
	free(albums);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static void a_kept_picture_is_given_in_pieces(void **state)
{
	struct picture_request request = {.slot = 2, .generation = 9, .limit = 1000};
	unsigned char got[1200];
	struct picture_answer answer;
	struct event event;
	const char *data;
	char start[40];
	size_t len;

	(void)state;
	pictures_rig_read_plate(0, 1, "浙A12345");
	pictures_rig_upload("x_1_front.jpg", pictures_rig.jpeg, pictures_rig.jpeg_len);
	event = pictures_rig_said(EVENT_PICTURE);
	text_copy(request.hash, sizeof(request.hash),
		  pictures_rig_text(&event, "sha256"));
	request.offset = 100;
	pictures_serve(pictures_rig.pictures, &request);
	assert_true(pictures_next_answer(pictures_rig.pictures, &answer));
	assert_int_equal(answer.err, 0);
	assert_int_equal(answer.slot, 2);
	assert_int_equal(answer.generation, 9);
	(void)snprintf(start, sizeof(start), "\"bytes\":%zu,\"offset\":100,",
		       pictures_rig.jpeg_len);
	assert_non_null(strstr(answer.json, start));
	data = strstr(answer.json, "\"data\":\"") + strlen("\"data\":\"");
	assert_int_equal(base64_decode(data, strcspn(data, "\""), got, sizeof(got), &len),
			 0);
	assert_int_equal(len, 1000);
	assert_memory_equal(got, pictures_rig.jpeg + 100, len);
	free(answer.json);
	request.hash[0] = request.hash[0] == '0' ? '1' : '0';
	pictures_serve(pictures_rig.pictures, &request);
	assert_true(pictures_next_answer(pictures_rig.pictures, &answer));
	assert_int_equal(answer.err, KAKOU_E_NOTFOUND);
	assert_null(answer.json);
}

/* ---- names and files ------------------------------------------------------------------------- */

static void names_fit_their_patterns(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool fits;
		int sequence; /* -1: none */
		const char *text;
	} cases[] = {
		{"*.jpg",          "a.jpg",                    true,  -1,    ""         },
		{"*.jpg",          "a.jpg.part",               false, -1,    ""         },
		{"%n.jpg",         "00042.jpg",                true,  42,    ""         },
		{"%n.jpg",         "65535.jpg",                true,  65535, ""         },
		{"%n.jpg",         "65536.jpg",                false, -1,    ""         },
		{"%n.jpg",         ".jpg",                     false, -1,    ""         },
		{"%n.jpg",         "-1.jpg",                   false, -1,    ""         },
		{"*_%n_front.jpg", "2026_07_12_front.jpg",     true,  12,    ""         },
		{"*_%t_*.jpg",     "20260726_浙A12345_0.jpg", true,  -1,    "浙A12345"},
		{"%t_%n.jpg",      "浙A12345_7.jpg",          true,  7,     "浙A12345"},
		{"%t.jpg",         ".jpg",                     true,  -1,    ""         },
		{"a%%b",           "a%b",                      true,  -1,    ""         },
		{"",               "a.jpg",                    false, -1,    ""         },
		{"",               "",			 false, -1,    ""         },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct naming_key key;
		bool fits = naming_match(cases[i].pattern, cases[i].name, &key);

		if (fits != cases[i].fits)
			fail_msg("\"%s\" in \"%s\": %d", cases[i].name, cases[i].pattern,
				 fits);
		if (!fits)
			continue;
		assert_int_equal(key.has_sequence ? key.sequence : -1, cases[i].sequence);
		assert_string_equal(key.text, cases[i].text);
	}
}

static void patterns_that_mean_nothing_are_refused(void **state)
{
	(void)state;
	assert_null(naming_complaint("*_%n_%t.jpg"));
	assert_non_null(naming_complaint("a/b.jpg"));
	assert_non_null(naming_complaint("%x.jpg"));
	assert_non_null(naming_complaint("%"));
	assert_non_null(naming_complaint("%n%n.jpg"));
	assert_non_null(naming_complaint("*****"));
}

static void a_picture_cut_anywhere_is_torn_or_none(void **state)
{
	struct jpeg_size size;

	(void)state;
	assert_int_equal(
		jpeg_check(pictures_rig.jpeg, pictures_rig.jpeg_len, &size, NULL), 0);
	for (size_t len = 3; len < pictures_rig.jpeg_len; len++)
		assert_int_equal(jpeg_check(pictures_rig.jpeg, len, &size, NULL),
				 KAKOU_E_AGAIN);
	assert_int_equal(jpeg_check(pictures_rig.jpeg, 2, &size, NULL), KAKOU_E_INVALID);
	assert_int_equal(jpeg_check("GIF89a", 6, &size, NULL), KAKOU_E_INVALID);
	assert_int_equal(jpeg_check("\xFF\xD8\xFF\xD9", 4, &size, NULL), KAKOU_E_INVALID);
}

#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, pictures_rig_set_up, pictures_rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pictures_go_by_age_a_day_at_a_time),
		TEST(the_oldest_pictures_go_when_there_are_too_many),
		TEST(a_disk_that_is_nearly_full_keeps_no_picture),
		TEST(the_same_picture_twice_takes_its_place_once),
		TEST(only_a_hash_finds_a_picture),
		TEST(the_newest_picture_of_a_position_goes_to_customs),
		TEST(a_kept_picture_is_given_in_pieces),
		TEST(names_fit_their_patterns),
		TEST(patterns_that_mean_nothing_are_refused),
		TEST(a_picture_cut_anywhere_is_torn_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
