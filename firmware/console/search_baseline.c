/* SPDX-License-Identifier: MIT */
/*
 * Search: the baseline, numbers of a time that later ones are compared with. It is a file of its own
 * beside the database, which may be made anew at any time, and says who kept it and when.
 *
 * Layer: firmware. Threads: the search thread's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/search_inside.h"
#include "hal/clock.h"
#include "hal/file.h"

enum { BASELINE_MAX = 65536, PATH_BYTES = 320 };

static void write_path(const struct search_base *base, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/baseline.json", base->config->directory);
}

enum kakou_err search_baseline(struct search_base *base, const json_t *question,
			       json_t **out, struct why *why)
{
	char path[PATH_BYTES];
	char *text = NULL;
	size_t len = 0;

	(void)question;
	(void)why;
	write_path(base, path);
	/* None yet is no error, and neither is one that can't be read: it is kept anew. */
	if (!file_read_whole(path, BASELINE_MAX, &text, &len, NULL))
		*out = json_pack("{s:o?}", "baseline", json_read_object(text, len));
	else
		*out = json_pack("{s:n}", "baseline");
	free(text);
	return *out ? KAKOU_OK : KAKOU_E_NOMEM;
}

static enum kakou_err keep(struct search_base *base, const json_t *baseline,
			   struct why *why)
{
	char *text = json_dumps(baseline, JSON_COMPACT);
	char path[PATH_BYTES];
	enum kakou_err err;

	write_path(base, path);
	err = text ? file_write_atomic(path, text, strlen(text), 0600, why)
		   : why_set(why, KAKOU_E_NOMEM, "no memory for the baseline");
	free(text);
	return err;
}

enum kakou_err search_keep_baseline(struct search_base *base, const json_t *question,
				    json_t **out, struct why *why)
{
	json_t *numbers = NULL, *baseline;
	enum kakou_err err = search_statistics(base, question, &numbers, why);
	json_t *whole = json_object_get(numbers, "whole");

	if (!err && json_number_of(whole, "passages") == 0)
		err = why_set(why, KAKOU_E_INVALID,
			      "there is no passage in that time, expected some");
	if (err) {
		json_decref(numbers);
		return err;
	}
	baseline = json_pack("{s:O, s:O, s:O, s:O, s:I, s:O}", "name",
			     json_object_get(question, "name"), "from",
			     json_object_get(question, "from"), "until",
			     json_object_get(question, "until"), "by",
			     json_object_get(question, "person"), "kept_ms",
			     (json_int_t)clock_wall_ms(), "whole", whole);
	json_decref(numbers);
	err = keep(base, baseline, why);
	*out = err ? NULL : json_pack("{s:O}", "baseline", baseline);
	json_decref(baseline);
	return err;
}
