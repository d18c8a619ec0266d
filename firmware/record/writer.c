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

/* Events that a checkpoint counts of which this one says that it lies elsewhere. */
static int64_t find_held(const struct event *event)
{
	int64_t size = 0;

	if (event->kind != EVENT_RECEIPT && event->kind != EVENT_CHECKPOINT_HELD)
		return 0;
	return event_get_number(event, "size", &size) ? size : 0;
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
	kept->held = find_held(event);
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

static enum kakou_err read_past(struct writer *writer,
				const struct journal_config *config,
				struct journal_past *past, struct why *why)
{
	enum kakou_err err =
		past_check_tail(writer->store, config->origin, &writer->taken, why);

	if (!err)
		err = past_check_tree(writer->store, &writer->taken, writer->signing.key,
				      &writer->tree, &writer->signing.size, why);
	if (!err)
		err = past_read(writer->store, config, &writer->taken, past, why);
	if (!err)
		err = past_get_counter_end(writer->store, &writer->counter_end, why);
	if (!err)
		err = cursor_load(writer->store, writer->taken.seq, writer->cursors,
				  writer->stored_cursors, why);
	if (!err)
		err = writer_start_retention(writer, why);
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
	writer->retention.rules.config = config->retention;
	writer->ask_disk = config->ask_disk;
	writer->disk_asked_ms = -1;
	writer->health.disk_percent = -1;
	writer->health.is_well = true;
	text_copy(writer->path, sizeof(writer->path), path);
	text_copy(writer->origin, sizeof(writer->origin), config->origin);
	err = writer_load_key(writer, config, why);
	if (!err)
		err = store_open(&writer->store, path, STORE_WRITER, why);
	if (!err)
		err = read_past(writer, config, past, why);
	if (!err)
		err = writer_start_signing(writer, why);
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
	writer_end_signing(writer);
	store_close(writer->store);
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
	writer->health.signed_seq = writer->signing.size;
	writer->health.is_signed = !writer_is_overdue(writer);
	if (!writer->health.is_signed)
		writer_say_unsigned(writer, writer->health.why,
				    sizeof(writer->health.why));
	return &writer->health;
}
