/* SPDX-License-Identifier: MIT */
/*
 * Exports.
 *
 * Layer: firmware. Blocks on the disk for as long as the record is long.
 */
#include "firmware/record/proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/record/csv.h"
#include "firmware/record/evidence.h"
#include "firmware/record/past.h"
#include "firmware/record/proof_print.h"

/* ---- words ---------------------------------------------------------------------------- */

void proof_print_text(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", to);
		else if ((unsigned char)*text < 0x20)
			fprintf(to, "\\u%04x", (unsigned char)*text);
		else if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else
			fputc(*text, to);
	}
	fputc('"', to);
}

void proof_print_hash(FILE *to, const unsigned char hash[TREE_BYTES])
{
	for (int i = 0; i < TREE_BYTES; i++)
		fprintf(to, "%02x", hash[i]);
}

void proof_print_path(FILE *to, const struct tree_proof *proof)
{
	fputc('[', to);
	for (int i = 0; i < proof->count; i++) {
		fputs(i ? ",\"" : "\"", to);
		proof_print_hash(to, proof->hashes[i]);
		fputc('"', to);
	}
	fputc(']', to);
}

/* ---- lines ---------------------------------------------------------------------------- */

/* The complete subtrees that cover the first `size` events, the largest first. */
static enum kakou_err list_peaks(struct store *store, int64_t size,
				 struct tree_proof *out)
{
	struct tree tree;
	enum kakou_err err = tree_restore(&tree, size, store_fetch_node, store);

	out->count = 0;
	for (int level = TREE_LEVELS - 1; level >= 0 && !err; level--)
		if (size >> level & 1)
			memcpy(out->hashes[out->count++], tree.peaks[level], TREE_BYTES);
	return err;
}

enum kakou_err proof_print_head(struct store *store, enum proof_form form, int64_t first,
				int64_t last, int64_t size, const char *note, FILE *to,
				struct why *why)
{
	char origin[CHAIN_ORIGIN_MAX + 1];
	struct tree_proof before;
	struct tree_proof growth;
	enum kakou_err err = past_get_origin(store, origin, sizeof(origin), why);

	if (err)
		return err;
	err = list_peaks(store, first - 1, &before);
	if (!err)
		err = tree_prove_consistency(last, size, store_fetch_node, store,
					     &growth);
	if (err)
		return why_set(why, err, "the tree can't be read: %s",
			       kakou_err_name(err));
	fputs("{\"before\":", to);
	proof_print_path(to, &before);
	fputs(",\"checkpoint\":", to);
	proof_print_text(to, note);
	fputs(",\"consistency\":", to);
	proof_print_path(to, &growth);
	fprintf(to, ",\"first\":%lld,\"format\":\"%s\",\"last\":%lld", (long long)first,
		form == PROOF_CSV ? PROOF_EXPORT_CSV : PROOF_EXPORT, (long long)last);
	fputs(",\"origin\":", to);
	proof_print_text(to, origin);
	fputc('}', to);
	return KAKOU_OK;
}

static enum kakou_err print_csv_row(FILE *to, const struct store_row *row,
				    struct why *why)
{
	struct canonical_head head;

	if (canonical_read(row->bytes, row->len, &head))
		return why_set(why, KAKOU_E_INVALID, "event %lld: not canonical",
			       (long long)row->seq);
	csv_print_event(to, &head, row->bytes, row->len);
	return KAKOU_OK;
}

/* ---- the whole ------------------------------------------------------------------------ */

static enum kakou_err print_rows(struct store *store, enum proof_form form, int64_t first,
				 int64_t last, FILE *to, struct why *why)
{
	struct store_query query = {.after = first - 1, .before = last + 1, .limit = -1};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);
	int64_t expected = first;

	while (!err) {
		err = store_next(store, &row, why);
		if (err)
			break;
		if (row.seq != expected++)
			err = why_set(why, KAKOU_E_INVALID, "event %lld: missing",
				      (long long)expected - 1);
		else if (form == PROOF_CSV)
			err = print_csv_row(to, &row, why);
		else
			fprintf(to, "%.*s\n", (int)row.len, row.bytes);
	}
	store_end_select(store);
	if (err == KAKOU_E_NOTFOUND && expected != last + 1)
		return why_set(why, KAKOU_E_INVALID, "event %lld: missing",
			       (long long)expected);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* Events that stayed alone beyond others that went are proved one by one. */
static enum kakou_err choose_range(struct store *store, int64_t size, int64_t *first,
				   int64_t *last, struct why *why)
{
	int64_t removed = 0;
	enum kakou_err err = store_get_removed_to(store, &removed, why);

	if (*first == 0)
		*first = removed + 1;
	if (*last == 0)
		*last = size;
	if (!err && (*first <= removed || *first > *last || *last > size))
		err = why_set(why, KAKOU_E_NOTFOUND,
			      "got events %lld to %lld, expected some of %lld to %lld",
			      (long long)*first, (long long)*last, (long long)removed + 1,
			      (long long)size);
	return err;
}

/* The head in the form's first row or line. */
static enum kakou_err print_top(struct store *store, enum proof_form form, int64_t first,
				int64_t last, int64_t size, const char *note, FILE *to,
				struct why *why)
{
	char *head = NULL;
	size_t len = 0;
	FILE *memory;
	enum kakou_err err;

	if (form == PROOF_LINES) {
		err = proof_print_head(store, form, first, last, size, note, to, why);
		fputc('\n', to);
		return err;
	}
	memory = open_memstream(&head, &len);
	if (!memory)
		return why_set(why, KAKOU_E_NOMEM, "no memory for an export");
	err = proof_print_head(store, form, first, last, size, note, memory, why);
	if (fclose(memory) && !err)
		err = why_set(why, KAKOU_E_NOMEM, "no memory for an export");
	if (!err) {
		fputs(CSV_COLUMNS, to);
		csv_print_head(to, head, len);
	}
	free(head);
	return err;
}

static enum kakou_err export_store(struct store *store, enum proof_form form,
				   int64_t first, int64_t last, FILE *to, struct why *why)
{
	char *note = NULL;
	int64_t size = 0;
	enum kakou_err err = proof_get_newest(store, 1, &size, &note, why);

	if (err)
		return err;
	err = choose_range(store, size, &first, &last, why);
	if (!err)
		err = print_top(store, form, first, last, size, note, to, why);
	if (!err)
		err = print_rows(store, form, first, last, to, why);
	free(note);
	if (!err && (fflush(to) || ferror(to)))
		err = why_set(why, KAKOU_E_IO, "can't write the export: %s",
			      strerror(errno));
	return err;
}

enum kakou_err proof_export(const char *path, enum proof_form form, int64_t first,
			    int64_t last, FILE *to, struct why *why)
{
	struct evidence evidence;
	enum kakou_err err = evidence_take(&evidence, path, why);

	if (err)
		return err;
	err = export_store(evidence.store, form, first, last, to, why);
	evidence_close(&evidence);
	return err;
}
