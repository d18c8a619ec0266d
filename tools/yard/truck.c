/* SPDX-License-Identifier: MIT */
/*
 * Bodies and their motion.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/truck.h"

enum { US_PER_S = 1000000 };

/* Stops are planned with a little less than full braking, so that rounding can't ask for more. */
static const int64_t planned_braking_um_s2 = 1100 * UM_PER_MM;
static const int64_t braking_um_s2 = TRUCK_BRAKING_MM_S2 * UM_PER_MM;

static const struct truck_body bodies[] = {
	[BODY_ARTICULATED] =
		{
				    .length_mm = 17100,
				    .segment_count = 2,
				    .segments = {{0, 4000}, {4800, 17100}},
				    .cargo_from_mm = 4800,
				    .axle_count = 6,
				    .axles = {{1400, 130},
				  {3700, 180},
				  {5000, 180},
				  {12500, 170},
				  {13800, 170},
				  {15100, 170}},
				    },
	[BODY_RIGID] =
		{
				    .length_mm = 10500,
				    .segment_count = 1,
				    .segments = {{0, 10500}},
				    .cargo_from_mm = 2600,
				    .axle_count = 3,
				    .axles = {{1400, 280}, {6900, 360}, {8200, 360}},
				    },
 /* A skeletal trailer: nothing for a loop or a beam between tractor and load. */
	[BODY_LONG_ARTICULATED] =
		{
				    .length_mm = 18100,
				    .segment_count = 2,
				    .segments = {{0, 5200}, {8400, 18100}},
				    .cargo_from_mm = 8400,
				    .axle_count = 6,
				    .axles = {{1400, 130},
				  {3600, 180},
				  {4900, 180},
				  {13500, 170},
				  {14800, 170},
				  {16100, 170}},
				    },
};

static const struct truck_body van = {
	.length_mm = 5600,
	.segment_count = 1,
	.segments = {{0, 5600}   },
	.cargo_from_mm = 5600,
	.axle_count = 2,
	.axles = { {1000, 550}, {4400, 450}},
};

const struct truck_body *truck_body_of(enum scenario_body body)
{
	return &bodies[body];
}

const struct truck_body *truck_body_of_van(void)
{
	return &van;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Largest r with r * r <= n. */
static int64_t square_root(int64_t n)
{
	int64_t r = 0;

	for (int64_t bit = INT64_C(1) << 31; bit; bit >>= 1) {
		if ((r + bit) * (r + bit) <= n)
			r += bit;
	}
	return r;
}

/* Speed with which the vehicle may go on for one step and still stop within the distance:
 * v dt + v² / 2b = d. */
static int64_t speed_to_stop_in(int64_t distance_um, int64_t dt_us)
{
	int64_t loss = planned_braking_um_s2 * dt_us / US_PER_S;

	if (distance_um <= 0)
		return 0;
	return square_root(loss * loss + 2 * planned_braking_um_s2 * distance_um) - loss;
}

/* What braking takes off the speed in one step. */
static int64_t braking_loss(int64_t dt_us)
{
	return braking_um_s2 * dt_us / US_PER_S;
}

/* Speed along the wanted direction after the step; `left_um` is INT64_MAX without a stop. */
static int64_t next_speed(int64_t speed, const struct truck_goal *goal, int64_t left_um,
			  int64_t dt_us)
{
	int64_t gain = (int64_t)goal->acceleration_mm_s2 * UM_PER_MM * dt_us / US_PER_S;
	int64_t slowest = speed - braking_loss(dt_us);
	int64_t wanted = smaller(speed + gain, (int64_t)goal->speed_mm_s * UM_PER_MM);

	if (left_um != INT64_MAX)
		wanted = smaller(wanted, speed_to_stop_in(left_um, dt_us));
	if (wanted < slowest)
		wanted = slowest;
	return wanted > 0 ? wanted : 0;
}

/* Without a direction, or rolling against it: brake to a standstill. */
static void brake(struct truck *truck, int64_t dt_us)
{
	int64_t loss = braking_loss(dt_us);

	if (truck->speed_um_s > 0)
		truck->speed_um_s -= smaller(loss, truck->speed_um_s);
	else
		truck->speed_um_s += smaller(loss, -truck->speed_um_s);
	truck->front_um += truck->speed_um_s * dt_us / US_PER_S;
}

void truck_move(struct truck *truck, const struct truck_goal *goal, int64_t dt_us)
{
	int64_t left_um = INT64_MAX;
	int64_t speed = truck->speed_um_s * goal->direction;
	bool is_crawling = speed <= braking_loss(dt_us);
	int64_t way_um;

	if (goal->direction == 0 || speed < 0) {
		brake(truck, dt_us);
		return;
	}
	if (goal->has_stop)
		left_um = (goal->stop_um - truck->front_um) * goal->direction;
	speed = next_speed(speed, goal, left_um, dt_us);
	way_um = speed * dt_us / US_PER_S;
	if (left_um >= 0 && left_um <= UM_PER_MM && is_crawling) {
		way_um = left_um;
		speed = 0;
	}
	truck->speed_um_s = speed * goal->direction;
	truck->front_um += way_um * goal->direction;
}

/* The part of the vehicle from `from_mm` to `to_mm` behind its front is over the zone. */
static bool is_over(const struct truck *truck, int32_t from_mm, int32_t to_mm,
		    int32_t begin_mm, int32_t end_mm)
{
	int64_t head_um = truck->front_um - (int64_t)from_mm * UM_PER_MM;
	int64_t tail_um = truck->front_um - (int64_t)to_mm * UM_PER_MM;

	return head_um >= (int64_t)begin_mm * UM_PER_MM &&
	       tail_um <= (int64_t)end_mm * UM_PER_MM;
}

bool truck_covers(const struct truck *truck, int32_t begin_mm, int32_t end_mm)
{
	const struct truck_body *body = truck->body;

	for (size_t i = 0; i < body->segment_count; i++) {
		if (is_over(truck, body->segments[i].from_mm, body->segments[i].to_mm,
			    begin_mm, end_mm))
			return true;
	}
	return false;
}

static bool axle_is_on(const struct truck *truck, size_t axle, int32_t begin_mm,
		       int32_t end_mm)
{
	int32_t at_mm = truck->body->axles[axle].at_mm;

	return is_over(truck, at_mm, at_mm, begin_mm, end_mm);
}

int64_t truck_load_g(const struct truck *truck, int32_t begin_mm, int32_t end_mm)
{
	int64_t permille = 0;

	for (size_t i = 0; i < truck->body->axle_count; i++) {
		if (axle_is_on(truck, i, begin_mm, end_mm))
			permille += truck->body->axles[i].share_permille;
	}
	return truck->gross_g * permille / 1000;
}

bool truck_has_axle_on(const struct truck *truck, int32_t begin_mm, int32_t end_mm)
{
	for (size_t i = 0; i < truck->body->axle_count; i++) {
		if (axle_is_on(truck, i, begin_mm, end_mm))
			return true;
	}
	return false;
}

int64_t truck_rear_um(const struct truck *truck)
{
	return truck->front_um - (int64_t)truck->body->length_mm * UM_PER_MM;
}
