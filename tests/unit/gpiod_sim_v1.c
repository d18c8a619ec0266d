/* SPDX-License-Identifier: MIT */
/*
 * libgpiod 1.6 without a kernel. Events lie in pipes, so that poll(2) is the real one.
 */
#ifndef KAKOU_GPIOD_V2

#include "tests/unit/gpiod_sim.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gpiod.h>

struct gpiod_line {
	const char *name;
	const char *holder;
	bool is_requested;
	bool level;
	struct gpiod_line_request_config config;
	int events[2];
};

struct gpiod_chip {
	const char *label;
	struct gpiod_line lines[5];
};

static struct gpiod_chip chips[] = {
	{.label = "gate",
	 .lines = {{.name = "loop-a"},
		   {.name = "loop-b"},
		   {.name = "beam"},
		   {.name = "lift"},
		   {.name = "lamp"}}				      },
	{.label = "cabinet", .lines = {{.name = "door"}, {.name = "horn"}}},
};
static int open_chips;
static bool fails;

static struct gpiod_line *find(const char *name)
{
	for (size_t i = 0; i < 2; i++) {
		struct gpiod_line *line = gpiod_chip_find_line(&chips[i], name);

		if (line)
			return line;
	}
	assert(!"line of the simulation");
	return NULL;
}

static bool take_failure(void)
{
	bool now = fails;

	fails = false;
	if (now)
		errno = EIO;
	return now;
}

void gpiod_sim_reset(void)
{
	for (size_t i = 0; i < 10; i++) {
		struct gpiod_line *line = &chips[i / 5].lines[i % 5];

		gpiod_line_release(line);
		line->holder = NULL;
		line->level = false;
	}
	open_chips = 0;
	fails = false;
}

void gpiod_sim_hold(const char *line, const char *holder)
{
	find(line)->holder = holder;
}

void gpiod_sim_set(const char *line, bool level)
{
	find(line)->level = level;
}

void gpiod_sim_event(const char *name, bool level, int64_t at_ns)
{
	struct gpiod_line *line = find(name);
	struct gpiod_line_event event = {
		.ts = {.tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000},
		.event_type = level ? GPIOD_LINE_EVENT_RISING_EDGE
				    : GPIOD_LINE_EVENT_FALLING_EDGE,
	};
	ssize_t put = write(line->events[1], &event, sizeof(event));

	assert(put == sizeof(event));
	line->level = level;
}

void gpiod_sim_drop_event(const char *line)
{
	find(line)->level =
		!find(line)->level; /* this kernel interface leaves no trace */
}

bool gpiod_sim_level(const char *line)
{
	return find(line)->level;
}

bool gpiod_sim_is_requested(const char *line)
{
	return find(line)->is_requested;
}

bool gpiod_sim_is_active_low(const char *line)
{
	return find(line)->config.flags & GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;
}

bool gpiod_sim_has_pull_up(const char *line)
{
	return find(line)->config.flags & GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
}

void gpiod_sim_fail(void)
{
	fails = true;
}

int gpiod_sim_count_open_chips(void)
{
	return open_chips;
}

/* ---- what hal/linux/ calls ---------------------------------------------------------- */

struct gpiod_chip *gpiod_chip_open_by_label(const char *label)
{
	for (size_t i = 0; i < 2; i++) {
		if (!strcmp(chips[i].label, label)) {
			open_chips++;
			return &chips[i];
		}
	}
	errno = ENOENT;
	return NULL;
}

void gpiod_chip_close(struct gpiod_chip *chip)
{
	(void)chip;
	open_chips--;
}

struct gpiod_line *gpiod_chip_find_line(struct gpiod_chip *chip, const char *name)
{
	for (size_t i = 0; i < 5; i++) {
		if (chip->lines[i].name && !strcmp(chip->lines[i].name, name))
			return &chip->lines[i];
	}
	errno = ENOENT;
	return NULL;
}

struct gpiod_line *gpiod_chip_get_line(struct gpiod_chip *chip, unsigned int offset)
{
	if (offset < 5 && chip->lines[offset].name)
		return &chip->lines[offset];
	errno = EINVAL;
	return NULL;
}

struct gpiod_chip *gpiod_line_get_chip(struct gpiod_line *line)
{
	return line >= chips[1].lines ? &chips[1] : &chips[0];
}

const char *gpiod_chip_name(struct gpiod_chip *chip)
{
	return chip == &chips[0] ? "gpiochip7" : "gpiochip8";
}

const char *gpiod_line_consumer(struct gpiod_line *line)
{
	return line->holder;
}

int gpiod_line_request(struct gpiod_line *line,
		       const struct gpiod_line_request_config *config, int default_val)
{
	if (take_failure())
		return -1;
	if (line->holder) {
		errno = EBUSY;
		return -1;
	}
	line->config = *config;
	if (config->request_type == GPIOD_LINE_REQUEST_DIRECTION_OUTPUT)
		line->level = default_val;
	else if (pipe(line->events))
		return -1;
	line->is_requested = true;
	return 0;
}

void gpiod_line_release(struct gpiod_line *line)
{
	if (line->is_requested &&
	    line->config.request_type != GPIOD_LINE_REQUEST_DIRECTION_OUTPUT) {
		close(line->events[0]);
		close(line->events[1]);
	}
	line->is_requested = false;
}

int gpiod_line_get_value(struct gpiod_line *line)
{
	return take_failure() ? -1 : line->level;
}

int gpiod_line_set_value(struct gpiod_line *line, int value)
{
	if (take_failure())
		return -1;
	line->level = value;
	return 0;
}

int gpiod_line_event_get_fd(struct gpiod_line *line)
{
	return line->events[0];
}

int gpiod_line_event_read_fd(int fd, struct gpiod_line_event *event)
{
	if (take_failure())
		return -1;
	return read(fd, event, sizeof(*event)) == sizeof(*event) ? 0 : -1;
}

#endif
