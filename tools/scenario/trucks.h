/* SPDX-License-Identifier: MIT */
/*
 * The trucks of a scenario: what they are, carry and do, and what the demonstration expects
 * of the gate. Sections `truck "01" { … }` of the scenario file.
 *
 * Layer: tools. Values; loading copies out of the conf.
 */
#ifndef KAKOU_TOOLS_SCENARIO_TRUCKS_H
#define KAKOU_TOOLS_SCENARIO_TRUCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/device/device.h"
#include "hal/conf.h"
#include "hal/err.h"
#include "hal/why.h"

enum {
	SCENARIO_TRUCKS_MAX = 512,
	SCENARIO_NAME_MAX = 31,
	SCENARIO_FAULT_MAX = 95,
	SCENARIO_BOXES_MAX = 2,
	SCENARIO_RECORD_MAX = 4,
};

/** The words of each enum are in its key's list of choices, in this order. */
enum scenario_body { BODY_ARTICULATED, BODY_RIGID, BODY_LONG_ARTICULATED };

enum scenario_seal { SEAL_SEALED, SEAL_BROKEN, SEAL_ABSENT, SEAL_LOW_BATTERY };

enum scenario_behaviour {
	BEHAVIOUR_NORMAL,
	BEHAVIOUR_BACKS_OUT_BEFORE_VERDICT, /**< after patience_ms of standing */
	BEHAVIOUR_BACKS_OUT_AFTER_LIFT,
	BEHAVIOUR_TAILGATER, /**< a second vehicle follows it through */
	BEHAVIOUR_STALLS,    /**< stops under the arm for patience_ms */
	BEHAVIOUR_PRESSES_HELP,
	BEHAVIOUR_STOPS_SHORT, /**< last axle not on the deck until the sign says so */
};

enum scenario_expect {
	EXPECT_NONE,
	EXPECT_RELEASE,
	EXPECT_HOLD,
	EXPECT_INSPECTION,
	EXPECT_RETURN
};

enum scenario_officer { OFFICER_NONE, OFFICER_RELEASE, OFFICER_INSPECT, OFFICER_RETURN };

struct scenario_truck {
	char name[SCENARIO_NAME_MAX + 1]; /**< the section's title */
	char kind[SCENARIO_NAME_MAX + 1]; /**< what it is an example of */
	char lane[SCENARIO_NAME_MAX + 1];
	bool is_from_far; /**< over the exit loop: a reversible lane that is turned */
	enum scenario_body body;
	char plate[DEVICE_TEXT_MAX + 1];
	char trailer_plate[DEVICE_TEXT_MAX + 1];  /**< "" = none */
	char follower_plate[DEVICE_TEXT_MAX + 1]; /**< the tailgater's */
	char tag[DEVICE_TEXT_MAX + 1];            /**< "" = no tag on the vehicle */
	char tag_plate[DEVICE_TEXT_MAX + 1];
	size_t box_count;
	char boxes[SCENARIO_BOXES_MAX][DEVICE_TEXT_MAX + 1];     /**< front first */
	char box_reads[SCENARIO_BOXES_MAX][DEVICE_TEXT_MAX + 1]; /**< "" = not read */
	char box_sizes[SCENARIO_BOXES_MAX][DEVICE_SIZE_MAX + 1]; /**< the same */
	char camera_reads[DEVICE_TEXT_MAX + 1];                  /**< "" = not read */
	uint8_t camera_confidence, box_confidence;               /**< 0..100 */
	char card[DEVICE_TEXT_MAX + 1], qr[DEVICE_TEXT_MAX + 1]; /**< "" = not shown */
	int32_t tare_kg, cargo_kg;
	char seal[DEVICE_TEXT_MAX + 1]; /**< "" = no electronic seal */
	enum scenario_seal seal_state;
	bool has_reefer_temp;
	int32_t reefer_mdeg; /**< 1/1000 °C */
	enum scenario_behaviour behaviour;
	int32_t patience_ms;                /**< of the driver: shorter by the pace */
	char fault[SCENARIO_FAULT_MAX + 1]; /**< while it is in the lane; "" = none */

	enum scenario_expect expect;
	enum scenario_officer officer; /**< what the officer does about a hold */
	char expect_by[SCENARIO_NAME_MAX + 1];
	char expect_reason[SCENARIO_NAME_MAX + 1];
	char expect_lift[3];                        /**< "00", "10", "99" */
	char expect_outcome[SCENARIO_NAME_MAX + 1]; /**< "" = not looked at */
	size_t record_count;
	char expect_record[SCENARIO_RECORD_MAX]
			  [SCENARIO_NAME_MAX + 1]; /**< "alarm tailgate" */
};

struct scenario_trucks {
	size_t count;
	struct scenario_truck trucks[]; /**< in file order */
};

/** All trucks of the file; the caller releases with free(). KAKOU_E_INVALID names file, line
 *  and value. */
KAKOU_MUST_CHECK enum kakou_err scenario_trucks_load(struct scenario_trucks **out,
						     const struct conf *conf,
						     struct why *why);

/** "normal", "backs_out_before_verdict" …; never NULL. */
const char *scenario_behaviour_name(enum scenario_behaviour behaviour);
const char *scenario_expect_name(enum scenario_expect expect);
const char *scenario_officer_name(enum scenario_officer officer);

#endif
