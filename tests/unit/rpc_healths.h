/* SPDX-License-Identifier: MIT */
/*
 * Healths of buses and customs link as the test sets them.
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
#include <string.h>

#include <cmocka.h>

#include "drivers/bus/bus.h"
#include "drivers/customs/link.h"

static struct {
	struct bus_health bus;
	struct customs_link_health link;
} rpc_healths;

/** Nothing has been shown yet. */
static inline void rpc_healths_reset(void)
{
	memset(&rpc_healths, 0, sizeof(rpc_healths));
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

bool customs_link_read_health(struct customs_link *link, struct customs_link_health *out)
{
	assert_non_null(link);
	*out = rpc_healths.link;
	return out->tls_version[0];
}

#endif
