/* SPDX-License-Identifier: MIT */
/*
 * The site file: what is refused of lanes and their evidence.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/site_file.h"
#include "tests/unit/site_refusal.h"

static void a_lane_has_an_identity_of_its_own(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"3301500102", "3301500101",
		 "chnl_no = \"3301500101\"\n	direction = E", {"3301500101", "lane \"in1\" already"}},
		{"3301500102", "330150010",
		 "330150010\"\n	direction = E", {"\"330150010\"", "exactly 10 bytes"}},
		{"direction = E", "direction = X",
		 "direction = X", {"\"X\"", "I|E"}},
		{"	chnl_no = \"3301500102\"\n", "",
		 "lane \"out1\"", {"chnl_no", "got nothing"}},
		{"	direction = E\n", "",
		 "lane \"out1\"", {"direction", "got nothing"}},
		{"direction = E", "direction = E\n	gate = third",
		 "gate =", {"third", "single|first|second"}},
		{"direction = E", "direction = E\n	between_s = 60",
		 "between_s", {"60 in a lane whose gate is single", "gate = second only"}},
		{"direction = E", "direction = E\n	gate = second\n	between_s = 9",
		 "between_s", {"9", "10 to 604800"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

/* clang-format off */
#define BACK "	reverse_chnl_no = \"3301500103\"\n"
/* clang-format on */

static void a_reversible_lane_has_nothing_that_knows_one_way(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"direction = E", "direction = E\n	reverse_chnl_no = \"33015\"",
		 "reverse_chnl_no", {"\"33015\"", "exactly 10 ASCII"}},
		{"direction = E", "direction = E\n	reverse_chnl_no = \"3301500102\"",
		 "reverse_chnl_no", {"\"3301500102\", which is chnl_no", "of the other direction"}},
		{"direction = E", "direction = E\n	reverse_chnl_no = \"3301500101\"",
		 "reverse_chnl_no", {"\"3301500101\", which is lane \"in1\"", "of its own"}},
		{"direction = I", "direction = I\n" BACK,
		 "reverse_chnl_no", {"a line scale_entry", "without entry barrier and deck"}},
		{"direction = E", "direction = E\n	gate = second\n" BACK,
		 "reverse_chnl_no", {"whose gate is second", "gate = single only"}},
		{"	line \"red\" { device = io bit = 0 }", "	line \"red_far\" { device = io bit = 0 }",
		 "lane \"out1\"", {"a line red_far", "in a reversible lane only"}},
		{"direction = E", "direction = E\n	line \"green_far\" { device = io bit = 1 }\n" BACK,
		 "lane \"out1\"", {"green_far and no line red_far", "the closed side is red"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well(
		"direction = E",
		"direction = E\n"
		"	line \"red_far\" { device = io bit = 1 }\n"
		"	line \"green_far\" { device = io bit = 2 }\n" BACK);
}

static void a_deck_has_a_beam_at_each_end(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"	line \"scale_exit\" { name = \"a14\" }\n", "",
		 "lane \"in1\"", {"a line scale_entry and no line scale_exit", "both or neither"}},
		{"	line \"scale_entry\" { name = \"a13\" }\n", "",
		 "lane \"in1\"", {"a line scale_exit and no line scale_entry", "both or neither"}},
		{"	line \"scale_entry\" { name = \"a13\" }\n	line \"scale_exit\" { name = \"a14\" }\n", "",
		 "lane \"in1\"", {"evidence weight", "a beam at each end of the deck"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well("	evidence \"weight\" { device = scale }\n", "");
}

static void an_entry_barrier_is_whole(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"	line \"exit\" { name = \"a11\" }\n",
		 "	line \"exit\" { name = \"a11\" }\n	line \"entry_raise\" { name = \"e1\" }\n",
		 "lane \"in1\"", {"a line entry_raise and no line entry_loop_test", "all lines of the entry barrier"}},
		{"	line \"exit\" { name = \"a11\" }\n",
		 "	line \"exit\" { name = \"a11\" }\n	line \"entry_loop\" { device = io bit = 4 }\n",
		 "device =", {"\"io\"", "GPIO"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void sixteen_lanes_are_taken_and_a_seventeenth_is_not(void **state)
{
	static char lanes[32 * 1024];
	size_t used = 0;
	const struct refusal refusal = {
		"", "seventeen lanes", "lane \"n17\"", {"17 lanes", "at most 16"}
	};
	char *text;

	(void)state;
	for (int n = 3; n <= 17; n++) {
		used += (size_t)snprintf(
			lanes + used, sizeof(lanes) - used,
			"device \"p%d\" { port = cameras unit = %d map = "
			"kakou-plate-camera }\n"
			"lane \"n%d\" {\nchnl_no = \"33015001%02d\"\ndirection = I\n"
			"gpio = \"chip:n%d\"\nloop_proof = activity\nbeam_proof = "
			"activity\n"
			"evidence \"plate\" { device = p%d }\n",
			n, n + 10, n, n, n, n);
		for (size_t i = 0; i < 9; i++) {
			static const char *const lines[] = {
				"safety_loop", "beam", "limit_up",  "limit_down", "raise",
				"lower",       "exit", "heartbeat", "approach"};

			used += (size_t)snprintf(lanes + used, sizeof(lanes) - used,
						 "line \"%s\" { name = \"l%zu\" }\n",
						 lines[i], i);
		}
		used += (size_t)snprintf(lanes + used, sizeof(lanes) - used, "}\n");
		if (n != 16)
			continue;
		assert_true(asprintf(&text, "%slane \"out1\" {", lanes) > 0);
		site_refusal_expect_well("lane \"out1\" {", text);
		free(text);
	}
	assert_true(asprintf(&text, "%s%s", site_refusal_well, lanes) > 0);
	site_refusal_expect(&refusal, text);
	free(text);
}

static void a_site_without_lanes_is_refused(void **state)
{
	const struct refusal refusal = {
		"", "no lanes", "name =", {"no lane section", "1 to 16"}
	};
	char *text = strndup(
		site_refusal_well,
		(size_t)(strstr(site_refusal_well, "lane \"in1\"") - site_refusal_well));

	(void)state;
	site_refusal_expect(&refusal, text);
	free(text);
}

static void the_numbers_of_the_safety_rules_have_their_limits(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"direction = E", "direction = E\n	test_window_ms = 151",
		 "test_window_ms", {"151", "10 to 150"}},
		{"direction = E", "direction = E\n	test_window_ms = 9",
		 "test_window_ms", {"9", "10 to 150"}},
		{"direction = E", "direction = E\n	expire_ms = 201",
		 "expire_ms", {"201", "20 to 200"}},
		{"direction = E", "direction = E\n	expire_ms = 19",
		 "expire_ms", {"19", "20 to 200"}},
		{"direction = E", "direction = E\n	travel_ms = 15001",
		 "travel_ms", {"15001", "500 to 15000"}},
		{"direction = E", "direction = E\n	travel_ms = 499",
		 "travel_ms", {"499", "500 to 15000"}},
		{"direction = E", "direction = E\n	clear_ms = 199",
		 "clear_ms", {"199", "200 to 60000"}},
		{"direction = E", "direction = E\n	glitch_ms = 501",
		 "glitch_ms", {"501", "0 to 500"}},
		{"direction = E", "direction = E\n	settle_ms = -1",
		 "settle_ms", {"-1", "0 to 10000"}},
		{"direction = E", "direction = E\n	answer_ms = 999",
		 "answer_ms", {"999", "1000 to 120000"}},
		{"direction = E", "direction = E\n	overstay_ms = 4999",
		 "overstay_ms", {"4999", "5000"}},
		{"direction = E", "direction = E\n	empty_tolerance_kg = 10001",
		 "empty_tolerance_kg", {"10001", "0 to 10000"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void what_protects_must_prove_itself(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"loop_proof = activity", "loop_proof = none",
		 "loop_proof = none", {"\"none\"", "before each movement"}},
		{"beam_proof = activity", "beam_proof = none",
		 "beam_proof = none", {"\"none\"", "before each movement"}},
		{"loop_proof = activity", "loop_proof = test_output",
		 "loop_proof = test_output", {"test_output", "line loop_test"}},
		{"beam_proof = activity", "beam_proof = test_output",
		 "beam_proof = test_output", {"test_output", "line beam_test"}},
		{"loop_proof = activity", "loop_proof = pair",
		 "loop_proof = pair", {"pair", "line safety_loop_nc"}},
		{"beam_proof = activity", "beam_proof = pair",
		 "beam_proof = pair", {"pair", "line beam_nc"}},
		{"	loop_proof = activity\n", "",
		 "lane \"out1\"", {"loop_proof", "line loop_test"}},
		{"loop_proof = activity", "loop_proof = hope",
		 "loop_proof = hope", {"hope", "test_output|pair|activity|none"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void what_a_lane_needs_must_be_there(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"	line \"safety_loop\" { name = \"b1\" }\n", "",
		 "lane \"out1\"", {"\"out1\" has no line safety_loop"}},
		{"	line \"beam\" { name = \"b2\" }\n", "",
		 "lane \"out1\"", {"no line beam"}},
		{"	line \"limit_up\" { name = \"b3\" }\n", "",
		 "lane \"out1\"", {"no line limit_up"}},
		{"	line \"limit_down\" { name = \"b4\" }\n", "",
		 "lane \"out1\"", {"no line limit_down"}},
		{"	line \"raise\" { name = \"b5\" }\n", "",
		 "lane \"out1\"", {"no line raise"}},
		{"	line \"lower\" { name = \"b6\" }\n", "",
		 "lane \"out1\"", {"no line lower"}},
		{"	line \"heartbeat\" { name = \"b7\" }\n", "",
		 "lane \"out1\"", {"no line heartbeat"}},
		{"	line \"approach\" { device = io bit = 0 }\n", "",
		 "lane \"out1\"", {"no line approach"}},
		{"	line \"exit\" { device = io bit = 1 }\n", "",
		 "lane \"out1\"", {"no line exit"}},
		{"	evidence \"plate\" { device = plate2 }\n", "",
		 "lane \"out1\"", {"\"out1\" requires neither plate, tag nor card"}},
		{"evidence \"plate\" { device = plate2 }",
		 "evidence \"plate\" { device = plate2 required = false }",
		 "lane \"out1\"", {"requires neither"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well("	line \"red\" { name = \"a12\" }\n", "");
}

static void evidence_comes_from_a_device_of_its_class(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"{ device = plate2 }", "{ device = io }",
		 "{ device = io }", {"\"io\"", "remote_io, expected a plate_camera"}},
		{"{ device = plate2 }", "{ device = plate3 }",
		 "plate3", {"\"plate3\"", "device section"}},
		{"{ device = plate2 }", "{ device = plate }",
		 "{ device = plate }\n}\n", {"\"plate\"", "lane \"in1\" already"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"tag\" { device = scale }",
		 "evidence \"tag\"", {"weighbridge, expected a tag_reader"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"box\" { device = scale }",
		 "evidence \"box\"", {"expected a box_reader"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"card\" { device = scale }",
		 "evidence \"card\"", {"expected a driver_post"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"seal\" { device = scale }",
		 "evidence \"seal\"", {"expected a seal_reader"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"climate\" { device = scale }",
		 "evidence \"climate\"", {"expected a reefer"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"weight\" { device = plate2 }",
		 "evidence \"weight\"", {"plate_camera, expected a weighbridge"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"smell\" { device = scale }",
		 "evidence \"smell\"", {"\"smell\"", "plate, tag, box"}},
		{"evidence \"weight\" { device = scale }",
		 "evidence \"plate\" { device = plate }",
		 "evidence \"plate\" { device = plate }\n}", {"got it again", "plate"}},
		{"evidence \"weight\" { device = scale }", "evidence \"weight\" { }",
		 "evidence \"weight\"", {"device", "got nothing"}},
		{"{ device = plate2 }", "{ device = plate2 doubt_below = 101 }",
		 "doubt_below", {"101", "0 to 100"}},
		{"{ device = plate2 }", "{ device = plate2 deadline_ms = 120001 }",
		 "deadline_ms", {"120001", "0 to 120000"}},
		{"{ device = plate2 }", "{ device = plate2 required = maybe }",
		 "maybe", {"maybe", "true or false"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void sign_and_post_are_devices_of_their_class(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"sign = sign\n", "sign = plate\n",
		 "sign = plate", {"plate_camera, expected a sign"}},
		{"sign = sign\n", "sign = none\n",
		 "sign = none", {"\"none\"", "device section"}},
		{"sign = sign\n", "post = sign\n",
		 "post = sign", {"sign, expected a driver_post"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void a_sign_serves_one_lane(void **state)
{
	static const struct refusal shared = {
		"direction = E",
		"direction = E\n	sign = \"sign\"",
		"sign = \"sign\"",
		{"\"sign\"", "lane \"in1\" already"}
	};

	(void)state;
	site_refusal_expect_all(&shared, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lane_has_an_identity_of_its_own),
		cmocka_unit_test(a_site_without_lanes_is_refused),
		cmocka_unit_test(sixteen_lanes_are_taken_and_a_seventeenth_is_not),
		cmocka_unit_test(an_entry_barrier_is_whole),
		cmocka_unit_test(a_reversible_lane_has_nothing_that_knows_one_way),
		cmocka_unit_test(a_deck_has_a_beam_at_each_end),
		cmocka_unit_test(the_numbers_of_the_safety_rules_have_their_limits),
		cmocka_unit_test(what_protects_must_prove_itself),
		cmocka_unit_test(what_a_lane_needs_must_be_there),
		cmocka_unit_test(evidence_comes_from_a_device_of_its_class),
		cmocka_unit_test(sign_and_post_are_devices_of_their_class),
		cmocka_unit_test(a_sign_serves_one_lane),
	};

	return cmocka_run_group_tests(tests, site_refusal_set_up, site_refusal_tear_down);
}
