/* SPDX-License-Identifier: MIT */
/*
 * The thread of a bus, and what other threads ask of it.
 *
 * Layer:   drivers.
 * Threads: as stated in bus.h.
 */
#include "drivers/bus/bus.h"

#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "drivers/bus/bus_worker.h"
#include "hal/clock.h"
#include "hal/thread.h"

/* libmodbus and the fake keep their frames in a few hundred bytes; the rest is headroom. */
enum { STACK_BYTES = 98304 };

struct bus {
	struct bus_worker *worker;
	struct thread *thread;
	struct queue *stop; /* its descriptor wakes the worker */
	atomic_bool is_stopping;
};

/* Sleeps until the worker wants its next step, a command comes, or the bus is stopped. */
static void wait_for_work(struct bus *bus, int64_t wake_ms)
{
	struct pollfd fds[] = {
		{.fd = queue_fd(bus->worker->commands),  .events = POLLIN},
		{.fd = queue_fd(bus->worker->questions), .events = POLLIN},
		{.fd = queue_fd(bus->stop),              .events = POLLIN},
	};
	int64_t wait_ms = wake_ms - clock_mono_ms();

	if (wait_ms <= 0)
		return;
	/* Signals are blocked in worker threads; an error here would only make it poll. */
	(void)poll(fds, sizeof(fds) / sizeof(fds[0]),
		   wait_ms < INT_MAX ? (int)wait_ms : INT_MAX);
}

static void run(void *arg)
{
	struct bus *bus = arg;

	while (!atomic_load(&bus->is_stopping))
		wait_for_work(bus, bus_worker_step(bus->worker));
}

enum kakou_err bus_start(struct bus **out, const struct bus_config *config,
			 struct why *why)
{
	char name[16];
	struct thread_config thread = {
		.name = name, .stack_bytes = STACK_BYTES, .run = run};
	struct bus *bus = calloc(1, sizeof(*bus));
	enum kakou_err err;

	if (!bus)
		return why_set(why, KAKOU_E_NOMEM, "bus %s: no memory",
			       config->port.name);
	err = bus_worker_create(&bus->worker, config, why);
	if (err)
		goto stop;
	if (queue_create(&bus->stop, sizeof(char), 1, true)) {
		err = why_set(why, KAKOU_E_NOMEM, "bus %s: no memory for its queues",
			      config->port.name);
		goto stop;
	}
	(void)snprintf(name, sizeof(name), "bus-%.11s", config->port.name);
	thread.arg = bus;
	err = thread_start(&bus->thread, &thread);
	if (err) {
		(void)why_set(why, err, "bus %s: no thread", config->port.name);
		goto stop;
	}
	*out = bus;
	return KAKOU_OK;

stop:
	bus_stop(bus);
	return err;
}

void bus_ask_stop(struct bus *bus)
{
	enum kakou_err pushed;

	if (!bus || !bus->thread || atomic_exchange(&bus->is_stopping, true))
		return;
	pushed = queue_push(bus->stop, ""); /* into an empty queue, to wake it */
	assert(!pushed);
}

void bus_stop(struct bus *bus)
{
	if (!bus)
		return;
	bus_ask_stop(bus);
	thread_join(bus->thread);
	queue_destroy(bus->stop);
	bus_worker_destroy(bus->worker);
	free(bus);
}

bool bus_next_sample(struct bus *bus, struct device_sample *out)
{
	return queue_pop(bus->worker->samples, out);
}

enum kakou_err bus_command(struct bus *bus, const struct device_command *command)
{
	int unit = bus_worker_find(bus->worker, command->device);
	struct map_write write;
	size_t step = 0;
	enum kakou_err err;

	if (unit < 0)
		return KAKOU_E_NOTFOUND;
	err = map_encode_command(bus->worker->config.units[unit].map, command, &step,
				 &write);
	if (err == KAKOU_E_INVALID)
		return err;
	return queue_push(bus->worker->commands, command);
}

enum kakou_err bus_ask(struct bus *bus, const struct bus_question *question)
{
	if (question->count < 1 || question->count > BUS_QUESTION_MAX ||
	    question->area > MODBUS_INPUT)
		return KAKOU_E_INVALID;
	return queue_push(bus->worker->questions, question);
}

bool bus_next_answer(struct bus *bus, struct bus_answer *out)
{
	return queue_pop(bus->worker->answers, out);
}

int bus_answers_fd(const struct bus *bus)
{
	return queue_fd(bus->worker->answers);
}

void bus_quiet_answers(struct bus *bus)
{
	queue_quiet(bus->worker->answers);
}

bool bus_read_health(struct bus *bus, struct bus_health *out)
{
	return mailbox_get(bus->worker->health, out);
}
