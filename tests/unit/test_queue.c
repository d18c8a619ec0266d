/* SPDX-License-Identifier: MIT */
/*
 * The queue between one producer and one consumer.
 */
#include "hal/queue.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hal/thread.h"

enum { STREAM_ITEMS = 50000 };

static struct queue *make(uint32_t capacity, bool wakes_consumer)
{
	struct queue *queue = NULL;

	assert_int_equal(queue_create(&queue, sizeof(uint64_t), capacity, wakes_consumer),
			 KAKOU_OK);
	return queue;
}

static bool is_readable(int fd)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};

	return poll(&wanted, 1, 0) == 1;
}

static void items_come_out_in_their_order(void **state)
{
	struct queue *queue = make(4, false);
	uint64_t item;

	(void)state;
	assert_false(queue_pop(queue, &item));
	for (uint64_t round = 0; round < 100; round++) {
		for (uint64_t i = 0; i < 3; i++) {
			item = round * 3 + i;
			assert_int_equal(queue_push(queue, &item), KAKOU_OK);
		}
		for (uint64_t i = 0; i < 3; i++) {
			assert_true(queue_pop(queue, &item));
			assert_int_equal(item, round * 3 + i);
		}
	}
	assert_false(queue_pop(queue, &item));
	queue_destroy(queue);
}

static void a_full_queue_refuses_and_counts(void **state)
{
	struct queue *queue = make(2, true);
	uint64_t item = 1;

	(void)state;
	assert_int_equal(queue_push(queue, &item), KAKOU_OK);
	item = 2;
	assert_int_equal(queue_push(queue, &item), KAKOU_OK);
	item = 3;
	assert_int_equal(queue_push(queue, &item), KAKOU_E_FULL);
	assert_int_equal(queue_push(queue, &item), KAKOU_E_FULL);
	assert_int_equal(queue_count_dropped(queue), 2);
	assert_true(queue_pop(queue, &item));
	assert_int_equal(item, 1);
	item = 4;
	assert_int_equal(queue_push(queue, &item), KAKOU_OK);
	assert_true(queue_pop(queue, &item));
	assert_int_equal(item, 2);
	assert_true(queue_pop(queue, &item));
	assert_int_equal(item, 4);
	queue_destroy(queue);
}

static void a_queue_of_one_works(void **state)
{
	struct queue *queue = make(1, false);
	uint64_t item = 7;

	(void)state;
	assert_int_equal(queue_push(queue, &item), KAKOU_OK);
	assert_int_equal(queue_push(queue, &item), KAKOU_E_FULL);
	assert_true(queue_pop(queue, &item));
	assert_false(queue_pop(queue, &item));
	queue_destroy(queue);
	queue_destroy(NULL);
}

static void each_push_makes_the_descriptor_readable(void **state)
{
	struct queue *queue = make(4, true);
	uint64_t item = 0;

	(void)state;
	assert_false(is_readable(queue_fd(queue)));
	queue_quiet(queue);
	assert_int_equal(queue_push(queue, &item), KAKOU_OK);
	assert_int_equal(queue_push(queue, &item), KAKOU_OK);
	assert_true(is_readable(queue_fd(queue)));
	queue_quiet(queue);
	assert_false(is_readable(queue_fd(queue)));
	assert_int_equal(queue_push(queue, &item), KAKOU_OK);
	assert_true(is_readable(queue_fd(queue)));
	queue_destroy(queue);
}

static void a_queue_that_wakes_nobody_has_no_descriptor(void **state)
{
	struct queue *queue = make(4, false);

	(void)state;
	assert_int_equal(queue_fd(queue), -1);
	queue_quiet(queue);
	queue_destroy(queue);
}

static void produce(void *arg)
{
	struct queue *queue = arg;

	for (uint64_t item = 0; item < STREAM_ITEMS;) {
		struct pollfd pause = {.fd = -1};

		if (queue_push(queue, &item) == KAKOU_OK)
			item++;
		else
			poll(&pause, 1, 1);
	}
}

/* The consumer sleeps on the descriptor alone: a lost wake-up would hang here. */
static void nothing_is_lost_between_two_threads(void **state)
{
	struct queue *queue = make(64, true);
	struct thread_config config = {
		.name = "producer", .stack_bytes = 65536, .run = produce, .arg = queue};
	struct thread *producer;
	uint64_t expected = 0;

	(void)state;
	assert_int_equal(thread_start(&producer, &config), KAKOU_OK);
	while (expected < STREAM_ITEMS) {
		struct pollfd wanted = {.fd = queue_fd(queue), .events = POLLIN};
		uint64_t item;

		assert_int_equal(poll(&wanted, 1, 10000), 1);
		queue_quiet(queue);
		while (queue_pop(queue, &item)) {
			assert_int_equal(item, expected);
			expected++;
		}
	}
	thread_join(producer);
	queue_destroy(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_come_out_in_their_order),
		cmocka_unit_test(a_full_queue_refuses_and_counts),
		cmocka_unit_test(a_queue_of_one_works),
		cmocka_unit_test(each_push_makes_the_descriptor_readable),
		cmocka_unit_test(a_queue_that_wakes_nobody_has_no_descriptor),
		cmocka_unit_test(nothing_is_lost_between_two_threads),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
