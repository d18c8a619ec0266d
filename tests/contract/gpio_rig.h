/* SPDX-License-Identifier: MIT */
/*
 * What lies behind the lines in the contract suite: linux/ is a yard of one thread on a Unix
 * socket, fake/ the scripted lines, chip/ a simulated chip of the kernel.
 */
#ifndef KAKOU_TESTS_CONTRACT_GPIO_RIG_H
#define KAKOU_TESTS_CONTRACT_GPIO_RIG_H

#include <stdbool.h>

/** Starts it; returns the `where` for gpio_open(). */
const char *gpio_rig_start(void);
void gpio_rig_stop(void);

/** Sets an input; what changes while the line is open is an edge. */
void gpio_rig_set_input(const char *name, bool level);

/** Waits until the output has the level; false when it does not come. */
bool gpio_rig_output_becomes(const char *name, bool level);

/** From now on an open finds that a line is missing; false: it is there again. */
void gpio_rig_hide_a_line(bool hide);

/** What is behind the lines goes away. */
void gpio_rig_cut(void);

/** False where it must not go away while lines are held: gpio-sim of Linux 6.1 frees their
 *  interrupts then, and the kernel does not survive that for long. */
bool gpio_rig_can_be_cut(void);

/** False where a bias that is asked for moves the input: a simulated pin has nothing else that
 *  drives it. */
bool gpio_rig_has_bias(void);

/** False where there is nobody who could fall dumb or talk nonsense. */
bool gpio_rig_has_wire(void);

/** The next open meets somebody who says nothing. */
void gpio_rig_fall_dumb(void);

/** Sends what is no edge of any input. */
void gpio_rig_talk_nonsense(void);

#endif
