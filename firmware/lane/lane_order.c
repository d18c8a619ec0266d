/* SPDX-License-Identifier: MIT */
/*
 * What becomes of an order in a lane: in use, passed, free again; and what is cleared with it
 * while customs is silent.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* The record says it, then the registry is told; both count the notes of a passage, so that each
 * is applied once. */
static void note(struct lane *lane, enum order_step step)
{
	struct lane_right *right = &lane->right;
	struct lane_out *out = lane->out;
	struct event *event = lane_record(lane, EVENT_ORDER);
	struct order_note *to;

	assert(out->note_count < LANE_OUT_NOTES);
	to = &out->order_notes[out->note_count++];
	*to = (struct order_note){
		.lane = lane->index,
		.step = (uint8_t)step,
		.nth = ++right->nth,
		.passage = lane->passage,
		.wall_ms = lane->wall_ms,
		.is_offline = right->is_offline,
		.age_ms = right->used_age_ms,
	};
	text_copy(to->number, sizeof(to->number), right->used);
	text_copy(to->who, sizeof(to->who), right->used_who);
	text_copy(to->plate, sizeof(to->plate), lane->plate);
	if (step == STEP_PASSED && right->used_type == ORDER_TYPE_EMPTY &&
	    lane->gather.has_weight)
		to->empty_g = lane->gather.gross_g;
	event_add_text(event, "number", to->number);
	event_add_text(event, "who", to->who);
	event_add_text(event, "step", order_step_name(step));
	event_add_number(event, "nth", to->nth);
	event_add_text(event, "plate", to->plate);
	event_add_number(event, "type", right->used_type);
	event_add_number(event, "offline", to->is_offline);
	event_add_number(event, "age_ms", to->age_ms);
	event_add_number(event, "empty_g", to->empty_g);
}

static void remember_used(struct lane *lane)
{
	struct lane_numbers *numbers = lane->numbers;
	struct lane_used *used = &numbers->used[numbers->used_count++ % LANE_USED_KEPT];

	text_copy(used->number, sizeof(used->number), lane->right.used);
	text_copy(used->who, sizeof(used->who), lane->right.used_who);
	used->passage = lane->passage;
}

/* Another lane has used it since it was looked up here. */
static bool is_used_meanwhile(const struct lane *lane, const struct order *order)
{
	const char *who = order_who(&order->matched);

	for (size_t i = 0; i < LANE_USED_KEPT; i++) {
		const struct lane_used *used = &lane->numbers->used[i];

		if (strcmp(used->number, order->number) == 0 &&
		    strcmp(used->who, who) == 0 && used->passage != lane->passage)
			return true;
	}
	return false;
}

void lane_use_order(struct lane *lane, bool is_offline)
{
	const struct order *order = lane_bound_order(lane);
	struct lane_right *right = &lane->right;

	if (!order || right->is_in_use)
		return;
	text_copy(right->used, sizeof(right->used), order->number);
	text_copy(right->used_who, sizeof(right->used_who), order_who(&order->matched));
	right->used_type = order->type;
	right->used_age_ms = order_age_ms(order, lane->wall_ms);
	right->is_in_use = true;
	right->is_offline = is_offline;
	remember_used(lane);
	note(lane, STEP_IN_USE);
}

void lane_free_order(struct lane *lane)
{
	if (!lane->right.is_in_use)
		return;
	for (size_t i = 0; i < LANE_ASKED_KEPT; i++)
		if (lane->asked[i].passage == lane->passage)
			lane->asked[i].offline_order[0] = '\0';
	for (size_t i = 0; i < LANE_USED_KEPT; i++)
		if (lane->numbers->used[i].passage == lane->passage)
			lane->numbers->used[i].number[0] = '\0';
	note(lane, STEP_FREED);
	lane->right.is_in_use = lane->right.is_offline = false;
}

/* An end that no sensor shows leaves it in use: a person reopens it. */
void lane_settle_order(struct lane *lane, const char *outcome)
{
	static const char *const unused[] = {"lifted_not_passed", "not_passed",
					     "returned", "to_inspection", "void"};

	if (!lane->right.is_in_use)
		return;
	if (strcmp(outcome, "passed") == 0) {
		note(lane, STEP_PASSED);
		lane->right.is_in_use = false;
		return;
	}
	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++)
		if (strcmp(outcome, unused[i]) == 0)
			lane_free_order(lane);
}

/* ---- offline ----------------------------------------------------------------------------- */

static bool policy_allows(const struct lane *lane, const struct order *order)
{
	const struct site_offline *policy = &lane->site->offline;
	int64_t age_ms = order_age_ms(order, lane->wall_ms);

	return (policy->types >> (order->type - 1) & 1) != 0 && age_ms >= 0 &&
	       age_ms <= policy->max_age_ms &&
	       (order->direction == 'I' ? policy->in : policy->out);
}

/* Closed by default: without customs every doubt holds, also where a site only has it reported. */
bool lane_clears_offline(const struct lane *lane)
{
	const struct order *order = lane_bound_order(lane);
	const struct device_sample *seal;

	if (!order || !lane->record_is_well || lane->clearing_lifts != 0 ||
	    !policy_allows(lane, order) || is_used_meanwhile(lane, order) ||
	    lane_seal_fault(lane) != REASON_NONE)
		return false;
	seal = lane_evidence(lane, EVIDENCE_SEAL)
		       ? evidence_value(lane_evidence(lane, EVIDENCE_SEAL))
		       : NULL;
	if (order->seal[0] && seal && strcmp(order->seal, seal->value.seal.id) != 0)
		return false;
	return lane_fits_strictly(lane, order);
}

void lane_release_offline(struct lane *lane)
{
	lane->lift_is_manual = false;
	lane->reason = REASON_NONE;
	lane_authorise(lane, VERDICT_RELEASE, "offline");
	for (size_t i = 0; i < LANE_ASKED_KEPT; i++)
		if (strcmp(lane->asked[i].seq_no, lane->inquiry.seq_no) == 0)
			text_copy(lane->asked[i].offline_order,
				  sizeof(lane->asked[i].offline_order), lane->right.used);
	if (!lane->site->offline.is_asked_after)
		lane_cancel_inquiry(lane, "offline", "cleared offline");
}

/* The link is down when attempts fail: no need to wait for the deadline then. */
enum { FAILURES_MEAN_DOWN = 2 };

void lane_note_failure(struct lane *lane, const char *seq_no)
{
	if (strcmp(seq_no, lane->inquiry.seq_no) != 0 || lane->inquiry.is_answered)
		return;
	if (++lane->inquiry.failures >= FAILURES_MEAN_DOWN &&
	    lane->state == LANE_ASKING && lane_clears_offline(lane))
		lane_dispatch(lane, EV_SILENT);
}

/* What customs says once it is heard again of a vehicle that was cleared without it. */
void lane_reconcile(struct lane *lane, struct lane_asked *asked,
		    enum customs_verdict verdict)
{
	struct event *event = lane_record(lane, EVENT_ORDER);
	struct order_note *to;
	bool agrees = verdict == VERDICT_RELEASE;

	assert(lane->out->note_count < LANE_OUT_NOTES);
	to = &lane->out->order_notes[lane->out->note_count++];
	*to = (struct order_note){
		.lane = lane->index,
		.step = (uint8_t)(agrees ? STEP_AGREED : STEP_DISPUTED),
		.nth = LANE_NTH_RECONCILED,
		.passage = asked->passage,
		.wall_ms = lane->wall_ms,
		.is_offline = true,
	};
	text_copy(to->number, sizeof(to->number), asked->offline_order);
	asked->offline_order[0] = '\0';
	event->passage = asked->passage;
	event_add_text(event, "number", to->number);
	event_add_text(event, "step", order_step_name((enum order_step)to->step));
	event_add_number(event, "nth", to->nth);
	event_add_number(event, "offline", 1);
	if (!agrees)
		lane_raise_alarm(lane, ALARM_DISPUTED, "",
				 "customs does not agree with what was cleared offline");
}
