/* SPDX-License-Identifier: MIT */
/*
 * The ranges of a Modbus port's configuration, the same for every make of port.
 *
 * Layer: hal, for the two makes of modbus_port. Pure.
 */
#ifndef KAKOU_HAL_MODBUS_CONFIG_H
#define KAKOU_HAL_MODBUS_CONFIG_H

#include "hal/err.h"
#include "hal/modbus_port.h"
#include "hal/why.h"

enum { MODBUS_RTU_UNIT_MAX = 247 /**< Serial Line V1.02 2.2 */ };

/** KAKOU_E_INVALID quotes the first value that is out of its range. */
KAKOU_MUST_CHECK enum kakou_err modbus_config_check(
	const struct modbus_port_config *config, struct why *why);

/** KAKOU_E_INVALID: on a serial line unit 0 is the broadcast, which nobody answers, and units
 *  from 248 are reserved. On TCP every unit is legal. */
KAKOU_MUST_CHECK enum kakou_err modbus_config_check_unit(
	const struct modbus_port_config *config, uint8_t unit, struct why *why);

#endif
