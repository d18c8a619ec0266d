/* SPDX-License-Identifier: MIT */
/*
 * What the link tells the control thread, and what it counts.
 *
 * Layer: drivers. Threads: the link's own.
 */
#include "drivers/customs/link_private.h"

#include <stdio.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

enum {
	FLOOD_EVERY_MS = 1000,  /* one trouble a second … */
	FLOOD_BURST = 16,       /* … after so many at once */
	UNASKED_EVERY_MS = 100, /* ten commands and answers to nothing a second … */
	UNASKED_BURST = 64,     /* … after so many at once */
};

static void publish_health(struct customs_link *link)
{
	link->health.pending = link_outbox_count_inquiries(link->outbox);
	mailbox_put(link->health_box, &link->health);
}

struct customs_news link_news_begin(enum customs_news_kind kind, uint8_t lane)
{
	struct customs_news news = {
		.kind = (uint8_t)kind,
		.lane = lane,
		.at_ms = clock_mono_ms(),
	};

	return news;
}

static void explain(struct customs_news *news, enum kakou_err err, const struct why *why)
{
	news->error = (int8_t)err;
	text_copy(news->why, sizeof(news->why), why->text);
}

/* For what may be lost. */
static void tell(struct customs_link *link, const struct customs_news *news)
{
	if (queue_push(link->news, news))
		link->health.dropped++;
}

void link_news_tell(struct customs_link *link, enum customs_news_kind kind,
		    const char *why)
{
	struct customs_news news = link_news_begin(kind, CUSTOMS_LANES_MAX);

	text_copy(news.why, sizeof(news.why), why);
	tell(link, &news);
	publish_health(link);
}

/* ---- attempts ------------------------------------------------------------------------------ */

void link_news_attempt(struct customs_link *link, uint8_t lane, const char *seq_no,
		       uint16_t attempt, const struct link_outcome *outcome)
{
	struct customs_news news = link_news_begin(
		outcome->err ? CUSTOMS_NEWS_FAILED : CUSTOMS_NEWS_SENT, lane);
	struct customs_link_health *health = &link->health;

	news.attempt = attempt;
	news.pictures = outcome->pictures;
	text_copy(news.seq_no, sizeof(news.seq_no), seq_no);
	health->is_up = !outcome->err;
	if (outcome->err) {
		explain(&news, outcome->err, &outcome->why);
		health->failed++;
		health->error = (int8_t)outcome->err;
		text_copy(health->last_error, sizeof(health->last_error),
			  outcome->why.text);
	} else {
		health->sent++;
		health->last_sent_ms = news.at_ms;
	}
	health->handshakes += outcome->tls_version[0] != '\0';
	health->resumed += outcome->is_resumed;
	if (outcome->tls_version[0])
		text_copy(health->tls_version, sizeof(health->tls_version),
			  outcome->tls_version);
	if (lane < CUSTOMS_LANES_MAX)
		tell(link, &news);
	publish_health(link);
}

/* ---- troubles on the listener -------------------------------------------------------------- */

/* A bucket that fills with time: `*from_ms` is when it was last empty. */
static bool is_flood(int64_t *from_ms, int64_t every_ms, int64_t burst, int64_t now_ms)
{
	int64_t full_ms = now_ms - burst * every_ms;

	if (*from_ms < full_ms)
		*from_ms = full_ms;
	if (*from_ms + every_ms > now_ms)
		return true;
	*from_ms += every_ms;
	return false;
}

static void tell_trouble(struct customs_link *link, struct customs_news *news,
			 enum kakou_err err, const struct why *why)
{
	explain(news, err, why);
	text_copy(link->health.last_refusal, sizeof(link->health.last_refusal),
		  why->text);
	link->health.last_refusal_ms = news->at_ms;
	if (is_flood(&link->flood_from_ms, FLOOD_EVERY_MS, FLOOD_BURST, news->at_ms))
		link->health.dropped++;
	else
		tell(link, news);
	publish_health(link);
}

void link_news_trouble(void *arg, enum kakou_err err, const struct why *why)
{
	struct customs_link *link = arg;
	struct customs_news news = link_news_begin(
		err == KAKOU_E_REFUSED ? CUSTOMS_NEWS_REFUSED : CUSTOMS_NEWS_GARBLED,
		CUSTOMS_LANES_MAX);

	if (err == KAKOU_E_REFUSED)
		link->health.refused++;
	tell_trouble(link, &news, err, why);
}

/* ---- messages ------------------------------------------------------------------------------ */

/* Bare smart XML need not state the direction. */
static bool is_channel(const char *chnl_no, char direction, const struct frame *frame)
{
	return chnl_no[0] && !strcmp(chnl_no, frame->chnl_no) &&
	       (direction == frame->direction || !frame->direction);
}

/* A reversible lane goes by both its numbers, whichever direction is in force: what comes late is
 * told by its SEQ_NO. */
static uint8_t find_lane(const struct customs_link *link, const struct frame *frame)
{
	for (size_t i = 0; i < link->config.lane_count; i++) {
		char direction = link->config.lanes[i].direction;
		char reverse = direction == 'I' ? 'E' : 'I';

		if (!strcmp(link->config.lanes[i].area_id, frame->area_id) &&
		    (is_channel(link->config.lanes[i].chnl_no, direction, frame) ||
		     is_channel(link->config.lanes[i].reverse_chnl_no, reverse, frame)))
			return (uint8_t)i;
	}
	return CUSTOMS_LANES_MAX;
}

static bool is_for_a_gate(uint8_t wire)
{
	static const uint8_t codes[] = {CUSTOMS_CHECK,
					CUSTOMS_OPERATE,
					CUSTOMS_REGISTERED,
					0x63,
					0x64,
					0x65,
					0x66,
					CUSTOMS_FETCH,
					WIRE_OPERATE_ONE,
					WIRE_SMART_CHECK,
					WIRE_SMART_OPERATE,
					WIRE_MANUAL_CHECK,
					CUSTOMS_SET_DEVICE};

	return memchr(codes, wire, sizeof(codes)) != NULL;
}

/* Is it a message for one of our lanes that the platform may send? */
static enum kakou_err read_message(const struct customs_link *link,
				   const struct frame *frame, struct customs_news *news,
				   struct why *why)
{
	news->lane = find_lane(link, frame);
	if (news->lane == CUSTOMS_LANES_MAX)
		return why_set(why, KAKOU_E_FOREIGN,
			       "0x%02x for area %s, channel %s, direction %c: none of "
			       "our lanes",
			       frame->code, frame->area_id, frame->chnl_no,
			       frame->direction);
	if (!is_for_a_gate(frame->code))
		return why_set(why, KAKOU_E_GARBLED,
			       "0x%02x for channel %s: expected 0x22, 0x25, 0x31, 0x33, "
			       "0x62 to 0x66, "
			       "0x35, 0x82, "
			       "0x83 or 0x85",
			       frame->code, frame->chnl_no);
	return customs_message_read(frame, &link->config.dialect, &news->message, why);
}

/* An officer's verdict has no word, and asks nothing of a device but the barrier. */
static void read_officer(struct customs_news *news)
{
	struct status_reading *reading = &news->reading;

	memset(reading, 0, sizeof(*reading));
	switch (news->message.u.operate.op_type) {
	case '0': reading->verdict = VERDICT_RELEASE; break;
	case '2': reading->verdict = VERDICT_RETURN; break;
	case '3': reading->verdict = VERDICT_INSPECT; break;
	default: reading->verdict = VERDICT_HOLD; break; /* a 0x83 */
	}
	reading->asks_lift = reading->verdict == VERDICT_RELEASE;
}

/* A word that is not understood is passed on as one that holds. */
static void read_verdict(const struct customs_link *link, struct customs_news *news)
{
	const struct customs_dialect *dialect = &link->config.dialect;
	const struct customs_operate *operate = &news->message.u.operate;
	struct why why = {""};
	enum kakou_err err;

	if (news->message.code == CUSTOMS_FETCH)
		return;
	if (news->message.wire == WIRE_MANUAL_CHECK ||
	    news->message.wire == WIRE_SMART_OPERATE) {
		read_officer(news);
		return;
	}
	if (news->message.code == CUSTOMS_CHECK)
		err = status_read_check(news->message.u.check.check_result,
					dialect->table, dialect->lift_after_inspection,
					&news->reading, &why);
	else
		err = status_read_command(operate->command, operate->op_type,
					  dialect->table, &news->reading, &why);
	if (err)
		explain(news, err, &why);
}

/* After an interim answer the platform has the inquiry; the final one ends it. */
static void settle_inquiry(struct customs_link *link, const struct customs_news *news,
			   struct link_past *past)
{
	if (news->message.code != CUSTOMS_CHECK)
		return;
	if (past && news->reading.verdict != VERDICT_INTERIM)
		past->is_answered = true;
	if (news->reading.verdict == VERDICT_INTERIM)
		link_outbox_slow_down(link->outbox, news->lane, news->seq_no,
				      news->at_ms);
	else
		link_outbox_cancel(link->outbox, news->lane, news->seq_no);
	link_work(link);
}

/* The final answer to what is being asked is never held back: it ends its inquiry, so there is
 * one of each. Everything else a peer can send as often as it likes, and the record must not be
 * what stops the lanes. */
static bool is_awaited(const struct customs_link *link, const struct customs_news *news,
		       const struct link_past *past)
{
	return news->kind == CUSTOMS_NEWS_ANSWER &&
	       news->reading.verdict != VERDICT_INTERIM &&
	       ((past && !past->is_answered) ||
		link_outbox_has(link->outbox, news->lane, news->seq_no));
}

/* KAKOU_E_FULL: the frame stays unread. KAKOU_E_REFUSED: one of a flood. */
static enum kakou_err tell_message(struct customs_link *link,
				   const struct customs_news *news,
				   const struct link_past *past)
{
	int64_t *from_ms = &link->unasked_from_ms[news->kind != CUSTOMS_NEWS_ANSWER];
	int64_t before_ms = *from_ms;

	if (!is_awaited(link, news, past) &&
	    is_flood(from_ms, UNASKED_EVERY_MS, UNASKED_BURST, news->at_ms))
		return KAKOU_E_REFUSED;
	if (!queue_push(link->news, news))
		return KAKOU_OK;
	*from_ms = before_ms;
	return KAKOU_E_FULL;
}

/* A 0x33 is answered here: no lane takes orders about its devices from outside. */
static void answer_device(struct customs_link *link, struct customs_news *news)
{
	struct customs_device *device = &news->message.u.device;
	char was = device->status ? device->status : '-';

	news->kind = CUSTOMS_NEWS_DEVICE;
	link->health.last_heard_ms = news->at_ms;
	if (is_flood(&link->flood_from_ms, FLOOD_EVERY_MS, FLOOD_BURST, news->at_ms)) {
		link->health.dropped++;
		return;
	}
	device->control = link_devices_judge(link, news->lane, device);
	news->message.code = CUSTOMS_DEVICE_SET;
	snprintf(news->why, sizeof(news->why), "0x33: device %s to state %c, answered %c",
		 device->device_id, was, device->control);
	tell(link, news);
	/* Four results wait at most: then the platform asks again. */
	if (link_outbox_put(link->outbox, news->lane, &news->message, news->at_ms))
		link->health.dropped++;
	link_work(link);
}

/* 0x62, and what a platform wants of seal readers: there is none here to enrol or to sign for, and
 * the protocol has no word for that, so that it is only recorded. */
static void take_other(struct customs_link *link, struct customs_news *news)
{
	bool is_result = news->message.code == CUSTOMS_REGISTERED;

	link->health.last_heard_ms = news->at_ms;
	news->kind = is_result ? CUSTOMS_NEWS_REGISTERED : CUSTOMS_NEWS_DEVICE;
	if (is_result && !link_register_take(link, news))
		return;
	if (!is_result)
		snprintf(news->why, sizeof(news->why),
			 "0x%02x: enrolment of a seal reader, not carried out: there is "
			 "none here that can be",
			 news->message.wire);
	if (is_flood(&link->flood_from_ms, FLOOD_EVERY_MS, FLOOD_BURST, news->at_ms))
		link->health.dropped++;
	else
		tell(link, news);
}

bool link_news_frame(void *arg, const struct frame *frame)
{
	struct customs_link *link = arg;
	struct customs_news news =
		link_news_begin(CUSTOMS_NEWS_GARBLED, CUSTOMS_LANES_MAX);
	struct why why = {""};
	enum kakou_err err = read_message(link, frame, &news, &why);
	struct link_past *past;

	if (err) {
		tell_trouble(link, &news, err, &why);
		return true;
	}
	news.kind = news.message.code == CUSTOMS_CHECK   ? CUSTOMS_NEWS_ANSWER
		    : news.message.code == CUSTOMS_FETCH ? CUSTOMS_NEWS_FETCH
							 : CUSTOMS_NEWS_COMMAND;
	text_copy(news.seq_no, sizeof(news.seq_no),
		  customs_message_head(&news.message)->seq_no);
	if (news.message.code == CUSTOMS_SET_DEVICE) {
		answer_device(link, &news);
		publish_health(link);
		return true;
	}
	if (news.message.code == CUSTOMS_REGISTERED ||
	    news.message.code == CUSTOMS_ENROL) {
		take_other(link, &news);
		publish_health(link);
		return true;
	}
	read_verdict(link, &news);
	past = link_deliver_find(link, news.seq_no);
	if (past && news.kind == CUSTOMS_NEWS_ANSWER) {
		news.passage = past->passage;
		if (!past->is_answered)
			text_copy(news.order, sizeof(news.order), past->order);
	}
	err = tell_message(link, &news, past);
	if (err == KAKOU_E_FULL)
		return false;
	link->health.last_heard_ms = news.at_ms;
	if (err)
		link->health.dropped++;
	else if (news.kind == CUSTOMS_NEWS_ANSWER)
		link->health.answers++;
	link_dialect_note(link, &news);
	settle_inquiry(link, &news, past);
	publish_health(link);
	return true;
}
