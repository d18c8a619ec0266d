/* SPDX-License-Identifier: MIT */
/*
 * Two ends of a TLS connection in one thread, over a socket pair, each pumped until it has nothing more
 * to do; and certificates, made once by the openssl command in a directory of their own.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_TLS_PAIR_H
#define KAKOU_TESTS_TLS_PAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/tls.h"

struct tls_side {
	struct tls_context *context;
	struct tls_conn *conn;
	enum kakou_err err;
	bool was_resumed;    /**< by serve_once() of test_tls_sessions.c */
	const char *version; /**< too */
	struct why why;
};

struct tls_pair {
	struct tls_side client;
	struct tls_side server;
};

/** What differs from two healthy ends that trust each other. */
struct tls_plan {
	const char *client_cert;
	const char *client_expects;
	const char *server_cert;
	const char *server_expects;
	const char *crl;
};

/** Of the certificates; set-up and teardown of a group. */
extern char tls_pair_directory[64];
int tls_pair_make_directory(void **state);
int tls_pair_remove_directory(void **state);

/** "directory/name.suffix"; the text lives until the eighth call after this one. */
const char *tls_pair_file(const char *name, const char *suffix);

void tls_side_open(struct tls_side *side, bool is_server, const char *cert,
		   const char *crl, int fd, const char *peer_name);
void tls_side_close(struct tls_side *side);

/** Reads until something else than "wait" comes. */
enum kakou_err tls_side_read_soon(struct tls_side *side, void *buffer, size_t size,
				  size_t *got);

void tls_pair_open(struct tls_pair *pair, const struct tls_plan *plan);
void tls_pair_close(struct tls_pair *pair);
void tls_pair_shake_hands(struct tls_pair *pair);

#endif
