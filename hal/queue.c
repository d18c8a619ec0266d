/* SPDX-License-Identifier: MIT */
/*
 * Ring of fixed-size messages between one producer and one consumer.
 *
 * Layer:   hal. Lock-free (C11 atomics), wait-free, no allocation after creation.
 * Threads: one pushes, one pops.
 *
 * `pushed` and `popped` count for ever and are reduced to a slot by the mask; a power of
 * two divides 2^32, so that their wrap-round is harmless.
 */
#include "hal/queue.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CACHE_LINE = 64 };

struct queue {
	size_t item_size;
	uint32_t mask;
	int fd;
	unsigned char *items;
	alignas(CACHE_LINE) atomic_uint_least32_t pushed; /* the producer writes it */
	atomic_uint_least64_t dropped;
	alignas(CACHE_LINE) atomic_uint_least32_t popped; /* the consumer writes it */
};

enum kakou_err queue_create(struct queue **out, size_t item_size, uint32_t capacity,
			    bool wakes_consumer)
{
	struct queue *queue;

	assert(item_size > 0 && capacity > 0 && (capacity & (capacity - 1)) == 0);
	queue = aligned_alloc(CACHE_LINE, sizeof(*queue));
	if (!queue)
		return KAKOU_E_NOMEM;
	memset(queue, 0, sizeof(*queue));
	queue->item_size = item_size;
	queue->mask = capacity - 1;
	queue->fd = -1;
	queue->items = calloc(capacity, item_size);
	if (!queue->items) {
		queue_destroy(queue);
		return KAKOU_E_NOMEM;
	}
	if (wakes_consumer) {
		queue->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (queue->fd < 0) {
			queue_destroy(queue);
			return KAKOU_E_IO;
		}
	}
	*out = queue;
	return KAKOU_OK;
}

void queue_destroy(struct queue *queue)
{
	if (!queue)
		return;
	if (queue->fd >= 0)
		close(queue->fd);
	free(queue->items);
	free(queue);
}

/* An eventfd that refuses a further count (EAGAIN) is readable already. */
static void wake_consumer(const struct queue *queue)
{
	static const uint64_t one = 1;
	ssize_t written;

	if (queue->fd < 0)
		return;
	written = write(queue->fd, &one, sizeof(one));
	assert(written == (ssize_t)sizeof(one) || errno == EAGAIN);
}

enum kakou_err queue_push(struct queue *queue, const void *item)
{
	uint32_t pushed = atomic_load_explicit(&queue->pushed, memory_order_relaxed);
	uint32_t popped = atomic_load_explicit(&queue->popped, memory_order_acquire);

	if (pushed - popped > queue->mask) {
		atomic_fetch_add_explicit(&queue->dropped, 1, memory_order_relaxed);
		return KAKOU_E_FULL;
	}
	memcpy(queue->items + (size_t)(pushed & queue->mask) * queue->item_size, item,
	       queue->item_size);
	atomic_store_explicit(&queue->pushed, pushed + 1, memory_order_release);
	wake_consumer(queue);
	return KAKOU_OK;
}

uint32_t queue_room(const struct queue *queue)
{
	uint32_t pushed = atomic_load_explicit(&queue->pushed, memory_order_relaxed);
	uint32_t popped = atomic_load_explicit(&queue->popped, memory_order_acquire);

	return queue->mask + 1 - (pushed - popped);
}

bool queue_pop(struct queue *queue, void *item)
{
	uint32_t popped = atomic_load_explicit(&queue->popped, memory_order_relaxed);
	uint32_t pushed = atomic_load_explicit(&queue->pushed, memory_order_acquire);

	if (pushed == popped)
		return false;
	memcpy(item, queue->items + (size_t)(popped & queue->mask) * queue->item_size,
	       queue->item_size);
	atomic_store_explicit(&queue->popped, popped + 1, memory_order_release);
	return true;
}

int queue_fd(const struct queue *queue)
{
	return queue->fd;
}

void queue_quiet(struct queue *queue)
{
	uint64_t count;
	ssize_t got;

	if (queue->fd < 0)
		return;
	got = read(queue->fd, &count, sizeof(count));
	assert(got == (ssize_t)sizeof(count) || errno == EAGAIN);
}

uint64_t queue_count_dropped(const struct queue *queue)
{
	return atomic_load_explicit(&queue->dropped, memory_order_relaxed);
}
