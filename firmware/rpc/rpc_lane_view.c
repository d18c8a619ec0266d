/* SPDX-License-Identifier: MIT */
/*
 * One lane of the snapshot, as JSON.
 *
 * Layer: firmware. Threads: the control-socket thread's; never blocks.
 */
#include "firmware/rpc/rpc_internal.h"

#include "firmware/lane/evidence_state.h"

static const char *word(const char *text)
{
	return text ? text : "";
}

static json_t *view_evidence(const struct snapshot_evidence *evidence, int64_t now_ms)
{
	return json_pack("{s:s, s:b, s:s, s:i, s:o, s:s, s:s}", "kind",
			 evidence_kind_name(evidence->kind), "is_required",
			 evidence->is_required, "state",
			 evidence_state_name(evidence->state), "confidence",
			 evidence->confidence, "age_ms", rpc_age(evidence->at_ms, now_ms),
			 "text", evidence->text, "hand",
			 evidence_hand_name((enum evidence_hand)evidence->hand));
}

static json_t *view_all_evidence(const struct snapshot_lane *lane, int64_t now_ms)
{
	json_t *all = json_array();
	int failed = all ? 0 : -1;

	for (size_t i = 0; i < lane->evidence_count; i++)
		failed |= json_array_append_new(
			all, view_evidence(&lane->evidence[i], now_ms));
	if (!failed)
		return all;
	json_decref(all);
	return NULL;
}

/* The lines the lane has, of one direction, as {name: level}. */
static json_t *view_lines(const struct site_lane *lane, uint64_t levels, bool outputs)
{
	json_t *lines = json_object();
	int failed = lines ? 0 : -1;

	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		if (lane->lines[role].is_used && line_role_is_output(role) == outputs)
			failed |= json_object_set_new(lines, line_role_name(role),
						      json_boolean(levels >> role & 1));
	}
	if (!failed)
		return lines;
	json_decref(lines);
	return NULL;
}

/* All of them, or those a person has acknowledged. */
static json_t *view_alarms(const struct snapshot_lane *lane, bool only_acknowledged)
{
	json_t *alarms = json_array();
	int failed = alarms ? 0 : -1;

	for (size_t i = 0; i < lane->alarm_count && i < SNAPSHOT_ALARMS_MAX; i++)
		if (lane->is_acknowledged[i] || !only_acknowledged)
			failed |= json_array_append_new(
				alarms, json_string(word(lane->alarms[i])));
	if (!failed)
		return alarms;
	json_decref(alarms);
	return NULL;
}

/* [{code, left_ms}] of what is put aside. */
static json_t *view_shelved(const struct snapshot_lane *lane, int64_t now_ms)
{
	json_t *shelved = json_array();
	int failed = shelved ? 0 : -1;

	for (size_t i = 0; i < lane->alarm_count && i < SNAPSHOT_ALARMS_MAX; i++)
		if (lane->shelved_until_ms[i] != 0)
			failed |= json_array_append_new(
				shelved,
				json_pack("{s:s, s:I}", "code", word(lane->alarms[i]),
					  "left_ms",
					  (json_int_t)(lane->shelved_until_ms[i] -
						       now_ms)));
	if (!failed)
		return shelved;
	json_decref(shelved);
	return NULL;
}

/* What the lane is and does, beside its evidence. */
static json_t *view_state(const struct site_lane *site, const struct snapshot_lane *lane,
			  int64_t now_ms, int64_t now_wall_ms)
{
	const char direction[2] = {lane->direction, '\0'};
	const char turn_to[2] = {lane->turn_to, '\0'};

	return json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:o, s:s, s:s, s:s, s:s, s:s, s:s, "
		"s:s, s:s, s:b, s:b, s:b, s:b, s:s, s:s}",
		"name", site->name, "direction", direction, "chnl_no",
		lane->is_turned ? site->reverse_chnl_no : site->chnl_no, "state",
		word(lane->state), "state_age_ms", rpc_age(lane->state_since_ms, now_ms),
		"passage", (json_int_t)lane->passage, "opened_wall_ms",
		(json_int_t)lane->opened_wall_ms, "opened_age_ms",
		rpc_age(lane->passage > 0 ? lane->opened_wall_ms : 0, now_wall_ms),
		"plate", lane->plate, "seq_no", lane->seq_no, "verdict",
		word(lane->verdict), "by", word(lane->by), "reason", lane->reason, "sign",
		lane->sign, "arm", word(lane->arm), "light", word(lane->light),
		"help_is_called", lane->help_is_called, "is_locked", lane->is_locked,
		"is_reversible", site->reverse_chnl_no[0] != '\0', "is_turned",
		lane->is_turned, "turn", word(lane->turn), "turn_to", turn_to);
}

static json_t *view_orders(const struct snapshot_lane *lane)
{
	json_t *orders = json_array();
	int failed = orders ? 0 : -1;

	for (size_t i = 0; i < lane->order_count && i < SNAPSHOT_ORDERS_MAX; i++)
		failed |= json_array_append_new(orders, json_string(lane->orders[i]));
	if (!failed)
		return orders;
	json_decref(orders);
	return NULL;
}

static json_t *view_mode(const struct snapshot_lane *lane, int64_t now_ms)
{
	if (lane->mode_until_ms == 0)
		return json_null();
	return json_pack("{s:s, s:s, s:i, s:I}", "by", lane->mode_by, "reason",
			 lane->mode_reason, "crossings", lane->mode_crossings, "left_ms",
			 (json_int_t)(lane->mode_until_ms - now_ms));
}

json_t *rpc_lane_view(const struct rpc *rpc, size_t index, int64_t now_ms,
		      int64_t now_wall_ms)
{
	const struct site_lane *site = &rpc->config.site->lanes[index];
	const struct snapshot_lane *lane = &rpc->snapshot.lanes[index];
	json_t *view = view_state(site, lane, now_ms, now_wall_ms);
	json_t *more = json_pack(
		"{s:o, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:i, s:o, s:s}",
		"evidence", view_all_evidence(lane, now_ms), "collected", lane->collected,
		"required", lane->required, "inputs",
		view_lines(site, lane->inputs, false), "outputs",
		view_lines(site, lane->outputs, true), "alarms", view_alarms(lane, false),
		"acknowledged", view_alarms(lane, true), "shelved",
		view_shelved(lane, now_ms), "order_count", lane->order_count, "orders",
		view_orders(lane), "emergency_mode", view_mode(lane, now_ms),
		"emergency_minutes_max",
		site->rights & RIGHT_MODE ? site->mode_hours * 60 : 0, "bypasses",
		rpc_view_bypasses(rpc, index), "entry_arm", word(lane->entry_arm));

	if (view && more && !json_object_update(view, more)) {
		json_decref(more);
		return view;
	}
	json_decref(view);
	json_decref(more);
	return NULL;
}
