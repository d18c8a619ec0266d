/* SPDX-License-Identifier: MIT */
/*
 * Pictures: which file is of which read, what is kept and what is not, and what is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/pictures/jpeg.h"
#include "firmware/pictures/pictures_inside.h"
#include "hal/base64.h"
#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/file.h"
#include "hal/text.h"
#include "tests/unit/site_file.h"
#include "tools/yard/canvas.h"

enum { PASSAGE = 7 };

static struct {
	char *directory;
	struct site *site;
	struct pictures *pictures;
	unsigned char *jpeg;
	size_t jpeg_len;
	uint16_t camera; /* front by number, rear by text */
} t;

static uint16_t device_named(const char *name)
{
	uint16_t i = 0;

	while (strcmp(t.site->devices[i].name, name) != 0)
		i++;
	return i;
}

static void open_pictures(void)
{
	struct why why = {""};

	if (pictures_open(&t.pictures, t.site, &why))
		fail_msg("%s", why.text);
}

static int set_up(void **state)
{
	static struct canvas canvas;
	struct why why = {""};

	(void)state;
	fake_clock_set(1000000);
	fake_clock_set_wall((int64_t)time(NULL) * 1000);
	t.directory = site_file_make_directory();
	t.site = site_file_load_sim(t.directory);
	t.camera = device_named("plate-in1");
	for (size_t i = 0; i < t.site->device_count; i++) {
		if (i != t.camera)
			t.site->devices[i].pictures[0] = '\0';
	}
	text_copy(t.site->devices[t.camera].picture_front,
		  sizeof(t.site->devices[t.camera].picture_front), "*_%n_front.jpg");
	text_copy(t.site->devices[t.camera].picture_rear,
		  sizeof(t.site->devices[t.camera].picture_rear), "%t.jpg");
	assert_int_equal(mkdir(t.site->devices[t.camera].pictures, 0755), 0);
	if (file_ensure_private_directory(t.site->state_dir, &why))
		fail_msg("%s", why.text);
	t.jpeg = canvas_encode(&canvas, &t.jpeg_len);
	open_pictures();
	return 0;
}

static void restart(void)
{
	pictures_close(t.pictures);
	t.pictures = NULL;
	open_pictures();
}

static int tear_down(void **state)
{
	(void)state;
	pictures_close(t.pictures);
	t.pictures = NULL;
	free(t.jpeg);
	site_free(t.site);
	site_file_remove_directory(t.directory);
	return 0;
}

/* ---- the hands of a camera, a lane and a reader of the record -------------------------------- */

static void upload(const char *name, const void *data, size_t len)
{
	char path[300];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", t.site->devices[t.camera].pictures,
		       name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	/* What the kernel says of its time is the real clock's. */
	fake_clock_set_wall((int64_t)time(NULL) * 1000);
	pictures_step(t.pictures);
}

static bool is_in_folder(const char *name)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", t.site->devices[t.camera].pictures,
		       name);
	return access(path, F_OK) == 0;
}

static void read_plate(uint8_t side, uint16_t sequence, const char *text)
{
	struct picture_read read = {
		.lane = 0,
		.side = side,
		.slot = EVIDENCE_PLATE,
		.device = t.camera,
		.sequence = sequence,
		.passage = PASSAGE,
		.read_ms = clock_mono_ms(),
	};

	text_copy(read.text, sizeof(read.text), text);
	assert_int_equal(pictures_want(t.pictures, &read), 0);
	pictures_step(t.pictures);
}

static void wait_ms(int64_t ms)
{
	fake_clock_advance(ms);
	pictures_step(t.pictures);
}

/* The event that was said, and no other; what the field says. */
static struct event said(enum event_kind kind)
{
	struct event event;

	assert_true(pictures_next(t.pictures, &event));
	assert_string_equal(event_kind_name(event.kind), event_kind_name(kind));
	return event;
}

static const char *text_of(const struct event *event, const char *key)
{
	const char *text = "(none)";

	(void)event_get_text(event, key, &text);
	return text;
}

static int64_t number_of(const struct event *event, const char *key)
{
	int64_t number = -1;

	(void)event_get_number(event, key, &number);
	return number;
}

static void assert_nothing_said(void)
{
	struct event event;

	assert_false(pictures_next(t.pictures, &event));
}

static void assert_missing(const char *why)
{
	struct event event = said(EVENT_PICTURE_MISSING);

	assert_int_equal(event.passage, PASSAGE);
	if (!strstr(text_of(&event, "why"), why))
		fail_msg("said \"%s\", expected \"%s\"", text_of(&event, "why"), why);
	assert_nothing_said();
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_picture_goes_to_the_read_whose_number_it_has(void **state)
{
	char hash[PICTURE_HASH_CHARS + 1], path[300];
	struct event event;

	(void)state;
	read_plate(0, 41, "浙A12345");
	assert_nothing_said();
	upload("20261127_40_front.jpg", t.jpeg, t.jpeg_len); /* of the truck before */
	assert_nothing_said();
	upload("20261127_41_front.jpg", t.jpeg, t.jpeg_len);
	event = said(EVENT_PICTURE);
	assert_int_equal(event.passage, PASSAGE);
	assert_int_equal(event.lane, 0);
	assert_string_equal(text_of(&event, "slot"), "plate");
	assert_string_equal(text_of(&event, "device"), "plate-in1");
	assert_string_equal(text_of(&event, "side"), "front");
	assert_string_equal(text_of(&event, "text"), "浙A12345");
	assert_string_equal(text_of(&event, "file"), "20261127_41_front.jpg");
	assert_int_equal(number_of(&event, "bytes"), t.jpeg_len);
	assert_int_equal(number_of(&event, "wide"), CANVAS_WIDE);
	assert_int_equal(number_of(&event, "high"), CANVAS_HIGH);
	picture_hash(t.jpeg, t.jpeg_len, hash);
	assert_string_equal(text_of(&event, "sha256"), hash);
	assert_true(picture_find(t.pictures->directory, hash, path, sizeof(path)));
	assert_false(is_in_folder("20261127_41_front.jpg")); /* the folder is emptied */
	assert_true(is_in_folder("20261127_40_front.jpg"));
	assert_nothing_said();
}

static void a_picture_may_come_before_its_read(void **state)
{
	(void)state;
	upload("x_9_front.jpg", t.jpeg, t.jpeg_len);
	fake_clock_advance(1500);
	read_plate(0, 9, "浙A12345");
	(void)said(EVENT_PICTURE);
}

static void what_lay_in_the_folder_before_the_start_is_looked_at_too(void **state)
{
	(void)state;
	upload("x_3_front.jpg", t.jpeg, t.jpeg_len);
	restart();
	read_plate(0, 3, "浙A12345");
	(void)said(EVENT_PICTURE);
}

static void a_rear_plate_goes_by_its_text(void **state)
{
	struct event event;

	(void)state;
	upload("浙A6102挂.jpg", t.jpeg, t.jpeg_len);
	read_plate(1, 5, "浙A6101挂");
	assert_nothing_said();
	upload("浙A6101挂.jpg", t.jpeg, t.jpeg_len);
	event = said(EVENT_PICTURE);
	assert_string_equal(text_of(&event, "side"), "rear");
	assert_string_equal(text_of(&event, "text"), "浙A6101挂");
}

static void names_without_a_key_go_by_time(void **state)
{
	struct event event;

	(void)state;
	text_copy(t.site->devices[t.camera].picture_front,
		  sizeof(t.site->devices[t.camera].picture_front), "*.jpg");
	text_copy(t.site->devices[t.camera].picture_rear,
		  sizeof(t.site->devices[t.camera].picture_rear), "");
	read_plate(0, 1, "浙A12345");
	wait_ms(t.site->picture_wait_ms + 1);
	assert_missing("none came in time");
	/* Beyond its time the next truck's picture is not this one's. */
	upload("a.jpg", t.jpeg, t.jpeg_len);
	assert_nothing_said();
	read_plate(0, 2, "浙B54321");
	event = said(EVENT_PICTURE);
	assert_int_equal(number_of(&event, "sequence"), 2);
}

static void a_picture_that_is_missing_is_said_when_its_time_is_over(void **state)
{
	(void)state;
	read_plate(0, 1, "浙A12345");
	wait_ms(t.site->picture_wait_ms);
	assert_nothing_said();
	wait_ms(1);
	assert_missing("none came in time");
	wait_ms(100000);
	assert_nothing_said();
}

static void a_late_picture_is_kept_and_said_to_be_late(void **state)
{
	struct event event;

	(void)state;
	read_plate(0, 1, "浙A12345");
	wait_ms(t.site->picture_wait_ms + 1);
	assert_missing("none came");
	fake_clock_advance(20000);
	upload("x_1_front.jpg", t.jpeg, t.jpeg_len);
	event = said(EVENT_PICTURE);
	assert_int_equal(number_of(&event, "late"), 1);
	assert_true(number_of(&event, "after_ms") > 20000);
}

static void the_same_number_an_hour_later_is_another_picture(void **state)
{
	(void)state;
	upload("x_1_front.jpg", t.jpeg, t.jpeg_len);
	fake_clock_advance(3600 * 1000);
	read_plate(0, 1, "浙A12345");
	assert_nothing_said();
	assert_false(is_in_folder("x_1_front.jpg")); /* nobody's: removed */
	assert_int_equal(t.pictures->health.nobodys, 1);
}

static void a_torn_picture_is_taken_when_it_is_whole(void **state)
{
	(void)state;
	read_plate(0, 1, "浙A12345");
	upload("x_1_front.jpg", t.jpeg, t.jpeg_len / 2);
	assert_nothing_said();
	upload("x_1_front.jpg", t.jpeg, t.jpeg_len);
	(void)said(EVENT_PICTURE);
}

static void what_is_no_picture_is_said_with_its_fault(void **state)
{
	static const char page[] = "<html>404 not found</html>";
	char *huge = calloc(1, (size_t)t.site->picture_bytes + 1);

	(void)state;
	assert_non_null(huge);
	memcpy(huge, t.jpeg, t.jpeg_len);
	read_plate(0, 1, "浙A12345");
	upload("x_1_front.jpg", t.jpeg, t.jpeg_len - 2);
	wait_ms(t.site->picture_wait_ms + 1);
	assert_missing("torn");
	read_plate(0, 2, "浙A12345");
	upload("x_2_front.jpg", page, sizeof(page) - 1);
	wait_ms(t.site->picture_wait_ms + 1);
	assert_missing("no JPEG");
	read_plate(0, 3, "浙A12345");
	upload("x_3_front.jpg", huge, (size_t)t.site->picture_bytes + 1);
	wait_ms(t.site->picture_wait_ms + 1);
	assert_missing("expected at most 1048576");
	free(huge);
	assert_int_equal(picture_store_count(t.pictures->store), 0);
}

static void a_link_in_the_folder_is_not_followed(void **state)
{
	char from[300], to[300];
	struct why why;

	(void)state;
	(void)snprintf(to, sizeof(to), "%s/elsewhere.jpg", t.directory);
	(void)snprintf(from, sizeof(from), "%s/x_1_front.jpg",
		       t.site->devices[t.camera].pictures);
	assert_int_equal(file_write_atomic(to, t.jpeg, t.jpeg_len, 0644, &why), 0);
	assert_int_equal(symlink(to, from), 0);
	restart();
	read_plate(0, 1, "浙A12345");
	wait_ms(t.site->picture_wait_ms + 1);
	assert_missing("can't be read");
	assert_int_equal(picture_store_count(t.pictures->store), 0);
}

static void other_files_of_the_folder_are_left_alone(void **state)
{
	(void)state;
	upload("index.html", "x", 1);
	upload("x_1_front.jpg.part", t.jpeg, t.jpeg_len);
	wait_ms(10 * PAIRS_LATE_MS);
	assert_true(is_in_folder("index.html"));
	assert_true(is_in_folder("x_1_front.jpg.part"));
	assert_int_equal(t.pictures->health.nobodys, 0);
}

static void a_folder_that_is_away_is_said_and_taken_up_again(void **state)
{
	const char *folder = t.site->devices[t.camera].pictures;

	(void)state;
	pictures_step(t.pictures);
	assert_int_equal(rmdir(folder), 0);
	read_plate(0, 1, "浙A12345");
	wait_ms(t.site->picture_wait_ms + 1);
	assert_missing("its folder is not there");
	assert_int_equal(mkdir(folder, 0755), 0);
	pictures_step(t.pictures);
	read_plate(0, 2, "浙A12345");
	upload("x_2_front.jpg", t.jpeg, t.jpeg_len);
	(void)said(EVENT_PICTURE);
}

static void more_files_than_there_is_room_for_are_removed(void **state)
{
	char name[40];

	(void)state;
	for (int i = 0; i < PAIRS_FILES_MAX + 10; i++) {
		(void)snprintf(name, sizeof(name), "x_%d_front.jpg", 1000 + i);
		upload(name, "x", 1);
	}
	assert_int_equal(t.pictures->health.nobodys, 10);
	assert_false(is_in_folder(name));
}

static void more_reads_than_there_is_room_for_are_said(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < PAIRS_READS_MAX; i++)
		read_plate(0, (uint16_t)(1000 + i), "浙A12345");
	assert_nothing_said();
	read_plate(0, 1, "浙A12345");
	assert_missing("too many reads");
}

static void nothing_is_lost_while_the_record_takes_nothing(void **state)
{
	struct event event;
	int said_count = 0;

	(void)state;
	for (uint16_t i = 0; i < 50; i++)
		read_plate(0, (uint16_t)(1000 + i), "浙A12345");
	wait_ms(t.site->picture_wait_ms + 1);
	for (int round = 0; round < 4; round++) {
		while (pictures_next(t.pictures, &event))
			said_count++;
		pictures_step(t.pictures);
	}
	assert_int_equal(said_count, 50);
}

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

	(void)snprintf(path, sizeof(path), "%s/store", t.directory);
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
	assert_false(picture_find(t.directory, "../../etc/passwd", path, sizeof(path)));
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
	read_plate(0, 1, "浙A12345");
	upload("x_1_front.jpg", t.jpeg, t.jpeg_len);
	event = said(EVENT_PICTURE);
	text_copy(request.hash, sizeof(request.hash), text_of(&event, "sha256"));
	request.offset = 100;
	pictures_serve(t.pictures, &request);
	assert_true(pictures_next_answer(t.pictures, &answer));
	assert_int_equal(answer.err, 0);
	assert_int_equal(answer.slot, 2);
	assert_int_equal(answer.generation, 9);
	(void)snprintf(start, sizeof(start), "\"bytes\":%zu,\"offset\":100,", t.jpeg_len);
	assert_non_null(strstr(answer.json, start));
	data = strstr(answer.json, "\"data\":\"") + strlen("\"data\":\"");
	assert_int_equal(base64_decode(data, strcspn(data, "\""), got, sizeof(got), &len),
			 0);
	assert_int_equal(len, 1000);
	assert_memory_equal(got, t.jpeg + 100, len);
	free(answer.json);
	request.hash[0] = request.hash[0] == '0' ? '1' : '0';
	pictures_serve(t.pictures, &request);
	assert_true(pictures_next_answer(t.pictures, &answer));
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
	assert_int_equal(jpeg_check(t.jpeg, t.jpeg_len, &size, NULL), 0);
	for (size_t len = 3; len < t.jpeg_len; len++)
		assert_int_equal(jpeg_check(t.jpeg, len, &size, NULL), KAKOU_E_AGAIN);
	assert_int_equal(jpeg_check(t.jpeg, 2, &size, NULL), KAKOU_E_INVALID);
	assert_int_equal(jpeg_check("GIF89a", 6, &size, NULL), KAKOU_E_INVALID);
	assert_int_equal(jpeg_check("\xFF\xD8\xFF\xD9", 4, &size, NULL), KAKOU_E_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
