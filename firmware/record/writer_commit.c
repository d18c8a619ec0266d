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

enum { RESERVE_LOW = 500 /* counters left when more are reserved */ };

/* Events up to number `seq` are on the disk: answers for them and forgets them. Nothing may
 * lean on a record that nobody can sign. */
static void settle(struct writer *writer, int64_t seq)
{
	bool is_good = !writer_is_overdue(writer);

	while (writer->first && writer->first->row.seq <= seq) {
		struct kept *kept = writer->first;

		writer->committed.seq = kept->row.seq;
		memcpy(writer->committed.chain, kept->chain, sizeof(kept->chain));
		writer_answer(writer, kept, is_good);
		writer->health.events++;
		writer_drop_first(writer);
	}
	writer->health.last_seq = writer->committed.seq;
}

/* The journal can't commit now: nobody may wait for it. The file is left, because after a
 * failed sync what it shows is not what it holds. */
void writer_fail(struct writer *writer, enum kakou_err err, const struct why *why)
{
	for (struct kept *kept = writer->first; kept; kept = kept->next)
		writer_answer(writer, kept, false);
	if (writer->store) {
		store_roll_back(writer->store);
		writer->log = store_get_log(writer->store);
	}
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

/* The log's last pages may be shown by the kernel without being on the disk; what would be
 * written behind them could not be read after a power cut. So the log begins anew; and because
 * a cut while it is moved has to find it whole, its doubtful end is written again before. */
static enum kakou_err leave_log(struct writer *writer, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	if (writer->is_log_doubtful)
		err = store_renew_log(writer->store, why);
	if (!err && writer->is_log_doubtful)
		err = store_restart_log(writer->store, why);
	if (!err)
		writer->is_log_doubtful = false;
	return err;
}

static enum kakou_err reopen(struct writer *writer, struct why *why)
{
	struct audit found;
	enum kakou_err err = store_open(&writer->store, writer->path, STORE_WRITER, why);

	if (err)
		return err;
	store_set_log(writer->store, writer->log);
	err = past_check_tail(writer->store, writer->origin, &found, why);
	if (!err)
		err = compare(writer, &found, why);
	if (!err)
		err = leave_log(writer, why);
	if (!err)
		err = past_get_counter_end(writer->store, &writer->counter_end, why);
	if (!err)
		err = writer_find_signed(writer, why);
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

static enum kakou_err write_event(struct writer *writer, const struct kept *kept,
				  struct why *why)
{
	enum kakou_err err = store_insert(writer->store, &kept->row, why);

	if (err)
		return err;
	if (kept->held > 0)
		err = store_put_held(writer->store, kept->held, kept->row.seq, why);
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
	return err;
}

/* The checkpoint is signed while the disk syncs, and follows without a sync of its own. */
static enum kakou_err commit_group(struct writer *writer, struct why *why)
{
	int64_t began_ms = clock_mono_ms();
	int64_t counter_end;
	int64_t last = writer->committed.seq;
	enum kakou_err err = write_group(writer, &last, &counter_end, why);

	if (err)
		return err;
	writer_begin_signing(writer, &writer->growing);
	err = store_commit(writer->store, why);
	if (err)
		return err;
	writer->counter_end = counter_end;
	memcpy(writer->stored_cursors, writer->cursors, sizeof(writer->cursors));
	writer->tree = writer->growing;
	writer->health.commits++;
	writer->health.last_commit_ms = (int32_t)(clock_mono_ms() - began_ms);
	note_success(writer);
	writer_fall_behind(writer);
	settle(writer, last);
	return writer_put_signed(writer, why);
}

/* What no group's checkpoint covered: its signature failed, or an earlier one took too long. */
static enum kakou_err catch_up(struct writer *writer, struct why *why)
{
	if (writer->signing.behind_ms < 0)
		return KAKOU_OK;
	writer_begin_signing(writer, &writer->tree);
	return writer_put_signed(writer, why);
}

enum kakou_err writer_commit(struct writer *writer)
{
	struct why why = {""};
	enum kakou_err err = KAKOU_OK;

	if (!writer->store)
		err = reopen(writer, &why);
	else
		err = writer_put_signed(writer, &why);
	while (!err && (writer->first || !writer->health.is_well))
		err = commit_group(writer, &why);
	if (!err)
		err = catch_up(writer, &why);
	if (!err && store_count_wal_pages(writer->store) >= WRITER_FULL_PAGES)
		err = store_checkpoint(writer->store, &why);
	if (err)
		writer_fail(writer, err, &why);
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
		writer_fail(writer, err, &why);
	return err;
}
