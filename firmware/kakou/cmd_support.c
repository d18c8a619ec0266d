/* SPDX-License-Identifier: MIT */
/*
 * kakou support: one file with what a person needs who looks after a gate from afar, and no secret in it.
 *
 * Layer: firmware. Blocks on the disk and on programs of the machine.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware/care/scrub.h"
#include "firmware/config/site.h"
#include "firmware/config/version.h"
#include "firmware/kakou/cli.h"
#include "firmware/kakou/cli_bundle.h"
#include "firmware/kakou/cli_run.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/text.h"

enum {
	PART_BYTES_MAX = 8 * 1048576, /* of one file of the bundle */
	WORDS_MAX = 12,
	EVENTS_PAGE = 500,
	EVENTS_LAST = 2000,
	EVENTS_MOST = 100000,
};

static const char default_config[] = "/etc/kakou/kakou.conf";

struct support {
	struct cli *cli;
	const char *config;
	int64_t events;
	struct site *site; /* NULL: not readable or not valid */
	struct scrub *scrub;
	struct bundle bundle;
	json_t *missing; /* what could not be had: {file, why} */
	json_t *files;
};

static void miss(struct support *support, const char *file, const char *why)
{
	(void)json_array_append_new(support->missing,
				    json_pack("{s:s, s:s}", "file", file, "why", why));
}

/* Nothing gets into the bundle but by here. */
static void put(struct support *support, const char *file, const char *text)
{
	struct why why = {""};
	char *clean = NULL;

	if (scrub_text(support->scrub, text, &clean))
		miss(support, file, "no memory");
	else if (bundle_put(&support->bundle, file, clean, strlen(clean), &why))
		miss(support, file, why.text);
	else
		(void)json_array_append_new(support->files, json_string(file));
	free(clean);
}

static void put_json(struct support *support, const char *file, const json_t *value)
{
	char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);

	if (text)
		put(support, file, text);
	else
		miss(support, file, "no memory");
	free(text);
}

/* ---- secrets --------------------------------------------------------------------------- */

/* Whatever is secret here is known by its file, and struck out wherever it stands. */
static void learn(struct support *support, const char *path)
{
	struct why why = {""};

	if (path[0] && scrub_learn_file(support->scrub, path, &why))
		(void)cli_complain(support->cli, CLI_DONE,
				   "%s; its content is struck out only where it looks "
				   "like a secret",
				   why.text);
}

static void learn_secrets(struct support *support)
{
	static const char *const beside[] = {"gate.key",         "gate.key.next",
					     "gate.key.former",  "console.key",
					     "console.key.next", "console.key.former",
					     "serial-login"};
	const char *slash = strrchr(support->config, '/');
	int len = slash ? (int)(slash - support->config) + 1 : 0;
	char path[512];

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		(void)snprintf(path, sizeof(path), "%.*s%s", len, support->config,
			       beside[i]);
		learn(support, path);
	}
	if (!support->site)
		return;
	learn(support, support->site->customs.key_file);
	learn(support, support->site->customs.password_file);
	learn(support, support->site->record_key_file);
	(void)snprintf(path, sizeof(path), "%s/record.key", support->site->state_dir);
	learn(support, path);
	(void)snprintf(path, sizeof(path), "%s/people", support->site->state_dir);
	learn(support, path);
}

/* ---- parts ----------------------------------------------------------------------------- */

/* Ended after half a minute: a disk that hangs must not hold up who looks for the reason. */
static void run_program(const char *const words[], struct cli_said *out)
{
	const char *argv[WORDS_MAX + 3] = {"timeout", "30"};

	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		argv[i + 2] = words[i];
	cli_run_program(argv, NULL, out);
}

static void put_versions(struct support *support)
{
	static const char *const commands[][WORDS_MAX] = {
		{"uname",            "-a"    },
		{"uptime"          },
		{"cat", "/etc/os-release"        },
		{"dpkg-query",              "-W", "kakou*", "libmbedtls*", "libgpiod*", "libsqlite3*"},
		{"rauc",       "status"},
	};
	char *all = NULL;
	size_t size;
	FILE *to = open_memstream(&all, &size);

	if (!to)
		return;
	fprintf(to, "kakou %s\n", KAKOU_VERSION);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct cli_said said;

		run_program(commands[i], &said);
		fprintf(to, "\n# %s\n%s%s", commands[i][0], said.out, said.err);
		cli_said_release(&said);
	}
	if (!fclose(to))
		put(support, "versions.txt", all);
	free(all);
}

static void put_command(struct support *support, const char *file,
			const char *const words[])
{
	char why[CLI_WHY_MAX];
	struct cli_said said;

	run_program(words, &said);
	if (said.status)
		miss(support, file, cli_said_why(&said, why));
	else
		put(support, file, said.out);
	cli_said_release(&said);
}

static void put_machine(struct support *support)
{
	static const char *const log[WORDS_MAX] = {"journalctl",
						   "--no-pager",
						   "--lines=2500",
						   "--output=short-iso",
						   "--unit=kakoud",
						   "--unit=kakou-console",
						   "--unit=kakou-update",
						   "--unit=kakou-factory-reset",
						   "--unit=rauc",
						   "--unit=chrony",
						   NULL};
	static const char *const dmesg[] = {"dmesg", NULL};
	static const char *const disks[] = {"df", "-k", NULL};
	static const char *const processes[] = {
		"ps", "-eo", "pid,ppid,user,stat,rss,etime,comm", NULL};
	static const char *const network[] = {"ip", "address", NULL};

	put_command(support, "log.txt", log);
	put_command(support, "dmesg.txt", dmesg);
	put_command(support, "disks.txt", disks);
	put_command(support, "processes.txt", processes);
	put_command(support, "network.txt", network);
}

static void put_file(struct support *support, const char *name, const char *path)
{
	struct why why = {""};
	char *text;
	size_t len;

	if (file_read_whole(path, PART_BYTES_MAX, &text, &len, &why)) {
		miss(support, name, why.text);
		return;
	}
	put(support, name, text);
	free(text);
}

static void put_configuration(struct support *support)
{
	const char *slash = strrchr(support->config, '/');
	char path[512];

	put_file(support, "site.conf", support->config);
	(void)snprintf(path, sizeof(path), "%.*sconsole.conf",
		       slash ? (int)(slash - support->config) + 1 : 0, support->config);
	put_file(support, "console.conf", path);
}

/* ---- what kakoud knows ------------------------------------------------------------------ */

static void put_answer(struct support *support, const char *file, const char *method)
{
	json_t *result;

	if (cli_call(support->cli, method, NULL, &result)) {
		miss(support, file, "kakoud does not tell");
		return;
	}
	put_json(support, file, result);
	json_decref(result);
}

/* The newest ones, page by page backwards; one a line. */
static void put_events(struct support *support)
{
	json_t *lines = json_array();
	int64_t before = 0;
	char *all = NULL;
	size_t size;
	FILE *to;

	while ((int64_t)json_array_size(lines) < support->events) {
		json_t *params =
			json_pack("{s:b, s:i}", "newest_first", 1, "limit", EVENTS_PAGE);
		json_t *page;
		json_t *rows;
		json_t *row;
		size_t i;

		if (before > 0)
			(void)json_object_set_new(params, "before", json_integer(before));
		if (cli_call(support->cli, "events.read", params, &page)) {
			miss(support, "events.jsonl", "kakoud does not tell");
			break;
		}
		rows = json_object_get(page, "events");
		json_array_foreach(rows, i, row)
		{
			before = cli_integer(row, "seq");
			(void)json_array_append(lines, row);
		}
		i = json_array_size(rows);
		json_decref(page);
		if (i == 0 || before <= 1)
			break;
	}
	to = open_memstream(&all, &size);
	for (size_t i = json_array_size(lines); to && i > 0; i--) {
		(void)json_dumpf(json_array_get(lines, i - 1), to, JSON_COMPACT);
		fputc('\n', to);
	}
	if (to && !fclose(to))
		put(support, "events.jsonl", all);
	free(all);
	json_decref(lines);
}

static void put_gate(struct support *support)
{
	static const struct {
		const char *file, *method;
	} parts[] = {
		{"status.json",  "status" },
		{"lanes.json",   "lanes"  },
		{"devices.json", "devices"},
		{"buses.json",   "buses"  },
		{"link.json",    "link"   },
	};
	bool is_running = false;

	if (cli_find(support->cli, &is_running) || !is_running) {
		miss(support, "status.json", "kakoud does not answer");
		return;
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		put_answer(support, parts[i].file, parts[i].method);
	put_events(support);
}

/* ---- the command ----------------------------------------------------------------------- */

static void name_bundle(const struct support *support, char to[BUNDLE_NAME_MAX + 1])
{
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm civil;
	char at[32];

	(void)gmtime_r(&now, &civil);
	(void)strftime(at, sizeof(at), "%Y%m%dT%H%M%SZ", &civil);
	(void)snprintf(to, BUNDLE_NAME_MAX + 1, "kakou-support-%s-%s",
		       support->site ? support->site->name : "gate", at);
}

static void put_manifest(struct support *support)
{
	json_t *manifest =
		json_pack("{s:s, s:s, s:I, s:O, s:O}", "what", "kakou support", "version",
			  KAKOU_VERSION, "wall_ms", (json_int_t)clock_wall_ms(), "files",
			  support->files, "missing", support->missing);

	put_json(support, "manifest.json", manifest);
	json_decref(manifest);
}

static int collect(struct support *support, const char *output)
{
	struct why why = {""};
	char path[BUNDLE_NAME_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s.tar.gz", support->bundle.name);
	output = output ? output : path;
	learn_secrets(support);
	put_versions(support);
	put_configuration(support);
	put_machine(support);
	put_gate(support);
	put_manifest(support);
	if (bundle_pack(&support->bundle, output, &why))
		return cli_complain(support->cli, CLI_FAILED, "%s", why.text);
	if (support->cli->json) {
		json_t *value = json_pack("{s:s, s:O, s:O}", "path", output, "files",
					  support->files, "missing", support->missing);

		cli_print_json(support->cli, value);
		json_decref(value);
		return CLI_DONE;
	}
	fprintf(support->cli->out, "%s: %zu files, %zu could not be had\n", output,
		json_array_size(support->files), json_array_size(support->missing));
	return CLI_DONE;
}

static int run(struct support *support, const char *output, const char *scratch)
{
	struct cli *cli = support->cli;
	struct why why = {""};
	char name[BUNDLE_NAME_MAX + 1];
	int exit;

	if (site_load(&support->site, support->config, &why))
		(void)cli_complain(cli, CLI_DONE, "%s; going on without it", why.text);
	name_bundle(support, name);
	if (bundle_open(&support->bundle, scratch, name, &why)) {
		exit = cli_complain(cli, CLI_FAILED, "%s", why.text);
		goto free_site;
	}
	if (scrub_create(&support->scrub)) {
		exit = cli_complain(cli, CLI_FAILED, "no memory");
		goto close_bundle;
	}
	support->files = json_array();
	support->missing = json_array();
	exit = collect(support, output);
	json_decref(support->files);
	json_decref(support->missing);
	scrub_destroy(support->scrub);

close_bundle:
	bundle_close(&support->bundle);
free_site:
	site_free(support->site);
	return exit;
}

int cmd_support(struct cli *cli, int argc, char **argv)
{
	struct support support = {.cli = cli, .config = default_config};
	const char *output = NULL;
	const char *scratch = NULL;
	const char *events = NULL;
	const struct cli_option options[] = {
		{"--config",  &support.config, NULL},
		{"--output",  &output,         NULL},
		{"--scratch", &scratch,        NULL},
		{"--events",  &events,         NULL},
	};

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), NULL, 0, 0) ||
	    !cli_read_integer(cli, "--events", events, 0, EVENTS_MOST, EVENTS_LAST,
			      &support.events))
		return CLI_USAGE;
	return run(&support, output, scratch);
}
