/* SPDX-License-Identifier: MIT */
/*
 * Faults on demand: the words for them, and what they are put on.
 *
 * Layer: tools. Pure.
 *
 *   DEVICE  silent | late MS | trickle | exception N | wrong_unit | frozen | link_down
 *   DEVICE  no_picture | late_picture MS | torn_picture | bad_picture | huge_picture
 *           of a camera: it reads as ever, only its pictures suffer
 *   LANE/LINE  stuck_on | stuck_off     a line as in the site file, e.g. "in1/beam"
 *   LANE    arm_stuck | arm_reversed | arm_sinks | fob | link_down
 */
#ifndef KAKOU_TOOLS_YARD_FAULTS_H
#define KAKOU_TOOLS_YARD_FAULTS_H

#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_SILENT,     /**< does not answer */
	FAULT_LATE,       /**< answers after so many ms */
	FAULT_TRICKLE,    /**< answers a byte every 400 ms */
	FAULT_EXCEPTION,  /**< answers with this exception */
	FAULT_WRONG_UNIT, /**< answers as unit + 1 */
	FAULT_FROZEN,     /**< values and sequence stay, writes do nothing */
	FAULT_NO_PICTURE, /**< of a camera: it reads as ever, only its pictures suffer */
	FAULT_LATE_PICTURE, /**< so many ms after its read */
	FAULT_TORN_PICTURE,
	FAULT_BAD_PICTURE, /**< something else than a picture */
	FAULT_HUGE_PICTURE,
	FAULT_LINK_DOWN, /**< the device's port, or the lane's lines, are gone */
	FAULT_STUCK_ON,
	FAULT_STUCK_OFF,
	FAULT_ARM_STUCK,
	FAULT_ARM_REVERSED, /**< the motor turns the wrong way */
	FAULT_ARM_SINKS,    /**< the arm comes down slowly while the motor is off */
	FAULT_FOB,          /**< somebody opens the arm with a remote control, once */
	FAULT_KINDS,
};

enum fault_target { FAULT_ON_DEVICE, FAULT_ON_LINE, FAULT_ON_LANE };

struct fault {
	enum fault_kind kind;
	int32_t value; /**< ms or exception number */
};

struct fault_order {
	enum fault_target target;
	char name[32]; /**< device or lane */
	char line[32]; /**< FAULT_ON_LINE: role as in the site file */
	struct fault fault;
};

/** "TARGET KIND [VALUE]"; whether the target exists is the yard's to check. */
KAKOU_MUST_CHECK enum kakou_err fault_parse(struct fault_order *out, const char *text,
					    struct why *why);

/** Checks that the kind suits the target and the value the kind. */
KAKOU_MUST_CHECK enum kakou_err fault_check(const struct fault_order *order,
					    struct why *why);

const char *fault_kind_name(enum fault_kind kind);

/** FAULT_KINDS when the name is unknown. */
enum fault_kind fault_kind_from_name(const char *name);

#endif
