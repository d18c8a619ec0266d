/* SPDX-License-Identifier: MIT */
/*
 * What is on file while a script runs, and what must hold of its use.
 */
#include <string.h>

#include "hal/text.h"
#include "tests/unit/lane_property_watch.h"
#include "tests/unit/lane_property_world.h"

enum { HOUR_MS = 3600 * 1000 };

static struct bench *const bench = &world.bench;

/* An order that the truck as it should be fits. */
static void file_order(bool misfits)
{
	struct order *order = bench_file_order(bench);

	order->weights = (struct order_weights){.goods_g = 30000000};
	if (misfits)
		order->type = ORDER_TYPE_EMPTY;
}

void world_file(int32_t bits)
{
	struct site_lane *lane = &bench->site.lanes[0];

	bench_use_registry(bench);
	for (int i = 0; i < SITE_ORDER_TYPES; i++)
		lane->tolerances[i] = (struct site_tolerance){.percent = 5};
	if (bits & (FILE_ORDER | FILE_SECOND))
		file_order((bits & FILE_MISFIT) != 0);
	if (bits & FILE_SECOND)
		file_order(false);
	if (bits & FILE_VEHICLE) {
		lane->rights |= RIGHT_REGISTERED;
		bench->on_file.has_vehicle = true;
		bench->on_file.vehicle =
			(struct registered){.valid_to_ms = INT64_MAX, .way = WAY_BOTH};
		text_copy(bench->on_file.vehicle.plate,
			  sizeof(bench->on_file.vehicle.plate), "浙A12345");
	}
	if (bits & FILE_NO_ORDERS)
		lane->rights = RIGHT_REGISTERED;
	if (bits & FILE_OFFLINE)
		bench->site.offline = (struct site_offline){
			.types = 0x3F,
			.max_age_ms = 24 * (int64_t)HOUR_MS,
			.in = true,
			.is_asked_after = (bits & FILE_ASKED_AFTER) != 0,
		};
	world.has_mode = (bits & FILE_MODE) != 0;
}

void world_begin_mode(void)
{
	if (!world.has_mode)
		return;
	bench->lane.mode.until_ms = bench->now_ms + HOUR_MS;
	text_copy(bench->lane.mode.actor, sizeof(bench->lane.mode.actor), "wang");
}

static struct watch_order *find_order(const char *number)
{
	int i = number[ORDER_NUMBER_LENGTH - 1] - '1';

	return &watch.orders[i & 1];
}

/* Off the file while it is used: the registry keeps it so. */
static void set_open(const char *number, bool is_open)
{
	for (int i = 0; i < bench->on_file.order_count; i++) {
		struct order *order = &bench->on_file.orders[i];

		if (!strcmp(order->number, number))
			text_copy(order->matched.plate, sizeof(order->matched.plate),
				  is_open ? "浙A12345" : "浙Z99999");
	}
}

void watch_note(const struct order_note *note)
{
	struct watch_order *order = find_order(note->number);
	const char *broken = NULL;

	switch ((enum order_step)note->step) {
	case STEP_IN_USE:
		if (order->is_in_use || order->has_passed)
			broken = "an order is used twice";
		order->is_in_use = true;
		break;
	case STEP_PASSED:
		if (!order->is_in_use || note->passage != order->passage)
			broken = "an order passes that was not in use";
		order->has_passed = true;
		order->is_in_use = false;
		break;
	case STEP_FREED:
		if (!order->is_in_use || note->passage != order->passage)
			broken = "an order is freed that was not in use";
		order->is_in_use = false;
		break;
	default: break;
	}
	if (note->step <= STEP_FREED) {
		order->passage = note->passage;
		set_open(note->number, note->step == STEP_FREED);
	}
	if (broken)
		watch_fail(&watch, broken);
}

/* Who gave the lift had a right to: an answer, an act, or what is on file. */
void watch_right(const char *by)
{
	const char *broken = NULL;

	if (!strcmp(by, "offline") && bench->site.offline.types == 0)
		broken = "cleared offline without a policy";
	if (!strcmp(by, "offline") && watch.is_answered)
		broken = "cleared offline although customs has answered";
	if (!strcmp(by, "registered") &&
	    !(bench->site.lanes[0].rights & RIGHT_REGISTERED &&
	      bench->on_file.has_vehicle))
		broken = "cleared as registered, but nobody is";
	if (!strcmp(by, "emergency") && !world.has_mode)
		broken = "cleared by an emergency mode that is off";
	if (broken)
		watch_fail(&watch, broken);
}
