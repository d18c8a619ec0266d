/* SPDX-License-Identifier: MIT */
/*
 * The work of a scan for a number of lanes, to be counted by callgrind: lines to inputs, lane,
 * interlock, outputs to lines. Half of the lanes are idle, in half evidence is gathered; each has
 * one barrier.
 *
 *     scan LANES SCANS        only what is called below scan_lanes() counts
 *
 * Layer: tests. What the control thread does beside it (system calls on lines, queues) is not here.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "firmware/lane/wiring.h"
#include "hal/text.h"
#include "tests/unit/lane_bench.h"

static struct bench bench;
static struct lane lanes[SITE_LANES_MAX];
static struct lane_out out;
static int64_t now_ms = 1000000;

/* Levels of a lane at rest, or with a truck on its deck; the index of a line is its role. */
static uint64_t levels_of(int lane)
{
	uint64_t levels = LINE_BIT(LINE_LIMIT_DOWN);

	return lane % 2 ? levels | LINE_BIT(LINE_APPROACH) | LINE_BIT(LINE_SCALE_ENTRY)
			: levels;
}

void scan_lanes(int count);

/* Not inlined: callgrind looks for its name. */
__attribute__((noinline)) void scan_lanes(int count)
{
	now_ms += 10;
	for (int i = 0; i < count; i++) {
		const struct site_lane *config = lanes[i].config;
		struct wiring_levels seen = wiring_read(config, levels_of(i), 0, 0);
		struct interlock_outputs motor;
		uint64_t mask, levels;
		struct lane_inputs in = {
			.now_ms = now_ms,
			.wall_ms = now_ms,
			.interlock = {.now_ms = now_ms},
			.record_is_well = true,
			.numbers = &bench.numbers,
		};

		wiring_fill_interlock(config, &seen, &in.interlock);
		in.position =
			wiring_positions(seen.levels, &in.interlock, &lanes[i].interlock);
		lane_step(&lanes[i], &in, &out, &motor);
		out.event_count = out.result_count = 0;
		out.has_ask = out.has_cancel = false;
		wiring_gpio_of_outputs(config, wiring_outputs(&motor, false, false),
				       &mask, &levels);
	}
}

int main(int argc, char **argv)
{
	int64_t count, scans;
	struct site_lane *config = &bench.site.lanes[0];

	if (argc != 3 || text_parse_integer(argv[1], 1, SITE_LANES_MAX, &count) ||
	    text_parse_integer(argv[2], 1, 1000000, &scans)) {
		fprintf(stderr, "usage: scan LANES SCANS\n");
		return 2;
	}
	bench_begin(&bench);
	for (int role = 0; role < LINE_ROLES; role++) {
		config->lines[role].is_used =
			line_role_first_contact((enum line_role)role) == LINE_ROLES &&
			!(role >= LINE_ENTRY_LOOP && role <= LINE_ENTRY_HEARTBEAT);
		config->lines[role].gpio_index = (uint8_t)role;
	}
	for (int i = 0; i < count; i++) {
		lane_init(&lanes[i], &bench.site, 0);
		lanes[i].has_restarted = false; /* nobody stood there before */
	}
	while (scans-- > 0)
		scan_lanes((int)count);
	for (int i = 0; i < count; i++)
		if (lanes[i].state != (i % 2 ? LANE_GATHERING : LANE_IDLE)) {
			fprintf(stderr, "lane %d is %s\n", i,
				lane_state_name(lanes[i].state));
			return 1;
		}
	return 0;
}
