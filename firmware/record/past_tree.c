/* SPDX-License-Identifier: MIT */
/*
 * What a start needs to know of the tree and its keys.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/record/checkpoint.h"
#include "firmware/record/past.h"

static enum kakou_err restore(struct store *store, int64_t size, struct tree *tree,
			      struct why *why)
{
	enum kakou_err err = tree_restore(tree, size, store_fetch_node, store);

	return err ? why_set(why, err == KAKOU_E_NOTFOUND ? KAKOU_E_INVALID : err,
			     "the tree of %lld events can't be read", (long long)size)
		   : KAKOU_OK;
}

/* A checkpoint with the id of our key has to be ours; of an earlier key nothing is known. */
static enum kakou_err check_signature(const char *note,
				      const struct checkpoint *checkpoint,
				      struct sign_key *key, struct why *why)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	char name[CHECKPOINT_NAME_MAX + 1];
	struct sign_public *public = NULL;
	enum kakou_err err;

	if (!key)
		return KAKOU_OK;
	sign_key_get_public(key, der);
	err = sign_public_take(&public, der, sizeof(der), why);
	if (err)
		return err;
	checkpoint_name_key(checkpoint->origin, name);
	err = checkpoint_verify(note, strlen(note), name, public);
	sign_public_destroy(public);
	if (err == KAKOU_E_REFUSED)
		return why_set(why, KAKOU_E_INVALID,
			       "the checkpoint of %lld events has a wrong signature",
			       (long long)checkpoint->size);
	return KAKOU_OK;
}

static enum kakou_err check_root(struct store *store, const struct audit *tail,
				 const struct checkpoint *checkpoint, struct why *why)
{
	unsigned char root[TREE_BYTES];
	struct tree tree;
	enum kakou_err err;

	if (checkpoint->size > tail->seq)
		return why_set(why, KAKOU_E_INVALID,
			       "events %lld to %lld are missing: the newest checkpoint "
			       "counts them",
			       (long long)tail->seq + 1, (long long)checkpoint->size);
	err = restore(store, checkpoint->size, &tree, why);
	if (err)
		return err;
	tree_root(&tree, root);
	if (memcmp(root, checkpoint->root, TREE_BYTES))
		return why_set(why, KAKOU_E_INVALID,
			       "the tree of %lld events is not that of its checkpoint",
			       (long long)checkpoint->size);
	return KAKOU_OK;
}

enum kakou_err past_check_tree(struct store *store, const struct audit *tail,
			       struct sign_key *key, struct tree *tree,
			       int64_t *signed_size, struct why *why)
{
	struct checkpoint checkpoint;
	char *note = NULL;
	enum kakou_err err = restore(store, tail->seq, tree, why);

	*signed_size = 0;
	if (err)
		return err;
	err = store_get_checkpoint(store, 0, INT64_MAX, true, signed_size, &note, why);
	if (err)
		return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
	err = checkpoint_read(note, strlen(note), &checkpoint, why);
	if (!err && checkpoint.size != *signed_size)
		err = why_set(why, KAKOU_E_INVALID,
			      "the checkpoint of %lld events says %lld",
			      (long long)*signed_size, (long long)checkpoint.size);
	if (!err)
		err = check_root(store, tail, &checkpoint, why);
	if (!err)
		err = check_signature(note, &checkpoint, key, why);
	free(note);
	return err;
}

enum kakou_err past_find_key(struct store *store, const char *public_key, bool *is_known,
			     struct why *why)
{
	const struct store_query query = {
		.limit = 1,
		.newest_first = true,
		.kind = event_kind_name(EVENT_SIGNING_KEY),
	};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	*is_known = false;
	if (!err)
		err = store_next(store, &row, why);
	if (!err)
		*is_known = memmem(row.bytes, row.len, public_key, strlen(public_key));
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}
