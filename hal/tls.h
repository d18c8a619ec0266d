/* SPDX-License-Identifier: MIT */
/*
 * Mutual TLS on non-blocking sockets, client and server, minimum TLS 1.2.
 *
 * Layer:   hal. linux/ is mbedtls 2.28 (TLS 1.2) or 3.6 (TLS 1.3).
 * Threads: a context and its connections belong to one thread.
 *
 * Both sides present a certificate and check the peer's chain, validity, name and, where
 * configured, the CRL. A refusal says which check failed.
 */
#ifndef KAKOU_HAL_TLS_H
#define KAKOU_HAL_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

struct tls_context; /* opaque: own certificate and key, trusted CA, CRL */
struct tls_conn;    /* opaque: one connection, owns its descriptor */

struct tls_config {
	bool is_server;
	const char *ca_file;   /**< PEM, trusted issuers of the peer */
	const char *crl_file;  /**< PEM, or NULL: no revocation check */
	const char *cert_file; /**< PEM, own chain */
	const char *key_file;  /**< PEM; KAKOU_E_DENIED when others may read it */
};

/** Loads everything; blocks on the disk. KAKOU_E_INVALID names file and cause. */
KAKOU_MUST_CHECK enum kakou_err tls_context_create(struct tls_context **out,
						   const struct tls_config *config,
						   struct why *why);
/** Gives the context up. It goes with its last owner: the creator, each connection, and each
 *  tls_context_share(). NULL is legal. So certificates are rotated by a second context: connections
 *  under way keep theirs, and sessions of the first are never resumed with the second. */
void tls_context_destroy(struct tls_context *context);

/** One owner more, who gives it up by tls_context_destroy(). */
void tls_context_share(struct tls_context *context);

enum tls_part { TLS_OWN_CERTIFICATE, TLS_AUTHORITY, TLS_REVOCATION_LIST };

/** What of a context's files ends first: own certificate, authority or revocation list. */
struct tls_expiry {
	int64_t at_s; /**< seconds since 1970 UTC */
	enum tls_part part;
	char what
		[128]; /**< "certificate gate-1", "authority …", "revocation list of …" */
};
void tls_context_read_expiry(const struct tls_context *context, struct tls_expiry *out);

/** True while the wall clock stands before the beginning of our own certificate, which was issued in
 *  the past: so the clock is not set. Then "not yet valid" is not held against a peer whose
 *  certificate lasts beyond that beginning; issuer, name, use and revocation are checked as ever. */
bool tls_context_clock_is_unset(const struct tls_context *context);

/** Wraps a connected non-blocking socket and takes it over, also on failure. `peer_name` is
 *  the DNS name the peer's certificate must carry (subject alternative name, or the common
 *  name where it has none); never NULL. */
KAKOU_MUST_CHECK enum kakou_err tls_conn_create(struct tls_conn **out,
						struct tls_context *context, int fd,
						const char *peer_name);

/** KAKOU_E_AGAIN: wait for tls_conn_wants() and call again. KAKOU_E_REFUSED: the peer failed a
 *  check, or refused us (then `why` says "peer: …"). KAKOU_E_LINK: ended. KAKOU_E_GARBLED: not
 *  TLS. After any error but KAKOU_E_AGAIN only tls_conn_destroy() is left to call. */
KAKOU_MUST_CHECK enum kakou_err tls_conn_handshake(struct tls_conn *conn,
						   struct why *why);

/** LOOP_IN and/or LOOP_OUT after KAKOU_E_AGAIN. */
int tls_conn_wants(const struct tls_conn *conn);

/** Reads up to `size` bytes; call until KAKOU_E_AGAIN, because bytes may wait inside while the
 *  descriptor shows none. KAKOU_OK with *got = 0: the peer sent close_notify. KAKOU_E_LINK:
 *  the stream ended without it (truncated). KAKOU_E_REFUSED: the peer sent a fatal alert (under
 *  TLS 1.3 a refused client certificate shows only here). */
KAKOU_MUST_CHECK enum kakou_err tls_conn_read(struct tls_conn *conn, void *buffer,
					      size_t size, size_t *got, struct why *why);

/** Writes some bytes; *put says how many. After KAKOU_E_AGAIN call again with the same bytes. */
KAKOU_MUST_CHECK enum kakou_err tls_conn_write(struct tls_conn *conn, const void *data,
					       size_t len, size_t *put, struct why *why);

/** Sends close_notify. KAKOU_E_AGAIN as above. */
KAKOU_MUST_CHECK enum kakou_err tls_conn_shutdown(struct tls_conn *conn, struct why *why);

/** Whether the handshake resumed a session: no certificates were exchanged. A session lasts an hour at
 *  most, and no longer than its context. TLS 1.2 only. */
bool tls_conn_is_resumed(const struct tls_conn *conn);

/** "TLSv1.2" etc. after the handshake. */
const char *tls_conn_version(const struct tls_conn *conn);

/** Closes the descriptor and releases. NULL is legal. */
void tls_conn_destroy(struct tls_conn *conn);

/** SHA-256 of `len` bytes. Never fails. */
void digest_sha256(const void *data, size_t len, unsigned char out[32]);

/** The same of bytes that come piece by piece; NULL without memory. digest_end() releases it. */
struct digest; /* opaque */
struct digest *digest_create(void);
void digest_add(struct digest *digest, const void *data, size_t len);
void digest_end(struct digest *digest, unsigned char out[32]);

#endif
