/* SPDX-License-Identifier: MIT */
/*
 * Numbers of release orders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/ident/ident.h"

static void a_number_is_taken_apart(void **state)
{
	struct order_number order;

	(void)state;
	assert_int_equal(order_number_parse("Z3111E240726000000000456", &order, NULL),
			 KAKOU_OK);
	assert_string_equal(order.customs_code, "3111");
	assert_int_equal(order.direction, 'E');
	assert_int_equal(order.date, 20240726);
	assert_string_equal(order.serial, "000000000456");
}

static void only_dates_that_exist_are_taken(void **state)
{
	static const struct {
		const char *number;
		int32_t date;
	} CASES[] = {
		{"Z3301I240229000000000001", 20240229},
		{"Z3301I000229000000000001", 20000229},
		{"Z3301I991231000000000001", 20991231},
		{"Z3301I230229000000000001", 0       },
		{"Z3301I240431000000000001", 0       },
		{"Z3301I241301000000000001", 0       },
		{"Z3301I240001000000000001", 0       },
		{"Z3301I240100000000000001", 0       },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct order_number order = {.date = -1};
		struct why why;
		enum kakou_err err = order_number_parse(CASES[i].number, &order, &why);

		if (CASES[i].date) {
			assert_int_equal(err, KAKOU_OK);
			assert_int_equal(order.date, CASES[i].date);
		} else {
			assert_int_equal(err, KAKOU_E_INVALID);
			assert_non_null(strstr(why.text, "expected one that exists"));
			assert_int_equal(order.date, -1);
		}
	}
}

static void what_has_not_the_form_is_refused(void **state)
{
	static const struct {
		const char *number, *reason;
	} BAD[] = {
		{"",			  "expected 24 characters"       },
		{"Z3111E24072600000000045",   "expected 24 characters"       },
		{"Z3111E2407260000000004567", "expected 24 characters"       },
		{"X3111E240726000000000456",  "expected Z and a customs code"},
		{"z3111E240726000000000456",  "expected Z and a customs code"},
		{"Z31A1E240726000000000456",  "expected Z and a customs code"},
		{"Z3111X240726000000000456",  "direction is 'X'"             },
		{"Z3111e240726000000000456",  "direction is 'e'"             },
		{"Z3111E2407260000000004 6",  "18 digits"                    },
		{"Z3111E24O726000000000456",  "18 digits"                    },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct order_number order;
		struct why why;

		assert_int_equal(order_number_parse(BAD[i].number, &order, &why),
				 KAKOU_E_INVALID);
		assert_non_null(strstr(why.text, BAD[i].reason));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_taken_apart),
		cmocka_unit_test(only_dates_that_exist_are_taken),
		cmocka_unit_test(what_has_not_the_form_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
