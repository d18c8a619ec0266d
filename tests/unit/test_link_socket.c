/* SPDX-License-Identifier: MIT */
/*
 * The sockets of the customs link.
 */
#include "drivers/customs/link_socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void an_address_of_this_machine_is_listened_on_once(void **state)
{
	struct why why = {""};
	bool is_ours = false;
	int first, second;
	uint16_t port;

	(void)state;
	assert_int_equal(link_socket_listen(&first, "127.0.0.1", 0, &is_ours, &why), 0);
	assert_true(is_ours);
	port = link_socket_port(first);
	assert_int_equal(link_socket_listen(&second, "127.0.0.1", port, &is_ours, &why),
			 KAKOU_E_LINK);
	assert_non_null(strstr(why.text, "listen on 127.0.0.1:"));
	close(first);
}

/* A gate whose network cable is out at its start has no address yet, and its lanes work. */
static void an_address_that_the_machine_does_not_have_yet_is_waited_for(void **state)
{
	struct why why = {""};
	bool is_ours = true;
	int fd = -1;

	(void)state;
	/* RFC 5737: of nobody */
	if (link_socket_listen(&fd, "192.0.2.7", 0, &is_ours, &why))
		fail_msg("%s", why.text);
	assert_false(is_ours);
	assert_int_not_equal(link_socket_port(fd), 0);
	close(fd);
}

static void a_name_is_no_address(void **state)
{
	struct why why = {""};
	bool is_ours;
	int fd;

	(void)state;
	assert_int_equal(link_socket_listen(&fd, "customs.example", 0, &is_ours, &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "\"customs.example\": expected a numeric one"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_of_this_machine_is_listened_on_once),
		cmocka_unit_test(
			an_address_that_the_machine_does_not_have_yet_is_waited_for),
		cmocka_unit_test(a_name_is_no_address),
	};

	return cmocka_run_group_tests_name("link_socket", tests, NULL, NULL);
}
