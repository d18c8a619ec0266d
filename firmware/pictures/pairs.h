/* SPDX-License-Identifier: MIT */
/*
 * Which picture is of which read: reads that wait for their picture, and files that wait for
 * their read. Either may come first.
 *
 * Layer: firmware. Pure: the instant is a parameter.
 */
#ifndef KAKOU_FIRMWARE_PICTURE_PAIRS_H
#define KAKOU_FIRMWARE_PICTURE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/pictures/naming.h"
#include "hal/folder.h"

enum {
	PAIRS_READS_MAX = 64,
	PAIRS_FILES_MAX = 64,
	PAIRS_LATE_MS = 60000, /**< a named picture is taken so long after its read */
};

/** A read of a camera that belongs to a passage. */
struct picture_read {
	uint8_t lane;
	uint8_t side; /**< 0 = front, 1 = rear */
	uint8_t slot; /**< enum evidence_kind */
	uint16_t device;
	uint16_t sequence;
	int64_t passage;
	int64_t read_ms; /**< monotonic */
	char text[DEVICE_TEXT_MAX + 1];
};

struct pairs_read {
	struct picture_read read;
	bool is_used, is_told; /**< told: it is missing */
	int8_t error;          /**< enum kakou_err of the last file for it */
	char why[120];         /**< what was wrong with it */
};

struct pairs_file {
	bool is_used;
	bool is_bad; /**< was looked at; it counts again when it is written again */
	uint8_t side;
	uint16_t device;
	int64_t came_ms; /**< monotonic */
	struct naming_key key;
	char name[FOLDER_NAME_MAX + 1];
};

struct pairs {
	int32_t wait_ms;
	struct pairs_read reads[PAIRS_READS_MAX];
	struct pairs_file files[PAIRS_FILES_MAX];
};

/** False: no place; the caller says so and drops it. */
bool pairs_add_read(struct pairs *pairs, const struct picture_read *read);

/** A file that came or was written again. NULL: no place. */
struct pairs_file *pairs_add_file(struct pairs *pairs, uint16_t device, uint8_t side,
				  const char *name, const struct naming_key *key,
				  int64_t came_ms);

/** A read and its picture. Keyed files go to the read they name, others to the nearest. */
bool pairs_find(struct pairs *pairs, struct pairs_read **read, struct pairs_file **file);

/** A read whose time is over and that was not told yet; the caller sets `is_told`. */
struct pairs_read *pairs_find_missing(struct pairs *pairs, int64_t now_ms);

/** A file that no read came for; the caller removes it and clears `is_used`. Frees what waited
 *  longest of the reads that were told. */
struct pairs_file *pairs_find_stale(struct pairs *pairs, int64_t now_ms);

/** When something is due; -1 when nothing waits. */
int64_t pairs_next_ms(const struct pairs *pairs);

#endif
