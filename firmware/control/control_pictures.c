/* SPDX-License-Identifier: MIT */
/*
 * Between the pictures and the record: reads that want one go out, events come back.
 *
 * Layer: firmware. Threads: control.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/control/control_internal.h"
#include "hal/text.h"

void control_take_pictures(struct control *control)
{
	struct event *event = &control->picture_event;

	while (control_has_room(control) &&
	       pictures_next(control->config.pictures, event))
		if (journal_append(control->config.journal, event))
			abort(); /* has_room() was asked first */
}

/* As evidence has it: a read is the vehicle's when its number changed after the arrival. A rear
 * plate that comes while customs is asked is not judged any more, and has its picture all the
 * same. */
static bool is_of_the_vehicle(const struct lane *lane, const struct evidence *evidence,
			      int side)
{
	return evidence->has_latest && evidence->read_at_ms[side] != 0 &&
	       evidence->read_at_ms[side] >= lane->reads_since_ms;
}

static void want(struct control *control, size_t lane, size_t slot, int side)
{
	const struct lane *from = &control->lanes[lane];
	const struct evidence *evidence = &from->evidence[slot];
	const struct device_read *read = &evidence->latest.value.reads.read[side];
	struct control_shots *shots = &control->shots[lane][slot];
	struct picture_read wanted = {
		.lane = (uint8_t)lane,
		.side = (uint8_t)side,
		.slot = (uint8_t)evidence->config->kind,
		.device = evidence->config->device,
		.sequence = read->sequence,
		.passage = from->passage,
		.read_ms = evidence->read_at_ms[side],
	};

	if (!is_of_the_vehicle(from, evidence, side) ||
	    (shots->passage[side] == from->passage &&
	     shots->sequence[side] == read->sequence))
		return;
	text_copy(wanted.text, sizeof(wanted.text), read->text);
	if (pictures_want(control->config.pictures, &wanted))
		return; /* full: with the next scan */
	shots->passage[side] = from->passage;
	shots->sequence[side] = read->sequence;
}

/* After the reads of the same scan. */
static void tell_asked(struct control *control, size_t lane)
{
	struct control_wants *wants = &control->wants[lane];

	if (wants->asked_passage != 0 &&
	    !pictures_asked(control->config.pictures, (uint8_t)lane, wants->asked_passage,
			    wants->ask.message.u.gather.head.seq_no))
		wants->asked_passage = 0;
}

static void want_all(struct control *control, size_t lane)
{
	const struct lane *from = &control->lanes[lane];

	/* From the lift on the camera may see who comes next. */
	if (from->passage == 0 || from->stages.commanded != 0)
		return;
	for (size_t i = 0; i < from->config->evidence_count; i++) {
		const struct evidence *evidence = &from->evidence[i];
		const struct site_device *device =
			&control->site->devices[evidence->config->device];

		if (!device->pictures[0])
			continue;
		if (device->picture_front[0])
			want(control, lane, i, 0);
		if (device->picture_rear[0])
			want(control, lane, i, 1);
	}
}

void control_want_pictures(struct control *control, size_t lane)
{
	want_all(control, lane);
	tell_asked(control, lane);
}
