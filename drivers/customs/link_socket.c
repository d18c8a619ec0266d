/* SPDX-License-Identifier: MIT */
/*
 * Non-blocking TCP sockets on numeric addresses; no name is ever looked up.
 *
 * Layer: drivers.
 */
#include "drivers/customs/link_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hal/text.h"

enum { BACKLOG = 128 };

static enum kakou_err find_address(const char *host, uint16_t port, int flags,
				   struct addrinfo **out, struct why *why)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | flags,
	};
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(host, service, &hints, out))
		return why_set(why, KAKOU_E_INVALID,
			       "address \"%s\": expected a numeric one such as 127.0.0.1",
			       host);
	return KAKOU_OK;
}

static int open_socket(const struct addrinfo *address)
{
	return socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A network without its cable has no address at the start of the machine, or has it later. */
static bool bind_later(int fd, const struct addrinfo *address)
{
	static const int on = 1;
	bool is_six = address->ai_family == AF_INET6;

	return !setsockopt(fd, is_six ? IPPROTO_IPV6 : IPPROTO_IP,
			   is_six ? IPV6_FREEBIND : IP_FREEBIND, &on, sizeof(on)) &&
	       !bind(fd, address->ai_addr, address->ai_addrlen);
}

static bool bind_to(int fd, const struct addrinfo *address, bool *is_ours)
{
	*is_ours = !bind(fd, address->ai_addr, address->ai_addrlen);
	return *is_ours || (errno == EADDRNOTAVAIL && bind_later(fd, address));
}

enum kakou_err link_socket_listen(int *out, const char *host, uint16_t port,
				  bool *is_ours, struct why *why)
{
	static const int on = 1;
	struct addrinfo *address;
	enum kakou_err err = find_address(host, port, AI_PASSIVE, &address, why);
	int fd;

	if (err)
		return err;
	fd = open_socket(address);
	/* A restart must not wait for the old connections' last minute. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    !bind_to(fd, address, is_ours) || listen(fd, BACKLOG)) {
		err = why_set(why, KAKOU_E_LINK, "listen on %s:%u: %s", host, port,
			      strerror(errno));
		if (fd >= 0)
			close(fd);
	} else {
		*out = fd;
	}
	freeaddrinfo(address);
	return err;
}

uint16_t link_socket_port(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);
	char port[8];
	int64_t number = 0;

	if (getsockname(fd, (struct sockaddr *)&address, &len) ||
	    getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof(port),
			NI_NUMERICSERV) ||
	    text_parse_integer(port, 0, UINT16_MAX, &number))
		return 0;
	return (uint16_t)number;
}

enum kakou_err link_socket_connect(int *out, const char *host, uint16_t port,
				   struct why *why)
{
	static const int on = 1;
	struct addrinfo *address;
	enum kakou_err err = find_address(host, port, 0, &address, why);
	int fd;

	if (err)
		return err;
	fd = open_socket(address);
	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
	    (connect(fd, address->ai_addr, address->ai_addrlen) &&
	     errno != EINPROGRESS)) {
		err = why_set(why, KAKOU_E_LINK, "connect: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
	} else {
		*out = fd;
	}
	freeaddrinfo(address);
	return err;
}

enum kakou_err link_socket_connected(int fd, struct why *why)
{
	int failure = 0;
	socklen_t len = sizeof(failure);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &len))
		failure = errno;
	if (failure)
		return why_set(why, KAKOU_E_LINK, "connect: %s", strerror(failure));
	return KAKOU_OK;
}

static void name_peer(const struct sockaddr_storage *address, socklen_t len,
		      char peer[LINK_PEER_TEXT])
{
	char host[LINK_PEER_TEXT - 8] = "?";
	char port[8] = "?";

	if (getnameinfo((const struct sockaddr *)address, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV))
		host[0] = '?';
	snprintf(peer, LINK_PEER_TEXT, "%s:%s", host, port);
}

enum kakou_err link_socket_accept(int listening, int *out, char peer[LINK_PEER_TEXT])
{
	static const int on = 1;
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(address);
	int fd = accept4(listening, (struct sockaddr *)&address, &len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		switch (errno) {
		case EMFILE:
		case ENFILE:
		case ENOBUFS:
		case ENOMEM: return KAKOU_E_FULL;
		default: return KAKOU_E_AGAIN; /* none, or one that went away again */
		}
	}
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on))) {
		close(fd);
		return KAKOU_E_AGAIN;
	}
	name_peer(&address, len, peer);
	*out = fd;
	return KAKOU_OK;
}
