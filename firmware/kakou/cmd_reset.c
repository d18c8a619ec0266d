/* SPDX-License-Identifier: MIT */
/*
 * kakou factory-reset: a line of the board that is held while it starts makes it blank again, but for
 * what it recorded. The record is nobody's to remove: a gate that is provisioned anew goes on with it.
 *
 * Layer: firmware. Blocks for as long as the line is held, and on the disk.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/care/notes.h"
#include "firmware/config/site.h"
#include "firmware/kakou/cli.h"
#include "firmware/provision/place.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/gpio.h"
#include "hal/text.h"

enum { HOLD_S = 10, LOOK_MS = 50, PATH_BYTES = 1024 };

struct reset {
	struct cli *cli;
	const char *where, *line, *config, *state, *user;
	bool active_low;
	int64_t hold_s;
	struct place place;
	struct site *site; /* NULL: none that is valid */
	size_t removed, failed;
};

/* ---- the line -------------------------------------------------------------------------- */

/* *is_held: without a pause for all the time. A line that can't be read is not held. */
static int watch_line(struct reset *reset, bool *is_held)
{
	struct gpio_line line = {.active_low = reset->active_low};
	struct why why = {""};
	struct gpio *gpio;
	uint64_t levels = 0;
	int64_t until_ms;

	*is_held = false;
	if (!text_copy(line.name, sizeof(line.name), reset->line))
		return cli_complain(reset->cli, CLI_USAGE,
				    "--line: got \"%s\", expected at most %d bytes",
				    reset->line, GPIO_NAME_MAX);
	if (gpio_open(&gpio, reset->where, &line, 1, &why))
		return cli_complain(reset->cli, CLI_FAILED, "%s", why.text);
	until_ms = clock_mono_ms() + reset->hold_s * 1000;
	do {
		struct gpio_edge edge;

		while (gpio_next_edge(gpio, &edge) == KAKOU_OK)
			;
		*is_held = !gpio_read(gpio, &levels) && (levels & 1);
		if (*is_held)
			clock_sleep_until_ms(clock_mono_ms() + LOOK_MS);
	} while (*is_held && clock_mono_ms() < until_ms);
	gpio_close(gpio);
	return CLI_DONE;
}

/* ---- what goes ------------------------------------------------------------------------- */

static void remove_file(struct reset *reset, const char *path)
{
	if (!path[0])
		return;
	if (unlink(path) == 0) {
		reset->removed++;
		return;
	}
	if (errno == ENOENT)
		return;
	reset->failed++;
	(void)cli_complain(reset->cli, CLI_FAILED, "%s: %s", path, strerror(errno));
}

/* A site may name authorities that are the whole machine's. */
static void remove_own(struct reset *reset, const char *path)
{
	if (!strncmp(path, reset->place.directory, strlen(reset->place.directory)))
		remove_file(reset, path);
}

static void remove_named(struct reset *reset, const char *directory,
			 const char *const *names)
{
	char path[PATH_BYTES];

	for (; *names; names++) {
		(void)snprintf(path, sizeof(path), "%.900s/%.100s", directory, *names);
		remove_file(reset, path);
	}
}

/* What kakou restore has set aside: whole folders of configuration, but of the state only people. */
static void remove_replaced(struct reset *reset, const char *directory, bool is_state)
{
	static const char *const people[] = {"people", NULL};
	DIR *outer = opendir(directory);
	const struct dirent *entry;
	char folder[PATH_BYTES];
	char path[PATH_BYTES + 256];

	while (outer && (entry = readdir(outer))) {
		const struct dirent *file;
		DIR *inner;

		if (strncmp(entry->d_name, "replaced-", 9) != 0)
			continue;
		(void)snprintf(folder, sizeof(folder), "%.700s/%s", directory,
			       entry->d_name);
		if (is_state) {
			remove_named(reset, folder, people);
			continue;
		}
		inner = opendir(folder);
		while (inner && (file = readdir(inner))) {
			(void)snprintf(path, sizeof(path), "%s/%s", folder, file->d_name);
			if (file->d_name[0] != '.')
				remove_file(reset, path);
		}
		if (inner)
			closedir(inner);
		(void)rmdir(folder);
	}
	if (outer)
		closedir(outer);
}

/* Keys and passwords first: they are what somebody may be after who cuts the power. */
static void wipe(struct reset *reset)
{
	static const char *const config[] = {
		"gate.key",           "gate.key.next", "gate.key.former",
		"gate.key.making",    "console.key",   "console.key.next",
		"console.key.former", "serial-login",  "gate.pem",
		"gate.pem.former",    "gate.csr",      "console.pem",
		"console.pem.former", "console.csr",   "ca.pem",
		"identity.conf",      "console.conf",  NULL};
	static const char *const state[] = {"people", "people.damaged", NULL};
	char former[PLACE_PATH_MAX + 16];

	if (reset->site) {
		const struct customs_link_config *customs = &reset->site->customs;

		remove_file(reset, customs->key_file);
		remove_file(reset, customs->password_file);
		remove_own(reset, customs->cert_file);
		remove_own(reset, customs->ca_file);
		remove_own(reset, customs->crl_file);
	}
	remove_named(reset, reset->state, state);
	remove_named(reset, reset->place.directory, config);
	remove_replaced(reset, reset->place.directory, false);
	remove_replaced(reset, reset->state, true);
	(void)snprintf(former, sizeof(former), "%s.former", reset->place.config);
	remove_file(reset, former);
	remove_file(reset, reset->place.config);
	if (file_sync_directory(reset->place.directory, NULL) ||
	    file_sync_directory(reset->state, NULL))
		reset->failed++;
}

/* Before anything goes, so that it is recorded whatever becomes of the rest. */
static int leave_note(struct reset *reset)
{
	struct event event;
	struct why why = {""};

	event_begin(&event, EVENT_MAINTAINED, EVENT_NO_LANE, 0);
	event_add_text(&event, "what", "factory_reset");
	event_add_text(&event, "actor", "root");
	event_add_text(&event, "screen", "line of the board");
	event_add_text(&event, "detail", reset->line);
	event_add_number(&event, "at_wall_ms", clock_wall_ms());
	if (notes_leave(reset->state, reset->place.kakou.uid, reset->place.kakou.gid,
			&event, &why))
		return cli_complain(reset->cli, CLI_FAILED, "%s; nothing was removed",
				    why.text);
	return CLI_DONE;
}

/* ---- the command ----------------------------------------------------------------------- */

static int refuse_running(struct reset *reset)
{
	bool is_running;
	int exit;

	if (reset->site)
		reset->cli->socket = reset->site->control_socket;
	exit = cli_find(reset->cli, &is_running);
	if (exit || !is_running)
		return exit;
	return cli_complain(reset->cli, CLI_FAILED,
			    "kakoud runs on %s, expected it not started yet",
			    reset->cli->socket);
}

static int run(struct reset *reset)
{
	bool is_held = false;
	int exit = refuse_running(reset);

	if (!exit)
		exit = watch_line(reset, &is_held);
	if (!exit && !is_held)
		fprintf(reset->cli->out, "%s is not held: everything stays\n",
			reset->line);
	if (exit || !is_held)
		return exit;
	exit = leave_note(reset);
	if (exit)
		return exit;
	wipe(reset);
	fprintf(reset->cli->out,
		"%s was held for %d s: %zu files of site, keys and people are removed; "
		"the record stays\n",
		reset->line, (int)reset->hold_s, reset->removed);
	return reset->failed ? CLI_FAILED : CLI_DONE;
}

static int open_and_run(struct reset *reset)
{
	struct why why = {""};
	int exit;

	if (place_open(&reset->place, reset->config, reset->user, reset->user, &why))
		return cli_complain(reset->cli, CLI_FAILED, "%s", why.text);
	if (!site_load(&reset->site, reset->config, NULL))
		reset->state = reset->site->state_dir;
	exit = run(reset);
	cli_hang_up(reset->cli); /* the path of its socket goes with the site */
	site_free(reset->site);
	place_close(&reset->place);
	return exit;
}

int cmd_reset(struct cli *cli, int argc, char **argv)
{
	struct reset reset = {.cli = cli,
			      .config = "/etc/kakou/kakou.conf",
			      .state = "/var/lib/kakou",
			      .user = "kakou"};
	const char *hold = NULL;
	const struct cli_option options[] = {
		{"--gpio",       &reset.where,  NULL             },
		{"--line",       &reset.line,   NULL             },
		{"--hold",       &hold,         NULL             },
		{"--config",     &reset.config, NULL             },
		{"--state",      &reset.state,  NULL             },
		{"--user",       &reset.user,   NULL             },
		{"--active-low", NULL,          &reset.active_low},
	};

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), NULL, 0, 0) ||
	    !cli_read_integer(cli, "--hold", hold, 3, 60, HOLD_S, &reset.hold_s))
		return CLI_USAGE;
	if (!reset.where && !reset.line) {
		fputs("this board names no line for it: everything stays\n", cli->out);
		return CLI_DONE;
	}
	if (!reset.where || !reset.line)
		return cli_complain(cli, CLI_USAGE,
				    "got one of --gpio and --line, expected both");
	return open_and_run(&reset);
}
