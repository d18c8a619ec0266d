/* SPDX-License-Identifier: MIT */
/*
 * The words of faults.
 */
#include "tools/yard/faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct fault_order parse(const char *text)
{
	struct fault_order order;
	struct why why = {0};

	if (fault_parse(&order, text, &why))
		fail_msg("%s", why.text);
	return order;
}

static void refuse(const char *text, const char *words)
{
	struct fault_order order;
	struct why why = {0};

	assert_int_equal(fault_parse(&order, text, &why), KAKOU_E_INVALID);
	if (!strstr(why.text, words))
		fail_msg("got \"%s\", expected it to say \"%s\"", why.text, words);
}

static void a_fault_names_a_device_a_line_or_a_lane(void **state)
{
	struct fault_order order = parse("reefer-in1 silent");

	(void)state;
	assert_int_equal(order.target, FAULT_ON_DEVICE);
	assert_string_equal(order.name, "reefer-in1");
	assert_int_equal(order.fault.kind, FAULT_SILENT);
	order = parse("scale-in1 late 700");
	assert_int_equal(order.fault.kind, FAULT_LATE);
	assert_int_equal(order.fault.value, 700);
	order = parse("in1/beam stuck_on");
	assert_int_equal(order.target, FAULT_ON_LINE);
	assert_string_equal(order.name, "in1");
	assert_string_equal(order.line, "beam");
	order = parse("in1 fob");
	assert_int_equal(order.target, FAULT_ON_LANE);
}

static void a_fault_that_makes_no_sense_is_refused_with_a_reason(void **state)
{
	(void)state;
	refuse("", "TARGET KIND");
	refuse("reefer-in1", "TARGET KIND");
	refuse("reefer-in1 tired", "tired");
	refuse("reefer-in1 late soon", "soon");
	refuse("reefer-in1 late 1 2", "TARGET KIND");
	refuse("reefer-in1 exception", "exception 0");
	refuse("reefer-in1 exception 256", "exception 256");
	refuse("in1/beam silent", "in1/beam");
	refuse("in1 stuck_on", "stuck_on");
}

static void every_kind_has_a_name_that_leads_back_to_it(void **state)
{
	(void)state;
	for (enum fault_kind kind = 0; kind < FAULT_KINDS; kind++)
		assert_int_equal(fault_kind_from_name(fault_kind_name(kind)), kind);
	assert_int_equal(fault_kind_from_name("x"), FAULT_KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_names_a_device_a_line_or_a_lane),
		cmocka_unit_test(a_fault_that_makes_no_sense_is_refused_with_a_reason),
		cmocka_unit_test(every_kind_has_a_name_that_leads_back_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
