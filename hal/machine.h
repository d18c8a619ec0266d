/* SPDX-License-Identifier: MIT */
/*
 * How the machine itself is: its clock's battery, the wear of its flash, its temperature.
 *
 * Layer: hal. linux/ reads sysfs and one ioctl. Threads: any that may wait for a file.
 */
#ifndef KAKOU_HAL_MACHINE_H
#define KAKOU_HAL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum machine_battery {
	MACHINE_BATTERY_UNKNOWN, /**< the clock does not tell */
	MACHINE_BATTERY_WELL,
	MACHINE_BATTERY_LOW, /**< or empty: the time was lost, or soon is, without power */
};

struct machine {
	bool has_clock;               /**< a real-time clock of its own */
	bool clock_is_set;            /**< it says a time after 2020 */
	enum machine_battery battery; /**< Linux RTC_VL_READ */
	bool has_flash;               /**< an eMMC that tells its wear (JESD84-B51 7.4) */
	int32_t flash_used_percent; /**< of its life, at most: 10 to 110; 0 = not told */
	int32_t flash_spare; /**< PRE_EOL_INFO: 1 normal, 2 warning, 3 urgent; 0 = not told */
	bool has_temperature;
	int32_t temperature_mc; /**< the hottest zone or sensor, in 0.001 °C */
};

/** Looks at everything once. `sysfs` and `devices` are the folders, "/sys" and "/dev". What is not
 *  there, or can't be read, is left unknown; never fails. */
void machine_read(const char *sysfs, const char *devices, struct machine *out);

#endif
