/* SPDX-License-Identifier: MIT */
/*
 * kakou log verify: proves that a record is whole. Nobody but kakoud opens the live file, so
 * a running kakoud is asked for a copy.
 *
 * Layer: firmware. Blocks on the disk for as long as the record is long.
 */
#include "firmware/kakou/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/record/journal.h"

enum { COPY_PATIENCE_S = 130, PATH_BYTES = 512 };

static const char default_state[] = "/var/lib/kakou";

/* What a verdict is about. */
struct subject {
	const char *path, *source;
};

static void print_verdict(struct cli *cli, const struct subject *subject,
			  const struct journal_verdict *verdict)
{
	char head[2 * sizeof(verdict->head) + 1];
	json_t *value;

	for (size_t i = 0; i < sizeof(verdict->head); i++)
		snprintf(head + 2 * i, 3, "%02x", verdict->head[i]);
	if (cli->json) {
		value = json_pack("{s:s, s:s, s:b, s:I, s:I, s:s, s:s}", "path",
				  subject->path, "source", subject->source, "is_whole",
				  verdict->is_whole, "events",
				  (json_int_t)verdict->events, "first_bad",
				  (json_int_t)verdict->first_bad, "head", head, "finding",
				  verdict->finding);
		cli_print_json(cli, value);
		json_decref(value);
	} else if (verdict->is_whole) {
		fprintf(cli->out, "whole: %" PRId64 " events, head %s\n", verdict->events,
			head);
	} else {
		fprintf(cli->out, "NOT WHOLE: %s (%" PRId64 " events read)\n",
			verdict->finding, verdict->events);
	}
}

static int verify(struct cli *cli, const char *path, const struct subject *subject)
{
	struct journal_verdict verdict;
	struct why why = {""};

	if (journal_verify(path, NULL, &verdict, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	print_verdict(cli, subject, &verdict);
	return verdict.is_whole ? CLI_DONE : CLI_FAILED;
}

static int verify_file(struct cli *cli, const char *path)
{
	const struct subject subject = {path, "file"};

	return verify(cli, path, &subject);
}

/* Without a running kakoud: where its record usually lies. */
static int verify_default(struct cli *cli)
{
	if (access(default_state, F_OK))
		return cli_complain(cli, CLI_FAILED,
				    "no kakoud on %s, and no record at %s: %s",
				    cli->socket, default_state, strerror(errno));
	return verify_file(cli, default_state);
}

/* A directory of ours that kakoud may write into, though it is another user. */
static int open_to_owner(struct cli *cli, const char *directory)
{
	unsigned uid;
	unsigned gid;

	if (!cli_get_owner(cli, &uid, &gid))
		return cli_complain(cli, CLI_UNREACHABLE, "can't tell who kakoud is");
	if (uid == geteuid() || uid == 0)
		return CLI_DONE;
	if (geteuid() != 0)
		return cli_complain(cli, CLI_FAILED,
				    "kakoud is user %u and would not let user %u read "
				    "its copy: run this as root or as that user",
				    uid, (unsigned)geteuid());
	if (chown(directory, uid, gid))
		return cli_complain(cli, CLI_FAILED, "%s: %s", directory,
				    strerror(errno));
	return CLI_DONE;
}

static int copy_and_verify(struct cli *cli, const char *directory)
{
	const struct subject subject = {cli->socket, "kakoud"};
	char path[PATH_BYTES];
	json_t *result;
	int exit = open_to_owner(cli, directory);

	if (exit)
		return exit;
	(void)snprintf(path, sizeof(path), "%s/copy.db", directory);
	exit = cli_call_slowly(cli, "log.copy",
			       cli_with_ticket(cli, json_pack("{s:s}", "path", path)),
			       COPY_PATIENCE_S, &result);
	if (!exit) {
		json_decref(result);
		exit = verify(cli, path, &subject);
	}
	(void)unlink(path);
	return exit;
}

static int verify_running(struct cli *cli, const char *scratch)
{
	const char *parent = scratch ? scratch : getenv("TMPDIR");
	char directory[PATH_BYTES - 16];
	int n = snprintf(directory, sizeof(directory), "%s/kakou-XXXXXX",
			 parent && parent[0] ? parent : "/tmp");
	int exit;

	if (n < 0 || (size_t)n >= sizeof(directory) || directory[0] != '/')
		return cli_complain(cli, CLI_USAGE,
				    "--scratch: got \"%s\", expected an absolute path of "
				    "at most %zu bytes",
				    parent, sizeof(directory) - 14);
	if (!mkdtemp(directory))
		return cli_complain(cli, CLI_FAILED, "%s: %s", directory,
				    strerror(errno));
	exit = copy_and_verify(cli, directory);
	if (rmdir(directory))
		(void)cli_complain(cli, exit, "%s stays behind: %s", directory,
				   strerror(errno));
	return exit;
}

int cmd_log(struct cli *cli, int argc, char **argv)
{
	const char *words[2];
	const char *scratch = NULL;
	const struct cli_option options[] = {
		{"--scratch", &scratch, NULL},
	};
	bool is_running;
	int exit;

	if (!cli_read_words(cli, argc, argv, options, 1, words, 1, 2))
		return CLI_USAGE;
	if (strcmp(words[0], "verify") != 0)
		return cli_complain(cli, CLI_USAGE, "got \"%s\", expected verify",
				    words[0]);
	if (words[1])
		return verify_file(cli, words[1]);
	exit = cli_find(cli, &is_running);
	if (exit)
		return exit;
	return is_running ? verify_running(cli, scratch) : verify_default(cli);
}
