/* SPDX-License-Identifier: MIT */
/*
 * Desk: the thread that knows people. It owns the file, checks and hashes passwords, changes
 * who may come in, and counts failures.
 *
 * A hash takes tens of milliseconds and the disk as long as it likes: so neither the control
 * thread nor the control-socket thread does it. At most DESK_JOBS_MAX jobs wait.
 *
 * Layer:   firmware.
 * Threads: open and close from main; ask, take, and read from the control-socket thread.
 */
#ifndef KAKOU_FIRMWARE_DESK_H
#define KAKOU_FIRMWARE_DESK_H

#include "firmware/people/password.h"
#include "firmware/people/people.h"

struct desk; /* opaque */

enum {
	DESK_JOBS_MAX = 8,
	DESK_FAILURES_MAX = 5,            /* in a row; then the person is kept out */
	DESK_KEEP_OUT_MS = 5 * 60 * 1000, /* for so long */
	DESK_ACTOR_MAX = 47,
	DESK_SCREEN_MAX = 31,
};

enum desk_verb {
	DESK_LOGIN,
	DESK_CHANGE_OWN, /**< password: the old and the new one */
	DESK_ADD,        /**< by root also when the file is damaged: begins anew */
	DESK_SET_PASSWORD,
	DESK_SET_ROLE,
	DESK_LOCK,
	DESK_UNLOCK, /**< also ends being kept out */
	DESK_REMOVE,
	DESK_VERBS,
};

/** What one job needs, wiped and released by the desk. */
struct desk_secret {
	char password[PASSWORD_MAX + 1];
	char fresh[PASSWORD_MAX + 1]; /**< DESK_CHANGE_OWN, DESK_ADD, DESK_SET_PASSWORD */
};

struct desk_job {
	uint32_t token; /**< comes back */
	uint8_t verb;   /**< enum desk_verb */
	uint8_t role;   /**< enum role: DESK_ADD, DESK_SET_ROLE */
	bool must_change; /**< the new password opens nothing until the person replaces it */
	bool is_rescue; /**< root without a ticket: only the first supervisor, or one's rescue */
	char name[PERSON_NAME_MAX + 1]; /**< whom it is about */
	char actor[DESK_ACTOR_MAX + 1]; /**< who asks, comes back */
	char screen[DESK_SCREEN_MAX + 1];
	struct desk_secret *secret; /**< NULL where none is needed */
};

struct desk_answer {
	uint32_t token;
	uint8_t verb;
	uint8_t role; /**< the person's, after the job */
	int8_t error; /**< enum kakou_err: KAKOU_E_REFUSED wrong password or kept out */
	uint8_t failures; /**< in a row, of a login */
	bool must_change; /**< the password, which another person gave */
	bool is_kept_out; /**< the password was not even looked at */
	char name[PERSON_NAME_MAX + 1];
	char actor[DESK_ACTOR_MAX + 1];
	char screen[DESK_SCREEN_MAX + 1];
	char why[160]; /**< of an error, for a person */
};

/** A person as shown: no hash. */
struct desk_person {
	char name[PERSON_NAME_MAX + 1];
	uint8_t role;
	bool is_locked;
	bool must_change;
	int64_t changed_wall_ms;
	int64_t kept_out_until_ms; /**< monotonic; 0 = not */
};

struct desk_view {
	char damage
		[160]; /**< why the file can't be used, so that nobody is let in; "" = it can */
	size_t count;
	struct desk_person person[PEOPLE_MAX];
};

/** Reads the file (none: nobody yet) and starts the thread. A file that is not what it must be lets
 *  nobody in, and keeps no gate from starting: it is read again at each job, and root's first
 *  supervisor sets it aside as people.damaged. */
KAKOU_MUST_CHECK enum kakou_err desk_open(struct desk **out, const char *directory,
					  int cost, struct why *why);

/** Ends after the job at hand. NULL is legal. */
void desk_close(struct desk *desk);

/** What is said to who would do something while the file is damaged. */
extern const char desk_damaged[];

/** The word of a verb, for the record: "added", "role" …; NULL out of range. */
const char *desk_verb_name(enum desk_verb verb);

/** Hands the job over, with its secret. KAKOU_E_FULL: too many wait; the secret is gone. */
KAKOU_MUST_CHECK enum kakou_err desk_ask(struct desk *desk, const struct desk_job *job);

/** Readable when answers have come: quiet it, then take until false. */
int desk_fd(const struct desk *desk);
void desk_quiet(struct desk *desk);
bool desk_take(struct desk *desk, struct desk_answer *out);

/** Everybody, as of the last change. */
void desk_read(struct desk *desk, struct desk_view *out);

/** Wipes and releases. NULL is legal. */
void desk_secret_free(struct desk_secret *secret);

#endif
