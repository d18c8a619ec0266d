/* SPDX-License-Identifier: MIT */
/*
 * The binary frame: written in one dialect, read in all of them (customs-protocol section 2).
 *
 * Layer: drivers. Pure: no I/O, no allocation.
 *
 * The reader judges each field as soon as its bytes are there, so that garbage is refused
 * at its first wrong byte and never waits for a length it made up itself.
 */
#include "drivers/customs/frame.h"

#include <stdbool.h>
#include <string.h>

/* Offsets of section 2. */
enum {
	AT_HEAD_MARK = 0,
	AT_TOTAL = 4,
	AT_CODE = 8,
	AT_AREA_ID = 9,
	AT_CHNL_NO = 19,
	AT_DIRECTION = 29,
	AT_IDENT = 30,
	AT_XML_LENGTH = 34,
	AT_XML = 38,
	TAIL_LENGTH = 2,
	PICTURE_HEAD = 5, /* position (1), length (4) */
	PICTURES_MIN = 4 + PICTURE_HEAD,
};

static const unsigned char head_mark[4] = {0xE2, 0x5C, 0x4B, 0x89};

static const uint8_t known_codes[] = {
	0x21, 0x22, 0x25, 0x26, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x42, 0x43,
	0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x81, 0x82, 0x83, 0x84, 0x85,
};

static void put_length(unsigned char *at, bool big_endian, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> 8 * (big_endian ? 3 - i : i));
}

static uint32_t get_length(const unsigned char *at, bool big_endian)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value |= (uint32_t)at[i] << 8 * (big_endian ? 3 - i : i);
	return value;
}

/* Identifiers are assigned by customs: printable ASCII without blanks. */
static bool is_id_character(unsigned char c)
{
	return c > 0x20 && c < 0x7F;
}

static bool is_id(const char *id)
{
	size_t len = strnlen(id, FRAME_ID_LENGTH + 1);

	if (len == 0 || len > FRAME_ID_LENGTH)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_id_character((unsigned char)id[i]))
			return false;
	}
	return true;
}

static bool is_direction(char direction)
{
	return direction == 'I' || direction == 'E';
}

/* A shorter identifier is filled with blanks. */
static void put_id(unsigned char *at, const char *id)
{
	memset(at, ' ', FRAME_ID_LENGTH);
	memcpy(at, id, strlen(id));
}

static enum kakou_err check_fields(const struct frame *frame, struct why *why)
{
	if (!is_id(frame->area_id))
		return why_set(why, KAKOU_E_INVALID,
			       "AREA_ID \"%.20s\": expected 1 to %d printable characters",
			       frame->area_id, FRAME_ID_LENGTH);
	if (!is_id(frame->chnl_no))
		return why_set(why, KAKOU_E_INVALID,
			       "CHNL_NO \"%.20s\": expected 1 to %d printable characters",
			       frame->chnl_no, FRAME_ID_LENGTH);
	if (!is_direction(frame->direction))
		return why_set(why, KAKOU_E_INVALID, "direction 0x%02x: expected I or E",
			       (unsigned char)frame->direction);
	if (frame->xml_len > FRAME_XML_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "XML of %zu bytes: expected at most %d", frame->xml_len,
			       FRAME_XML_MAX);
	return KAKOU_OK;
}

enum kakou_err frame_write(const struct frame *frame, const struct frame_dialect *dialect,
			   void *buffer, size_t size, size_t *len, struct why *why)
{
	unsigned char *to = buffer;
	enum kakou_err err = check_fields(frame, why);
	size_t total;

	if (err)
		return err;
	total = FRAME_OVERHEAD + frame->xml_len;
	if (total > size)
		return why_set(why, KAKOU_E_FULL, "frame of %zu bytes: room for %zu",
			       total, size);
	/* First, because the XML may lie in this very buffer. */
	memmove(to + AT_XML, frame->xml, frame->xml_len);
	memcpy(to + AT_HEAD_MARK, head_mark, sizeof(head_mark));
	put_length(to + AT_TOTAL, dialect->big_endian, (uint32_t)total);
	to[AT_CODE] = frame->code;
	put_id(to + AT_AREA_ID, frame->area_id);
	put_id(to + AT_CHNL_NO, frame->chnl_no);
	to[AT_DIRECTION] = (unsigned char)frame->direction;
	memset(to + AT_IDENT, dialect->ident_ones ? 0xFF : 0x00, 4);
	put_length(to + AT_XML_LENGTH, dialect->big_endian, (uint32_t)frame->xml_len);
	memset(to + AT_XML + frame->xml_len, 0xFF, TAIL_LENGTH);
	*len = total;
	return KAKOU_OK;
}

static enum kakou_err read_head_mark(const unsigned char *data, size_t len,
				     struct why *why)
{
	for (size_t i = 0; i < sizeof(head_mark) && i < len; i++) {
		if (data[i] != head_mark[i])
			return why_set(why, KAKOU_E_GARBLED,
				       "byte %zu is 0x%02x: expected the head mark "
				       "E2 5C 4B 89",
				       i, data[i]);
	}
	return len < AT_TOTAL ? KAKOU_E_AGAIN : KAKOU_OK;
}

static bool is_total(uint32_t total)
{
	return total >= FRAME_OVERHEAD && total <= FRAME_MAX;
}

/* A total within the limits has its two high bytes 0, and not both low ones: read in the
 * other order it is far beyond them. So the order needs no setting here. */
static enum kakou_err read_total(const unsigned char *data, size_t len, bool *big_endian,
				 uint32_t *total, struct why *why)
{
	if (len < AT_CODE)
		return KAKOU_E_AGAIN;
	for (int order = 0; order < 2; order++) {
		*big_endian = order == 1;
		*total = get_length(data + AT_TOTAL, *big_endian);
		if (is_total(*total))
			return KAKOU_OK;
	}
	return why_set(why, KAKOU_E_GARBLED,
		       "total length %02X %02X %02X %02X: expected %d to %d in either "
		       "byte order",
		       data[4], data[5], data[6], data[7], FRAME_OVERHEAD, FRAME_MAX);
}

static enum kakou_err read_code(const unsigned char *data, size_t len, uint8_t *code,
				struct why *why)
{
	if (len <= AT_CODE)
		return KAKOU_E_AGAIN;
	*code = data[AT_CODE];
	if (memchr(known_codes, *code, sizeof(known_codes)))
		return KAKOU_OK;
	return why_set(
		why, KAKOU_E_GARBLED,
		"message code 0x%02x: expected 0x21 to 0x66 or 0x81 to 0x85 as the "
		"standard lists them",
		*code);
}

/* Blanks and NULs may fill the end of an identifier, and nothing but its end. */
static enum kakou_err read_id(const unsigned char *data, size_t len, size_t at,
			      const char *name, char out[FRAME_ID_LENGTH + 1],
			      struct why *why)
{
	size_t used = 0;

	for (size_t i = 0; i < FRAME_ID_LENGTH && at + i < len; i++) {
		unsigned char c = data[at + i];
		bool is_fill = i > 0 && (c == ' ' || c == '\0');

		if (!is_fill && (!is_id_character(c) || used < i))
			return why_set(why, KAKOU_E_GARBLED,
				       "%s has 0x%02x at byte %zu: expected printable "
				       "characters",
				       name, c, i);
		if (!is_fill)
			used = i + 1;
	}
	if (len < at + FRAME_ID_LENGTH)
		return KAKOU_E_AGAIN;
	memcpy(out, data + at, used);
	out[used] = '\0';
	return KAKOU_OK;
}

static enum kakou_err read_direction(const unsigned char *data, size_t len, char *out,
				     struct why *why)
{
	if (len <= AT_DIRECTION)
		return KAKOU_E_AGAIN;
	*out = (char)data[AT_DIRECTION];
	if (is_direction(*out))
		return KAKOU_OK;
	return why_set(why, KAKOU_E_GARBLED, "direction 0x%02x: expected I or E",
		       data[AT_DIRECTION]);
}

static enum kakou_err read_ident(const unsigned char *data, size_t len, bool *ones,
				 struct why *why)
{
	for (size_t i = AT_IDENT; i < AT_XML_LENGTH && i < len; i++) {
		unsigned char first = data[AT_IDENT];

		if (data[i] != first || (first != 0x00 && first != 0xFF))
			return why_set(why, KAKOU_E_GARBLED,
				       "ident has 0x%02x: expected 00 or FF four times",
				       data[i]);
	}
	if (len < AT_XML_LENGTH)
		return KAKOU_E_AGAIN;
	*ones = data[AT_IDENT] == 0xFF;
	return KAKOU_OK;
}

static bool may_carry_pictures(uint8_t code)
{
	return code == 0x21 || code == 0x26;
}

static enum kakou_err read_xml_length(const unsigned char *data, size_t len,
				      const struct frame *frame, uint32_t total,
				      size_t *xml_len, struct why *why)
{
	uint32_t stated;
	uint32_t room = total - FRAME_OVERHEAD;
	bool has_pictures;

	if (len < AT_XML)
		return KAKOU_E_AGAIN;
	stated = get_length(data + AT_XML_LENGTH, frame->seen.big_endian);
	has_pictures = may_carry_pictures(frame->code) && stated < room &&
		       room - stated >= PICTURES_MIN;
	if (stated == room || has_pictures) {
		*xml_len = stated;
		return KAKOU_OK;
	}
	return why_set(why, KAKOU_E_GARBLED,
		       "XML length %u in a frame of %u: expected %u", stated, total,
		       room);
}

/* Pictures are passed over, but their lengths must add up to the frame's end. */
static enum kakou_err pass_pictures(const unsigned char *data, size_t at, size_t end,
				    struct why *why)
{
	bool big_endian = data[AT_TOTAL] == 0;

	for (at += 4; at < end;) {
		uint32_t size;

		if (end - at < PICTURE_HEAD)
			break;
		size = get_length(data + at + 1, big_endian);
		at += PICTURE_HEAD;
		if (data[at - PICTURE_HEAD] < 0x30 || data[at - PICTURE_HEAD] > 0x35 ||
		    size > end - at)
			break;
		at += size;
	}
	if (at == end)
		return KAKOU_OK;
	return why_set(why, KAKOU_E_GARBLED,
		       "pictures end at byte %zu: expected the tail at %zu", at, end);
}

static enum kakou_err read_body(const unsigned char *data, size_t len, uint32_t total,
				const struct frame *frame, struct why *why)
{
	size_t tail = total - TAIL_LENGTH;

	for (size_t i = tail; i < total && i < len; i++) {
		if (data[i] != 0xFF)
			return why_set(why, KAKOU_E_GARBLED,
				       "tail has 0x%02x: expected FF FF", data[i]);
	}
	if (len < total)
		return KAKOU_E_AGAIN;
	if (AT_XML + frame->xml_len == tail)
		return KAKOU_OK;
	return pass_pictures(data, AT_XML + frame->xml_len, tail, why);
}

enum kakou_err frame_read(const void *data, size_t len, struct frame *out, size_t *used,
			  struct why *why)
{
	const unsigned char *from = data;
	struct frame frame = {0};
	uint32_t total;
	enum kakou_err err;

	err = read_head_mark(from, len, why);
	if (!err)
		err = read_total(from, len, &frame.seen.big_endian, &total, why);
	if (!err)
		err = read_code(from, len, &frame.code, why);
	if (!err)
		err = read_id(from, len, AT_AREA_ID, "AREA_ID", frame.area_id, why);
	if (!err)
		err = read_id(from, len, AT_CHNL_NO, "CHNL_NO", frame.chnl_no, why);
	if (!err)
		err = read_direction(from, len, &frame.direction, why);
	if (!err)
		err = read_ident(from, len, &frame.seen.ident_ones, why);
	if (!err)
		err = read_xml_length(from, len, &frame, total, &frame.xml_len, why);
	if (!err)
		err = read_body(from, len, total, &frame, why);
	if (err)
		return err;
	frame.xml = (const char *)from + AT_XML;
	*out = frame;
	*used = total;
	return KAKOU_OK;
}
