/* SPDX-License-Identifier: MIT */
/*
 * One run of bmaptool. How far it is, the kernel says: it counts what arrives at the disk, which is
 * what a person waits for.
 *
 * Layer: tools.
 */
#include "tools/flash/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { LOOK_MS = 100, SECTOR_BYTES = 512, CANNOT_START = 127 };

/* The end of what bmaptool said. */
struct words {
	char text[1024];
	size_t len;
};

struct run {
	pid_t child;
	int said; /* its standard output and error */
	struct words words;
};

static void hear(struct run *run)
{
	char more[256];
	ssize_t n;

	while ((n = read(run->said, more, sizeof(more))) > 0) {
		struct words *words = &run->words;
		size_t keep = sizeof(words->text) - 1 - (size_t)n;

		if (words->len > keep) {
			memmove(words->text, words->text + words->len - keep, keep);
			words->len = keep;
		}
		memcpy(words->text + words->len, more, (size_t)n);
		words->len += (size_t)n;
		words->text[words->len] = '\0';
	}
}

/* Its last line that says something, without its own name. */
static const char *find_last_words(struct words *words)
{
	static const char error[] = "ERROR: ";
	char *line = NULL;

	for (char *end = words->text + words->len; end > words->text; end--) {
		if (end[-1] != '\n' && end[-1] != '\r')
			continue;
		end[-1] = '\0';
		if (*end) {
			line = end;
			break;
		}
	}
	if (!line)
		line = words->text;
	return strstr(line, error) ? strstr(line, error) + strlen(error) : line;
}

static void become_bmaptool(const struct image *image, const struct target *target,
			    const char *map, int said, pid_t parent)
{
	int nothing = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(CANNOT_START);
	signal(SIGINT, SIG_IGN); /* the parent ends it */
	dup2(nothing, STDIN_FILENO);
	dup2(said, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	execlp("bmaptool", "bmaptool", "copy", "--no-sig-verify", "--bmap", map,
	       image->path, target->path, (char *)NULL);
	_exit(CANNOT_START);
}

static enum kakou_err begin(struct run *run, const struct image *image,
			    const struct target *target, const char *map, struct why *why)
{
	pid_t parent = getpid();
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		return why_set(why, KAKOU_E_IO, "no pipe: %s", strerror(errno));
	run->child = fork();
	if (run->child == 0)
		become_bmaptool(image, target, map, pipes[1], parent);
	close(pipes[1]);
	run->said = pipes[0];
	(void)fcntl(run->said, F_SETFL, O_NONBLOCK);
	if (run->child < 0) {
		close(run->said);
		return why_set(why, KAKOU_E_IO, "no process: %s", strerror(errno));
	}
	return KAKOU_OK;
}

/* Until bmaptool has ended; its wait status. */
static int attend(struct run *run, const struct target *target,
		  const struct flash_world *world, struct progress *progress,
		  const volatile int *stop)
{
	uint64_t before = target_count_written(target, world);
	int status = 0;

	while (waitpid(run->child, &status, WNOHANG) == 0) {
		uint64_t now = target_count_written(target, world);

		if (*stop)
			(void)kill(run->child, SIGKILL);
		hear(run);
		if (now > before)
			progress_show(progress, (now - before) * SECTOR_BYTES,
				      clock_mono_ms());
		clock_sleep_until_ms(clock_mono_ms() + LOOK_MS);
	}
	hear(run);
	return status;
}

static enum kakou_err write_map(const struct bmap *map, size_t first, size_t count,
				char path[64], struct why *why)
{
	const char *folder = getenv("TMPDIR");
	char *text = bmap_print(map, first, count);
	bool is_written;
	int fd;

	if (!text)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a block map");
	(void)snprintf(path, 64, "%.30s/kakou-flash-XXXXXX.bmap",
		       folder ? folder : "/tmp");
	fd = mkstemps(path, strlen(".bmap"));
	is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	free(text);
	if (fd >= 0)
		close(fd);
	return is_written ? KAKOU_OK
			  : why_set(why, KAKOU_E_IO, "%s can't be written: %s", path,
				    strerror(errno));
}

enum kakou_err copy_ranges(const struct image *image, const struct target *target,
			   const struct flash_world *world, size_t first, size_t count,
			   struct progress *progress, const volatile int *stop,
			   struct why *why)
{
	struct run run = {.child = -1};
	char map[64];
	enum kakou_err err = write_map(&image->map, first, count, map, why);
	int status;

	if (err)
		return err;
	err = begin(&run, image, target, map, why);
	if (!err) {
		status = attend(&run, target, world, progress, stop);
		close(run.said);
		if (*stop)
			err = why_set(why, KAKOU_E_AGAIN, "the write was stopped");
		else if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_START)
			err = why_set(why, KAKOU_E_NOTFOUND,
				      "bmaptool can't be started, expected it in PATH: "
				      "Debian's package bmap-tools");
		else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			err = why_set(why, KAKOU_E_IO, "bmaptool: %.180s",
				      find_last_words(&run.words));
	}
	(void)unlink(map);
	return err;
}
