/* SPDX-License-Identifier: MIT */
/*
 * The thread: what is due goes to the link, what came of it into window and record.
 *
 * Layer: firmware.
 */
#include "firmware/delivery/delivery.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "firmware/delivery/delivery_inside.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	TURN_MS = 50, /* how late a result of a command may be told */
	STACK_BYTES = 128 * 1024,
	ALARM_AGE_MS = 900000, /* the oldest waits for so long: an officer should know */
};

static const char *const outcome_names[] = {
	[OUTCOME_SENT] = "sent",
	[OUTCOME_UNANSWERED] = "unanswered",
	[OUTCOME_UNSENDABLE] = "unsendable",
};

/* ---- what is settled without an answer ----------------------------------------------------- */

/* It leaves the window when the record has it. */
static void settle(struct delivery *delivery, struct backlog_entry *entry,
		   enum backlog_outcome outcome)
{
	entry->state = BACKLOG_TOLD;
	entry->outcome = (uint8_t)outcome;
	entry->is_told = false;
	if (outcome == OUTCOME_SENT)
		delivery->health.sent++;
	else
		delivery->health.given_up++;
}

static bool tell(struct delivery *delivery, const struct backlog_entry *entry)
{
	struct event event;

	event_begin(&event, EVENT_DELIVERY,
		    entry->is_of_no_lane ? EVENT_NO_LANE : entry->lane, entry->passage);
	event_add_number(&event, "of", entry->seq);
	event_add_text(&event, "to", journal_receiver_name(RECEIVER_CUSTOMS));
	event_add_text(&event, "code", entry->is_result ? "0x32" : "0x21");
	event_add_text(&event, "seq_no", entry->seq_no);
	event_add_text(&event, "outcome", outcome_names[entry->outcome]);
	event_add_number(&event, "sent", entry->sent);
	return queue_push(delivery->config.notes, &event) == KAKOU_OK;
}

/* What finds no room comes with the next turn. */
static void tell_settled(struct delivery *delivery)
{
	struct backlog_entry *entries = backlog_entries(delivery->backlog);

	for (size_t i = 0; i < BACKLOG_MAX; i++)
		if (entries[i].seq > 0 && entries[i].state == BACKLOG_TOLD &&
		    !entries[i].is_told)
			entries[i].is_told = tell(delivery, &entries[i]);
}

/* ---- out and back -------------------------------------------------------------------------- */

static void give_up(struct delivery *delivery, struct backlog_entry *entry,
		    const char *why)
{
	log_warning("delivery", "event %lld, %s: %s; it is not sent any more",
		    (long long)entry->seq, entry->seq_no, why);
	settle(delivery, entry, OUTCOME_UNSENDABLE);
}

/* An attempt that could not even begin counts as a failed one. */
static void send(struct delivery *delivery, struct backlog_entry *entry, int64_t now_ms)
{
	bool is_gone;
	json_t *event = delivery_read_event(delivery, entry->seq, &is_gone);
	struct customs_delivery message;
	struct why why = {""};
	enum kakou_err err = KAKOU_E_AGAIN;

	if (is_gone)
		err = why_set(&why, KAKOU_E_NOTFOUND, "the record has removed it");
	else if (event)
		err = fate_rebuild(delivery->config.site, event, &message, &why);
	json_decref(event);
	if (err == KAKOU_OK) {
		message.id = (uint64_t)entry->seq;
		text_copy(message.order, sizeof(message.order), entry->offline_order);
		err = customs_link_deliver(delivery->config.link, &message);
	}
	if (!err)
		return;
	backlog_finish(delivery->backlog, entry, false, now_ms);
	if (err == KAKOU_E_NOTFOUND || err == KAKOU_E_INVALID)
		give_up(delivery, entry, why.text);
}

static void take_outcome(struct delivery *delivery, const struct customs_delivered *of,
			 int64_t now_ms)
{
	struct backlog_entry *entry = backlog_find(delivery->backlog, (int64_t)of->id);
	bool is_delivered = of->error == KAKOU_OK;

	if (!entry || entry->state != BACKLOG_BUSY)
		return;
	backlog_finish(delivery->backlog, entry, is_delivered, now_ms);
	if (!is_delivered)
		text_copy(delivery->health.why, sizeof(delivery->health.why), of->why);
	if (of->error == KAKOU_E_NOTFOUND || of->error == KAKOU_E_INVALID)
		give_up(delivery, entry, of->why);
	else if (is_delivered && entry->is_result)
		settle(delivery, entry, OUTCOME_SENT);
	else if (is_delivered && entry->sent >= BACKLOG_SENT_MAX)
		settle(delivery, entry, OUTCOME_UNANSWERED);
}

/* ---- a turn -------------------------------------------------------------------------------- */

static void set_cursor(struct delivery *delivery)
{
	int64_t lowest = backlog_lowest(delivery->backlog);
	int64_t cursor = lowest > 0 ? lowest - 1 : delivery->scan;

	if (cursor == delivery->health.cursor)
		return;
	delivery->health.cursor = cursor;
	journal_set_cursor(delivery->config.journal, RECEIVER_CUSTOMS, cursor);
}

static void watch_age(struct delivery *delivery)
{
	const struct delivery_health *health = &delivery->health;
	int64_t age_ms =
		health->oldest_wall_ms > 0 ? clock_wall_ms() - health->oldest_wall_ms : 0;
	bool is_old = health->waiting > 0 && age_ms >= ALARM_AGE_MS;
	struct event event;

	if (is_old == delivery->is_alarmed || (!is_old && health->waiting > 0))
		return;
	event_begin(&event, is_old ? EVENT_ALARM : EVENT_ALARM_ENDED, EVENT_NO_LANE, 0);
	event_add_text(&event, "code", "customs_backlog");
	if (is_old) {
		event_add_text(&event, "text", "customs has not taken what is recorded");
		event_add_number(&event, "waiting", health->waiting);
		event_add_number(&event, "oldest_wall_ms", health->oldest_wall_ms);
	}
	if (!queue_push(delivery->config.notes, &event))
		delivery->is_alarmed = is_old;
}

static void publish(struct delivery *delivery)
{
	struct backlog_size size = backlog_measure(delivery->backlog);

	delivery->health.waiting = size.waiting;
	delivery->health.unanswered = size.unanswered;
	delivery->health.oldest_wall_ms = size.oldest_wall_ms;
	watch_age(delivery);
	mailbox_put(delivery->health_box, &delivery->health);
}

static void turn(struct delivery *delivery)
{
	int64_t now_ms = clock_mono_ms();
	struct customs_delivered outcome;
	struct backlog_entry *entry;

	while (customs_link_next_delivered(delivery->config.link, &outcome))
		take_outcome(delivery, &outcome, now_ms);
	delivery_follow(delivery, now_ms);
	while ((entry = backlog_take(delivery->backlog, now_ms)))
		send(delivery, entry, now_ms);
	tell_settled(delivery);
	set_cursor(delivery);
	publish(delivery);
}

static void run(void *arg)
{
	struct delivery *delivery = arg;
	struct pollfd fds[] = {
		{.fd = delivery->stop_fd,                                .events = POLLIN},
		{.fd = customs_link_delivered_fd(delivery->config.link),
		 .events = POLLIN							},
	};

	while (!fds[0].revents) {
		int ready;

		turn(delivery);
		ready = poll(fds, 2, TURN_MS);
		assert(ready >= 0 || errno == EINTR);
	}
}

/* ---- start and stop ------------------------------------------------------------------------ */

static enum kakou_err create_parts(struct delivery *delivery)
{
	const struct customs_link_config *customs = &delivery->config.site->customs;
	enum kakou_err err;

	err = backlog_create(&delivery->backlog, customs->resend_ms,
			     customs->resend_max_ms, (uint32_t)clock_mono_ns());
	if (!err)
		err = mailbox_create(&delivery->health_box, sizeof(delivery->health));
	if (err)
		return err;
	delivery->stop_fd = eventfd(0, EFD_CLOEXEC);
	return delivery->stop_fd < 0 ? KAKOU_E_IO : KAKOU_OK;
}

enum kakou_err delivery_start(struct delivery **out, const struct delivery_config *config,
			      struct why *why)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));
	struct thread_config thread = {
		.name = "delivery",
		.stack_bytes = STACK_BYTES,
		.run = run,
		.arg = delivery,
	};
	struct journal_health record = {0};
	enum kakou_err err;

	if (!delivery)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the delivery");
	delivery->config = *config;
	delivery->stop_fd = -1;
	delivery->scan = journal_cursor(config->journal, RECEIVER_CUSTOMS);
	delivery->health.cursor = delivery->scan;
	/* What is taken in is judged by all that the record holds then. */
	if (journal_read_health(config->journal, 2, &record))
		delivery->tail = record.last_seq;
	err = create_parts(delivery);
	if (!err)
		mailbox_put(delivery->health_box, &delivery->health);
	if (!err)
		err = thread_start(&delivery->thread, &thread);
	if (err) {
		delivery_stop(delivery);
		return why_set(why, err, "the delivery to customs does not start: %s",
			       kakou_err_name(err));
	}
	*out = delivery;
	return KAKOU_OK;
}

void delivery_stop(struct delivery *delivery)
{
	static const uint64_t one = 1;

	if (!delivery)
		return;
	if (delivery->thread && write(delivery->stop_fd, &one, sizeof(one)) < 0)
		log_error("delivery", "can't be told to stop: %s", strerror(errno));
	thread_join(delivery->thread);
	if (delivery->stop_fd >= 0)
		close(delivery->stop_fd);
	mailbox_destroy(delivery->health_box);
	backlog_destroy(delivery->backlog);
	free(delivery);
}

bool delivery_read_health(struct delivery *delivery, struct delivery_health *out)
{
	return mailbox_get(delivery->health_box, out);
}
