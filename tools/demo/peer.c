/* SPDX-License-Identifier: MIT */
/*
 * A client of one control socket.
 *
 * Layer: tools. Requests are small: they fit a socket's buffer, so a short write is a
 * broken connection.
 */
#include "tools/demo/peer.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/text.h"

struct peer {
	struct loop *loop;
	char name[32];
	char path[128];
	int fd; /* -1: not connected */
	struct loop_watch *watch;
	struct loop_timer *timer;
	char *line;
	size_t used, room;
	json_int_t id;
	peer_answer *answer; /* NULL: no call under way */
	void *arg;
	char fault[200];
};

static void disconnect(struct peer *peer)
{
	if (peer->fd < 0)
		return;
	loop_unwatch(peer->watch);
	peer->watch = NULL;
	close(peer->fd);
	peer->fd = -1;
	peer->used = 0;
}

static void finish(struct peer *peer, const json_t *result, const char *fault)
{
	peer_answer *answer = peer->answer;

	loop_timer_set(peer->timer, -1);
	peer->answer = NULL;
	if (answer)
		answer(peer->arg, result, fault);
}

static void fail(struct peer *peer, const char *what)
{
	disconnect(peer);
	snprintf(peer->fault, sizeof(peer->fault), "%s: %s", peer->name, what);
	finish(peer, NULL, peer->fault);
}

static void on_timer(void *arg)
{
	fail(arg, "no answer in time");
}

enum kakou_err peer_create(struct peer **out, struct loop *loop, const char *name,
			   const char *path)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return KAKOU_E_NOMEM;
	peer->loop = loop;
	peer->fd = -1;
	text_copy(peer->name, sizeof(peer->name), name);
	text_copy(peer->path, sizeof(peer->path), path);
	if (loop_timer_create(loop, on_timer, peer, &peer->timer)) {
		free(peer);
		return KAKOU_E_NOMEM;
	}
	*out = peer;
	return KAKOU_OK;
}

void peer_destroy(struct peer *peer)
{
	if (!peer)
		return;
	disconnect(peer);
	loop_timer_destroy(peer->timer);
	free(peer->line);
	free(peer);
}

static void serve_line(struct peer *peer, const char *line, size_t len)
{
	json_t *root = json_loadb(line, len, 0, NULL);
	const json_t *error = json_object_get(root, "error");
	const json_t *result = json_object_get(root, "result");
	const char *message = json_string_value(json_object_get(error, "message"));

	if (json_integer_value(json_object_get(root, "id")) != peer->id) {
		json_decref(root);
		fail(peer, "an answer to another question");
		return;
	}
	if (result) {
		finish(peer, result, NULL);
	} else {
		snprintf(peer->fault, sizeof(peer->fault), "%s: %s", peer->name,
			 message ? message : "an answer without a result");
		finish(peer, NULL, peer->fault);
	}
	json_decref(root);
}

static bool grow(struct peer *peer)
{
	size_t room = peer->room ? peer->room * 2 : 65536;
	char *bigger;

	if (peer->used < peer->room)
		return true;
	if (room > PEER_LINE_MAX)
		return false;
	bigger = realloc(peer->line, room);
	if (!bigger)
		return false;
	peer->line = bigger;
	peer->room = room;
	return true;
}

static void on_ready(void *arg, int ready)
{
	struct peer *peer = arg;
	const char *end;
	size_t len;
	ssize_t n;

	(void)ready;
	if (!grow(peer)) {
		fail(peer, "an answer beyond all bounds");
		return;
	}
	n = recv(peer->fd, peer->line + peer->used, peer->room - peer->used,
		 MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(peer, n < 0 ? strerror(errno) : "it ended the connection");
		return;
	}
	peer->used += (size_t)n;
	end = memchr(peer->line, '\n', peer->used);
	if (!end)
		return;
	len = (size_t)(end - peer->line);
	peer->used = 0; /* one question at a time: nothing follows an answer */
	serve_line(peer, peer->line, len);
}

bool peer_connect(struct peer *peer)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	if (peer->fd >= 0)
		return true;
	if (!text_copy(at.sun_path, sizeof(at.sun_path), peer->path))
		return false;
	peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (peer->fd < 0)
		return false;
	if (connect(peer->fd, (struct sockaddr *)&at, sizeof(at)) ||
	    loop_watch_fd(peer->loop, peer->fd, LOOP_IN, on_ready, peer, &peer->watch)) {
		close(peer->fd);
		peer->fd = -1;
		return false;
	}
	return true;
}

bool peer_is_busy(const struct peer *peer)
{
	return peer->answer != NULL;
}

void peer_call(struct peer *peer, const char *method, json_t *params, peer_answer *answer,
	       void *arg)
{
	json_t *call =
		json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", ++peer->id,
			  "method", method, "params", params ? params : json_object());
	char *text = call ? json_dumps(call, JSON_COMPACT) : NULL;
	bool is_sent = false;

	assert(!peer->answer);
	json_decref(call);
	peer->answer = answer;
	peer->arg = arg;
	if (text && peer_connect(peer)) {
		size_t len = strlen(text);

		text[len] = '\n'; /* in place of the terminator: the length is known */
		is_sent = send(peer->fd, text, len + 1, MSG_NOSIGNAL | MSG_DONTWAIT) ==
			  (ssize_t)(len + 1);
	}
	free(text);
	if (!is_sent)
		disconnect(peer);
	/* A failure is told from the loop, like an answer: at once in its next round. */
	loop_timer_set(peer->timer, clock_mono_ms() + (is_sent ? PEER_CALL_MS : 0));
}
