/* SPDX-License-Identifier: MIT */
/*
 * A message that has everything. Layer: tests.
 */
#include "tests/unit/message_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct customs_dialect message_case_plain = {.encoding = CUSTOMS_UTF8};

struct customs_head message_case_head(void)
{
	return (struct customs_head){
		.area_id = "3301500001",
		.chnl_no = "3301500101",
		.direction = 'I',
		.seq_no = "20240726120000000001",
	};
}

struct customs_message message_case_gather(void)
{
	return (struct customs_message){
		.code = CUSTOMS_GATHER,
		.u.gather =
			{
				   .head = message_case_head(),
				   .goods_type = '7',
				   .traffic_type = '1',
				   .card_no = "3301 & <card>",
				   .has_weight = true,
				   .gross_g = 31234500,
				   .plate = "浙A12345",
				   .tag = "E28011052000AAAA",
				   .trailer_plate = "浙A1234挂",
				   .box_count = 2,
				   .box_front = "CSQU3054383",
				   .box_rear = "CBHU3202732",
				   .boxes_recognised = true,
				   .seal_id = "KKSE0001",
				   .bar_code = "\"quoted\"",
				   },
	};
}

char *message_case_write(const struct customs_message *message,
			 const struct customs_dialect *dialect, struct frame *frame)
{
	static unsigned char buffer[16384];
	struct why why = {""};
	size_t len, used;
	char *xml;

	assert_int_equal(customs_message_write(message, dialect, buffer, sizeof(buffer),
					       &len, &why),
			 KAKOU_OK);
	assert_int_equal(frame_read(buffer, len, frame, &used, &why), KAKOU_OK);
	assert_int_equal(used, len);
	xml = malloc(frame->xml_len + 1);
	assert_non_null(xml);
	memcpy(xml, frame->xml, frame->xml_len);
	xml[frame->xml_len] = '\0';
	return xml;
}
