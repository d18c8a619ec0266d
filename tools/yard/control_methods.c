/* SPDX-License-Identifier: MIT */
/*
 * Methods of the control socket.
 *
 * Layer: tools. Threads: the yard's loop.
 */
#include "tools/yard/control_methods.h"

#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "tools/yard/control_truck.h"

enum { EVENTS_DEFAULT = 500, EVENTS_MAX = 1000 };

/* ---- status ------------------------------------------------------------------------------ */

static json_t *show_vehicle(const struct vehicle *vehicle)
{
	return json_pack(
		"{s:s, s:s, s:s, s:I, s:I, s:I, s:s}", "truck", vehicle->name, "plate",
		vehicle->plan.plate, "from", vehicle->plan.is_from_far ? "far" : "near",
		"front_mm", (json_int_t)(vehicle->truck.front_um / UM_PER_MM), "rear_mm",
		(json_int_t)(truck_rear_um(&vehicle->truck) / UM_PER_MM), "speed_mm_s",
		(json_int_t)(vehicle->truck.speed_um_s / UM_PER_MM), "driver",
		driver_phase_name(vehicle->driver.phase));
}

static json_t *show_arm(const struct arm *arm)
{
	static const char *const drives[] = {
		[ARM_STOPS] = "stops", [ARM_RAISES] = "raises", [ARM_LOWERS] = "lowers"};

	return json_pack("{s:i, s:s, s:b, s:b, s:b, s:b}", "permille", arm_permille(arm),
			 "drive", drives[arm->drive], "is_up", arm_is_up(arm), "is_down",
			 arm_is_down(arm), "heartbeat", arm_heartbeat_is_alive(arm),
			 "is_cut", arm->lowering_is_cut);
}

/* Levels of the inputs, or of the outputs, that the site has. */
static json_t *show_lines(const struct yard_lane *lane, bool outputs)
{
	json_t *lines = json_object();

	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		if (lane->site->lines[role].is_used &&
		    line_role_is_output(role) == outputs)
			(void)json_object_set_new(
				lines, line_role_name(role),
				json_boolean(outputs ? lane->outputs[role]
						     : lane->levels[role]));
	}
	return lines;
}

static json_t *show_lane(const struct yard_lane *lane)
{
	json_t *vehicles = json_array();

	for (size_t i = 0; i < lane->vehicle_count; i++)
		(void)json_array_append_new(vehicles, show_vehicle(&lane->vehicles[i]));
	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:s, s:I, s:b, s:I, s:I, s:I, s:I, s:o*}",
		"lane", lane->site->name, "arm", show_arm(&lane->arm), "inputs",
		show_lines(lane, false), "outputs", show_lines(lane, true), "vehicles",
		vehicles, "sign", lane->sign, "deck_g",
		(json_int_t)lane->instruments.weight.gross_g, "is_stable",
		lane->instruments.weight.is_stable, "waiting",
		(json_int_t)lane->waiting_count, "done", (json_int_t)lane->done_count,
		"lifts", (json_int_t)lane->lifts, "collisions",
		(json_int_t)lane->collisions, "entry",
		lane->geometry.has_gate ? show_arm(&lane->gate) : NULL);
}

static void show_lane_faults(json_t *faults, const struct yard_lane *lane)
{
	if (lane->fault != FAULT_NONE)
		(void)json_array_append_new(
			faults, json_pack("{s:s, s:s}", "lane", lane->site->name, "kind",
					  fault_kind_name(lane->fault)));
	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		if (lane->line_faults[role] == FAULT_NONE)
			continue;
		(void)json_array_append_new(
			faults, json_pack("{s:s, s:s, s:s}", "lane", lane->site->name,
					  "line", line_role_name(role), "kind",
					  fault_kind_name(lane->line_faults[role])));
	}
}

static json_t *show_faults(const struct yard *yard)
{
	json_t *faults = json_array();

	for (size_t i = 0; i < yard->site->device_count; i++) {
		const struct yard_device *device = &yard->devices[i];

		if (device->fault.kind == FAULT_NONE)
			continue;
		(void)json_array_append_new(
			faults, json_pack("{s:s, s:s, s:i}", "device", device->site->name,
					  "kind", fault_kind_name(device->fault.kind),
					  "value", device->fault.value));
	}
	for (size_t i = 0; i < yard->site->lane_count; i++)
		show_lane_faults(faults, &yard->lanes[i]);
	return faults;
}

static void count_trucks(const struct yard *yard, json_int_t *done, json_int_t *left)
{
	*done = *left = 0;
	for (size_t i = 0; i < yard->site->lane_count; i++) {
		const struct yard_lane *lane = &yard->lanes[i];

		*done += (json_int_t)lane->done_count;
		*left += (json_int_t)lane->waiting_count;
		for (size_t k = 0; k < lane->vehicle_count; k++)
			*left += lane->vehicles[k].truck.body != truck_body_of_van();
	}
}

static enum kakou_err do_status(struct yard *yard, const json_t *params, json_t **result,
				struct why *why)
{
	json_t *lanes = json_array();
	json_int_t done, left;

	(void)params;
	(void)why;
	count_trucks(yard, &done, &left);
	for (size_t i = 0; i < yard->site->lane_count; i++)
		(void)json_array_append_new(lanes, show_lane(&yard->lanes[i]));
	*result =
		json_pack("{s:I, s:i, s:b, s:b, s:I, s:I, s:o, s:o}", "t_mono_ms",
			  (json_int_t)clock_mono_ms(), "pace", yard->pace, "has_started",
			  yard->has_started, "is_busy", yard_is_busy(yard), "done", done,
			  "remaining", left, "lanes", lanes, "faults", show_faults(yard));
	return KAKOU_OK;
}

/* ---- events ------------------------------------------------------------------------------ */

static enum kakou_err take_integer(const json_t *params, const char *name, int64_t min,
				   int64_t max, int64_t *value, struct why *why)
{
	const json_t *param = json_object_get(params, name);

	if (!param)
		return KAKOU_OK;
	if (!json_is_integer(param) || json_integer_value(param) < min ||
	    json_integer_value(param) > max)
		return why_set(why, KAKOU_E_INVALID,
			       "%s: expected an integer from %lld to %lld", name,
			       (long long)min, (long long)max);
	*value = json_integer_value(param);
	return KAKOU_OK;
}

static enum kakou_err do_events(struct yard *yard, const json_t *params, json_t **result,
				struct why *why)
{
	const struct yard_event *event;
	int64_t after = 0, limit = EVENTS_DEFAULT;
	json_t *list;
	enum kakou_err err = take_integer(params, "after", 0, INT64_MAX - 1, &after, why);

	if (!err)
		err = take_integer(params, "limit", 1, EVENTS_MAX, &limit, why);
	if (err)
		return err;
	list = json_array();
	while (limit-- > 0 && (event = yard_events_next(yard->events, after))) {
		char *text = yard_event_print(event);

		if (text)
			(void)json_array_append_new(list, json_loads(text, 0, NULL));
		free(text);
		after = event->n;
	}
	*result = json_pack("{s:o, s:I}", "events", list, "last",
			    (json_int_t)yard_events_last(yard->events));
	return KAKOU_OK;
}

static enum kakou_err do_summary(struct yard *yard, const json_t *params, json_t **result,
				 struct why *why)
{
	static const char *const kinds[] = {
		"truck_arrives", "truck_left", "truck_backed_out", "truck_crosses",
		"lift",          "collision",  "heartbeat_lost",   "closing_cut",
		"arm_up",        "arm_down",
	};
	json_int_t done, left;

	(void)params;
	(void)why;
	count_trucks(yard, &done, &left);
	*result = json_pack("{s:I, s:I, s:I}", "done", done, "remaining", left, "events",
			    (json_int_t)yard_events_last(yard->events));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		(void)json_object_set_new(
			*result, kinds[i],
			json_integer(yard_events_count(yard->events, kinds[i])));
	return KAKOU_OK;
}

/* ---- acts -------------------------------------------------------------------------------- */

static enum kakou_err do_start(struct yard *yard, const json_t *params, json_t **result,
			       struct why *why)
{
	(void)params;
	(void)why;
	yard_start(yard);
	*result = json_object();
	return KAKOU_OK;
}

static enum kakou_err do_truck(struct yard *yard, const json_t *params, json_t **result,
			       struct why *why)
{
	struct scenario_truck plan;
	enum kakou_err err = control_read_truck(&plan, params, why);

	if (!err)
		err = yard_add_truck(yard, &plan, why);
	if (!err)
		*result = json_pack("{s:s}", "truck", plan.name);
	return err;
}

/* {device, kind, value} or {lane, kind} or {lane, line, kind}; kind "none" ends it. */
static enum kakou_err read_fault(struct fault_order *order, const json_t *params,
				 struct why *why)
{
	const char *device = json_string_value(json_object_get(params, "device"));
	const char *lane = json_string_value(json_object_get(params, "lane"));
	const char *line = json_string_value(json_object_get(params, "line"));
	const char *kind = json_string_value(json_object_get(params, "kind"));
	int64_t value = 0;
	enum kakou_err err = take_integer(params, "value", 0, INT32_MAX, &value, why);

	if (err)
		return err;
	*order = (struct fault_order){
		.target = device ? FAULT_ON_DEVICE
			  : line ? FAULT_ON_LINE
				 : FAULT_ON_LANE,
		.fault = {.kind = fault_kind_from_name(kind ? kind : ""),
			  .value = (int32_t)value},
	};
	if (!device == !lane || order->fault.kind == FAULT_KINDS)
		return why_set(why, KAKOU_E_INVALID,
			       "expected device or lane (with a line or not), and kind");
	text_copy(order->name, sizeof(order->name), device ? device : lane);
	text_copy(order->line, sizeof(order->line), line ? line : "");
	return fault_check(order, why);
}

static enum kakou_err do_fault(struct yard *yard, const json_t *params, json_t **result,
			       struct why *why)
{
	struct fault_order order;
	enum kakou_err err = read_fault(&order, params, why);

	if (!err)
		err = yard_set_fault(yard, &order, why);
	if (!err)
		*result = json_object();
	return err;
}

/* {lane, line}: until {…, on: false}, or for for_ms. */
static enum kakou_err do_touch(struct yard *yard, const json_t *params, json_t **result,
			       struct why *why)
{
	const char *name = json_string_value(json_object_get(params, "lane"));
	const char *line = json_string_value(json_object_get(params, "line"));
	struct yard_lane *lane = name ? yard_find_lane(yard, name) : NULL;
	enum line_role role = 0;
	int64_t for_ms = 0;
	int64_t for_ns = INT64_MAX;
	enum kakou_err err = take_integer(params, "for_ms", 1, 60000, &for_ms, why);

	if (err)
		return err;
	if (!lane || !line)
		return why_set(why, KAKOU_E_INVALID, "expected a lane and a line of it");
	while (role < LINE_ROLES && strcmp(line_role_name(role), line) != 0)
		role++;
	if (json_is_false(json_object_get(params, "on")))
		for_ns = 0;
	else if (for_ms > 0)
		for_ns = for_ms * 1000000;
	err = yard_lane_touch(lane, role, for_ns, why);
	if (!err)
		*result = json_object();
	return err;
}

static enum kakou_err do_clear(struct yard *yard, const json_t *params, json_t **result,
			       struct why *why)
{
	(void)params;
	(void)why;
	yard_clear_faults(yard);
	*result = json_object();
	return KAKOU_OK;
}

static const struct {
	const char *name;
	control_method *method;
} methods[] = {
	{"status",  do_status },
	{"start",   do_start  },
	{"truck",   do_truck  },
	{"fault",   do_fault  },
	{"touch",   do_touch  },
	{"clear",   do_clear  },
	{"events",  do_events },
	{"summary", do_summary},
};

control_method *control_find_method(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(methods[i].name, name))
			return methods[i].method;
	}
	return NULL;
}
