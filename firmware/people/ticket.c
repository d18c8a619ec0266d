/* SPDX-License-Identifier: MIT */
/*
 * Tickets. Layer: firmware.
 */
#include "firmware/people/ticket.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "hal/text.h"
#include "hal/tls.h"

enum { SECRET_BYTES = TICKET_TEXT / 2 };

static bool is_free(const struct ticket *ticket)
{
	return ticket->name[0] == '\0';
}

static bool is_over(const struct ticket *ticket, int64_t now_ms)
{
	return now_ms - ticket->used_ms > TICKET_IDLE_MS ||
	       now_ms - ticket->made_ms > TICKET_LIFE_MS;
}

void ticket_end(struct ticket *ticket)
{
	explicit_bzero(ticket, sizeof(*ticket));
}

size_t ticket_end_all(struct tickets *tickets, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < TICKETS_MAX; i++) {
		if (strcmp(tickets->ticket[i].name, name) != 0)
			continue;
		ticket_end(&tickets->ticket[i]);
		count++;
	}
	return count;
}

/* A place for one more of this person: a free one, or that of the person's least used. */
static struct ticket *find_place(struct tickets *tickets, const char *name,
				 int64_t now_ms)
{
	struct ticket *place = NULL, *least = NULL;
	size_t own = 0;

	for (size_t i = 0; i < TICKETS_MAX; i++) {
		struct ticket *ticket = &tickets->ticket[i];

		if (!is_free(ticket) && is_over(ticket, now_ms))
			ticket_end(ticket);
		if (is_free(ticket)) {
			place = ticket;
		} else if (!strcmp(ticket->name, name)) {
			own++;
			if (!least || ticket->used_ms < least->used_ms)
				least = ticket;
		}
	}
	return own >= TICKETS_EACH || !place ? least : place;
}

enum kakou_err ticket_make(struct tickets *tickets, const char *name, enum role role,
			   int64_t now_ms, char out[TICKET_TEXT + 1])
{
	struct ticket *ticket = find_place(tickets, name, now_ms);
	unsigned char secret[SECRET_BYTES];

	if (!ticket)
		return KAKOU_E_FULL;
	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		return KAKOU_E_IO;
	for (size_t i = 0; i < SECRET_BYTES; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", secret[i]);
	explicit_bzero(secret, sizeof(secret));
	digest_sha256(out, TICKET_TEXT, ticket->hash);
	text_copy(ticket->name, sizeof(ticket->name), name);
	ticket->role = (uint8_t)role;
	ticket->made_ms = ticket->used_ms = now_ms;
	return KAKOU_OK;
}

/* The hash is compared, not the secret: how long that takes tells nothing of use. */
struct ticket *ticket_find(struct tickets *tickets, const char *text, int64_t now_ms)
{
	unsigned char hash[32];

	if (strlen(text) != TICKET_TEXT)
		return NULL;
	digest_sha256(text, TICKET_TEXT, hash);
	for (size_t i = 0; i < TICKETS_MAX; i++) {
		struct ticket *ticket = &tickets->ticket[i];

		if (is_free(ticket) || memcmp(ticket->hash, hash, sizeof(hash)) != 0)
			continue;
		if (is_over(ticket, now_ms)) {
			ticket_end(ticket);
			return NULL;
		}
		ticket->used_ms = now_ms;
		return ticket;
	}
	return NULL;
}
