/* SPDX-License-Identifier: MIT */
/*
 * Sessions: who has logged in with which browser. A session carries the ticket that kakoud
 * issued; the browser has only a random name for it, in a cookie, and a second one that every
 * act must repeat (against cross-site requests).
 *
 * Layer: firmware. Threads: the loop's. No I/O but randomness.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_SESSION_H
#define KAKOU_FIRMWARE_CONSOLE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"

enum {
	SESSIONS_MAX = 64,
	SESSION_KEY_LEN = 64, /* hexadecimal digits: 256 random bits */
	SESSION_NAME_MAX = 32,
	SESSION_ROLE_MAX = 15,
	SESSION_SCREEN_MAX = 31,
	SESSION_CHECK_MS =
		60000, /* kakoud is asked again whether the ticket still holds */
};

struct session {
	uint32_t number; /* 0 = free; never used twice */
	char key[SESSION_KEY_LEN + 1], csrf[SESSION_KEY_LEN + 1];
	char ticket[SESSION_KEY_LEN + 1]; /* of kakoud */
	char name[SESSION_NAME_MAX + 1], role[SESSION_ROLE_MAX + 1];
	char screen[SESSION_SCREEN_MAX + 1];
	bool must_change; /* the password, before anything else */
	int64_t used_ms, ends_ms, checked_ms;
	unsigned streams;
};

struct sessions {
	int64_t idle_ms;
	uint32_t last_number;
	struct session session[SESSIONS_MAX];
};

/** A session of this ticket; the one least used gives way when there are SESSIONS_MAX.
 *  KAKOU_E_IO: no randomness; KAKOU_E_INVALID: texts that can't be. */
KAKOU_MUST_CHECK enum kakou_err session_make(struct sessions *sessions,
					     const char *ticket, const char *name,
					     const char *role, int64_t now_ms,
					     int64_t ends_ms, struct session **out);

/** NULL: none, or no more. Looks at every session in the same time. */
struct session *session_find(struct sessions *sessions, const char *key, int64_t now_ms);

/** NULL when it has ended. */
struct session *session_by_number(struct sessions *sessions, uint32_t number,
				  int64_t now_ms);

/** Somebody did something: it does not end for rest. */
void session_touch(struct session *session, int64_t now_ms);

bool session_is_over(const struct sessions *sessions, const struct session *session,
		     int64_t now_ms);

/** Compares in a time that does not depend on where they differ. */
bool session_csrf_is(const struct session *session, const char *csrf);

/** Wipes it. */
void session_end(struct session *session);

#endif
