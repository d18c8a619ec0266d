/* SPDX-License-Identifier: MIT */
/*
 * Lanes: identity, evidence, barrier and policy, as the site file gives them.
 *
 * Layer: firmware. Pure but for what conf holds.
 */
#include "firmware/config/site_internal.h"

#include <assert.h>
#include <string.h>

#include "hal/text.h"

static int32_t integer(const struct conf_section *section, const char *key)
{
	return (int32_t)conf_integer(section, key);
}

static bool says(const struct conf_section *section, const char *key, const char *word)
{
	return !strcmp(conf_text(section, key), word);
}

/* S4. "none" can be said, so that its refusal says why. */
static enum kakou_err take_proof(struct site_build *build,
				 const struct conf_section *section, const char *key,
				 const struct site_lane *lane, enum line_role test,
				 enum line_role second, enum safety_proof *out)
{
	enum line_role needed;

	if (says(section, key, "none"))
		return conf_complain(
			section, key, build->why,
			"got \"none\", expected test_output, pair or activity: "
			"what protects the way of the arm proves itself "
			"before each movement");
	*out = says(section, key, "activity") ? PROOF_ACTIVITY
	       : says(section, key, "pair")   ? PROOF_PAIR
					      : PROOF_TEST_OUTPUT;
	needed = *out == PROOF_PAIR ? second : test;
	if (*out != PROOF_ACTIVITY && !lane->lines[needed].is_used)
		return conf_complain(section, key, build->why,
				     "got %s, expected a line %s for it",
				     conf_text(section, key), line_role_name(needed));
	return KAKOU_OK;
}

static enum kakou_err take_barrier(struct site_build *build,
				   const struct conf_section *section,
				   struct site_lane *lane)
{
	struct site_barrier *barrier = &lane->barrier;
	enum kakou_err err;

	barrier->travel_ms = integer(section, "travel_ms");
	barrier->test_window_ms = integer(section, "test_window_ms");
	barrier->clear_ms = integer(section, "clear_ms");
	barrier->expire_ms = integer(section, "expire_ms");
	barrier->is_pulse_driven = conf_flag(section, "pulse_driven");
	err = take_proof(build, section, "loop_proof", lane, LINE_LOOP_TEST,
			 LINE_SAFETY_LOOP_NC, &barrier->loop_proof);
	if (!err)
		err = take_proof(build, section, "beam_proof", lane, LINE_BEAM_TEST,
				 LINE_BEAM_NC, &barrier->beam_proof);
	return err;
}

static enum kakou_err take_one_evidence(struct site_build *build,
					const struct conf_section *section, size_t index,
					struct site_lane *lane)
{
	struct site_evidence *evidence = lane->evidence + lane->evidence_count;
	enum evidence_kind kind = evidence_kind_from_name(conf_title(section));
	enum kakou_err err;

	if (kind == EVIDENCE_KINDS)
		return conf_complain(section, NULL, build->why,
				     "got evidence \"%s\", expected plate, tag, box, "
				     "weight, card, seal or climate",
				     conf_title(section));
	assert(lane->evidence_count <
	       SITE_EVIDENCE_MAX); /* titles are kinds, each once */
	evidence->kind = kind;
	evidence->is_required = conf_flag(section, "required");
	evidence->doubt_below = (uint8_t)conf_integer(section, "doubt_below");
	evidence->deadline_ms = integer(section, "deadline_ms");
	if (!evidence->deadline_ms)
		evidence->deadline_ms = evidence_kind_deadline_ms(kind);
	err = site_claim_device(build, section, "device", evidence_kind_class(kind),
				index, &evidence->device);
	lane->evidence_count++;
	return err;
}

/* Orders are matched by plate, tag or card: a lane that requires none of them could let a
 * vehicle pass that nobody identified. */
static bool requires_identity(const struct site_lane *lane)
{
	for (size_t i = 0; i < lane->evidence_count; i++) {
		const struct site_evidence *evidence = &lane->evidence[i];

		if (evidence->is_required &&
		    (evidence->kind == EVIDENCE_PLATE || evidence->kind == EVIDENCE_TAG ||
		     evidence->kind == EVIDENCE_CARD))
			return true;
	}
	return false;
}

static enum kakou_err take_evidence(struct site_build *build,
				    const struct conf_section *section, size_t index,
				    struct site_lane *lane)
{
	size_t count = conf_count(section, "evidence");
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; !err && i < count; i++)
		err = take_one_evidence(build, conf_at(section, "evidence", i), index,
					lane);
	if (!err && !requires_identity(lane))
		err = conf_complain(section, NULL, build->why,
				    "lane \"%s\" requires neither plate, tag nor card, "
				    "expected one of them",
				    lane->name);
	return err;
}

/* A weight counts when the whole vehicle is on the scale, which one beam can't tell. */
static enum kakou_err check_deck(struct site_build *build,
				 const struct conf_section *section,
				 const struct site_lane *lane)
{
	bool has_entry = lane->lines[LINE_SCALE_ENTRY].is_used;
	bool has_exit = lane->lines[LINE_SCALE_EXIT].is_used;
	bool weighs = false;

	for (size_t i = 0; i < lane->evidence_count; i++)
		weighs = weighs || lane->evidence[i].kind == EVIDENCE_WEIGHT;
	if (has_entry != has_exit)
		return conf_complain(section, NULL, build->why,
				     "lane \"%s\" has a line %s and no line %s, expected "
				     "both or neither",
				     lane->name, has_entry ? "scale_entry" : "scale_exit",
				     has_entry ? "scale_exit" : "scale_entry");
	if (weighs && !has_entry)
		return conf_complain(
			section, NULL, build->why,
			"lane \"%s\" has evidence weight and no line "
			"scale_entry, expected a beam at each end of the deck",
			lane->name);
	return KAKOU_OK;
}

static enum kakou_err refuse_channel_of_other(struct site_build *build,
					      const struct conf_section *section,
					      const char *key, size_t index,
					      const char *chnl_no)
{
	for (size_t i = 0; i < index; i++) {
		const struct site_lane *other = &build->site->lanes[i];

		if (!strcmp(other->chnl_no, chnl_no) ||
		    !strcmp(other->reverse_chnl_no, chnl_no))
			return conf_complain(section, key, build->why,
					     "got \"%s\", which is lane \"%s\" already, "
					     "expected a number of its own",
					     chnl_no, other->name);
	}
	return KAKOU_OK;
}

/* Without a number for it the lane has no other direction. */
static enum kakou_err take_reverse(struct site_build *build,
				   const struct conf_section *section, size_t index,
				   struct site_lane *lane)
{
	static const char key[] = "reverse_chnl_no";
	struct customs_link_config *customs = &build->site->customs;
	enum kakou_err err;

	if (!conf_is_set(section, key))
		return KAKOU_OK;
	err = site_take_id(build, section, key, lane->reverse_chnl_no);
	if (!err && !strcmp(lane->reverse_chnl_no, lane->chnl_no))
		return conf_complain(
			section, key, build->why,
			"got \"%s\", which is chnl_no, expected the number of "
			"the other direction",
			lane->chnl_no);
	if (!err)
		err = refuse_channel_of_other(build, section, key, index,
					      lane->reverse_chnl_no);
	text_copy(customs->lanes[index].reverse_chnl_no,
		  sizeof(customs->lanes[index].reverse_chnl_no), lane->reverse_chnl_no);
	return err;
}

/* What stands before the arm one way stands behind it the other way: of an entry barrier or a deck
 * that would clear a vehicle unseen or unweighed. And two gates in series know one way. */
static enum kakou_err check_reverse(struct site_build *build,
				    const struct conf_section *section,
				    const struct site_lane *lane)
{
	static const enum line_role one_way[] = {LINE_ENTRY_LOOP, LINE_SCALE_ENTRY};
	bool is_reversible = lane->reverse_chnl_no[0] != '\0';

	for (size_t i = 0; i < sizeof(one_way) / sizeof(one_way[0]); i++)
		if (is_reversible && lane->lines[one_way[i]].is_used)
			return conf_complain(
				section, "reverse_chnl_no", build->why,
				"got \"%s\" in a lane with a line %s, expected "
				"it in a lane without entry barrier and deck",
				lane->reverse_chnl_no, line_role_name(one_way[i]));
	if (is_reversible && lane->gate != GATE_SINGLE)
		return conf_complain(section, "reverse_chnl_no", build->why,
				     "got \"%s\" in a lane whose gate is %s, expected it "
				     "with gate = single only",
				     lane->reverse_chnl_no, conf_text(section, "gate"));
	for (enum line_role role = LINE_RED_FAR; role <= LINE_GREEN_FAR; role++)
		if (!is_reversible && lane->lines[role].is_used)
			return conf_complain(
				section, NULL, build->why,
				"lane \"%s\" has a line %s, expected it in a "
				"reversible lane only, which has a "
				"reverse_chnl_no",
				lane->name, line_role_name(role));
	if (lane->lines[LINE_GREEN_FAR].is_used && !lane->lines[LINE_RED_FAR].is_used)
		return conf_complain(
			section, NULL, build->why,
			"lane \"%s\" has a line green_far and no line red_far, "
			"expected both: the closed side is red",
			lane->name);
	return KAKOU_OK;
}

static enum kakou_err take_channel(struct site_build *build,
				   const struct conf_section *section, size_t index,
				   struct site_lane *lane)
{
	struct customs_link_config *customs = &build->site->customs;
	enum kakou_err err = site_take_id(build, section, "chnl_no", lane->chnl_no);

	if (!err)
		err = refuse_channel_of_other(build, section, "chnl_no", index,
					      lane->chnl_no);
	lane->direction = conf_text(section, "direction")[0];
	text_copy(customs->lanes[index].area_id, sizeof(customs->lanes[index].area_id),
		  build->site->area_id);
	text_copy(customs->lanes[index].chnl_no, sizeof(customs->lanes[index].chnl_no),
		  lane->chnl_no);
	customs->lanes[index].direction = lane->direction;
	customs->lane_count = index + 1;
	return err ? err : take_reverse(build, section, index, lane);
}

/* Two gates in series: only the second one looks back. */
static enum kakou_err take_gate(struct site_build *build,
				const struct conf_section *section,
				const struct site_lane *lane)
{
	if (lane->gate == GATE_SECOND || !conf_is_set(section, "between_s"))
		return KAKOU_OK;
	return conf_complain(section, "between_s", build->why,
			     "got %d in a lane whose gate is %s, expected it with gate = "
			     "second only",
			     lane->between_s, conf_text(section, "gate"));
}

static enum kakou_err take_people(struct site_build *build,
				  const struct conf_section *section, size_t index,
				  struct site_lane *lane)
{
	enum kakou_err err = site_claim_device(build, section, "sign", DEVICE_SIGN, index,
					       &lane->sign);

	if (!err)
		err = site_claim_device(build, section, "post", DEVICE_DRIVER_POST, index,
					&lane->post);
	return err;
}

static void take_policy(const struct conf_section *section, struct site_lane *lane)
{
	lane->gate = says(section, "gate", "first")    ? GATE_FIRST
		     : says(section, "gate", "second") ? GATE_SECOND
						       : GATE_SINGLE;
	lane->between_s = integer(section, "between_s");
	lane->answer_ms = integer(section, "answer_ms");
	lane->overstay_ms = integer(section, "overstay_ms");
	lane->settle_ms = integer(section, "settle_ms");
	lane->glitch_ms = integer(section, "glitch_ms");
	lane->empty_tolerance_g = integer(section, "empty_tolerance_kg") * 1000;
	lane->on_weight_difference = says(section, "on_weight_difference", "hold")
					     ? DIFFERENCE_HOLD
					     : DIFFERENCE_REPORT;
	lane->on_inspection =
		says(section, "on_inspection", "lifts") ? STEEL_LIFTS : STEEL_STAYS;
	lane->on_return = says(section, "on_return", "lifts") ? STEEL_LIFTS : STEEL_STAYS;
}

static void note_pictures(struct site_build *build, size_t index)
{
	const struct site_lane *lane = &build->site->lanes[index];

	for (size_t i = 0; i < lane->evidence_count; i++) {
		if (build->site->devices[lane->evidence[i].device].pictures[0])
			build->site->customs.lanes[index].has_pictures = true;
	}
}

static enum kakou_err take_lane(struct site_build *build,
				const struct conf_section *section, size_t index)
{
	struct site_lane *lane = &build->site->lanes[index];
	enum kakou_err err = site_take_name(build, section, NULL, lane->name);

	take_policy(section, lane);
	if (!err)
		err = take_gate(build, section, lane);
	if (!err)
		err = take_channel(build, section, index, lane);
	if (!err)
		err = site_take_lines(build, section, lane);
	if (!err)
		err = take_barrier(build, section, lane);
	if (!err)
		err = take_evidence(build, section, index, lane);
	if (!err)
		err = check_deck(build, section, lane);
	if (!err)
		err = check_reverse(build, section, lane);
	if (!err)
		err = site_take_rights(build, section, lane);
	if (!err)
		err = take_people(build, section, index, lane);
	if (!err)
		note_pictures(build, index);
	build->site->lane_count = index + 1;
	return err;
}

enum kakou_err site_take_lanes(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	size_t count = conf_count(root, "lane");
	enum kakou_err err = KAKOU_OK;

	if (count == 0)
		return conf_complain(root, NULL, build->why,
				     "got no lane section, expected 1 to %d",
				     SITE_LANES_MAX);
	if (count > SITE_LANES_MAX)
		return conf_complain(conf_at(root, "lane", SITE_LANES_MAX), NULL,
				     build->why, "got %zu lanes, expected at most %d",
				     count, SITE_LANES_MAX);
	for (size_t i = 0; !err && i < count; i++)
		err = take_lane(build, conf_at(root, "lane", i), i);
	return err;
}
