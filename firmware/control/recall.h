/* SPDX-License-Identifier: MIT */
/*
 * Recall: what lanes know again after a start, from the record: who passed a first gate and may come
 * to the second.
 *
 * Layer: firmware. A value; filled before the control thread starts.
 */
#ifndef KAKOU_FIRMWARE_RECALL_H
#define KAKOU_FIRMWARE_RECALL_H

#include <stddef.h>

#include "firmware/lane/pairing.h"

struct recall {
	size_t handed_count;
	struct pairing_entry handed[PAIRING_KEPT]; /**< oldest first, at_ms monotonic */
};

#endif
