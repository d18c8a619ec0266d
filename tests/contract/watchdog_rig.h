/* SPDX-License-Identifier: MIT */
/*
 * What the suite of watchdogs needs of each side.
 */
#ifndef KAKOU_TESTS_WATCHDOG_RIG_H
#define KAKOU_TESTS_WATCHDOG_RIG_H

#include <stdbool.h>
#include <stdint.h>

/* One watchdog of this identity, not armed, that remembers the causes. */
void watchdog_rig_set(const char *identity, uint32_t causes);
void watchdog_rig_set_busy(bool is_busy);
int watchdog_rig_kicks(void);
bool watchdog_rig_is_armed(void);
void watchdog_rig_clean(void);

#endif
