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

static void expect(bool holds, const char *what)
{
	if (!holds)
		watch_fail(&watch, what);
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
		watch.is_locked = false;
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
	watch.is_locked = watch.is_locked || (out->notes & NOTE_LOCKED) != 0;
	if (reports_done(out))
		for (size_t i = 0; i < out->event_count; i++)
			expect(out->events[i].kind != EVENT_ACT_REFUSED,
			       "customs is told that a refused command was done");
}

/* ---- the motor -------------------------------------------------------------------------- */

static enum safety_proof proof_of(int d)
{
	const struct site_barrier *barrier = &watch.bench->lane.config->barrier;

	return d == 0 ? barrier->loop_proof : barrier->beam_proof;
}

/* S10 and S3, told from the inputs alone. */
static void watch_people(const struct interlock_inputs *in)
{
	bool is_turned = in->reset && !watch.key_last && watch.was_known;

	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		if (!in->disagrees[c])
			watch.disagrees_since_ms[c] = 0;
		else if (watch.disagrees_since_ms[c] == 0)
			watch.disagrees_since_ms[c] = in->now_ms;
		else if (in->now_ms - watch.disagrees_since_ms[c] > 200)
			watch.is_faulty[c] = true;
		if (is_turned && !in->disagrees[c])
			watch.is_faulty[c] = false;
	}
	if (is_turned) {
		watch.hits->rules[RULE_S3_KEY_TURNED] += watch.is_locked;
		watch.is_locked = false;
	}
	watch.key_last = in->reset;
}

/* True when a person at the gate moves the arm in this scan: told by the phase, and held against
 * the buttons. */
static bool watch_hold(const struct interlock_inputs *in)
{
	const struct interlock *lock = &watch.bench->lane.interlock;
	bool holds = lock->phase == INTERLOCK_HOLD_RAISING ||
		     lock->phase == INTERLOCK_HOLD_LOWERING;
	bool is_down = lock->phase == INTERLOCK_HOLD_LOWERING;

	if (holds) {
		expect(in->is_known && !in->is_late && !in->emergency &&
			       in->hold_raise == !is_down && in->hold_lower == is_down,
		       "a held movement goes on without its button alone");
		expect(watch.was_held || watch.buttons_were_free,
		       "a held movement begins with a button that was on before");
		watch.hits->rules[is_down ? RULE_S5_HELD_DOWN : RULE_S5_HELD_UP]++;
		watch.hits->rules[RULE_S5_HELD_DOWN_PAST_A_FAULTY_DEVICE] +=
			is_down && (in->occupied[0] || in->occupied[1]);
	} else if (watch.was_held) {
		expect(in->emergency ||
			       !(watch.bench->motor.raise || watch.bench->motor.lower),
		       "the arm goes on after the button was let go");
	}
	watch.was_held = holds;
	watch.buttons_were_free =
		in->is_known && !in->is_late && !in->hold_raise && !in->hold_lower;
	return holds;
}

/* What sees something forbids lowering; to a person at the gate only when it is well itself. */
static void watch_occupied(const struct interlock_inputs *in, bool holds)
{
	const struct interlock *lock = &watch.bench->lane.interlock;

	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		expect(!watch.bench->motor.lower || !in->occupied[d] ||
			       (holds && (watch.is_faulty[d] || lock->is_unproved[d])),
		       "lowers while loop or beam see something");
}

/* S3, S10: no automatic movement in the direction that is barred. */
static void watch_barred(const struct interlock_inputs *in)
{
	const struct interlock_outputs *motor = &watch.bench->motor;
	bool is_faulty = watch.is_faulty[CHANNEL_LOOP] || watch.is_faulty[CHANNEL_BEAM] ||
			 watch.is_faulty[CHANNEL_LIMIT_DOWN] ||
			 watch.is_faulty[CHANNEL_EMERGENCY];

	expect(!(motor->lower && is_faulty), "lowers with a faulty pair of contacts");
	expect(!(motor->lower && watch.is_locked), "lowers after two obstructions");
	expect(!(motor->raise && !watch.last.raise && !watch.last.lower &&
		 !in->emergency && watch.is_faulty[CHANNEL_LIMIT_UP]),
	       "raises with a faulty upper limit");
	watch.hits->rules[RULE_S10_BARRED] +=
		is_faulty && watch.bench->lane.interlock.last_wish == ARM_LOWER;
}

/* Inputs of this scan answer the outputs of the one before. */
static void watch_proofs(const struct interlock_inputs *in)
{
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		struct watch_proof *proof = &watch.proof[d];

		if (watch.was_known && in->occupied[d] != watch.occupied_last[d])
			proof->has_changed = true;
		if (watch.last.test[d])
			proof->asserted = true;
		if (proof->asserted && watch.last.test[d] && in->occupied[d])
			proof->answered = true;
		else if (proof->answered && !watch.last.test[d] && !in->occupied[d]) {
			proof->passed_ms = in->now_ms;
			proof->asserted = proof->answered = false;
		}
		if (in->occupied[d] && !watch.last.test[d])
			proof->occupied_ms = in->now_ms;
		if (!in->disagrees[d])
			proof->agreed_ms = in->now_ms;
	}
}

static bool is_proved(int d, bool for_lowering, int64_t now_ms)
{
	const struct watch_proof *proof = &watch.proof[d];
	int32_t within_ms = 3 * watch.bench->lane.config->barrier.test_window_ms;

	if (proof_of(d) == PROOF_ACTIVITY)
		return !for_lowering || proof->has_changed;
	if (proof_of(d) == PROOF_PAIR && now_ms - proof->agreed_ms <= within_ms)
		return true;
	if (proof->passed_ms != 0 && now_ms - proof->passed_ms <= within_ms)
		return true;
	return !for_lowering && proof->occupied_ms != 0 && /* can't be tested */
	       now_ms - proof->occupied_ms <= within_ms;
}

static void watch_start(const struct interlock_inputs *in, bool lowers)
{
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		expect(is_proved(d, lowers, in->now_ms),
		       lowers ? "lowers without a passed proof"
			      : "raises without a passed proof");
		watch.proof[d].passed_ms = 0;
	}
	watch.hits->rules[lowers ? RULE_S4_PROVED_LOWER : RULE_S4_PROVED_RAISE]++;
}

static void watch_raise_start(const struct interlock_inputs *in)
{
	bool reverses = watch.last.lower;

	if (reverses && in->occupied[0] && !in->occupied[1])
		watch.hits->rules[RULE_S6_REVERSED_BY_LOOP]++;
	if (reverses && in->occupied[1] && !in->occupied[0])
		watch.hits->rules[RULE_S6_REVERSED_BY_BEAM]++;
	if (reverses && !in->occupied[0] && !in->occupied[1])
		watch.hits->rules[RULE_S2_RAISED_FROM_LOWERING]++;
	if (reverses || in->emergency)
		return;
	watch_start(in, false);
	expect(watch.may_open || watch.was_reset,
	       "raises without a lift in the record, or a reset, since the start");
	if (in->limit_down && !in->limit_up)
		expect(watch.may_open, "opens a closed arm without a lift in the record");
}

static void watch_motor(const struct interlock_inputs *in)
{
	const struct interlock_outputs *motor = &watch.bench->motor;
	enum arm_wish wish = watch.bench->lane.interlock.last_wish;
	bool stands = !in->is_known || in->is_late;
	bool holds = watch_hold(in);

	expect(!(motor->raise && motor->lower), "both directions at once");
	watch_occupied(in, holds);
	expect(!(stands &&
		 (motor->raise || motor->lower || motor->test[0] || motor->test[1])),
	       "moves or tests with inputs unknown or in a late scan");
	expect(!(stands && motor->heartbeat != watch.last.heartbeat),
	       "the heartbeat goes on with inputs unknown or in a late scan");
	expect(stands || motor->heartbeat != watch.last.heartbeat,
	       "the heartbeat stands still in a healthy scan");
	expect(!(motor->lower && in->emergency), "lowers in an emergency");
	watch.hits->rules[RULE_S8_HEARTBEAT_STOOD] += stands;
	if (holds)
		return;
	watch_barred(in);
	expect(!motor->lower || wish == ARM_LOWER, "lowers unasked");
	expect(!motor->raise || watch.last.raise || wish == ARM_RAISE ||
		       watch.last.lower || in->emergency,
	       "raises unasked");
	if (motor->raise && !watch.last.raise)
		watch_raise_start(in);
	if (motor->lower && !watch.last.lower)
		watch_start(in, true);
	if (!stands && watch.last.lower && !motor->lower && !motor->raise &&
	    !in->limit_down)
		watch.hits->rules[RULE_S8_WITHDRAWN]++;
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
	expect(!(bench->motor.lower && !watch.was_held && is_under &&
		 (bench->dead & both) != both),
	       "the arm comes down on a vehicle that a working device sees");
}

/* An open arm and a lane that knows nothing of it. */
static void watch_unnoticed(const struct lane_inputs *in)
{
	enum lane_state state = watch.bench->lane.state;
	bool is_early = state == LANE_IDLE || state == LANE_GATHERING ||
			state == LANE_ASKING || state == LANE_SILENT;

	if (!in->interlock.is_known || in->interlock.limit_down || !is_early)
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
	if (in->interlock.is_known) {
		watch_people(&in->interlock);
		if (watch.was_down && !in->interlock.limit_down)
			watch.proof[0].has_changed = watch.proof[1].has_changed = false;
		watch_proofs(&in->interlock);
		memcpy(watch.occupied_last, in->interlock.occupied,
		       sizeof(watch.occupied_last));
		watch.was_down = in->interlock.limit_down && !in->interlock.limit_up;
	}
	watch.was_known = in->interlock.is_known;
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
	watch.last = bench->motor;
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
	memset(w->proof, 0, sizeof(w->proof));
	memset(&w->last, 0, sizeof(w->last));
	memset(&w->entry_last, 0, sizeof(w->entry_last));
	w->entry_may_open = w->entry_was_ours = false;
	w->open = 0;
	w->lift.ticket = 0;
	w->is_starting = true;
	w->may_open = w->was_reset = w->was_known = w->was_down = false;
	w->acts = w->results = 0;
	watch_turn_begin();
	memset(w->disagrees_since_ms, 0, sizeof(w->disagrees_since_ms));
	memset(w->is_faulty, 0, sizeof(w->is_faulty));
	w->key_last = w->is_locked = w->was_held = w->buttons_were_free = false;
}

const char *property_rule_name(enum property_rule rule)
{
	static const char *const names[PROPERTY_RULES] = {
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
