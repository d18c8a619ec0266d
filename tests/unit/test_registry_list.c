/* SPDX-License-Identifier: MIT */
/*
 * The registry's lists: what is found in them, and how much of the file a question looks at.
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

/* Numbers of these ends, one file. */
static void put_orders(int first, int last)
{
	struct why why = {""};

	assert_int_equal(base_begin(c.base, &why), 0);
	for (int i = first; i <= last; i++) {
		char members[200];
		json_t *order;

		(void)snprintf(members, sizeof(members),
			       "{\"number\":\"Z3111I261101%012d\",\"seal\":\"SEAL-%d\"}",
			       i, i);
		order = registry_case_order(members);
		if (base_stage(c.base, AREA_PUSH, BASE_ORDERS, order, &why))
			fail_msg("%s", why.text);
		json_decref(order);
	}
	if (base_commit(c.base, &why) ||
	    base_stage_apply(c.base, AREA_PUSH, BASE_ORDERS, &why))
		fail_msg("%s", why.text);
}

struct page {
	size_t count;
	char next[BASE_KEY_MAX];
};

static struct page list(enum base_what what, struct base_filter filter)
{
	struct page page = {0};
	struct why why = {""};
	json_t *json = NULL;
	const char *next;

	filter.state = -1;
	if (base_list(c.base, what, &filter, &json, &why))
		fail_msg("%s", why.text);
	page.count = json_array_size(json_object_get(json, "items"));
	next = json_string_value(json_object_get(json, "next"));
	text_copy(page.next, sizeof(page.next), next ? next : "");
	json_decref(json);
	return page;
}

static size_t find(enum base_what what, const char *text)
{
	return list(what, (struct base_filter){.find = text, .limit = 100}).count;
}

static void an_order_is_found_by_a_part_of_any_text_in_it(void **state)
{
	(void)state;
	put_orders(1, 3);
	registry_case_put(&c, BASE_ORDERS,
			  registry_case_order("{\"number\":\"Z3111I261101000000000009\","
					      "\"plate\":\"浙B20416\",\"tag\":null,"
					      "\"boxes\":[\"HLXU4074106\"],"
					      "\"documents\":[\"RMFT0001\"]}"));
	assert_int_equal(find(BASE_ORDERS, "B204"), 1);
	assert_int_equal(find(BASE_ORDERS, "浙A"), 3);
	assert_int_equal(find(BASE_ORDERS, "hlxu407"), 1);
	assert_int_equal(find(BASE_ORDERS, "0000002"), 1);
	assert_int_equal(find(BASE_ORDERS, "rmft"), 1);
	assert_int_equal(find(BASE_ORDERS, "SEAL-3"), 1);
	assert_int_equal(find(BASE_ORDERS, "%"), 0);
	/* The name of a member is no text in it. */
	assert_int_equal(find(BASE_ORDERS, "documents"), 0);
}

static void a_registered_vehicle_is_found_in_the_same_way(void **state)
{
	(void)state;
	registry_case_put(&c, BASE_VEHICLES, registry_case_vehicle(""));
	registry_case_put(&c, BASE_VEHICLES,
			  registry_case_vehicle("{\"plate\":\"浙A77002\",\"tag\":null}"));
	assert_int_equal(find(BASE_VEHICLES, "a7700"), 2);
	assert_int_equal(find(BASE_VEHICLES, "ab007701"), 1);
	assert_int_equal(find(BASE_VEHICLES, "approver"), 0);
}

static void pages_follow_one_another_to_the_last(void **state)
{
	struct page page = {.next = ""};
	char after[BASE_KEY_MAX];
	size_t count = 0, pages = 0;

	(void)state;
	put_orders(1, 20);
	do {
		text_copy(after, sizeof(after), page.next);
		page = list(BASE_ORDERS,
			    (struct base_filter){.after = after, .limit = 10});
		count += page.count;
	} while (page.next[0] && ++pages < 10);
	assert_int_equal(count, 20);
	assert_int_equal(pages, 1); /* the second page says that it is the last */
}

/* A lane's look-up waits behind it. */
static void a_question_that_fits_little_looks_at_a_part_and_says_where_to_go_on(
	void **state)
{
	struct page page;

	(void)state;
	put_orders(1, BASE_LOOKED_AT_MAX + 10);
	page = list(BASE_ORDERS, (struct base_filter){.find = "SEAL-5009", .limit = 10});
	assert_int_equal(page.count, 0);
	assert_string_equal(page.next, "Z3111I261101000000005000");
	page = list(BASE_ORDERS, (struct base_filter){.find = "SEAL-5009",
						      .after = page.next,
						      .limit = 10});
	assert_int_equal(page.count, 1);
	assert_string_equal(page.next, "");
	/* By its plate nothing else is looked at. */
	registry_case_put(&c, BASE_ORDERS,
			  registry_case_order("{\"number\":\"Z3111I261101999999999999\","
					      "\"plate\":\"浙B20416\",\"tag\":null}"));
	page = list(BASE_ORDERS, (struct base_filter){.plate = "浙B20416", .limit = 10});
	assert_int_equal(page.count, 1);
	assert_string_equal(page.next, "");
}

int main(void)
{
#define WITH_BASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BASE(an_order_is_found_by_a_part_of_any_text_in_it),
		WITH_BASE(a_registered_vehicle_is_found_in_the_same_way),
		WITH_BASE(pages_follow_one_another_to_the_last),
		WITH_BASE(
			a_question_that_fits_little_looks_at_a_part_and_says_where_to_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
