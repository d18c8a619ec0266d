/* SPDX-License-Identifier: MIT */
/*
 * Console: sessions, and how often somebody may do something.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/console/limit.h"
#include "firmware/console/session.h"

enum { IDLE_MS = 900000, LIFE_MS = 12 * 3600000 };

static struct sessions sessions;

static int set_up(void **state)
{
	(void)state;
	memset(&sessions, 0, sizeof(sessions));
	sessions.idle_ms = IDLE_MS;
	return 0;
}

static struct session *make(const char *name, int64_t now_ms)
{
	struct session *session;

	assert_int_equal(session_make(&sessions, "a ticket", name, "officer", now_ms,
				      now_ms + LIFE_MS, &session),
			 0);
	return session;
}

static void a_session_is_found_by_its_key_alone(void **state)
{
	struct session *a = make("a", 1), *b = make("b", 1);
	char key[SESSION_KEY_LEN + 1];

	(void)state;
	assert_ptr_equal(session_find(&sessions, a->key, 2), a);
	assert_ptr_equal(session_find(&sessions, b->key, 2), b);
	assert_null(session_find(&sessions, "", 2));
	assert_null(session_find(&sessions, NULL, 2));
	memcpy(key, a->key, sizeof(key));
	key[SESSION_KEY_LEN - 1] = key[SESSION_KEY_LEN - 1] == '0' ? '1' : '0';
	assert_null(session_find(&sessions, key, 2));
	assert_string_not_equal(a->key, a->csrf);
	assert_true(session_csrf_is(a, a->csrf));
	assert_false(session_csrf_is(a, b->csrf));
	assert_false(session_csrf_is(a, a->key));
	assert_false(session_csrf_is(a, NULL));
}

static void a_session_ends_when_nobody_does_anything(void **state)
{
	struct session *session = make("a", 1);

	(void)state;
	session_touch(session, 1000);
	assert_non_null(session_find(&sessions, session->key, 1000 + IDLE_MS - 1));
	assert_null(session_find(&sessions, session->key, 1000 + IDLE_MS));
	assert_string_equal(session->ticket, ""); /* wiped */
}

static void a_session_ends_with_its_ticket_however_busy(void **state)
{
	struct session *session = make("a", 0);

	(void)state;
	session_touch(session, LIFE_MS - 1);
	assert_non_null(session_by_number(&sessions, session->number, LIFE_MS - 1));
	assert_null(session_by_number(&sessions, session->number, LIFE_MS));
}

static void the_session_least_used_makes_room(void **state)
{
	uint32_t first, second;

	(void)state;
	first = make("first", 10)->number;
	second = make("second", 11)->number;
	for (int i = 2; i < SESSIONS_MAX; i++)
		(void)make("more", 20 + i);
	session_touch(session_by_number(&sessions, first, 200), 200);
	(void)make("one too many", 300);
	assert_non_null(session_by_number(&sessions, first, 301));
	assert_null(session_by_number(&sessions, second, 301));
}

static void texts_that_can_not_be_are_no_session(void **state)
{
	struct session *session;
	char longer[SESSION_NAME_MAX + 2];

	(void)state;
	memset(longer, 'n', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(session_make(&sessions, "t", longer, "officer", 1, 2, &session),
			 KAKOU_E_INVALID);
	assert_int_equal(session_make(&sessions, "", "name", "officer", 1, 2, &session),
			 KAKOU_E_INVALID);
}

static void turns_are_used_up_and_come_back_one_by_one(void **state)
{
	static struct limit limit;

	(void)state;
	limit_init(&limit, 3, 1000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(limit_take(&limit, "a", 5000), 0);
	assert_int_equal(limit_take(&limit, "a", 5000), 1000);
	assert_int_equal(limit_take(&limit, "a", 5400), 600);
	assert_int_equal(limit_take(&limit, "b", 5400), 0);
	assert_int_equal(limit_take(&limit, "a", 6000), 0);
	assert_true(limit_take(&limit, "a", 6000) > 0);
	limit_give_back(&limit, "a");
	assert_int_equal(limit_take(&limit, "a", 6000), 0);
}

static void who_floods_is_not_forgotten_for_many_others(void **state)
{
	static struct limit limit;
	char key[16];

	(void)state;
	limit_init(&limit, 3, 1000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(limit_take(&limit, "flood", 0), 0);
	for (int i = 0; i < 2 * LIMIT_BUCKETS; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(limit_take(&limit, key, 1), 0);
	}
	assert_true(limit_take(&limit, "flood", 1) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_session_is_found_by_its_key_alone, set_up),
		cmocka_unit_test_setup(a_session_ends_when_nobody_does_anything, set_up),
		cmocka_unit_test_setup(a_session_ends_with_its_ticket_however_busy,
				       set_up),
		cmocka_unit_test_setup(the_session_least_used_makes_room, set_up),
		cmocka_unit_test_setup(texts_that_can_not_be_are_no_session, set_up),
		cmocka_unit_test(turns_are_used_up_and_come_back_one_by_one),
		cmocka_unit_test(who_floods_is_not_forgotten_for_many_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
