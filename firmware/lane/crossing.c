/* SPDX-License-Identifier: MIT */
/*
 * Crossings. Layer: firmware. Pure.
 */
#include "firmware/lane/crossing.h"

/* A short vehicle is unseen between loop and exit loop for so long, in times of clear_ms. */
enum { BETWEEN = 3 };

/* The newest one came from there, and may only now reach this side. */
static bool comes_from(const struct crossing *crossing, enum crossing_from from,
		       int64_t patience_ms, int64_t now_ms)
{
	return crossing->from == from && !crossing->has_gone_through &&
	       now_ms - crossing->seen_ms <= patience_ms;
}

static enum crossing_from begin(struct crossing *crossing, enum crossing_from from)
{
	crossing->from = from;
	crossing->has_gone_through = false;
	return from;
}

/* Something appears on one side. `other` is occupied when it is one vehicle that spans both. */
static enum crossing_from appear(struct crossing *crossing, enum crossing_from from,
				 bool other, int64_t patience_ms, int64_t now_ms)
{
	enum crossing_from opposite =
		from == CROSSING_FROM_LANE ? CROSSING_FROM_EXIT : CROSSING_FROM_LANE;

	if (other || comes_from(crossing, opposite, patience_ms, now_ms)) {
		crossing->has_gone_through = true;
		return CROSSING_NONE;
	}
	return begin(crossing, from);
}

enum crossing_from crossing_update(struct crossing *crossing,
				   const struct position *position, int64_t now_ms)
{
	bool under = position_is_on(position, POSITION_LOOP) ||
		     position_is_on(position, POSITION_BEAM);
	bool at_exit = position_is_on(position, POSITION_EXIT);
	int64_t patience_ms = (int64_t)BETWEEN * position->clear_ms;
	enum crossing_from began = CROSSING_NONE;

	if (under && !crossing->is_under)
		began = appear(crossing, CROSSING_FROM_LANE, at_exit, patience_ms,
			       now_ms);
	else if (at_exit && !crossing->is_at_exit)
		began = appear(crossing, CROSSING_FROM_EXIT, under, patience_ms, now_ms);
	if (under || at_exit)
		crossing->seen_ms = now_ms;
	crossing->is_under = under;
	crossing->is_at_exit = at_exit;
	return began;
}
