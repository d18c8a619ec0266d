/* SPDX-License-Identifier: MIT */
/*
 * The control socket itself: who may come in, how it starts and ends.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "tests/unit/rpc_linked.h"

#define HEAD "{\"jsonrpc\":\"2.0\",\"id\":1,"
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

static void an_answer_after_the_end_of_the_server_is_released(void **state)
{
	int fd = rpc_rig_connect(&rig);

	(void)state;
	rpc_rig_send(fd, EVENTS, strlen(EVENTS));
	(void)rpc_journal_wait(NULL);
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	rpc_rig_expect_ended(fd);
}

static void it_ends_at_once_though_clients_wait(void **state)
{
	struct timespec from;
	struct timespec to;
	int resting = rpc_rig_connect(&rig);
	int asking = rpc_rig_connect(&rig);

	(void)state;
	rpc_rig_send(asking, EVENTS, strlen(EVENTS));
	(void)rpc_journal_wait(NULL);
	clock_gettime(CLOCK_MONOTONIC, &from);
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true((to.tv_sec - from.tv_sec) * 1000 +
			    (to.tv_nsec - from.tv_nsec) / 1000000 <
		    200);
	assert_int_equal(access(rig.site->control_socket, F_OK), -1);
	rpc_journal_answer("[]", KAKOU_OK, NULL);
	rpc_rig_expect_ended(resting);
	rpc_rig_expect_ended(asking);
}

static void the_socket_is_for_its_owner_and_group_only(void **state)
{
	struct stat found;

	(void)state;
	assert_int_equal(stat(rig.site->control_socket, &found), 0);
	assert_true(S_ISSOCK(found.st_mode));
	assert_int_equal(found.st_mode & 0777, 0660);
}

/* In a child: connects as another user and group. Exits with 0 when it was refused. */
static void connect_as_nobody(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char text[512] = "";
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, rig.site->control_socket, sizeof(address.sun_path) - 1);
	if (setgid(65534) || setuid(65534))
		_exit(2);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		_exit(3);
	if (recv(fd, text, sizeof(text) - 1, 0) <= 0)
		_exit(4);
	_exit(strstr(text, "-32011") ? 0 : 5);
}

static void another_user_is_refused_even_where_the_mode_lets_it_in(void **state)
{
	int status;
	pid_t child;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can become another user\n");
		skip();
	}
	assert_int_equal(chmod(rig.site->control_socket, 0666), 0);
	assert_int_equal(chmod(rig.directory, 0711), 0);
	child = fork();
	if (child == 0)
		connect_as_nobody();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void out_of_descriptors_it_rests_and_listens_again(void **state)
{
	int served = rpc_rig_connect(&rig);
	int waiting = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct rlimit all;
	struct rlimit none;

	(void)state;
	rpc_rig_expect_served(served);
	strncpy(address.sun_path, rig.site->control_socket, sizeof(address.sun_path) - 1);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	none = all;
	none.rlim_cur = (rlim_t)waiting + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(connect(waiting, (struct sockaddr *)&address, sizeof(address)),
			 0);
	for (int i = 0; i < 50; i++)
		rpc_rig_expect_served(served);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
	fake_clock_advance(1000);
	rpc_rig_expect_served(served); /* wakes it */
	rpc_rig_expect_served(waiting);
	close(waiting);
	close(served);
}

static void a_second_server_on_the_same_socket_is_refused(void **state)
{
	struct rpc *second = NULL;
	struct why why = {""};
	int fd;

	(void)state;
	assert_int_equal(rpc_start(&second, &rig.config, &why), KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "another process answers"));
	assert_null(second);
	fd = rpc_rig_connect(&rig);
	rpc_rig_expect_served(fd);
	close(fd);
}

static void a_socket_that_a_killed_process_left_is_replaced(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int dead = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd;

	(void)state;
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	strncpy(address.sun_path, rig.site->control_socket, sizeof(address.sun_path) - 1);
	assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof(address)), 0);
	close(dead);
	rpc_rig_start(&rig);
	fd = rpc_rig_connect(&rig);
	rpc_rig_expect_served(fd);
	close(fd);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	struct rpc *rpc = NULL;
	struct why why = {""};
	FILE *file;

	(void)state;
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	file = fopen(rig.site->control_socket, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(rpc_start(&rpc, &rig.config, &why), KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "no socket"));
	assert_int_equal(access(rig.site->control_socket, F_OK), 0);
}

static void a_directory_that_is_missing_is_said(void **state)
{
	struct rpc *rpc = NULL;
	struct why why = {""};

	(void)state;
	rpc_stop(rig.rpc);
	rig.rpc = NULL;
	snprintf(rig.site->control_socket, sizeof(rig.site->control_socket),
		 "/nonexistent/kakoud.sock");
	assert_int_equal(rpc_start(&rpc, &rig.config, &why), KAKOU_E_IO);
	assert_non_null(strstr(why.text, "/nonexistent/kakoud.sock"));
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(an_answer_after_the_end_of_the_server_is_released),
		WITH_SERVER(it_ends_at_once_though_clients_wait),
		WITH_SERVER(the_socket_is_for_its_owner_and_group_only),
		WITH_SERVER(another_user_is_refused_even_where_the_mode_lets_it_in),
		WITH_SERVER(out_of_descriptors_it_rests_and_listens_again),
		WITH_SERVER(a_second_server_on_the_same_socket_is_refused),
		WITH_SERVER(a_socket_that_a_killed_process_left_is_replaced),
		WITH_SERVER(a_file_that_is_no_socket_is_left_alone),
		WITH_SERVER(a_directory_that_is_missing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
