/* SPDX-License-Identifier: MIT */
/*
 * TLS: which sessions are resumed, and a peer that is OpenSSL.
 */
#include "hal/tls.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/tls_pair.h"

/* A second connection between the contexts of the pair. */
static void connect_again(struct tls_pair *pair, const char *client_expects)
{
	int fds[2];

	tls_conn_destroy(pair->client.conn);
	tls_conn_destroy(pair->server.conn);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
		0);
	assert_int_equal(tls_conn_create(&pair->client.conn, pair->client.context, fds[0],
					 client_expects),
			 KAKOU_OK);
	assert_int_equal(tls_conn_create(&pair->server.conn, pair->server.context, fds[1],
					 "gate-1.example"),
			 KAKOU_OK);
	pair->client.err = pair->server.err = KAKOU_E_AGAIN;
	tls_pair_shake_hands(pair);
}

static bool are_resumed(const struct tls_pair *pair)
{
	return tls_conn_is_resumed(pair->client.conn) &&
	       tls_conn_is_resumed(pair->server.conn);
}

/* TLS 1.3 resumes otherwise, and is not asked to. */
static bool is_tls_1_2(const struct tls_pair *pair)
{
	return !strcmp(tls_conn_version(pair->client.conn), "TLSv1.2");
}

static void ten_connections_need_one_whole_handshake(void **state)
{
	struct tls_pair pair;
	int whole = 0;

	(void)state;
	tls_pair_open(&pair, &(struct tls_plan){0});
	tls_pair_shake_hands(&pair);
	whole += !are_resumed(&pair);
	for (int i = 0; i < 9; i++) {
		connect_again(&pair, "customs.example");
		assert_int_equal(pair.client.err, KAKOU_OK);
		assert_int_equal(pair.server.err, KAKOU_OK);
		whole += !are_resumed(&pair);
	}
	assert_int_equal(whole, is_tls_1_2(&pair) ? 1 : 10);
	tls_pair_close(&pair);
}

static void a_session_is_not_resumed_with_a_rotated_context(void **state)
{
	struct tls_config config = {.is_server = true};
	struct tls_pair pair;

	(void)state;
	tls_pair_open(&pair, &(struct tls_plan){0});
	tls_pair_shake_hands(&pair);
	config.ca_file = tls_pair_file("issuer", "pem");
	config.crl_file = tls_pair_file("issuer", "crl");
	config.cert_file = tls_pair_file("customs", "pem");
	config.key_file = tls_pair_file("customs", "key");
	tls_context_destroy(pair.server.context); /* its connection goes on */
	assert_int_equal(
		tls_context_create(&pair.server.context, &config, &pair.server.why),
		KAKOU_OK);
	connect_again(&pair, "customs.example");
	assert_int_equal(pair.client.err, KAKOU_OK);
	assert_false(tls_conn_is_resumed(pair.server.conn));
	assert_false(tls_conn_is_resumed(pair.client.conn));
	tls_pair_close(&pair);
}

static void a_session_is_not_resumed_for_another_name(void **state)
{
	struct tls_pair pair;

	(void)state;
	tls_pair_open(&pair, &(struct tls_plan){0});
	tls_pair_shake_hands(&pair);
	connect_again(&pair, "other.example");
	assert_int_equal(pair.client.err, KAKOU_E_REFUSED);
	assert_non_null(strstr(pair.client.why.text, "name mismatch"));
	tls_pair_close(&pair);
}

/* One handshake of our server with `openssl s_client` and its options; the server's context stays. */
static void serve_once(struct tls_side *server, const char *options)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct pollfd wanted = {.events = POLLIN};
	char command[1024];
	FILE *client;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket",
		 tls_pair_directory);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	snprintf(command, sizeof(command),
		 "timeout 10 openssl s_client -unix %s -CAfile %s %s </dev/null "
		 ">/dev/null 2>&1",
		 address.sun_path, tls_pair_file("issuer", "pem"), options);
	client = popen(command, "r");
	assert_non_null(client);
	wanted.fd = listener;
	assert_int_equal(poll(&wanted, 1, 10000), 1);
	wanted.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(wanted.fd >= 0);
	server->err = KAKOU_E_AGAIN;
	if (!server->context)
		tls_side_open(server, true, "customs", NULL, wanted.fd, "gate-1.example");
	else
		assert_int_equal(tls_conn_create(&server->conn, server->context,
						 wanted.fd, "gate-1.example"),
				 KAKOU_OK);
	while (server->err == KAKOU_E_AGAIN && poll(&wanted, 1, 5000) > 0)
		server->err = tls_conn_handshake(server->conn, &server->why);
	server->was_resumed = tls_conn_is_resumed(server->conn);
	server->version = tls_conn_version(server->conn);
	tls_conn_destroy(server->conn);
	server->conn = NULL;
	pclose(client);
	close(listener);
	unlink(address.sun_path);
}

static enum kakou_err serve_openssl(const char *options, struct why *why)
{
	struct tls_side server = {0};

	serve_once(&server, options);
	*why = server.why;
	tls_side_close(&server);
	return server.err;
}

static void a_client_without_certificate_is_refused(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(serve_openssl("", &why), KAKOU_E_REFUSED);
	assert_string_equal(why.text, "no client certificate, expected gate-1.example");
}

static void openssl_with_a_certificate_is_welcome(void **state)
{
	struct why why;
	char options[300];

	(void)state;
	snprintf(options, sizeof(options), "-cert %s -key %s",
		 tls_pair_file("gate", "pem"), tls_pair_file("gate", "key"));
	assert_int_equal(serve_openssl(options, &why), KAKOU_OK);
}

/* A TLS 1.3 server gives a new ticket with each connection, so a peer that keeps the newest would
 * never be checked again: there is none, and the second round then offers what the first left. */
static void openssl_resumes_under_tls_1_2_only(void **state)
{
	static const char *const versions[] = {"-tls1_2", ""};
	char options[900];

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct tls_side server = {0};

		snprintf(options, sizeof(options),
			 "%s -ign_eof -cert %s -key %s -sess_out %s/session", versions[i],
			 tls_pair_file("gate", "pem"), tls_pair_file("gate", "key"),
			 tls_pair_directory);
		serve_once(&server, options);
		assert_int_equal(server.err, KAKOU_OK);
		assert_false(server.was_resumed);
		snprintf(options, sizeof(options),
			 "%s -ign_eof -cert %s -key %s -sess_in %s/session", versions[i],
			 tls_pair_file("gate", "pem"), tls_pair_file("gate", "key"),
			 tls_pair_directory);
		serve_once(&server, options);
		assert_int_equal(server.err, KAKOU_OK);
		assert_int_equal(server.was_resumed, !strcmp(server.version, "TLSv1.2"));
		tls_side_close(&server);
	}
}

static void tls_1_0_and_1_1_are_refused(void **state)
{
	static const char *const options[] = {"-tls1 -cipher DEFAULT@SECLEVEL=0",
					      "-tls1_1 -cipher DEFAULT@SECLEVEL=0"};
	struct why why;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(serve_openssl(options[i], &why), KAKOU_E_REFUSED);
		assert_non_null(strstr(why.text, "no TLS version or cipher in common"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_without_certificate_is_refused),
		cmocka_unit_test(openssl_with_a_certificate_is_welcome),
		cmocka_unit_test(openssl_resumes_under_tls_1_2_only),
		cmocka_unit_test(tls_1_0_and_1_1_are_refused),
		cmocka_unit_test(ten_connections_need_one_whole_handshake),
		cmocka_unit_test(a_session_is_not_resumed_with_a_rotated_context),
		cmocka_unit_test(a_session_is_not_resumed_for_another_name),
	};

	return cmocka_run_group_tests_name("tls_sessions", tests, tls_pair_make_directory,
					   tls_pair_remove_directory);
}
