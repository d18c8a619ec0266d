/* SPDX-License-Identifier: MIT */
/*
 * What the actions of a script do to the world, and how faults end.
 */
#include <string.h>

#include "tests/unit/lane_property_watch.h"
#include "tests/unit/lane_property_world.h"

static struct bench *const bench = &world.bench;

static void enter(int body, int32_t reads, int32_t speed_mm, enum property_drive drive)
{
	struct driver driver = {.drive = drive, .speed_mm = speed_mm, .reads = reads};

	for (int i = 0; i < 2; i++)
		if (!world_vehicle(i)->is_here) {
			world_place(i, body, -500, &driver);
			return;
		}
}

/* A second gate whose first one has seen nothing, the truck just now, or long ago. */
static void set_gate(int32_t what)
{
	struct site *site = &bench->site;
	struct pairing_entry entry = {
		.at_ms = bench->now_ms - (what == 3 ? 1000000 : 1000),
		.passage = 1,
		.direction = 'I',
		.lane = 1,
		.plate = "浙A12345",
	};

	site->lane_count = 2;
	site->lanes[1] = site->lanes[0];
	site->lanes[1].gate = GATE_FIRST;
	site->lanes[0].gate = GATE_SECOND;
	site->lanes[0].between_s = 600;
	if (what > 1)
		pairing_note(bench->pairing, &entry);
}

static void do_lane(const struct property_action *action)
{
	struct site_lane *lane = &bench->site.lanes[0];

	switch (action->a) {
	case SET_STEEL:
		lane->on_inspection = action->b & 1 ? STEEL_LIFTS : STEEL_STAYS;
		lane->on_return = action->b & 2 ? STEEL_LIFTS : STEEL_STAYS;
		break;
	case SET_LOOP_ACTIVITY: lane->barrier.loop_proof = PROOF_ACTIVITY; break;
	case SET_BEAM_ACTIVITY: lane->barrier.beam_proof = PROOF_ACTIVITY; break;
	case SET_NO_DECK:
		bench_equip(bench, BENCH_ALL_DEVICES & ~(1u << BENCH_WEIGHT), false);
		break;
	case SET_ENTRY: bench_equip_entry(bench); break;
	case SET_DEVICES:
		bench_equip(bench, (uint32_t)action->b,
			    lane->lines[LINE_SCALE_ENTRY].is_used);
		break;
	case SET_GATE: set_gate(action->b); break;
	case SET_ARM_STEP: bench->arm_step = action->b; break;
	case SET_PAIRS:
		bench_wire_pairs(bench);
		if (action->b & 1)
			lane->barrier.loop_proof = PROOF_PAIR;
		if (action->b & 2)
			lane->barrier.beam_proof = PROOF_PAIR;
		break;
	case SET_NO_KEY: lane->lines[LINE_RESET].is_used = false; break;
	case SET_NO_FILTER: lane->glitch_ms = 0; break;
	case SET_ARM_AT: bench->arm = action->b; break;
	case SET_FILE: world_file(action->b); break;
	case SET_LOOKUP: bench->registry_scans = action->b; break;
	case SET_REVERSE: world_equip_reverse(); break;
	default: break;
	}
}

static void do_enter(const struct property_action *action)
{
	enter(action->a, action->b, action->c, (enum property_drive)action->d);
}

static void do_wrong_way(const struct property_action *action)
{
	struct driver driver = {.drive = DRIVE_BACKS,
				.speed_mm = action->c,
				.as_far_as_mm = action->b,
				.has_been_read = true};
	int body = action->a;

	if (!bench->second.is_here)
		world_place(1, body, WORLD_GONE_MM, &driver);
}

static void do_drive(const struct property_action *action)
{
	struct driver *driver = &world.drivers[action->a & 1];

	driver->drive = (enum property_drive)action->b;
	driver->as_far_as_mm = -1000;
	if (action->c != 0)
		driver->speed_mm = action->c;
}

static void do_answer(const struct property_action *action)
{
	static const char *const words[] = {
		"00000000001002000000", "11000000001002000000", "V0000000001002000000",
		"w1w00000001002000000", "o100o000001002000000", "N",
		"X0000000001002000000", "v1v00000001002000000",
	};
	const char *seq = action->b == 0   ? bench->lane.inquiry.seq_no
			  : action->b == 1 ? world.seq_before
					   : "20260101000000999999";

	if (action->a < 8)
		bench_answer(bench, seq, words[action->a], "");
	else
		bench_answer_verdict(bench, seq, VERDICT_RETURN);
}

static void do_operate(const struct property_action *action)
{
	bench_operate(bench, "0123"[action->a & 3],
		      action -> b ? "01000000000000000000" : "00000000001002000000");
}

void world_act(enum act_verb verb, int32_t off_by)
{
	static const struct {
		enum evidence_kind kind;
		const char *value;
	} entries[] = {
		{EVIDENCE_PLATE,  "浙B54321"              },
		{EVIDENCE_BOX,    "CSQU3054383 HLXU4074106"},
		{EVIDENCE_WEIGHT, "23456.5"                },
		{EVIDENCE_CARD,   "6217001"                },
		{EVIDENCE_SEAL,   "HYT-1 broken"           },
		{EVIDENCE_BOX,    "none"                   },
		{EVIDENCE_TAG,    "E200"                   },
	};
	const size_t i = (size_t)watch.acts % (sizeof(entries) / sizeof(entries[0]));
	const char *value = entries[i].value;

	if (verb == ACT_ACK)
		value = lane_alarm_name((enum lane_alarm)(watch.acts % LANE_ALARMS));
	else if (verb == ACT_TURN)
		value = world_direction();
	else if (verb == ACT_CHOOSE)
		value = "Z3111I261101000000000001";
	watch.acts++;
	bench_act_on(bench, verb, bench->lane.passage + off_by, entries[i].kind, value);
}

static void do_act(const struct property_action *action)
{
	world_act((enum act_verb)action->a, action->b);
}

static void set_bit(uint32_t *set, int bit, bool is_on)
{
	*set = is_on ? *set | 1u << bit : *set & ~(1u << bit);
}

static void do_sensor(const struct property_action *action)
{
	set_bit(&bench->stuck, action->a, action->b != 0);
	set_bit(&bench->dead, action->a, action->b == 0);
	world.sensor_until[action->a] = bench->now_ms + action->c;
}

static void do_limit(const struct property_action *action)
{
	bench->limit[action->a & 1] = action->b ? 1 : -1;
	world.limit_until[action->a & 1] = bench->now_ms + action->c;
}

static void do_echo(const struct property_action *action)
{
	world.echo_until[action->a & 1] = bench->now_ms + action->c;
}

static void do_lose(const struct property_action *action)
{
	bench_lose(bench, action->a);
	world.lost_until[action->a] = bench->now_ms + action->c;
}

static void do_read(const struct property_action *action)
{
	world_read_device(action->a, action->b);
}

static void do_record(const struct property_action *action)
{
	bench->record_stalls = action->a != 1;
	bench->record_fails = action->a == 1;
	world.fails_after = action->a == 2;
	world.record_until = bench->now_ms + action->c;
}

static void do_stick(const struct property_action *action)
{
	world.stick_until = bench->now_ms + action->c;
}

static void do_put(const struct property_action *action)
{
	bool is_under = bench_touches(&bench->vehicle, BENCH_ARM_MM, BENCH_ARM_MM) ||
			bench_touches(&bench->second, BENCH_ARM_MM, BENCH_ARM_MM);

	if (action->a > bench->arm || !is_under) /* nobody puts it down on a vehicle */
		bench->arm = action->a;
}

static void do_blind(const struct property_action *action)
{
	world.blind_until = bench->now_ms + action->c;
}

static void do_late(const struct property_action *action)
{
	(void)action;
	bench->now_ms += 150;
	bench->is_late = true;
}

static void do_emergency(const struct property_action *action)
{
	world.emergency_until = bench->now_ms + action->c;
}

static void do_restart(const struct property_action *action)
{
	bench_restart(bench);
	watch_restart(&watch);
	world.down_until = bench->now_ms + action->c;
}

static void do_pair(const struct property_action *action)
{
	bench->second_contact[action->a] = action->b ? 1 : -1;
	world.pair_until[action->a] = bench->now_ms + action->c;
}

static void do_button(const struct property_action *action)
{
	for (int i = 0; i < 2; i++)
		if (action->a == i || action->a == 2)
			world.button_until[i] = bench->now_ms + action->c;
}

static void do_key(const struct property_action *action)
{
	world.key_until = bench->now_ms + action->c;
}

static void do_reverse(const struct property_action *action)
{
	world.reverse_until = bench->now_ms + action->c;
}

static void do_help(const struct property_action *action)
{
	bench->samples[BENCH_CARD].value.post.help_is_pressed = action->a != 0;
}

static void do_deaf(const struct property_action *action)
{
	world.deaf_until[action->a & 1] = bench->now_ms + action->c;
}

static void do_full(const struct property_action *action)
{
	world.full_until = bench->now_ms + action->c;
}

static void do_put_entry(const struct property_action *action)
{
	bool is_under =
		bench_touches(&bench->vehicle, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM) ||
		bench_touches(&bench->second, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM);

	if (bench->lane.entry.exists && (action->a > bench->entry_arm || !is_under))
		bench->entry_arm = action->a;
}

static void (*const doers[PROPERTY_KIND_COUNT])(const struct property_action *) = {
	[DO_LANE] = do_lane,
	[DO_ENTER] = do_enter,
	[DO_WRONG_WAY] = do_wrong_way,
	[DO_DRIVE] = do_drive,
	[DO_ANSWER] = do_answer,
	[DO_OPERATE] = do_operate,
	[DO_ACT] = do_act,
	[DO_SENSOR] = do_sensor,
	[DO_LIMIT] = do_limit,
	[DO_ECHO] = do_echo,
	[DO_LOSE] = do_lose,
	[DO_READ] = do_read,
	[DO_RECORD] = do_record,
	[DO_STICK] = do_stick,
	[DO_PUT] = do_put,
	[DO_BLIND] = do_blind,
	[DO_LATE] = do_late,
	[DO_EMERGENCY] = do_emergency,
	[DO_RESTART] = do_restart,
	[DO_HELP] = do_help,
	[DO_PAIR] = do_pair,
	[DO_BUTTON] = do_button,
	[DO_KEY] = do_key,
	[DO_REVERSE] = do_reverse,
	[DO_DEAF] = do_deaf,
	[DO_PUT_ENTRY] = do_put_entry,
	[DO_FULL] = do_full,
};

/* What people and customs say waits in its queue while the record has no room. */
static bool is_said(const struct property_action *action)
{
	return action->kind == DO_ACT || action->kind == DO_ANSWER ||
	       action->kind == DO_OPERATE;
}

static bool is_due(const struct property_action *action)
{
	int64_t since_ms = world.begun_ms;

	if (bench->record_is_full && is_said(action))
		return false;

	if (action->when != PROPERTY_ANY) {
		if ((int32_t)bench->lane.state != action->when)
			return false;
		since_ms = world.entered_ms;
	}
	if (action->nth != 0 &&
	    bench->numbers.next_passage - world.first_passage != action->nth)
		return false;
	return bench->now_ms - since_ms >= action->after_ms;
}

void world_carry_out(const struct property_script *script)
{
	for (int i = 0; i < script->count && !watch.failure->what[0]; i++) {
		const struct property_action *action = &script->actions[i];

		if (world.is_done[i] || action->kind == DO_LANE || !is_due(action))
			continue;
		world.is_done[i] = true;
		world.happened_ms = bench->now_ms;
		if (watch.trace) {
			fprintf(watch.trace, "  %6lld  > ",
				(long long)(bench->now_ms - watch.started_ms));
			property_print(&(struct property_script){1, {*action}},
				       watch.trace);
		}
		doers[action->kind](action);
	}
}

void world_build(const struct property_script *script)
{
	for (int i = 0; i < script->count; i++)
		if (script->actions[i].kind == DO_LANE)
			do_lane(&script->actions[i]);
}

void world_end_faults(void)
{
	int64_t now_ms = bench->now_ms;

	for (int i = 0; i < POSITION_SENSORS; i++)
		if (world.sensor_until[i] != 0 && now_ms >= world.sensor_until[i]) {
			set_bit(&bench->dead, i, false);
			set_bit(&bench->stuck, i, false);
			world.sensor_until[i] = 0;
		}
	for (int i = 0; i < 2; i++)
		if (now_ms >= world.limit_until[i])
			bench->limit[i] = 0;
	for (int i = 0; i < BENCH_DEVICES; i++)
		if (bench->samples[i].health == DEVICE_LOST &&
		    now_ms >= world.lost_until[i]) {
			bench->samples[i].health = DEVICE_WELL;
			bench->samples[i].has_value = true;
		}
	for (int i = 0; i < INTERLOCK_CHANNELS; i++)
		if (now_ms >= world.pair_until[i])
			bench->second_contact[i] = 0;
	bench->hold_raise = now_ms < world.button_until[0];
	bench->hold_lower = now_ms < world.button_until[1];
	bench->key_is_turned = now_ms < world.key_until;
	bench->drive_is_reversed = now_ms < world.reverse_until;
	bench->loop_is_dead = now_ms < world.echo_until[0];
	bench->beam_is_dead = now_ms < world.echo_until[1];
	bench->loops_are_lost = now_ms < world.deaf_until[0];
	bench->lights_are_lost = now_ms < world.deaf_until[1];
	bench->arm_is_stuck = now_ms < world.stick_until;
	bench->is_blind = now_ms < world.blind_until;
	bench->emergency = now_ms < world.emergency_until;
	bench->record_is_full = now_ms < world.full_until;
	if (world.record_until != 0 && now_ms >= world.record_until) {
		bench->record_stalls = false;
		bench->record_fails = world.fails_after;
		world.record_until = world.fails_after ? now_ms + 200 : 0;
		world.fails_after = false;
	}
}

void world_repair(void)
{
	memset(world.sensor_until, 0, sizeof(world.sensor_until));
	memset(world.limit_until, 0, sizeof(world.limit_until));
	memset(world.echo_until, 0, sizeof(world.echo_until));
	memset(world.lost_until, 0, sizeof(world.lost_until));
	memset(world.deaf_until, 0, sizeof(world.deaf_until));
	memset(world.pair_until, 0, sizeof(world.pair_until));
	memset(world.button_until, 0, sizeof(world.button_until));
	world.key_until = world.reverse_until = 0;
	world.record_until = world.stick_until = world.blind_until =
		world.emergency_until = world.down_until = world.full_until = 0;
	world.fails_after = bench->record_stalls = bench->record_fails = false;
	bench->stuck = bench->dead = 0;
}
