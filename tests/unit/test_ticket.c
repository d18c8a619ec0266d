/* SPDX-License-Identifier: MIT */
/*
 * Tickets: whose they are, and when they end.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/people/ticket.h"

static struct tickets tickets;
static char text[TICKET_TEXT + 1];

static int make_one(void **state)
{
	(void)state;
	memset(&tickets, 0, sizeof(tickets));
	assert_int_equal(ticket_make(&tickets, "li", ROLE_OFFICER, 1000, text), 0);
	return 0;
}

static void a_ticket_is_its_persons(void **state)
{
	const struct ticket *ticket = ticket_find(&tickets, text, 2000);

	(void)state;
	assert_non_null(ticket);
	assert_string_equal(ticket->name, "li");
	assert_int_equal(ticket->role, ROLE_OFFICER);
}

static void a_text_that_is_no_ticket_finds_nobody(void **state)
{
	char other[TICKET_TEXT + 1];

	(void)state;
	memcpy(other, text, sizeof(other));
	other[5] = other[5] == '0' ? '1' : '0';
	assert_null(ticket_find(&tickets, other, 2000));
	assert_null(ticket_find(&tickets, "", 2000));
	assert_null(ticket_find(&tickets, "li", 2000));
}

static void the_secret_itself_is_not_kept(void **state)
{
	(void)state;
	for (size_t at = 0; at + 16 <= sizeof(tickets); at++)
		assert_memory_not_equal((const char *)&tickets + at, text, 16);
}

static void a_ticket_that_rests_an_hour_ends(void **state)
{
	(void)state;
	assert_non_null(ticket_find(&tickets, text, 1000 + TICKET_IDLE_MS));
	assert_non_null(ticket_find(&tickets, text, 1000 + 2 * TICKET_IDLE_MS));
	assert_null(ticket_find(&tickets, text, 1001 + 3 * TICKET_IDLE_MS));
	assert_null(ticket_find(&tickets, text, 2000)); /* and stays so */
}

static void a_ticket_ends_with_the_shift_however_busy(void **state)
{
	(void)state;
	for (int64_t at = 1000; at <= 1000 + TICKET_LIFE_MS; at += TICKET_IDLE_MS / 2)
		assert_non_null(ticket_find(&tickets, text, at));
	assert_null(ticket_find(&tickets, text, 1001 + TICKET_LIFE_MS));
}

static void all_tickets_of_a_person_end_and_no_others(void **state)
{
	char own[TICKET_TEXT + 1], other[TICKET_TEXT + 1];

	(void)state;
	assert_int_equal(ticket_make(&tickets, "li", ROLE_OFFICER, 1000, own), 0);
	assert_int_equal(ticket_make(&tickets, "wang", ROLE_VIEWER, 1000, other), 0);
	assert_int_equal(ticket_end_all(&tickets, "li"), 2);
	assert_null(ticket_find(&tickets, text, 2000));
	assert_null(ticket_find(&tickets, own, 2000));
	assert_non_null(ticket_find(&tickets, other, 2000));
}

static void a_person_has_eight_and_the_least_used_gives_way(void **state)
{
	char last[TICKET_TEXT + 1];

	(void)state;
	for (int i = 1; i <= TICKETS_EACH; i++)
		assert_int_equal(
			ticket_make(&tickets, "li", ROLE_OFFICER, 1000 + i, last), 0);
	assert_null(ticket_find(&tickets, text, 2000));
	assert_non_null(ticket_find(&tickets, last, 2000));
}

static void when_all_are_taken_another_person_is_refused_until_one_ends(void **state)
{
	char name[16], other[TICKET_TEXT + 1];

	(void)state;
	for (int i = 1; i < TICKETS_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i / 4);
		assert_int_equal(ticket_make(&tickets, name, ROLE_VIEWER, 1000, other),
				 0);
	}
	assert_int_equal(ticket_make(&tickets, "new", ROLE_OFFICER, 1000, other),
			 KAKOU_E_FULL);
	assert_int_equal(ticket_make(&tickets, "li", ROLE_OFFICER, 1000, other), 0);
	assert_int_equal(
		ticket_make(&tickets, "new", ROLE_OFFICER, 1001 + TICKET_IDLE_MS, other),
		0);
}

int main(void)
{
#define WITH_ONE(test) cmocka_unit_test_setup(test, make_one)
	const struct CMUnitTest tests[] = {
		WITH_ONE(a_ticket_is_its_persons),
		WITH_ONE(a_text_that_is_no_ticket_finds_nobody),
		WITH_ONE(the_secret_itself_is_not_kept),
		WITH_ONE(a_ticket_that_rests_an_hour_ends),
		WITH_ONE(a_ticket_ends_with_the_shift_however_busy),
		WITH_ONE(all_tickets_of_a_person_end_and_no_others),
		WITH_ONE(a_person_has_eight_and_the_least_used_gives_way),
		WITH_ONE(when_all_are_taken_another_person_is_refused_until_one_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
