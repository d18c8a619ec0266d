/* SPDX-License-Identifier: MIT */
/*
 * Gate. Layer: firmware. Threads: main.
 */
#include "firmware/kakoud/gate.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "drivers/bus/bus.h"
#include "firmware/control/control.h"
#include "firmware/delivery/delivery.h"
#include "firmware/kakoud/alloc_count.h"
#include "firmware/kakoud/gate_inside.h"
#include "firmware/record/journal.h"
#include "firmware/registry/registry.h"
#include "firmware/rpc/rpc.h"
#include "hal/clock.h"
#include "hal/log.h"

enum {
	ACTS_QUEUED = 16,
	NOTES_QUEUED = 32,
	MACHINE_NOTES_QUEUED = 8,
};

static enum kakou_err open_record(struct gate *gate, struct why *why)
{
	char own_key[sizeof(gate->site->state_dir) + sizeof("/record.key")];
	struct journal_config config = {
		.directory = gate->site->state_dir,
		.origin = gate->site->name,
		.lanes = gate->lane_names,
		.lane_count = gate->site->lane_count,
		.allow_volatile = gate->site->allow_volatile_state,
		.key_file = gate->site->record_key_file,
		.retention =
			{
				    .days = gate->site->retention_days,
				    .trusts_clock = gate->site->retention_trusts_clock,
				    .waits_for = gate->site->retention_waits_customs
						     ? 1u << RECEIVER_CUSTOMS
						     : 0,
				    },
	};

	if (gate->site->record_key_token[0])
		config.key_file = gate->site->record_key_token;
	if (!config.key_file[0]) {
		snprintf(own_key, sizeof(own_key), "%s/record.key", config.directory);
		config.key_file = own_key;
		config.makes_key = true;
	}
	for (size_t i = 0; i < gate->site->lane_count; i++)
		gate->lane_names[i] = gate->site->lanes[i].name;
	return journal_open(&gate->journal, &config, &gate->past, why);
}

static enum kakou_err open_guard(struct gate *gate, struct why *why)
{
	enum kakou_err err = guard_open(&gate->guard, gate->site, gate->past.was_stopped,
					gate->guard_view);

	return err ? why_set(why, err, "no memory for the guard") : KAKOU_OK;
}

/* Opened after the journal, which makes the directory; it is told first what a killed process
 * could not tell it. */
static enum kakou_err open_registry(struct gate *gate, struct why *why)
{
	enum kakou_err err = registry_open(&gate->registry, gate->site, why);

	if (!err)
		err = registry_catch_up(gate->registry, gate->journal, why);
	if (!err)
		err = registry_start(gate->registry, why);
	return err;
}

static enum kakou_err start_bus(struct gate *gate, size_t port, struct why *why)
{
	const struct site *site = gate->site;
	struct bus_unit units[BUS_UNITS_MAX];
	struct bus_config config = {
		.port = site->ports[port].modbus,
		.units = units,
		.backoff_min_ms = site->ports[port].backoff_min_ms,
		.backoff_max_ms = site->ports[port].backoff_max_ms,
		.scan_counter = &gate->scan_counter,
	};

	for (size_t i = 0; i < site->device_count; i++) {
		const struct site_device *device = &site->devices[i];

		if (device->port != port)
			continue;
		if (config.unit_count == BUS_UNITS_MAX)
			return why_set(why, KAKOU_E_FULL, "port %s: more than %d units",
				       site->ports[port].name, BUS_UNITS_MAX);
		units[config.unit_count++] = (struct bus_unit){
			.device = (uint16_t)i,
			.unit = device->unit,
			.map = &site->maps[device->map],
			.period_ms = device->period_ms,
		};
	}
	return config.unit_count == 0 ? KAKOU_OK
				      : bus_start(&gate->buses[port], &config, why);
}

static enum kakou_err start_buses(struct gate *gate, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (size_t port = 0; port < gate->site->port_count && err == KAKOU_OK; port++)
		err = start_bus(gate, port, why);
	return err;
}

static enum kakou_err create_queues(struct gate *gate, struct why *why)
{
	if (queue_create(&gate->acts, sizeof(struct act), ACTS_QUEUED, false) ||
	    queue_create(&gate->act_results, sizeof(struct act_result), ACTS_QUEUED,
			 true) ||
	    queue_create(&gate->notes, sizeof(struct event), NOTES_QUEUED, false) ||
	    queue_create(&gate->delivery_notes, sizeof(struct event), NOTES_QUEUED,
			 false) ||
	    queue_create(&gate->machine_notes, sizeof(struct event), MACHINE_NOTES_QUEUED,
			 false) ||
	    mailbox_create(&gate->snapshot, sizeof(struct snapshot)) ||
	    mailbox_create(&gate->guard_view, sizeof(struct snapshot_guard)))
		return why_set(why, KAKOU_E_NOMEM,
			       "no memory for the queues of the control thread");
	return KAKOU_OK;
}

/* Without it an officer decides: no reason not to start. */
static void recall(struct gate *gate)
{
	struct why why = {""};

	if (recall_read(&gate->recall, gate->journal, gate->site, clock_mono_ms(),
			clock_wall_ms(), &why))
		log_warning("gate", "who is between two gates is not known: %s",
			    why.text);
}

static enum kakou_err start_control(struct gate *gate, bool memory_is_locked,
				    struct why *why)
{
	struct control_config config = {
		.site = gate->site,
		.journal = gate->journal,
		.past = &gate->past,
		.recall = &gate->recall,
		.buses = gate->buses,
		.link = gate->link,
		.registry = gate->registry,
		.pictures = gate->pictures,
		.acts = gate->acts,
		.act_results = gate->act_results,
		.notes = gate->notes,
		.delivery_notes = gate->delivery_notes,
		.machine_notes = gate->machine_notes,
		.snapshot = gate->snapshot,
		.scan_counter = &gate->scan_counter,
		.memory_is_locked = memory_is_locked,
		.count_allocations = alloc_count_thread,
	};
	enum kakou_err err = control_create(&gate->control, &config, why);

	if (err)
		return err;
	err = control_start(gate->control);
	gate->is_controlling = err == KAKOU_OK;
	return err ? why_set(why, err, "the control thread does not start") : KAKOU_OK;
}

static enum kakou_err start_delivery(struct gate *gate, struct why *why)
{
	struct delivery_config config = {
		.site = gate->site,
		.journal = gate->journal,
		.link = gate->link,
		.notes = gate->delivery_notes,
		.last_run_seq = gate->past.last_seq,
	};

	return delivery_start(&gate->delivery, &config, why);
}

static enum kakou_err start_rpc(struct gate *gate, struct why *why)
{
	struct rpc_config config = {
		.site = gate->site,
		.journal = gate->journal,
		.snapshot = gate->snapshot,
		.guard = gate->guard_view,
		.acts = gate->acts,
		.act_results = gate->act_results,
		.notes = gate->notes,
		.desk = gate->desk,
		.buses = gate->buses,
		.link = gate->link,
		.delivery = gate->delivery,
		.registry = gate->registry,
		.pictures = gate->pictures,
	};

	return rpc_start(&gate->rpc, &config, why);
}

enum kakou_err gate_start(struct gate **out, const struct site *site,
			  bool memory_is_locked, struct why *why)
{
	struct gate *gate = calloc(1, sizeof(*gate));
	enum kakou_err err;

	if (!gate)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the gate");
	gate->site = site;
	err = open_record(gate, why);
	if (!err)
		err = create_queues(gate, why);
	if (!err)
		err = open_guard(gate, why);
	if (!err)
		err = gate_record_start(gate, why);
	if (!err)
		err = open_registry(gate, why);
	if (!err)
		err = pictures_open(&gate->pictures, site, why);
	if (!err)
		err = desk_open(&gate->desk, site->state_dir, PASSWORD_COST, why);
	if (!err)
		err = customs_link_start(&gate->link, &site->customs, why);
	if (!err)
		err = pictures_start(gate->pictures, gate->link, why);
	if (!err)
		err = start_buses(gate, why);
	if (!err)
		recall(gate);
	if (!err)
		err = start_control(gate, memory_is_locked, why);
	if (!err)
		err = start_delivery(gate, why);
	if (!err)
		err = start_rpc(gate, why);
	if (err) {
		gate_stop(gate, why->text);
		return err;
	}
	guard_arm(gate->guard, atomic_load(&gate->scan_counter), clock_mono_ms());
	*out = gate;
	return KAKOU_OK;
}

void gate_supervise(struct gate *gate)
{
	guard_step(gate->guard, atomic_load(&gate->scan_counter), clock_mono_ms());
	control_supervise(gate->control);
	gate_forget_notes(gate);
	clock_watch_step(&gate->clock, gate->machine_notes);
	machine_watch_step(&gate->watch, gate->guard, gate->machine_notes,
			   clock_mono_ms());
}

void gate_stop(struct gate *gate, const char *reason)
{
	guard_disarm(gate->guard);
	if (gate->is_controlling)
		control_stop(gate->control);
	for (size_t port = 0; port < SITE_PORTS_MAX; port++)
		bus_ask_stop(gate->buses[port]);
	rpc_stop(gate->rpc);
	desk_close(gate->desk);
	delivery_stop(gate->delivery);
	pictures_close(gate->pictures); /* it tells the link */
	customs_link_stop(gate->link);
	for (size_t port = 0; port < SITE_PORTS_MAX; port++)
		bus_stop(gate->buses[port]);
	control_destroy(gate->control);
	registry_close(gate->registry);
	gate_record_stop(gate, reason);
	journal_close(gate->journal);
	queue_destroy(gate->acts);
	queue_destroy(gate->act_results);
	queue_destroy(gate->notes);
	queue_destroy(gate->delivery_notes);
	queue_destroy(gate->machine_notes);
	mailbox_destroy(gate->snapshot);
	guard_close(gate->guard);
	mailbox_destroy(gate->guard_view);
	free(gate);
}
