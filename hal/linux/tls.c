/* SPDX-License-Identifier: MIT */
/*
 * TLS connections on non-blocking sockets, on mbedtls.
 *
 * Layer: hal. Threads: a context and its connections belong to one thread.
 */
#include "hal/linux/tls_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mbedtls/net_sockets.h>

#include "hal/loop.h"

enum { DRAIN_BYTES = 1024, DRAIN_READS_MAX = 64 };

static int send_some(void *arg, const unsigned char *data, size_t len)
{
	const struct tls_conn *conn = arg;
	ssize_t put;

	do
		put = send(conn->fd, data, len, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	if (put >= 0)
		return (int)put;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	/* Who hung up may have said why, in an alert that waits to be read: mbedtls gets
	 * that far only if it believes that its own bytes went. The end shows there too. */
	if (errno == EPIPE || errno == ECONNRESET)
		return (int)len;
	return MBEDTLS_ERR_NET_SEND_FAILED;
}

static int receive_some(void *arg, unsigned char *buffer, size_t size)
{
	const struct tls_conn *conn = arg;
	ssize_t got;

	do
		got = recv(conn->fd, buffer, size, 0);
	while (got < 0 && errno == EINTR);
	if (got >= 0)
		return (int)got;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (errno == EPIPE || errno == ECONNRESET)
		return MBEDTLS_ERR_NET_CONN_RESET;
	return MBEDTLS_ERR_NET_RECV_FAILED;
}

static int set_up(struct tls_conn *conn)
{
	int failure = mbedtls_ssl_setup(&conn->ssl, &conn->context->config);

	/* Also tells a server with several names which one is meant. */
	if (!failure && !conn->context->is_server)
		failure = mbedtls_ssl_set_hostname(&conn->ssl, conn->peer_name);
	if (failure)
		return failure;
	mbedtls_ssl_set_verify(&conn->ssl, tls_check_certificate, conn);
	mbedtls_ssl_set_bio(&conn->ssl, conn, send_some, receive_some, NULL);
	tls_session_offer(conn);
	return 0;
}

enum kakou_err tls_conn_create(struct tls_conn **out, struct tls_context *context, int fd,
			       const char *peer_name)
{
	struct tls_conn *conn;
	size_t len = strlen(peer_name);
	int failure;

	if (len == 0 || len > TLS_NAME_MAX) {
		close(fd);
		return KAKOU_E_INVALID;
	}
	conn = calloc(1, sizeof(*conn));
	if (!conn) {
		close(fd);
		return KAKOU_E_NOMEM;
	}
	mbedtls_ssl_init(&conn->ssl);
	conn->context = context;
	tls_context_share(context);
	conn->fd = fd;
	conn->wants = LOOP_IN;
	memcpy(conn->peer_name, peer_name, len + 1);
	failure = set_up(conn);
	if (failure) {
		tls_conn_destroy(conn);
		return failure == MBEDTLS_ERR_SSL_ALLOC_FAILED ? KAKOU_E_NOMEM
							       : KAKOU_E_INVALID;
	}
	*out = conn;
	return KAKOU_OK;
}

/* KAKOU_E_AGAIN when mbedtls only waits for the socket, or else the error and its sentence. */
static enum kakou_err finish(struct tls_conn *conn, int failure, struct why *why)
{
	if (failure == MBEDTLS_ERR_SSL_WANT_READ) {
		conn->wants = LOOP_IN;
		return KAKOU_E_AGAIN;
	}
	if (failure == MBEDTLS_ERR_SSL_WANT_WRITE) {
		conn->wants = LOOP_OUT;
		return KAKOU_E_AGAIN;
	}
	return tls_explain(conn, failure, why);
}

enum kakou_err tls_conn_handshake(struct tls_conn *conn, struct why *why)
{
	int failure = mbedtls_ssl_handshake(&conn->ssl);
	enum kakou_err err;

	if (!failure) {
		tls_session_keep(conn);
		return KAKOU_OK;
	}
	err = finish(conn, failure, why);
	if (err != KAKOU_E_AGAIN)
		tls_session_forget(conn->context);
	return err;
}

bool tls_conn_is_resumed(const struct tls_conn *conn)
{
	return !conn->was_checked;
}

int tls_conn_wants(const struct tls_conn *conn)
{
	return conn->wants;
}

/* Under TLS 1.3 the server's tickets arrive between the data; they are not kept. */
static bool is_ticket(int result)
{
#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
	return result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
	(void)result;
	return false;
#endif
}

enum kakou_err tls_conn_read(struct tls_conn *conn, void *buffer, size_t size,
			     size_t *got, struct why *why)
{
	int result;

	do
		result = mbedtls_ssl_read(&conn->ssl, buffer, size);
	while (is_ticket(result));
	if (result > 0) {
		*got = (size_t)result;
		conn->has_read = true;
		return KAKOU_OK;
	}
	if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
		*got = 0;
		return KAKOU_OK;
	}
	return finish(conn, result, why);
}

enum kakou_err tls_conn_write(struct tls_conn *conn, const void *data, size_t len,
			      size_t *put, struct why *why)
{
	int result = mbedtls_ssl_write(&conn->ssl, data, len);

	if (result < 0)
		return finish(conn, result, why);
	*put = (size_t)result;
	return KAKOU_OK;
}

enum kakou_err tls_conn_shutdown(struct tls_conn *conn, struct why *why)
{
	int failure = mbedtls_ssl_close_notify(&conn->ssl);

	return failure ? finish(conn, failure, why) : KAKOU_OK;
}

const char *tls_conn_version(const struct tls_conn *conn)
{
	return mbedtls_ssl_get_version(&conn->ssl);
}

/* A close with unread bytes makes TCP send a reset, which may overtake our last alert. */
static void discard_unread(int fd)
{
	unsigned char unread[DRAIN_BYTES];

	if (shutdown(fd, SHUT_WR))
		return;
	for (int i = 0; i < DRAIN_READS_MAX; i++) {
		if (recv(fd, unread, sizeof(unread), MSG_DONTWAIT) <= 0)
			return;
	}
}

void tls_conn_destroy(struct tls_conn *conn)
{
	if (!conn)
		return;
	mbedtls_ssl_free(&conn->ssl);
	tls_context_destroy(conn->context);
	discard_unread(conn->fd);
	close(conn->fd);
	free(conn);
}
