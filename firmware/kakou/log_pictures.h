/* SPDX-License-Identifier: MIT */
/*
 * kakou log verify: the pictures that are kept, against the hashes in the record's events.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_LOG_PICTURES_H
#define KAKOU_FIRMWARE_LOG_PICTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/pictures/store.h"

struct log_pictures {
	char directory[512];
	int64_t kept; /**< events whose picture is there */
	int64_t gone; /**< events whose picture is not: pictures are kept for a time only */
	int64_t changed; /**< of the kept ones: not what the event says */
	char first_changed[PICTURE_HASH_CHARS + 1];
};

/** In the directory that was given, or beside the record when that is a state directory. False:
 *  there are none to look at. */
bool log_pictures_begin(struct log_pictures *pictures, const char *given,
			const char *record);

/** For struct journal_trust: `arg` is the struct log_pictures. */
void log_pictures_take(void *arg, const char *bytes, size_t len);

#endif
