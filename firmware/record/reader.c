/* SPDX-License-Identifier: MIT */
/*
 * The reading side of the journal, without its thread.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: one at a time.
 */
#include "firmware/record/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/record/chain.h"
#include "firmware/record/past.h"
#include "firmware/record/place.h"
#include "firmware/record/proof.h"
#include "hal/clock.h"
#include "hal/text.h"

enum { PATH_BYTES = 1024 };

/* ---- queries -------------------------------------------------------------------------- */

static void print_hash(FILE *to, const char *name, const unsigned char *hash, size_t len)
{
	fprintf(to, ",\"%s\":\"", name);
	for (size_t i = 0; i < len; i++)
		fprintf(to, "%02x", hash[i]);
	fputc('"', to);
}

/* The bytes are JSON already. */
static void print_row(FILE *to, const struct store_row *row)
{
	fputs("{\"bytes\":", to);
	fwrite(row->bytes, 1, row->len, to);
	fprintf(to, ",\"seq\":%lld", (long long)row->seq);
	print_hash(to, "leaf", row->leaf, row->leaf_len);
	print_hash(to, "chain", row->chain, row->chain_len);
	fputc('}', to);
}

static enum kakou_err print_page(struct store *store, FILE *to, struct why *why)
{
	struct store_row row;
	enum kakou_err err = KAKOU_OK;
	int count = 0;

	fputc('[', to);
	while (ftell(to) < READER_PAGE_BYTES) {
		err = store_next(store, &row, why);
		if (err)
			break;
		if (count++ > 0)
			fputc(',', to);
		print_row(to, &row);
	}
	fputc(']', to);
	if (err == KAKOU_E_NOTFOUND || (err == KAKOU_E_TIMEOUT && count > 0))
		return KAKOU_OK;
	return err;
}

enum kakou_err reader_query(struct store *store, const struct store_query *query,
			    char **json, struct why *why)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	enum kakou_err err;

	if (!to)
		return why_set(why, KAKOU_E_NOMEM, "no memory for an answer");
	store_set_deadline(store, clock_mono_ms() + READER_SLICE_MS);
	err = store_select(store, query, why);
	if (!err)
		err = print_page(store, to, why);
	store_end_select(store);
	store_set_deadline(store, -1);
	if (fclose(to) && !err)
		err = why_set(why, KAKOU_E_NOMEM, "no memory for an answer");
	if (err) {
		free(text);
		return err;
	}
	*json = text;
	return KAKOU_OK;
}

enum kakou_err reader_prove(struct store *store, enum journal_proof what, int64_t first,
			    int64_t second, char **json, struct why *why)
{
	enum kakou_err err;

	store_set_deadline(store, clock_mono_ms() + READER_SLICE_MS);
	err = proof_make(store, what, first, second, json, why);
	store_set_deadline(store, -1);
	return err;
}

/* ---- copies --------------------------------------------------------------------------- */

struct reader_copy {
	struct store *from;
	struct store *to;
	int64_t done; /* newest event copied */
	int64_t last; /* newest when the copy began */
	int64_t removed; /* events up to here were removed, but for some; none goes meanwhile */
	struct tree tree; /* over what is copied */
	struct tree_made made;
	int64_t checkpoints_done; /* size of the newest that is copied */
	int64_t signed_size;      /* of the newest when the copy began */
	char *note;               /* it; NULL = there was none */
	char path[PATH_BYTES];
};

void reader_copy_abandon(struct reader_copy *copy)
{
	if (!copy)
		return;
	if (copy->to) {
		store_roll_back(copy->to);
		store_close(copy->to);
	}
	(void)unlink(copy->path);
	free(copy->note);
	free(copy);
}

/* Up to the newest checkpoint, if there is one: it may be replaced before the copy is done. */
static enum kakou_err choose_end(struct reader_copy *copy, struct why *why)
{
	int64_t passage = 0;
	enum kakou_err err = store_get_checkpoint(copy->from, 0, INT64_MAX, true,
						  &copy->signed_size, &copy->note, why);

	if (err == KAKOU_E_NOTFOUND) {
		why->text[0] = '\0';
		return store_get_newest(copy->from, &copy->last, &passage, why);
	}
	copy->last = copy->signed_size;
	return err;
}

static enum kakou_err copy_state(struct reader_copy *copy, struct why *why)
{
	char origin[CHAIN_ORIGIN_MAX + 1];
	enum kakou_err err = past_get_origin(copy->from, origin, sizeof(origin), why);

	if (!err)
		err = past_put_origin(copy->to, origin, why);
	return err;
}

/* What stayed of events that were removed, but for those that are there. */
static enum kakou_err copy_nodes(struct reader_copy *copy, struct why *why)
{
	unsigned char hash[TREE_BYTES];
	int64_t index = -1;
	int level = -1;
	enum kakou_err err = KAKOU_OK;

	while (!err) {
		err = store_next_node(copy->from, copy->removed, &level, &index, hash,
				      why);
		if (!err)
			err = store_put_node(copy->to, level, index, hash, why);
	}
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err copy_runs(struct reader_copy *copy, struct why *why)
{
	struct store_run run = {.last = 0};
	enum kakou_err err = KAKOU_OK;

	while (!err) {
		err = store_get_run(copy->from, run.last + 1, &run, why);
		if (!err)
			err = store_put_run(copy->to, &run, why);
	}
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err copy_removed(struct reader_copy *copy, struct why *why)
{
	enum kakou_err err = store_get_removed_to(copy->from, &copy->removed, why);

	if (err || copy->removed == 0)
		return err;
	err = store_put_removed_to(copy->to, copy->removed, why);
	if (!err)
		err = copy_runs(copy, why);
	if (!err)
		err = copy_nodes(copy, why);
	if (!err &&
	    tree_restore(&copy->tree, copy->removed, store_fetch_node, copy->from))
		err = why_set(why, KAKOU_E_INVALID,
			      "the tree of %lld events can't be read",
			      (long long)copy->removed);
	return err;
}

enum kakou_err reader_copy_begin(struct reader_copy **out, struct store *from,
				 const char *path, struct why *why)
{
	struct reader_copy *copy = calloc(1, sizeof(*copy));
	enum kakou_err err;

	if (!copy)
		return why_set(why, KAKOU_E_NOMEM, "%s: no memory", path);
	copy->from = from;
	if (!text_copy(copy->path, sizeof(copy->path), path))
		err = why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes", path,
			      PATH_BYTES - 1);
	else
		err = place_make_file(path, why);
	if (err) {
		free(copy);
		return err;
	}
	err = store_open(&copy->to, path, STORE_COPY, why);
	if (!err)
		err = choose_end(copy, why);
	if (!err)
		err = store_begin(copy->to, why);
	if (!err)
		err = copy_state(copy, why);
	if (!err)
		err = copy_removed(copy, why);
	if (err) {
		reader_copy_abandon(copy);
		return err;
	}
	*out = copy;
	return KAKOU_OK;
}

static enum kakou_err copy_event(struct reader_copy *copy, const struct store_row *row,
				 struct why *why)
{
	enum kakou_err err = store_insert(copy->to, row, why);

	if (!err)
		copy->done = row->seq;
	if (err || row->seq <= copy->removed || row->leaf_len != TREE_BYTES)
		return err; /* what is damaged stays so: verification will say it */
	tree_append(&copy->tree, row->leaf, &copy->made);
	return store_put_nodes(copy->to, &copy->tree, &copy->made, why);
}

/* Those that lie between the events that are copied. */
static enum kakou_err copy_checkpoints(struct reader_copy *copy, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	while (!err) {
		char *note = NULL;

		err = store_get_checkpoint(copy->from, copy->checkpoints_done + 1,
					   copy->done + 1, false, &copy->checkpoints_done,
					   &note, why);
		if (!err)
			err = store_put_checkpoint(copy->to, copy->checkpoints_done, note,
						   why);
		free(note);
	}
	if (err != KAKOU_E_NOTFOUND)
		return err;
	why->text[0] = '\0';
	return KAKOU_OK;
}

static enum kakou_err copy_slice(struct reader_copy *copy, struct why *why)
{
	struct store_query query = {
		.after = copy->done, .before = copy->last + 1, .limit = -1};
	int64_t until_ms = clock_mono_ms() + READER_SLICE_MS;
	struct store_row row;
	enum kakou_err err = store_select(copy->from, &query, why);

	/* One event at least: a slow disk must not stop it for ever. */
	while (!err) {
		err = store_next(copy->from, &row, why);
		if (!err)
			err = copy_event(copy, &row, why);
		if (clock_mono_ms() >= until_ms)
			break;
	}
	store_end_select(copy->from);
	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	return copy_checkpoints(copy, why);
}

static enum kakou_err finish_copy(struct reader_copy *copy, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	if (copy->note)
		err = store_put_checkpoint(copy->to, copy->signed_size, copy->note, why);
	if (!err)
		err = store_commit(copy->to, why);
	if (!err)
		err = place_sync_parent(copy->path, why);
	if (err) {
		reader_copy_abandon(copy);
		return err;
	}
	store_close(copy->to);
	free(copy->note);
	free(copy);
	return KAKOU_OK;
}

enum kakou_err reader_copy_go_on(struct reader_copy *copy, struct why *why)
{
	enum kakou_err err = copy_slice(copy, why);

	if (err) {
		reader_copy_abandon(copy);
		return err;
	}
	return copy->done < copy->last ? KAKOU_E_AGAIN : finish_copy(copy, why);
}
