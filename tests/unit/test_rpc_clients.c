/* SPDX-License-Identifier: MIT */
/*
 * The control socket and its clients: many, slow, stalled, and those that leave.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "tests/unit/rpc_linked.h"

enum {
	CLIENTS_MAX = 16,
	TIMEOUT = -32003,
	FULL = -32008,
};

#define HEAD "{\"jsonrpc\":\"2.0\",\"id\":1,"
#define LINK HEAD "\"method\":\"link\"}"
#define EVENTS HEAD "\"method\":\"events.read\"}\n"

static struct rpc_rig rig;

static int start(void **state)
{
	(void)state;
	rpc_linked_start(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static void a_peer_that_sends_no_more_still_gets_its_answer(void **state)
{
	int fd = rpc_rig_connect(&rig);
	json_t *answer;

	(void)state;
	rpc_rig_send(fd, LINK "\n", sizeof(LINK));
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	answer = rpc_rig_receive(fd);
	(void)rpc_rig_result(answer);
	json_decref(answer);
	rpc_rig_expect_ended(fd);
}

static void sixteen_clients_are_served_and_one_more_is_told_so(void **state)
{
	int fds[CLIENTS_MAX];

	(void)state;
	for (int i = 0; i < CLIENTS_MAX; i++) {
		fds[i] = rpc_rig_connect(&rig);
		rpc_rig_expect_served(fds[i]);
	}
	for (int i = 0; i < 3; i++) {
		int one_more = rpc_rig_connect(&rig);

		rpc_rig_expect_error(rpc_rig_receive(one_more), FULL, "at most 16");
		rpc_rig_expect_ended(one_more);
	}
	close(fds[3]);
	rpc_rig_expect_served(fds[4]); /* by then the server has seen the end */
	fds[3] = rpc_rig_connect(&rig);
	for (int i = 0; i < CLIENTS_MAX; i++) {
		rpc_rig_expect_served(fds[i]);
		close(fds[i]);
	}
}

static void who_rested_longest_makes_room_when_all_places_are_taken(void **state)
{
	int fds[CLIENTS_MAX], one_more;

	(void)state;
	for (int i = 0; i < CLIENTS_MAX; i++) {
		fds[i] = rpc_rig_connect(&rig);
		rpc_rig_expect_served(fds[i]);
	}
	fake_clock_advance(6000);
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (i != 5)
			rpc_rig_expect_served(fds[i]);
	one_more = rpc_rig_connect(&rig);
	rpc_rig_expect_served(one_more);
	rpc_rig_expect_ended(fds[5]);
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (i != 5)
			rpc_rig_expect_served(fds[i]);
	for (int i = 0; i < CLIENTS_MAX; i++)
		close(fds[i]);
	close(one_more);
}

static void a_line_that_is_not_finished_in_ten_seconds_ends_the_connection(void **state)
{
	int slow = rpc_rig_connect(&rig);
	int other = rpc_rig_connect(&rig);

	(void)state;
	rpc_rig_send(slow, "{\"jsonrpc\"", 10);
	rpc_rig_expect_served(other);
	rpc_rig_advance(&rig, 9000);
	rpc_rig_send(slow, ":", 1); /* another byte does not buy another ten seconds */
	rpc_rig_expect_served(other);
	rpc_rig_advance(&rig, 1001);
	rpc_rig_expect_ended(slow);
	rpc_rig_expect_served(other);
	close(other);
}

static void a_client_may_rest_between_its_requests(void **state)
{
	int fd = rpc_rig_connect(&rig);

	(void)state;
	rpc_rig_expect_served(fd);
	rpc_rig_advance(&rig, 3600000);
	rpc_rig_expect_served(fd);
	close(fd);
}

/* An answer that no socket buffer holds. */
static char *make_large_rows(void)
{
	size_t len = 1000000;
	char *rows = malloc(len + 1);

	assert_non_null(rows);
	memset(rows, ' ', len);
	rows[0] = '[';
	rows[len - 1] = ']';
	rows[len] = '\0';
	return rows;
}

static void a_client_that_takes_no_answer_is_dropped_and_costs_others_nothing(
	void **state)
{
	char *rows = make_large_rows();
	int slow = rpc_rig_connect(&rig);
	int other = rpc_rig_connect(&rig);
	char byte;
	size_t taken = 0;

	(void)state;
	rpc_rig_send(slow, EVENTS, strlen(EVENTS));
	rpc_journal_answer(rows, KAKOU_OK, NULL);
	for (int i = 0; i < 50; i++)
		rpc_rig_expect_served(other);
	rpc_rig_advance(&rig, 4900);
	rpc_rig_expect_served(other);
	rpc_rig_advance(&rig, 200);
	rpc_rig_expect_served(other);
	while (recv(slow, &byte, 1, 0) == 1)
		taken++;
	assert_true(taken < strlen(rows));
	close(slow);
	close(other);
	free(rows);
}

static void a_large_answer_reaches_a_client_that_takes_it(void **state)
{
	char *rows = make_large_rows();
	int fd = rpc_rig_connect(&rig);
	json_t *answer;

	(void)state;
	rpc_rig_send(fd, EVENTS, strlen(EVENTS));
	rpc_journal_answer(rows, KAKOU_OK, NULL);
	answer = rpc_rig_receive(fd);
	assert_true(json_is_array(json_object_get(rpc_rig_result(answer), "events")));
	json_decref(answer);
	close(fd);
	free(rows);
}

static void an_answer_over_a_megabyte_is_refused(void **state)
{
	char *rows = malloc(1048577);
	int fd = rpc_rig_connect(&rig);

	(void)state;
	assert_non_null(rows);
	memset(rows, ' ', 1048576);
	rows[1048576] = '\0';
	rpc_rig_send(fd, EVENTS, strlen(EVENTS));
	rpc_journal_answer(rows, KAKOU_OK, NULL);
	rpc_rig_expect_error(rpc_rig_receive(fd), FULL, "ask for less");
	rpc_rig_expect_served(fd);
	close(fd);
	free(rows);
}

static void an_answer_for_a_client_that_left_reaches_nobody(void **state)
{
	int fd;
	json_t *answer;

	(void)state;
	fd = rpc_rig_connect(&rig);
	rpc_rig_send(fd, EVENTS, strlen(EVENTS));
	(void)rpc_journal_wait(NULL);
	rpc_rig_advance(&rig, 10001); /* it is told, and leaves its slot */
	rpc_rig_expect_error(rpc_rig_receive(fd), TIMEOUT, "journal");
	close(fd);
	fd = rpc_rig_connect(&rig); /* the next one in that slot asks too */
	rpc_rig_send(fd, EVENTS, strlen(EVENTS));
	while (rpc_journal_count() < 2)
		usleep(1000);
	rpc_journal_answer("[1]", KAKOU_OK, NULL); /* of the first */
	rpc_journal_answer("[2]", KAKOU_OK, NULL);
	answer = rpc_rig_receive(fd);
	assert_int_equal(json_integer_value(json_array_get(
				 json_object_get(rpc_rig_result(answer), "events"), 0)),
			 2);
	json_decref(answer);
	close(fd);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(sixteen_clients_are_served_and_one_more_is_told_so),
		WITH_SERVER(who_rested_longest_makes_room_when_all_places_are_taken),
		WITH_SERVER(
			a_line_that_is_not_finished_in_ten_seconds_ends_the_connection),
		WITH_SERVER(a_client_may_rest_between_its_requests),
		WITH_SERVER(
			a_client_that_takes_no_answer_is_dropped_and_costs_others_nothing),
		WITH_SERVER(a_large_answer_reaches_a_client_that_takes_it),
		WITH_SERVER(an_answer_over_a_megabyte_is_refused),
		WITH_SERVER(an_answer_for_a_client_that_left_reaches_nobody),
		WITH_SERVER(a_peer_that_sends_no_more_still_gets_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
