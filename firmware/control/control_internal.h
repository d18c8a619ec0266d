/* SPDX-License-Identifier: MIT */
/*
 * What the files of the control thread share among themselves.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_CONTROL_INTERNAL_H
#define KAKOU_FIRMWARE_CONTROL_INTERNAL_H

#include <stdatomic.h>

#include "firmware/control/control.h"
#include "firmware/control/snapshot.h"
#include "firmware/lane/lane.h"
#include "firmware/lane/wiring.h"
#include "hal/gpio.h"
#include "hal/thread.h"

/* The lines of one lane. The handle is the control thread's while `gpio` holds it; a broken one
 * goes to main through `broken` and a new one comes back through `fresh`. */
struct control_lines {
	struct gpio *gpio;
	_Atomic(struct gpio *) broken, fresh;
	struct wiring_levels seen; /* as last read */
	uint64_t written;          /* levels last written */
	bool has_written;
	uint64_t outputs;                        /* bit = role, as last commanded */
	uint8_t role_of[GPIO_LINES_MAX];         /* by GPIO line */
	struct snapshot_line counts[LINE_ROLES]; /* changes of each line */
	uint64_t counted;                        /* levels of those without edges */
	bool has_counted;
	uint32_t edges_lost;
	bool is_needed, is_told; /* main: open them; the failure was logged */
	int64_t retry_at_ms;     /* main */
};

/* More than a lane says of orders while the registry takes over an import. */
enum { CONTROL_NOTES_MAX = 16 };

/* What a lane wants others to do, kept until they have taken it. */
struct control_wants {
	bool has_ask, has_cancel, has_lookup;
	struct lookup lookup;
	uint32_t note_count;
	struct order_note notes[CONTROL_NOTES_MAX]; /* to the registry, in order */
	uint32_t triggers; /* bit = evidence: its device is to read again */
	struct customs_ask ask;
	int64_t asked_passage; /* the ask's; 0 = the pictures were told of it */
	char cancel[CUSTOMS_SEQ_MAX + 1];
	char shown[DEVICE_TEXT_MAX + 1]; /* the text the sign was last told */
	uint64_t switched;               /* bit = role: outputs on devices as last told */
	bool has_switched;
};

/* Changes of the registry whose events wait for their commit, or whose answer it has not taken
 * yet. */
enum { CONTROL_CHANGES_MAX = 16 };
struct control_change {
	uint64_t ticket; /* 0 = free */
	uint32_t change;
	bool is_answered, is_committed;
	int64_t seq;
};

/* The reads of one piece of evidence whose pictures were asked for, front and rear. */
struct control_shots {
	int64_t passage[2];
	uint16_t sequence[2];
};

/* Acts that wait for room in the record, as many as their queue holds. */
enum { CONTROL_ACTS_MAX = 16 };
struct control_acts {
	uint32_t count;
	struct act act[CONTROL_ACTS_MAX]; /* oldest first */
};

struct control {
	struct control_config config;
	const struct site *site;
	struct thread *thread;
	struct filter *filter; /* NULL where there is none */
	_Atomic bool is_stopping;
	size_t lane_count;
	struct lane lanes[SITE_LANES_MAX];
	struct control_lines lines[SITE_LANES_MAX];
	struct control_wants wants[SITE_LANES_MAX];
	struct lane_numbers numbers;
	struct control_change changes[CONTROL_CHANGES_MAX];
	struct control_acts acts;
	struct registry_news registry_news; /* the one at hand */
	struct control_shots shots[SITE_LANES_MAX][SITE_EVIDENCE_MAX];
	struct event picture_event; /* the one at hand */
	struct pairing pairing;     /* of vehicles between two gates */
	struct lane_out out;        /* of the lane at hand */
	struct device_sample samples[SITE_DEVICES_MAX]; /* newest value or health */
	uint8_t health[SITE_DEVICES_MAX];
	int64_t value_at_ms[SITE_DEVICES_MAX];
	struct journal_health record;
	uint64_t scans, late_scans, refusals_unrecorded, allocations_before;
	int64_t now_ms, last_scan_ms, started_wall_ms, last_refusal_ms;
	int32_t longest_scan_us;
	bool is_late, is_filtered;
	_Atomic bool is_realtime; /* main says it after the start */
	struct snapshot snapshot;
};

/* control.c */
struct lane_inputs control_lane_inputs(struct control *control, size_t index);
/** Does with what a lane said in `control->out` what it says. */
void control_carry_out(struct control *control, size_t index);
/** True when the record has room for what one lane may say in a scan. */
bool control_has_room(const struct control *control);

/* control_acts.c */
void control_take_acts(struct control *control);

/* control_io.c: lines and devices. */
/** Once: which role each GPIO line has. */
void control_name_lines(struct control *control, size_t lane);
void control_read_lines(struct control *control, size_t lane);
void control_write_lines(struct control *control, size_t lane,
			 const struct interlock_outputs *motor);
/** Counts the changes of outputs and of remote inputs, which have no edges; once a scan. */
void control_count_changes(struct control *control, size_t lane);
void control_tell_devices(struct control *control, size_t lane);
void control_take_samples(struct control *control);
/** Bit = enum line_role, from GPIO and from remote I/O. */
uint64_t control_line_levels(const struct control *control, size_t lane);
/** A loop of the lane is on a remote input that is not heard. */
bool control_position_is_stale(const struct control *control, size_t lane);
/** A light of the lane is on a module that is not heard, or that shows something else. */
bool control_lights_are_lost(const struct control *control, size_t lane);
bool control_device_is_stale(const struct control *control, size_t device);

/* control_registry.c: what the registry says, and what it is told. */
void control_take_registry(struct control *control);
void control_tell_registry(struct control *control, size_t lane);
/** The journal's answer, if it is about a change of the registry. */
void control_note_recorded(struct control *control, const struct journal_ack *ack);

/* control_pictures.c: events of pictures into the record; new reads of a lane that want one. */
void control_take_pictures(struct control *control);
void control_want_pictures(struct control *control, size_t lane);

/* control_snapshot.c */
void control_publish(struct control *control);

/** control_news.c: records news that are about no lane's passage; false for those that are. The record
 *  has room. */
bool control_record_news(struct control *control, const struct customs_news *news);

/** control_customs.c: tells the link how each lane's devices are. Wait-free. */
void control_tell_states(struct control *control);

#endif
