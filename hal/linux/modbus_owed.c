/* SPDX-License-Identifier: MIT */
/*
 * Owed answers. Layer: hal. Pure.
 */
#include "hal/linux/modbus_owed.h"

static const enum modbus_area areas[] = {MODBUS_INPUT, MODBUS_HOLDING, MODBUS_DISCRETES,
					 MODBUS_COILS};

static uint8_t bit_of(uint8_t function)
{
	return (uint8_t)(1u << (function - 1) % 8); /* 1 to 6, 15 and 16 */
}

void modbus_owed_note(struct modbus_owed *owed, uint8_t unit, uint8_t function)
{
	owed->functions[unit] |= bit_of(function);
}

void modbus_owed_clear(struct modbus_owed *owed, uint8_t unit)
{
	owed->functions[unit] = 0;
}

bool modbus_owed_probe(const struct modbus_owed *owed, uint8_t unit, uint8_t function,
		       uint8_t request[MODBUS_PDU_MAX], size_t *len)
{
	struct why why;

	if (owed->functions[unit] == 0)
		return false;
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		if (!modbus_pdu_build_read(request, len, areas[i], 0, 1, &why) &&
		    request[0] != function &&
		    !(owed->functions[unit] & bit_of(request[0])))
			return true;
	}
	return false;
}
