/* SPDX-License-Identifier: MIT */
/*
 * The customs link: one thread with one loop. Orders come in by a queue, attempts go out as the
 * outbox says they are due, news go back by another queue.
 *
 * Layer:   drivers.
 * Threads: as drivers/customs/link.h; the static functions below customs_link_start() and
 *          customs_link_stop() run on the link's own.
 */
#include "drivers/customs/link_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/customs/encoding.h"
#include "hal/clock.h"
#include "hal/text.h"

enum {
	ORDERS = 32, /* an ask and a cancel for each lane, in one scan */
	NEWS = 32,
	STACK_BYTES = 128 * 1024,
};

enum order_kind { ORDER_ASK, ORDER_CANCEL };

struct link_order {
	uint8_t kind; /* enum order_kind */
	uint8_t lane;
	char seq_no[CUSTOMS_SEQ_MAX + 1]; /* ORDER_CANCEL */
	struct customs_message message;   /* ORDER_ASK */
};

/* It goes on when its inquiry is cancelled or replaced: the platform may have it already. */
struct link_attempt {
	struct customs_link *link;
	struct link_attempt *next;
	struct link_dial *dial;
	uint32_t ticket;
	bool is_quiet; /* no news for a lane: about devices, or of the backlog */
	uint64_t delivery;
	uint8_t lane;
	uint16_t number;
	uint8_t pictures;
	char seq_no[CUSTOMS_SEQ_MAX + 1];
};

/* ---- attempts ------------------------------------------------------------------------------ */

static void forget_attempt(struct link_attempt *attempt)
{
	struct link_attempt **at = &attempt->link->attempts;

	while (*at != attempt)
		at = &(*at)->next;
	*at = attempt->next;
	attempt->link->attempt_count--;
	link_dial_destroy(attempt->dial);
	free(attempt);
}

static void on_attempt_done(void *arg, const struct link_outcome *outcome)
{
	struct link_attempt *attempt = arg;
	struct customs_link *link = attempt->link;
	struct link_outcome told = *outcome;

	told.pictures = attempt->pictures;
	link_outbox_finish(link->outbox, attempt->ticket, !outcome->err, clock_mono_ms());
	link_news_attempt(link, attempt->is_quiet ? CUSTOMS_LANES_MAX : attempt->lane,
			  attempt->seq_no, attempt->number, &told);
	link_deliver_tell(link, attempt->delivery, &told);
	forget_attempt(attempt);
	link_work(link);
}

/* A password is in memory as long as its frame is on the way. */
static enum kakou_err write_frame(struct customs_link *link,
				  const struct customs_message *message, size_t *len,
				  struct why *why)
{
	struct customs_message whole;
	enum kakou_err err;

	if (message->code != CUSTOMS_REGISTER)
		return customs_message_write(message, &link->config.dialect, link->frame,
					     sizeof(link->frame), len, why);
	whole = *message;
	err = link_register_read_password(link, whole.u.registration.password, why);
	if (!err)
		err = customs_message_write(&whole, &link->config.dialect, link->frame,
					    sizeof(link->frame), len, why);
	explicit_bzero(&whole, sizeof(whole));
	return err;
}

static enum kakou_err dial(struct link_attempt *attempt, const struct link_due *due,
			   struct why *why)
{
	struct customs_link *link = attempt->link;
	unsigned char *joined;
	enum kakou_err err;
	size_t len;

	err = write_frame(link, due->message, &len, why);
	if (err) {
		/* It will not be better next time. */
		link_outbox_drop(link->outbox, due->ticket);
		return err == KAKOU_E_FULL ? KAKOU_E_INVALID : err;
	}
	joined = link_pictures_join(link, due->lane, due->message, &len,
				    &attempt->pictures);
	err = link_dial_start(&attempt->dial, link->loop, &link->peer,
			      joined ? joined : link->frame, len, on_attempt_done,
			      attempt, why);
	free(joined);
	explicit_bzero(link->frame, sizeof(link->frame));
	return err;
}

static bool is_quiet(const struct link_due *due)
{
	return due->delivery != 0 || due->message->code != CUSTOMS_GATHER;
}

static enum kakou_err begin_attempt(struct customs_link *link, const struct link_due *due,
				    struct why *why)
{
	struct link_attempt *attempt = calloc(1, sizeof(*attempt));
	enum kakou_err err;

	if (!attempt)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a connection");
	attempt->link = link;
	attempt->ticket = due->ticket;
	attempt->lane = due->lane;
	attempt->is_quiet = is_quiet(due);
	attempt->delivery = due->delivery;
	attempt->number = due->attempt;
	text_copy(attempt->seq_no, sizeof(attempt->seq_no),
		  customs_message_head(due->message)->seq_no);
	attempt->next = link->attempts;
	link->attempts = attempt;
	link->attempt_count++;
	err = dial(attempt, due, why);
	if (err)
		forget_attempt(attempt);
	return err;
}

void link_work(struct customs_link *link)
{
	int64_t now_ms = clock_mono_ms();
	struct link_due due;

	while (link->attempt_count < LINK_DIALS_MAX &&
	       link_outbox_take(link->outbox, now_ms, &due)) {
		struct link_outcome outcome = {.err = KAKOU_OK};
		uint8_t lane = is_quiet(&due) ? CUSTOMS_LANES_MAX : due.lane;
		char seq_no[CUSTOMS_SEQ_MAX + 1];

		text_copy(seq_no, sizeof(seq_no),
			  customs_message_head(due.message)->seq_no);
		outcome.err = begin_attempt(link, &due, &outcome.why);
		if (!outcome.err)
			continue;
		link_outbox_finish(link->outbox, due.ticket, false, now_ms);
		link_news_attempt(link, lane, seq_no, due.attempt, &outcome);
		link_deliver_tell(link, due.delivery, &outcome);
	}
	/* With no attempt free, the next one that ends calls again. */
	loop_timer_set(link->work_timer, link->attempt_count < LINK_DIALS_MAX
						 ? link_outbox_next_ms(link->outbox)
						 : -1);
}

static void on_work_timer(void *arg)
{
	link_work(arg);
}

/* ---- orders -------------------------------------------------------------------------------- */

static void on_orders(void *arg, int ready)
{
	struct customs_link *link = arg;
	struct link_order order;

	(void)ready;
	queue_quiet(link->orders);
	while (queue_pop(link->orders, &order)) {
		enum kakou_err err;

		if (order.kind == ORDER_CANCEL) {
			link_outbox_cancel(link->outbox, order.lane, order.seq_no);
			continue;
		}
		err = link_outbox_put(link->outbox, order.lane, &order.message,
				      clock_mono_ms());
		assert(!err); /* it replaces the one before */
		link_pictures_await(link, order.lane, &order.message);
	}
	link_work(link);
}

static void run(void *arg)
{
	struct customs_link *link = arg;
	enum kakou_err err;

	mailbox_put(link->health_box, &link->health);
	err = loop_run(link->loop);
	assert(!err); /* epoll fails on programming errors only */
}

/* ---- start and stop ------------------------------------------------------------------------ */

static enum kakou_err open_ends(struct customs_link *link, struct why *why)
{
	const struct link_listen_config config = {
		.tls = link->server_tls,
		.host = link->config.listen_host,
		.port = link->config.listen_port,
		.peer_name = link->config.peer_name,
		.on_frame = link_news_frame,
		.on_trouble = link_news_trouble,
		.arg = link,
	};

	link->peer = (struct link_peer){
		.tls = link->client_tls,
		.host = link->config.host,
		.port = link->config.port,
		.peer_name = link->config.peer_name,
		.deadline_ms = link->config.connect_ms,
	};
	return link_listen_create(&link->listen, link->loop, &config, why);
}

static enum kakou_err create_parts(struct customs_link *link)
{
	const struct customs_link_config *config = &link->config;
	enum kakou_err err;

	err = queue_create(&link->orders, sizeof(struct link_order), ORDERS, true);
	if (!err)
		err = queue_create(&link->news, sizeof(struct customs_news), NEWS, false);
	if (!err)
		err = mailbox_create(&link->health_box, sizeof(link->health));
	if (!err)
		err = link_outbox_create(&link->outbox, config->lane_count,
					 config->resend_ms, config->resend_max_ms,
					 (uint32_t)clock_mono_ns());
	if (!err)
		err = loop_create(&link->loop);
	if (!err)
		err = loop_timer_create(link->loop, on_work_timer, link,
					&link->work_timer);
	if (!err)
		err = link_devices_begin(link);
	if (!err)
		err = link_register_begin(link);
	if (!err)
		err = link_deliver_begin(link);
	if (!err)
		err = link_pictures_begin(link);
	if (!err)
		err = loop_watch_fd(link->loop, queue_fd(link->orders), LOOP_IN,
				    on_orders, link, &link->orders_watch);
	return err;
}

enum kakou_err customs_link_start(struct customs_link **out,
				  const struct customs_link_config *config,
				  struct why *why)
{
	struct customs_link *link = calloc(1, sizeof(*link));
	const struct thread_config thread = {
		.name = "customs",
		.stack_bytes = STACK_BYTES,
		.run = run,
		.arg = link,
	};
	enum kakou_err err;

	assert(config->lane_count <= CUSTOMS_LANES_MAX);
	if (!link)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the customs link");
	link->config = *config;
	link->health.last_sent_ms = -1;
	link->health.last_heard_ms = -1;
	link->health.last_refusal_ms = -1;
	err = encoding_check(why);
	if (err)
		goto destroy;
	err = create_parts(link);
	if (err) {
		why_set(why, err, "customs link: %s", kakou_err_name(err));
		goto destroy;
	}
	err = link_certificates_load(link, why);
	if (err)
		goto destroy;
	err = open_ends(link, why);
	if (err)
		goto destroy;
	err = link_certificates_watch(link);
	if (!err)
		err = thread_start(&link->thread, &thread);
	if (err) {
		why_set(why, err, "customs thread: %s", kakou_err_name(err));
		goto destroy;
	}
	*out = link;
	return KAKOU_OK;
destroy:
	customs_link_stop(link);
	return err;
}

void customs_link_stop(struct customs_link *link)
{
	if (!link)
		return;
	if (link->thread) {
		loop_stop(link->loop);
		thread_join(link->thread);
	}
	while (link->attempts)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): which is another each time */
		forget_attempt(link->attempts);
	link_listen_destroy(link->listen);
	link_certificates_end(link);
	if (link->orders_watch)
		loop_unwatch(link->orders_watch);
	link_deliver_end(link);
	link_pictures_end(link);
	loop_destroy(link->loop);
	link_outbox_destroy(link->outbox);
	mailbox_destroy(link->health_box);
	mailbox_destroy(link->states_box);
	queue_destroy(link->orders);
	queue_destroy(link->news);
	free(link);
}

/* ---- the control thread's side ------------------------------------------------------------- */

enum kakou_err customs_link_ask(struct customs_link *link, const struct customs_ask *ask)
{
	struct link_order order = {.kind = ORDER_ASK, .lane = ask->lane};

	assert(ask->lane < link->config.lane_count);
	assert(ask->message.code == CUSTOMS_GATHER);
	order.message = ask->message;
	return queue_push(link->orders, &order);
}

enum kakou_err customs_link_cancel(struct customs_link *link, uint8_t lane,
				   const char *seq_no)
{
	struct link_order order = {.kind = ORDER_CANCEL, .lane = lane};

	assert(lane < link->config.lane_count);
	text_copy(order.seq_no, sizeof(order.seq_no), seq_no);
	return queue_push(link->orders, &order);
}

bool customs_link_next(struct customs_link *link, struct customs_news *out)
{
	return queue_pop(link->news, out);
}

bool customs_link_read_health(struct customs_link *link, struct customs_link_health *out)
{
	return mailbox_get(link->health_box, out);
}
