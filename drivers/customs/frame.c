/* SPDX-License-Identifier: MIT */
/*
 * The binary frame: written in one dialect, read in all of them (customs-protocol section 2).
 *
 * Layer: drivers. Pure: no I/O, no allocation.
 *
 * The reader judges each field as soon as its bytes are there, so that garbage is refused
 * at its first wrong byte and never waits for a length it made up itself.
 */
#include "drivers/customs/frame_private.h"

#include <stdbool.h>
#include <string.h>

/* Offsets of section 2; those behind the code move by WIDE_SHIFT where it has four bytes. */
enum {
	AT_HEAD_MARK = 0,
	AT_CODE = 8,
	AT_AREA_ID = 9,
	AT_CHNL_NO = 19,
	AT_DIRECTION = 29,
	AT_IDENT = 30,
	AT_XML_LENGTH = 34,
	AT_XML = 38,
	WIDE_SHIFT = 3,
	IDENT_LENGTH = 4,
};

static const unsigned char head_mark[4] = {0xE2, 0x5C, 0x4B, 0x89};

static const uint8_t known_codes[] = {
	0x21, 0x22, 0x25, 0x26, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x42, 0x43,
	0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x81, 0x82, 0x83, 0x84, 0x85,
};

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

/* Enrolment of seal readers knows fixed virtual and mobile channels too. */
static bool is_direction(uint8_t code, char direction)
{
	bool is_enrolment = code >= 0x63 && code <= 0x66;

	return direction == 'I' || direction == 'E' ||
	       (is_enrolment && (direction == 'F' || direction == 'H'));
}

/* A shorter identifier is filled with blanks. */
static void put_id(unsigned char *at, const char *id)
{
	memset(at, ' ', FRAME_ID_LENGTH);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): padded, not ended */
	memcpy(at, id, strlen(id));
}

static size_t shift_of(const struct frame_dialect *dialect)
{
	return dialect->wide_code ? WIDE_SHIFT : 0;
}

size_t frame_overhead(const struct frame_dialect *dialect)
{
	return dialect->is_bare ? 0 : FRAME_OVERHEAD + shift_of(dialect);
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
	if (!is_direction(frame->code, frame->direction))
		return why_set(why, KAKOU_E_INVALID, "direction 0x%02x: expected I or E",
			       (unsigned char)frame->direction);
	if (frame->xml_len > FRAME_XML_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "XML of %zu bytes: expected at most %d", frame->xml_len,
			       FRAME_XML_MAX);
	return KAKOU_OK;
}

static void put_header(unsigned char *to, const struct frame *frame,
		       const struct frame_dialect *dialect, uint32_t total)
{
	size_t shift = shift_of(dialect);

	memcpy(to + AT_HEAD_MARK, head_mark, sizeof(head_mark));
	frame_put_length(to + AT_TOTAL, dialect->big_endian, total);
	if (dialect->wide_code)
		frame_put_length(to + AT_CODE, dialect->big_endian, frame->code);
	else
		to[AT_CODE] = frame->code;
	put_id(to + AT_AREA_ID + shift, frame->area_id);
	put_id(to + AT_CHNL_NO + shift, frame->chnl_no);
	to[AT_DIRECTION + shift] = (unsigned char)frame->direction;
	memset(to + AT_IDENT + shift, dialect->ident_ones ? 0xFF : 0x00, 4);
	frame_put_length(to + AT_XML_LENGTH + shift, dialect->big_endian,
			 (uint32_t)frame->xml_len);
}

enum kakou_err frame_write(const struct frame *frame, const struct frame_dialect *dialect,
			   void *buffer, size_t size, size_t *len, struct why *why)
{
	unsigned char *to = buffer;
	enum kakou_err err = check_fields(frame, why);
	size_t at = dialect->is_bare ? 0 : AT_XML + shift_of(dialect);
	size_t total = frame_overhead(dialect) + frame->xml_len;

	if (err)
		return err;
	if (total > size)
		return why_set(why, KAKOU_E_FULL, "frame of %zu bytes: room for %zu",
			       total, size);
	/* First, because the XML may lie in this very buffer. */
	memmove(to + at, frame->xml, frame->xml_len);
	if (!dialect->is_bare) {
		put_header(to, frame, dialect, (uint32_t)total);
		memset(to + at + frame->xml_len, 0xFF, TAIL_LENGTH);
	}
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

static bool is_total(uint32_t total, size_t max)
{
	return total >= FRAME_OVERHEAD && total <= max;
}

/* The XML's length has its two high bytes 0 and not both low ones, in whichever order; where it
 * stands depends on the code's width, which a NUL behind it shows. */
static enum kakou_err order_by_xml(const unsigned char *data, size_t len,
				   bool *big_endian)
{
	bool is_wide =
		len > AT_CODE + 1 && (data[AT_CODE] == 0 || data[AT_CODE + 1] == 0);
	size_t at = AT_XML_LENGTH + (is_wide ? WIDE_SHIFT : 0);

	if (len < at + 4)
		return KAKOU_E_AGAIN;
	*big_endian = frame_get_length(data + at, true) <= FRAME_XML_MAX;
	return KAKOU_OK;
}

/* A total up to 64 KB has its two high bytes 0, and not both low ones: read in the other order it
 * is far beyond the limits. So the order needs no setting here; a larger one may be within them
 * both ways. */
static enum kakou_err read_total(const unsigned char *data, size_t len, size_t max,
				 bool *big_endian, uint32_t *total, struct why *why)
{
	bool is_little, is_big;
	enum kakou_err err = KAKOU_OK;

	if (len < AT_CODE)
		return KAKOU_E_AGAIN;
	is_little = is_total(frame_get_length(data + AT_TOTAL, false), max);
	is_big = is_total(frame_get_length(data + AT_TOTAL, true), max);
	if (!is_little && !is_big)
		return why_set(
			why, KAKOU_E_GARBLED,
			"total length %02X %02X %02X %02X: expected %d to %zu in either "
			"byte order",
			data[4], data[5], data[6], data[7], FRAME_OVERHEAD, max);
	*big_endian = is_big;
	if (is_little && is_big)
		err = order_by_xml(data, len, big_endian);
	*total = frame_get_length(data + AT_TOTAL, *big_endian);
	return err;
}

/* The code may have four bytes, in the order of the lengths. Where it has one, the first character
 * of AREA_ID follows, which is never a NUL. */
static enum kakou_err read_code(const unsigned char *data, size_t len,
				struct frame_dialect *seen, uint8_t *code,
				struct why *why)
{
	size_t zeroes = seen->big_endian ? AT_CODE : AT_CODE + 1;
	size_t at;

	if (len <= zeroes)
		return KAKOU_E_AGAIN;
	seen->wide_code = data[zeroes] == 0;
	at = seen->wide_code && seen->big_endian ? AT_CODE + WIDE_SHIFT : AT_CODE;
	if (len > at && !memchr(known_codes, data[at], sizeof(known_codes)))
		return why_set(why, KAKOU_E_GARBLED,
			       "message code 0x%02x: expected 0x21 to 0x66 or 0x81 to "
			       "0x85 as the standard lists them",
			       data[at]);
	for (size_t i = 0; seen->wide_code && i < WIDE_SHIFT && zeroes + i < len; i++) {
		if (data[zeroes + i] != 0)
			return why_set(why, KAKOU_E_GARBLED,
				       "message code of four bytes has 0x%02x: expected "
				       "one byte and three zeroes",
				       data[zeroes + i]);
	}
	if (len <= AT_CODE + shift_of(seen))
		return KAKOU_E_AGAIN;
	*code = data[at];
	return KAKOU_OK;
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

static enum kakou_err read_direction(const unsigned char *data, size_t len, size_t at,
				     uint8_t code, char *out, struct why *why)
{
	if (len <= at)
		return KAKOU_E_AGAIN;
	*out = (char)data[at];
	if (is_direction(code, *out))
		return KAKOU_OK;
	return why_set(why, KAKOU_E_GARBLED, "direction 0x%02x: expected I or E",
		       data[at]);
}

static enum kakou_err read_ident(const unsigned char *data, size_t len, size_t at,
				 bool *ones, struct why *why)
{
	for (size_t i = at; i < at + IDENT_LENGTH && i < len; i++) {
		unsigned char first = data[at];

		if (data[i] != first || (first != 0x00 && first != 0xFF))
			return why_set(why, KAKOU_E_GARBLED,
				       "ident has 0x%02x: expected 00 or FF four times",
				       data[i]);
	}
	if (len < at + IDENT_LENGTH)
		return KAKOU_E_AGAIN;
	*ones = data[at] == 0xFF;
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
	size_t shift = shift_of(&frame->seen);
	uint32_t overhead = (uint32_t)frame_overhead(&frame->seen);
	uint32_t room = total > overhead ? total - overhead : 0;
	uint32_t stated;
	bool has_pictures;

	if (len < AT_XML + shift)
		return KAKOU_E_AGAIN;
	stated = frame_get_length(data + AT_XML_LENGTH + shift, frame->seen.big_endian);
	has_pictures = may_carry_pictures(frame->code) && stated < room &&
		       room - stated >= PICTURES_MIN;
	if (total >= overhead && (stated == room || has_pictures)) {
		*xml_len = stated;
		return KAKOU_OK;
	}
	return why_set(why, KAKOU_E_GARBLED,
		       "XML length %u in a frame of %u: expected %u", stated, total,
		       room);
}

static enum kakou_err read_body(const unsigned char *data, size_t len, uint32_t total,
				const struct frame *frame, struct why *why)
{
	size_t tail = total - TAIL_LENGTH;
	size_t xml_end = AT_XML + shift_of(&frame->seen) + frame->xml_len;

	for (size_t i = tail; i < total && i < len; i++) {
		if (data[i] != 0xFF)
			return why_set(why, KAKOU_E_GARBLED,
				       "tail has 0x%02x: expected FF FF", data[i]);
	}
	if (len < total)
		return KAKOU_E_AGAIN;
	if (xml_end == tail)
		return KAKOU_OK;
	/* NOLINTNEXTLINE(readability-suspicious-call-argument): up to the tail */
	return frame_check_pictures(data, frame->seen.big_endian, xml_end, tail, why);
}

bool frame_is_bare(const void *data, size_t len)
{
	static const unsigned char mark[] = {0xEF, 0xBB, 0xBF}; /* of UTF-8 */
	const unsigned char *from = data;

	if (len > 0 && from[0] == mark[0])
		return len < sizeof(mark) || !memcmp(from, mark, sizeof(mark));
	return len > 0 && from[0] == '<';
}

static enum kakou_err wait_for_the_end(size_t len, struct why *why)
{
	if (len <= FRAME_XML_MAX)
		return KAKOU_E_AGAIN;
	return why_set(why, KAKOU_E_GARBLED, "bare XML beyond %d bytes", FRAME_XML_MAX);
}

/* What stands behind the code. */
static enum kakou_err read_rest(const unsigned char *from, size_t len, uint32_t total,
				struct frame *frame, struct why *why)
{
	size_t shift = shift_of(&frame->seen);
	enum kakou_err err;

	err = read_id(from, len, AT_AREA_ID + shift, "AREA_ID", frame->area_id, why);
	if (!err)
		err = read_id(from, len, AT_CHNL_NO + shift, "CHNL_NO", frame->chnl_no,
			      why);
	if (!err)
		err = read_direction(from, len, AT_DIRECTION + shift, frame->code,
				     &frame->direction, why);
	if (!err)
		err = read_ident(from, len, AT_IDENT + shift, &frame->seen.ident_ones,
				 why);
	if (!err)
		err = read_xml_length(from, len, frame, total, &frame->xml_len, why);
	if (!err)
		err = read_body(from, len, total, frame, why);
	return err;
}

enum kakou_err frame_read_up_to(const void *data, size_t len, size_t max,
				struct frame *out, size_t *used, struct why *why)
{
	const unsigned char *from = data;
	struct frame frame = {0};
	uint32_t total = 0;
	enum kakou_err err;

	if (frame_is_bare(data, len))
		return wait_for_the_end(len, why);
	err = read_head_mark(from, len, why);
	if (!err)
		err = read_total(from, len, max, &frame.seen.big_endian, &total, why);
	if (!err)
		err = read_code(from, len, &frame.seen, &frame.code, why);
	if (!err)
		err = read_rest(from, len, total, &frame, why);
	if (err)
		return err;
	frame.xml = (const char *)from + AT_XML + shift_of(&frame.seen);
	frame.pictures_len = total - frame_overhead(&frame.seen) - frame.xml_len;
	if (frame.pictures_len)
		frame.pictures = (const unsigned char *)frame.xml + frame.xml_len;
	*out = frame;
	*used = total;
	return KAKOU_OK;
}

enum kakou_err frame_read(const void *data, size_t len, struct frame *out, size_t *used,
			  struct why *why)
{
	return frame_read_up_to(data, len, FRAME_MAX, out, used, why);
}
