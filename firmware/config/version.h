/* SPDX-License-Identifier: MIT */
/*
 * The version, as `kakou version`, the control socket and the record's "started" say it.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_VERSION_H
#define KAKOU_FIRMWARE_VERSION_H

#define KAKOU_VERSION "0.1.0"

#endif
