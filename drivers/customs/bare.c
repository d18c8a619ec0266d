/* SPDX-License-Identifier: MIT */
/*
 * Roots, telling leaves and identifiers of bare XML, by two tables.
 *
 * Layer: drivers.
 */
#include "drivers/customs/bare.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/customs/encoding.h"
#include "drivers/customs/xml.h"
#include "hal/text.h"

struct telling {
	const char *name;
	uint8_t code;
};

static const struct telling roots[] =
	{
		{"GATHER_INFO",       0x21},
		{"COMMAND_INFO",      0x25}, /* the one that has no children; else a leaf tells */
		{"DEVICE_STATUS",     0x42},
		{"CHANNEL_EXCEPTION", 0x43},
		{"GATHER_FEEDBACK",   0x82},
		{"OPERATE_INFO",      0x83},
		{"OPERATE_FEEDBACK",  0x84},
		{"MANUAL_CHECK",      0x85},
};

/* Children of COMMAND_INFO, the first that is met decides. */
static const struct telling leaves[] = {
	{"CHECK_RESULT",    0x22},
	{"EXCUTE_COMMAND",  0x31},
	{"EXECUTE_COMMAND", 0x31},
	{"EXECUTE_RESULT",  0x32},
	{"CONTROL_RESULT",  0x34},
	{"DEVICE_STATUS",   0x33},
	{"MONITOR_IP",      0x61},
	{"RESULT",          0x62},
};

enum {
	ROOTS = sizeof(roots) / sizeof(roots[0]),
	LEAVES = sizeof(leaves) / sizeof(leaves[0]),
};

static uint8_t find_code(const struct telling *from, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(from[i].name, name))
			return from[i].code;
	}
	return 0;
}

static enum kakou_err take_id(char to[FRAME_ID_LENGTH + 1], const char *name,
			      const char *value, struct why *why)
{
	size_t len = strlen(value);

	if (len > FRAME_ID_LENGTH)
		return why_set(why, KAKOU_E_GARBLED,
			       "%s \"%.20s\": expected at most %d characters", name,
			       value, FRAME_ID_LENGTH);
	for (size_t i = 0; i < len; i++) {
		if (value[i] <= 0x20 || value[i] >= 0x7F)
			return why_set(why, KAKOU_E_GARBLED,
				       "%s has 0x%02x: expected printable characters",
				       name, (unsigned char)value[i]);
	}
	memcpy(to, value, len + 1);
	return KAKOU_OK;
}

/* Attributes of the traditional generation and elements of the smart one bear the same names. */
static enum kakou_err take_name(struct frame *frame, const char *name, const char *value,
				struct why *why)
{
	if (!strcmp(name, "AREA_ID"))
		return take_id(frame->area_id, name, value, why);
	if (!strcmp(name, "CHNL_NO"))
		return take_id(frame->chnl_no, name, value, why);
	if (strcmp(name, "I_E_TYPE") != 0 && strcmp(name, "I_E_FLAG") != 0)
		return KAKOU_OK;
	if (strcmp(value, "I") != 0 && strcmp(value, "E") != 0)
		return why_set(why, KAKOU_E_GARBLED, "%s \"%.20s\": expected I or E",
			       name, value);
	frame->direction = value[0];
	return KAKOU_OK;
}

static enum kakou_err on_root(void *arg, const char *name, const char *const *attributes,
			      struct why *why)
{
	struct frame *frame = arg;
	enum kakou_err err = KAKOU_OK;

	frame->code = find_code(roots, ROOTS, name);
	if (!frame->code)
		return why_set(why, KAKOU_E_GARBLED,
			       "bare XML with root <%.40s>: expected a message's", name);
	if (frame->code == 0x21 && !attributes[0])
		frame->code = 0x81;
	for (; attributes[0] && !err; attributes += 2)
		err = take_name(frame, attributes[0], attributes[1], why);
	return err;
}

static enum kakou_err on_leaf(void *arg, const struct xml_leaf *leaf, struct why *why)
{
	struct frame *frame = arg;
	uint8_t code = find_code(leaves, LEAVES, leaf->name);

	if (frame->code == 0x25 && code && !strcmp(leaf->parent, "COMMAND_INFO"))
		frame->code = code;
	return frame->code > 0x80 ? take_name(frame, leaf->name, leaf->text, why)
				  : KAKOU_OK;
}

static enum kakou_err judge(const struct frame *frame, struct why *why)
{
	if (!frame->area_id[0] || !frame->chnl_no[0])
		return why_set(why, KAKOU_E_GARBLED,
			       "bare XML without %s: expected one to say whose it is",
			       frame->area_id[0] ? "CHNL_NO" : "AREA_ID");
	if (!frame->direction && frame->code < 0x80)
		return why_set(why, KAKOU_E_GARBLED,
			       "bare XML without I_E_TYPE: expected I or E");
	return KAKOU_OK;
}

enum kakou_err bare_read(const void *data, size_t len, struct frame *out, struct why *why)
{
	static const struct xml_handler handler = {.on_root = on_root,
						   .on_leaf = on_leaf};
	struct frame frame = {.seen = {.is_bare = true}, .xml = data, .xml_len = len};
	struct customs_seen ignored = {0};
	enum kakou_err err;
	size_t text_len;
	char *text;

	if (len > FRAME_XML_MAX)
		return why_set(why, KAKOU_E_GARBLED, "bare XML beyond %d bytes",
			       FRAME_XML_MAX);
	err = encoding_to_utf8(data, len, &text, &text_len, &ignored, why);
	if (err)
		return err;
	err = xml_read(text, text_len, &handler, &frame, why);
	free(text);
	if (!err)
		err = judge(&frame, why);
	if (!err)
		*out = frame;
	return err;
}
