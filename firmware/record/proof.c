/* SPDX-License-Identifier: MIT */
/*
 * Proofs from a store.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/record/proof.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/record/evidence.h"
#include "firmware/record/proof_print.h"

enum kakou_err proof_get_newest(struct store *store, int64_t at_least, int64_t *size,
				char **note, struct why *why)
{
	enum kakou_err err =
		store_get_checkpoint(store, at_least, INT64_MAX, true, size, note, why);

	if (err == KAKOU_E_NOTFOUND)
		return why_set(why, err, "no signed checkpoint of %lld events or more",
			       (long long)at_least);
	return err;
}

static enum kakou_err explain_tree(struct why *why, enum kakou_err err)
{
	return err ? why_set(why, err, "the tree can't be read: %s", kakou_err_name(err))
		   : KAKOU_OK;
}

static enum kakou_err print_checkpoint(struct store *store, FILE *to, struct why *why)
{
	char *note = NULL;
	int64_t size = 0;
	enum kakou_err err = proof_get_newest(store, 0, &size, &note, why);

	if (err)
		return err;
	fputs("{\"checkpoint\":", to);
	proof_print_text(to, note);
	fprintf(to, ",\"size\":%lld}", (long long)size);
	free(note);
	return KAKOU_OK;
}

static enum kakou_err print_event(struct store *store, int64_t seq, FILE *to,
				  struct why *why)
{
	const struct store_query query = {
		.after = seq - 1, .before = seq + 1, .limit = 1};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	if (!err)
		err = store_next(store, &row, why);
	if (!err)
		fwrite(row.bytes, 1, row.len, to);
	store_end_select(store);
	if (err == KAKOU_E_NOTFOUND)
		return why_set(why, err, "no event %lld", (long long)seq);
	return err;
}

static enum kakou_err print_inclusion(struct store *store, int64_t seq, FILE *to,
				      struct why *why)
{
	struct tree_proof proof;
	char *note = NULL;
	int64_t size = 0;
	enum kakou_err err = proof_get_newest(store, seq, &size, &note, why);

	if (err)
		return err;
	fputs("{\"checkpoint\":", to);
	proof_print_text(to, note);
	free(note);
	fputs(",\"event\":", to);
	err = print_event(store, seq, to, why);
	if (!err)
		err = explain_tree(why,
				   tree_prove_inclusion(seq - 1, size, store_fetch_node,
							store, &proof));
	if (err)
		return err;
	fputs(",\"format\":\"" PROOF_INCLUSION "\",\"path\":", to);
	proof_print_path(to, &proof);
	fprintf(to, ",\"seq\":%lld}", (long long)seq);
	return KAKOU_OK;
}

static enum kakou_err print_consistency(struct store *store, int64_t from,
					int64_t to_size, FILE *to, struct why *why)
{
	struct tree_proof proof;
	char *old = NULL;
	char *new = NULL;
	int64_t old_size = 0;
	int64_t size = to_size;
	enum kakou_err err = to_size ? store_get_checkpoint(store, to_size, to_size + 1,
							    true, &size, &new, why)
				     : proof_get_newest(store, from, &size, &new, why);

	if (err)
		return err;
	err = store_get_checkpoint(store, from, from + 1, true, &old_size, &old, why);
	if (err == KAKOU_E_NOTFOUND)
		err = KAKOU_OK;
	if (!err)
		err = explain_tree(why,
				   tree_prove_consistency(from, size, store_fetch_node,
							  store, &proof));
	if (!err) {
		fputs("{\"format\":\"" PROOF_CONSISTENCY "\",\"new\":", to);
		proof_print_text(to, new);
		fputs(",\"old\":", to);
		proof_print_text(to, old ? old : "");
		fprintf(to, ",\"old_size\":%lld,\"path\":", (long long)from);
		proof_print_path(to, &proof);
		fputc('}', to);
	}
	free(old);
	free(new);
	return err;
}

/* Of events that are there, whether a checkpoint covers them or not. */
static enum kakou_err print_root(struct store *store, int64_t size, FILE *to,
				 struct why *why)
{
	unsigned char root[TREE_BYTES];
	struct tree tree;
	int64_t newest = 0;
	int64_t passage = 0;
	enum kakou_err err = store_get_newest(store, &newest, &passage, why);

	if (!err && size > newest)
		err = why_set(why, KAKOU_E_NOTFOUND, "no event %lld", (long long)size);
	if (!err)
		err = explain_tree(why,
				   tree_restore(&tree, size, store_fetch_node, store));
	if (err)
		return err;
	tree_root(&tree, root);
	fputs("{\"root\":\"", to);
	proof_print_hash(to, root);
	fprintf(to, "\",\"size\":%lld}", (long long)size);
	return KAKOU_OK;
}

/* What ties events to the newest checkpoint; the events themselves are read elsewhere. */
static enum kakou_err print_range(struct store *store, int64_t first, int64_t last,
				  FILE *to, struct why *why)
{
	char *note = NULL;
	int64_t size = 0, removed = 0;
	enum kakou_err err =
		proof_get_newest(store, last > first ? last : first, &size, &note, why);

	if (!err)
		err = store_get_removed_to(store, &removed, why);
	if (!err && first <= removed)
		err = why_set(why, KAKOU_E_NOTFOUND, "event %lld is removed",
			      (long long)first);
	if (!err)
		err = proof_print_head(store, PROOF_LINES, first, last > 0 ? last : size,
				       size, note, to, why);
	free(note);
	return err;
}

static enum kakou_err print_proof(struct store *store, enum journal_proof what,
				  int64_t first, int64_t second, FILE *to,
				  struct why *why)
{
	bool has_order = first > 0 && (second == 0 || first <= second);

	if (what == JOURNAL_CHECKPOINT)
		return print_checkpoint(store, to, why);
	if (!has_order)
		return why_set(
			why, KAKOU_E_INVALID,
			"got %lld and %lld, expected numbers from 1 on, the smaller "
			"first",
			(long long)first, (long long)second);
	if (what == JOURNAL_ROOT)
		return print_root(store, first, to, why);
	if (what == JOURNAL_RANGE)
		return print_range(store, first, second, to, why);
	return what == JOURNAL_INCLUSION
		       ? print_inclusion(store, first, to, why)
		       : print_consistency(store, first, second, to, why);
}

enum kakou_err proof_make(struct store *store, enum journal_proof what, int64_t first,
			  int64_t second, char **json, struct why *why)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	enum kakou_err err;

	if (!to)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a proof");
	err = print_proof(store, what, first, second, to, why);
	if (fclose(to) && !err)
		err = why_set(why, KAKOU_E_NOMEM, "no memory for a proof");
	if (err) {
		free(text);
		return err;
	}
	*json = text;
	return KAKOU_OK;
}

enum kakou_err proof_make_from_file(const char *path, enum journal_proof what,
				    int64_t first, int64_t second, char **json,
				    struct why *why)
{
	struct evidence evidence;
	enum kakou_err err = evidence_take(&evidence, path, why);

	if (err)
		return err;
	err = proof_make(evidence.store, what, first, second, json, why);
	evidence_close(&evidence);
	return err;
}
