/* SPDX-License-Identifier: MIT */
/*
 * Release orders out of scenario files.
 *
 * Layer: tests (tools/scenario/orders).
 */
#include "tools/scenario/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/scenario/keys.h"

#define NUMBER "Z3111E240726000000000456"

static enum kakou_err load(const char *text, struct customs_orders **out, struct why *why)
{
	const char *folder = getenv("TMPDIR");
	char path[256];
	struct conf *conf;
	enum kakou_err err;
	FILE *file;

	snprintf(path, sizeof(path), "%s/orders.%d", folder ? folder : "/tmp", getpid());
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	err = scenario_open(&conf, path, why);
	if (!err) {
		err = customs_orders_load(out, conf, why);
		conf_close(conf);
	}
	unlink(path);
	return err;
}

static void assert_refused(const char *text, const char *quotes)
{
	struct customs_orders *orders;
	struct why why = {""};

	assert_int_equal(load(text, &orders, &why), KAKOU_E_INVALID);
	if (!strstr(why.text, quotes))
		fail_msg("\"%s\" does not quote \"%s\"", why.text, quotes);
}

static void an_order_is_read_with_all_it_says(void **state)
{
	struct customs_orders *orders = NULL;
	const struct customs_order *order;
	struct why why = {""};

	(void)state;
	assert_int_equal(load("order \"" NUMBER "\" {\n"
			      "plate = \"浙A12345\"\ntag = \"E2\"\ncard = \"33\"\n"
			      "direction = \"E\"\nchnl_no = \"3301500102\"\ntype = 6\n"
			      "state = 3\nvehicle_kg = 8600\nframe_kg = \"6200.5\"\n"
			      "container_kg = \"0.001\"\ngoods_kg = \"18400.25\"\n"
			      "boxes = {\"CSQU3054383\", \"CBHU3202732\"}\nseal = \"S\"\n"
			      "targeted = yes\nbehaviour = \"silent\"\ndelay_ms = 7\n"
			      "count = 2\n}\n"
			      "truck \"01\" { lane = \"in1\" plate = \"浙A12345\" }\n",
			      &orders, &why),
			 KAKOU_OK);
	assert_int_equal(orders->count, 1);
	order = &orders->orders[0];
	assert_string_equal(order->number, NUMBER);
	assert_string_equal(order->plate, "浙A12345");
	assert_int_equal(order->direction, 'E');
	assert_string_equal(order->chnl_no, "3301500102");
	assert_int_equal(order->type, ORDER_TYPE_EMPTY_VEHICLE);
	assert_int_equal(order->state, ORDER_PASSED_FIRST);
	assert_int_equal(customs_order_total_g(order), 8600000 + 6200500 + 1 + 18400250);
	assert_int_equal(order->box_count, 2);
	assert_string_equal(order->boxes[1], "CBHU3202732");
	assert_true(order->is_targeted);
	assert_int_equal(order->behaviour, ORDER_IS_SILENT);
	assert_string_equal(customs_order_behaviour_name(order->behaviour), "silent");
	assert_int_equal(order->delay_ms, 7);
	assert_int_equal(order->ignore_count, 2);
	free(orders);
}

static void what_an_order_does_not_say_has_its_default(void **state)
{
	struct customs_orders *orders = NULL;
	struct why why = {""};

	(void)state;
	assert_int_equal(load("order \"" NUMBER "\" { card = \"1\" direction = \"I\" }\n",
			      &orders, &why),
			 KAKOU_OK);
	assert_int_equal(orders->orders[0].direction, 'I');
	assert_int_equal(orders->orders[0].type, 1);
	assert_int_equal(orders->orders[0].state, ORDER_APPROVED);
	assert_int_equal(orders->orders[0].behaviour, ORDER_ANSWERS);
	assert_int_equal(orders->orders[0].delay_ms, 300);
	assert_int_equal(customs_order_total_g(&orders->orders[0]), 0);
	assert_false(orders->orders[0].is_targeted);
	free(orders);
}

static void a_scenario_may_have_no_orders(void **state)
{
	struct customs_orders *orders = NULL;
	struct why why = {""};

	(void)state;
	assert_int_equal(load("", &orders, &why), KAKOU_OK);
	assert_int_equal(orders->count, 0);
	free(orders);
}

static void a_wrong_value_is_quoted_with_its_line(void **state)
{
	(void)state;
	assert_refused("order \"Z31\" { plate = \"A\" direction = \"I\" }\n", "Z31");
	assert_refused("order \"" NUMBER "\" { direction = \"I\" }\n",
		       "a plate, a tag or a card");
	assert_refused("order \"" NUMBER "\" {\nplate = \"A\"\ndirection = \"I\"\n"
		       "goods_kg = \"1.2345\"\n}\n",
		       ":4: key \"goods_kg\": \"1.2345\"");
	assert_refused("order \"" NUMBER "\" { plate = \"A\" direction = \"X\" }\n", "X");
	assert_refused("order \"" NUMBER
		       "\" { plate = \"A\" direction = \"I\" type = 7 }\n",
		       "7");
	assert_refused("order \"" NUMBER "\" { plate = \"A\" direction = \"I\" "
		       "boxes = {\"CSQU30543831234567\"} }\n",
		       "CSQU30543831234567");
	assert_refused("order \"" NUMBER "\" { plate = \"A\" direction = \"I\" "
		       "behaviour = \"lazy\" }\n",
		       "lazy");
	assert_refused("order \"" NUMBER "\" { plate = \"A\" }\n", "direction");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_read_with_all_it_says),
		cmocka_unit_test(what_an_order_does_not_say_has_its_default),
		cmocka_unit_test(a_scenario_may_have_no_orders),
		cmocka_unit_test(a_wrong_value_is_quoted_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
