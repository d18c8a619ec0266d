/* SPDX-License-Identifier: MIT */
/*
 * The lines of a lane: where each is, its level, and what it has done.
 *
 * Layer: firmware. Threads: the control-socket thread's; never blocks.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdio.h>
#include <string.h>

#include "hal/clock.h"

static void describe_place(const struct site *site, const struct site_line *line,
			   char *to, size_t size)
{
	if (line->on_device)
		(void)snprintf(to, size, "%s bit %d", site->devices[line->device].name,
			       line->bit);
	else
		(void)snprintf(to, size, "%s%s", line->gpio.name,
			       line->gpio.active_low ? " (low)" : "");
}

static json_t *view_line(const struct rpc *rpc, size_t lane, enum line_role role,
			 int64_t now_ms)
{
	const struct site *site = rpc->config.site;
	const struct snapshot_lane *shot = &rpc->snapshot.lanes[lane];
	const struct snapshot_line *line = &shot->lines[role];
	bool is_output = line_role_is_output(role);
	char where[GPIO_NAME_MAX + 64];

	describe_place(site, &site->lanes[lane].lines[role], where, sizeof(where));
	return json_pack("{s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:o}", "line",
			 line_role_name(role), "where", where, "is_output", is_output,
			 "level",
			 (int)((is_output ? shot->outputs : shot->inputs) >> role & 1),
			 "rises", (json_int_t)line->rises, "falls",
			 (json_int_t)line->falls, "caught", (json_int_t)line->caught,
			 "changed_age_ms", rpc_age(line->changed_ms, now_ms));
}

static bool add_device(const struct site *site, json_t *names, uint16_t device)
{
	const json_t *known;
	size_t i;

	if (device == SITE_NO_DEVICE)
		return true;
	json_array_foreach(names, i, known)
	{
		if (!strcmp(json_string_value(known), site->devices[device].name))
			return true;
	}
	return !json_array_append_new(names, json_string(site->devices[device].name));
}

/* Each device that serves the lane, once. NULL without memory. */
static json_t *list_devices(const struct site *site, const struct site_lane *lane)
{
	json_t *names = json_array();
	bool is_whole = names != NULL;

	for (size_t i = 0; i < lane->evidence_count; i++)
		is_whole = is_whole && add_device(site, names, lane->evidence[i].device);
	is_whole = is_whole && add_device(site, names, lane->post) &&
		   add_device(site, names, lane->sign);
	for (int role = 0; role < LINE_ROLES; role++) {
		if (lane->lines[role].is_used && lane->lines[role].on_device)
			is_whole = is_whole &&
				   add_device(site, names, lane->lines[role].device);
	}
	if (is_whole)
		return names;
	json_decref(names);
	return NULL;
}

void rpc_lines_view(struct rpc_client *client, const json_t *params)
{
	const struct rpc *rpc = client->rpc;
	size_t lane = (size_t)rpc_param_lane(rpc, params);
	const struct snapshot_lane *shot = &rpc->snapshot.lanes[lane];
	json_t *lines = json_array();
	int failed = lines ? 0 : -1;
	int64_t now_ms = clock_mono_ms();

	if (!rpc_view_take_snapshot(client)) {
		json_decref(lines);
		return;
	}
	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		if (rpc->config.site->lanes[lane].lines[role].is_used)
			failed |= json_array_append_new(
				lines, view_line(rpc, lane, role, now_ms));
	}
	if (failed) {
		json_decref(lines);
		lines = NULL;
	}
	rpc_client_reply(
		client,
		json_pack(
			"{s:s, s:o, s:b, s:I, s:I, s:s, s:s, s:s, s:o, s:o}", "lane",
			rpc->config.site->lanes[lane].name, "age_ms",
			rpc_age(rpc->snapshot.at_ms, now_ms), "lines_are_known",
			shot->lines_are_known, "edges_lost", (json_int_t)shot->edges_lost,
			"scans", (json_int_t)rpc->snapshot.scans, "state",
			shot->state ? shot->state : "", "arm", shot->arm ? shot->arm : "",
			"sign", shot->sign, "lines", lines, "devices",
			list_devices(rpc->config.site, &rpc->config.site->lanes[lane])));
}
