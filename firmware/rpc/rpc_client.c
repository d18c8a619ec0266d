/* SPDX-License-Identifier: MIT */
/*
 * One client of the control socket: lines in, replies out, each bounded in size and time.
 *
 * A client is served one request at a time; while one is under way nothing is read, so that
 * neither its requests nor its replies pile up here.
 *
 * Layer: firmware. Threads: the control-socket thread's; never blocks.
 */
#include "firmware/rpc/rpc_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hal/clock.h"

enum { IN_FIRST_BYTES = 2048 };

static const char END[] = "}\n";

int rpc_code(enum kakou_err err)
{
	return -32000 + (int)err;
}

static void release_reply(struct rpc_client *client)
{
	if (client->reply_is_secret && client->body)
		explicit_bzero(client->body, strlen(client->body));
	client->reply_is_secret = false;
	free(client->head);
	free(client->body);
	client->head = NULL;
	client->body = NULL;
	client->tail = NULL;
	client->sent = 0;
}

bool rpc_client_rests(const struct rpc_client *client)
{
	return client->state == CLIENT_READING && client->in_len == 0;
}

/* What was being made for the request under way. */
static void release_work(struct rpc_client *client)
{
	rpc_passages_release(client->passages);
	free(client->receipt);
	tally_destroy(client->tally);
	client->passages = NULL;
	client->receipt = NULL;
	client->tally = NULL;
}

void rpc_client_close(struct rpc_client *client)
{
	if (client->state == CLIENT_FREE)
		return;
	loop_unwatch(client->watch);
	loop_timer_destroy(client->timer);
	close(client->fd);
	release_reply(client);
	release_work(client);
	if (client->in)
		explicit_bzero(client->in, client->in_size); /* passwords may have come */
	free(client->in);
	client->in = NULL;
	client->then = NULL;
	client->token = 0;
	client->bus_token = 0;
	client->waits_for_registry = client->waits_for_picture = false;
	client->state = CLIENT_FREE;
	client->generation++;
}

/* Sets the timer to what comes first, the deadline or another try. */
static void set_timer(struct rpc_client *client)
{
	int64_t at_ms = client->deadline_ms;

	if (client->retry_ms >= 0 && (at_ms < 0 || client->retry_ms < at_ms))
		at_ms = client->retry_ms;
	loop_timer_set(client->timer, at_ms);
}

static void set_state(struct rpc_client *client, enum rpc_client_state state,
		      int64_t deadline_ms)
{
	client->state = state;
	client->deadline_ms = deadline_ms;
	set_timer(client);
}

void rpc_client_wait(struct rpc_client *client, int32_t at_most_ms)
{
	set_state(client, CLIENT_WAITING, clock_mono_ms() + at_most_ms);
}

/* ---- replies --------------------------------------------------------------------------- */

/* The request is answered: whatever was waited for is over. */
static void begin_reply(struct rpc_client *client, char *head, char *body,
			const char *tail)
{
	assert(client->state != CLIENT_WRITING);
	client->head = head;
	client->body = body;
	client->tail = tail;
	client->then = NULL;
	client->token = 0;
	client->bus_token = 0;
	client->waits_for_registry = client->waits_for_picture = false;
	client->retry_ms = -1;
	set_state(client, CLIENT_WRITING, clock_mono_ms() + RPC_REPLY_MS);
}

/* The text as a JSON string; a character that the bound of the text cut in half is left out. */
static char *quote(char *text)
{
	json_t *string = json_string(text);
	char *quoted;

	for (size_t len = strlen(text); !string && len > 0; string = json_string(text))
		text[--len] = '\0';
	quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
	json_decref(string);
	return quoted;
}

/* `data` is a member with the comma before it, or "". */
KAKOU_PRINTF(4, 0)
static void fail(struct rpc_client *client, int code, const char *data,
		 const char *format, va_list args)
{
	char message[960];
	char *quoted;
	char *head = NULL;

	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	quoted = quote(message);
	if (!quoted || asprintf(&head,
				"{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,"
				"\"message\":%s%s}",
				client->id, code, quoted, data) < 0) {
		head = NULL;
		client->is_last = true; /* not even memory to say so */
	}
	free(quoted);
	begin_reply(client, head, NULL, head ? END : "");
}

void rpc_client_fail(struct rpc_client *client, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(client, code, "", format, args);
	va_end(args);
}

void rpc_client_refuse(struct rpc_client *client, int code, const char *refusal,
		       const char *format, ...)
{
	char data[64] = "";
	va_list args;

	if (refusal[0])
		(void)snprintf(data, sizeof(data), ",\"data\":{\"refusal\":\"%.32s\"}",
			       refusal);
	va_start(args, format);
	fail(client, code, data, format, args);
	va_end(args);
}

void rpc_client_reply_text(struct rpc_client *client, const char *before, char *text,
			   const char *after)
{
	char *head;

	if (!text || asprintf(&head, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s",
			      client->id, before) < 0) {
		free(text);
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory for the reply");
		return;
	}
	if (strlen(head) + strlen(text) + strlen(after) > RPC_REPLY_MAX) {
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
				"the reply has %zu bytes, expected at most %d: ask for "
				"less",
				strlen(text), RPC_REPLY_MAX);
		free(head);
		free(text);
		return;
	}
	begin_reply(client, head, text, after);
}

void rpc_client_reply(struct rpc_client *client, json_t *result)
{
	char *text = result ? json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	json_decref(result);
	rpc_client_reply_text(client, "", text, END);
}

/* What is left to send: the next part, or nothing. */
static const char *find_unsent(const struct rpc_client *client, size_t *len)
{
	const char *const parts[] = {client->head, client->body, client->tail};
	size_t before = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t part = parts[i] ? strlen(parts[i]) : 0;

		if (client->sent < before + part) {
			*len = before + part - client->sent;
			return parts[i] + (client->sent - before);
		}
		before += part;
	}
	*len = 0;
	return NULL;
}

/* Sends what the socket takes. False: the client is closed. */
static bool flush(struct rpc_client *client)
{
	const char *at;
	size_t len;

	while ((at = find_unsent(client, &len))) {
		ssize_t put = send(client->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return true;
		if (put < 0) {
			rpc_client_close(client);
			return false;
		}
		client->sent += (size_t)put;
	}
	release_reply(client);
	if (client->is_last) {
		rpc_client_close(client);
		return false;
	}
	client->rests_since_ms = clock_mono_ms();
	set_state(client, CLIENT_READING, -1);
	return true;
}

/* ---- requests -------------------------------------------------------------------------- */

/* Serves the lines that are whole; stops where one has to wait. False: closed. */
static bool serve_lines(struct rpc_client *client)
{
	while (client->state == CLIENT_READING) {
		char *end = memchr(client->in, '\n', client->in_len);
		size_t used = end ? (size_t)(end - client->in) + 1 : 0;

		memcpy(client->id, "null", sizeof("null"));
		if ((end && used > RPC_LINE_MAX + 1) ||
		    (!end && client->in_len > RPC_LINE_MAX)) {
			client->is_last = true;
			rpc_client_fail(client, RPC_BAD_REQUEST,
					"a line of more than %d bytes, expected a "
					"shorter one",
					RPC_LINE_MAX);
		} else if (end) {
			rpc_request_serve(client, client->in, used - 1);
			client->in_len -= used;
			memmove(client->in, end + 1, client->in_len);
			explicit_bzero(client->in + client->in_len, used);
		} else {
			break;
		}
		if (client->state == CLIENT_WRITING && !flush(client))
			return false;
	}
	if (client->state == CLIENT_READING && client->has_ended) {
		rpc_client_close(client);
		return false;
	}
	return true;
}

/* A line that was begun has its own deadline; between lines a client may rest. */
static void watch_next(struct rpc_client *client)
{
	int events = 0;

	if (client->state == CLIENT_READING) {
		events = LOOP_IN;
		if (client->in_len == 0)
			client->deadline_ms = -1;
		else if (client->deadline_ms < 0)
			client->deadline_ms = clock_mono_ms() + RPC_LINE_MS;
	} else if (client->state == CLIENT_WRITING) {
		events = LOOP_OUT;
	}
	set_timer(client);
	if (loop_watch_change(client->watch, events))
		rpc_client_close(client);
}

void rpc_client_go_on(struct rpc_client *client)
{
	if (client->state == CLIENT_WRITING && !flush(client))
		return;
	if (serve_lines(client))
		watch_next(client);
}

static bool make_room(struct rpc_client *client)
{
	size_t size = client->in_size ? client->in_size * 2 : IN_FIRST_BYTES;
	char *larger;

	if (client->in_len < client->in_size)
		return true;
	larger = malloc(size); /* not realloc(), which leaves what it moves */
	if (!larger)
		return false;
	if (client->in) {
		memcpy(larger, client->in, client->in_len);
		explicit_bzero(client->in, client->in_len);
	}
	free(client->in);
	client->in = larger;
	client->in_size = size;
	return true;
}

/* Reads once: a peer that never stops sending must leave the others their turn. */
static void read_some(struct rpc_client *client)
{
	ssize_t got;

	if (!make_room(client)) {
		rpc_client_close(client);
		return;
	}
	got = recv(client->fd, client->in + client->in_len,
		   client->in_size - client->in_len, MSG_DONTWAIT);
	if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (got < 0) {
		rpc_client_close(client);
		return;
	}
	client->has_ended = got == 0;
	client->in_len += (size_t)got;
	rpc_client_go_on(client);
}

static void on_ready(void *arg, int ready)
{
	struct rpc_client *client = arg;

	if (client->state == CLIENT_WRITING && (ready & LOOP_OUT))
		rpc_client_go_on(client);
	else if (client->state == CLIENT_READING && (ready & LOOP_IN))
		read_some(client);
}

/* The question's answer may still come; the generation of nobody is right for it then. */
static void give_up_waiting(struct rpc_client *client)
{
	const char *who = "the journal did not answer in time";

	if (client->token && client->waits_for_desk)
		who = "the people's desk did not answer in time: the record tells what "
		      "became of it";
	else if (client->token)
		who = "the control thread did not answer in time: the record tells what "
		      "became of the act";
	else if (client->waits_for_registry)
		who = "the registry did not answer in time: the record tells what became "
		      "of a change";
	else if (client->waits_for_picture)
		who = "the pictures did not answer in time";
	else if (client->bus_token)
		who = "the port has no time for this question: too many readings or sick "
		      "units";
	client->generation++;
	release_work(client);
	rpc_client_fail(client, rpc_code(KAKOU_E_TIMEOUT), "%s", who);
	rpc_client_go_on(client);
}

static void on_timer(void *arg)
{
	struct rpc_client *client = arg;
	int64_t now_ms = clock_mono_ms();

	if (client->deadline_ms >= 0 && now_ms >= client->deadline_ms) {
		if (client->state == CLIENT_WAITING)
			give_up_waiting(client);
		else
			rpc_client_close(client);
	} else if (client->retry_ms >= 0 && now_ms >= client->retry_ms) {
		client->retry_ms = -1;
		if (client->tally)
			rpc_stats_go_on(client);
		else
			rpc_record_retry(client);
		rpc_client_go_on(client);
	} else {
		set_timer(client);
	}
}

enum kakou_err rpc_client_open(struct rpc_client *client, int fd)
{
	enum kakou_err err =
		loop_timer_create(client->rpc->loop, on_timer, client, &client->timer);

	assert(client->state == CLIENT_FREE);
	if (err)
		goto close_fd;
	err = loop_watch_fd(client->rpc->loop, fd, LOOP_IN, on_ready, client,
			    &client->watch);
	if (err)
		goto destroy_timer;
	client->fd = fd;
	client->in_len = 0;
	client->in_size = 0;
	client->has_ended = false;
	client->is_last = false;
	client->retry_ms = -1;
	client->rests_since_ms = clock_mono_ms();
	set_state(client, CLIENT_READING, -1);
	return KAKOU_OK;

destroy_timer:
	loop_timer_destroy(client->timer);
close_fd:
	close(fd);
	return err;
}
