/* SPDX-License-Identifier: MIT */
/*
 * Versions of images: the words of Debian packages, compared as dpkg does, so that an image is
 * as old as the packages in it.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_UPDATE_VERSION_H
#define KAKOU_FIRMWARE_UPDATE_VERSION_H

#include <stdbool.h>

enum { UPDATE_VERSION_MAX = 79 };

/** Letters, digits and . + ~ - alone, a digit first, at most UPDATE_VERSION_MAX. */
bool update_version_is_sound(const char *version);

/** Less than, equal to or greater than 0, as `a` is older, as old or newer than `b` (deb-version(7),
 *  without epochs: "~" is before everything, even the end). Both are sound. */
int update_version_compare(const char *a, const char *b);

#endif
