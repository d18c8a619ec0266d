/* SPDX-License-Identifier: MIT */
/*
 * Reports of passages against expectations, and the lines of the demonstration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/demo/report.h"

static const char PASSAGE[] =
	"{\"passage\":7,\"lane\":\"in1\",\"is_open\":false,\"plate\":\"浙A71034\","
	"\"verdict\":\"inspection\",\"by\":\"officer\",\"reason\":\"weight_differs\","
	"\"lift\":\"99\",\"outcome\":\"to_inspection\","
	"\"stages\":{\"gather_ms\":5210,\"ask_ms\":330},"
	"\"events\":[{\"seq\":4,\"bytes\":{\"kind\":\"passage_opened\"}},"
	"{\"seq\":9,\"bytes\":{\"kind\":\"hold\",\"data\":{\"reason\":\"weight_differs\"}"
	"}},"
	"{\"seq\":12,\"bytes\":{\"kind\":\"alarm\",\"data\":{\"code\":\"hold\"}}}]}";

static struct expectation expectation(void)
{
	return (struct expectation){
		.verdict = "inspection",
		.by = "officer",
		.reason = "weight_differs",
		.lift = "99",
		.outcome = "to_inspection",
		.note_count = 1,
		.notes = {"hold weight_differs"},
	};
}

static void a_passage_is_read_with_its_stages_and_notes(void **state)
{
	struct report report;
	struct why why;

	(void)state;
	assert_int_equal(report_read(&report, PASSAGE, &why), KAKOU_OK);
	assert_int_equal(report.passage, 7);
	assert_string_equal(report.plate, "浙A71034");
	assert_string_equal(report.verdict, "inspection");
	assert_int_equal(report.stages.gather_ms, 5210);
	assert_int_equal(report.stages.lift_ms, -1);
	assert_int_equal(report.note_count, 2);
	assert_string_equal(report.notes[0], "hold weight_differs");
	assert_string_equal(report.notes[1], "alarm hold");
}

static void what_is_no_closed_passage_is_refused(void **state)
{
	struct report report;
	struct why why;

	(void)state;
	assert_int_equal(report_read(&report, "", &why), KAKOU_E_GARBLED);
	assert_int_equal(report_read(&report, "[]", &why), KAKOU_E_GARBLED);
	assert_int_equal(report_read(&report, "{\"verdict\":\"none\"}", &why),
			 KAKOU_E_GARBLED);
	assert_int_equal(report_read(&report,
				     "{\"verdict\":\"-\",\"events\":[],\"is_open\":true}",
				     &why),
			 KAKOU_E_GARBLED);
	assert_non_null(strstr(why.text, "open"));
}

/* Alters one expected value after the other: each must be noticed, and named. */
static void every_altered_expectation_is_noticed(void **state)
{
	struct expectation as_it_is = expectation();
	static const struct {
		size_t at;
		const char *value, *named;
	} alterations[] = {
		{offsetof(struct expectation, verdict), "release",
		 "verdict is inspection"						     },
		{offsetof(struct expectation, by),      "customs", "by is officer"           },
		{offsetof(struct expectation, reason),  "-",       "reason is weight_differs"},
		{offsetof(struct expectation, lift),    "10",      "lift is 99"              },
		{offsetof(struct expectation, outcome), "passed",
		 "outcome is to_inspection"						  },
	};
	struct report report;
	struct why why;

	(void)state;
	assert_int_equal(report_read(&report, PASSAGE, &why), KAKOU_OK);
	assert_true(report_agrees(&report, &as_it_is, &why));
	assert_true(report_has_notes(&report, &as_it_is, &why));
	for (size_t i = 0; i < sizeof(alterations) / sizeof(alterations[0]); i++) {
		struct expectation altered = expectation();
		char *value = (char *)&altered + alterations[i].at;

		(void)snprintf(value, REPORT_WORD_MAX + 1, "%s", alterations[i].value);
		assert_false(report_agrees(&report, &altered, &why));
		assert_non_null(strstr(why.text, alterations[i].named));
	}
	(void)snprintf(as_it_is.notes[0], sizeof(as_it_is.notes[0]), "alarm tailgate");
	assert_false(report_has_notes(&report, &as_it_is, &why));
	assert_non_null(strstr(why.text, "alarm tailgate"));
}

static void a_truck_is_one_line_of_keys_and_values(void **state)
{
	struct expectation expect = expectation();
	char line[REPORT_LINE_MAX];
	struct report report;
	struct why why;

	(void)state;
	assert_int_equal(report_read(&report, PASSAGE, &why), KAKOU_OK);
	(void)snprintf(report.plate, sizeof(report.plate), "浙 A\n1");
	report_write_truck(line, "07", "weight_off", "in1", &report, &expect, true);
	assert_string_equal(
		line,
		"TRUCK n=07 kind=weight_off lane=in1 passage=7 plate=浙_A_1 "
		"verdict=inspection expect=inspection result=ok by=officer "
		"reason=weight_differs lift=99 gather_ms=5210 ask_ms=330 record_ms=- "
		"lift_ms=- leave_ms=- own_ms=-");
}

static struct report_sum good_sum(void)
{
	return (struct report_sum){
		.trucks = 30,
		.ok = 30,
		.lifts = 22,
		.yard_lifts = 22,
		.events = 412,
		.is_verified = true,
		.pace = 4,
		.seconds = 131,
		.journal = "build/run/demo-1/state/journal.db",
	};
}

static void the_sum_of_a_good_run_passes(void **state)
{
	struct report_sum sum = good_sum();
	char line[REPORT_LINE_MAX];

	(void)state;
	assert_true(report_sum_is_good(&sum));
	report_write_sum(line, &sum);
	assert_string_equal(line,
			    "DEMO PASS trucks=30 ok=30 lifts=22 yard_lifts=22 "
			    "unrecorded=0 events=412 record=verified pace=4 seconds=131 "
			    "journal=build/run/demo-1/state/journal.db");
}

static void anything_wrong_in_the_sum_fails(void **state)
{
	struct report_sum sums[6];
	char line[REPORT_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		sums[i] = good_sum();
	sums[0].ok = 29;
	sums[1].yard_lifts = 23;
	sums[2].unrecorded = 1;
	sums[3].is_verified = false;
	sums[4].trucks = sums[4].ok = 0;
	(void)snprintf(sums[5].fault, sizeof(sums[5].fault),
		       "kakoud ended with status 9");
	for (size_t i = 0; i < 6; i++) {
		assert_false(report_sum_is_good(&sums[i]));
		report_write_sum(line, &sums[i]);
		assert_memory_equal(line, "DEMO FAIL ", 10);
	}
	assert_non_null(strstr(line, " fault=kakoud_ended_with_status_9"));
}

static void a_line_that_is_too_long_is_cut_and_terminated(void **state)
{
	struct report_sum sum = good_sum();
	char line[REPORT_LINE_MAX];

	(void)state;
	memset(sum.journal, 'j', sizeof(sum.journal) - 1);
	memset(sum.fault, 'f', sizeof(sum.fault) - 1);
	report_write_sum(line, &sum);
	assert_true(strlen(line) < sizeof(line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passage_is_read_with_its_stages_and_notes),
		cmocka_unit_test(what_is_no_closed_passage_is_refused),
		cmocka_unit_test(every_altered_expectation_is_noticed),
		cmocka_unit_test(a_truck_is_one_line_of_keys_and_values),
		cmocka_unit_test(the_sum_of_a_good_run_passes),
		cmocka_unit_test(anything_wrong_in_the_sum_fails),
		cmocka_unit_test(a_line_that_is_too_long_is_cut_and_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
