/* SPDX-License-Identifier: MIT */
/*
 * The C side of the model. See gate_model.h.
 */
#include "tests/model/gate_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/lane/lane.h"
#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

/* A scan of the model: coarse, so that few states differ only in how long they have lasted. The
 * interlock's own times are multiples of it, or are made so below. */
enum { INTERLOCK_BYTES = 176 };
enum { SCAN_MS = 500, NOW_MS = 1000000, OLD_MS = NOW_MS - 4 * SCAN_MS, TRAVEL_MS = 1000 };
enum { TRAVEL_SCANS = TRAVEL_MS / SCAN_MS + 1 };

struct gate_model model;

/* Choices of this step, and scratch that no step reads before writing it. */
static struct {
	struct act act;
	enum customs_verdict verdict;
	enum model_evidence evidence;
	int guard; /* of said_guards[], the one that holds */
	bool seal_is_bad, record_is_well;
} said;
static struct site site;
static struct lane lane, fresh;
static struct lane_out out;
static struct lane_numbers numbers;
static struct pairing pairing; /* empty: nobody passed a first gate */
static struct interlock_outputs motor;
static uint64_t rows[LANE_RULES_MAX]; /* how often each was taken */

/* Guards that rest on what the model has not: files, orders, modes, a second gate. The world says
 * whether they hold. */
static bool (*const said_guards[])(const struct lane *) = {
	NULL, /* none of them */
	lane_is_shut,
	lane_is_in_mode,
	lane_is_registered,
	lane_has_no_right,
	lane_has_several_orders,
	lane_misses_first_gate,
	lane_clears_offline,
	lane_answer_releases_misfit,
};
_Static_assert(sizeof(said_guards) / sizeof(said_guards[0]) == MODEL_SAID_GUARDS,
	       "gate.pml");

static const enum act_verb acts[MODEL_ACTS] = {
	ACT_RELEASE, ACT_INSPECT, ACT_RETURN, ACT_HOLD, ACT_RESET, ACT_REGATHER, ACT_ASK,
};

enum { SLOT_PLATE, SLOT_TAG, SLOT_BOX, SLOT_SEAL, SLOTS };
static const enum evidence_kind slots[SLOTS] = {EVIDENCE_PLATE, EVIDENCE_TAG,
						EVIDENCE_BOX, EVIDENCE_SEAL};

static void break_rule(const char *what)
{
	model.is_broken = 1;
	printf("broken: %s\n", what);
}

static void make_site(bool has_key)
{
	struct site_lane *config = &site.lanes[0];

	site.lane_count = 1;
	site.device_count = SLOTS;
	text_copy(config->name, sizeof(config->name), "in1");
	config->direction = 'I';
	config->sign = config->post = SITE_NO_DEVICE;
	config->barrier = (struct site_barrier){
		.travel_ms = TRAVEL_MS,
		.test_window_ms = SCAN_MS,
		.expire_ms = 100,
		.loop_proof = PROOF_TEST_OUTPUT,
		.beam_proof = PROOF_TEST_OUTPUT,
	};
	config->lines[LINE_RESET].is_used = has_key;
	config->on_inspection = has_key ? STEEL_LIFTS : STEEL_STAYS;
	config->on_return = has_key ? STEEL_STAYS : STEEL_LIFTS;
	for (size_t i = 0; i < SLOTS; i++)
		config->evidence[i] = (struct site_evidence){
			.kind = slots[i],
			.device = (uint16_t)i,
			.is_required = i != SLOT_SEAL,
		};
	config->evidence_count = SLOTS;
	config->rights = RIGHT_ORDER;
}

static void read_plate(struct evidence *evidence, int read, const char *text)
{
	evidence->state = text[0] ? EVIDENCE_COLLECTED : EVIDENCE_DOUBTFUL;
	evidence->value.has_value = true;
	text_copy(evidence->value.value.reads.read[read].text,
		  sizeof(evidence->value.value.reads.read[read].text), text);
}

static void say_evidence(void)
{
	struct evidence *slot = lane.evidence;
	bool differ = said.evidence == SAID_PLATES_DIFFER;
	bool none = said.evidence == SAID_NO_PLATE;

	read_plate(&slot[SLOT_PLATE], 0, none ? "" : "浙A12345");
	read_plate(&slot[SLOT_TAG], 1, none ? "" : differ ? "浙B12345" : "浙A12345");
	slot[SLOT_BOX].state =
		said.evidence == SAID_BAD_BOX ? EVIDENCE_DOUBTFUL : EVIDENCE_COLLECTED;
	slot[SLOT_BOX].value.has_value = true;
	slot[SLOT_SEAL].state = EVIDENCE_COLLECTED;
	slot[SLOT_SEAL].value.has_value = true;
	slot[SLOT_SEAL].value.value.seal.is_present = true;
	slot[SLOT_SEAL].value.value.seal.is_sealed = !said.seal_is_bad;
	if (said.evidence == SAID_INCOMPLETE)
		slot[SLOT_BOX].state = EVIDENCE_MISSING; /* its deadline may be over */
	lane_vote(&lane);
}

/* The lane as the model knows it. */
static void unfold(void)
{
	lane = fresh;
	out.event_count = 0;
	out.has_ask = out.has_cancel = false;
	lane.now_ms = NOW_MS;
	lane.out = &out;
	lane.numbers = &numbers;
	lane.pairing = &pairing;
	numbers.next_ticket = 1;
	numbers.next_passage = 2;
	lane.state = (enum lane_state)model.state;
	lane.interlock = model.interlock;
	lane.reason = (enum reason)model.reason;
	lane.block_reason = (enum reason)model.block_reason;
	lane.passage = model.has_passage;
	if (model.is_asked)
		text_copy(lane.inquiry.seq_no, sizeof(lane.inquiry.seq_no), "1");
	lane.inquiry.is_answered = model.is_answered;
	lane.inquiry.verdict = said.verdict;
	lane.inquiry.reason = REASON_CUSTOMS_REFUSED;
	lane.lift_ticket = model.awaits_commit;
	lane.stages.opened = model.has_passage ? NOW_MS - SCAN_MS : 0;
	lane.stages.commanded = model.is_commanded ? NOW_MS - SCAN_MS : 0;
	lane.clearing_lifts = model.clearing_lifts;
	lane.has_restarted = model.has_restarted;
	lane.record_is_well = said.record_is_well;
	lane.act = &said.act;
	lane.input_is_emergency = model.interlock.was_emergency;
	say_evidence();
}

/* What of the lane can still decide something: a state needs its own memory only. */
static void fold(void)
{
	bool is_held = lane.state == LANE_HELD, is_blocked = lane.state == LANE_BLOCKED;
	bool asks = lane.state == LANE_ASKING || lane.state == LANE_SILENT;

	model.state = (uint8_t)lane.state;
	model.interlock = lane.interlock;
	model.holds = 0;
	model.holds_for_evidence = is_held && !lane_is_held_for_good(&lane);
	model.reason = !is_held                   ? REASON_NONE
		       : model.holds_for_evidence ? REASON_DEVICE_DEAD
						  : REASON_OFFICER;
	model.block_reason = is_blocked && !lane_closed_again(&lane) ? REASON_ARM_FAULT
								     : REASON_RESTARTED;
	model.has_passage = lane.passage != 0;
	model.is_asked = asks;
	model.is_answered = asks && lane.inquiry.is_answered;
	model.awaits_commit = lane.lift_ticket != 0;
	model.is_commanded = lane.stages.commanded != 0 && lane.passage != 0;
	model.clearing_lifts = lane.clearing_lifts > 2 ? 2 : lane.clearing_lifts;
	model.has_restarted = lane.has_restarted;
	if (!model.has_passage)
		model.clearances = model.clearing_lifts = 0;
	if (!model.awaits_commit)
		model.is_committed = model.is_by_hand = 0;
}

/* Needs what the model has not: an entry barrier. */
static bool is_left_out(const struct lane_rule *rule)
{
	return rule->when == lane_act_resets_entry;
}

static void tell_rows(void)
{
	size_t taken = 0, left_out = 0;

	for (size_t i = 0; i < lane_rule_count; i++) {
		const struct lane_rule *rule = &lane_rules[i];

		taken += rows[i] != 0;
		left_out += is_left_out(rule);
		if (rows[i] == 0 && !is_left_out(rule))
			printf("never taken: row %zu, %s on %s\n", i,
			       lane_state_name(rule->from), lane_event_name(rule->on));
	}
	printf("rows: %zu, taken: %zu, left out: %zu\n", lane_rule_count, taken,
	       left_out);
}

void model_begin(int has_key)
{
	static bool is_telling;

	if (!is_telling)
		atexit(tell_rows);
	is_telling = true;
	memset(&site, 0, sizeof(site));
	make_site(has_key);
	memset(&model, 0, sizeof(model));
	said.record_is_well = true;
	lane_init(&fresh, &site, 0);
	lane = fresh;
	model.interlock = lane.interlock;
	model.state = (uint8_t)lane.state;
	model.block_reason = (uint8_t)lane.block_reason;
	model.has_restarted = 1;
}

void model_say(int act, int verdict, int evidence, int guard, int seal_is_bad,
	       int record_is_well)
{
	memset(&said.act, 0, sizeof(said.act));
	said.act.verb = (uint8_t)acts[act];
	said.guard = guard;
	text_copy(said.act.actor, sizeof(said.act.actor), "officer");
	text_copy(said.act.reason, sizeof(said.act.reason), "reason");
	said.verdict = (enum customs_verdict)verdict;
	said.evidence = (enum model_evidence)evidence;
	said.seal_is_bad = seal_is_bad;
	said.record_is_well = record_is_well;
}

static bool is_said(bool (*guard)(const struct lane *))
{
	for (size_t i = 1; i < MODEL_SAID_GUARDS; i++)
		if (said_guards[i] == guard)
			return true;
	return false;
}

void model_guard(int row)
{
	bool (*when)(const struct lane *) = lane_rules[row].when;

	unfold();
	model.holds = is_said(when) ? when == said_guards[said.guard] : when(&lane);
}

/* What the action put into the record decides what may be counted. A lift that was authorised and
 * withdrawn is none. */
static void watch_record(void)
{
	for (size_t i = 0; i < out.event_count; i++) {
		if (out.events[i].kind == EVENT_LIFT_AUTHORISED) {
			model.is_committed = 0;
			model.is_by_hand = lane.lift_is_manual;
		}
		if (out.events[i].kind != EVENT_LIFT_COMMANDED)
			continue;
		if (!model.is_committed)
			break_rule("a lift without its record");
		model.clearances += !model.is_by_hand;
		if (model.clearances > 1)
			break_rule("more than one clearing lift in a passage");
		model.lift_is_owed = 1;
	}
}

void model_take(int row)
{
	const struct lane_rule *rule = &lane_rules[row];
	bool shows_reason = rule->to == LANE_HELD || rule->to == LANE_LEAVING ||
			    rule->to == LANE_BLOCKED;

	rows[row]++;
	unfold();
	if (rule->act)
		rule->act(&lane);
	if (rule->to != rule->from || (rule->act && shows_reason))
		lane_enter(&lane, rule->to);
	watch_record();
	fold();
}

void model_commit(int is_committed)
{
	model.is_committed = (uint8_t)is_committed;
}

/* An instant that is older than everything it is compared with is as old as another. */
static void age(int64_t *instant)
{
	*instant -= SCAN_MS;
	if (*instant < OLD_MS)
		*instant = OLD_MS;
}

static void age_unless_none(int64_t *instant)
{
	if (*instant != 0)
		age(instant);
}

/* Every instant that the interlock keeps: a new one must be added here, or time stands still for
 * it. And what it does not look at before it writes it again. */
_Static_assert(sizeof(struct interlock) == INTERLOCK_BYTES, "see age_interlock()");
static void age_interlock(struct interlock *lock)
{
	age(&lock->phase_since_ms);
	age(&lock->last_raise_ms);
	age(&lock->last_lower_ms);
	age(&lock->retry_at_ms);
	age_unless_none(&lock->origin_left_ms);
	for (int c = 0; c < INTERLOCK_CHANNELS; c++)
		age_unless_none(&lock->disagrees_since_ms[c]);
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		age_unless_none(&lock->echo_until_ms[d]);
	if (lock->phase == INTERLOCK_REST)
		lock->phase_since_ms = OLD_MS;
	if (lock->phase == INTERLOCK_REST || lock->phase == INTERLOCK_PROVING)
		lock->origin_left_ms = 0;
	if (lock->phase != INTERLOCK_PROVING) {
		memset(lock->test_step, 0, sizeof(lock->test_step));
		lock->proving_for = ARM_STAY;
	}
	/* Both devices are proved by their test outputs, never by what they did before. */
	memset(lock->has_changed, 0, sizeof(lock->has_changed));
	lock->heartbeat = false;
}

/* ---- what must always hold --------------------------------------------------------------- */

static bool is_held(void)
{
	return model.interlock.phase == INTERLOCK_HOLD_RAISING ||
	       model.interlock.phase == INTERLOCK_HOLD_LOWERING;
}

/* S4: each device has reported its test since this proof began. */
static void watch_proof(const struct interlock_inputs *in)
{
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		if (model.interlock.phase == INTERLOCK_PROVING && in->occupied[d])
			model.was_proved[d] = 1;
}

static bool sees_something(const struct interlock_inputs *in)
{
	bool sees = false;

	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++)
		sees = sees || (in->occupied[d] &&
				!(is_held() && (model.interlock.is_faulty[d] ||
						model.interlock.is_unproved[d])));
	return sees;
}

static void watch_lowering(const struct interlock_inputs *in, enum interlock_phase before,
			   enum arm_wish wish, bool was_locked)
{
	if (sees_something(in))
		break_rule("S1: lowers onto an occupied loop or beam");
	if (in->emergency)
		break_rule("S11: lowers in an emergency");
	if (is_held())
		return;
	if (!model.was_lowering &&
	    (before != INTERLOCK_PROVING || !model.was_proved[0] || !model.was_proved[1]))
		break_rule("S4: lowers without a proof of both devices");
	if (was_locked)
		break_rule("S3: lowers while locked");
	if (wish != ARM_LOWER)
		break_rule("S12: lowers without being asked to");
}

static void watch_raising(const struct interlock_inputs *in, enum interlock_phase before)
{
	if (before == INTERLOCK_REST && !in->emergency && !is_held())
		break_rule("S4: raises at rest without a proof");
	/* A follower is let out whether or not anything was lifted before. */
	if (before == INTERLOCK_PROVING && !model.lift_is_owed && !in->emergency &&
	    !is_held() && model.state != LANE_FOLLOWED)
		break_rule("raises without a recorded lift");
}

static void watch_motor(const struct interlock_inputs *in)
{
	model.raise_scans = motor.raise ? (uint8_t)(model.raise_scans + 1) : 0;
	model.lower_scans = motor.lower ? (uint8_t)(model.lower_scans + 1) : 0;
	if (motor.lower && motor.raise)
		break_rule("raises and lowers at once");
	if ((motor.lower || motor.raise) && (!in->is_known || in->is_late))
		break_rule("S5, S9: moves blind or after a late scan");
	if (model.raise_scans > TRAVEL_SCANS || model.lower_scans > TRAVEL_SCANS)
		break_rule("S7: the motor runs longer than the travel time");
	if (is_held() && !in->hold_raise && !in->hold_lower)
		break_rule("S5: moves though the button is released");
}

static void remember(void)
{
	model.was_raising = motor.raise;
	model.was_lowering = motor.lower;
	for (int d = 0; d < INTERLOCK_SAFETY_DEVICES; d++) {
		model.is_tested[d] = motor.test[d];
		if (model.interlock.phase != INTERLOCK_PROVING)
			model.was_proved[d] = 0;
	}
	/* Until the lane is at rest a follower may make the arm go up again. */
	if (model.state == LANE_IDLE)
		model.lift_is_owed = 0;
	model.is_down = interlock_is_down(&model.interlock);
	model.is_at_top = interlock_is_up(&model.interlock);
	model.wants_key = interlock_needs_key(&model.interlock) ||
			  interlock_has_fault(&model.interlock);
}

uint32_t model_scan(int inputs)
{
	struct interlock_inputs in = {
		.now_ms = NOW_MS,
		.is_known = !(inputs & MODEL_BLIND),
		.is_late = (inputs & MODEL_LATE) != 0,
		.occupied = {(inputs & (MODEL_LOOP | MODEL_SPLIT)) != 0,
			     (inputs & MODEL_BEAM) != 0},
		.limit_up = (inputs & MODEL_UP) != 0,
		.limit_down = (inputs & MODEL_DOWN) != 0,
		.emergency = (inputs & MODEL_EMERGENCY) != 0,
		.disagrees = {[CHANNEL_LOOP] = (inputs & MODEL_SPLIT) != 0                                         },
		.reset = (inputs & MODEL_KEY) != 0,
		.hold_raise = (inputs & MODEL_HOLD_RAISE) != 0,
		.hold_lower = (inputs & MODEL_HOLD_LOWER) != 0,
	};
	enum interlock_phase before = model.interlock.phase;
	bool was_locked = model.interlock.is_locked;
	enum arm_wish wish;
	uint32_t notes;

	unfold();
	wish = lane_arm_wish(&lane);
	watch_proof(&in);
	notes = interlock_step(&model.interlock, &in, wish, NOW_MS, &motor);
	watch_motor(&in);
	if (motor.lower)
		watch_lowering(&in, before, wish, was_locked && !(notes & NOTE_RESET));
	if (motor.raise)
		watch_raising(&in, before);
	age_interlock(&model.interlock);
	remember();
	return notes;
}

void model_trace(int inputs, uint32_t notes)
{
	static const char letters[] = "lbUDELBSKrw";
	char text[sizeof(letters)] = "";

	for (size_t i = 0; letters[i]; i++)
		text[i] = inputs & 1 << i ? letters[i] : '.';
	printf("%s %-9s %-8s raise %d lower %d tests %d%d locked %d", text,
	       lane_state_name((enum lane_state)model.state),
	       interlock_arm_name(&model.interlock), motor.raise, motor.lower,
	       motor.test[0], motor.test[1], model.interlock.is_locked);
	for (int i = 0; i < NOTE_COUNT; i++)
		if (notes & 1u << i)
			printf(" %s",
			       interlock_note_text((enum interlock_note)(1u << i)));
	putchar('\n');
}

void model_hear_answer(void)
{
	model.is_answered = said.verdict != VERDICT_INTERIM;
}
