/* SPDX-License-Identifier: MIT */
/*
 * Identifiers of the field: plates, box numbers, release-order numbers.
 *
 * Layer: drivers. Pure: no I/O, no allocation.
 */
#ifndef KAKOU_DRIVERS_IDENT_H
#define KAKOU_DRIVERS_IDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum plate_kind {
	PLATE_NONE,       /**< not a plate */
	PLATE_ORDINARY,   /**< province, letter, 5 places */
	PLATE_NEW_ENERGY, /**< 8 places, small (third place) or large (last place) */
	PLATE_TRAILER,    /**< ends 挂: never matches an order */
	PLATE_COACH,      /**< ends 学 */
	PLATE_POLICE,     /**< ends 警 */
	PLATE_HONG_KONG,  /**< ends 港 */
	PLATE_MACAO,      /**< ends 澳 */
	PLATE_EMBASSY,    /**< 使 first or last */
	PLATE_CONSULATE,  /**< ends 领 */
	PLATE_TEMPORARY,  /**< ends 临, or begins with it */
};

enum {
	PLATE_BYTES_MAX = 31,
	BOX_NUMBER_LENGTH = 11,
	BOX_SIZE_LENGTH = 4,
	ORDER_NUMBER_LENGTH = 24,
};

/** Kind of the plate in UTF-8, PLATE_NONE with the reason in `why` (may be NULL) when it
 * is not one: length, province, an I or O after the second place, a character out of
 * place. */
enum plate_kind plate_classify(const char *text, struct why *why);

/** True when a plate of this kind may stand for a vehicle in a release order. */
bool plate_kind_matches_order(enum plate_kind kind);

/** The plate with every character that cameras confuse replaced by one of its class (O, D and Q
 * by 0, I and L by 1, B by 8 …); province and the letter behind it stay. Two plates that may be
 * taken for each other fold to the same text. */
void plate_fold(const char *plate, char out[PLATE_BYTES_MAX + 1]);

/** In how many places the plates differ when each difference is one that cameras make; 0 for the
 * same plate, -1 when they differ otherwise. */
int plate_count_confusions(const char *a, const char *b);

/** ISO 6346 check digit over the first ten characters, 0..9; -1 when they are not three
 * owner letters, U J or Z, and six digits. */
int box_number_check_digit(const char *number);

/** True for 11 characters whose check digit is right (ISO 6346 annex A). `why` says what
 * is wrong: quotes the digit read and the one expected. */
bool box_number_is_valid(const char *number, struct why *why);

/** Length of a box in feet by its size-type code (ISO 6346 annex D: 22G1, 45R1, L5G1): 20, 40 or 45;
 *  0 = another length, or no such code. */
int box_size_feet(const char *code);

/** The same in units of twenty feet: 1, 2 or 2; 0 = not known. */
int box_size_teu(const char *code);

struct order_number {
	char customs_code[5];
	char direction; /**< 'I' or 'E' */
	int32_t date;   /**< yyyymmdd, 2000..2099 */
	char serial[13];
};

/** Z + customs code 4 + I/E + YYMMDD + 12 digits (24 characters); the date must exist. */
KAKOU_MUST_CHECK enum kakou_err order_number_parse(const char *number,
						   struct order_number *out,
						   struct why *why);

#endif
