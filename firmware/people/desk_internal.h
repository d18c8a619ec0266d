/* SPDX-License-Identifier: MIT */
/*
 * What the files of the desk share: its state, all of it the desk's thread's.
 *
 * Layer: firmware, inside people.
 */
#ifndef KAKOU_FIRMWARE_DESK_INTERNAL_H
#define KAKOU_FIRMWARE_DESK_INTERNAL_H

#include "firmware/people/desk.h"
#include "hal/loop.h"
#include "hal/mailbox.h"
#include "hal/queue.h"
#include "hal/thread.h"

struct desk_failures {
	char name[PERSON_NAME_MAX + 1];
	uint8_t in_row;
	int64_t until_ms; /* kept out; 0 = not */
};

struct desk {
	char path[256];
	int cost;
	char damage[160]; /* of the file; "" = none */
	struct people people;
	struct people next; /* a change is made here, saved, and only then taken over */
	struct desk_failures failures[PEOPLE_MAX];
	struct password_room *room;
	char dummy[PERSON_HASH_MAX + 1]; /* nobody's: an unknown name takes as long */
	struct loop *loop;
	struct loop_watch *watch;
	struct thread *thread;
	struct queue *jobs, *answers;
	struct mailbox *view;
	struct desk_view shown; /* scratch */
};

/** Does the job; fills the answer, whose error is KAKOU_OK at first. */
void desk_do(struct desk *desk, const struct desk_job *job, struct desk_answer *answer);

/** Reads the file; what is wrong with it becomes the damage, with nobody. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err desk_load(struct desk *desk, struct why *why);

/** The person's count of failures; a fresh one when there is none. */
struct desk_failures *desk_failures_of(struct desk *desk, const char *name);

#endif
