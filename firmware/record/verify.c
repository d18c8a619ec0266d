/* SPDX-License-Identifier: MIT */
/*
 * Verification of a stopped journal or a copy.
 *
 * Layer: firmware. Blocks on the disk for as long as the journal is long.
 */
#include "firmware/record/verify.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/record/audit.h"
#include "firmware/record/past.h"
#include "firmware/record/verify_removed.h"
#include "firmware/record/witness.h"
#include "firmware/record/writer.h"
#include "hal/text.h"

void verify_note(struct journal_verdict *out, const struct why *why)
{
	out->is_whole = false;
	if (!out->finding[0])
		text_copy(out->finding, sizeof(out->finding), why->text);
}

bool verify_is_finding(enum kakou_err err)
{
	return err == KAKOU_E_INVALID || err == KAKOU_E_NOTFOUND;
}

/* A journal that is being looked at. */
struct look {
	struct store *store;
	struct audit audit;
	struct witness witness;
	struct verify_removed removed;
	struct journal_verdict *out;
	int64_t next_size; /* of the next checkpoint in it; INT64_MAX = no more */
	char *next_note;
};

static enum kakou_err read_next_checkpoint(struct look *look, struct why *why)
{
	int64_t after = look->next_note ? look->next_size + 1 : INT64_MIN;
	enum kakou_err err;

	free(look->next_note);
	look->next_note = NULL;
	err = store_get_checkpoint(look->store, after, INT64_MAX, false, &look->next_size,
				   &look->next_note, why);
	if (err == KAKOU_E_NOTFOUND)
		look->next_size = INT64_MAX;
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err check_checkpoints(struct look *look, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	while (!err && look->next_size <= look->witness.tree.size) {
		err = witness_check(&look->witness, look->next_note, why);
		look->out->checkpoints++;
		look->out->signed_size = look->next_size;
		if (!err)
			err = read_next_checkpoint(look, why);
	}
	return err;
}

/* The stored nodes that the last event completed. */
static enum kakou_err check_nodes(const struct look *look, struct why *why)
{
	const struct witness *witness = &look->witness;
	unsigned char node[TREE_BYTES];
	enum kakou_err err = KAKOU_OK;

	/* Those of removed events were looked at before. */
	if (!store_has_tree(look->store) || witness->tree.size <= look->removed.to)
		return KAKOU_OK;
	for (int level = STORE_TREE_STEP; level < witness->made.count && !err;
	     level += STORE_TREE_STEP) {
		int64_t index = (witness->tree.size >> level) - 1;

		err = store_get_node(look->store, level, index, node, why);
		if (!err && memcmp(node, witness->made.nodes[level], TREE_BYTES))
			err = why_set(why, KAKOU_E_INVALID,
				      "event %lld: the tree above it is of other events",
				      (long long)witness->tree.size);
	}
	return err;
}

static enum kakou_err check_row(struct look *look, const struct store_row *row,
				struct why *why)
{
	enum kakou_err err =
		row->seq == look->audit.seq + 1
			? KAKOU_OK
			: verify_removed_step(look->store, &look->removed, &look->audit,
					      &look->witness, why);

	if (!err)
		err = audit_row(&look->audit, row, why);
	if (err) {
		look->out->first_bad = look->audit.seq + 1;
		return err;
	}
	verify_removed_note(&look->removed, row);
	if (look->witness.trust && look->witness.trust->on_event)
		look->witness.trust->on_event(look->witness.trust->arg, row->bytes,
					      row->len);
	err = witness_append(&look->witness, row->leaf, why);
	if (!err)
		err = check_nodes(look, why);
	if (!err)
		err = check_checkpoints(look, why);
	return err;
}

/* Every row from the very first: numbers below 1 are none of ours. */
static enum kakou_err walk(struct look *look, struct why *why)
{
	struct store_query query = {.after = INT64_MIN, .limit = -1};
	struct store_row row;
	enum kakou_err err = store_select(look->store, &query, why);

	while (!err) {
		err = store_next(look->store, &row, why);
		if (err)
			break;
		look->out->events++;
		err = check_row(look, &row, why);
	}
	store_end_select(look->store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err say_missing(const struct look *look, int64_t size, struct why *why)
{
	int64_t newest = 0;
	char *note = NULL;
	enum kakou_err err = store_get_checkpoint(look->store, size, INT64_MAX, true,
						  &newest, &note, why);

	free(note);
	if (err)
		return err;
	return why_set(why, KAKOU_E_INVALID,
		       "events %lld to %lld are missing: a checkpoint counts them",
		       (long long)size + 1, (long long)newest);
}

/* Nothing may be missing before the newest checkpoint. Beyond it may be one group, whose signature
 * follows its commit without a sync, and what starts that were cut off said of it. */
static enum kakou_err check_end(const struct look *look, struct why *why)
{
	const struct journal_trust *trust = look->witness.trust;
	int64_t size = look->witness.tree.size;
	bool must_be_signed =
		look->out->checkpoints > 0 || (trust && trust->key_count > 0);
	int64_t beyond = must_be_signed ? size - look->out->signed_size : 0;

	if (look->next_size != INT64_MAX)
		return say_missing(look, size, why);
	if (look->out->signed_size > 0)
		look->out->unsigned_events = beyond;
	if (beyond > WRITER_UNSIGNED || (beyond > 0 && look->out->signed_size == 0))
		return why_set(why, KAKOU_E_INVALID,
			       "events %lld to %lld are under no signed checkpoint",
			       (long long)look->out->signed_size + 1, (long long)size);
	return witness_end(&look->witness, why);
}

static enum kakou_err walk_all(struct look *look, const char *origin, struct why *why)
{
	enum kakou_err err;

	audit_begin(&look->audit, origin);
	err = store_get_removed_to(look->store, &look->removed.to, why);
	if (!err)
		err = verify_removed_tree(look->store, look->removed.to,
					  &look->removed.kept, why);
	look->out->removed_to = look->removed.to;
	look->out->kept = look->removed.kept;
	if (!err)
		err = read_next_checkpoint(look, why);
	if (!err)
		err = check_checkpoints(look, why);
	if (!err)
		err = walk(look, why);
	if (!err)
		err = check_end(look, why);
	if (!err)
		err = verify_removed_end(&look->removed, why);
	memcpy(look->out->head, look->audit.chain, sizeof(look->out->head));
	tree_root(&look->witness.tree, look->out->root);
	free(look->next_note);
	return err;
}

static enum kakou_err verify(struct store *store, const struct journal_trust *trust,
			     struct journal_verdict *out, struct why *why)
{
	struct look *look = calloc(1, sizeof(*look));
	char origin[CHAIN_ORIGIN_MAX + 1];
	enum kakou_err err;

	if (!look)
		return why_set(why, KAKOU_E_NOMEM, "no memory to verify");
	look->store = store;
	look->out = out;
	err = store_check_pages(store, why);
	if (verify_is_finding(err))
		verify_note(out, why);
	else if (err)
		goto release;
	err = past_get_origin(store, origin, sizeof(origin), why);
	if (!err)
		err = witness_begin(&look->witness, origin, trust, why);
	if (!err)
		err = walk_all(look, origin, why);
	if (verify_is_finding(err)) {
		verify_note(out, why);
		err = KAKOU_OK;
	}
release:
	free(look);
	return err;
}

enum kakou_err verify_journal(struct evidence *evidence,
			      const struct journal_trust *trust,
			      struct journal_verdict *out, struct why *why)
{
	struct why found = {""};
	enum kakou_err err = evidence_hold(evidence, why);

	if (err)
		return err;
	err = evidence_open(evidence, &found);
	if (!err)
		err = verify(evidence->store, trust, out, &found);
	else if (verify_is_finding(err))
		verify_note(out, &found);
	evidence_close(evidence);
	if (err && !verify_is_finding(err))
		return why_set(why, err, "%s", found.text);
	return KAKOU_OK;
}
