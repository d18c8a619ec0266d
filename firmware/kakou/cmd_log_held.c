/* SPDX-License-Identifier: MIT */
/*
 * kakou log held, retain: checkpoints that are kept elsewhere, and old events that go for it.
 *
 * Layer: firmware. One thread.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "firmware/kakou/cmd_log.h"
#include "firmware/record/checkpoint.h"
#include "hal/file.h"

static void print_held(struct cli *cli, json_t *result)
{
	fprintf(cli->out, "checkpoint of %" PRId64 " events: known to lie elsewhere\n",
		cli_integer(result, "size"));
}

/* FILE is read where it is kept: so it is there. */
int log_held(struct cli *cli, const struct log_call *call)
{
	struct why why = {""};
	json_t *params;
	char *note = NULL;
	size_t len = 0;

	if (!call->words[0] || !call->reason || !call->reason[0])
		return cli_complain(cli, CLI_USAGE,
				    "expected the file of a checkpoint where it is kept, "
				    "and --reason with words for that place");
	if (file_read_whole(call->words[0], CHECKPOINT_NOTE_MAX - 1, &note, &len, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	params = json_pack("{s:s, s:s, s:s}", "note", note, "reason", call->reason,
			   "screen", "kakou");
	free(note);
	if (!params)
		return cli_complain(cli, CLI_FAILED, "%s: not a text in UTF-8",
				    call->words[0]);
	return cli_show_as(cli, "log.held", params, print_held);
}

static int remove_now(struct cli *cli)
{
	json_t *result;
	int exit = cli_call_as(cli, "log.remove", json_object(), &result);

	if (!exit)
		json_decref(result);
	return exit;
}

static void print_retention(struct cli *cli, const json_t *record)
{
	int64_t days = cli_integer(record, "retention_days");
	int64_t removed = cli_integer(record, "removed_to");

	if (days == 0)
		fprintf(cli->out, "kept     for ever\n");
	else
		fprintf(cli->out, "kept     for %" PRId64 " days\n", days);
	if (removed == 0)
		fprintf(cli->out, "removed  nothing\n");
	else
		fprintf(cli->out, "removed  up to event %" PRId64 "\n", removed);
	if (days > 0)
		fprintf(cli->out, "next     %s\n",
			cli_text(record, "retention")[0] ? cli_text(record, "retention")
							 : "not looked at yet");
}

int log_retain(struct cli *cli, const struct log_call *call)
{
	json_t *status;
	const json_t *record;
	int exit = call->now ? remove_now(cli) : CLI_DONE;

	if (!exit)
		exit = cli_call(cli, "status", json_object(), &status);
	if (exit)
		return exit;
	record = json_object_get(status, "record");
	if (cli->json)
		cli_print_json(cli, json_object_get(status, "record"));
	else
		print_retention(cli, record);
	json_decref(status);
	return CLI_DONE;
}
