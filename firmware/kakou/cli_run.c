/* SPDX-License-Identifier: MIT */
/*
 * Running other programs and taking what they say.
 *
 * Layer: firmware. Blocks until the program ends.
 */
#include "firmware/kakou/cli_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_MAX = 262144, PIECE = 4096 };

struct said {
	int fd; /* what is read; -1 = it ended */
	FILE *echo;
	char *text;
	size_t len;
};

/* What goes beyond SAID_MAX is read and dropped: the program must not wait for us. */
static void take(struct said *said)
{
	char piece[PIECE];
	ssize_t got = read(said->fd, piece, sizeof(piece));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		close(said->fd);
		said->fd = -1;
		return;
	}
	if (said->echo) {
		(void)fwrite(piece, 1, (size_t)got, said->echo);
		(void)fflush(said->echo);
	}
	if (said->len + (size_t)got > SAID_MAX)
		return;
	memcpy(said->text + said->len, piece, (size_t)got);
	said->len += (size_t)got;
}

static void take_all(struct said said[2])
{
	while (said[0].fd >= 0 || said[1].fd >= 0) {
		struct pollfd watched[2] = {
			{.fd = said[0].fd, .events = POLLIN},
			{.fd = said[1].fd, .events = POLLIN},
		};

		if (poll(watched, 2, -1) < 0)
			continue; /* EINTR */
		for (int i = 0; i < 2; i++) {
			if (watched[i].revents)
				take(&said[i]);
		}
	}
}

/* Its standard output and error become the two pipes. An errno, or 0. */
static int spawn(const char *const *argv, const int pipes[2][2], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed)
		return failed;
	failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	for (int i = 0; !failed && i < 2; i++)
		failed = posix_spawn_file_actions_adddup2(&actions, pipes[i][1], i + 1);
	if (!failed)
		failed = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv,
				      environ);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void cli_run_program(const char *const *argv, FILE *echo, struct cli_said *out)
{
	struct said said[2] = {
		{.fd = -1, .echo = echo},
		{.fd = -1, .echo = echo},
	};
	int pipes[2][2] = {
		{-1, -1},
		{-1, -1},
	};
	int failed = 0;
	pid_t pid = -1;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < 2; i++) {
		said[i].text = calloc(1, SAID_MAX + 1);
		if (!said[i].text)
			abort();
		if (!failed && pipe2(pipes[i], O_CLOEXEC))
			failed = errno;
	}
	if (!failed)
		failed = spawn(argv, pipes, &pid);
	for (int i = 0; i < 2; i++) {
		if (pipes[i][1] >= 0)
			close(pipes[i][1]);
		said[i].fd = pipes[i][0];
	}
	take_all(said); /* ends at once where nothing was started */
	out->status = failed ? 127 : wait_for(pid);
	out->failed = failed;
	out->out = said[0].text;
	out->err = said[1].text;
}

void cli_said_release(struct cli_said *said)
{
	free(said->out);
	free(said->err);
}

/* The last line that is not empty. */
static const char *find_last(const char *text, size_t *len)
{
	size_t end = strlen(text), begin;

	while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' '))
		end--;
	for (begin = end; begin > 0 && text[begin - 1] != '\n'; begin--)
		;
	*len = end - begin;
	return text + begin;
}

const char *cli_said_why(const struct cli_said *said, char to[CLI_WHY_MAX])
{
	static const char mark[] = "LastError: ";
	const char *line = strstr(said->out, mark);
	size_t len;

	if (said->failed) {
		(void)snprintf(to, CLI_WHY_MAX, "it can't be run: %s",
			       strerror(said->failed));
		return to;
	}
	if (line) {
		line += strlen(mark);
		len = strcspn(line, "\n");
	} else {
		line = find_last(said->err, &len);
		if (len == 0)
			line = find_last(said->out, &len);
	}
	if (len == 0)
		(void)snprintf(to, CLI_WHY_MAX, "it ended with %d and said nothing",
			       said->status);
	else
		(void)snprintf(to, CLI_WHY_MAX, "%.*s", (int)len, line);
	return to;
}
