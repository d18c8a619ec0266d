/* SPDX-License-Identifier: MIT */
/*
 * kakou-flash: writes an image to a disk that a board boots from.
 *
 * Layer: tools.
 */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/config/version.h"
#include "tools/flash/device.h"
#include "tools/flash/flash.h"
#include "tools/flash/list.h"

enum { EXIT_USAGE = 2 };

static const char usage[] =
	"usage: kakou-flash [--json]                      lists the disks\n"
	"       kakou-flash [OPTION]... IMAGE [DISK]      writes IMAGE to DISK\n"
	"  DISK              such as /dev/sdb; none: the only one that is ready\n"
	"  --key FILE        the public key that signs images (default "
	"/etc/kakou/image.pub)\n"
	"  --bmap FILE       the block map (default: IMAGE.bmap)\n"
	"  --signature FILE  the signature of the block map (default: IMAGE.sig)\n"
	"  --fixed           DISK need not be one that can be pulled out\n"
	"  --check           only compares DISK with IMAGE\n"
	"  --yes             asks nothing\n"
	"  --version, --help\n";

static volatile int stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
}

struct options {
	struct flash_wish wish;
	bool wants_json;
};

/* Returns -1 to go on, otherwise the exit status. */
static int read_options(int argc, char **argv, struct options *out)
{
	static const struct option known[] = {
		{"key",       required_argument, NULL, 'k'},
		{"bmap",      required_argument, NULL, 'b'},
		{"signature", required_argument, NULL, 's'},
		{"fixed",     no_argument,       NULL, 'f'},
		{"check",     no_argument,       NULL, 'c'},
		{"yes",       no_argument,       NULL, 'y'},
		{"json",      no_argument,       NULL, 'j'},
		{"version",   no_argument,       NULL, 'v'},
		{"help",      no_argument,       NULL, 'h'},
		{NULL,        0,                 NULL, 0  },
	};
	struct flash_wish *wish = &out->wish;
	int option;

	wish->files.key = "/etc/kakou/image.pub";
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'k': wish->files.key = optarg; break;
		case 'b': wish->files.bmap = optarg; break;
		case 's': wish->files.signature = optarg; break;
		case 'f': wish->allows_fixed = true; break;
		case 'c': wish->only_checks = true; break;
		case 'y': wish->says_yes = true; break;
		case 'j': out->wants_json = true; break;
		case 'v': puts("kakou-flash " KAKOU_VERSION); return EXIT_SUCCESS;
		case 'h': fputs(usage, stdout); return EXIT_SUCCESS;
		default: fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	wish->files.image = optind < argc ? argv[optind] : NULL;
	wish->target = optind + 1 < argc ? argv[optind + 1] : NULL;
	if (optind + 2 < argc) {
		fprintf(stderr,
			"kakou-flash: got \"%s\", expected IMAGE and DISK only\n%s",
			argv[optind + 2], usage);
		return EXIT_USAGE;
	}
	/* A fixed disk is named, never found. */
	if ((wish->allows_fixed || wish->only_checks) && !wish->target) {
		fprintf(stderr, "kakou-flash: got --%s without DISK, expected its name\n",
			wish->allows_fixed ? "fixed" : "check");
		return EXIT_USAGE;
	}
	if (out->wants_json && wish->files.image) {
		fputs("kakou-flash: got --json with an image, expected it alone\n",
		      stderr);
		return EXIT_USAGE;
	}
	return -1;
}

static int list(const struct flash_world *world, bool wants_json)
{
	static struct target targets[TARGETS_MAX]; /* too large for a stack */
	size_t count = target_list(targets, TARGETS_MAX, world);

	for (size_t i = 0; i < count; i++)
		device_read_state(&targets[i]);
	if (wants_json)
		list_print_json(stdout, targets, count);
	else
		list_print(stdout, targets, count);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct flash_world world = {"/sys", "/proc", "/dev"};
	struct sigaction action = {.sa_handler = on_signal};
	struct options options = {.wants_json = false};
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (!options.wish.files.image)
		return list(&world, options.wants_json);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	return flash_run(&options.wish, &world, &stop_signal);
}
