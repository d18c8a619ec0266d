/* SPDX-License-Identifier: MIT */
/*
 * Caller. Layer: firmware. Threads: the loop's.
 */
#include "firmware/console/caller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { READ_BYTES = 16384 };

struct call {
	struct call *next;
	caller_then *then;
	void *arg;
	char *text; /* the request with its newline; wiped when released */
	size_t len, sent;
	int64_t deadline_ms;
};

struct line {
	struct caller *caller;
	int fd; /* -1 = not connected */
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct call *call; /* under way */
	char *in;
	size_t in_len, in_size;
};

struct caller {
	struct loop *loop;
	const char *socket;
	uint64_t last_id;
	size_t count; /* calls that wait or are under way */
	struct call *first, **last;
	bool is_ending;
	size_t line_count;
	struct line lines[CALLER_LINES_MAX];
};

static void serve_queue(struct caller *caller);

static void release_call(struct call *call)
{
	if (call->text) {
		explicit_bzero(call->text, call->len);
		free(call->text);
	}
	free(call);
}

/* ---- answers ----------------------------------------------------------------------------- */

static void finish(struct caller *caller, struct call *call,
		   const struct caller_answer *answer)
{
	caller->count--;
	call->then(call->arg, answer);
	release_call(call);
}

static void finish_without(struct caller *caller, struct call *call, int code,
			   const char *message)
{
	const struct caller_answer answer = {.code = code, .message = message};

	finish(caller, call, &answer);
}

static void wipe_in(struct line *line)
{
	if (line->in)
		explicit_bzero(line->in, line->in_len); /* a ticket may have come */
	line->in_len = 0;
}

static void hang_up(struct line *line)
{
	loop_unwatch(line->watch);
	line->watch = NULL;
	if (line->fd >= 0)
		close(line->fd);
	line->fd = -1;
	wipe_in(line);
	loop_timer_set(line->timer, -1);
}

/* What was asked may have been done: the record tells. */
static void fail_line(struct line *line, int code, const char *message)
{
	struct call *call = line->call;

	hang_up(line);
	line->call = NULL;
	if (call)
		finish_without(line->caller, call, code, message);
}

static void take_reply(struct line *line, size_t len)
{
	struct call *call = line->call;
	json_t *reply = json_read_object(line->in, len);
	json_t *error = json_object_get(reply, "error");
	struct caller_answer answer = {
		.result = json_object_get(reply, "result"),
		.code = (int)json_number_of(error, "code"),
		.message = json_text_of(error, "message"),
		.refusal = json_text_of(json_object_get(error, "data"), "refusal"),
	};

	if (!answer.result && !error) {
		json_decref(reply);
		fail_line(line, CALLER_GONE,
			  "the gate's answer is not what it should be");
		return;
	}
	wipe_in(line);
	loop_timer_set(line->timer, -1);
	line->call = NULL;
	finish(line->caller, call, &answer);
	json_decref(reply);
}

/* ---- one connection ------------------------------------------------------------------------ */

/* False: the line has failed. */
static bool send_some(struct line *line)
{
	struct call *call = line->call;

	while (call->sent < call->len) {
		ssize_t put = send(line->fd, call->text + call->sent,
				   call->len - call->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (put < 0) {
			fail_line(line, CALLER_GONE, "the gate has hung up");
			return false;
		}
		call->sent += (size_t)put;
	}
	if (loop_watch_change(line->watch,
			      LOOP_IN | (call->sent < call->len ? LOOP_OUT : 0))) {
		fail_line(line, CALLER_GONE, "the gate can't be watched");
		return false;
	}
	return true;
}

static bool make_room(struct line *line)
{
	size_t size = line->in_size + READ_BYTES > CALLER_REPLY_MAX
			      ? CALLER_REPLY_MAX
			      : 2 * line->in_size + READ_BYTES;
	char *larger;

	if (line->in_size - line->in_len >= READ_BYTES)
		return true;
	if (size <= line->in_size)
		return line->in_size > line->in_len;
	larger = malloc(size); /* not realloc(), which leaves what it moves */
	if (!larger)
		return false;
	if (line->in) {
		memcpy(larger, line->in, line->in_len);
		explicit_bzero(line->in, line->in_len);
	}
	free(line->in);
	line->in = larger;
	line->in_size = size;
	return true;
}

static void read_some(struct line *line)
{
	ssize_t got;

	if (!make_room(line)) {
		fail_line(line, CALLER_GONE, "the gate's answer is too long");
		return;
	}
	got = recv(line->fd, line->in + line->in_len, line->in_size - line->in_len,
		   MSG_DONTWAIT);
	if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (got <= 0 || !line->call) {
		fail_line(line, CALLER_GONE, "the gate has hung up");
		return;
	}
	line->in_len += (size_t)got;
	if (line->in[line->in_len - 1] == '\n')
		take_reply(line, line->in_len - 1);
}

static void on_ready(void *arg, int ready)
{
	struct line *line = arg;
	struct caller *caller = line->caller;

	if (line->call && (ready & LOOP_OUT) && !(ready & LOOP_IN) &&
	    line->call->sent < line->call->len)
		(void)send_some(line);
	else
		read_some(line);
	serve_queue(caller);
}

static void on_late(void *arg)
{
	struct line *line = arg;
	struct caller *caller = line->caller;

	fail_line(line, CALLER_LATE, "the gate does not answer in time");
	serve_queue(caller);
}

static bool dial(struct line *line)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (!text_copy(address.sun_path, sizeof(address.sun_path), line->caller->socket))
		return false;
	line->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (line->fd < 0 ||
	    connect(line->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    loop_watch_fd(line->caller->loop, line->fd, LOOP_IN, on_ready, line,
			  &line->watch)) {
		hang_up(line);
		return false;
	}
	return true;
}

/* ---- the queue ----------------------------------------------------------------------------- */

static struct line *find_free(struct caller *caller)
{
	struct line *best = NULL;

	for (size_t i = 0; i < caller->line_count; i++) {
		struct line *line = &caller->lines[i];

		if (!line->call && (!best || (best->fd < 0 && line->fd >= 0)))
			best = line;
	}
	return best;
}

/* Calls whose time is over before they were even asked. */
static void drop_late(struct caller *caller)
{
	int64_t now_ms = clock_mono_ms();

	while (caller->first && caller->first->deadline_ms <= now_ms) {
		struct call *call = caller->first;

		caller->first = call->next;
		if (!caller->first)
			caller->last = &caller->first;
		finish_without(caller, call, CALLER_LATE,
			       "the gate does not answer in time");
	}
}

static void serve_queue(struct caller *caller)
{
	struct line *line;

	drop_late(caller);
	while (!caller->is_ending && caller->first && (line = find_free(caller))) {
		struct call *call = caller->first;

		caller->first = call->next;
		if (!caller->first)
			caller->last = &caller->first;
		line->call = call;
		if (line->fd < 0 && !dial(line)) {
			fail_line(line, CALLER_GONE, "the gate is not reachable");
			continue;
		}
		loop_timer_set(line->timer, call->deadline_ms);
		(void)send_some(line);
	}
}

static struct call *make_call(struct caller *caller, const char *method, json_t *params)
{
	struct call *call = calloc(1, sizeof(*call));
	json_t *request = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id",
				    (json_int_t)++caller->last_id, "method", method,
				    "params", params ? params : json_object());
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;

	json_decref(request);
	if (!call || !text) {
		if (text)
			explicit_bzero(text, strlen(text));
		free(text);
		free(call);
		return NULL;
	}
	call->text = text;
	call->len = strlen(text) + 1;
	text[call->len - 1] = '\n'; /* in the place of its end: the length says where */
	return call;
}

enum kakou_err caller_ask(struct caller *caller, const char *method, json_t *params,
			  caller_then *then, void *arg)
{
	struct call *call;

	if (caller->count >= CALLER_QUEUE_MAX || caller->is_ending) {
		json_decref(params);
		return KAKOU_E_FULL;
	}
	call = make_call(caller, method, params);
	if (!call)
		return KAKOU_E_NOMEM;
	call->then = then;
	call->arg = arg;
	call->deadline_ms = clock_mono_ms() + CALLER_PATIENCE_MS;
	*caller->last = call;
	caller->last = &call->next;
	caller->count++;
	serve_queue(caller);
	return KAKOU_OK;
}

enum kakou_err caller_create(struct caller **out, struct loop *loop, const char *socket,
			     size_t lines)
{
	struct caller *caller = calloc(1, sizeof(*caller));

	if (!caller)
		return KAKOU_E_NOMEM;
	caller->loop = loop;
	caller->socket = socket;
	caller->last = &caller->first;
	for (size_t i = 0; i < lines; i++) {
		struct line *line = &caller->lines[i];

		line->caller = caller;
		line->fd = -1;
		caller->line_count++;
		if (loop_timer_create(loop, on_late, line, &line->timer)) {
			caller_destroy(caller);
			return KAKOU_E_NOMEM;
		}
	}
	*out = caller;
	return KAKOU_OK;
}

void caller_destroy(struct caller *caller)
{
	if (!caller)
		return;
	caller->is_ending = true;
	for (size_t i = 0; i < caller->line_count; i++) {
		struct line *line = &caller->lines[i];

		if (line->timer)
			fail_line(line, CALLER_GONE, "the console ends");
		loop_timer_destroy(line->timer);
		free(line->in);
	}
	while (caller->first) {
		struct call *call = caller->first;

		caller->first = call->next;
		finish_without(caller, call, CALLER_GONE, "the console ends");
	}
	free(caller);
}
