/* SPDX-License-Identifier: MIT */
/*
 * Acts of persons, in their order. While the record has no room they wait, but an emergency raise acts at
 * once and is recorded after (doctrine 7).
 *
 * Layer: firmware. Threads: the control thread's.
 */
#include "firmware/control/control_internal.h"

#include <string.h>

#include "hal/text.h"

static void answer(struct control *control, const struct act *act, enum kakou_err err,
		   enum act_refusal refusal, const char *why)
{
	struct act_result result = {
		.token = act->token,
		.error = (int8_t)err,
		.refusal = (uint8_t)refusal,
	};

	text_copy(result.why, sizeof(result.why), why);
	if (queue_push(control->config.act_results, &result))
		control->snapshot.news_dropped++; /* the asker's own time-out answers */
}

/* The oldest that waits, else the next of the queue. */
static bool take_next(struct control *control, struct act *act)
{
	struct control_acts *waiting = &control->acts;

	if (waiting->count == 0)
		return queue_pop(control->config.acts, act);
	*act = waiting->act[0];
	waiting->count--;
	memmove(&waiting->act[0], &waiting->act[1], waiting->count * sizeof(*act));
	return true;
}

/* So that no raise waits behind it. */
static void put_by(struct control *control, const struct act *act)
{
	struct control_acts *waiting = &control->acts;

	if (act->verb == ACT_EMERGENCY) {
		const char *why = lane_raise_unrecorded(&control->lanes[act->lane], act,
							control->now_ms);

		answer(control, act, why ? KAKOU_E_REFUSED : KAKOU_OK,
		       why ? REFUSAL_ALREADY : REFUSAL_NONE, why ? why : "");
	} else if (waiting->count < CONTROL_ACTS_MAX) {
		waiting->act[waiting->count++] = *act;
	} else {
		answer(control, act, KAKOU_E_FULL, REFUSAL_NONE,
		       "the record takes nothing now; nothing was done");
	}
}

void control_take_acts(struct control *control)
{
	struct act act;

	while (control_has_room(control) && take_next(control, &act)) {
		if (act.lane >= control->lane_count)
			continue;
		struct lane_inputs in = control_lane_inputs(control, act.lane);

		lane_feed_act(&control->lanes[act.lane], &act, &in, &control->out);
		control_carry_out(control, act.lane);
	}
	while (!control_has_room(control) && queue_pop(control->config.acts, &act))
		if (act.lane < control->lane_count)
			put_by(control, &act);
}
