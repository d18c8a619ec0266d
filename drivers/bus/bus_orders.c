/* SPDX-License-Identifier: MIT */
/*
 * Commands to the units of a bus. What is written is read back; what did not hold is written
 * again until it does, or until a newer command replaces it.
 *
 * Remote outputs have no one to let them expire when this program stops: most modules keep them.
 * They carry lights and requests only, and are written only while the control loop runs.
 *
 * Layer:   drivers, inside bus.
 * Threads: the worker's.
 */
#include "drivers/bus/bus_orders.h"

#include <assert.h>
#include <string.h>

static void write_again(struct bus_order *order, size_t from_step, int64_t at_ms)
{
	order->state = BUS_ORDER_TO_WRITE;
	order->step = from_step;
	order->write_at_ms = at_ms;
}

static void take(struct bus_worker *worker, const struct device_command *command)
{
	int unit = bus_worker_find(worker, command->device);
	struct bus_order *order;

	assert(unit >= 0 && command->verb < BUS_ORDERS);
	order = &worker->units[unit].orders[command->verb];
	if (command->verb == DEVICE_SWITCH && order->state != BUS_ORDER_NONE) {
		order->command.levels = (order->command.levels & ~command->mask) |
					(command->levels & command->mask);
		order->command.mask |= command->mask;
	} else {
		order->command = *command;
	}
	write_again(order, 0, INT64_MIN);
}

void bus_orders_take(struct bus_worker *worker)
{
	struct device_command command;

	queue_quiet(worker->commands);
	while (queue_pop(worker->commands, &command))
		take(worker, &command);
}

/* True while the control loop runs. Where the counter stands at first says nothing yet. */
static bool scan_runs(struct bus_worker *worker, int64_t now_ms)
{
	uint64_t scan;

	if (!worker->config.scan_counter)
		return true;
	scan = atomic_load_explicit(worker->config.scan_counter, memory_order_relaxed);
	if (!worker->scan_is_known)
		worker->scan_moved_ms = now_ms - BUS_SCAN_STALE_MS;
	else if (scan != worker->scan_seen)
		worker->scan_moved_ms = now_ms;
	worker->scan_is_known = true;
	worker->scan_seen = scan;
	return now_ms - worker->scan_moved_ms < BUS_SCAN_STALE_MS;
}

/* When the order is to be written, INT64_MAX when it is not. Outputs that hold are written again
 * from time to time: a module that has lost its power, or that drops its outputs when nobody
 * writes, gets them back. */
static int64_t due_at(const struct bus_order *order, size_t verb)
{
	if (order->state == BUS_ORDER_TO_WRITE)
		return order->write_at_ms;
	if (order->state == BUS_ORDER_HELD && verb == DEVICE_SWITCH)
		return order->written_ms + BUS_REFRESH_MS;
	return INT64_MAX;
}

/* The first write of the unit that is due; its verb, or -1. */
static int find_due(struct bus_worker *worker, size_t unit, bool may_switch,
		    int64_t now_ms, int64_t *wake_ms)
{
	for (size_t verb = 0; verb < BUS_ORDERS; verb++) {
		struct bus_order *order = &worker->units[unit].orders[verb];
		int64_t due_ms = due_at(order, verb);

		if (verb == DEVICE_SWITCH && !may_switch)
			continue;
		if (due_ms <= now_ms) {
			if (order->state == BUS_ORDER_HELD)
				write_again(order, 0, now_ms);
			return (int)verb;
		}
		if (due_ms < *wake_ms)
			*wake_ms = due_ms;
	}
	return -1;
}

bool bus_orders_next(struct bus_worker *worker, int64_t now_ms, size_t *unit,
		     size_t *verb, struct map_write *write, int64_t *wake_ms)
{
	bool may_switch = scan_runs(worker, now_ms);

	*wake_ms = INT64_MAX;
	for (size_t i = 0; i < worker->schedule.unit_count; i++) {
		size_t u = (worker->next_to_write + i) % worker->schedule.unit_count;
		struct bus_order *order;
		int due;

		if (!bus_schedule_is_well(&worker->schedule, u))
			continue;
		due = find_due(worker, u, may_switch, now_ms, wake_ms);
		if (due < 0)
			continue;
		order = &worker->units[u].orders[due];
		*unit = u;
		*verb = (size_t)due;
		if (map_encode_command(worker->config.units[u].map, &order->command,
				       &order->step, write) == KAKOU_OK)
			return true;
		order->state = BUS_ORDER_NONE; /* an empty mask: nothing to write */
	}
	return false;
}

/* Makes the block due that shows whether the order held. */
static void hurry_read_back(struct bus_worker *worker, size_t unit,
			    const char *point_name, int64_t now_ms)
{
	const struct map_point *point =
		map_find_point(worker->config.units[unit].map, point_name);

	if (point && point->block != MAP_NO_BLOCK)
		bus_schedule_hurry(&worker->schedule, unit, point->block, now_ms);
}

static void finish(struct bus_worker *worker, size_t unit, size_t verb, int64_t now_ms)
{
	struct bus_order *order = &worker->units[unit].orders[verb];

	order->written_ms = now_ms;
	order->state = BUS_ORDER_TO_CHECK;
	if (verb == DEVICE_SWITCH) {
		hurry_read_back(worker, unit, "outputs", now_ms);
	} else if (verb == DEVICE_SHOW) {
		hurry_read_back(worker, unit, "shown", now_ms);
		hurry_read_back(worker, unit, "text", now_ms);
	} else {
		order->state = BUS_ORDER_NONE; /* its echo is all there is */
		worker->units[unit].order_error = KAKOU_OK;
	}
}

void bus_orders_book(struct bus_worker *worker, size_t unit, size_t verb,
		     enum kakou_err result, int64_t now_ms)
{
	struct bus_order *order = &worker->units[unit].orders[verb];
	struct map_write next;
	size_t step = order->step;

	worker->next_to_write = (unit + 1) % worker->schedule.unit_count;
	if (result == KAKOU_E_REFUSED) {
		worker->units[unit].order_error = result;
		write_again(order, 0, now_ms + BUS_REFUSED_MS);
	} else if (result) {
		write_again(order, 0, now_ms); /* once the unit is well again */
	} else if (map_encode_command(worker->config.units[unit].map, &order->command,
				      &step, &next) == KAKOU_OK) {
		worker->next_to_write = unit; /* the rest of it first */
	} else {
		finish(worker, unit, verb, now_ms);
	}
}

static bool outputs_hold(const struct bus_order *order,
			 const struct device_sample *sample)
{
	uint32_t differ = order->command.levels ^ sample->value.io.outputs;

	return (differ & order->command.mask) == 0;
}

static void check_switch(struct bus_worker_unit *unit, const struct device_sample *sample,
			 int64_t now_ms)
{
	struct bus_order *order = &unit->orders[DEVICE_SWITCH];

	if (order->state != BUS_ORDER_TO_CHECK && order->state != BUS_ORDER_HELD)
		return;
	if (outputs_hold(order, sample)) {
		order->state = BUS_ORDER_HELD;
		unit->order_error = KAKOU_OK;
	} else if (order->state == BUS_ORDER_TO_CHECK) {
		unit->order_error = KAKOU_E_REFUSED; /* acknowledged and not done */
		write_again(order, 0, now_ms + BUS_RETRY_MS);
	} else {
		/* It held, and somebody else has changed it: the sample that is on its way
		 * shows that to the lane before it is put right. */
		write_again(order, 0, now_ms);
	}
}

static void check_show(struct bus_worker_unit *unit, const struct device_sample *sample,
		       int64_t now_ms)
{
	struct bus_order *order = &unit->orders[DEVICE_SHOW];

	if (order->state != BUS_ORDER_TO_CHECK)
		return;
	if (!strcmp(order->command.text, sample->value.sign.shown)) {
		order->state = BUS_ORDER_HELD;
		unit->order_error = KAKOU_OK;
	} else if (now_ms - order->written_ms >= BUS_SHOW_SETTLE_MS) {
		unit->order_error = KAKOU_E_REFUSED;
		/* The voice has spoken: only the text again. */
		write_again(order, MAP_STEP_AFTER_VOICE, now_ms);
	}
}

void bus_orders_check(struct bus_worker *worker, size_t unit,
		      const struct device_sample *sample, int64_t now_ms)
{
	if (sample->class == DEVICE_REMOTE_IO)
		check_switch(&worker->units[unit], sample, now_ms);
	else if (sample->class == DEVICE_SIGN)
		check_show(&worker->units[unit], sample, now_ms);
}

/* A sign reverts to its own texts when it likes, so what it shows is watched no longer once it
 * has held; but one that was away is asked again. Outputs are compared at every reading anyway. */
void bus_orders_doubt(struct bus_worker *worker, size_t unit)
{
	struct bus_order *order = &worker->units[unit].orders[DEVICE_SHOW];

	if (order->state == BUS_ORDER_HELD) {
		order->state = BUS_ORDER_TO_CHECK;
		order->written_ms = INT64_MIN / 2; /* settled long ago */
	}
}
