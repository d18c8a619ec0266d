/* SPDX-License-Identifier: MIT */
/*
 * Trucks of scenario files, and trucks as the control socket describes them.
 */
#include "tools/scenario/trucks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "tools/scenario/keys.h"
#include "tools/yard/control_truck.h"
#include "tools/yard/geometry.h"

static char path[64];
static struct conf *conf;

static int name_file(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/kakou-scenario-%d", (int)getpid());
	conf = NULL;
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	conf_close(conf);
	return unlink(path);
}

static enum kakou_err load(struct scenario_trucks **trucks, const char *text,
			   struct why *why)
{
	FILE *file = fopen(path, "w");
	enum kakou_err err;

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	err = scenario_open(&conf, path, why);
	return err ? err : scenario_trucks_load(trucks, conf, why);
}

static void refuse(const char *text, const char *words)
{
	struct scenario_trucks *trucks;
	struct why why = {0};

	assert_int_equal(load(&trucks, text, &why), KAKOU_E_INVALID);
	if (!strstr(why.text, words))
		fail_msg("got \"%s\", expected it to say \"%s\"", why.text, words);
	conf_close(conf);
	conf = NULL;
}

static void a_truck_has_what_its_section_says_and_sense_where_it_says_nothing(
	void **state)
{
	struct scenario_trucks *trucks;
	const struct scenario_truck *truck;
	struct why why = {0};

	(void)state;
	assert_int_equal(load(&trucks,
			      "truck \"01\" {\n"
			      "  lane = \"in1\"\n"
			      "  plate = \"浙A12345\"\n"
			      "  body = rigid\n"
			      "  boxes = {\"CSQU3054383\"}\n"
			      "  reefer_temp = \"-18.5\"\n"
			      "  behaviour = stalls\n"
			      "  seal_state = broken\n"
			      "  officer = inspect\n"
			      "}\n",
			      &why),
			 KAKOU_OK);
	assert_int_equal(trucks->count, 1);
	truck = &trucks->trucks[0];
	assert_string_equal(truck->name, "01");
	assert_string_equal(truck->kind, "normal");
	assert_int_equal(truck->body, BODY_RIGID);
	assert_string_equal(truck->camera_reads, "浙A12345");
	assert_string_equal(truck->tag_plate, "浙A12345");
	assert_string_equal(truck->box_reads[0], "CSQU3054383");
	assert_true(truck->has_reefer_temp);
	assert_int_equal(truck->reefer_mdeg, -18500);
	assert_int_equal(truck->behaviour, BEHAVIOUR_STALLS);
	assert_int_equal(truck->seal_state, SEAL_BROKEN);
	assert_int_equal(truck->officer, OFFICER_INSPECT);
	assert_int_equal(truck->expect, EXPECT_NONE);
	free(trucks);
}

static void a_read_may_differ_from_the_truth_or_be_nothing(void **state)
{
	struct scenario_trucks *trucks;
	struct why why = {0};

	(void)state;
	assert_int_equal(load(&trucks,
			      "truck \"01\" {\n  lane = \"in1\"\n  plate = \"浙A12345\"\n"
			      "  camera_reads = \"-\"\n"
			      "  boxes = {\"CSQU3054383\", \"CBHU3202732\"}\n"
			      "  box_reads = {\"-\", \"CBHU3202733\"}\n}\n",
			      &why),
			 KAKOU_OK);
	assert_string_equal(trucks->trucks[0].camera_reads, "");
	assert_string_equal(trucks->trucks[0].box_reads[0], "");
	assert_string_equal(trucks->trucks[0].box_reads[1], "CBHU3202733");
	free(trucks);
}

static void wrong_values_are_refused_with_their_line(void **state)
{
	(void)state;
	refuse("truck \"01\" {\n  lane = \"in1\"\n}\n", "plate");
	refuse("truck \"01\" {\n  lane = \"in1\"\n  plate = \"x\"\n  body = bus\n}\n",
	       ":4: key \"body\"");
	refuse("truck \"01\" {\n  lane = \"in1\"\n  plate = \"x\"\n"
	       "  boxes = {\"A\"}\n  box_reads = {\"A\", \"B\"}\n}\n",
	       "one for each of 1 boxes");
	refuse("truck \"01\" {\n  lane = \"in1\"\n  plate = \"x\"\n"
	       "  expect_lift = \"11\"\n}\n",
	       "expected 00, 10 or 99");
	refuse("truck \"01\" {\n  lane = \"in1\"\n  plate = \"x\"\n"
	       "  reefer_temp = \"cold\"\n}\n",
	       "cold");
	refuse("lorry \"01\" {\n}\n", "lorry");
}

static void the_words_of_each_list_are_those_of_its_enum(void **state)
{
	static const char *const lines[] = {
		"behaviour = backs_out_before_verdict",
		"behaviour = backs_out_after_lift", "behaviour = tailgater",
		"behaviour = presses_help", "behaviour = stops_short"};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct scenario_trucks *trucks;
		struct why why = {0};

		(void)snprintf(
			text, sizeof(text),
			"truck \"01\" {\n lane = \"in1\"\n plate = \"x\"\n %s\n}\n",
			lines[i]);
		assert_int_equal(load(&trucks, text, &why), KAKOU_OK);
		assert_string_equal(scenario_behaviour_name(trucks->trucks[0].behaviour),
				    strchr(lines[i], '=') + 2);
		free(trucks);
		conf_close(conf);
		conf = NULL;
	}
}

static void the_ground_of_a_lane_may_be_laid_otherwise(void **state)
{
	struct geometry geometry;
	struct scenario_trucks *trucks;
	struct why why = {0};

	(void)state;
	assert_int_equal(
		load(&trucks, "geometry \"in1\" {\n  exit_end_mm = 40000\n}\n", &why),
		KAKOU_OK);
	free(trucks);
	geometry_init(&geometry, true);
	assert_int_equal(geometry_load(&geometry, conf, "in1", &why), KAKOU_OK);
	assert_int_equal(geometry.exit_end_mm, 40000);
	geometry_init(&geometry, true);
	assert_int_equal(geometry_load(&geometry, conf, "out1", &why), KAKOU_OK);
	assert_int_not_equal(geometry.exit_end_mm, 40000);
	conf_close(conf);
	assert_int_equal(load(&trucks, "geometry \"in1\" {\n  arm_mm = 100\n}\n", &why),
			 KAKOU_OK);
	free(trucks);
	assert_int_equal(geometry_load(&geometry, conf, "in1", &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "arm_mm"));
}

static enum kakou_err read_json(struct scenario_truck *truck, const char *text,
				struct why *why)
{
	json_t *params = json_loads(text, 0, NULL);
	enum kakou_err err;

	assert_non_null(params);
	err = control_read_truck(truck, params, why);
	json_decref(params);
	return err;
}

static void a_truck_in_json_is_read_by_the_same_rules(void **state)
{
	struct scenario_truck truck;
	struct why why = {0};

	(void)state;
	assert_int_equal(read_json(&truck,
				   "{\"name\": \"x\", \"lane\": \"in1\", "
				   "\"plate\": \"浙A12345\", \"tare_kg\": 9000, "
				   "\"boxes\": [\"CSQU3054383\"]}",
				   &why),
			 KAKOU_OK);
	assert_string_equal(truck.name, "x");
	assert_int_equal(truck.tare_kg, 9000);
	assert_string_equal(truck.boxes[0], "CSQU3054383");
	assert_int_equal(read_json(&truck, "{\"lane\": \"in1\"}", &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "plate"));
	assert_null(strstr(why.text, "/proc"));
	assert_int_equal(
		read_json(&truck, "{\"lane\": \"in1\", \"plate\": \"a\\\"b\"}", &why),
		KAKOU_E_INVALID);
	assert_int_equal(read_json(&truck, "{\"lane\": \"in1\", \"plate\": 1.5}", &why),
			 KAKOU_E_INVALID);
	assert_int_equal(read_json(&truck,
				   "{\"lane\": \"in1\", \"plate\": \"x\", \"} x\": 1}",
				   &why),
			 KAKOU_E_INVALID);
}

int main(void)
{
#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, name_file, remove_file)
	const struct CMUnitTest tests[] = {
		FILE_TEST(
			a_truck_has_what_its_section_says_and_sense_where_it_says_nothing),
		FILE_TEST(a_read_may_differ_from_the_truth_or_be_nothing),
		FILE_TEST(wrong_values_are_refused_with_their_line),
		FILE_TEST(the_words_of_each_list_are_those_of_its_enum),
		FILE_TEST(the_ground_of_a_lane_may_be_laid_otherwise),
		cmocka_unit_test(a_truck_in_json_is_read_by_the_same_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
