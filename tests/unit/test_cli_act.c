/* SPDX-License-Identifier: MIT */
/*
 * The command kakou: acts, who does them, and how they end.
 *
 * Layer: tests.
 */
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/cli_rig.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

static struct rpc_rig rig;

static int start(void **state)
{
	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_start(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static struct {
	struct act act;
	struct act_result result;
} control;

/* One act, answered as a control thread would. */
static void *answer_act(void *arg)
{
	struct pollfd wait = {.fd = queue_fd(rig.acts), .events = POLLIN};

	(void)arg;
	if (poll(&wait, 1, 5000) == 1 && queue_pop(rig.acts, &control.act)) {
		control.result.token = control.act.token;
		assert_int_equal(queue_push(rig.act_results, &control.result), 0);
	}
	queue_quiet(rig.acts);
	return NULL;
}

static pthread_t begin_control(enum kakou_err err, int64_t seq, const char *why)
{
	pthread_t thread;

	control.result.error = (int8_t)err;
	control.result.seq = seq;
	text_copy(control.result.why, sizeof(control.result.why), why);
	assert_int_equal(pthread_create(&thread, NULL, answer_act, NULL), 0);
	return thread;
}

static void an_accepted_act_names_its_event(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 31, "");

	(void)state;
	cli_rig_expect(0, "release accepted, event 31", NULL, rig.site->control_socket,
		       "release", "in1", "--passage", "3", "--reason", "doc seen",
		       "--actor", "王关员", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_RELEASE);
	assert_int_equal(control.act.passage, 3);
	assert_string_equal(control.act.actor, "王关员");
	assert_string_equal(control.act.reason, "doc seen");
	assert_string_equal(control.act.screen, "kakou");
}

static void a_refused_act_exits_with_1_and_the_reason(void **state)
{
	pthread_t thread = begin_control(KAKOU_E_REFUSED, 32, "passage 3 has gone");

	(void)state;
	cli_rig_expect(1, NULL, "kakou return: passage 3 has gone",
		       rig.site->control_socket, "return", "in1", "--passage", "3",
		       "--reason", "x", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_RETURN);
}

static void without_an_actor_it_is_the_user(void **state)
{
	const struct passwd *user = getpwuid(getuid());
	pthread_t thread;

	(void)state;
	assert_non_null(user);
	assert_int_equal(unsetenv("SUDO_USER"), 0);
	thread = begin_control(KAKOU_OK, 33, "");
	cli_rig_expect(0, "hold accepted", NULL, rig.site->control_socket, "hold", "in1",
		       "--passage", "3", "--reason", "x", NULL);
	pthread_join(thread, NULL);
	assert_string_equal(control.act.actor, user->pw_name);
	if (getuid() != 0)
		return;
	assert_int_equal(setenv("SUDO_USER", "li", 1), 0);
	thread = begin_control(KAKOU_OK, 34, "");
	cli_rig_expect(0, "\"seq\": 34", NULL, rig.site->control_socket, "inspect", "in1",
		       "--passage", "3", "--reason", "x", "--json", NULL);
	pthread_join(thread, NULL);
	assert_string_equal(control.act.actor, "li");
	assert_int_equal(unsetenv("SUDO_USER"), 0);
}

static void a_reset_needs_no_passage(void **state)
{
	pthread_t thread = begin_control(KAKOU_OK, 35, "");

	(void)state;
	cli_rig_expect(0, "reset accepted, event 35", NULL, rig.site->control_socket,
		       "reset", "out1", "--reason", "arm seen down", NULL);
	pthread_join(thread, NULL);
	assert_int_equal(control.act.verb, ACT_RESET);
	assert_int_equal(control.act.lane, 1);
	assert_int_equal(control.act.passage, 0);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(an_accepted_act_names_its_event),
		WITH_SERVER(a_refused_act_exits_with_1_and_the_reason),
		WITH_SERVER(without_an_actor_it_is_the_user),
		WITH_SERVER(a_reset_needs_no_passage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
