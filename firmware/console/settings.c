/* SPDX-License-Identifier: MIT */
/*
 * The file console.conf. Layer: firmware.
 */
#include "firmware/console/settings.h"

#include <arpa/inet.h>
#include <string.h>

#include "hal/conf.h"
#include "hal/text.h"

enum { MINUTE_MS = 60000 };

/* clang-format off */
#define TEXT(name, max, fallback, doc) \
	{ "", name, CONF_TEXT, 1, max, fallback, NULL, doc }
#define INTEGER(name, min, max, fallback, doc) \
	{ "", name, CONF_INTEGER, min, max, fallback, NULL, doc }

#define LIST(name, min, max, fallback, doc) \
	{ "", name, CONF_LIST, min, max, fallback, NULL, doc }

static const struct conf_key keys[] = {
	TEXT("listen_host", SETTINGS_HOST_MAX, "0.0.0.0",
	     "Numeric address to listen on, IPv4 or IPv6."),
	INTEGER("listen_port", 1, 65535, "8443",
		"TCP port to listen on."),
	TEXT("cert_file", SETTINGS_PATH_MAX, "/etc/kakou/console.pem",
	     "PEM file of the board's certificate with its chain."),
	TEXT("key_file", SETTINGS_PATH_MAX, "/etc/kakou/console.key",
	     "PEM file of its private key; nobody else may read it."),
	TEXT("control_socket", SETTINGS_PATH_MAX, "/run/kakou/kakoud.sock",
	     "The control socket of kakoud."),
	TEXT("page_dir", SETTINGS_PATH_MAX, "/usr/share/kakou/console",
	     "Directory of the page's files; they are read at the start and on SIGHUP."),
	TEXT("state_dir", SETTINGS_PATH_MAX, "/var/lib/kakou-console",
	     "Directory of the search database, which is made anew from the record when it is gone."),
	INTEGER("keep_days", 1, 3650, "400",
		"Passages older than that are no longer found; the record is not touched."),
	LIST("shifts", 1, SETTINGS_SHIFTS_MAX, "0,8,16",
	     "Hours of local time at which a shift begins, growing."),
	LIST("metrics_from", 0, SETTINGS_FROM_MAX, "127.0.0.1,::1",
	     "Addresses that may ask for /metrics without a login."),
	INTEGER("idle_minutes", 1, 60, "15",
		"A session in which nobody does anything ends after so many minutes."),
	INTEGER("connections_max", 8, 900, "256",
		"Connections at a time; more are closed at once."),
	INTEGER("connections_per_address", 1, 900, "128",
		"Connections of one address at a time."),
};
/* clang-format on */

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

void settings_print_sample(FILE *to)
{
	conf_print_sample(to, keys, KEYS);
}

void settings_print_manual(FILE *to)
{
	conf_print_manual(to, keys, KEYS);
}

static void take_text(const struct conf_section *root, const char *name, char *to,
		      size_t size)
{
	(void)text_copy(to, size, conf_text(root, name));
}

static enum kakou_err take_shifts(const struct conf_section *root, struct settings *out,
				  struct why *why)
{
	out->shift_count = conf_list_count(root, "shifts");
	for (size_t i = 0; i < out->shift_count; i++) {
		const char *text = conf_list_at(root, "shifts", i);
		int64_t hour;

		if (text_parse_integer(text, i ? out->shifts[i - 1] + 1 : 0, 23, &hour))
			return conf_complain(root, "shifts", why,
					     "got \"%s\", expected hours from 0 to 23, "
					     "each later than the one before",
					     text);
		out->shifts[i] = (int)hour;
	}
	return KAKOU_OK;
}

static enum kakou_err take_metrics_from(const struct conf_section *root,
					struct settings *out, struct why *why)
{
	unsigned char address[sizeof(struct in6_addr)];
	size_t used = 0;

	for (size_t i = 0; i < conf_list_count(root, "metrics_from"); i++) {
		const char *text = conf_list_at(root, "metrics_from", i);

		if (inet_pton(AF_INET, text, address) != 1 &&
		    inet_pton(AF_INET6, text, address) != 1)
			return conf_complain(root, "metrics_from", why,
					     "got \"%s\", expected numeric addresses",
					     text);
		used += (size_t)snprintf(out->metrics_from + used,
					 sizeof(out->metrics_from) - used, "%s%s",
					 i ? " " : "", text);
	}
	return KAKOU_OK;
}

static enum kakou_err check(const struct conf_section *root, const struct settings *found,
			    struct why *why)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, found->listen_host, address) != 1 &&
	    inet_pton(AF_INET6, found->listen_host, address) != 1)
		return conf_complain(root, "listen_host", why,
				     "got \"%s\", expected a numeric address",
				     found->listen_host);
	if (found->connections_per_address > found->connections_max)
		return conf_complain(root, "connections_per_address", why,
				     "got %u, expected at most connections_max, %u",
				     found->connections_per_address,
				     found->connections_max);
	return KAKOU_OK;
}

enum kakou_err settings_load(struct settings *out, const char *path, struct why *why)
{
	const struct conf_section *root;
	struct conf *conf;
	enum kakou_err err = conf_open(&conf, path, keys, KEYS, why);

	if (err)
		return err;
	root = conf_root(conf);
	memset(out, 0, sizeof(*out));
	take_text(root, "listen_host", out->listen_host, sizeof(out->listen_host));
	out->listen_port = (uint16_t)conf_integer(root, "listen_port");
	take_text(root, "cert_file", out->cert_file, sizeof(out->cert_file));
	take_text(root, "key_file", out->key_file, sizeof(out->key_file));
	take_text(root, "control_socket", out->control_socket,
		  sizeof(out->control_socket));
	take_text(root, "page_dir", out->page_dir, sizeof(out->page_dir));
	out->idle_ms = conf_integer(root, "idle_minutes") * MINUTE_MS;
	out->connections_max = (unsigned)conf_integer(root, "connections_max");
	out->connections_per_address =
		(unsigned)conf_integer(root, "connections_per_address");
	take_text(root, "state_dir", out->state_dir, sizeof(out->state_dir));
	out->keep_days = conf_integer(root, "keep_days");
	err = check(root, out, why);
	if (!err)
		err = take_shifts(root, out, why);
	if (!err)
		err = take_metrics_from(root, out, why);
	conf_close(conf);
	return err;
}
