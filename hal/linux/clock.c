/* SPDX-License-Identifier: MIT */
/*
 * Clocks of the kernel.
 *
 * Layer: hal. Threads: any.
 */
#include "hal/clock.h"

#include <assert.h>
#include <errno.h>
#include <sys/timex.h>
#include <time.h>

static int64_t read_ns(clockid_t id)
{
	struct timespec now;
	int failed = clock_gettime(id, &now);

	assert(!failed);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return read_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_wall_ms(void)
{
	return read_ns(CLOCK_REALTIME) / 1000000;
}

bool clock_is_synchronised(void)
{
	struct timex state = {.modes = 0};
	int result = adjtimex(&state);

	return result >= 0 && result != TIME_ERROR && !(state.status & STA_UNSYNC);
}

void clock_sleep_until_ms(int64_t at_ms)
{
	struct timespec at = {
		.tv_sec = (time_t)(at_ms / 1000),
		.tv_nsec = (long)(at_ms % 1000) * 1000000,
	};

	if (at_ms < 0)
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}
