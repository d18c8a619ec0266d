/* SPDX-License-Identifier: MIT */
/*
 * Connections of the control socket: lines in, lines out.
 *
 * Layer: tools. Threads: the yard's loop.
 */
#include "tools/yard/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "tools/yard/control_methods.h"
#include "tools/yard/unix_socket.h"

enum {
	CLIENTS_MAX = 16,
	LINE_MAX_BYTES = 65536,
	OUT_MAX_BYTES = 4 * 1024 * 1024,
	/* JSON-RPC 2.0 section 5.1 */
	ERROR_PARSE = -32700,
	ERROR_REQUEST = -32600,
	ERROR_METHOD = -32601,
	ERROR_PARAMS = -32602,
};

struct client {
	struct control_server *server;
	int fd; /* -1 = free */
	struct loop_watch *watch;
	size_t in_len, out_len;
	char *out; /* what the client did not take yet */
	char in[LINE_MAX_BYTES];
};

struct control_server {
	struct yard *yard;
	struct loop *loop;
	struct unix_listener listener;
	struct client clients[CLIENTS_MAX];
};

static void hang_up(struct client *client)
{
	if (client->fd < 0)
		return;
	loop_unwatch(client->watch);
	close(client->fd);
	free(client->out);
	client->fd = -1;
	client->out = NULL;
	client->in_len = client->out_len = 0;
}

/* ---- requests ---------------------------------------------------------------------------- */

static json_t *make_error(int code, const char *message)
{
	return json_pack("{s:{s:i, s:s}}", "error", "code", code, "message", message);
}

/* {"result": …} or {"error": …}; NULL without memory. */
static json_t *call(struct yard *yard, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "method"));
	json_t *params = json_object_get(request, "params");
	control_method *method = name ? control_find_method(name) : NULL;
	json_t *none = NULL, *result = NULL, *reply;
	struct why why = {0};

	if (!name)
		return make_error(ERROR_REQUEST, "expected an object with a method");
	if (!method)
		return make_error(ERROR_METHOD, "no such method");
	if (!params)
		params = none = json_object();
	if (!json_is_object(params))
		reply = make_error(ERROR_PARAMS, "expected params to be an object");
	else if (method(yard, params, &result, &why))
		reply = make_error(ERROR_PARAMS, why.text);
	else
		reply = json_pack("{s:o}", "result", result);
	json_decref(none);
	return reply;
}

static char *answer_line(struct yard *yard, const char *line, size_t len)
{
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *id = request ? json_object_get(request, "id") : NULL;
	json_t *reply =
		request ? call(yard, request)
			: make_error(ERROR_PARSE, "expected JSON, one object a line");
	char *text = NULL;

	if (reply) {
		(void)json_object_set_new(reply, "jsonrpc", json_string("2.0"));
		(void)json_object_set_new(reply, "id",
					  id ? json_incref(id) : json_null());
		text = json_dumps(reply, JSON_COMPACT);
	}
	json_decref(reply);
	json_decref(request);
	return text;
}

/* ---- bytes ------------------------------------------------------------------------------- */

static void flush(struct client *client)
{
	ssize_t put = 0;

	if (client->out_len > 0)
		put = send(client->fd, client->out, client->out_len, MSG_NOSIGNAL);
	if (put < 0 && errno != EAGAIN && errno != EINTR) {
		hang_up(client);
		return;
	}
	if (put > 0) {
		client->out_len -= (size_t)put;
		memmove(client->out, client->out + put, client->out_len);
	}
	if (loop_watch_change(client->watch,
			      client->out_len ? LOOP_IN | LOOP_OUT : LOOP_IN))
		hang_up(client);
}

static void append(struct client *client, const char *text)
{
	size_t len = strlen(text) + 1;
	char *larger = client->out_len + len <= OUT_MAX_BYTES
			       ? realloc(client->out, client->out_len + len)
			       : NULL;

	if (!larger) { /* a client that asks and does not read */
		hang_up(client);
		return;
	}
	client->out = larger;
	memcpy(client->out + client->out_len, text, len - 1);
	client->out[client->out_len + len - 1] = '\n';
	client->out_len += len;
}

static void serve_lines(struct client *client)
{
	char *end;

	while (client->fd >= 0 && (end = memchr(client->in, '\n', client->in_len))) {
		size_t len = (size_t)(end - client->in);
		char *reply = answer_line(client->server->yard, client->in, len);

		client->in_len -= len + 1;
		memmove(client->in, end + 1, client->in_len);
		if (reply)
			append(client, reply);
		free(reply);
	}
	if (client->in_len == sizeof(client->in))
		hang_up(client);
}

static void on_client(void *arg, int ready)
{
	struct client *client = arg;
	ssize_t got;

	if (ready & LOOP_IN) {
		got = recv(client->fd, client->in + client->in_len,
			   sizeof(client->in) - client->in_len, 0);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
			hang_up(client);
			return;
		}
		if (got > 0)
			client->in_len += (size_t)got;
		serve_lines(client);
	}
	if (client->fd >= 0)
		flush(client);
}

static bool take(void *arg, int fd)
{
	struct control_server *server = arg;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &server->clients[i];

		if (client->fd >= 0)
			continue;
		if (loop_watch_fd(server->loop, fd, LOOP_IN, on_client, client,
				  &client->watch))
			return false;
		client->fd = fd;
		return true;
	}
	return false;
}

/* ---- opening and closing ----------------------------------------------------------------- */

enum kakou_err control_server_open(struct control_server **out, struct yard *yard,
				   const char *path, struct loop *loop, struct why *why)
{
	struct control_server *server = calloc(1, sizeof(*server));
	enum kakou_err err;

	if (!server)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the control socket");
	server->yard = yard;
	server->loop = loop;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		server->clients[i].server = server;
		server->clients[i].fd = -1;
	}
	err = unix_listener_open(&server->listener, path, SOCK_STREAM, loop, take, server,
				 why);
	if (err)
		free(server);
	else
		*out = server;
	return err;
}

void control_server_close(struct control_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		hang_up(&server->clients[i]);
	unix_listener_close(&server->listener);
	free(server);
}
