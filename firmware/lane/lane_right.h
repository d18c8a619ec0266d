/* SPDX-License-Identifier: MIT */
/*
 * What a lane keeps about the right to pass of the vehicle in it.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_LANE_RIGHT_H
#define KAKOU_FIRMWARE_LANE_RIGHT_H

#include "firmware/registry/lookup.h"

enum lookup_state {
	LOOKUP_NONE,     /**< nobody was asked about yet */
	LOOKUP_AWAITED,  /**< the registry has not answered */
	LOOKUP_ANSWERED, /**< `found` says what is on file */
	LOOKUP_LATE,     /**< no answer in time, or it can't tell: nothing is known */
};

struct lane_right {
	enum lookup_state state;
	bool is_new; /**< the answer came since the last scan */
	int64_t asked_ms;
	struct lookup asked;
	struct found found;
	const char *vote_rule; /**< what decided about the plate */
	/** The order that a lift was authorised for; "" = none. */
	char used[ORDER_NUMBER_LENGTH + 1];
	char used_who[ORDER_CARD_MAX + 1];
	uint8_t used_type;
	int64_t used_age_ms;
	bool is_in_use, is_offline;
	uint8_t nth; /**< notes of this passage */
};

#endif
