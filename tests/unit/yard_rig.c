/* SPDX-License-Identifier: MIT */
/*
 * A lane of the yard in virtual time.
 */
#include "tests/unit/yard_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"

static void count_fault(void *arg, const struct scenario_truck *plan, bool begins)
{
	struct yard_rig *rig = arg;

	(void)plan;
	rig->faults += begins ? 1 : -1;
}

static void note_read(void *arg, struct yard_lane *lane, enum instrument instrument)
{
	struct yard_rig *rig = arg;

	(void)lane;
	rig->reads |= 1U << instrument;
}

void yard_rig_open(struct yard_rig *rig, int32_t pace)
{
	*rig = (struct yard_rig){.now_ns = INT64_C(1000000000), .beats = true};
	text_copy(rig->site.name, sizeof(rig->site.name), "in1");
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		rig->site.lines[role].is_used =
			line_role_first_contact(role) == LINE_ROLES &&
			!(role >= LINE_ENTRY_LOOP && role <= LINE_ENTRY_HEARTBEAT);
	rig->site.sign = rig->site.post = SITE_NO_DEVICE;
	assert_int_equal(yard_events_create(&rig->events, NULL, NULL), KAKOU_OK);
	rig->lane = (struct yard_lane){
		.site = &rig->site,
		.events = rig->events,
		.on_fault = count_fault,
		.on_read = note_read,
		.arg = rig,
		.pace = pace,
	};
	yard_lane_init(&rig->lane, 7, rig->now_ns);
	yard_rig_run_ms(rig, 5);
	yard_rig_forget_edges(rig);
}

void yard_rig_close(struct yard_rig *rig)
{
	yard_lane_release(&rig->lane);
	yard_events_destroy(rig->events);
}

struct scenario_truck yard_rig_truck(enum scenario_body body,
				     enum scenario_behaviour behaviour)
{
	struct scenario_truck truck = {
		.body = body,
		.behaviour = behaviour,
		.tare_kg = 14500,
		.cargo_kg = 20000,
		.camera_confidence = 97,
		.box_confidence = 95,
		.patience_ms = 4000,
	};

	text_copy(truck.name, sizeof(truck.name), "01");
	text_copy(truck.lane, sizeof(truck.lane), "in1");
	text_copy(truck.plate, sizeof(truck.plate), "浙A12345");
	text_copy(truck.camera_reads, sizeof(truck.camera_reads), "浙A12345");
	text_copy(truck.card, sizeof(truck.card), "330100000001");
	return truck;
}

void yard_rig_send(struct yard_rig *rig, const struct scenario_truck *truck)
{
	assert_int_equal(yard_lane_enqueue(&rig->lane, truck, true), KAKOU_OK);
}

static void note_edges(struct yard_rig *rig)
{
	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		if (line_role_is_output(role) ||
		    rig->levels[role] == rig->lane.levels[role])
			continue;
		rig->levels[role] = rig->lane.levels[role];
		assert_true(rig->edge_count < YARD_RIG_EDGES_MAX);
		rig->edges[rig->edge_count++] = (struct yard_rig_edge){
			.role = role,
			.level = rig->levels[role],
			.at_ns = rig->lane.changed_ns[role],
		};
	}
}

static void step(struct yard_rig *rig)
{
	rig->now_ns += YARD_RIG_STEP_US * INT64_C(1000);
	if (rig->beats) {
		rig->last_beat = !rig->last_beat;
		yard_rig_set(rig, LINE_HEARTBEAT, rig->last_beat);
	}
	yard_lane_step(&rig->lane, YARD_RIG_STEP_US, rig->now_ns);
	note_edges(rig);
}

void yard_rig_run_ms(struct yard_rig *rig, int32_t ms)
{
	for (int32_t us = 0; us < ms * 1000; us += YARD_RIG_STEP_US)
		step(rig);
}

int64_t yard_rig_count(const struct yard_rig *rig, const char *kind)
{
	return yard_events_count(rig->events, kind);
}

void yard_rig_run_until(struct yard_rig *rig, const char *kind, int64_t count,
			int32_t within_ms)
{
	int64_t end_ns = rig->now_ns + within_ms * INT64_C(1000000);

	while (yard_rig_count(rig, kind) < count) {
		if (rig->now_ns > end_ns)
			fail_msg("%lld times %s within %d ms, expected %lld",
				 (long long)yard_rig_count(rig, kind), kind, within_ms,
				 (long long)count);
		step(rig);
	}
}

void yard_rig_set(struct yard_rig *rig, enum line_role role, bool level)
{
	yard_lane_set_outputs(&rig->lane, LINE_BIT(role), (uint64_t)level << role,
			      rig->now_ns);
}

void yard_rig_lift(struct yard_rig *rig)
{
	yard_rig_set(rig, LINE_RAISE, true);
	yard_rig_run_ms(rig, ARM_TRAVEL_MS + 50);
	assert_true(rig->lane.levels[LINE_LIMIT_UP]);
	yard_rig_set(rig, LINE_RAISE, false);
	yard_rig_set(rig, LINE_GREEN, true);
}

void yard_rig_lower(struct yard_rig *rig)
{
	yard_rig_set(rig, LINE_GREEN, false);
	yard_rig_set(rig, LINE_LOWER, true);
	yard_rig_run_ms(rig, ARM_TRAVEL_MS + 50);
	yard_rig_set(rig, LINE_LOWER, false);
}

void yard_rig_print_edges(const struct yard_rig *rig, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < rig->edge_count; i++) {
		const struct yard_rig_edge *edge = &rig->edges[i];

		if (edge->role == LINE_LIMIT_UP || edge->role == LINE_LIMIT_DOWN)
			continue;
		used += (size_t)snprintf(to + used, size - used, "%s%c%s",
					 used ? " " : "", edge->level ? '+' : '-',
					 line_role_name(edge->role));
		assert_true(used < size);
	}
}

void yard_rig_forget_edges(struct yard_rig *rig)
{
	rig->edge_count = 0;
}
