/* SPDX-License-Identifier: MIT */
/*
 * What a resumed session saves: processor time of whole and of resumed handshakes, mutual TLS with
 * P-256 certificates, both ends in this thread (make bench).
 *
 *   resume CERTIFICATES      a folder of tools/certs/make-certs.sh
 *
 * Whole and resumed handshakes take turns, and each ratio is one of two neighbours: what else the
 * machine does meets both. The median of eleven must be 8 at least.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "hal/tls.h"

enum { ROUNDS = 11, HANDSHAKES = 6, TURNS_MAX = 50, RATIO_LEAST = 8 };

static struct tls_context *open_context(const char *folder, const char *name,
					bool is_server)
{
	char ca[300], cert[300], key[300];
	struct tls_config config = {.is_server = is_server,
				    .ca_file = ca,
				    .cert_file = cert,
				    .key_file = key};
	struct tls_context *context;
	struct why why = {""};

	snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
	snprintf(cert, sizeof(cert), "%s/%s.pem", folder, name);
	snprintf(key, sizeof(key), "%s/%s.key", folder, name);
	if (tls_context_create(&context, &config, &why)) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
	return context;
}

static int64_t cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void turn(struct tls_conn *conn, enum kakou_err *err)
{
	struct why why = {""};

	if (*err != KAKOU_E_AGAIN)
		return;
	*err = tls_conn_handshake(conn, &why);
	if (*err && *err != KAKOU_E_AGAIN) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
}

struct outcome {
	bool is_resumed;
	bool is_tls_1_2; /* 1.3 resumes otherwise, and is not asked to */
};

/* Microseconds of both ends. */
static int64_t shake_hands(struct tls_context *client, struct tls_context *server,
			   struct outcome *out)
{
	enum kakou_err client_err = KAKOU_E_AGAIN, server_err = KAKOU_E_AGAIN;
	struct tls_conn *client_conn, *server_conn;
	int64_t began_us = cpu_us();
	int fds[2];
	int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);

	failed = failed ||
		 tls_conn_create(&client_conn, client, fds[0], "customs.sim.invalid") ||
		 tls_conn_create(&server_conn, server, fds[1], "gate.sim.invalid");
	if (failed)
		exit(1);
	for (int i = 0; i < TURNS_MAX; i++) {
		turn(client_conn, &client_err);
		turn(server_conn, &server_err);
	}
	assert(!client_err && !server_err);
	out->is_resumed = tls_conn_is_resumed(client_conn);
	out->is_tls_1_2 = !strcmp(tls_conn_version(client_conn), "TLSv1.2");
	tls_conn_destroy(client_conn);
	tls_conn_destroy(server_conn);
	return cpu_us() - began_us;
}

static int compare(const void *a, const void *b)
{
	const double *first = a, *second = b;

	return (*first > *second) - (*first < *second);
}

/* One ratio of neighbours. */
static double compare_once(const char *folder, struct tls_context *keeper,
			   struct tls_context *server, int64_t *whole_us,
			   int64_t *resumed_us)
{
	int64_t whole = 0, resumed = 0;

	for (int i = 0; i < HANDSHAKES; i++) {
		struct tls_context *stranger = open_context(folder, "gate", false);
		struct outcome out;

		whole += shake_hands(stranger, server, &out);
		tls_context_destroy(stranger);
		assert(!out.is_resumed);
		resumed += shake_hands(keeper, server, &out);
		assert(out.is_resumed);
	}
	*whole_us += whole;
	*resumed_us += resumed;
	return (double)whole / (double)resumed;
}

static bool measure(const char *folder, struct tls_context *keeper,
		    struct tls_context *server)
{
	double ratios[ROUNDS];
	int64_t whole_us = 0, resumed_us = 0;

	for (int round = 0; round < ROUNDS; round++)
		ratios[round] =
			compare_once(folder, keeper, server, &whole_us, &resumed_us);
	qsort(ratios, ROUNDS, sizeof(ratios[0]), compare);
	printf("TLS handshake, processor time of both ends: whole %d us, resumed %d us; "
	       "%.0f times (%.0f to %.0f), %d wanted\n",
	       (int)(whole_us / (ROUNDS * HANDSHAKES)),
	       (int)(resumed_us / (ROUNDS * HANDSHAKES)), ratios[ROUNDS / 2], ratios[0],
	       ratios[ROUNDS - 1], RATIO_LEAST);
	return ratios[ROUNDS / 2] >= RATIO_LEAST;
}

int main(int argc, char *argv[])
{
	const char *folder = argc == 2 ? argv[1] : ".";
	struct tls_context *server = open_context(folder, "customs", true);
	struct tls_context *keeper = open_context(folder, "gate", false);
	struct outcome out;
	bool is_good;

	(void)shake_hands(keeper, server, &out);
	(void)shake_hands(keeper, server, &out);
	is_good = out.is_resumed ? measure(folder, keeper, server) : !out.is_tls_1_2;
	if (!out.is_resumed)
		printf(out.is_tls_1_2 ? "TLS handshake: the second one was not resumed\n"
				      : "skip: under TLS 1.3 none is resumed\n");
	tls_context_destroy(keeper);
	tls_context_destroy(server);
	return is_good ? 0 : 1;
}
