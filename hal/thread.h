/* SPDX-License-Identifier: MIT */
/*
 * Threads with a name and an explicit stack, and the locking of memory.
 *
 * Layer: hal.
 */
#ifndef KAKOU_HAL_THREAD_H
#define KAKOU_HAL_THREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

struct thread; /* opaque */

struct thread_config {
	const char *name; /**< at most 15 bytes, as in ps -L */
	size_t stack_bytes; /**< 65536 to 262144; more where the C library wants more (arm64:
				 131072); default stacks cost 8 MB each when locked */
	int fifo_priority; /**< SCHED_FIFO 1..99, 0 = ordinary; refused rights fall back */
	void (*run)(void *); /**< signals are blocked in it */
	void *arg;
};

/** Starts the thread. All signals are blocked in it. KAKOU_E_NOMEM, KAKOU_E_INVALID. */
KAKOU_MUST_CHECK enum kakou_err thread_start(struct thread **out,
					     const struct thread_config *config);

/** Waits for the end and releases. NULL is legal. */
void thread_join(struct thread *thread);

/** True when the thread runs under SCHED_FIFO. */
bool thread_is_realtime(const struct thread *thread);

/** A limit below this is none to lock memory under: what is mapped later would fail. */
enum { MEMORY_LOCK_BYTES = 64 << 20 };

/** Call first in main: one malloc arena, no trimming, then mlockall(CURRENT|FUTURE).
 *  KAKOU_E_DENIED when RLIMIT_MEMLOCK forbids it, or is below MEMORY_LOCK_BYTES: nothing is
 *  locked; go on, and say so in the log. */
KAKOU_MUST_CHECK enum kakou_err memory_lock(struct why *why);

/** What a whole site may have open at once, with everybody who dials in; more than select(2) in
 *  libmodbus can hold would be of no use. */
enum { DESCRIPTORS_NEEDED = 1024 };

/** Call before anything is opened: the process may have DESCRIPTORS_NEEDED files open, whatever its
 *  shell allowed. KAKOU_E_DENIED when RLIMIT_NOFILE can't be raised to that: don't go on, because
 *  what does not open then says something else each time. */
KAKOU_MUST_CHECK enum kakou_err descriptors_allow(struct why *why);

#endif
