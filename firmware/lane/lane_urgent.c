/* SPDX-License-Identifier: MIT */
/*
 * A person's emergency raise while the record has no room: raises for safety act first and are recorded
 * after (doctrine 7).
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"

const char *lane_raise_unrecorded(struct lane *lane, const struct act *act,
				  int64_t now_ms)
{
	if (lane->is_raised_by_hand)
		return "it is raised already, until a reset";
	lane->is_raised_by_hand = true;
	lane->raise.is_unrecorded = true;
	lane->raise.at_ms = now_ms;
	lane->raise.act = *act;
	return NULL;
}

void lane_record_raise(struct lane *lane)
{
	if (!lane->raise.is_unrecorded)
		return;
	lane->raise.is_unrecorded = false;
	event_add_number(lane_record_act(lane, &lane->raise.act, 0, REFUSAL_NONE, ""),
			 "unrecorded_ms", lane->now_ms - lane->raise.at_ms);
}

/* It had to wait while the raise did not: who asked for it did not know of the raise. */
bool lane_is_before_raise(const struct lane *lane, const struct act *act)
{
	return act->verb == ACT_RESET && act->asked_ms != 0 &&
	       act->asked_ms <= lane->raise.at_ms;
}
