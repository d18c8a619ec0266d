/* SPDX-License-Identifier: MIT */
/*
 * kakou update: a new version of the whole machine, which falls back by itself.
 *
 * Layer: firmware. One thread.
 */
#include "firmware/kakou/cmd_update.h"

#include <string.h>

enum {
	QUIET_S = 10,
	HEALTHY_S = 120,
	WITHIN_S = 600,
	QUIET_S_MAX = 3600,
	TRIAL_S_MAX = 86400,
};

static json_t *view_trial(const struct update_memory *memory)
{
	if (memory->phase == UPDATE_NONE)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "phase",
			 update_phase_word(memory->phase), "slot", memory->slot,
			 "version", memory->version, "from", memory->running, "restarts",
			 (int)memory->restarts, "why", memory->why);
}

static void print_update(struct cli *cli, const struct update_memory *memory)
{
	static const char *const words[UPDATE_PHASES] = {
		[UPDATE_NONE] = "none under way",
		[UPDATE_COPYING] = "is being copied, or was when the machine ended",
		[UPDATE_WAITS] = "is installed; the next start takes it",
		[UPDATE_ON_TRIAL] = "runs on trial",
		[UPDATE_ABANDONED] = "was not healthy; the machine goes back",
	};

	if (memory->phase == UPDATE_NONE)
		fprintf(cli->out, "update   %s\n", words[UPDATE_NONE]);
	else
		fprintf(cli->out, "update   %s in slot %s %s%s%s\n", memory->version,
			memory->slot, words[memory->phase], memory->why[0] ? ": " : "",
			memory->why);
}

/* A slot of RAUC's list is an object with one member, its name. */
static void print_slots(struct cli *cli, const json_t *status)
{
	static const char *const heads[] = {"SLOT", "BOOTS", "STATE", "VERSION", NULL};
	struct cli_table *table = cli_table_create(heads);
	const json_t *entry, *slot;
	const char *name;
	size_t i;

	json_array_foreach(json_object_get(status, "slots"), i, entry)
	{
		json_object_foreach((json_t *)entry, name, slot)
		{
			const json_t *bundle = json_object_get(
				json_object_get(slot, "slot_status"), "bundle");

			cli_table_add(table, "%s", cli_word(slot, "bootname"));
			cli_table_add(table, "%s", cli_word(slot, "boot_status"));
			cli_table_add(table, "%s", cli_word(slot, "state"));
			cli_table_add(table, "%s", cli_word(bundle, "version"));
		}
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static int show_status(struct cli *cli, const struct update_call *call)
{
	struct update_memory memory;
	struct update_board board;
	struct why why = {""};

	if (!update_read_board(cli, call, &board))
		return CLI_FAILED;
	if (update_memory_read(&memory, call->state, &why))
		(void)cli_complain(cli, CLI_FAILED, "%s", why.text);
	if (cli->json) {
		json_t *view =
			json_pack("{s:s, s:s, s:s, s:b, s:o, s:O}", "board",
				  board.compatible, "slot", board.slot, "version",
				  board.running, "other_is_good", board.other_is_good,
				  "update", view_trial(&memory), "rauc", board.status);

		cli_print_json(cli, view);
		json_decref(view);
	} else {
		fprintf(cli->out, "board    %s\nversion  %s in slot %s\n",
			board.compatible, board.running[0] ? board.running : "not known",
			board.slot);
		print_update(cli, &memory);
		print_slots(cli, board.status);
	}
	json_decref(board.status);
	return CLI_DONE;
}

static const struct {
	const char *name;
	int (*run)(struct cli *cli, const struct update_call *call);
	int words; /* after the name */
} parts[] = {
	{"status",  show_status,    0},
	{"install", update_install, 1},
	{"restart", update_restart, 0},
	{"watch",   update_watch,   0},
};

static bool read_seconds(struct cli *cli, const char *name, const char *text,
			 int64_t max_s, int64_t fallback_s, int64_t *out_ms)
{
	int64_t seconds;

	if (!cli_read_integer(cli, name, text, 0, max_s, fallback_s, &seconds))
		return false;
	*out_ms = seconds * 1000;
	return true;
}

int cmd_update(struct cli *cli, int argc, char **argv)
{
	struct update_call call = {
		.state = "/var/lib/kakou-update",
		.image = "/usr/lib/kakou/image",
		.site = "/etc/kakou/kakou.conf",
	};
	const char *quiet = NULL, *healthy = NULL, *within = NULL, *words[2];
	const struct cli_option options[] = {
		{"--reason",     &call.reason, NULL       },
		{"--older",      NULL,         &call.older},
		{"--no-restart", NULL,         &call.stays},
		{"--quiet",      &quiet,       NULL       },
		{"--healthy",    &healthy,     NULL       },
		{"--within",     &within,      NULL       },
		{"--state",      &call.state,  NULL       },
		{"--image",      &call.image,  NULL       },
		{"--site",       &call.site,   NULL       },
	};

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), words, 0, 2) ||
	    !read_seconds(cli, "--quiet", quiet, QUIET_S_MAX, QUIET_S, &call.quiet_ms) ||
	    !read_seconds(cli, "--healthy", healthy, TRIAL_S_MAX, HEALTHY_S,
			  &call.healthy_ms) ||
	    !read_seconds(cli, "--within", within, TRIAL_S_MAX, WITHIN_S,
			  &call.within_ms))
		return CLI_USAGE;
	call.file = words[1];
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(words[0] ? words[0] : "status", parts[i].name) != 0)
			continue;
		if ((words[1] != NULL) == (parts[i].words == 1))
			return parts[i].run(cli, &call);
		return cli_complain(cli, CLI_USAGE, "%s: expected %s", parts[i].name,
				    parts[i].words ? "the file of an update"
						   : "no more words");
	}
	return cli_complain(cli, CLI_USAGE,
			    "got \"%s\", expected status, install, restart or watch",
			    words[0]);
}
