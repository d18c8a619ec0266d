/* SPDX-License-Identifier: MIT */
/*
 * What the link to customs tells that is about no lane's passage, for the record.
 * Layer: firmware. Threads: control.
 */
#include <stdlib.h>

#include "firmware/control/control_internal.h"
#include "hal/tls.h"

/* At most one a second: who floods the listener must not fill the record. */
static void record_refusal(struct control *control, const struct customs_news *news)
{
	struct event event;

	control->refusals_unrecorded++;
	if (control->now_ms - control->last_refusal_ms < 1000)
		return;
	event_begin(&event, EVENT_PEER_REFUSED, EVENT_NO_LANE, 0);
	event_add_text(&event, "why", news->why);
	event_add_number(&event, "count", (int64_t)control->refusals_unrecorded);
	if (journal_append(control->config.journal, &event))
		return;
	control->refusals_unrecorded = 0;
	control->last_refusal_ms = control->now_ms;
}

/* What is wrong between the site's settings and the platform's, told once for each difference; and
 * what the platform wanted of a device, and what becomes of our certificates. */
static void record_peer(struct control *control, const struct customs_news *news)
{
	enum event_kind kind = news->kind == CUSTOMS_NEWS_DIALECT  ? EVENT_PEER_DIALECT
			       : news->kind == CUSTOMS_NEWS_DEVICE ? EVENT_DEVICE_ORDER
			       : news->kind == CUSTOMS_NEWS_REGISTERED
				       ? EVENT_REGISTERED
				       : EVENT_CERTIFICATES;
	struct event event;

	event_begin(&event, kind,
		    news->lane < CUSTOMS_LANES_MAX ? news->lane : EVENT_NO_LANE, 0);
	if (kind == EVENT_PEER_DIALECT)
		event_add_text(&event, "seq_no", news->seq_no);
	event_add_text(&event, "why", news->why);
	(void)!journal_append(control->config.journal, &event);
}

/* One that ends has the connection to customs, and with it all clearing, end. */
static void record_expiry(struct control *control, const struct customs_news *news)
{
	static const char *const codes[CUSTOMS_EXPIRY_LEVELS] = {
		[CUSTOMS_EXPIRY_NEAR] = "certificate_ends",
		[CUSTOMS_EXPIRY_OVER] = "certificate_ended",
	};
	static const char *const parts[] = {
		[TLS_OWN_CERTIFICATE] = "own_certificate",
		[TLS_AUTHORITY] = "authority",
		[TLS_REVOCATION_LIST] = "revocation_list",
	};
	struct event event;

	event_begin(&event, news->expiry.is_on ? EVENT_ALARM : EVENT_ALARM_ENDED,
		    EVENT_NO_LANE, 0);
	event_add_text(&event, "code", codes[news->expiry.level]);
	if (news->expiry.is_on) {
		event_add_text(&event, "detail", parts[news->expiry.part]);
		event_add_text(&event, "text", news->why);
	}
	if (journal_append(control->config.journal, &event))
		abort(); /* has_room() was asked first */
}

bool control_record_news(struct control *control, const struct customs_news *news)
{
	switch (news->kind) {
	case CUSTOMS_NEWS_DIALECT:
	case CUSTOMS_NEWS_DEVICE:
	case CUSTOMS_NEWS_REGISTERED:
	case CUSTOMS_NEWS_CERTIFICATES: record_peer(control, news); return true;
	case CUSTOMS_NEWS_EXPIRY: record_expiry(control, news); return true;
	case CUSTOMS_NEWS_GARBLED:
	case CUSTOMS_NEWS_REFUSED: record_refusal(control, news); return true;
	default: break;
	}
	if (news->lane < control->lane_count)
		return false;
	record_refusal(control, news);
	return true;
}
