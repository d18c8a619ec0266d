/* SPDX-License-Identifier: MIT */
/*
 * Drawn pictures.
 *
 * Layer: tools.
 */
#include "tools/yard/picture.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "hal/log.h"

enum { WIDE = 640, HIGH = 240, GROUND = 200, MM_PER_PIXEL = 30, MARGIN = 20 };

static const char *find_device(const struct site *site, const struct yard_lane *lane,
			       enum device_class class)
{
	for (size_t i = 0; i < lane->site->evidence_count; i++) {
		const struct site_device *device =
			&site->devices[lane->site->evidence[i].device];

		if (device->class == class)
			return device->name;
	}
	return NULL;
}

/* Texts come from scenario files: markup in them is left out. */
static void put_text(FILE *to, int x, int y, const char *text)
{
	(void)fprintf(to, "<text x=\"%d\" y=\"%d\" font-size=\"22\">", x, y);
	for (; *text; text++) {
		if (!strchr("<>&", *text))
			(void)fputc(*text, to);
	}
	(void)fputs("</text>\n", to);
}

static void put_truck(FILE *to, const struct truck_body *body)
{
	for (size_t i = 0; i < body->segment_count; i++) {
		int from = body->segments[i].from_mm / MM_PER_PIXEL;
		int wide = body->segments[i].to_mm / MM_PER_PIXEL - from;

		(void)fprintf(to,
			      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
			      "fill=\"%s\" stroke=\"black\"/>\n",
			      MARGIN + from, i ? 70 : 100, wide,
			      GROUND - 15 - (i ? 70 : 100), i ? "#c8d4e0" : "#e0c8c8");
	}
	for (size_t i = 0; i < body->axle_count; i++)
		(void)fprintf(to, "<circle cx=\"%d\" cy=\"%d\" r=\"14\"/>\n",
			      MARGIN + body->axles[i].at_mm / MM_PER_PIXEL, GROUND - 14);
}

static void put_picture(FILE *to, const struct yard_lane *lane,
			const struct device_read reads[2], enum instrument instrument)
{
	const struct scenario_truck *plan = &lane->instruments.last[instrument].plan;

	(void)fprintf(
		to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\">\n<rect width=\"%d\" height=\"%d\" fill=\"#f4f4f0\"/>\n",
		WIDE, HIGH, WIDE, HIGH);
	put_truck(to, truck_body_of(plan->body));
	put_text(to, MARGIN, 30, reads[0].text);
	put_text(to, WIDE / 2, 30, reads[1].text);
	put_text(to, MARGIN, HIGH - 8, lane->site->name);
	(void)fputs("</svg>\n", to);
}

static void write_picture(const char *path, const struct yard_lane *lane,
			  const struct device_read reads[2], enum instrument instrument)
{
	FILE *file = fopen(path, "we");

	if (!file) {
		log_warning("yard", "%s: can't write it: %s", path, strerror(errno));
		return;
	}
	put_picture(file, lane, reads, instrument);
	if (fclose(file))
		log_warning("yard", "%s: can't write it: %s", path, strerror(errno));
}

void picture_draw(const char *directory, const struct site *site,
		  const struct yard_lane *lane, enum instrument instrument)
{
	bool is_boxes = instrument == INSTRUMENT_BOXES;
	bool is_rear = instrument == INSTRUMENT_PLATE_REAR;
	const struct device_reads *reads =
		is_boxes ? &lane->instruments.boxes : &lane->instruments.plates;
	const char *device = find_device(
		site, lane, is_boxes ? DEVICE_BOX_READER : DEVICE_PLATE_CAMERA);
	char path[PATH_MAX];

	if (!device || (!is_boxes && !is_rear && instrument != INSTRUMENT_PLATE_FRONT))
		return;
	if (snprintf(path, sizeof(path), "%s/%s%s-%05u.svg", directory, device,
		     is_rear ? "-rear" : "",
		     reads->read[is_rear].sequence) < (int)sizeof(path))
		write_picture(path, lane, reads->read, instrument);
}
