/* SPDX-License-Identifier: MIT */
/*
 * Verification of exports, as lines and as CSV.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/canonical.h"
#include "firmware/record/csv.h"
#include "firmware/record/proof.h"
#include "firmware/record/verify_inside.h"

/* The tree before the first event, from its subtrees. */
static bool take_peaks(struct tree *tree, int64_t size, const struct tree_proof *peaks)
{
	int next = 0;

	tree_begin(tree);
	if (size < 0 || size >= INT64_C(1) << (TREE_LEVELS - 1))
		return false;
	tree->size = size;
	for (int level = TREE_LEVELS - 1; level >= 0; level--) {
		if (!(size >> level & 1))
			continue;
		if (next == peaks->count)
			return false;
		memcpy(tree->peaks[level], peaks->hashes[next++], TREE_BYTES);
	}
	return next == peaks->count;
}

/* A row says what its event says, to the byte. */
static bool row_is_of(const char *row, size_t row_len, const struct canonical_head *head,
		      const char *bytes, size_t len)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	bool is_same;

	if (!to)
		return false;
	if (head)
		csv_print_event(to, head, bytes, len);
	else
		csv_print_head(to, bytes, len);
	is_same = !fclose(to) && size == row_len && !memcmp(text, row, size);
	free(text);
	return is_same;
}

static enum kakou_err check_event(struct witness *witness, const char *bytes, size_t len,
				  struct why *why)
{
	unsigned char leaf[TREE_BYTES];
	struct canonical_head head;
	int64_t seq = witness->tree.size + 1;

	if (canonical_read(bytes, len, &head))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: its line is not a canonical event",
			       (long long)seq);
	if (head.seq != seq)
		return why_set(why, KAKOU_E_INVALID, "event %lld: missing, %lld follows",
			       (long long)seq, (long long)head.seq);
	chain_hash_leaf(bytes, len, leaf);
	return witness_append(witness, leaf, why);
}

static enum kakou_err check_row(struct witness *witness, const char *row, size_t row_len,
				struct why *why)
{
	struct canonical_head head;
	char bytes[CANONICAL_MAX];
	int64_t seq = witness->tree.size + 1;
	size_t len = 0;

	if (!csv_read_event(row, row_len, bytes, sizeof(bytes), &len))
		return why_set(why, KAKOU_E_INVALID, "event %lld: its row has no event",
			       (long long)seq);
	if (!canonical_read(bytes, len, &head) &&
	    !row_is_of(row, row_len, &head, bytes, len))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: its row says other things than its event",
			       (long long)seq);
	return check_event(witness, bytes, len, why);
}

static enum kakou_err check_line(struct witness *witness, bool is_csv, const char *line,
				 ssize_t len, struct why *why)
{
	if (is_csv)
		return check_row(witness, line, (size_t)len, why);
	if (len > 0 && line[len - 1] == '\n')
		len--;
	return check_event(witness, line, (size_t)len, why);
}

static enum kakou_err check_lines(struct witness *witness, bool is_csv, FILE *from,
				  struct journal_verdict *out, struct why *why)
{
	enum kakou_err err = KAKOU_OK;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while (!err && (len = getline(&line, &size, from)) >= 0) {
		out->events++;
		err = check_line(witness, is_csv, line, len, why);
		if (err)
			out->first_bad = witness->tree.size + 1;
	}
	if (!err && ferror(from))
		err = why_set(why, KAKOU_E_IO, "can't be read: %s", strerror(errno));
	free(line);
	return err;
}

static enum kakou_err check_growth(const struct witness *witness, const json_t *head,
				   const struct checkpoint *checkpoint, struct why *why)
{
	unsigned char root[TREE_BYTES];
	struct tree_proof growth;

	if (witness->tree.size != verify_get_number(head, "last"))
		return why_set(why, KAKOU_E_INVALID,
			       "events %lld to %lld are missing: its first line counts "
			       "them",
			       (long long)witness->tree.size + 1,
			       (long long)verify_get_number(head, "last"));
	if (!verify_read_path(head, "consistency", &growth))
		return verify_complain(why, "consistency");
	tree_root(&witness->tree, root);
	if (tree_check_consistency(witness->tree.size, checkpoint->size, root, &growth,
				   checkpoint->root))
		return why_set(why, KAKOU_E_INVALID,
			       "its events are not those under its checkpoint of %lld",
			       (long long)checkpoint->size);
	return KAKOU_OK;
}

enum kakou_err verify_export(const json_t *head, bool is_csv, FILE *from,
			     const struct journal_trust *trust,
			     struct journal_verdict *out, struct why *why)
{
	struct witness *witness = calloc(1, sizeof(*witness));
	struct checkpoint checkpoint;
	struct tree_proof peaks;
	enum kakou_err err = verify_read_checkpoint(verify_get_text(head, "checkpoint"),
						    trust, &checkpoint, why);

	out->what = "export";
	if (!witness)
		return why_set(why, KAKOU_E_NOMEM, "no memory to verify");
	if (!err && strcmp(verify_get_text(head, "origin"), checkpoint.origin))
		err = why_set(why, KAKOU_E_INVALID, "its checkpoint is of '%s'",
			      checkpoint.origin);
	if (!err)
		err = witness_begin(witness, checkpoint.origin, trust, why);
	if (!err &&
	    (!verify_read_path(head, "before", &peaks) ||
	     !take_peaks(&witness->tree, verify_get_number(head, "first") - 1, &peaks)))
		err = verify_complain(why, "before");
	if (!err)
		err = check_lines(witness, is_csv, from, out, why);
	if (!err) {
		err = check_growth(witness, head, &checkpoint, why);
		out->checkpoints = 1;
		out->signed_size = checkpoint.size;
	}
	if (!err) /* of what it counts beyond this file nothing is known */
		err = witness_end(witness, why);
	tree_root(&witness->tree, out->root);
	free(witness);
	return err;
}

json_t *verify_read_csv_head(FILE *from)
{
	char *row = NULL;
	char *text = malloc(VERIFY_HEAD_MAX);
	size_t size = 0, len = 0;
	ssize_t row_len = getline(&row, &size, from);
	json_t *head = NULL;

	if (text && row_len > 0 && row_len <= VERIFY_HEAD_MAX &&
	    csv_read_event(row, (size_t)row_len, text, VERIFY_HEAD_MAX, &len) &&
	    row_is_of(row, (size_t)row_len, NULL, text, len))
		head = json_loadb(text, len, VERIFY_LOAD_FLAGS, NULL);
	free(text);
	free(row);
	return head;
}
