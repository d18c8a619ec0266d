/* SPDX-License-Identifier: MIT */
/*
 * The key table of scenario files.
 *
 * Layer: tools. Constant data.
 */
#include "tools/scenario/keys.h"

#include "tools/scenario/orders.h"
#include "tools/scenario/trucks.h"

/* clang-format off */
#define TEXT(section, name, min, max, fallback, doc) \
	{ section, name, CONF_TEXT, min, max, fallback, NULL, doc }
#define INTEGER(section, name, min, max, fallback, doc) \
	{ section, name, CONF_INTEGER, min, max, fallback, NULL, doc }
#define CHOICE(section, name, choices, fallback, doc) \
	{ section, name, CONF_CHOICE, 0, 0, fallback, choices, doc }
#define LIST(section, name, max, doc) \
	{ section, name, CONF_LIST, 0, max, "", NULL, doc }
#define MM(name, doc) \
	{ "geometry", name, CONF_INTEGER, -1, 100000, "-1", NULL, doc }
#define KG(name, doc) \
	{ "order", name, CONF_TEXT, 0, 12, "", NULL, doc }
#define FLAG(section, name, fallback, doc) \
	{ section, name, CONF_FLAG, 0, 0, fallback, NULL, doc }

const struct conf_key scenario_keys[] = {
	TEXT("truck", "kind", 1, SCENARIO_NAME_MAX, "normal",
	     "What the truck is an example of, one word."),
	TEXT("truck", "lane", 1, SCENARIO_NAME_MAX, NULL,
	     "Lane it comes to; the trucks of one lane come in file order."),
	CHOICE("truck", "from", "near|far", "near",
	       "End of the lane it comes from: near over the approach loop, far over the exit loop; far only without deck and entry barrier."),
	CHOICE("truck", "body", "articulated|rigid|long_articulated", "articulated",
	       "Body: 17.1 m articulated, 10.5 m rigid, or 18.1 m with a gap that opens beam and loop."),
	TEXT("truck", "plate", 0, DEVICE_TEXT_MAX, NULL,
	     "Front plate; empty for none."),
	TEXT("truck", "trailer_plate", 0, DEVICE_TEXT_MAX, "",
	     "Rear plate; empty for none."),
	TEXT("truck", "follower_plate", 0, DEVICE_TEXT_MAX, "",
	     "Plate of the second vehicle behind a tailgater's truck."),
	TEXT("truck", "tag", 0, DEVICE_TEXT_MAX, "",
	     "Electronic plate, 16 hexadecimal digits; empty for none."),
	TEXT("truck", "tag_plate", 0, DEVICE_TEXT_MAX, "",
	     "Plate written on the electronic plate; default: the front plate."),
	LIST("truck", "boxes", SCENARIO_BOXES_MAX,
	     "Container numbers, front first."),
	LIST("truck", "box_reads", SCENARIO_BOXES_MAX,
	     "What the box portal reads instead; - for nothing."),
	LIST("truck", "box_sizes", SCENARIO_BOXES_MAX,
	     "Size-type codes that the portal reads off the boxes, such as 22G1; default: none."),
	INTEGER("truck", "box_confidence", 0, 100, "96",
		"Confidence of the box portal, 0 to 100."),
	TEXT("truck", "camera_reads", 0, DEVICE_TEXT_MAX, "",
	     "What the plate camera reads instead of the front plate; - for nothing."),
	INTEGER("truck", "camera_confidence", 0, 100, "98",
		"Confidence of the plate camera, 0 to 100."),
	TEXT("truck", "card", 0, DEVICE_TEXT_MAX, "",
	     "IC card the driver shows; empty for none."),
	TEXT("truck", "qr", 0, DEVICE_TEXT_MAX, "",
	     "QR code the driver shows; empty for none."),
	INTEGER("truck", "tare_kg", 500, 60000, "14500",
		"Empty weight of tractor, trailer and boxes, in kg."),
	INTEGER("truck", "cargo_kg", 0, 100000, "0",
		"Weight of the cargo, in kg."),
	TEXT("truck", "seal", 0, DEVICE_TEXT_MAX, "",
	     "Electronic seal, maker and serial; empty for none."),
	CHOICE("truck", "seal_state", "sealed|broken|absent|low_battery", "sealed",
	       "State of the electronic seal."),
	TEXT("truck", "reefer_temp", 0, 9, "",
	     "Temperature of the reefer box in degrees Celsius, such as -18.5; default: no reefer."),
	CHOICE("truck", "behaviour",
	       "normal|backs_out_before_verdict|backs_out_after_lift|tailgater|stalls|"
	       "presses_help|stops_short",
	       "normal", "What the driver does."),
	INTEGER("truck", "patience_ms", 0, 3600000, "4000",
		"How long the driver waits before he backs out, or stalls, in ms divided by the pace."),
	TEXT("truck", "fault", 0, SCENARIO_FAULT_MAX, "",
	     "Fault while the truck is in the lane, such as 'reefer-in1 silent'."),
	CHOICE("truck", "expect", "none|release|hold|inspection|return", "none",
	       "Verdict the demonstration expects; none: whatever comes."),
	TEXT("truck", "expect_by", 0, SCENARIO_NAME_MAX, "",
	     "Who the demonstration expects to have decided."),
	TEXT("truck", "expect_reason", 0, SCENARIO_NAME_MAX, "",
	     "Reason code the demonstration expects."),
	TEXT("truck", "expect_lift", 0, 2, "",
	     "Kind of lift the demonstration expects: 00 automatic, 10 manual, 99 not lifted."),
	TEXT("truck", "expect_outcome", 0, SCENARIO_NAME_MAX, "",
	     "How the demonstration expects the passage to end, such as passed; empty: not looked at."),
	LIST("truck", "expect_record", SCENARIO_RECORD_MAX,
	     "What else the record of the passage must have: kind of event and its word, such as 'alarm tailgate'."),
	CHOICE("truck", "officer", "none|release|inspect|return", "none",
	       "What the demonstration's officer does about a hold."),

	MM("approach_begin_mm", "Start of the approach loop along the lane, in mm; -1 keeps the default."),
	MM("approach_end_mm", "End of the approach loop."),
	MM("camera_begin_mm", "Front of a vehicle from which the plate camera sees its plate."),
	MM("camera_end_mm", "Front of a vehicle up to which the plate camera sees its plate."),
	MM("portal_mm", "Place of the box portal."),
	MM("deck_begin_mm", "Start of the scale deck and its entry beam."),
	MM("deck_end_mm", "End of the scale deck and its exit beam."),
	MM("stop_mm", "Where the front of a vehicle stops at the driver's post."),
	MM("safety_begin_mm", "Start of the safety loop."),
	MM("safety_end_mm", "End of the safety loop."),
	MM("arm_mm", "Place of the arm."),
	MM("beam_mm", "Place of the beam under the arm."),
	MM("exit_begin_mm", "Start of the exit loop."),
	MM("exit_end_mm", "End of the exit loop."),
	MM("follow_mm", "The next truck comes when the rear of the one before has passed this place."),

	TEXT("order", "plate", 0, ORDER_PLATE_MAX, "",
	     "Plate the release order names; empty: matched by tag or card only."),
	TEXT("order", "tag", 0, ORDER_TAG_MAX, "",
	     "Electronic plate the order names, 16 hexadecimal digits; empty for none."),
	TEXT("order", "card", 0, ORDER_CARD_MAX, "",
	     "IC card the order is bound to; empty for none."),
	CHOICE("order", "direction", "I|E", NULL,
	       "I into the area, E out of it."),
	TEXT("order", "chnl_no", 0, 10, "",
	     "Channel the order is for; empty: any."),
	INTEGER("order", "type", 1, 6, "1",
		"Type of release order: 1 enter before declaring, 2 first line, 3 second line, 4 without declaration, 5 registered at the gate, 6 empty vehicle."),
	INTEGER("order", "state", 0, 6, "1",
		"0 applied, 1 approved, 2 passed, 3 passed the first gate, 4 passed the second, 5 deleted, 6 void."),
	KG("vehicle_kg", "Weight of the vehicle on the order, in kg with up to three decimals."),
	KG("frame_kg", "Weight of the trailer or frame, in kg with up to three decimals."),
	KG("container_kg", "Weight of the empty boxes, in kg with up to three decimals."),
	KG("goods_kg", "Gross weight of the goods, in kg with up to three decimals."),
	LIST("order", "boxes", ORDER_BOXES_MAX,
	     "Container numbers on the order."),
	TEXT("order", "seal", 0, ORDER_SEAL_MAX, "",
	     "Electronic seal on the order, maker and serial; empty for none."),
	FLAG("order", "targeted", "no",
	     "Customs wants to inspect this vehicle."),
	CHOICE("order", "behaviour", "normal|silent|late|repeat|foreign|interim", "normal",
	       "How the platform answers: silent ignores the first inquiries, late answers after delay_ms but at least 15 s, repeat answers twice, foreign sends an answer to another number first, interim says V first."),
	INTEGER("order", "delay_ms", 0, 3600000, "300",
		"Time from the inquiry to the answer, in ms; field systems: 300 to 2000."),
	INTEGER("order", "count", 0, 1000000, "3",
		"How many inquiries, re-sends included, a silent platform ignores before it answers."),
};
/* clang-format on */

const size_t scenario_key_count = sizeof(scenario_keys) / sizeof(scenario_keys[0]);

enum kakou_err scenario_open(struct conf **out, const char *path, struct why *why)
{
	return conf_open(out, path, scenario_keys, scenario_key_count, why);
}
