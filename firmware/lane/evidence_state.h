/* SPDX-License-Identifier: MIT */
/*
 * How far one piece of evidence is.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_EVIDENCE_STATE_H
#define KAKOU_FIRMWARE_EVIDENCE_STATE_H

enum evidence_state {
	EVIDENCE_AWAITED,   /**< not yet */
	EVIDENCE_COLLECTED, /**< read and fit for use */
	EVIDENCE_DOUBTFUL,  /**< read, but of low confidence or failing its check */
	EVIDENCE_MISSING,   /**< deadline over, or its device is not well */
};

/** Whose word it is. */
enum evidence_hand {
	HAND_NONE,      /**< the device's */
	HAND_CORRECTED, /**< a person's, instead of what was read */
	HAND_ENTERED,   /**< a person's, for a device that gave none */
};

/** "device", "corrected", "entered". */
const char *evidence_hand_name(enum evidence_hand hand);

/** "awaited", "collected", "doubtful", "missing". */
const char *evidence_state_name(enum evidence_state state);

#endif
