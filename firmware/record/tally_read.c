/* SPDX-License-Identifier: MIT */
/*
 * Tallies: the ends of passages of a time, out of the journal.
 *
 * Events lie by number, and the wall clock rises with them but for its steps: the ends of the time asked
 * for are found by halving, and so many events beyond each are looked at too. Every selection is a read
 * transaction of its own.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include <string.h>

#include "firmware/record/event.h"
#include "firmware/record/store.h"
#include "firmware/record/tally_inside.h"
#include "hal/clock.h"

enum {
	AROUND = 2000, /* events beyond both ends, for a clock that was stepped */
	PAGE = 32,
	UNSYNCED_MAX = 64, /* of a start before its clock was set */
};

/* ---- where a time begins ------------------------------------------------------------------ */

static bool is_synced(const struct store_row *row)
{
	static const char word[] = "\"synced\":1,"; /* quotes of a text are escaped */

	return memmem(row->bytes, row->len, word, sizeof(word) - 1) != NULL;
}

/* The wall clock at number `seq`, by the next event whose clock was synchronised; where there is none, by
 * the next event. KAKOU_E_NOTFOUND: there is no event either. */
static enum kakou_err read_clock(struct store *store, int64_t seq, int64_t *wall_ms,
				 struct why *why)
{
	const struct store_query query = {.after = seq - 1, .limit = UNSYNCED_MAX};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);
	int seen = 0;

	for (; !err; seen++) {
		err = store_next(store, &row, why);
		if (err)
			break;
		if (seen == 0 || is_synced(&row))
			*wall_ms = row.wall_ms;
		if (is_synced(&row))
			break;
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND && seen > 0 ? KAKOU_OK : err;
}

/* Half of what is left; KAKOU_E_AGAIN until the first number of that time is found: `low`. */
static enum kakou_err halve(struct tally *tally, struct store *store, int64_t ms,
			    struct why *why)
{
	int64_t middle = tally->low + (tally->high - tally->low) / 2;
	int64_t wall_ms = 0;
	enum kakou_err err;

	if (tally->low >= tally->high)
		return KAKOU_OK;
	err = read_clock(store, middle, &wall_ms, why);
	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	if (!err && wall_ms < ms)
		tally->low = middle + 1;
	else
		tally->high = middle;
	return KAKOU_E_AGAIN;
}

static enum kakou_err begin_search(struct tally *tally, struct store *store,
				   struct why *why)
{
	int64_t passage = 0;

	tally->low = 1;
	return store_get_newest(store, &tally->high, &passage, why);
}

static enum kakou_err find_first(struct tally *tally, struct store *store,
				 struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	if (tally->low == 0)
		err = begin_search(tally, store, why);
	if (!err)
		err = halve(tally, store, tally->query.from_ms, why);
	if (err)
		return err;
	tally->after = tally->low > AROUND ? tally->low - AROUND : 0;
	err = begin_search(tally, store, why);
	tally->phase = TALLY_FIND_LAST;
	return err ? err : KAKOU_E_AGAIN;
}

static enum kakou_err find_last(struct tally *tally, struct store *store, struct why *why)
{
	enum kakou_err err = halve(tally, store, tally->query.until_ms, why);

	if (err)
		return err;
	tally->before = tally->low + AROUND;
	tally->phase = TALLY_COUNT;
	return KAKOU_E_AGAIN;
}

/* ---- counting ----------------------------------------------------------------------------- */

struct page {
	struct tally_passage passages[PAGE];
	int count;
	int64_t last; /* number of the last event looked at; 0 = none was left */
};

/* Ends with the time, but never before one event was looked at. */
static enum kakou_err read_page(const struct tally *tally, struct store *store,
				int64_t until_ms, struct page *page, struct why *why)
{
	const struct store_query query = {
		.after = tally->after,
		.before = tally->before,
		.limit = PAGE,
		.kind = event_kind_name(EVENT_PASSAGE_CLOSED),
		.lane = tally->query.lane[0] ? tally->query.lane : NULL,
	};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	page->count = 0;
	page->last = 0;
	while (!err) {
		err = store_next(store, &row, why);
		if (err)
			break;
		page->last = row.seq;
		if (tally_read_passage(&tally->query, row.bytes, row.len,
				       &page->passages[page->count]))
			page->count++;
		if (clock_mono_ms() >= until_ms)
			break;
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* The newest event of this kind of the passage. */
static enum kakou_err read_other(struct store *store, enum event_kind kind,
				 struct tally_passage *passage,
				 void (*take)(const char *bytes, size_t len,
					      struct tally_passage *out),
				 struct why *why)
{
	const struct store_query query = {.limit = 1,
					  .newest_first = true,
					  .passage = passage->passage,
					  .kind = event_kind_name(kind)};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	if (!err)
		err = store_next(store, &row, why);
	if (!err)
		take(row.bytes, row.len, passage);
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* Before the end of a passage said it, its opening and what customs was asked did. */
static enum kakou_err complete(struct store *store, struct tally_passage *passage,
			       struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	if (!passage->is_old || passage->passage == 0)
		return KAKOU_OK;
	err = read_other(store, EVENT_PASSAGE_OPENED, passage, tally_read_opened, why);
	if (!err)
		err = read_other(store, EVENT_INQUIRY, passage, tally_read_inquiry, why);
	return err;
}

static enum kakou_err count_page(struct tally *tally, struct store *store,
				 int64_t until_ms, struct why *why)
{
	struct page page;
	enum kakou_err err = read_page(tally, store, until_ms, &page, why);

	for (int i = 0; i < page.count && !err; i++) {
		err = complete(store, &page.passages[i], why);
		if (!err)
			err = tally_take(tally, &page.passages[i], why);
	}
	if (err)
		return err;
	tally->after = page.last;
	return page.last > 0 ? KAKOU_E_AGAIN : KAKOU_OK;
}

enum kakou_err tally_step(struct tally *tally, struct store *store, int32_t slice_ms,
			  struct why *why)
{
	int64_t until_ms = clock_mono_ms() + slice_ms;
	enum kakou_err err = KAKOU_E_AGAIN;

	while (err == KAKOU_E_AGAIN) {
		switch (tally->phase) {
		case TALLY_FIND_FIRST: err = find_first(tally, store, why); break;
		case TALLY_FIND_LAST: err = find_last(tally, store, why); break;
		case TALLY_COUNT: err = count_page(tally, store, until_ms, why); break;
		}
		if (clock_mono_ms() >= until_ms)
			break;
	}
	return err;
}
