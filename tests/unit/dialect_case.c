/* SPDX-License-Identifier: MIT */
/*
 * Dialects by bits, a message or two, and their way through the bytes and back.
 *
 * Layer: tests.
 */
#include "tests/unit/dialect_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/customs/bare.h"

struct customs_dialect dialect_case_of(unsigned int bits, enum customs_encoding encoding)
{
	return (struct customs_dialect){
		.frame = {.big_endian = bits & 1,
			  .ident_ones = bits & 2,
			  .wide_code = bits & 4,
			  .is_bare = bits & 8},
		.encoding = encoding,
		.reco_one_is_recognised = bits & 16,
		.ic_is_flat = bits & 32,
		.seal_key_is_short = bits & 64,
		.weight_tag_is_long = bits & 128,
		.absent_tags_left_out = bits & 256,
	};
}

struct customs_head dialect_case_head(void)
{
	return (struct customs_head){
		.area_id = "3301500001",
		.chnl_no = "3301500101",
		.direction = 'I',
		.seq_no = "20240726120000000001",
	};
}

struct customs_message dialect_case_gather(void)
{
	return (struct customs_message){
		.code = CUSTOMS_GATHER,
		.u.gather = {.head = dialect_case_head(),
			     .goods_type = '7',
			     .traffic_type = '1',
			     .card_no = "330102600001",
			     .has_weight = true,
			     .gross_g = 37000000,
			     .plate = "浙A12345",
			     .has_vehicle_weight = true,
			     .vehicle_g = 14800500,
			     .box_count = 1,
			     .box_front = "CSQU3054383",
			     .boxes_recognised = true,
			     .seal_id = "HYT-1",
			     .seal_key = "key"},
	};
}

struct customs_message dialect_case_check(const char *word)
{
	struct customs_message message = {
		.code = CUSTOMS_CHECK,
		.u.check = {.head = dialect_case_head(),
			    .op_hint = "放行 请通过",
			    .gps_id = "G1"},
	};

	memcpy(message.u.check.check_result, word, strlen(word) + 1);
	return message;
}

size_t dialect_case_put(const struct customs_message *message,
			const struct customs_dialect *dialect, unsigned char *buffer,
			size_t size)
{
	struct why why = {""};
	size_t len;

	if (customs_message_write(message, dialect, buffer, size, &len, &why))
		fail_msg("not written: %s", why.text);
	return len;
}

/* As the listener reads it: by its length, or bare at the end of the stream. */
void dialect_case_read_back(const unsigned char *bytes, size_t len,
			    const struct customs_dialect *dialect,
			    struct customs_message *out)
{
	struct frame frame;
	struct why why = {""};
	size_t used = len;
	enum kakou_err err = frame_read(bytes, len, &frame, &used, &why);

	if (err == KAKOU_E_AGAIN && frame_is_bare(bytes, len))
		err = bare_read(bytes, len, &frame, &why);
	if (!err)
		err = customs_message_read(&frame, dialect, out, &why);
	if (err)
		fail_msg("not read: %s", why.text);
	assert_int_equal(used, len);
}

void dialect_case_come_back(const struct customs_message *message,
			    const struct customs_dialect *dialect)
{
	static unsigned char first[16384], again[16384];
	size_t len = dialect_case_put(message, dialect, first, sizeof(first));
	struct customs_message back;

	dialect_case_read_back(first, len, dialect, &back);
	assert_int_equal(back.code, message->code);
	if (dialect->frame.is_bare && dialect->is_smart) /* which need not state it */
		back.u.gather.head.direction = message->u.gather.head.direction;
	assert_int_equal(customs_dialect_compare(dialect, &back.seen), 0);
	assert_int_equal(dialect_case_put(&back, dialect, again, sizeof(again)), len);
	assert_memory_equal(first, again, len);
}
