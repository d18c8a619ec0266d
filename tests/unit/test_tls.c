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
#include <time.h>
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
	"printf "
	"'[client]\nextendedKeyUsage=clientAuth\n[server]\nextendedKeyUsage=serverAuth\n'"
	" >use.conf\n"
	"leaf issuer server server customs.example -extfile use.conf -extensions server\n"
	"leaf issuer sha1 sha1 customs.example -md sha1\n"
	"leaf issuer later later gate-1.example -startdate 20980101000000Z -enddate "
	"20990101000000Z\n"
	"leaf issuer brief brief customs.example -startdate 20970101000000Z -enddate "
	"20970601000000Z\n"
	"leaf issuer soon soon gate-1.example -days 3\n"
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
	bool was_resumed;    /* by serve_once() */
	const char *version; /* too */
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
	if (!strstr(pair.client.why.text, reason))
		fail_msg("\"%s\" does not say \"%s\"", pair.client.why.text, reason);
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

/* The other way round needs a server that shows such a certificate, which mbedtls does not: see
 * tests/system/test_customs_link.py. */
static void a_certificate_for_another_use_is_refused(void **state)
{
	(void)state;
	expect_server_refuses(&(struct plan){.client_cert = "server",
					     .server_expects = "customs.example"},
			      "extended key usage");
}

static void a_certificate_signed_with_sha_1_is_refused_both_ways(void **state)
{
	(void)state;
	expect_client_refuses(&(struct plan){.server_cert = "sha1"}, "weak digest");
	expect_server_refuses(&(struct plan){.client_cert = "sha1",
					     .server_expects = "customs.example"},
			      "weak digest");
}

/* Our own certificate begins in the future: so the clock stands before it, as a board without a
 * battery does after a power cut. */
static void a_clock_that_is_not_set_does_not_keep_the_link_down(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, &(struct plan){.client_cert = "later", .server_cert = "future"});
	assert_true(tls_context_clock_is_unset(pair.client.context));
	shake_hands(&pair);
	assert_int_equal(pair.client.err, KAKOU_OK);
	close_pair(&pair);
	/* A name is checked as ever, and so is what ended before our own certificate began. */
	expect_client_refuses(
		&(struct plan){.client_cert = "later", .server_cert = "brief"},
		"not yet valid");
	expect_client_refuses(&(struct plan){.client_cert = "later",
					     .server_cert = "future",
					     .client_expects = "other.example"},
			      "name mismatch");
	expect_client_refuses(
		&(struct plan){.client_cert = "later", .server_cert = "expired"},
		"certificate expired");
	open_pair(&pair, &(struct plan){0});
	assert_false(tls_context_clock_is_unset(pair.client.context));
	close_pair(&pair);
}

static void what_ends_first_is_known_by_its_name(void **state)
{
	struct tls_expiry expiry;
	struct pair pair;

	(void)state;
	open_pair(&pair, &(struct plan){.client_cert = "soon"});
	tls_context_read_expiry(pair.client.context, &expiry);
	assert_string_equal(expiry.what, "certificate soon");
	assert_in_range(expiry.at_s, time(NULL) + 2 * 86400, time(NULL) + 3 * 86400);
	close_pair(&pair);
}

/* ---- sessions ----------------------------------------------------------------------------- */

/* A second connection between the contexts of the pair. */
static void connect_again(struct pair *pair, const char *client_expects)
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
	shake_hands(pair);
}

static bool are_resumed(const struct pair *pair)
{
	return tls_conn_is_resumed(pair->client.conn) &&
	       tls_conn_is_resumed(pair->server.conn);
}

/* TLS 1.3 resumes otherwise, and is not asked to. */
static bool is_tls_1_2(const struct pair *pair)
{
	return !strcmp(tls_conn_version(pair->client.conn), "TLSv1.2");
}

static void ten_connections_need_one_whole_handshake(void **state)
{
	struct pair pair;
	int whole = 0;

	(void)state;
	open_pair(&pair, &(struct plan){0});
	shake_hands(&pair);
	whole += !are_resumed(&pair);
	for (int i = 0; i < 9; i++) {
		connect_again(&pair, "customs.example");
		assert_int_equal(pair.client.err, KAKOU_OK);
		assert_int_equal(pair.server.err, KAKOU_OK);
		whole += !are_resumed(&pair);
	}
	assert_int_equal(whole, is_tls_1_2(&pair) ? 1 : 10);
	close_pair(&pair);
}

static void a_session_is_not_resumed_with_a_rotated_context(void **state)
{
	struct tls_config config = {.is_server = true};
	struct pair pair;

	(void)state;
	open_pair(&pair, &(struct plan){0});
	shake_hands(&pair);
	config.ca_file = file_of("issuer", "pem");
	config.crl_file = file_of("issuer", "crl");
	config.cert_file = file_of("customs", "pem");
	config.key_file = file_of("customs", "key");
	tls_context_destroy(pair.server.context); /* its connection goes on */
	assert_int_equal(
		tls_context_create(&pair.server.context, &config, &pair.server.why),
		KAKOU_OK);
	connect_again(&pair, "customs.example");
	assert_int_equal(pair.client.err, KAKOU_OK);
	assert_false(tls_conn_is_resumed(pair.server.conn));
	assert_false(tls_conn_is_resumed(pair.client.conn));
	close_pair(&pair);
}

static void a_session_is_not_resumed_for_another_name(void **state)
{
	struct pair pair;

	(void)state;
	open_pair(&pair, &(struct plan){0});
	shake_hands(&pair);
	connect_again(&pair, "other.example");
	assert_int_equal(pair.client.err, KAKOU_E_REFUSED);
	assert_non_null(strstr(pair.client.why.text, "name mismatch"));
	close_pair(&pair);
}

/* ---- broken streams ----------------------------------------------------------------------- */

/* The server's socket under the connection's feet: bytes that no peer with the key has sent. */
static void a_record_that_breaks_off_or_is_altered_is_never_data(void **state)
{
	static const unsigned char part[] = {0x17, 0x03, 0x03, 0x00, 0x40, 1, 2, 3};
	unsigned char whole[5 + 0x40] = {0x17, 0x03, 0x03, 0x00, 0x40};
	char byte;
	size_t got;

	(void)state;
	for (int is_whole = 0; is_whole < 2; is_whole++) {
		struct pair pair;
		int fds[2], raw;
		enum kakou_err err;

		memset(&pair, 0, sizeof(pair));
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
				 0);
		raw = dup(fds[1]);
		open_side(&pair.client, false, "gate", NULL, fds[0], "customs.example");
		open_side(&pair.server, true, "customs", NULL, fds[1], "gate-1.example");
		shake_hands(&pair);
		assert_int_equal(pair.client.err, KAKOU_OK);
		/* Before the first data, mbedtls 3.6 may take it for the alert of a refusal. */
		assert_int_equal(
			tls_conn_write(pair.server.conn, "x", 1, &got, &pair.server.why),
			KAKOU_OK);
		assert_int_equal(read_soon(&pair.client, &byte, 1, &got), KAKOU_OK);
		assert_true(write(raw, is_whole ? whole : part,
				  is_whole ? sizeof(whole) : sizeof(part)) > 0);
		shutdown(raw, SHUT_WR);
		err = read_soon(&pair.client, &byte, 1, &got);
		assert_int_equal(err, is_whole ? KAKOU_E_GARBLED : KAKOU_E_LINK);
		close(raw);
		close_pair(&pair);
	}
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

/* One handshake of our server with `openssl s_client` and its options; the server's context stays. */
static void serve_once(struct side *server, const char *options)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct pollfd wanted = {.events = POLLIN};
	char command[1024];
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
	wanted.fd = listener;
	assert_int_equal(poll(&wanted, 1, 10000), 1);
	wanted.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(wanted.fd >= 0);
	server->err = KAKOU_E_AGAIN;
	if (!server->context)
		open_side(server, true, "customs", NULL, wanted.fd, "gate-1.example");
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
	struct side server = {0};

	serve_once(&server, options);
	*why = server.why;
	close_side(&server);
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

/* A TLS 1.3 server gives a new ticket with each connection, so a peer that keeps the newest would
 * never be checked again: there is none, and the second round then offers what the first left. */
static void openssl_resumes_under_tls_1_2_only(void **state)
{
	static const char *const versions[] = {"-tls1_2", ""};
	char options[900];

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct side server = {0};

		snprintf(options, sizeof(options),
			 "%s -ign_eof -cert %s -key %s -sess_out %s/session", versions[i],
			 file_of("gate", "pem"), file_of("gate", "key"), directory);
		serve_once(&server, options);
		assert_int_equal(server.err, KAKOU_OK);
		assert_false(server.was_resumed);
		snprintf(options, sizeof(options),
			 "%s -ign_eof -cert %s -key %s -sess_in %s/session", versions[i],
			 file_of("gate", "pem"), file_of("gate", "key"), directory);
		serve_once(&server, options);
		assert_int_equal(server.err, KAKOU_OK);
		assert_int_equal(server.was_resumed, !strcmp(server.version, "TLSv1.2"));
		close_side(&server);
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

static void the_alert_of_a_server_without_a_version_of_ours_is_told_as_that(void **state)
{
	static const unsigned char alert[] = {21, 3, 1, 0, 2, 2, 70};
	struct side client = {0};
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	open_side(&client, false, "gate", NULL, fds[1], "customs.example");
	assert_int_equal(write(fds[0], alert, sizeof(alert)), sizeof(alert));
	for (int i = 0; i < 10 && client.err == KAKOU_E_AGAIN; i++)
		client.err = tls_conn_handshake(client.conn, &client.why);
	assert_int_equal(client.err, KAKOU_E_REFUSED);
	assert_string_equal(client.why.text, "no TLS version or cipher in common: peer: "
					     "alert 70, protocol version");
	close_side(&client);
	close(fds[0]);
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
		cmocka_unit_test(openssl_resumes_under_tls_1_2_only),
		cmocka_unit_test(tls_1_0_and_1_1_are_refused),
		cmocka_unit_test(a_certificate_for_another_use_is_refused),
		cmocka_unit_test(a_certificate_signed_with_sha_1_is_refused_both_ways),
		cmocka_unit_test(a_clock_that_is_not_set_does_not_keep_the_link_down),
		cmocka_unit_test(what_ends_first_is_known_by_its_name),
		cmocka_unit_test(ten_connections_need_one_whole_handshake),
		cmocka_unit_test(a_session_is_not_resumed_with_a_rotated_context),
		cmocka_unit_test(a_session_is_not_resumed_for_another_name),
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

	return cmocka_run_group_tests_name("tls", tests, make_directory,
					   remove_directory);
}
