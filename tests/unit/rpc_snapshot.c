/* SPDX-License-Identifier: MIT */
/*
 * A snapshot of a gate at rest. Layer: tests.
 */
#include "tests/unit/rpc_snapshot.h"

#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

void rpc_snapshot_fill(const struct site *site, struct snapshot *shot)
{
	memset(shot, 0, sizeof(*shot));
	shot->at_ms = clock_mono_ms();
	shot->started_wall_ms = clock_wall_ms() - 60000;
	shot->record_is_well = true;
	shot->lane_count = (uint8_t)site->lane_count;
	shot->device_count = (uint16_t)site->device_count;
	for (size_t i = 0; i < site->lane_count; i++) {
		shot->lanes[i].direction = site->lanes[i].direction;
		shot->lanes[i].state = "idle";
		shot->lanes[i].state_since_ms = clock_mono_ms() - 1500;
		shot->lanes[i].verdict = "";
		shot->lanes[i].by = "";
		shot->lanes[i].arm = "down";
		shot->lanes[i].light = "red";
	}
	for (size_t i = 0; i < site->device_count; i++) {
		shot->devices[i].health = DEVICE_WELL;
		shot->devices[i].at_ms = clock_mono_ms() - 100;
		text_copy(shot->devices[i].text, sizeof(shot->devices[i].text), "值");
	}
}
