/* SPDX-License-Identifier: MIT */
/*
 * Calls to kakoud over its control socket: JSON-RPC 2.0, one object a line.
 *
 * Layer: firmware. Blocks for at most the patience of a call.
 */
#include "firmware/kakou/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "hal/text.h"

/* JSON-RPC 2.0 section 5.1: what the user gave is not what a method takes; one of kakoud's own. */
enum { BAD_PARAMS = -32602, SECOND_NEEDED = -32000 + KAKOU_E_SECOND };

enum { PATIENCE_S = 15, REPLY_MAX = 4 * 1048576, READ_BYTES = 16384 };

void cli_hang_up(struct cli *cli)
{
	if (cli->fd >= 0)
		close(cli->fd);
	cli->fd = -1;
}

/* 0, or an errno. */
static int dial(struct cli *cli)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int failed = 0;

	if (cli->fd >= 0)
		return 0;
	if (!text_copy(address.sun_path, sizeof(address.sun_path), cli->socket))
		return ENAMETOOLONG;
	cli->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (cli->fd < 0 ||
	    connect(cli->fd, (struct sockaddr *)&address, sizeof(address))) {
		failed = errno;
		cli_hang_up(cli);
	}
	return failed;
}

bool cli_get_owner(struct cli *cli, unsigned *uid, unsigned *gid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (dial(cli) || getsockopt(cli->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	*uid = peer.uid;
	*gid = peer.gid;
	return true;
}

static bool send_whole(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t put = send(fd, text, len, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		text += put;
		len -= (size_t)put;
	}
	return true;
}

/* One line without its newline, which the caller frees; NULL with errno (0: the peer closed). */
static char *receive_line(int fd)
{
	char *line = NULL;
	size_t len = 0;

	while (len < REPLY_MAX) {
		char *larger = realloc(line, len + READ_BYTES + 1);
		ssize_t got;

		if (!larger)
			break;
		line = larger;
		got = recv(fd, line + len, READ_BYTES, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			if (got == 0)
				errno = 0;
			free(line);
			return NULL;
		}
		len += (size_t)got;
		if (line[len - 1] == '\n') {
			line[len - 1] = '\0';
			return line;
		}
	}
	free(line);
	errno = ENOBUFS;
	return NULL;
}

static int complain_unreachable(struct cli *cli, int failed)
{
	const char *text = failed ? strerror(failed) : "it closed the connection";

	if (failed == EAGAIN || failed == EWOULDBLOCK)
		text = "no answer in time";
	cli_hang_up(cli);
	return cli_complain(cli, CLI_UNREACHABLE, "kakoud does not answer on %s: %s",
			    cli->socket, text);
}

int cli_find(struct cli *cli, bool *is_running)
{
	int failed = dial(cli);

	*is_running = !failed;
	if (!failed || failed == ENOENT || failed == ECONNREFUSED)
		return CLI_DONE;
	return complain_unreachable(cli, failed);
}

/* Takes `request` over. NULL: complained, *exit says how to end. */
static json_t *exchange(struct cli *cli, json_t *request, int patience_s, int *exit)
{
	const struct timeval patience = {.tv_sec = patience_s};
	char *text = json_dumps(request, JSON_COMPACT);
	char *line = NULL;
	json_t *reply = NULL;
	size_t len;
	int failed = dial(cli);

	json_decref(request);
	if (failed || !text) {
		*exit = text ? complain_unreachable(cli, failed)
			     : cli_complain(cli, CLI_FAILED, "no memory");
		goto release;
	}
	(void)setsockopt(cli->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(cli->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	len = strlen(text);
	text[len] = '\n'; /* in the place of its end: the length says where that was */
	/* A peer that refuses us says so and closes before it reads; look for that first. */
	if (!send_whole(cli->fd, text, len + 1) && errno != EPIPE &&
	    errno != ECONNRESET) {
		*exit = complain_unreachable(cli, errno);
		goto release;
	}
	line = receive_line(cli->fd);
	if (!line) {
		*exit = complain_unreachable(cli, errno);
		goto release;
	}
	reply = json_loads(line, 0, NULL);
	if (!reply)
		*exit = cli_complain(cli, CLI_FAILED, "kakoud's answer is not JSON");

release:
	free(line);
	free(text);
	return reply;
}

/* The reply is an error. A lane that "kakou lane" does not find need not say "lane" twice. */
static int complain_refused(struct cli *cli, const json_t *error)
{
	const char *message = cli_text(error, "message");
	int64_t code = cli_integer(error, "code");
	size_t len = strlen(cli->command->name);

	if (!strncmp(message, cli->command->name, len) &&
	    !strncmp(message + len, ": ", 2))
		message += len + 2;
	return cli_complain(cli, code == BAD_PARAMS ? CLI_USAGE : CLI_FAILED, "%s%s",
			    message,
			    code == SECOND_NEEDED ? ": again with --second NAME" : "");
}

int cli_call_slowly(struct cli *cli, const char *method, json_t *params, int patience_s,
		    json_t **result)
{
	json_t *request =
		json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", ++cli->last_id,
			  "method", method, "params", params ? params : json_object());
	int exit = CLI_FAILED;
	json_t *reply = exchange(cli, request, patience_s, &exit);
	json_t *error = json_object_get(reply, "error");
	json_t *found = json_object_get(reply, "result");

	if (!reply)
		return exit;
	if (error)
		exit = complain_refused(cli, error);
	else if (!found)
		exit = cli_complain(cli, CLI_FAILED,
				    "kakoud's answer has neither result nor error");
	else
		exit = CLI_DONE;
	if (exit == CLI_DONE)
		*result = json_incref(found);
	json_decref(reply);
	return exit;
}

int cli_call(struct cli *cli, const char *method, json_t *params, json_t **result)
{
	return cli_call_slowly(cli, method, params, PATIENCE_S, result);
}

int cli_show(struct cli *cli, const char *method, json_t *params,
	     void (*print)(struct cli *cli, json_t *result))
{
	json_t *result = NULL;
	int exit = cli_call(cli, method, params, &result);

	if (exit)
		return exit;
	if (cli->json)
		cli_print_json(cli, result);
	else
		print(cli, result);
	json_decref(result);
	return CLI_DONE;
}

void cli_print_json(struct cli *cli, const json_t *value)
{
	(void)json_dumpf(value, cli->out, JSON_INDENT(2) | JSON_ENCODE_ANY);
	fputc('\n', cli->out);
}
