/* SPDX-License-Identifier: MIT */
/*
 * What customs says to a lane: answers and commands, and whether they count (doctrine 8).
 *
 * Layer: firmware. Pure.
 */
#include <stdio.h>
#include <string.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

static enum reason reason_of_finding(const struct lane *lane,
				     const struct status_finding *finding)
{
	switch (finding->position) {
	case 3:
	case 4:
		if (finding->code == 'v')
			return REASON_SEVERAL_ORDERS;
		return finding->code == 'z' ? REASON_BOX_DIFFERS : REASON_TARGETED;
	case 5:
		return lane->gather.box_count == 0 ? REASON_EMPTY_DIFFERS
						   : REASON_WEIGHT_DIFFERS;
	case 6: return finding->code == 'x' ? REASON_TARGETED : REASON_NO_ORDER;
	case 7: return finding->code == 'w' ? REASON_TARGETED : REASON_NO_ORDER;
	case 8: return lane_seal_fault(lane);
	default: return REASON_NONE;
	}
}

enum reason lane_reason_of_answer(const struct lane *lane,
				  const struct customs_check *check,
				  const struct status_reading *reading)
{
	for (int i = 0; i < reading->finding_count; i++) {
		enum reason reason = reason_of_finding(lane, &reading->findings[i]);

		if (reason != REASON_NONE)
			return reason;
	}
	/* The field string for "no document bound" carries no finding, only the hint
	 * (customs-protocol section 6). */
	return strstr(check->op_hint, "未关联") ? REASON_NO_ORDER
						: REASON_CUSTOMS_REFUSED;
}

/* Civil date from days since 1970-01-01 (proleptic Gregorian; eras of 400 years). */
static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t era, z = days + 719468;
	int doe, yoe, doy, mp;

	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = (int)(z - era * 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (int)(yoe + era * 400) + (*month <= 2);
}

void lane_write_seq_no(char out[CUSTOMS_SEQ_MAX + 1], int64_t wall_ms, uint32_t counter)
{
	int64_t seconds = wall_ms / 1000 + 8 * 3600;
	int of_day = (int)(seconds % 86400), year, month, day;
	char text[64];

	civil_from_days(seconds / 86400, &year, &month, &day);
	snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02d%06u", year, month, day,
		 of_day / 3600, of_day / 60 % 60, of_day % 60, counter % 1000000u);
	text_copy(out, CUSTOMS_SEQ_MAX + 1, text);
}

/* The passage that an inquiry of this lane was for; 0 = not one of the newest. */
static int64_t passage_of(const struct lane *lane, const char *seq_no)
{
	for (size_t i = 0; i < LANE_ASKED_KEPT; i++) {
		if (lane->asked[i].passage != 0 &&
		    strcmp(lane->asked[i].seq_no, seq_no) == 0)
			return lane->asked[i].passage;
	}
	return 0;
}

static void record_attempt(struct lane *lane, const struct customs_news *news)
{
	bool was_sent = news->kind == CUSTOMS_NEWS_SENT;
	struct event *event =
		lane_record(lane, was_sent ? EVENT_INQUIRY_SENT : EVENT_INQUIRY_FAILED);

	event->passage = passage_of(lane, news->seq_no);
	event_add_text(event, "seq_no", news->seq_no);
	event_add_number(event, "attempt", news->attempt);
	if (was_sent && news->pictures)
		event_add_number(event, "pictures", news->pictures);
	if (was_sent)
		return;
	event_add_text(event, "error", kakou_err_name(news->error));
	event_add_text(event, "why", news->why);
	lane_note_failure(lane, news->seq_no);
}

/* The inquiry of a vehicle that was cleared without its answer; NULL when it is none. */
static struct lane_asked *find_offline(struct lane *lane, const struct customs_news *news)
{
	for (size_t i = 0; i < LANE_ASKED_KEPT; i++) {
		struct lane_asked *asked = &lane->asked[i];

		if (asked->passage != 0 && asked->offline_order[0] &&
		    strcmp(asked->seq_no, news->seq_no) == 0)
			return asked;
	}
	return NULL;
}

/* Only the newest inquiry's first final answer counts, and only while the lane waits for it. */
static const char *effect_of(const struct lane *lane, const struct customs_news *news)
{
	if (passage_of(lane, news->seq_no) == 0)
		return news->passage != 0 ? "late" : "foreign";
	if (strcmp(news->seq_no, lane->inquiry.seq_no) != 0)
		return "late";
	if (lane->inquiry.is_answered)
		return "repeated";
	if (lane->state != LANE_ASKING && lane->state != LANE_SILENT)
		return "not_awaited";
	return news->reading.verdict == VERDICT_INTERIM ? "interim" : "counts";
}

/* The record is the outbox: customs is told from this event, also after a restart. */
static void report_command(struct lane *lane, const struct customs_news *news,
			   bool was_done)
{
	struct event *event = lane_record(lane, EVENT_COMMAND_RESULT);
	char direction[2] = {customs_message_head(&news->message)->direction, '\0'};
	struct customs_result result;

	customs_result_fill(&result, &news->message, was_done);
	event_add_text(event, "seq_no", news->seq_no);
	event_add_text(event, "result", result.result);
	event_add_text(event, "channel", customs_message_head(&news->message)->chnl_no);
	event_add_text(event, "direction", direction);
	event_add_number(event, "answers", result.answers);
	event_add_text(event, "seal", result.seal_id);
	event_add_text(event, "gps", result.gps_id);
	event_add_text(event, "device", result.device_id);
}

static void handle_answer(struct lane *lane, const struct customs_news *news)
{
	const struct customs_check *check = &news->message.u.check;
	bool is_interim = news->reading.verdict == VERDICT_INTERIM;
	struct lane_asked past = {.passage = news->passage};
	struct lane_asked *offline = is_interim ? NULL : find_offline(lane, news);
	const char *effect;
	struct event *event;
	bool counts;

	/* Of before a restart: the record knows what was cleared with it. */
	if (!offline && !is_interim && news->passage != 0 && news->order[0] &&
	    text_copy(past.offline_order, sizeof(past.offline_order), news->order))
		offline = &past;
	effect = offline ? "reconciles" : effect_of(lane, news);
	counts = strcmp(effect, "counts") == 0;
	event = lane_record(lane, EVENT_ANSWER);
	event->passage = passage_of(lane, news->seq_no);
	if (event->passage == 0)
		event->passage = news->passage;
	event_add_text(event, "seq_no", news->seq_no);
	event_add_text(event, "word", check->check_result);
	event_add_text(event, "verdict", customs_verdict_name(news->reading.verdict));
	event_add_text(event, "hint", check->op_hint);
	event_add_text(event, "form_id", check->form_id);
	event_add_text(event, "effect", effect);
	if (offline)
		lane_reconcile(lane, offline, news->reading.verdict);
	if (!counts && strcmp(effect, "interim") != 0)
		return;
	lane->inquiry.verdict = news->reading.verdict;
	lane->inquiry.is_answered = counts;
	lane->inquiry.reason = lane_reason_of_answer(lane, check, &news->reading);
	text_copy(lane->inquiry.form_id, sizeof(lane->inquiry.form_id), check->form_id);
	text_copy(lane->inquiry.hint, sizeof(lane->inquiry.hint), check->op_hint);
	if (counts) {
		lane->stages.answered = lane->now_ms;
		lane->is_refused = news->reading.verdict != VERDICT_RELEASE;
	}
	/* Nothing here seals or follows by GPS, and customs must not believe it. */
	if (counts && status_asks_devices(check->check_result))
		report_command(lane, news, true);
	lane_dispatch(lane, EV_ANSWER);
}

/* The act an officer at the platform asks for; false with words when it is none. */
static bool act_of_command(const struct lane *lane, const struct customs_news *news,
			   struct act *act, char *why, size_t size)
{
	const struct customs_operate *operate = &news->message.u.operate;

	memset(act, 0, sizeof(*act));
	act->lane = lane->index;
	act->passage = lane->passage;
	act->is_customs = true;
	text_copy(act->actor, sizeof(act->actor),
		  operate->op_id[0] ? operate->op_id : "customs");
	text_copy(act->reason, sizeof(act->reason),
		  operate->op_reason[0] ? operate->op_reason : "0x31");
	text_copy(act->screen, sizeof(act->screen), "customs");
	if (lane->passage == 0 || strcmp(news->seq_no, lane->inquiry.seq_no) != 0) {
		snprintf(why, size, "not the lane's current inquiry");
		return false;
	}
	switch (operate->op_type) {
	case '0':
		act->verb = ACT_RELEASE;
		if (news->reading.asks_lift)
			return true;
		snprintf(why, size, "OP_TYPE 0 without a lift in position 2");
		return false;
	case '1': act->verb = ACT_HOLD; return true;
	case '2': act->verb = ACT_RETURN; return true;
	case '3': act->verb = ACT_INSPECT; return true;
	case '\0': snprintf(why, size, "no such device here"); return false;
	default:
		snprintf(why, size, "OP_TYPE '%c', expected 0, 1 or 2", operate->op_type);
		return false;
	}
}

/* Nobody at the control socket asked: the answer is the 0x32. */
static void handle_command(struct lane *lane, const struct customs_news *news)
{
	const struct customs_operate *operate = &news->message.u.operate;
	char op_type[2] = {operate->op_type, '\0'}, why[120] = "";
	struct event *event = lane_record(lane, EVENT_COMMAND_RECEIVED);
	struct act act;
	bool was_done;

	was_done = act_of_command(lane, news, &act, why, sizeof(why)) &&
		   lane_take_act(lane, &act, 0, why, sizeof(why)) == REFUSAL_NONE;
	event_add_text(event, "seq_no", news->seq_no);
	event_add_text(event, "command", operate->command);
	event_add_text(event, "op_type", op_type);
	event_add_text(event, "op_id", operate->op_id);
	event_add_text(event, "effect", was_done ? "taken" : why);
	report_command(lane, news, was_done);
}

void lane_feed_news(struct lane *lane, const struct customs_news *news,
		    const struct lane_inputs *in, struct lane_out *out)
{
	lane_begin(lane, in, out);
	switch (news->kind) {
	case CUSTOMS_NEWS_SENT:
	case CUSTOMS_NEWS_FAILED: record_attempt(lane, news); break;
	case CUSTOMS_NEWS_ANSWER: handle_answer(lane, news); break;
	case CUSTOMS_NEWS_COMMAND: handle_command(lane, news); break;
	default: break;
	}
}
