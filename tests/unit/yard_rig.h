/* SPDX-License-Identifier: MIT */
/*
 * A lane of the yard in virtual time, with all lines, and what a controller would have seen.
 */
#ifndef KAKOU_TESTS_YARD_RIG_H
#define KAKOU_TESTS_YARD_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/yard/lane.h"

enum { YARD_RIG_EDGES_MAX = 512, YARD_RIG_STEP_US = 5000 };

struct yard_rig_edge {
	enum line_role role;
	bool level;
	int64_t at_ns;
};

struct yard_rig {
	struct site_lane site;
	struct yard_lane lane;
	struct yard_events *events;
	int64_t now_ns;
	bool beats; /**< the controller's heartbeat toggles */
	bool last_beat;
	bool levels[LINE_ROLES];
	size_t edge_count;
	struct yard_rig_edge edges[YARD_RIG_EDGES_MAX];
	uint32_t reads; /**< instruments that made a read */
	int faults;     /**< of trucks: begun minus ended */
};

/** A lane with deck, GPIO lights and every line. */
void yard_rig_open(struct yard_rig *rig, int32_t pace);
void yard_rig_close(struct yard_rig *rig);

/** A truck named "01" with plate 浙A12345, ready to come. */
struct scenario_truck yard_rig_truck(enum scenario_body body,
				     enum scenario_behaviour behaviour);
void yard_rig_send(struct yard_rig *rig, const struct scenario_truck *truck);

/** Steps on. */
void yard_rig_run_ms(struct yard_rig *rig, int32_t ms);

/** Steps until the event was reported `count` times; fails after `within_ms`. */
void yard_rig_run_until(struct yard_rig *rig, const char *kind, int64_t count,
			int32_t within_ms);
int64_t yard_rig_count(const struct yard_rig *rig, const char *kind);

void yard_rig_set(struct yard_rig *rig, enum line_role role, bool level);

/** Raises the arm until it is up and gives green. */
void yard_rig_lift(struct yard_rig *rig);

/** Lowers until it is down, red. */
void yard_rig_lower(struct yard_rig *rig);

/** The edges as "+approach -approach …", without limits and tests. */
void yard_rig_print_edges(const struct yard_rig *rig, char *to, size_t size);
void yard_rig_forget_edges(struct yard_rig *rig);

#endif
