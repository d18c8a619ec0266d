/* SPDX-License-Identifier: MIT */
/*
 * Who may pass: looks up what is on file, and what follows from it for the vehicle in the lane.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_right.h"

#include <stdio.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* ---- the look-up ------------------------------------------------------------------------- */

static const struct device_sample *value_of(const struct lane *lane,
					    enum evidence_kind kind)
{
	const struct evidence *evidence = lane_evidence(lane, kind);

	return evidence ? evidence_value(evidence) : NULL;
}

/* Who is there as far as it was read. What orders say of the plate is left out: it is looked for. */
static void describe(const struct lane *lane, struct lookup *to)
{
	const struct device_sample *plate = value_of(lane, EVIDENCE_PLATE);
	const struct device_sample *tag = value_of(lane, EVIDENCE_TAG);
	const struct device_sample *card = value_of(lane, EVIDENCE_CARD);
	struct vote_result certain = lane_vote_without_orders(lane);

	memset(to, 0, sizeof(*to));
	to->lane = lane->index;
	to->direction = lane_direction(lane);
	text_copy(to->plate, sizeof(to->plate), certain.plate);
	if (!certain.plate[0] && !certain.differs && plate) {
		text_copy(to->plate, sizeof(to->plate), plate->value.reads.read[0].text);
		to->plate_is_doubtful = to->plate[0] != '\0';
	}
	if (tag)
		text_copy(to->tag, sizeof(to->tag), tag->value.reads.read[0].text);
	if (!card)
		return;
	text_copy(to->card, sizeof(to->card), card->value.post.cards.read[0].text);
	text_copy(to->code, sizeof(to->code), card->value.post.cards.read[1].text);
}

static bool is_same(const struct lookup *a, const struct lookup *b)
{
	return !strcmp(a->plate, b->plate) && !strcmp(a->tag, b->tag) &&
	       !strcmp(a->card, b->card) && !strcmp(a->code, b->code) &&
	       a->plate_is_doubtful == b->plate_is_doubtful;
}

static void record_found(struct lane *lane)
{
	const struct lane_right *right = &lane->right;
	const struct found *found = &right->found;
	struct event *event = lane_record(lane, EVENT_LOOKUP);

	event_add_text(event, "effect",
		       right->state == LOOKUP_ANSWERED ? "known" : "not_known");
	if (right->state != LOOKUP_ANSWERED)
		return;
	event_add_number(event, "orders", found->order_count);
	for (int i = 0; i < found->order_count && i < LOOKUP_ORDERS_MAX; i++) {
		static const char *const keys[LOOKUP_ORDERS_MAX] = {"order1", "order2",
								    "order3", "order4"};

		event_add_text(event, keys[i], found->orders[i].number);
	}
	if (found->has_vehicle) {
		const char *refusal = lane_registered_refusal(lane);

		event_add_text(event, "vehicle", found->vehicle.plate);
		event_add_text(event, "approver", found->vehicle.approver);
		event_add_text(event, "refusal", refusal ? refusal : "");
	}
	if (found->tare.count)
		event_add_number(event, "tare_g", found->tare.median_g);
}

void lane_feed_found(struct lane *lane, const struct found *found,
		     const struct lane_inputs *in, struct lane_out *out)
{
	struct lane_right *right = &lane->right;

	lane_begin(lane, in, out);
	if (right->state != LOOKUP_AWAITED || found->token != right->asked.token)
		return; /* late, or about the vehicle before */
	right->found = *found;
	right->state = found->is_known ? LOOKUP_ANSWERED : LOOKUP_LATE;
	right->is_new = true;
	record_found(lane);
}

bool lane_step_lookup(struct lane *lane)
{
	struct lane_right *right = &lane->right;
	struct lookup now;
	bool is_new;

	if (lane->config->lookup_ms == 0)
		return false;
	describe(lane, &now);
	if ((now.plate[0] || now.tag[0] || now.card[0] || now.code[0]) &&
	    (right->state == LOOKUP_NONE || !is_same(&now, &right->asked))) {
		now.token = ++lane->last_lookup;
		right->asked = now;
		right->asked_ms = lane->now_ms;
		right->state = LOOKUP_AWAITED;
		memset(&right->found, 0, sizeof(right->found));
		lane->out->has_lookup = true;
		lane->out->lookup = now;
	}
	if (right->state == LOOKUP_AWAITED &&
	    lane->now_ms - right->asked_ms > lane->config->lookup_ms) {
		right->state = LOOKUP_LATE;
		right->is_new = true;
		record_found(lane);
	}
	is_new = right->is_new;
	right->is_new = false;
	return is_new;
}

bool lane_awaits_registry(const struct lane *lane)
{
	return lane->right.state == LOOKUP_AWAITED;
}

/* ---- orders ------------------------------------------------------------------------------ */

static bool is_candidate(const struct lane *lane, const struct order *order)
{
	const struct order_vehicle *vehicle = &order->matched;
	const struct lookup *asked = &lane->right.asked;

	if (lane->chosen_order[0])
		return !strcmp(lane->chosen_order, order->number);
	if (vehicle->plate[0])
		return !strcmp(vehicle->plate, lane->plate);
	return (vehicle->tag[0] && !strcmp(vehicle->tag, asked->tag)) ||
	       (vehicle->card[0] && (!strcmp(vehicle->card, asked->card) ||
				     !strcmp(vehicle->card, asked->code)));
}

int lane_list_candidates(const struct lane *lane,
			 const struct order *out[LOOKUP_ORDERS_MAX])
{
	const struct found *found = &lane->right.found;
	int count = 0;

	if (lane->right.state != LOOKUP_ANSWERED)
		return 0;
	for (int i = 0; i < found->order_count && i < LOOKUP_ORDERS_MAX; i++)
		if (is_candidate(lane, &found->orders[i]))
			out[count++] = &found->orders[i];
	return count;
}

int lane_count_candidates(const struct lane *lane)
{
	const struct found *found = &lane->right.found;
	const struct order *listed[LOOKUP_ORDERS_MAX];

	if (lane->right.state == LOOKUP_ANSWERED && !lane->chosen_order[0] &&
	    found->order_count > LOOKUP_ORDERS_MAX)
		return found->order_count;
	return lane_list_candidates(lane, listed);
}

const struct order *lane_bound_order(const struct lane *lane)
{
	const struct order *found[LOOKUP_ORDERS_MAX];

	return lane_count_candidates(lane) == 1 && lane_list_candidates(lane, found) == 1
		       ? found[0]
		       : NULL;
}

bool lane_has_several_orders(const struct lane *lane)
{
	return (lane->config->rights & RIGHT_ORDER) && lane_count_candidates(lane) > 1;
}

/* A chosen order that is none of those on file is customs' to judge. */
void lane_hold_for_choice(struct lane *lane)
{
	const struct order *orders[LOOKUP_ORDERS_MAX];
	struct event *event;
	int count;

	lane_hold(lane, REASON_SEVERAL_ORDERS);
	event = lane_record(lane, EVENT_CALL);
	event_add_text(event, "what", "choose");
	event_add_text(event, "reason", reason_text(REASON_SEVERAL_ORDERS));
	count = lane_list_candidates(lane, orders);
	for (int i = 0; i < count; i++) {
		static const char *const keys[LOOKUP_ORDERS_MAX] = {"choice1", "choice2",
								    "choice3", "choice4"};

		event_add_text(event, keys[i], orders[i]->number);
	}
}

/* In how many places two box numbers differ; many when they are no two. */
static int count_differences(const char *a, const char *b)
{
	int count = 0;

	if (strlen(a) != BOX_NUMBER_LENGTH || strlen(b) != BOX_NUMBER_LENGTH)
		return BOX_NUMBER_LENGTH;
	for (int i = 0; i < BOX_NUMBER_LENGTH; i++)
		count += a[i] != b[i];
	return count;
}

/* The box of the order that a doubtful read means: the same, or one character off where the check
 * digit says that the read is wrong. */
static const char *find_meant(const struct order *order, const char *read)
{
	for (int i = 0; i < order->box_count; i++) {
		int differences = count_differences(order->boxes[i], read);

		if (differences == 0 ||
		    (differences == 1 && !box_number_is_valid(read, NULL)))
			return order->boxes[i];
	}
	return NULL;
}

const char *lane_box_as_meant(const struct lane *lane, const char *read)
{
	const struct evidence *box = lane_evidence(lane, EVIDENCE_BOX);
	const struct order *order = lane_bound_order(lane);
	const char *meant = NULL;

	if (read[0] && order && box && box->state == EVIDENCE_DOUBTFUL)
		meant = find_meant(order, read);
	return meant ? meant : read;
}

bool lane_order_confirms_boxes(const struct lane *lane)
{
	const struct order *order = lane_bound_order(lane);
	const struct device_sample *box = value_of(lane, EVIDENCE_BOX);
	const char *meant[2] = {NULL, NULL};

	if (!order || !box)
		return false;
	for (int i = 0; i < 2; i++) {
		const char *read = box->value.reads.read[i].text;

		if (!read[0])
			continue;
		meant[i] = find_meant(order, read);
		if (!meant[i] || (i == 1 && meant[0] == meant[1]))
			return false;
	}
	return true;
}

static struct fit judge_fit(const struct lane *lane, const struct order *order)
{
	const struct device_sample *weight = value_of(lane, EVIDENCE_WEIGHT);
	const struct device_sample *box = value_of(lane, EVIDENCE_BOX);
	struct fit_input in = {
		.order = order,
		.tare = &lane->right.found.tare,
		.has_weight = weight != NULL,
		.gross_g = weight ? weight->value.weight.gross_g : 0,
	};

	for (int i = 0; box && i < 2; i++) {
		const char *text = box->value.reads.read[i].text;

		if (text[0])
			in.boxes[in.box_count++] = lane_box_as_meant(lane, text);
	}
	return fit_judge(lane->config, &in);
}

/* Why the vehicle does not fit its order though somebody releases it; REASON_NONE when it does.
 * Type 6 clears only with a measured weight within tolerance of the tare and no unexplained box
 * (gate-domain section 2); of the others a weight holds where the site says so. */
enum reason lane_misfit(const struct lane *lane)
{
	const struct order *order = lane_bound_order(lane);
	struct fit fit;

	if (!order)
		return REASON_NONE;
	fit = judge_fit(lane, order);
	if (order->type == ORDER_TYPE_EMPTY) {
		bool is_held_for_tare =
			fit.tare_differs &&
			lane->config->on_tare_difference == DIFFERENCE_HOLD;

		return fit.weight != FIT_WELL || fit.box_differs || is_held_for_tare
			       ? REASON_EMPTY_DIFFERS
			       : REASON_NONE;
	}
	return fit.weight == FIT_WEIGHT_DIFFERS &&
			       lane->config->tolerances[order->type - 1].on_difference ==
				       DIFFERENCE_HOLD
		       ? REASON_WEIGHT_DIFFERS
		       : REASON_NONE;
}

bool lane_fits_strictly(const struct lane *lane, const struct order *order)
{
	struct fit fit = judge_fit(lane, order);
	bool must_be_weighed =
		order->type == ORDER_TYPE_EMPTY ||
		(lane_evidence(lane, EVIDENCE_WEIGHT) && fit.expected_g > 0);

	return !fit.box_differs && !fit.tare_differs &&
	       fit.weight != FIT_WEIGHT_DIFFERS &&
	       (fit.weight == FIT_WELL || !must_be_weighed);
}

void lane_record_fit(struct lane *lane)
{
	const struct order *order = lane_bound_order(lane);
	struct fit fit;
	struct event *event;

	if (!order)
		return;
	fit = judge_fit(lane, order);
	event = lane_record(lane, EVENT_WEIGHT_CHECK);
	event_add_text(event, "order", order->number);
	event_add_number(event, "type", order->type);
	event_add_text(event, "effect", fit_word(fit.weight));
	if (fit.weight != FIT_NOT_WEIGHED) {
		event_add_number(event, "expected_g", fit.expected_g);
		event_add_number(event, "difference_g", fit.difference_g);
		event_add_number(event, "tolerance_g", fit.tolerance_g);
	}
	if (lane->right.found.tare.count) {
		event_add_number(event, "tare_difference_g", fit.tare_difference_g);
		event_add_number(event, "tare_count", lane->right.found.tare.count);
		event_add_text(event, "tare", fit.tare_differs ? "differs" : "well");
	}
	event_add_text(event, "boxes", fit.box_differs ? "differ" : "well");
	if (lane_evidence(lane, EVIDENCE_BOX) &&
	    lane_evidence(lane, EVIDENCE_BOX)->state == EVIDENCE_DOUBTFUL)
		event_add_text(event, "box_rule",
			       "box doubtful, the order's confirms it");
}

bool lane_answer_releases_misfit(const struct lane *lane)
{
	return lane->inquiry.verdict == VERDICT_RELEASE &&
	       lane_misfit(lane) != REASON_NONE;
}

void lane_hold_for_misfit(struct lane *lane)
{
	lane_hold(lane, lane_misfit(lane));
}

/* ---- registered vehicles ----------------------------------------------------------------- */

static bool is_settled(const struct lane *lane, enum evidence_kind kind)
{
	const struct evidence *evidence = lane_evidence(lane, kind);

	return !evidence || evidence_is_settled(evidence);
}

/* Its own plate, or its tag where the plate is not part of it: no doubtful read gives a right. */
static bool is_identified(const struct lane *lane)
{
	const struct registered *vehicle = &lane->right.found.vehicle;

	return !strcmp(vehicle->plate, lane->plate) &&
	       strcmp(lane->plate_source, "camera+order") != 0;
}

/* Why the vehicle on file may not pass here now; NULL when it may, or may yet. */
const char *lane_registered_refusal(const struct lane *lane)
{
	const struct registered *vehicle = &lane->right.found.vehicle;
	const struct evidence *weight = lane_evidence(lane, EVIDENCE_WEIGHT);
	const char *refusal = registered_refusal(vehicle, lane->config->name,
						 lane_direction(lane), lane->wall_ms);

	if (refusal)
		return refusal;
	if (vehicle->max_g == 0)
		return NULL;
	if (!weight)
		return "not_weighed";
	if (evidence_value(weight) &&
	    evidence_value(weight)->value.weight.gross_g > vehicle->max_g)
		return "too_heavy";
	return NULL;
}

static bool is_weighed(const struct lane *lane)
{
	const struct evidence *weight = lane_evidence(lane, EVIDENCE_WEIGHT);

	return lane->right.found.vehicle.max_g == 0 || (weight && evidence_value(weight));
}

static bool may_pass_registered(const struct lane *lane)
{
	return (lane->config->rights & RIGHT_REGISTERED) &&
	       lane->right.state == LOOKUP_ANSWERED && lane->right.found.has_vehicle &&
	       is_identified(lane) && is_weighed(lane) &&
	       lane_registered_refusal(lane) == NULL;
}

/* Plate and tag are both in, so that they can contradict each other. Boxes and cards are not
 * waited for: a registered vehicle brings neither. */
bool lane_is_registered(const struct lane *lane)
{
	return may_pass_registered(lane) && !lane->config->asks_registered &&
	       is_settled(lane, EVIDENCE_PLATE) && is_settled(lane, EVIDENCE_TAG) &&
	       !lane_plates_differ(lane) && lane->record_is_well;
}

void lane_release_registered(struct lane *lane)
{
	lane->lift_is_manual = false;
	lane_authorise(lane, VERDICT_RELEASE, "registered");
}

/* Where orders give no right, whoever is not registered has none. */
bool lane_has_no_right(const struct lane *lane)
{
	return !(lane->config->rights & RIGHT_ORDER) && !may_pass_registered(lane);
}

void lane_hold_for_right(struct lane *lane)
{
	const struct found *found = &lane->right.found;
	bool is_on_file = lane->right.state == LOOKUP_ANSWERED && found->has_vehicle;

	lane_hold(lane, is_on_file ? REASON_REGISTRATION : REASON_NO_RIGHT);
}
