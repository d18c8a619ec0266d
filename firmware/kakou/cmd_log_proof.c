/* SPDX-License-Identifier: MIT */
/*
 * kakou log checkpoint, prove, consistency, key, receipt, export: what leaves the gate, and
 * what comes back.
 *
 * Layer: firmware. One thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cmd_log.h"
#include "firmware/record/checkpoint.h"
#include "firmware/record/proof.h"
#include "hal/base64.h"
#include "hal/file.h"

/* A proof from a running kakoud, or from a file. */
static int get_proof(struct cli *cli, enum journal_proof what, int64_t first,
		     int64_t second, const char *path, json_t **out)
{
	static const char *const methods[] = {
		[JOURNAL_CHECKPOINT] = "log.checkpoint",
		[JOURNAL_INCLUSION] = "log.prove",
		[JOURNAL_CONSISTENCY] = "log.consistency",
	};
	json_t *params = what == JOURNAL_CHECKPOINT ? json_object()
			 : what == JOURNAL_INCLUSION
				 ? json_pack("{s:I}", "seq", (json_int_t)first)
				 : json_pack("{s:I, s:I}", "old", (json_int_t)first,
					     "new", (json_int_t)second);
	struct why why = {""};
	char *text = NULL;

	if (!path)
		return cli_call(cli, methods[what], params, out);
	json_decref(params);
	if (proof_make_from_file(path, what, first, second, &text, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	*out = json_loads(text, 0, NULL);
	free(text);
	return *out ? CLI_DONE : cli_complain(cli, CLI_FAILED, "no memory");
}

/* One line: that is how log verify takes it back. */
static void print_line(struct cli *cli, const json_t *value)
{
	json_dumpf(value, cli->out, JSON_COMPACT | JSON_SORT_KEYS);
	fputc('\n', cli->out);
}

int log_checkpoint(struct cli *cli, const struct log_call *call)
{
	json_t *proof;
	int exit = get_proof(cli, JOURNAL_CHECKPOINT, 0, 0, call->words[0], &proof);

	if (exit)
		return exit;
	if (cli->json)
		cli_print_json(cli, proof);
	else
		fputs(cli_text(proof, "checkpoint"), cli->out);
	json_decref(proof);
	return CLI_DONE;
}

int log_prove(struct cli *cli, const struct log_call *call)
{
	json_t *proof;
	int64_t seq;
	int exit;

	if (!call->words[0])
		return cli_complain(
			cli, CLI_USAGE,
			"got nothing after prove, expected an event's number");
	if (!cli_read_integer(cli, "prove", call->words[0], 1, INT64_MAX, 0, &seq))
		return CLI_USAGE;
	exit = get_proof(cli, JOURNAL_INCLUSION, seq, 0, call->words[1], &proof);
	if (exit)
		return exit;
	print_line(cli, proof);
	json_decref(proof);
	return CLI_DONE;
}

/* OLD is the checkpoint that was kept: the proof gets it as it is. */
int log_consistency(struct cli *cli, const struct log_call *call)
{
	struct checkpoint old;
	struct why why = {""};
	char *note = NULL;
	size_t len = 0;
	json_t *proof;
	int exit;

	if (!call->words[0])
		return cli_complain(cli, CLI_USAGE,
				    "got nothing after consistency, expected the file of "
				    "a kept checkpoint");
	if (file_read_whole(call->words[0], CHECKPOINT_NOTE_MAX - 1, &note, &len, &why) ||
	    checkpoint_read(note, len, &old, &why)) {
		free(note);
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	}
	exit = get_proof(cli, JOURNAL_CONSISTENCY, old.size, 0, call->words[1], &proof);
	if (!exit) {
		(void)json_object_set_new(proof, "old", json_string(note));
		print_line(cli, proof);
		json_decref(proof);
	}
	free(note);
	return exit;
}

/* The public half of the key that signs now, as the record introduced it. */
int log_key(struct cli *cli, const struct log_call *call)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	char pem[SIGN_PUBLIC_PEM_MAX];
	const char *text;
	json_t *result;
	size_t len = 0;
	bool is_sound;
	int exit;

	if (call->words[0])
		return cli_complain(cli, CLI_USAGE, "got \"%s\", expected nothing",
				    call->words[0]);
	exit = cli_call(cli, "events.read",
			json_pack("{s:s, s:b, s:i}", "kind", "signing_key",
				  "newest_first", 1, "limit", 1),
			&result);
	if (exit)
		return exit;
	text = cli_text(
		json_object_get(
			json_object_get(
				json_array_get(json_object_get(result, "events"), 0),
				"bytes"),
			"data"),
		"public_key");
	is_sound = !base64_decode(text, strlen(text), der, sizeof(der), &len) &&
		   len == sizeof(der);
	json_decref(result);
	if (!is_sound)
		return cli_complain(cli, CLI_FAILED, "the record names no key");
	sign_print_public(der, pem);
	fputs(pem, cli->out);
	return CLI_DONE;
}

int log_receipt(struct cli *cli, const struct log_call *call)
{
	struct why why = {""};
	char *note = NULL;
	json_t *result;
	size_t len = 0;
	int exit;

	if (!call->words[0])
		return cli_complain(cli, CLI_USAGE,
				    "got nothing after receipt, expected the file of a "
				    "countersigned checkpoint");
	if (file_read_whole(call->words[0], CHECKPOINT_NOTE_MAX - 1, &note, &len, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	exit = cli_call(cli, "log.receipt", json_pack("{s:s}", "note", note), &result);
	free(note);
	if (exit)
		return exit;
	if (cli->json)
		cli_print_json(cli, result);
	else
		fprintf(cli->out, "receipt of %lld events by %s: kept\n",
			(long long)cli_integer(result, "size"), cli_text(result, "by"));
	json_decref(result);
	return CLI_DONE;
}

/* ---- export --------------------------------------------------------------------------- */

static int export_file(struct cli *cli, const struct log_call *call, const char *file,
		       const char *shown, const char *source)
{
	bool is_csv = call->format && !strcmp(call->format, "csv");
	FILE *to = call->output ? fopen(call->output, "wxe") : cli->out;
	struct why why = {""};
	enum kakou_err err;
	int64_t first;
	int64_t last;

	(void)shown;
	(void)source;
	if (!to)
		return cli_complain(cli, CLI_FAILED, "%s: %s", call->output,
				    strerror(errno));
	/* Both were read before; a fallback can't complain. */
	(void)cli_read_integer(cli, "--first", call->first, 1, INT64_MAX, 0, &first);
	(void)cli_read_integer(cli, "--last", call->last, 1, INT64_MAX, 0, &last);
	err = proof_export(file, is_csv ? PROOF_CSV : PROOF_LINES, first, last, to, &why);
	if (call->output && fclose(to) && !err)
		err = why_set(&why, KAKOU_E_IO, "%s: %s", call->output, strerror(errno));
	return err ? cli_complain(cli, CLI_FAILED, "%s", why.text) : CLI_DONE;
}

int log_export(struct cli *cli, const struct log_call *call)
{
	int64_t number;

	if (!cli_read_integer(cli, "--first", call->first, 1, INT64_MAX, 0, &number) ||
	    !cli_read_integer(cli, "--last", call->last, 1, INT64_MAX, 0, &number))
		return CLI_USAGE;
	if (call->format && strcmp(call->format, "csv") && strcmp(call->format, "lines"))
		return cli_complain(cli, CLI_USAGE,
				    "--format: got \"%s\", expected lines or csv",
				    call->format);
	return log_with_file(cli, call, call->words[0], export_file);
}
