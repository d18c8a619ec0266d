/* SPDX-License-Identifier: MIT */
/*
 * The driver model.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/driver.h"

#include <string.h>

#include "tools/yard/arm.h"

enum {
	US_PER_MS = 1000,
	EMPTY_MM_S2 = 800,
	LOADED_MM_S2 = 400,
	LOADED_FROM_KG = 22000,
	VAN_MM_S2 = 1500,
	VAN_SPEED_MM_S = 5556, /* 20 km/h: it hurries to catch up */
	ARM_KEEPS_MM = 800,    /* a stop before the arm, clear of its swing */
	STALL_BEHIND_MM = 4500,
	SHORT_MM = 1000, /* how far the last axle of a short stop is off the deck */
	NEAR_UM = 150000,
	HELP_AFTER_MS = 2000,
	BARRED_MS = 6000, /* sent to inspection, and the arm stays down */
};

static const char sign_go_back[] = "请退出";
static const char sign_wrong_way[] = "禁止逆行";
static const char sign_go_ahead[] = "请前行";
static const char sign_go_to_inspection[] = "请到查验区";

static const char *const phase_names[] = {
	[DRIVER_QUEUES] = "queues",       [DRIVER_ARRIVES] = "arrives",
	[DRIVER_STANDS] = "stands",       [DRIVER_REACTS] = "reacts",
	[DRIVER_LEAVES] = "leaves",       [DRIVER_STALLS] = "stalls",
	[DRIVER_BACKS_OUT] = "backs_out", [DRIVER_FOLLOWS] = "follows",
};

const char *driver_phase_name(enum driver_phase phase)
{
	return phase_names[phase];
}

void driver_init(struct driver *driver, const struct scenario_truck *plan, bool follows,
		 uint64_t seed)
{
	*driver = (struct driver){
		.behaviour = follows ? BEHAVIOUR_NORMAL : plan->behaviour,
		.phase = follows ? DRIVER_FOLLOWS : DRIVER_QUEUES,
		.random = {.state = seed | 1},
		.help_us = -1,
	};
	driver->reach_us = (int64_t)random_between(&driver->random, DRIVER_REACH_MIN_MS,
						   DRIVER_REACH_MAX_MS) *
			   US_PER_MS;
	if (driver->behaviour == BEHAVIOUR_PRESSES_HELP)
		driver->help_us = driver->reach_us + HELP_AFTER_MS * US_PER_MS;
}

/* ---- where he wants the vehicle ---------------------------------------------------------- */

static int32_t acceleration_mm_s2(const struct truck *truck)
{
	if (truck->body == truck_body_of_van())
		return VAN_MM_S2;
	return truck->gross_g > (int64_t)LOADED_FROM_KG * 1000 ? LOADED_MM_S2
							       : EMPTY_MM_S2;
}

static void limit(struct truck_goal *goal, int64_t stop_um)
{
	if (!goal->has_stop || stop_um < goal->stop_um)
		goal->stop_um = stop_um;
	goal->has_stop = true;
}

/* Keeps behind the vehicle ahead, counting on the way it needs to stop itself. */
static void keep_distance(struct truck_goal *goal, const struct driver_view *view)
{
	int64_t speed = view->ahead ? view->ahead->speed_um_s : 0;
	int64_t braking_um;

	if (!view->ahead)
		return;
	braking_um =
		speed <= 0 ? 0 : speed * speed / (2 * TRUCK_BRAKING_MM_S2 * UM_PER_MM);
	limit(goal, truck_rear_um(view->ahead) + braking_um -
			    (int64_t)DRIVER_KEEPS_MM * UM_PER_MM);
}

/* The entry arm is in the way, whichever way. */
static bool gate_bars(const struct driver_view *view)
{
	return view->geometry->has_gate &&
	       (view->gate_permille < ARM_PASSABLE_PERMILLE || view->gate_lowers);
}

static void heed_gate(struct truck_goal *goal, const struct driver_view *view)
{
	int64_t arm_um = (int64_t)view->geometry->gate_arm_mm * UM_PER_MM;

	if (gate_bars(view) && view->truck->front_um < arm_um)
		limit(goal, arm_um - (int64_t)ARM_KEEPS_MM * UM_PER_MM);
}

static struct truck_goal ahead(const struct driver_view *view)
{
	struct truck_goal goal = {
		.direction = 1,
		.speed_mm_s = TRUCK_SPEED_MM_S,
		.acceleration_mm_s2 = acceleration_mm_s2(view->truck),
	};

	keep_distance(&goal, view);
	heed_gate(&goal, view);
	return goal;
}

static struct truck_goal back(const struct driver_view *view)
{
	struct truck_goal goal = {
		.direction = -1,
		.speed_mm_s = TRUCK_BACK_SPEED_MM_S,
		.acceleration_mm_s2 = acceleration_mm_s2(view->truck),
	};
	int64_t arm_um = (int64_t)view->geometry->gate_arm_mm * UM_PER_MM;
	int64_t length_um = view->truck->front_um - truck_rear_um(view->truck);

	/* Its rear stops before an entry arm that is not up. */
	if (gate_bars(view) && truck_rear_um(view->truck) > arm_um) {
		goal.has_stop = true;
		goal.stop_um = arm_um + length_um + (int64_t)ARM_KEEPS_MM * UM_PER_MM;
	}
	return goal;
}

static bool is_before_arm(const struct driver_view *view)
{
	return view->truck->front_um < (int64_t)view->geometry->arm_mm * UM_PER_MM;
}

static bool arm_is_passable(const struct driver_view *view)
{
	return view->arm_permille >= ARM_PASSABLE_PERMILLE && !view->arm_lowers;
}

static void stop_before_arm(struct truck_goal *goal, const struct driver_view *view)
{
	limit(goal, (int64_t)(view->geometry->arm_mm - ARM_KEEPS_MM) * UM_PER_MM);
}

static int64_t post_um(const struct driver *driver, const struct driver_view *view)
{
	const struct geometry *g = view->geometry;
	const struct truck_body *body = view->truck->body;

	if (driver->behaviour == BEHAVIOUR_STOPS_SHORT && !driver->was_told_ahead)
		return (int64_t)(g->deck_begin_mm - SHORT_MM +
				 body->axles[body->axle_count - 1].at_mm) *
		       UM_PER_MM;
	return (int64_t)g->stop_mm * UM_PER_MM;
}

static bool sign_says(const struct driver_view *view, const char *words)
{
	return strstr(view->sign, words) != NULL;
}

static bool may_go(const struct driver_view *view)
{
	return view->arm_permille >= DRIVER_UP_PERMILLE && !view->arm_lowers &&
	       view->is_green;
}

/* Sent back, or come the wrong way; or sent to inspection, and the arm does not open the way there. */
static bool must_go_back(const struct driver *driver, const struct driver_view *view)
{
	return sign_says(view, sign_go_back) || sign_says(view, sign_wrong_way) ||
	       driver->barred_us >= (int64_t)BARRED_MS * US_PER_MS;
}

static void note_barred(struct driver *driver, const struct driver_view *view,
			int64_t dt_us)
{
	if (sign_says(view, sign_go_to_inspection) &&
	    view->arm_permille <= ARM_DOWN_PERMILLE)
		driver->barred_us += dt_us;
	else
		driver->barred_us = 0;
}

/* ---- the phases -------------------------------------------------------------------------- */

static void react(struct driver *driver, bool goes_back)
{
	driver->phase = DRIVER_REACTS;
	driver->goes_back = goes_back;
	driver->timer_us =
		(int64_t)random_between(&driver->random, DRIVER_REACTION_MIN_MS,
					DRIVER_REACTION_MAX_MS) *
		US_PER_MS;
}

static void turn_back(struct driver *driver, struct driver_act *act)
{
	driver->phase = DRIVER_BACKS_OUT;
	act->turns_back = true;
}

/* An arm that is down or comes down has nothing more to do with the vehicle before. */
static bool arm_is_closing(const struct driver_view *view)
{
	return view->arm_lowers || view->arm_permille <= ARM_DOWN_PERMILLE;
}

static void do_queue(struct driver *driver, const struct driver_view *view, int64_t dt_us,
		     struct driver_act *act)
{
	driver->queued_us += dt_us;
	act->goal = ahead(view);
	limit(&act->goal, (int64_t)DRIVER_QUEUE_MM * UM_PER_MM);
	if (arm_is_closing(view) ||
	    driver->queued_us >= (int64_t)DRIVER_QUEUE_MAX_MS * US_PER_MS)
		driver->phase = DRIVER_ARRIVES;
}

static void do_arrive(struct driver *driver, const struct driver_view *view,
		      struct driver_act *act)
{
	int64_t post = post_um(driver, view);

	act->goal = ahead(view);
	limit(&act->goal, post);
	if (view->truck->speed_um_s == 0 && view->truck->front_um >= post - NEAR_UM)
		driver->phase = DRIVER_STANDS;
}

static void use_hands(struct driver *driver, struct driver_act *act)
{
	if (driver->reach_us >= 0 && driver->stood_us >= driver->reach_us) {
		driver->reach_us = -1;
		act->shows_card = true;
	}
	if (driver->help_us >= 0 && driver->stood_us >= driver->help_us) {
		driver->help_us = -1;
		act->presses_help = true;
	}
}

static void do_stand(struct driver *driver, const struct driver_view *view,
		     int32_t patience_ms, int64_t dt_us, struct driver_act *act)
{
	driver->stood_us += dt_us;
	note_barred(driver, view, dt_us);
	use_hands(driver, act);
	if (driver->behaviour == BEHAVIOUR_STOPS_SHORT && !driver->was_told_ahead &&
	    sign_says(view, sign_go_ahead)) {
		driver->was_told_ahead = true;
		driver->phase = DRIVER_ARRIVES;
	} else if (driver->behaviour == BEHAVIOUR_BACKS_OUT_BEFORE_VERDICT &&
		   driver->stood_us >= (int64_t)patience_ms * US_PER_MS) {
		turn_back(driver, act);
	} else if (must_go_back(driver, view)) {
		react(driver, true);
	} else if (may_go(view)) {
		react(driver, false);
	}
}

static void do_react(struct driver *driver, const struct driver_view *view, int64_t dt_us,
		     struct driver_act *act)
{
	driver->timer_us -= dt_us;
	if (driver->timer_us > 0)
		return;
	if (driver->goes_back ? !must_go_back(driver, view) : !may_go(view)) {
		driver->phase = DRIVER_STANDS; /* what he saw is over */
	} else if (driver->goes_back ||
		   driver->behaviour == BEHAVIOUR_BACKS_OUT_AFTER_LIFT) {
		turn_back(driver, act);
	} else {
		driver->phase = DRIVER_LEAVES;
		act->sets_off = true;
	}
}

static bool wants_to_stall(const struct driver *driver, const struct driver_view *view)
{
	int64_t past_um =
		view->truck->front_um - (int64_t)view->geometry->arm_mm * UM_PER_MM;

	return driver->behaviour == BEHAVIOUR_STALLS && !driver->has_stalled &&
	       past_um >= (int64_t)STALL_BEHIND_MM * UM_PER_MM;
}

static void do_leave(struct driver *driver, const struct driver_view *view,
		     int32_t patience_ms, struct driver_act *act)
{
	act->goal = ahead(view);
	if (is_before_arm(view) && !arm_is_passable(view)) {
		stop_before_arm(&act->goal, view);
		if (view->truck->speed_um_s == 0)
			driver->phase = DRIVER_STANDS;
	} else if (wants_to_stall(driver, view)) {
		driver->has_stalled = true;
		driver->timer_us = (int64_t)patience_ms * US_PER_MS;
		driver->phase = DRIVER_STALLS;
	}
}

static void do_stall(struct driver *driver, int64_t dt_us)
{
	driver->timer_us -= dt_us;
	if (driver->timer_us <= 0)
		driver->phase = DRIVER_LEAVES;
}

/* Waits outside until the vehicle ahead sets off, then keeps close behind it. */
static void do_follow(struct driver *driver, const struct driver_view *view,
		      struct driver_act *act)
{
	bool is_outside = view->truck->front_um < 0;

	if (view->ahead && view->ahead->speed_um_s < 0) {
		turn_back(driver, act);
		return;
	}
	act->goal = ahead(view);
	act->goal.speed_mm_s = VAN_SPEED_MM_S;
	if (is_outside && view->ahead && !view->ahead_leaves)
		limit(&act->goal, (int64_t)DRIVER_QUEUE_MM * UM_PER_MM);
	if (!is_before_arm(view) || arm_is_passable(view))
		return;
	stop_before_arm(&act->goal, view);
	if (!is_outside && !view->ahead && view->truck->speed_um_s == 0)
		turn_back(driver, act);
}

void driver_step(struct driver *driver, const struct driver_view *view,
		 int32_t patience_ms, int64_t dt_us, struct driver_act *act)
{
	*act = (struct driver_act){0};
	switch (driver->phase) {
	case DRIVER_QUEUES: do_queue(driver, view, dt_us, act); break;
	case DRIVER_ARRIVES: do_arrive(driver, view, act); break;
	case DRIVER_STANDS: do_stand(driver, view, patience_ms, dt_us, act); break;
	case DRIVER_REACTS: do_react(driver, view, dt_us, act); break;
	case DRIVER_LEAVES: do_leave(driver, view, patience_ms, act); break;
	case DRIVER_STALLS: do_stall(driver, dt_us); break;
	case DRIVER_BACKS_OUT: act->goal = back(view); break;
	case DRIVER_FOLLOWS: do_follow(driver, view, act); break;
	}
}
