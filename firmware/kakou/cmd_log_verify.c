/* SPDX-License-Identifier: MIT */
/*
 * kakou log verify.
 *
 * Layer: firmware. Blocks on the disk for as long as the record is long.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cmd_log.h"
#include "firmware/kakou/log_pictures.h"
#include "firmware/record/checkpoint.h"
#include "firmware/record/journal.h"
#include "hal/file.h"
#include "hal/text.h"

enum { KEYS_MAX = 16, PATH_BYTES = 512 };

struct trust {
	struct journal_trust trust;
	struct sign_public *keys[KEYS_MAX];
	const char *held[JOURNAL_HELD_MAX];
	char *notes[JOURNAL_HELD_MAX];
};

static void forget(struct trust *trust)
{
	for (size_t i = 0; i < trust->trust.key_count; i++)
		sign_public_destroy(trust->keys[i]);
	for (size_t i = 0; i < trust->trust.held_count; i++)
		free(trust->notes[i]);
}

/* The next of several paths with commas between them. */
static bool next_path(const char **list, char out[PATH_BYTES])
{
	size_t len = *list ? strcspn(*list, ",") : 0;

	if (len == 0 || len >= PATH_BYTES)
		return false;
	memcpy(out, *list, len);
	out[len] = '\0';
	*list += len;
	*list += **list == ',';
	return true;
}

static enum kakou_err read_trust(const struct log_call *call, struct trust *out,
				 struct why *why)
{
	const char *keys = call->keys;
	const char *held = call->held;
	enum kakou_err err = KAKOU_OK;
	char path[PATH_BYTES];
	size_t len;

	memset(out, 0, sizeof(*out));
	out->trust.keys = out->keys;
	out->trust.held = out->held;
	while (!err && out->trust.key_count < KEYS_MAX && next_path(&keys, path)) {
		err = sign_public_load(&out->keys[out->trust.key_count], path, why);
		out->trust.key_count += !err;
	}
	while (!err && out->trust.held_count < JOURNAL_HELD_MAX &&
	       next_path(&held, path)) {
		char **note = &out->notes[out->trust.held_count];

		err = file_read_whole(path, CHECKPOINT_NOTE_MAX - 1, note, &len, why);
		if (!err)
			out->held[out->trust.held_count++] = *note;
	}
	if (!err && ((keys && *keys) || (held && *held)))
		err = why_set(why, KAKOU_E_INVALID,
			      "got \"%s\", expected at most %d paths with commas between "
			      "them",
			      keys && *keys ? keys : held, KEYS_MAX);
	return err;
}

static void print_hex(const unsigned char *hash, char out[65])
{
	for (size_t i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

static json_t *view_pictures(const struct log_pictures *pictures)
{
	if (!pictures)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:I, s:s}", "path", pictures->directory, "kept",
			 (json_int_t)pictures->kept, "gone", (json_int_t)pictures->gone,
			 "changed", (json_int_t)pictures->changed, "first_changed",
			 pictures->first_changed);
}

static void print_json(struct cli *cli, const char *shown, const char *source,
		       const struct journal_verdict *verdict, bool has_keys,
		       const struct log_pictures *pictures)
{
	char head[65];
	char root[65];
	json_t *value;

	print_hex(verdict->head, head);
	print_hex(verdict->root, root);
	value = json_pack(
		"{s:s, s:s, s:s, s:b, s:I, s:I, s:s, s:s, s:I, s:I, s:I, s:b, s:s, s:o}",
		"path", shown, "source", source, "what", verdict->what, "is_whole",
		verdict->is_whole, "events", (json_int_t)verdict->events, "first_bad",
		(json_int_t)verdict->first_bad, "head", head, "root", root, "checkpoints",
		(json_int_t)verdict->checkpoints, "signed_size",
		(json_int_t)verdict->signed_size, "unsigned",
		(json_int_t)verdict->unsigned_events, "signatures_checked", has_keys,
		"finding", verdict->finding, "pictures", view_pictures(pictures));
	cli_print_json(cli, value);
	json_decref(value);
}

static void print_words(struct cli *cli, const struct journal_verdict *verdict,
			bool has_keys)
{
	char hex[65];

	if (!verdict->is_whole) {
		fprintf(cli->out, "NOT WHOLE: %s (%" PRId64 " events read)\n",
			verdict->finding, verdict->events);
		return;
	}
	print_hex(strcmp(verdict->what, "record") ? verdict->root : verdict->head, hex);
	if (!strcmp(verdict->what, "record"))
		fprintf(cli->out, "whole: %" PRId64 " events, head %s\n", verdict->events,
			hex);
	else
		fprintf(cli->out, "whole: %s, %" PRId64 " events, root %s\n",
			verdict->what, verdict->events, hex);
	if (verdict->signed_size == 0)
		fprintf(cli->out, "no checkpoint: nothing is signed\n");
	else
		fprintf(cli->out, "checkpoint of %" PRId64 " events: %s\n",
			verdict->signed_size,
			has_keys ? "signed by a given key"
				 : "signature not checked, no --key was given");
	if (verdict->unsigned_events > 0)
		fprintf(cli->out,
			"events %" PRId64 " to %" PRId64
			" are not signed: recorded in the "
			"last moment before the end, or put there since\n",
			verdict->signed_size + 1, verdict->events);
}

static void say_pictures(struct cli *cli, const struct log_pictures *pictures)
{
	if (pictures->changed > 0)
		fprintf(cli->out,
			"PICTURES CHANGED: %" PRId64 " of %" PRId64 ", the first is %s\n",
			pictures->changed, pictures->kept, pictures->first_changed);
	else
		fprintf(cli->out,
			"pictures: %" PRId64 " are what their events say, %" PRId64
			" are not kept any more\n",
			pictures->kept, pictures->gone);
}

static int verify_file(struct cli *cli, const struct log_call *call, const char *file,
		       const char *shown, const char *source)
{
	struct journal_verdict verdict = {.what = "record"};
	struct why why = {""};
	struct trust trust;
	struct log_pictures pictures;
	enum kakou_err err = read_trust(call, &trust, &why);
	bool has_keys = trust.trust.key_count > 0;
	bool has_pictures = log_pictures_begin(&pictures, call->pictures, shown);

	if (has_pictures) {
		trust.trust.on_event = log_pictures_take;
		trust.trust.arg = &pictures;
	}
	if (!err)
		err = journal_verify(file, &trust.trust, &verdict, &why);
	forget(&trust);
	if (err)
		return cli_complain(cli, CLI_FAILED, "%s%s", why.text,
				    err == KAKOU_E_DENIED
					    ? "; without a path a running kakoud is asked"
					    : "");
	if (cli->json)
		print_json(cli, shown, source, &verdict, has_keys,
			   has_pictures ? &pictures : NULL);
	else
		print_words(cli, &verdict, has_keys);
	if (has_pictures && !cli->json)
		say_pictures(cli, &pictures);
	return verdict.is_whole && pictures.changed == 0 ? CLI_DONE : CLI_FAILED;
}

int log_verify(struct cli *cli, const struct log_call *call)
{
	if (call->words[1])
		return cli_complain(cli, CLI_USAGE, "got \"%s\", expected one path",
				    call->words[1]);
	return log_with_file(cli, call, call->words[0], verify_file);
}
