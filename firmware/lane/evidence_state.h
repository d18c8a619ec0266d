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

/** "awaited", "collected", "doubtful", "missing". */
const char *evidence_state_name(enum evidence_state state);

#endif
