/* SPDX-License-Identifier: MIT */
/*
 * The site file of a demonstration: board/sim/site.conf with its places filled in; with --live
 * board/sim/live.conf behind it, and emergency mode in every lane.
 *
 * Layer: tools.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/conf_edit.h"
#include "hal/file.h"
#include "tools/demo/run_internal.h"
#include "tools/demo/texts.h"

enum { SITE_BYTES_MAX = 1 << 20 };

/* A file of board/sim, filled in; the caller frees it. */
static enum kakou_err fill(const struct run *run, const char *name, char **out,
			   struct why *why)
{
	char template[RUN_PATH_MAX], maps[RUN_PATH_MAX];
	const struct texts_place places[] = {
		{"@NET@",  run->dir.net       },
		{"@RUN@",  run->dir.short_path},
		{"@MAPS@", maps               },
	};
	char *text = NULL;
	size_t len;
	enum kakou_err err;

	(void)snprintf(template, sizeof(template), "%s/board/sim/%s", run->config->root,
		       name);
	(void)snprintf(maps, sizeof(maps), "%s/board/maps", run->config->root);
	err = file_read_whole(template, SITE_BYTES_MAX, &text, &len, why);
	if (!err)
		err = texts_fill(out, text, places, 3, why);
	free(text);
	return err;
}

static enum kakou_err add_live(const struct run *run, struct conf_edit *site,
			       struct why *why)
{
	char *more = NULL;
	char lane[64];
	bool has_changed;
	enum kakou_err err = fill(run, "live.conf", &more, why);

	if (!err)
		err = conf_edit_append(site, more, why);
	for (size_t i = 0; !err && conf_edit_title(site, "lane", i, lane, sizeof(lane));
	     i++)
		err = conf_edit_set(site, "lane", lane, "right",
				    "{\"order\", \"emergency\"}", false, &has_changed,
				    why);
	free(more);
	return err;
}

enum kakou_err run_write_site(struct run *run, struct why *why)
{
	struct conf_edit *site = NULL;
	char *text = NULL;
	enum kakou_err err = fill(run, "site.conf", &text, why);

	run_path(run, run->site, "site.conf");
	if (!err)
		err = conf_edit_open(&site, text, run->site, why);
	if (!err && run->config->is_live)
		err = add_live(run, site, why);
	if (!err)
		err = file_write_atomic(run->site, conf_edit_text(site),
					strlen(conf_edit_text(site)), 0600, why);
	conf_edit_close(site);
	free(text);
	return err;
}
