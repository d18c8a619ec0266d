/* SPDX-License-Identifier: MIT */
/*
 * An attempt as a row of stages; each either waits for the socket or gives way to the next.
 *
 * Layer: drivers. Threads: the loop's own.
 */
#include "drivers/customs/link_dial.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/customs/link_socket.h"
#include "hal/clock.h"
#include "hal/text.h"

enum stage {
	STAGE_CONNECT,
	STAGE_HANDSHAKE,
	STAGE_WRITE,
	STAGE_CLOSE,
	STAGE_READ,
	STAGES,
};

static const char *const waiting_for[STAGES] = {
	[STAGE_CONNECT] = "to be connected",
	[STAGE_HANDSHAKE] = "for the TLS handshake",
	[STAGE_WRITE] = "for the frame to be taken",
	[STAGE_CLOSE] = "to close",
	[STAGE_READ] = "for the peer's close_notify",
};

struct link_dial {
	struct loop *loop;
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct tls_conn *tls; /* owns the socket once there is one */
	int fd;               /* -1 when it is tls's, or closed */
	struct link_peer peer;
	enum stage stage;
	size_t put, len;
	void (*done)(void *arg, const struct link_outcome *outcome);
	void *arg;
	unsigned char frame[];
};

static void close_all(struct link_dial *dial)
{
	loop_unwatch(dial->watch);
	dial->watch = NULL;
	loop_timer_destroy(dial->timer);
	dial->timer = NULL;
	tls_conn_destroy(dial->tls);
	dial->tls = NULL;
	if (dial->fd >= 0)
		close(dial->fd);
	dial->fd = -1;
}

void link_dial_destroy(struct link_dial *dial)
{
	if (!dial)
		return;
	close_all(dial);
	tls_context_destroy(dial->peer.tls);
	explicit_bzero(dial->frame, dial->len); /* passwords may have been in it */
	free(dial);
}

/* `done` may release the attempt: nothing is touched after it. */
static void finish(struct link_dial *dial, enum kakou_err err, const struct why *why)
{
	struct link_outcome outcome = {.err = err};

	if (err)
		why_set(&outcome.why, err, "%s:%u: %s", dial->peer.host, dial->peer.port,
			why->text);
	if (dial->stage > STAGE_HANDSHAKE)
		text_copy(outcome.tls_version, sizeof(outcome.tls_version),
			  tls_conn_version(dial->tls));
	outcome.is_resumed = outcome.tls_version[0] && tls_conn_is_resumed(dial->tls);
	close_all(dial);
	dial->done(dial->arg, &outcome);
}

static void on_ready(void *arg, int ready);

/* The socket goes over to TLS, which closes it if it can't begin. */
static enum kakou_err begin_tls(struct link_dial *dial, struct why *why)
{
	int fd = dial->fd;
	enum kakou_err err = link_socket_connected(fd, why);

	if (err)
		return err;
	loop_unwatch(dial->watch);
	dial->watch = NULL;
	dial->fd = -1;
	err = tls_conn_create(&dial->tls, dial->peer.tls, fd, dial->peer.peer_name);
	if (!err)
		err = loop_watch_fd(dial->loop, fd, LOOP_OUT, on_ready, dial,
				    &dial->watch);
	if (err)
		return why_set(why, err, "no TLS connection: %s", kakou_err_name(err));
	return KAKOU_OK;
}

static enum kakou_err write_frame(struct link_dial *dial, struct why *why)
{
	while (dial->put < dial->len) {
		size_t put = 0;
		enum kakou_err err = tls_conn_write(dial->tls, dial->frame + dial->put,
						    dial->len - dial->put, &put, why);

		if (err)
			return err;
		dial->put += put;
	}
	return KAKOU_OK;
}

/* The answer never comes on this connection: what the peer says is not looked at. */
static enum kakou_err read_to_end(struct link_dial *dial, struct why *why)
{
	unsigned char ignored[256];
	size_t got = 1;

	while (got > 0) {
		enum kakou_err err =
			tls_conn_read(dial->tls, ignored, sizeof(ignored), &got, why);

		if (err)
			return err;
	}
	return KAKOU_OK;
}

static enum kakou_err run_stage(struct link_dial *dial, struct why *why)
{
	switch (dial->stage) {
	case STAGE_CONNECT: return begin_tls(dial, why);
	case STAGE_HANDSHAKE: return tls_conn_handshake(dial->tls, why);
	case STAGE_WRITE: return write_frame(dial, why);
	case STAGE_CLOSE: return tls_conn_shutdown(dial->tls, why);
	case STAGE_READ: return read_to_end(dial, why);
	case STAGES: break;
	}
	return KAKOU_OK;
}

static void on_ready(void *arg, int ready)
{
	struct link_dial *dial = arg;
	struct why why = {""};

	(void)ready;
	for (; dial->stage < STAGES; dial->stage++) {
		enum kakou_err err = run_stage(dial, &why);

		if (err == KAKOU_E_AGAIN) {
			err = loop_watch_change(dial->watch, tls_conn_wants(dial->tls));
			if (!err)
				return;
		}
		if (err) {
			finish(dial, err, &why);
			return;
		}
	}
	finish(dial, KAKOU_OK, &why);
}

static void on_deadline(void *arg)
{
	struct link_dial *dial = arg;
	struct why why;
	enum kakou_err err =
		why_set(&why, KAKOU_E_TIMEOUT, "waited %s, %d ms for the whole attempt",
			waiting_for[dial->stage], dial->peer.deadline_ms);

	finish(dial, err, &why);
}

enum kakou_err link_dial_start(struct link_dial **out, struct loop *loop,
			       const struct link_peer *peer, const void *frame,
			       size_t len,
			       void (*done)(void *arg,
					    const struct link_outcome *outcome),
			       void *arg, struct why *why)
{
	struct link_dial *dial = calloc(1, sizeof(*dial) + len);
	enum kakou_err err;

	if (!dial)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a connection");
	dial->loop = loop;
	dial->fd = -1;
	dial->peer = *peer;
	tls_context_share(peer->tls);
	dial->len = len;
	dial->done = done;
	dial->arg = arg;
	memcpy(dial->frame, frame, len);
	err = link_socket_connect(&dial->fd, peer->host, peer->port, why);
	if (!err)
		err = loop_timer_create(loop, on_deadline, dial, &dial->timer);
	if (!err)
		err = loop_watch_fd(loop, dial->fd, LOOP_OUT, on_ready, dial,
				    &dial->watch);
	if (err) {
		link_dial_destroy(dial);
		return err;
	}
	loop_timer_set(dial->timer, clock_mono_ms() + peer->deadline_ms);
	*out = dial;
	return KAKOU_OK;
}
