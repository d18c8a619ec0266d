/* SPDX-License-Identifier: MIT */
/*
 * The list of disks.
 *
 * Layer: tools.
 */
#include "tools/flash/list.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* What is against it, in a few words; "" = nothing. */
static const char *find_obstacle(const struct target *target, char to[200])
{
	if (target->use[0])
		(void)snprintf(to, 200, "in use: %s", target->use);
	else if (target->is_read_only)
		(void)snprintf(to, 200, "read-only");
	else if (!target->is_removable)
		(void)snprintf(to, 200, "can't be pulled out: --fixed");
	else
		to[0] = '\0';
	return to;
}

static void print_some(FILE *to, const struct target *targets, size_t count, bool is_free)
{
	for (size_t i = 0; i < count; i++) {
		const struct target *target = &targets[i];
		char obstacle[200], size[24];

		find_obstacle(target, obstacle);
		if ((obstacle[0] == '\0') != is_free)
			continue;
		fprintf(to, "%-14s %9s  %-6s  %-28s %-20s %s\n", target->path,
			target_print_size(target->bytes, size), target->bus,
			target->model[0] ? target->model : "-",
			target->serial[0] ? target->serial : "-",
			obstacle[0]        ? obstacle
			: target->state[0] ? target->state
					   : "ready");
	}
}

void list_print(FILE *to, const struct target *targets, size_t count)
{
	fprintf(to, "%-14s %9s  %-6s  %-28s %-20s %s\n", "DISK", "SIZE", "BUS", "MODEL",
		"SERIAL", "STATE");
	print_some(to, targets, count, true);
	print_some(to, targets, count, false);
}

void list_print_json(FILE *to, const struct target *targets, size_t count)
{
	json_t *disks = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct target *t = &targets[i];
		char obstacle[200];

		json_array_append_new(
			disks,
			json_pack("{s:s, s:I, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:b}",
				  "path", t->path, "bytes", (json_int_t)t->bytes, "bus",
				  t->bus, "model", t->model, "serial", t->serial,
				  "is_removable", t->is_removable, "is_read_only",
				  t->is_read_only, "use", t->use, "state", t->state,
				  "is_ready", find_obstacle(t, obstacle)[0] == '\0'));
	}
	json_dumpf(disks, to, JSON_INDENT(2));
	fputc('\n', to);
	json_decref(disks);
}

const char *list_describe(const struct target *target, char to[200])
{
	char size[24];

	(void)snprintf(to, 200, "%s%s%s, %s%s%s", target->model,
		       target->model[0] ? ", " : "",
		       target_print_size(target->bytes, size), target->bus,
		       target->serial[0] ? ", serial " : "", target->serial);
	return to;
}
