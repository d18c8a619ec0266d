/* SPDX-License-Identifier: MIT */
/*
 * kakou restore: whether a backup holds as a whole, before anything is changed.
 *
 * Layer: firmware. Blocks on the disk for as long as a record in it is long.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/kakou/cmd_backup.h"
#include "firmware/people/people.h"
#include "firmware/record/journal.h"
#include "hal/file.h"

/* A name within one folder, and nothing that leads out of it. */
static bool is_plain(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') &&
	       strlen(name) <= BUNDLE_NAME_MAX;
}

static int read_manifest(struct cli *cli, const struct bundle *bundle, json_t **out)
{
	char path[BUNDLE_PATH_MAX + 1];
	struct why why = {""};
	char *text;
	size_t len;

	bundle_path(bundle, BACKUP_MANIFEST, path);
	if (file_read_whole(path, BACKUP_FILE_MAX, &text, &len, &why))
		return cli_complain(cli, CLI_FAILED,
				    "it has no manifest, expected what kakou backup "
				    "makes");
	*out = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	if (!*out || strcmp(cli_text(*out, "what"), "kakou backup") != 0)
		return cli_complain(cli, CLI_FAILED,
				    "its manifest is none of kakou backup");
	if (cli_integer(*out, "format") != BACKUP_FORMAT)
		return cli_complain(cli, CLI_FAILED,
				    "it has format %lld, expected %d: made by kakou %s",
				    (long long)cli_integer(*out, "format"), BACKUP_FORMAT,
				    cli_text(*out, "version"));
	return CLI_DONE;
}

static int check_file(struct cli *cli, const struct bundle *bundle, const json_t *file)
{
	const char *name = cli_text(file, "file");
	const char *place = cli_text(file, "place");
	char path[BUNDLE_PATH_MAX + 1];
	char digest[BACKUP_HEX];
	struct why why = {""};
	int64_t bytes;

	if (!is_plain(name) || !is_plain(cli_text(file, "name")) ||
	    (strcmp(place, "config") != 0 && strcmp(place, "state") != 0))
		return cli_complain(cli, CLI_FAILED,
				    "its manifest has \"%s\" in \"%s\", expected a plain "
				    "name in config or state",
				    name, place);
	bundle_path(bundle, name, path);
	if (backup_digest(path, digest, &bytes, &why))
		return cli_complain(cli, CLI_FAILED, "it lacks %s", name);
	if (strcmp(digest, cli_text(file, "sha256")) != 0)
		return cli_complain(cli, CLI_FAILED,
				    "%s in it has the digest %.16s…, expected %.16s…: it "
				    "was changed",
				    name, digest, cli_text(file, "sha256"));
	return CLI_DONE;
}

static const json_t *find_file(const json_t *manifest, const char *place,
			       const char *name)
{
	const json_t *file;
	size_t i;

	json_array_foreach(json_object_get(manifest, "files"), i, file)
	{
		if (!strcmp(cli_text(file, "place"), place) &&
		    !strcmp(cli_text(file, "name"), name))
			return file;
	}
	return NULL;
}

/* Beside the place of the site file, because what it names is relative to that. */
static int check_site(struct cli *cli, const struct bundle *bundle,
		      const struct place *place, const json_t *manifest,
		      struct site **site)
{
	const char *slash = strrchr(place->config, '/');
	const json_t *file =
		find_file(manifest, "config", slash ? slash + 1 : place->config);
	char path[BUNDLE_PATH_MAX + 1];
	char trial[PLACE_PATH_MAX + 16];
	struct why why = {""};
	char *text;
	size_t len;
	enum kakou_err err;

	if (!file)
		return cli_complain(cli, CLI_FAILED, "it has no site file of the name %s",
				    slash ? slash + 1 : place->config);
	bundle_path(bundle, cli_text(file, "file"), path);
	(void)snprintf(trial, sizeof(trial), "%s.restore", place->config);
	err = file_read_whole(path, BACKUP_FILE_MAX, &text, &len, &why);
	if (!err) {
		err = file_write_atomic(trial, text, len, 0600, &why);
		free(text);
	}
	if (!err)
		err = site_load(site, trial, &why);
	(void)unlink(trial);
	return err ? cli_complain(cli, CLI_FAILED, "its site file is none here: %s",
				  why.text)
		   : CLI_DONE;
}

static int check_people(struct cli *cli, const struct bundle *bundle,
			const json_t *manifest)
{
	const json_t *file = find_file(manifest, "state", "people");
	char path[BUNDLE_PATH_MAX + 1];
	struct people people;
	struct why why = {""};
	char *text;
	size_t len;
	enum kakou_err err;

	if (!file)
		return CLI_DONE;
	bundle_path(bundle, cli_text(file, "file"), path);
	err = file_read_whole(path, PEOPLE_FILE_MAX, &text, &len, &why);
	if (!err) {
		err = people_parse(text, &people, &why);
		explicit_bzero(text, len);
		free(text);
	}
	explicit_bzero(&people, sizeof(people));
	return err ? cli_complain(cli, CLI_FAILED, "its people: %s", why.text) : CLI_DONE;
}

static int check_record(struct cli *cli, const struct bundle *bundle,
			const json_t *manifest)
{
	const json_t *file = find_file(manifest, "state", BACKUP_RECORD);
	const struct journal_trust trust = {0};
	struct journal_verdict verdict = {.what = "record"};
	char path[BUNDLE_PATH_MAX + 1];
	struct why why = {""};

	if (!file)
		return CLI_DONE;
	bundle_path(bundle, cli_text(file, "file"), path);
	if (journal_verify(path, &trust, &verdict, &why))
		return cli_complain(cli, CLI_FAILED, "its record: %s", why.text);
	if (!verdict.is_whole)
		return cli_complain(cli, CLI_FAILED, "its record is not whole: %s",
				    verdict.finding);
	return CLI_DONE;
}

int restore_check(struct cli *cli, const struct bundle *bundle, const struct place *place,
		  json_t **manifest, struct site **site)
{
	const json_t *file;
	size_t i;
	int exit = read_manifest(cli, bundle, manifest);

	if (exit)
		return exit;
	json_array_foreach(json_object_get(*manifest, "files"), i, file)
	{
		exit = check_file(cli, bundle, file);
		if (exit)
			return exit;
	}
	exit = check_people(cli, bundle, *manifest);
	if (!exit)
		exit = check_record(cli, bundle, *manifest);
	return exit ? exit : check_site(cli, bundle, place, *manifest, site);
}
