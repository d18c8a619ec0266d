/* SPDX-License-Identifier: MIT */
/*
 * A stopped journal or a copy.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/record/evidence.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/record/place.h"

enum kakou_err evidence_find(struct evidence *evidence, const char *path, struct why *why)
{
	struct stat is;
	bool is_directory = !stat(path, &is) && S_ISDIR(is.st_mode);
	int printed;

	memset(evidence, 0, sizeof(*evidence));
	evidence->lock_fd = -1;
	printed = snprintf(evidence->file, sizeof(evidence->file), "%s%s", path,
			   is_directory ? "/" PLACE_FILE : "");
	if (printed <= 0 || (size_t)printed >= sizeof(evidence->file))
		return why_set(why, KAKOU_E_INVALID, "%s: path longer than %d bytes",
			       path, EVIDENCE_PATH_BYTES - 1);
	if (access(evidence->file, R_OK))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: can't be read",
			       evidence->file);
	return KAKOU_OK;
}

static void name_index(const struct evidence *evidence, char out[EVIDENCE_PATH_BYTES + 8])
{
	snprintf(out, EVIDENCE_PATH_BYTES + 8, "%s-shm", evidence->file);
}

enum kakou_err evidence_hold(struct evidence *evidence, struct why *why)
{
	char index[EVIDENCE_PATH_BYTES + 8];
	enum kakou_err err = place_hold(evidence->file, &evidence->lock_fd, why);

	name_index(evidence, index);
	evidence->had_index = !access(index, F_OK);
	return err;
}

enum kakou_err evidence_open(struct evidence *evidence, struct why *why)
{
	return store_open(&evidence->store, evidence->file, STORE_EVIDENCE, why);
}

/* Reading a log that a killed process left takes an index beside it; it goes again. */
void evidence_close(struct evidence *evidence)
{
	char index[EVIDENCE_PATH_BYTES + 8];

	store_close(evidence->store);
	evidence->store = NULL;
	name_index(evidence, index);
	if (!evidence->had_index)
		(void)unlink(index);
	if (evidence->lock_fd >= 0)
		close(evidence->lock_fd);
	evidence->lock_fd = -1;
}

enum kakou_err evidence_take(struct evidence *evidence, const char *path, struct why *why)
{
	enum kakou_err err = evidence_find(evidence, path, why);

	if (!err)
		err = evidence_hold(evidence, why);
	if (err)
		return err;
	err = evidence_open(evidence, why);
	if (err)
		evidence_close(evidence);
	return err;
}
