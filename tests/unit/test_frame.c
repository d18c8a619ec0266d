/* SPDX-License-Identifier: MIT */
/*
 * The binary frame: published vectors, both dialects, every truncation, garbage.
 *
 * Layer: tests (drivers/customs/frame).
 */
#include "drivers/customs/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* customs-protocol section 2, vectors: XML <A/>, area 3301500001, channel 3301500101. */
static const unsigned char vector_little[] = {
	0xE2, 0x5C, 0x4B, 0x89, 0x2C, 0x00, 0x00, 0x00, 0x21, '3',  '3',
	'0',  '1',  '5',  '0',  '0',  '0',  '0',  '1',  '3',  '3',  '0',
	'1',  '5',  '0',  '0',  '1',  '0',  '1',  'I',  0x00, 0x00, 0x00,
	0x00, 0x04, 0x00, 0x00, 0x00, 0x3C, 0x41, 0x2F, 0x3E, 0xFF, 0xFF,
};
static const unsigned char vector_big[] = {
	0xE2, 0x5C, 0x4B, 0x89, 0x00, 0x00, 0x00, 0x2C, 0x21, '3',  '3',
	'0',  '1',  '5',  '0',  '0',  '0',  '0',  '1',  '3',  '3',  '0',
	'1',  '5',  '0',  '0',  '1',  '0',  '1',  'I',  0xFF, 0xFF, 0xFF,
	0xFF, 0x00, 0x00, 0x00, 0x04, 0x3C, 0x41, 0x2F, 0x3E, 0xFF, 0xFF,
};

enum { VECTOR_LENGTH = sizeof(vector_little) };

static const struct frame_dialect little_zeroes = {.big_endian = false};
static const struct frame_dialect big_ones = {.big_endian = true, .ident_ones = true};

static struct frame example(void)
{
	return (struct frame){
		.code = 0x21,
		.area_id = "3301500001",
		.chnl_no = "3301500101",
		.direction = 'I',
		.xml = "<A/>",
		.xml_len = 4,
	};
}

/* The reader gets exactly `len` bytes of its own, so that the sanitizer sees one more. */
static enum kakou_err read_exact(const void *data, size_t len, struct frame *out,
				 size_t *used)
{
	struct why why;
	unsigned char *copy = malloc(len ? len : 1);
	enum kakou_err err;

	assert_non_null(copy);
	memcpy(copy, data, len);
	err = frame_read(copy, len, out, used, &why);
	if (!err)
		out->xml = (const char *)data + (out->xml - (const char *)copy);
	free(copy);
	return err;
}

static void assert_is_example(const struct frame *frame)
{
	assert_int_equal(frame->code, 0x21);
	assert_string_equal(frame->area_id, "3301500001");
	assert_string_equal(frame->chnl_no, "3301500101");
	assert_int_equal(frame->direction, 'I');
	assert_int_equal(frame->xml_len, 4);
	assert_memory_equal(frame->xml, "<A/>", 4);
}

static void the_published_vectors_are_written_byte_for_byte(void **state)
{
	const struct frame frame = example();
	unsigned char buffer[64];
	struct why why;
	size_t len;

	(void)state;
	assert_int_equal(
		frame_write(&frame, &little_zeroes, buffer, sizeof(buffer), &len, &why),
		KAKOU_OK);
	assert_int_equal(len, VECTOR_LENGTH);
	assert_memory_equal(buffer, vector_little, len);
	assert_int_equal(
		frame_write(&frame, &big_ones, buffer, sizeof(buffer), &len, &why),
		KAKOU_OK);
	assert_int_equal(len, VECTOR_LENGTH);
	assert_memory_equal(buffer, vector_big, len);
}

static void the_published_vectors_are_read_in_both_dialects(void **state)
{
	struct frame frame;
	size_t used;

	(void)state;
	assert_int_equal(read_exact(vector_little, VECTOR_LENGTH, &frame, &used),
			 KAKOU_OK);
	assert_int_equal(used, VECTOR_LENGTH);
	assert_is_example(&frame);
	assert_false(frame.seen.big_endian);
	assert_false(frame.seen.ident_ones);
	assert_int_equal(read_exact(vector_big, VECTOR_LENGTH, &frame, &used), KAKOU_OK);
	assert_is_example(&frame);
	assert_true(frame.seen.big_endian);
	assert_true(frame.seen.ident_ones);
}

static void a_frame_cut_at_any_byte_asks_for_more(void **state)
{
	struct frame frame;
	size_t used;

	(void)state;
	for (size_t len = 0; len < VECTOR_LENGTH; len++) {
		assert_int_equal(read_exact(vector_little, len, &frame, &used),
				 KAKOU_E_AGAIN);
		assert_int_equal(read_exact(vector_big, len, &frame, &used),
				 KAKOU_E_AGAIN);
	}
}

static void two_frames_in_a_row_are_read_one_by_one(void **state)
{
	unsigned char both[2 * VECTOR_LENGTH];
	struct frame frame;
	size_t used;

	(void)state;
	memcpy(both, vector_little, VECTOR_LENGTH);
	memcpy(both + VECTOR_LENGTH, vector_big, VECTOR_LENGTH);
	assert_int_equal(read_exact(both, sizeof(both), &frame, &used), KAKOU_OK);
	assert_int_equal(used, VECTOR_LENGTH);
	assert_false(frame.seen.big_endian);
	assert_int_equal(read_exact(both + used, VECTOR_LENGTH, &frame, &used), KAKOU_OK);
	assert_true(frame.seen.big_endian);
}

/* Each field of the frame with a value that no frame may have there. */
static void a_wrong_byte_in_any_checked_field_is_garbage(void **state)
{
	static const struct {
		size_t at;
		unsigned char value;
	} rows[] = {
		{0,  0x00},
		{1,  0x5D},
		{2,  0x00},
		{3,  0x88}, /* head mark */
		{4,  0x27}, /* total below 40 */
		{4,  0x2D},
		{4,  0x2B}, /* not XML + 40 */
		{6,  0x01},
		{7,  0x01}, /* total beyond the limit */
		{8,  0x00},
		{8,  0x20},
		{8,  0x67},
		{8,  0x86}, /* code */
		{9,  0x00},
		{12, 0x1F},
		{15, 0x80},
		{18, 0x7F}, /* AREA_ID */
		{19, 0x20},
		{23, 0x00},
		{28, 0xFF}, /* CHNL_NO */
		{29, 'X' },
		{29, 0   }, /* direction */
		{30, 0xFF},
		{33, 0x01}, /* ident */
		{34, 0x03},
		{34, 0x05},
		{37, 0x01}, /* XML length */
		{42, 0x00},
		{43, 0xFE}, /* tail */
	};
	unsigned char bytes[VECTOR_LENGTH];
	struct frame frame;
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum kakou_err err;

		memcpy(bytes, vector_little, sizeof(bytes));
		bytes[rows[i].at] = rows[i].value;
		err = read_exact(bytes, sizeof(bytes), &frame, &used);
		/* A total that is one too large waits for the byte that is not there. */
		if (rows[i].at == 4 && rows[i].value == 0x2D)
			assert_int_not_equal(err, KAKOU_OK);
		else
			assert_int_equal(err, KAKOU_E_GARBLED);
	}
}

static void garbage_is_refused_at_its_first_wrong_byte(void **state)
{
	unsigned char bytes[VECTOR_LENGTH];
	struct frame frame;
	size_t used;

	(void)state;
	assert_int_equal(read_exact("G", 1, &frame, &used), KAKOU_E_GARBLED);
	memcpy(bytes, vector_little, sizeof(bytes));
	bytes[30] = 0x77;
	assert_int_equal(read_exact(bytes, 30, &frame, &used), KAKOU_E_AGAIN);
	assert_int_equal(read_exact(bytes, 31, &frame, &used), KAKOU_E_GARBLED);
}

static void random_bytes_behind_the_head_mark_never_make_a_frame(void **state)
{
	unsigned char bytes[256];
	struct frame frame;
	size_t used;

	(void)state;
	srand(20150701);
	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)rand();
		memcpy(bytes, vector_little, round % 10);
		assert_int_not_equal(
			read_exact(bytes, (size_t)(rand() % 256), &frame, &used),
			KAKOU_OK);
	}
}

static void any_flipped_bit_is_refused_or_changes_one_named_field(void **state)
{
	unsigned char bytes[VECTOR_LENGTH];
	struct frame frame;
	size_t used;

	(void)state;
	for (size_t bit = 0; bit < VECTOR_LENGTH * 8; bit++) {
		size_t at = bit / 8;

		memcpy(bytes, vector_little, sizeof(bytes));
		bytes[at] ^= (unsigned char)(1u << bit % 8);
		if (read_exact(bytes, sizeof(bytes), &frame, &used))
			continue;
		/* There is no checksum: only the code, the identifiers and the XML may
		 * change unseen, and the XML has the identifiers a second time. */
		assert_true((at >= 8 && at < 29) || (at >= 38 && at < 42));
	}
}

static void short_identifiers_are_filled_with_blanks_and_read_back(void **state)
{
	struct frame frame = example();
	unsigned char buffer[64];
	struct why why;
	size_t len, used;

	(void)state;
	memcpy(frame.area_id, "33015", 6);
	assert_int_equal(
		frame_write(&frame, &little_zeroes, buffer, sizeof(buffer), &len, &why),
		KAKOU_OK);
	assert_memory_equal(buffer + 9, "33015     ", 10);
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_OK);
	assert_string_equal(frame.area_id, "33015");
	memset(buffer + 14, 0, 5);
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_OK);
	assert_string_equal(frame.area_id, "33015");
	buffer[18] = 'x';
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_E_GARBLED);
}

static void fields_that_do_not_fit_are_not_written(void **state)
{
	struct frame frame = example();
	unsigned char buffer[64];
	struct why why;
	size_t len;

	(void)state;
	frame.direction = 'X';
	assert_int_equal(
		frame_write(&frame, &little_zeroes, buffer, sizeof(buffer), &len, &why),
		KAKOU_E_INVALID);
	frame = example();
	frame.chnl_no[0] = '\0';
	assert_int_equal(
		frame_write(&frame, &little_zeroes, buffer, sizeof(buffer), &len, &why),
		KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "CHNL_NO"));
	frame = example();
	frame.xml_len = FRAME_XML_MAX + 1;
	assert_int_equal(
		frame_write(&frame, &little_zeroes, buffer, sizeof(buffer), &len, &why),
		KAKOU_E_INVALID);
	frame = example();
	assert_int_equal(frame_write(&frame, &little_zeroes, buffer, VECTOR_LENGTH - 1,
				     &len, &why),
			 KAKOU_E_FULL);
}

static void the_largest_frame_passes_and_one_byte_more_does_not(void **state)
{
	unsigned char *buffer = malloc(FRAME_MAX + 1);
	char *xml = malloc(FRAME_XML_MAX);
	static const struct frame_dialect wide = {.big_endian = true, .wide_code = true};
	struct frame frame = example();
	struct why why;
	size_t len, used;

	(void)state;
	assert_non_null(buffer);
	assert_non_null(xml);
	memset(xml, ' ', FRAME_XML_MAX);
	frame.xml = xml;
	frame.xml_len = FRAME_XML_MAX;
	assert_int_equal(frame_write(&frame, &wide, buffer, FRAME_MAX, &len, &why),
			 KAKOU_OK);
	assert_int_equal(len, FRAME_MAX);
	assert_int_equal(frame_read(buffer, len, &frame, &used, &why), KAKOU_OK);
	assert_int_equal(frame.xml_len, FRAME_XML_MAX);
	buffer[7]++; /* the total, low byte last */
	assert_int_equal(frame_read(buffer, len, &frame, &used, &why), KAKOU_E_GARBLED);
	free(buffer);
	free(xml);
}

/* Section 2: total = 40 + N + 4 + sum of (5 + length), for codes 0x21 and 0x26 only. */
static size_t with_a_picture(unsigned char *buffer, unsigned char code,
			     unsigned char position, unsigned char length)
{
	static const unsigned char picture[] = {0xFF, 0xD8, 0xD9};
	size_t len = VECTOR_LENGTH - 2;

	memcpy(buffer, vector_little, len);
	buffer[4] = VECTOR_LENGTH + 4 + 5 + sizeof(picture);
	buffer[8] = code;
	memcpy(buffer + len, "\x01\0\0", 4);
	buffer[len + 4] = position;
	buffer[len + 5] = length;
	memset(buffer + len + 6, 0, 3);
	memcpy(buffer + len + 9, picture, sizeof(picture));
	memset(buffer + len + 9 + sizeof(picture), 0xFF, 2);
	return len + 9 + sizeof(picture) + 2;
}

static void pictures_stand_where_they_may(void **state)
{
	unsigned char buffer[80];
	struct frame frame;
	size_t used, len;

	(void)state;
	len = with_a_picture(buffer, 0x21, 0x30, 3);
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_OK);
	assert_int_equal(used, len);
	assert_is_example(&frame);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(read_exact(buffer, cut, &frame, &used), KAKOU_E_AGAIN);
	for (unsigned char total = 0; total < 20; total++) {
		/* The pictures, their bytes, with their heads, the whole block. */
		bool is_one = total == 1 || total == 3 || total == 8 || total == 12;

		buffer[VECTOR_LENGTH - 2] = total;
		assert_int_equal(read_exact(buffer, len, &frame, &used),
				 is_one ? KAKOU_OK : KAKOU_E_GARBLED);
	}
	with_a_picture(buffer, 0x21, 0x36, 3);
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_E_GARBLED);
	with_a_picture(buffer, 0x21, 0x30, 2);
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_E_GARBLED);
	with_a_picture(buffer, 0x21, 0x30, 4);
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_E_GARBLED);
	with_a_picture(buffer, 0x22, 0x30, 3);
	assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_E_GARBLED);
}

/* Five bytes behind the last picture: the head of one whose position is none, or whose bytes are
 * not there. */
static void a_head_without_its_picture_is_no_end(void **state)
{
	static const unsigned char heads[][5] = {
		{0xD9, 0,    0,    0,    0   },
		{0x36, 0,    0,    0,    0   },
		{0x31, 1,    0,    0,    0   },
		{0x31, 5,    0,    0,    0   },
		{0xD9, 0xFF, 0xD8, 0xFF, 0xD9},
	};
	unsigned char buffer[80];
	struct frame frame;
	size_t used, len;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		len = with_a_picture(buffer, 0x26, 0x30, 3);
		buffer[4] += sizeof(heads[i]);
		buffer[VECTOR_LENGTH - 2] = 8 + sizeof(heads[i]); /* the block's bytes */
		memcpy(buffer + len - 2, heads[i], sizeof(heads[i]));
		len += sizeof(heads[i]);
		memset(buffer + len - 2, 0xFF, 2);
		assert_int_equal(read_exact(buffer, len, &frame, &used), KAKOU_E_GARBLED);
	}
}

static void assert_pictures_come_back(const struct frame_dialect *dialect,
				      const struct frame_picture *pictures, size_t count)
{
	struct frame frame = {
		.code = 0x26,
		.area_id = "3301500001",
		.chnl_no = "3301500101",
		.direction = 'I',
		.xml = "<A/>",
		.xml_len = 4,
	};
	unsigned char plain[64];
	struct frame_picture picture;
	size_t len, used, size, at = 0, found = 0;
	unsigned char *whole;
	struct frame back;
	struct why why;

	assert_int_equal(frame_write(&frame, dialect, plain, sizeof(plain), &len, &why),
			 0);
	size = len + frame_pictures_size(pictures, count);
	whole = malloc(size);
	assert_non_null(whole);
	frame_put_pictures(plain, len, dialect, pictures, count, whole);
	assert_int_equal(
		frame_read_up_to(whole, size, FRAME_PICTURED_MAX, &back, &used, &why), 0);
	assert_int_equal(used, size);
	assert_int_equal(back.seen.big_endian, dialect->big_endian);
	assert_int_equal(back.seen.wide_code, dialect->wide_code);
	while (frame_next_picture(&back, &at, &picture)) {
		assert_int_equal(picture.position, pictures[found].position);
		assert_int_equal(picture.len, pictures[found].len);
		assert_memory_equal(picture.data, pictures[found].data, picture.len);
		found++;
	}
	assert_int_equal(found, count);
	/* Who takes no pictures gets none of that size. */
	if (size > FRAME_MAX)
		assert_int_equal(frame_read(whole, size, &back, &used, &why),
				 KAKOU_E_GARBLED);
	free(whole);
}

/* Among the sizes are totals that are within the limits in both byte orders. */
static void pictures_come_back_in_every_frame(void **state)
{
	static const size_t sizes[] = {0, 1, 1000, 0x10000, 0x123456};
	unsigned char *data = calloc(1, 0x200000);

	(void)state;
	assert_non_null(data);
	memcpy(data, "\xFF\xD8\xFF", 3);
	for (unsigned row = 0; row < 4; row++) {
		struct frame_dialect dialect = {.big_endian = row & 1,
						.wide_code = (row & 2) != 0};
		size_t fixed = frame_overhead(&dialect) + 4 + 4 + 5;

		assert_pictures_come_back(&dialect, NULL, 0);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			struct frame_picture pictures[] = {
				{'0', data, sizes[i]},
				{'3', data, 10      },
				{'5', data, 0       }
			};

			assert_pictures_come_back(&dialect, pictures, 3);
		}
		for (size_t total = 0x010100; total <= 0x1FFF00; total += 0x0F0F00) {
			struct frame_picture picture = {'1', data, total - fixed};

			assert_pictures_come_back(&dialect, &picture, 1);
		}
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_vectors_are_written_byte_for_byte),
		cmocka_unit_test(the_published_vectors_are_read_in_both_dialects),
		cmocka_unit_test(a_frame_cut_at_any_byte_asks_for_more),
		cmocka_unit_test(two_frames_in_a_row_are_read_one_by_one),
		cmocka_unit_test(a_wrong_byte_in_any_checked_field_is_garbage),
		cmocka_unit_test(garbage_is_refused_at_its_first_wrong_byte),
		cmocka_unit_test(random_bytes_behind_the_head_mark_never_make_a_frame),
		cmocka_unit_test(any_flipped_bit_is_refused_or_changes_one_named_field),
		cmocka_unit_test(short_identifiers_are_filled_with_blanks_and_read_back),
		cmocka_unit_test(fields_that_do_not_fit_are_not_written),
		cmocka_unit_test(the_largest_frame_passes_and_one_byte_more_does_not),
		cmocka_unit_test(pictures_stand_where_they_may),
		cmocka_unit_test(a_head_without_its_picture_is_no_end),
		cmocka_unit_test(pictures_come_back_in_every_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
