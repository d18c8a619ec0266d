/* SPDX-License-Identifier: MIT */
/*
 * The checkpoints of what the writer commits: signed by another thread while the disk syncs.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: of the writer.
 */
#include "firmware/record/writer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "firmware/record/past.h"
#include "firmware/record/writer_inside.h"
#include "hal/base64.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	CHECKPOINT_MS = 60000, /* between two checkpoints that stay */
	RETRY_MS = 1000,
	END_MS = 2000, /* for a token's last signature */
};

/* ---- the key -------------------------------------------------------------------------- */

/* Made at the first start where the site says so; a key that signed before is never made
 * anew, because its file is there. */
enum kakou_err writer_load_key(struct writer *writer, const struct journal_config *config,
			       struct why *why)
{
	struct sign_key **key = &writer->signing.key;
	enum kakou_err err;

	writer->signing.behind_ms = -1;
	if (!config->key_file)
		return KAKOU_OK;
	err = sign_key_load(key, config->key_file, why);
	if (err != KAKOU_E_NOTFOUND || !config->makes_key)
		return err;
	err = sign_key_make(config->key_file, why);
	if (!err)
		err = sign_key_load(key, config->key_file, why);
	if (!err)
		log_info("journal", "%s: a new key was made", config->key_file);
	return err;
}

/* A key that the record does not know yet becomes its next event, signed by itself. */
static enum kakou_err introduce_key(struct writer *writer, struct why *why)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	unsigned char id[CHECKPOINT_ID_BYTES];
	char text[BASE64_CHARS(SIGN_PUBLIC_BYTES) + 1];
	char hex[2 * CHECKPOINT_ID_BYTES + 1];
	struct event event;
	bool is_known = false;
	enum kakou_err err;

	sign_key_get_public(writer->signing.key, der);
	base64_encode(der, sizeof(der), text);
	err = past_find_key(writer->store, text, &is_known, why);
	if (err || is_known)
		return err;
	checkpoint_identify_key(der, id);
	for (size_t i = 0; i < sizeof(id); i++)
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
	event_begin(&event, EVENT_SIGNING_KEY, EVENT_NO_LANE, 0);
	event_add_text(&event, "key_id", hex);
	event_add_text(&event, "public_key", text);
	return writer_take(writer, &event);
}

/* After a power cut the last group may have no signature. It gets one now, and whoever reads
 * the record later sees for which events nothing but the disk spoke in between. */
static enum kakou_err tell_unsigned(struct writer *writer)
{
	int64_t last = writer->committed.seq;
	struct event event;

	if (writer->signing.size >= last)
		return KAKOU_OK;
	event_begin(&event, EVENT_SIGNED_LATE, EVENT_NO_LANE, 0);
	event_add_number(&event, "first", writer->signing.size + 1);
	event_add_number(&event, "last", last);
	return writer_take(writer, &event);
}

enum kakou_err writer_start_signing(struct writer *writer, struct why *why)
{
	struct signing *signing = &writer->signing;
	enum kakou_err err;

	signing->stays = true;
	signing->stayed_ms = clock_mono_ms();
	if (!signing->key)
		return KAKOU_OK;
	err = signer_start(&signing->signer, signing->key);
	if (err)
		return why_set(why, err, "%s: can't start to sign", writer->path);
	err = introduce_key(writer, why);
	if (!err)
		err = tell_unsigned(writer);
	if (!err)
		err = writer_commit(writer);
	return err ? why_set(why, err, "%s: %s", writer->path,
			     writer->health.why[0] ? writer->health.why
						   : "can't record who signs it")
		   : KAKOU_OK;
}

/* ---- checkpoints ---------------------------------------------------------------------- */

void writer_begin_signing(struct writer *writer, const struct tree *tree)
{
	struct signing *signing = &writer->signing;
	int64_t now_ms = clock_mono_ms();
	struct checkpoint checkpoint = {
		.size = tree->size,
		.wall_ms = clock_wall_ms(),
		.is_synced = writer->is_synced,
	};

	if (!signing->signer || signer_is_busy(signing->signer) ||
	    now_ms < signing->retry_at_ms || tree->size <= signing->size)
		return;
	text_copy(checkpoint.origin, sizeof(checkpoint.origin), writer->origin);
	tree_root(tree, checkpoint.root);
	signer_begin(signing->signer, &checkpoint);
	signing->begun_ms = now_ms;
}

/* It takes the place of the one before, but for one a minute. */
static enum kakou_err put(struct writer *writer, const struct signer_result *result,
			  struct why *why)
{
	struct signing *signing = &writer->signing;
	enum kakou_err err =
		store_replace_checkpoint(writer->store, result->size, result->note,
					 signing->stays ? 0 : signing->size, why);

	if (err)
		return err;
	signing->stays = signing->size == 0 ||
			 signing->begun_ms - signing->stayed_ms >= CHECKPOINT_MS;
	if (signing->stays)
		signing->stayed_ms = signing->begun_ms;
	signing->size = result->size;
	signing->behind_ms = result->size < writer->tree.size ? signing->begun_ms : -1;
	return KAKOU_OK;
}

static enum kakou_err put_signed(struct writer *writer, int patience_ms, struct why *why)
{
	struct signing *signing = &writer->signing;
	struct signer_result result;

	if (!signing->signer || !signer_take(signing->signer, patience_ms, &result))
		return KAKOU_OK;
	if (result.err) {
		if (!signing->why.text[0])
			log_error("journal", "%s", result.why.text);
		signing->why = result.why;
		signing->retry_at_ms = clock_mono_ms() + RETRY_MS;
		return KAKOU_OK;
	}
	signing->why.text[0] = '\0';
	/* What a failed commit began to sign is in the one that succeeds: both begin with the
	 * oldest event that waits, and a result is taken from an open store only. */
	assert(result.size <= writer->tree.size);
	if (result.size <= signing->size)
		return KAKOU_OK;
	return put(writer, &result, why);
}

enum kakou_err writer_put_signed(struct writer *writer, struct why *why)
{
	return put_signed(writer, sign_key_is_quick(writer->signing.key) ? -1 : 0, why);
}

enum kakou_err writer_find_signed(struct writer *writer, struct why *why)
{
	struct signing *signing = &writer->signing;
	char *note = NULL;
	enum kakou_err err = store_get_checkpoint(writer->store, 0, INT64_MAX, true,
						  &signing->size, &note, why);

	free(note);
	if (err == KAKOU_E_NOTFOUND)
		signing->size = 0;
	else if (err)
		return err;
	signing->stays = true;
	writer_fall_behind(writer);
	return KAKOU_OK;
}

void writer_end_signing(struct writer *writer)
{
	struct signing *signing = &writer->signing;
	struct why why;

	if (writer->store && put_signed(writer, END_MS, &why))
		log_error("journal", "%s", why.text);
	if (signer_stop(signing->signer, END_MS))
		sign_key_destroy(signing->key);
	else
		log_error("journal",
			  "the signing key does not answer, its thread is left");
}

/* ---- being late ----------------------------------------------------------------------- */

void writer_fall_behind(struct writer *writer)
{
	struct signing *signing = &writer->signing;

	if (signing->signer && signing->behind_ms < 0 &&
	    signing->size < writer->tree.size)
		signing->behind_ms = clock_mono_ms();
}

static bool is_behind_for(const struct writer *writer, int64_t ms)
{
	return writer->signing.behind_ms >= 0 &&
	       clock_mono_ms() - writer->signing.behind_ms >= ms;
}

bool writer_is_overdue(const struct writer *writer)
{
	return is_behind_for(writer, WRITER_UNSIGNED_MS);
}

bool writer_is_behind(const struct writer *writer)
{
	return writer->signing.behind_ms >= 0;
}

int writer_signing_fd(const struct writer *writer)
{
	return writer->signing.signer ? signer_fd(writer->signing.signer) : -1;
}

static const char *say_failure(const struct writer *writer)
{
	const char *failure = writer->signing.why.text;

	return failure[0] ? failure : "the signing key does not answer";
}

void writer_say_unsigned(const struct writer *writer, char *out, size_t size)
{
	snprintf(out, size, "event %lld and what follows is not signed: %s",
		 (long long)writer->signing.size + 1, say_failure(writer));
}

void writer_watch_signing(struct writer *writer)
{
	struct signing *signing = &writer->signing;
	bool is_late = is_behind_for(writer, WRITER_LATE_MS);
	struct event event;

	if (is_late == signing->is_told)
		return;
	event_begin(&event, is_late ? EVENT_ALARM : EVENT_ALARM_ENDED, EVENT_NO_LANE, 0);
	event_add_text(&event, "code", "record_signing");
	event_add_number(&event, "signed", signing->size);
	if (is_late)
		event_add_text(&event, "text", say_failure(writer));
	/* When it can't be taken it is told at the next look. */
	if (!writer_take(writer, &event))
		signing->is_told = is_late;
}
