/* SPDX-License-Identifier: MIT */
/*
 * Console: questions to kakoud, which answers, hangs up, talks nonsense, or is not there.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/console/caller.h"
#include "hal/text.h"
#include "tests/unit/site_file.h"

/* The other end: each line that comes is answered by what `answer` makes of it. */
struct gate {
	int listen_fd, fds[8];
	size_t count, asked;
	struct loop_watch *watches[8];
	const char *answer; /* with %s for the id; NULL = hang up */
};

static struct loop *loop;
static struct caller *caller;
static struct gate gate;
static char *directory;
static char path[200];
static size_t due, answered;
static int codes[CALLER_QUEUE_MAX + 8];

static void on_line(void *arg, int ready)
{
	char line[1024], text[1200], id[32] = "";
	size_t i = (size_t)(uintptr_t)arg;
	ssize_t got = recv(gate.fds[i], line, sizeof(line) - 1, MSG_DONTWAIT);
	const char *at;

	(void)ready;
	if (got <= 0) {
		loop_unwatch(gate.watches[i]);
		gate.watches[i] = NULL;
		return;
	}
	line[got] = '\0';
	gate.asked++;
	at = strstr(line, "\"id\":");
	assert_non_null(at);
	(void)snprintf(id, sizeof(id), "%ld", strtol(at + 5, NULL, 10));
	if (!gate.answer) {
		loop_unwatch(gate.watches[i]);
		gate.watches[i] = NULL;
		close(gate.fds[i]);
		gate.fds[i] = -1;
		return;
	}
	(void)snprintf(text, sizeof(text), "%s%s%s\n", gate.answer, id,
		       gate.answer[0] == '{' ? "}" : "");
	assert_int_equal(send(gate.fds[i], text, strlen(text), 0), strlen(text));
}

static void on_knock(void *arg, int ready)
{
	size_t i = gate.count++;

	(void)arg;
	(void)ready;
	assert_true(i < sizeof(gate.fds) / sizeof(gate.fds[0]));
	gate.fds[i] = accept(gate.listen_fd, NULL, NULL);
	assert_true(gate.fds[i] >= 0);
	assert_int_equal(loop_watch_fd(loop, gate.fds[i], LOOP_IN, on_line,
				       (void *)(uintptr_t)i, &gate.watches[i]),
			 0);
}

static void open_gate(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct loop_watch *watch;

	assert_true(text_copy(address.sun_path, sizeof(address.sun_path), path));
	gate.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(
		bind(gate.listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(gate.listen_fd, 16), 0);
	assert_int_equal(
		loop_watch_fd(loop, gate.listen_fd, LOOP_IN, on_knock, NULL, &watch), 0);
}

static int start(void **state)
{
	(void)state;
	directory = site_file_make_directory();
	(void)snprintf(path, sizeof(path), "%s/kakoud.sock", directory);
	memset(&gate, 0, sizeof(gate));
	gate.listen_fd = -1;
	due = answered = 0;
	assert_int_equal(loop_create(&loop), 0);
	assert_int_equal(caller_create(&caller, loop, path, 2), 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	caller_destroy(caller);
	loop_destroy(loop);
	for (size_t i = 0; i < gate.count; i++)
		if (gate.fds[i] >= 0)
			close(gate.fds[i]);
	if (gate.listen_fd >= 0)
		close(gate.listen_fd);
	site_file_remove_directory(directory);
	return 0;
}

static void on_answer(void *arg, const struct caller_answer *answer)
{
	codes[(size_t)(uintptr_t)arg] = answer->result ? 0 : answer->code;
	answered++;
	if (answered == due)
		loop_stop(loop);
}

static enum kakou_err ask(size_t number)
{
	return caller_ask(caller, "status", NULL, on_answer, (void *)(uintptr_t)number);
}

static void run(void)
{
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(answered, due);
}

static void every_question_gets_its_answer_over_few_connections(void **state)
{
	(void)state;
	open_gate();
	gate.answer = "{\"jsonrpc\":\"2.0\",\"result\":{},\"id\":";
	due = 20;
	for (size_t i = 0; i < due; i++)
		assert_int_equal(ask(i), 0);
	run();
	assert_int_equal(gate.asked, 20);
	assert_int_equal(gate.count, 2);
	for (size_t i = 0; i < due; i++)
		assert_int_equal(codes[i], 0);
}

static void an_error_comes_with_its_code(void **state)
{
	(void)state;
	open_gate();
	gate.answer = "{\"error\":{\"code\":-32011,\"message\":\"no\"},\"id\":";
	due = 1;
	assert_int_equal(ask(0), 0);
	run();
	assert_int_equal(codes[0], -32011);
}

static void more_than_the_queue_holds_is_refused(void **state)
{
	(void)state;
	open_gate();
	gate.answer = "{\"result\":{},\"id\":";
	for (size_t i = 0; i < CALLER_QUEUE_MAX; i++)
		assert_int_equal(ask(i), 0);
	assert_int_equal(ask(CALLER_QUEUE_MAX), KAKOU_E_FULL);
	due = CALLER_QUEUE_MAX;
	run();
	due++;
	assert_int_equal(ask(0), 0); /* there is room again */
	run();
}

static void a_gate_that_hangs_up_is_called_anew_for_the_next_question(void **state)
{
	(void)state;
	open_gate();
	due = 1;
	assert_int_equal(ask(0), 0);
	run();
	assert_int_equal(codes[0], CALLER_GONE);
	assert_int_equal(gate.asked, 1); /* an act is never asked twice */
	gate.answer = "{\"result\":{},\"id\":";
	due = 2;
	assert_int_equal(ask(1), 0);
	run();
	assert_int_equal(codes[1], 0);
}

static void nonsense_is_no_answer(void **state)
{
	static const char *const nonsense[] = {"nonsense ", "[] ", "{\"id\":"};

	(void)state;
	open_gate();
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		gate.answer = nonsense[i];
		due++;
		assert_int_equal(ask(i), 0);
		run();
		assert_int_equal(codes[i], CALLER_GONE);
	}
}

static void a_gate_that_is_away_is_told_at_once(void **state)
{
	(void)state;
	assert_int_equal(ask(0), 0);
	assert_int_equal(answered, 1);
	assert_int_equal(codes[0], CALLER_GONE);
}

static void what_is_not_answered_at_the_end_is_told_so(void **state)
{
	(void)state;
	open_gate();
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(ask(i), 0);
	caller_destroy(caller);
	caller = NULL;
	assert_int_equal(answered, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(codes[i], CALLER_GONE);
}

int main(void)
{
#define WITH_CALLER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_CALLER(every_question_gets_its_answer_over_few_connections),
		WITH_CALLER(an_error_comes_with_its_code),
		WITH_CALLER(more_than_the_queue_holds_is_refused),
		WITH_CALLER(a_gate_that_hangs_up_is_called_anew_for_the_next_question),
		WITH_CALLER(nonsense_is_no_answer),
		WITH_CALLER(a_gate_that_is_away_is_told_at_once),
		WITH_CALLER(what_is_not_answered_at_the_end_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
