/* SPDX-License-Identifier: MIT */
/*
 * The maps of board/maps by registers written by hand: what each make says, and is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/map_folder.h"

/* What the device at the other end has in its registers, by wire address. */
struct device {
	uint16_t holding[256], input[256], coils[256], discretes[256];
};

static const uint16_t *area_of(const struct device *device, enum modbus_area area)
{
	switch (area) {
	case MODBUS_COILS: return device->coils;
	case MODBUS_DISCRETES: return device->discretes;
	case MODBUS_HOLDING: return device->holding;
	case MODBUS_INPUT: return device->input;
	}
	return NULL;
}

/* Reads the device's blocks as the bus does, and decodes. */
static enum kakou_err read_device(const char *compatible, const struct device *device,
				  struct device_sample *sample)
{
	const struct map *map = map_folder_find(compatible);
	uint16_t image[MAP_REGISTERS_MAX] = {0};

	memset(sample, 0, sizeof(*sample));
	for (size_t i = 0; i < map->block_count; i++) {
		const struct map_block *block = &map->blocks[i];

		assert_true(block->address + block->count <= 256);
		memcpy(&image[block->offset],
		       area_of(device, block->area) + block->address,
		       block->count * sizeof(image[0]));
	}
	return map_decode(map, image, sample, NULL);
}

static void set_registers(uint16_t *at, const uint16_t *from, size_t count)
{
	memcpy(at, from, count * sizeof(*at));
}

#define SET(at, ...)                                                                     \
	set_registers((at), (const uint16_t[]){__VA_ARGS__},                             \
		      sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))

static void a_plate_camera_reads_a_front_and_a_rear_plate(void **state)
{
	struct device device = {0};
	struct device_sample sample;
	const struct device_read *read = sample.value.reads.read;

	(void)state;
	/* status, sequence, confidence, colour yellow, 9 bytes: 浙A12345 */
	SET(&device.holding[0], 0, 513, 96, 2, 9, 0xE6B5, 0x9941, 0x3132, 0x3334, 0x3500);
	/* sequence, confidence, colour yellow, 11 bytes: 浙A1234挂 */
	SET(&device.holding[21], 77, 81, 2, 11, 0xE6B5, 0x9941, 0x3132, 0x3334, 0xE68C,
	    0x8200);
	assert_int_equal(read_device("kakou,plate-camera", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.class, DEVICE_PLATE_CAMERA);
	assert_int_equal(read[0].sequence, 513);
	assert_int_equal(read[0].confidence, 96);
	assert_int_equal(read[0].colour, PLATE_YELLOW);
	assert_string_equal(read[0].text, "浙A12345");
	assert_int_equal(read[1].sequence, 77);
	assert_int_equal(read[1].confidence, 81);
	assert_string_equal(read[1].text, "浙A1234挂");
	device.holding[2] = 101;
	assert_int_equal(read_device("kakou,plate-camera", &device, &sample),
			 KAKOU_E_GARBLED);
}

static void a_tag_reader_reads_the_id_and_the_plate_on_the_tag(void **state)
{
	struct device device = {0};
	struct device_sample sample;
	const struct device_read *read = sample.value.reads.read;

	(void)state;
	SET(&device.holding[0], 0, 9, 99, 16, 9, 0x4532, 0x3030, 0x3130, 0x3141, 0x3242,
	    0x3343, 0x3434, 0x3535);
	SET(&device.holding[21], 0xE6B5, 0x9941, 0x3132, 0x3334, 0x3500);
	assert_int_equal(read_device("kakou,tag-reader", &device, &sample), KAKOU_OK);
	assert_int_equal(read[0].sequence, 9);
	assert_int_equal(read[0].confidence, 99);
	assert_string_equal(read[0].text, "E200101A2B3C4455");
	assert_int_equal(read[1].sequence, 9);
	assert_int_equal(read[1].confidence, 99);
	assert_string_equal(read[1].text, "浙A12345");
}

static void a_box_reader_reads_two_boxes(void **state)
{
	struct device device = {0};
	struct device_sample sample;
	const struct device_read *read = sample.value.reads.read;

	(void)state;
	SET(&device.holding[0], 0, 4, 97, 1, 11, 0x4353, 0x5155, 0x3330, 0x3534, 0x3338,
	    0x3300);
	SET(&device.holding[21], 5, 88, 0, 11, 0x4342, 0x4855, 0x3332, 0x3032, 0x3733,
	    0x3200);
	assert_int_equal(read_device("kakou,box-reader", &device, &sample), KAKOU_OK);
	assert_string_equal(read[0].text, "CSQU3054383");
	assert_int_equal(read[0].kind, 1);
	assert_int_equal(read[0].sequence, 4);
	assert_string_equal(read[1].text, "CBHU3202732");
	assert_int_equal(read[1].kind, 2); /* not stated: by its place */
	assert_int_equal(read[1].confidence, 88);
}

static void a_reader_of_sizes_says_how_long_a_box_is(void **state)
{
	struct device device = {0};
	struct device_sample sample;
	const struct device_read *read = sample.value.reads.read;

	(void)state;
	SET(&device.holding[0], 0, 4, 97, 1, 11, 0x4353, 0x5155, 0x3330, 0x3534, 0x3338,
	    0x3300);
	SET(&device.holding[41], 0x3232, 0x4731);
	assert_int_equal(read_device("kakou,box-reader-sized", &device, &sample),
			 KAKOU_OK);
	assert_string_equal(read[0].text, "CSQU3054383");
	assert_string_equal(read[0].size, "22G1");
	assert_string_equal(read[1].size, "");
}

static void a_weighbridge_weighs_in_grams(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	/* 31 245 678 g = 0x01DCC56E, stable */
	SET(&device.holding[0], 0, 1, 0x01DC, 0xC56E, 0, 0, 0, 0);
	assert_int_equal(read_device("kakou,weighbridge", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, 31245678);
	assert_true(sample.value.weight.is_stable);
	assert_false(sample.value.weight.is_overloaded);
	SET(&device.holding[1], 2, 0xFFFF, 0xFF06);
	assert_int_equal(read_device("kakou,weighbridge", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, -250);
	assert_false(sample.value.weight.is_stable);
	assert_true(sample.value.weight.is_overloaded);
}

static void a_driver_post_reads_card_code_and_button(void **state)
{
	struct device device = {0};
	struct device_sample sample;
	const struct device_read *read = sample.value.post.cards.read;

	(void)state;
	SET(&device.holding[0], 0, 3, 8, 0x3031, 0x3233, 0x4142, 0x4344);
	SET(&device.holding[19], 6, 4, 0x5A31, 0x3233);
	device.holding[37] = 1;
	assert_int_equal(read_device("kakou,driver-post", &device, &sample), KAKOU_OK);
	assert_int_equal(read[0].sequence, 3);
	assert_int_equal(read[0].kind, 1);
	assert_string_equal(read[0].text, "0123ABCD");
	assert_int_equal(read[1].sequence, 6);
	assert_int_equal(read[1].kind, 2);
	assert_string_equal(read[1].text, "Z123");
	assert_true(sample.value.post.help_is_pressed);
}

static void a_seal_reader_reads_the_state_of_a_seal(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	SET(&device.holding[0], 0, 12, 5, 7, 0x4B4B, 0x3030, 0x3031, 0x3700);
	assert_int_equal(read_device("kakou,seal-reader", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.seal.sequence, 12);
	assert_true(sample.value.seal.is_present);
	assert_false(sample.value.seal.is_sealed);
	assert_true(sample.value.seal.battery_is_low);
	assert_string_equal(sample.value.seal.id, "KK00017");
}

static void a_reefer_sensor_reads_below_zero(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	SET(&device.input[0], 0, 0xF8F8, 8755); /* -18.00 °C, 87.55 %RH */
	assert_int_equal(read_device("kakou,reefer", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.climate.temperature_mdeg, -18000);
	assert_int_equal(sample.value.climate.humidity_mpct, 87550);
	device.input[2] = 10001;
	assert_int_equal(read_device("kakou,reefer", &device, &sample), KAKOU_E_GARBLED);
}

static void remote_inputs_and_outputs_are_bits(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	device.discretes[0] = device.discretes[15] = 1;
	device.coils[3] = 1;
	assert_int_equal(read_device("kakou,remote-io", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.io.inputs, 0x8001);
	assert_int_equal(sample.value.io.outputs, 0x0008);
}

static void a_sign_tells_what_it_shows(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	SET(&device.holding[0], 0, 41, 6, 0xE694, 0xBEE8, 0xA18C);
	assert_int_equal(read_device("kakou,sign", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.sign.shown_sequence, 41);
	assert_string_equal(sample.value.sign.shown, "放行");
}

static void a_seneca_weighs_in_floats_with_the_high_word_first(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	/* net 1250.5 kg, gross 9250.5 kg, tare 8000 kg; status with bit 4 */
	SET(&device.holding[63], 0x449C, 0x5000, 0x4610, 0x8A00, 0x45FA, 0x0000);
	device.holding[77] = 0x0050;
	assert_int_equal(read_device("seneca,ze-sg3", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, 9250500);
	assert_true(sample.value.weight.is_stable);
	device.holding[77] = 0x0042;
	assert_int_equal(read_device("seneca,ze-sg3", &device, &sample), KAKOU_OK);
	assert_false(sample.value.weight.is_stable);
	assert_true(sample.value.weight.is_overloaded);
	SET(&device.holding[65], 0x7FC0, 0x0000); /* not a number */
	assert_int_equal(read_device("seneca,ze-sg3", &device, &sample), KAKOU_E_GARBLED);
}

static void a_laumas_weighs_in_signed_words(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	SET(&device.holding[6], 0x0800, 0x0000, 0xC350); /* 50 000 kg, stable */
	assert_int_equal(read_device("laumas,w100", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, 50000000);
	assert_true(sample.value.weight.is_stable);
	SET(&device.holding[6], 0x0008, 0xFFFF, 0xFFEC);
	assert_int_equal(read_device("laumas,w100", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, -20000);
	assert_false(sample.value.weight.is_stable);
	assert_true(sample.value.weight.is_overloaded);
}

static void a_lider_weighs_with_the_low_word_first_and_is_never_stable(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	SET(&device.holding[83], 0xC350, 0x0000);
	assert_int_equal(read_device("lider,ld2051", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, 50000000);
	assert_false(sample.value.weight.is_stable);
}

static void an_alfa_is_read_in_a_whole_block(void **state)
{
	const struct map *map = map_folder_find("alfa,3000c");
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	SET(&device.holding[40], 0x0000, 0x4E20);
	assert_int_equal(read_device("alfa,3000c", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.weight.gross_g, 20000000);
	assert_int_equal(map->block_count, 1);
	assert_int_equal(map->blocks[0].address, 40); /* 41 to 49, counted from 1 */
	assert_int_equal(map->blocks[0].count, 9);
	assert_true(map->blocks[0].read_whole);
}

static void an_adam_has_its_inputs_and_relays_among_the_coils(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	device.coils[0] = device.coils[5] = device.coils[17] = 1;
	device.discretes[1] = 1;
	assert_int_equal(read_device("advantech,adam-6060", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.io.inputs, 0x21);
	assert_int_equal(sample.value.io.outputs, 0x02);
}

static void an_iologik_has_discrete_inputs(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	device.discretes[2] = 1;
	device.coils[0] = 1;
	assert_int_equal(read_device("moxa,iologik-e1214", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.io.inputs, 0x04);
	assert_int_equal(sample.value.io.outputs, 0x01);
}

static void an_xy_md02_counts_in_tenths(void **state)
{
	struct device device = {0};
	struct device_sample sample;

	(void)state;
	SET(&device.input[1], 0xFF4C, 553); /* -18.0 °C, 55.3 %RH */
	assert_int_equal(read_device("xy,md02", &device, &sample), KAKOU_OK);
	assert_int_equal(sample.value.climate.temperature_mdeg, -18000);
	assert_int_equal(sample.value.climate.humidity_mpct, 55300);
}

static void the_command_registers_are_the_published_ones(void **state)
{
	struct device_command command = {.verb = DEVICE_ZERO};
	struct map_write write;
	size_t step = 0;

	(void)state;
	assert_int_equal(map_encode_command(map_folder_find("laumas,w100"), &command,
					    &step, &write),
			 KAKOU_OK);
	assert_int_equal(write.area, MODBUS_HOLDING);
	assert_int_equal(write.address, 5);
	assert_int_equal(write.values[0], 8);
	step = 0;
	command.verb = DEVICE_TRIGGER;
	assert_int_equal(map_encode_command(map_folder_find("kakou,plate-camera"),
					    &command, &step, &write),
			 KAKOU_OK);
	assert_int_equal(write.address, 100);
	assert_int_equal(write.values[0], 1);
	step = 0;
	command = (struct device_command){.verb = DEVICE_SWITCH, .mask = 4, .levels = 4};
	assert_int_equal(map_encode_command(map_folder_find("advantech,adam-6060"),
					    &command, &step, &write),
			 KAKOU_OK);
	assert_int_equal(write.area, MODBUS_COILS);
	assert_int_equal(write.address, 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plate_camera_reads_a_front_and_a_rear_plate),
		cmocka_unit_test(a_tag_reader_reads_the_id_and_the_plate_on_the_tag),
		cmocka_unit_test(a_box_reader_reads_two_boxes),
		cmocka_unit_test(a_reader_of_sizes_says_how_long_a_box_is),
		cmocka_unit_test(a_weighbridge_weighs_in_grams),
		cmocka_unit_test(a_driver_post_reads_card_code_and_button),
		cmocka_unit_test(a_seal_reader_reads_the_state_of_a_seal),
		cmocka_unit_test(a_reefer_sensor_reads_below_zero),
		cmocka_unit_test(remote_inputs_and_outputs_are_bits),
		cmocka_unit_test(a_sign_tells_what_it_shows),
		cmocka_unit_test(a_seneca_weighs_in_floats_with_the_high_word_first),
		cmocka_unit_test(a_laumas_weighs_in_signed_words),
		cmocka_unit_test(
			a_lider_weighs_with_the_low_word_first_and_is_never_stable),
		cmocka_unit_test(an_alfa_is_read_in_a_whole_block),
		cmocka_unit_test(an_adam_has_its_inputs_and_relays_among_the_coils),
		cmocka_unit_test(an_iologik_has_discrete_inputs),
		cmocka_unit_test(an_xy_md02_counts_in_tenths),
		cmocka_unit_test(the_command_registers_are_the_published_ones),
	};

	return cmocka_run_group_tests(tests, map_folder_load, NULL);
}
