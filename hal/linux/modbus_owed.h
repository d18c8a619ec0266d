/* SPDX-License-Identifier: MIT */
/*
 * What the units of a serial line still owe an answer to. A unit answers in the order in which it was
 * asked, and a serial answer says of its question only the function. So after a question that got no
 * answer, the unit is first asked by a function under which it owes nothing, and which the next question
 * has not: whatever it says to that, data or a refusal, it says after all it owed.
 *
 * Layer: hal. Pure.
 */
#ifndef KAKOU_HAL_LINUX_MODBUS_OWED_H
#define KAKOU_HAL_LINUX_MODBUS_OWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/modbus_pdu.h"

struct modbus_owed {
	uint8_t functions[256]; /**< by unit: bit = function; 0 = nothing */
};

/** The unit was asked by this function, and got no good answer. */
void modbus_owed_note(struct modbus_owed *owed, uint8_t unit, uint8_t function);

/** It answered, by what it owed nothing. */
void modbus_owed_clear(struct modbus_owed *owed, uint8_t unit);

/** A harmless read that has to be answered before a question by `function`. False: none is needed, or
 *  none is left: a unit that was silent to all is asked as it is, as some say nothing to
 *  functions they don't know. */
bool modbus_owed_probe(const struct modbus_owed *owed, uint8_t unit, uint8_t function,
		       uint8_t request[MODBUS_PDU_MAX], size_t *len);

#endif
