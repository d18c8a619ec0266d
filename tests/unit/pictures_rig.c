/* SPDX-License-Identifier: MIT */
/*
 * The pictures of a gate without their thread. Layer: tests.
 */
#include "tests/unit/pictures_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/file.h"
#include "hal/text.h"
#include "tests/unit/site_file.h"
#include "tools/yard/canvas.h"

struct pictures_rig pictures_rig;

static uint16_t device_named(const char *name)
{
	uint16_t i = 0;

	while (strcmp(pictures_rig.site->devices[i].name, name) != 0)
		i++;
	return i;
}

static void open_pictures(void)
{
	struct why why = {""};

	if (pictures_open(&pictures_rig.pictures, pictures_rig.site, &why))
		fail_msg("%s", why.text);
}

int pictures_rig_set_up(void **state)
{
	static struct canvas canvas;
	struct why why = {""};

	(void)state;
	fake_clock_set(1000000);
	fake_clock_set_wall((int64_t)time(NULL) * 1000);
	pictures_rig.directory = site_file_make_directory();
	pictures_rig.site = site_file_load_sim(pictures_rig.directory);
	pictures_rig.camera = device_named("plate-in1");
	for (size_t i = 0; i < pictures_rig.site->device_count; i++) {
		if (i != pictures_rig.camera)
			pictures_rig.site->devices[i].pictures[0] = '\0';
	}
	text_copy(pictures_rig.site->devices[pictures_rig.camera].picture_front,
		  sizeof(pictures_rig.site->devices[pictures_rig.camera].picture_front),
		  "*_%n_front.jpg");
	text_copy(pictures_rig.site->devices[pictures_rig.camera].picture_rear,
		  sizeof(pictures_rig.site->devices[pictures_rig.camera].picture_rear),
		  "%t.jpg");
	assert_int_equal(
		mkdir(pictures_rig.site->devices[pictures_rig.camera].pictures, 0755), 0);
	if (file_ensure_private_directory(pictures_rig.site->state_dir, &why))
		fail_msg("%s", why.text);
	pictures_rig.jpeg = canvas_encode(&canvas, &pictures_rig.jpeg_len);
	open_pictures();
	return 0;
}

void pictures_rig_restart(void)
{
	pictures_close(pictures_rig.pictures);
	pictures_rig.pictures = NULL;
	open_pictures();
}

int pictures_rig_tear_down(void **state)
{
	(void)state;
	pictures_close(pictures_rig.pictures);
	pictures_rig.pictures = NULL;
	free(pictures_rig.jpeg);
	site_free(pictures_rig.site);
	site_file_remove_directory(pictures_rig.directory);
	return 0;
}

void pictures_rig_upload(const char *name, const void *data, size_t len)
{
	char path[300];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s",
		       pictures_rig.site->devices[pictures_rig.camera].pictures, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	/* What the kernel says of its time is the real clock's. */
	fake_clock_set_wall((int64_t)time(NULL) * 1000);
	pictures_step(pictures_rig.pictures);
}

bool pictures_rig_has_in_folder(const char *name)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s",
		       pictures_rig.site->devices[pictures_rig.camera].pictures, name);
	return access(path, F_OK) == 0;
}

void pictures_rig_read_plate(uint8_t side, uint16_t sequence, const char *text)
{
	struct picture_read read = {
		.lane = 0,
		.side = side,
		.slot = EVIDENCE_PLATE,
		.device = pictures_rig.camera,
		.sequence = sequence,
		.passage = PICTURES_RIG_PASSAGE,
		.read_ms = clock_mono_ms(),
	};

	text_copy(read.text, sizeof(read.text), text);
	assert_int_equal(pictures_want(pictures_rig.pictures, &read), 0);
	pictures_step(pictures_rig.pictures);
}

void pictures_rig_wait_ms(int64_t ms)
{
	fake_clock_advance(ms);
	pictures_step(pictures_rig.pictures);
}

struct event pictures_rig_said(enum event_kind kind)
{
	struct event event;

	assert_true(pictures_next(pictures_rig.pictures, &event));
	assert_string_equal(event_kind_name(event.kind), event_kind_name(kind));
	return event;
}

const char *pictures_rig_text(const struct event *event, const char *key)
{
	const char *text = "(none)";

	(void)event_get_text(event, key, &text);
	return text;
}

int64_t pictures_rig_number(const struct event *event, const char *key)
{
	int64_t number = -1;

	(void)event_get_number(event, key, &number);
	return number;
}
