/* SPDX-License-Identifier: MIT */
/*
 * kakou factory-reset: a line of the board that is held while it starts, and let go, makes it blank
 * again, but for what it recorded. The record is nobody's to remove: a gate that is provisioned anew goes on with it.
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
#include "firmware/kakou/reset_line.h"
#include "firmware/provision/place.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/text.h"

enum { HOLD_S = 10, PATH_BYTES = 1024 };

struct reset {
	struct cli *cli;
	const char *config, *state, *user;
	struct reset_line line;
	struct place place;
	struct site *site; /* NULL: none that is valid */
	size_t removed, failed;
};

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

/* "NAME.XXXXXX", which a program that was cut short has left half written. */
static void remove_leftovers(struct reset *reset, const char *directory,
			     const char *const *names)
{
	DIR *folder = opendir(directory);
	const struct dirent *entry;
	char path[PATH_BYTES];

	while (folder && (entry = readdir(folder))) {
		const char *dot = strrchr(entry->d_name, '.');
		size_t len = dot ? (size_t)(dot - entry->d_name) : 0;
		size_t i = 0;

		if (!dot || strlen(dot) != sizeof(".XXXXXX") - 1)
			continue;
		while (names[i] && (strlen(names[i]) != len ||
				    memcmp(names[i], entry->d_name, len) != 0))
			i++;
		if (!names[i])
			continue;
		(void)snprintf(path, sizeof(path), "%.700s/%s", directory, entry->d_name);
		remove_file(reset, path);
	}
	if (folder)
		closedir(folder);
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
	static const char *const config[] = {"gate.key",
					     "gate.key.next",
					     "gate.key.former",
					     "gate.key.making",
					     "console.key",
					     "console.key.next",
					     "console.key.former",
					     "serial-login",
					     "gate.pem",
					     "gate.pem.former",
					     "gate.csr",
					     "console.pem",
					     "console.pem.former",
					     "console.csr",
					     "ca.pem",
					     "identity.conf",
					     "console.conf",
					     "restore-begun",
					     NULL};
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
	remove_leftovers(reset, reset->state, state);
	remove_leftovers(reset, reset->place.directory, config);
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
	event_add_text(&event, "detail", reset->line.line.name);
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
	bool is_asked = false;
	int exit = refuse_running(reset);

	if (!exit)
		exit = reset_line_watch(reset->cli, &reset->line, &is_asked);
	if (!exit && !is_asked)
		fprintf(reset->cli->out, "%s is not held: everything stays\n",
			reset->line.line.name);
	if (exit || !is_asked)
		return exit;
	exit = leave_note(reset);
	if (exit)
		return exit;
	wipe(reset);
	fprintf(reset->cli->out,
		"%s was held for %d s: %zu files of site, keys and people are removed; "
		"the record stays\n",
		reset->line.line.name, (int)reset->line.hold_s, reset->removed);
	return reset->failed ? CLI_FAILED : CLI_DONE;
}

/* Opened only where there is a line: a machine without a site is no failure. */
static int open_and_run(struct reset *reset)
{
	struct why why = {""};
	int exit;

	if (place_open(&reset->place, reset->config, reset->user, reset->user, &why))
		return cli_complain(reset->cli, CLI_FAILED, "%s", why.text);
	exit = run(reset);
	cli_hang_up(reset->cli); /* the path of its socket goes with the site */
	place_close(&reset->place);
	return exit;
}

static int find_and_run(struct reset *reset, const struct reset_line_words *words)
{
	bool has_line;
	int exit;

	if (!site_load(&reset->site, reset->config, NULL))
		reset->state = reset->site->state_dir;
	exit = reset_line_find(reset->cli, words, reset->site, &reset->line, &has_line);
	if (!exit && !has_line)
		fputs("this board names no line for it: everything stays\n",
		      reset->cli->out);
	if (!exit && has_line)
		exit = open_and_run(reset);
	site_free(reset->site);
	return exit;
}

int cmd_reset(struct cli *cli, int argc, char **argv)
{
	struct reset reset = {.cli = cli,
			      .config = "/etc/kakou/kakou.conf",
			      .state = "/var/lib/kakou",
			      .user = "kakou"};
	struct reset_line_words words = {.board = NULL};
	const char *hold = NULL;
	const struct cli_option options[] = {
		{"--board",      &words.board,  NULL             },
		{"--gpio",       &words.where,  NULL             },
		{"--line",       &words.name,   NULL             },
		{"--hold",       &hold,         NULL             },
		{"--config",     &reset.config, NULL             },
		{"--state",      &reset.state,  NULL             },
		{"--user",       &reset.user,   NULL             },
		{"--active-low", NULL,          &words.active_low},
	};

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), NULL, 0, 0) ||
	    !cli_read_integer(cli, "--hold", hold, 3, 60, HOLD_S, &reset.line.hold_s))
		return CLI_USAGE;
	return find_and_run(&reset, &words);
}
