/* SPDX-License-Identifier: MIT */
/*
 * The site: opens the file, takes its top level and hands the rest to its siblings.
 *
 * Layer: firmware. Blocks on the disk; start and reconfiguration only.
 */
#include "firmware/config/site_internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/file.h"
#include "hal/text.h"
#include "hal/tls.h"

enum { CONFIG_BYTES_MAX = 262144 }; /* what hal/conf takes, too */

static bool is_name(const char *text)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789";
	static const char rest[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789._-";
	size_t len = strlen(text);

	return len > 0 && len <= SITE_NAME_MAX && strchr(first, text[0]) &&
	       strspn(text, rest) == len;
}

enum kakou_err site_take_name(struct site_build *build,
			      const struct conf_section *section, const char *key,
			      char to[SITE_NAME_MAX + 1])
{
	const char *text = key ? conf_text(section, key) : conf_title(section);

	if (!is_name(text))
		return conf_complain(section, key, build->why,
				     "got the name \"%s\", expected 1 to %d of "
				     "A-Z a-z 0-9 . _ -, the first a letter or digit",
				     text, SITE_NAME_MAX);
	text_copy(to, SITE_NAME_MAX + 1, text);
	return KAKOU_OK;
}

enum kakou_err site_take_path(struct site_build *build,
			      const struct conf_section *section, const char *key,
			      const char *prefix, char *to, size_t size)
{
	const char *path = conf_text(section, key) + strlen(prefix);
	const char *directory = path[0] == '/' ? "" : build->directory;
	int n;

	if (!path[0] && !prefix[0]) {
		to[0] = '\0';
		return KAKOU_OK;
	}
	if (!path[0])
		return conf_complain(section, key, build->why,
				     "got \"%s\", expected a path after it", prefix);
	n = snprintf(to, size, "%s%s%s", prefix, directory, path);
	if (n < 0 || (size_t)n >= size)
		return conf_complain(section, key, build->why,
				     "got %d bytes with the file's directory, expected "
				     "at most %zu",
				     n, size - 1);
	return KAKOU_OK;
}

enum kakou_err site_take_address(struct site_build *build,
				 const struct conf_section *section, const char *key,
				 char *to, size_t size)
{
	const char *text = conf_text(section, key);
	struct in6_addr address;

	if (inet_pton(AF_INET, text, &address) != 1 &&
	    inet_pton(AF_INET6, text, &address) != 1)
		return conf_complain(
			section, key, build->why,
			"got \"%s\", expected a numeric address such as 192.0.2.7", text);
	text_copy(to, size, text);
	return KAKOU_OK;
}

enum kakou_err site_take_id(struct site_build *build, const struct conf_section *section,
			    const char *key, char to[FRAME_ID_LENGTH + 1])
{
	const char *text = conf_text(section, key);
	size_t visible = 0;

	while (text[visible] > 0x20 && text[visible] < 0x7F)
		visible++;
	if (text[visible] || visible != FRAME_ID_LENGTH)
		return conf_complain(section, key, build->why,
				     "got \"%s\", expected exactly %d ASCII characters",
				     text, FRAME_ID_LENGTH);
	text_copy(to, FRAME_ID_LENGTH + 1, text);
	return KAKOU_OK;
}

static enum kakou_err take_top(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	struct site *site = build->site;
	enum kakou_err err = site_take_name(build, root, "name", site->name);

	if (!err)
		err = site_take_path(build, root, "state_dir", "", site->state_dir,
				     sizeof(site->state_dir));
	if (!err)
		err = site_take_path(build, root, "control_socket", "",
				     site->control_socket, sizeof(site->control_socket));
	if (!err)
		err = site_take_path(build, root, "maps_dir", "", site->maps_dir,
				     sizeof(site->maps_dir));
	site->allow_volatile_state = conf_flag(root, "allow_volatile_state");
	site->picture_bytes = (int32_t)conf_integer(root, "picture_kb") * 1024;
	site->picture_wait_ms = (int32_t)conf_integer(root, "picture_wait_ms");
	site->pictures_days = (int32_t)conf_integer(root, "pictures_days");
	site->pictures_bytes = conf_integer(root, "pictures_mb") * 1024 * 1024;
	return err;
}

static enum kakou_err take_directory(struct site_build *build, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;

	if (len > SITE_PATH_MAX)
		return why_set(build->why, KAKOU_E_INVALID,
			       "%s: its directory is %zu bytes, expected at most %d",
			       path, len, SITE_PATH_MAX);
	memcpy(build->directory, path, len);
	build->directory[len] = '\0';
	return KAKOU_OK;
}

static enum kakou_err take_all(struct site_build *build, const char *path)
{
	static enum kakou_err (*const parts[])(struct site_build *) = {
		take_top,          site_take_record,  site_take_board,   site_take_ports,
		site_take_devices, site_take_customs, site_take_offline, site_take_lanes,
	};
	enum kakou_err err = take_directory(build, path);

	for (size_t i = 0; !err && i < sizeof(parts) / sizeof(parts[0]); i++)
		err = parts[i](build);
	return err;
}

/* Which file it was, for the record and for reports. */
static enum kakou_err take_digest(struct site *site, const char *path, struct why *why)
{
	unsigned char digest[32];
	char *text;
	size_t len;
	enum kakou_err err = file_read_whole(path, CONFIG_BYTES_MAX, &text, &len, why);

	if (err)
		return err;
	digest_sha256(text, len, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(site->config_sha256 + 2 * i, 3, "%02x", digest[i]);
	free(text);
	return KAKOU_OK;
}

enum kakou_err site_load(struct site **out, const char *path, struct why *why)
{
	struct conf *conf;
	struct site_build *build = NULL;
	enum kakou_err err = conf_open(&conf, path, site_keys, site_key_count, why);

	if (err)
		return err;
	build = calloc(1, sizeof(*build));
	if (build)
		build->site = calloc(1, sizeof(*build->site));
	if (!build || !build->site) {
		err = why_set(why, KAKOU_E_NOMEM, "%s: no memory for the site", path);
		goto close_conf;
	}
	build->conf = conf;
	build->why = why;
	err = take_all(build, path);
	if (!err)
		err = take_digest(build->site, path, why);
	if (err)
		site_free(build->site);
	else
		*out = build->site;

close_conf:
	free(build);
	conf_close(conf);
	return err;
}

void site_free(struct site *site)
{
	free(site);
}
