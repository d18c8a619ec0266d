/* SPDX-License-Identifier: MIT */
/*
 * kakou-yard: the world of a gate, for a controller that can't tell it from a real one.
 *
 * Layer: tools. One thread: the loop that steps the world and serves its ports.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "firmware/config/site.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/loop.h"
#include "hal/text.h"
#include "tools/scenario/keys.h"
#include "tools/yard/control.h"
#include "tools/yard/events.h"
#include "tools/yard/gpio_server.h"
#include "tools/yard/modbus_server.h"
#include "tools/yard/yard.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Behind wires through a virtual machine the heartbeat comes late. */
enum { RELAY_MS_MAX = 60000 };

static const char where_prefix[] = "yard:";

struct options {
	const char *site, *scenario, *control, *gpio, *log;
	int64_t pace, seed, relay_ms;
	bool autostart;
};

/* The running program. */
struct program {
	struct options options;
	struct site *site;
	struct conf *scenario;
	struct yard_events *events;
	struct yard *yard;
	struct loop *loop;
	int signals;
	struct loop_watch *signal_watch;
	struct loop_timer *timer;
	struct control_server *control;
	size_t port_count, gpio_count;
	struct modbus_server *ports[SITE_PORTS_MAX];
	struct gpio_server *gpios[SITE_LANES_MAX];
};

static void print_usage(FILE *to)
{
	(void)fputs("usage: kakou-yard --site FILE --scenario FILE --control SOCKET\n"
		    "                  [--gpio SOCKET] [--pace 1..5] [--log FILE]\n"
		    "                  [--seed N] [--relay-ms N] "
		    "[--autostart]\n\n"
		    "Stands in for the world of a gate: trucks, lanes, devices and their "
		    "faults, as\n"
		    "real Modbus servers and simulated lines. See man "
		    "tools/yard/kakou-yard.1.\n",
		    to);
}

/* ---- options ----------------------------------------------------------------------------- */

enum option_id {
	OPT_SITE = 1,
	OPT_SCENARIO,
	OPT_CONTROL,
	OPT_GPIO,
	OPT_PACE,
	OPT_LOG,
	OPT_SEED,
	OPT_RELAY,
	OPT_AUTOSTART,
	OPT_HELP
};

static const struct option long_options[] = {
	{"site",      required_argument, NULL, OPT_SITE     },
	{"scenario",  required_argument, NULL, OPT_SCENARIO },
	{"control",   required_argument, NULL, OPT_CONTROL  },
	{"gpio",      required_argument, NULL, OPT_GPIO     },
	{"pace",      required_argument, NULL, OPT_PACE     },
	{"log",       required_argument, NULL, OPT_LOG      },
	{"seed",      required_argument, NULL, OPT_SEED     },
	{"relay-ms",  required_argument, NULL, OPT_RELAY    },
	{"autostart", no_argument,       NULL, OPT_AUTOSTART},
	{"help",      no_argument,       NULL, OPT_HELP     },
	{NULL,        0,                 NULL, 0            },
};

static bool take_number(const char *name, const char *text, int64_t max, int64_t *out)
{
	if (!text_parse_integer(text, 1, max, out))
		return true;
	log_error("yard", "--%s: got \"%s\", expected 1 to %lld", name, text,
		  (long long)max);
	return false;
}

/* False: usage. */
static bool take_option(struct options *options, int id, const char *value)
{
	switch (id) {
	case OPT_SITE: options->site = value; return true;
	case OPT_SCENARIO: options->scenario = value; return true;
	case OPT_CONTROL: options->control = value; return true;
	case OPT_GPIO: options->gpio = value; return true;
	case OPT_PACE: return take_number("pace", value, YARD_PACE_MAX, &options->pace);
	case OPT_LOG: options->log = value; return true;
	case OPT_SEED: return take_number("seed", value, INT32_MAX, &options->seed);
	case OPT_RELAY:
		return take_number("relay-ms", value, RELAY_MS_MAX, &options->relay_ms);
	case OPT_AUTOSTART: options->autostart = true; return true;
	case OPT_HELP: print_usage(stdout); exit(EXIT_DONE);
	default: return false;
	}
}

static bool take_options(struct options *options, int argc, char **argv)
{
	int id;

	*options = (struct options){.pace = 1, .seed = 1, .relay_ms = ARM_HEARTBEAT_MS};
	while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (!take_option(options, id, optarg))
			return false;
	}
	if (optind < argc) {
		log_error("yard", "got \"%s\", expected only options", argv[optind]);
		return false;
	}
	if (options->site && options->scenario && options->control)
		return true;
	log_error("yard", "expected --site, --scenario and --control");
	return false;
}

/* ---- start ------------------------------------------------------------------------------- */

static enum kakou_err load(struct program *program, struct why *why)
{
	const struct options *options = &program->options;
	struct yard_config config;
	enum kakou_err err = site_load(&program->site, options->site, why);

	if (!err)
		err = scenario_open(&program->scenario, options->scenario, why);
	if (!err)
		err = yard_events_create(&program->events, options->log, why);
	if (err)
		return err;
	config = (struct yard_config){
		.site = program->site,
		.scenario = program->scenario,
		.events = program->events,
		.pace = (int32_t)options->pace,
		.seed = (uint64_t)options->seed,
		.relay_ms = (int32_t)options->relay_ms,
	};
	return yard_create(&program->yard, &config, why);
}

static enum kakou_err open_ports(struct program *program, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (uint16_t i = 0; i < program->site->port_count && !err; i++) {
		err = modbus_server_open(&program->ports[i], program->yard, i,
					 program->loop, why);
		program->port_count += !err;
	}
	return err;
}

static enum kakou_err open_gpio(struct program *program, const char *path, bool for_all,
				struct why *why)
{
	enum kakou_err err =
		gpio_server_open(&program->gpios[program->gpio_count], program->yard,
				 path, for_all, program->loop, why);

	program->gpio_count += !err;
	return err;
}

/* One server for each socket that the site names. */
static enum kakou_err open_gpios(struct program *program, struct why *why)
{
	const struct site *site = program->site;
	enum kakou_err err = KAKOU_OK;

	if (program->options.gpio)
		return open_gpio(program, program->options.gpio, true, why);
	for (size_t i = 0; i < site->lane_count && !err; i++) {
		const char *where = site->lanes[i].gpio_where;
		size_t first = 0;

		while (strcmp(site->lanes[first].gpio_where, where))
			first++;
		if (strncmp(where, where_prefix, strlen(where_prefix)))
			return why_set(why, KAKOU_E_INVALID,
				       "lane %s: got the lines \"%s\", expected "
				       "yard:SOCKET, or --gpio",
				       site->lanes[i].name, where);
		if (first == i)
			err = open_gpio(program, where + strlen(where_prefix), false,
					why);
	}
	return err;
}

static void on_step(void *arg)
{
	struct program *program = arg;
	int64_t now_ns = clock_mono_ns();
	int64_t now_ms = clock_mono_ms();

	yard_step(program->yard, now_ns);
	for (size_t i = 0; i < program->gpio_count; i++)
		gpio_server_step(program->gpios[i]);
	for (size_t i = 0; i < program->port_count; i++)
		modbus_server_step(program->ports[i], now_ms);
	loop_timer_set(program->timer, now_ms + YARD_STEP_MS);
}

static void on_signal(void *arg, int ready)
{
	struct program *program = arg;

	(void)ready;
	loop_stop(program->loop);
}

static enum kakou_err watch_signals(struct program *program)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return KAKOU_E_IO;
	program->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (program->signals < 0)
		return KAKOU_E_IO;
	return loop_watch_fd(program->loop, program->signals, LOOP_IN, on_signal, program,
			     &program->signal_watch);
}

static enum kakou_err start(struct program *program, struct why *why)
{
	enum kakou_err err = load(program, why);

	if (err)
		return err;
	err = loop_create(&program->loop);
	if (!err)
		err = watch_signals(program);
	if (!err)
		err = loop_timer_create(program->loop, on_step, program, &program->timer);
	if (err)
		return why_set(why, err, "no event loop: %s", strerror(errno));
	err = open_ports(program, why);
	if (!err)
		err = open_gpios(program, why);
	if (!err)
		err = control_server_open(&program->control, program->yard,
					  program->options.control, program->loop, why);
	return err;
}

static void stop(struct program *program)
{
	control_server_close(program->control);
	for (size_t i = 0; i < program->gpio_count; i++)
		gpio_server_close(program->gpios[i]);
	for (size_t i = 0; i < program->port_count; i++)
		modbus_server_close(program->ports[i]);
	loop_destroy(program->loop);
	if (program->signals >= 0)
		close(program->signals);
	yard_destroy(program->yard);
	yard_events_destroy(program->events);
	conf_close(program->scenario);
	site_free(program->site);
}

int main(int argc, char **argv)
{
	struct program program = {.signals = -1};
	struct why why = {0};
	enum kakou_err err;

	if (!take_options(&program.options, argc, argv)) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	err = start(&program, &why);
	if (err) {
		log_error("yard", "%s", why.text);
	} else {
		log_info("yard", "ready: lanes=%zu devices=%zu ports=%zu pace=%lld",
			 program.site->lane_count, program.site->device_count,
			 program.port_count, (long long)program.options.pace);
		if (program.options.autostart)
			yard_start(program.yard);
		loop_timer_set(program.timer, clock_mono_ms());
		err = loop_run(program.loop);
	}
	stop(&program);
	return err ? EXIT_FAILED : EXIT_DONE;
}
