/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a delivery share; for delivery*.c only.
 *
 * Layer: firmware. Threads: the delivery's own.
 */
#ifndef KAKOU_FIRMWARE_DELIVERY_INSIDE_H
#define KAKOU_FIRMWARE_DELIVERY_INSIDE_H

#include "firmware/delivery/backlog.h"
#include "firmware/delivery/delivery.h"
#include "firmware/delivery/fate.h"
#include "hal/mailbox.h"
#include "hal/thread.h"

struct delivery {
	struct delivery_config config;
	struct backlog *backlog;
	struct mailbox *health_box;
	struct thread *thread;
	int stop_fd;
	int64_t scan; /* events up to here are in the window, or settled */
	int64_t tail; /* events up to here have been looked at for what they settle */
	bool is_alarmed;
	bool is_told;         /* a record that can't be read was said in the log */
	int64_t read_from_ms; /* not before */
	struct delivery_health health;
};

/** delivery_follow.c: takes what the record has to send into the window, and out of it what the
 *  record says is settled. */
void delivery_follow(struct delivery *delivery, int64_t now_ms);

/** The event with this number, which the caller releases; NULL: it can't be read now, or, `*is_gone`,
 *  its time was over and the record has removed it. */
json_t *delivery_read_event(struct delivery *delivery, int64_t seq, bool *is_gone);

#endif
