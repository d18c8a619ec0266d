/* SPDX-License-Identifier: MIT */
/*
 * Control: the scan. Layer: firmware. Threads: see control.h.
 */
#include "firmware/control/control.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/control/control_internal.h"
#include "firmware/control/filter.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

/* SCHED_FIFO priority: above ordinary work, below the kernel's own threads. */
enum { CONTROL_PRIORITY = 40, CONTROL_STACK = 128 * 1024 };

/* A lane that lost its lines is tried again so often. */
enum { REOPEN_MS = 500 };

/* Customs hears of a device once a second at most. */
enum { STATES_SCANS = 100 };

bool control_has_room(const struct control *control)
{
	return journal_room(control->config.journal) >= LANE_OUT_EVENTS;
}

struct lane_inputs control_lane_inputs(struct control *control, size_t index)
{
	const struct lane *lane = &control->lanes[index];
	struct lane_inputs in = {
		.now_ms = control->now_ms,
		.wall_ms = clock_wall_ms(),
		.interlock = {.now_ms = control->now_ms, .is_late = control->is_late},
		.entry = {.now_ms = control->now_ms, .is_late = control->is_late},
		.position_is_stale = control_position_is_stale(control, index),
		.lights_are_lost = control_lights_are_lost(control, index),
		.door_is_open = wiring_door_is_open(&control->lines[index].seen),
		.record_is_well = control->record.is_well,
		.numbers = &control->numbers,
		.pairing = &control->pairing,
	};

	wiring_fill_interlock(lane->config, &control->lines[index].seen, &in.interlock);
	in.position = wiring_positions(control_line_levels(control, index), &in.interlock,
				       &lane->interlock);
	wiring_fill_entry(&control->lines[index].seen, &in.entry);
	in.entry.emergency = in.interlock.emergency;
	in.position |= wiring_entry_positions(&in.entry, &lane->entry.interlock);
	return in;
}

/* Carries out what a lane said. Its events go first: a question leaves with its record. */
void control_carry_out(struct control *control, size_t index)
{
	struct control_wants *wants = &control->wants[index];
	struct lane_out *out = &control->out;

	for (size_t i = 0; i < out->event_count; i++)
		if (journal_append(control->config.journal, &out->events[i]))
			abort(); /* has_room() was asked first */
	for (size_t i = 0; i < out->result_count; i++)
		if (queue_push(control->config.act_results, &out->results[i]))
			control->snapshot
				.news_dropped++; /* the asker's own time-out answers */
	if (out->has_cancel) {
		wants->has_cancel = true;
		text_copy(wants->cancel, sizeof(wants->cancel), out->cancel);
	}
	if (out->has_lookup) {
		wants->has_lookup = true;
		wants->lookup = out->lookup;
	}
	for (size_t i = 0; i < out->note_count; i++)
		if (wants->note_count < CONTROL_NOTES_MAX)
			wants->notes[wants->note_count++] = out->order_notes[i];
		else
			control->snapshot.news_dropped++; /* the record has it */
	wants->triggers |= out->triggers;
	if (out->has_ask) {
		wants->has_ask = true;
		wants->ask = out->ask;
		wants->asked_passage = control->lanes[index].passage;
	}
	out->event_count = out->result_count = 0;
	out->note_count = 0;
	out->has_ask = out->has_cancel = out->has_lookup = false;
	out->triggers = 0;
}

/* Offers the link what it has not taken yet. */
static void tell_customs(struct control *control, size_t index)
{
	struct control_wants *wants = &control->wants[index];
	struct customs_link *link = control->config.link;

	if (wants->has_cancel)
		wants->has_cancel = customs_link_cancel(link, (uint8_t)index,
							wants->cancel) != KAKOU_OK;
	if (wants->has_ask)
		wants->has_ask = customs_link_ask(link, &wants->ask) != KAKOU_OK;
}

static void take_news(struct control *control)
{
	struct customs_news news;

	while (control_has_room(control) &&
	       customs_link_next(control->config.link, &news)) {
		if (news.kind == CUSTOMS_NEWS_FETCH) {
			/* Full: the platform fetches again. */
			if (pictures_fetch(control->config.pictures, news.lane,
					   &news.message.u.fetch))
				control->snapshot.news_dropped++;
			continue;
		}
		if (control_record_news(control, &news))
			continue;
		struct lane_inputs in = control_lane_inputs(control, news.lane);

		lane_feed_news(&control->lanes[news.lane], &news, &in, &control->out);
		control_carry_out(control, news.lane);
	}
}

static void take_acks(struct control *control)
{
	struct journal_ack ack;

	while (control_has_room(control) &&
	       journal_next_ack(control->config.journal, &ack)) {
		control_note_recorded(control, &ack);
		for (size_t i = 0; i < control->lane_count; i++) {
			struct lane_inputs in = control_lane_inputs(control, i);

			lane_feed_ack(&control->lanes[i], &ack, &in, &control->out);
			control_carry_out(control, i);
		}
	}
}

/* The journal has one producer: what other threads have to say goes through here. */
static void take_notes(struct control *control, struct queue *notes)
{
	struct event event;

	while (control_has_room(control) && queue_pop(notes, &event))
		if (journal_append(control->config.journal, &event))
			abort(); /* has_room() was asked first */
}

/* A lane whose events the record has no room for stands still; the interlock goes on: a raise is
 * finished, nothing is lowered. */
static void step_lane(struct control *control, size_t index)
{
	struct lane *lane = &control->lanes[index];
	struct lane_inputs in = control_lane_inputs(control, index);
	struct interlock_outputs motor;

	if (control_has_room(control)) {
		lane_step(lane, &in, &control->out, &motor);
		control_carry_out(control, index);
	} else {
		lane_step_unrecorded(lane, &in, &motor);
	}
	control_write_lines(control, index, &motor);
	control_count_changes(control, index);
	control_tell_devices(control, index);
	control_want_pictures(control, index);
	tell_customs(control, index);
	control_tell_registry(control, index);
}

static void scan(struct control *control)
{
	int64_t begun_ns = clock_mono_ns();
	int32_t spent_us;

	control->now_ms = begun_ns / 1000000;
	control->is_late = control->now_ms - control->last_scan_ms > CONTROL_LATE_MS;
	control->last_scan_ms = control->now_ms;
	control->late_scans += control->is_late;
	journal_read_health(control->config.journal, 0, &control->record);
	for (size_t i = 0; i < control->lane_count; i++)
		control_read_lines(control, i);
	control_take_samples(control);
	take_news(control);
	take_acks(control);
	control_take_acts(control);
	take_notes(control, control->config.notes);
	take_notes(control, control->config.delivery_notes);
	take_notes(control, control->config.machine_notes);
	control_take_registry(control);
	control_take_pictures(control);
	for (size_t i = 0; i < control->lane_count; i++)
		step_lane(control, i);
	control->scans++;
	if (!control->is_late)
		atomic_fetch_add(control->config.scan_counter, 1);
	spent_us = (int32_t)((clock_mono_ns() - begun_ns) / 1000);
	if (spent_us > control->longest_scan_us)
		control->longest_scan_us = spent_us;
	if (control->scans % 5 == 0)
		control_publish(control);
	if (control->scans % STATES_SCANS == 0)
		control_tell_states(control);
}

static void put_to_rest(struct control *control)
{
	static const struct interlock_outputs off;

	for (size_t i = 0; i < control->lane_count; i++) {
		control->lanes[i].light = LIGHT_RED;
		control->lanes[i].entry.outputs = off;
		control_write_lines(control, i, &off);
	}
}

static void run(void *arg)
{
	struct control *control = arg;
	int64_t next_ms;

	control->is_filtered =
		control->filter && filter_apply(control->filter) == KAKOU_OK;
	if (control->config.count_allocations)
		control->allocations_before = control->config.count_allocations();
	next_ms = control->last_scan_ms = clock_mono_ms();
	while (!atomic_load(&control->is_stopping)) {
		scan(control);
		next_ms += CONTROL_SCAN_MS;
		if (clock_mono_ms() > next_ms)
			next_ms =
				clock_mono_ms(); /* scans that were missed are not made up for */
		clock_sleep_until_ms(next_ms);
	}
	put_to_rest(control);
}

/* Blocks as gpio_open() does. A failure is said once, not each time. */
static void open_lines(struct control *control, size_t index)
{
	const struct site_lane *lane = &control->site->lanes[index];
	struct control_lines *lines = &control->lines[index];
	struct gpio *gpio;
	struct why why;

	lines->retry_at_ms = clock_mono_ms() + REOPEN_MS;
	if (gpio_open(&gpio, lane->gpio_where, lane->gpio_lines, lane->gpio_count,
		      &why)) {
		if (!lines->is_told)
			log_warning("control", "lane %s is blind: %s", lane->name,
				    why.text);
		lines->is_told = true;
		return;
	}
	if (lines->is_told)
		log_info("control", "lane %s has its lines again", lane->name);
	lines->is_told = lines->is_needed = false;
	atomic_store(&lines->fresh, gpio);
}

static void close_broken(struct control_lines *lines)
{
	struct gpio *broken = atomic_exchange(&lines->broken, NULL);

	if (!broken)
		return;
	gpio_close(broken);
	lines->is_needed = true;
}

/* Opens at most one lane a call, so that main is never away for long. */
void control_supervise(struct control *control)
{
	for (size_t i = 0; i < control->lane_count; i++)
		close_broken(&control->lines[i]);
	for (size_t i = 0; i < control->lane_count; i++) {
		struct control_lines *lines = &control->lines[i];

		if (!lines->is_needed || clock_mono_ms() < lines->retry_at_ms)
			continue;
		open_lines(control, i);
		return;
	}
}

enum kakou_err control_create(struct control **out, const struct control_config *config,
			      struct why *why)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the control thread");
	control->config = *config;
	control->site = config->site;
	control->lane_count = config->site->lane_count;
	control->started_wall_ms = clock_wall_ms();
	control->numbers.next_passage = config->past->last_passage + 1;
	control->numbers.next_counter = config->past->next_counter;
	control->numbers.next_ticket = 1;
	pairing_init(&control->pairing, clock_mono_ms());
	for (size_t i = 0; i < config->recall->handed_count; i++)
		if (config->recall->handed[i].is_kept)
			pairing_note(&control->pairing, &config->recall->handed[i]);
	control->numbers.not_observed_ms =
		config->past->last_wall_ms == 0
			? -1
			: control->started_wall_ms - config->past->last_wall_ms;
	control->record.is_well = true;
	for (size_t i = 0; i < control->lane_count; i++) {
		lane_init(&control->lanes[i], control->site, (uint8_t)i);
		if (config->past->locked_lanes >> i & 1)
			lane_start_locked(&control->lanes[i]);
		if (config->past->locked_arms >> i & 1)
			lane_start_arm_locked(&control->lanes[i]);
		lane_start_direction(&control->lanes[i], config->past->directions[i]);
		control->lines[i].is_needed = true;
		control_name_lines(control, i);
	}
	if (filter_create(&control->filter))
		log_warning("control", "no system call filter in this build");
	for (size_t i = 0; i < control->lane_count; i++)
		open_lines(control, i);
	control->now_ms = clock_mono_ms();
	control_publish(
		control); /* whoever asks before the first scan sees a lane at rest */
	*out = control;
	return KAKOU_OK;
}

enum kakou_err control_start(struct control *control)
{
	struct thread_config config = {
		.name = "control",
		.stack_bytes = CONTROL_STACK,
		.fifo_priority = CONTROL_PRIORITY,
		.run = run,
		.arg = control,
	};

	enum kakou_err err = thread_start(&control->thread, &config);

	if (!err)
		atomic_store(&control->is_realtime, thread_is_realtime(control->thread));
	return err;
}

void control_stop(struct control *control)
{
	atomic_store(&control->is_stopping, true);
	thread_join(control->thread);
	control->thread = NULL;
}

void control_destroy(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < control->lane_count; i++) {
		gpio_close(control->lines[i].gpio);
		gpio_close(atomic_load(&control->lines[i].fresh));
		gpio_close(atomic_load(&control->lines[i].broken));
	}
	filter_destroy(control->filter);
	free(control);
}
