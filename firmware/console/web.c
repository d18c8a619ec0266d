/* SPDX-License-Identifier: MIT */
/*
 * Web: the daemon of libmicrohttpd on the loop, its connections and their bounds.
 *
 * libmicrohttpd has an epoll descriptor of its own, which the loop watches: one thread does all.
 * A connection whose request is not whole in time is cut: the library's own time-out counts
 * from the last byte only, so that a byte now and then would hold a place for ever.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/console/web_inside.h"
#include "hal/clock.h"
#include "hal/log.h"

enum { SWEEP_MS = 1000, BACKLOG = 64 };

/* TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, nothing else. */
static const char priorities[] =
	"NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:"
	"+ECDHE-ECDSA:+ECDHE-RSA:+AEAD:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:"
	"+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SECP256R1-SHA256:"
	"+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-"
	"SHA384:"
	"+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-EDDSA-ED25519:+COMP-NULL:+CTYPE-X509:"
	"%SERVER_PRECEDENCE:%SAFE_RENEGOTIATION:%NO_TICKETS";

/* ---- the library on the loop --------------------------------------------------------------- */

static void run(struct web *web)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	if (web->is_running) {
		web->runs_again = true;
		return;
	}
	web->is_running = true;
	web->runs_again = false;
	(void)MHD_run(web->daemon);
	web->is_running = false;
	if (web->runs_again)
		loop_timer_set(web->timer, clock_mono_ms());
	else if (MHD_get_timeout(web->daemon, &wait_ms) == MHD_YES)
		loop_timer_set(web->timer, clock_mono_ms() + (int64_t)wait_ms);
	else
		loop_timer_set(web->timer, -1);
}

void web_run_soon(struct web *web)
{
	web->runs_again = true;
	if (!web->is_running && !web->is_closing)
		loop_timer_set(web->timer, clock_mono_ms());
}

static void on_ready(void *arg, int ready)
{
	(void)ready;
	run(arg);
}

static void on_timer(void *arg)
{
	run(arg);
}

/* Who has not said what it wants by now never will. */
static void on_sweep(void *arg)
{
	struct web *web = arg;
	int64_t now_ms = clock_mono_ms();

	for (struct web_connection *c = web->connections; c; c = c->next) {
		const union MHD_ConnectionInfo *info;

		if (c->is_cut || c->waits_since_ms < 0 ||
		    now_ms - c->waits_since_ms < WEB_REQUEST_MS)
			continue;
		info = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (info)
			(void)shutdown(info->connect_fd, SHUT_RDWR);
		c->is_cut = true;
	}
	loop_timer_set(web->sweep, now_ms + SWEEP_MS);
}

/* ---- connections ---------------------------------------------------------------------------- */

static void write_address(const struct sockaddr *from, char to[WEB_ADDRESS_MAX])
{
	const void *address = NULL;
	int family = from ? from->sa_family : AF_UNSPEC;

	if (family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)from)->sin_addr;
	else if (family == AF_INET6)
		address = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
	if (!address || !inet_ntop(family, address, to, WEB_ADDRESS_MAX))
		to[0] = '\0';
}

static void link_connection(struct web *web, struct web_connection *c)
{
	c->next = web->connections;
	c->link = &web->connections;
	if (c->next)
		c->next->link = &c->next;
	web->connections = c;
	web->counts.connections++;
}

static void unlink_connection(struct web *web, struct web_connection *c)
{
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	web->counts.connections--;
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct web *web = arg;
	struct web_connection *c = *context;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c)
			unlink_connection(web, c);
		free(c);
		*context = NULL;
		return;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		return; /* its requests are refused */
	c->web = web;
	c->mhd = mhd;
	c->waits_since_ms = clock_mono_ms();
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	write_address(info ? info->client_addr : NULL, c->address);
	link_connection(web, c);
	*context = c;
}

/* ---- opening and closing ---------------------------------------------------------------------- */

static enum kakou_err open_socket(const struct web_config *config, int *out,
				  struct why *why)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(config->port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
				  .sin6_port = htons(config->port)};
	bool is_v4 = inet_pton(AF_INET, config->host, &v4.sin_addr) == 1;
	const struct sockaddr *address =
		is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t len = is_v4 ? sizeof(v4) : sizeof(v6);
	const int on = 1;
	int fd;

	if (!is_v4 && inet_pton(AF_INET6, config->host, &v6.sin6_addr) != 1)
		return why_set(why, KAKOU_E_INVALID,
			       "got address \"%s\", expected a numeric one",
			       config->host);
	fd = socket(is_v4 ? AF_INET : AF_INET6,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return why_set(why, KAKOU_E_IO, "no socket: %m");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address, len) || listen(fd, BACKLOG)) {
		(void)why_set(why, KAKOU_E_IO, "%s port %u: %m", config->host,
			      config->port);
		(void)close(fd);
		return KAKOU_E_IO;
	}
	*out = fd;
	return KAKOU_OK;
}

KAKOU_PRINTF(2, 0)
static void log_from_library(void *arg, const char *format, va_list args)
{
	char text[256];

	(void)arg;
	if (vsnprintf(text, sizeof(text), format, args) > 0)
		log_debug("web", "%s", text);
}

static struct MHD_Daemon *start_daemon(struct web *web)
{
	const struct web_config *config = &web->config;

	return MHD_start_daemon(
		MHD_USE_TLS | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_ERROR_LOG,
		0, NULL, NULL, web_on_access, web, MHD_OPTION_EXTERNAL_LOGGER,
		log_from_library, NULL, MHD_OPTION_LISTEN_SOCKET, web->listen_fd,
		MHD_OPTION_HTTPS_MEM_CERT, config->cert, MHD_OPTION_HTTPS_MEM_KEY,
		config->key, MHD_OPTION_HTTPS_PRIORITIES, priorities,
		MHD_OPTION_CONNECTION_LIMIT, config->connections_max,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, config->connections_per_address,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)WEB_STALL_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)WEB_HEADERS_MAX,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, web,
		MHD_OPTION_NOTIFY_COMPLETED, web_on_completed, web,
		MHD_OPTION_UNESCAPE_CALLBACK, web_unescape, NULL,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static enum kakou_err start(struct web *web, struct why *why)
{
	const union MHD_DaemonInfo *info;

	web->is_closing = false;
	web->daemon = start_daemon(web);
	if (!web->daemon)
		return why_set(why, KAKOU_E_INVALID,
			       "HTTPS can't be served: expected a PEM certificate and "
			       "the key that goes with it");
	info = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || loop_watch_fd(web->config.loop, info->epoll_fd, LOOP_IN, on_ready,
				   web, &web->watch))
		return why_set(why, KAKOU_E_NOMEM, "no memory for the web server");
	loop_timer_set(web->timer, clock_mono_ms());
	return KAKOU_OK;
}

/* The socket stays: who has just come in waits for the next daemon. */
static void stop(struct web *web)
{
	web->is_closing = true;
	loop_unwatch(web->watch);
	web->watch = NULL;
	/* The library ends no connection that sleeps. */
	for (struct web_connection *c = web->connections; c; c = c->next)
		web_request_end(c);
	if (web->daemon) {
		(void)MHD_quiesce_daemon(web->daemon);
		MHD_stop_daemon(web->daemon);
	}
	web->daemon = NULL;
}

enum kakou_err web_open(struct web **out, const struct web_config *config,
			struct why *why)
{
	struct web *web = calloc(1, sizeof(*web));
	enum kakou_err err;

	if (!web)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the web server");
	web->config = *config;
	web->listen_fd = -1;
	if (loop_timer_create(config->loop, on_timer, web, &web->timer) ||
	    loop_timer_create(config->loop, on_sweep, web, &web->sweep))
		err = why_set(why, KAKOU_E_NOMEM, "no memory for the web server");
	else
		err = open_socket(config, &web->listen_fd, why);
	if (!err)
		err = start(web, why);
	if (err) {
		web_close(web);
		return err;
	}
	loop_timer_set(web->sweep, clock_mono_ms() + SWEEP_MS);
	*out = web;
	return KAKOU_OK;
}

enum kakou_err web_reopen(struct web *web, const char *cert, const char *key,
			  struct why *why)
{
	stop(web);
	web->config.cert = cert;
	web->config.key = key;
	return start(web, why);
}

void web_close(struct web *web)
{
	if (!web)
		return;
	stop(web);
	if (web->listen_fd >= 0)
		close(web->listen_fd);
	loop_timer_destroy(web->timer);
	loop_timer_destroy(web->sweep);
	free(web);
}

void web_read_counts(const struct web *web, struct web_counts *out)
{
	*out = web->counts;
}
