/* SPDX-License-Identifier: MIT */
/*
 * Certificates, key, authorities and revocation list: loaded, looked after, and replaced without a
 * restart when their files change.
 *
 * Layer: drivers. Threads: start from main, then the link's own, which may wait for the disk.
 *
 * Connections under way keep what they began with. A file that can't be loaded (half of a new pair is
 * there) leaves the old ones in force, and is told when it stays so.
 */
#include "drivers/customs/link_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "hal/clock.h"
#include "hal/text.h"

enum {
	LOOK_MS = 1000,
	FILES = 4,
	DAY_S = 86400,
	WARN_DAYS = 30,
};

/* What tells one version of a file from the next. */
struct version {
	int64_t modified_ns, inode, size;
};

struct link_files {
	struct version
		loaded[FILES]; /* as they were when they were loaded or failed to be */
	bool is_changing;      /* seen changed once: the next look acts */
	struct version changing[FILES];
	int64_t warned_s; /* wall clock of the last warning; 0 = none */
	bool is_told[CUSTOMS_EXPIRY_LEVELS];
	bool clock_was_unset;
};

static void look(const struct customs_link *link, struct version versions[FILES])
{
	const struct customs_link_config *config = &link->config;
	const char *const paths[FILES] = {config->ca_file, config->crl_file,
					  config->cert_file, config->key_file};

	memset(versions, 0, FILES * sizeof(versions[0]));
	for (int i = 0; i < FILES; i++) {
		struct stat is;

		if (!paths[i][0] || stat(paths[i], &is))
			continue; /* a file that is missing differs from one that was there */
		versions[i] = (struct version){
			.modified_ns = (int64_t)is.st_mtim.tv_sec * 1000000000 +
				       is.st_mtim.tv_nsec,
			.inode = (int64_t)is.st_ino,
			.size = (int64_t)is.st_size,
		};
	}
}

static enum kakou_err load(const struct customs_link *link, struct tls_context **client,
			   struct tls_context **server, struct why *why)
{
	struct tls_config tls = {
		.ca_file = link->config.ca_file,
		.crl_file = link->config.crl_file[0] ? link->config.crl_file : NULL,
		.cert_file = link->config.cert_file,
		.key_file = link->config.key_file,
	};
	enum kakou_err err = tls_context_create(client, &tls, why);

	if (err)
		return err;
	tls.is_server = true;
	err = tls_context_create(server, &tls, why);
	if (err)
		tls_context_destroy(*client);
	return err;
}

static void take_over(struct customs_link *link, struct tls_context *client,
		      struct tls_context *server)
{
	struct tls_expiry expiry;

	tls_context_destroy(link->client_tls);
	tls_context_destroy(link->server_tls);
	link->client_tls = client;
	link->server_tls = server;
	link->files->warned_s = 0;
	tls_context_read_expiry(client, &expiry);
	link->health.expires_s = expiry.at_s;
}

enum kakou_err link_certificates_load(struct customs_link *link, struct why *why)
{
	struct tls_context *client, *server;
	enum kakou_err err;

	link->files = calloc(1, sizeof(*link->files));
	if (!link->files)
		return why_set(why, KAKOU_E_NOMEM, "no memory for certificates");
	look(link, link->files->loaded);
	err = load(link, &client, &server, why);
	if (!err)
		take_over(link, client, server);
	return err;
}

static void rotate(struct customs_link *link)
{
	struct tls_context *client, *server;
	char text[sizeof(((struct customs_news *)NULL)->why)];
	struct why why = {""};

	if (load(link, &client, &server, &why)) {
		snprintf(text, sizeof(text),
			 "new files not taken, the old ones stay: %.100s", why.text);
		link_news_tell(link, CUSTOMS_NEWS_CERTIFICATES, text);
		return;
	}
	take_over(link, client, server);
	link->peer.tls = client;
	link_listen_set_tls(link->listen, server);
	link_news_tell(link, CUSTOMS_NEWS_CERTIFICATES,
		       "rotated: new files are in force");
}

/* Acts when the files have stood still between two looks, so that a pair that is being written is not
 * taken by half. */
static void look_for_changes(struct customs_link *link)
{
	struct link_files *files = link->files;
	struct version now[FILES];
	bool has_settled;

	look(link, now);
	if (!memcmp(now, files->loaded, sizeof(now))) {
		files->is_changing = false;
		return;
	}
	has_settled = files->is_changing && !memcmp(now, files->changing, sizeof(now));
	memcpy(files->changing, now, sizeof(now));
	files->is_changing = true;
	if (!has_settled)
		return;
	memcpy(files->loaded, now, sizeof(now));
	files->is_changing = false;
	rotate(link);
}

static void describe(const struct tls_expiry *expiry, int64_t left_s, char *to,
		     size_t size)
{
	time_t at = (time_t)expiry->at_s;
	struct tm civil = {0};

	gmtime_r(&at, &civil);
	snprintf(to, size, "%.60s %s on %04d-%02d-%02d, %" PRId64 " days %s",
		 expiry->what, left_s > 0 ? "ends" : "ended", civil.tm_year + 1900,
		 civil.tm_mon + 1, civil.tm_mday, (left_s < 0 ? -left_s : left_s) / DAY_S,
		 left_s > 0 ? "left" : "ago");
}

/* Once a day, from thirty days before the end. */
static void warn_of_expiry(struct customs_link *link, const char *text, int64_t now_s)
{
	if (link->files->warned_s && now_s - link->files->warned_s < DAY_S)
		return;
	link->files->warned_s = now_s;
	link_news_tell(link, CUSTOMS_NEWS_CERTIFICATES, text);
}

/* An alarm that nobody could take is told at the next look. */
static void tell_expiry(struct customs_link *link, enum customs_expiry_level level,
			bool is_on, const struct tls_expiry *expiry, const char *text)
{
	struct customs_news news =
		link_news_begin(CUSTOMS_NEWS_EXPIRY, CUSTOMS_LANES_MAX);

	if (is_on == link->files->is_told[level])
		return;
	news.expiry = (struct customs_expiry){
		.level = (uint8_t)level, .is_on = is_on, .part = (uint8_t)expiry->part};
	text_copy(news.why, sizeof(news.why), text);
	if (!queue_push(link->news, &news))
		link->files->is_told[level] = is_on;
}

static void look_for_the_end(struct customs_link *link)
{
	char text[240]; /* longer than any that is told */
	int64_t now_s = clock_wall_ms() / 1000;
	struct tls_expiry expiry;
	int64_t left_s;
	bool is_near;

	tls_context_read_expiry(link->client_tls, &expiry);
	left_s = expiry.at_s - now_s;
	is_near = left_s <= (int64_t)WARN_DAYS * DAY_S;
	describe(&expiry, left_s, text, sizeof(text));
	if (is_near)
		warn_of_expiry(link, text, now_s);
	tell_expiry(link, CUSTOMS_EXPIRY_NEAR, is_near && left_s > 0, &expiry, text);
	tell_expiry(link, CUSTOMS_EXPIRY_OVER, left_s <= 0, &expiry, text);
}

static void watch_clock(struct customs_link *link)
{
	bool is_unset = tls_context_clock_is_unset(link->client_tls);

	if (is_unset == link->files->clock_was_unset)
		return;
	link->files->clock_was_unset = is_unset;
	link_news_tell(
		link, CUSTOMS_NEWS_CERTIFICATES,
		is_unset
			? "the clock stands before the beginning of our own certificate: "
			  "\"not yet valid\" is not held against the platform"
			: "the clock is set: validity is checked again");
}

static void on_files_timer(void *arg)
{
	struct customs_link *link = arg;

	loop_timer_set(link->files_timer, clock_mono_ms() + LOOK_MS);
	look_for_changes(link);
	watch_clock(link);
	if (!link->files->clock_was_unset)
		look_for_the_end(link);
}

enum kakou_err link_certificates_watch(struct customs_link *link)
{
	enum kakou_err err =
		loop_timer_create(link->loop, on_files_timer, link, &link->files_timer);

	if (!err)
		loop_timer_set(link->files_timer, clock_mono_ms());
	return err;
}

void link_certificates_end(struct customs_link *link)
{
	tls_context_destroy(link->client_tls);
	tls_context_destroy(link->server_tls);
	free(link->files);
}
