/* SPDX-License-Identifier: MIT */
/*
 * The writing side of the journal, without its thread.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#include "firmware/record/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/canonical.h"
#include "firmware/record/cursor.h"
#include "firmware/record/past.h"
#include "firmware/record/writer_inside.h"
#include "hal/base64.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	SYNC_ASK_MS = 1000, /* how old the clock's state may be */
	COUNTER_DIGITS = 6,
};

/* ---- taking --------------------------------------------------------------------------- */

static bool ask_synced(struct writer *writer)
{
	int64_t now_ms = clock_mono_ms();

	if (now_ms - writer->synced_asked_ms >= SYNC_ASK_MS) {
		writer->is_synced = clock_is_synchronised();
		writer->synced_asked_ms = now_ms;
	}
	return writer->is_synced;
}

/* The counter at the end of an inquiry's SEQ_NO. */
static int32_t find_counter(const struct event *event)
{
	const char *seq_no;
	int64_t counter = 0;
	size_t len;

	if (event->kind != EVENT_INQUIRY || !event_get_text(event, "seq_no", &seq_no))
		return WRITER_NO_COUNTER;
	len = strlen(seq_no);
	if (len < COUNTER_DIGITS)
		return WRITER_NO_COUNTER;
	for (const char *at = seq_no + len - COUNTER_DIGITS; *at; at++) {
		if (*at < '0' || *at > '9')
			return WRITER_NO_COUNTER;
		counter = counter * 10 + (*at - '0');
	}
	return (int32_t)counter;
}

static void give_place(struct writer *writer, struct kept *kept)
{
	chain_hash_leaf(kept->row.bytes, kept->row.len, kept->leaf);
	chain_link(writer->taken.chain, kept->leaf, kept->chain);
	kept->row.leaf = kept->leaf;
	kept->row.leaf_len = sizeof(kept->leaf);
	kept->row.chain = kept->chain;
	kept->row.chain_len = sizeof(kept->chain);
	writer->taken.seq = kept->row.seq;
	memcpy(writer->taken.chain, kept->chain, sizeof(kept->chain));
}

void writer_answer(struct writer *writer, struct kept *kept, bool is_committed)
{
	struct journal_ack ack = {
		.ticket = kept->ticket,
		.seq = kept->row.seq,
		.at_ms = clock_mono_ms(),
		.is_committed = is_committed,
	};

	if (!kept->ticket)
		return;
	kept->ticket = 0;
	writer->tickets--;
	writer->answer(writer->arg, &ack);
}

enum kakou_err writer_take(struct writer *writer, const struct event *event)
{
	const char *lane =
		event->lane == EVENT_NO_LANE ? NULL : writer->lanes[event->lane];
	char bytes[CANONICAL_MAX];
	struct kept *kept;
	size_t len;
	enum kakou_err err;

	if (writer->count == WRITER_KEEPS)
		return KAKOU_E_FULL;
	err = canonical_write(event, writer->taken.seq + 1, lane, ask_synced(writer),
			      bytes, &len);
	if (err)
		return err;
	kept = calloc(1, sizeof(*kept) + len);
	if (!kept)
		return KAKOU_E_NOMEM;
	memcpy(kept->bytes, bytes, len);
	kept->ticket = event->ticket;
	kept->counter = find_counter(event);
	kept->row = (struct store_row){
		.seq = writer->taken.seq + 1,
		.passage = event->passage,
		.wall_ms = event->wall_ms,
		.kind = event_kind_name(event->kind),
		.lane = lane,
		.bytes = kept->bytes,
		.len = len,
	};
	give_place(writer, kept);
	*writer->end = kept;
	writer->end = &kept->next;
	writer->count++;
	writer->tickets += kept->ticket != 0;
	if (!writer->health.is_well)
		writer_answer(writer, kept, false);
	return KAKOU_OK;
}

void writer_drop_first(struct writer *writer)
{
	struct kept *kept = writer->first;

	writer->first = kept->next;
	if (!writer->first)
		writer->end = &writer->first;
	writer->count--;
	free(kept);
}

/* ---- opening -------------------------------------------------------------------------- */

/* Made at the first start where the site says so; a key that signed before is never made
 * anew, because its file is there. */
static enum kakou_err load_key(struct writer *writer, const struct journal_config *config,
			       struct why *why)
{
	enum kakou_err err;

	if (!config->key_file)
		return KAKOU_OK;
	err = sign_key_load(&writer->key, config->key_file, why);
	if (err != KAKOU_E_NOTFOUND || !config->makes_key)
		return err;
	err = sign_key_make(config->key_file, why);
	if (!err)
		err = sign_key_load(&writer->key, config->key_file, why);
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

	sign_key_get_public(writer->key, der);
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
	err = writer_take(writer, &event);
	if (!err)
		err = writer_commit(writer);
	return err ? why_set(why, err, "%s: %s", writer->path,
			     writer->health.why[0] ? writer->health.why
						   : "can't record the signing key")
		   : KAKOU_OK;
}

static enum kakou_err read_past(struct writer *writer,
				const struct journal_config *config,
				struct journal_past *past, struct why *why)
{
	enum kakou_err err =
		past_check_tail(writer->store, config->origin, &writer->taken, why);

	if (!err)
		err = past_check_tree(writer->store, &writer->taken, writer->key,
				      &writer->tree, &writer->newest.size, why);
	if (!err)
		err = past_read(writer->store, config, &writer->taken, past, why);
	if (!err)
		err = past_get_counter_end(writer->store, &writer->counter_end, why);
	if (!err)
		err = cursor_load(writer->store, writer->taken.seq, writer->cursors,
				  writer->stored_cursors, why);
	writer->newest.stays = true;
	writer->newest.stayed_ms = clock_mono_ms();
	writer->committed = writer->taken;
	writer->health.last_seq = writer->committed.seq;
	return err;
}

enum kakou_err writer_open(struct writer **out, const char *path,
			   const struct journal_config *config,
			   void (*answer_fn)(void *arg, const struct journal_ack *ack),
			   void *arg, struct journal_past *past, struct why *why)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	enum kakou_err err;

	if (!writer)
		return why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
	writer->lanes = config->lanes;
	writer->answer = answer_fn;
	writer->arg = arg;
	writer->end = &writer->first;
	writer->synced_asked_ms = -SYNC_ASK_MS;
	writer->ask_disk = config->ask_disk;
	writer->disk_asked_ms = -1;
	writer->health.disk_percent = -1;
	writer->health.is_well = true;
	text_copy(writer->path, sizeof(writer->path), path);
	text_copy(writer->origin, sizeof(writer->origin), config->origin);
	err = load_key(writer, config, why);
	if (!err)
		err = store_open(&writer->store, path, STORE_WRITER, why);
	if (!err)
		err = read_past(writer, config, past, why);
	if (!err && writer->key)
		err = introduce_key(writer, why);
	if (err) {
		writer_close(writer);
		return err;
	}
	*out = writer;
	return KAKOU_OK;
}

void writer_close(struct writer *writer)
{
	if (!writer)
		return;
	if (writer->first)
		log_error("journal", "%u events from number %lld on were not recorded",
			  (unsigned)writer->count, (long long)writer->first->row.seq);
	while (writer->first)
		writer_drop_first(writer);
	store_close(writer->store);
	sign_key_destroy(writer->key);
	free(writer);
}

void writer_set_cursor(struct writer *writer, enum journal_receiver receiver, int64_t seq)
{
	writer->cursors[receiver] =
		seq < writer->committed.seq ? seq : writer->committed.seq;
}

int64_t writer_cursor(const struct writer *writer, enum journal_receiver receiver)
{
	return writer->cursors[receiver];
}

uint32_t writer_count_tickets(const struct writer *writer)
{
	return writer->tickets;
}

const struct journal_health *writer_health(struct writer *writer)
{
	writer->health.waiting = writer->count;
	return &writer->health;
}
