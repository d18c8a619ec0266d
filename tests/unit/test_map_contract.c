/* SPDX-License-Identifier: MIT */
/*
 * One contract for all maps of board/maps: points, values there and back, faults, commands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/map/map_class.h"
#include "hal/text.h"
#include "tests/unit/map_folder.h"

static void every_class_has_a_published_map(void **state)
{
	bool has_map[DEVICE_CLASSES] = {false};

	(void)state;
	for (size_t i = 0; i < map_folder.count; i++) {
		if (!strncmp(map_folder.maps[i].compatible, "kakou,", strlen("kakou,")))
			has_map[map_folder.maps[i].class] = true;
	}
	for (int class = 0; class < DEVICE_CLASSES; class ++)
		assert_true(has_map[class]);
}

static void no_two_maps_are_compatible_with_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_folder.count; i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(map_folder.maps[i].compatible,
						map_folder.maps[k].compatible);
	}
}

static void a_published_map_states_all_its_class_knows(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_folder.count; i++) {
		size_t count;
		const struct map_class_point *points =
			map_class_points(map_folder.maps[i].class, &count);

		if (strncmp(map_folder.maps[i].compatible, "kakou,", strlen("kakou,")) !=
		    0)
			continue;
		for (size_t p = 0; p < count; p++) {
			/* Remote inputs have no registers; the others' signs are in the weight; readers
			 * of sizes have a map of their own. */
			bool is_left_out =
				(map_folder.maps[i].class == DEVICE_REMOTE_IO &&
				 !strcmp(points[p].name, "status")) ||
				!strcmp(points[p].name, "negative") ||
				(!strcmp(map_folder.maps[i].compatible,
					 "kakou,box-reader") &&
				 strstr(points[p].name, "_size"));

			if (!is_left_out &&
			    !map_find_point(&map_folder.maps[i], points[p].name))
				fail_msg("%s lacks %s", map_folder.files[i],
					 points[p].name);
		}
	}
}

static void every_point_lies_in_its_block_and_in_the_image(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_folder.count; i++) {
		for (size_t p = 0; p < map_folder.maps[i].point_count; p++) {
			const struct map_point *point = &map_folder.maps[i].points[p];
			const struct map_block *block;

			if (point->block == MAP_NO_BLOCK) {
				assert_true(point->is_writable);
				continue;
			}
			assert_true(point->block < map_folder.maps[i].block_count);
			block = &map_folder.maps[i].blocks[point->block];
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
	for (size_t i = 0; i < map_folder.count; i++) {
		struct device_sample sample = make_value(map_folder.maps[i].class);
		struct device_sample back = {0};
		uint16_t image[MAP_REGISTERS_MAX] = {0};
		struct why why = {0};

		forget_what_the_map_lacks(&map_folder.maps[i], &sample);
		map_encode(&map_folder.maps[i], &sample, image);
		if (map_decode(&map_folder.maps[i], image, &back, &why))
			fail_msg("%s: %s", map_folder.files[i], why.text);
		if (!values_are_equal(&back, &sample))
			fail_msg("%s: the value did not come back", map_folder.files[i]);
		assert_true(back.has_value);
		assert_int_equal(back.class, map_folder.maps[i].class);
	}
}

static void encoding_leaves_alone_what_is_no_point(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_folder.count; i++) {
		struct device_sample sample = make_value(map_folder.maps[i].class);
		uint16_t zeros[MAP_REGISTERS_MAX] = {0};
		uint16_t ones[MAP_REGISTERS_MAX];
		bool is_used[MAP_REGISTERS_MAX] = {false};

		memset(ones, 0xFF, sizeof(ones));
		map_encode(&map_folder.maps[i], &sample, zeros);
		map_encode(&map_folder.maps[i], &sample, ones);
		for (size_t p = 0; p < map_folder.maps[i].point_count; p++) {
			const struct map_point *point = &map_folder.maps[i].points[p];

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
	for (size_t i = 0; i < map_folder.count; i++) {
		struct device_sample sample = {0};
		uint16_t image[MAP_REGISTERS_MAX] = {0};

		assert_int_equal(map_decode(&map_folder.maps[i], image, &sample, NULL),
				 KAKOU_OK);
		assert_true(sample.has_value);
		if (map_folder.maps[i].class <= DEVICE_BOX_READER)
			assert_string_equal(sample.value.reads.read[0].text, "");
	}
}

static void a_device_that_reports_a_fault_has_no_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < map_folder.count; i++) {
		const struct map_point *status =
			map_find_point(&map_folder.maps[i], "status");
		struct device_sample sample = make_value(map_folder.maps[i].class);
		uint16_t image[MAP_REGISTERS_MAX] = {0};

		if (!status)
			continue;
		map_encode(&map_folder.maps[i], &sample, image);
		image[status->offset] = 1;
		assert_int_equal(map_decode(&map_folder.maps[i], image, &sample, NULL),
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
	for (size_t i = 0; i < map_folder.count; i++) {
		for (int round = 0; round < 300; round++) {
			uint16_t image[MAP_REGISTERS_MAX];
			struct device_sample sample =
				make_value(map_folder.maps[i].class);

			memset(image, 0, sizeof(image));
			map_encode(&map_folder.maps[i], &sample, image);
			for (int r = 0; r < 1 + round % 40; r++) {
				random = random * 1664525 + 1013904223;
				image[random >> 24] ^= (uint16_t)(random >> 4);
			}
			if (map_decode(&map_folder.maps[i], image, &sample, NULL))
				continue;
			if (map_folder.maps[i].class <= DEVICE_BOX_READER) {
				check_read(&sample.value.reads.read[0]);
				check_read(&sample.value.reads.read[1]);
			} else if (map_folder.maps[i].class == DEVICE_WEIGHBRIDGE) {
				assert_in_range(sample.value.weight.gross_g + 1000000000,
						0, 2000000000);
			} else if (map_folder.maps[i].class == DEVICE_SIGN) {
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
	for (size_t i = 0; i < map_folder.count; i++) {
		const struct map *map = &map_folder.maps[i];
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, map_folder_load, NULL);
}
