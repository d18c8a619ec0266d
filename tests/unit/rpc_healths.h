/* SPDX-License-Identifier: MIT */
/*
 * Healths of buses and customs link, and answers of units, as the test sets them.
 *
 * These are definitions that take the place of the real ones: include them once in a program,
 * in the test itself, so that no other test meets them.
 *
 * Layer: tests. Set before the server starts or between calls.
 */
#ifndef KAKOU_TESTS_RPC_HEALTHS_H
#define KAKOU_TESTS_RPC_HEALTHS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/bus/bus.h"
#include "drivers/customs/link.h"
#include "firmware/delivery/delivery.h"
#include "hal/clock.h"
#include "hal/queue.h"

static struct {
	struct bus_health bus;
	struct customs_link_health link;
	struct delivery_health delivery;
	/** Fills the answer of a unit; NULL: questions are never answered. */
	void (*answer)(const struct bus_question *question, struct bus_answer *out);
	bool questions_are_full;
	atomic_int questions; /**< asked so far */
	struct queue *answers;
} rpc_healths;

/** Nothing has been shown yet. */
static inline void rpc_healths_reset(void)
{
	struct queue *answers = rpc_healths.answers;

	memset(&rpc_healths, 0, sizeof(rpc_healths));
	rpc_healths.answers = answers;
	if (!answers)
		assert_int_equal(queue_create(&rpc_healths.answers,
					      sizeof(struct bus_answer), 8, true),
				 KAKOU_OK);
}

static inline void rpc_healths_set_bus(const struct bus_health *health)
{
	rpc_healths.bus = *health;
}

static inline void rpc_healths_set_link(const struct customs_link_health *health)
{
	rpc_healths.link = *health;
}

bool bus_read_health(struct bus *bus, struct bus_health *out)
{
	assert_non_null(bus);
	*out = rpc_healths.bus;
	return out->unit_count > 0;
}

enum kakou_err bus_ask(struct bus *bus, const struct bus_question *question)
{
	struct bus_answer answer = {.token = question->token, .at_ms = clock_mono_ms()};

	assert_non_null(bus);
	atomic_fetch_add(&rpc_healths.questions, 1);
	if (rpc_healths.questions_are_full)
		return KAKOU_E_FULL;
	if (!rpc_healths.answer)
		return KAKOU_OK;
	rpc_healths.answer(question, &answer);
	return queue_push(rpc_healths.answers, &answer);
}

bool bus_next_answer(struct bus *bus, struct bus_answer *out)
{
	assert_non_null(bus);
	return queue_pop(rpc_healths.answers, out);
}

int bus_answers_fd(const struct bus *bus)
{
	assert_non_null(bus);
	return queue_fd(rpc_healths.answers);
}

void bus_quiet_answers(struct bus *bus)
{
	assert_non_null(bus);
	queue_quiet(rpc_healths.answers);
}

enum kakou_err customs_link_attach(struct customs_link *link,
				   const struct customs_album *album)
{
	(void)link;
	(void)album;
	return KAKOU_OK;
}

bool customs_link_read_health(struct customs_link *link, struct customs_link_health *out)
{
	assert_non_null(link);
	*out = rpc_healths.link;
	return out->tls_version[0];
}

bool delivery_read_health(struct delivery *delivery, struct delivery_health *out)
{
	assert_non_null(delivery);
	*out = rpc_healths.delivery;
	return true;
}

#endif
