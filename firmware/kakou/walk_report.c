/* SPDX-License-Identifier: MIT */
/*
 * A walk test's report: what a technician signs.
 *
 * Layer: firmware. Pure, allocates.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "firmware/kakou/cli_walk.h"

static void write_head(FILE *to, const json_t *head)
{
	char when[CLI_WORDS_MAX];

	fprintf(to, "Commissioning report\n\n");
	fprintf(to, "site      %s\n", cli_word(head, "site"));
	fprintf(to, "lane      %s\n", cli_word(head, "lane"));
	fprintf(to, "person    %s\n", cli_word(head, "person"));
	fprintf(to, "date      %s\n", cli_time(cli_integer(head, "wall_ms"), when));
	fprintf(to, "version   kakou %s\n", cli_word(head, "version"));
	fprintf(to, "config    SHA-256 %s\n\n", cli_word(head, "config_sha256"));
}

static void write_steps(FILE *to, const json_t *steps)
{
	static const char *const heads[] = {"STEP", "WHAT", "RESULT", "DETAILS", NULL};
	struct cli_table *table = cli_table_create(heads);
	const json_t *step;
	size_t i;

	json_array_foreach(steps, i, step)
	{
		cli_table_add(table, "%s", cli_word(step, "step"));
		cli_table_add(table, "%s", cli_word(step, "title"));
		cli_table_add(table, "%s", cli_word(step, "outcome"));
		cli_table_add(table, "%s", cli_word(step, "details"));
	}
	cli_table_print(table, to);
	cli_table_destroy(table);
}

char *walk_write_report(const struct walk *walk, const json_t *head)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	write_head(to, head);
	write_steps(to, walk->steps);
	fprintf(to, "\n%d passed, %d failed, %d skipped\n", walk->passed, walk->failed,
		walk->skipped);
	fprintf(to, "%s\n",
		walk->failed    ? "The lane is NOT fit for traffic."
		: walk->skipped ? "The lane is fit for traffic as far as it was tested."
				: "The lane is fit for traffic.");
	fprintf(to, "\n\nSignature ____________________________   Date ______________\n");
	if (fclose(to)) {
		free(text);
		return NULL;
	}
	return text;
}
