/* SPDX-License-Identifier: MIT */
/*
 * What cameras and box readers saw: a JPEG for each read, in the folder that the site names for
 * the device (`pictures`), as a camera would upload it.
 *
 * Layer: tools. Blocks on the disk for one small file.
 */
#ifndef KAKOU_TOOLS_YARD_PICTURE_H
#define KAKOU_TOOLS_YARD_PICTURE_H

#include "firmware/config/site.h"
#include "tools/yard/devices.h"
#include "tools/yard/lane.h"

struct pictures_drawn; /* opaque: letters, and pictures that come late */

/** NULL without memory. */
struct pictures_drawn *pictures_drawn_create(const struct site *site);
void pictures_drawn_destroy(struct pictures_drawn *drawn);

/** Draws the instrument's last read; nothing for instruments without a camera or devices without
 *  a folder. `device` is the site's, with its fault. A picture that can't be written is said in
 *  the log. */
void pictures_draw(struct pictures_drawn *drawn, const struct yard_lane *lane,
		   enum instrument instrument, const struct yard_device *device,
		   int64_t now_ms);

/** Puts the late ones into their folders when they are due. */
void pictures_step_drawn(struct pictures_drawn *drawn, int64_t now_ms);

#endif
