/* SPDX-License-Identifier: MIT */
/*
 * Clients of the control socket: a line in, a line out.
 *
 * Layer: tools. Threads: the loop's own.
 */
#include "tools/customs/desk_server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* JSON-RPC 2.0, section 5.1. */
enum {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_FAILED = -32000,
};

struct client {
	struct desk_server *server;
	struct loop_watch *watch;
	int fd;
	size_t in_len;
	char *out; /* answers not yet taken by the client */
	size_t out_len;
	char in[DESK_LINE_MAX];
};

struct desk_server {
	struct loop *loop;
	desk_call call;
	void *arg;
	struct sockaddr_un address;
	int fd;
	struct loop_watch *watch;
	struct client *clients[DESK_CLIENTS_MAX];
};

/* ---- requests ------------------------------------------------------------------------------ */

static json_t *make_error(int code, const char *message)
{
	return json_pack("{s:i, s:s}", "code", code, "message", message);
}

static int code_of(enum kakou_err err)
{
	switch (err) {
	case KAKOU_E_NOTFOUND: return RPC_METHOD_NOT_FOUND;
	case KAKOU_E_INVALID: return RPC_INVALID_PARAMS;
	default: return RPC_FAILED;
	}
}

static bool is_request(const json_t *request)
{
	const json_t *params = json_object_get(request, "params");
	const char *version = json_string_value(json_object_get(request, "jsonrpc"));

	return json_is_object(request) && version && !strcmp(version, "2.0") &&
	       json_is_string(json_object_get(request, "method")) &&
	       (!params || json_is_object(params));
}

/* The answer to a call that is one: its result or its error, by name. */
static json_t *call_method(struct desk_server *server, const json_t *request,
			   const char **name)
{
	const char *method = json_string_value(json_object_get(request, "method"));
	json_t *params = json_incref(json_object_get(request, "params"));
	enum kakou_err err = KAKOU_OK;
	struct why why = {""};
	json_t *result;

	if (!params)
		params = json_object();
	result = server->call(server->arg, method, params, &err, &why);
	json_decref(params);
	*name = result ? "result" : "error";
	return result ? result : make_error(code_of(err), why.text);
}

/* The answer to one line; NULL when it wants none (a notification). */
static json_t *serve(struct desk_server *server, const char *line, size_t len)
{
	json_t *request = json_loadb(line, len, 0, NULL);
	json_t *id = json_object_get(request, "id");
	const char *name = "error";
	json_t *content, *answer = NULL;
	bool is_wanted = true;

	if (!request) {
		content = make_error(RPC_PARSE_ERROR, "not JSON");
	} else if (!is_request(request)) {
		content =
			make_error(RPC_INVALID_REQUEST,
				   "expected jsonrpc 2.0, a method, params as an object");
	} else {
		content = call_method(server, request, &name);
		is_wanted = id != NULL;
	}
	if (is_wanted)
		answer = json_pack("{s:s, s:O, s:O?}", "jsonrpc", "2.0", name, content,
				   "id", id);
	json_decref(content);
	json_decref(request);
	return answer;
}

/* ---- clients ------------------------------------------------------------------------------- */

static void drop(struct client *client)
{
	struct desk_server *server = client->server;

	for (size_t i = 0; i < DESK_CLIENTS_MAX; i++) {
		if (server->clients[i] == client)
			server->clients[i] = NULL;
	}
	loop_unwatch(client->watch);
	close(client->fd);
	free(client->out);
	free(client);
}

static bool flush(struct client *client)
{
	while (client->out_len > 0) {
		ssize_t put =
			send(client->fd, client->out, client->out_len, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		client->out_len -= (size_t)put;
		memmove(client->out, client->out + put, client->out_len);
	}
	return true;
}

static bool queue_answer(struct client *client, json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT);
	size_t len = text ? strlen(text) : 0;
	char *larger = NULL;

	json_decref(answer);
	if (text && client->out_len + len + 1 <= DESK_OUTPUT_MAX)
		larger = realloc(client->out, client->out_len + len + 1);
	if (larger) {
		client->out = larger;
		/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the newline ends it */
		memcpy(larger + client->out_len, text, len);
		larger[client->out_len + len] = '\n';
		client->out_len += len + 1;
	}
	free(text);
	return larger != NULL;
}

static bool serve_lines(struct client *client)
{
	char *end;

	while ((end = memchr(client->in, '\n', client->in_len))) {
		size_t len = (size_t)(end - client->in);
		json_t *answer = serve(client->server, client->in, len);

		client->in_len -= len + 1;
		memmove(client->in, end + 1, client->in_len);
		if (answer && !queue_answer(client, answer))
			return false;
	}
	return client->in_len < sizeof(client->in);
}

static bool read_some(struct client *client)
{
	ssize_t got = recv(client->fd, client->in + client->in_len,
			   sizeof(client->in) - client->in_len, 0);

	if (got < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
	client->in_len += (size_t)got;
	return got > 0 && serve_lines(client);
}

static void on_client(void *arg, int ready)
{
	struct client *client = arg;
	bool is_well = true;

	if (ready & LOOP_IN)
		is_well = read_some(client);
	if (is_well)
		is_well = flush(client) &&
			  !loop_watch_change(client->watch, client->out_len > 0
								    ? LOOP_IN | LOOP_OUT
								    : LOOP_IN);
	if (!is_well)
		drop(client);
}

static void admit(struct desk_server *server, int fd)
{
	struct client *client = NULL;
	size_t slot = 0;

	while (slot < DESK_CLIENTS_MAX && server->clients[slot])
		slot++;
	if (slot < DESK_CLIENTS_MAX)
		client = calloc(1, sizeof(*client));
	if (!client) {
		close(fd);
		return;
	}
	client->server = server;
	client->fd = fd;
	if (loop_watch_fd(server->loop, fd, LOOP_IN, on_client, client, &client->watch)) {
		close(fd);
		free(client);
		return;
	}
	server->clients[slot] = client;
}

static void on_listen(void *arg, int ready)
{
	struct desk_server *server = arg;
	int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)ready;
	if (fd >= 0)
		admit(server, fd);
}

/* ---- the server ---------------------------------------------------------------------------- */

static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers = fd >= 0 &&
		       !connect(fd, (const struct sockaddr *)address, sizeof(*address));

	if (fd >= 0)
		close(fd);
	return answers;
}

static enum kakou_err open_socket(struct desk_server *server, const char *path,
				  struct why *why)
{
	mode_t before;
	int failed;

	if (strlen(path) >= sizeof(server->address.sun_path))
		return why_set(why, KAKOU_E_INVALID,
			       "control socket \"%s\": expected at most %zu bytes", path,
			       sizeof(server->address.sun_path) - 1);
	server->address.sun_family = AF_UNIX;
	memcpy(server->address.sun_path, path, strlen(path) + 1);
	if (is_served(&server->address))
		return why_set(why, KAKOU_E_LINK,
			       "control socket \"%s\": another process serves it", path);
	unlink(path);
	server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	before = umask(S_IRWXG | S_IRWXO | S_IXUSR);
	failed = server->fd < 0 ||
		 bind(server->fd, (const struct sockaddr *)&server->address,
		      sizeof(server->address)) ||
		 listen(server->fd, DESK_CLIENTS_MAX);
	umask(before);
	if (failed)
		return why_set(why, KAKOU_E_LINK, "control socket \"%s\": %s", path,
			       strerror(errno));
	return KAKOU_OK;
}

enum kakou_err desk_server_create(struct desk_server **out, struct loop *loop,
				  const char *path, desk_call call, void *arg,
				  struct why *why)
{
	struct desk_server *server = calloc(1, sizeof(*server));
	enum kakou_err err;

	if (!server)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the control socket");
	server->loop = loop;
	server->call = call;
	server->arg = arg;
	server->fd = -1;
	err = open_socket(server, path, why);
	if (!err)
		err = loop_watch_fd(loop, server->fd, LOOP_IN, on_listen, server,
				    &server->watch);
	if (err) {
		if (server->fd >= 0)
			close(server->fd);
		free(server);
		return err;
	}
	*out = server;
	return KAKOU_OK;
}

void desk_server_destroy(struct desk_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < DESK_CLIENTS_MAX; i++) {
		if (server->clients[i])
			drop(server->clients[i]);
	}
	loop_unwatch(server->watch);
	close(server->fd);
	unlink(server->address.sun_path);
	free(server);
}
