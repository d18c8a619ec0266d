/* SPDX-License-Identifier: MIT */
/*
 * The present: what the control thread's snapshot and the healths say, as JSON.
 *
 * Layer: firmware. Threads: the control-socket thread's; never blocks.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdio.h>

#include "firmware/config/version.h"
#include "hal/clock.h"

bool rpc_view_take_snapshot(struct rpc_client *client)
{
	struct rpc *rpc = client->rpc;

	if (mailbox_get(rpc->config.snapshot, &rpc->snapshot))
		return true;
	rpc_client_fail(client, rpc_code(KAKOU_E_AGAIN),
			"the control thread has not shown anything yet");
	return false;
}

json_t *rpc_age(int64_t at_ms, int64_t now_ms)
{
	return at_ms > 0 ? json_integer(now_ms - at_ms) : json_null();
}

static json_t *view_control(const struct snapshot *shot, int64_t now_ms)
{
	return json_pack("{s:o, s:I, s:I, s:i, s:I, s:I, s:b, s:b, s:b}", "age_ms",
			 rpc_age(shot->at_ms, now_ms), "scans", (json_int_t)shot->scans,
			 "late_scans", (json_int_t)shot->late_scans, "longest_scan_us",
			 shot->longest_scan_us, "allocations",
			 (json_int_t)shot->allocations, "news_dropped",
			 (json_int_t)shot->news_dropped, "is_realtime", shot->is_realtime,
			 "memory_is_locked", shot->memory_is_locked, "is_filtered",
			 shot->is_filtered);
}

static json_t *view_record(const struct rpc *rpc)
{
	struct journal_health health = {0};

	if (!journal_read_health(rpc->config.journal, 1, &health))
		return json_null();
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:I, s:i, s:s, s:s}",
			 "is_well", health.is_well, "last_seq",
			 (json_int_t)health.last_seq, "events", (json_int_t)health.events,
			 "commits", (json_int_t)health.commits, "failures",
			 (json_int_t)health.failures, "waiting", (int)health.waiting,
			 "last_commit_ms", health.last_commit_ms, "disk_percent",
			 health.disk_percent, "removed_to", (json_int_t)health.removed_to,
			 "retention_days", (int)rpc->config.site->retention_days,
			 "retention", health.retention, "why", health.why);
}

/* What customs has not taken, and for how long. */
static json_t *view_backlog(const struct rpc *rpc)
{
	struct delivery_health health = {0};
	int64_t age_ms = -1;

	if (!rpc->config.delivery || !delivery_read_health(rpc->config.delivery, &health))
		return json_null();
	if (health.oldest_wall_ms > 0)
		age_ms = clock_wall_ms() - health.oldest_wall_ms;
	if (health.oldest_wall_ms > 0 && age_ms < 0)
		age_ms = 0; /* the clock stepped back since */
	return json_pack("{s:i, s:i, s:b, s:I, s:o, s:I, s:I, s:I, s:I, s:s}", "waiting",
			 (int)health.waiting, "unanswered", (int)health.unanswered,
			 "is_whole", health.is_whole, "oldest_wall_ms",
			 (json_int_t)health.oldest_wall_ms, "oldest_age_ms",
			 age_ms < 0 ? json_null() : json_integer(age_ms), "cursor",
			 (json_int_t)health.cursor, "taken", (json_int_t)health.taken,
			 "sent", (json_int_t)health.sent, "given_up",
			 (json_int_t)health.given_up, "why", health.why);
}

static json_t *view_link(const struct rpc *rpc, int64_t now_ms)
{
	struct customs_link_health health = {0};

	if (!customs_link_read_health(rpc->config.link, &health))
		return json_null();
	return json_pack(
		"{s:b, s:o, s:o, s:I, s:I, s:I, s:I, s:i, s:s, s:s, s:s, s:s, s:I, s:I, "
		"s:I, s:o, s:s, s:s, s:o}",
		"is_up", health.is_up, "sent_age_ms",
		rpc_age(health.last_sent_ms, now_ms), "heard_age_ms",
		rpc_age(health.last_heard_ms, now_ms), "sent", (json_int_t)health.sent,
		"failed", (json_int_t)health.failed, "answers",
		(json_int_t)health.answers, "refused", (json_int_t)health.refused,
		"pending", (int)health.pending, "tls_version", health.tls_version,
		"error", kakou_err_name((enum kakou_err)health.error), "last_error",
		health.last_error, "dialect", health.dialect, "handshakes",
		(json_int_t)health.handshakes, "resumed", (json_int_t)health.resumed,
		"expires_s", (json_int_t)health.expires_s, "backlog", view_backlog(rpc),
		"registration", health.registration, "last_refusal", health.last_refusal,
		"refusal_age_ms", rpc_age(health.last_refusal_ms, now_ms));
}

static json_t *number_or_null(bool is_there, int32_t number)
{
	return is_there ? json_integer(number) : json_null();
}

static json_t *view_machine(const struct machine *machine)
{
	static const char *const batteries[] = {"unknown", "well", "low"};

	return json_pack(
		"{s:b, s:b, s:s, s:o, s:o, s:o}", "has_clock", machine->has_clock,
		"clock_is_set", machine->clock_is_set, "clock_battery",
		batteries[machine->battery], "flash_used_percent",
		number_or_null(machine->has_flash, machine->flash_used_percent),
		"flash_spare", number_or_null(machine->has_flash, machine->flash_spare),
		"temperature_mc",
		number_or_null(machine->has_temperature, machine->temperature_mc));
}

/* The watchdog of the machine, and why it or kakoud began anew last. */
static json_t *view_guard(const struct rpc *rpc)
{
	struct snapshot_guard guard = {0};

	if (!rpc->config.guard || !mailbox_get(rpc->config.guard, &guard))
		return json_null();
	return json_pack("{s:s, s:s, s:i, s:s, s:b, s:s, s:s, s:i, s:o}", "watchdog",
			 guard.identity, "state", guard.state, "timeout_s",
			 (int)guard.timeout_s, "why", guard.why, "is_hung", guard.is_hung,
			 "reset_by", guard.reset_by, "reset_why", guard.reset_why,
			 "resets", (int)guard.resets, "health",
			 guard.is_measured ? view_machine(&guard.machine) : json_null());
}

static json_t *count_devices(const struct rpc *rpc)
{
	int count[DEVICE_LOST + 1] = {0};

	for (size_t i = 0; i < rpc->config.site->device_count; i++)
		count[rpc->snapshot.devices[i].health]++;
	return json_pack("{s:i, s:i, s:i, s:i}", "well", count[DEVICE_WELL], "sick",
			 count[DEVICE_SICK], "lost", count[DEVICE_LOST], "unknown",
			 count[DEVICE_UNKNOWN]);
}

static json_t *view_people(const struct rpc *rpc)
{
	struct desk_view view;

	desk_read(rpc->config.desk, &view);
	return json_pack("{s:i, s:s}", "count", (int)view.count, "damage", view.damage);
}

void rpc_view_status(struct rpc_client *client, const json_t *params)
{
	const struct rpc *rpc = client->rpc;
	int64_t now_ms = clock_mono_ms();

	(void)params;
	if (!rpc_view_take_snapshot(client))
		return;
	rpc_client_reply(
		client,
		json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			  "site", rpc->config.site->name, "config_sha256",
			  rpc->config.site->config_sha256, "version", KAKOU_VERSION,
			  "started_wall_ms", (json_int_t)rpc->snapshot.started_wall_ms,
			  "control", view_control(&rpc->snapshot, now_ms), "record",
			  view_record(rpc), "customs", view_link(rpc, now_ms), "devices",
			  count_devices(rpc), "registry", rpc_registry_view(rpc),
			  "pictures", rpc_pictures_view(rpc), "people", view_people(rpc),
			  "machine", view_guard(rpc)));
}

void rpc_view_lanes(struct rpc_client *client, const json_t *params)
{
	struct rpc *rpc = client->rpc;
	json_t *lanes = json_array();
	int64_t now_ms = clock_mono_ms();

	(void)params;
	if (!rpc_view_take_snapshot(client)) {
		json_decref(lanes);
		return;
	}
	for (size_t i = 0; i < rpc->config.site->lane_count; i++) {
		if (json_array_append_new(
			    lanes, rpc_lane_view(rpc, i, now_ms, clock_wall_ms()))) {
			json_decref(lanes);
			lanes = NULL;
			break;
		}
	}
	rpc_client_reply(client, json_pack("{s:o}", "lanes", lanes));
}

void rpc_view_lane(struct rpc_client *client, const json_t *params)
{
	int index = rpc_param_lane(client->rpc, params);

	if (rpc_view_take_snapshot(client))
		rpc_client_reply(client, rpc_lane_view(client->rpc, (size_t)index,
						       clock_mono_ms(), clock_wall_ms()));
}

static json_t *view_device(const struct rpc *rpc, size_t i, int64_t now_ms)
{
	const struct site *site = rpc->config.site;
	const struct site_device *device = &site->devices[i];
	const struct snapshot_device *shot = &rpc->snapshot.devices[i];

	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:b, s:o, s:s}", "name",
			 device->name, "class", device_class_name(device->class), "port",
			 site->ports[device->port].name, "unit", device->unit, "map",
			 site->maps[device->map].compatible, "map_name",
			 site->map_names[device->map], "health",
			 device_health_name(shot->health), "is_stale", shot->is_stale,
			 "age_ms", rpc_age(shot->at_ms, now_ms), "text", shot->text);
}

void rpc_view_devices(struct rpc_client *client, const json_t *params)
{
	const struct rpc *rpc = client->rpc;
	json_t *devices = json_array();
	int64_t now_ms = clock_mono_ms();
	int failed = 0;

	(void)params;
	if (!rpc_view_take_snapshot(client)) {
		json_decref(devices);
		return;
	}
	for (size_t i = 0; i < rpc->config.site->device_count; i++)
		failed |= json_array_append_new(devices, view_device(rpc, i, now_ms));
	if (failed) {
		json_decref(devices);
		devices = NULL;
	}
	rpc_client_reply(client, json_pack("{s:o}", "devices", devices));
}

static json_t *view_unit(const struct rpc *rpc, const struct bus_unit_health *unit,
			 int64_t now_ms)
{
	return json_pack("{s:s, s:i, s:s, s:i, s:i, s:o, s:I, s:I, s:s, s:i, s:s}",
			 "device", rpc->config.site->devices[unit->device].name, "unit",
			 unit->unit, "health", device_health_name(unit->health),
			 "failures_in_row", (int)unit->failures_in_row, "backoff_ms",
			 unit->backoff_ms, "age_ms", rpc_age(unit->last_good_ms, now_ms),
			 "requests", (json_int_t)unit->requests, "errors",
			 (json_int_t)unit->errors, "last_error",
			 kakou_err_name(unit->last_error), "exception", unit->exception,
			 "why", unit->why);
}

static json_t *view_bus(const struct rpc *rpc, size_t i, int64_t now_ms)
{
	const struct modbus_port_config *port = &rpc->config.site->ports[i].modbus;
	struct bus_health health = {0};
	json_t *units = json_array();
	char where[160];
	int failed = units ? 0 : -1;

	if (port->is_rtu)
		(void)snprintf(where, sizeof(where), "%s %d 8%c%d", port->device,
			       port->baud, port->parity, port->stop_bits);
	else
		(void)snprintf(where, sizeof(where), "%s port %d", port->host,
			       port->tcp_port);
	if (rpc->config.buses[i] && !bus_read_health(rpc->config.buses[i], &health))
		health.unit_count = 0; /* before its first cycle */
	for (size_t u = 0; u < health.unit_count; u++)
		failed |= json_array_append_new(units,
						view_unit(rpc, &health.units[u], now_ms));
	if (failed) {
		json_decref(units);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:i, s:I, s:o}", "port", port->name, "type",
			 port->is_rtu ? "rtu" : "tcp", "where", where, "cycle_ms",
			 health.cycle_ms, "samples_dropped",
			 (json_int_t)health.samples_dropped, "units", units);
}

void rpc_view_buses(struct rpc_client *client, const json_t *params)
{
	const struct rpc *rpc = client->rpc;
	json_t *buses = json_array();
	int64_t now_ms = clock_mono_ms();
	int failed = 0;

	(void)params;
	for (size_t i = 0; i < rpc->config.site->port_count; i++)
		failed |= json_array_append_new(buses, view_bus(rpc, i, now_ms));
	if (failed) {
		json_decref(buses);
		buses = NULL;
	}
	rpc_client_reply(client, json_pack("{s:o}", "buses", buses));
}

void rpc_view_link(struct rpc_client *client, const json_t *params)
{
	json_t *link = view_link(client->rpc, clock_mono_ms());

	(void)params;
	if (json_is_null(link))
		rpc_client_fail(client, rpc_code(KAKOU_E_AGAIN),
				"the customs link has not shown anything yet");
	else
		rpc_client_reply(client, link);
}
