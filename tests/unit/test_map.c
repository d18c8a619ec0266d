/* SPDX-License-Identifier: MIT */
/*
 * Register maps: what a map file may say, and how numbers and texts come out of registers.
 */
#include "drivers/map/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SCALE_HEAD "compatible = \"a,b\"\nclass = weighbridge\nmax_age_ms = 500\n"
#define REEFER_HEAD "compatible = \"a,b\"\nclass = reefer\nmax_age_ms = 500\n"
#define IO_HEAD "compatible = \"a,b\"\nclass = remote_io\nmax_age_ms = 500\n"
#define TAG_HEAD "compatible = \"a,b\"\nclass = tag_reader\nmax_age_ms = 500\n"
#define BOX_HEAD "compatible = \"a,b\"\nclass = box_reader\nmax_age_ms = 500\n"
#define SIGN_HEAD "compatible = \"a,b\"\nclass = sign\nmax_age_ms = 500\n"

static char file_path[128];

static enum kakou_err load_text(struct map *map, const char *text, struct why *why)
{
	FILE *file = fopen(file_path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return map_load(map, file_path, why);
}

static void load(struct map *map, const char *text)
{
	struct why why = {0};

	if (load_text(map, text, &why))
		fail_msg("%s", why.text);
}

/* The map must be refused at the line, with these words. */
static void refuse(const char *text, int line, const char *words)
{
	struct map map;
	struct why why = {0};
	char place[160];

	assert_int_equal(load_text(&map, text, &why), KAKOU_E_INVALID);
	(void)snprintf(place, sizeof(place), "%s:%d: ", file_path, line);
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
	refuse(REEFER_HEAD "word_order = big\n", 4,
	       "expected one of high-first|low-first");
	refuse(REEFER_HEAD "colour = red\n", 4,
	       "got the key \"colour\", expected one of compatible, class");
}

static void a_point_the_class_does_not_know_is_refused(void **state)
{
	(void)state;
	refuse(REEFER_HEAD "point gross { address = 1 }\n", 4,
	       "got point \"gross\", expected one that a reefer has: status, "
	       "temperature, "
	       "humidity");
}

static void a_missing_point_is_refused_and_named(void **state)
{
	(void)state;
	refuse(REEFER_HEAD "point humidity { address = 1 }\n", 2,
	       "got no point \"temperature\", expected it in a map of a reefer");
	refuse(TAG_HEAD "point id { address = 1 type = text }\n", 2,
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
	refuse(REEFER_HEAD "point temperature { address = 65536 }\n", 4,
	       "an integer from 0 to 65535");
	refuse(REEFER_HEAD "point temperature { address = 65535 type = i32 }\n", 4,
	       "expected the point to end at 65535");
	refuse(REEFER_HEAD "point temperature { address = 1 type = text }\n", 4,
	       "got \"text\" for temperature, expected u16, i16, u32, i32, f32 or u17");
	refuse(REEFER_HEAD "point temperature { address = 1 type = i24 }\n", 4,
	       "got \"i24\"");
	refuse(REEFER_HEAD "point temperature { address = 1 area = coils }\n", 4,
	       "got bits for type u16, expected holding or input");
	refuse(IO_HEAD "point inputs { address = 1 type = bit }\n", 4,
	       "got registers for type bit, expected coils or discretes");
	refuse(IO_HEAD
	       "point inputs { address = 1 type = bit area = coils count = 33 }\n",
	       4, "got \"33\" for type bit, expected 1 to 32");
	refuse(TAG_HEAD "point id { address = 1 type = text count = 24 }\n", 4,
	       "got \"24\" for type text, expected 1 to 23");
	refuse(BOX_HEAD "point front_size { address = 41 type = text count = 3 }\n", 4,
	       "got \"3\" for type text, expected 1 to 2");
	refuse(REEFER_HEAD "point temperature { address = 1 type = i32 count = 1 }\n", 4,
	       "got \"1\" for type i32, expected 2 to 2");
	refuse(REEFER_HEAD "point temperature { address = 1 scale = \"1/0\" }\n", 4,
	       "got \"1/0\", expected \"1000\" or \"1/1000\"");
	refuse(REEFER_HEAD "point temperature { address = 1 scale = \"-1\" }\n", 4,
	       "\"-1\"");
	refuse(REEFER_HEAD "point temperature { address = 1 scale = \"0.1\" }\n", 4,
	       "\"0.1\"");
	refuse(SCALE_HEAD "point stable { address = 1 scale = \"2\" }\n", 4,
	       "numbers only");
}

static void a_mask_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	refuse(REEFER_HEAD "point temperature { address = 1 type = i16 mask = 1 }\n", 4,
	       "got \"1\" for type i16, expected bits of a u16 or u32");
	refuse(REEFER_HEAD "point temperature { address = 1 mask = 0x10000 }\n", 4,
	       "got \"0x10000\" for type u16");
	refuse(SCALE_HEAD "point stable { address = 1 mask = 3 }\n", 4,
	       "got \"3\" for stable, expected one bit");
}

static void what_is_written_must_say_so_and_nothing_else_may(void **state)
{
	(void)state;
	refuse(SCALE_HEAD "point zero { address = 1 }\n", 4,
	       "got \"false\" for zero, expected \"true\"");
	refuse(SCALE_HEAD "point gross { address = 1 writable = true }\n", 4,
	       "got \"true\" for gross, expected \"false\"");
	refuse(SCALE_HEAD "point gross { address = 1 command = 3 }\n", 4,
	       "commands only");
	refuse(SCALE_HEAD "point zero { address = 1 area = input writable = true }\n", 4,
	       "expected coils or holding");
	refuse(SIGN_HEAD "point text { address = 1 type = text }\n", 4,
	       "got \"false\" for text, expected \"true\"");
	refuse(IO_HEAD "point outputs { address = 1 type = u16 writable = true }\n", 4,
	       "got \"u16\" for writable outputs, expected bit");
}

static void blocks_that_overlap_or_tear_points_are_refused(void **state)
{
	(void)state;
	refuse(REEFER_HEAD
	       "block a { address = 0 count = 4 }\nblock b { address = 3 count = 2 }\n",
	       5, "got 3 to 4, expected no register of block a");
	refuse(REEFER_HEAD "block a { address = 0 count = 126 }\n", 4,
	       "got \"126\", expected at most 125 registers");
	refuse(REEFER_HEAD "block a { address = 65530 count = 10 }\n", 4, "end at 65535");
	refuse(REEFER_HEAD "block a { address = 0 count = 2 }\n"
			   "point temperature { address = 1 type = i32 }\n",
	       5, "wholly inside or outside block a");
	refuse(REEFER_HEAD "block a { address = 0 count = 2 }\n"
			   "point temperature { block = a address = 2 }\n",
	       5, "got \"a\", expected a block that holds 2 to 2");
	refuse(REEFER_HEAD "block a { address = 0 count = 2 area = input }\n"
			   "point temperature { block = a address = 1 area = holding }\n",
	       5, "expected a block that holds 1 to 1");
	refuse(REEFER_HEAD "point temperature { block = c address = 1 }\n", 4,
	       "got \"c\", expected the name of a block");
	refuse(TAG_HEAD "point sequence { address = 0 }\n"
			"point id { address = 200 type = text }\n",
	       5, "they belong to one reading");
}

static void points_that_share_bits_are_refused(void **state)
{
	struct map map;

	(void)state;
	refuse(SCALE_HEAD
	       "point gross { address = 1 type = i32 }\npoint net { address = 2 }\n",
	       5, "got \"2\", expected bits that point gross does not use");
	refuse(SCALE_HEAD
	       "point gross { address = 5 }\npoint stable { address = 1 mask = 1 }\n"
	       "point overload { address = 1 mask = 1 }\n",
	       6, "bits that point stable does not use");
	load(&map, SCALE_HEAD "point gross { address = 1 type = u17 }\n"
			      "point stable { address = 1 mask = 0x100 }\n"
			      "point negative { address = 1 mask = 0x200 }\n");
	refuse(SCALE_HEAD "point gross { address = 1 type = u17 }\n"
			  "point stable { address = 1 mask = 1 }\n",
	       5, "bits that point gross does not use");
}

static void a_map_that_is_older_than_its_period_is_refused(void **state)
{
	(void)state;
	refuse(REEFER_HEAD "period_ms = 500\npoint temperature { address = 1 }\n", 3,
	       "got \"500\", expected more than the 500 ms at which block auto0 is read");
}

static void too_many_points_and_registers_are_refused(void **state)
{
	char text[2048];
	int n = snprintf(text, sizeof(text), "%s", REEFER_HEAD);

	(void)state;
	for (int i = 0; i < MAP_BLOCKS_MAX + 1; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "block b%d { address = %d count = 1 }\n", i, i);
	refuse(text, 1, "got 9 blocks, expected at most 8");
	refuse(REEFER_HEAD "block a { address = 0 count = 125 }\n"
			   "block b { address = 200 count = 125 }\n"
			   "block c { address = 400 count = 7 }\n",
	       1, "got blocks of 257 registers, expected at most 256");
}

static void neighbours_are_gathered_into_one_block(void **state)
{
	struct map map;

	(void)state;
	load(&map, SCALE_HEAD "point net { address = 20 }\npoint gross { address = 10 }\n"
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
	load(&map, SCALE_HEAD
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
	load(&map, IO_HEAD
	     "point inputs { area = discretes address = 0 count = 6 type = bit }\n"
	     "point outputs { area = coils address = 0 count = 6 type = bit }\n"
	     "point status { address = 6 }\n");
	assert_int_equal(map.block_count, 3);
}

/* Decodes a weighbridge whose gross weight is at address 0. */
static enum kakou_err weigh(const char *point, const uint16_t *registers,
			    int64_t *gross_g, struct why *why)
{
	char text[512];
	uint16_t image[MAP_REGISTERS_MAX] = {0};
	struct map map;
	struct device_sample sample = {0};
	enum kakou_err err;

	(void)snprintf(text, sizeof(text), "%spoint gross { address = 0 %s }\n",
		       SCALE_HEAD, point);
	load(&map, text);
	memcpy(image, registers, 2 * sizeof(*registers));
	err = map_decode(&map, image, &sample, why);
	assert_int_equal(sample.has_value, err == KAKOU_OK);
	*gross_g = sample.value.weight.gross_g;
	return err;
}

static void every_type_is_decoded_in_both_word_orders(void **state)
{
	static const struct {
		const char *point;
		uint16_t registers[2];
		int64_t gross_g;
	} CASES[] = {
		{"type = u16",                        {0xFFFE},         65534    },
		{"type = i16",                        {0xFFFE},         -2       },
		{"type = i16 scale = \"1000\"",       {0x8000},         -32768000},
		{"type = u16 mask = 0x0FF0",          {0xABCD},         0xBC     },
		{"type = u32",                        {0x0001, 0x0002}, 65538    },
		{"type = u32 word_order = low-first", {0x0002, 0x0001}, 65538    },
		{"type = u32 mask = 0x00FFFF00",      {0x1234, 0x5678}, 0x3456   },
		{"type = i32",                        {0xFFFF, 0xFFFE}, -2       },
		{"type = i32 word_order = low-first", {0xFFFE, 0xFFFF}, -2       },
		{"type = f32 scale = \"1000\"",       {0x4248, 0x2000}, 50031    }, /* 50.03125 */
		{"type = f32 word_order = low-first", {0x0000, 0xC1C8}, -25      },
		{"type = u17",                        {0x0001, 0x0001}, 65537    },
		{"type = u17",                        {0xFF00, 0xFFFF}, 65535    },
		{"type = i16 scale = \"1/10\"",       {15},             2        }, /* half away from zero */
		{"type = i16 scale = \"1/10\"",       {14},             1        },
		{"type = i16 scale = \"1/10\"",       {0xFFF1},         -2       },
		{"type = i16 scale = \"1/10\"",       {0xFFF2},         -1       },
		{"type = u16 scale = \"5/2\"",        {3},              8        },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int64_t gross_g;
		struct why why = {0};

		if (weigh(CASES[i].point, CASES[i].registers, &gross_g, &why) ||
		    gross_g != CASES[i].gross_g)
			fail_msg("%s: got %lld, expected %lld %s", CASES[i].point,
				 (long long)gross_g, (long long)CASES[i].gross_g,
				 why.text);
	}
}

static void a_weight_that_is_none_is_garbled(void **state)
{
	static const struct {
		const char *point;
		uint16_t registers[2];
		const char *words;
	} CASES[] = {
		{"type = f32", {0x7FC0, 0x0000}, "expected a number"}, /* NaN */
		{"type = f32", {0x7F80, 0x0000}, "expected a number"}, /* infinity */
		{"type = f32", {0x7F7F, 0xFFFF}, "expected a number"},
		{"type = i32",
		 {0x7FFF, 0xFFFF},
		 "got 2147483647, expected -1000000000 to"          },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int64_t gross_g;
		struct why why = {0};

		assert_int_equal(
			weigh(CASES[i].point, CASES[i].registers, &gross_g, &why),
			KAKOU_E_GARBLED);
		assert_non_null(strstr(why.text, CASES[i].words));
	}
}

static void a_negative_bit_turns_the_weight_round(void **state)
{
	struct map map;
	struct device_sample sample;
	uint16_t image[MAP_REGISTERS_MAX] = {0x0201, 0x0001};
	uint16_t encoded[MAP_REGISTERS_MAX] = {0};

	(void)state;
	load(&map, SCALE_HEAD "point gross { address = 0 type = u17 }\n"
			      "point stable { address = 0 mask = 0x100 }\n"
			      "point negative { address = 0 mask = 0x200 }\n");
	assert_int_equal(map_decode(&map, image, &sample, NULL), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, -65537);
	assert_false(sample.value.weight.is_stable);
	map_encode(&map, &sample, encoded);
	assert_memory_equal(encoded, image, sizeof(image));
}

static void a_device_that_reports_a_fault_of_its_own_has_no_value(void **state)
{
	struct map map;
	struct device_sample sample;
	uint16_t image[MAP_REGISTERS_MAX] = {2, 100};
	struct why why;

	(void)state;
	load(&map,
	     SCALE_HEAD "point status { address = 0 }\npoint gross { address = 1 }\n");
	assert_int_equal(map_decode(&map, image, &sample, &why), KAKOU_E_GARBLED);
	assert_string_equal(why.text, "point status: got 2, expected 0 to 0");
	assert_false(sample.has_value);
}

/* A tag reader with `sequence` at 0, `id_length` at 1 and `id` of four registers at 2. */
static enum kakou_err read_tag(const char *bytes, int length, char *id, struct why *why)
{
	uint16_t image[MAP_REGISTERS_MAX] = {7, (uint16_t)length};
	struct map map;
	struct device_sample sample = {0};
	enum kakou_err err;

	load(&map, length < 0
			   ? TAG_HEAD "point sequence { address = 0 }\n"
				      "point id { address = 2 count = 4 type = text }\n"
			   : TAG_HEAD "point sequence { address = 0 }\n"
				      "point id_length { address = 1 }\n"
				      "point id { address = 2 count = 4 type = text }\n");
	for (int i = 0; i < 8; i++)
		image[2 + i / 2] |= (uint16_t)((uint8_t)bytes[i] << (i % 2 ? 0 : 8));
	err = map_decode(&map, image, &sample, why);
	memcpy(id, sample.value.reads.read[0].text, DEVICE_TEXT_MAX + 1);
	return err;
}

static void texts_end_at_their_length_or_their_padding(void **state)
{
	static const struct {
		const char *bytes;
		int length;
		const char *id;
	} CASES[] = {
		{"ABCDEFGH",                8,  "ABCDEFGH"},
		{"ABCDEFGH",                3,  "ABC"     },
		{"AB      ",                4,  "AB  "    },
		{"AB      ",                -1, "AB"      },
		{"ABC\0\0\0\0\0",           -1, "ABC"     },
		{"\0\0\0\0\0\0\0\0",        -1, ""        },
		{"\xE6\xB5\x99"
		 "A123\0", 7,  "浙A123" },
		{"ABCDEFGH",                0,  ""        },
		{"ABCDEFGH",                -1, "ABCDEFGH"},
	};
	char id[DEVICE_TEXT_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		assert_int_equal(read_tag(CASES[i].bytes, CASES[i].length, id, NULL),
				 KAKOU_OK);
		assert_string_equal(id, CASES[i].id);
	}
}

static void a_text_that_is_none_is_garbled(void **state)
{
	static const struct {
		const char *bytes;
		int length;
		const char *words;
	} CASES[] = {
		{"ABCDEFGH",                         9,
		 "point id_length: got 9, expected at most the 8 bytes of id"          },
		{"ABCDEFGH",                         48, "point id_length: got 48"     },
		{"AB\0DEFGH",                        5,  "expected text in UTF-8"      },
		{"AB\nDEFGH",                        5,  "expected text in UTF-8"      },
		{"AB\x7F"
		 "DEFGH",           5,  "expected text in UTF-8"      },
		{"AB\xE6\xB5"
		 "CDEF",            4,  "got 4 bytes that begin 41 42"},
		{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", -1, "begin FF FF"                 },
	};
	char id[DEVICE_TEXT_MAX + 1];
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		assert_int_equal(read_tag(CASES[i].bytes, CASES[i].length, id, &why),
				 KAKOU_E_GARBLED);
		if (!strstr(why.text, CASES[i].words))
			fail_msg("got '%s', expected '%s'", why.text, CASES[i].words);
	}
}

static void a_text_too_long_for_its_registers_is_cut_between_characters(void **state)
{
	struct map map;
	struct device_sample sample = {0};
	struct device_sample back;
	uint16_t image[MAP_REGISTERS_MAX] = {0};

	(void)state;
	load(&map,
	     TAG_HEAD "point sequence { address = 0 }\npoint id_length { address = 1 }\n"
		      "point id { address = 2 count = 4 type = text }\n");
	memcpy(sample.value.reads.read[0].text, "浙江省", sizeof("浙江省"));
	map_encode(&map, &sample, image);
	assert_int_equal(image[1], 6);
	assert_int_equal(map_decode(&map, image, &back, NULL), KAKOU_OK);
	assert_string_equal(back.value.reads.read[0].text, "浙江");
}

static void numbers_too_large_for_their_type_become_the_largest(void **state)
{
	struct map map;
	struct device_sample sample = {.value.weight.gross_g = 70000};
	uint16_t image[MAP_REGISTERS_MAX] = {0};

	(void)state;
	load(&map, SCALE_HEAD "point gross { address = 0 type = i16 }\n");
	map_encode(&map, &sample, image);
	assert_int_equal(image[0], 0x7FFF);
	sample.value.weight.gross_g = -70000;
	map_encode(&map, &sample, image);
	assert_int_equal(image[0], 0x8000);
}

static void switching_writes_one_run_of_neighbours_at_a_time(void **state)
{
	struct map map;
	struct device_command command = {
		.verb = DEVICE_SWITCH, .mask = 0x2D, .levels = 0x2C}; /* 0, 2, 3 and 5 */
	struct map_write write;
	size_t step = 0;

	(void)state;
	load(&map,
	     IO_HEAD "point inputs { area = coils address = 0 count = 6 type = bit }\n"
		     "point outputs { area = coils address = 16 count = 6 type = bit "
		     "writable = true }\n");
	assert_int_equal(map_encode_command(&map, &command, &step, &write), KAKOU_OK);
	assert_int_equal(write.area, MODBUS_COILS);
	assert_int_equal(write.address, 16);
	assert_int_equal(write.count, 1);
	assert_int_equal(write.values[0], 0);
	assert_int_equal(map_encode_command(&map, &command, &step, &write), KAKOU_OK);
	assert_int_equal(write.address, 18);
	assert_int_equal(write.count, 2);
	assert_int_equal(write.values[0], 1);
	assert_int_equal(write.values[1], 1);
	assert_int_equal(map_encode_command(&map, &command, &step, &write), KAKOU_OK);
	assert_int_equal(write.address, 21);
	assert_int_equal(write.count, 1);
	assert_int_equal(write.values[0], 1);
	assert_int_equal(map_encode_command(&map, &command, &step, &write),
			 KAKOU_E_NOTFOUND);
}

static void all_32_outputs_are_switched_in_one_write(void **state)
{
	struct map map;
	struct device_command command = {
		.verb = DEVICE_SWITCH, .mask = UINT32_MAX, .levels = 0x80000001};
	struct map_write write;
	size_t step = 0;

	(void)state;
	load(&map, IO_HEAD
	     "point inputs { area = discretes address = 0 count = 32 type = bit }\n"
	     "point outputs { area = coils address = 0 count = 32 type = bit "
	     "writable = true }\n");
	assert_int_equal(map_encode_command(&map, &command, &step, &write), KAKOU_OK);
	assert_int_equal(write.count, 32);
	assert_int_equal(write.values[0], 1);
	assert_int_equal(write.values[30], 0);
	assert_int_equal(write.values[31], 1);
	assert_int_equal(map_encode_command(&map, &command, &step, &write),
			 KAKOU_E_NOTFOUND);
}

static void a_command_the_map_can_not_carry_is_refused(void **state)
{
	static const struct device_command COMMANDS[] = {
		{.verb = DEVICE_SHOW, .text = "x"},
		{.verb = DEVICE_TRIGGER                  },
		{.verb = DEVICE_ZERO},
		{.verb = DEVICE_SWITCH,                   .mask = 0x40},
		{.verb = 99},
	};
	struct map map;
	struct map_write write;

	(void)state;
	load(&map,
	     IO_HEAD "point inputs { area = coils address = 0 count = 6 type = bit }\n"
		     "point outputs { area = coils address = 16 count = 6 type = bit "
		     "writable = true }\n");
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		size_t step = 0;

		assert_int_equal(map_encode_command(&map, &COMMANDS[i], &step, &write),
				 KAKOU_E_INVALID);
	}
}

static void a_text_is_shown_whole_after_the_voice(void **state)
{
	struct map map;
	struct device_command command = {.verb = DEVICE_SHOW, .code = 3, .text = "放行"};
	struct map_write write;
	size_t step = 0;

	(void)state;
	load(&map, SIGN_HEAD
	     "point text { address = 10 count = 4 type = text writable = true }\n"
	     "point voice { address = 9 writable = true }\n");
	assert_int_equal(map_encode_command(&map, &command, &step, &write), KAKOU_OK);
	assert_int_equal(write.address, 9);
	assert_int_equal(write.values[0], 3);
	assert_int_equal(map_encode_command(&map, &command, &step, &write), KAKOU_OK);
	assert_int_equal(write.address, 10);
	assert_int_equal(write.count, 4);
	assert_int_equal(write.values[0], 0xE694);
	assert_int_equal(write.values[1], 0xBEE8);
	assert_int_equal(write.values[2], 0xA18C);
	assert_int_equal(write.values[3], 0);
	assert_int_equal(map_encode_command(&map, &command, &step, &write),
			 KAKOU_E_NOTFOUND);
	memcpy(command.text, "放行请", sizeof("放行请"));
	step = 0;
	assert_int_equal(map_encode_command(&map, &command, &step, &write),
			 KAKOU_E_INVALID);
}

static void a_value_is_printed_as_a_person_reads_it(void **state)
{
	static const struct {
		struct map_value value;
		const char *text;
	} cases[] = {
		{{.number = 36980000, .unit = "g"},                  "36980 kg"     },
		{{.number = 31245678, .unit = "g"},                  "31245.678 kg" },
		{{.number = -500, .unit = "g"},                      "-0.5 kg"      },
		{{.number = -18500, .unit = "1/1000 °C"},           "-18.5 °C"    },
		{{.number = 97, .unit = "%"},                        "97 %"         },
		{{.number = 3, .unit = ""},                          "3"            },
		{{.is_flag = true, .number = 1, .unit = ""},         "yes"          },
		{{.is_flag = true, .number = 0, .unit = ""},         "no"           },
		{{.is_bits = true, .number = 5, .unit = ""},         "0x0005 (0 2)" },
		{{.is_bits = true, .number = 0, .unit = ""},         "0x0000"       },
		{{.is_text = true, .text = "浙A12345", .unit = ""}, "\"浙A12345\""},
	};
	char text[MAP_VALUE_PRINTED_MAX];
	struct map_value all = {.is_bits = true, .number = UINT32_MAX, .unit = ""};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		map_print_value(&cases[i].value, text);
		assert_string_equal(text, cases[i].text);
	}
	map_print_value(&all, text);
	assert_non_null(strstr(text, "30 31)"));
}

static void areas_and_types_have_the_words_of_a_map_file(void **state)
{
	(void)state;
	for (int i = MODBUS_COILS; i <= MODBUS_INPUT; i++) {
		enum modbus_area area;

		assert_true(
			map_area_from_name(map_area_name((enum modbus_area)i), &area));
		assert_int_equal(area, i);
	}
	assert_null(map_area_name((enum modbus_area)4));
	assert_string_equal(map_type_name(MAP_U17), "u17");
	assert_null(map_type_name((enum map_type)(MAP_TEXT + 1)));
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
		cmocka_unit_test(every_type_is_decoded_in_both_word_orders),
		cmocka_unit_test(a_weight_that_is_none_is_garbled),
		cmocka_unit_test(a_negative_bit_turns_the_weight_round),
		cmocka_unit_test(a_device_that_reports_a_fault_of_its_own_has_no_value),
		cmocka_unit_test(texts_end_at_their_length_or_their_padding),
		cmocka_unit_test(a_text_that_is_none_is_garbled),
		cmocka_unit_test(
			a_text_too_long_for_its_registers_is_cut_between_characters),
		cmocka_unit_test(numbers_too_large_for_their_type_become_the_largest),
		cmocka_unit_test(switching_writes_one_run_of_neighbours_at_a_time),
		cmocka_unit_test(all_32_outputs_are_switched_in_one_write),
		cmocka_unit_test(a_command_the_map_can_not_carry_is_refused),
		cmocka_unit_test(a_text_is_shown_whole_after_the_voice),
		cmocka_unit_test(a_value_is_printed_as_a_person_reads_it),
		cmocka_unit_test(areas_and_types_have_the_words_of_a_map_file),
	};
	int failed;

	(void)snprintf(file_path, sizeof(file_path), "%s/test_map.%d",
		       getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(file_path);
	return failed;
}
