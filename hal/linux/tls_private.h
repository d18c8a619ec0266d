/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the TLS make share: the context, the connection, the differences between
 * mbedtls 2.28 and 3.6.
 *
 * Layer: hal, private to linux/. Threads: as hal/tls.h.
 */
#ifndef KAKOU_HAL_LINUX_TLS_PRIVATE_H
#define KAKOU_HAL_LINUX_TLS_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "hal/err.h"
#include "hal/tls.h"
#include "hal/why.h"

#define TLS_HAS_MBEDTLS_3 (MBEDTLS_VERSION_NUMBER >= 0x03000000)

enum { TLS_NAME_MAX = 253 /* RFC 1035 2.3.4, as text */, TLS_SEEN_MAX = 96 };

struct tls_context {
	bool is_server;
	bool wants_crl;
	mbedtls_ssl_config config;
	mbedtls_x509_crt trusted;
	mbedtls_x509_crl revoked;
	mbedtls_x509_crt own;
	mbedtls_pk_context key;
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	unsigned int owners;
	mbedtls_ssl_ticket_context tickets; /* a server's */
	bool has_session; /* a client's newest, with the peer of that name */
	mbedtls_ssl_session session;
	int64_t session_at_ms;
	char session_name[TLS_NAME_MAX + 1];
};

struct tls_conn {
	struct tls_context *context;
	mbedtls_ssl_context ssl;
	int fd;
	int wants;
	char peer_name[TLS_NAME_MAX + 1];
	char seen_names[TLS_SEEN_MAX]; /* of the peer's certificate, for the complaint */
	bool has_read;                 /* data of the peer has come through */
	bool was_checked;              /* a certificate was shown: a whole handshake */
};

/** The verify callback of mbedtls for one connection (`arg`): adds the name and the missing
 *  revocation list to what mbedtls has found. Always 0: the flags decide. */
int tls_check_certificate(void *arg, mbedtls_x509_crt *cert, int depth, uint32_t *flags);

/** tls_session.c: a client's session with the peer, kept after a handshake and offered to the next;
 *  forgotten when a handshake failed. */
void tls_session_offer(struct tls_conn *conn);
void tls_session_keep(struct tls_conn *conn);
void tls_session_forget(struct tls_context *context);
/** 0 or a failure of mbedtls. */
int tls_session_serve(struct tls_context *context);

/** tls_expiry.c: seconds since 1970 of a time in a certificate. */
int64_t tls_time_of(const mbedtls_x509_time *time);

/** Turns a failure of mbedtls on this connection into an error and its sentence. */
enum kakou_err tls_explain(const struct tls_conn *conn, int failure, struct why *why);

#endif
