/* SPDX-License-Identifier: MIT */
/*
 * Reasons: why a lane holds, in a code for records, words for the officer and at most ten
 * characters for the driver (gate-domain section 8).
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_REASON_H
#define KAKOU_FIRMWARE_REASON_H

enum reason {
	REASON_NONE,
	REASON_NO_ORDER,
	REASON_SEVERAL_ORDERS,
	REASON_WEIGHT_DIFFERS,
	REASON_EMPTY_DIFFERS,
	REASON_PLATE_DIFFERS,
	REASON_PLATE_MISSING,
	REASON_BOX_CHECK,
	REASON_BOX_MISSING,
	REASON_BOX_DIFFERS,
	REASON_SEAL_BROKEN,
	REASON_SEAL_ABSENT,
	REASON_SEAL_LOW_BATTERY,
	REASON_TARGETED,
	REASON_CUSTOMS_REFUSED,
	REASON_CUSTOMS_SILENT,
	REASON_CARD_MISSING,
	REASON_DEVICE_DEAD,
	REASON_NOT_ON_SCALE,
	REASON_RECORD_FAILED,
	REASON_RESTARTED,
	REASON_ARM_FAULT,
	REASON_OFFICER,
	REASON_UNCONTROLLED,
	REASON_EMERGENCY,
	REASON_FIRST_GATE_MISSED,
	REASON_FIRST_GATE_LATE,
	REASON_FIRST_GATE_UNKNOWN,
	REASON_HOLD_TO_RUN,
	REASON_NO_RIGHT,
	REASON_REGISTRATION,
	REASON_ENTRY_OPEN,
	REASON_COUNT,
};

/** "no_order" …; "-" for none. Static. */
const char *reason_code(enum reason reason);

/** One sentence for the officer, English. Static. */
const char *reason_text(enum reason reason);

/** What the sign shows. Static, at most ten characters and the space between two words. */
const char *reason_sign(enum reason reason);

#endif
