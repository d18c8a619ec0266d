/* SPDX-License-Identifier: MIT */
/*
 * Keeps the threads that make events of a chip's lines on the first processor. Who pulls from there
 * ("taskset 1") pulls next when the event before is made: they come before it, whatever the host does.
 *
 *   pin
 *
 * A thread lives as long as its line is open, so this is done again after each opening.
 *
 * Layer: tests. Ends with 0 once all are there, with 1 when one can't be kept.
 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 300, NAME_BYTES = 32 };

static int is_maker(const char *process)
{
	char path[PATH_BYTES], name[NAME_BYTES] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", process);
	file = fopen(path, "re");
	if (!file)
		return 0; /* no process, or it has ended */
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return !strncmp(name, "irq/", 4);
}

int main(void)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	cpu_set_t first;
	int failed = !processes;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	while (!failed && (entry = readdir(processes))) {
		if (is_maker(entry->d_name) &&
		    sched_setaffinity((pid_t)strtol(entry->d_name, NULL, 10),
				      sizeof(first), &first))
			failed = errno != ESRCH;
	}
	if (failed)
		perror("pin");
	if (processes)
		closedir(processes);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
