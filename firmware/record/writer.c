/* SPDX-License-Identifier: MIT */
/*
 * The writing side of the journal, without its thread.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#include "firmware/record/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/canonical.h"
#include "firmware/record/chain.h"
#include "firmware/record/past.h"
#include "firmware/record/store.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	PATH_BYTES = 1024,
	SYNC_ASK_MS = 1000, /* how old the clock's state may be */
	COUNTER_DIGITS = 6,
	NO_COUNTER = -1,
	RESERVE_LOW = 500, /* counters left when more are reserved */
};

/* An event that has its number and waits for its commit. */
struct kept {
	struct kept *next;
	uint64_t ticket; /* 0 = none, or answered */
	int32_t counter; /* SEQ_NO counter that it uses, or NO_COUNTER */
	struct store_row row;
	unsigned char leaf[CHAIN_BYTES];
	unsigned char chain[CHAIN_BYTES];
	char bytes[];
};

struct writer {
	struct store *store;  /* NULL after a failure */
	bool is_log_doubtful; /* what the log shows may not be on the disk */
	char path[PATH_BYTES];
	char origin[CHAIN_ORIGIN_MAX + 1];
	const char *const *lanes;
	void (*answer)(void *arg, const struct journal_ack *ack);
	void *arg;
	struct kept *first;
	struct kept **end;
	uint32_t count, tickets;
	struct audit taken;     /* number and chain of the newest event */
	struct audit committed; /* of the newest that is committed */
	int64_t counter_end;    /* as committed */
	bool is_synced;
	int64_t synced_asked_ms;
	struct journal_health health;
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
		return NO_COUNTER;
	len = strlen(seq_no);
	if (len < COUNTER_DIGITS)
		return NO_COUNTER;
	for (const char *at = seq_no + len - COUNTER_DIGITS; *at; at++) {
		if (*at < '0' || *at > '9')
			return NO_COUNTER;
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

static void answer(struct writer *writer, struct kept *kept, bool is_committed)
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
		answer(writer, kept, false);
	return KAKOU_OK;
}

/* ---- committing ----------------------------------------------------------------------- */

static void drop_first(struct writer *writer)
{
	struct kept *kept = writer->first;

	writer->first = kept->next;
	if (!writer->first)
		writer->end = &writer->first;
	writer->count--;
	free(kept);
}

/* Events up to number `seq` are on the disk: answers for them and forgets them. */
static void settle(struct writer *writer, int64_t seq)
{
	while (writer->first && writer->first->row.seq <= seq) {
		struct kept *kept = writer->first;

		writer->committed.seq = kept->row.seq;
		memcpy(writer->committed.chain, kept->chain, sizeof(kept->chain));
		answer(writer, kept, true);
		writer->health.events++;
		drop_first(writer);
	}
	writer->health.last_seq = writer->committed.seq;
}

/* The journal can't commit now: nobody may wait for it. The file is left, because after a
 * failed sync what it shows is not what it holds. */
static void note_failure(struct writer *writer, enum kakou_err err, const struct why *why)
{
	for (struct kept *kept = writer->first; kept; kept = kept->next)
		answer(writer, kept, false);
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

	if (counter == NO_COUNTER)
		return end;
	left = (end - counter + PAST_COUNTERS) % PAST_COUNTERS;
	if (left > RESERVE_LOW)
		return end;
	return (end + PAST_RESERVE) % PAST_COUNTERS;
}

/* Without an event it writes the reservation again: a commit that proves the disk. */
static enum kakou_err write_group(struct writer *writer, int64_t *last,
				  int64_t *counter_end, struct why *why)
{
	enum kakou_err err = store_begin(writer->store, why);
	int written = 0;

	*counter_end = writer->counter_end;
	for (struct kept *kept = writer->first; kept && written < WRITER_GROUP && !err;
	     kept = kept->next, written++) {
		err = store_insert(writer->store, &kept->row, why);
		*counter_end = extend_reservation(*counter_end, kept->counter);
		*last = kept->row.seq;
	}
	if (!err && (*counter_end != writer->counter_end || written == 0))
		err = past_put_counter_end(writer->store, *counter_end, why);
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

/* ---- opening -------------------------------------------------------------------------- */

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
	writer->health.is_well = true;
	text_copy(writer->path, sizeof(writer->path), path);
	text_copy(writer->origin, sizeof(writer->origin), config->origin);
	err = store_open(&writer->store, path, STORE_WRITER, why);
	if (!err)
		err = past_check_tail(writer->store, config->origin, &writer->taken, why);
	if (!err)
		err = past_read(writer->store, config, &writer->taken, past, why);
	if (!err)
		err = past_get_counter_end(writer->store, &writer->counter_end, why);
	if (err) {
		writer_close(writer);
		return err;
	}
	writer->committed = writer->taken;
	writer->health.last_seq = writer->committed.seq;
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
		drop_first(writer);
	store_close(writer->store);
	free(writer);
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
