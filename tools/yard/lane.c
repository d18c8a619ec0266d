/* SPDX-License-Identifier: MIT */
/*
 * A lane, step by step: who comes, drives and goes. Its sensors and arm are in lane_cabinet.c.
 *
 * Layer: tools.
 */
#include "tools/yard/lane_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

enum {
	NS_PER_US = 1000,
	NS_PER_MS = 1000000,
	GONE_MM = 3000, /* behind the exit loop */
	/* The next driver lets one who reverses get clear first. In real time, as the
	 * controller's own wait for clear loops is. */
	BACKED_OUT_GAP_MS = 800,
	FOLLOWER_GAP_MM = 4000,
	VAN_KG = 2400,
};

struct yard_waiting {
	struct scenario_truck plan;
	bool is_ready;
	struct yard_waiting *next;
};

void yard_lane_init(struct yard_lane *lane, uint64_t seed, int64_t now_ns)
{
	bool has_deck = lane->site->lines[LINE_SCALE_ENTRY].is_used;

	for (size_t i = 0; i < lane->site->evidence_count; i++)
		has_deck |= lane->site->evidence[i].kind == EVIDENCE_WEIGHT;
	lane->random.state = seed | 1;
	if (lane->site->lines[LINE_ENTRY_RAISE].is_used)
		geometry_init_gate(&lane->geometry, has_deck);
	else
		geometry_init(&lane->geometry, has_deck);
	arm_init(&lane->gate, ARM_TRAVEL_MS, lane->site->barrier.is_pulse_driven,
		 now_ns / NS_PER_US);
	lane->gate_was_down = true;
	lane->levels[LINE_ENTRY_LIMIT_DOWN] = true;
	arm_init(&lane->arm, ARM_TRAVEL_MS, lane->site->barrier.is_pulse_driven,
		 now_ns / NS_PER_US);
	instruments_init(&lane->instruments, seed, now_ns / NS_PER_MS);
	lane->was_down = true;
	lane->levels[LINE_LIMIT_DOWN] = true;
}

void yard_lane_release(struct yard_lane *lane)
{
	while (lane->waiting) {
		struct yard_waiting *next = lane->waiting->next;

		free(lane->waiting);
		lane->waiting = next;
	}
}

enum kakou_err yard_lane_enqueue(struct yard_lane *lane,
				 const struct scenario_truck *plan, bool is_ready)
{
	struct yard_waiting **last = &lane->waiting;
	struct yard_waiting *truck = calloc(1, sizeof(*truck));

	if (!truck)
		return KAKOU_E_NOMEM;
	truck->plan = *plan;
	truck->is_ready = is_ready;
	while (*last)
		last = &(*last)->next;
	*last = truck;
	lane->waiting_count++;
	return KAKOU_OK;
}

void yard_lane_start(struct yard_lane *lane)
{
	for (struct yard_waiting *truck = lane->waiting; truck; truck = truck->next)
		truck->is_ready = true;
}

bool yard_lane_is_finished(const struct yard_lane *lane)
{
	return lane->vehicle_count == 0 && lane->waiting_count == 0;
}

static void report(struct yard_lane *lane, const char *kind,
		   const struct vehicle *vehicle)
{
	yard_events_add(lane->events, kind, lane->site->name, vehicle->name, "%s",
			vehicle->plan.plate);
}

/* ---- who comes --------------------------------------------------------------------------- */

/* Nobody comes towards one who is still in the lane. */
static bool place_is_free(const struct yard_lane *lane, bool is_from_far)
{
	for (size_t i = 0; i < lane->vehicle_count; i++) {
		const struct vehicle *vehicle = &lane->vehicles[i];

		if (vehicle->plan.is_from_far != is_from_far ||
		    truck_rear_um(&vehicle->truck) <
			    (int64_t)vehicle->way->follow_mm * UM_PER_MM ||
		    vehicle->driver.phase == DRIVER_BACKS_OUT)
			return false;
	}
	return lane->vehicle_count + 2 <= YARD_VEHICLES_MAX;
}

static struct vehicle *add_vehicle(struct yard_lane *lane,
				   const struct scenario_truck *plan, bool follows,
				   int32_t front_mm)
{
	struct vehicle *vehicle = &lane->vehicles[lane->vehicle_count++];

	geometry_turn(&lane->geometry, &lane->far);
	*vehicle = (struct vehicle){
		.plan = *plan,
		.way = plan->is_from_far ? &lane->far : &lane->geometry,
	};
	(void)snprintf(vehicle->name, sizeof(vehicle->name), "%s%s", plan->name,
		       follows ? "+" : "");
	vehicle->truck = (struct truck){
		.body = follows ? truck_body_of_van() : truck_body_of(plan->body),
		.gross_g = ((int64_t)plan->tare_kg + plan->cargo_kg) * 1000,
		.front_um = (int64_t)front_mm * UM_PER_MM,
		/* NOLINTNEXTLINE(unreadVariable): a member of the truck */
		.speed_um_s = (int64_t)TRUCK_SPEED_MM_S * UM_PER_MM,
	};
	driver_init(&vehicle->driver, plan, follows,
		    (uint64_t)random_between(&lane->random, 1, INT32_MAX));
	return vehicle;
}

/* The second vehicle of a tailgater: nothing on it but a plate. */
static void add_follower(struct yard_lane *lane, const struct scenario_truck *leader)
{
	struct scenario_truck plan = {
		.is_from_far = leader->is_from_far,
		.tare_kg = VAN_KG,
		.camera_confidence = leader->camera_confidence,
	};

	text_copy(plan.name, sizeof(plan.name), leader->name);
	text_copy(plan.plate, sizeof(plan.plate), leader->follower_plate);
	text_copy(plan.camera_reads, sizeof(plan.camera_reads), leader->follower_plate);
	add_vehicle(lane, &plan, true,
		    DRIVER_START_MM - truck_body_of(leader->body)->length_mm -
			    FOLLOWER_GAP_MM);
}

static void let_next_come(struct yard_lane *lane, int64_t now_ns)
{
	struct yard_waiting **at = &lane->waiting;
	struct yard_waiting *truck;

	while (*at && !(*at)->is_ready)
		at = &(*at)->next;
	truck = *at;
	if (!truck || now_ns < lane->next_at_ns ||
	    !place_is_free(lane, truck->plan.is_from_far))
		return;
	*at = truck->next;
	lane->waiting_count--;
	report(lane, "truck_comes",
	       add_vehicle(lane, &truck->plan, false, DRIVER_START_MM));
	if (truck->plan.behaviour == BEHAVIOUR_TAILGATER)
		add_follower(lane, &truck->plan);
	if (truck->plan.fault[0])
		lane->on_fault(lane->arg, &truck->plan, true);
	free(truck);
}

/* ---- who goes ---------------------------------------------------------------------------- */

static void remove_vehicle(struct yard_lane *lane, size_t i, const char *kind)
{
	struct vehicle gone = lane->vehicles[i];

	lane->vehicle_count--;
	memmove(&lane->vehicles[i], &lane->vehicles[i + 1],
		(lane->vehicle_count - i) * sizeof(gone));
	report(lane, kind, &gone);
	if (gone.truck.body == truck_body_of_van())
		return;
	lane->done_count++;
	if (gone.plan.fault[0])
		lane->on_fault(lane->arg, &gone.plan, false);
}

static void let_go(struct yard_lane *lane, int64_t now_ns)
{
	for (size_t i = lane->vehicle_count; i-- > 0;) {
		const struct vehicle *vehicle = &lane->vehicles[i];
		int64_t gone_um =
			(int64_t)(vehicle->way->exit_end_mm + GONE_MM) * UM_PER_MM;

		if (truck_rear_um(&vehicle->truck) > gone_um) {
			remove_vehicle(lane, i, "truck_left");
		} else if (vehicle->driver.phase == DRIVER_BACKS_OUT &&
			   vehicle->truck.front_um <
				   (int64_t)DRIVER_GONE_BACK_MM * UM_PER_MM) {
			remove_vehicle(lane, i, "truck_backed_out");
			lane->next_at_ns =
				now_ns + (int64_t)BACKED_OUT_GAP_MS * NS_PER_MS;
		}
	}
}

/* ---- driving ----------------------------------------------------------------------------- */

static const struct vehicle *find_ahead(const struct yard_lane *lane,
					const struct vehicle *of)
{
	const struct vehicle *nearest = NULL;

	for (size_t i = 0; i < lane->vehicle_count; i++) {
		const struct vehicle *other = &lane->vehicles[i];

		if (other->way == of->way && other->truck.front_um > of->truck.front_um &&
		    (!nearest || other->truck.front_um < nearest->truck.front_um))
			nearest = other;
	}
	return nearest;
}

static void obey(struct yard_lane *lane, struct vehicle *vehicle,
		 const struct driver_act *act, int64_t now_ms)
{
	if (act->shows_card) {
		uint32_t made = instruments_show_card(&lane->instruments, &vehicle->plan);

		if (made)
			report(lane, "card_shown", vehicle);
	}
	if (act->presses_help) {
		instruments_press_help(&lane->instruments, now_ms);
		report(lane, "help_pressed", vehicle);
	}
	if (act->sets_off)
		report(lane, "truck_sets_off", vehicle);
	if (act->turns_back)
		report(lane, "truck_turns_back", vehicle);
}

/* The light of his side; a lane that has none is green for whoever sees the arm up. */
static bool is_green(const struct yard_lane *lane, const struct vehicle *vehicle)
{
	enum line_role light = vehicle->plan.is_from_far ? LINE_GREEN_FAR : LINE_GREEN;

	return !lane->site->lines[light].is_used || lane->outputs[light];
}

static void drive(struct yard_lane *lane, struct vehicle *vehicle, int64_t dt_us,
		  int64_t now_ms)
{
	const struct vehicle *ahead = find_ahead(lane, vehicle);
	const struct driver_view view = {
		.geometry = vehicle->way,
		.truck = &vehicle->truck,
		.arm_permille = arm_permille(&lane->arm),
		.arm_lowers = lane->arm.drive == ARM_LOWERS,
		.gate_permille = arm_permille(&lane->gate),
		.gate_lowers = lane->gate.drive == ARM_LOWERS,
		.is_green = is_green(lane, vehicle),
		.sign = lane->sign,
		.ahead = ahead ? &ahead->truck : NULL,
		.ahead_leaves = ahead && ahead->driver.phase == DRIVER_LEAVES,
	};
	enum driver_phase before = vehicle->driver.phase;
	struct driver_act act;

	driver_step(&vehicle->driver, &view, vehicle->plan.patience_ms, dt_us, &act);
	obey(lane, vehicle, &act, now_ms);
	if (before != DRIVER_STANDS && vehicle->driver.phase == DRIVER_STANDS)
		report(lane, "truck_stands", vehicle);
	truck_move(&vehicle->truck, &act.goal, dt_us);
}

static void note_places(struct yard_lane *lane, struct vehicle *vehicle)
{
	const struct geometry *g = vehicle->way;

	if (!vehicle->has_arrived &&
	    truck_covers(&vehicle->truck, g->approach_begin_mm, g->approach_end_mm)) {
		vehicle->has_arrived = true;
		report(lane, "truck_arrives", vehicle);
	}
	if (!vehicle->has_crossed &&
	    vehicle->truck.front_um >= (int64_t)g->arm_mm * UM_PER_MM) {
		vehicle->has_crossed = true;
		report(lane, "truck_crosses", vehicle);
	}
}

/* ---- the whole --------------------------------------------------------------------------- */

static void look_at_ground(struct yard_lane *lane, int64_t now_ns)
{
	struct vehicle *vehicles[YARD_VEHICLES_MAX];
	uint32_t made;

	lane->world = (struct lane_world){0};
	for (size_t i = 0; i < lane->vehicle_count; i++) {
		vehicles[i] = &lane->vehicles[i];
		lane_world_add(vehicles[i]->way, &vehicles[i]->truck,
			       vehicles[i]->plan.is_from_far, &lane->world);
	}
	yard_lane_update_levels(lane, now_ns);
	made = instruments_step(&lane->instruments, &lane->world, vehicles,
				lane->vehicle_count, now_ns / NS_PER_MS);
	for (enum instrument i = 0; i < INSTRUMENT_COUNT; i++) {
		if (made & 1U << i)
			lane->on_read(lane->arg, lane, i);
	}
}

void yard_lane_step(struct yard_lane *lane, int64_t dt_us, int64_t now_ns)
{
	let_next_come(lane, now_ns);
	for (size_t i = 0; i < lane->vehicle_count; i++) {
		drive(lane, &lane->vehicles[i], dt_us * lane->pace, now_ns / NS_PER_MS);
		note_places(lane, &lane->vehicles[i]);
	}
	yard_lane_drive_arm(lane, now_ns);
	look_at_ground(lane, now_ns);
	yard_lane_report_arm(lane);
	let_go(lane, now_ns);
}
