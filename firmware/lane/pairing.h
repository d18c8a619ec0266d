/* SPDX-License-Identifier: MIT */
/*
 * Pairing: which vehicles passed a first gate of this controller and may come to a second one
 * (gate-domain sections 2 and 3). A small table, the newest first gate's word about a vehicle;
 * the lanes of a controller share it.
 *
 * Layer: firmware. Pure.
 *
 * At a start it gets from the record who was on the way then. Who passed while nobody watched is not in
 * it: for as long as a vehicle may be between the gates, "never" can't be told from "before the
 * start", and the answer is PAIRING_UNKNOWN.
 */
#ifndef KAKOU_FIRMWARE_PAIRING_H
#define KAKOU_FIRMWARE_PAIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAIRING_KEPT = 128 };

/** A vehicle that passed a first gate. */
struct pairing_entry {
	bool is_kept;  /**< false: the entry is free */
	int64_t at_ms; /**< monotonic; of one known from the record perhaps negative */
	int64_t passage;
	char direction;
	uint8_t lane;
	char plate[32]; /**< "" = not known */
	char tag[40];   /**< "" = not known */
	char order[40]; /**< "" = not known */
};

struct pairing {
	int64_t since_ms; /**< what happened from here on is known */
	struct pairing_entry entries[PAIRING_KEPT];
};

enum pairing_answer {
	PAIRING_FOUND,
	PAIRING_LATE,    /**< it passed the first gate too long ago */
	PAIRING_NEVER,   /**< it did not */
	PAIRING_UNKNOWN, /**< perhaps before the controller started */
};

void pairing_init(struct pairing *pairing, int64_t now_ms);

/** A vehicle has passed a first gate: replaces what was known of the same vehicle in the same
 *  direction, or the oldest. */
void pairing_note(struct pairing *pairing, const struct pairing_entry *entry);

/** Looks for a vehicle of this direction by plate or tag ("" = not known). `out` is the entry when
 *  it is found or late. */
enum pairing_answer pairing_find(const struct pairing *pairing, char direction,
				 const char *plate, const char *tag, int64_t now_ms,
				 int64_t within_ms, const struct pairing_entry **out);

/** The vehicle has passed the second gate too: it needs another first passage for the next. */
void pairing_take(struct pairing *pairing, char direction, const char *plate,
		  const char *tag);

#endif
