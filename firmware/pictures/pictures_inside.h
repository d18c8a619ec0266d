/* SPDX-License-Identifier: MIT */
/*
 * The pictures from inside; tests drive it without its thread.
 *
 * Layer: firmware, inside pictures.
 */
#ifndef KAKOU_FIRMWARE_PICTURES_INSIDE_H
#define KAKOU_FIRMWARE_PICTURES_INSIDE_H

#include "firmware/pictures/albums.h"
#include "firmware/pictures/pictures.h"
#include "hal/loop.h"
#include "hal/mailbox.h"
#include "hal/queue.h"
#include "hal/thread.h"

/* What the control thread has to say. */
struct picture_order {
	uint8_t kind; /* enum picture_order_kind */
	uint8_t lane;
	int64_t passage;          /* ORDER_ASKED */
	struct customs_head head; /* ORDER_ASKED: SEQ_NO; ORDER_FETCH */
	struct picture_read read; /* ORDER_READ */
};
enum picture_order_kind { PICTURE_READ, PICTURE_ASKED, PICTURE_FETCH };

/* The folder of one camera. */
struct camera {
	struct pictures *pictures;
	uint16_t device;
	struct folder *folder; /* NULL: not there now, tried again */
	struct loop_watch *watch;
	bool is_told; /* its trouble was logged */
};

struct pictures {
	const struct site *site;
	struct picture_store *store;
	char directory[sizeof(((struct site *)NULL)->state_dir) + sizeof("/pictures")];
	struct pairs pairs;
	struct albums albums;
	struct customs_link *link; /* NULL: nobody is told */
	size_t camera_count;
	struct camera cameras[SITE_DEVICES_MAX];
	struct queue *orders;   /* struct picture_order, from the control thread */
	struct queue *news;     /* struct event, to it */
	struct queue *requests; /* from the control socket */
	struct queue *answers;
	struct mailbox *health_box;
	struct pictures_health health;
	struct thread *thread;
	struct loop *loop;
	struct loop_watch *orders_watch, *requests_watch;
	struct loop_timer *timer;
	struct event out; /* the one at hand */
};

/** Everything that is due: reads, names from the folders, pairs, what is over. */
void pictures_step(struct pictures *pictures);

/* pictures_customs.c */
void pictures_take_asked(struct pictures *pictures, const struct picture_order *order);
void pictures_give(struct pictures *pictures, const struct picture_order *order);
/** Tells the link of inquiries whose pictures are there, or will not come any more. */
void pictures_attach(struct pictures *pictures);

/** Answers one request. */
void pictures_serve(struct pictures *pictures, const struct picture_request *request);

#endif
