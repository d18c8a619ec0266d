/* SPDX-License-Identifier: MIT */
/*
 * A lane on the bench.
 */
#include "tests/unit/lane_bench.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "firmware/lane/wiring.h"
#include "hal/text.h"

/* Where the sensors are, mm along the lane: approach loop, deck beams, loop and beam under the
 * arm, exit loop. */
static const struct {
	int32_t from_mm, to_mm;
} sensors[POSITION_SENSORS] = {
	[POSITION_APPROACH] = {0,     2000 },
	  [POSITION_GATE_LOOP] = {2200,  3800 },
	[POSITION_GATE_BEAM] = {3000,  3050 },
	  [POSITION_ENTRY] = {4000,  4050 },
	[POSITION_END] = {26000, 26050},
	  [POSITION_LOOP] = {30000, 32000},
	[POSITION_BEAM] = {31000, 31050},
	  [POSITION_EXIT] = {36000, 38000},
};
enum { STEP_MM = 28 };

/* Without deck beams the waiting vehicle must cover the approach loop. */
enum { APPROACH_TO_STOP_MM = 25000 };

static const struct {
	enum evidence_kind kind;
	enum device_class class;
	bool is_required;
	int32_t deadline_ms;
} slots[BENCH_DEVICES] = {
	{EVIDENCE_PLATE,  DEVICE_PLATE_CAMERA, true,  8000 },
	{EVIDENCE_TAG,    DEVICE_TAG_READER,   false, 8000 },
	{EVIDENCE_BOX,    DEVICE_BOX_READER,   true,  10000},
	{EVIDENCE_WEIGHT, DEVICE_WEIGHBRIDGE,  true,  20000},
	{EVIDENCE_CARD,   DEVICE_DRIVER_POST,  true,  30000},
	{EVIDENCE_SEAL,   DEVICE_SEAL_READER,  false, 10000},
};

static void fill_lane(struct site_lane *lane)
{
	text_copy(lane->name, sizeof(lane->name), "in1");
	text_copy(lane->chnl_no, sizeof(lane->chnl_no), "3301500101");
	lane->direction = 'I';
	lane->rights = RIGHT_ORDER;
	lane->sign = SITE_NO_DEVICE;
	lane->post = BENCH_CARD;
	lane->answer_ms = 5000;
	lane->overstay_ms = 20000;
	lane->settle_ms = 500;
	lane->glitch_ms = 50;
	lane->barrier = (struct site_barrier){
		.travel_ms = 4000,
		.test_window_ms = 50,
		.clear_ms = 1000,
		.expire_ms = 100,
		.loop_proof = PROOF_TEST_OUTPUT,
		.beam_proof = PROOF_TEST_OUTPUT,
	};
	lane->lines[LINE_RESET].is_used = true;
}

void bench_equip(struct bench *bench, uint32_t devices, bool has_deck)
{
	struct site_lane *lane = &bench->site.lanes[0];

	lane->lines[LINE_SCALE_ENTRY].is_used = lane->lines[LINE_SCALE_EXIT].is_used =
		has_deck;
	lane->evidence_count = 0;
	for (int i = 0; i < BENCH_DEVICES; i++)
		if (devices >> i & 1)
			lane->evidence[lane->evidence_count++] = (struct site_evidence){
				.kind = slots[i].kind,
				.is_required = slots[i].is_required,
				.device = (uint16_t)i,
				.deadline_ms = slots[i].deadline_ms,
				.doubt_below = 80,
			};
}

static void fill_site(struct site *site)
{
	text_copy(site->area_id, sizeof(site->area_id), "3301500001");
	site->lane_count = 1;
	site->device_count = BENCH_DEVICES;
	for (int i = 0; i < BENCH_DEVICES; i++) {
		snprintf(site->devices[i].name, sizeof(site->devices[i].name), "device%d",
			 i);
		site->devices[i].class = slots[i].class;
		site->devices[i].max_age_ms = 2000;
	}
	fill_lane(&site->lanes[0]);
}

void bench_begin(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	fill_site(&bench->site);
	bench_equip(bench, BENCH_ALL_DEVICES, true);
	bench->now_ms = 1000000;
	bench->numbers = (struct lane_numbers){
		.next_passage = 1, .next_ticket = 1, .not_observed_ms = 60000};
	bench->told_to = bench->recorded_to = 'I';
	bench->pairing = &bench->own_pairing;
	pairing_init(bench->pairing, bench->now_ms);
	lane_init(&bench->lane, &bench->site, 0);
	for (int i = 0; i < BENCH_DEVICES; i++) {
		bench->samples[i].device = (uint16_t)i;
		bench->samples[i].class = slots[i].class;
		bench->samples[i].health = DEVICE_WELL;
		bench->samples[i].has_value = true;
		bench->samples[i].value.reads.read[0].sequence = 10;
		bench->samples[i].value.reads.read[1].sequence = 10;
	}
	bench->samples[BENCH_WEIGHT].value.weight =
		(struct device_weight){.is_stable = true};
	bench->samples[BENCH_SEAL].value.seal = (struct device_seal){.sequence = 10};
	bench->samples[BENCH_CARD].value.post =
		(struct device_post){.help_is_pressed = false};
	bench_run(bench, 200);
	bench->log_count = 0;
}

static void join_texts(const struct event *event, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (int i = 0; i < event->field_count && used + 1 < size; i++) {
		const struct event_field *field = &event->fields[i];

		if (field->text_at >= 0)
			used += (size_t)snprintf(to + used, size - used, "%s=%s ",
						 field->key,
						 event->text + field->text_at);
		else
			used += (size_t)snprintf(to + used, size - used, "%s=%lld ",
						 field->key, (long long)field->number);
	}
}

static void log_event(struct bench *bench, const struct event *event)
{
	struct bench_log *log = &bench->log[bench->log_count];

	assert(bench->log_count < (int)(sizeof(bench->log) / sizeof(bench->log[0])));
	log->kind = (enum event_kind)event->kind;
	log->passage = event->passage;
	join_texts(event, log->text, sizeof(log->text));
	bench->log_count++;
}

static void keep_event(struct bench *bench, const struct event *event)
{
	if (bench->watch)
		bench->watch->event(bench, event);
	else
		log_event(bench, event);
	bench->seq++;
	bench->lifts_commanded += event->kind == EVENT_LIFT_COMMANDED;
	if (event->ticket == 0)
		return;
	assert(bench->ticket_count < (int)(sizeof(bench->tickets) / sizeof(uint64_t)));
	bench->tickets[bench->ticket_count++] = event->ticket;
}

/* As a start would read it from the record. */
static void note_direction(struct bench *bench, const struct event *event)
{
	const char *to = "";

	if ((event->kind == EVENT_LANE_TURNED ||
	     event->kind == EVENT_LANE_TURN_WITHDRAWN) &&
	    event_get_text(event, "to", &to))
		bench->told_to = to[0];
}

static void drain(struct bench *bench)
{
	struct lane_out *out = &bench->out;

	if (bench->watch)
		bench->watch->out(bench, out);
	for (size_t i = 0; i < out->event_count; i++) {
		note_direction(bench, &out->events[i]);
		keep_event(bench, &out->events[i]);
	}
	bench->triggers |= out->triggers;
	bench->trigger_count += out->triggers != 0;
	if (out->has_lookup) {
		bench->looked_up = out->lookup;
		bench->lookups++;
		bench->registry_left = bench->registry_scans;
	}
	for (size_t i = 0; i < out->note_count; i++)
		bench->notes[bench->note_count++ % 16] = out->order_notes[i];
	if (out->has_ask) {
		bench->asks++;
		bench->asked = out->ask.message.u.gather;
	}
	if (out->has_cancel)
		text_copy(bench->cancelled, sizeof(bench->cancelled), out->cancel);
	for (size_t i = 0; i < out->event_count; i++) {
		const char *result;

		if (out->events[i].kind != EVENT_COMMAND_RESULT ||
		    !event_get_text(&out->events[i], "result", &result))
			continue;
		bench->reports++;
		text_copy(bench->report, sizeof(bench->report), result);
	}
	for (size_t i = 0; i < out->result_count; i++) {
		bench->result = out->results[i];
		bench->results++;
	}
	out->event_count = out->result_count = 0;
	out->note_count = 0;
	out->triggers = 0;
	out->has_ask = out->has_cancel = out->has_lookup = false;
	memset(out->rules, 0, sizeof(out->rules));
	out->notes = 0;
}

bool bench_touches(const struct bench_vehicle *vehicle, int32_t from_mm, int32_t to_mm)
{
	for (int i = 0; vehicle->is_here && i < vehicle->part_count; i++)
		if (vehicle->front_mm - vehicle->parts[i].from_mm >= from_mm &&
		    vehicle->front_mm - vehicle->parts[i].to_mm <= to_mm)
			return true;
	return false;
}

static bool sees(const struct bench *bench, int sensor)
{
	bool has_deck = bench->site.lanes[0].lines[LINE_SCALE_ENTRY].is_used;
	bool has_entry = bench->site.lanes[0].lines[LINE_ENTRY_RAISE].is_used;
	int32_t from_mm = sensors[sensor].from_mm, to_mm = sensors[sensor].to_mm;

	if ((bench->dead | bench->stuck) >> sensor & 1)
		return (bench->stuck >> sensor & 1) != 0;
	if (!has_entry && (sensor == POSITION_GATE_LOOP || sensor == POSITION_GATE_BEAM))
		return false;
	if (!has_deck && !has_entry && sensor == POSITION_APPROACH)
		to_mm = APPROACH_TO_STOP_MM;
	else if (!has_deck && (sensor == POSITION_ENTRY || sensor == POSITION_END))
		return false;
	return bench_touches(&bench->vehicle, from_mm, to_mm) ||
	       bench_touches(&bench->second, from_mm, to_mm);
}

static bool limit(const struct bench *bench, int which, int arm)
{
	return bench->limit[which] != 0 ? bench->limit[which] > 0 : bench->arm == arm;
}

/* What a device reports: what it sees, and the echo of its test. */
static bool reports(const struct bench *bench, int sensor, int device)
{
	bool is_silent = device == 0 ? bench->loop_is_dead : bench->beam_is_dead;
	bool echoes =
		bench->motor.test[device] && !is_silent && !(bench->dead >> sensor & 1);

	return sees(bench, sensor) || echoes;
}

void bench_equip_reverse(struct bench *bench)
{
	struct site_lane *lane = &bench->site.lanes[0];

	bench_equip(bench, BENCH_ALL_DEVICES & ~(1u << BENCH_WEIGHT), false);
	text_copy(lane->reverse_chnl_no, sizeof(lane->reverse_chnl_no), "3301500102");
	lane->lines[LINE_RED_FAR].is_used = lane->lines[LINE_GREEN_FAR].is_used = true;
}

void bench_equip_entry(struct bench *bench)
{
	for (int role = LINE_ENTRY_LOOP; role < LINE_ENTRY_HEARTBEAT; role++)
		bench->site.lanes[0].lines[role].is_used = true;
}

/* The lines of the entry barrier. */
static uint64_t read_entry_lines(const struct bench *bench)
{
	const bool *test = bench->lane.entry.outputs.test;
	bool loop = sees(bench, POSITION_GATE_LOOP) || test[0];
	bool beam = sees(bench, POSITION_GATE_BEAM) || test[1];

	return (uint64_t)loop << LINE_ENTRY_LOOP | (uint64_t)beam << LINE_ENTRY_BEAM |
	       (uint64_t)(bench->entry_arm == BENCH_UP) << LINE_ENTRY_LIMIT_UP |
	       (uint64_t)(bench->entry_arm == 0) << LINE_ENTRY_LIMIT_DOWN;
}

/* The lines as the lane's cabinet shows them. */
static uint64_t read_lines(const struct bench *bench)
{
	static const enum line_role firsts[INTERLOCK_CHANNELS] = {
		LINE_SAFETY_LOOP, LINE_BEAM, LINE_LIMIT_UP, LINE_LIMIT_DOWN,
		LINE_EMERGENCY};
	static const enum line_role seconds[INTERLOCK_CHANNELS] = {
		LINE_SAFETY_LOOP_NC, LINE_BEAM_NC, LINE_LIMIT_UP_NC, LINE_LIMIT_DOWN_NC,
		LINE_EMERGENCY_NC};
	const bool is_on[INTERLOCK_CHANNELS] = {
		reports(bench, POSITION_LOOP, 0),
		reports(bench, POSITION_BEAM, 1),
		limit(bench, 1, BENCH_UP),
		limit(bench, 0, 0),
		bench->emergency,
	};
	const int near = bench->is_mirrored ? POSITION_EXIT : POSITION_APPROACH;
	const int far = bench->is_mirrored ? POSITION_APPROACH : POSITION_EXIT;
	uint64_t levels = (uint64_t)bench->key_is_turned << LINE_RESET |
			  (uint64_t)bench->hold_raise << LINE_HOLD_RAISE |
			  (uint64_t)bench->hold_lower << LINE_HOLD_LOWER |
			  (uint64_t)sees(bench, near) << LINE_APPROACH |
			  (uint64_t)sees(bench, POSITION_ENTRY) << LINE_SCALE_ENTRY |
			  (uint64_t)sees(bench, POSITION_END) << LINE_SCALE_EXIT |
			  (uint64_t)sees(bench, far) << LINE_EXIT;

	for (int c = 0; c < INTERLOCK_CHANNELS; c++) {
		bool second = bench->second_contact[c] != 0 ? bench->second_contact[c] > 0
							    : !is_on[c];

		levels |= (uint64_t)is_on[c] << firsts[c];
		levels |= (uint64_t)second << seconds[c];
	}
	return levels;
}

static struct lane_inputs inputs(struct bench *bench)
{
	const uint32_t remote = 1u << POSITION_APPROACH | 1u << POSITION_EXIT;
	uint64_t levels = read_lines(bench) | read_entry_lines(bench);
	const struct wiring_levels seen = {
		.is_known = !bench->is_blind,
		.levels = levels,
		.was_on = levels,
		.was_off = ~levels,
	};
	struct lane_inputs in = {
		.now_ms = bench->now_ms,
		.wall_ms = 1795000000000 + bench->now_ms,
		.interlock = {.now_ms = bench->now_ms, .is_late = bench->is_late},
		.entry = {.now_ms = bench->now_ms, .is_late = bench->is_late},
		.position_is_stale = bench->loops_are_lost,
		.lights_are_lost = bench->lights_are_lost,
		.record_is_well = !bench->record_fails,
		.numbers = &bench->numbers,
		.pairing = bench->pairing,
	};

	wiring_fill_interlock(bench->lane.config, &seen, &in.interlock);
	in.position = wiring_positions(levels, &in.interlock, &bench->lane.interlock);
	wiring_fill_entry(&seen, &in.entry);
	in.entry.emergency = in.interlock.emergency;
	in.position |= wiring_entry_positions(&in.entry, &bench->lane.entry.interlock);
	if (bench->loops_are_lost)
		in.position = (in.position & ~remote) | (bench->held & remote);
	bench->held = in.position;
	return in;
}

void bench_wire_pairs(struct bench *bench)
{
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		if (line_role_first_contact(role) != LINE_ROLES)
			bench->site.lanes[0].lines[role].is_used = true;
}

/* What is handed over in one scan is not committed before the next. */
static void acknowledge(struct bench *bench)
{
	int count = bench->tickets_ready;
	uint64_t ready[sizeof(bench->tickets) / sizeof(bench->tickets[0])];
	struct lane_inputs in;

	if (!bench->record_fails)
		bench->recorded_to = bench->told_to;
	if (count == 0)
		return;
	in = inputs(bench);
	memcpy(ready, bench->tickets, sizeof(ready));
	bench->ticket_count -= count;
	memmove(bench->tickets, ready + count,
		(size_t)bench->ticket_count * sizeof(ready[0]));
	bench->tickets_ready = 0;
	for (int i = 0; i < count; i++) {
		struct journal_ack ack = {
			.ticket = ready[i],
			.seq = bench->seq,
			.at_ms = bench->now_ms,
			.is_committed = !bench->record_fails,
		};

		if (bench->watch)
			bench->watch->ack(bench, &ack);
		lane_feed_ack(&bench->lane, &ack, &in, &bench->out);
		drain(bench);
	}
}

/* The registry's answer, when it is due. */
static void answer_lookup(struct bench *bench)
{
	struct found found = bench->on_file;
	struct lane_inputs in;

	if (bench->registry_left <= 0 || --bench->registry_left > 0)
		return;
	found.token = bench->looked_up.token;
	in = inputs(bench);
	lane_feed_found(&bench->lane, &found, &in, &bench->out);
	drain(bench);
}

void bench_use_registry(struct bench *bench)
{
	bench->site.lanes[0].lookup_ms = 500;
	bench->registry_scans = 1;
	bench->on_file.is_known = true;
}

struct order *bench_file_order(struct bench *bench)
{
	struct order *order = &bench->on_file.orders[bench->on_file.order_count++];

	*order = (struct order){
		.type = 2,
		.state = ORDER_APPROVED,
		.binding = BINDING_ONE_TO_ONE,
		.direction = 'I',
		.weights = {8600000, 6200000, 3800000, 18400000},
		.box_count = 1,
		.approved_ms = 1795000000000,
	};
	text_copy(order->number, sizeof(order->number), "Z3111I261101000000000000");
	order->number[ORDER_NUMBER_LENGTH - 1] = (char)('0' + bench->on_file.order_count);
	text_copy(order->boxes[0], sizeof(order->boxes[0]), "CSQU3054383");
	text_copy(order->matched.plate, sizeof(order->matched.plate), "浙A12345");
	text_copy(order->matched.tag, sizeof(order->matched.tag), "E2003412AB000101");
	return order;
}

static void move_entry_arm(struct bench *bench)
{
	const struct interlock_outputs *motor = &bench->lane.entry.outputs;
	bool is_under =
		bench_touches(&bench->vehicle, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM) ||
		bench_touches(&bench->second, BENCH_ENTRY_ARM_MM, BENCH_ENTRY_ARM_MM);

	if (bench->entry_is_stuck)
		return;
	bench->entry_arm += (motor->raise && bench->entry_arm < BENCH_UP) -
			    (motor->lower && bench->entry_arm > 0);
	bench->hits += motor->lower && is_under;
}

static void move_arm(struct bench *bench)
{
	int step = bench->arm_step ? bench->arm_step : 1;
	bool is_under = bench_touches(&bench->vehicle, BENCH_ARM_MM, BENCH_ARM_MM) ||
			bench_touches(&bench->second, BENCH_ARM_MM, BENCH_ARM_MM);

	bool up = bench->drive_is_reversed ? bench->motor.lower : bench->motor.raise;
	bool down = bench->drive_is_reversed ? bench->motor.raise : bench->motor.lower;

	if (bench->arm_is_stuck)
		return;
	if (up)
		bench->arm = bench->arm + step < BENCH_UP ? bench->arm + step : BENCH_UP;
	if (down)
		bench->arm = bench->arm > step ? bench->arm - step : 0;
	bench->hits += bench->motor.lower && is_under;
}

void bench_scan(struct bench *bench)
{
	struct lane_inputs in;

	bench->now_ms += 10;
	move_arm(bench);
	move_entry_arm(bench);
	for (int i = 0; bench->now_ms % 100 == 0 && i < BENCH_DEVICES; i++) {
		bench->samples[i].at_ms = bench->now_ms;
		lane_feed_sample(&bench->lane, &bench->samples[i]);
	}
	if (!bench->record_stalls && !bench->record_is_full)
		acknowledge(bench);
	if (!bench->record_is_full)
		answer_lookup(bench);
	in = inputs(bench);
	if (bench->record_is_full)
		lane_step_unrecorded(&bench->lane, &in, &bench->motor);
	else
		lane_step(&bench->lane, &in, &bench->out, &bench->motor);
	if (bench->watch)
		bench->watch->scan(bench, &in);
	drain(bench);
	bench->tickets_ready = bench->ticket_count;
}

void bench_turn_key(struct bench *bench)
{
	bench->key_is_turned = true;
	bench_run(bench, 100);
	bench->key_is_turned = false;
	bench_run(bench, 100);
}

void bench_restart(struct bench *bench)
{
	lane_init(&bench->lane, &bench->site, 0);
	lane_start_direction(&bench->lane, bench->recorded_to);
	bench->told_to = bench->recorded_to;
	memset(&bench->motor, 0, sizeof(bench->motor));
	bench->ticket_count = bench->tickets_ready = 0;
}

void bench_run(struct bench *bench, int32_t ms)
{
	for (; ms > 0; ms -= 10)
		bench_scan(bench);
}

bool bench_run_until(struct bench *bench, enum lane_state state, int32_t ms)
{
	for (; ms > 0 && bench->lane.state != state; ms -= 10)
		bench_scan(bench);
	return bench->lane.state == state;
}

struct bench_vehicle bench_truck(void)
{
	return (struct bench_vehicle){
		.is_here = true,
		.front_mm = -500,
		.part_count = 2,
		.parts = {{0, 6000}, {7200, 17000}},
	};
}

void bench_drive(struct bench *bench, struct bench_vehicle *vehicle, int32_t to_mm)
{
	while (vehicle->front_mm != to_mm) {
		int32_t left = to_mm - vehicle->front_mm;
		int32_t step = left > STEP_MM    ? STEP_MM
			       : left < -STEP_MM ? -STEP_MM
						 : left;

		vehicle->front_mm += step;
		bench_scan(bench);
	}
}

void bench_read(struct bench *bench, int device, const char *first, const char *second,
		uint8_t confidence)
{
	struct device_read *read = device == BENCH_CARD
					   ? bench->samples[device].value.post.cards.read
					   : bench->samples[device].value.reads.read;

	for (int i = 0; i < 2; i++) {
		read[i].sequence++;
		read[i].confidence = confidence;
		text_copy(read[i].text, sizeof(read[i].text), i == 0 ? first : second);
	}
}

void bench_weigh(struct bench *bench, int64_t gross_g, bool is_stable)
{
	bench->samples[BENCH_WEIGHT].value.weight =
		(struct device_weight){.gross_g = gross_g, .is_stable = is_stable};
}

void bench_seal(struct bench *bench, bool is_present, bool is_sealed, bool battery_is_low)
{
	struct device_seal *seal = &bench->samples[BENCH_SEAL].value.seal;

	seal->sequence++;
	seal->is_present = is_present;
	seal->is_sealed = is_sealed;
	seal->battery_is_low = battery_is_low;
	text_copy(seal->id, sizeof(seal->id), "HYT-1");
}

void bench_lose(struct bench *bench, int device)
{
	bench->samples[device].has_value = false;
	bench->samples[device].health = DEVICE_LOST;
}

void bench_bring_truck(struct bench *bench)
{
	bench->vehicle = bench_truck();
	bench_drive(bench, &bench->vehicle, 3000);
	bench_read(bench, BENCH_PLATE, "浙A12345", "浙A6101挂", 97);
	bench_read(bench, BENCH_TAG, "E2003412AB000101", "浙A12345", 100);
	bench_read(bench, BENCH_BOX, "CSQU3054383", "", 98);
	bench_seal(bench, true, true, false);
	bench_drive(bench, &bench->vehicle, BENCH_STOP_MM);
	bench_weigh(bench, 37000000, true);
	bench_read(bench, BENCH_CARD, "330102600101", "", 100);
}

static void send(struct bench *bench, struct customs_news *news)
{
	struct lane_inputs in = inputs(bench);

	news->at_ms = bench->now_ms;
	lane_feed_news(&bench->lane, news, &in, &bench->out);
	drain(bench);
}

void bench_answer(struct bench *bench, const char *seq_no, const char *word,
		  const char *hint)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_ANSWER};
	struct customs_check *check = &news.message.u.check;

	news.message.code = CUSTOMS_CHECK;
	text_copy(news.seq_no, sizeof(news.seq_no),
		  seq_no ? seq_no : bench->lane.inquiry.seq_no);
	text_copy(check->check_result, sizeof(check->check_result), word);
	text_copy(check->op_hint, sizeof(check->op_hint), hint);
	(void)status_read_check(word, STATUS_ANNEX_B, false, &news.reading, NULL);
	send(bench, &news);
}

void bench_answer_verdict(struct bench *bench, const char *seq_no,
			  enum customs_verdict verdict)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_ANSWER};

	news.message.code = CUSTOMS_CHECK;
	text_copy(news.seq_no, sizeof(news.seq_no), seq_no);
	news.reading.verdict = verdict;
	send(bench, &news);
}

void bench_operate(struct bench *bench, char op_type, const char *command)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_COMMAND};
	struct customs_operate *operate = &news.message.u.operate;

	news.message.code = CUSTOMS_OPERATE;
	operate->head = bench->asked.head;
	text_copy(news.seq_no, sizeof(news.seq_no), bench->lane.inquiry.seq_no);
	text_copy(operate->command, sizeof(operate->command), command);
	text_copy(operate->op_id, sizeof(operate->op_id), "5301");
	operate->op_type = op_type;
	(void)status_read_check(command, STATUS_ANNEX_B, false, &news.reading, NULL);
	send(bench, &news);
}

void bench_act_on(struct bench *bench, enum act_verb verb, int64_t passage,
		  enum evidence_kind subject, const char *value)
{
	struct lane_inputs in = inputs(bench);
	struct act act = {.token = 7,
			  .verb = (uint8_t)verb,
			  .role = ROLE_OFFICER,
			  .subject = (uint8_t)subject,
			  .asked_ms = bench->act_asked_ms,
			  .passage = passage};

	text_copy(act.actor, sizeof(act.actor), "wang");
	text_copy(act.reason, sizeof(act.reason), "seen by eye");
	text_copy(act.screen, sizeof(act.screen), "kakou");
	text_copy(act.value, sizeof(act.value), value);
	lane_feed_act(&bench->lane, &act, &in, &bench->out);
	drain(bench);
}

void bench_act(struct bench *bench, enum act_verb verb, int64_t passage)
{
	bench_act_on(bench, verb, passage, EVIDENCE_PLATE, "");
}

int bench_count(const struct bench *bench, enum event_kind kind, const char *text)
{
	int count = 0;

	for (int i = 0; i < bench->log_count; i++)
		count += bench->log[i].kind == kind &&
			 (!text || strstr(bench->log[i].text, text) != NULL);
	return count;
}
