/* SPDX-License-Identifier: MIT */
/*
 * TLS: both sides check the other, and each refusal names the check that failed.
 *
 * The certificates are made once by the openssl command in a directory of their own. Client and
 * server run in this thread over a socket pair, each pumped until it has nothing more to do.
 */
#include "hal/tls.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/loop.h"

static const char make_certificates[] =
	"set -eu; cd \"$1\"; exec >/dev/null 2>&1\n"
	"cat >ca.conf <<'END'\n"
	"[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n"
	"default_md=sha256\npolicy=p\ndefault_days=30\ndefault_crl_days=30\n"
	"unique_subject=no\ncopy_extensions=copy\n[p]\ncommonName=supplied\n"
	"[req]\ndistinguished_name=n\n[n]\n[issuer]\nbasicConstraints=critical,CA:true\n"
	"END\n"
	": >index; echo 01 >serial\n"
	"key() { openssl ecparam -name prime256v1 -genkey -noout -out \"$1.key\"; chmod "
	"600 \"$1.key\"; }\n"
	"root() { key \"$1\"; openssl req -x509 -new -key \"$1.key\" -subj \"/CN=$1\" "
	"-days 30 "
	"-config ca.conf -extensions issuer -out \"$1.pem\"; }\n"
	"leaf() { issuer=$1 name=$2 cn=$3 san=$4; shift 4; key \"$name\"\n"
	"openssl req -new -key \"$name.key\" -subj \"/CN=$cn\" -config ca.conf "
	"${san:+-addext subjectAltName=DNS:$san} -out \"$name.csr\"\n"
	"openssl ca -batch -config ca.conf -cert \"$issuer.pem\" -keyfile "
	"\"$issuer.key\" "
	"-in \"$name.csr\" -out \"$name.pem\" -notext \"$@\"; }\n"
	"root issuer; root foreign\n"
	"leaf issuer gate gate-1 gate-1.example\n"
	"leaf issuer customs customs-platform customs.example\n"
	"leaf issuer plain customs.example ''\n"
	"leaf issuer star star '*.example'\n"
	"leaf issuer expired expired customs.example -startdate 20200101000000Z "
	"-enddate 20210101000000Z\n"
	"leaf issuer future future customs.example -startdate 20980101000000Z "
	"-enddate 20990101000000Z\n"
	"leaf issuer revoked revoked customs.example\n"
	"leaf foreign stranger stranger customs.example\n"
	"openssl ca -config ca.conf -cert issuer.pem -keyfile issuer.key -revoke "
	"revoked.pem\n"
	"openssl ca -config ca.conf -cert issuer.pem -keyfile issuer.key -gencrl -out "
	"issuer.crl\n"
	"openssl ca -config ca.conf -cert foreign.pem -keyfile foreign.key -gencrl -out "
	"foreign.crl\n";

static char directory[64];

/* "directory/name.suffix"; the text lives until the eighth call after this one. */
static const char *file_of(const char *name, const char *suffix)
{
	static char paths[8][128];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s.%s", directory, name, suffix);
	return path;
}

static bool make_scratch(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/kakou-tls-XXXXXX",
		 parent ? parent : "/tmp");
	return mkdtemp(directory);
}

static int make_directory(void **state)
{
	char command[sizeof(make_certificates) + 96];

	(void)state;
	if (!make_scratch())
		return -1;
	snprintf(command, sizeof(command), "set -- %s\n%s", directory, make_certificates);
	return system(command);
}

static int remove_directory(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

/* ---- two ends in one thread --------------------------------------------------------------- */

struct side {
	struct tls_context *context;
	struct tls_conn *conn;
	enum kakou_err err;
	struct why why;
};

struct pair {
	struct side client;
	struct side server;
};

/* What differs from two healthy ends that trust each other. */
struct plan {
	const char *client_cert;
	const char *client_expects;
	const char *server_cert;
	const char *server_expects;
	const char *crl;
};

static void open_side(struct side *side, bool is_server, const char *cert,
		      const char *crl, int fd, const char *peer_name)
{
	struct tls_config config = {
		.is_server = is_server,
		.ca_file = file_of("issuer", "pem"),
		.crl_file = crl ? file_of(crl, "crl") : NULL,
		.cert_file = file_of(cert, "pem"),
		.key_file = file_of(cert, "key"),
	};
	enum kakou_err err = tls_context_create(&side->context, &config, &side->why);

	if (err)
		fail_msg("%s", side->why.text);
	assert_int_equal(tls_conn_create(&side->conn, side->context, fd, peer_name),
			 KAKOU_OK);
	side->err = KAKOU_E_AGAIN;
}

static void open_pair(struct pair *pair, const struct plan *plan)
{
	int fds[2];

	memset(pair, 0, sizeof(*pair));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
		0);
	open_side(&pair->client, false, plan->client_cert ? plan->client_cert : "gate",
		  plan->crl, fds[0],
		  plan->client_expects ? plan->client_expects : "customs.example");
	open_side(&pair->server, true, plan->server_cert ? plan->server_cert : "customs",
		  plan->crl, fds[1],
		  plan->server_expects ? plan->server_expects : "gate-1.example");
}

static void close_side(struct side *side)
{
	tls_conn_destroy(side->conn);
	tls_context_destroy(side->context);
	side->conn = NULL;
	side->context = NULL;
}

static void close_pair(struct pair *pair)
{
	close_side(&pair->client);
	close_side(&pair->server);
}

static void shake_hands(struct pair *pair)
{
	for (int i = 0; i < 50; i++) {
		if (pair->client.err == KAKOU_E_AGAIN)
			pair->client.err =
				tls_conn_handshake(pair->client.conn, &pair->client.why);
		if (pair->server.err == KAKOU_E_AGAIN)
			pair->server.err =
				tls_conn_handshake(pair->server.conn, &pair->server.why);
	}
}

/* Reads until something else than "wait" comes. */
static enum kakou_err read_soon(struct side *side, void *buffer, size_t size, size_t *got)
{
	enum kakou_err err = KAKOU_E_AGAIN;

	for (int i = 0; i < 50 && err == KAKOU_E_AGAIN; i++)
		err = tls_conn_read(side->conn, buffer, size, got, &side->why);
	return err;
}

/* The client refuses the server: the server must hear of it as well. */
static void expect_client_refuses(const struct plan *plan, const char *reason)
{
	struct pair pair;

	open_pair(&pair, plan);
	shake_hands(&pair);
	assert_int_equal(pair.client.err, KAKOU_E_REFUSED);
	assert_non_null(strstr(pair.client.why.text, reason));
	assert_int_equal(pair.server.err, KAKOU_E_REFUSED);
	assert_non_null(strstr(pair.server.why.text, "peer: alert"));
	close_pair(&pair);
}

/* The server refuses the client. Under TLS 1.3 the client has finished by then and learns it
 * with its first read. */
static void expect_server_refuses(const struct plan *plan, const char *reason)
{
	struct pair pair;
	char byte;
	size_t got;

	open_pair(&pair, plan);
	shake_hands(&pair);
	assert_int_equal(pair.server.err, KAKOU_E_REFUSED);
	assert_non_null(strstr(pair.server.why.text, reason));
	if (pair.client.err == KAKOU_OK)
		pair.client.err = read_soon(&pair.client, &byte, 1, &got);
	assert_int_equal(pair.client.err, KAKOU_E_REFUSED);
	assert_non_null(strstr(pair.client.why.text, "peer: alert"));
	close_pair(&pair);
}

/* ---- tests -------------------------------------------------------------------------------- */

static void two_ends_that_trust_each_other_talk(void **state)
{
	struct pair pair;
	char buffer[64];
	size_t put = 0;
	size_t got = 0;

	(void)state;
	open_pair(&pair, &(struct plan){.crl = "issuer"});
	shake_hands(&pair);
	assert_int_equal(pair.client.err, KAKOU_OK);
	assert_int_equal(pair.server.err, KAKOU_OK);
	assert_memory_equal(tls_conn_version(pair.client.conn), "TLSv1.", 6);

	assert_int_equal(tls_conn_write(pair.client.conn, "frame", 5, &put, NULL),
			 KAKOU_OK);
	assert_int_equal(put, 5);
	assert_int_equal(read_soon(&pair.server, buffer, sizeof(buffer), &got), KAKOU_OK);
	assert_int_equal(got, 5);
	assert_memory_equal(buffer, "frame", 5);
	assert_int_equal(
		tls_conn_read(pair.server.conn, buffer, sizeof(buffer), &got, NULL),
		KAKOU_E_AGAIN);
	assert_int_equal(tls_conn_wants(pair.server.conn), LOOP_IN);

	assert_int_equal(tls_conn_shutdown(pair.client.conn, NULL), KAKOU_OK);
	got = 99;
	assert_int_equal(read_soon(&pair.server, buffer, sizeof(buffer), &got), KAKOU_OK);
	assert_int_equal(got, 0);
	close_pair(&pair);
}

static void a_stream_that_ends_without_close_notify_is_truncated(void **state)
{
	struct pair pair;
	char byte;
	size_t got;

	(void)state;
	open_pair(&pair, &(struct plan){0});
	shake_hands(&pair);
	close_side(&pair.client);
	assert_int_equal(read_soon(&pair.server, &byte, 1, &got), KAKOU_E_LINK);
	close_pair(&pair);
}

static void a_writer_that_outruns_the_reader_is_told_to_wait(void **state)
{
	static const char block[16384];
	struct pair pair;
	enum kakou_err err = KAKOU_OK;
	size_t put;

	(void)state;
	open_pair(&pair, &(struct plan){0});
	shake_hands(&pair);
	for (int i = 0; i < 1000 && !err; i++)
		err = tls_conn_write(pair.client.conn, block, sizeof(block), &put, NULL);
	assert_int_equal(err, KAKOU_E_AGAIN);
	assert_int_equal(tls_conn_wants(pair.client.conn), LOOP_OUT);
	close_pair(&pair);
}

static void the_client_refuses_a_server_with_another_name(void **state)
{
	(void)state;
	expect_client_refuses(
		&(struct plan){.client_expects = "other.example"},
		"name mismatch: certificate is for customs.example, expected "
		"other.example");
}

static void the_server_refuses_a_client_with_another_name(void **state)
{
	(void)state;
	expect_server_refuses(
		&(struct plan){.server_expects = "gate-2.example"},
		"name mismatch: certificate is for gate-1.example, expected "
		"gate-2.example");
}

static void the_common_name_counts_only_without_alternative_names(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, &(struct plan){.server_cert = "plain"});
	shake_hands(&pair);
	assert_int_equal(pair.client.err, KAKOU_OK);
	assert_int_equal(pair.server.err, KAKOU_OK);
	close_pair(&pair);
	expect_server_refuses(&(struct plan){.server_expects = "gate-1"},
			      "name mismatch");
}

static void a_wildcard_stands_for_one_label(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, &(struct plan){.client_cert = "star", .server_cert = "star"});
	shake_hands(&pair);
	assert_int_equal(pair.client.err, KAKOU_OK);
	assert_int_equal(pair.server.err, KAKOU_OK);
	close_pair(&pair);
	expect_server_refuses(
		&(struct plan){.client_cert = "star", .server_expects = "a.b.example"},
		"certificate is for *.example, expected a.b.example");
}

static void an_expired_certificate_is_refused_both_ways(void **state)
{
	(void)state;
	expect_client_refuses(&(struct plan){.server_cert = "expired"},
			      "certificate expired");
	expect_server_refuses(&(struct plan){.client_cert = "expired",
					     .server_expects = "customs.example"},
			      "certificate expired");
}

static void a_certificate_from_the_future_is_refused(void **state)
{
	(void)state;
	expect_client_refuses(&(struct plan){.server_cert = "future"}, "not yet valid");
}

static void a_foreign_issuer_is_refused_both_ways(void **state)
{
	(void)state;
	expect_client_refuses(&(struct plan){.server_cert = "stranger"},
			      "not signed by a trusted issuer");
	expect_server_refuses(&(struct plan){.client_cert = "stranger",
					     .server_expects = "customs.example"},
			      "not signed by a trusted issuer");
}

static void a_revoked_certificate_is_refused_both_ways(void **state)
{
	(void)state;
	expect_client_refuses(&(struct plan){.server_cert = "revoked", .crl = "issuer"},
			      "certificate revoked");
	expect_server_refuses(&(struct plan){.client_cert = "revoked",
					     .server_expects = "customs.example",
					     .crl = "issuer"},
			      "certificate revoked");
}

static void a_list_that_does_not_cover_the_issuer_is_not_enough(void **state)
{
	(void)state;
	expect_client_refuses(&(struct plan){.crl = "foreign"}, "no revocation list");
}

/* One handshake of our server with `openssl s_client` and its options. */
static enum kakou_err serve_openssl(const char *options, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct side server = {0};
	struct pollfd wanted = {.events = POLLIN};
	char command[512];
	FILE *client;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", directory);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	snprintf(command, sizeof(command),
		 "timeout 10 openssl s_client -unix %s -CAfile %s %s </dev/null "
		 ">/dev/null 2>&1",
		 address.sun_path, file_of("issuer", "pem"), options);
	client = popen(command, "r");
	assert_non_null(client);
	wanted.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(wanted.fd >= 0);
	open_side(&server, true, "customs", NULL, wanted.fd, "gate-1.example");
	while (server.err == KAKOU_E_AGAIN && poll(&wanted, 1, 5000) > 0)
		server.err = tls_conn_handshake(server.conn, &server.why);
	*why = server.why;
	close_side(&server);
	pclose(client);
	close(listener);
	unlink(address.sun_path);
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
	snprintf(options, sizeof(options), "-cert %s -key %s", file_of("gate", "pem"),
		 file_of("gate", "key"));
	assert_int_equal(serve_openssl(options, &why), KAKOU_OK);
}

static void tls_1_1_is_refused(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(serve_openssl("-tls1_1 -cipher DEFAULT@SECLEVEL=0", &why),
			 KAKOU_E_REFUSED);
	assert_non_null(strstr(why.text, "no TLS version or cipher in common"));
}

static void what_is_not_tls_is_garbled(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: gate\r\n\r\n";
	struct side server = {0};
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	open_side(&server, true, "customs", NULL, fds[1], "gate-1.example");
	assert_int_equal(write(fds[0], request, sizeof(request) - 1),
			 sizeof(request) - 1);
	for (int i = 0; i < 10 && server.err == KAKOU_E_AGAIN; i++)
		server.err = tls_conn_handshake(server.conn, &server.why);
	assert_int_equal(server.err, KAKOU_E_GARBLED);
	close_side(&server);
	close(fds[0]);
}

static void a_peer_that_leaves_during_the_handshake_is_a_lost_link(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, &(struct plan){0});
	pair.client.err = tls_conn_handshake(pair.client.conn, &pair.client.why);
	assert_int_equal(pair.client.err, KAKOU_E_AGAIN);
	close_side(&pair.server);
	assert_int_equal(tls_conn_handshake(pair.client.conn, &pair.client.why),
			 KAKOU_E_LINK);
	close_pair(&pair);
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
	const char *key = file_of("gate", "key");
	struct why why;

	(void)state;
	assert_int_equal(chmod(key, 0640), 0);
	assert_int_equal(
		load(file_of("issuer", "pem"), file_of("gate", "pem"), key, &why),
		KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "mode is 0640"));
	assert_int_equal(chmod(key, 0600), 0);
}

static void a_key_of_another_certificate_is_invalid(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(load(file_of("issuer", "pem"), file_of("gate", "pem"),
			      file_of("customs", "key"), &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "expected the key of the certificate"));
}

static void what_is_no_certificate_is_invalid_and_named(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(load(file_of("issuer", "key"), file_of("gate", "pem"),
			      file_of("gate", "key"), &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "issuer.key: expected certificates in PEM"));
	assert_int_equal(load(file_of("nowhere", "pem"), file_of("gate", "pem"),
			      file_of("gate", "key"), &why),
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
		cmocka_unit_test(the_client_refuses_a_server_with_another_name),
		cmocka_unit_test(the_server_refuses_a_client_with_another_name),
		cmocka_unit_test(the_common_name_counts_only_without_alternative_names),
		cmocka_unit_test(a_wildcard_stands_for_one_label),
		cmocka_unit_test(an_expired_certificate_is_refused_both_ways),
		cmocka_unit_test(a_certificate_from_the_future_is_refused),
		cmocka_unit_test(a_foreign_issuer_is_refused_both_ways),
		cmocka_unit_test(a_revoked_certificate_is_refused_both_ways),
		cmocka_unit_test(a_list_that_does_not_cover_the_issuer_is_not_enough),
		cmocka_unit_test(a_client_without_certificate_is_refused),
		cmocka_unit_test(openssl_with_a_certificate_is_welcome),
		cmocka_unit_test(tls_1_1_is_refused),
		cmocka_unit_test(what_is_not_tls_is_garbled),
		cmocka_unit_test(a_peer_that_leaves_during_the_handshake_is_a_lost_link),
		cmocka_unit_test(a_key_that_others_may_read_is_denied),
		cmocka_unit_test(a_key_of_another_certificate_is_invalid),
		cmocka_unit_test(what_is_no_certificate_is_invalid_and_named),
		cmocka_unit_test(sha256_gives_the_published_vector),
	};

	return cmocka_run_group_tests_name("tls", tests, make_directory,
					   remove_directory);
}
