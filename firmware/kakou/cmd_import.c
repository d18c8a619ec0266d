/* SPDX-License-Identifier: MIT */
/*
 * kakou orders import, kakou vehicles import: a file of JSON lines, whole or not at all.
 *
 * The file is sent in parts, checked line by line by kakoud and taken over by one last request;
 * whatever happens before that leaves nothing behind.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cmd_registry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

enum {
	PART_BYTES = 24000, /* escaped as JSON it still fits into a request */
	ERRORS_SHOWN = 20,
	COMMIT_PATIENCE_S = 130,
};

struct import {
	struct cli *cli;
	FILE *file;
	const char *path;
	int64_t number;
	int64_t line, first; /* of the file; first one of the part */
	size_t used;
	int64_t errors;
	char part[PART_BYTES + 1];
};

static void tell_errors(struct import *import, const json_t *errors)
{
	size_t i;
	const json_t *error;

	json_array_foreach(errors, i, error)
		fprintf(import->cli->err, "%s:%" PRId64 ": %s\n", import->path,
			cli_integer(error, "line"), cli_text(error, "text"));
}

static int send_part(struct import *import)
{
	json_t *lines = json_stringn(import->part, import->used);
	json_t *result = NULL;
	int exit;

	if (import->used == 0) {
		json_decref(lines);
		return CLI_DONE;
	}
	if (!lines)
		return cli_complain(import->cli, CLI_FAILED,
				    "%s:%" PRId64
				    ": what follows is not UTF-8, expected JSON",
				    import->path, import->first);
	exit = cli_call_as(import->cli, "import.lines",
			   json_pack("{s:I, s:I, s:o}", "import",
				     (json_int_t)import->number, "first",
				     (json_int_t)import->first, "lines", lines),
			   &result);
	if (exit)
		return exit;
	tell_errors(import, json_object_get(result, "errors"));
	import->errors = cli_integer(result, "error_count");
	import->first = import->line + 1;
	import->used = 0;
	json_decref(result);
	return CLI_DONE;
}

/* A line with its newline, into the part it fits in. */
static int add_line(struct import *import, const char *text, size_t len)
{
	int exit = CLI_DONE;

	if (len > PART_BYTES)
		return cli_complain(import->cli, CLI_FAILED,
				    "%s:%" PRId64
				    ": got a line of %zu bytes, expected at most %d",
				    import->path, import->line + 1, len, PART_BYTES);
	if (memchr(text, '\0', len))
		return cli_complain(import->cli, CLI_FAILED,
				    "%s:%" PRId64 ": got a NUL byte, expected JSON",
				    import->path, import->line + 1);
	if (import->used + len > PART_BYTES)
		exit = send_part(import);
	memcpy(import->part + import->used, text, len);
	import->used += len;
	import->line++;
	return exit;
}

static int send_file(struct import *import)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int exit = CLI_DONE;

	while (!exit && import->errors < ERRORS_SHOWN &&
	       (len = getline(&line, &size, import->file)) >= 0)
		exit = add_line(import, line, (size_t)len);
	free(line);
	if (!exit && ferror(import->file))
		exit = cli_complain(import->cli, CLI_FAILED, "%s: %s", import->path,
				    strerror(errno));
	return exit ? exit : send_part(import);
}

static void drop(struct import *import)
{
	json_t *result = NULL;

	if (cli_call_as(import->cli, "import.drop",
			json_pack("{s:I}", "import", (json_int_t)import->number),
			&result) == CLI_DONE)
		json_decref(result);
}

static int commit(struct import *import, const char *reason)
{
	json_t *result = NULL;
	int exit = cli_call_slowly(
		import->cli, "import.commit",
		cli_with_ticket(import->cli,
				json_pack("{s:I, s:s, s:s}", "import",
					  (json_int_t)import->number, "reason", reason,
					  "screen", "kakou")),
		COMMIT_PATIENCE_S, &result);

	if (exit)
		return exit;
	if (import->cli->json)
		cli_print_json(import->cli, result);
	else
		fprintf(import->cli->out,
			"%" PRId64 " taken over, %" PRId64 " of them new, event %" PRId64
			"\n",
			cli_integer(result, "count"), cli_integer(result, "added"),
			cli_integer(result, "seq"));
	json_decref(result);
	return CLI_DONE;
}

static int run_import(struct import *import, const char *what, const char *reason)
{
	const char *slash = strrchr(import->path, '/');
	json_t *result = NULL;
	int exit = cli_call_as(import->cli, "import.begin",
			       json_pack("{s:s, s:s}", "what", what, "file",
					 slash ? slash + 1 : import->path),
			       &result);

	if (exit)
		return exit;
	import->number = cli_integer(result, "import");
	json_decref(result);
	exit = send_file(import);
	if (!exit && import->errors)
		exit = cli_complain(import->cli, CLI_FAILED,
				    "%s: nothing was taken over%s", import->path,
				    import->errors >= ERRORS_SHOWN
					    ? "; there may be more that is wrong"
					    : "");
	if (!exit)
		exit = commit(import, reason);
	if (exit)
		drop(import);
	return exit;
}

int cli_import(struct cli *cli, const char *what, const char *path, const char *reason)
{
	struct import *import = calloc(1, sizeof(*import));
	int exit;

	if (!import)
		return cli_complain(cli, CLI_FAILED, "no memory");
	import->cli = cli;
	import->path = path;
	import->first = 1;
	import->file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	if (!import->file) {
		exit = cli_complain(cli, CLI_FAILED, "%s: %s", path, strerror(errno));
	} else {
		exit = run_import(import, what, reason);
		if (import->file != stdin)
			fclose(import->file);
	}
	/* NOLINTNEXTLINE(-Wanalyzer-file-leak): stdin is not ours to close */
	free(import);
	return exit;
}
