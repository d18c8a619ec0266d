/* SPDX-License-Identifier: MIT */
/*
 * Verification of a stopped journal or a copy.
 *
 * Layer: firmware. Blocks on the disk for as long as the journal is long.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/record/audit.h"
#include "firmware/record/journal.h"
#include "firmware/record/past.h"
#include "firmware/record/place.h"
#include "firmware/record/store.h"
#include "hal/text.h"

enum { PATH_BYTES = 1024 };

static void note_finding(struct journal_verdict *out, const struct why *why)
{
	out->is_whole = false;
	if (!out->finding[0])
		text_copy(out->finding, sizeof(out->finding), why->text);
}

/* A damaged file is a finding; a disk that can't be read, or no memory, is not. */
static bool is_finding(enum kakou_err err)
{
	return err == KAKOU_E_INVALID || err == KAKOU_E_NOTFOUND;
}

/* Every row from the very first: numbers below 1 are none of ours. */
static enum kakou_err walk(struct store *store, struct audit *audit,
			   struct journal_verdict *out, struct why *why)
{
	struct store_query query = {.after = INT64_MIN, .limit = -1};
	struct store_row row;
	enum kakou_err err = store_select(store, &query, why);

	while (!err) {
		err = store_next(store, &row, why);
		if (err)
			break;
		out->events++;
		err = audit_row(audit, &row, why);
		if (err)
			out->first_bad = audit->seq + 1;
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

static enum kakou_err verify(struct store *store, struct journal_verdict *out,
			     struct why *why)
{
	char origin[CHAIN_ORIGIN_MAX + 1];
	struct audit audit;
	enum kakou_err err = store_check_pages(store, why);

	if (is_finding(err))
		note_finding(out, why);
	else if (err)
		return err;
	err = past_get_origin(store, origin, sizeof(origin), why);
	if (!err) {
		audit_begin(&audit, origin);
		err = walk(store, &audit, out, why);
		memcpy(out->head, audit.chain, sizeof(out->head));
	}
	if (is_finding(err))
		note_finding(out, why);
	return is_finding(err) ? KAKOU_OK : err;
}

/* The directory of a journal stands for the file in it. */
static bool choose_file(const char *path, char *out, size_t size)
{
	struct stat is;
	int printed;

	if (!stat(path, &is) && S_ISDIR(is.st_mode))
		printed = snprintf(out, size, "%s/" PLACE_FILE, path);
	else
		printed = snprintf(out, size, "%s", path);
	return printed > 0 && (size_t)printed < size;
}

/* Reading a log that a killed process left takes an index beside it; it goes again. */
static void remove_log_index(const char *file, bool was_there)
{
	char index[PATH_BYTES + 8];

	snprintf(index, sizeof(index), "%s-shm", file);
	if (!was_there)
		(void)unlink(index);
}

static bool has_log_index(const char *file)
{
	char index[PATH_BYTES + 8];

	snprintf(index, sizeof(index), "%s-shm", file);
	return !access(index, F_OK);
}

enum kakou_err journal_verify(const char *path, struct journal_verdict *out,
			      struct why *why)
{
	char file[PATH_BYTES];
	struct store *store = NULL;
	struct why found = {""};
	bool had_index;
	int lock_fd;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	out->is_whole = true;
	if (!choose_file(path, file, sizeof(file)))
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       path, PATH_BYTES - 1);
	if (access(file, R_OK))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: can't be read", file);
	err = place_hold(file, &lock_fd, why);
	if (err)
		return err;
	had_index = has_log_index(file);
	err = store_open(&store, file, STORE_EVIDENCE, &found);
	if (!err)
		err = verify(store, out, &found);
	else if (is_finding(err))
		note_finding(out, &found);
	store_close(store);
	remove_log_index(file, had_index);
	if (lock_fd >= 0)
		close(lock_fd);
	if (err && !is_finding(err))
		return why_set(why, err, "%s", found.text);
	return KAKOU_OK;
}
