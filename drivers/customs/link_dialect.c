/* SPDX-License-Identifier: MIT */
/*
 * In which rows the peer's answers differ from the site's settings: each is told once.
 *
 * Layer: drivers. Threads: the link's own.
 */
#include "drivers/customs/link_private.h"

#include <stdio.h>
#include <string.h>

#include "hal/text.h"

/* For the status: whatever differs, one behind the other. */
static void keep(struct customs_link_health *health, const char *rows)
{
	size_t len = strlen(health->dialect);

	(void)snprintf(health->dialect + len, sizeof(health->dialect) - len, "%s%s",
		       len ? "; " : "peer answers ", rows);
}

/* The rows that were told; 0 when there is no room for news. */
static uint32_t tell(struct customs_link *link, const struct customs_news *about,
		     uint32_t different)
{
	struct customs_news news = link_news_begin(CUSTOMS_NEWS_DIALECT, about->lane);
	char rows[sizeof(news.why) - sizeof("peer answers ") + 1];
	uint32_t named =
		customs_dialect_describe(&link->config.dialect, &about->message.seen,
					 different, rows, sizeof(rows));

	snprintf(news.why, sizeof(news.why), "peer answers %s", rows);
	text_copy(news.seq_no, sizeof(news.seq_no), about->seq_no);
	if (queue_push(link->news, &news))
		return 0;
	keep(&link->health, rows);
	return named;
}

void link_dialect_note(struct customs_link *link, const struct customs_news *about)
{
	uint32_t unsaid =
		customs_dialect_compare(&link->config.dialect, &about->message.seen) &
		~link->differs;

	while (unsaid) {
		uint32_t told = tell(link, about, unsaid);

		if (!told)
			return; /* with the next message */
		link->differs |= told;
		unsaid &= ~told;
	}
}
