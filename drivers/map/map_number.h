/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic of registers that decoding and encoding share.
 *
 * Layer: drivers, inside map. Pure.
 */
#ifndef KAKOU_DRIVERS_MAP_NUMBER_H
#define KAKOU_DRIVERS_MAP_NUMBER_H

#include "drivers/map/map_class.h"

/** a / b, half away from zero; b > 0. */
int64_t map_divide_rounded(int64_t a, int64_t b);

/** The two registers of a 32-bit value, and back. */
uint32_t map_join_words(const struct map_point *point, const uint16_t *at);
void map_split_words(const struct map_point *point, uint32_t value, uint16_t *at);

/** value & mask, shifted down to the mask's lowest bit; without a mask the value itself. */
uint32_t map_apply_mask(const struct map_point *point, uint32_t value);

/** The number, flag or bits of a sample's field; nothing for a point without a field. */
void map_store_field(struct device_sample *to, const struct map_class_point *class_point,
		     int64_t value);
int64_t map_load_field(const struct device_sample *from,
		       const struct map_class_point *class_point);

#endif
