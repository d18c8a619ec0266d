/* SPDX-License-Identifier: MIT */
/*
 * Bounded queue of fixed-size messages between exactly one producer and one consumer.
 *
 * Layer:   hal. Lock-free (C11 atomics); push and pop are wait-free and never allocate.
 * Threads: one pushes, one pops; create and destroy while neither runs.
 */
#ifndef KAKOU_HAL_QUEUE_H
#define KAKOU_HAL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"

struct queue; /* opaque */

/** Allocates room for `capacity` items (a power of two) of `item_size` bytes. With
 *  `wakes_consumer` each push makes queue_fd() readable. The caller releases with
 *  queue_destroy(). KAKOU_E_NOMEM, KAKOU_E_IO (no descriptor). */
KAKOU_MUST_CHECK
enum kakou_err queue_create(struct queue **out, size_t item_size, uint32_t capacity,
			    bool wakes_consumer);

/** Releases the queue. NULL is legal. Never fails. */
void queue_destroy(struct queue *queue);

/** Copies the item in. KAKOU_E_FULL: nothing was queued and the drop was counted; the caller
 *  takes its designed way out. */
KAKOU_MUST_CHECK enum kakou_err queue_push(struct queue *queue, const void *item);

/** Producer: how many more can be pushed now. */
uint32_t queue_room(const struct queue *queue);

/** Copies the oldest item out; false when there is none. */
bool queue_pop(struct queue *queue, void *item);

/** Descriptor (eventfd, non-blocking) that is readable after a push; -1 without
 *  `wakes_consumer`. The consumer polls it, calls queue_quiet(), then pops until false. */
int queue_fd(const struct queue *queue);

/** Consumer: makes the descriptor unreadable again. Never blocks. */
void queue_quiet(struct queue *queue);

/** Items refused because the queue was full, since creation. Any thread. */
uint64_t queue_count_dropped(const struct queue *queue);

#endif
