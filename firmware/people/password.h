/* SPDX-License-Identifier: MIT */
/*
 * Passwords: what may be one, and their hashes (yescrypt, by libxcrypt).
 *
 * Layer: firmware. A hash takes tens of milliseconds and 16 MB: only on the thread of the people.
 */
#ifndef KAKOU_FIRMWARE_PASSWORD_H
#define KAKOU_FIRMWARE_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

enum {
	PASSWORD_MIN = 8,        /* characters */
	PASSWORD_MAX = 128,      /* bytes */
	PASSWORD_COST = 5,       /* yescrypt's default: 16 MB */
	PASSWORD_COST_LEAST = 1, /* for tests */
};

/** 8 characters to 128 bytes, and not the name itself. KAKOU_E_INVALID; never quotes it. */
KAKOU_MUST_CHECK enum kakou_err password_check(const char *password, const char *name,
					       struct why *why);

struct password_room; /* opaque: what a hash needs, wiped after each */

KAKOU_MUST_CHECK enum kakou_err password_room_create(struct password_room **out);
void password_room_destroy(struct password_room *room);

/** A hash with a fresh salt. KAKOU_E_FULL: longer than `size`; KAKOU_E_IO: no randomness;
 *  KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err password_hash(struct password_room *room,
					      const char *password, int cost, char *out,
					      size_t size);

/** Whether the password has this hash. KAKOU_E_REFUSED: it has not; KAKOU_E_NOMEM: not known. */
KAKOU_MUST_CHECK enum kakou_err password_verify(struct password_room *room,
						const char *password, const char *hash);

#endif
