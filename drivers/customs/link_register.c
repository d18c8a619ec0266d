/* SPDX-License-Identifier: MIT */
/*
 * Registration of each lane with the platform (0x61), again and again until it answers (0x62), and
 * then at a period, as a sign of life. The password is read when it is sent, and kept nowhere.
 *
 * Layer: drivers. Threads: the link's own.
 */
#include "drivers/customs/link_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hal/clock.h"
#include "hal/file.h"
#include "hal/text.h"

enum { LOOK_MS = 1000, FILE_MAX = 256 };

static const char *result_word(char result)
{
	static const char *const words[] = {
		"registered",
		"refused: the area",
		"refused: the channel",
		"refused: the direction",
		"refused: the address",
		"refused: the user",
		"refused: the password",
		"refused: no right",
	};

	return result >= '0' && result <= '7' ? words[result - '0'] : "not understood";
}

static void post(struct customs_link *link, size_t lane, int64_t now_ms)
{
	struct customs_message message = {.code = CUSTOMS_REGISTER};
	struct customs_register *to = &message.u.registration;

	link_fill_head(link, lane, &to->head);
	text_copy(to->monitor_ip, sizeof(to->monitor_ip), link->config.listen_host);
	(void)snprintf(to->monitor_port, sizeof(to->monitor_port), "%u",
		       link->config.listen_port);
	text_copy(to->user_id, sizeof(to->user_id), link->config.user_id);
	/* Where results wait already the next look finds room. */
	if (link_outbox_put(link->outbox, (uint8_t)lane, &message, now_ms))
		return;
	link->registrations[lane].due_ms =
		now_ms + (link->registrations[lane].is_registered
				  ? link->config.register_ms
				  : link->config.resend_max_ms);
}

static void on_register_timer(void *arg)
{
	struct customs_link *link = arg;
	int64_t now_ms = clock_mono_ms();

	loop_timer_set(link->register_timer, now_ms + LOOK_MS);
	for (size_t i = 0; i < link->config.lane_count; i++) {
		if (link->registrations[i].due_ms <= now_ms)
			post(link, i, now_ms);
	}
	link_work(link);
}

enum kakou_err link_register_begin(struct customs_link *link)
{
	enum kakou_err err;

	if (!link->config.user_id[0])
		return KAKOU_OK;
	err = loop_timer_create(link->loop, on_register_timer, link,
				&link->register_timer);
	if (!err)
		loop_timer_set(link->register_timer, clock_mono_ms());
	return err;
}

enum kakou_err link_register_read_password(const struct customs_link *link,
					   char to[CUSTOMS_PASSWORD_MAX + 1],
					   struct why *why)
{
	const char *path = link->config.password_file;
	struct stat is;
	char *text = NULL;
	size_t len = 0;
	enum kakou_err err;

	if (stat(path, &is))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: %s", path, strerror(errno));
	if (is.st_mode & 077)
		return why_set(why, KAKOU_E_DENIED, "%s: mode is %04o, expected 0600",
			       path, (unsigned)is.st_mode & 07777);
	err = file_read_whole(path, FILE_MAX, &text, &len, why);
	if (err)
		return err;
	text[strcspn(text, "\r\n")] = '\0';
	if (!text[0] || !text_copy(to, CUSTOMS_PASSWORD_MAX + 1, text))
		err = why_set(why, KAKOU_E_INVALID,
			      "%s: expected a line of 1 to %d bytes", path,
			      CUSTOMS_PASSWORD_MAX);
	explicit_bzero(text, len);
	free(text);
	return err;
}

/* Only what is new goes into the record: to signs of life, and while it refuses, it says the same. */
bool link_register_take(struct customs_link *link, struct customs_news *news)
{
	const struct customs_registered *answer = &news->message.u.registered;
	struct link_registration *at = &link->registrations[news->lane];
	bool is_new = !at->is_told || at->result != answer->result ||
		      at->rights != answer->rights;

	at->is_told = true;
	at->is_registered = answer->result == '0';
	at->result = answer->result;
	at->rights = answer->rights;
	at->due_ms = news->at_ms + (at->is_registered ? link->config.register_ms
						      : link->config.resend_max_ms);
	(void)snprintf(news->why, sizeof(news->why), "0x62: user %.31s %s, rights %c",
		       link->config.user_id[0] ? link->config.user_id : "-",
		       result_word(answer->result),
		       answer->rights ? answer->rights : '-');
	text_copy(link->health.registration, sizeof(link->health.registration),
		  news->why);
	return is_new;
}
