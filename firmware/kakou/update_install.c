/* SPDX-License-Identifier: MIT */
/*
 * kakou update install, restart: checks, RAUC, and the wait for quiet lanes.
 *
 * Layer: firmware. One thread.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware/kakou/cli_run.h"
#include "firmware/kakou/cmd_update.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/text.h"

enum { LOOK_MS = 1000 };

/* ---- the wait --------------------------------------------------------------------------- */

/* Who is in the way, as "in1: a vehicle is in it". Empty: nobody. */
static void say_busy(const json_t *quiet, char to[CLI_WHY_MAX])
{
	const json_t *lane;
	size_t i, used = 0;

	to[0] = '\0';
	json_array_foreach(json_object_get(quiet, "busy"), i, lane)
	{
		if (used < CLI_WHY_MAX)
			used += (size_t)snprintf(to + used, CLI_WHY_MAX - used,
						 "%s%s: %s", used ? "; " : "",
						 cli_text(lane, "lane"),
						 cli_text(lane, "why"));
	}
}

/* How long the gate has been quiet; -1 = it is not, and `why` says what it waits for. A kakoud that
 * does not run controls nothing: that is quiet, once it lasts. */
static int64_t look_for_quiet(struct cli *cli, int64_t *down_since_ms,
			      char why[CLI_WHY_MAX])
{
	json_t *quiet = NULL;
	bool is_running = false;
	int64_t quiet_ms = -1, now_ms = clock_mono_ms();

	cli_hang_up(cli);
	(void)snprintf(why, CLI_WHY_MAX, "kakoud does not answer");
	if (cli_find(cli, &is_running))
		return -1;
	if (!is_running) {
		if (*down_since_ms < 0)
			*down_since_ms = now_ms;
		(void)snprintf(why, CLI_WHY_MAX, "kakoud does not run");
		return now_ms - *down_since_ms;
	}
	*down_since_ms = -1;
	if (cli_call(cli, "update.quiet", json_object(), &quiet))
		return -1;
	say_busy(quiet, why);
	if (cli_flag(quiet, "is_quiet"))
		quiet_ms = cli_integer(quiet, "quiet_ms");
	json_decref(quiet);
	return quiet_ms;
}

int update_restart(struct cli *cli, const struct update_call *call)
{
	const struct timespec pause = {.tv_nsec = (long)LOOK_MS * 999999};
	char why[CLI_WHY_MAX], said[CLI_WHY_MAX] = "";
	int64_t down_since_ms = -1;

	/* A connection that drops is no reason to stay half way. */
	(void)signal(SIGHUP, SIG_IGN);
	cli_catch_interrupt();
	while (look_for_quiet(cli, &down_since_ms, why) < call->quiet_ms) {
		if (cli_is_interrupted())
			return cli_complain(cli, CLI_FAILED,
					    "interrupted: the machine is not restarted");
		if (why[0] && strcmp(why, said) != 0 && !cli->json) {
			fprintf(cli->out, "waits    %s\n", why);
			(void)fflush(cli->out);
		}
		text_copy(said, sizeof(said), why);
		(void)nanosleep(&pause, NULL);
	}
	if (!cli->json)
		fprintf(cli->out, "restart  the lanes are quiet\n");
	(void)fflush(cli->out);
	return update_restart_machine(cli);
}

/* ---- may it? ---------------------------------------------------------------------------- */

static bool refuse(struct cli *cli, const struct update_call *call,
		   const struct update_file *file, const struct update_board *board,
		   const char *why)
{
	(void)cli_complain(cli, CLI_FAILED, "%s: %s; nothing was changed", call->file,
			   why);
	update_tell(cli, call, UPDATE_REFUSED, file->version, board->running, NULL, why);
	return false;
}

/* What can't be read may be a trial. The service that watches one settles it at the next start. */
static bool read_memory(struct cli *cli, const struct update_call *call,
			const struct update_file *file, const struct update_board *board,
			struct update_memory *out)
{
	struct why why = {""};
	char text[CLI_WHY_MAX];

	if (!file_ensure_private_directory(call->state, &why) &&
	    !update_memory_read(out, call->state, &why))
		return true;
	(void)snprintf(text, sizeof(text), "what runs may be on trial: %.160s", why.text);
	return refuse(cli, call, file, board, text);
}

/* The slot that runs has to be one that was confirmed: the other one is overwritten. */
static bool is_on_trial(const struct update_memory *memory,
			const struct update_board *board)
{
	return memory->phase != UPDATE_NONE && !strcmp(memory->slot, board->slot);
}

static bool may_install(struct cli *cli, const struct update_call *call,
			const struct update_file *file, const struct update_board *board,
			const struct update_memory *memory)
{
	char why[CLI_WHY_MAX];

	if (strcmp(file->compatible, board->compatible) != 0) {
		(void)snprintf(why, sizeof(why), "it is for \"%s\", this board is \"%s\"",
			       file->compatible, board->compatible);
		return refuse(cli, call, file, board, why);
	}
	if (!is_on_trial(memory, board))
		return true;
	(void)snprintf(
		why, sizeof(why),
		"%s is on trial, and the version before is all there is to go back "
		"to: wait until it is confirmed",
		memory->version);
	return refuse(cli, call, file, board, why);
}

/* Asks kakoud, which records who and why. Without it nothing older goes in. */
static bool begin(struct cli *cli, const struct update_call *call,
		  const struct update_file *file, const struct update_board *board)
{
	json_t *params, *result = NULL;
	bool is_running = false;
	bool is_older = board->running[0] == '\0' ||
			update_version_compare(file->version, board->running) < 0;

	if (cli_find(cli, &is_running))
		return false;
	if (!is_running && is_older) {
		(void)cli_complain(cli, CLI_UNREACHABLE,
				   "%s is older than %s, which runs: a supervisor has to "
				   "allow it, and "
				   "kakoud does not answer",
				   file->version,
				   board->running[0] ? board->running : "what");
		return false;
	}
	if (!is_running)
		return true;
	params = json_pack("{s:s, s:b, s:s, s:s}", "version", file->version, "older",
			   call->older, "reason",
			   call->reason ? call->reason : "no reason given", "screen",
			   "kakou");
	if (board->running[0])
		(void)json_object_set_new(params, "running", json_string(board->running));
	if (cli_call_as(cli, "update.begin", params, &result))
		return false;
	json_decref(result);
	return true;
}

/* ---- installing ------------------------------------------------------------------------- */

/* The name of the slot that is going to be written: the one that does not run. */
static void name_target(const struct update_board *board, char to[UPDATE_SLOT_MAX + 1])
{
	json_t *entry, *slot;
	const char *name;
	size_t i;

	to[0] = '\0';
	json_array_foreach(json_object_get(board->status, "slots"), i, entry)
	{
		json_object_foreach(entry, name, slot)
		{
			const char *bootname = cli_text(slot, "bootname");

			if (bootname[0] && strcmp(bootname, board->slot) != 0)
				text_copy(to, UPDATE_SLOT_MAX + 1, bootname);
		}
	}
}

static bool remember(struct cli *cli, const struct update_call *call,
		     const struct update_memory *memory)
{
	struct why why = {""};

	if (!file_ensure_private_directory(call->state, &why) &&
	    !update_memory_write(memory, call->state, &why))
		return true;
	(void)cli_complain(cli, CLI_FAILED, "%s", why.text);
	return false;
}

static bool copy(struct cli *cli, const struct update_call *call, char why[CLI_WHY_MAX])
{
	const char *const argv[] = {"rauc", "install", call->file, NULL};
	struct cli_said said;
	bool is_done;

	cli_run_program(argv, cli->json ? NULL : cli->out, &said);
	is_done = said.status == 0;
	if (!is_done)
		(void)cli_said_why(&said, why);
	cli_said_release(&said);
	return is_done;
}

/* Remembered before and after, so that a start knows what the machine was doing. */
static bool install(struct cli *cli, const struct update_call *call,
		    const struct update_file *file, const struct update_board *board,
		    struct update_memory *memory)
{
	char why[CLI_WHY_MAX], told[UPDATE_BOOT_MAX + 1];

	text_copy(told, sizeof(told), memory->told);
	*memory = (struct update_memory){.phase = UPDATE_COPYING,
					 .had_site = access(call->site, F_OK) == 0};
	text_copy(memory->told, sizeof(memory->told), told);
	text_copy(memory->version, sizeof(memory->version), file->version);
	text_copy(memory->running, sizeof(memory->running), board->running);
	name_target(board, memory->slot);
	update_read_boot(memory->boot);
	if (!remember(cli, call, memory))
		return false;
	if (!copy(cli, call, why)) {
		memory->phase = UPDATE_NONE;
		(void)remember(cli, call, memory);
		(void)cli_complain(cli, CLI_FAILED, "%s: %s; what runs is not changed",
				   call->file, why);
		update_tell(cli, call, UPDATE_FAILED, file->version, board->running,
			    memory->slot, why);
		return false;
	}
	memory->phase = UPDATE_WAITS;
	if (!remember(cli, call, memory))
		return false;
	update_tell(cli, call, UPDATE_INSTALLED, file->version, board->running,
		    memory->slot, NULL);
	return true;
}

static int print_done(struct cli *cli, const struct update_call *call,
		      const struct update_memory *memory)
{
	if (cli->json) {
		json_t *view = json_pack("{s:s, s:s, s:b}", "version", memory->version,
					 "slot", memory->slot, "restarts", !call->stays);

		cli_print_json(cli, view);
		json_decref(view);
	} else {
		fprintf(cli->out, "ready    %s in slot %s; the next start takes it\n",
			memory->version, memory->slot);
	}
	(void)fflush(cli->out);
	return call->stays ? CLI_DONE : update_restart(cli, call);
}

int update_install(struct cli *cli, const struct update_call *call)
{
	struct update_file file = {"", ""};
	struct update_board board;
	struct update_memory memory;
	char text[CLI_WHY_MAX + 40];
	bool is_installed;

	if (call->older && !call->reason)
		return cli_complain(cli, CLI_USAGE,
				    "got no --reason, expected why an older version");
	if (!update_read_board(cli, call, &board))
		return CLI_FAILED;
	(void)signal(SIGHUP, SIG_IGN);
	if (!update_read_file(cli, call, &file, text, sizeof(text))) {
		update_tell(cli, call, UPDATE_REFUSED, NULL, board.running, NULL, text);
		is_installed = false;
	} else {
		is_installed = read_memory(cli, call, &file, &board, &memory) &&
			       may_install(cli, call, &file, &board, &memory) &&
			       begin(cli, call, &file, &board) &&
			       install(cli, call, &file, &board, &memory);
	}
	json_decref(board.status);
	return is_installed ? print_done(cli, call, &memory) : CLI_FAILED;
}
