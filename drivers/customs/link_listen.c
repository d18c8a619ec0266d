/* SPDX-License-Identifier: MIT */
/*
 * Accepts, reads frames, and holds a connection back while there is no room for its frame.
 *
 * Layer: drivers. Threads: the loop's own.
 */
#include "drivers/customs/link_listen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/customs/bare.h"
#include "drivers/customs/link_socket.h"
#include "drivers/customs/link_wait.h"
#include "hal/clock.h"
#include "hal/log.h"

enum {
	BUFFER_FIRST = 2048, /* an ordinary 0x22 or 0x31 is smaller */
	ACCEPT_PAUSE_MS = 200,
	SECURE_GRACE_MS = 500, /* for a handshake while others wait for a place */
};

struct conn {
	struct link_listen *listen;
	struct conn **slot;
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct tls_conn *tls;
	char peer[LINK_PEER_TEXT];
	int64_t since_ms;
	bool is_secured; /* the handshake is done */
	bool is_held;    /* its frame found no room */
	bool is_closed;  /* close_notify came */
	uint32_t frames;
	unsigned char *buffer;
	size_t size, len;
};

struct link_listen {
	struct link_listen_config config;
	struct loop *loop;
	int fd;
	struct loop_watch *watch;
	struct link_wait *wait;          /* who has not said hello */
	struct loop_timer *accept_timer; /* call the next in; accept after a shortage */
	struct loop_timer *held_timer;   /* offer held frames again */
	struct conn *conns[LINK_CONNS_MAX];
};

/* ---- one connection ------------------------------------------------------------------------ */

static void accept_again(struct link_listen *listen, bool is_wanted)
{
	/* It fails only when the kernel has no memory for it: then later. */
	if (loop_watch_change(listen->watch, is_wanted ? LOOP_IN : 0))
		loop_timer_set(listen->accept_timer, clock_mono_ms() + ACCEPT_PAUSE_MS);
}

static void end(struct conn *conn)
{
	struct link_listen *listen = conn->listen;

	loop_unwatch(conn->watch);
	loop_timer_destroy(conn->timer);
	tls_conn_destroy(conn->tls);
	free(conn->buffer);
	*conn->slot = NULL;
	free(conn);
	loop_timer_set(listen->accept_timer, clock_mono_ms());
}

static void end_badly(struct conn *conn, enum kakou_err err, const struct why *why)
{
	const struct link_listen_config *config = &conn->listen->config;
	struct why with_peer;

	why_set(&with_peer, err, "%s: %s", conn->peer, why->text);
	end(conn);
	config->on_trouble(config->arg, err, &with_peer);
}

/* Says goodbye, so that the peer knows its frame was taken. */
static void end_well(struct conn *conn)
{
	struct why why;

	/* A peer that is gone, or whose buffer is full, does not want to hear it. */
	(void)!tls_conn_shutdown(conn->tls, &why);
	end(conn);
}

static void restart_deadline(struct conn *conn)
{
	loop_timer_set(conn->timer, clock_mono_ms() + LINK_CONN_DEADLINE_MS);
}

static void on_deadline(void *arg)
{
	struct conn *conn = arg;
	struct why why;
	enum kakou_err err;

	if (conn->frames > 0 && conn->len == 0) {
		end_well(conn);
		return;
	}
	err = why_set(&why, KAKOU_E_TIMEOUT, "%s in %d ms, cut off after %zu bytes",
		      conn->is_secured ? "no whole frame" : "no TLS handshake",
		      LINK_CONN_DEADLINE_MS, conn->len);
	end_badly(conn, err, &why);
}

/* Its deadline rests: the peer is not to blame. */
static enum kakou_err hold(struct conn *conn)
{
	conn->is_held = true;
	loop_timer_set(conn->timer, -1);
	loop_timer_set(conn->listen->held_timer, clock_mono_ms() + LINK_HELD_RETRY_MS);
	return loop_watch_change(conn->watch, 0);
}

/* KAKOU_E_AGAIN: no whole frame left. KAKOU_E_FULL: one that finds no room. */
static enum kakou_err take_frames(struct conn *conn, struct why *why)
{
	const struct link_listen_config *config = &conn->listen->config;

	while (conn->len > 0) {
		struct frame frame;
		size_t used;
		enum kakou_err err = frame_read_up_to(
			conn->buffer, conn->len, config->frame_max, &frame, &used, why);

		if (err)
			return err;
		if (!config->on_frame(config->arg, &frame))
			return KAKOU_E_FULL;
		conn->frames++;
		conn->len -= used;
		memmove(conn->buffer, conn->buffer + used, conn->len);
		restart_deadline(conn);
	}
	return KAKOU_E_AGAIN;
}

static enum kakou_err grow(struct conn *conn, struct why *why)
{
	size_t size = conn->size ? 2 * conn->size : BUFFER_FIRST;
	unsigned char *buffer;

	if (conn->len < conn->size)
		return KAKOU_OK;
	if (size > conn->listen->config.frame_max)
		size = conn->listen->config.frame_max;
	/* A full buffer of the largest frame's size has a frame in it, or garbage. */
	buffer = realloc(conn->buffer, size);
	if (!buffer)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu bytes", size);
	conn->buffer = buffer;
	conn->size = size;
	return KAKOU_OK;
}

/* Bare XML is whole when its sender says so by close_notify; who just leaves may have been cut off
 * by somebody else. KAKOU_E_FULL: no room for it, the end will be met again. */
static enum kakou_err end_stream(struct conn *conn, bool is_clean, struct why *why)
{
	const struct link_listen_config *config = &conn->listen->config;
	struct frame frame;
	enum kakou_err err;

	if (conn->len == 0)
		return KAKOU_OK;
	if (!is_clean || !frame_is_bare(conn->buffer, conn->len))
		return why_set(why, KAKOU_E_GARBLED,
			       "the stream ended within a frame, after %zu bytes",
			       conn->len);
	err = bare_read(conn->buffer, conn->len, &frame, why);
	if (err)
		return err;
	if (!config->on_frame(config->arg, &frame))
		return KAKOU_E_FULL;
	conn->frames++;
	conn->len = 0;
	return KAKOU_OK;
}

/* The stream's end: *is_over. A frame that was complete by its length has been handed over
 * before, whether the peer says close_notify or just leaves. */
static enum kakou_err read_more(struct conn *conn, bool *is_over, struct why *why)
{
	size_t got = 0;
	enum kakou_err err = grow(conn, why);

	if (!err && !conn->is_closed)
		err = tls_conn_read(conn->tls, conn->buffer + conn->len,
				    conn->size - conn->len, &got, why);
	if (err == KAKOU_E_LINK || (!err && got == 0)) {
		conn->is_closed = !err;
		*is_over = true;
		return end_stream(conn, !err, why);
	}
	conn->len += got;
	return err;
}

/* KAKOU_OK: the stream is over. KAKOU_E_AGAIN: wait for the socket. */
static enum kakou_err serve(struct conn *conn, struct why *why)
{
	bool is_over = false;
	enum kakou_err err;

	if (!conn->is_secured) {
		err = tls_conn_handshake(conn->tls, why);
		if (err)
			return err;
		conn->is_secured = true;
		restart_deadline(conn);
	}
	while (!is_over) {
		err = take_frames(conn, why);
		if (err == KAKOU_E_AGAIN)
			err = read_more(conn, &is_over, why);
		if (err)
			return err;
	}
	return KAKOU_OK;
}

static void on_conn_ready(void *arg, int ready)
{
	struct conn *conn = arg;
	struct why why = {""};
	enum kakou_err err = serve(conn, &why);

	(void)ready;
	if (err == KAKOU_E_AGAIN)
		err = loop_watch_change(conn->watch, tls_conn_wants(conn->tls));
	else if (err == KAKOU_E_FULL)
		err = hold(conn);
	else if (!err) {
		end_well(conn);
		return;
	}
	if (err)
		end_badly(conn, err, &why);
}

/* ---- the listener -------------------------------------------------------------------------- */

static enum kakou_err begin(struct conn *conn, struct loop *loop, int fd)
{
	const struct link_listen_config *config = &conn->listen->config;
	enum kakou_err err;

	err = tls_conn_create(&conn->tls, config->tls, fd, config->peer_name);
	if (!err)
		err = loop_timer_create(loop, on_deadline, conn, &conn->timer);
	if (!err)
		err = loop_watch_fd(loop, fd, LOOP_IN, on_conn_ready, conn, &conn->watch);
	if (!err)
		restart_deadline(conn);
	return err;
}

static struct conn **find_slot(struct link_listen *listen)
{
	for (size_t i = 0; i < LINK_CONNS_MAX; i++) {
		if (!listen->conns[i])
			return &listen->conns[i];
	}
	return NULL;
}

/* Who says nothing must not keep customs out: with all places taken, connections that still owe
 * their handshake make room. A peer that has proved itself stays. */
static void make_room(struct link_listen *listen)
{
	int64_t now_ms = clock_mono_ms();
	struct why why;

	for (size_t i = 0; i < LINK_CONNS_MAX; i++) {
		struct conn *conn = listen->conns[i];

		if (!conn || conn->is_secured ||
		    now_ms - conn->since_ms < SECURE_GRACE_MS)
			continue;
		end_badly(conn,
			  why_set(&why, KAKOU_E_TIMEOUT,
				  "no TLS handshake in %d ms, cut off: others wait",
				  SECURE_GRACE_MS),
			  &why);
	}
}

static void on_waiter_trouble(void *arg, enum kakou_err err, const struct why *why)
{
	const struct link_listen *listen = arg;

	listen->config.on_trouble(listen->config.arg, err, why);
}

/* One has said hello: it gets a TLS connection, or waits on for a place. */
static bool on_hello(void *arg, int fd, const char peer[LINK_PEER_TEXT])
{
	struct link_listen *listen = arg;
	struct conn **slot = find_slot(listen);
	struct conn *conn;

	if (!slot) {
		make_room(listen);
		slot = find_slot(listen);
	}
	conn = slot ? calloc(1, sizeof(*conn)) : NULL;
	if (!conn) {
		loop_timer_set(listen->accept_timer, clock_mono_ms() + ACCEPT_PAUSE_MS);
		return false;
	}
	conn->listen = listen;
	conn->slot = slot;
	conn->since_ms = clock_mono_ms();
	memcpy(conn->peer, peer, sizeof(conn->peer));
	*slot = conn;
	if (begin(conn, listen->loop, fd))
		end(conn);
	return true;
}

static void on_listen_ready(void *arg, int ready)
{
	struct link_listen *listen = arg;
	enum kakou_err err = KAKOU_OK;

	(void)ready;
	for (int i = 0; i < LINK_WAITERS_MAX && !err; i++) {
		char peer[LINK_PEER_TEXT];
		int fd;

		if (!link_wait_has_room(listen->wait))
			err = KAKOU_E_FULL;
		else
			err = link_socket_accept(listen->fd, &fd, peer);
		if (!err)
			err = link_wait_put(listen->wait, fd, peer);
	}
	if (err != KAKOU_E_FULL)
		return;
	/* A shortage would wake the loop without end. */
	accept_again(listen, false);
	loop_timer_set(listen->accept_timer, clock_mono_ms() + ACCEPT_PAUSE_MS);
}

static void on_accept_timer(void *arg)
{
	struct link_listen *listen = arg;

	while (link_wait_call(listen->wait))
		;
	accept_again(listen, true);
}

static void on_held_timer(void *arg)
{
	struct link_listen *listen = arg;

	for (size_t i = 0; i < LINK_CONNS_MAX; i++) {
		struct conn *conn = listen->conns[i];

		if (!conn || !conn->is_held)
			continue;
		conn->is_held = false;
		restart_deadline(conn);
		on_conn_ready(conn, LOOP_IN);
	}
}

enum kakou_err link_listen_create(struct link_listen **out, struct loop *loop,
				  const struct link_listen_config *config,
				  struct why *why)
{
	struct link_listen *listen = calloc(1, sizeof(*listen));
	enum kakou_err err;
	bool is_ours;

	if (!listen)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a listener");
	listen->config = *config;
	if (listen->config.frame_max < FRAME_MAX)
		listen->config.frame_max = FRAME_MAX;
	tls_context_share(config->tls);
	listen->loop = loop;
	listen->fd = -1;
	err = link_socket_listen(&listen->fd, config->host, config->port, &is_ours, why);
	if (err)
		goto destroy;
	err = link_wait_create(&listen->wait, loop,
			       &(struct link_wait_config){
				       .deadline_ms = LINK_CONN_DEADLINE_MS,
				       .on_hello = on_hello,
				       .on_trouble = on_waiter_trouble,
				       .arg = listen,
			       });
	if (!err)
		err = loop_timer_create(loop, on_accept_timer, listen,
					&listen->accept_timer);
	if (!err)
		err = loop_timer_create(loop, on_held_timer, listen, &listen->held_timer);
	if (!err)
		err = loop_watch_fd(loop, listen->fd, LOOP_IN, on_listen_ready, listen,
				    &listen->watch);
	if (err) {
		why_set(why, err, "listen on %s:%u: %s", config->host, config->port,
			kakou_err_name(err));
		goto destroy;
	}
	if (!is_ours)
		log_warning("customs",
			    "%s is no address of this machine now: nobody is heard "
			    "on port %u until it is",
			    config->host, config->port);
	*out = listen;
	return KAKOU_OK;
destroy:
	link_listen_destroy(listen);
	return err;
}

void link_listen_destroy(struct link_listen *listen)
{
	if (!listen)
		return;
	for (size_t i = 0; i < LINK_CONNS_MAX; i++) {
		if (listen->conns[i])
			end(listen->conns[i]);
	}
	loop_unwatch(listen->watch);
	link_wait_destroy(listen->wait);
	loop_timer_destroy(listen->accept_timer);
	loop_timer_destroy(listen->held_timer);
	if (listen->fd >= 0)
		close(listen->fd);
	tls_context_destroy(listen->config.tls);
	free(listen);
}

void link_listen_set_tls(struct link_listen *listen, struct tls_context *tls)
{
	tls_context_share(tls);
	tls_context_destroy(listen->config.tls);
	listen->config.tls = tls;
}

uint16_t link_listen_port(const struct link_listen *listen)
{
	return link_socket_port(listen->fd);
}
