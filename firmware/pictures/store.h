/* SPDX-License-Identifier: MIT */
/*
 * The pictures of the record: files named by their SHA-256, in one folder a day
 * (20261127/0123….jpg), below the state directory.
 *
 * Layer: firmware. Blocks on the disk. Threads: the pictures' own.
 */
#ifndef KAKOU_FIRMWARE_PICTURE_STORE_H
#define KAKOU_FIRMWARE_PICTURE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

struct picture_store; /* opaque */

enum {
	PICTURE_HASH_CHARS = 64,
	PICTURE_DAY_CHARS = 8,
	PICTURE_NAME_MAX = PICTURE_DAY_CHARS + 1 + PICTURE_HASH_CHARS + 5,
	PICTURE_DISK_PERCENT = 85, /**< of the disk in use: from there on none is kept */
};

struct picture_limits {
	int32_t days;              /**< kept so long, by the day of their folder */
	int64_t bytes;             /**< of all pictures */
	int32_t (*ask_disk)(void); /**< percent used, for tests; NULL: the real disk */
};

/** Makes the directory and counts what is there. KAKOU_E_DENIED, KAKOU_E_IO, KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err picture_store_open(struct picture_store **out,
						   const char *directory,
						   const struct picture_limits *limits,
						   struct why *why);
void picture_store_close(struct picture_store *store);

/** What is kept, and under which name below the directory. */
struct picture_kept {
	unsigned char sha256[32];
	char hash[PICTURE_HASH_CHARS + 1]; /**< the same in hexadecimal */
	char name[PICTURE_NAME_MAX];
};

/** Keeps a picture; it is on the disk when this returns. KAKOU_E_FULL: the disk is. KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err picture_store_put(struct picture_store *store,
						  const void *data, size_t len,
						  int64_t wall_ms,
						  struct picture_kept *out,
						  struct why *why);

/** What was removed from one day. */
struct picture_removal {
	char day[PICTURE_DAY_CHARS + 1];
	int64_t count, bytes;
	const char *why; /**< in words */
};

/** Removes of the oldest day what is beyond the limits. False: nothing was. Call again until then.
 *  `wall_ms` 0: the clock is not to be trusted, nothing goes for its age. */
bool picture_store_trim(struct picture_store *store, int64_t wall_ms,
			struct picture_removal *out);

int64_t picture_store_bytes(const struct picture_store *store);
int64_t picture_store_count(const struct picture_store *store);

/** True: 64 lower-case hexadecimal digits. */
bool picture_is_hash(const char *text);

/** Finds a picture below `directory`, newest day first; its path. False: it is not there. Any
 *  thread, any program. */
bool picture_find(const char *directory, const char *hash, char *path, size_t size);

/** SHA-256 in hexadecimal. */
void picture_hash(const void *data, size_t len, char out[PICTURE_HASH_CHARS + 1]);

#endif
