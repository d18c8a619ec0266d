/* SPDX-License-Identifier: MIT */
/*
 * What must hold after every scan.
 */
#include "tests/unit/lane_property_watch.h"

#include <string.h>

#include "hal/text.h"

struct watch watch;

void watch_fail(struct watch *w, const char *what)
{
	if (w->failure->what[0])
		return;
	text_copy(w->failure->what, sizeof(w->failure->what), what);
	w->failure->at_ms = w->bench->now_ms;
}

const char *watch_text(const struct event *event, const char *key)
{
	for (int i = 0; i < event->field_count; i++)
		if (event->fields[i].text_at >= 0 &&
		    strcmp(event->fields[i].key, key) == 0)
			return event->text + event->fields[i].text_at;
	return "";
}

static int64_t number_of(const struct event *event, const char *key)
{
	for (int i = 0; i < event->field_count; i++)
		if (event->fields[i].text_at < 0 &&
		    strcmp(event->fields[i].key, key) == 0)
			return event->fields[i].number;
	return 0;
}

/* ---- the record ------------------------------------------------------------------------- */

static void watch_opened(const struct event *event)
{
	expect(watch.open == 0, "a passage opens while another is open");
	expect(event->passage > watch.newest, "a passage number is used again");
	watch.open = watch.newest = event->passage;
	watch.clearing_lifts = watch.lifts = 0;
	watch.has_crossed = watch.was_sent_away = false;
	watch.hits->passages++;
	watch_turn_opened(event);
}

static void watch_closed(const struct event *event)
{
	const char *outcome = watch_text(event, "outcome");

	expect(watch.open != 0 && watch.open == event->passage,
	       "a passage is closed that is not open");
	if (strcmp(outcome, "passed") == 0)
		expect(watch.has_crossed,
		       "booked as passed, but nothing came to the arm");
	if (strcmp(outcome, "passed") == 0)
		expect(!watch.was_sent_away,
		       "booked as passed, but lifted for inspection or return");
	watch.open = 0;
}

/* What counts is the answer to this passage's newest question. */
static void watch_answer(const struct event *event)
{
	const char *effect = watch_text(event, "effect");

	if (strcmp(effect, "counts") != 0 && strcmp(effect, "interim") != 0)
		return;
	expect(event->passage == watch.open &&
		       strcmp(watch_text(event, "seq_no"), watch.seq_no) == 0,
	       "an answer counts that is not for the newest question");
	expect(!watch.is_answered, "a second answer counts");
	watch.is_answered = strcmp(effect, "counts") == 0;
}

static bool needs_no_passage(const char *act)
{
	for (int verb = 0; verb < ACT_VERBS; verb++)
		if (strcmp(act_verb_name((enum act_verb)verb), act) == 0)
			return !(act_rule_of((enum act_verb)verb)->needs &
				 ACT_NEEDS_PASSAGE);
	return false;
}

static void watch_act(const struct event *event)
{
	bool resets = strcmp(watch_text(event, "act"), "reset") == 0;

	bool means_none = number_of(event, "meant_passage") == 0 &&
			  needs_no_passage(watch_text(event, "act"));

	expect(resets || means_none || number_of(event, "meant_passage") == watch.open,
	       "an act is taken for a passage that is not in the lane");
	watch.was_reset = watch.was_reset || resets;
	if (resets && !watch.bench->site.lanes[0].lines[LINE_RESET].is_used)
		watch.exit.is_locked = watch.entry.is_locked = false;
	watch.accepted++;
}

static void watch_inquiry(const struct event *event)
{
	text_copy(watch.seq_no, sizeof(watch.seq_no), watch_text(event, "seq_no"));
	watch.is_answered = false;
}

static void watch_authorised(const struct event *event)
{
	const char *by = watch_text(event, "by");
	bool by_itself =
		strcmp(by, "officer") != 0 &&
		(strcmp(by, "customs") != 0 || watch_text(event, "actor")[0] == '\0');

	expect(event->passage == watch.open, "a lift is authorised for no open passage");
	watch.lift.ticket = event->ticket;
	watch.lift.passage = event->passage;
	watch.lift.is_repeated = number_of(event, "repeated") != 0;
	watch.lift.is_clearing = by_itself;
	watch_right(by);
	watch.lift.is_committed = false;
	watch.lift.sends_away = watch.sends_away;
}

static void watch_verdict(const struct event *event)
{
	watch.sends_away = strcmp(watch_text(event, "verdict"), "inspection") == 0 ||
			   strcmp(watch_text(event, "verdict"), "return") == 0;
}

static void watch_commanded(const struct event *event)
{
	expect(watch.lift.ticket != 0 && watch.lift.is_committed,
	       "a lift is commanded that is not in the record");
	expect(watch.lift.passage == event->passage && event->passage == watch.open,
	       "a lift is commanded for another passage than it was authorised for");
	expect(watch.lift.is_repeated == (watch.lifts > 0),
	       "a repeated lift is not recorded as one");
	watch.clearing_lifts += watch.lift.is_clearing && !watch.lift.is_repeated;
	expect(watch.clearing_lifts <= 1, "two clearing lifts in one passage");
	watch.lift.ticket = 0;
	watch.was_sent_away = watch.lift.sends_away;
	watch.lifts++;
	watch.may_open = true;
	/* Loops are filtered: who has just left them still counts as there. */
	watch.has_crossed = watch.bench->now_ms - watch.near_ms < 100;
	watch.hits->lifts++;
}

/* The exit's notes come with the scan, the entry's are told by the record alone. */
static void watch_safety(const struct event *event)
{
	if (strcmp(watch_text(event, "barrier"), "entry") == 0 &&
	    strcmp(watch_text(event, "what"), interlock_note_text(NOTE_LOCKED)) == 0)
		watch.entry.is_locked = true;
}

static void on_event(struct bench *bench, const struct event *event)
{
	(void)bench;
	if (watch.trace && event->kind != EVENT_EVIDENCE)
		fprintf(watch.trace, "  %6lld  %s  passage %lld  %s%s%s%s\n",
			(long long)(bench->now_ms - watch.started_ms),
			event_kind_name((enum event_kind)event->kind),
			(long long)event->passage, watch_text(event, "outcome"),
			watch_text(event, "reason"), watch_text(event, "what"),
			watch_text(event, "code"));
	switch (event->kind) {
	case EVENT_PASSAGE_OPENED: watch_opened(event); break;
	case EVENT_PASSAGE_CLOSED: watch_closed(event); break;
	case EVENT_VERDICT: watch_verdict(event); break;
	case EVENT_LIFT_AUTHORISED: watch_authorised(event); break;
	case EVENT_LIFT_WITHDRAWN: watch.lift.ticket = 0; break;
	case EVENT_LIFT_COMMANDED: watch_commanded(event); break;
	case EVENT_INQUIRY: watch_inquiry(event); break;
	case EVENT_ANSWER: watch_answer(event); break;
	case EVENT_SAFETY: watch_safety(event); break;
	case EVENT_BARRIER: watch_entry_event(watch_text(event, "what")); break;
	case EVENT_OFFICER_ACT: watch_act(event); break;
	case EVENT_LANE_TURNED:
	case EVENT_LANE_TURN_WITHDRAWN: watch_turn_event(event); break;
	default: break;
	}
}

static void on_ack(struct bench *bench, const struct journal_ack *ack)
{
	(void)bench;
	if (ack->ticket == watch.lift.ticket)
		watch.lift.is_committed = ack->is_committed;
	watch_turn_ack(ack);
}

static bool reports_done(const struct lane_out *out)
{
	const char *result;

	for (size_t i = 0; i < out->event_count; i++)
		if (out->events[i].kind == EVENT_COMMAND_RESULT &&
		    event_get_text(&out->events[i], "result", &result) &&
		    result[0] == '0')
			return true;
	return false;
}

/* A 0x32 that says "done" stands beside an act that was taken. */
static void on_out(struct bench *bench, const struct lane_out *out)
{
	(void)bench;
	watch.results += (int)out->result_count;
	for (size_t i = 0; i < out->note_count; i++)
		watch_note(&out->order_notes[i]);
	for (int i = 0; i < LANE_RULES_MAX / 64; i++)
		for (uint64_t rest = out->rules[i]; rest != 0; rest &= rest - 1)
			watch.hits->rows[64 * i + __builtin_ctzll(rest)]++;
	for (uint32_t rest = out->notes; rest != 0; rest &= rest - 1)
		watch.hits->notes[__builtin_ctz(rest)]++;
	watch.exit.is_locked = watch.exit.is_locked || (out->notes & NOTE_LOCKED) != 0;
	if (reports_done(out))
		for (size_t i = 0; i < out->event_count; i++)
			expect(out->events[i].kind != EVENT_ACT_REFUSED,
			       "customs is told that a refused command was done");
}

/* ---- the steel -------------------------------------------------------------------------- */

static bool is_under_arm(const struct bench *bench)
{
	return bench_touches(&bench->vehicle, BENCH_ARM_MM, BENCH_ARM_MM) ||
	       bench_touches(&bench->second, BENCH_ARM_MM, BENCH_ARM_MM);
}

static void watch_steel(const struct bench *bench)
{
	const uint32_t both = 1u << POSITION_LOOP | 1u << POSITION_BEAM;
	bool is_under = is_under_arm(bench);

	if ((bench->stuck & both) ||
	    bench_touches(&bench->vehicle, BENCH_LOOP_MM, BENCH_LOOP_END_MM) ||
	    bench_touches(&bench->second, BENCH_LOOP_MM, BENCH_LOOP_END_MM)) {
		watch.near_ms = bench->now_ms;
		watch.has_crossed = true;
	}
	expect(!(bench->motor.lower && !watch.exit.was_held && is_under &&
		 (bench->dead & both) != both),
	       "the arm comes down on a vehicle that a working device sees");
}

/* An open arm and a lane that knows nothing of it. */
static void watch_unnoticed(const struct lane_inputs *in)
{
	enum lane_state state = watch.bench->lane.state;
	bool is_early = state == LANE_IDLE || state == LANE_GATHERING ||
			state == LANE_ASKING || state == LANE_SILENT;

	if (!in->interlock.is_known || in->interlock.limit_down || !is_early ||
	    watch.bench->record_is_full)
		watch.unnoticed_since_ms = in->now_ms;
	expect(in->now_ms - watch.unnoticed_since_ms < 500,
	       "the arm is open and the lane goes on as if it were closed");
}

static void on_scan(struct bench *bench, const struct lane_inputs *in)
{
	const struct lane *lane = &bench->lane;
	struct lane_inputs seen = *in;

	if (lane->is_raised_by_hand)
		seen.interlock.emergency = seen.entry.emergency = true;
	if (!in->interlock.is_known)
		memset(watch.disagrees_since_ms, 0, sizeof(watch.disagrees_since_ms));
	if (in->interlock.is_known)
		watch_people(&in->interlock);
	watch_arm_see(&watch.exit, &in->interlock);
	watch_motor(&seen.interlock);
	watch_steel(bench);
	watch_entry(&seen);
	watch_turn(&seen);
	watch_unnoticed(in);
	if (lane->state == LANE_IDLE || lane->state == LANE_BLOCKED)
		watch.may_open = false;
	if (lane->state == LANE_BLOCKED && lane->block_reason == REASON_RESTARTED &&
	    in->interlock.is_known && !in->interlock.limit_down && watch.is_starting)
		watch.hits->rules[RULE_S12_WAITED_OPEN]++;
	if (in->interlock.is_known)
		watch.is_starting = false;
	if (watch.trace && lane->state != watch.state_last)
		fprintf(watch.trace, "  %6lld  is %s, arm %d, vehicles at %d %d\n",
			(long long)(in->now_ms - watch.started_ms),
			lane_state_name(lane->state), bench->arm,
			bench->vehicle.is_here ? bench->vehicle.front_mm : -1,
			bench->second.is_here ? bench->second.front_mm : -1);
	watch.state_last = lane->state;
	watch.hits->scans++;
}

static const struct bench_watch hooks = {
	.event = on_event, .ack = on_ack, .out = on_out, .scan = on_scan};

void watch_begin(struct watch *w, struct bench *bench)
{
	w->bench = bench;
	w->started_ms = w->unnoticed_since_ms = bench->now_ms;
	bench->watch = &hooks;
	watch_restart(w);
}

void watch_restart(struct watch *w)
{
	memset(&w->exit, 0, sizeof(w->exit));
	memset(&w->entry, 0, sizeof(w->entry));
	w->entry_may_open = w->entry_was_ours = false;
	w->open = 0;
	w->lift.ticket = 0;
	w->is_starting = true;
	w->may_open = w->was_reset = false;
	w->acts = w->results = 0;
	watch_turn_begin();
	memset(w->disagrees_since_ms, 0, sizeof(w->disagrees_since_ms));
	memset(w->is_faulty, 0, sizeof(w->is_faulty));
	w->key_last = w->buttons_were_free = false;
}

const char *property_rule_name(enum property_rule rule)
{
	static const char *const names[PROPERTY_RULES] = {
		[RULE_RAISED_UNRECORDED] = "raised while the record had no room",
		[RULE_ENTRY_OPENED] = "the entry opened",
		[RULE_ENTRY_CLOSED] = "the entry closed",
		[RULE_ENTRY_WAITED] = "the exit waited for the entry",
		[RULE_TURNED] = "a reversible lane was turned",
		[RULE_TURN_WITHDRAWN] = "a turn was withdrawn",
		[RULE_TURNED_GREEN] = "a turned lane let one through",
		[RULE_S2_RAISED_FROM_LOWERING] = "S2 raised from lowering at once",
		[RULE_S3_KEY_TURNED] = "S3 the lock was taken back at the gate",
		[RULE_S4_PROVED_RAISE] = "S4 proved, then raised",
		[RULE_S4_PROVED_LOWER] = "S4 proved, then lowered",
		[RULE_S5_HELD_UP] = "S5 raised by hold-to-run",
		[RULE_S5_HELD_DOWN] = "S5 lowered by hold-to-run",
		[RULE_S5_HELD_DOWN_PAST_A_FAULTY_DEVICE] =
			"S5 lowered by hold-to-run past a faulty device",
		[RULE_S6_REVERSED_BY_LOOP] = "S6 reversed by the loop alone",
		[RULE_S6_REVERSED_BY_BEAM] = "S6 reversed by the beam alone",
		[RULE_S8_HEARTBEAT_STOOD] = "S8 the heartbeat stood still",
		[RULE_S8_WITHDRAWN] = "S8 a lowering was withdrawn",
		[RULE_S10_BARRED] = "S10 a faulty pair kept the arm from lowering",
		[RULE_S12_WAITED_OPEN] = "S12 waited with the arm open after a start",
	};

	return names[rule];
}
