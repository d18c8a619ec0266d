/* SPDX-License-Identifier: MIT */
/*
 * The fake watchdog.
 */
#include "tests/contract/watchdog_rig.h"

#include "hal/fake/fake.h"

void watchdog_rig_set(const char *identity, uint32_t causes)
{
	fake_watchdog_set(identity, causes);
}

void watchdog_rig_set_busy(bool is_busy)
{
	fake_watchdog_set_busy(is_busy);
}

int watchdog_rig_kicks(void)
{
	return fake_watchdog_kicks();
}

bool watchdog_rig_is_armed(void)
{
	return fake_watchdog_is_armed();
}

void watchdog_rig_clean(void)
{
	fake_watchdog_set("", 0);
}
