/* SPDX-License-Identifier: MIT */
/*
 * A libgpiod without a kernel: two chips whose lines a test holds in its hands. Defines the
 * library's functions that hal/linux/ calls, for the version it was compiled for, and so stands
 * in front of the real library in this one program.
 *
 * Chip "gate": loop-a, loop-b, beam, lift, lamp. Chip "cabinet": door, horn.
 */
#ifndef KAKOU_TESTS_UNIT_GPIOD_SIM_H
#define KAKOU_TESTS_UNIT_GPIOD_SIM_H

#include <stdbool.h>
#include <stdint.h>

/** As after power-on: nothing requested, all levels false, no events. */
void gpiod_sim_reset(void);

/** Somebody else holds the line. */
void gpiod_sim_hold(const char *line, const char *holder);

/** The logical level of an input, without an event. */
void gpiod_sim_set(const char *line, bool level);

/** The kernel notes an event of a requested input. */
void gpiod_sim_event(const char *line, bool level, int64_t at_ns);

/** The kernel drops an event. */
void gpiod_sim_drop_event(const char *line);

/** Logical level, as set by the code under test or by gpiod_sim_set(). */
bool gpiod_sim_level(const char *line);

/** What was asked for in the request. */
bool gpiod_sim_is_requested(const char *line);
bool gpiod_sim_is_active_low(const char *line);
bool gpiod_sim_has_pull_up(const char *line);

/** The next system call on any line fails. */
void gpiod_sim_fail(void);

/** Chips that are open at this moment. */
int gpiod_sim_count_open_chips(void);

#endif
