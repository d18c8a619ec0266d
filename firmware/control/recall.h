/* SPDX-License-Identifier: MIT */
/*
 * Recall: what lanes know again after a start, from the record: who passed a first gate and may come
 * to the second, and the inquiries of vehicles that were cleared without their answer.
 *
 * Layer: firmware. A value; filled before the control thread starts.
 */
#ifndef KAKOU_FIRMWARE_RECALL_H
#define KAKOU_FIRMWARE_RECALL_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/lane/lane.h"
#include "firmware/lane/pairing.h"

enum {
	/** Of a lane: the newest, so that the inquiries of this run have room in its ring too. */
	RECALL_ASKED_PER_LANE = LANE_ASKED_KEPT / 2,
	RECALL_ASKED_MAX = SITE_LANES_MAX * RECALL_ASKED_PER_LANE,
};

struct recall_asked {
	uint8_t lane;
	struct lane_asked asked;
};

struct recall {
	size_t handed_count, asked_count;
	struct pairing_entry handed[PAIRING_KEPT];   /**< oldest first, at_ms monotonic */
	struct recall_asked asked[RECALL_ASKED_MAX]; /**< newest first */
};

#endif
