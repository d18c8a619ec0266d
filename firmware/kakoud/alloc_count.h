/* SPDX-License-Identifier: MIT */
/*
 * Counts the allocations of one thread, so that "the control loop allocates nothing" is a figure
 * and not a belief.
 *
 * Layer: firmware (kakoud only: it stands in for malloc in this program).
 */
#ifndef KAKOU_FIRMWARE_ALLOC_COUNT_H
#define KAKOU_FIRMWARE_ALLOC_COUNT_H

#include <stdint.h>

/** Allocations by the calling thread since its start; 0 in builds with sanitizers, which have an
 *  allocator of their own. */
uint64_t alloc_count_thread(void);

#endif
