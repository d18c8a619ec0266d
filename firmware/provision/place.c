/* SPDX-License-Identifier: MIT */
/*
 * Where a gate's files are, and the writing of its site file. Layer: firmware.
 */
#include "firmware/provision/place.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hal/conf_edit.h"
#include "hal/file.h"
#include "hal/text.h"

enum { SITE_BYTES_MAX = 262144, SUFFIX_BYTES = 8 };

static const char *const names[] = {"gate_name", "console_name"};

/* Root prepares files for others; anybody else only for himself. */
static bool find_user(const char *name, struct place_user *out)
{
	const struct passwd *found;

	*out = (struct place_user){geteuid(), getegid()};
	if (geteuid() != 0)
		return true;
	/* NOLINTNEXTLINE(getpwnamCalled): kakou has one thread, and it is read at once */
	found = getpwnam(name);
	if (!found)
		return false;
	*out = (struct place_user){found->pw_uid, found->pw_gid};
	return true;
}

static enum kakou_err take_lock(struct place *place, struct why *why)
{
	place->lock =
		open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
	if (place->lock < 0)
		return why_set(why, KAKOU_E_NOTFOUND, "%s: %s", place->directory,
			       strerror(errno));
	if (flock(place->lock, LOCK_EX | LOCK_NB))
		return why_set(why, KAKOU_E_DENIED,
			       "%s: another kakou provision is at work here",
			       place->directory);
	return KAKOU_OK;
}

enum kakou_err place_open(struct place *out, const char *config, const char *user,
			  const char *page_user, struct why *why)
{
	const char *slash = strrchr(config, '/');
	size_t len = slash ? (size_t)(slash - config) + 1 : 0;

	*out = (struct place){.lock = -1};
	if (len > PLACE_DIRECTORY_MAX || strlen(config + len) > PLACE_DIRECTORY_MAX - 8)
		return why_set(why, KAKOU_E_INVALID,
			       "got \"%s\", expected a path of at most %d bytes", config,
			       PLACE_DIRECTORY_MAX);
	(void)text_copy(out->config, sizeof(out->config), config);
	(void)text_copy(out->directory, sizeof(out->directory), slash ? config : "./");
	if (slash)
		out->directory[len] = '\0';
	if (!find_user(user, &out->kakou))
		return why_set(why, KAKOU_E_NOTFOUND,
			       "got the user \"%s\", expected one of this machine; "
			       "the package kakou makes it",
			       user);
	out->has_page_user = find_user(page_user, &out->page);
	return take_lock(out, why);
}

void place_close(struct place *place)
{
	if (place->lock >= 0)
		close(place->lock);
	place->lock = -1;
}

void place_name(const struct place *place, const char *name, char to[PLACE_PATH_MAX + 1])
{
	if (name[0] == '/')
		(void)text_copy(to, PLACE_PATH_MAX + 1, name);
	else
		(void)snprintf(to, PLACE_PATH_MAX + 1, "%s%.120s", place->directory,
			       name);
}

/* ---- the site file --------------------------------------------------------------------- */

/* The present text, the template's, or NULL. */
static enum kakou_err read_present(const struct place *place,
				   const struct answers *answers, char **out,
				   bool *is_there, const char **path, struct why *why)
{
	const char *template = answer_get(&answers->top, "", "template");
	size_t len;
	enum kakou_err err;

	*out = NULL;
	*path = place->config;
	err = file_read_whole(place->config, SITE_BYTES_MAX, out, &len, why);
	*is_there = !err;
	if (err != KAKOU_E_NOTFOUND)
		return err;
	if (!template[0])
		return KAKOU_OK;
	*path = template;
	return file_read_whole(template, SITE_BYTES_MAX, out, &len, why);
}

/* The sentence is about the file that is not there yet; a person knows it by its later name. */
static void rename_in(struct why *why, const char *from, const char *to)
{
	char text[sizeof(why->text)];
	size_t len = strlen(from);

	if (strncmp(why->text, from, len) != 0)
		return;
	(void)snprintf(text, sizeof(text), "%.90s%.140s", to, why->text + len);
	(void)text_copy(why->text, sizeof(why->text), text);
}

/* Written beside it and looked at as a whole, before it takes its place. */
static enum kakou_err write_checked(const struct place *place, const char *text,
				    mode_t mode, bool is_there, struct why *why)
{
	char fresh[PLACE_PATH_MAX + 1];
	char former[PLACE_PATH_MAX + 1];
	struct site *site = NULL;
	enum kakou_err err;

	(void)snprintf(fresh, sizeof(fresh), "%.*s.new", PLACE_PATH_MAX - SUFFIX_BYTES,
		       place->config);
	(void)snprintf(former, sizeof(former), "%.*s.former",
		       PLACE_PATH_MAX - SUFFIX_BYTES, place->config);
	err = file_write_atomic(fresh, text, strlen(text), mode, why);
	if (err)
		return err;
	err = site_load(&site, fresh, why);
	site_free(site);
	if (err) {
		rename_in(why, fresh, place->config);
		(void)unlink(fresh);
		return err;
	}
	if (is_there) {
		(void)unlink(former);
		if (link(place->config, former))
			err = why_set(why, KAKOU_E_IO, "%s: %s", former, strerror(errno));
	}
	if (!err && rename(fresh, place->config))
		err = why_set(why, KAKOU_E_IO, "%s: %s", place->config, strerror(errno));
	return err ? err : file_sync_directory(place->directory, why);
}

enum kakou_err place_write_site(const struct place *place, const struct answers *answers,
				provision_change *on_change, void *arg, bool *has_changed,
				struct why *why)
{
	struct site_text_wish wish = {
		.answers = answers, .on_change = on_change, .arg = arg};
	struct stat is = {.st_mode = 0644};
	char *present;
	char *text = NULL;
	bool is_there;
	enum kakou_err err =
		read_present(place, answers, &present, &is_there, &wish.path, why);

	*has_changed = false;
	if (err)
		return err;
	wish.present = present;
	err = site_text_make(&text, &wish, why);
	*has_changed = !err && (!is_there || strcmp(text, present) != 0);
	if (*has_changed) {
		(void)stat(place->config, &is);
		err = write_checked(place, text, is.st_mode & 0777, is_there, why);
	}
	free(text);
	free(present);
	return err;
}

/* ---- names on certificates ------------------------------------------------------------- */

static void name_names(const struct place *place, char to[PLACE_PATH_MAX + 1])
{
	place_name(place, "identity.conf", to);
}

static enum kakou_err open_names(const struct place *place, struct conf_edit **out,
				 struct why *why)
{
	char path[PLACE_PATH_MAX + 1];
	char *text = NULL;
	size_t len;
	enum kakou_err err;

	name_names(place, path);
	err = file_read_whole(path, SITE_BYTES_MAX, &text, &len, why);
	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	err = conf_edit_open(
		out, text ? text : "# What this gate is called on its certificates.\n",
		path, why);
	free(text);
	return err;
}

void place_read_name(const struct place *place, const char *key,
		     char to[PLACE_PATH_MAX + 1])
{
	struct conf_edit *edit;

	to[0] = '\0';
	if (open_names(place, &edit, NULL))
		return;
	if (!conf_edit_get(edit, "", NULL, key, to, PLACE_PATH_MAX + 1))
		to[0] = '\0';
	conf_edit_close(edit);
}

enum kakou_err place_write_names(const struct place *place, const struct answers *answers,
				 provision_change *on_change, void *arg,
				 bool *has_changed, struct why *why)
{
	char path[PLACE_PATH_MAX + 1];
	char before[PLACE_PATH_MAX + 1];
	struct conf_edit *edit;
	enum kakou_err err = open_names(place, &edit, why);

	*has_changed = false;
	if (err)
		return err;
	for (size_t i = 0; !err && i < 2; i++) {
		const char *value = answer_get(&answers->top, "", names[i]);
		bool is_new = false;

		place_read_name(place, names[i], before);
		if (answer_is_set(&answers->top, "", names[i]))
			err = conf_edit_set(edit, "", NULL, names[i], value, true,
					    &is_new, why);
		if (!err && is_new)
			on_change(arg, names[i], before, value);
		*has_changed = *has_changed || is_new;
	}
	name_names(place, path);
	if (!err && *has_changed)
		err = file_write_atomic(path, conf_edit_text(edit),
					strlen(conf_edit_text(edit)), 0644, why);
	conf_edit_close(edit);
	return err;
}
