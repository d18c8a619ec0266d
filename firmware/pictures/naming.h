/* SPDX-License-Identifier: MIT */
/*
 * How a camera names its files: "*" is any text, "%n" the number of the read, "%t" its text,
 * "%%" a percent sign; everything else stands for itself.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_NAMING_H
#define KAKOU_FIRMWARE_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/device/device.h"

enum { NAMING_MAX = 95 };

/** What a name says of its read. */
struct naming_key {
	bool has_sequence, has_text;
	uint16_t sequence;
	char text[DEVICE_TEXT_MAX + 1];
};

/** NULL when the pattern is sound, otherwise what is wrong with it, in words. */
const char *naming_complaint(const char *pattern);

/** Whether the name fits the pattern, which is sound. */
bool naming_match(const char *pattern, const char *name, struct naming_key *out);

/** Writes a name that fits, for who stands in for a camera: "*" becomes `any`. False when it has
 *  no room. */
bool naming_write(const char *pattern, uint16_t sequence, const char *text,
		  const char *any, char *to, size_t size);

#endif
