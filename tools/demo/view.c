/* SPDX-License-Identifier: MIT */
/*
 * The live table. A lane has three lines:
 *
 *  车道     车辆                      结论                       栏杆        用时
 *  Lane     Truck                     Verdict                    Arm         Time
 *  in1   进 07 weight_off             hold: weight_differs       down      12.3 s
 *          浙A12347                   「重量不符 请等候」
 *          证据 Evidence 4/5  plate tag box weight ·card
 *
 * Layer: tools. Pure, no allocation.
 */
#include "tools/demo/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum column {
	AT_LANE = 1,
	AT_DIRECTION = 7,
	AT_TRUCK = 10,
	AT_VERDICT = 35,
	AT_ARM = 62,
	AT_TIME = 72,
	EDGE = 80,
};

enum done_column {
	DONE_N = 1,
	DONE_KIND = 5,
	DONE_LANE = 26,
	DONE_PLATE = 32,
	DONE_VERDICT = 42,
	DONE_REASON = 62,
};

/* Title, rule, two heads, rule, finished, rule, officer with its acts; and three a lane. */
enum { FIXED_LINES = 8 + VIEW_ACTS_MAX, LANE_LINES = 3 };

void view_add_done(struct view *view, const struct view_done *done)
{
	if (view->done_count < VIEW_DONE_MAX)
		view->done_count++;
	memmove(&view->done[1], &view->done[0],
		(view->done_count - 1) * sizeof(view->done[0]));
	view->done[0] = *done;
}

void view_add_act(struct view *view, const struct view_act *act)
{
	if (view->act_count < VIEW_ACTS_MAX)
		view->act_count++;
	memmove(&view->acts[1], &view->acts[0],
		(view->act_count - 1) * sizeof(view->acts[0]));
	view->acts[0] = *act;
}

static void put_rule(struct screen *screen)
{
	screen_fill_to(screen, EDGE, "─");
	screen_end_line(screen);
}

static void put_clock(struct screen *screen, int64_t s)
{
	char text[32];

	snprintf(text, sizeof(text), "%02" PRId64 ":%02" PRId64, s / 60, s % 60);
	screen_put(screen, text);
}

static void draw_title(const struct view *view, struct screen *screen)
{
	char text[96];

	screen_put(screen, " 卡口 Kakou  ");
	screen_put_cut(screen, view->site, 20);
	screen_go_to(screen, AT_VERDICT);
	if (view->is_endless)
		snprintf(text, sizeof(text), "%d trucks", view->judged);
	else
		snprintf(text, sizeof(text), "%d of %d trucks", view->judged,
			 view->trucks);
	screen_put(screen, text);
	if (view->failed > 0) {
		snprintf(text, sizeof(text), " %d wrong", view->failed);
		screen_colour(screen, SCREEN_BAD);
		screen_put(screen, text);
		screen_colour(screen, SCREEN_PLAIN);
	}
	screen_go_to(screen, AT_ARM);
	snprintf(text, sizeof(text), "pace %d", view->pace);
	screen_put(screen, text);
	screen_go_to(screen, EDGE - 5);
	put_clock(screen, view->elapsed_ms / 1000);
	screen_end_line(screen);
	put_rule(screen);
}

static void draw_head(struct screen *screen)
{
	static const struct {
		int at;
		const char *chinese, *english;
	} heads[] = {
		{AT_LANE,    "车道",    "Lane"   },
		{AT_TRUCK,   "车辆",    "Truck"  },
		{AT_VERDICT, "结论",    "Verdict"},
		{AT_ARM,     "栏杆",    "Arm"    },
		{AT_TIME,    "   用时", "   Time"},
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		screen_go_to(screen, heads[i].at);
		screen_put(screen, heads[i].chinese);
	}
	screen_end_line(screen);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		screen_go_to(screen, heads[i].at);
		screen_put(screen, heads[i].english);
	}
	screen_end_line(screen);
}

/* What stops a lane wants to be looked at; a truck that goes its way does not. */
static bool wants_attention(const struct view_lane *lane)
{
	return strcmp(lane->state, "held") == 0 || strcmp(lane->verdict, "hold") == 0;
}

static void write_verdict(const struct view_lane *lane, char *text, size_t size)
{
	const char *word = lane->verdict[0] ? lane->verdict : lane->state;

	if (wants_attention(lane) && lane->reason[0])
		snprintf(text, size, "hold: %s", lane->reason);
	else if (lane->verdict[0] && lane->by[0])
		snprintf(text, size, "%s by %s", word, lane->by);
	else
		snprintf(text, size, "%s", word);
}

static void draw_evidence(const struct view_lane *lane, struct screen *screen)
{
	for (size_t i = 0; i < lane->evidence_count; i++) {
		const struct view_evidence *one = &lane->evidence[i];
		bool is_bad = one->state == VIEW_DOUBTFUL || one->state == VIEW_MISSING;

		if (i > 0)
			screen_put(screen, " ");
		if (one->state == VIEW_AWAITED)
			screen_put(screen, "·");
		if (is_bad)
			screen_colour(screen, SCREEN_LOOK);
		screen_put(screen, one->kind);
		if (is_bad) {
			screen_put(screen, one->state == VIEW_DOUBTFUL ? "?" : "!");
			screen_colour(screen, SCREEN_PLAIN);
		}
	}
}

static void draw_lane_status(const struct view_lane *lane, struct screen *screen)
{
	char text[96];

	screen_go_to(screen, AT_VERDICT);
	write_verdict(lane, text, sizeof(text));
	if (wants_attention(lane))
		screen_colour(screen, SCREEN_LOOK);
	screen_put_cut(screen, text, AT_ARM - AT_VERDICT - 1);
	screen_colour(screen, SCREEN_PLAIN);
	screen_go_to(screen, AT_ARM);
	if (strcmp(lane->arm, "fault") == 0)
		screen_colour(screen, SCREEN_BAD);
	screen_put_cut(screen, lane->arm, AT_TIME - AT_ARM - 1);
	screen_colour(screen, SCREEN_PLAIN);
	if (lane->age_ms >= 0) {
		snprintf(text, sizeof(text), "%6.1f s", (double)lane->age_ms / 1000.0);
		screen_go_to(screen, AT_TIME);
		screen_put(screen, text);
	}
}

static void draw_lane(const struct view_lane *lane, struct screen *screen)
{
	char text[96];

	screen_go_to(screen, AT_LANE);
	screen_put_cut(screen, lane->name, AT_DIRECTION - AT_LANE - 1);
	screen_go_to(screen, AT_DIRECTION);
	screen_put(screen, lane->direction == 'E' ? "出" : "进");
	screen_go_to(screen, AT_TRUCK);
	screen_put_cut(screen, lane->truck, AT_VERDICT - AT_TRUCK - 1);
	draw_lane_status(lane, screen);
	screen_end_line(screen);

	screen_go_to(screen, AT_TRUCK);
	screen_put_cut(screen, lane->plate, AT_VERDICT - AT_TRUCK - 1);
	if (lane->sign[0]) {
		snprintf(text, sizeof(text), "「%s」", lane->sign);
		screen_go_to(screen, AT_VERDICT);
		screen_put(screen, text);
	}
	screen_end_line(screen);

	if (lane->age_ms >= 0) {
		snprintf(text, sizeof(text), "证据 Evidence %d/%zu  ", lane->collected,
			 lane->evidence_count);
		screen_go_to(screen, AT_TRUCK);
		screen_put(screen, text);
		draw_evidence(lane, screen);
	}
	screen_end_line(screen);
}

static void draw_done(const struct view_done *done, struct screen *screen)
{
	char text[64];

	if (!done->is_ok)
		screen_colour(screen, SCREEN_BAD);
	screen_go_to(screen, DONE_N);
	screen_put_cut(screen, done->n, DONE_KIND - DONE_N - 1);
	screen_go_to(screen, DONE_KIND);
	screen_put_cut(screen, done->kind, DONE_LANE - DONE_KIND - 1);
	screen_go_to(screen, DONE_LANE);
	screen_put_cut(screen, done->lane, DONE_PLATE - DONE_LANE - 1);
	screen_go_to(screen, DONE_PLATE);
	screen_put_cut(screen, done->plate, DONE_VERDICT - DONE_PLATE - 1);
	if (strcmp(done->verdict, "none") == 0)
		snprintf(text, sizeof(text), "no verdict");
	else
		snprintf(text, sizeof(text), "%s %s", done->verdict, done->by);
	screen_go_to(screen, DONE_VERDICT);
	screen_put_cut(screen, text, DONE_REASON - DONE_VERDICT - 1);
	screen_go_to(screen, DONE_REASON);
	if (!done->is_ok)
		screen_put(screen, done->why);
	else if (strcmp(done->reason, "-") != 0)
		screen_put(screen, done->reason);
	screen_end_line(screen);
}

static void draw_act(const struct view_act *act, struct screen *screen)
{
	screen_put(screen, " ");
	put_clock(screen, act->at_s);
	screen_put(screen, "  ");
	screen_put_cut(screen, act->text, EDGE - screen->at);
	screen_end_line(screen);
}

void view_draw(const struct view *view, struct screen *screen, int rows)
{
	size_t room;
	int left = rows - FIXED_LINES - LANE_LINES * (int)view->lane_count - 1;

	draw_title(view, screen);
	draw_head(screen);
	for (size_t i = 0; i < view->lane_count; i++)
		draw_lane(&view->lanes[i], screen);
	put_rule(screen);
	screen_put(screen, " 最近完成 Last finished");
	if (!view->gate_answers) {
		screen_go_to(screen, AT_VERDICT);
		screen_colour(screen, SCREEN_BAD);
		screen_put(screen, "kakoud does not answer");
	}
	screen_end_line(screen);
	room = left > 0 ? (size_t)left : 0;
	for (size_t i = 0; i < view->done_count && i < room; i++)
		draw_done(&view->done[i], screen);
	put_rule(screen);
	screen_put(screen, " 关员 Officer");
	screen_go_to(screen, AT_VERDICT);
	screen_put(screen, "Ctrl-C ends everything");
	screen_end_line(screen);
	for (size_t i = 0; i < view->act_count; i++)
		draw_act(&view->acts[i], screen);
}

void view_write_lane(const struct view_lane *lane, char *line, size_t size)
{
	char verdict[96];

	if (lane->age_ms < 0) {
		line[0] = '\0';
		return;
	}
	write_verdict(lane, verdict, sizeof(verdict));
	snprintf(line, size, "%s %s %s evidence=%d/%zu %s sign=%s arm=%s", lane->name,
		 lane->truck, lane->plate[0] ? lane->plate : "-", lane->collected,
		 lane->evidence_count, verdict, lane->sign[0] ? lane->sign : "-",
		 lane->arm);
}
