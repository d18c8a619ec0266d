/* SPDX-License-Identifier: MIT */
/*
 * The targets. The sanitizers judge; beyond them each asserts what its reader promises.
 *
 * Layer: tests.
 */
#include "tests/fuzz/targets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "drivers/customs/bare.h"
#include "drivers/customs/message.h"
#include "drivers/customs/status.h"
#include "drivers/map/map.h"
#include "firmware/config/site.h"
#include "hal/modbus_pdu.h"
#include "tools/scenario/keys.h"
#include "tools/scenario/orders.h"

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
	if (customs_message_read(&frame, dialect, &back, &why)) {
		fprintf(stderr, "written and not read: %s\n", why.text);
		abort();
	}
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

/* As the listener does it: by length, or bare at the end. */
static void run_frame(const uint8_t *data, size_t len)
{
	struct frame frame;
	struct why why;
	size_t used = 0;
	enum kakou_err err = frame_read(data, len, &frame, &used, &why);

	assert(err == KAKOU_OK || err == KAKOU_E_AGAIN || err == KAKOU_E_GARBLED);
	if (err == KAKOU_E_AGAIN && frame_is_bare(data, len))
		err = bare_read(data, len, &frame, &why);
	if (err)
		return;
	assert(used <= len);
	read_message(&frame);
}

/* The first byte is the code; the header is one that fits most cases. */
static void run_xml(const uint8_t *data, size_t len)
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
static void run_status(const uint8_t *data, size_t len)
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
static void run_modbus(const uint8_t *data, size_t len)
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

/* A file that lives in memory, for readers that take a path. */
static const char *as_file(const uint8_t *data, size_t len)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd >= 0);
	assert(!ftruncate(fd, 0));
	assert(pwrite(fd, data, len, 0) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* A complaint has its words. */
static void assert_explained(enum kakou_err err, const struct why *why)
{
	assert(!err || why->text[0]);
}

static void run_map(const uint8_t *data, size_t len)
{
	static uint16_t image[MAP_REGISTERS_MAX];
	static struct map map;
	struct device_sample sample;
	struct why why = {""};
	enum kakou_err err = map_load(&map, as_file(data, len), &why);

	assert_explained(err, &why);
	/* Whatever a map may say, decoding stays inside its image. */
	for (int fill = 0; !err && fill < 3; fill++) {
		memset(image, fill == 0 ? 0 : fill == 1 ? 0xFF : 0x41, sizeof(image));
		(void)!map_decode(&map, image, &sample, &why);
	}
}

static void run_site(const uint8_t *data, size_t len)
{
	struct why why = {""};
	struct site *site;
	enum kakou_err err = site_load(&site, as_file(data, len), &why);

	assert_explained(err, &why);
	if (!err)
		site_free(site);
}

static void run_scenario(const uint8_t *data, size_t len)
{
	struct customs_orders *orders = NULL;
	struct why why = {""};
	struct conf *conf;
	enum kakou_err err = scenario_open(&conf, as_file(data, len), &why);

	assert_explained(err, &why);
	if (err)
		return;
	err = customs_orders_load(&orders, conf, &why);
	assert_explained(err, &why);
	if (!err)
		free(orders);
	conf_close(conf);
}

const struct fuzz_target fuzz_targets[] = {
	{"frame",    run_frame   },
	{"xml",      run_xml     },
	{"status",   run_status  },
	{"modbus",   run_modbus  },
	{"map",      run_map     },
	{"site",     run_site    },
	{"scenario", run_scenario},
};

const size_t fuzz_target_count = sizeof(fuzz_targets) / sizeof(fuzz_targets[0]);
