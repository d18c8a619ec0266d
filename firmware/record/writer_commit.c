/* SPDX-License-Identifier: MIT */
/*
 * Committing what the writer keeps, and what follows when that fails.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#include "firmware/record/writer.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/record/cursor.h"
#include "firmware/record/past.h"
#include "firmware/record/writer_inside.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	RESERVE_LOW = 500,     /* counters left when more are reserved */
	CHECKPOINT_MS = 60000, /* between two checkpoints that stay */
};

/* Events up to number `seq` are on the disk: answers for them and forgets them. */
static void settle(struct writer *writer, int64_t seq)
{
	while (writer->first && writer->first->row.seq <= seq) {
		struct kept *kept = writer->first;

		writer->committed.seq = kept->row.seq;
		memcpy(writer->committed.chain, kept->chain, sizeof(kept->chain));
		writer_answer(writer, kept, true);
		writer->health.events++;
		writer_drop_first(writer);
	}
	writer->health.last_seq = writer->committed.seq;
}

/* The journal can't commit now: nobody may wait for it. The file is left, because after a
 * failed sync what it shows is not what it holds. */
static void note_failure(struct writer *writer, enum kakou_err err, const struct why *why)
{
	for (struct kept *kept = writer->first; kept; kept = kept->next)
		writer_answer(writer, kept, false);
	if (writer->store)
		store_roll_back(writer->store);
	store_close(writer->store);
	writer->store = NULL;
	if (writer->health.is_well)
		log_error("journal", "%s", why->text);
	/* A write that found no room was refused, not forgotten; and a full disk can last. */
	if (err != KAKOU_E_FULL)
		writer->is_log_doubtful = true;
	writer->health.is_well = false;
	writer->health.failures++;
	text_copy(writer->health.why, sizeof(writer->health.why), why->text);
}

static void note_success(struct writer *writer)
{
	if (!writer->health.is_well)
		log_info("journal", "commits again, after event %lld",
			 (long long)writer->committed.seq);
	writer->health.is_well = true;
}

/* After a failure the file must show what was committed and nothing else. */
static enum kakou_err compare(const struct writer *writer, const struct audit *found,
			      struct why *why)
{
	if (found->seq == writer->committed.seq &&
	    !memcmp(found->chain, writer->committed.chain, CHAIN_BYTES))
		return KAKOU_OK;
	return why_set(why, KAKOU_E_INVALID,
		       "%s: ends with event %lld, expected event %lld as committed",
		       writer->path, (long long)found->seq,
		       (long long)writer->committed.seq);
}

/* The log's last page may be shown by the kernel without being on the disk; what would be
 * written behind it could not be read after a power cut. So the log begins anew. */
static enum kakou_err leave_log(struct writer *writer, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	if (writer->is_log_doubtful)
		err = store_restart_log(writer->store, why);
	if (!err)
		writer->is_log_doubtful = false;
	return err;
}

static enum kakou_err reopen(struct writer *writer, struct why *why)
{
	struct audit found;
	enum kakou_err err = store_open(&writer->store, writer->path, STORE_WRITER, why);

	if (!err)
		err = past_check_tail(writer->store, writer->origin, &found, why);
	if (!err)
		err = compare(writer, &found, why);
	if (!err)
		err = leave_log(writer, why);
	if (!err)
		err = past_get_counter_end(writer->store, &writer->counter_end, why);
	return err;
}

/* The reservation that is needed when the counter is used. One outside the reservation is
 * none of ours. */
static int64_t extend_reservation(int64_t end, int32_t counter)
{
	int64_t left;

	if (counter == WRITER_NO_COUNTER)
		return end;
	left = (end - counter + PAST_COUNTERS) % PAST_COUNTERS;
	if (left > RESERVE_LOW)
		return end;
	return (end + PAST_RESERVE) % PAST_COUNTERS;
}

/* The checkpoint of the group. It takes the place of the one before, but for one a minute. */
static enum kakou_err sign_group(struct writer *writer, struct why *why)
{
	struct newest_checkpoint *signing = &writer->signing;
	int64_t now_ms = clock_mono_ms();
	int64_t before = writer->newest.size;
	struct checkpoint checkpoint = {
		.size = writer->growing.size,
		.wall_ms = clock_wall_ms(),
		.is_synced = writer->is_synced,
	};
	char note[CHECKPOINT_OWN_MAX];
	enum kakou_err err;

	text_copy(checkpoint.origin, sizeof(checkpoint.origin), writer->origin);
	tree_root(&writer->growing, checkpoint.root);
	err = checkpoint_sign(&checkpoint, writer->key, note);
	if (err)
		return why_set(why, err, "%s: can't sign a checkpoint", writer->path);
	signing->size = checkpoint.size;
	signing->stays = before == 0 || now_ms - signing->stayed_ms >= CHECKPOINT_MS;
	if (signing->stays)
		signing->stayed_ms = now_ms;
	err = store_put_checkpoint(writer->store, checkpoint.size, note, why);
	if (!err && !writer->newest.stays && before > 0)
		err = store_drop_checkpoint(writer->store, before, why);
	return err;
}

static enum kakou_err write_event(struct writer *writer, const struct kept *kept,
				  struct why *why)
{
	enum kakou_err err = store_insert(writer->store, &kept->row, why);

	if (err)
		return err;
	tree_append(&writer->growing, kept->leaf, &writer->made);
	return store_put_nodes(writer->store, &writer->growing, &writer->made, why);
}

/* Without an event it writes the reservation again: a commit that proves the disk. */
static enum kakou_err write_group(struct writer *writer, int64_t *last,
				  int64_t *counter_end, struct why *why)
{
	enum kakou_err err = store_begin(writer->store, why);
	int written = 0;

	*counter_end = writer->counter_end;
	writer->growing = writer->tree;
	writer->signing = writer->newest;
	for (struct kept *kept = writer->first; kept && written < WRITER_GROUP && !err;
	     kept = kept->next, written++) {
		err = write_event(writer, kept, why);
		*counter_end = extend_reservation(*counter_end, kept->counter);
		*last = kept->row.seq;
	}
	if (!err && (*counter_end != writer->counter_end || written == 0))
		err = past_put_counter_end(writer->store, *counter_end, why);
	if (!err)
		err = cursor_store(writer->store, writer->cursors, writer->stored_cursors,
				   why);
	if (!err && writer->key && written > 0)
		err = sign_group(writer, why);
	return err;
}

static enum kakou_err commit_group(struct writer *writer, struct why *why)
{
	int64_t began_ms = clock_mono_ms();
	int64_t counter_end;
	int64_t last = writer->committed.seq;
	enum kakou_err err = write_group(writer, &last, &counter_end, why);

	if (!err)
		err = store_commit(writer->store, why);
	if (err)
		return err;
	writer->counter_end = counter_end;
	memcpy(writer->stored_cursors, writer->cursors, sizeof(writer->cursors));
	writer->tree = writer->growing;
	writer->newest = writer->signing;
	writer->health.commits++;
	writer->health.last_commit_ms = (int32_t)(clock_mono_ms() - began_ms);
	note_success(writer);
	settle(writer, last);
	return KAKOU_OK;
}

enum kakou_err writer_commit(struct writer *writer)
{
	struct why why = {""};
	enum kakou_err err = KAKOU_OK;

	if (!writer->store)
		err = reopen(writer, &why);
	while (!err && (writer->first || !writer->health.is_well))
		err = commit_group(writer, &why);
	if (!err && store_count_wal_pages(writer->store) >= WRITER_FULL_PAGES)
		err = store_checkpoint(writer->store, &why);
	if (err)
		note_failure(writer, err, &why);
	return err;
}

bool writer_wants_rest(const struct writer *writer)
{
	return writer->store && store_count_wal_pages(writer->store) >= WRITER_REST_PAGES;
}

enum kakou_err writer_rest(struct writer *writer)
{
	struct why why = {""};
	enum kakou_err err = store_checkpoint(writer->store, &why);

	if (err)
		note_failure(writer, err, &why);
	return err;
}
