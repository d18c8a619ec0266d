/* SPDX-License-Identifier: MIT */
/*
 * The work of a bus: writes first, then the read that is due, its value, and the health of all.
 *
 * Layer:   drivers, inside bus.
 * Threads: the worker's.
 */
#include "drivers/bus/bus_worker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/bus/bus_orders.h"
#include "hal/clock.h"
#include "hal/text.h"

/* A control thread that stands still for a second loses nothing of units that are read each
 * 100 ms in up to three blocks; beyond that the newest samples are dropped and counted. */
enum { SAMPLES_PER_UNIT = 32, SAMPLES_MAX = 512, COMMANDS_QUEUED = 32 };
enum { ANSWERS_QUEUED = 2 * BUS_QUESTIONS };

static enum kakou_err check_config(const struct bus_config *config, struct why *why)
{
	if (config->unit_count < 1 || config->unit_count > BUS_UNITS_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "bus %s: got %zu units, expected 1 to %d",
			       config->port.name, config->unit_count, (int)BUS_UNITS_MAX);
	if (config->backoff_min_ms < 1 || config->backoff_max_ms < config->backoff_min_ms)
		return why_set(
			why, KAKOU_E_INVALID,
			"bus %s: got back-off %d to %d ms, expected the first at least 1 "
			"and the second no less",
			config->port.name, (int)config->backoff_min_ms,
			(int)config->backoff_max_ms);
	for (size_t i = 0; i < config->unit_count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (config->units[i].device == config->units[k].device)
				return why_set(
					why, KAKOU_E_INVALID,
					"bus %s: got device %u twice, expected it once",
					config->port.name, config->units[i].device);
		}
	}
	return KAKOU_OK;
}

static void init_state(struct bus_worker *worker, const struct bus_config *config)
{
	int64_t now_ms = clock_mono_ms();

	worker->config = *config;
	memcpy(worker->own_units, config->units,
	       config->unit_count * sizeof(*config->units));
	worker->config.units = worker->own_units;
	bus_schedule_init(&worker->schedule, &worker->config, now_ms);
	worker->window_from_ms = now_ms;
	worker->health_told_ms = now_ms - BUS_HEALTH_EVERY_MS;
	worker->health_is_old = true;
	worker->present.unit_count = config->unit_count;
	for (size_t u = 0; u < config->unit_count; u++) {
		struct bus_unit_health *health = &worker->present.units[u];

		health->device = config->units[u].device;
		health->unit = config->units[u].unit;
		health->last_good_ms = -1;
	}
}

/* Queues and mailbox, no larger than these units need. */
static enum kakou_err create_channels(struct bus_worker *worker, size_t units)
{
	uint32_t capacity = SAMPLES_PER_UNIT;
	size_t health_size = offsetof(struct bus_health, units) +
			     units * sizeof(struct bus_unit_health);

	while (capacity < SAMPLES_MAX && capacity < SAMPLES_PER_UNIT * units)
		capacity *= 2;
	if (queue_create(&worker->samples, sizeof(struct device_sample), capacity,
			 false) ||
	    queue_create(&worker->commands, sizeof(struct device_command),
			 COMMANDS_QUEUED, true) ||
	    mailbox_create(&worker->health, health_size) ||
	    queue_create(&worker->questions, sizeof(struct bus_question), BUS_QUESTIONS,
			 true) ||
	    queue_create(&worker->answers, sizeof(struct bus_answer), ANSWERS_QUEUED,
			 true))
		return KAKOU_E_NOMEM;
	return KAKOU_OK;
}

enum kakou_err bus_worker_create(struct bus_worker **out, const struct bus_config *config,
				 struct why *why)
{
	struct bus_worker *worker;
	enum kakou_err err = check_config(config, why);

	if (err)
		return err;
	worker = calloc(1,
			sizeof(*worker) + config->unit_count * sizeof(worker->units[0]));
	if (!worker)
		return why_set(why, KAKOU_E_NOMEM, "bus %s: no memory",
			       config->port.name);
	init_state(worker, config);
	err = modbus_port_create(&worker->port, &worker->config.port, why);
	if (err)
		goto destroy;
	if (create_channels(worker, config->unit_count)) {
		err = why_set(why, KAKOU_E_NOMEM, "bus %s: no memory for its queues",
			      config->port.name);
		goto destroy;
	}
	*out = worker;
	return KAKOU_OK;

destroy:
	bus_worker_destroy(worker);
	return err;
}

void bus_worker_destroy(struct bus_worker *worker)
{
	if (!worker)
		return;
	modbus_port_destroy(worker->port);
	queue_destroy(worker->samples);
	queue_destroy(worker->commands);
	mailbox_destroy(worker->health);
	queue_destroy(worker->questions);
	queue_destroy(worker->answers);
	free(worker);
}

int bus_worker_find(const struct bus_worker *worker, uint16_t device)
{
	for (size_t u = 0; u < worker->config.unit_count; u++) {
		if (worker->config.units[u].device == device)
			return (int)u;
	}
	return -1;
}

/* The unit as the lane sees it: one that answers nonsense, or does not do what it acknowledges,
 * is sick, though it is asked at its period. */
static enum device_health overall_health(const struct bus_worker_unit *unit)
{
	if (unit->port_health == DEVICE_WELL && (unit->value_error || unit->order_error))
		return DEVICE_SICK;
	return unit->port_health;
}

static enum kakou_err overall_error(const struct bus_worker *worker, size_t u)
{
	const struct bus_worker_unit *unit = &worker->units[u];

	if (unit->port_health != DEVICE_WELL)
		return (enum kakou_err)worker->present.units[u].last_error;
	return unit->value_error ? unit->value_error : unit->order_error;
}

/* Sends the sample; what the queue has no room for is counted there. */
static void send_sample(struct bus_worker *worker, size_t u, struct device_sample *sample)
{
	struct bus_worker_unit *unit = &worker->units[u];
	enum device_health health = overall_health(unit);
	enum kakou_err error = overall_error(worker, u);

	sample->device = worker->config.units[u].device;
	sample->class = (uint8_t)worker->config.units[u].map->class;
	sample->health = (uint8_t)health;
	sample->error = (int8_t)error;
	if (queue_push(worker->samples, sample))
		return;
	unit->told_health = health;
	unit->told_error = error;
}

/* A change of health that no value carried; one that found no room is sent again. */
static void tell_changes(struct bus_worker *worker)
{
	for (size_t u = 0; u < worker->schedule.unit_count; u++) {
		const struct bus_worker_unit *unit = &worker->units[u];
		struct device_sample sample = {.at_ms = clock_mono_ms()};

		if (overall_health(unit) != unit->told_health ||
		    overall_error(worker, u) != unit->told_error)
			send_sample(worker, u, &sample);
	}
}

/* The instant of the oldest part of the image, -1 when a part is missing. */
static int64_t image_age_of(const struct bus_worker *worker, size_t u)
{
	const struct bus_schedule_unit *unit = &worker->schedule.state[u];
	int64_t oldest_ms = INT64_MAX;

	for (size_t b = 0; b < worker->config.units[u].map->block_count; b++) {
		if (unit->read_ms[b] < oldest_ms)
			oldest_ms = unit->read_ms[b];
	}
	return oldest_ms;
}

/* A block was read: when all the unit's blocks have been, they make a value. */
static void take_image(struct bus_worker *worker, size_t u)
{
	struct bus_worker_unit *unit = &worker->units[u];
	struct device_sample sample = {.at_ms = image_age_of(worker, u)};
	struct why why = {.text = ""};

	if (sample.at_ms < 0)
		return;
	unit->value_error =
		map_decode(worker->config.units[u].map, unit->image, &sample, &why);
	if (unit->value_error) {
		worker->present.units[u].errors++;
		text_copy(worker->present.units[u].why,
			  sizeof(worker->present.units[u].why), why.text);
		return;
	}
	bus_orders_check(worker, u, &sample, clock_mono_ms());
	send_sample(worker, u, &sample);
}

/* Books what came of a request, for the schedule and for officers. */
static void book(struct bus_worker *worker, size_t u, size_t block, enum kakou_err result,
		 const struct why *why)
{
	struct bus_worker_unit *unit = &worker->units[u];
	struct bus_unit_health *health = &worker->present.units[u];
	int64_t now_ms = clock_mono_ms();
	int64_t took_ms = now_ms - worker->schedule.asked_ms;

	health->requests++;
	if (took_ms > worker->longest_ms[0])
		worker->longest_ms[0] = (int32_t)took_ms;
	if (result == KAKOU_OK) {
		health->last_good_ms = now_ms;
	} else {
		health->errors++;
		health->last_error = (int8_t)result;
		if (result == KAKOU_E_REFUSED)
			health->exception = modbus_port_exception(worker->port);
		text_copy(health->why, sizeof(health->why), why->text);
	}
	unit->port_health =
		bus_schedule_book(&worker->schedule, u, block, result, now_ms);
	if (unit->port_health == DEVICE_LOST)
		bus_orders_doubt(worker, u);
}

static void read_block(struct bus_worker *worker, size_t u, size_t b)
{
	const struct bus_unit *config = &worker->config.units[u];
	const struct map_block *block = &config->map->blocks[b];
	struct why why = {.text = ""};
	enum kakou_err err = modbus_port_read(
		worker->port, config->unit, block->area, block->address, block->count,
		&worker->units[u].image[block->offset], &why);

	book(worker, u, b, err, &why);
	if (!err)
		take_image(worker, u);
}

/* A refusal is about the command, not about the unit: that goes on being read. */
static void do_write(struct bus_worker *worker, size_t u, size_t verb,
		     const struct map_write *write)
{
	const struct bus_unit *config = &worker->config.units[u];
	struct bus_unit_health *health = &worker->present.units[u];
	struct why why = {.text = ""};
	enum kakou_err err;

	bus_schedule_begin(&worker->schedule, clock_mono_ms());
	err = modbus_port_write(worker->port, config->unit, write->area, write->address,
				write->count, write->values, &why);
	if (err && err != KAKOU_E_REFUSED) {
		book(worker, u, 0, err, &why);
	} else {
		health->requests++;
		if (err) {
			health->errors++;
			health->exception = modbus_port_exception(worker->port);
			text_copy(health->why, sizeof(health->why), why.text);
		}
	}
	bus_orders_book(worker, u, verb, err, clock_mono_ms());
}

/* The longest request of the present window and of the one before. */
static void turn_window(struct bus_worker *worker, int64_t now_ms)
{
	if (now_ms - worker->window_from_ms < BUS_CYCLE_WINDOW_MS)
		return;
	worker->window_from_ms = now_ms;
	worker->longest_ms[1] = worker->longest_ms[0];
	worker->longest_ms[0] = 0;
}

static void publish_health(struct bus_worker *worker, int64_t now_ms)
{
	struct bus_health *present = &worker->present;

	if (!worker->health_is_old ||
	    now_ms - worker->health_told_ms < BUS_HEALTH_EVERY_MS)
		return;
	worker->health_told_ms = now_ms;
	worker->health_is_old = false;
	for (size_t u = 0; u < present->unit_count; u++) {
		const struct bus_schedule_unit *state = &worker->schedule.state[u];
		struct bus_unit_health *health = &present->units[u];
		enum kakou_err error = overall_error(worker, u);

		health->health = (uint8_t)overall_health(&worker->units[u]);
		if (error)
			health->last_error = (int8_t)error;
		health->failures_in_row = state->failures_in_row;
		health->backoff_ms = state->backoff_ms;
	}
	present->samples_dropped = queue_count_dropped(worker->samples);
	present->cycle_ms = worker->longest_ms[0] > worker->longest_ms[1]
				    ? worker->longest_ms[0]
				    : worker->longest_ms[1];
	mailbox_put(worker->health, present);
}

/* The next question, when there is none already. */
static void take_question(struct bus_worker *worker)
{
	queue_quiet(worker->questions);
	if (worker->has_question)
		return;
	worker->has_question = queue_pop(worker->questions, &worker->question);
	if (worker->has_question)
		bus_schedule_invite(&worker->schedule, clock_mono_ms());
}

/* Its outcome says nothing of the units that are polled, and is not booked with theirs. */
static void ask_question(struct bus_worker *worker)
{
	const struct bus_question *question = &worker->question;
	struct bus_answer answer = {.token = question->token};
	struct why why = {.text = ""};
	enum kakou_err err = modbus_port_read(
		worker->port, question->unit, (enum modbus_area)question->area,
		question->address, question->count, answer.values, &why);

	answer.error = (int8_t)err;
	answer.at_ms = clock_mono_ms();
	answer.took_ms = (int32_t)(answer.at_ms - worker->schedule.asked_ms);
	if (err == KAKOU_E_REFUSED)
		answer.exception = modbus_port_exception(worker->port);
	answer.count = err ? 0 : question->count;
	text_copy(answer.why, sizeof(answer.why), why.text);
	if (answer.took_ms > worker->longest_ms[0])
		worker->longest_ms[0] = answer.took_ms;
	bus_schedule_see_off(&worker->schedule, answer.at_ms);
	worker->has_question = false;
	if (queue_push(worker->answers, &answer))
		return; /* nobody takes answers: counted, and the asker gives up by itself */
}

/* One request, if one is due; otherwise *wake_ms says when. */
static bool do_request(struct bus_worker *worker, int64_t now_ms, int64_t *wake_ms)
{
	struct map_write write;
	int64_t write_ms;
	size_t unit, verb, block;
	int due;

	if (bus_orders_next(worker, now_ms, &unit, &verb, &write, &write_ms)) {
		do_write(worker, unit, verb, &write);
		return true;
	}
	due = bus_schedule_next(&worker->schedule, now_ms, &block, wake_ms);
	if (due >= 0) {
		read_block(worker, (size_t)due, block);
		return true;
	}
	if (due == BUS_SCHEDULE_GUEST) {
		ask_question(worker);
		return true;
	}
	if (write_ms < *wake_ms)
		*wake_ms = write_ms;
	return false;
}

int64_t bus_worker_step(struct bus_worker *worker)
{
	int64_t now_ms = clock_mono_ms();
	int64_t wake_ms = now_ms;

	bus_orders_take(worker);
	take_question(worker);
	if (do_request(worker, now_ms, &wake_ms))
		worker->health_is_old = true;
	tell_changes(worker);
	now_ms = clock_mono_ms();
	turn_window(worker, now_ms);
	publish_health(worker, now_ms);
	if (worker->health_is_old &&
	    worker->health_told_ms + BUS_HEALTH_EVERY_MS < wake_ms)
		wake_ms = worker->health_told_ms + BUS_HEALTH_EVERY_MS;
	return wake_ms;
}
