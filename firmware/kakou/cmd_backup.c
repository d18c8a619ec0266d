/* SPDX-License-Identifier: MIT */
/*
 * kakou backup: what makes this gate another than the next one, in one file.
 *
 * Layer: firmware. Blocks on the disk, and on kakoud for a copy of the record.
 */
#include "firmware/kakou/cmd_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "firmware/config/version.h"
#include "firmware/kakou/cmd_log.h"
#include "firmware/record/journal.h"
#include "hal/clock.h"
#include "hal/file.h"
#include "hal/seal.h"
#include "hal/text.h"
#include "hal/tls.h"

struct backup {
	struct cli *cli;
	const char *config, *scratch;
	bool with_keys, with_record;
	struct site *site;
	struct bundle bundle;
	json_t *files, *keys, *left_out, *record;
};

/* ---- digests --------------------------------------------------------------------------- */

static void print_hex(const unsigned char digest[32], char out[BACKUP_HEX])
{
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

enum kakou_err backup_digest(const char *path, char out[BACKUP_HEX], int64_t *bytes,
			     struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	unsigned char digest[32];
	struct stat is;
	void *mapped = NULL;

	out[0] = '\0';
	*bytes = 0;
	if (fd < 0)
		return why_set(why, KAKOU_E_NOTFOUND, "%s: %s", path, strerror(errno));
	if (fstat(fd, &is))
		mapped = MAP_FAILED;
	else if (is.st_size > 0)
		mapped = mmap(NULL, (size_t)is.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (mapped == MAP_FAILED)
		return why_set(why, KAKOU_E_IO, "%s: %s", path, strerror(errno));
	*bytes = is.st_size;
	digest_sha256(mapped ? mapped : "", mapped ? (size_t)is.st_size : 0, digest);
	if (mapped)
		(void)munmap(mapped, (size_t)is.st_size);
	print_hex(digest, out);
	return KAKOU_OK;
}

void backup_name_board(const char *key_file, char out[BACKUP_HEX])
{
	int64_t bytes;

	(void)!backup_digest(key_file, out, &bytes, NULL);
}

/* ---- files ----------------------------------------------------------------------------- */

/* "config" or "state" when the file lies right there; NULL: elsewhere. */
static const char *find_place(const struct backup *backup, const char *path,
			      const char **name)
{
	const char *slash = strrchr(path, '/');
	const char *config = strrchr(backup->config, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	size_t config_len = config ? (size_t)(config - backup->config) : 0;

	*name = slash ? slash + 1 : path;
	if (len == config_len && !strncmp(path, backup->config, len))
		return "config";
	if (len == strlen(backup->site->state_dir) &&
	    !strncmp(path, backup->site->state_dir, len))
		return "state";
	return NULL;
}

static void leave_out(struct backup *backup, const char *path, const char *why)
{
	(void)json_array_append_new(backup->left_out,
				    json_pack("{s:s, s:s}", "path", path, "why", why));
}

/* Into the bundle, or among the keys. What is not there is not in it. */
static int add_file(struct backup *backup, const char *path, bool is_key,
		    const char *owner)
{
	const char *name;
	const char *place = find_place(backup, path, &name);
	char file[BUNDLE_NAME_MAX + 1];
	char path_in[BUNDLE_PATH_MAX + 1];
	char digest[BACKUP_HEX];
	int64_t bytes;
	struct why why = {""};
	char *text;
	size_t len;

	if (!path[0] || access(path, F_OK))
		return CLI_DONE;
	if (!place) {
		leave_out(backup, path, "it lies elsewhere");
		return CLI_DONE;
	}
	if (file_read_whole(path, BACKUP_FILE_MAX, &text, &len, &why))
		return cli_complain(backup->cli, CLI_FAILED, "%s", why.text);
	if (is_key) {
		(void)json_array_append_new(backup->keys,
					    json_pack("{s:s, s:s, s:s, s:s}", "place",
						      place, "name", name, "owner", owner,
						      "text", text));
		explicit_bzero(text, len);
		free(text);
		return CLI_DONE;
	}
	(void)snprintf(file, sizeof(file), "%s-%.80s", place, name);
	bundle_path(&backup->bundle, file, path_in);
	if (bundle_put(&backup->bundle, file, text, len, &why) ||
	    backup_digest(path_in, digest, &bytes, &why)) {
		free(text);
		return cli_complain(backup->cli, CLI_FAILED, "%s", why.text);
	}
	free(text);
	(void)json_array_append_new(
		backup->files, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "file", file,
					 "place", place, "name", name, "owner", owner,
					 "sha256", digest, "bytes", (json_int_t)bytes));
	return CLI_DONE;
}

static int add_beside(struct backup *backup, const char *name, bool is_key,
		      const char *owner)
{
	const char *slash = strrchr(backup->config, '/');
	char path[PLACE_PATH_MAX * 2];

	(void)snprintf(path, sizeof(path), "%.*s%s",
		       slash ? (int)(slash - backup->config) + 1 : 0, backup->config,
		       name);
	return add_file(backup, path, is_key, owner);
}

static int add_configuration(struct backup *backup)
{
	const struct site *site = backup->site;
	char people[sizeof(site->state_dir) + 16];
	const char *const plain[] = {backup->config, site->customs.ca_file,
				     site->customs.crl_file, site->customs.cert_file,
				     site->receipt_key_file};
	int exit = CLI_DONE;

	for (size_t i = 0; !exit && i < sizeof(plain) / sizeof(plain[0]); i++)
		exit = add_file(backup, plain[i], false, "root");
	(void)snprintf(people, sizeof(people), "%s/people", site->state_dir);
	if (!exit)
		exit = add_file(backup, people, false, "kakou");
	if (!exit)
		exit = add_beside(backup, "identity.conf", false, "root");
	if (!exit)
		exit = add_beside(backup, "console.conf", false, "root");
	return exit ? exit : add_beside(backup, "console.pem", false, "root");
}

static int seal_keys(struct backup *backup)
{
	char *text = json_dumps(backup->keys, JSON_COMPACT);
	char passphrase[CLI_SECRET_MAX];
	unsigned char *sealed = NULL;
	struct why why = {""};
	size_t len;
	int exit = CLI_DONE;

	if (!text)
		return cli_complain(backup->cli, CLI_FAILED, "no memory");
	if (!cli_read_new_secret(backup->cli, "passphrase for the keys", passphrase)) {
		exit = CLI_USAGE;
	} else if (strlen(passphrase) < 12) {
		exit = cli_complain(backup->cli, CLI_USAGE,
				    "got a passphrase of %zu bytes, expected at least 12",
				    strlen(passphrase));
	} else if (seal_close(passphrase, text, strlen(text), &sealed, &len, &why) ||
		   bundle_put(&backup->bundle, BACKUP_KEYS, sealed, len, &why)) {
		exit = cli_complain(backup->cli, CLI_FAILED, "%s", why.text);
	}
	explicit_bzero(passphrase, sizeof(passphrase));
	explicit_bzero(text, strlen(text));
	free(text);
	free(sealed);
	return exit;
}

static int add_keys(struct backup *backup)
{
	const struct site *site = backup->site;
	char record[sizeof(site->state_dir) + 16];
	int exit;

	(void)snprintf(record, sizeof(record), "%s/record.key", site->state_dir);
	exit = add_file(backup, site->customs.key_file, true, "kakou");
	if (!exit)
		exit = add_file(backup, site->customs.password_file, true, "kakou");
	if (!exit)
		exit = add_file(backup,
				site->record_key_file[0] ? site->record_key_file : record,
				true, "kakou");
	if (!exit)
		exit = add_beside(backup, "console.key", true, "page");
	return exit ? exit : seal_keys(backup);
}

/* ---- the record ------------------------------------------------------------------------ */

struct copy_call {
	struct log_call call; /* first: it comes back as a pointer to it */
	struct backup *backup;
};

/* The copy is whole, or it is no backup. */
static int take_record(struct cli *cli, const struct log_call *call, const char *file,
		       const char *shown, const char *source)
{
	struct backup *backup = ((const struct copy_call *)call)->backup;
	const struct journal_trust trust = {0};
	struct journal_verdict verdict = {.what = "record"};
	char path[BUNDLE_PATH_MAX + 1];
	char digest[BACKUP_HEX];
	struct why why = {""};
	int64_t bytes;

	(void)shown;
	(void)source;
	if (journal_verify(file, &trust, &verdict, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	if (!verdict.is_whole)
		return cli_complain(cli, CLI_FAILED, "the record is not whole: %s",
				    verdict.finding);
	bundle_path(&backup->bundle, BACKUP_RECORD, path);
	if (rename(file, path))
		return cli_complain(cli, CLI_FAILED, "%s: %s", path, strerror(errno));
	if (backup_digest(path, digest, &bytes, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	(void)json_object_set_new(backup->record, "events", json_integer(verdict.events));
	(void)json_array_append_new(backup->files,
				    json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "file",
					      BACKUP_RECORD, "place", "state", "name",
					      BACKUP_RECORD, "owner", "kakou", "sha256",
					      digest, "bytes", (json_int_t)bytes));
	return CLI_DONE;
}

static int add_record(struct backup *backup)
{
	struct copy_call call = {.call = {.scratch = backup->scratch}, .backup = backup};
	bool is_running;
	int exit = cli_find(backup->cli, &is_running);

	if (!exit && !is_running)
		exit = cli_complain(backup->cli, CLI_UNREACHABLE,
				    "--with-record: a running kakoud makes the copy, and "
				    "none answers on %s",
				    backup->cli->socket);
	return exit ? exit : log_with_file(backup->cli, &call.call, NULL, take_record);
}

/* ---- the command ----------------------------------------------------------------------- */

static int write_manifest(struct backup *backup)
{
	char board[BACKUP_HEX];
	struct why why = {""};
	json_t *manifest;
	char *text;

	backup_name_board(backup->site->customs.key_file, board);
	manifest = json_pack("{s:s, s:i, s:s, s:s, s:s, s:I, s:O, s:O, s:O, s:b}", "what",
			     "kakou backup", "format", BACKUP_FORMAT, "version",
			     KAKOU_VERSION, "site", backup->site->name, "board", board,
			     "wall_ms", (json_int_t)clock_wall_ms(), "files",
			     backup->files, "left_out", backup->left_out, "record",
			     backup->record, "has_keys", backup->with_keys);
	text = json_dumps(manifest, JSON_INDENT(2));
	json_decref(manifest);
	if (!text ||
	    bundle_put(&backup->bundle, BACKUP_MANIFEST, text, strlen(text), &why)) {
		free(text);
		return cli_complain(backup->cli, CLI_FAILED, "%s", why.text);
	}
	free(text);
	return CLI_DONE;
}

static int collect(struct backup *backup, const char *output)
{
	struct cli *cli = backup->cli;
	struct why why = {""};
	int exit = add_configuration(backup);

	if (!exit && backup->with_keys)
		exit = add_keys(backup);
	if (!exit && backup->with_record)
		exit = add_record(backup);
	if (!exit)
		exit = write_manifest(backup);
	if (exit)
		return exit;
	if (bundle_pack(&backup->bundle, output, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	if (cli->json) {
		json_t *value = json_pack("{s:s, s:O, s:O, s:b}", "path", output, "files",
					  backup->files, "left_out", backup->left_out,
					  "has_keys", backup->with_keys);

		cli_print_json(cli, value);
		json_decref(value);
		return CLI_DONE;
	}
	fprintf(cli->out, "%s: %zu files, %s, %s\n", output,
		json_array_size(backup->files),
		backup->with_keys ? "keys under the passphrase" : "no keys",
		backup->with_record ? "the record" : "no record");
	for (size_t i = 0; i < json_array_size(backup->left_out); i++)
		fprintf(cli->out, "left out: %s\n",
			cli_text(json_array_get(backup->left_out, i), "path"));
	return CLI_DONE;
}

static int run(struct backup *backup, const char *output)
{
	struct cli *cli = backup->cli;
	struct why why = {""};
	char name[BUNDLE_NAME_MAX + 1];
	int exit;

	if (site_load(&backup->site, backup->config, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	(void)snprintf(name, sizeof(name), "kakou-backup-%s", backup->site->name);
	if (bundle_open(&backup->bundle, backup->scratch, name, &why)) {
		exit = cli_complain(cli, CLI_FAILED, "%s", why.text);
	} else {
		backup->files = json_array();
		backup->keys = json_array();
		backup->left_out = json_array();
		backup->record = json_object();
		exit = collect(backup, output);
		json_decref(backup->files);
		json_decref(backup->keys);
		json_decref(backup->left_out);
		json_decref(backup->record);
		bundle_close(&backup->bundle);
	}
	site_free(backup->site);
	return exit;
}

int cmd_backup(struct cli *cli, int argc, char **argv)
{
	struct backup backup = {.cli = cli, .config = "/etc/kakou/kakou.conf"};
	const struct cli_option options[] = {
		{"--config",      &backup.config,  NULL               },
		{"--scratch",     &backup.scratch, NULL               },
		{"--with-keys",   NULL,            &backup.with_keys  },
		{"--with-record", NULL,            &backup.with_record},
	};
	const char *output;

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), &output, 1, 1))
		return CLI_USAGE;
	return run(&backup, output);
}
