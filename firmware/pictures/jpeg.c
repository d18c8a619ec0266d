/* SPDX-License-Identifier: MIT */
/*
 * The markers of ITU-T T.81, annex B.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/pictures/jpeg.h"

#include <stdbool.h>

enum {
	MARK_SOF_FIRST = 0xC0,
	MARK_DHT = 0xC4,
	MARK_JPG = 0xC8,
	MARK_DAC = 0xCC,
	MARK_SOF_LAST = 0xCF,
	MARK_RST_FIRST = 0xD0,
	MARK_RST_LAST = 0xD7,
	MARK_SOI = 0xD8,
	MARK_EOI = 0xD9,
	MARK_SOS = 0xDA,
	MARK_TEM = 0x01,
	FRAME_HEAD_MIN = 8, /* length, precision, height, width, components */
};

struct walk {
	const unsigned char *data;
	size_t len, at;
	struct jpeg_size size;
	bool has_frame, has_scan, has_ended;
};

static bool is_frame(unsigned char mark)
{
	return mark >= MARK_SOF_FIRST && mark <= MARK_SOF_LAST && mark != MARK_DHT &&
	       mark != MARK_JPG && mark != MARK_DAC;
}

static bool is_alone(unsigned char mark)
{
	return mark == MARK_TEM || (mark >= MARK_RST_FIRST && mark <= MARK_RST_LAST);
}

static enum kakou_err torn(const struct walk *walk, struct why *why)
{
	return why_set(why, KAKOU_E_AGAIN, "torn: a JPEG that ends after %zu bytes",
		       walk->len);
}

static uint16_t number_at(const struct walk *walk, size_t at)
{
	return (uint16_t)(walk->data[at] << 8 | walk->data[at + 1]);
}

/* Entropy-coded bytes end at the first marker that is none of a restart. */
static void pass_scan(struct walk *walk)
{
	while (walk->at + 1 < walk->len) {
		unsigned char next = walk->data[walk->at + 1];

		if (walk->data[walk->at] == 0xFF && next != 0x00 && next != 0xFF &&
		    !is_alone(next))
			return;
		walk->at++;
	}
	walk->at = walk->len;
}

static enum kakou_err pass_segment(struct walk *walk, unsigned char mark, struct why *why)
{
	size_t size;

	if (walk->len - walk->at < 2)
		return torn(walk, why);
	size = number_at(walk, walk->at);
	if (size < 2 || (is_frame(mark) && size < FRAME_HEAD_MIN))
		return why_set(why, KAKOU_E_INVALID,
			       "no JPEG: a segment of %zu bytes at byte %zu", size,
			       walk->at);
	if (walk->len - walk->at < size)
		return torn(walk, why);
	if (is_frame(mark)) {
		walk->has_frame = true;
		walk->size.high = number_at(walk, walk->at + 3);
		walk->size.wide = number_at(walk, walk->at + 5);
	}
	walk->at += size;
	if (mark == MARK_SOS) {
		walk->has_scan = true;
		pass_scan(walk);
	}
	return KAKOU_OK;
}

static enum kakou_err pass_marker(struct walk *walk, struct why *why)
{
	unsigned char mark;

	if (walk->at >= walk->len)
		return torn(walk, why);
	if (walk->data[walk->at] != 0xFF)
		return why_set(why, KAKOU_E_INVALID,
			       "no JPEG: 0x%02x at byte %zu, expected a marker",
			       walk->data[walk->at], walk->at);
	while (walk->at < walk->len && walk->data[walk->at] == 0xFF)
		walk->at++;
	if (walk->at >= walk->len)
		return torn(walk, why);
	mark = walk->data[walk->at++];
	walk->has_ended = mark == MARK_EOI;
	if (mark == MARK_EOI || is_alone(mark))
		return KAKOU_OK;
	return pass_segment(walk, mark, why);
}

enum kakou_err jpeg_check(const void *data, size_t len, struct jpeg_size *out,
			  struct why *why)
{
	struct walk walk = {.data = data, .len = len, .at = 2};
	enum kakou_err err = KAKOU_OK;

	if (len < 3 || walk.data[0] != 0xFF || walk.data[1] != MARK_SOI ||
	    walk.data[2] != 0xFF)
		return why_set(why, KAKOU_E_INVALID,
			       "no JPEG: does not begin with FF D8 FF");
	while (!err && !walk.has_ended)
		err = pass_marker(&walk, why);
	if (err)
		return err;
	if (!walk.has_frame || !walk.has_scan || !walk.size.wide || !walk.size.high)
		return why_set(why, KAKOU_E_INVALID, "no JPEG: it has no picture");
	*out = walk.size;
	return KAKOU_OK;
}
