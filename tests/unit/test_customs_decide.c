/* SPDX-License-Identifier: MIT */
/*
 * The customs decision and the book of orders, on a clock that only the test moves.
 *
 * Layer: tests (tools/customs/decide, order_book, inquiries).
 */
#include "tools/customs/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/customs/inquiries.h"

enum { ORDERS = 3 };

static struct customs_orders *orders;
static struct order_book *book;
static const struct decide_policy policy = {.tolerance_pct = 5, .tolerance_g = 100000};
static struct decision decision;

static void set_order(size_t i, const char *plate, char direction)
{
	struct customs_order *order = &orders->orders[i];

	memset(order, 0, sizeof(*order));
	snprintf(order->number, sizeof(order->number), "Z3111%c2407260000000000%02zu",
		 direction, i);
	snprintf(order->plate, sizeof(order->plate), "%s", plate);
	order->direction = direction;
	order->type = 2;
	order->state = ORDER_APPROVED;
	order->vehicle_g = 15000000;
	order->goods_g = 5000000;
}

static int set_up(void **state)
{
	(void)state;
	orders = calloc(1, sizeof(*orders) + ORDERS * sizeof(orders->orders[0]));
	if (!orders)
		return -1;
	orders->count = ORDERS;
	set_order(0, "A", 'I');
	set_order(1, "B", 'I');
	set_order(2, "A", 'E');
	book = order_book_create(orders);
	return book ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(book);
	free(orders);
	return 0;
}

static struct customs_gather gather_of(const char *plate)
{
	struct customs_gather gather = {
		.head = {.chnl_no = "3301500101", .direction = 'I', .seq_no = "1"}
	};

	snprintf(gather.plate, sizeof(gather.plate), "%s", plate);
	return gather;
}

/* What is decided about the plate at this instant. */
static bool releases_at(const char *plate, int64_t now_ms)
{
	const struct customs_gather gather = gather_of(plate);

	decide(book, &policy, &gather, now_ms, &decision);
	return decision.is_release;
}

static bool releases_weight(int64_t gross_g, const struct decide_policy *by)
{
	struct customs_gather gather = gather_of("A");

	gather.has_weight = true;
	gather.gross_g = gross_g;
	decide(book, by, &gather, 0, &decision);
	return decision.is_release;
}

static void a_booked_order_is_open_for_a_minute_more(void **state)
{
	(void)state;
	assert_true(releases_at("A", 1000));
	assert_ptr_equal(decision.entry->order, &orders->orders[0]);
	order_book_pass(decision.entry, 1000);
	assert_true(releases_at("A", 1000 + ORDER_GRACE_MS - 1));
	assert_false(releases_at("A", 1000 + ORDER_GRACE_MS));
	assert_string_equal(decision.check.check_result, "11000000001002000000");
	assert_string_equal(decision.check.op_hint, "未关联单据");
	assert_null(decision.entry);
}

static void a_withdrawn_order_is_open_again(void **state)
{
	(void)state;
	order_book_pass(&book->entries[0], 0);
	assert_int_equal(book->entries[0].state, ORDER_PASSED);
	order_book_reopen(&book->entries[0]);
	assert_int_equal(book->entries[0].state, ORDER_APPROVED);
	assert_true(releases_at("A", 10 * ORDER_GRACE_MS));
}

static void deciding_changes_nothing_in_the_book(void **state)
{
	(void)state;
	assert_true(releases_at("A", 0));
	assert_int_equal(book->entries[0].state, ORDER_APPROVED);
	assert_false(book->entries[0].is_booked);
}

static void only_approved_orders_are_open(void **state)
{
	(void)state;
	for (int i = ORDER_APPLIED; i <= ORDER_VOID; i++) {
		book->entries[1].state = (enum customs_order_state)i;
		assert_int_equal(releases_at("B", 0), i == ORDER_APPROVED);
	}
}

static void a_second_gate_takes_what_passed_the_first(void **state)
{
	const struct decide_policy second = {.is_second_gate = true};
	const struct customs_gather gather = gather_of("B");

	(void)state;
	orders->orders[1].state = ORDER_PASSED_FIRST;
	book->entries[1].state = ORDER_PASSED_FIRST;
	assert_false(releases_at("B", 0));
	decide(book, &second, &gather, 0, &decision);
	assert_true(decision.is_release);
	order_book_pass(decision.entry, 0);
	assert_int_equal(book->entries[1].state, ORDER_PASSED_SECOND);
}

static void two_open_orders_are_never_guessed_between(void **state)
{
	(void)state;
	memcpy(orders->orders[1].plate, "A", 2);
	assert_false(releases_at("A", 0));
	assert_string_equal(decision.check.check_result, "v1v00000001002000000");
	assert_string_equal(decision.check.op_hint, "请等候人工");
	assert_string_equal(decision.check.form_id, "");
	/* One is booked and its minute has passed: the other is the only one left. */
	order_book_pass(&book->entries[0], 0);
	assert_true(releases_at("A", ORDER_GRACE_MS));
	assert_ptr_equal(decision.entry, &book->entries[1]);
}

static void a_plate_and_a_tag_of_different_orders_are_several_orders(void **state)
{
	struct customs_gather gather = gather_of("A");

	(void)state;
	memcpy(orders->orders[1].tag, "T1", 3);
	memcpy(gather.tag, "T1", 3);
	decide(book, &policy, &gather, 0, &decision);
	assert_string_equal(decision.check.check_result, "v1v00000001002000000");
}

/* Order: 20 t; 5 % are 1000 kg. */
static void a_weight_may_differ_by_the_larger_tolerance_and_not_a_gram_more(void **state)
{
	const struct decide_policy in_kg = {.tolerance_pct = 0, .tolerance_g = 100000};

	(void)state;
	assert_true(releases_weight(21000000, &policy));
	assert_false(releases_weight(21000001, &policy));
	assert_true(releases_weight(19000000, &policy));
	assert_false(releases_weight(18999999, &policy));
	assert_true(releases_weight(20100000, &in_kg));
	assert_false(releases_weight(20100001, &in_kg));
	assert_string_equal(decision.check.check_result, "o100o000001002000000");
	assert_non_null(strstr(decision.because, "20100001 g"));
	orders->orders[0].type = ORDER_TYPE_EMPTY_VEHICLE;
	assert_false(releases_weight(30000000, &policy));
	assert_string_equal(decision.check.check_result, "q100q000001002000000");
}

static void what_was_not_read_is_not_compared(void **state)
{
	struct customs_order *order = &orders->orders[0];

	(void)state;
	memcpy(order->tag, "T1", 3);
	memcpy(order->seal, "S1", 3);
	order->box_count = 1;
	memcpy(order->boxes[0], "CSQU3054383", 12);
	assert_true(releases_at("A", 0));
}

/* Every word the platform composes is one that the gate understands as it is meant. */
static void the_gate_reads_what_the_platform_means(void **state)
{
	struct status_reading reading;
	struct why why;

	(void)state;
	assert_true(releases_at("A", 0));
	assert_int_equal(status_read_check(decision.check.check_result, STATUS_ANNEX_B,
					   false, &reading, &why),
			 KAKOU_OK);
	assert_int_equal(reading.verdict, VERDICT_RELEASE);
	orders->orders[0].is_targeted = true;
	assert_false(releases_at("A", 0));
	assert_int_equal(status_read_check(decision.check.check_result, STATUS_ANNEX_B,
					   false, &reading, &why),
			 KAKOU_OK);
	assert_int_equal(reading.verdict, VERDICT_INSPECT);
	assert_false(releases_at("nobody", 0));
	assert_int_equal(status_read_check(decision.check.check_result, STATUS_ANNEX_B,
					   false, &reading, &why),
			 KAKOU_OK);
	assert_int_equal(reading.verdict, VERDICT_HOLD);
}

static void the_newest_inquiries_are_remembered_by_their_whole_head(void **state)
{
	struct inquiries *inquiries = inquiries_create();
	struct customs_head head = {.chnl_no = "1", .area_id = "2", .direction = 'I'};

	(void)state;
	assert_non_null(inquiries);
	for (int i = 0; i < INQUIRIES_MAX + 10; i++) {
		snprintf(head.seq_no, sizeof(head.seq_no), "%d", i);
		assert_null(inquiries_find(inquiries, &head));
		assert_int_equal(inquiries_open(inquiries, &head)->received, 0);
		assert_ptr_equal(inquiries_open(inquiries, &head),
				 inquiries_find(inquiries, &head));
	}
	head.direction = 'E';
	assert_null(inquiries_find(inquiries, &head));
	head.direction = 'I';
	memcpy(head.seq_no, "9", 2);
	assert_null(inquiries_find(inquiries, &head));
	memcpy(head.seq_no, "10", 3);
	assert_non_null(inquiries_find(inquiries, &head));
	inquiries_destroy(inquiries);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_booked_order_is_open_for_a_minute_more),
		TEST(a_withdrawn_order_is_open_again),
		TEST(deciding_changes_nothing_in_the_book),
		TEST(only_approved_orders_are_open),
		TEST(a_second_gate_takes_what_passed_the_first),
		TEST(two_open_orders_are_never_guessed_between),
		TEST(a_plate_and_a_tag_of_different_orders_are_several_orders),
		TEST(a_weight_may_differ_by_the_larger_tolerance_and_not_a_gram_more),
		TEST(what_was_not_read_is_not_compared),
		TEST(the_gate_reads_what_the_platform_means),
		TEST(the_newest_inquiries_are_remembered_by_their_whole_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
