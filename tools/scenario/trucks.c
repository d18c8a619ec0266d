/* SPDX-License-Identifier: MIT */
/*
 * Trucks of a scenario, copied out of its file.
 *
 * Layer: tools.
 */
#include "tools/scenario/trucks.h"

#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

/* In a list or text that may be left out, this says "nothing". */
static const char NOTHING[] = "-";

enum { MDEG_MIN = -100000, MDEG_MAX = 100000, MDEG_PLACES = 3 };

static const char *const behaviour_names[] = {
	[BEHAVIOUR_NORMAL] = "normal",
	[BEHAVIOUR_BACKS_OUT_BEFORE_VERDICT] = "backs_out_before_verdict",
	[BEHAVIOUR_BACKS_OUT_AFTER_LIFT] = "backs_out_after_lift",
	[BEHAVIOUR_TAILGATER] = "tailgater",
	[BEHAVIOUR_STALLS] = "stalls",
	[BEHAVIOUR_PRESSES_HELP] = "presses_help",
	[BEHAVIOUR_STOPS_SHORT] = "stops_short",
};
static const char *const expect_names[] = {
	[EXPECT_NONE] = "none",     [EXPECT_RELEASE] = "release",
	[EXPECT_HOLD] = "hold",     [EXPECT_INSPECTION] = "inspection",
	[EXPECT_RETURN] = "return",
};
static const char *const officer_names[] = {
	[OFFICER_NONE] = "none",
	[OFFICER_RELEASE] = "release",
	[OFFICER_INSPECT] = "inspect",
	[OFFICER_RETURN] = "return",
};

const char *scenario_behaviour_name(enum scenario_behaviour behaviour)
{
	return behaviour_names[behaviour];
}

const char *scenario_expect_name(enum scenario_expect expect)
{
	return expect_names[expect];
}

const char *scenario_officer_name(enum scenario_officer officer)
{
	return officer_names[officer];
}

/* What a reader reads: what the file says, else the truth; NOTHING reads nothing. */
static void copy_read(char *to, size_t size, const char *said, const char *truth)
{
	const char *read = said[0] ? said : truth;

	text_copy(to, size, strcmp(read, NOTHING) ? read : "");
}

static enum kakou_err copy_identity(struct scenario_truck *truck,
				    const struct conf_section *from, struct why *why)
{
	if (!text_copy(truck->name, sizeof(truck->name), conf_title(from)))
		return conf_complain(
			from, NULL, why,
			"got a truck named \"%s\", expected at most %d bytes",
			conf_title(from), SCENARIO_NAME_MAX);
	text_copy(truck->kind, sizeof(truck->kind), conf_text(from, "kind"));
	text_copy(truck->lane, sizeof(truck->lane), conf_text(from, "lane"));
	truck->is_from_far = conf_integer(from, "from") != 0;
	truck->body = (enum scenario_body)conf_integer(from, "body");
	text_copy(truck->plate, sizeof(truck->plate), conf_text(from, "plate"));
	text_copy(truck->trailer_plate, sizeof(truck->trailer_plate),
		  conf_text(from, "trailer_plate"));
	text_copy(truck->follower_plate, sizeof(truck->follower_plate),
		  conf_text(from, "follower_plate"));
	text_copy(truck->tag, sizeof(truck->tag), conf_text(from, "tag"));
	copy_read(truck->tag_plate, sizeof(truck->tag_plate),
		  conf_text(from, "tag_plate"), truck->plate);
	copy_read(truck->camera_reads, sizeof(truck->camera_reads),
		  conf_text(from, "camera_reads"), truck->plate);
	truck->camera_confidence = (uint8_t)conf_integer(from, "camera_confidence");
	text_copy(truck->card, sizeof(truck->card), conf_text(from, "card"));
	text_copy(truck->qr, sizeof(truck->qr), conf_text(from, "qr"));
	return KAKOU_OK;
}

static enum kakou_err copy_sizes(struct scenario_truck *truck,
				 const struct conf_section *from, struct why *why)
{
	size_t count = conf_list_count(from, "box_sizes");

	if (count > 0 && count != truck->box_count)
		return conf_complain(from, "box_sizes", why,
				     "got %zu sizes, expected one for each of %zu boxes",
				     count, truck->box_count);
	for (size_t i = 0; i < count; i++) {
		const char *size = conf_list_at(from, "box_sizes", i);

		if (!text_copy(truck->box_sizes[i], sizeof(truck->box_sizes[i]), size))
			return conf_complain(from, "box_sizes", why,
					     "got \"%s\", expected at most %d bytes",
					     size, DEVICE_SIZE_MAX);
	}
	return KAKOU_OK;
}

static enum kakou_err copy_boxes(struct scenario_truck *truck,
				 const struct conf_section *from, struct why *why)
{
	size_t reads = conf_list_count(from, "box_reads");

	truck->box_count = conf_list_count(from, "boxes");
	if (reads > 0 && reads != truck->box_count)
		return conf_complain(from, "box_reads", why,
				     "got %zu reads, expected one for each of %zu boxes",
				     reads, truck->box_count);
	for (size_t i = 0; i < truck->box_count; i++) {
		const char *box = conf_list_at(from, "boxes", i);

		if (!text_copy(truck->boxes[i], sizeof(truck->boxes[i]), box))
			return conf_complain(from, "boxes", why,
					     "got \"%s\", expected at most %d bytes", box,
					     DEVICE_TEXT_MAX);
		copy_read(truck->box_reads[i], sizeof(truck->box_reads[i]),
			  reads ? conf_list_at(from, "box_reads", i) : "", box);
	}
	truck->box_confidence = (uint8_t)conf_integer(from, "box_confidence");
	return copy_sizes(truck, from, why);
}

static enum kakou_err copy_cargo(struct scenario_truck *truck,
				 const struct conf_section *from, struct why *why)
{
	const char *temp = conf_text(from, "reefer_temp");
	int64_t mdeg = 0;

	truck->tare_kg = (int32_t)conf_integer(from, "tare_kg");
	truck->cargo_kg = (int32_t)conf_integer(from, "cargo_kg");
	text_copy(truck->seal, sizeof(truck->seal), conf_text(from, "seal"));
	truck->seal_state = (enum scenario_seal)conf_integer(from, "seal_state");
	truck->has_reefer_temp = temp[0] != '\0';
	if (truck->has_reefer_temp &&
	    text_parse_fixed(temp, MDEG_PLACES, MDEG_MIN, MDEG_MAX, &mdeg))
		return conf_complain(from, "reefer_temp", why,
				     "got \"%s\", expected -100.000 to 100.000", temp);
	truck->reefer_mdeg = (int32_t)mdeg;
	return KAKOU_OK;
}

static void copy_conduct(struct scenario_truck *truck, const struct conf_section *from)
{
	truck->behaviour = (enum scenario_behaviour)conf_integer(from, "behaviour");
	truck->patience_ms = (int32_t)conf_integer(from, "patience_ms");
	text_copy(truck->fault, sizeof(truck->fault), conf_text(from, "fault"));
}

static enum kakou_err copy_expectations(struct scenario_truck *truck,
					const struct conf_section *from, struct why *why)
{
	const char *lift = conf_text(from, "expect_lift");

	truck->expect = (enum scenario_expect)conf_integer(from, "expect");
	truck->officer = (enum scenario_officer)conf_integer(from, "officer");
	text_copy(truck->expect_by, sizeof(truck->expect_by),
		  conf_text(from, "expect_by"));
	text_copy(truck->expect_reason, sizeof(truck->expect_reason),
		  conf_text(from, "expect_reason"));
	if (lift[0] && strcmp(lift, "00") && strcmp(lift, "10") && strcmp(lift, "99"))
		return conf_complain(from, "expect_lift", why,
				     "got \"%s\", expected 00, 10 or 99", lift);
	text_copy(truck->expect_lift, sizeof(truck->expect_lift), lift);
	return KAKOU_OK;
}

static enum kakou_err copy_record(struct scenario_truck *truck,
				  const struct conf_section *from, struct why *why)
{
	text_copy(truck->expect_outcome, sizeof(truck->expect_outcome),
		  conf_text(from, "expect_outcome"));
	truck->record_count = conf_list_count(from, "expect_record");
	for (size_t i = 0; i < truck->record_count; i++) {
		const char *item = conf_list_at(from, "expect_record", i);

		if (!strchr(item, ' ') ||
		    !text_copy(truck->expect_record[i], sizeof(truck->expect_record[i]),
			       item))
			return conf_complain(
				from, "expect_record", why,
				"got \"%s\", expected a kind of event, a space "
				"and a word, at most %d bytes",
				item, SCENARIO_NAME_MAX);
	}
	return KAKOU_OK;
}

static enum kakou_err copy_truck(struct scenario_truck *truck,
				 const struct conf_section *from, struct why *why)
{
	enum kakou_err err = copy_identity(truck, from, why);

	if (!err)
		err = copy_boxes(truck, from, why);
	if (!err)
		err = copy_cargo(truck, from, why);
	copy_conduct(truck, from);
	if (!err)
		err = copy_expectations(truck, from, why);
	if (!err)
		err = copy_record(truck, from, why);
	return err;
}

enum kakou_err scenario_trucks_load(struct scenario_trucks **out, const struct conf *conf,
				    struct why *why)
{
	const struct conf_section *root = conf_root(conf);
	size_t count = conf_count(root, "truck");
	struct scenario_trucks *trucks;
	enum kakou_err err = KAKOU_OK;

	if (count > SCENARIO_TRUCKS_MAX)
		return conf_complain(root, NULL, why,
				     "got %zu trucks, expected at most %d", count,
				     SCENARIO_TRUCKS_MAX);
	trucks = calloc(1, sizeof(*trucks) + count * sizeof(trucks->trucks[0]));
	if (!trucks)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu trucks", count);
	for (size_t i = 0; i < count && !err; i++)
		err = copy_truck(&trucks->trucks[i], conf_at(root, "truck", i), why);
	trucks->count = count;
	if (err)
		free(trucks);
	else
		*out = trucks;
	return err;
}
