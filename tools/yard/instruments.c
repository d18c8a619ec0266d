/* SPDX-License-Identifier: MIT */
/*
 * Readers, scale and climate.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/instruments.h"

#include <string.h>

#include "hal/text.h"

enum {
	TAG_CONFIDENCE = 100,
	TRAILER_CONFIDENCE = 97,
	NOISE_DIVISOR = 40, /* rolling axles shake the deck by 2.5 % of the load */
	BOX_FRONT = 1,
	BOX_REAR = 2,
	CARD_IC = 1,
	CARD_QR = 2,
};

void instruments_init(struct instruments *set, uint64_t seed, int64_t now_ms)
{
	*set = (struct instruments){
		.random = {.state = seed | 1},
		.weight = {                       .is_stable = true                },
		.climate = { INSTRUMENT_AMBIENT_MDEG,                 INSTRUMENT_AMBIENT_MPCT},
		.moved_ms = now_ms - INSTRUMENT_SETTLE_MS,
		.weighing_ms = now_ms,
	};
	for (size_t i = 0; i < INSTRUMENT_COUNT; i++)
		set->pending[i].due_ms = set->last[i].due_ms = -1;
}

/* ---- publishing a read ------------------------------------------------------------------- */

static void publish(struct device_read *read, const char *text, uint8_t confidence,
		    uint8_t colour, uint8_t kind)
{
	*read = (struct device_read){
		.sequence = (uint16_t)(read->sequence + 1),
		.confidence = text[0] ? confidence : 0,
		.colour = colour,
		.kind = kind,
	};
	text_copy(read->text, sizeof(read->text), text);
}

/* New-energy plates are green and have 8 characters; other lorries' are yellow. */
static uint8_t colour_of(const char *plate)
{
	return text_count_characters(plate) == 8 ? PLATE_GREEN : PLATE_YELLOW;
}

static void publish_boxes(struct instruments *set, const struct scenario_truck *plan)
{
	static const uint8_t kinds[] = {BOX_FRONT, BOX_REAR};

	for (size_t i = 0; i < SCENARIO_BOXES_MAX; i++) {
		struct device_read *read = &set->boxes.read[i];

		publish(read, plan->box_reads[i], plan->box_confidence, 0,
			i < plan->box_count ? kinds[i] : 0);
		text_copy(read->size, sizeof(read->size), plan->box_sizes[i]);
	}
}

static void publish_seal(struct instruments *set, const struct scenario_truck *plan)
{
	bool is_there = plan->seal[0] && plan->seal_state != SEAL_ABSENT;

	set->seal = (struct device_seal){
		.sequence = (uint16_t)(set->seal.sequence + 1),
		.is_present = is_there,
		.is_sealed = is_there && plan->seal_state != SEAL_BROKEN,
		.battery_is_low = is_there && plan->seal_state == SEAL_LOW_BATTERY,
	};
	if (is_there)
		text_copy(set->seal.id, sizeof(set->seal.id), plan->seal);
}

static void publish_one(struct instruments *set, enum instrument instrument,
			const struct scenario_truck *plan)
{
	switch (instrument) {
	case INSTRUMENT_PLATE_FRONT:
		publish(&set->plates.read[0], plan->camera_reads, plan->camera_confidence,
			colour_of(plan->camera_reads), 0);
		break;
	case INSTRUMENT_PLATE_REAR:
		publish(&set->plates.read[1], plan->trailer_plate, TRAILER_CONFIDENCE,
			PLATE_YELLOW, 0);
		break;
	case INSTRUMENT_TAG:
		publish(&set->tag.read[0], plan->tag, TAG_CONFIDENCE, 0, 0);
		publish(&set->tag.read[1], plan->tag_plate, TAG_CONFIDENCE, 0, 0);
		break;
	case INSTRUMENT_BOXES: publish_boxes(set, plan); break;
	case INSTRUMENT_SEAL: publish_seal(set, plan); break;
	case INSTRUMENT_CARD:
		publish(&set->post.cards.read[0], plan->card, TAG_CONFIDENCE, 0, CARD_IC);
		break;
	case INSTRUMENT_QR:
		publish(&set->post.cards.read[1], plan->qr, TAG_CONFIDENCE, 0, CARD_QR);
		break;
	case INSTRUMENT_COUNT: break;
	}
}

/* ---- seeing vehicles --------------------------------------------------------------------- */

/* Has the vehicle something this instrument can find? The portal reports an empty vehicle and
 * the seal reader a missing seal; the others report only what they find. */
static bool can_read(enum instrument instrument, const struct scenario_truck *plan)
{
	switch (instrument) {
	case INSTRUMENT_PLATE_FRONT: return plan->camera_reads[0];
	case INSTRUMENT_PLATE_REAR: return plan->trailer_plate[0];
	case INSTRUMENT_TAG: return plan->tag[0];
	default: return true;
	}
}

static bool is_between(int64_t place_um, int32_t begin_mm, int32_t end_mm)
{
	return place_um >= (int64_t)begin_mm * UM_PER_MM &&
	       place_um <= (int64_t)end_mm * UM_PER_MM;
}

static bool is_in_view(enum instrument instrument, const struct vehicle *vehicle)
{
	const struct geometry *g = vehicle->way;
	const struct truck *truck = &vehicle->truck;

	switch (instrument) {
	case INSTRUMENT_PLATE_FRONT:
	case INSTRUMENT_TAG:
		return is_between(truck->front_um, g->camera_begin_mm, g->camera_end_mm);
	case INSTRUMENT_PLATE_REAR:
		return is_between(truck_rear_um(truck), g->camera_begin_mm,
				  g->camera_end_mm);
	case INSTRUMENT_BOXES:
		return truck->front_um >= (int64_t)g->portal_mm * UM_PER_MM &&
		       truck_rear_um(truck) <= (int64_t)g->portal_mm * UM_PER_MM;
	case INSTRUMENT_SEAL: return vehicle->driver.phase == DRIVER_STANDS;
	default: return false;
	}
}

static int32_t time_to_read_ms(struct instruments *set, enum instrument instrument)
{
	switch (instrument) {
	case INSTRUMENT_TAG: return INSTRUMENT_TAG_MS;
	case INSTRUMENT_SEAL: return INSTRUMENT_SEAL_MS;
	case INSTRUMENT_BOXES:
		return random_between(&set->random, INSTRUMENT_PORTAL_MIN_MS,
				      INSTRUMENT_PORTAL_MAX_MS);
	default:
		return random_between(&set->random, INSTRUMENT_CAMERA_MIN_MS,
				      INSTRUMENT_CAMERA_MAX_MS);
	}
}

static void look(struct instruments *set, struct vehicle *vehicle, int64_t now_ms)
{
	for (enum instrument i = 0; i < INSTRUMENT_CARD; i++) {
		if (vehicle->seen & 1U << i || !is_in_view(i, vehicle))
			continue;
		vehicle->seen |= 1U << i;
		if (!can_read(i, &vehicle->plan))
			continue;
		set->pending[i].plan = vehicle->plan;
		set->pending[i].due_ms = now_ms + time_to_read_ms(set, i);
	}
}

/* The portal is ready when the rear has passed, or when the vehicle stands before that (a short
 * lane: its cameras see the whole side). */
static bool portal_is_busy(struct vehicle *const vehicles[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_in_view(INSTRUMENT_BOXES, vehicles[i]) &&
		    vehicles[i]->driver.phase == DRIVER_ARRIVES)
			return true;
	}
	return false;
}

static uint32_t finish(struct instruments *set, bool portal_waits, int64_t now_ms)
{
	uint32_t made = 0;

	for (enum instrument i = 0; i < INSTRUMENT_COUNT; i++) {
		struct instrument_pending *pending = &set->pending[i];

		if (pending->due_ms < 0 || pending->due_ms > now_ms ||
		    (i == INSTRUMENT_BOXES && portal_waits))
			continue;
		publish_one(set, i, &pending->plan);
		set->last[i] = *pending;
		pending->due_ms = -1;
		made |= 1U << i;
	}
	return made;
}

/* ---- scale, climate ---------------------------------------------------------------------- */

/* What the instrument shows while the deck shakes: the shaking dies out as it settles. */
static int64_t shaken_g(struct instruments *set, int64_t load_g, int64_t still_ms)
{
	int64_t shake_g = load_g / NOISE_DIVISOR * (INSTRUMENT_SETTLE_MS - still_ms) /
			  INSTRUMENT_SETTLE_MS;
	int32_t part = random_between(&set->random, -1000, 1000);

	return load_g + shake_g * part / 1000;
}

static int64_t round_g(int64_t g)
{
	int64_t half = g < 0 ? -INSTRUMENT_DIVISION_G / 2 : INSTRUMENT_DIVISION_G / 2;

	return (g + half) / INSTRUMENT_DIVISION_G * INSTRUMENT_DIVISION_G;
}

static void weigh(struct instruments *set, const struct lane_world *world, int64_t now_ms)
{
	int64_t still_ms;

	if (world->deck_moves || world->deck_load_g != set->load_g)
		set->moved_ms = now_ms;
	set->load_g = world->deck_load_g;
	if (now_ms < set->weighing_ms)
		return;
	set->weighing_ms = now_ms + INSTRUMENT_WEIGHING_MS;
	still_ms = now_ms - set->moved_ms;
	set->weight.is_stable = still_ms >= INSTRUMENT_SETTLE_MS;
	set->weight.gross_g = round_g(
		set->weight.is_stable ? world->deck_load_g
				      : shaken_g(set, world->deck_load_g, still_ms));
}

/* The probe hangs at the reefer's data plug as long as one is in the lane. */
static void feel_climate(struct instruments *set, struct vehicle *const vehicles[],
			 size_t count)
{
	set->climate.temperature_mdeg = INSTRUMENT_AMBIENT_MDEG;
	for (size_t i = 0; i < count; i++) {
		if (vehicles[i]->has_arrived && vehicles[i]->plan.has_reefer_temp)
			set->climate.temperature_mdeg = vehicles[i]->plan.reefer_mdeg;
	}
}

/* ---- the whole --------------------------------------------------------------------------- */

uint32_t instruments_step(struct instruments *set, const struct lane_world *world,
			  struct vehicle *const vehicles[], size_t count, int64_t now_ms)
{
	for (size_t i = 0; i < count; i++)
		look(set, vehicles[i], now_ms);
	weigh(set, world, now_ms);
	feel_climate(set, vehicles, count);
	set->post.help_is_pressed = now_ms < set->help_until_ms;
	return finish(set, portal_is_busy(vehicles, count), now_ms);
}

uint32_t instruments_show_card(struct instruments *set, const struct scenario_truck *plan)
{
	uint32_t made = 0;

	if (plan->card[0]) {
		publish_one(set, INSTRUMENT_CARD, plan);
		made |= 1U << INSTRUMENT_CARD;
	}
	if (plan->qr[0]) {
		publish_one(set, INSTRUMENT_QR, plan);
		made |= 1U << INSTRUMENT_QR;
	}
	return made;
}

void instruments_press_help(struct instruments *set, int64_t now_ms)
{
	set->help_until_ms = now_ms + INSTRUMENT_HELP_MS;
}

void instruments_trigger(struct instruments *set, enum instrument instrument,
			 int64_t now_ms)
{
	if (set->last[instrument].due_ms < 0)
		return;
	set->pending[instrument] = set->last[instrument];
	set->pending[instrument].due_ms = now_ms + time_to_read_ms(set, instrument);
}
