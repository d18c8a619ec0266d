/* SPDX-License-Identifier: MIT */
/*
 * kakou update watch: what the machine does after each start. Says to the record what started,
 * keeps a slot that was confirmed, and looks at kakoud while a new version is on trial.
 *
 * This is the one place where a program restarts the machine by itself: in the slot of an update that
 * is not confirmed, while the other one is good, and RESTARTS_MAX times at most for one update.
 *
 * Layer: firmware. One thread.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware/kakou/cmd_update.h"
#include "firmware/update/trial.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/text.h"

enum { LOOK_S = 2, PATIENCE_S = 4, RAUC_TRIES = 30, RESTARTS_MAX = 3 };

struct watch {
	struct cli *cli;
	struct cli quiet; /* for looks that may fail as often as they like */
	const struct update_call *call;
	struct update_board board;
	struct update_memory memory;
	char boot[UPDATE_BOOT_MAX + 1];
};

static bool remember(struct watch *watch)
{
	struct why why = {""};

	if (!update_memory_write(&watch->memory, watch->call->state, &why))
		return true;
	(void)cli_complain(watch->cli, CLI_FAILED, "%s", why.text);
	return false;
}

static void forget(struct watch *watch)
{
	watch->memory = (struct update_memory){.phase = UPDATE_NONE};
	text_copy(watch->memory.told, sizeof(watch->memory.told), watch->boot);
	(void)remember(watch);
}

/* ---- what came of it ---------------------------------------------------------------------- */

/* The slot of the update runs, since this boot or a service that was started again. */
static void enter_trial(struct watch *watch)
{
	struct update_memory *memory = &watch->memory;

	if (memory->phase == UPDATE_ON_TRIAL && !strcmp(memory->boot, watch->boot))
		return;
	memory->phase = UPDATE_ON_TRIAL;
	text_copy(memory->boot, sizeof(memory->boot), watch->boot);
	(void)remember(watch);
	update_tell(watch->cli, watch->call, UPDATE_TRIED, memory->version,
		    memory->running, watch->board.slot, NULL);
}

/* Another boot than the one that changed it last, and not its slot. */
static void settle_lost(struct watch *watch)
{
	const struct update_memory lost = watch->memory;
	const char *why = lost.why;

	if (lost.phase == UPDATE_COPYING)
		why = "the machine ended while it was copied";
	else if (lost.why[0] == '\0')
		why = lost.phase == UPDATE_WAITS ? "it did not come up"
						 : "it ended before it was confirmed";
	forget(watch);
	update_tell(watch->cli, watch->call,
		    lost.phase == UPDATE_COPYING ? UPDATE_FAILED : UPDATE_ROLLED_BACK,
		    lost.version, watch->board.running, watch->board.slot, why);
}

static bool settle_past(struct watch *watch)
{
	struct update_memory *memory = &watch->memory;
	bool is_told = !strcmp(memory->told, watch->boot);

	if (!is_told) {
		text_copy(memory->told, sizeof(memory->told), watch->boot);
		(void)remember(watch);
		update_tell(watch->cli, watch->call, UPDATE_BOOTED, NULL,
			    watch->board.running, watch->board.slot, NULL);
	}
	if (memory->phase == UPDATE_NONE)
		return false;
	if (!strcmp(memory->slot, watch->board.slot)) {
		enter_trial(watch);
		return true;
	}
	if (strcmp(memory->boot, watch->boot) != 0)
		settle_lost(watch);
	return false; /* or it is being installed just now */
}

/* ---- the trial ---------------------------------------------------------------------------- */

static void look_at_kakoud(struct watch *watch, struct trial_sight *out)
{
	struct cli *cli = &watch->quiet;
	json_t *status = NULL;

	*out = (struct trial_sight){.has_site = access(watch->call->site, F_OK) == 0};
	cli_hang_up(cli);
	out->answers =
		cli_call_slowly(cli, "status", json_object(), PATIENCE_S, &status) == 0;
	if (!out->answers)
		return;
	out->started_wall_ms = cli_integer(status, "started_wall_ms");
	out->scans = cli_integer(json_object_get(status, "control"), "scans");
	out->is_hung = cli_flag(json_object_get(status, "machine"), "is_hung");
	out->record_is_well = cli_flag(json_object_get(status, "record"), "is_well");
	json_decref(status);
	cli_hang_up(cli);
	update_tell_waiting(watch->cli, watch->call);
}

static int confirm(struct watch *watch)
{
	const struct update_memory done = watch->memory;

	if (!update_mark(watch->cli, "good"))
		return CLI_FAILED; /* the service is started again, and tries again */
	forget(watch);
	update_tell(watch->cli, watch->call, UPDATE_CONFIRMED, done.version, done.running,
		    watch->board.slot, NULL);
	fprintf(watch->cli->out, "%s in slot %s is confirmed\n", done.version,
		watch->board.slot);
	return CLI_DONE;
}

/* What forbids going back; NULL = nothing. */
static const char *find_bar(struct watch *watch)
{
	struct update_board now;

	if (watch->memory.restarts >= RESTARTS_MAX)
		return "the machine was restarted because of it often enough";
	if (!update_read_board(watch->cli, watch->call, &now))
		return "RAUC does not answer";
	json_decref(now.status);
	return now.other_is_good ? NULL : "there is no good slot to go back to";
}

static int give_up(struct watch *watch, const char *why)
{
	struct update_memory *memory = &watch->memory;
	const char *bar = find_bar(watch);
	bool is_news = memory->why[0] == '\0' || !bar;

	text_copy(memory->why, sizeof(memory->why), why);
	if (!bar) {
		memory->phase = UPDATE_ABANDONED;
		memory->restarts++;
	}
	/* Not written is not counted: then nothing is restarted. */
	if (!remember(watch) && !bar)
		bar = "what is done can't be written down";
	if (is_news)
		update_tell(watch->cli, watch->call, UPDATE_GAVE_UP, memory->version,
			    memory->running, watch->board.slot, why);
	(void)cli_complain(watch->cli, CLI_FAILED, "%s in slot %s: %s; %s%s",
			   memory->version, watch->board.slot, why,
			   bar ? "it stays all the same: " : "going back",
			   bar ? bar : "");
	if (bar)
		return CLI_FAILED;
	/* Where this fails the boot loader's count comes to the same, three starts later. */
	(void)update_mark(watch->cli, "bad");
	return update_restart_machine(watch->cli);
}

static int hold_trial(struct watch *watch)
{
	const struct timespec pause = {.tv_sec = LOOK_S};
	struct trial trial;
	struct trial_sight sight;

	trial_begin(&trial, watch->call->healthy_ms, watch->call->within_ms,
		    watch->memory.had_site, clock_mono_ms());
	for (;;) {
		look_at_kakoud(watch, &sight);
		switch (trial_look(&trial, &sight, clock_mono_ms())) {
		case TRIAL_PASSED: return confirm(watch);
		case TRIAL_FAILED: return give_up(watch, trial.why);
		case TRIAL_GOES_ON: break;
		}
		(void)nanosleep(&pause, NULL);
	}
}

/* ---- beginning ---------------------------------------------------------------------------- */

/* RAUC may be starting too. */
static bool find_board(struct watch *watch)
{
	const struct timespec pause = {.tv_sec = LOOK_S};

	for (int i = 1; i < RAUC_TRIES; i++) {
		if (update_read_board(&watch->quiet, watch->call, &watch->board))
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return update_read_board(watch->cli, watch->call, &watch->board);
}

/* What can't be read may be a trial: then this is one, and the machine is not restarted. */
static void read_memory(struct watch *watch)
{
	struct why why = {""};

	if (!file_ensure_private_directory(watch->call->state, &why) &&
	    !update_memory_read(&watch->memory, watch->call->state, &why))
		return;
	(void)cli_complain(watch->cli, CLI_FAILED, "%s", why.text);
	watch->memory = (struct update_memory){
		.phase = UPDATE_ON_TRIAL,
		.restarts = RESTARTS_MAX,
		.had_site = access(watch->call->site, F_OK) == 0,
	};
	text_copy(watch->memory.slot, sizeof(watch->memory.slot), watch->board.slot);
	text_copy(watch->memory.version, sizeof(watch->memory.version),
		  watch->board.running);
}

int update_watch(struct cli *cli, const struct update_call *call)
{
	struct watch watch = {.cli = cli, .quiet = *cli, .call = call};
	int exit = CLI_FAILED;

	watch.quiet.fd = -1;
	watch.quiet.err = fopen("/dev/null", "we");
	if (!watch.quiet.err)
		return cli_complain(cli, CLI_FAILED, "/dev/null can't be opened");
	update_read_boot(watch.boot);
	if (find_board(&watch)) {
		read_memory(&watch);
		if (settle_past(&watch))
			exit = hold_trial(&watch);
		else
			exit = update_mark(cli, "good") ? CLI_DONE : CLI_FAILED;
		json_decref(watch.board.status);
	}
	cli_hang_up(&watch.quiet);
	(void)fclose(watch.quiet.err);
	return exit;
}
