/* SPDX-License-Identifier: MIT */
/*
 * Which GPIO chips sleep: those behind a bus of messages. To read or to write a line there is a
 * conversation that takes milliseconds, and that anybody else on that bus can hold up.
 *
 * Layer: hal, private to linux/. Blocks on sysfs; opening only.
 */
#ifndef KAKOU_HAL_LINUX_GPIO_SLEEP_H
#define KAKOU_HAL_LINUX_GPIO_SLEEP_H

#include <stdbool.h>

#include "hal/err.h"
#include "hal/gpio.h"
#include "hal/why.h"

/** The kernel's folder of GPIO chips; a test has another. */
extern const char *gpio_sleep_devices;

/** The bus a device of sysfs is behind, "I2C", "SPI", "USB" or "the firmware"; NULL when none of
 *  them is on its way. */
const char *gpio_sleep_bus(const char *device_path);

/** Refuses a line that must not sleep on a chip ("gpiochip2") that does, or of which the kernel
 *  does not say where it is. */
KAKOU_MUST_CHECK enum kakou_err gpio_sleep_check(const struct gpio_line *line,
						 const char *chip_name, struct why *why);

/** KAKOU_E_NOTFOUND, with the line by name or number. */
enum kakou_err gpio_chip_explain_missing(const struct gpio_line *line, struct why *why);

#endif
