/* SPDX-License-Identifier: MIT */
/*
 * The control thread's inputs and outputs: GPIO lines, device samples, lights and signs.
 *
 * Layer: firmware. Threads: control.
 */
#include <stddef.h>
#include <string.h>

#include "firmware/control/control_internal.h"
#include "hal/text.h"

/* A handle that failed is given to main; from now on the lane is blind. */
static void give_up_lines(struct control_lines *lines)
{
	lines->seen.is_known = false;
	lines->has_written = false;
	atomic_store(&lines->broken, lines->gpio);
	lines->gpio = NULL;
}

static void take_fresh_lines(struct control_lines *lines)
{
	if (!lines->gpio)
		lines->gpio = atomic_exchange(&lines->fresh, NULL);
}

void control_name_lines(struct control *control, size_t lane)
{
	for (int role = 0; role < LINE_ROLES; role++) {
		const struct site_line *line = &control->site->lanes[lane].lines[role];

		if (line->is_used && !line->on_device)
			control->lines[lane].role_of[line->gpio_index] = (uint8_t)role;
	}
}

static void count_change(struct control_lines *lines, int role, bool level,
			 int64_t now_ms)
{
	struct snapshot_line *count = &lines->counts[role];

	if (level)
		count->rises++;
	else
		count->falls++;
	count->changed_ms = now_ms;
}

/* Edges first: a pulse shorter than the scan still counts for safety. */
static enum kakou_err read_edges(struct control_lines *lines, uint64_t *rose,
				 uint64_t *fell, int64_t now_ms)
{
	struct gpio_edge edge;
	enum kakou_err err;

	while ((err = gpio_next_edge(lines->gpio, &edge)) == KAKOU_OK) {
		*(edge.level ? rose : fell) |= UINT64_C(1) << edge.line;
		count_change(lines, lines->role_of[edge.line], edge.level, now_ms);
	}
	for (uint64_t both = *rose & *fell; both; both &= both - 1)
		lines->counts[lines->role_of[__builtin_ctzll(both)]].caught++;
	return err == KAKOU_E_AGAIN ? KAKOU_OK : err;
}

void control_read_lines(struct control *control, size_t lane)
{
	struct control_lines *lines = &control->lines[lane];
	const struct site_lane *site_lane = &control->site->lanes[lane];
	uint64_t levels, rose = 0, fell = 0;
	enum kakou_err err;
	bool is_lossy;

	take_fresh_lines(lines);
	if (!lines->gpio)
		return;
	err = read_edges(lines, &rose, &fell, control->now_ms);
	is_lossy = err == KAKOU_E_FULL;
	if ((err && !is_lossy) || gpio_read(lines->gpio, &levels)) {
		give_up_lines(lines);
		return;
	}
	lines->edges_lost += is_lossy;
	lines->seen = is_lossy ? wiring_read_lossy(site_lane, levels)
			       : wiring_read(site_lane, levels, rose, fell);
}

void control_count_changes(struct control *control, size_t lane)
{
	struct control_lines *lines = &control->lines[lane];
	uint64_t levels = lines->outputs;
	uint64_t changed;

	for (int role = 0; role < LINE_ROLES; role++)
		if (control->site->lanes[lane].lines[role].on_device)
			levels |= control_line_levels(control, lane) & LINE_BIT(role);
	changed = lines->has_counted ? levels ^ lines->counted : 0;
	for (; changed; changed &= changed - 1) {
		int role = __builtin_ctzll(changed);

		count_change(lines, role, (levels >> role & 1) != 0, control->now_ms);
	}
	lines->counted = levels;
	lines->has_counted = true;
}

bool control_device_is_stale(const struct control *control, size_t device)
{
	const struct site_device *config = &control->site->devices[device];
	int32_t max_age_ms = config->max_age_ms
				     ? config->max_age_ms
				     : control->site->maps[config->map].max_age_ms;

	return control->value_at_ms[device] == 0 ||
	       control->now_ms - control->value_at_ms[device] > max_age_ms;
}

/* A remote input keeps its last level while its device is not heard: nothing is concluded from an
 * input that does not change, neither an arrival nor a departure. */
uint64_t control_line_levels(const struct control *control, size_t lane)
{
	const struct site_lane *site_lane = &control->site->lanes[lane];
	uint64_t levels = control->lines[lane].seen.levels;

	for (int role = LINE_WIRED_LAST + 1; role < LINE_ROLES; role++) {
		const struct site_line *line = &site_lane->lines[role];

		if (!line->is_used || !line->on_device ||
		    line_role_is_output((enum line_role)role))
			continue;
		if (control->samples[line->device].has_value &&
		    (control->samples[line->device].value.io.inputs >> line->bit & 1))
			levels |= LINE_BIT(role);
	}
	return levels;
}

bool control_position_is_stale(const struct control *control, size_t lane)
{
	for (int role = LINE_WIRED_LAST + 1; role < LINE_ROLES; role++) {
		const struct site_line *line = &control->site->lanes[lane].lines[role];

		if (line->is_used && line->on_device &&
		    !line_role_is_output((enum line_role)role) &&
		    control_device_is_stale(control, line->device))
			return true;
	}
	return false;
}

bool control_lights_are_lost(const struct control *control, size_t lane)
{
	for (int role = LINE_RED; role <= LINE_GREEN_FAR; role++) {
		const struct site_line *line = &control->site->lanes[lane].lines[role];
		uint32_t shown = control->samples[line->device].value.io.outputs;

		if (!line->is_used || !line->on_device)
			continue;
		if (control_device_is_stale(control, line->device) ||
		    (shown >> line->bit & 1) !=
			    (control->lines[lane].outputs >> role & 1))
			return true;
	}
	return false;
}

void control_write_lines(struct control *control, size_t lane,
			 const struct interlock_outputs *motor)
{
	struct control_lines *lines = &control->lines[lane];
	uint32_t greens = lane_greens(&control->lanes[lane]);
	uint64_t mask, levels, changed;

	lines->outputs = wiring_outputs(motor, greens & GREEN_NEAR, greens & GREEN_FAR) |
			 wiring_entry_outputs(&control->lanes[lane].entry.outputs);
	if (!lines->gpio)
		return;
	wiring_gpio_of_outputs(&control->site->lanes[lane], lines->outputs, &mask,
			       &levels);
	changed = lines->has_written ? (levels ^ lines->written) & mask : mask;
	if (changed == 0)
		return;
	if (gpio_write(lines->gpio, changed, levels & changed)) {
		give_up_lines(lines);
		return;
	}
	lines->written = levels;
	lines->has_written = true;
}

static struct bus *bus_of(const struct control *control, uint16_t device)
{
	return control->config.buses[control->site->devices[device].port];
}

/* A sign takes ten Chinese characters and a space; a longer hint of customs is cut. */
enum { SIGN_BYTES_MAX = 32 };

static void tell_sign(struct control *control, size_t lane)
{
	const struct lane *from = &control->lanes[lane];
	struct control_wants *wants = &control->wants[lane];
	struct device_command command = {.device = from->config->sign,
					 .verb = DEVICE_SHOW};

	if (from->config->sign == SITE_NO_DEVICE || strcmp(from->sign, wants->shown) == 0)
		return;
	text_copy(command.text, sizeof(command.text), from->sign);
	if (bus_command(bus_of(control, command.device), &command) == KAKOU_OK)
		text_copy(wants->shown, sizeof(wants->shown), from->sign);
}

/* One command a device: the lights of a lane may share a module. */
static bool switch_device(struct control *control, size_t lane, uint16_t device)
{
	const struct site_lane *site_lane = &control->site->lanes[lane];
	struct device_command command = {.device = device, .verb = DEVICE_SWITCH};

	for (int role = LINE_WIRED_LAST + 1; role < LINE_ROLES; role++) {
		const struct site_line *line = &site_lane->lines[role];

		if (!line->is_used || !line->on_device || line->device != device ||
		    !line_role_is_output((enum line_role)role))
			continue;
		command.mask |= 1u << line->bit;
		if (control->lines[lane].outputs >> role & 1)
			command.levels |= 1u << line->bit;
	}
	return command.mask == 0 ||
	       bus_command(bus_of(control, device), &command) == KAKOU_OK;
}

static void tell_lights(struct control *control, size_t lane)
{
	struct control_wants *wants = &control->wants[lane];
	const struct site_lane *site_lane = &control->site->lanes[lane];
	uint64_t lights = control->lines[lane].outputs &
			  (LINE_BIT(LINE_RED) | LINE_BIT(LINE_GREEN) |
			   LINE_BIT(LINE_RED_FAR) | LINE_BIT(LINE_GREEN_FAR));
	bool was_taken = true;

	if (wants->has_switched && lights == wants->switched)
		return;
	for (int role = LINE_RED; role <= LINE_GREEN_FAR; role++)
		if (site_lane->lines[role].is_used && site_lane->lines[role].on_device)
			was_taken = switch_device(control, lane,
						  site_lane->lines[role].device) &&
				    was_taken;
	wants->has_switched = was_taken;
	wants->switched = lights;
}

/* A reader whose queue is full is told in the next scan. */
static void tell_readers(struct control *control, size_t lane)
{
	struct control_wants *wants = &control->wants[lane];
	const struct site_lane *site_lane = &control->site->lanes[lane];

	for (size_t i = 0; wants->triggers != 0 && i < site_lane->evidence_count; i++) {
		struct device_command command = {.device = site_lane->evidence[i].device,
						 .verb = DEVICE_TRIGGER};

		if (wants->triggers >> i & 1 &&
		    bus_command(bus_of(control, command.device), &command) == KAKOU_OK)
			wants->triggers &= ~(1u << i);
	}
}

void control_tell_devices(struct control *control, size_t lane)
{
	tell_readers(control, lane);
	tell_sign(control, lane);
	tell_lights(control, lane);
}

static void record_health(struct control *control, const struct device_sample *sample)
{
	struct event event;

	event_begin(&event, EVENT_DEVICE, EVENT_NO_LANE, 0);
	event_add_text(&event, "device", control->site->devices[sample->device].name);
	event_add_text(&event, "health",
		       device_health_name((enum device_health)sample->health));
	event_add_text(&event, "error", kakou_err_name((enum kakou_err)sample->error));
	if (journal_append(control->config.journal, &event) == KAKOU_OK)
		control->health[sample->device] = sample->health;
}

/* Only being well and being lost are worth a line in the record; what lies between comes and
 * goes. */
static void take_sample(struct control *control, const struct device_sample *sample)
{
	struct device_sample *newest = &control->samples[sample->device];
	bool is_news = sample->health != control->health[sample->device] &&
		       (sample->health == DEVICE_LOST || sample->health == DEVICE_WELL);

	if (is_news)
		record_health(control, sample);
	if (sample->has_value) {
		*newest = *sample;
		control->value_at_ms[sample->device] = sample->at_ms;
	} else {
		newest->health = sample->health;
		newest->error = sample->error;
	}
	for (size_t i = 0; i < control->lane_count; i++)
		lane_feed_sample(&control->lanes[i], sample);
}

void control_take_samples(struct control *control)
{
	struct device_sample sample;

	for (size_t port = 0; port < control->site->port_count; port++)
		while (control->config.buses[port] &&
		       bus_next_sample(control->config.buses[port], &sample))
			take_sample(control, &sample);
}
