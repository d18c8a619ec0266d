/* SPDX-License-Identifier: MIT */
/*
 * Waits until an output of the simulated chip has been on for a while, and strikes at that moment:
 * in time however busy the guest is.
 *
 *   ambush VALUE-FILE AFTER_MS KILL|STOP PID
 *   ambush VALUE-FILE AFTER_MS REBOOT
 *
 * Layer: tests. Ends with 0 once it has struck, with 1 when the output does not come on in time.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { LOOK_MS = 2, PATIENCE_MS = 100000, PRIORITY = 35, EXIT_USAGE = 2 };

static int is_on(int fd)
{
	char value = 0;

	return pread(fd, &value, 1, 0) == 1 && value == '1';
}

/* 0 when it was on for `after_ms`, and still is. */
static int wait_for(int fd, int64_t after_ms)
{
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS, since_ms = 0;

	while (clock_mono_ms() < until_ms) {
		int64_t now_ms = clock_mono_ms();

		if (!is_on(fd))
			since_ms = 0;
		else if (since_ms == 0)
			since_ms = now_ms;
		else if (now_ms - since_ms >= after_ms)
			return 0;
		clock_sleep_until_ms(now_ms + LOOK_MS);
	}
	return -1;
}

static int strike(const char *how, pid_t pid)
{
	if (!strcmp(how, "REBOOT")) {
		/* As anybody would: the kernel's way down needs other threads to run. */
		if (sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){0}))
			return -1;
		return reboot(RB_AUTOBOOT);
	}
	return kill(pid, !strcmp(how, "KILL") ? SIGKILL : SIGSTOP);
}

int main(int argc, char **argv)
{
	int64_t after_ms, pid = 0;
	int fd;

	if (argc < 4 || text_parse_integer(argv[2], 1, 10000, &after_ms) ||
	    (argc > 4 && text_parse_integer(argv[4], 2, INT32_MAX, &pid))) {
		fputs("usage: ambush VALUE-FILE AFTER_MS KILL|STOP|REBOOT [PID]\n",
		      stderr);
		return EXIT_USAGE;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    sched_setscheduler(0, SCHED_FIFO,
			       &(struct sched_param){.sched_priority = PRIORITY})) {
		perror("ambush");
		return EXIT_FAILURE;
	}
	if (wait_for(fd, after_ms)) {
		fputs("ambush: the output did not come on\n", stderr);
		return EXIT_FAILURE;
	}
	return strike(argv[3], (pid_t)pid) ? EXIT_FAILURE : EXIT_SUCCESS;
}
