/* SPDX-License-Identifier: MIT */
/*
 * Resumed sessions (RFC 5077 tickets, TLS 1.2): a server remembers nothing, a client one session for
 * each context. Both end with their context, so that a rotated certificate, authority or revocation
 * list ends them, and after an hour, so that a whole check is never long ago.
 *
 * Layer: hal. Threads: as hal/tls.h.
 */
#include "hal/linux/tls_private.h"

#include <string.h>

#include "hal/clock.h"

enum { SESSION_S = 3600 };

int tls_session_serve(struct tls_context *context)
{
	int failure = mbedtls_ssl_ticket_setup(&context->tickets, mbedtls_ctr_drbg_random,
					       &context->random,
					       MBEDTLS_CIPHER_AES_256_GCM, SESSION_S);

	if (!failure)
		mbedtls_ssl_conf_session_tickets_cb(
			&context->config, mbedtls_ssl_ticket_write,
			mbedtls_ssl_ticket_parse, &context->tickets);
	return failure;
}

void tls_session_forget(struct tls_context *context)
{
	if (!context->has_session)
		return;
	context->has_session = false;
	mbedtls_ssl_session_free(&context->session);
}

void tls_session_offer(struct tls_conn *conn)
{
	struct tls_context *context = conn->context;
	int64_t age_ms = clock_mono_ms() - context->session_at_ms;

	if (context->is_server || !context->has_session)
		return;
	/* What can't be offered costs a whole handshake, no more. */
	if (age_ms >= (int64_t)SESSION_S * 1000 ||
	    strcmp(context->session_name, conn->peer_name) != 0 ||
	    mbedtls_ssl_set_session(&conn->ssl, &context->session))
		tls_session_forget(context);
}

void tls_session_keep(struct tls_conn *conn)
{
	struct tls_context *context = conn->context;

	/* A resumed one keeps its age: the check it rests on was then. */
	if (context->is_server || !conn->was_checked)
		return;
	tls_session_forget(context);
	mbedtls_ssl_session_init(&context->session);
	if (mbedtls_ssl_get_session(&conn->ssl, &context->session)) {
		mbedtls_ssl_session_free(&context->session);
		return;
	}
	context->has_session = true;
	context->session_at_ms = clock_mono_ms();
	memcpy(context->session_name, conn->peer_name, sizeof(context->session_name));
}
