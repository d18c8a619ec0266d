/* SPDX-License-Identifier: MIT */
/*
 * What a camera saw, drawn: one small SVG file a read, DIR/DEVICE-SEQUENCE.svg.
 *
 * Layer: tools. Blocks on the disk for one small file.
 */
#ifndef KAKOU_TOOLS_YARD_PICTURE_H
#define KAKOU_TOOLS_YARD_PICTURE_H

#include "firmware/config/site.h"
#include "tools/yard/lane.h"

/** Draws the instrument's last read; nothing for instruments without a camera. A picture that
 *  can't be written is said in the log. */
void picture_draw(const char *directory, const struct site *site,
		  const struct yard_lane *lane, enum instrument instrument);

#endif
