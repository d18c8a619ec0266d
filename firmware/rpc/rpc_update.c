/* SPDX-License-Identifier: MIT */
/*
 * Updates of the machine: whether the lanes are quiet, who may begin one, what came of it.
 *
 * kakoud does not update anything: kakou update does, as root, and tells here. The version rule is
 * kept here all the same, where tickets are known.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <string.h>

#include "firmware/update/version.h"
#include "hal/clock.h"

/* ---- quiet ------------------------------------------------------------------------------ */

/* NULL: a restart of the machine takes nothing from anybody in this lane. */
static const char *find_unrest(const struct snapshot_lane *lane, int64_t now_ms)
{
	bool rests = !strcmp(lane->state, "idle") ||
		     (!strcmp(lane->state, "blocked") && lane->is_locked);

	if (lane->passage > 0)
		return "a vehicle is in it";
	if (!strcmp(lane->arm, "rising") || !strcmp(lane->arm, "lowering"))
		return "its arm moves";
	if (!strcmp(lane->arm, "up"))
		return "its arm is up";
	if (!rests && !strcmp(lane->state, "blocked"))
		return "it is blocked: an officer resets or locks it";
	if (!rests)
		return "it is not idle";
	if (lane->mode_until_ms > now_ms)
		return "it is in emergency mode";
	return NULL;
}

void rpc_update_quiet(struct rpc_client *client, const json_t *params)
{
	struct rpc *rpc = client->rpc;
	const struct snapshot *shot = &rpc->snapshot;
	json_t *busy = json_array();
	int64_t now_ms = clock_mono_ms(), since_ms = 0;

	(void)params;
	if (!rpc_view_take_snapshot(client)) {
		json_decref(busy);
		return;
	}
	for (size_t i = 0; i < shot->lane_count; i++) {
		const char *why = find_unrest(&shot->lanes[i], now_ms);

		if (shot->lanes[i].state_since_ms > since_ms)
			since_ms = shot->lanes[i].state_since_ms;
		if (why)
			(void)json_array_append_new(
				busy,
				json_pack("{s:s, s:s}", "lane",
					  rpc->config.site->lanes[i].name, "why", why));
	}
	rpc_client_reply(client,
			 json_pack("{s:b, s:o, s:o}", "is_quiet",
				   json_array_size(busy) == 0, "quiet_ms",
				   json_array_size(busy) == 0 ? rpc_age(since_ms, now_ms)
							      : json_null(),
				   "busy", busy));
}

/* ---- what the record gets to know ---------------------------------------------------------- */

static void add_param(struct event *event, const json_t *params, const char *key)
{
	const char *text = rpc_param_text(params, key);

	if (text)
		event_add_text(event, key, text);
}

static bool are_sound(struct rpc_client *client, const json_t *params)
{
	static const char *const keys[] = {"version", "running"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *version = rpc_param_text(params, keys[i]);

		if (!version || update_version_is_sound(version))
			continue;
		rpc_client_fail(client, RPC_BAD_PARAMS,
				"%s: got \"%s\", expected a version such as 0.1.0",
				keys[i], version);
		return false;
	}
	return true;
}

/* What runs is not known: then it could be newer. */
static bool is_older(const json_t *params)
{
	const char *running = rpc_param_text(params, "running");

	return !running ||
	       update_version_compare(rpc_param_text(params, "version"), running) < 0;
}

static bool may_begin(struct rpc_client *client, const json_t *params)
{
	if (!is_older(params))
		return true;
	if (client->actor.is_rescue) {
		rpc_access_refuse(
			client, "update.begin", params,
			"an older version needs a supervisor, who logs in first");
		return false;
	}
	if (!rpc_access_has_role(client, "update.begin", params, "an older version",
				 ROLES_SUPERVISOR))
		return false;
	if (rpc_param_flag(params, "older"))
		return true;
	rpc_client_fail(client, rpc_code(KAKOU_E_REFUSED),
			"version %s is older than %s, which runs: --older allows it",
			rpc_param_text(params, "version"),
			rpc_param_text(params, "running")
				? rpc_param_text(params, "running")
				: "one that is not known");
	return false;
}

void rpc_update_begin(struct rpc_client *client, const json_t *params)
{
	struct event event;

	if (!are_sound(client, params) || !may_begin(client, params))
		return;
	event_begin(&event, EVENT_UPDATE, EVENT_NO_LANE, 0);
	event_add_text(&event, "what", is_older(params) ? "begun_older" : "begun");
	add_param(&event, params, "version");
	add_param(&event, params, "running");
	add_param(&event, params, "slot");
	event_add_text(&event, "actor", client->actor.name);
	add_param(&event, params, "reason");
	add_param(&event, params, "screen");
	if (rpc_access_note(client->rpc, &event))
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
				"the record takes nothing now; nothing was done");
	else
		rpc_client_reply(client, json_pack("{s:b}", "accepted", 1));
}

void rpc_update_note(struct rpc_client *client, const json_t *params)
{
	struct event event;

	if (!are_sound(client, params))
		return;
	event_begin(&event, EVENT_UPDATE, EVENT_NO_LANE, 0);
	add_param(&event, params, "what");
	add_param(&event, params, "version");
	add_param(&event, params, "running");
	add_param(&event, params, "slot");
	add_param(&event, params, "why");
	if (rpc_access_note(client->rpc, &event))
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
				"the record takes nothing now");
	else
		rpc_client_reply(client, json_pack("{s:b}", "accepted", 1));
}
