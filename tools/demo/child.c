/* SPDX-License-Identifier: MIT */
/*
 * Child processes.
 *
 * Layer: tools.
 */
#include "tools/demo/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal/text.h"

enum { TAIL_BYTES = 1600 };

struct child {
	struct loop *loop;
	char name[32];
	pid_t pid;
	int pid_fd;
	struct loop_watch *pid_watch;
	int output_fd; /* -1: not kept, or at its end */
	struct loop_watch *output_watch;
	char *output;
	size_t output_used, output_room;
	bool has_ended; /* and was waited for */
	int status;
	void (*on_end)(void *arg, struct child *child);
	void *arg;
};

/* In the child. Only async-signal-safe calls, though no other thread exists. */
static void become(const struct child_config *config, int out_fd, int log_fd,
		   pid_t parent)
{
	sigset_t none;
	int null_fd = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127); /* the parent died before the line above */
	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(out_fd, STDOUT_FILENO) < 0 || dup2(log_fd, STDERR_FILENO) < 0 ||
	    chdir(config->directory))
		_exit(127);
	execv(config->argv[0], (char *const *)config->argv);
	dprintf(STDERR_FILENO, "could not start %s: %s\n", config->argv[0],
		strerror(errno));
	_exit(127);
}

static void finish(struct child *child)
{
	int status = 0;

	if (child->output_fd >= 0 || child->has_ended)
		return;
	/* Unwatched: its pid descriptor said that it is over, so this returns at once. */
	if (waitpid(child->pid, &status, child->pid_watch ? WNOHANG : 0) != child->pid)
		return;
	child->has_ended = true;
	child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	loop_unwatch(child->pid_watch);
	child->pid_watch = NULL;
	if (child->on_end)
		child->on_end(child->arg, child);
}

static void on_pid_ready(void *arg, int ready)
{
	struct child *child = arg;

	(void)ready;
	loop_unwatch(child->pid_watch);
	child->pid_watch = NULL;
	finish(child);
}

static void close_output(struct child *child)
{
	if (child->output_fd < 0)
		return;
	loop_unwatch(child->output_watch);
	child->output_watch = NULL;
	close(child->output_fd);
	child->output_fd = -1;
}

/* Room for at least one more byte and the terminator. */
static bool grow_output(struct child *child)
{
	size_t room = child->output_room ? child->output_room * 2 : 16384;
	char *bigger;

	if (child->output_used + 1 < child->output_room)
		return true;
	if (room > CHILD_OUTPUT_MAX)
		return false;
	bigger = realloc(child->output, room);
	if (!bigger)
		return false;
	child->output = bigger;
	child->output_room = room;
	return true;
}

static void on_output_ready(void *arg, int ready)
{
	struct child *child = arg;
	ssize_t n = 0;

	(void)ready;
	if (grow_output(child)) {
		n = read(child->output_fd, child->output + child->output_used,
			 child->output_room - child->output_used - 1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return;
	}
	if (n > 0) {
		child->output_used += (size_t)n;
		child->output[child->output_used] = '\0';
		return;
	}
	close_output(child);
	finish(child);
}

static enum kakou_err watch(struct child *child)
{
	enum kakou_err err;

	child->pid_fd = pidfd_open(child->pid, 0);
	if (child->pid_fd < 0)
		return KAKOU_E_IO;
	err = loop_watch_fd(child->loop, child->pid_fd, LOOP_IN, on_pid_ready, child,
			    &child->pid_watch);
	if (!err && child->output_fd >= 0)
		err = loop_watch_fd(child->loop, child->output_fd, LOOP_IN,
				    on_output_ready, child, &child->output_watch);
	return err;
}

static enum kakou_err launch(struct child *child, const struct child_config *config,
			     int log_fd)
{
	pid_t parent = getpid();
	int ends[2] = {-1, -1};

	if (config->keeps_output && pipe2(ends, O_CLOEXEC))
		return KAKOU_E_IO;
	child->pid = fork();
	if (child->pid == 0)
		become(config, config->keeps_output ? ends[1] : log_fd, log_fd, parent);
	if (ends[1] >= 0)
		close(ends[1]);
	child->output_fd = ends[0];
	if (child->pid < 0) {
		child->pid = 0;
		return KAKOU_E_IO;
	}
	setpgid(child->pid, child->pid); /* both do it: whoever is first */
	return watch(child);
}

enum kakou_err child_start(struct child **out, struct loop *loop,
			   const struct child_config *config, struct why *why)
{
	struct child *child = calloc(1, sizeof(*child));
	int log_fd = open(config->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	enum kakou_err err = KAKOU_E_IO;

	if (!child || log_fd < 0)
		goto fail;
	child->loop = loop;
	child->pid_fd = -1;
	child->output_fd = -1;
	child->on_end = config->on_end;
	child->arg = config->arg;
	text_copy(child->name, sizeof(child->name), config->name);
	err = launch(child, config, log_fd);
	if (err)
		goto fail;
	close(log_fd);
	*out = child;
	return KAKOU_OK;
fail:
	why_set(why, err, "could not start %s: %s", config->name, strerror(errno));
	if (log_fd >= 0)
		close(log_fd);
	child_destroy(child);
	return err;
}

void child_signal(struct child *child, int number)
{
	if (!child->has_ended)
		kill(-child->pid, number);
}

bool child_has_ended(const struct child *child)
{
	return child->has_ended;
}

int child_status(const struct child *child)
{
	return child->status;
}

const char *child_output(const struct child *child)
{
	return child->output ? child->output : "";
}

void child_destroy(struct child *child)
{
	if (!child)
		return;
	close_output(child);
	loop_unwatch(child->pid_watch);
	if (child->pid > 0 && !child->has_ended) {
		kill(-child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
	}
	if (child->pid_fd >= 0)
		close(child->pid_fd);
	free(child->output);
	free(child);
}

void child_read_tail(const char *log, char *to, size_t size)
{
	char bytes[TAIL_BYTES + 1];
	FILE *from = fopen(log, "re");
	size_t used = 0;
	size_t n;
	char *line;
	char *rest;

	to[0] = '\0';
	if (!from)
		return;
	if (fseek(from, -TAIL_BYTES, SEEK_END) == 0)
		while (fgetc(from) != '\n' && !feof(from))
			; /* the first line is likely a part of one */
	else
		rewind(from);
	n = fread(bytes, 1, TAIL_BYTES, from);
	fclose(from);
	bytes[n] = '\0';
	for (line = strtok_r(bytes, "\n", &rest); line && used < size;
	     line = strtok_r(NULL, "\n", &rest))
		used += (size_t)snprintf(to + used, size - used, "  | %s\n", line);
}
