/* SPDX-License-Identifier: MIT */
/*
 * The maps of board/maps: hand-written registers of every map, and one contract for all of them.
 * Runs from the root of the tree.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/map/map.h"
#include "drivers/map/map_class.h"
#include "hal/text.h"

enum { MAPS_MAX = 64 };

static char files[MAPS_MAX][96];
static struct map maps[MAPS_MAX];
static size_t map_count;

static int load_all(void **state)
{
	DIR *directory = opendir("board/maps");
	struct dirent *entry;
	struct why why;

	(void)state;
	if (!directory)
		return -1;
	while ((entry = readdir(directory))) {
		if (!strstr(entry->d_name, ".map") || map_count == MAPS_MAX)
			continue;
		(void)snprintf(files[map_count], sizeof(files[0]), "board/maps/%.80s",
			       entry->d_name);
		if (map_load(&maps[map_count], files[map_count], &why)) {
			print_error("%s\n", why.text);
			closedir(directory);
			return -1;
		}
		map_count++;
	}
	closedir(directory);
	return map_count > 0 ? 0 : -1;
}

static const struct map *find_map(const char *compatible)
{
	for (size_t i = 0; i < map_count; i++) {
		if (!strcmp(maps[i].compatible, compatible))
			return &maps[i];
	}
	fail_msg("no map %s", compatible);
	return NULL;
}

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
	const struct map *map = find_map(compatible);
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
	const struct map *map = find_map("alfa,3000c");
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

/* ---- the contract of every map ---- */

static void every_class_has_a_published_map(void **state)
{
	bool has_map[DEVICE_CLASSES] = {false};

	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		if (!strncmp(maps[i].compatible, "kakou,", strlen("kakou,")))
			has_map[maps[i].class] = true;
	}
	for (int class = 0; class < DEVICE_CLASSES; class ++)
		assert_true(has_map[class]);
}

static void no_two_maps_are_compatible_with_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(maps[i].compatible, maps[k].compatible);
	}
}

static void a_published_map_states_all_its_class_knows(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		size_t count;
		const struct map_class_point *points =
			map_class_points(maps[i].class, &count);

		if (strncmp(maps[i].compatible, "kakou,", strlen("kakou,")) != 0)
			continue;
		for (size_t p = 0; p < count; p++) {
			/* Remote inputs have no registers; the others' signs are in the weight; readers
			 * of sizes have a map of their own. */
			bool is_left_out =
				(maps[i].class == DEVICE_REMOTE_IO &&
				 !strcmp(points[p].name, "status")) ||
				!strcmp(points[p].name, "negative") ||
				(!strcmp(maps[i].compatible, "kakou,box-reader") &&
				 strstr(points[p].name, "_size"));

			if (!is_left_out && !map_find_point(&maps[i], points[p].name))
				fail_msg("%s lacks %s", files[i], points[p].name);
		}
	}
}

static void every_point_lies_in_its_block_and_in_the_image(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		for (size_t p = 0; p < maps[i].point_count; p++) {
			const struct map_point *point = &maps[i].points[p];
			const struct map_block *block;

			if (point->block == MAP_NO_BLOCK) {
				assert_true(point->is_writable);
				continue;
			}
			assert_true(point->block < maps[i].block_count);
			block = &maps[i].blocks[point->block];
			assert_int_equal(point->area, block->area);
			assert_true(point->offset >= block->offset);
			assert_true(point->offset + point->count <=
				    block->offset + block->count);
			assert_int_equal(point->offset - block->offset,
					 point->address - block->address);
		}
	}
}

/* A value with every field set, within what all makes can state. */
static struct device_sample make_value(enum device_class class)
{
	struct device_sample sample = {.class = (uint8_t) class, .has_value = true};

	switch (class) {
	case DEVICE_PLATE_CAMERA:
		sample.value.reads.read[0] =
			(struct device_read){65535, 98, PLATE_BLUE, 0, "浙A12345", ""};
		sample.value.reads.read[1] =
			(struct device_read){7, 61, PLATE_YELLOW, 0, "浙A1234挂", ""};
		break;
	case DEVICE_TAG_READER:
		sample.value.reads.read[0] =
			(struct device_read){300, 97, 0, 0, "E200101A2B3C4455", ""};
		sample.value.reads.read[1] =
			(struct device_read){300, 97, 0, 0, "浙AD12345", ""};
		break;
	case DEVICE_BOX_READER:
		sample.value.reads.read[0] =
			(struct device_read){1, 90, 0, 1, "CSQU3054383", "22G1"};
		sample.value.reads.read[1] =
			(struct device_read){2, 45, 0, 2, "CBHU3202732", "L5G1"};
		break;
	case DEVICE_WEIGHBRIDGE:
		sample.value.weight = (struct device_weight){31245000, true, true};
		break;
	case DEVICE_DRIVER_POST:
		sample.value.post.cards.read[0] =
			(struct device_read){5, 0, 0, 1, "0123ABCD", ""};
		sample.value.post.cards.read[1] =
			(struct device_read){6, 0, 0, 2, "Z3111E240726000000000456", ""};
		sample.value.post.help_is_pressed = true;
		break;
	case DEVICE_SEAL_READER:
		sample.value.seal = (struct device_seal){9, true, true, true, "KK00017"};
		break;
	case DEVICE_REEFER:
		sample.value.climate = (struct device_climate){-18500, 87500};
		break;
	case DEVICE_REMOTE_IO: sample.value.io = (struct device_io){0x2A, 0x15}; break;
	case DEVICE_SIGN:
		sample.value.sign = (struct device_sign){12, "放行 请通过"};
		break;
	case DEVICE_CLASSES: break;
	}
	return sample;
}

/* What a map without these points can't carry. */
static void forget_what_the_map_lacks(const struct map *map, struct device_sample *sample)
{
	for (int i = 0; i < 2 && map->class == DEVICE_BOX_READER; i++)
		if (!map_find_point(map, i == 0 ? "front_size" : "rear_size"))
			sample->value.reads.read[i].size[0] = '\0';
	if (map->class != DEVICE_WEIGHBRIDGE)
		return;
	if (!map_find_point(map, "stable"))
		sample->value.weight.is_stable = false;
	if (!map_find_point(map, "overload"))
		sample->value.weight.is_overloaded = false;
}

/* Field by field: the bytes between them are nobody's. */
static bool values_are_equal(const struct device_sample *a, const struct device_sample *b)
{
	size_t count;
	const struct map_class_point *points =
		map_class_points((enum device_class)a->class, &count);

	for (size_t i = 0; i < count; i++) {
		const char *in_a = (const char *)a + points[i].field;
		const char *in_b = (const char *)b + points[i].field;

		if (points[i].kind == MAP_KIND_TEXT ? strcmp(in_a, in_b)
						    : memcmp(in_a, in_b, points[i].width))
			return false;
	}
	return true;
}

static void what_is_encoded_is_decoded_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		struct device_sample sample = make_value(maps[i].class);
		struct device_sample back = {0};
		uint16_t image[MAP_REGISTERS_MAX] = {0};
		struct why why = {0};

		forget_what_the_map_lacks(&maps[i], &sample);
		map_encode(&maps[i], &sample, image);
		if (map_decode(&maps[i], image, &back, &why))
			fail_msg("%s: %s", files[i], why.text);
		if (!values_are_equal(&back, &sample))
			fail_msg("%s: the value did not come back", files[i]);
		assert_true(back.has_value);
		assert_int_equal(back.class, maps[i].class);
	}
}

static void encoding_leaves_alone_what_is_no_point(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		struct device_sample sample = make_value(maps[i].class);
		uint16_t zeros[MAP_REGISTERS_MAX] = {0};
		uint16_t ones[MAP_REGISTERS_MAX];
		bool is_used[MAP_REGISTERS_MAX] = {false};

		memset(ones, 0xFF, sizeof(ones));
		map_encode(&maps[i], &sample, zeros);
		map_encode(&maps[i], &sample, ones);
		for (size_t p = 0; p < maps[i].point_count; p++) {
			const struct map_point *point = &maps[i].points[p];

			for (int r = 0; r < point->count && point->block != MAP_NO_BLOCK;
			     r++)
				is_used[point->offset + r] = true;
		}
		for (int r = 0; r < MAP_REGISTERS_MAX; r++) {
			if (!is_used[r]) {
				assert_int_equal(zeros[r], 0);
				assert_int_equal(ones[r], 0xFFFF);
			}
		}
	}
}

static void a_device_that_has_just_started_has_a_value_without_a_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		struct device_sample sample = {0};
		uint16_t image[MAP_REGISTERS_MAX] = {0};

		assert_int_equal(map_decode(&maps[i], image, &sample, NULL), KAKOU_OK);
		assert_true(sample.has_value);
		if (maps[i].class <= DEVICE_BOX_READER)
			assert_string_equal(sample.value.reads.read[0].text, "");
	}
}

static void a_device_that_reports_a_fault_has_no_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		const struct map_point *status = map_find_point(&maps[i], "status");
		struct device_sample sample = make_value(maps[i].class);
		uint16_t image[MAP_REGISTERS_MAX] = {0};

		if (!status)
			continue;
		map_encode(&maps[i], &sample, image);
		image[status->offset] = 1;
		assert_int_equal(map_decode(&maps[i], image, &sample, NULL),
				 KAKOU_E_GARBLED);
		assert_false(sample.has_value);
	}
}

static void check_read(const struct device_read *read)
{
	assert_true(read->confidence <= 100);
	assert_true(read->colour <= PLATE_BLACK);
	assert_true(read->kind <= 2);
	assert_true(memchr(read->text, '\0', sizeof(read->text)) != NULL);
	assert_true(text_count_characters(read->text) >= 0);
}

/* Whatever the registers hold, a value that is given out is one its class allows. */
static void random_registers_never_make_a_value_the_class_forbids(void **state)
{
	uint32_t random = 12345;

	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		for (int round = 0; round < 300; round++) {
			uint16_t image[MAP_REGISTERS_MAX];
			struct device_sample sample = make_value(maps[i].class);

			memset(image, 0, sizeof(image));
			map_encode(&maps[i], &sample, image);
			for (int r = 0; r < 1 + round % 40; r++) {
				random = random * 1664525 + 1013904223;
				image[random >> 24] ^= (uint16_t)(random >> 4);
			}
			if (map_decode(&maps[i], image, &sample, NULL))
				continue;
			if (maps[i].class <= DEVICE_BOX_READER) {
				check_read(&sample.value.reads.read[0]);
				check_read(&sample.value.reads.read[1]);
			} else if (maps[i].class == DEVICE_WEIGHBRIDGE) {
				assert_in_range(sample.value.weight.gross_g + 1000000000,
						0, 2000000000);
			} else if (maps[i].class == DEVICE_SIGN) {
				assert_true(text_count_characters(
						    sample.value.sign.shown) >= 0);
			}
		}
	}
}

/* The commands each class may be given: count of writes, -1 = refused. */
static int count_writes(const struct map *map, const struct device_command *command)
{
	struct map_write write;
	size_t step = 0;
	int count = 0;
	enum kakou_err err;

	while (!(err = map_encode_command(map, command, &step, &write))) {
		assert_in_range(write.count, 1, 32);
		assert_true(write.area == MODBUS_COILS || write.area == MODBUS_HOLDING);
		count++;
	}
	return err == KAKOU_E_NOTFOUND ? count : -1;
}

static void every_map_takes_the_commands_of_its_class_and_no_others(void **state)
{
	const struct device_command show = {.verb = DEVICE_SHOW, .text = "放行 请通过"};
	const struct device_command swap = {
		.verb = DEVICE_SWITCH, .mask = 0x3, .levels = 1};
	const struct device_command trigger = {.verb = DEVICE_TRIGGER};
	const struct device_command zero = {.verb = DEVICE_ZERO};

	(void)state;
	for (size_t i = 0; i < map_count; i++) {
		const struct map *map = &maps[i];
		bool is_sign = map->class == DEVICE_SIGN;
		bool is_io = map->class == DEVICE_REMOTE_IO;

		assert_int_equal(count_writes(map, &show), is_sign ? 2 : -1);
		assert_int_equal(count_writes(map, &swap), is_io ? 1 : -1);
		assert_int_equal(count_writes(map, &trigger),
				 map_find_point(map, "trigger") ? 1 : -1);
		assert_int_equal(count_writes(map, &zero),
				 map_find_point(map, "zero") ? 1 : -1);
	}
}

static void the_command_registers_are_the_published_ones(void **state)
{
	struct device_command command = {.verb = DEVICE_ZERO};
	struct map_write write;
	size_t step = 0;

	(void)state;
	assert_int_equal(
		map_encode_command(find_map("laumas,w100"), &command, &step, &write),
		KAKOU_OK);
	assert_int_equal(write.area, MODBUS_HOLDING);
	assert_int_equal(write.address, 5);
	assert_int_equal(write.values[0], 8);
	step = 0;
	command.verb = DEVICE_TRIGGER;
	assert_int_equal(map_encode_command(find_map("kakou,plate-camera"), &command,
					    &step, &write),
			 KAKOU_OK);
	assert_int_equal(write.address, 100);
	assert_int_equal(write.values[0], 1);
	step = 0;
	command = (struct device_command){.verb = DEVICE_SWITCH, .mask = 4, .levels = 4};
	assert_int_equal(map_encode_command(find_map("advantech,adam-6060"), &command,
					    &step, &write),
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
		cmocka_unit_test(every_class_has_a_published_map),
		cmocka_unit_test(no_two_maps_are_compatible_with_the_same),
		cmocka_unit_test(a_published_map_states_all_its_class_knows),
		cmocka_unit_test(every_point_lies_in_its_block_and_in_the_image),
		cmocka_unit_test(what_is_encoded_is_decoded_again),
		cmocka_unit_test(encoding_leaves_alone_what_is_no_point),
		cmocka_unit_test(
			a_device_that_has_just_started_has_a_value_without_a_read),
		cmocka_unit_test(a_device_that_reports_a_fault_has_no_value),
		cmocka_unit_test(random_registers_never_make_a_value_the_class_forbids),
		cmocka_unit_test(every_map_takes_the_commands_of_its_class_and_no_others),
		cmocka_unit_test(the_command_registers_are_the_published_ones),
	};

	return cmocka_run_group_tests(tests, load_all, NULL);
}
