/* SPDX-License-Identifier: MIT */
/*
 * Evidence: what one device says about the vehicle in the lane, as the site asks for it.
 *
 * A reader's sequence number is the only proof that a read is new: a read counts for a passage
 * when its number changed after the vehicle arrived. A number first seen after the device was
 * lost is a baseline, not a read (the read may belong to an earlier vehicle).
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_EVIDENCE_H
#define KAKOU_FIRMWARE_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/device/device.h"
#include "firmware/config/site.h"
#include "firmware/lane/evidence_state.h"
#include "hal/why.h"

/** A vehicle weighs more than this; less on the deck is an empty deck (or a person). */
enum { EVIDENCE_VEHICLE_MIN_G = 1000 * 1000 };

/** One piece of evidence. Treat as a value; changed only by the functions below. */
struct evidence {
	const struct site_evidence *config;
	enum evidence_state state;
	enum device_health health;
	uint8_t confidence;
	enum evidence_hand hand;
	int64_t since_ms; /**< only reads from this instant on, because it was told to read again */
	int64_t at_ms; /**< when it was collected; 0 = not */
	char text[48]; /**< as a person reads it */
	struct device_sample latest;
	struct device_sample value; /**< of this vehicle: reads of others are empty */
	bool has_latest;
	bool has_baseline;
	uint16_t sequence[2];    /**< last seen */
	int64_t read_at_ms[2];   /**< when it last changed; 0 = never */
	int64_t stable_since_ms; /**< weight: 0 = moving */
};

/** What a passage adds. */
struct evidence_context {
	int64_t now_ms;
	int64_t since_ms;  /**< reads from this instant on belong to this vehicle */
	int64_t opened_ms; /**< deadlines count from here */
	bool is_whole_on_deck;
	int32_t settle_ms;
	int32_t max_age_ms; /**< of this device's samples */
};

void evidence_init(struct evidence *evidence, const struct site_evidence *config);

/** Takes a sample of its device, at any time, also without a vehicle. */
void evidence_feed(struct evidence *evidence, const struct device_sample *sample);

/** Forgets what was collected: a new passage begins. */
void evidence_restart(struct evidence *evidence);

/** A person's value for it. KAKOU_E_INVALID: it is none of this kind. */
KAKOU_MUST_CHECK enum kakou_err evidence_check_entry(const struct evidence *evidence,
						     const char *text, struct why *why);

/** Takes a value that was checked: it stands until the passage ends or devices are asked again. */
void evidence_enter(struct evidence *evidence, const char *text, enum evidence_hand hand,
		    int64_t now_ms);

/** Forgets what was collected or entered; reads from `since_ms` on count (0: as before). */
void evidence_gather_again(struct evidence *evidence, int64_t since_ms);

/** Derives the state for the vehicle in the lane. True when it changed. */
bool evidence_judge(struct evidence *evidence, const struct evidence_context *context);

/** True when nothing more is to be waited for: collected, doubtful, or not required and either
 *  missing or its device not well. */
bool evidence_is_settled(const struct evidence *evidence);

/** The newest value, NULL unless collected or doubtful. */
const struct device_sample *evidence_value(const struct evidence *evidence);

#endif
