/* SPDX-License-Identifier: MIT */
/*
 * Release orders and registered vehicles. Layer: firmware. Pure.
 */
#include "firmware/registry/order.h"

#include <string.h>

#include "firmware/registry/lookup.h"

const char *order_who(const struct order_vehicle *vehicle)
{
	return vehicle->plate[0] ? vehicle->plate
	       : vehicle->tag[0] ? vehicle->tag
				 : vehicle->card;
}

int64_t order_total_g(const struct order_weights *weights)
{
	return weights->vehicle_g + weights->frame_g + weights->container_g +
	       weights->goods_g;
}

bool order_is_open(const struct order *order, enum gate_role gate)
{
	const struct order_vehicle *vehicle = &order->matched;

	if (vehicle->is_in_use)
		return false;
	if (gate == GATE_SECOND)
		return (order->state == ORDER_APPROVED ||
			order->state == ORDER_PASSED_FIRST) &&
		       (vehicle->use == USE_FREE || vehicle->use == USE_PASSED_FIRST);
	return order->state == ORDER_APPROVED && vehicle->use == USE_FREE;
}

enum order_use order_use_after(enum gate_role gate)
{
	return gate == GATE_FIRST    ? USE_PASSED_FIRST
	       : gate == GATE_SECOND ? USE_PASSED_SECOND
				     : USE_PASSED;
}

enum order_state order_state_after(enum gate_role gate)
{
	return gate == GATE_FIRST    ? ORDER_PASSED_FIRST
	       : gate == GATE_SECOND ? ORDER_PASSED_SECOND
				     : ORDER_PASSED;
}

int64_t order_age_ms(const struct order *order, int64_t wall_ms)
{
	int64_t from_ms = order->approved_ms ? order->approved_ms : order->created_ms;

	return from_ms == 0 || from_ms > wall_ms ? -1 : wall_ms - from_ms;
}

const char *order_state_name(enum order_state state)
{
	static const char *const names[ORDER_STATES] = {
		[ORDER_APPLIED] = "applied",
		[ORDER_APPROVED] = "approved",
		[ORDER_PASSED] = "passed",
		[ORDER_PASSED_FIRST] = "passed_first",
		[ORDER_PASSED_SECOND] = "passed_second",
		[ORDER_DELETED] = "deleted",
		[ORDER_VOID] = "void",
	};

	return state < ORDER_STATES ? names[state] : "?";
}

const char *registered_way_name(enum registered_way way)
{
	static const char *const names[] = {"in", "out", "both"};

	return names[way <= WAY_BOTH ? way : WAY_BOTH];
}

/* Whether the name is one of those with a blank between them. */
static bool is_listed(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(names, name); at; at = strstr(at + 1, name)) {
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

const char *registered_refusal(const struct registered *vehicle, const char *lane,
			       char direction, int64_t wall_ms)
{
	if (wall_ms < vehicle->valid_from_ms)
		return "not_yet_valid";
	if (wall_ms >= vehicle->valid_to_ms)
		return "expired";
	if (vehicle->lanes[0] && !is_listed(vehicle->lanes, lane))
		return "lane";
	if (vehicle->way != WAY_BOTH && (vehicle->way == WAY_IN) != (direction == 'I'))
		return "direction";
	return NULL;
}

const char *order_step_name(enum order_step step)
{
	static const char *const names[ORDER_STEPS] = {"in_use", "passed", "freed",
						       "agreed", "disputed"};

	return step < ORDER_STEPS ? names[step] : "?";
}
