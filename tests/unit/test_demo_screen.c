/* SPDX-License-Identifier: MIT */
/*
 * The page of the demonstration's table, and the table on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/demo/screen.h"
#include "tools/demo/view.h"

static struct screen page;

static void chinese_takes_two_columns(void **state)
{
	(void)state;
	assert_int_equal(screen_text_width("abc"), 3);
	assert_int_equal(screen_text_width("浙A12345"), 8);
	assert_int_equal(screen_text_width("「重量不符 请等候」"), 19);
	assert_int_equal(screen_text_width("─·…"), 3);
	assert_int_equal(screen_text_width("e\xCC\x81"),
			 1); /* e and a combining accent */
}

static void a_wide_character_is_never_cut_in_half_at_the_edge(void **state)
{
	(void)state;
	screen_begin(&page, 4, false);
	screen_put(&page, "ab放c");
	screen_end_line(&page);
	assert_string_equal(page.text, "ab放\n");

	screen_begin(&page, 3, false);
	screen_put(&page, "ab放");
	screen_end_line(&page);
	assert_string_equal(page.text, "ab\n");
}

static void a_text_that_is_too_long_ends_with_an_ellipsis(void **state)
{
	(void)state;
	screen_begin(&page, 80, false);
	screen_put_cut(&page, "backs_out_before_verdict", 10);
	screen_put(&page, "|");
	screen_put_cut(&page, "浙A12345", 5);
	assert_string_equal(page.text, "backs_out…|浙A1…");
}

static void columns_line_up_behind_chinese_text(void **state)
{
	(void)state;
	screen_begin(&page, 80, false);
	screen_put(&page, "放行");
	screen_go_to(&page, 6);
	screen_put(&page, "x");
	screen_end_line(&page);
	screen_put(&page, "pass");
	screen_go_to(&page, 6);
	screen_put(&page, "x");
	assert_string_equal(page.text, "放行  x\npass  x");
}

static void control_characters_and_broken_sequences_become_question_marks(void **state)
{
	(void)state;
	screen_begin(&page, 80, false);
	screen_put(&page, "a\033[31mb\n\xC3(\xFF");
	assert_string_equal(page.text, "a?[31mb?"
				       "?(?");
}

static void colour_is_written_only_when_it_is_wanted(void **state)
{
	(void)state;
	for (int has_colour = 0; has_colour < 2; has_colour++) {
		screen_begin(&page, 80, has_colour);
		screen_colour(&page, SCREEN_LOOK);
		screen_put(&page, "hold");
		screen_end_line(&page);
		assert_int_equal(strchr(page.text, '\033') != NULL, has_colour);
	}
	assert_string_equal(page.text, "\033[1;33mhold\033[0m\n");
}

static void a_full_page_ends_instead_of_overflowing(void **state)
{
	(void)state;
	screen_begin(&page, 1 << 30, true);
	screen_fill_to(&page, 1 << 29, "─");
	screen_colour(&page, SCREEN_BAD);
	screen_put(&page, "x");
	screen_end_line(&page);
	assert_true(page.used < sizeof(page.text));
	assert_int_equal(page.text[page.used], '\0');
	assert_int_equal(page.text[page.used - 1], '\n');
}

/* ---- the table ------------------------------------------------------------------------ */

static struct view make_view(void)
{
	struct view view = {
		.site = "sim-gate",
		.pace = 4,
		.trucks = 30,
		.judged = 6,
		.elapsed_ms = 67000,
		.gate_answers = true,
		.lane_count = 2,
	};

	view.lanes[0] = (struct view_lane){
		.name = "in1",
		.direction = 'I',
		.truck = "07 weight_off",
		.plate = "浙A71034",
		.state = "held",
		.verdict = "hold",
		.reason = "weight_differs",
		.sign = "重量不符 请等候",
		.arm = "down",
		.age_ms = 12300,
		.evidence_count = 2,
		.collected = 1,
		.evidence = {{"plate", VIEW_COLLECTED}, {"box", VIEW_DOUBTFUL}},
	};
	view.lanes[1] = (struct view_lane){.name = "out1",
					   .direction = 'E',
					   .state = "idle",
					   .arm = "down",
					   .age_ms = -1};
	return view;
}

static const char *find_line(const char *text, const char *part)
{
	static char line[512];
	const char *at = strstr(text, part);
	const char *begin = at;
	size_t len;

	if (!at)
		return "";
	while (begin > text && begin[-1] != '\n')
		begin--;
	len = strcspn(begin, "\n");
	(void)snprintf(line, sizeof(line), "%.*s", (int)len, begin);
	return line;
}

static void a_held_lane_says_why_and_what_the_driver_reads(void **state)
{
	struct view view = make_view();

	(void)state;
	screen_begin(&page, 80, true);
	view_draw(&view, &page, 24);
	assert_non_null(strstr(find_line(page.text, "07 weight_off"),
			       "\033[1;33mhold: weight_differs\033[0m"));
	assert_non_null(strstr(find_line(page.text, "浙A71034"), "「重量不符 请等候」"));
	assert_non_null(strstr(page.text, "Evidence 1/2  plate \033[1;33mbox?\033[0m"));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	struct view view = make_view();
	const char *line;

	(void)state;
	(void)snprintf(view.lanes[0].truck, sizeof(view.lanes[0].truck),
		       "16 backs_out_before_verdict_and_more");
	for (size_t i = 0; i < VIEW_DONE_MAX; i++) {
		struct view_done done = {.is_ok = i % 2 == 0};

		memset(done.kind, 'k', sizeof(done.kind) - 1);
		memset(done.reason, 'r', sizeof(done.reason) - 1);
		memset(done.why, 'w', sizeof(done.why) - 1);
		view_add_done(&view, &done);
	}
	for (int columns = 20; columns <= 120; columns += 20) {
		screen_begin(&page, columns, false);
		view_draw(&view, &page, 40);
		for (line = page.text; *line; line += strcspn(line, "\n") + 1) {
			char text[512];

			(void)snprintf(text, sizeof(text), "%.*s",
				       (int)strcspn(line, "\n"), line);
			assert_true(screen_text_width(text) <= columns);
		}
	}
}

static void a_low_terminal_shows_fewer_finished_trucks(void **state)
{
	struct view view = make_view();

	(void)state;
	for (int i = 0; i < VIEW_DONE_MAX; i++)
		view_add_done(&view, &(struct view_done){.n = "01", .is_ok = true});
	for (int rows = 18; rows <= 40; rows++) {
		screen_begin(&page, 80, false);
		view_draw(&view, &page, rows);
		assert_true(page.lines < rows);
	}
}

static void the_newest_finished_truck_comes_first(void **state)
{
	struct view view = make_view();
	struct view_done done = {.is_ok = true};

	(void)state;
	for (int i = 1; i <= VIEW_DONE_MAX + 3; i++) {
		(void)snprintf(done.n, sizeof(done.n), "%02d", i);
		view_add_done(&view, &done);
	}
	assert_int_equal(view.done_count, VIEW_DONE_MAX);
	assert_string_equal(view.done[0].n, "15");
	assert_string_equal(view.done[VIEW_DONE_MAX - 1].n, "04");
}

static void a_lane_without_a_passage_has_no_line_of_its_own(void **state)
{
	struct view view = make_view();
	char line[256];

	(void)state;
	view_write_lane(&view.lanes[0], line, sizeof(line));
	assert_string_equal(line, "in1 07 weight_off 浙A71034 evidence=1/2 hold: "
				  "weight_differs sign=重量不符 请等候 arm=down");
	view_write_lane(&view.lanes[1], line, sizeof(line));
	assert_string_equal(line, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chinese_takes_two_columns),
		cmocka_unit_test(a_wide_character_is_never_cut_in_half_at_the_edge),
		cmocka_unit_test(a_text_that_is_too_long_ends_with_an_ellipsis),
		cmocka_unit_test(columns_line_up_behind_chinese_text),
		cmocka_unit_test(
			control_characters_and_broken_sequences_become_question_marks),
		cmocka_unit_test(colour_is_written_only_when_it_is_wanted),
		cmocka_unit_test(a_full_page_ends_instead_of_overflowing),
		cmocka_unit_test(a_held_lane_says_why_and_what_the_driver_reads),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(a_low_terminal_shows_fewer_finished_trucks),
		cmocka_unit_test(the_newest_finished_truck_comes_first),
		cmocka_unit_test(a_lane_without_a_passage_has_no_line_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
