/* SPDX-License-Identifier: MIT */
/*
 * The targets, and those of the codecs. The sanitizers judge; beyond them each asserts what its
 * reader promises.
 *
 * Layer: tests.
 */
#include "tests/fuzz/targets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/customs/bare.h"
#include "drivers/customs/message.h"
#include "drivers/customs/status.h"
#include "firmware/pictures/jpeg.h"
#include "hal/modbus_pdu.h"

static const struct customs_dialect dialects[] = {
	{.encoding = CUSTOMS_UTF8      },
	{ .encoding = CUSTOMS_GB18030,
	 .reco_one_is_recognised = true,
	 .table = STATUS_REGIONAL},
	{	 .encoding = CUSTOMS_UTF8,       .is_smart = true},
};

/* What was read can be written, and is then read as the same. */
static void write_again(const struct customs_message *message,
			const struct customs_dialect *dialect)
{
	static unsigned char buffer[FRAME_MAX];
	struct customs_message back;
	struct frame frame;
	struct why why;
	size_t len, used;

	if (customs_message_write(message, dialect, buffer, sizeof(buffer), &len, &why))
		return; /* a text with a control character, or a heading that is not complete */
	assert(frame_read(buffer, len, &frame, &used, &why) == KAKOU_OK);
	assert(used == len);
	if (customs_message_read(&frame, dialect, &back, &why))
		fuzz_fail("written and not read: %s", why.text);
	assert(back.code == message->code);
}

static void read_message(const struct frame *frame)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		struct customs_message message;
		struct why why;

		if (!customs_message_read(frame, &dialects[i], &message, &why))
			write_again(&message, &dialects[i]);
	}
}

/* As a platform does it, which takes larger frames. */
static void pass_pictures(const uint8_t *data, size_t len)
{
	struct frame_picture picture;
	struct frame frame;
	struct why why;
	size_t used = 0, at = 0, count = 0;

	if (frame_read_up_to(data, len, FRAME_PICTURED_MAX, &frame, &used, &why))
		return;
	assert(used <= len);
	while (frame_next_picture(&frame, &at, &picture)) {
		assert((const uint8_t *)picture.data + picture.len <= data + used);
		count++;
	}
	assert(count <= FRAME_PICTURES_MAX);
}

/* As the listener does it: by length, or bare at the end. */
void fuzz_frame(const uint8_t *data, size_t len)
{
	struct frame frame;
	struct why why;
	size_t used = 0;
	enum kakou_err err = frame_read(data, len, &frame, &used, &why);

	assert(err == KAKOU_OK || err == KAKOU_E_AGAIN || err == KAKOU_E_GARBLED);
	if (err == KAKOU_E_AGAIN && frame_is_bare(data, len))
		err = bare_read(data, len, &frame, &why);
	pass_pictures(data, len);
	if (err)
		return;
	assert(used <= len);
	read_message(&frame);
}

/* The first byte is the code; the header is one that fits most cases. */
void fuzz_xml(const uint8_t *data, size_t len)
{
	struct frame frame = {
		.area_id = "3301500001", .chnl_no = "3301500101", .direction = 'I'};

	if (len < 1 || len - 1 > FRAME_XML_MAX)
		return;
	frame.code = data[0];
	frame.xml = (const char *)data + 1;
	frame.xml_len = len - 1;
	read_message(&frame);
}

/* The first byte is the OP_TYPE. */
void fuzz_status(const uint8_t *data, size_t len)
{
	char *word = malloc(len + 1); /* so that one byte too many is seen */

	assert(word);
	if (len > 0) {
		memcpy(word, data + 1, len - 1);
		word[len - 1] = '\0';
	} else {
		word[0] = '\0';
	}
	for (int table = 0; table < 2; table++) {
		struct status_reading reading;
		struct why why;
		enum kakou_err err = status_read_check(word, (enum status_table)table,
						       false, &reading, &why);

		/* Section 6: only the two zeroes of a whole word, or a plain Y, open. */
		if (reading.verdict == VERDICT_RELEASE)
			assert(!err && (!strcmp(word, "Y") ||
					(strlen(word) == STATUS_LENGTH &&
					 word[0] == '0' && word[1] == '0')));
		err = status_read_command(word, len > 0 ? (char)data[0] : '0',
					  (enum status_table)table, &reading, &why);
		if (reading.verdict == VERDICT_RELEASE)
			assert(!err && word[1] == '0');
	}
	free(word);
}

/* Request and answer, the first byte says where one ends. */
void fuzz_modbus(const uint8_t *data, size_t len)
{
	static const uint16_t values[MODBUS_WRITE_BITS_MAX];
	uint16_t out[MODBUS_WRITE_BITS_MAX + 64];
	uint8_t request[MODBUS_PDU_MAX];
	uint8_t exception;
	struct why why;
	size_t request_len;
	enum kakou_err err;

	if (len < 6)
		return;
	err = data[0] & 0x80
		      ? modbus_pdu_build_write(
				request, &request_len, (enum modbus_area)(data[1] & 3),
				(uint16_t)(data[2] << 8 | data[3]),
				(uint16_t)(data[4] << 8 | data[5]), values, &why)
		      : modbus_pdu_build_read(request, &request_len,
					      (enum modbus_area)(data[1] & 3),
					      (uint16_t)(data[2] << 8 | data[3]),
					      (uint16_t)(data[4] << 8 | data[5]), &why);
	if (!err)
		err = modbus_pdu_check_answer(request, data + 6, len - 6, out, &exception,
					      &why);
	assert(err == KAKOU_OK || err == KAKOU_E_REFUSED || err == KAKOU_E_FOREIGN ||
	       err == KAKOU_E_GARBLED || err == KAKOU_E_INVALID);
}

/* As a camera puts it into its folder. */
void fuzz_jpeg(const uint8_t *data, size_t len)
{
	struct jpeg_size size = {0, 0};
	struct why why;
	enum kakou_err err = jpeg_check(data, len, &size, &why);

	assert(err == KAKOU_OK || err == KAKOU_E_AGAIN || err == KAKOU_E_INVALID);
	if (!err)
		assert(size.wide > 0 && size.high > 0);
}

const struct fuzz_target fuzz_targets[] = {
	{"frame",    fuzz_frame   },
	{"xml",      fuzz_xml     },
	{"status",   fuzz_status  },
	{"modbus",   fuzz_modbus  },
	{"jpeg",     fuzz_jpeg    },
	{"map",      fuzz_map     },
	{"site",     fuzz_site    },
	{"scenario", fuzz_scenario},
	{"people",   fuzz_people  },
	{"import",   fuzz_import  },
	{"verify",   fuzz_verify  },
	{"socket",   fuzz_socket  },
	{"console",  fuzz_console },
	{"board",    fuzz_board   },
	{"bmap",     fuzz_bmap    },
	{"token",    fuzz_token   },
};

const size_t fuzz_target_count = sizeof(fuzz_targets) / sizeof(fuzz_targets[0]);
