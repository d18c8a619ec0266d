/* SPDX-License-Identifier: MIT */
/*
 * Two ends of a TLS connection in one thread. Layer: tests.
 */
#include "tests/unit/tls_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

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

char tls_pair_directory[64];

const char *tls_pair_file(const char *name, const char *suffix)
{
	static char paths[8][128];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s.%s", tls_pair_directory, name, suffix);
	return path;
}

static bool make_scratch(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(tls_pair_directory, sizeof(tls_pair_directory), "%s/kakou-tls-XXXXXX",
		 parent ? parent : "/tmp");
	return mkdtemp(tls_pair_directory);
}

int tls_pair_make_directory(void **state)
{
	char command[sizeof(make_certificates) + 96];

	(void)state;
	if (!make_scratch())
		return -1;
	snprintf(command, sizeof(command), "set -- %s\n%s", tls_pair_directory,
		 make_certificates);
	return system(command);
}

int tls_pair_remove_directory(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", tls_pair_directory);
	return system(command);
}

void tls_side_open(struct tls_side *side, bool is_server, const char *cert,
		   const char *crl, int fd, const char *peer_name)
{
	struct tls_config config = {
		.is_server = is_server,
		.ca_file = tls_pair_file("issuer", "pem"),
		.crl_file = crl ? tls_pair_file(crl, "crl") : NULL,
		.cert_file = tls_pair_file(cert, "pem"),
		.key_file = tls_pair_file(cert, "key"),
	};
	enum kakou_err err = tls_context_create(&side->context, &config, &side->why);

	if (err)
		fail_msg("%s", side->why.text);
	assert_int_equal(tls_conn_create(&side->conn, side->context, fd, peer_name),
			 KAKOU_OK);
	side->err = KAKOU_E_AGAIN;
}

void tls_pair_open(struct tls_pair *pair, const struct tls_plan *plan)
{
	int fds[2];

	memset(pair, 0, sizeof(*pair));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
		0);
	tls_side_open(&pair->client, false,
		      plan->client_cert ? plan->client_cert : "gate", plan->crl, fds[0],
		      plan->client_expects ? plan->client_expects : "customs.example");
	tls_side_open(&pair->server, true,
		      plan->server_cert ? plan->server_cert : "customs", plan->crl,
		      fds[1],
		      plan->server_expects ? plan->server_expects : "gate-1.example");
}

void tls_side_close(struct tls_side *side)
{
	tls_conn_destroy(side->conn);
	tls_context_destroy(side->context);
	side->conn = NULL;
	side->context = NULL;
}

void tls_pair_close(struct tls_pair *pair)
{
	tls_side_close(&pair->client);
	tls_side_close(&pair->server);
}

void tls_pair_shake_hands(struct tls_pair *pair)
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

enum kakou_err tls_side_read_soon(struct tls_side *side, void *buffer, size_t size,
				  size_t *got)
{
	enum kakou_err err = KAKOU_E_AGAIN;

	for (int i = 0; i < 50 && err == KAKOU_E_AGAIN; i++)
		err = tls_conn_read(side->conn, buffer, size, got, &side->why);
	return err;
}
