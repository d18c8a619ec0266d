/* SPDX-License-Identifier: MIT */
/*
 * The yard: lanes feed devices, devices' writes feed lanes, faults find their targets.
 *
 * Layer: tools.
 */
#include "tools/yard/yard.h"

#include <stdlib.h>
#include <string.h>

#include "hal/log.h"
#include "hal/text.h"
#include "tools/yard/picture.h"

enum { NS_PER_MS = 1000000, US_PER_MS = 1000 };

struct yard_lane *yard_find_lane(struct yard *yard, const char *name)
{
	for (size_t i = 0; i < yard->site->lane_count; i++) {
		if (!strcmp(yard->site->lanes[i].name, name))
			return &yard->lanes[i];
	}
	return NULL;
}

struct yard_device *yard_find_device(struct yard *yard, const char *name)
{
	for (size_t i = 0; i < yard->site->device_count; i++) {
		if (!strcmp(yard->site->devices[i].name, name))
			return &yard->devices[i];
	}
	return NULL;
}

/* ---- faults ------------------------------------------------------------------------------ */

static enum kakou_err fault_line(struct yard *yard, const struct fault_order *order,
				 struct why *why)
{
	struct yard_lane *lane = yard_find_lane(yard, order->name);

	for (enum line_role role = 0; lane && role < LINE_ROLES; role++) {
		if (strcmp(line_role_name(role), order->line))
			continue;
		yard_lane_fault_line(lane, role, order->fault.kind);
		return KAKOU_OK;
	}
	return why_set(why, KAKOU_E_NOTFOUND, "got the line \"%s/%s\", expected %s",
		       order->name, order->line,
		       lane ? "a line of this lane" : "a lane of this site");
}

static enum kakou_err fault_lane(struct yard *yard, const struct fault_order *order,
				 struct why *why)
{
	struct yard_lane *lane = yard_find_lane(yard, order->name);

	if (!lane)
		return why_set(why, KAKOU_E_NOTFOUND,
			       "got \"%s\", expected a device or lane of this site",
			       order->name);
	yard_lane_fault(lane, order->fault.kind);
	return KAKOU_OK;
}

enum kakou_err yard_set_fault(struct yard *yard, const struct fault_order *order,
			      struct why *why)
{
	struct yard_device *device = NULL;
	enum kakou_err err = KAKOU_OK;

	if (order->target == FAULT_ON_DEVICE)
		device = yard_find_device(yard, order->name);
	if (device)
		device->fault = order->fault;
	else if (order->target == FAULT_ON_LINE)
		err = fault_line(yard, order, why);
	else if (order->target == FAULT_ON_LANE || order->fault.kind == FAULT_LINK_DOWN ||
		 order->fault.kind == FAULT_NONE)
		err = fault_lane(yard, order, why);
	else
		err = why_set(why, KAKOU_E_NOTFOUND,
			      "got the device \"%s\", expected one of this site",
			      order->name);
	if (!err)
		yard_events_add(yard->events, "fault", "", "", "%s%s%s %s", order->name,
				order->line[0] ? "/" : "", order->line,
				fault_kind_name(order->fault.kind));
	return err;
}

void yard_clear_faults(struct yard *yard)
{
	for (size_t i = 0; i < yard->site->device_count; i++)
		yard->devices[i].fault = (struct fault){0};
	for (size_t i = 0; i < yard->site->lane_count; i++) {
		yard_lane_fault(&yard->lanes[i], FAULT_NONE);
		for (enum line_role role = 0; role < LINE_ROLES; role++)
			yard_lane_fault_line(&yard->lanes[i], role, FAULT_NONE);
	}
	yard_events_add(yard->events, "fault", "", "", "all cleared");
}

static void take_truck_fault(void *arg, const struct scenario_truck *plan, bool begins)
{
	struct fault_order order;
	struct why why = {0};
	enum kakou_err err = fault_parse(&order, plan->fault, &why);

	if (!begins)
		order.fault = (struct fault){0};
	if (!err)
		err = yard_set_fault(arg, &order, &why);
	if (err) /* checked when the truck was taken in */
		log_error("yard", "truck %s: %s", plan->name, why.text);
}

/* A fault that can't be put on is refused with the truck, not when it comes. */
static enum kakou_err check_truck(struct yard *yard, const struct scenario_truck *plan,
				  struct why *why)
{
	const struct yard_lane *lane;
	struct fault_order order;
	struct why cause = {0};
	enum kakou_err err;

	if (!yard_find_lane(yard, plan->lane))
		return why_set(
			why, KAKOU_E_NOTFOUND,
			"truck \"%s\": got the lane \"%s\", expected one of the site",
			plan->name, plan->lane);
	lane = yard_find_lane(yard, plan->lane);
	if (plan->is_from_far && (lane->geometry.has_deck || lane->geometry.has_gate))
		return why_set(
			why, KAKOU_E_INVALID,
			"truck \"%s\": from: got far, expected a lane without deck and "
			"entry barrier",
			plan->name);
	if (!plan->fault[0])
		return KAKOU_OK;
	err = fault_parse(&order, plan->fault, &cause);
	if (!err && order.target == FAULT_ON_DEVICE &&
	    !yard_find_device(yard, order.name) && !yard_find_lane(yard, order.name))
		err = why_set(&cause, KAKOU_E_NOTFOUND,
			      "got the device \"%s\", expected one of this site",
			      order.name);
	if (!err && order.target != FAULT_ON_DEVICE && !yard_find_lane(yard, order.name))
		err = why_set(&cause, KAKOU_E_NOTFOUND,
			      "got the lane \"%s\", expected one of this site",
			      order.name);
	return err ? why_set(why, err, "truck \"%s\": %s", plan->name, cause.text) : err;
}

/* ---- from lanes to devices --------------------------------------------------------------- */

static void show_instrument(struct yard *yard, const struct yard_lane *lane,
			    uint16_t index)
{
	const struct instruments *set = &lane->instruments;
	struct yard_device *device = &yard->devices[index];
	struct device_sample sample = device->value;

	switch (device->site->class) {
	case DEVICE_PLATE_CAMERA: sample.value.reads = set->plates; break;
	case DEVICE_TAG_READER: sample.value.reads = set->tag; break;
	case DEVICE_BOX_READER: sample.value.reads = set->boxes; break;
	case DEVICE_WEIGHBRIDGE: sample.value.weight = set->weight; break;
	case DEVICE_DRIVER_POST: sample.value.post = set->post; break;
	case DEVICE_SEAL_READER: sample.value.seal = set->seal; break;
	case DEVICE_REEFER: sample.value.climate = set->climate; break;
	default: return;
	}
	yard_device_show(device, &sample);
}

static void show_line(struct yard *yard, const struct yard_lane *lane,
		      enum line_role role)
{
	const struct site_line *line = &lane->site->lines[role];
	struct yard_device *device;
	struct device_sample sample;

	if (!line->is_used || !line->on_device || line_role_is_output(role))
		return;
	device = &yard->devices[line->device];
	sample = device->value;
	sample.value.io.inputs &= ~(UINT32_C(1) << line->bit);
	sample.value.io.inputs |= (uint32_t)lane->levels[role] << line->bit;
	if (sample.value.io.inputs != device->value.value.io.inputs)
		yard_device_show(device, &sample);
}

static void show_lane(struct yard *yard, const struct yard_lane *lane)
{
	for (size_t i = 0; i < lane->site->evidence_count; i++)
		show_instrument(yard, lane, lane->site->evidence[i].device);
	if (lane->site->post != SITE_NO_DEVICE)
		show_instrument(yard, lane, lane->site->post);
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		show_line(yard, lane, role);
}

static void take_read(void *arg, struct yard_lane *lane, enum instrument instrument)
{
	struct yard *yard = arg;

	enum device_class class =
		instrument == INSTRUMENT_BOXES ? DEVICE_BOX_READER : DEVICE_PLATE_CAMERA;

	for (size_t i = 0; i < lane->site->evidence_count; i++) {
		struct yard_device *device =
			&yard->devices[lane->site->evidence[i].device];

		if (device->site->class == class)
			pictures_draw(yard->pictures, lane, instrument, device,
				      yard->stepped_ns / NS_PER_MS);
	}
}

/* ---- from devices to lanes --------------------------------------------------------------- */

static void take_outputs(struct yard *yard, uint16_t index, struct yard_lane *lane)
{
	uint32_t outputs = yard->devices[index].value.value.io.outputs;
	uint64_t mask = 0, levels = 0;

	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		const struct site_line *line = &lane->site->lines[role];

		if (!line->is_used || !line->on_device || line->device != index ||
		    !line_role_is_output(role))
			continue;
		mask |= LINE_BIT(role);
		levels |= (uint64_t)(outputs >> line->bit & 1) << role;
	}
	if (mask)
		yard_lane_set_outputs(lane, mask, levels, yard->stepped_ns);
}

static bool lane_has_evidence(const struct yard_lane *lane, uint16_t index)
{
	for (size_t i = 0; i < lane->site->evidence_count; i++) {
		if (lane->site->evidence[i].device == index)
			return true;
	}
	return false;
}

static void take_trigger(struct yard *yard, uint16_t index, struct yard_lane *lane)
{
	static const enum instrument instruments[DEVICE_CLASSES] = {
		[DEVICE_PLATE_CAMERA] = INSTRUMENT_PLATE_FRONT,
		[DEVICE_TAG_READER] = INSTRUMENT_TAG,
		[DEVICE_BOX_READER] = INSTRUMENT_BOXES,
		[DEVICE_SEAL_READER] = INSTRUMENT_SEAL,
	};

	if (lane_has_evidence(lane, index))
		instruments_trigger(&lane->instruments,
				    instruments[yard->devices[index].site->class],
				    yard->stepped_ns / NS_PER_MS);
}

void yard_take_writes(struct yard *yard, struct yard_device *device)
{
	uint16_t index = (uint16_t)(device - yard->devices);

	for (size_t i = 0; i < yard->site->lane_count; i++) {
		struct yard_lane *lane = &yard->lanes[i];

		if (device->site->class == DEVICE_SIGN && lane->site->sign == index)
			yard_lane_show_sign(lane, device->value.value.sign.shown);
		if (device->site->class == DEVICE_REMOTE_IO)
			take_outputs(yard, index, lane);
		if (device->is_triggered)
			take_trigger(yard, index, lane);
	}
	device->is_triggered = false;
}

/* ---- the whole --------------------------------------------------------------------------- */

static enum kakou_err add_lanes(struct yard *yard, const struct yard_config *config,
				struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < config->site->lane_count && !err; i++) {
		struct yard_lane *lane = &yard->lanes[i];

		*lane = (struct yard_lane){
			.site = &config->site->lanes[i],
			.events = config->events,
			.on_fault = take_truck_fault,
			.on_read = take_read,
			.arg = yard,
			.pace = config->pace,
		};
		yard_lane_init(lane, config->seed * SITE_LANES_MAX + i, yard->stepped_ns);
		if (config->relay_ms)
			lane->arm.relay_ms = config->relay_ms;
		err = geometry_load(&lane->geometry, config->scenario, lane->site->name,
				    why);
	}
	return err;
}

static enum kakou_err take_in(struct yard *yard, const struct scenario_truck *plan,
			      bool is_ready, struct why *why)
{
	enum kakou_err err = check_truck(yard, plan, why);

	if (err)
		return err;
	err = yard_lane_enqueue(yard_find_lane(yard, plan->lane), plan, is_ready);
	return err ? why_set(why, err, "no memory for truck \"%s\"", plan->name) : err;
}

static enum kakou_err add_trucks(struct yard *yard, const struct conf *scenario,
				 struct why *why)
{
	struct scenario_trucks *trucks;
	enum kakou_err err = scenario_trucks_load(&trucks, scenario, why);

	if (err)
		return err;
	for (size_t i = 0; i < trucks->count && !err; i++)
		err = take_in(yard, &trucks->trucks[i], false, why);
	free(trucks);
	return err;
}

enum kakou_err yard_create(struct yard **out, const struct yard_config *config,
			   struct why *why)
{
	struct yard *yard = calloc(1, sizeof(*yard));
	enum kakou_err err;

	if (!yard)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a yard");
	yard->site = config->site;
	yard->events = config->events;
	yard->pace = config->pace;
	for (size_t i = 0; i < config->site->device_count; i++) {
		const struct site_device *device = &config->site->devices[i];

		yard_device_init(&yard->devices[i], device,
				 &config->site->maps[device->map]);
	}
	yard->pictures = pictures_drawn_create(config->site);
	err = yard->pictures ? add_lanes(yard, config, why)
			     : why_set(why, KAKOU_E_NOMEM, "no memory for pictures");
	if (!err)
		err = add_trucks(yard, config->scenario, why);
	if (err)
		yard_destroy(yard);
	else
		*out = yard;
	return err;
}

void yard_destroy(struct yard *yard)
{
	if (!yard)
		return;
	for (size_t i = 0; i < yard->site->lane_count; i++)
		yard_lane_release(&yard->lanes[i]);
	pictures_drawn_destroy(yard->pictures);
	free(yard);
}

void yard_step(struct yard *yard, int64_t now_ns)
{
	const int64_t step_ns = YARD_STEP_MS * (int64_t)NS_PER_MS;

	if (now_ns - yard->stepped_ns > YARD_CATCH_UP_MS * (int64_t)NS_PER_MS)
		yard->stepped_ns = now_ns - step_ns;
	while (yard->stepped_ns + step_ns <= now_ns) {
		yard->stepped_ns += step_ns;
		for (size_t i = 0; i < yard->site->lane_count; i++)
			yard_lane_step(&yard->lanes[i], YARD_STEP_MS * US_PER_MS,
				       yard->stepped_ns);
	}
	pictures_step_drawn(yard->pictures, yard->stepped_ns / NS_PER_MS);
	for (size_t i = 0; i < yard->site->lane_count; i++)
		show_lane(yard, &yard->lanes[i]);
}

void yard_start(struct yard *yard)
{
	yard->has_started = true;
	for (size_t i = 0; i < yard->site->lane_count; i++)
		yard_lane_start(&yard->lanes[i]);
}

enum kakou_err yard_add_truck(struct yard *yard, const struct scenario_truck *plan,
			      struct why *why)
{
	return take_in(yard, plan, true, why);
}

bool yard_is_busy(const struct yard *yard)
{
	for (size_t i = 0; i < yard->site->lane_count; i++) {
		if (!yard_lane_is_finished(&yard->lanes[i]))
			return true;
	}
	return false;
}
