/* SPDX-License-Identifier: MIT */
/*
 * Event loop of one thread: descriptors and timers (epoll).
 *
 * Layer: hal. Threads: everything from the loop's own thread but loop_stop().
 */
#ifndef KAKOU_HAL_LOOP_H
#define KAKOU_HAL_LOOP_H

#include <stdint.h>

#include "hal/err.h"

struct loop;       /* opaque */
struct loop_watch; /* opaque: one descriptor */
struct loop_timer; /* opaque: one deadline */

enum { LOOP_IN = 1, LOOP_OUT = 2 };

KAKOU_MUST_CHECK enum kakou_err loop_create(struct loop **out);

/** Releases the loop, its watches and timers; closes no watched descriptor. NULL is legal. */
void loop_destroy(struct loop *loop);

/** Calls `fn(arg, ready)` while `fd` is ready for `events` (LOOP_IN | LOOP_OUT; a hang-up or
 *  an error counts as both). The watch may be changed or removed inside any callback. */
KAKOU_MUST_CHECK enum kakou_err loop_watch_fd(struct loop *loop, int fd, int events,
					      void (*fn)(void *arg, int ready), void *arg,
					      struct loop_watch **out);
KAKOU_MUST_CHECK enum kakou_err loop_watch_change(struct loop_watch *watch, int events);

/** Removes the watch before its descriptor is closed. NULL is legal. */
void loop_unwatch(struct loop_watch *watch);

/** A timer that is not set yet. Release with loop_timer_destroy(). */
KAKOU_MUST_CHECK enum kakou_err loop_timer_create(struct loop *loop,
						  void (*fn)(void *arg), void *arg,
						  struct loop_timer **out);

/** Fires once at the monotonic instant; setting again moves it; -1 unsets it. */
void loop_timer_set(struct loop_timer *timer, int64_t at_ms);
void loop_timer_destroy(struct loop_timer *timer);

/** Serves until loop_stop(). KAKOU_E_IO when epoll itself fails. */
KAKOU_MUST_CHECK enum kakou_err loop_run(struct loop *loop);

/** Ends loop_run() soon. Any thread, and signal handlers. */
void loop_stop(struct loop *loop);

#endif
