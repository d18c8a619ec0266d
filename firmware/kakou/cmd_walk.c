/* SPDX-License-Identifier: MIT */
/*
 * kakou lane walk-test: leads a technician through a lane and writes the commissioning report.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/config/version.h"
#include "firmware/kakou/cli_walk.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/text.h"
#include "hal/tls.h"

enum {
	LOOKS = 3,
	LOOK_AGAIN_MS = 100,
	PATIENCE_S = 60,
	ANSWERS_MAX = 65536,
	DIGEST_BYTES = 32
};

struct walk_wish {
	const char *lane, *report, *answers, *patience;
};

/* ---- answers ----------------------------------------------------------------------------- */

/* "STEP ANSWER", one a line; "#" begins a comment. */
static json_t *read_answers(struct cli *cli, const char *path)
{
	json_t *answers;
	struct why why = {""};
	char *text, *rest, *line;
	size_t len;

	if (file_read_whole(path, ANSWERS_MAX, &text, &len, &why)) {
		(void)cli_complain(cli, CLI_FAILED, "%s", why.text);
		return NULL;
	}
	answers = json_object();
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *blank = strchr(line, ' ');

		if (line[0] == '#' || !blank)
			continue;
		*blank = '\0';
		(void)json_object_set_new(answers, line, json_string(blank + 1));
	}
	free(text);
	return answers;
}

/* ---- what is known of lane and person ---------------------------------------------------- */

/* What was locked a moment ago is shown so with the next snapshot. */
static bool is_locked(struct walk *walk)
{
	for (int i = 0; i < LOOKS && !walk->exit; i++) {
		json_t *lane;
		bool is_so;

		walk->exit = cli_call(walk->cli, "lane",
				      json_pack("{s:s}", "lane", walk->lane), &lane);
		if (walk->exit)
			return false;
		is_so = cli_flag(lane, "is_locked");
		json_decref(lane);
		if (is_so)
			return true;
		clock_sleep_until_ms(clock_mono_ms() + LOOK_AGAIN_MS);
	}
	return false;
}

static json_t *make_head(struct walk *walk)
{
	json_t *status = NULL, *person = NULL, *head = NULL;
	struct cli *cli = walk->cli;

	walk->exit = cli_call(cli, "status", NULL, &status);
	if (!walk->exit)
		walk->exit = cli_call_as(cli, "whoami", json_object(), &person);
	if (!walk->exit && !is_locked(walk) && !walk->exit)
		walk->exit = cli_complain(cli, CLI_FAILED,
					  "lane %s is not locked: kakou lock %s --reason "
					  "TEXT, so that no vehicle comes",
					  walk->lane, walk->lane);
	if (!walk->exit)
		head = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "site",
				 cli_text(status, "site"), "lane", walk->lane, "person",
				 cli_text(person, "name"), "version",
				 cli_text(status, "version"), "config_sha256",
				 cli_text(status, "config_sha256"), "wall_ms",
				 (json_int_t)clock_wall_ms());
	json_decref(status);
	json_decref(person);
	return head;
}

/* ---- the report -------------------------------------------------------------------------- */

static void print_digest(const char *text, char to[2 * DIGEST_BYTES + 1])
{
	unsigned char digest[DIGEST_BYTES];

	digest_sha256(text, strlen(text), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(to + 2 * i, 3, "%02x", digest[i]);
}

/* The record keeps the report's hash, so that the paper can be told from another. */
static int record(struct walk *walk, const char *digest, int64_t *seq)
{
	char reason[96];
	json_t *result;
	int exit;

	(void)snprintf(reason, sizeof(reason),
		       "walk-test: %d passed, %d failed, %d skipped", walk->passed,
		       walk->failed, walk->skipped);
	exit = cli_call_as(walk->cli, "act",
			   json_pack("{s:s, s:s, s:s, s:s, s:s}", "lane", walk->lane,
				     "act", "commission", "value", digest, "reason",
				     reason, "screen", "kakou"),
			   &result);
	if (exit)
		return exit;
	*seq = cli_integer(result, "seq");
	json_decref(result);
	return CLI_DONE;
}

static int finish(struct walk *walk, json_t *head, const char *path)
{
	char *text = walk_write_report(walk, head);
	char digest[2 * DIGEST_BYTES + 1];
	struct why why = {""};
	int64_t seq = 0;
	int exit;

	if (!text)
		return cli_complain(walk->cli, CLI_FAILED, "no memory for the report");
	print_digest(text, digest);
	if (path && file_write_atomic(path, text, strlen(text), 0644, &why)) {
		free(text);
		return cli_complain(walk->cli, CLI_FAILED, "%s", why.text);
	}
	exit = record(walk, digest, &seq);
	if (walk->cli->json) {
		(void)json_object_set(head, "steps", walk->steps);
		(void)json_object_set_new(head, "passed", json_integer(walk->passed));
		(void)json_object_set_new(head, "failed", json_integer(walk->failed));
		(void)json_object_set_new(head, "skipped", json_integer(walk->skipped));
		(void)json_object_set_new(head, "sha256", json_string(digest));
		(void)json_object_set_new(head, "seq", json_integer(seq));
		cli_print_json(walk->cli, head);
	} else {
		fprintf(walk->cli->out, "\n%s\nSHA-256 %s, event %" PRId64 "%s%s\n", text,
			digest, seq, path ? ", written to " : "", path ? path : "");
	}
	free(text);
	return exit ? exit : walk->failed ? CLI_FAILED : CLI_DONE;
}

static int walk_lane(struct walk *walk, const struct walk_wish *wish)
{
	json_t *head = make_head(walk);

	if (!head)
		return walk->exit;
	fprintf(walk->talk,
		"Walk test of lane %s. Nothing moves but by the buttons at the gate.\n"
		"Keep people and vehicles away from the arm. Ctrl-C gives up.\n\n",
		walk->lane);
	if (walk_look(walk)) {
		walk_inputs(walk);
		walk_arm(walk);
		walk_outputs(walk);
		walk_devices(walk);
	}
	if (!walk->exit)
		walk->exit = finish(walk, head, wish->report);
	json_decref(head);
	return walk->exit;
}

int cmd_walk(struct cli *cli, int argc, char **argv)
{
	struct walk_wish wish = {0};
	const char *words[2];
	const struct cli_option options[] = {
		{"--report",   &wish.report,   NULL},
		{"--answers",  &wish.answers,  NULL},
		{"--patience", &wish.patience, NULL},
	};
	struct walk walk = {.cli = cli, .in = stdin, .talk = cli->out};
	int64_t patience_s;
	int exit;

	if (!cli_read_words(cli, argc, argv, options, 3, words, 2, 2) ||
	    !cli_read_integer(cli, "--patience", wish.patience, 1, 3600, PATIENCE_S,
			      &patience_s))
		return CLI_USAGE;
	walk.lane = words[1];
	walk.patience_ms = patience_s * 1000;
	walk.talk = cli->json ? cli->err : cli->out;
	if (wish.answers) {
		walk.in = NULL;
		walk.answers = read_answers(cli, wish.answers);
		if (!walk.answers)
			return CLI_FAILED;
	}
	walk.steps = json_array();
	cli_catch_interrupt();
	exit = walk_lane(&walk, &wish);
	json_decref(walk.steps);
	json_decref(walk.answers);
	json_decref(walk.devices);
	return exit;
}
