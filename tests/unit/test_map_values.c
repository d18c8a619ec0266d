/* SPDX-License-Identifier: MIT */
/*
 * Register maps: how numbers and texts come out of registers, and commands go into them.
 */
#include "drivers/map/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/map_text.h"

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
		       MAP_TEXT_SCALE, point);
	map_text_load(&map, text);
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
	map_text_load(&map,
		      MAP_TEXT_SCALE "point gross { address = 0 type = u17 }\n"
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
	map_text_load(&map, MAP_TEXT_SCALE
		      "point status { address = 0 }\npoint gross { address = 1 }\n");
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

	map_text_load(&map, length < 0 ? MAP_TEXT_TAG
				    "point sequence { address = 0 }\n"
				    "point id { address = 2 count = 4 type = text }\n"
				       : MAP_TEXT_TAG
				    "point sequence { address = 0 }\n"
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
	map_text_load(&map, MAP_TEXT_TAG
		      "point sequence { address = 0 }\npoint id_length { address = 1 }\n"
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
	map_text_load(&map, MAP_TEXT_SCALE "point gross { address = 0 type = i16 }\n");
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
	map_text_load(&map, MAP_TEXT_IO
		      "point inputs { area = coils address = 0 count = 6 type = bit }\n"
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
	map_text_load(
		&map, MAP_TEXT_IO
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
	map_text_load(&map, MAP_TEXT_IO
		      "point inputs { area = coils address = 0 count = 6 type = bit }\n"
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
	map_text_load(
		&map, MAP_TEXT_SIGN
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
