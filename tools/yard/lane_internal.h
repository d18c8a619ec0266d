/* SPDX-License-Identifier: MIT */
/*
 * What the two halves of a lane know of each other.
 *
 * Layer: tools, inside lane.
 */
#ifndef KAKOU_TOOLS_YARD_LANE_INTERNAL_H
#define KAKOU_TOOLS_YARD_LANE_INTERNAL_H

#include "tools/yard/lane.h"

/** Shows the controller what the sensors feel, their faults included. */
void yard_lane_update_levels(struct yard_lane *lane, int64_t now_ns);

/** Moves the arm on to the instant, as the outputs say. */
void yard_lane_drive_arm(struct yard_lane *lane, int64_t now_ns);

/** Reports what the arm has done since the last time. */
void yard_lane_report_arm(struct yard_lane *lane);

#endif
