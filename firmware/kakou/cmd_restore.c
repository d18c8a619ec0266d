/* SPDX-License-Identifier: MIT */
/*
 * kakou restore: a backup back into its place, whole or not at all. What it replaces is kept.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "firmware/kakou/restore.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/seal.h"
#include "hal/text.h"

/* ---- before anything is changed -------------------------------------------------------- */

/* A backup belongs to the board whose key it was made beside. */
static int check_board(struct restore *restore)
{
	const char *made_on = cli_text(restore->manifest, "board");
	char here[BACKUP_HEX];

	backup_name_board(restore->site->customs.key_file, here);
	if (restore->other_board || (here[0] && !strcmp(made_on, here)))
		return CLI_DONE;
	return cli_complain(restore->cli, CLI_FAILED,
			    "it was made on another board (%.12s, this one is %.12s), "
			    "expected --other-board when it is to replace that one",
			    made_on[0] ? made_on : "without a key",
			    here[0] ? here : "without a key");
}

static int check_not_running(struct restore *restore)
{
	bool is_running;
	int exit;

	restore->cli->socket = restore->site->control_socket;
	exit = cli_find(restore->cli, &is_running);
	if (exit || !is_running)
		return exit;
	return cli_complain(restore->cli, CLI_FAILED,
			    "kakoud runs on %s, expected it stopped: systemctl stop "
			    "kakoud",
			    restore->site->control_socket);
}

static int open_keys(struct restore *restore)
{
	char passphrase[CLI_SECRET_MAX];
	char path[BUNDLE_PATH_MAX + 1];
	struct why why = {""};
	char *sealed = NULL;
	char *text = NULL;
	size_t len, text_len;
	int exit = CLI_DONE;

	if (!restore->with_keys)
		return CLI_DONE;
	bundle_path(&restore->bundle, BACKUP_KEYS, path);
	if (file_read_whole(path, BACKUP_FILE_MAX, &sealed, &len, &why))
		return cli_complain(restore->cli, CLI_FAILED,
				    "--with-keys: it has no keys");
	if (!cli_read_secret(restore->cli, "passphrase of the keys", passphrase))
		exit = CLI_USAGE;
	else if (seal_open(passphrase, (unsigned char *)sealed, len, &text, &text_len,
			   &why))
		exit = cli_complain(restore->cli, CLI_FAILED, "its keys: %s", why.text);
	explicit_bzero(passphrase, sizeof(passphrase));
	free(sealed);
	if (exit)
		return exit;
	restore->keys = json_loadb(text, text_len, 0, NULL);
	explicit_bzero(text, text_len);
	free(text);
	return restore->keys
		       ? CLI_DONE
		       : cli_complain(restore->cli, CLI_FAILED, "its keys can't be read");
}

static int check(struct restore *restore)
{
	int exit = restore_check(restore->cli, &restore->bundle, &restore->place,
				 &restore->manifest, &restore->site);

	if (!exit)
		exit = check_board(restore);
	return exit ? exit : open_keys(restore);
}

/* ---- replacing ------------------------------------------------------------------------- */

/* "DIRECTORY/replaced-TIME/NAME": kept, and never looked at again by anything here. */
static enum kakou_err set_aside(struct restore *restore, const char *path,
				struct why *why)
{
	char aside[BEGUN_PATH_MAX + 64];
	char to[BEGUN_PATH_MAX + 64];

	if (access(path, F_OK))
		return KAKOU_OK;
	begun_name_aside(&restore->begun, path, to);
	(void)text_copy(aside, sizeof(aside), to);
	*strrchr(aside, '/') = '\0';
	if (mkdir(aside, 0700) && errno != EEXIST)
		return why_set(why, KAKOU_E_IO, "%s: %s", aside, strerror(errno));
	if (rename(path, to))
		return why_set(why, KAKOU_E_IO, "%s: %s", to, strerror(errno));
	restore->replaced++;
	return file_sync_directory(aside, why);
}

static struct place_user owner_of(const struct restore *restore, const json_t *file)
{
	const char *owner = cli_text(file, "owner");

	if (!strcmp(owner, "kakou"))
		return restore->place.kakou;
	return strcmp(owner, "page") ? (struct place_user){geteuid(), getegid()}
				     : restore->place.page;
}

static enum kakou_err put(struct restore *restore, const json_t *file, const char *text,
			  size_t len, mode_t mode, struct why *why)
{
	struct place_user owner = owner_of(restore, file);
	char target[RESTORE_TARGET_BYTES];
	enum kakou_err err;

	restore_name_target(restore, file, target);
	err = set_aside(restore, target, why);
	if (!err)
		err = file_write_owned(target, text, len, mode, owner.uid, owner.gid,
				       why);
	restore->put += !err;
	return err;
}

/* Moved as it is: a record may be large. Its log goes aside with the record it belongs to. */
static enum kakou_err put_record(struct restore *restore, const json_t *file,
				 const char *from, struct why *why)
{
	const char *const argv[] = {"cp", "--", from, NULL, NULL};
	const char *command[5];
	char target[RESTORE_TARGET_BYTES];
	char path[PLACE_PATH_MAX + 144];
	char making[PLACE_PATH_MAX + 144];
	struct cli_said said;
	enum kakou_err err = KAKOU_OK;

	restore_name_target(restore, file, target);
	(void)snprintf(making, sizeof(making), "%s.restore", target);
	memcpy(command, argv, sizeof(command));
	command[3] = making;
	cli_run_program(command, NULL, &said);
	if (said.status)
		err = why_set(why, KAKOU_E_IO, "%s: can't be written", making);
	cli_said_release(&said);
	if (!err && (chown(making, restore->place.kakou.uid, restore->place.kakou.gid) ||
		     chmod(making, 0600)))
		err = why_set(why, KAKOU_E_IO, "%s: %s", making, strerror(errno));
	for (size_t i = 0; !err && i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", target,
			       restore_record_tails[i]);
		err = set_aside(restore, path, why);
	}
	if (!err && rename(making, target))
		err = why_set(why, KAKOU_E_IO, "%s: %s", target, strerror(errno));
	if (err) {
		(void)unlink(making);
		return err;
	}
	restore->put++;
	return file_sync_directory(restore->site->state_dir, why);
}

static enum kakou_err put_file(struct restore *restore, const json_t *file,
			       struct why *why)
{
	bool is_state = !strcmp(cli_text(file, "place"), "state");
	char path[BUNDLE_PATH_MAX + 1];
	char *text;
	size_t len;
	enum kakou_err err;

	bundle_path(&restore->bundle, cli_text(file, "file"), path);
	if (!strcmp(cli_text(file, "name"), BACKUP_RECORD))
		return restore->with_record ? put_record(restore, file, path, why)
					    : KAKOU_OK;
	err = file_read_whole(path, BACKUP_FILE_MAX, &text, &len, why);
	if (err)
		return err;
	err = put(restore, file, text, len, is_state ? 0600 : 0644, why);
	free(text);
	return err;
}

static enum kakou_err make_state(const struct restore *restore, struct why *why)
{
	const char *path = restore->site->state_dir;

	if (mkdir(path, 0700) == 0
		    ? chown(path, restore->place.kakou.uid, restore->place.kakou.gid)
		    : errno != EEXIST)
		return why_set(why, KAKOU_E_IO, "%s: %s", path, strerror(errno));
	return KAKOU_OK;
}

/* The note first: what was begun is recorded whatever becomes of the rest. */
static enum kakou_err replace(struct restore *restore, struct why *why)
{
	const json_t *file;
	size_t i;
	enum kakou_err err = restore_note(restore, why);

	json_array_foreach(restore->keys, i, file)
	{
		if (!err)
			err = put(restore, file, cli_text(file, "text"),
				  strlen(cli_text(file, "text")),
				  strcmp(cli_text(file, "place"), "state") ? 0400 : 0600,
				  why);
	}
	json_array_foreach(json_object_get(restore->manifest, "files"), i, file)
	{
		if (!err)
			err = put_file(restore, file, why);
	}
	return err ? err : begun_end(restore->place.config, why);
}

/* Whole or not at all: a full disk, too, leaves what was there before. */
static int replace_or_take_back(struct restore *restore)
{
	static struct begun begun; /* too large for the stack */
	struct why why = {""};
	struct why inner = {""};

	if (make_state(restore, &why) || restore_begin(restore, &why))
		return cli_complain(restore->cli, CLI_FAILED, "%s; nothing was changed",
				    why.text);
	if (!replace(restore, &why))
		return CLI_DONE;
	begun = restore->begun;
	if (restore_take_back(restore, &begun, &inner))
		return cli_complain(restore->cli, CLI_FAILED,
				    "%s; not all is back in its place (%s): kakou "
				    "restore --undo",
				    why.text, inner.text);
	return cli_complain(restore->cli, CLI_FAILED,
			    "%s; everything is as it was before", why.text);
}

/* ---- the command ----------------------------------------------------------------------- */

static void say(struct restore *restore)
{
	FILE *out = restore->cli->out;
	json_t *value;

	if (restore->cli->json) {
		value = json_pack("{s:b, s:I, s:I, s:s, s:O}", "is_checked_only",
				  restore->only_check, "put", (json_int_t)restore->put,
				  "replaced", (json_int_t)restore->replaced, "kept_in",
				  restore->begun.stamp, "manifest", restore->manifest);
		cli_print_json(restore->cli, value);
		json_decref(value);
	} else if (restore->only_check) {
		fprintf(out, "it holds: %s, %zu files%s\n",
			cli_text(restore->manifest, "site"),
			json_array_size(json_object_get(restore->manifest, "files")),
			cli_flag(restore->manifest, "has_keys") ? " and keys" : "");
	} else {
		fprintf(out,
			"restored %zu files; %zu that were there are in replaced-%s "
			"beside them\nkakou provision test says what still is to do; "
			"then systemctl start kakoud\n",
			restore->put, restore->replaced, restore->begun.stamp);
	}
}

static int run(struct restore *restore, const char *path)
{
	struct cli *cli = restore->cli;
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct why why = {""};
	struct tm civil;
	int exit;

	(void)gmtime_r(&now, &civil);
	if (!restore->only_check) {
		exit = restore_undo(restore);
		if (exit)
			return exit;
	}
	restore->begun = (struct begun){.count = 0};
	(void)strftime(restore->begun.stamp, sizeof(restore->begun.stamp),
		       "%Y%m%dT%H%M%SZ", &civil);
	if (bundle_unpack(&restore->bundle, path, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	exit = check(restore);
	if (!exit && !restore->only_check)
		exit = check_not_running(restore);
	if (!exit && !restore->only_check)
		exit = replace_or_take_back(restore);
	if (!exit)
		say(restore);
	cli_hang_up(cli); /* the path of its socket goes with the site */
	return exit;
}

static int open_and_run(struct restore *restore, const char *path)
{
	struct why why = {""};
	int exit;

	if (place_open(&restore->place, restore->config, restore->user,
		       restore->page_user, &why))
		exit = cli_complain(restore->cli, CLI_FAILED, "%s", why.text);
	else if (bundle_open(&restore->bundle, restore->scratch, "restore", &why))
		exit = cli_complain(restore->cli, CLI_FAILED, "%s", why.text);
	else
		exit = run(restore, path);
	bundle_close(&restore->bundle);
	place_close(&restore->place);
	json_decref(restore->manifest);
	json_decref(restore->keys);
	site_free(restore->site);
	return exit;
}

/* What each start of a board does first. Where there is no folder of a site, nothing was begun. */
static int only_undo(struct restore *restore)
{
	struct why why = {""};
	int exit = CLI_DONE;

	if (!begun_is_there(restore->config)) {
		fputs("no restore was begun: nothing to take back\n", restore->cli->out);
		return CLI_DONE;
	}
	if (place_open(&restore->place, restore->config, restore->user,
		       restore->page_user, &why))
		exit = cli_complain(restore->cli, CLI_FAILED, "%s", why.text);
	else
		exit = restore_undo(restore);
	place_close(&restore->place);
	return exit;
}

int cmd_restore(struct cli *cli, int argc, char **argv)
{
	static struct restore restore;
	restore = (struct restore){
		.cli = cli,
		.config = "/etc/kakou/kakou.conf",
		.user = "kakou",
		.page_user = "kakou-console",
	};
	const struct cli_option options[] = {
		{"--config",      &restore.config,    NULL                },
		{"--user",        &restore.user,      NULL                },
		{"--page-user",   &restore.page_user, NULL                },
		{"--scratch",     &restore.scratch,   NULL                },
		{"--with-keys",   NULL,               &restore.with_keys  },
		{"--with-record", NULL,               &restore.with_record},
		{"--other-board", NULL,               &restore.other_board},
		{"--check",       NULL,               &restore.only_check },
		{"--undo",        NULL,               &restore.undo       },
	};
	const char *path = NULL;

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), &path, 0, 1))
		return CLI_USAGE;
	if (restore.undo ? path != NULL : path == NULL)
		return cli_complain(cli, CLI_USAGE,
				    "got %s, expected a backup's FILE, or --undo alone",
				    path ? path : "no file");
	if (restore.undo)
		return only_undo(&restore);
	return open_and_run(&restore, path);
}
