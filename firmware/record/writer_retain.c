/* SPDX-License-Identifier: MIT */
/*
 * Removing old events, a step at a time, between the commits.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#include "firmware/record/writer.h"

#include <string.h>

#include "firmware/record/writer_inside.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	FIRST_MS = 5 * 60 * 1000, /* after a start, whose parts still read the past */
	LATE_MS = 5000,           /* a step that found no quiet moment is made anyway */
};

enum kakou_err writer_start_retention(struct writer *writer, struct why *why)
{
	struct retention *retention = &writer->retention;
	enum kakou_err err =
		store_get_removed_to(writer->store, &retention->place.removed, why);

	if (!err)
		err = retain_get_announced(writer->store, &retention->announced,
					   &retention->announced_seq, why);
	retention->at_ms = clock_mono_ms() + FIRST_MS;
	writer->health.removed_to = retention->place.removed;
	return err;
}

void writer_retain_soon(struct writer *writer)
{
	writer->retention.at_ms = clock_mono_ms();
}

bool writer_wants_retain(const struct writer *writer, bool is_quiet)
{
	int64_t at_ms = writer->retention.at_ms + (is_quiet ? 0 : LATE_MS);

	return writer->retention.rules.config.days > 0 && writer->store &&
	       writer->health.is_well && !writer->first && clock_mono_ms() >= at_ms;
}

static void wait(struct writer *writer, const char *holds, int64_t ms)
{
	text_copy(writer->health.retention, sizeof(writer->health.retention), holds);
	writer->retention.at_ms = clock_mono_ms() + ms;
}

/* The event that says so is committed with what comes next. */
static enum kakou_err announce(struct writer *writer, int64_t last, struct why *why)
{
	struct retention *retention = &writer->retention;
	struct event event;
	enum kakou_err err =
		retain_fill_event(writer->store, &retention->rules,
				  retention->place.removed, last, &event, why);

	if (err)
		return err;
	if (writer_take(writer, &event)) {
		wait(writer, "the record takes nothing now", WRITER_RETAIN_MS);
		return KAKOU_OK;
	}
	retention->announced = last;
	retention->announced_seq = writer->taken.seq;
	log_info("journal", "events %lld to %lld are old and go",
		 (long long)retention->place.removed + 1, (long long)last);
	return KAKOU_OK;
}

/* Only what is on the disk of a cursor counts. */
static void note_cursors(struct writer *writer)
{
	struct retain_rules *rules = &writer->retention.rules;

	rules->receiver_count = 0;
	for (int i = 0; i < JOURNAL_RECEIVERS; i++)
		if (rules->config.waits_for >> i & 1)
			rules->receivers[rules->receiver_count++] =
				(struct retain_receiver){
					.name = journal_receiver_name(
						(enum journal_receiver)i),
					.seq = writer->stored_cursors[i],
				};
}

static enum kakou_err look(struct writer *writer, struct why *why)
{
	struct retention *retention = &writer->retention;
	struct retain_place *place = &retention->place;
	struct why holds = {""};
	int64_t last = place->removed;
	enum kakou_err err;

	place->newest = writer->committed.seq;
	place->now_ms = clock_wall_ms();
	place->is_synced = clock_is_synchronised();
	note_cursors(writer);
	err = retain_find(writer->store, &retention->rules, place, &last, &holds, why);
	if (err == KAKOU_E_AGAIN)
		return KAKOU_OK;
	if (!err && last == place->removed)
		wait(writer, holds.text, WRITER_RETAIN_MS);
	else if (!err)
		err = announce(writer, last, why);
	return err;
}

static enum kakou_err remove_block(struct writer *writer, struct why *why)
{
	struct retain_place *place = &writer->retention.place;
	int kept = 0;
	enum kakou_err err = store_begin(writer->store, why);

	if (!err)
		err = retain_remove_block(writer->store, place->removed, &kept, why);
	if (!err)
		err = store_commit(writer->store, why);
	if (err)
		return err;
	place->removed += RETAIN_BLOCK;
	writer->health.removed_to = place->removed;
	wait(writer, "removing", 0);
	return KAKOU_OK;
}

enum kakou_err writer_retain(struct writer *writer)
{
	struct retention *retention = &writer->retention;
	struct why why = {""};
	enum kakou_err err = KAKOU_OK;

	if (retention->place.removed >= retention->announced)
		err = look(writer, &why);
	else if (writer->signing.size < retention->announced_seq)
		wait(writer, "the event that says so is not signed yet", 1000);
	else
		err = remove_block(writer, &why);
	if (!err && store_count_wal_pages(writer->store) >= WRITER_FULL_PAGES)
		err = store_checkpoint(writer->store, &why);
	if (err)
		writer_fail(writer, err, &why);
	return err;
}
