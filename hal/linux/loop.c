/* SPDX-License-Identifier: MIT */
/*
 * Event loop on epoll.
 *
 * Layer: hal. Threads: the loop's own, but for loop_stop().
 *
 * Watches and timers may vanish inside any callback: they are only marked, and released
 * when nobody walks the lists. Timers are few, so their list is searched, not sorted.
 */
#include "hal/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hal/clock.h"

enum { BATCH = 16 };

struct loop_watch {
	struct loop *loop;
	struct loop_watch *next;
	int fd;
	int events; /* 0: not in the epoll set */
	bool is_dead;
	void (*fn)(void *arg, int ready);
	void *arg;
};

struct loop_timer {
	struct loop *loop;
	struct loop_timer *next;
	int64_t at_ms;      /* -1: unset */
	uint64_t served_in; /* the pass that fired it last: once a pass at most */
	bool is_dead;
	void (*fn)(void *arg);
	void *arg;
};

struct loop {
	int epoll_fd;
	int stop_fd;
	atomic_bool is_stopping;
	bool has_dead;
	uint64_t pass;
	struct loop_watch *watches;
	struct loop_timer *timers;
};

enum kakou_err loop_create(struct loop **out)
{
	struct epoll_event stop = {.events = EPOLLIN};
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return KAKOU_E_NOMEM;
	loop->pass = 1; /* a timer that was never served says 0 */
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->epoll_fd < 0 || loop->stop_fd < 0 ||
	    epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->stop_fd, &stop)) {
		loop_destroy(loop);
		return KAKOU_E_IO;
	}
	*out = loop;
	return KAKOU_OK;
}

static void release_watches(struct loop *loop, bool all)
{
	struct loop_watch **at = &loop->watches;

	while (*at) {
		struct loop_watch *watch = *at;

		if (all || watch->is_dead) {
			*at = watch->next;
			free(watch);
		} else {
			at = &watch->next;
		}
	}
}

static void release_timers(struct loop *loop, bool all)
{
	struct loop_timer **at = &loop->timers;

	while (*at) {
		struct loop_timer *timer = *at;

		if (all || timer->is_dead) {
			*at = timer->next;
			free(timer);
		} else {
			at = &timer->next;
		}
	}
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	release_watches(loop, true);
	release_timers(loop, true);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	if (loop->stop_fd >= 0)
		close(loop->stop_fd);
	free(loop);
}

/* Watches for nothing leave the set: epoll would report their hang-up without end. */
static enum kakou_err apply_events(struct loop_watch *watch, int events)
{
	struct epoll_event wanted = {.data.ptr = watch};
	int op = EPOLL_CTL_MOD;

	if (events == watch->events)
		return KAKOU_OK;
	if (events & LOOP_IN)
		wanted.events |= EPOLLIN;
	if (events & LOOP_OUT)
		wanted.events |= EPOLLOUT;
	if (!watch->events)
		op = EPOLL_CTL_ADD;
	else if (!events)
		op = EPOLL_CTL_DEL;
	if (epoll_ctl(watch->loop->epoll_fd, op, watch->fd, &wanted))
		return KAKOU_E_IO;
	watch->events = events;
	return KAKOU_OK;
}

enum kakou_err loop_watch_fd(struct loop *loop, int fd, int events,
			     void (*fn)(void *arg, int ready), void *arg,
			     struct loop_watch **out)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));
	enum kakou_err err;

	if (!watch)
		return KAKOU_E_NOMEM;
	watch->loop = loop;
	watch->fd = fd;
	watch->fn = fn;
	watch->arg = arg;
	err = apply_events(watch, events);
	if (err) {
		free(watch);
		return err;
	}
	watch->next = loop->watches;
	loop->watches = watch;
	*out = watch;
	return KAKOU_OK;
}

enum kakou_err loop_watch_change(struct loop_watch *watch, int events)
{
	assert(!watch->is_dead);
	return apply_events(watch, events);
}

void loop_unwatch(struct loop_watch *watch)
{
	enum kakou_err err;

	if (!watch)
		return;
	assert(!watch->is_dead);
	err = apply_events(watch, 0);
	assert(!err); /* only a descriptor that was closed too early can fail here */
	watch->is_dead = true;
	watch->loop->has_dead = true;
}

enum kakou_err loop_timer_create(struct loop *loop, void (*fn)(void *arg), void *arg,
				 struct loop_timer **out)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return KAKOU_E_NOMEM;
	timer->loop = loop;
	timer->at_ms = -1;
	timer->fn = fn;
	timer->arg = arg;
	timer->next = loop->timers;
	loop->timers = timer;
	*out = timer;
	return KAKOU_OK;
}

void loop_timer_set(struct loop_timer *timer, int64_t at_ms)
{
	assert(!timer->is_dead);
	timer->at_ms = at_ms;
}

void loop_timer_destroy(struct loop_timer *timer)
{
	if (!timer)
		return;
	timer->is_dead = true;
	timer->at_ms = -1;
	timer->loop->has_dead = true;
}

/* The timer with the earliest instant that was not yet served in this pass, or NULL. */
static struct loop_timer *find_earliest(const struct loop *loop)
{
	struct loop_timer *earliest = NULL;

	for (struct loop_timer *timer = loop->timers; timer; timer = timer->next) {
		if (timer->at_ms < 0 || timer->served_in == loop->pass)
			continue;
		if (!earliest || timer->at_ms < earliest->at_ms)
			earliest = timer;
	}
	return earliest;
}

/* Fires what is due, earliest first, each timer once at most, so that one which sets
 * itself into the past can't starve the descriptors. */
static void serve_timers(struct loop *loop)
{
	int64_t now_ms = clock_mono_ms();
	struct loop_timer *timer;

	loop->pass++;
	while ((timer = find_earliest(loop)) && timer->at_ms <= now_ms) {
		timer->at_ms = -1;
		timer->served_in = loop->pass;
		timer->fn(timer->arg);
	}
	loop->pass++; /* all timers count again for the next wait */
}

static int wait_ms(const struct loop *loop)
{
	const struct loop_timer *timer = find_earliest(loop);
	int64_t left_ms;

	if (!timer)
		return -1;
	left_ms = timer->at_ms - clock_mono_ms();
	if (left_ms < 0)
		return 0;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

static void serve_event(struct loop *loop, const struct epoll_event *event)
{
	struct loop_watch *watch = event->data.ptr;
	uint64_t count;
	int ready = 0;

	if (!watch) {
		while (read(loop->stop_fd, &count, sizeof(count)) > 0)
			;
		return;
	}
	if (watch->is_dead)
		return;
	if (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		ready |= LOOP_IN;
	if (event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		ready |= LOOP_OUT;
	watch->fn(watch->arg, ready);
}

enum kakou_err loop_run(struct loop *loop)
{
	while (!atomic_exchange(&loop->is_stopping, false)) {
		struct epoll_event events[BATCH];
		int count = epoll_wait(loop->epoll_fd, events, BATCH, wait_ms(loop));

		if (count < 0 && errno != EINTR)
			return KAKOU_E_IO;
		for (int i = 0; i < count; i++)
			serve_event(loop, &events[i]);
		serve_timers(loop);
		if (loop->has_dead) {
			release_watches(loop, false);
			release_timers(loop, false);
			loop->has_dead = false;
		}
	}
	return KAKOU_OK;
}

void loop_stop(struct loop *loop)
{
	static const uint64_t one = 1;
	int before = errno;

	atomic_store(&loop->is_stopping, true);
	/* A refused count (EAGAIN) means that the descriptor is readable already. */
	if (write(loop->stop_fd, &one, sizeof(one)) < 0)
		errno = before;
}
