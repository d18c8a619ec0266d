/* SPDX-License-Identifier: MIT */
/*
 * Evidence. Layer: firmware. Pure.
 */
#include "firmware/lane/evidence.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drivers/ident/ident.h"
#include "hal/text.h"

/* A portal reads two boxes one after the other; so long after the first the second is not
 * coming. */
enum { SECOND_BOX_MS = 800 };

const char *evidence_state_name(enum evidence_state state)
{
	static const char *const names[] = {"awaited", "collected", "doubtful",
					    "missing"};

	return names[state <= EVIDENCE_MISSING ? state : EVIDENCE_MISSING];
}

const char *evidence_hand_name(enum evidence_hand hand)
{
	static const char *const names[] = {"device", "corrected", "entered"};

	return names[hand <= HAND_ENTERED ? hand : HAND_NONE];
}

void evidence_init(struct evidence *evidence, const struct site_evidence *config)
{
	memset(evidence, 0, sizeof(*evidence));
	evidence->config = config;
}

/* The sequence numbers of a sample; false for classes that have none. */
static bool sequences_of(const struct device_sample *sample, uint16_t out[2])
{
	switch (sample->class) {
	case DEVICE_PLATE_CAMERA:
	case DEVICE_TAG_READER:
	case DEVICE_BOX_READER:
		out[0] = sample->value.reads.read[0].sequence;
		out[1] = sample->value.reads.read[1].sequence;
		return true;
	case DEVICE_DRIVER_POST:
		out[0] = sample->value.post.cards.read[0].sequence;
		out[1] = sample->value.post.cards.read[1].sequence;
		return true;
	case DEVICE_SEAL_READER:
		out[0] = out[1] = sample->value.seal.sequence;
		return true;
	default: return false;
	}
}

static void note_sequences(struct evidence *evidence, const struct device_sample *sample)
{
	uint16_t now[2];

	if (!sequences_of(sample, now))
		return;
	for (int i = 0; i < 2; i++) {
		if (evidence->has_baseline && now[i] != evidence->sequence[i])
			evidence->read_at_ms[i] = sample->at_ms;
		evidence->sequence[i] = now[i];
	}
	evidence->has_baseline = true;
}

static void note_stability(struct evidence *evidence, const struct device_sample *sample)
{
	bool is_steady = sample->value.weight.is_stable &&
			 !sample->value.weight.is_overloaded &&
			 sample->value.weight.gross_g >= EVIDENCE_VEHICLE_MIN_G;

	if (!is_steady)
		evidence->stable_since_ms = 0;
	else if (evidence->stable_since_ms == 0)
		evidence->stable_since_ms = sample->at_ms;
}

void evidence_feed(struct evidence *evidence, const struct device_sample *sample)
{
	evidence->health = sample->health;
	if (!sample->has_value) {
		if (sample->health == DEVICE_LOST) {
			evidence->has_baseline = false;
			evidence->stable_since_ms = 0;
		}
		return;
	}
	note_sequences(evidence, sample);
	if (sample->class == DEVICE_WEIGHBRIDGE)
		note_stability(evidence, sample);
	evidence->latest = *sample;
	evidence->has_latest = true;
}

void evidence_restart(struct evidence *evidence)
{
	evidence->state = EVIDENCE_AWAITED;
	evidence->at_ms = 0;
	evidence->confidence = 0;
	evidence->text[0] = '\0';
	evidence->hand = HAND_NONE;
	evidence->since_ms = 0;
}

static bool is_new(const struct evidence *evidence, int i,
		   const struct evidence_context *context)
{
	return evidence->read_at_ms[i] != 0 &&
	       evidence->read_at_ms[i] >= context->since_ms &&
	       evidence->read_at_ms[i] >= evidence->since_ms;
}

static enum evidence_state grade(struct evidence *evidence, uint8_t confidence,
				 bool is_valid)
{
	evidence->confidence = confidence;
	return is_valid && confidence >= evidence->config->doubt_below
		       ? EVIDENCE_COLLECTED
		       : EVIDENCE_DOUBTFUL;
}

static enum evidence_state judge_plate(struct evidence *evidence,
				       const struct evidence_context *context)
{
	const struct device_read *read = &evidence->latest.value.reads.read[0];

	if (!is_new(evidence, 0, context))
		return EVIDENCE_AWAITED;
	text_copy(evidence->text, sizeof(evidence->text), read->text);
	return grade(evidence, read->confidence,
		     plate_classify(read->text, NULL) != PLATE_NONE);
}

static enum evidence_state judge_tag(struct evidence *evidence,
				     const struct evidence_context *context)
{
	const struct device_read *id = &evidence->latest.value.reads.read[0];
	const struct device_read *plate = &evidence->latest.value.reads.read[1];

	if (!is_new(evidence, 0, context) || id->text[0] == '\0')
		return EVIDENCE_AWAITED;
	text_copy(evidence->text, sizeof(evidence->text),
		  plate->text[0] ? plate->text : id->text);
	return grade(evidence, id->confidence, true);
}

/* Both reads, or one and no second in time. No box at all is a result too: an empty truck. */
static enum evidence_state judge_box(struct evidence *evidence,
				     const struct evidence_context *context)
{
	const struct device_read *read = evidence->latest.value.reads.read;
	bool has[2] = {is_new(evidence, 0, context), is_new(evidence, 1, context)};
	int64_t first = has[0] ? evidence->read_at_ms[0] : evidence->read_at_ms[1];
	uint8_t confidence = 100;
	bool is_valid = true;

	if (!has[0] && !has[1])
		return EVIDENCE_AWAITED;
	if (!(has[0] && has[1]) && context->now_ms - first < SECOND_BOX_MS)
		return EVIDENCE_AWAITED;
	for (int i = 0; i < 2; i++) {
		if (!has[i] || read[i].text[0] == '\0')
			continue;
		is_valid = is_valid && box_number_is_valid(read[i].text, NULL);
		if (read[i].confidence < confidence)
			confidence = read[i].confidence;
	}
	snprintf(evidence->text, sizeof(evidence->text), "%.11s%s%.11s",
		 has[0] ? read[0].text : "",
		 has[0] && has[1] && read[0].text[0] && read[1].text[0] ? " " : "",
		 has[1] ? read[1].text : "");
	return grade(evidence, confidence, is_valid);
}

static enum evidence_state judge_weight(struct evidence *evidence,
					const struct evidence_context *context)
{
	int64_t kg = evidence->latest.value.weight.gross_g / 1000;

	if (!context->is_whole_on_deck || evidence->stable_since_ms == 0 ||
	    evidence->latest.at_ms < evidence->since_ms ||
	    evidence->stable_since_ms < context->since_ms ||
	    evidence->latest.at_ms - evidence->stable_since_ms < context->settle_ms ||
	    context->now_ms - evidence->latest.at_ms > context->max_age_ms)
		return EVIDENCE_AWAITED;
	snprintf(evidence->text, sizeof(evidence->text), "%" PRId64 " kg", kg);
	return grade(evidence, 100, true);
}

static enum evidence_state judge_card(struct evidence *evidence,
				      const struct evidence_context *context)
{
	const struct device_read *cards = evidence->latest.value.post.cards.read;

	for (int i = 0; i < 2; i++) {
		if (!is_new(evidence, i, context) || cards[i].text[0] == '\0')
			continue;
		text_copy(evidence->text, sizeof(evidence->text), cards[i].text);
		return grade(evidence, 100, true);
	}
	return EVIDENCE_AWAITED;
}

static enum evidence_state judge_seal(struct evidence *evidence,
				      const struct evidence_context *context)
{
	const struct device_seal *seal = &evidence->latest.value.seal;
	const char *word = !seal->is_present      ? "absent"
			   : !seal->is_sealed     ? "broken"
			   : seal->battery_is_low ? "low battery"
						  : "sealed";

	if (!is_new(evidence, 0, context))
		return EVIDENCE_AWAITED;
	snprintf(evidence->text, sizeof(evidence->text), "%.30s%s%s", seal->id,
		 seal->id[0] ? " " : "", word);
	return grade(evidence, 100, true);
}

static enum evidence_state judge_climate(struct evidence *evidence,
					 const struct evidence_context *context)
{
	int32_t mdeg = evidence->latest.value.climate.temperature_mdeg;

	if (evidence->latest.at_ms < context->opened_ms)
		return EVIDENCE_AWAITED;
	snprintf(evidence->text, sizeof(evidence->text), "%s%d.%d °C",
		 mdeg < 0 ? "-" : "", (mdeg < 0 ? -mdeg : mdeg) / 1000,
		 (mdeg < 0 ? -mdeg : mdeg) % 1000 / 100);
	return grade(evidence, 100, true);
}

static enum evidence_state judge(struct evidence *evidence,
				 const struct evidence_context *context)
{
	if (!evidence->has_latest)
		return EVIDENCE_AWAITED;
	switch (evidence->config->kind) {
	case EVIDENCE_PLATE: return judge_plate(evidence, context);
	case EVIDENCE_TAG: return judge_tag(evidence, context);
	case EVIDENCE_BOX: return judge_box(evidence, context);
	case EVIDENCE_WEIGHT: return judge_weight(evidence, context);
	case EVIDENCE_CARD: return judge_card(evidence, context);
	case EVIDENCE_SEAL: return judge_seal(evidence, context);
	case EVIDENCE_CLIMATE: return judge_climate(evidence, context);
	case EVIDENCE_KINDS: break;
	}
	assert(!"evidence kind out of range");
	return EVIDENCE_AWAITED;
}

/* What a reader with two reads still shows of an earlier vehicle is not this one's. */
static void keep_value(struct evidence *evidence, const struct evidence_context *context)
{
	struct device_read *reads = NULL;

	evidence->value = evidence->latest;
	switch (evidence->latest.class) {
	case DEVICE_PLATE_CAMERA:
	case DEVICE_BOX_READER: reads = evidence->value.value.reads.read; break;
	case DEVICE_DRIVER_POST: reads = evidence->value.value.post.cards.read; break;
	default: return;
	}
	for (int i = 0; i < 2; i++) {
		if (!is_new(evidence, i, context))
			memset(&reads[i], 0, sizeof(reads[i]));
	}
}

bool evidence_judge(struct evidence *evidence, const struct evidence_context *context)
{
	enum evidence_state before = evidence->state;
	char text_before[sizeof(evidence->text)];

	if (evidence->hand != HAND_NONE)
		return false;
	/* A weight once collected stands: the vehicle drives off the deck later. */
	if (evidence->config->kind == EVIDENCE_WEIGHT && before == EVIDENCE_COLLECTED)
		return false;
	memcpy(text_before, evidence->text, sizeof(text_before));
	evidence->state = judge(evidence, context);
	if (evidence->state != EVIDENCE_AWAITED)
		keep_value(evidence, context);
	if (evidence->state == EVIDENCE_AWAITED &&
	    context->now_ms - context->opened_ms > evidence->config->deadline_ms)
		evidence->state = EVIDENCE_MISSING;
	if ((evidence->state == EVIDENCE_COLLECTED ||
	     evidence->state == EVIDENCE_DOUBTFUL) &&
	    (before != evidence->state || strcmp(text_before, evidence->text) != 0)) {
		evidence->at_ms = context->now_ms;
		return true;
	}
	return before != evidence->state;
}

bool evidence_is_settled(const struct evidence *evidence)
{
	if (evidence->state == EVIDENCE_COLLECTED || evidence->state == EVIDENCE_DOUBTFUL)
		return true;
	return !evidence->config->is_required &&
	       (evidence->state == EVIDENCE_MISSING || evidence->health != DEVICE_WELL);
}

const struct device_sample *evidence_value(const struct evidence *evidence)
{
	bool has = evidence->state == EVIDENCE_COLLECTED ||
		   evidence->state == EVIDENCE_DOUBTFUL;

	return has ? &evidence->value : NULL;
}
