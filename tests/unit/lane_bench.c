/* SPDX-License-Identifier: MIT */
/*
 * A lane on the bench.
 */
#include "tests/unit/lane_bench.h"

#include <stdio.h>
#include <string.h>

#include "hal/text.h"
#include "tests/unit/lane_bench_internal.h"

enum { STEP_MM = 28 };

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

void bench_wire_pairs(struct bench *bench)
{
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		if (line_role_first_contact(role) != LINE_ROLES)
			bench->site.lanes[0].lines[role].is_used = true;
}

void bench_scan(struct bench *bench)
{
	struct lane_inputs in;

	bench->now_ms += 10;
	bench_move_arms(bench);
	for (int i = 0; bench->now_ms % 100 == 0 && i < BENCH_DEVICES; i++) {
		bench->samples[i].at_ms = bench->now_ms;
		lane_feed_sample(&bench->lane, &bench->samples[i]);
	}
	if (!bench->record_stalls && !bench->record_is_full)
		bench_acknowledge(bench);
	if (!bench->record_is_full)
		bench_answer_lookup(bench);
	in = bench_inputs(bench);
	if (bench->record_is_full)
		lane_step_unrecorded(&bench->lane, &in, &bench->motor);
	else
		lane_step(&bench->lane, &in, &bench->out, &bench->motor);
	if (bench->watch)
		bench->watch->scan(bench, &in);
	bench_drain(bench);
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
