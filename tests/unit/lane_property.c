/* SPDX-License-Identifier: MIT */
/*
 * One run of a script, and its end: all is repaired and an officer clears up.
 */
#include "tests/unit/lane_property.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "tests/unit/lane_property_watch.h"
#include "tests/unit/lane_property_world.h"

enum {
	SCRIPT_MS = 30000,  /* a script is over by then */
	STILL_MS = 3500,    /* or when nothing has happened for so long */
	SETTLE_MS = 90000,  /* and the lane at rest so long after */
	HELPERS_MS = 40000, /* a passage that no helper ended by then needs an officer */
	SAMPLE_MS = 100,
};

static struct bench *const bench = &world.bench;

static void note_state(void)
{
	if (bench->lane.state != world.state) {
		world.state = bench->lane.state;
		world.happened_ms = bench->now_ms;
		world.entered_ms = bench->now_ms;
	}
	if (bench->lane.inquiry.seq_no[0] &&
	    strcmp(bench->lane.inquiry.seq_no, world.seq_now) != 0) {
		memcpy(world.seq_before, world.seq_now, sizeof(world.seq_before));
		memcpy(world.seq_now, bench->lane.inquiry.seq_no, sizeof(world.seq_now));
	}
}

static void scan(void)
{
	world_end_faults();
	world_move();
	if (bench->now_ms % SAMPLE_MS == 0 || bench->is_late)
		world_read();
	if (bench->now_ms < world.down_until)
		bench->now_ms += 10; /* nobody drives the outputs */
	else
		bench_scan(bench);
	bench->is_late = false;
	note_state();
}

static bool is_quiet(const struct property_script *script)
{
	if (bench->now_ms - world.happened_ms > STILL_MS)
		return true;
	if (bench->lane.state != LANE_IDLE || bench->arm != 0 || bench->entry_arm != 0 ||
	    bench->vehicle.is_here || bench->second.is_here ||
	    bench->now_ms - world.entered_ms < 300)
		return false;
	for (int i = 0; i < script->count; i++)
		if (!world.is_done[i] && script->actions[i].kind != DO_LANE &&
		    (script->actions[i].when == PROPERTY_ANY ||
		     script->actions[i].when == LANE_IDLE))
			return false;
	return true;
}

/* ---- the end of a script: everything works again and an officer clears up ---------------- */

/* Two are between the arms, so that nobody else can come; the entry is closed, the exit is up and
 * does not prove itself. */
static bool is_held_between_arms(void)
{
	return bench->lane.entry.exists && bench->lane.state == LANE_CLOSING &&
	       bench->vehicle.is_here && bench->second.is_here &&
	       bench->now_ms - world.entered_ms > 10000;
}

/* What the drivers make of it. */
static void guide_drivers(void)
{
	enum lane_state state = bench->lane.state;

	for (int i = 0; i < 2; i++) {
		struct driver *driver = &world.drivers[i];
		int32_t front = world_vehicle(i)->front_mm;
		bool is_past = front - 1000 > BENCH_ARM_MM;

		/* Between two arms one goes where an arm is up, or is going to be. */
		if (bench->lane.entry.exists && !is_past &&
		    driver->drive == DRIVE_BACKS &&
		    (state == LANE_PASSING || state == LANE_LIFTING ||
		     is_held_between_arms()))
			driver->drive = DRIVE_PUSHES;
		if (driver->is_helper || (driver->drive == DRIVE_LEAVES && is_past) ||
		    (driver->drive == DRIVE_BACKS && driver->as_far_as_mm == -1000))
			continue;
		driver->as_far_as_mm = -1000; /* they stay with it */
		driver->drive = is_past ? DRIVE_PUSHES : DRIVE_WAITS;
		if (is_held_between_arms())
			driver->drive = DRIVE_PUSHES;
		else if (!is_past && (state == LANE_LEAVING || state == LANE_IDLE ||
				      state == LANE_BLOCKED || state == LANE_CLOSING ||
				      state == LANE_FOLLOWED))
			driver->drive = DRIVE_BACKS;
		else if (front > BENCH_STOP_MM && state == LANE_PASSING)
			driver->drive = DRIVE_PUSHES;
		else if (bench->lane.reason == REASON_ENTRY_OPEN &&
			 bench_touches(world_vehicle(i), -500,
				       BENCH_ENTRY_ARM_MM + 1000) &&
			 world_vehicle(1 - i)->is_here &&
			 world_vehicle(1 - i)->front_mm > front)
			driver->drive = DRIVE_BACKS; /* it keeps the entry open */
	}
}

static void must_take(enum act_verb verb, const char *what)
{
	int accepted = watch.accepted;

	world_act(verb, 0);
	if (watch.accepted == accepted)
		watch_fail(&watch, what);
}

static bool any_wants_through(void)
{
	for (int i = 0; i < 2; i++)
		if (world_vehicle(i)->is_here && world.drivers[i].drive == DRIVE_WAITS)
			return true;
	return false;
}

/* It wants back and the entry arm is down behind it. */
static bool any_is_shut_in(void)
{
	for (int i = 0; i < 2; i++)
		if (bench->lane.entry.exists && world_vehicle(i)->is_here &&
		    world_vehicle(i)->front_mm < BENCH_ARM_MM &&
		    world.drivers[i].drive == DRIVE_BACKS)
			return true;
	return false;
}

/* A drive that turned the wrong way has brought the arm down into the gap of one, and the lane has
 * nobody to let through. */
static bool any_stands_across_arm(void)
{
	for (int i = 0; i < 2; i++) {
		const struct bench_vehicle *vehicle = world_vehicle(i);

		if (vehicle->is_here && !world.drivers[i].is_small &&
		    vehicle->front_mm > BENCH_ARM_MM &&
		    vehicle->front_mm - vehicle->parts[vehicle->part_count - 1].to_mm <
			    BENCH_ARM_MM)
			return true;
	}
	return false;
}

static void send_helper(void)
{
	int free = bench->vehicle.is_here ? 1 : 0;

	if (!world_vehicle(free)->is_here)
		world_place(free, WORLD_SMALL_BODY, -500,
			    &(struct driver){.drive = DRIVE_PUSHES,
					     .speed_mm = 100,
					     .is_helper = true});
}

/* Somebody waits, or nobody does and the lane does not know it. */
static void resolve(int64_t in_state_ms)
{
	bool is_held = bench->lane.state == LANE_HELD;

	if (is_held && any_is_shut_in())
		must_take(ACT_RETURN, "an officer cannot send back who is shut in");
	else if (is_held && bench->lane.reason == REASON_ENTRY_OPEN &&
		 in_state_ms > 3000 && bench->entry_arm != 0)
		must_take(ACT_RESET, "an officer cannot end a passage");
	else if (is_held && bench->lane.reason == REASON_ENTRY_OPEN && in_state_ms > 3000)
		must_take(ACT_RELEASE,
			  "an officer cannot release once the entry is down");
	else if (is_held && bench->lane.reason == REASON_ENTRY_OPEN)
		return; /* who keeps the entry open may still leave it */
	else if (any_wants_through() || in_state_ms > 10000)
		must_take(ACT_RELEASE,
			  "an officer cannot release a vehicle that is held");
}

/* The officer looks every half second. A lane that believes in a vehicle that is not there gets
 * one: somebody drives through. */
static void clear_up(void)
{
	const struct interlock *lock = &bench->lane.interlock;
	const struct interlock *entry = &bench->lane.entry.interlock;
	int64_t in_state_ms = bench->now_ms - world.entered_ms;

	/* What the officer can't take back somebody at the gate does; then he goes on. */
	if (interlock_needs_key(lock) || interlock_has_fault(lock) ||
	    interlock_needs_key(entry) || interlock_has_fault(entry)) {
		world.key_until = bench->now_ms + 100;
		if (interlock_needs_key(lock) || interlock_needs_key(entry))
			return;
	}
	if (bench->lane.is_locked)
		must_take(ACT_OPEN, "a locked lane refuses to be opened");
	switch (bench->lane.state) {
	case LANE_BLOCKED:
		must_take(ACT_RESET, "a blocked lane refuses to be reset");
		break;
	case LANE_HELD:
	case LANE_GATHERING:
	case LANE_ASKING:
	case LANE_SILENT: resolve(in_state_ms); break;
	case LANE_FOLLOWED: /* stopped half-way over a vehicle's gap: nobody can move */
		if (in_state_ms > 10000)
			must_take(ACT_RESET, "an officer cannot take back a fault");
		break;
	case LANE_LEAVING: /* as when closing */
		if (any_is_shut_in() && in_state_ms > 5000)
			send_helper();
		if (any_is_shut_in() && in_state_ms > 10000)
			world.button_until[1] = bench->now_ms + 3000;
		if (world_is_empty())
			must_take(ACT_RELEASE, "an officer cannot release");
		break;
	case LANE_IDLE:
		if (any_stands_across_arm() && in_state_ms > 5000) /* by hand */
			world.button_until[0] = bench->now_ms + 3000;
		if (bench->entry_arm != 0 && in_state_ms > 5000)
			must_take(ACT_RESET,
				  "an entry arm that stays open can't be reset");
		break;
	case LANE_PASSING:
	case LANE_LIFTING:
	case LANE_CLOSING: /* devices that prove themselves by activity want some */
		if (in_state_ms > HELPERS_MS && bench->lane.state != LANE_CLOSING)
			must_take(ACT_RESET, "an officer cannot end a passage");
		else if ((bench->now_ms - world.full_ms > 3000 || any_is_shut_in()) &&
			 in_state_ms > 5000)
			send_helper();
		/* Who is shut in can't give it: somebody at the gate closes by hand. */
		if (bench->lane.state == LANE_CLOSING && any_is_shut_in() &&
		    in_state_ms > 4500)
			world.button_until[1] = bench->now_ms + 3000;
		break;
	default: break;
	}
}

static void settle(void)
{
	int64_t until_ms = bench->now_ms + SETTLE_MS;

	world_repair();
	for (int i = 0; i < 3; i++) /* what was asked last is answered */
		scan();
	for (int i = 0; bench->now_ms < until_ms && !watch.failure->what[0]; i++) {
		if (bench->lane.state == LANE_IDLE && bench->arm == 0 &&
		    bench->entry_arm == 0 && world_is_empty() &&
		    bench->now_ms - world.entered_ms >= 300)
			break;
		if (i % 50 == 20) {
			guide_drivers();
			clear_up();
		}
		scan();
	}
	for (int i = 0; i < 3; i++)
		scan();
	if (bench->now_ms >= until_ms)
		watch_fail(&watch, "the lane does not come to rest, officer or not");
	if (watch.results != watch.acts)
		watch_fail(&watch, "an act was not answered, or answered twice");
	if (watch.open != 0)
		watch_fail(&watch, "the lane is at rest and a passage still open");
}

/* ---- one run ----------------------------------------------------------------------------- */

static void hasten(struct site_lane *lane)
{
	lane->answer_ms = 2500;
	lane->overstay_ms = 2500;
	lane->settle_ms = 200;
	lane->barrier.travel_ms = 2000;
	lane->barrier.clear_ms = 500;
	for (size_t i = 0; i < lane->evidence_count; i++)
		lane->evidence[i].deadline_ms = 3000;
}

static void begin(const struct property_script *script)
{
	bench_begin(bench);
	memset(&world.drivers, 0, sizeof(world) - offsetof(struct world, drivers));
	hasten(&bench->site.lanes[0]);
	world_build(script);
	bench_restart(bench);
	watch_begin(&watch, bench);
	world_begin_mode();
	world.state = LANE_STATES;
	world.begun_ms = world.happened_ms = bench->now_ms;
	world.first_passage = bench->numbers.next_passage;
}

/* An assertion of the product is a failure like any other. */
static sigjmp_buf aborted;

static void on_abort(int signal_number)
{
	(void)signal_number;
	siglongjmp(aborted, 1);
}

bool property_run(const struct property_script *script, struct property_hits *hits,
		  struct property_failure *failure, FILE *trace)
{
	struct sigaction catch = {.sa_handler = on_abort}, before;

	memset(&watch, 0, sizeof(watch));
	memset(failure, 0, sizeof(*failure));
	watch.hits = hits;
	watch.failure = failure;
	watch.trace = trace;
	watch.bench = bench;
	hits->scripts++;
	sigaction(SIGABRT, &catch, &before);
	if (sigsetjmp(aborted, 1) != 0) {
		watch_fail(&watch, "an assertion of the lane failed");
	} else {
		begin(script);
		while (bench->now_ms - world.begun_ms < SCRIPT_MS && !is_quiet(script) &&
		       !failure->what[0]) {
			world_carry_out(script);
			scan();
		}
		if (!failure->what[0])
			settle();
	}
	sigaction(SIGABRT, &before, NULL);
	failure->at_ms -= watch.started_ms;
	return failure->what[0] == '\0';
}
