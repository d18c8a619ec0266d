/* SPDX-License-Identifier: MIT */
/*
 * kakoud: the controller of a gate.
 *
 * Layer: firmware. Threads: this is main; it starts the others, waits for signals and brings back
 *        lines that were lost.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/care/begun.h"
#include "firmware/config/site.h"
#include "firmware/config/version.h"
#include "firmware/kakoud/gate.h"
#include "hal/log.h"
#include "hal/devicetree.h"
#include "hal/thread.h"

enum { EXIT_USAGE = 2 };

static const char usage[] = "usage: kakoud [--config FILE] [--check] [--debug]\n"
			    "  --config FILE  the site (default /etc/kakou/kakou.conf)\n"
			    "  --check        only read and check the site\n"
			    "  --debug        log more\n"
			    "  --version, --help\n";

struct options {
	const char *config;
	bool only_check;
};

/* Returns -1 to go on, otherwise the exit status. */
static int read_options(int argc, char **argv, struct options *out)
{
	static const struct option known[] = {
		{"config",  required_argument, NULL, 'c'},
		{"check",   no_argument,       NULL, 'k'},
		{"debug",   no_argument,       NULL, 'd'},
		{"version", no_argument,       NULL, 'v'},
		{"help",    no_argument,       NULL, 'h'},
		{NULL,      0,                 NULL, 0  },
	};
	int option;

	out->config = "/etc/kakou/kakou.conf";
	out->only_check = false;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'c': out->config = optarg; break;
		case 'k': out->only_check = true; break;
		case 'd': log_set_level(LOG_AT_DEBUG); break;
		case 'v': puts("kakoud " KAKOU_VERSION); return EXIT_SUCCESS;
		case 'h': fputs(usage, stdout); return EXIT_SUCCESS;
		default: fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "kakoud: got \"%s\", expected only options\n%s", argv[optind],
		usage);
	return EXIT_USAGE;
}

/* Signals are taken by sigtimedwait(2) in main alone; every other thread has them blocked. */
static void block_signals(sigset_t *taken)
{
	sigemptyset(taken);
	sigaddset(taken, SIGTERM);
	sigaddset(taken, SIGINT);
	sigprocmask(SIG_BLOCK, taken, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static const char *serve(struct gate *gate, const sigset_t *taken)
{
	const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};
	int got;

	while ((got = sigtimedwait(taken, NULL, &pause)) < 0)
		gate_supervise(gate);
	return got == SIGINT ? "SIGINT" : "SIGTERM";
}

/* The pins of a board on another machine may be anything. */
static enum kakou_err check_machine(const struct site *site, struct why *why)
{
	struct why inner = {""};

	for (size_t i = 0; site->has_board && i < site->lane_count; i++) {
		if (strncmp(site->lanes[i].gpio_where, "chip:", 5) != 0)
			continue;
		if (devicetree_check_compatible(site->board.compatible, &inner))
			return why_set(why, KAKOU_E_INVALID,
				       "no line is driven: the site is for board %s, and "
				       "%s",
				       site->board.name, inner.text);
		return KAKOU_OK;
	}
	return KAKOU_OK;
}

static int run(const struct site *site)
{
	struct gate *gate = NULL;
	struct why why = {""};
	sigset_t taken;
	bool is_locked;
	const char *reason;

	if (check_machine(site, &why) || descriptors_allow(&why)) {
		log_error("kakoud", "%s", why.text);
		return EXIT_FAILURE;
	}
	block_signals(&taken);
	is_locked = memory_lock(&why) == KAKOU_OK;
	if (!is_locked)
		log_warning("kakoud", "memory is not locked: %s", why.text);
	if (gate_start(&gate, site, is_locked, &why)) {
		log_error("kakoud", "%s", why.text);
		return EXIT_FAILURE;
	}
	log_info("kakoud", "ready: site %s, %zu lanes, control socket %s", site->name,
		 site->lane_count, site->control_socket);
	reason = serve(gate, &taken);
	log_info("kakoud", "%s: motor off, closing the record", reason);
	gate_stop(gate, reason);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options options;
	struct site *site;
	struct why why;
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (!options.only_check && begun_is_there(options.config)) {
		fprintf(stderr,
			"kakoud: %s: a restore was begun beside it and did not end: "
			"kakou restore --undo, or the same restore again\n",
			options.config);
		return EXIT_FAILURE;
	}
	if (site_load(&site, options.config, &why)) {
		fprintf(stderr, "kakoud: %s\n", why.text);
		return EXIT_FAILURE;
	}
	if (options.only_check)
		printf("%s: well: %zu lanes, %zu devices, %zu ports, %zu maps\n",
		       options.config, site->lane_count, site->device_count,
		       site->port_count, site->map_count);
	else
		status = run(site);
	site_free(site);
	return options.only_check ? EXIT_SUCCESS : status;
}
