/* SPDX-License-Identifier: MIT */
/*
 * Verification of what left the gate: an export, one event, the growth of a record, a
 * checkpoint. Nothing is believed but the public keys.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/record/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/canonical.h"
#include "firmware/record/csv.h"
#include "firmware/record/proof.h"
#include "firmware/record/verify_inside.h"

enum { HEX_CHARS = 2 * TREE_BYTES };

/* ---- members -------------------------------------------------------------------------- */

const char *verify_get_text(const json_t *from, const char *key)
{
	const char *text = json_string_value(json_object_get(from, key));

	return text ? text : "";
}

int64_t verify_get_number(const json_t *from, const char *key)
{
	return json_integer_value(json_object_get(from, key));
}

static bool read_hash(const char *hex, unsigned char out[TREE_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	if (!hex || strlen(hex) != HEX_CHARS)
		return false;
	for (int i = 0; i < TREE_BYTES; i++) {
		const char *high = strchr(digits, hex[2 * i]);
		const char *low = strchr(digits, hex[2 * i + 1]);

		if (!high || !low)
			return false;
		out[i] = (unsigned char)((high - digits) << 4 | (low - digits));
	}
	return true;
}

bool verify_read_path(const json_t *from, const char *key, struct tree_proof *out)
{
	const json_t *path = json_object_get(from, key);
	size_t count = json_array_size(path);

	out->count = 0;
	if (!json_is_array(path) || count > TREE_PROOF_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!read_hash(json_string_value(json_array_get(path, i)),
			       out->hashes[out->count++]))
			return false;
	return true;
}

enum kakou_err verify_complain(struct why *why, const char *key)
{
	return why_set(why, KAKOU_E_INVALID, "\"%s\" is missing or not in its form", key);
}

/* A checkpoint in it, and who signed it. */
enum kakou_err verify_read_checkpoint(const char *note, const struct journal_trust *trust,
				      struct checkpoint *out, struct why *why)
{
	char name[CHECKPOINT_NAME_MAX + 1];
	enum kakou_err err = checkpoint_read(note, strlen(note), out, why);

	if (err)
		return err;
	checkpoint_name_key(out->origin, name);
	return witness_check_signature(trust, note, name, out, why);
}

/* ---- one event, growth, a checkpoint -------------------------------------------------- */

static enum kakou_err check_inclusion(const json_t *file,
				      const struct journal_trust *trust,
				      struct journal_verdict *out, struct why *why)
{
	unsigned char leaf[TREE_BYTES];
	struct checkpoint checkpoint;
	struct canonical_head head;
	struct tree_proof path;
	char bytes[CANONICAL_MAX];
	size_t len = json_dumpb(json_object_get(file, "event"), bytes, sizeof(bytes),
				JSON_COMPACT | JSON_SORT_KEYS);
	enum kakou_err err = verify_read_checkpoint(verify_get_text(file, "checkpoint"),
						    trust, &checkpoint, why);

	out->what = "event";
	if (err)
		return err;
	out->signed_size = checkpoint.size;
	out->events = 1;
	memcpy(out->root, checkpoint.root, sizeof(out->root));
	if (len == 0 || len > sizeof(bytes) || canonical_read(bytes, len, &head))
		return verify_complain(why, "event");
	if (!verify_read_path(file, "path", &path))
		return verify_complain(why, "path");
	if (head.seq != verify_get_number(file, "seq"))
		return why_set(why, KAKOU_E_INVALID, "the event is number %lld, not %lld",
			       (long long)head.seq,
			       (long long)verify_get_number(file, "seq"));
	out->first_bad = head.seq;
	chain_hash_leaf(bytes, len, leaf);
	if (tree_check_inclusion(head.seq - 1, checkpoint.size, leaf, &path,
				 checkpoint.root))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: is not under the checkpoint of %lld events",
			       (long long)head.seq, (long long)checkpoint.size);
	out->first_bad = 0;
	return KAKOU_OK;
}

/* The old checkpoint is one that was kept, or the one in the file. */
static enum kakou_err check_consistency(const json_t *file,
					const struct journal_trust *trust,
					struct journal_verdict *out, struct why *why)
{
	const char *note = trust && trust->held_count > 0 ? trust->held[0]
							  : verify_get_text(file, "old");
	struct checkpoint old;
	struct checkpoint new;
	struct tree_proof path;
	enum kakou_err err =
		verify_read_checkpoint(verify_get_text(file, "new"), trust, &new, why);

	out->what = "growth";
	if (!err && !note[0])
		err = why_set(
			why, KAKOU_E_INVALID,
			"the older checkpoint is not in the file: expected a kept one");
	if (!err)
		err = verify_read_checkpoint(note, trust, &old, why);
	if (err)
		return err;
	out->signed_size = new.size;
	out->events = new.size - old.size;
	memcpy(out->root, new.root, sizeof(out->root));
	if (strcmp(old.origin, new.origin))
		return why_set(why, KAKOU_E_INVALID,
			       "the checkpoints are of '%s' and '%s'", old.origin,
			       new.origin);
	if (!verify_read_path(file, "path", &path))
		return verify_complain(why, "path");
	if (tree_check_consistency(old.size, new.size, old.root, &path, new.root))
		return why_set(why, KAKOU_E_INVALID,
			       "the record of %lld events is not a beginning of that of "
			       "%lld",
			       (long long)old.size, (long long)new.size);
	return KAKOU_OK;
}

enum kakou_err verify_checkpoint(const char *note, const struct journal_trust *trust,
				 struct journal_verdict *out, struct why *why)
{
	struct checkpoint checkpoint;
	struct why found = {""};
	enum kakou_err err = verify_read_checkpoint(note, trust, &checkpoint, &found);

	out->what = "checkpoint";
	if (!err) {
		out->signed_size = checkpoint.size;
		out->checkpoints = 1;
		memcpy(out->root, checkpoint.root, sizeof(out->root));
	}
	if (!verify_is_finding(err))
		return err ? why_set(why, err, "%s", found.text) : KAKOU_OK;
	verify_note(out, &found);
	return KAKOU_OK;
}

/* ---- files ---------------------------------------------------------------------------- */

static enum kakou_err check_file(FILE *from, const struct journal_trust *trust,
				 struct journal_verdict *out, struct why *why)
{
	enum kakou_err err = KAKOU_E_INVALID;
	json_t *head = NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t len = getline(&line, &size, from);
	bool is_csv = len > 0 && !strcmp(line, CSV_COLUMNS);
	const char *format;

	if (is_csv)
		head = verify_read_csv_head(from);
	else if (len > 0 && len <= VERIFY_HEAD_MAX)
		head = json_loadb(line, (size_t)len, VERIFY_LOAD_FLAGS, NULL);
	format = verify_get_text(head, "format");
	if (!strcmp(format, is_csv ? PROOF_EXPORT_CSV : PROOF_EXPORT))
		err = verify_export(head, is_csv, from, trust, out, why);
	else if (is_csv)
		why_set(why, err, "its second row is not the head of an export");
	else if (!strcmp(format, PROOF_INCLUSION))
		err = check_inclusion(head, trust, out, why);
	else if (!strcmp(format, PROOF_CONSISTENCY))
		err = check_consistency(head, trust, out, why);
	else
		why_set(why, err, "its first line is neither a proof nor an export");
	json_decref(head);
	free(line);
	return err;
}

enum kakou_err verify_text(const char *file, const struct journal_trust *trust,
			   struct journal_verdict *out, struct why *why)
{
	FILE *from = fopen(file, "re");
	struct why found = {""};
	enum kakou_err err;

	if (!from)
		return why_set(why, KAKOU_E_IO, "%s: can't open: %s", file,
			       strerror(errno));
	err = check_file(from, trust, out, &found);
	fclose(from);
	if (err && !verify_is_finding(err))
		return why_set(why, err, "%s: %s", file, found.text);
	if (err)
		verify_note(out, &found);
	return KAKOU_OK;
}

/* What a file is shows in its first bytes. */
enum kakou_err journal_verify(const char *path, const struct journal_trust *trust,
			      struct journal_verdict *out, struct why *why)
{
	struct checkpoint checkpoint;
	struct evidence evidence;
	struct why ignored;
	char text[CHECKPOINT_NOTE_MAX];
	size_t len = 0;
	enum kakou_err err = evidence_find(&evidence, path, why);
	FILE *from;

	memset(out, 0, sizeof(*out));
	out->is_whole = true;
	out->what = "record";
	if (err)
		return err;
	from = fopen(evidence.file, "re");
	if (from) {
		len = fread(text, 1, sizeof(text) - 1, from);
		fclose(from);
	}
	text[len] = '\0';
	if (text[0] == '{' || !strncmp(text, CSV_COLUMNS, strlen("seq,")))
		return verify_text(evidence.file, trust, out, why);
	if (!checkpoint_read(text, len, &checkpoint, &ignored))
		return verify_checkpoint(text, trust, out, why);
	return verify_journal(&evidence, trust, out, why);
}
