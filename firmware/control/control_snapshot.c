/* SPDX-License-Identifier: MIT */
/*
 * What the control thread shows of itself. Layer: firmware. Threads: control.
 */
#include <stdio.h>
#include <string.h>

#include "firmware/control/control_internal.h"
#include "hal/text.h"

static void describe_reads(char *to, size_t size, const struct device_read read[2])
{
	snprintf(to, size, "%.40s%s%.40s", read[0].text,
		 read[0].text[0] && read[1].text[0] ? " " : "", read[1].text);
}

static void describe_milli(char *to, size_t size, int32_t milli, const char *unit)
{
	int32_t whole = milli < 0 ? -milli : milli;

	snprintf(to, size, "%s%d.%d %s", milli < 0 ? "-" : "", whole / 1000,
		 whole % 1000 / 100, unit);
}

static void describe_climate(char *to, size_t size, const struct device_climate *climate)
{
	char warm[24], wet[24];

	describe_milli(warm, sizeof(warm), climate->temperature_mdeg, "°C");
	describe_milli(wet, sizeof(wet), climate->humidity_mpct, "%RH");
	snprintf(to, size, "%s %s", warm, wet);
}

static void describe_seal(char *to, size_t size, const struct device_seal *seal)
{
	const char *word = !seal->is_present ? "absent"
			   : seal->is_sealed ? "sealed"
					     : "open";

	snprintf(to, size, "%.40s%s%s", seal->id, seal->id[0] ? " " : "", word);
}

static void describe(const struct device_sample *sample, char *to, size_t size)
{
	to[0] = '\0';
	switch (sample->class) {
	case DEVICE_PLATE_CAMERA:
	case DEVICE_TAG_READER:
	case DEVICE_BOX_READER: describe_reads(to, size, sample->value.reads.read); break;
	case DEVICE_WEIGHBRIDGE:
		snprintf(to, size, "%lld kg%s",
			 (long long)sample->value.weight.gross_g / 1000,
			 sample->value.weight.is_stable ? " stable" : "");
		break;
	case DEVICE_DRIVER_POST:
		describe_reads(to, size, sample->value.post.cards.read);
		break;
	case DEVICE_SEAL_READER: describe_seal(to, size, &sample->value.seal); break;
	case DEVICE_REEFER: describe_climate(to, size, &sample->value.climate); break;
	case DEVICE_REMOTE_IO:
		snprintf(to, size, "in %04x out %04x", sample->value.io.inputs,
			 sample->value.io.outputs);
		break;
	case DEVICE_SIGN: text_copy(to, size, sample->value.sign.shown); break;
	default: break;
	}
}

static void fill_devices(struct control *control, struct snapshot *snapshot)
{
	snapshot->device_count = (uint16_t)control->site->device_count;
	for (size_t i = 0; i < control->site->device_count; i++) {
		struct snapshot_device *device = &snapshot->devices[i];

		device->health = control->samples[i].health;
		device->is_stale = control_device_is_stale(control, i);
		device->at_ms = control->value_at_ms[i];
		if (device->at_ms != 0)
			describe(&control->samples[i], device->text,
				 sizeof(device->text));
	}
}

void control_publish(struct control *control)
{
	struct snapshot *snapshot = &control->snapshot;

	snapshot->at_ms = control->now_ms;
	snapshot->started_wall_ms = control->started_wall_ms;
	snapshot->scans = control->scans;
	snapshot->late_scans = control->late_scans;
	snapshot->longest_scan_us = control->longest_scan_us;
	if (control->config.count_allocations)
		snapshot->allocations =
			control->config.count_allocations() - control->allocations_before;
	snapshot->is_realtime = atomic_load(&control->is_realtime);
	snapshot->memory_is_locked = control->config.memory_is_locked;
	snapshot->is_filtered = control->is_filtered;
	snapshot->record_is_well = control->record.is_well;
	snapshot->lane_count = (uint8_t)control->lane_count;
	for (size_t i = 0; i < control->lane_count; i++) {
		lane_fill_snapshot(&control->lanes[i], &snapshot->lanes[i]);
		snapshot->lanes[i].inputs = control_line_levels(control, i);
		snapshot->lanes[i].outputs = control->lines[i].outputs;
		snapshot->lanes[i].lines_are_known = control->lines[i].seen.is_known;
		snapshot->lanes[i].edges_lost = control->lines[i].edges_lost;
		memcpy(snapshot->lanes[i].lines, control->lines[i].counts,
		       sizeof(snapshot->lanes[i].lines));
	}
	fill_devices(control, snapshot);
	mailbox_put(control->config.snapshot, snapshot);
}
