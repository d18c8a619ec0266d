/* SPDX-License-Identifier: MIT */
/*
 * The customs link from inside.
 *
 * Layer:   drivers, private to link*.c.
 * Threads: all but `orders`, `deliveries` and the reading ends of `news`, `delivered` and `health`
 *          belongs to the link's own thread while it runs.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_LINK_PRIVATE_H
#define KAKOU_DRIVERS_CUSTOMS_LINK_PRIVATE_H

#include "drivers/customs/link.h"
#include "drivers/customs/link_dial.h"
#include "drivers/customs/link_listen.h"
#include "drivers/customs/link_outbox.h"
#include "hal/loop.h"
#include "hal/mailbox.h"
#include "hal/queue.h"
#include "hal/thread.h"
#include "hal/tls.h"

enum {
	LINK_DIALS_MAX = 8, /**< attempts at once: each costs some 40 KB */
	LINK_FRAME_SIZE = 12 * 1024,
	LINK_PAST_KEPT = 64, /**< deliveries whose answers are known for what they are */
};

/* An inquiry of the backlog that was sent. */
struct link_past {
	char seq_no[CUSTOMS_SEQ_MAX + 1];
	int64_t passage;
	char order[CUSTOMS_ORDER_MAX + 1];
	bool is_answered; /* finally */
};

/* Of one lane: its inquiry's, and those that the platform fetched. */
struct link_albums {
	struct customs_album inquiry, fetched[LINK_RESULTS_MAX];
	uint32_t next;
};

struct link_registration {
	int64_t due_ms;
	bool is_registered; /* answered with 0: until then it is asked again soon */
	bool is_told;       /* an answer of any kind is in the record */
	char result, rights;
};

struct link_attempt; /* private to link.c */

struct link_files; /* private to link_certificates.c */

struct link_states {
	struct customs_states lanes[CUSTOMS_LANES_MAX];
	uint32_t turned; /* bit = lane: the other direction is in force */
};

struct customs_link {
	struct customs_link_config config;
	struct queue *orders; /* struct link_order, from the control thread */
	struct queue *news;   /* struct customs_news, to the control thread */
	struct queue
		*deliveries; /* struct customs_delivery, from who follows the record */
	struct queue *delivered; /* struct customs_delivered, to it */
	struct queue *albums;    /* struct customs_album, from the pictures' thread */
	struct mailbox *health_box;
	struct mailbox *states_box; /* struct link_states, from the control thread */
	struct thread *thread;

	struct loop *loop;
	struct loop_watch *orders_watch, *deliveries_watch, *albums_watch;
	struct loop_timer *work_timer;
	struct tls_context *client_tls, *server_tls;
	struct link_peer peer;
	struct loop_timer *files_timer;
	struct link_files *files; /* link_certificates.c */
	struct link_listen *listen;
	struct link_outbox *outbox;
	struct loop_timer *states_timer, *register_timer;
	struct link_registration registrations[CUSTOMS_LANES_MAX];
	struct link_states states; /* as they were told to the platform */
	int64_t states_told_ms;
	struct link_attempt *attempts;
	size_t attempt_count;
	struct customs_link_health health;
	uint32_t differs;      /* rows of the dialect that were told */
	int64_t flood_from_ms; /* GARBLED and REFUSED: see link_news_trouble() */
	struct link_past past[LINK_PAST_KEPT]; /* a ring */
	uint32_t past_count;
	int64_t unasked_from_ms[2]; /* ANSWER, COMMAND: see link_news_frame() */
	struct link_albums kept_albums[CUSTOMS_LANES_MAX];
	unsigned char frame[LINK_FRAME_SIZE];
};

/** link_news.c: what came in. Callbacks of the listener; `arg` is the struct customs_link. */
bool link_news_frame(void *arg, const struct frame *frame);
void link_news_trouble(void *arg, enum kakou_err err, const struct why *why);

/** link_news.c: how an attempt ended. `lane`, `seq_no` and `attempt` say whose it was;
 *  CUSTOMS_LANES_MAX: no lane's, it is only counted. */
void link_news_attempt(struct customs_link *link, uint8_t lane, const char *seq_no,
		       uint16_t attempt, const struct link_outcome *outcome);

/** link_certificates.c: loads both contexts; then looks for changed files and for what ends soon. */
KAKOU_MUST_CHECK enum kakou_err link_certificates_load(struct customs_link *link,
						       struct why *why);
KAKOU_MUST_CHECK enum kakou_err link_certificates_watch(struct customs_link *link);
void link_certificates_end(struct customs_link *link);

/** link_news.c: news of this kind, of now. */
struct customs_news link_news_begin(enum customs_news_kind kind, uint8_t lane);

/** link_dialect.c: tells what this answer or command shows of the peer's dialect, when it is not the
 *  configured one and was not told yet. */
void link_dialect_note(struct customs_link *link, const struct customs_news *about);

/** link_news.c: news that may be lost when their queue is full. */
void link_news_tell(struct customs_link *link, enum customs_news_kind kind,
		    const char *why);

/** link_devices.c: 0x42 and 0x43 as the states change, on a timer of its own; what a 0x33 is
 *  answered. */
KAKOU_MUST_CHECK enum kakou_err link_devices_begin(struct customs_link *link);
char link_devices_judge(const struct customs_link *link, uint8_t lane,
			const struct customs_device *order);

/** link_deliver.c: the backlog's way in and out; the inquiry that was sent, NULL when it is none of
 *  the last ones. */
KAKOU_MUST_CHECK enum kakou_err link_deliver_begin(struct customs_link *link);
void link_deliver_end(struct customs_link *link);
void link_deliver_tell(struct customs_link *link, uint64_t id,
		       const struct link_outcome *outcome);
struct link_past *link_deliver_find(struct customs_link *link, const char *seq_no);

/** link_pictures.c: an inquiry that was put into the outbox waits for its pictures, if it has any;
 *  the message's frame, of which *len bytes are in link->frame, with its pictures. NULL: there are
 *  none, or no memory for them; otherwise the caller frees it. */
KAKOU_MUST_CHECK enum kakou_err link_pictures_begin(struct customs_link *link);
void link_pictures_end(struct customs_link *link);
void link_pictures_await(struct customs_link *link, uint8_t lane,
			 const struct customs_message *message);
unsigned char *link_pictures_join(struct customs_link *link, uint8_t lane,
				  const struct customs_message *message, size_t *len,
				  uint8_t *count);

/** link_devices.c: whose it is, in the direction in force. */
void link_fill_head(const struct customs_link *link, size_t lane,
		    struct customs_head *head);

/** link_register.c: 0x61 on a timer of its own; the password for one that is about to be sent; a
 *  0x62, true when it says something new. */
KAKOU_MUST_CHECK enum kakou_err link_register_begin(struct customs_link *link);
KAKOU_MUST_CHECK enum kakou_err link_register_read_password(
	const struct customs_link *link, char to[CUSTOMS_PASSWORD_MAX + 1],
	struct why *why);
bool link_register_take(struct customs_link *link, struct customs_news *news);

/** link.c: the outbox changed. */
void link_work(struct customs_link *link);

#endif
