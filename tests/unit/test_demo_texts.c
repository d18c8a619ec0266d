/* SPDX-License-Identifier: MIT */
/*
 * The texts of the demonstration: filled-in places, the first trucks of a scenario, and
 * ordinary trucks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/ident/ident.h"
#include "tools/demo/ordinary.h"
#include "tools/demo/texts.h"

static const struct texts_place PLACES[] = {
	{"@RUN@", "/run"    },
	{"@NET@", "127.77.5"}
};

static void every_place_is_filled_in(void **state)
{
	struct why why;
	char *out;

	(void)state;
	assert_int_equal(
		texts_fill(&out, "a @RUN@/x @NET@.1 @ b@c.d @RUN@", PLACES, 2, &why),
		KAKOU_OK);
	assert_string_equal(out, "a /run/x 127.77.5.1 @ b@c.d /run");
	free(out);
}

static void a_place_that_nobody_knows_is_refused_by_name(void **state)
{
	struct why why;
	char *out;

	(void)state;
	assert_int_equal(texts_fill(&out, "x @MAPS@ y", PLACES, 2, &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "@MAPS@"));
}

static const char SCENARIO[] = "# truck \"no\" {\n"
			       "geometry \"in1\" { stop_mm = 1 }\n"
			       "truck \"01\" { plate = \"}truck{\" /* } */ }\n"
			       "order \"Z1\" { plate = \"a\" }\n"
			       "truck \"02\" {\n\tplate = 'x'\n}\n"
			       "// truck\n"
			       "truck \"03\" { lane = trucks }\n";

static void only_the_first_trucks_are_taken_and_everything_else_stays(void **state)
{
	struct why why;
	char *out;

	(void)state;
	assert_int_equal(texts_take_trucks(&out, SCENARIO, 1, &why), KAKOU_OK);
	assert_string_equal(out, "# truck \"no\" {\n"
				 "geometry \"in1\" { stop_mm = 1 }\n"
				 "truck \"01\" { plate = \"}truck{\" /* } */ }\n"
				 "order \"Z1\" { plate = \"a\" }\n"
				 "\n"
				 "// truck\n"
				 "\n");
	free(out);
	assert_int_equal(texts_take_trucks(&out, SCENARIO, 3, &why), KAKOU_OK);
	assert_string_equal(out, SCENARIO);
	free(out);
}

static void a_truck_without_an_end_is_refused(void **state)
{
	struct why why;
	char *out;

	(void)state;
	assert_int_equal(texts_take_trucks(&out, "truck \"01\" { plate = \"}\"", 0, &why),
			 KAKOU_E_INVALID);
}

static void ordinary_trucks_have_valid_identities_of_their_own(void **state)
{
	static struct scenario_truck trucks[ORDINARY_ROUND + 1];
	struct why why;

	(void)state;
	for (int n = 1; n <= ORDINARY_ROUND; n++) {
		struct scenario_truck *truck = &trucks[n];

		ordinary_make(truck, n, "x");
		assert_int_equal(plate_classify(truck->plate, &why), PLATE_ORDINARY);
		assert_true(box_number_is_valid(truck->boxes[0], &why));
		assert_int_equal(strlen(truck->tag), 16);
		assert_true(truck->tare_kg + truck->cargo_kg <= 49000);
		for (int other = 1; other < n; other++) {
			assert_string_not_equal(truck->plate, trucks[other].plate);
			assert_string_not_equal(truck->boxes[0], trucks[other].boxes[0]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_place_is_filled_in),
		cmocka_unit_test(a_place_that_nobody_knows_is_refused_by_name),
		cmocka_unit_test(
			only_the_first_trucks_are_taken_and_everything_else_stays),
		cmocka_unit_test(a_truck_without_an_end_is_refused),
		cmocka_unit_test(ordinary_trucks_have_valid_identities_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
