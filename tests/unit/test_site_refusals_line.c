/* SPDX-License-Identifier: MIT */
/*
 * The site file: what is refused of a lane's lines.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/site_refusal.h"

static void what_moves_or_protects_is_wired(void **state)
{
	static const struct {
		const char *role, *name;
	} wired[] = {
		{"safety_loop", "a1"},
		{"beam",        "a2"},
		{"limit_up",    "a3"},
		{"limit_down",  "a4"},
		{"raise",       "a5"},
		{"lower",       "a6"},
		{"beam_test",   "a7"},
		{"loop_test",   "a8"},
		{"heartbeat",   "a9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wired) / sizeof(wired[0]); i++) {
		char old[96];
		char new[96];
		char line[96];
		const struct refusal refusal = {
			old, new, new, {line, "wired, not polled"}
		};

		snprintf(old, sizeof(old), "line \"%s\" { name = \"%s\" }", wired[i].role,
			 wired[i].name);
		snprintf(new, sizeof(new), "line \"%s\" { device = io bit = 5 }",
			 wired[i].role);
		snprintf(line, sizeof(line), "line %s", wired[i].role);
		site_refusal_expect_all(&refusal, 1);
	}
}

static void an_emergency_line_is_wired_too(void **state)
{
	static const struct refusal refusal = {
		"line \"red\" { name = \"a12\" }",
		"line \"emergency\" { device = io bit = 5 }",
		"line \"emergency\"",
		{"line emergency", "wired, not polled"}
	};

	(void)state;
	site_refusal_expect_all(&refusal, 1);
}

static void lines_of_people_at_the_gate_are_wired_too(void **state)
{
	static const char *const roles[] = {
		"safety_loop_nc", "beam_nc",      "limit_up_nc",
		"limit_down_nc",  "emergency_nc", "reset",
		"hold_raise",     "hold_lower",   "door",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		char new[96];
		const struct refusal refusal = {
			"line \"red\" { name = \"a12\" }",
			new,
			new,
			{roles[i], "wired, not polled"}
		};

		snprintf(new, sizeof(new), "line \"%s\" { device = io bit = 5 }",
			 roles[i]);
		site_refusal_expect_all(&refusal, 1);
	}
}

static void a_second_contact_has_its_first_and_a_key_at_the_gate(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"line \"red\" { name = \"a12\" }",
		 "line \"beam_nc\" { name = \"a12\" }",
		 "lane \"in1\"", {"line beam_nc and no line reset", "key switch"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"emergency_nc\" { name = \"a12\" }\n	line \"reset\" { name = \"a99\" }",
		 "lane \"in1\"", {"emergency_nc without emergency", "both contacts"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well("line \"red\" { name = \"a12\" }",
				 "line \"beam_nc\" { name = \"a12\" }\n"
				 "line \"reset\" { name = \"a99\" }\n"
				 "beam_proof = pair");
}

static void a_line_is_in_one_place_only(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"name = \"a2\"", "name = \"a1\"",
		 "line \"beam\" { name = \"a1\"", {"\"a1\"", "line safety_loop of lane \"in1\" already"}},
		{"name = \"a11\"", "name = \"a1\"",
		 "line \"exit\" { name = \"a1\"", {"\"a1\"", "safety_loop"}},
		{"line \"red\" { device = io bit = 0 }",
		 "line \"red\" { device = io bit = 0 }\n	line \"green\" { device = io bit = 0 }",
		 "line \"green\"", {"got 0", "line red of lane \"out1\" already"}},
		{"line \"exit\" { device = io bit = 1 }",
		 "line \"exit\" { device = io bit = 0 }",
		 "line \"exit\" { device", {"got 0", "line approach"}},
		{"line \"red\" { name = \"a12\" }", "line \"crimson\" { name = \"a12\" }",
		 "line \"crimson\"", {"\"crimson\"", "kakou.conf(5)"}},
		{"line \"red\" { name = \"a12\" }", "line \"exit\" { name = \"a12\" }",
		 "line \"exit\" { name = \"a12\"", {"exit"}},
		{"line \"red\" { name = \"a12\" }", "line \"red\" { }",
		 "line \"red\" { }", {"neither name nor device"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { name = \"a12\" device = io bit = 2 }",
		 "line \"red\" { name", {"beside device"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { device = io bit = 2 active_low = true }",
		 "active_low", {"beside device"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { device = io bit = 2 pull_up = true }",
		 "pull_up", {"beside device"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { name = \"a12\" bit = 2 }",
		 "bit = 2", {"got 2", "device only"}},
		{"line \"red\" { name = \"a12\" }", "line \"red\" { device = io }",
		 "line \"red\" { device = io }", {"\"io\" alone", "bit"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { device = io bit = 6 }",
		 "bit = 6", {"got 6", "6 outputs of \"io\""}},
		{"line \"exit\" { device = io bit = 1 }",
		 "line \"exit\" { device = io bit = 6 }",
		 "bit = 6", {"got 6", "6 inputs of \"io\""}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { device = io bit = 32 }",
		 "bit = 32", {"32", "0 to 31"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { device = plate bit = 0 }",
		 "device = plate bit", {"\"plate\"", "plate_camera, expected a remote_io"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { device = nobody bit = 0 }",
		 "nobody", {"\"nobody\"", "device section"}},
		{"line \"red\" { name = \"a12\" }",
		 "line \"red\" { name = \"a12\" pull_up = true }",
		 "pull_up", {"line red", "output"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void lines_of_two_lanes_may_share_a_name_only_on_other_chips(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"chip:gate2",
		 "chip:lamps\"\n	line \"emergency\" { name = \"a1\" }\n	on_return = \"stays",
		 "line \"emergency\"", {"\"a1\"", "lane \"in1\" already"}},
		{"chip:gate2",
		 "chip:gate,lamps\"\n	line \"emergency\" { name = \"a1\" }\n	on_return = \"stays",
		 "line \"emergency\"", {"\"a1\"", "lane \"in1\" already"}},
		{"chip:gate2",
		 "chip:x,gate\"\n	line \"emergency\" { name = \"a1\" }\n	on_return = \"stays",
		 "line \"emergency\"", {"\"a1\"", "lane \"in1\" already"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well("name = \"b1\"", "name = \"a1\"");
	site_refusal_expect_well("chip:gate2\"", "chip:gate\"");
}

static void the_place_of_the_lines_is_a_chip_or_a_yard(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"chip:gate2", "gate2",
		 "gpio = \"gate2\"", {"\"gate2\"", "chip:LABEL"}},
		{"chip:gate2", "/dev/gpiochip0",
		 "gpiochip0", {"gpiochip0", "chip:LABEL"}},
		{"chip:gate2", "chip:",
		 "gpio = \"chip:\"", {"chip:LABEL"}},
		{"chip:gate2", "chip:a,,b",
		 "a,,b", {"a,,b", "chip:LABEL"}},
		{"chip:gate2", "chip:,a",
		 ":,a", {"chip:LABEL"}},
		{"chip:gate2", "chip:a,",
		 "gpio = \"chip:a,\"", {"chip:LABEL"}},
		{"chip:gate2", "yard:",
		 "gpio = \"yard:\"", {"yard:", "path after it"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well("chip:gate2", "yard:gpio.sock");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moves_or_protects_is_wired),
		cmocka_unit_test(an_emergency_line_is_wired_too),
		cmocka_unit_test(lines_of_people_at_the_gate_are_wired_too),
		cmocka_unit_test(a_second_contact_has_its_first_and_a_key_at_the_gate),
		cmocka_unit_test(a_line_is_in_one_place_only),
		cmocka_unit_test(lines_of_two_lanes_may_share_a_name_only_on_other_chips),
		cmocka_unit_test(the_place_of_the_lines_is_a_chip_or_a_yard),
	};

	return cmocka_run_group_tests(tests, site_refusal_set_up, site_refusal_tear_down);
}
