/* SPDX-License-Identifier: MIT */
/*
 * A bundle. Layer: firmware.
 */
#include "firmware/kakou/cli_bundle.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/kakou/cli_run.h"
#include "hal/file.h"
#include "hal/text.h"

enum { SCRATCH_MAX = 120 };

enum kakou_err bundle_open(struct bundle *out, const char *scratch, const char *name,
			   struct why *why)
{
	const char *parent = scratch ? scratch : getenv("TMPDIR");

	*out = (struct bundle){.scratch = ""};
	parent = parent && parent[0] ? parent : "/tmp";
	if (strlen(parent) > SCRATCH_MAX ||
	    !text_copy(out->name, sizeof(out->name), name))
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected a folder's path of at most %d bytes",
			       parent, SCRATCH_MAX);
	(void)snprintf(out->scratch, sizeof(out->scratch), "%s/kakou-XXXXXX", parent);
	if (!mkdtemp(out->scratch)) {
		out->scratch[0] = '\0';
		return why_set(why, KAKOU_E_IO, "%s: %s", parent, strerror(errno));
	}
	(void)snprintf(out->folder, sizeof(out->folder), "%.140s/%.95s", out->scratch,
		       name);
	return KAKOU_OK;
}

static void remove_inside(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	char inside[BUNDLE_PATH_MAX * 2 + 2];

	while (directory && (entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		(void)snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
		if (unlink(inside) && errno == EISDIR)
			remove_inside(inside);
	}
	if (directory)
		closedir(directory);
	(void)rmdir(path);
}

void bundle_close(struct bundle *bundle)
{
	if (bundle->scratch[0])
		remove_inside(bundle->scratch);
	bundle->scratch[0] = '\0';
}

void bundle_path(const struct bundle *bundle, const char *file,
		 char to[BUNDLE_PATH_MAX + 1])
{
	(void)snprintf(to, BUNDLE_PATH_MAX + 1, "%.200s/%.50s", bundle->folder, file);
}

enum kakou_err bundle_put(const struct bundle *bundle, const char *file, const void *data,
			  size_t len, struct why *why)
{
	char path[BUNDLE_PATH_MAX + 1];

	if (mkdir(bundle->folder, 0700) && errno != EEXIST)
		return why_set(why, KAKOU_E_IO, "%s: %s", bundle->folder,
			       strerror(errno));
	bundle_path(bundle, file, path);
	return file_write_atomic(path, data, len, 0600, why);
}

/* What tar said on its output goes to `*out`, for the caller to free, unless that is NULL. */
static enum kakou_err run_tar(const char *const argv[], char **out, struct why *why)
{
	char words[CLI_WHY_MAX];
	struct cli_said said;
	enum kakou_err err = KAKOU_OK;

	cli_run_program(argv, NULL, &said);
	if (said.status)
		err = why_set(why, KAKOU_E_REFUSED, "tar: %s",
			      cli_said_why(&said, words));
	if (out && !err) {
		*out = said.out;
		said.out = NULL;
	}
	cli_said_release(&said);
	return err;
}

enum kakou_err bundle_pack(const struct bundle *bundle, const char *path, struct why *why)
{
	char making[BUNDLE_PATH_MAX + 16];
	const char *const argv[] = {"tar",        "-C",   bundle->scratch, "--owner=0",
				    "--group=0",  "-czf", making,          "--",
				    bundle->name, NULL};
	enum kakou_err err;

	if (strlen(path) > BUNDLE_PATH_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected a shorter path", path);
	if (!access(path, F_OK))
		return why_set(why, KAKOU_E_INVALID, "%s: exists, expected a new name",
			       path);
	(void)snprintf(making, sizeof(making), "%s.making", path);
	(void)unlink(making);
	(void)umask(077);
	err = run_tar(argv, NULL, why);
	if (!err && (chmod(making, 0600) || rename(making, path)))
		err = why_set(why, KAKOU_E_IO, "%s: %s", path, strerror(errno));
	if (err)
		(void)unlink(making);
	return err;
}

/* Nothing but "NAME/" and "NAME/FILE": what leads elsewhere is not unpacked at all. */
static bool is_plain_list(const char *list, char name[BUNDLE_NAME_MAX + 1])
{
	size_t len = strcspn(list, "/");

	if (len == 0 || len > BUNDLE_NAME_MAX || list[0] == '.')
		return false;
	memcpy(name, list, len);
	name[len] = '\0';
	while (*list) {
		size_t n = strcspn(list, "\n");

		if (n <= len || strncmp(list, name, len) != 0 || list[len] != '/' ||
		    memchr(list + len + 1, '/', n - len - 1) ||
		    (n > len + 1 && list[len + 1] == '.'))
			return false;
		list += n + (list[n] == '\n');
	}
	return true;
}

/* Plain files only: no link leads out of it. */
static bool has_only_files(const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	char inside[BUNDLE_PATH_MAX * 2 + 2];
	struct stat is;
	bool is_well = directory;

	while (is_well && (entry = readdir(directory))) {
		(void)snprintf(inside, sizeof(inside), "%s/%s", folder, entry->d_name);
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			is_well = !lstat(inside, &is) && S_ISREG(is.st_mode) &&
				  is.st_nlink == 1;
	}
	if (directory)
		closedir(directory);
	return is_well;
}

enum kakou_err bundle_unpack(struct bundle *bundle, const char *path, struct why *why)
{
	const char *const list[] = {"tar", "-tzf", path, NULL};
	const char *const unpack[] = {"tar",
				      "-C",
				      bundle->scratch,
				      "--no-same-owner",
				      "--no-same-permissions",
				      "-xzf",
				      path,
				      NULL};
	char *names = NULL;
	enum kakou_err err = access(path, R_OK) ? why_set(why, KAKOU_E_NOTFOUND, "%s: %s",
							  path, strerror(errno))
						: run_tar(list, &names, why);

	if (err)
		return err == KAKOU_E_REFUSED
			       ? why_set(why, KAKOU_E_INVALID,
					 "%s: expected a whole archive of kakou", path)
			       : err;
	assert(names);
	err = is_plain_list(names, bundle->name)
		      ? KAKOU_OK
		      : why_set(why, KAKOU_E_INVALID,
				"%s: expected files in one folder and nothing else",
				path);
	free(names);
	(void)umask(077);
	if (!err)
		err = run_tar(unpack, NULL, why);
	(void)snprintf(bundle->folder, sizeof(bundle->folder), "%.140s/%.95s",
		       bundle->scratch, bundle->name);
	if (!err && !has_only_files(bundle->folder))
		err = why_set(why, KAKOU_E_INVALID, "%s: expected plain files only",
			      path);
	return err;
}
