/* SPDX-License-Identifier: MIT */
/*
 * The registry's base: what is found, what is used up, what an import may change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/registry_case.h"

static struct registry_case c;

static int set_up(void **state)
{
	(void)state;
	registry_case_open(&c);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	registry_case_close(&c);
	return 0;
}

static void put_order(const char *members)
{
	registry_case_put(&c, BASE_ORDERS, registry_case_order(members));
}

static int count_open(void)
{
	return registry_case_find(&c, "浙A12345", "", "").order_count;
}

static void an_order_is_found_by_plate_tag_or_card(void **state)
{
	struct found found;

	(void)state;
	put_order("");
	found = registry_case_find(&c, "浙A12345", "", "");
	assert_int_equal(found.order_count, 1);
	assert_string_equal(found.orders[0].number, CASE_NUMBER);
	assert_int_equal(order_total_g(&found.orders[0].weights), 37000125);
	assert_string_equal(found.orders[0].boxes[0], "CSQU3054383");
	assert_string_equal(found.orders[0].matched.tag, "E2003412AB000101");
	assert_int_equal(registry_case_find(&c, "", "E2003412AB000101", "").order_count,
			 1);
	assert_int_equal(registry_case_find(&c, "", "", "330102600101").order_count, 1);
	assert_int_equal(registry_case_find(&c, "浙A12346", "", "").order_count, 0);
	assert_int_equal(registry_case_find(&c, "", "", "").order_count, 0);
}

static void an_order_of_the_other_direction_or_state_is_not_found(void **state)
{
	(void)state;
	put_order("{\"number\":\"Z3111E261101000000000001\"}");
	put_order("{\"number\":\"Z3111I261101000000000002\",\"state\":0}");
	put_order("{\"number\":\"Z3111I261101000000000003\",\"state\":2}");
	put_order("{\"number\":\"Z3111I261101000000000004\",\"state\":5}");
	put_order("{\"number\":\"Z3111I261101000000000005\",\"state\":6}");
	/* from 3 only at a second gate */
	put_order("{\"number\":\"Z3111I261101000000000006\",\"state\":3}");
	assert_int_equal(count_open(), 0);
	c.site->lanes[0].gate = GATE_SECOND;
	assert_int_equal(count_open(), 1);
}

static void an_order_of_another_customs_is_not_found(void **state)
{
	(void)state;
	put_order("");
	text_copy(c.site->customs_code, sizeof(c.site->customs_code), "2244");
	assert_int_equal(count_open(), 0);
	text_copy(c.site->customs_code, sizeof(c.site->customs_code), "3111");
	assert_int_equal(count_open(), 1);
}

static void several_open_orders_are_all_counted(void **state)
{
	char members[64];

	(void)state;
	for (int i = 1; i <= 6; i++) {
		(void)snprintf(members, sizeof(members),
			       "{\"number\":\"Z3111I26110100000000000%d\"}", i);
		put_order(members);
	}
	assert_int_equal(count_open(), 6);
}

static void a_doubtful_plate_finds_what_cameras_take_for_it(void **state)
{
	struct lookup lookup = {.direction = 'I', .plate_is_doubtful = true};
	struct found found;

	(void)state;
	put_order("{\"plate\":\"浙A1B045\"}");
	text_copy(lookup.plate, sizeof(lookup.plate), "浙A18045");
	assert_int_equal(base_find(c.base, &lookup, &found, NULL), 0);
	assert_int_equal(found.order_count, 1);
	assert_string_equal(found.orders[0].matched.plate, "浙A1B045");
	/* two places are too many */
	text_copy(lookup.plate, sizeof(lookup.plate), "浙A1BD4S");
	assert_int_equal(base_find(c.base, &lookup, &found, NULL), 0);
	assert_int_equal(found.order_count, 0);
	/* and a certain plate is what it is */
	assert_int_equal(registry_case_find(&c, "浙A18045", "", "").order_count, 0);
}

static void an_order_in_use_or_passed_is_not_found_again(void **state)
{
	(void)state;
	put_order("");
	registry_case_note(&c, STEP_IN_USE, 1, 41);
	assert_int_equal(count_open(), 0);
	registry_case_note(&c, STEP_FREED, 2, 41);
	assert_int_equal(count_open(), 1);
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_note(&c, STEP_PASSED, 2, 42);
	assert_int_equal(count_open(), 0);
}

static void a_note_that_comes_again_does_nothing(void **state)
{
	struct why why = {""};

	(void)state;
	put_order("");
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_note(&c, STEP_PASSED, 2, 42);
	assert_int_equal(
		base_change(c.base, BASE_ORDERS, CHANGE_REOPEN, CASE_NUMBER, 0, &why), 0);
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_note(&c, STEP_PASSED, 2, 42);
	assert_int_equal(count_open(), 1);
}

static void a_first_gate_leaves_the_order_for_the_second(void **state)
{
	(void)state;
	put_order("");
	c.site->lanes[0].gate = GATE_FIRST;
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_note(&c, STEP_PASSED, 2, 42);
	assert_int_equal(count_open(), 0);
	c.site->lanes[0].gate = GATE_SECOND;
	assert_int_equal(count_open(), 1);
	registry_case_note(&c, STEP_IN_USE, 1, 43);
	registry_case_note(&c, STEP_PASSED, 2, 43);
	assert_int_equal(count_open(), 0);
}

static void each_vehicle_of_a_shared_order_passes_once(void **state)
{
	json_t *shown = NULL;

	(void)state;
	put_order(
		"{\"binding\":3,\"plate\":null,\"tag\":null,\"card\":null,\"vehicles\":["
		"{\"plate\":\"浙A12345\"},{\"plate\":\"浙B20416\"}]}");
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_note(&c, STEP_PASSED, 2, 42);
	assert_int_equal(count_open(), 0);
	assert_int_equal(registry_case_find(&c, "浙B20416", "", "").order_count, 1);
	assert_int_equal(base_show(c.base, BASE_ORDERS, CASE_NUMBER, &shown, NULL), 0);
	assert_int_equal(json_integer_value(json_object_get(shown, "state")), 1);
	json_decref(shown);
}

static void an_import_does_not_open_again_what_has_passed(void **state)
{
	json_t *shown = NULL;

	(void)state;
	put_order("");
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_note(&c, STEP_PASSED, 2, 42);
	put_order("");
	assert_int_equal(count_open(), 0);
	assert_int_equal(base_show(c.base, BASE_ORDERS, CASE_NUMBER, &shown, NULL), 0);
	assert_int_equal(json_integer_value(json_object_get(shown, "state")),
			 ORDER_PASSED);
	json_decref(shown);
	/* but what customs makes void is void */
	put_order("{\"number\":\"Z3111I261101000000000009\"}");
	put_order("{\"number\":\"Z3111I261101000000000009\",\"state\":6}");
	assert_int_equal(count_open(), 0);
}

/* The base was lost: the record tells of the order before the day's file brings it. */
static void what_passed_stays_so_when_the_order_comes_on_file_afterwards(void **state)
{
	(void)state;
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_note(&c, STEP_PASSED, 2, 42);
	put_order("");
	assert_int_equal(count_open(), 0);
}

static void what_is_in_use_stays_so_when_the_order_comes_on_file_afterwards(void **state)
{
	(void)state;
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	put_order("");
	assert_int_equal(count_open(), 0);
	registry_case_note(&c, STEP_FREED, 2, 42);
	assert_int_equal(count_open(), 1);
}

static void what_an_import_left_is_gone_after_a_start(void **state)
{
	json_t *order = registry_case_order("");
	int64_t count = 1, added = 1;

	(void)state;
	assert_int_equal(base_stage(c.base, AREA_IMPORT, BASE_ORDERS, order, NULL), 0);
	json_decref(order);
	assert_int_equal(count_open(), 0);
	registry_case_reopen(&c);
	assert_int_equal(base_stage_count(c.base, BASE_ORDERS, &count, &added, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(count_open(), 0);
}

static void what_is_on_file_survives_a_start(void **state)
{
	(void)state;
	put_order("");
	registry_case_note(&c, STEP_IN_USE, 1, 42);
	registry_case_reopen(&c);
	assert_int_equal(count_open(), 0);
	registry_case_note(&c, STEP_FREED, 2, 42);
	registry_case_reopen(&c);
	assert_int_equal(count_open(), 1);
}

static void a_registered_vehicle_is_found_by_plate_or_tag(void **state)
{
	struct found found;

	(void)state;
	registry_case_put(&c, BASE_VEHICLES, registry_case_vehicle(""));
	found = registry_case_find(&c, "浙A77001", "", "");
	assert_true(found.has_vehicle);
	assert_int_equal(found.vehicle.max_g, 3500000);
	assert_string_equal(found.vehicle.lanes, "in1");
	assert_true(registry_case_find(&c, "", "E2003412AB007701", "").has_vehicle);
	assert_false(registry_case_find(&c, "浙A77002", "", "").has_vehicle);
}

static void plate_and_tag_of_two_vehicles_are_nobodys(void **state)
{
	(void)state;
	registry_case_put(&c, BASE_VEHICLES, registry_case_vehicle(""));
	registry_case_put(
		&c, BASE_VEHICLES,
		registry_case_vehicle(
			"{\"plate\":\"浙A77002\",\"tag\":\"E2003412AB007702\"}"));
	assert_false(
		registry_case_find(&c, "浙A77001", "E2003412AB007702", "").has_vehicle);
}

static void an_expired_vehicle_stays_on_file_and_may_not_pass(void **state)
{
	struct found found;
	int64_t now_ms = INT64_C(1795000000000);

	(void)state;
	registry_case_put(&c, BASE_VEHICLES, registry_case_vehicle(""));
	found = registry_case_find(&c, "浙A77001", "", "");
	assert_null(registered_refusal(&found.vehicle, "in1", 'I', now_ms));
	assert_int_equal(base_change(c.base, BASE_VEHICLES, CHANGE_EXPIRE, "浙A77001",
				     now_ms, NULL),
			 0);
	found = registry_case_find(&c, "浙A77001", "", "");
	assert_true(found.has_vehicle);
	assert_string_equal(registered_refusal(&found.vehicle, "in1", 'I', now_ms + 1000),
			    "expired");
}

static void weigh_empty(int64_t passage, int64_t gram)
{
	struct order_note note = {
		.step = STEP_PASSED, .nth = 2, .passage = passage, .empty_g = gram};

	text_copy(note.number, sizeof(note.number), CASE_NUMBER);
	text_copy(note.who, sizeof(note.who), "浙A12345");
	text_copy(note.plate, sizeof(note.plate), "浙A12345");
	assert_int_equal(base_note(c.base, &note, NULL), 0);
}

static void the_tare_is_the_median_of_the_last_nine_empty_passages(void **state)
{
	struct found found;

	(void)state;
	weigh_empty(1, 14800000);
	weigh_empty(2, 14900000);
	weigh_empty(3, 99000000);
	found = registry_case_find(&c, "浙A12345", "", "");
	assert_int_equal(found.tare.median_g, 14900000);
	assert_int_equal(found.tare.count, 3);
	for (int i = 4; i < 14; i++)
		weigh_empty(i, 15000000);
	found = registry_case_find(&c, "浙A12345", "", "");
	assert_int_equal(found.tare.median_g, 15000000);
	assert_int_equal(found.tare.count, 13);
}

static void clear_offline(int64_t passage, int nth, enum order_step step)
{
	struct order_note note = {.step = (uint8_t)step,
				  .nth = (uint8_t)nth,
				  .passage = passage,
				  .is_offline = true};

	text_copy(note.number, sizeof(note.number), CASE_NUMBER);
	text_copy(note.who, sizeof(note.who), "浙A12345");
	text_copy(note.plate, sizeof(note.plate), "浙A12345");
	assert_int_equal(base_note(c.base, &note, NULL), 0);
}

static size_t count_offline(void)
{
	json_t *items = NULL;
	size_t count;

	assert_int_equal(base_list_offline(c.base, true, 0, 100, &items, NULL), 0);
	count = json_array_size(items);
	json_decref(items);
	return count;
}

static void what_was_cleared_offline_waits_until_it_is_settled(void **state)
{
	(void)state;
	put_order("");
	clear_offline(42, 1, STEP_IN_USE);
	clear_offline(42, 2, STEP_PASSED);
	registry_case_reopen(&c);
	assert_int_equal(count_offline(), 1);
	assert_int_equal(base_settle(c.base, 42, "agreed", "wang", "asked", 1, NULL), 0);
	assert_int_equal(count_offline(), 0);
	assert_int_equal(base_settle(c.base, 42, "disputed", "wang", "again", 1, NULL),
			 KAKOU_E_NOTFOUND);
}

static void who_backed_out_was_not_cleared_offline(void **state)
{
	(void)state;
	put_order("");
	clear_offline(42, 1, STEP_IN_USE);
	clear_offline(42, 2, STEP_FREED);
	assert_int_equal(count_offline(), 0);
	assert_int_equal(count_open(), 1);
}

static void refuse_order(const char *members, const char *part)
{
	registry_case_expect_refused(&c, BASE_ORDERS, registry_case_order(members), part);
}

static void what_is_not_as_expected_is_refused_with_its_value(void **state)
{
	(void)state;
	refuse_order("{\"number\":\"Z3111I261301000000000001\"}", "2026-13-01");
	refuse_order("{\"type\":7}", "type: got 7, expected an integer from 1 to 6");
	refuse_order("{\"state\":null}", "state: got nothing");
	refuse_order("{\"direction\":\"E\"}", "direction: got \"E\", expected I");
	refuse_order("{\"customs_code\":\"2244\"}", "customs_code: got \"2244\"");
	refuse_order("{\"plate\":\"浙A6101挂\"}", "trailer's");
	refuse_order("{\"plate\":\"浙AO2345\"}", "浙AO2345");
	refuse_order("{\"goods_kg\":\"18400.1234\"}", "goods_kg: got \"18400.1234\"");
	refuse_order("{\"goods_kg\":18400.5}", "goods_kg: got 18400.5");
	refuse_order("{\"total_kg\":\"37000\"}", "total_kg: got \"37000\"");
	refuse_order("{\"boxes\":[\"CSQU3054384\"]}", "CSQU3054384");
	refuse_order("{\"boxes\":[\"CSQU3054383\",\"CBHU3202732\",\"HLXU4074106\"]}",
		     "boxes");
	refuse_order("{\"approved\":\"2026-02-30\"}", "approved: got \"2026-02-30\"");
	refuse_order("{\"colour\":\"red\"}", "\"colour\", which is not known");
	refuse_order("{\"binding\":2,\"documents\":[\"a\",\"b\"]}", "documents");
	refuse_order("{\"type\":5,\"documents\":[\"a\"]}",
		     "none with an order of type 5");
	refuse_order("{\"plate\":null,\"tag\":null,\"card\":null}", "neither plate");
	refuse_order("{\"plate\":null,\"tag\":null,\"card\":null,\"vehicles\":["
		     "{\"plate\":\"浙A12345\"},{\"plate\":\"浙B20416\"}]}",
		     "1 to 1 vehicles with binding 2");
}

static void a_vehicle_for_a_lane_that_is_none_is_refused(void **state)
{
	(void)state;
	registry_case_expect_refused(&c, BASE_VEHICLES,
				     registry_case_vehicle("{\"lanes\":[\"in9\"]}"),
				     "lanes: got [\"in9\"]");
	registry_case_expect_refused(
		&c, BASE_VEHICLES, registry_case_vehicle("{\"valid_to\":\"2025-01-01\"}"),
		"valid_to");
	registry_case_expect_refused(&c, BASE_VEHICLES,
				     registry_case_vehicle("{\"approver\":null}"),
				     "approver: got nothing");
}

static void an_order_that_stands_in_an_import_twice_is_refused(void **state)
{
	json_t *order = registry_case_order("");

	(void)state;
	assert_int_equal(base_stage(c.base, AREA_IMPORT, BASE_ORDERS, order, NULL), 0);
	json_decref(order);
	refuse_order("", "twice");
}

static void another_file_is_no_registry(void **state)
{
	struct base *base = NULL;
	struct why why = {""};
	char path[sizeof(c.path) + 8];
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s.other", c.path);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", file);
	fclose(file);
	assert_int_equal(base_open(&base, path, c.site, &why), KAKOU_E_INVALID);
	assert_null(base);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_order_is_found_by_plate_tag_or_card),
		TEST(an_order_of_the_other_direction_or_state_is_not_found),
		TEST(an_order_of_another_customs_is_not_found),
		TEST(several_open_orders_are_all_counted),
		TEST(a_doubtful_plate_finds_what_cameras_take_for_it),
		TEST(an_order_in_use_or_passed_is_not_found_again),
		TEST(a_note_that_comes_again_does_nothing),
		TEST(a_first_gate_leaves_the_order_for_the_second),
		TEST(each_vehicle_of_a_shared_order_passes_once),
		TEST(an_import_does_not_open_again_what_has_passed),
		TEST(what_passed_stays_so_when_the_order_comes_on_file_afterwards),
		TEST(what_is_in_use_stays_so_when_the_order_comes_on_file_afterwards),
		TEST(what_an_import_left_is_gone_after_a_start),
		TEST(what_is_on_file_survives_a_start),
		TEST(a_registered_vehicle_is_found_by_plate_or_tag),
		TEST(plate_and_tag_of_two_vehicles_are_nobodys),
		TEST(an_expired_vehicle_stays_on_file_and_may_not_pass),
		TEST(the_tare_is_the_median_of_the_last_nine_empty_passages),
		TEST(what_was_cleared_offline_waits_until_it_is_settled),
		TEST(who_backed_out_was_not_cleared_offline),
		TEST(what_is_not_as_expected_is_refused_with_its_value),
		TEST(a_vehicle_for_a_lane_that_is_none_is_refused),
		TEST(an_order_that_stands_in_an_import_twice_is_refused),
		TEST(another_file_is_no_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
