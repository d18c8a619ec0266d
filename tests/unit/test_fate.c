/* SPDX-License-Identifier: MIT */
/*
 * What the record says of an inquiry, and the message that comes back out of its event.
 */
#include "firmware/delivery/fate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lane_case.h"

#include "firmware/record/canonical.h"

#define SEQ "20261127000000000001"

static struct fate_signs signs;

static int set_up(void **state)
{
	(void)state;
	memset(&signs, 0, sizeof(signs));
	return 0;
}

static void note(const char *kind, const char *data)
{
	char text[512];
	json_t *event;

	snprintf(text, sizeof(text), "{\"kind\":\"%s\",\"data\":{%s}}", kind, data);
	event = json_loads(text, 0, NULL);
	assert_non_null(event);
	fate_note(&signs, event, SEQ);
	json_decref(event);
}

static void close_passage(const char *outcome)
{
	char data[64];

	snprintf(data, sizeof(data), "\"outcome\":\"%s\"", outcome);
	note("passage_closed", data);
}

static void expect_fate(enum fate fate)
{
	assert_int_equal(fate_judge(&signs, true, DEPARTED_PASSED), fate);
}

static void while_its_passage_goes_on_the_lane_asks(void **state)
{
	(void)state;
	note("inquiry_sent", "\"seq_no\":\"" SEQ "\"");
	note("inquiry_withdrawn",
	     "\"seq_no\":\"" SEQ "\",\"reason\":\"held by an officer\"");
	expect_fate(FATE_LIVE);
	close_passage("passed");
	expect_fate(FATE_SEND);
}

static void a_passage_that_a_restart_cut_off_may_have_passed(void **state)
{
	(void)state;
	assert_int_equal(fate_judge(&signs, false, DEPARTED_PASSED), FATE_SEND);
	assert_int_equal(fate_judge(&signs, false, DEPARTED_NONE), FATE_SETTLED);
}

static void an_answer_ends_it_and_that_to_another_number_does_not(void **state)
{
	(void)state;
	close_passage("passed");
	note("answer", "\"seq_no\":\"20261127000000000002\"");
	expect_fate(FATE_SEND);
	note("answer", "\"seq_no\":\"" SEQ "\",\"effect\":\"late\"");
	expect_fate(FATE_TAKEN);
}

static void a_newer_inquiry_of_the_passage_takes_its_place(void **state)
{
	(void)state;
	note("inquiry", "\"seq_no\":\"20261127000000000002\"");
	expect_fate(FATE_REPLACED);
	note("answer", "\"seq_no\":\"" SEQ "\"");
	expect_fate(FATE_TAKEN);
	(void)set_up(state);
	note("inquiry", "\"seq_no\":\"" SEQ "\"");
	expect_fate(FATE_REPLACED); /* asked anew under its number: once is enough */
}

static void an_order_that_was_not_used_is_not_booked_afterwards(void **state)
{
	static const char *const unused[] = {"lifted_not_passed", "not_passed",
					     "returned", "to_inspection", "void"};
	static const char *const used[] = {"passed", "reset", "unknown"};

	for (size_t i = 0; i < 5; i++) {
		(void)set_up(state);
		close_passage(unused[i]);
		expect_fate(FATE_UNUSED);
		assert_int_equal(fate_judge(&signs, true, DEPARTED_ALL), FATE_SEND);
		assert_int_equal(fate_judge(&signs, true, DEPARTED_NONE), FATE_SETTLED);
	}
	for (size_t i = 0; i < 3; i++) {
		(void)set_up(state);
		close_passage(used[i]);
		expect_fate(FATE_SEND);
	}
}

static void what_the_offline_policy_leaves_to_an_officer_is_not_sent(void **state)
{
	(void)state;
	note("inquiry_withdrawn",
	     "\"seq_no\":\"" SEQ "\",\"reason\":\"cleared offline\"");
	close_passage("passed");
	expect_fate(FATE_SETTLED);
}

static void what_customs_is_to_reconcile_is_asked_on_with_its_order(void **state)
{
	(void)state;
	note("order", "\"number\":\"Z1\",\"step\":\"in_use\",\"offline\":1");
	close_passage("passed");
	note("order", "\"number\":\"Z1\",\"step\":\"passed\",\"offline\":1");
	assert_string_equal(signs.offline_order, "Z1");
	assert_int_equal(fate_judge(&signs, true, DEPARTED_NONE), FATE_SEND);
	note("order", "\"number\":\"Z1\",\"step\":\"disputed\",\"offline\":1");
	assert_string_equal(signs.offline_order, "");
	(void)set_up(state);
	note("order", "\"number\":\"Z1\",\"step\":\"in_use\",\"offline\":0");
	assert_string_equal(signs.offline_order, "");
}

/* ---- the message ---------------------------------------------------------------------------- */

static struct event inquiry, result;

static void keep(struct bench *bench, const struct event *event)
{
	(void)bench;
	if (event->kind == EVENT_INQUIRY)
		inquiry = *event;
	if (event->kind == EVENT_COMMAND_RESULT)
		result = *event;
}

static void pass_ack(struct bench *bench, const struct journal_ack *ack)
{
	(void)bench;
	(void)ack;
}

static void pass_out(struct bench *bench, const struct lane_out *out)
{
	(void)bench;
	(void)out;
}

static void pass_scan(struct bench *bench, const struct lane_inputs *in)
{
	(void)bench;
	(void)in;
}

static const struct bench_watch watch = {
	.event = keep, .ack = pass_ack, .out = pass_out, .scan = pass_scan};

/* An event as its reader gets it. */
static json_t *read_back(const struct event *event)
{
	char bytes[CANONICAL_MAX];
	json_t *object;
	size_t len;

	assert_int_equal(
		canonical_write(event, 7, b.site.lanes[0].name, true, bytes, &len),
		KAKOU_OK);
	object = json_loadb(bytes, len, 0, NULL);
	assert_non_null(object);
	return object;
}

static void expect_asked_again(void)
{
	struct customs_delivery delivery;
	json_t *object = read_back(&inquiry);
	struct why why;

	assert_int_equal(inquiry.kind, EVENT_INQUIRY);
	assert_false(inquiry.was_cut);
	assert_int_equal(fate_rebuild(&b.site, object, &delivery, &why), KAKOU_OK);
	assert_int_equal(delivery.message.code, CUSTOMS_GATHER);
	assert_int_equal(delivery.passage, inquiry.passage);
	assert_int_equal(delivery.lane, 0);
	assert_memory_equal(&delivery.message.u.gather, &b.asked, sizeof(b.asked));
	json_decref(object);
}

static void an_inquiry_comes_back_as_it_was_asked(void **state)
{
	(void)state;
	b.watch = &watch;
	case_ask();
	assert_true(b.asked.box_count > 0 && b.asked.has_weight && b.asked.tag[0]);
	expect_asked_again();
}

static void what_a_person_asked_anew_comes_back_with_his_name(void **state)
{
	(void)state;
	b.watch = &watch;
	case_bring("浙A12345", 99, "浙B77777", "CSQU3054383");
	assert_true(bench_run_until(&b, LANE_HELD, 8000));
	bench_act_on(&b, ACT_CORRECT, b.lane.passage, EVIDENCE_PLATE, "浙A12346");
	bench_run(&b, 50);
	assert_int_equal(b.asked.mode, 'M');
	assert_string_equal(b.asked.operator_id, "wang");
	expect_asked_again();
}

static void a_result_comes_back_as_customs_was_to_get_it(void **state)
{
	struct customs_delivery delivery;
	const struct customs_result *told = &delivery.message.u.result;
	struct why why;
	json_t *object;

	(void)state;
	b.watch = &watch;
	case_ask();
	bench_operate(&b, '0', "00000001200000000000");
	assert_int_equal(result.kind, EVENT_COMMAND_RESULT);
	object = read_back(&result);
	json_object_set_new(json_object_get(object, "data"), "answers",
			    json_integer(0x35));
	json_object_set_new(json_object_get(object, "data"), "seal", json_string("S1"));
	assert_int_equal(fate_rebuild(&b.site, object, &delivery, &why), KAKOU_OK);
	assert_int_equal(delivery.message.code, CUSTOMS_RESULT);
	assert_memory_equal(&told->head, &b.asked.head, sizeof(told->head));
	assert_string_equal(told->result, b.report);
	assert_int_equal(strlen(told->result), STATUS_LENGTH);
	assert_int_equal(told->answers, WIRE_OPERATE_ONE);
	assert_string_equal(told->seal_id, "S1");
	json_decref(object);
}

static void what_can_not_be_sent_any_more_says_why(void **state)
{
	struct customs_delivery delivery;
	struct why why;
	json_t *object;

	(void)state;
	b.watch = &watch;
	case_ask();
	object = read_back(&inquiry);
	json_object_set_new(object, "lane", json_string("gone"));
	assert_int_equal(fate_rebuild(&b.site, object, &delivery, &why),
			 KAKOU_E_NOTFOUND);
	assert_string_equal(why.text, "lane gone is not in the site file any more");
	json_object_set_new(object, "lane", json_string(b.site.lanes[0].name));
	json_object_del(json_object_get(object, "data"), "channel");
	assert_int_equal(fate_rebuild(&b.site, object, &delivery, &why), KAKOU_E_INVALID);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(while_its_passage_goes_on_the_lane_asks, set_up),
		cmocka_unit_test_setup(a_passage_that_a_restart_cut_off_may_have_passed,
				       set_up),
		cmocka_unit_test_setup(
			an_answer_ends_it_and_that_to_another_number_does_not, set_up),
		cmocka_unit_test_setup(a_newer_inquiry_of_the_passage_takes_its_place,
				       set_up),
		cmocka_unit_test_setup(
			an_order_that_was_not_used_is_not_booked_afterwards, set_up),
		cmocka_unit_test_setup(
			what_the_offline_policy_leaves_to_an_officer_is_not_sent, set_up),
		cmocka_unit_test_setup(
			what_customs_is_to_reconcile_is_asked_on_with_its_order, set_up),
		LANE_TEST(an_inquiry_comes_back_as_it_was_asked),
		LANE_TEST(what_a_person_asked_anew_comes_back_with_his_name),
		LANE_TEST(a_result_comes_back_as_customs_was_to_get_it),
		LANE_TEST(what_can_not_be_sent_any_more_says_why),
	};

	return cmocka_run_group_tests_name("fate", tests, NULL, NULL);
}
