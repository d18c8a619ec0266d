/* SPDX-License-Identifier: MIT */
/*
 * TLS: streams that go well and that break off, a peer that is none, and what is loaded.
 */
#include "hal/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/loop.h"
#include "tests/unit/tls_pair.h"

static void two_ends_that_trust_each_other_talk(void **state)
{
	struct tls_pair pair;
	char buffer[64];
	size_t put = 0;
	size_t got = 0;

	(void)state;
	tls_pair_open(&pair, &(struct tls_plan){.crl = "issuer"});
	tls_pair_shake_hands(&pair);
	assert_int_equal(pair.client.err, KAKOU_OK);
	assert_int_equal(pair.server.err, KAKOU_OK);
	assert_memory_equal(tls_conn_version(pair.client.conn), "TLSv1.", 6);

	assert_int_equal(tls_conn_write(pair.client.conn, "frame", 5, &put, NULL),
			 KAKOU_OK);
	assert_int_equal(put, 5);
	assert_int_equal(tls_side_read_soon(&pair.server, buffer, sizeof(buffer), &got),
			 KAKOU_OK);
	assert_int_equal(got, 5);
	assert_memory_equal(buffer, "frame", 5);
	assert_int_equal(
		tls_conn_read(pair.server.conn, buffer, sizeof(buffer), &got, NULL),
		KAKOU_E_AGAIN);
	assert_int_equal(tls_conn_wants(pair.server.conn), LOOP_IN);

	assert_int_equal(tls_conn_shutdown(pair.client.conn, NULL), KAKOU_OK);
	got = 99;
	assert_int_equal(tls_side_read_soon(&pair.server, buffer, sizeof(buffer), &got),
			 KAKOU_OK);
	assert_int_equal(got, 0);
	tls_pair_close(&pair);
}

static void a_stream_that_ends_without_close_notify_is_truncated(void **state)
{
	struct tls_pair pair;
	char byte;
	size_t got;

	(void)state;
	tls_pair_open(&pair, &(struct tls_plan){0});
	tls_pair_shake_hands(&pair);
	tls_side_close(&pair.client);
	assert_int_equal(tls_side_read_soon(&pair.server, &byte, 1, &got), KAKOU_E_LINK);
	tls_pair_close(&pair);
}

static void a_writer_that_outruns_the_reader_is_told_to_wait(void **state)
{
	static const char block[16384];
	struct tls_pair pair;
	enum kakou_err err = KAKOU_OK;
	size_t put;

	(void)state;
	tls_pair_open(&pair, &(struct tls_plan){0});
	tls_pair_shake_hands(&pair);
	for (int i = 0; i < 1000 && !err; i++)
		err = tls_conn_write(pair.client.conn, block, sizeof(block), &put, NULL);
	assert_int_equal(err, KAKOU_E_AGAIN);
	assert_int_equal(tls_conn_wants(pair.client.conn), LOOP_OUT);
	tls_pair_close(&pair);
}

/* The server's socket under the connection's feet: bytes that no peer with the key has sent. */
static void a_record_that_breaks_off_or_is_altered_is_never_data(void **state)
{
	static const unsigned char part[] = {0x17, 0x03, 0x03, 0x00, 0x40, 1, 2, 3};
	unsigned char whole[5 + 0x40] = {0x17, 0x03, 0x03, 0x00, 0x40};
	char byte;
	size_t got;

	(void)state;
	for (int is_whole = 0; is_whole < 2; is_whole++) {
		struct tls_pair pair;
		int fds[2], raw;
		enum kakou_err err;

		memset(&pair, 0, sizeof(pair));
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
				 0);
		raw = dup(fds[1]);
		tls_side_open(&pair.client, false, "gate", NULL, fds[0],
			      "customs.example");
		tls_side_open(&pair.server, true, "customs", NULL, fds[1],
			      "gate-1.example");
		tls_pair_shake_hands(&pair);
		assert_int_equal(pair.client.err, KAKOU_OK);
		/* Before the first data, mbedtls 3.6 may take it for the alert of a refusal. */
		assert_int_equal(
			tls_conn_write(pair.server.conn, "x", 1, &got, &pair.server.why),
			KAKOU_OK);
		assert_int_equal(tls_side_read_soon(&pair.client, &byte, 1, &got),
				 KAKOU_OK);
		assert_true(write(raw, is_whole ? whole : part,
				  is_whole ? sizeof(whole) : sizeof(part)) > 0);
		shutdown(raw, SHUT_WR);
		err = tls_side_read_soon(&pair.client, &byte, 1, &got);
		assert_int_equal(err, is_whole ? KAKOU_E_GARBLED : KAKOU_E_LINK);
		close(raw);
		tls_pair_close(&pair);
	}
}

static void the_alert_of_a_server_without_a_version_of_ours_is_told_as_that(void **state)
{
	static const unsigned char alert[] = {21, 3, 1, 0, 2, 2, 70};
	struct tls_side client = {0};
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	tls_side_open(&client, false, "gate", NULL, fds[1], "customs.example");
	assert_int_equal(write(fds[0], alert, sizeof(alert)), sizeof(alert));
	for (int i = 0; i < 10 && client.err == KAKOU_E_AGAIN; i++)
		client.err = tls_conn_handshake(client.conn, &client.why);
	assert_int_equal(client.err, KAKOU_E_REFUSED);
	assert_string_equal(client.why.text, "no TLS version or cipher in common: peer: "
					     "alert 70, protocol version");
	tls_side_close(&client);
	close(fds[0]);
}

static void what_is_not_tls_is_garbled(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: gate\r\n\r\n";
	struct tls_side server = {0};
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	tls_side_open(&server, true, "customs", NULL, fds[1], "gate-1.example");
	assert_int_equal(write(fds[0], request, sizeof(request) - 1),
			 sizeof(request) - 1);
	for (int i = 0; i < 10 && server.err == KAKOU_E_AGAIN; i++)
		server.err = tls_conn_handshake(server.conn, &server.why);
	assert_int_equal(server.err, KAKOU_E_GARBLED);
	tls_side_close(&server);
	close(fds[0]);
}

static void a_peer_that_leaves_during_the_handshake_is_a_lost_link(void **state)
{
	struct tls_pair pair;

	(void)state;
	tls_pair_open(&pair, &(struct tls_plan){0});
	pair.client.err = tls_conn_handshake(pair.client.conn, &pair.client.why);
	assert_int_equal(pair.client.err, KAKOU_E_AGAIN);
	tls_side_close(&pair.server);
	assert_int_equal(tls_conn_handshake(pair.client.conn, &pair.client.why),
			 KAKOU_E_LINK);
	tls_pair_close(&pair);
}

static enum kakou_err load(const char *ca, const char *cert, const char *key,
			   struct why *why)
{
	struct tls_config config = {.ca_file = ca, .cert_file = cert, .key_file = key};
	struct tls_context *context = NULL;
	enum kakou_err err = tls_context_create(&context, &config, why);

	tls_context_destroy(context);
	return err;
}

static void a_key_that_others_may_read_is_denied(void **state)
{
	const char *key = tls_pair_file("gate", "key");
	struct why why;

	(void)state;
	assert_int_equal(chmod(key, 0640), 0);
	assert_int_equal(load(tls_pair_file("issuer", "pem"),
			      tls_pair_file("gate", "pem"), key, &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "mode is 0640"));
	assert_int_equal(chmod(key, 0600), 0);
}

static void a_key_of_another_certificate_is_invalid(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(load(tls_pair_file("issuer", "pem"),
			      tls_pair_file("gate", "pem"),
			      tls_pair_file("customs", "key"), &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "expected the key of the certificate"));
}

static void what_is_no_certificate_is_invalid_and_named(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(load(tls_pair_file("issuer", "key"),
			      tls_pair_file("gate", "pem"), tls_pair_file("gate", "key"),
			      &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "issuer.key: expected certificates in PEM"));
	assert_int_equal(load(tls_pair_file("nowhere", "pem"),
			      tls_pair_file("gate", "pem"), tls_pair_file("gate", "key"),
			      &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "nowhere.pem"));
}

static void sha256_gives_the_published_vector(void **state)
{
	/* FIPS 180-4, "abc" */
	static const unsigned char expected[32] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	unsigned char digest[32];

	(void)state;
	digest_sha256("abc", 3, digest);
	assert_memory_equal(digest, expected, sizeof(expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_ends_that_trust_each_other_talk),
		cmocka_unit_test(a_stream_that_ends_without_close_notify_is_truncated),
		cmocka_unit_test(a_writer_that_outruns_the_reader_is_told_to_wait),
		cmocka_unit_test(a_record_that_breaks_off_or_is_altered_is_never_data),
		cmocka_unit_test(
			the_alert_of_a_server_without_a_version_of_ours_is_told_as_that),
		cmocka_unit_test(what_is_not_tls_is_garbled),
		cmocka_unit_test(a_peer_that_leaves_during_the_handshake_is_a_lost_link),
		cmocka_unit_test(a_key_that_others_may_read_is_denied),
		cmocka_unit_test(a_key_of_another_certificate_is_invalid),
		cmocka_unit_test(what_is_no_certificate_is_invalid_and_named),
		cmocka_unit_test(sha256_gives_the_published_vector),
	};

	return cmocka_run_group_tests_name("tls", tests, tls_pair_make_directory,
					   tls_pair_remove_directory);
}
