/* SPDX-License-Identifier: MIT */
/*
 * The yard's side of Modbus: envelopes, answers, devices behind them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tools/yard/modbus_answer.h"
#include "tools/yard/modbus_frame.h"

/* ---- envelopes --------------------------------------------------------------------------- */

/* Serial Line V1.02: read 2 holding registers from 0 of unit 1. */
static const uint8_t rtu_read[] = {0x01, 0x03, 0x00, 0x00, 0x00, 0x02, 0xC4, 0x0B};
static const uint8_t tcp_read[] = {0x12, 0x34, 0, 0, 0, 6, 0x01, 0x03, 0, 0, 0, 2};

static void a_tcp_request_is_found_in_its_envelope(void **state)
{
	struct modbus_frame frame;

	(void)state;
	assert_int_equal(modbus_frame_find(&frame, false, tcp_read, sizeof(tcp_read)),
			 sizeof(tcp_read));
	assert_int_equal(frame.unit, 1);
	assert_int_equal(frame.transaction, 0x1234);
	assert_int_equal(frame.pdu_len, 5);
	assert_int_equal(frame.pdu[0], 3);
	for (size_t len = 0; len < sizeof(tcp_read); len++)
		assert_int_equal(modbus_frame_find(&frame, false, tcp_read, len), 0);
}

static void another_protocol_or_a_wrong_length_ends_the_connection(void **state)
{
	uint8_t bytes[sizeof(tcp_read)];
	struct modbus_frame frame;

	(void)state;
	memcpy(bytes, tcp_read, sizeof(bytes));
	bytes[3] = 1;
	assert_int_equal(modbus_frame_find(&frame, false, bytes, sizeof(bytes)), -1);
	memcpy(bytes, tcp_read, sizeof(bytes));
	bytes[5] = 1;
	assert_int_equal(modbus_frame_find(&frame, false, bytes, sizeof(bytes)), -1);
	bytes[4] = 1;
	assert_int_equal(modbus_frame_find(&frame, false, bytes, sizeof(bytes)), -1);
}

static void an_rtu_request_is_found_by_its_function_and_checksum(void **state)
{
	uint8_t bytes[sizeof(rtu_read)];
	struct modbus_frame frame;

	(void)state;
	assert_int_equal(modbus_frame_find(&frame, true, rtu_read, sizeof(rtu_read)),
			 sizeof(rtu_read));
	assert_int_equal(frame.unit, 1);
	assert_int_equal(frame.pdu_len, 5);
	assert_int_equal(modbus_frame_find(&frame, true, rtu_read, 7), 0);
	memcpy(bytes, rtu_read, sizeof(bytes));
	bytes[6] ^= 1;
	assert_int_equal(modbus_frame_find(&frame, true, bytes, sizeof(bytes)), -1);
}

static void an_answer_goes_into_the_envelope_of_its_request(void **state)
{
	static const uint8_t answer[] = {0x83, 0x02};
	static const uint8_t tcp[] = {0x12, 0x34, 0, 0, 0, 3, 7, 0x83, 0x02};
	static const uint8_t rtu[] = {0x01, 0x83, 0x02, 0xC0, 0xF1};
	uint8_t frame[MODBUS_FRAME_MAX];
	const struct modbus_frame request = {.unit = 1, .transaction = 0x1234};

	(void)state;
	assert_int_equal(modbus_frame_wrap(&request, false, 7, answer, 2, frame),
			 sizeof(tcp));
	assert_memory_equal(frame, tcp, sizeof(tcp));
	assert_int_equal(modbus_frame_wrap(&request, true, 1, answer, 2, frame),
			 sizeof(rtu));
	assert_memory_equal(frame, rtu, sizeof(rtu));
}

/* ---- devices ----------------------------------------------------------------------------- */

/* clang-format off: tables */
/* A sign: what is shown at 0..4, its text at 100..103. */
static const struct map_point sign_points[] = {
	{.name = "sequence",
	 .area = MODBUS_HOLDING,
	 .count = 1,
	 .type = MAP_U16,
	 .scale_mul = 1,
	 .scale_div = 1         },
	{	      .name = "shown",
	 .area = MODBUS_HOLDING,
	 .address = 1,
	 .count = 4,
	 .type = MAP_TEXT,
	 .offset = 1          },
	{ .name = "text",
	 .area = MODBUS_HOLDING,
	 .address = 100,
	 .count = 4,
	 .type = MAP_TEXT,
	 .is_writable = true,
	 .block = MAP_NO_BLOCK},
};
static const struct map_block sign_blocks[] = {
	{.area = MODBUS_HOLDING, .count = 5},
};

/* Remote I/O: inputs are discretes 0..5, outputs coils 16..21. */
static const struct map_point io_points[] = {
	{.name = "inputs",
	 .area = MODBUS_DISCRETES,
	 .count = 6,
	 .type = MAP_BIT,
	 .scale_mul = 1,
	 .scale_div = 1},
	{ .name = "outputs",
	 .area = MODBUS_COILS,
	 .address = 16,
	 .count = 6,
	 .type = MAP_BIT,
	 .scale_mul = 1,
	 .scale_div = 1,
	 .is_writable = true,
	 .block = 1,
	 .offset = 6},
};
static const struct map_block io_blocks[] = {
	{.area = MODBUS_DISCRETES, .count = 6},
	{ .area = MODBUS_COILS, .address = 16,             .count = 6, .offset = 6},
};

/* A scale whose block is only answered whole. */
static const struct map_point whole_points[] = {
	{.name = "gross",
	 .area = MODBUS_HOLDING,
	 .address = 40,
	 .count = 2,
	 .type = MAP_I32,
	 .scale_mul = 1000,
	 .scale_div = 1},
};
static const struct map_block whole_blocks[] = {
	{.area = MODBUS_HOLDING, .address = 40, .count = 9, .read_whole = true},
};
/* clang-format on */

static struct map sign_map, io_map, whole_map;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void fill_map(struct map *map, enum device_class class,
		     const struct map_point *points, size_t point_count,
		     const struct map_block *blocks, size_t block_count)
{
	map->class = class;
	map->point_count = point_count;
	map->block_count = block_count;
	memcpy(map->points, points, point_count * sizeof(points[0]));
	memcpy(map->blocks, blocks, block_count * sizeof(blocks[0]));
}

static int fill_maps(void **state)
{
	(void)state;
	fill_map(&sign_map, DEVICE_SIGN, sign_points, COUNT(sign_points), sign_blocks,
		 COUNT(sign_blocks));
	fill_map(&io_map, DEVICE_REMOTE_IO, io_points, COUNT(io_points), io_blocks,
		 COUNT(io_blocks));
	fill_map(&whole_map, DEVICE_WEIGHBRIDGE, whole_points, COUNT(whole_points),
		 whole_blocks, COUNT(whole_blocks));
	return 0;
}

static const struct site_device sign_site = {.name = "sign", .class = DEVICE_SIGN};
static const struct site_device io_site = {.name = "io", .class = DEVICE_REMOTE_IO};
static const struct site_device scale_site = {.name = "scale",
					      .class = DEVICE_WEIGHBRIDGE};

static struct yard_device device;
static uint8_t answer[MODBUS_ANSWER_MAX];

static size_t ask(const uint8_t *request, size_t len)
{
	return modbus_answer(&device, request, len, answer);
}
#define ASK(...)                                                                         \
	ask((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void expect_answer(size_t len, const uint8_t *expected, size_t expected_len)
{
	assert_int_equal(len, expected_len);
	assert_memory_equal(answer, expected, len);
}
#define EXPECT(len, ...)                                                                 \
	expect_answer(len, (const uint8_t[]){__VA_ARGS__},                               \
		      sizeof((const uint8_t[]){__VA_ARGS__}))

static void registers_are_read_as_the_map_lays_them(void **state)
{
	struct device_sample value = {.class = DEVICE_WEIGHBRIDGE};

	(void)state;
	yard_device_init(&device, &scale_site, &whole_map);
	value.value.weight.gross_g = 34500000;
	yard_device_show(&device, &value);
	EXPECT(ASK(3, 0, 40, 0, 9), 3, 18, 0, 0, 0x86, 0xC4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	       0, 0, 0, 0);
}

static void a_part_of_a_whole_block_is_an_exception(void **state)
{
	(void)state;
	yard_device_init(&device, &scale_site, &whole_map);
	EXPECT(ASK(3, 0, 40, 0, 8), 0x83, 2);
	EXPECT(ASK(3, 0, 41, 0, 8), 0x83, 2);
	EXPECT(ASK(3, 0, 40, 0, 10), 0x83, 2);
}

static void what_no_block_covers_is_an_illegal_address(void **state)
{
	(void)state;
	yard_device_init(&device, &sign_site, &sign_map);
	EXPECT(ASK(3, 0, 0, 0, 6), 0x83, 2);
	EXPECT(ASK(3, 0xFF, 0xFF, 0, 2), 0x83, 2);
	EXPECT(ASK(4, 0, 0, 0, 1), 0x84, 2);
	EXPECT(ASK(3, 0, 100, 0, 4), 0x83, 2); /* only written */
}

static void quantities_out_of_range_are_illegal_values(void **state)
{
	(void)state;
	yard_device_init(&device, &sign_site, &sign_map);
	EXPECT(ASK(3, 0, 0, 0, 0), 0x83, 3);
	EXPECT(ASK(3, 0, 0, 0, 126), 0x83, 3);
	EXPECT(ASK(1, 0, 0, 0x07, 0xD1), 0x81, 3);
	EXPECT(ASK(3, 0, 0, 0), 0x83, 3);
	EXPECT(ASK(5, 0, 16, 0x12, 0x34), 0x85, 3);
	EXPECT(ASK(16, 0, 100, 0, 2, 3, 0, 0, 0), 0x90, 3);
}

static void functions_a_device_does_not_know_are_refused(void **state)
{
	(void)state;
	yard_device_init(&device, &sign_site, &sign_map);
	EXPECT(ASK(0x2B, 14, 1, 0), 0xAB, 1);
	assert_int_equal(ask(NULL, 0), 0);
}

static void bits_are_packed_lowest_first(void **state)
{
	struct device_sample value = {.class = DEVICE_REMOTE_IO};

	(void)state;
	yard_device_init(&device, &io_site, &io_map);
	value.value.io.inputs = 0x25;
	yard_device_show(&device, &value);
	EXPECT(ASK(2, 0, 0, 0, 6), 2, 1, 0x25);
	EXPECT(ASK(2, 0, 2, 0, 4), 2, 1, 0x09);
	EXPECT(ASK(1, 0, 0, 0, 1), 0x81, 2);
}

static void coils_that_are_written_are_read_back(void **state)
{
	(void)state;
	yard_device_init(&device, &io_site, &io_map);
	EXPECT(ASK(5, 0, 17, 0xFF, 0), 5, 0, 17, 0xFF, 0);
	assert_int_equal(device.value.value.io.outputs, 0x02);
	EXPECT(ASK(15, 0, 18, 0, 3, 1, 0x05), 15, 0, 18, 0, 3);
	assert_int_equal(device.value.value.io.outputs, 0x16);
	EXPECT(ASK(1, 0, 16, 0, 6), 1, 1, 0x16);
	EXPECT(ASK(5, 0, 17, 0, 0), 5, 0, 17, 0, 0);
	assert_int_equal(device.value.value.io.outputs, 0x14);
	EXPECT(ASK(15, 0, 20, 0, 3, 1, 0), 0x8F, 2);
	assert_int_equal(device.writes, 3);
}

static void a_sign_shows_the_text_that_was_written(void **state)
{
	(void)state;
	yard_device_init(&device, &sign_site, &sign_map);
	EXPECT(ASK(16, 0, 100, 0, 4, 8, 0xE6, 0x94, 0xBE, 0xE8, 0xA1, 0x8C, 0, 0), 16, 0,
	       100, 0, 4);
	assert_string_equal(device.value.value.sign.shown, "放行");
	EXPECT(ASK(3, 0, 0, 0, 4), 3, 8, 0, 1, 0xE6, 0x94, 0xBE, 0xE8, 0xA1, 0x8C);
	EXPECT(ASK(6, 0, 100, 'A', 'B'), 6, 0, 100, 'A', 'B');
	assert_string_equal(device.value.value.sign.shown, "放行"); /* not UTF-8 */
}

static void a_frozen_device_keeps_its_values(void **state)
{
	struct device_sample value = {.class = DEVICE_REMOTE_IO};

	(void)state;
	yard_device_init(&device, &io_site, &io_map);
	device.fault.kind = FAULT_FROZEN;
	value.value.io.inputs = 1;
	yard_device_show(&device, &value);
	EXPECT(ASK(2, 0, 0, 0, 6), 2, 1, 0);
	EXPECT(ASK(5, 0, 17, 0xFF, 0), 5, 0, 17, 0xFF, 0);
	EXPECT(ASK(1, 0, 16, 0, 6), 1, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tcp_request_is_found_in_its_envelope),
		cmocka_unit_test(another_protocol_or_a_wrong_length_ends_the_connection),
		cmocka_unit_test(an_rtu_request_is_found_by_its_function_and_checksum),
		cmocka_unit_test(an_answer_goes_into_the_envelope_of_its_request),
		cmocka_unit_test(registers_are_read_as_the_map_lays_them),
		cmocka_unit_test(a_part_of_a_whole_block_is_an_exception),
		cmocka_unit_test(what_no_block_covers_is_an_illegal_address),
		cmocka_unit_test(quantities_out_of_range_are_illegal_values),
		cmocka_unit_test(functions_a_device_does_not_know_are_refused),
		cmocka_unit_test(bits_are_packed_lowest_first),
		cmocka_unit_test(coils_that_are_written_are_read_back),
		cmocka_unit_test(a_sign_shows_the_text_that_was_written),
		cmocka_unit_test(a_frozen_device_keeps_its_values),
	};

	return cmocka_run_group_tests(tests, fill_maps, NULL);
}
