/* SPDX-License-Identifier: MIT */
/*
 * Drawn pictures, and the faults of those who upload them.
 *
 * Layer: tools.
 */
#include "tools/yard/picture.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "firmware/pictures/naming.h"
#include "hal/log.h"
#include "hal/text.h"
#include "tools/yard/canvas.h"

enum {
	LATE_MAX = 16,
	MARGIN = 12,
	GROUND = 216,
	MM_PER_DOT = 40,
	PLATE_SCALE = 3,
	HUGE_BYTES = 8 * 1024 * 1024,
};

static const char font_file[] = "/usr/share/unifont/unifont.hex";

/* A picture on its way. */
struct late {
	bool is_used;
	int64_t due_ms;
	char path[PATH_MAX];
	unsigned char *data;
	size_t len;
};

struct pictures_drawn {
	const struct site *site;
	struct font *font;
	struct canvas canvas;
	struct late late[LATE_MAX];
};

/* Makes the folders too, as who sets up a camera does. */
struct pictures_drawn *pictures_drawn_create(const struct site *site)
{
	struct pictures_drawn *drawn = calloc(1, sizeof(*drawn));

	if (!drawn)
		return NULL;
	drawn->site = site;
	for (size_t i = 0; i < site->device_count; i++) {
		if (site->devices[i].pictures[0])
			(void)mkdir(site->devices[i].pictures, 0755);
	}
	drawn->font = font_open(font_file);
	if (!drawn->font)
		log_warning("yard", "%s is not there: pictures have boxes for letters",
			    font_file);
	return drawn;
}

void pictures_drawn_destroy(struct pictures_drawn *drawn)
{
	if (!drawn)
		return;
	for (size_t i = 0; i < LATE_MAX; i++)
		free(drawn->late[i].data);
	font_close(drawn->font);
	free(drawn);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_truck(struct canvas *canvas, const struct truck_body *body)
{
	for (size_t i = 0; i < body->segment_count; i++) {
		int from = MARGIN + body->segments[i].from_mm / MM_PER_DOT;
		int wide = MARGIN + body->segments[i].to_mm / MM_PER_DOT - from;
		int top = i ? 96 : 120;

		canvas_fill(canvas, from, top, wide, GROUND - 14 - top, 0x203040);
		canvas_fill(canvas, from + 2, top + 2, wide - 4, GROUND - 18 - top,
			    i ? 0xB8C8D8 : 0xD8A080);
	}
	for (size_t i = 0; i < body->axle_count; i++)
		canvas_disc(canvas, MARGIN + body->axles[i].at_mm / MM_PER_DOT,
			    GROUND - 11, 11, 0x181818);
}

/* Yellow for lorries, green for new energy (8 characters), grey for a box. */
static void draw_read(struct pictures_drawn *drawn, const char *text, bool is_box)
{
	bool is_green = !is_box && text_count_characters(text) == 8;
	int wide = canvas_measure(drawn->font, PLATE_SCALE, text);
	int high = FONT_HIGH * PLATE_SCALE;

	if (!text[0])
		return;
	canvas_fill(&drawn->canvas, MARGIN, MARGIN, wide + 16, high + 8, 0x101010);
	canvas_fill(&drawn->canvas, MARGIN + 2, MARGIN + 2, wide + 12, high + 4,
		    is_box     ? 0x8898A0
		    : is_green ? 0x60C080
			       : 0xF0C020);
	canvas_text(&drawn->canvas, drawn->font, MARGIN + 8, MARGIN + 4, PLATE_SCALE,
		    text, is_box ? 0xFFFFFF : 0x101010);
}

static void draw(struct pictures_drawn *drawn, const struct scenario_truck *plan,
		 const struct device_read *read, const char *caption, bool is_box)
{
	canvas_fill(&drawn->canvas, 0, 0, CANVAS_WIDE, CANVAS_HIGH, 0xC8D0D0);
	canvas_fill(&drawn->canvas, 0, GROUND, CANVAS_WIDE, CANVAS_HIGH - GROUND,
		    0x707070);
	draw_truck(&drawn->canvas, truck_body_of(plan->body));
	draw_read(drawn, read->text, is_box);
	canvas_text(&drawn->canvas, drawn->font, MARGIN, CANVAS_HIGH - FONT_HIGH - 8, 1,
		    caption, 0xFFFFFF);
}

/* ---- uploading ------------------------------------------------------------------------------- */

static bool write_file(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "we");
	bool is_whole = file && fwrite(data, 1, len, file) == len;

	if (file && fclose(file))
		is_whole = false;
	return is_whole;
}

/* As a careful camera does it: under another name first. */
static void upload(const char *path, const void *data, size_t len)
{
	char begun[PATH_MAX + 8];

	(void)snprintf(begun, sizeof(begun), "%s.part", path);
	if (!write_file(begun, data, len) || rename(begun, path))
		log_warning("yard", "%s: can't write it: %s", path, strerror(errno));
}

static void keep_for_later(struct pictures_drawn *drawn, const char *path,
			   const void *data, size_t len, int64_t due_ms)
{
	for (size_t i = 0; i < LATE_MAX; i++) {
		struct late *late = &drawn->late[i];

		if (late->is_used || !(late->data = malloc(len)))
			continue;
		late->is_used = true;
		late->due_ms = due_ms;
		late->len = len;
		memcpy(late->data, data, len);
		text_copy(late->path, sizeof(late->path), path);
		return;
	}
}

static void upload_huge(const char *path, const void *data, size_t len)
{
	unsigned char *huge = calloc(1, HUGE_BYTES);

	if (!huge)
		return;
	memcpy(huge, data, len);
	upload(path, huge, HUGE_BYTES);
	free(huge);
}

static void upload_with_fault(struct pictures_drawn *drawn, const char *path,
			      const void *data, size_t len, const struct fault *fault,
			      int64_t now_ms)
{
	static const char garbage[] = "<html>404 not found</html>";

	switch (fault->kind) {
	case FAULT_NO_PICTURE: break;
	case FAULT_LATE_PICTURE:
		keep_for_later(drawn, path, data, len, now_ms + fault->value);
		break;
	case FAULT_TORN_PICTURE: (void)!write_file(path, data, len / 2); break;
	case FAULT_BAD_PICTURE: upload(path, garbage, sizeof(garbage) - 1); break;
	case FAULT_HUGE_PICTURE: upload_huge(path, data, len); break;
	default: upload(path, data, len); break;
	}
}

void pictures_step_drawn(struct pictures_drawn *drawn, int64_t now_ms)
{
	for (size_t i = 0; i < LATE_MAX; i++) {
		struct late *late = &drawn->late[i];

		if (!late->is_used || late->due_ms > now_ms)
			continue;
		upload(late->path, late->data, late->len);
		free(late->data);
		late->data = NULL;
		late->is_used = false;
	}
}

/* ---- one read -------------------------------------------------------------------------------- */

static bool name_file(const struct site_device *site, int side,
		      const struct device_read *read, char path[PATH_MAX])
{
	const char *pattern = side ? site->picture_rear : site->picture_front;
	char stamp[24], name[NAMING_MAX * 3];
	time_t now = time(NULL);
	struct tm broken;
	int n;

	if (!pattern[0] || !gmtime_r(&now, &broken) ||
	    !strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &broken) ||
	    !naming_write(pattern, read->sequence, read->text, stamp, name, sizeof(name)))
		return false;
	n = snprintf(path, PATH_MAX, "%s/%s", site->pictures, name);
	return n > 0 && n < PATH_MAX;
}

static void draw_side(struct pictures_drawn *drawn, const struct yard_lane *lane,
		      const struct scenario_truck *plan, const struct device_read *read,
		      int side, const struct yard_device *device, int64_t now_ms)
{
	char path[PATH_MAX], caption[96];
	unsigned char *data;
	size_t len;

	if (!name_file(device->site, side, read, path))
		return;
	(void)snprintf(caption, sizeof(caption), "%s  %s  %s  #%u", lane->site->name,
		       device->site->name, side ? "rear" : "front", read->sequence);
	draw(drawn, plan, read, caption, device->site->class == DEVICE_BOX_READER);
	data = canvas_encode(&drawn->canvas, &len);
	if (data)
		upload_with_fault(drawn, path, data, len, &device->fault, now_ms);
	free(data);
}

void pictures_draw(struct pictures_drawn *drawn, const struct yard_lane *lane,
		   enum instrument instrument, const struct yard_device *device,
		   int64_t now_ms)
{
	const struct scenario_truck *plan = &lane->instruments.last[instrument].plan;
	const struct instruments *set = &lane->instruments;

	if (!device->site->pictures[0])
		return;
	switch (instrument) {
	case INSTRUMENT_PLATE_FRONT:
		draw_side(drawn, lane, plan, &set->plates.read[0], 0, device, now_ms);
		break;
	case INSTRUMENT_PLATE_REAR:
		draw_side(drawn, lane, plan, &set->plates.read[1], 1, device, now_ms);
		break;
	case INSTRUMENT_BOXES:
		draw_side(drawn, lane, plan, &set->boxes.read[0], 0, device, now_ms);
		draw_side(drawn, lane, plan, &set->boxes.read[1], 1, device, now_ms);
		break;
	default: break;
	}
}
