/* SPDX-License-Identifier: MIT */
/*
 * TCP connections to numeric addresses with a deadline.
 *
 * Layer: hal. Threads: any; it blocks.
 */
#include "hal/linux/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hal/clock.h"

int dial_poll_until(int fd, short events, int64_t until_ns)
{
	struct pollfd wanted = {.fd = fd, .events = events};

	for (;;) {
		int64_t left_ns = until_ns - clock_mono_ns();
		struct timespec left = {0};
		int count;

		if (left_ns > 0) {
			left.tv_sec = (time_t)(left_ns / 1000000000);
			left.tv_nsec = (long)(left_ns % 1000000000);
		}
		count = ppoll(&wanted, 1, &left, NULL);
		if (count >= 0 || errno != EINTR)
			return count;
	}
}

/* Completes connect(2) on a non-blocking socket; 0 or an errno value. */
static int connect_until(int fd, const struct addrinfo *to, int64_t until_ns)
{
	int failure = 0;
	socklen_t len = sizeof(failure);
	int count;

	if (!connect(fd, to->ai_addr, to->ai_addrlen))
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	count = dial_poll_until(fd, POLLOUT, until_ns);
	if (count == 0)
		return ETIMEDOUT;
	if (count < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &len))
		return errno;
	return failure;
}

enum kakou_err dial_tcp(const char *host, uint16_t tcp_port, int64_t until_ns, int *out,
			struct why *why)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *to;
	char service[8];
	int on = 1;
	int failure;
	int fd;

	snprintf(service, sizeof(service), "%u", tcp_port);
	if (getaddrinfo(host, service, &hints, &to))
		return why_set(why, KAKOU_E_INVALID,
			       "host is \"%s\", expected a numeric address", host);
	fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	failure = fd < 0 ? errno : connect_until(fd, to, until_ns);
	freeaddrinfo(to);
	if (failure) {
		if (fd >= 0)
			close(fd);
		return why_set(why, KAKOU_E_LINK, "no connection to %s:%u: %s", host,
			       tcp_port, strerror(failure));
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	*out = fd;
	return KAKOU_OK;
}
