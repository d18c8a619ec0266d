/* SPDX-License-Identifier: MIT */
/*
 * The tree against its checkpoints.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/record/witness.h"

#include <string.h>

#include "hal/text.h"

enum kakou_err witness_check_signature(const struct journal_trust *trust,
				       const char *note, const char *name,
				       const struct checkpoint *of, struct why *why)
{
	enum kakou_err found = KAKOU_E_NOTFOUND;

	if (!trust || trust->key_count == 0)
		return KAKOU_OK;
	for (size_t i = 0; i < trust->key_count && found == KAKOU_E_NOTFOUND; i++)
		found = checkpoint_verify(note, strlen(note), name, trust->keys[i]);
	if (!found)
		return KAKOU_OK;
	return why_set(why, KAKOU_E_INVALID, "checkpoint of %lld events: %s",
		       (long long)of->size,
		       found == KAKOU_E_REFUSED ? "its signature is wrong"
						: "no given key signed it");
}

/* What a checkpoint says of itself. */
static enum kakou_err check_note(const struct witness *witness, const char *note,
				 struct checkpoint *out, struct why *why)
{
	enum kakou_err err = checkpoint_read(note, strlen(note), out, why);

	if (err)
		return err;
	if (strcmp(out->origin, witness->origin))
		return why_set(why, KAKOU_E_INVALID,
			       "checkpoint of %lld events: is of '%s', expected '%s'",
			       (long long)out->size, out->origin, witness->origin);
	return witness_check_signature(witness->trust, note, witness->name, out, why);
}

static enum kakou_err compare(const struct witness *witness,
			      const struct checkpoint *checkpoint, const char *which,
			      struct why *why)
{
	unsigned char root[TREE_BYTES];

	tree_root(&witness->tree, root);
	if (!memcmp(root, checkpoint->root, TREE_BYTES))
		return KAKOU_OK;
	return why_set(why, KAKOU_E_INVALID,
		       "%scheckpoint of %lld events: has another root than the events",
		       which, (long long)checkpoint->size);
}

static enum kakou_err check_held(const struct witness *witness, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < witness->held_count && !err; i++)
		if (witness->held[i].size == witness->tree.size)
			err = compare(witness, &witness->held[i], "kept ", why);
	return err;
}

enum kakou_err witness_begin(struct witness *witness, const char *origin,
			     const struct journal_trust *trust, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	memset(witness, 0, sizeof(*witness));
	witness->trust = trust;
	text_copy(witness->origin, sizeof(witness->origin), origin);
	checkpoint_name_key(witness->origin, witness->name);
	tree_begin(&witness->tree);
	for (size_t i = 0; trust && i < trust->held_count && !err; i++)
		err = check_note(witness, trust->held[i],
				 &witness->held[witness->held_count++], why);
	return err ? err : check_held(witness, why);
}

enum kakou_err witness_append(struct witness *witness,
			      const unsigned char leaf[TREE_BYTES], struct why *why)
{
	tree_append(&witness->tree, leaf, &witness->made);
	return check_held(witness, why);
}

/* Of what it counts only its end may have stayed. */
static enum kakou_err compare_removed(struct witness *witness,
				      const struct checkpoint *held, tree_fetch *fetch,
				      void *arg, struct why *why)
{
	enum kakou_err err = tree_restore(&witness->tree, held->size, fetch, arg);

	if (err == KAKOU_E_NOTFOUND)
		return why_set(why, KAKOU_E_INVALID,
			       "kept checkpoint of %lld events: can't be compared, what "
			       "it counts was removed",
			       (long long)held->size);
	return err ? why_set(why, err, "the tree can't be read: %s", kakou_err_name(err))
		   : compare(witness, held, "kept ", why);
}

enum kakou_err witness_skip(struct witness *witness, int64_t size, tree_fetch *fetch,
			    void *arg, struct why *why)
{
	int64_t from = witness->tree.size;
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < witness->held_count && !err; i++)
		if (witness->held[i].size > from && witness->held[i].size <= size)
			err = compare_removed(witness, &witness->held[i], fetch, arg,
					      why);
	if (err)
		return err;
	err = tree_restore(&witness->tree, size, fetch, arg);
	return err ? why_set(why, err == KAKOU_E_NOTFOUND ? KAKOU_E_INVALID : err,
			     "the tree of %lld events can't be read", (long long)size)
		   : KAKOU_OK;
}

enum kakou_err witness_check(const struct witness *witness, const char *note,
			     struct why *why)
{
	struct checkpoint checkpoint;
	enum kakou_err err = check_note(witness, note, &checkpoint, why);

	if (err)
		return err;
	if (checkpoint.size != witness->tree.size)
		return why_set(why, KAKOU_E_INVALID,
			       "checkpoint of %lld events: says %lld",
			       (long long)witness->tree.size, (long long)checkpoint.size);
	return compare(witness, &checkpoint, "", why);
}

enum kakou_err witness_end(const struct witness *witness, struct why *why)
{
	for (size_t i = 0; i < witness->held_count; i++)
		if (witness->held[i].size > witness->tree.size)
			return why_set(
				why, KAKOU_E_INVALID,
				"events %lld to %lld are missing: a kept checkpoint "
				"counts them",
				(long long)witness->tree.size + 1,
				(long long)witness->held[i].size);
	return KAKOU_OK;
}
