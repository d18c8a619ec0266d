/* SPDX-License-Identifier: MIT */
/*
 * Vehicles, drivers and readers.
 */
#include "tests/unit/lane_property_world.h"

/* Bodies: parts in mm behind the front. Small ones come last: they pass beside a closed arm. */
static const struct bench_vehicle bodies[] = {
	{.part_count = 2, .parts = {{0, 6000}, {7200, 17000}}},
	{.part_count = 1, .parts = {{0, 9000}}               },
	{.part_count = 2, .parts = {{0, 5000}, {8500, 18000}}},
	{.part_count = 1, .parts = {{0, 4500}}               },
	{.part_count = 1, .parts = {{0, 1800}}               },
	{.part_count = 1, .parts = {{0, 700}}                },
};
enum { BODIES = sizeof(bodies) / sizeof(bodies[0]) };

enum { ARM_CLEAR = 100 }; /* a driver goes under an arm that is so far up */

struct world world;
static struct bench *const bench = &world.bench;

struct bench_vehicle *world_vehicle(int which)
{
	return which == 0 ? &bench->vehicle : &bench->second;
}

static int32_t length_of(const struct bench_vehicle *vehicle)
{
	return vehicle->parts[vehicle->part_count - 1].to_mm;
}

bool world_is_empty(void)
{
	return !bench->vehicle.is_here && !bench->second.is_here;
}

void world_place(int which, int body, int32_t front_mm, const struct driver *driver)
{
	struct bench_vehicle *vehicle = world_vehicle(which);

	world_face();
	*vehicle = bodies[body % BODIES];
	vehicle->is_here = true;
	vehicle->front_mm =
		front_mm < WORLD_GONE_MM ? front_mm : front_mm + length_of(vehicle);
	world.drivers[which] = *driver;
	world.drivers[which].is_small = body % BODIES >= WORLD_SMALL_BODY;
	world.drivers[which].moved_ms = bench->now_ms;
}

static bool may_drive_on(const struct driver *driver, int32_t front_mm)
{
	switch (driver->drive) {
	case DRIVE_WAITS:
		return front_mm != BENCH_STOP_MM ||
		       (lane_greens(&bench->lane) &
			(bench->is_mirrored ? GREEN_FAR : GREEN_NEAR));
	case DRIVE_PUSHES: return true;
	default: return false;
	}
}

/* Where it wants to be after this scan. */
static int32_t aim(int which)
{
	const struct bench_vehicle *vehicle = world_vehicle(which);
	const struct bench_vehicle *other = world_vehicle(1 - which);
	const struct driver *driver = &world.drivers[which];
	int32_t front = vehicle->front_mm, to = front + driver->speed_mm;
	bool waits = driver->drive == DRIVE_WAITS;

	if (driver->drive == DRIVE_BACKS) {
		to = front - driver->speed_mm;
		return to < driver->as_far_as_mm ? driver->as_far_as_mm : to;
	}
	if (driver->drive == DRIVE_LEAVES)
		return to;
	if (!may_drive_on(driver, front))
		return front;
	if (waits && front < BENCH_STOP_MM && to > BENCH_STOP_MM)
		to = BENCH_STOP_MM;
	if (other->is_here && other->front_mm > front &&
	    to > other->front_mm - length_of(other) - 500 && !driver->is_small)
		return front;
	return to;
}

/* It would touch an entry arm that is not up, and stops before it. */
static bool meets_entry(const struct bench_vehicle *from, const struct bench_vehicle *to)
{
	return bench->lane.entry.exists && bench->entry_arm < ARM_CLEAR &&
	       bench_touches(to, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM) &&
	       !bench_touches(from, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM);
}

static void move(int which)
{
	struct bench_vehicle *vehicle = world_vehicle(which), moved = *vehicle;
	struct driver *driver = &world.drivers[which];

	if (!vehicle->is_here)
		return;
	moved.front_mm = aim(which);
	if (!driver->is_small && meets_entry(vehicle, &moved))
		moved = *vehicle;
	if (bench->arm < ARM_CLEAR && !driver->is_small &&
	    bench_touches(&moved, BENCH_ARM_MM, BENCH_ARM_MM) &&
	    !bench_touches(vehicle, BENCH_ARM_MM, BENCH_ARM_MM))
		moved = *vehicle; /* it stops before the arm */
	if (moved.front_mm != vehicle->front_mm)
		driver->moved_ms = bench->now_ms;
	else if (driver->drive == DRIVE_BACKS && moved.front_mm > BENCH_ARM_MM)
		driver->drive = DRIVE_LEAVES; /* who came the wrong way turns round */
	*vehicle = moved;
	vehicle->is_here = moved.front_mm >= -500 &&
			   moved.front_mm - length_of(vehicle) <= WORLD_GONE_MM;
}

/* The reads of a vehicle, each a digit: 0 is as it should be. */
enum { READS_PLATE = 5, READS_TAG = 3, READS_BOX = 5, READS_SEAL = 4, READS_REST = 4 };

void world_read_device(int device, int quality)
{
	static const char *const boxes[READS_BOX][2] = {
		{"CSQU3054383", ""           },
		{"CSQU3054384", ""           },
		{"",            ""           },
		{"CSQU3054383", "CBHU3202732"},
		{"",            ""           },
	};

	switch (device) {
	case BENCH_PLATE:
		if (quality != 2)
			bench_read(bench, device, quality == 3 ? "浙B20416" : "浙A12345",
				   quality == 4 ? "浙A6101挂" : "",
				   quality == 1 ? 40 : 97);
		break;
	case BENCH_TAG:
		if (quality == 0)
			bench_read(bench, device, "E2003412AB000101", "浙A12345", 100);
		break;
	case BENCH_BOX:
		if (quality != 4)
			bench_read(bench, device, boxes[quality][0], boxes[quality][1],
				   98);
		break;
	case BENCH_SEAL:
		bench_seal(bench, quality != 1, quality != 2, quality == 3);
		break;
	case BENCH_CARD: bench_read(bench, device, "330102600101", "", 100); break;
	default: break;
	}
}

static void read_vehicle(struct driver *driver)
{
	int32_t reads = driver->reads;

	driver->has_been_read = true;
	world_read_device(BENCH_PLATE, reads % READS_PLATE);
	reads /= READS_PLATE;
	world_read_device(BENCH_TAG, reads % READS_TAG);
	reads /= READS_TAG;
	world_read_device(BENCH_BOX, reads % READS_BOX);
	reads /= READS_BOX;
	world_read_device(BENCH_SEAL, reads % READS_SEAL);
}

void world_read(void)
{
	int64_t weight_g = 0;
	bool is_stable = true;

	for (int i = 0; i < 2; i++) {
		struct driver *driver = &world.drivers[i];
		const struct bench_vehicle *vehicle = world_vehicle(i);
		int32_t rest = driver->reads / READS_PLATE / READS_TAG / READS_BOX /
			       READS_SEAL % READS_REST;
		bool stands = bench->now_ms - driver->moved_ms > 150;

		if (vehicle->is_here && !driver->has_been_read &&
		    vehicle->front_mm > 3000 && vehicle->front_mm < BENCH_ARM_MM)
			read_vehicle(driver);
		if (bench_touches(vehicle, 4050, 26000)) {
			weight_g += driver->is_small ? 150000 : 30000000;
			is_stable = is_stable && stands && !(rest & 1);
		}
		if (vehicle->is_here && stands && vehicle->front_mm == BENCH_STOP_MM &&
		    !driver->has_carded && !(rest & 2)) {
			driver->has_carded = true;
			world_read_device(BENCH_CARD, 0);
		}
	}
	bench_weigh(bench, weight_g, is_stable);
}

void world_move(void)
{
	move(0);
	move(1);
	if (!world_is_empty())
		world.full_ms = bench->now_ms;
}
