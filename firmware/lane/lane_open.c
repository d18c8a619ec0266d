/* SPDX-License-Identifier: MIT */
/*
 * Actions: a passage opens, and customs is asked.
 *
 * Layer: firmware. Pure.
 */
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* Reads from a little before the loop reported the vehicle belong to it: cameras may look ahead
 * of the loop, and samples are stamped when polled. */
enum { READ_AHEAD_MS = 300 };

static void open_passage(struct lane *lane)
{
	lane->passage = lane->numbers->next_passage++;
	lane->opened_wall_ms = lane->wall_ms;
	lane->plate[0] = lane->trailer_plate[0] = lane->actor[0] = '\0';
	lane->plate_source = lane->by = "";
	lane->verdict = lane->lifted_for = VERDICT_NONE;
	lane->reason = REASON_NONE;
	lane->was_lifted = lane->lift_is_manual = lane->is_overstayed = false;
	lane->position_is_told = lane->is_refused = false;
	lane->clearing_lifts = 0;
	lane->lift_ticket = 0;
	lane->lift_seq = 0;
	memset(&lane->gather, 0, sizeof(lane->gather));
	memset(&lane->right, 0, sizeof(lane->right));
	memset(lane->retries, 0, sizeof(lane->retries));
	lane_end_alarm(lane, ALARM_DISPUTED);
	memset(&lane->inquiry, 0, sizeof(lane->inquiry));
	memset(&lane->stages, 0, sizeof(lane->stages));
	lane->stages.opened = lane->position.sensor[POSITION_APPROACH].on_at_ms;
	if (lane->arrived_ms == 0 && lane->now_ms - lane->stages.opened > 2000)
		lane->stages.opened =
			lane->now_ms; /* it stood there before we were ready */
	lane->arrived_ms = 0;
	/* Who waited before an arm or a locked lane has the whole time of a deadline. */
	lane->gather_since_ms = lane->now_ms - lane->stages.opened > 2000
					? lane->now_ms
					: lane->stages.opened;
	lane->has_hand = false;
	lane->hand[0] = lane->chosen_order[0] = '\0';
	lane->reads_since_ms = lane->stages.opened - READ_AHEAD_MS;
	position_open(&lane->position, lane->stages.opened);
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		evidence_restart(&lane->evidence[i]);
	event_add_text(lane_record(lane, EVENT_PASSAGE_OPENED), "direction",
		       lane_direction_word(lane));
}

void lane_start_passage(struct lane *lane)
{
	open_passage(lane);
	lane_entry_admit(lane);
}

/* A vehicle that stood in the lane when the controller came up: what it did before is not known,
 * so nobody but an officer clears it (doctrine 2, 7). */
void lane_start_after_restart(struct lane *lane)
{
	lane->has_restarted = false;
	open_passage(lane);
	lane_hold(lane, REASON_RESTARTED);
}

static void note_asked(struct lane *lane)
{
	struct lane_asked *asked = &lane->asked[lane->asked_count++ % LANE_ASKED_KEPT];

	text_copy(asked->seq_no, sizeof(asked->seq_no), lane->inquiry.seq_no);
	asked->passage = lane->passage;
	asked->offline_order[0] = '\0';
}

void lane_ask_customs(struct lane *lane)
{
	struct event *event;

	if (lane->stages.gathered == 0)
		lane->stages.gathered = lane->now_ms;
	memset(&lane->inquiry, 0, sizeof(lane->inquiry));
	lane_write_seq_no(lane->inquiry.seq_no, lane->wall_ms,
			  lane->numbers->next_counter);
	lane->numbers->next_counter = (lane->numbers->next_counter + 1) % 1000000u;
	lane_fill_gather(lane);
	event = lane_record(lane, EVENT_VOTE);
	event_add_text(event, "plate", lane->plate);
	event_add_text(event, "source", lane->plate_source);
	event_add_text(event, "rule", lane->right.vote_rule ? lane->right.vote_rule : "");
	lane_take_over(lane);
	lane_record_fit(lane);
	lane_record_inquiry(lane);
	lane->out->has_ask = true;
	memset(&lane->out->ask, 0, sizeof(lane->out->ask));
	lane->out->ask.lane = lane->index;
	lane->out->ask.message.code = CUSTOMS_GATHER;
	lane->out->ask.message.u.gather = lane->gather;
	lane->stages.asked = lane->now_ms;
	note_asked(lane);
	lane_end_alarm(lane, ALARM_HOLD);
}

bool lane_leave_inquiry(struct lane *lane)
{
	if (lane->inquiry.seq_no[0] == '\0' || lane->inquiry.is_answered)
		return false;
	lane->out->has_cancel = true;
	text_copy(lane->out->cancel, sizeof(lane->out->cancel), lane->inquiry.seq_no);
	return true;
}

void lane_cancel_inquiry(struct lane *lane, const char *code, const char *why)
{
	struct event *event;

	if (!lane_leave_inquiry(lane))
		return;
	event = lane_record(lane, EVENT_INQUIRY_WITHDRAWN);
	event_add_text(event, "seq_no", lane->inquiry.seq_no);
	event_add_text(event, "reason", why);
	event_add_text(event, "code", code);
}

void lane_cancel_inquiry_for_act(struct lane *lane)
{
	const char *verb = act_verb_name((enum act_verb)lane->act->verb);

	lane_cancel_inquiry(lane, verb, verb);
}

void lane_show_wait(struct lane *lane)
{
	lane_show(lane, "请等候");
}

void lane_call_for_silence(struct lane *lane)
{
	struct event *event = lane_record(lane, EVENT_CALL);

	lane->reason = REASON_CUSTOMS_SILENT;
	event_add_text(event, "what", "silence");
	event_add_text(event, "reason", reason_code(REASON_CUSTOMS_SILENT));
	lane_raise_alarm_for(lane, ALARM_HOLD, REASON_CUSTOMS_SILENT);
}
