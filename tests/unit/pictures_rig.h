/* SPDX-License-Identifier: MIT */
/*
 * The pictures of a gate without their thread, and the hands of a camera, a lane and a reader of the
 * record.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_PICTURES_RIG_H
#define KAKOU_TESTS_PICTURES_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/pictures/pictures_inside.h"

enum { PICTURES_RIG_PASSAGE = 7 };

struct pictures_rig {
	char *directory;
	struct site *site;
	struct pictures *pictures;
	unsigned char *jpeg; /**< a picture that is whole */
	size_t jpeg_len;
	uint16_t camera; /**< front by number, rear by text */
};

extern struct pictures_rig pictures_rig;

/** Set-up and teardown of a test. */
int pictures_rig_set_up(void **state);
int pictures_rig_tear_down(void **state);
void pictures_rig_restart(void);

/** The camera puts a file into its folder; whether it lies there. */
void pictures_rig_upload(const char *name, const void *data, size_t len);
bool pictures_rig_has_in_folder(const char *name);

/** The lane has read a plate. */
void pictures_rig_read_plate(uint8_t side, uint16_t sequence, const char *text);
void pictures_rig_wait_ms(int64_t ms);

/** The event that was said, and no other; what the field says. */
struct event pictures_rig_said(enum event_kind kind);
const char *pictures_rig_text(const struct event *event, const char *key);
int64_t pictures_rig_number(const struct event *event, const char *key);

#endif
