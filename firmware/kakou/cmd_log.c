/* SPDX-License-Identifier: MIT */
/*
 * kakou log: proves that a record is whole, and takes proofs of it away. Nobody but kakoud
 * opens the live file, so a running kakoud is asked for a copy or for the proof.
 *
 * Layer: firmware. Blocks on the disk for as long as the record is long.
 */
#include "firmware/kakou/cmd_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_PATIENCE_S = 130, PATH_BYTES = 512 };

static const char default_state[] = "/var/lib/kakou";

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

static int copy_and_work(struct cli *cli, const struct log_call *call,
			 const char *directory, log_work *work)
{
	char path[PATH_BYTES];
	json_t *result;
	int exit = open_to_owner(cli, directory);

	if (exit)
		return exit;
	(void)snprintf(path, sizeof(path), "%s/copy.db", directory);
	exit = cli_call_slowly(cli, "log.copy", json_pack("{s:s}", "path", path),
			       COPY_PATIENCE_S, &result);
	if (!exit) {
		json_decref(result);
		exit = work(cli, call, path, cli->socket, "kakoud");
	}
	(void)unlink(path);
	return exit;
}

/* A kakoud under systemd has a /tmp of its own; where its record lies both see the same. */
static const char *choose_scratch(struct cli *cli, const struct log_call *call)
{
	const char *given = call->scratch ? call->scratch : getenv("TMPDIR");
	struct stat state;
	unsigned uid, gid;

	if (given && given[0])
		return given;
	if (!stat(default_state, &state) && !access(default_state, W_OK) &&
	    cli_get_owner(cli, &uid, &gid) && state.st_uid == uid)
		return default_state;
	return "/tmp";
}

static int work_on_running(struct cli *cli, const struct log_call *call, log_work *work)
{
	const char *parent = choose_scratch(cli, call);
	char directory[PATH_BYTES - 16];
	int n = snprintf(directory, sizeof(directory), "%s/kakou-XXXXXX", parent);
	int exit;

	if (n < 0 || (size_t)n >= sizeof(directory) || directory[0] != '/')
		return cli_complain(cli, CLI_USAGE,
				    "--scratch: got \"%s\", expected an absolute path of "
				    "at most %zu bytes",
				    parent, sizeof(directory) - 14);
	if (!mkdtemp(directory))
		return cli_complain(cli, CLI_FAILED, "%s: %s", directory,
				    strerror(errno));
	exit = copy_and_work(cli, call, directory, work);
	if (rmdir(directory))
		(void)cli_complain(cli, exit, "%s stays behind: %s", directory,
				   strerror(errno));
	return exit;
}

int log_with_file(struct cli *cli, const struct log_call *call, const char *path,
		  log_work *work)
{
	bool is_running;
	int exit;

	if (path)
		return work(cli, call, path, path, "file");
	exit = cli_find(cli, &is_running);
	if (exit)
		return exit;
	if (is_running)
		return work_on_running(cli, call, work);
	/* Without a running kakoud: where its record usually lies. */
	if (access(default_state, F_OK))
		return cli_complain(cli, CLI_FAILED,
				    "no kakoud on %s, and no record at %s: %s",
				    cli->socket, default_state, strerror(errno));
	return work(cli, call, default_state, default_state, "file");
}

static const struct part {
	const char *name;
	int (*run)(struct cli *cli, const struct log_call *call);
} parts[] = {
	{"verify",      log_verify     },
	{"checkpoint",  log_checkpoint },
	{"prove",       log_prove      },
	{"consistency", log_consistency},
	{"export",      log_export     },
	{"key",         log_key        },
	{"receipt",     log_receipt    },
	{"held",        log_held       },
	{"retain",      log_retain     },
};

int cmd_log(struct cli *cli, int argc, char **argv)
{
	struct log_call call = {.words = {NULL}};
	const struct cli_option options[] = {
		{"--scratch",    &call.scratch,  NULL     },
		{"--key",        &call.keys,     NULL     },
		{"--checkpoint", &call.held,     NULL     },
		{"--pictures",   &call.pictures, NULL     },
		{"--first",      &call.first,    NULL     },
		{"--last",       &call.last,     NULL     },
		{"--format",     &call.format,   NULL     },
		{"--output",     &call.output,   NULL     },
		{"--reason",     &call.reason,   NULL     },
		{"--now",        NULL,           &call.now},
	};
	const char *words[3];

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), words, 1, 3))
		return CLI_USAGE;
	call.words[0] = words[1];
	call.words[1] = words[2];
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(words[0], parts[i].name))
			return parts[i].run(cli, &call);
	return cli_complain(
		cli, CLI_USAGE,
		"got \"%s\", expected verify, checkpoint, prove, consistency, "
		"export, key, receipt, held or retain",
		words[0]);
}
