/* SPDX-License-Identifier: MIT */
/*
 * Register maps: what a map file may say, and how its points are gathered into blocks.
 */
#include "drivers/map/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/map_text.h"

/* The map must be refused at the line, with these words. */
static void refuse(const char *text, int line, const char *words)
{
	struct map map;
	struct why why = {0};
	char place[160];

	assert_int_equal(map_text_try(&map, text, &why), KAKOU_E_INVALID);
	(void)snprintf(place, sizeof(place), "%s:%d: ", map_text_path, line);
	if (strncmp(why.text, place, strlen(place)) != 0 || !strstr(why.text, words))
		fail_msg("got '%s', expected line %d and '%s'", why.text, line, words);
}

static void wrong_keys_of_a_map_are_refused_with_their_line(void **state)
{
	(void)state;
	refuse("compatible = \"ab\"\n", 1, "text of 3 to 47 bytes");
	refuse("compatible = \"abc\"\nclass = reefer\nmax_age_ms = 500\n", 1,
	       "got \"abc\", expected \"maker,model\"");
	refuse("compatible = \"a,b\"\nclass = scale\nmax_age_ms = 500\n", 2,
	       "got \"scale\", expected one of plate_camera|");
	refuse("compatible = \"a,b\"\nclass = reefer\nmax_age_ms = 0500\n", 3,
	       "got \"0500\"");
	refuse("compatible = \"a,b\"\nclass = reefer\n", 1,
	       "key \"max_age_ms\": got nothing");
	refuse(MAP_TEXT_REEFER "word_order = big\n", 4,
	       "expected one of high-first|low-first");
	refuse(MAP_TEXT_REEFER "colour = red\n", 4,
	       "got the key \"colour\", expected one of compatible, class");
}

static void a_point_the_class_does_not_know_is_refused(void **state)
{
	(void)state;
	refuse(MAP_TEXT_REEFER "point gross { address = 1 }\n", 4,
	       "got point \"gross\", expected one that a reefer has: status, "
	       "temperature, "
	       "humidity");
}

static void a_missing_point_is_refused_and_named(void **state)
{
	(void)state;
	refuse(MAP_TEXT_REEFER "point humidity { address = 1 }\n", 2,
	       "got no point \"temperature\", expected it in a map of a reefer");
	refuse(MAP_TEXT_TAG "point id { address = 1 type = text }\n", 2,
	       "got no point \"sequence\"");
	refuse("compatible = \"a,b\"\nclass = driver_post\nmax_age_ms = 500\n"
	       "point card_text { address = 1 type = text }\n",
	       2, "got no point \"card_sequence\"");
	refuse("compatible = \"a,b\"\nclass = driver_post\nmax_age_ms = 500\n", 1,
	       "got no point that is read");
}

static void a_value_that_does_not_fit_its_type_is_refused(void **state)
{
	(void)state;
	refuse(MAP_TEXT_REEFER "point temperature { address = 65536 }\n", 4,
	       "an integer from 0 to 65535");
	refuse(MAP_TEXT_REEFER "point temperature { address = 65535 type = i32 }\n", 4,
	       "expected the point to end at 65535");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 type = text }\n", 4,
	       "got \"text\" for temperature, expected u16, i16, u32, i32, f32 or u17");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 type = i24 }\n", 4,
	       "got \"i24\"");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 area = coils }\n", 4,
	       "got bits for type u16, expected holding or input");
	refuse(MAP_TEXT_IO "point inputs { address = 1 type = bit }\n", 4,
	       "got registers for type bit, expected coils or discretes");
	refuse(MAP_TEXT_IO
	       "point inputs { address = 1 type = bit area = coils count = 33 }\n",
	       4, "got \"33\" for type bit, expected 1 to 32");
	refuse(MAP_TEXT_TAG "point id { address = 1 type = text count = 24 }\n", 4,
	       "got \"24\" for type text, expected 1 to 23");
	refuse(MAP_TEXT_BOX "point front_size { address = 41 type = text count = 3 }\n",
	       4, "got \"3\" for type text, expected 1 to 2");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 type = i32 count = 1 }\n",
	       4, "got \"1\" for type i32, expected 2 to 2");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 scale = \"1/0\" }\n", 4,
	       "got \"1/0\", expected \"1000\" or \"1/1000\"");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 scale = \"-1\" }\n", 4,
	       "\"-1\"");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 scale = \"0.1\" }\n", 4,
	       "\"0.1\"");
	refuse(MAP_TEXT_SCALE "point stable { address = 1 scale = \"2\" }\n", 4,
	       "numbers only");
}

static void a_mask_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 type = i16 mask = 1 }\n",
	       4, "got \"1\" for type i16, expected bits of a u16 or u32");
	refuse(MAP_TEXT_REEFER "point temperature { address = 1 mask = 0x10000 }\n", 4,
	       "got \"0x10000\" for type u16");
	refuse(MAP_TEXT_SCALE "point stable { address = 1 mask = 3 }\n", 4,
	       "got \"3\" for stable, expected one bit");
}

static void what_is_written_must_say_so_and_nothing_else_may(void **state)
{
	(void)state;
	refuse(MAP_TEXT_SCALE "point zero { address = 1 }\n", 4,
	       "got \"false\" for zero, expected \"true\"");
	refuse(MAP_TEXT_SCALE "point gross { address = 1 writable = true }\n", 4,
	       "got \"true\" for gross, expected \"false\"");
	refuse(MAP_TEXT_SCALE "point gross { address = 1 command = 3 }\n", 4,
	       "commands only");
	refuse(MAP_TEXT_SCALE "point zero { address = 1 area = input writable = true }\n",
	       4, "expected coils or holding");
	refuse(MAP_TEXT_SIGN "point text { address = 1 type = text }\n", 4,
	       "got \"false\" for text, expected \"true\"");
	refuse(MAP_TEXT_IO "point outputs { address = 1 type = u16 writable = true }\n",
	       4, "got \"u16\" for writable outputs, expected bit");
}

static void blocks_that_overlap_or_tear_points_are_refused(void **state)
{
	(void)state;
	refuse(MAP_TEXT_REEFER
	       "block a { address = 0 count = 4 }\nblock b { address = 3 count = 2 }\n",
	       5, "got 3 to 4, expected no register of block a");
	refuse(MAP_TEXT_REEFER "block a { address = 0 count = 126 }\n", 4,
	       "got \"126\", expected at most 125 registers");
	refuse(MAP_TEXT_REEFER "block a { address = 65530 count = 10 }\n", 4,
	       "end at 65535");
	refuse(MAP_TEXT_REEFER "block a { address = 0 count = 2 }\n"
			       "point temperature { address = 1 type = i32 }\n",
	       5, "wholly inside or outside block a");
	refuse(MAP_TEXT_REEFER "block a { address = 0 count = 2 }\n"
			       "point temperature { block = a address = 2 }\n",
	       5, "got \"a\", expected a block that holds 2 to 2");
	refuse(MAP_TEXT_REEFER
	       "block a { address = 0 count = 2 area = input }\n"
	       "point temperature { block = a address = 1 area = holding }\n",
	       5, "expected a block that holds 1 to 1");
	refuse(MAP_TEXT_REEFER "point temperature { block = c address = 1 }\n", 4,
	       "got \"c\", expected the name of a block");
	refuse(MAP_TEXT_TAG "point sequence { address = 0 }\n"
			    "point id { address = 200 type = text }\n",
	       5, "they belong to one reading");
}

static void points_that_share_bits_are_refused(void **state)
{
	struct map map;

	(void)state;
	refuse(MAP_TEXT_SCALE
	       "point gross { address = 1 type = i32 }\npoint net { address = 2 }\n",
	       5, "got \"2\", expected bits that point gross does not use");
	refuse(MAP_TEXT_SCALE
	       "point gross { address = 5 }\npoint stable { address = 1 mask = 1 }\n"
	       "point overload { address = 1 mask = 1 }\n",
	       6, "bits that point stable does not use");
	map_text_load(&map,
		      MAP_TEXT_SCALE "point gross { address = 1 type = u17 }\n"
				     "point stable { address = 1 mask = 0x100 }\n"
				     "point negative { address = 1 mask = 0x200 }\n");
	refuse(MAP_TEXT_SCALE "point gross { address = 1 type = u17 }\n"
			      "point stable { address = 1 mask = 1 }\n",
	       5, "bits that point gross does not use");
}

static void a_map_that_is_older_than_its_period_is_refused(void **state)
{
	(void)state;
	refuse(MAP_TEXT_REEFER "period_ms = 500\npoint temperature { address = 1 }\n", 3,
	       "got \"500\", expected more than the 500 ms at which block auto0 is read");
}

static void too_many_points_and_registers_are_refused(void **state)
{
	char text[2048];
	int n = snprintf(text, sizeof(text), "%s", MAP_TEXT_REEFER);

	(void)state;
	for (int i = 0; i < MAP_BLOCKS_MAX + 1; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "block b%d { address = %d count = 1 }\n", i, i);
	refuse(text, 1, "got 9 blocks, expected at most 8");
	refuse(MAP_TEXT_REEFER "block a { address = 0 count = 125 }\n"
			       "block b { address = 200 count = 125 }\n"
			       "block c { address = 400 count = 7 }\n",
	       1, "got blocks of 257 registers, expected at most 256");
}

static void neighbours_are_gathered_into_one_block(void **state)
{
	struct map map;

	(void)state;
	map_text_load(&map, MAP_TEXT_SCALE
		      "point net { address = 20 }\npoint gross { address = 10 }\n"
		      "point stable { address = 15 mask = 1 }\n"
		      "point tare { address = 26 }\npoint zero { address = 30 "
		      "writable = true }\n");
	/* 10 … 20 with gaps of four; 26 is five away; 30 is only written. */
	assert_int_equal(map.block_count, 2);
	assert_int_equal(map.blocks[0].address, 10);
	assert_int_equal(map.blocks[0].count, 11);
	assert_int_equal(map.blocks[1].address, 26);
	assert_int_equal(map.blocks[1].count, 1);
	assert_int_equal(map.blocks[1].offset, 11);
	assert_int_equal(map_find_point(&map, "gross")->offset, 0);
	assert_int_equal(map_find_point(&map, "net")->offset, 10);
	assert_int_equal(map_find_point(&map, "tare")->offset, 11);
	assert_int_equal(map_find_point(&map, "zero")->block, MAP_NO_BLOCK);
	assert_int_equal(map.blocks[0].period_ms, 100);
}

static void gathering_never_reaches_into_a_stated_block(void **state)
{
	struct map map;

	(void)state;
	map_text_load(
		&map, MAP_TEXT_SCALE
		"block w { address = 11 count = 2 read_whole = true period_ms = 50 }\n"
		"point gross { address = 11 }\npoint net { address = 10 }\n"
		"point tare { address = 13 }\n");
	assert_int_equal(map.block_count, 3);
	assert_int_equal(map_find_point(&map, "gross")->block, 0);
	assert_true(map.blocks[0].read_whole);
	assert_int_equal(map.blocks[0].period_ms, 50);
	assert_int_equal(map.blocks[1].count, 1);
	assert_int_equal(map.blocks[2].count, 1);
}

static void areas_are_never_mixed_in_a_block(void **state)
{
	struct map map;

	(void)state;
	map_text_load(
		&map, MAP_TEXT_IO
		"point inputs { area = discretes address = 0 count = 6 type = bit }\n"
		"point outputs { area = coils address = 0 count = 6 type = bit }\n"
		"point status { address = 6 }\n");
	assert_int_equal(map.block_count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_keys_of_a_map_are_refused_with_their_line),
		cmocka_unit_test(a_point_the_class_does_not_know_is_refused),
		cmocka_unit_test(a_missing_point_is_refused_and_named),
		cmocka_unit_test(a_value_that_does_not_fit_its_type_is_refused),
		cmocka_unit_test(a_mask_that_does_not_fit_is_refused),
		cmocka_unit_test(what_is_written_must_say_so_and_nothing_else_may),
		cmocka_unit_test(blocks_that_overlap_or_tear_points_are_refused),
		cmocka_unit_test(points_that_share_bits_are_refused),
		cmocka_unit_test(a_map_that_is_older_than_its_period_is_refused),
		cmocka_unit_test(too_many_points_and_registers_are_refused),
		cmocka_unit_test(neighbours_are_gathered_into_one_block),
		cmocka_unit_test(gathering_never_reaches_into_a_stated_block),
		cmocka_unit_test(areas_are_never_mixed_in_a_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
