/* SPDX-License-Identifier: MIT */
/*
 * Sessions. Layer: firmware. Threads: the loop's.
 */
#include "firmware/console/session.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "hal/text.h"

static enum kakou_err make_key(char to[SESSION_KEY_LEN + 1])
{
	unsigned char random[SESSION_KEY_LEN / 2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return KAKOU_E_IO;
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(to + 2 * i, 3, "%02x", random[i]);
	explicit_bzero(random, sizeof(random));
	return KAKOU_OK;
}

static bool is_same(const char key[SESSION_KEY_LEN + 1], const char *other)
{
	unsigned char differs = 0;

	if (!other || strlen(other) != SESSION_KEY_LEN)
		return false;
	for (size_t i = 0; i < SESSION_KEY_LEN; i++)
		differs |= (unsigned char)(key[i] ^ other[i]);
	return differs == 0;
}

bool session_is_over(const struct sessions *sessions, const struct session *session,
		     int64_t now_ms)
{
	return session->number == 0 || now_ms >= session->ends_ms ||
	       now_ms - session->used_ms >= sessions->idle_ms;
}

void session_end(struct session *session)
{
	explicit_bzero(session, sizeof(*session));
}

static struct session *find_room(struct sessions *sessions, int64_t now_ms)
{
	struct session *oldest = &sessions->session[0];

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &sessions->session[i];

		if (session_is_over(sessions, session, now_ms))
			return session;
		if (session->used_ms < oldest->used_ms)
			oldest = session;
	}
	return oldest;
}

enum kakou_err session_make(struct sessions *sessions, const char *ticket,
			    const char *name, const char *role, int64_t now_ms,
			    int64_t ends_ms, struct session **out)
{
	struct session *session = find_room(sessions, now_ms);

	session_end(session);
	if (make_key(session->key) || make_key(session->csrf))
		return KAKOU_E_IO;
	if (!text_copy(session->ticket, sizeof(session->ticket), ticket) ||
	    !text_copy(session->name, sizeof(session->name), name) ||
	    !text_copy(session->role, sizeof(session->role), role) || !ticket[0] ||
	    !name[0]) {
		session_end(session);
		return KAKOU_E_INVALID;
	}
	session->number = ++sessions->last_number;
	session->used_ms = now_ms;
	session->checked_ms = now_ms;
	session->ends_ms = ends_ms;
	*out = session;
	return KAKOU_OK;
}

struct session *session_find(struct sessions *sessions, const char *key, int64_t now_ms)
{
	struct session *found = NULL;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &sessions->session[i];

		if (is_same(session->key, key) && session->number != 0)
			found = session;
	}
	if (!found || !session_is_over(sessions, found, now_ms))
		return found;
	session_end(found);
	return NULL;
}

struct session *session_by_number(struct sessions *sessions, uint32_t number,
				  int64_t now_ms)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &sessions->session[i];

		if (session->number == number &&
		    !session_is_over(sessions, session, now_ms))
			return session;
	}
	return NULL;
}

void session_touch(struct session *session, int64_t now_ms)
{
	session->used_ms = now_ms;
}

bool session_csrf_is(const struct session *session, const char *csrf)
{
	return is_same(session->csrf, csrf);
}
