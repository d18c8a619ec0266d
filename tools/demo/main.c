/* SPDX-License-Identifier: MIT */
/*
 * kakou-demo: a whole gate in one terminal. Starts the customs platform, the yard and
 * kakoud from its own folder, lets the trucks of a scenario come, shows the lanes, plays the
 * officer, and says at the end whether everything was as it must be.
 *
 * Layer: tools.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hal/text.h"
#include "tools/demo/run.h"

enum { EXIT_USAGE = 2 };

static const char usage[] =
	"usage: kakou-demo [--trucks N] [--pace N] [--scenario FILE] [--root DIR]\n"
	"       kakou-demo --live [the same]\n"
	"\n"
	"Lets N trucks (30) drive through a simulated gate and prints one record for "
	"each on\n"
	"standard output; exits with 0 when every truck ended as the scenario expects.\n"
	"\n"
	"  --live           after the scenario's trucks ordinary ones, until Ctrl-C\n"
	"  --trucks N       the first N of the scenario; beyond it ordinary ones "
	"(1..500)\n"
	"  --pace N         driving and people N times as fast as in life (2..5, default "
	"5)\n"
	"  --scenario FILE  other trucks than board/sim/demo.scenario\n"
	"  --root DIR       where board/ and tools/certs/ are; default: two folders "
	"above the\n"
	"                   program's own\n"
	"  --help           this text\n";

struct paths {
	char programs[PATH_MAX]; /* folder of this program */
	char build[PATH_MAX];    /* the one above it */
	char root[PATH_MAX];     /* and the one above that, or as given */
	char scenario[PATH_MAX];
};

static bool find_programs(struct paths *paths)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return false;
	self[n] = '\0';
	text_copy(paths->programs, sizeof(paths->programs), dirname(self));
	text_copy(paths->build, sizeof(paths->build), dirname(self));
	text_copy(paths->root, sizeof(paths->root), dirname(self));
	return true;
}

/* Where the programs run, the paths are still to be right. */
static bool make_absolute(char *path)
{
	char absolute[PATH_MAX];

	if (!realpath(path, absolute)) {
		(void)fprintf(stderr, "kakou-demo: %s: %s\n", path, strerror(errno));
		return false;
	}
	text_copy(path, PATH_MAX, absolute);
	return true;
}

static bool read_number(const char *name, const char *text, int min, int max, int *out)
{
	int64_t value;

	if (text_parse_integer(text, min, max, &value)) {
		(void)fprintf(stderr, "kakou-demo: %s is \"%s\", expected %d to %d\n",
			      name, text, min, max);
		return false;
	}
	*out = (int)value;
	return true;
}

/* 0 = go on, otherwise the exit status. */
static int read_options(int argc, char **argv, struct run_config *config,
			struct paths *paths)
{
	static const struct option options[] = {
		{"live",     no_argument,       NULL, 'l'},
		{"trucks",   required_argument, NULL, 't'},
		{"pace",     required_argument, NULL, 'p'},
		{"scenario", required_argument, NULL, 's'},
		{"root",     required_argument, NULL, 'r'},
		{"help",     no_argument,       NULL, 'h'},
		{NULL,       0,                 NULL, 0  },
	};
	int option;
	bool is_good = true;

	while (is_good && (option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 'l': config->is_live = true; break;
		case 't':
			is_good = read_number("--trucks", optarg, 1, RUN_TRUCKS_MAX,
					      &config->trucks);
			break;
		case 'p':
			is_good = read_number("--pace", optarg, RUN_PACE_MIN,
					      RUN_PACE_MAX, &config->pace);
			break;
		case 's':
			text_copy(paths->scenario, sizeof(paths->scenario), optarg);
			break;
		case 'r': text_copy(paths->root, sizeof(paths->root), optarg); break;
		case 'h': (void)fputs(usage, stdout); exit(EXIT_SUCCESS);
		default: is_good = false; break;
		}
	}
	if (is_good && optind == argc)
		return 0;
	if (is_good)
		(void)fprintf(stderr, "kakou-demo: got \"%s\", expected only options\n",
			      argv[optind]);
	(void)fputs(usage, stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	static struct paths paths;
	struct run_config config = {
		.programs = paths.programs,
		.build = paths.build,
		.root = paths.root,
		.scenario = paths.scenario,
		.trucks = 30,
		.pace = RUN_PACE,
	};
	int status;

	if (!find_programs(&paths)) {
		(void)fprintf(stderr, "kakou-demo: /proc/self/exe: %s\n",
			      strerror(errno));
		return EXIT_FAILURE;
	}
	status = read_options(argc, argv, &config, &paths);
	if (status)
		return status;
	if (!make_absolute(paths.root))
		return EXIT_FAILURE;
	if (!paths.scenario[0] &&
	    snprintf(paths.scenario, sizeof(paths.scenario), "%s/board/sim/demo.scenario",
		     paths.root) >= (int)sizeof(paths.scenario))
		return EXIT_FAILURE;
	if (!make_absolute(paths.scenario))
		return EXIT_FAILURE;
	return run_demonstration(&config) ? EXIT_SUCCESS : EXIT_FAILURE;
}
