/* SPDX-License-Identifier: MIT */
/*
 * Tickets: who has logged in. A ticket is 256 random bits in the hands of a person's program;
 * here is only its hash. It is bound to a person and a role, ends when it is not used for a
 * while and after a shift at the latest, and with the process.
 *
 * Layer: firmware. Threads: one. No I/O but the kernel's random numbers.
 */
#ifndef KAKOU_FIRMWARE_TICKET_H
#define KAKOU_FIRMWARE_TICKET_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/people/people.h"

enum {
	TICKET_TEXT = 64, /* hexadecimal digits */
	TICKETS_MAX = 64,
	TICKETS_EACH = 8, /* of one person: the one least used gives way */
	TICKET_IDLE_MS = 60 * 60 * 1000,
	TICKET_LIFE_MS = 12 * 60 * 60 * 1000,
};

struct ticket {
	unsigned char hash[32];
	char name[PERSON_NAME_MAX + 1]; /**< "" = free */
	uint8_t role;                   /**< enum role */
	bool must_change; /**< good only for a new password, and logging out */
	int64_t made_ms, used_ms;
};

struct tickets {
	struct ticket ticket[TICKETS_MAX];
};

/** A new ticket and its text. KAKOU_E_FULL: too many people are logged in; KAKOU_E_IO: no
 *  randomness. */
KAKOU_MUST_CHECK enum kakou_err ticket_make(struct tickets *tickets, const char *name,
					    enum role role, int64_t now_ms,
					    char out[TICKET_TEXT + 1]);

/** The ticket of this text, which counts as used now; NULL when there is none, or no more. */
struct ticket *ticket_find(struct tickets *tickets, const char *text, int64_t now_ms);

/** Forgets it. */
void ticket_end(struct ticket *ticket);

/** Ends all of a person; returns how many there were. */
size_t ticket_end_all(struct tickets *tickets, const char *name);

#endif
