/* SPDX-License-Identifier: MIT */
/*
 * The self-test's handshake with the customs platform, by the gate's own certificate. Nothing is sent
 * behind it.
 *
 * Layer: firmware. Blocks for at most the site's connect_ms.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/kakou/selftest.h"
#include "hal/clock.h"
#include "hal/loop.h"
#include "hal/tls.h"

/* False: not by then. */
static bool wait_for(int fd, int wants, int64_t until_ms)
{
	struct pollfd polled = {
		.fd = fd,
		.events = (short)((wants & LOOP_IN ? POLLIN : 0) |
				  (wants & LOOP_OUT ? POLLOUT : 0)),
	};
	int64_t left_ms = until_ms - clock_mono_ms();

	return left_ms > 0 && poll(&polled, 1, (int)left_ms) > 0;
}

static socklen_t fill_address(const char *host, uint16_t port,
			      struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	(void)inet_pton(AF_INET6, host, &v6->sin6_addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	return sizeof(*v6);
}

/* A connected socket, or -1 with errno. */
static int dial(const struct customs_link_config *customs, int64_t until_ms)
{
	struct sockaddr_storage address;
	socklen_t len = fill_address(customs->host, customs->port, &address);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failed = 0;
	socklen_t size = sizeof(failed);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, len) && errno != EINPROGRESS)
		failed = errno;
	else if (!wait_for(fd, LOOP_OUT, until_ms))
		failed = ETIMEDOUT;
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size))
		failed = errno;
	if (!failed)
		return fd;
	close(fd);
	errno = failed;
	return -1;
}

/* The key is kakoud's; root takes its part for as long as the files are read. */
static enum kakou_err load(const struct place_user *owner,
			   const struct customs_link_config *customs,
			   struct tls_context **out, struct why *why)
{
	const struct tls_config config = {
		.ca_file = customs->ca_file,
		.crl_file = customs->crl_file[0] ? customs->crl_file : NULL,
		.cert_file = customs->cert_file,
		.key_file = customs->key_file,
	};
	uid_t self = geteuid();
	enum kakou_err err;

	if (self == 0 && seteuid(owner->uid))
		return why_set(why, KAKOU_E_DENIED, "can't read the gate's key: %s",
			       strerror(errno));
	err = tls_context_create(out, &config, why);
	if (self == 0 && seteuid(self))
		return why_set(why, KAKOU_E_DENIED, "can't be root again: %s",
			       strerror(errno));
	return err;
}

/* Until both sides have finished; a refusal under TLS 1.3 comes only behind that. */
static enum kakou_err shake(struct tls_conn *conn, int fd, int64_t until_ms,
			    struct why *why)
{
	enum kakou_err err;
	unsigned char byte;
	size_t got;

	while ((err = tls_conn_handshake(conn, why)) == KAKOU_E_AGAIN)
		if (!wait_for(fd, tls_conn_wants(conn), until_ms))
			return why_set(why, KAKOU_E_TIMEOUT, "no answer in time");
	if (err)
		return err;
	while ((err = tls_conn_shutdown(conn, why)) == KAKOU_E_AGAIN)
		if (!wait_for(fd, tls_conn_wants(conn), until_ms))
			return why_set(why, KAKOU_E_TIMEOUT, "no answer in time");
	while (!err && (err = tls_conn_read(conn, &byte, 1, &got, why)) == KAKOU_E_AGAIN)
		err = wait_for(fd, tls_conn_wants(conn), until_ms)
			      ? KAKOU_OK
			      : why_set(why, KAKOU_E_TIMEOUT, "no end in time");
	return err == KAKOU_E_LINK ? KAKOU_OK : err; /* it just closed */
}

static enum kakou_err greet(const struct customs_link_config *customs,
			    struct tls_context *context, char version[16],
			    struct why *why)
{
	int64_t until_ms = clock_mono_ms() + customs->connect_ms;
	struct tls_conn *conn;
	int fd = dial(customs, until_ms);
	enum kakou_err err;

	if (fd < 0)
		return why_set(why, KAKOU_E_LINK, "%s", strerror(errno));
	err = tls_conn_create(&conn, context, fd, customs->peer_name);
	if (err)
		return why_set(why, err, "no memory for TLS");
	err = shake(conn, fd, until_ms, why);
	(void)snprintf(version, 16, "%s", tls_conn_version(conn));
	tls_conn_destroy(conn);
	return err;
}

void selftest_customs(struct selftest *test)
{
	const struct customs_link_config *customs = &test->site->customs;
	struct tls_context *context = NULL;
	struct why why = {""};
	char version[16] = "";

	if (access(customs->cert_file, F_OK)) {
		selftest_skip(test, "customs", "no handshake without a certificate");
		return;
	}
	if (load(&test->provision->place.kakou, customs, &context, &why))
		selftest_fail(test, "customs", "see the lines of key and certificate",
			      "%s", why.text);
	else if (greet(customs, context, version, &why))
		selftest_fail(test, "customs",
			      "cable, address, and what the platform knows of this gate",
			      "%s port %u: %s", customs->host, customs->port, why.text);
	else
		selftest_pass(test, "customs", "%s port %u is %s, by %s", customs->host,
			      customs->port, customs->peer_name, version);
	tls_context_destroy(context);
}
