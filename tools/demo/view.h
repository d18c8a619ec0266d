/* SPDX-License-Identifier: MIT */
/*
 * The live table: what a person sees of the gate.
 *
 * Layer: tools. Pure, no allocation.
 */
#ifndef KAKOU_TOOLS_DEMO_VIEW_H
#define KAKOU_TOOLS_DEMO_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/demo/screen.h"

enum {
	VIEW_LANES_MAX = 8,
	VIEW_EVIDENCE_MAX = 8,
	VIEW_DONE_MAX = 12,
	VIEW_ACTS_MAX = 3,
	VIEW_COLUMNS_MIN = 80,
};

enum view_evidence_state { VIEW_AWAITED, VIEW_COLLECTED, VIEW_DOUBTFUL, VIEW_MISSING };

struct view_evidence {
	char kind[16]; /**< plate, tag, box … */
	enum view_evidence_state state;
};

struct view_lane {
	char name[16];
	char direction; /**< 'I' or 'E' */
	char truck[48]; /**< number and kind, "" = none or not known */
	char plate[32]; /**< what the vote says so far */
	char state[16]; /**< of the lane: idle, gathering, asking … */
	size_t evidence_count;
	int collected;
	struct view_evidence evidence[VIEW_EVIDENCE_MAX];
	char verdict[16];
	char by[16];
	char reason[40];
	char sign[48];
	char arm[16];
	int64_t age_ms; /**< since the passage opened; -1 = no passage */
};

/** A truck that has left. */
struct view_done {
	char n[12];
	char kind[32];
	char lane[16];
	char plate[32];
	char verdict[16];
	char by[16];
	char reason[32];
	char lift[8];
	bool is_ok;
	char why[80]; /**< not ok: what differs */
};

/** What the officer did. */
struct view_act {
	int64_t at_s; /**< since the start */
	char text[160];
};

struct view {
	char site[48];
	int pace;
	int64_t elapsed_ms;
	int trucks, judged, failed;
	bool is_endless;
	bool gate_answers; /**< kakoud's state is of this moment */
	size_t lane_count;
	struct view_lane lanes[VIEW_LANES_MAX];
	size_t done_count;
	struct view_done done[VIEW_DONE_MAX]; /**< newest first */
	size_t act_count;
	struct view_act acts[VIEW_ACTS_MAX]; /**< newest first */
};

/** Puts one more in front; the oldest falls out. */
void view_add_done(struct view *view, const struct view_done *done);
void view_add_act(struct view *view, const struct view_act *act);

/** Draws the whole table in at most `rows` lines: fewer finished trucks on a low terminal. */
void view_draw(const struct view *view, struct screen *screen, int rows);

/** One lane in one line, for output that is not a terminal; "" when nothing is there. */
void view_write_lane(const struct view_lane *lane, char *line, size_t size);

#endif
