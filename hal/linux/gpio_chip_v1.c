/* SPDX-License-Identifier: MIT */
/*
 * Lines of the kernel through libgpiod 1.6 (Debian 12).
 *
 * Layer:   hal. Compiled unless KAKOU_GPIOD_V2 is set.
 * Threads: as hal/gpio.h; no call but open and close waits or allocates.
 *
 * Each line is requested by itself: this library gives every input with events a descriptor of
 * its own anyway, and one request can't mix polarities. The kernel keeps 16 events a line and
 * drops the newest without a word; a loss is assumed when as many events as the kernel keeps come
 * out of one line without a pause.
 */
#ifndef KAKOU_GPIOD_V2

#include "hal/linux/gpio_backend.h"
#include "hal/linux/gpio_label.h"
#include "hal/linux/gpio_sleep.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <gpiod.h>

enum { KERNEL_EVENTS_MAX = 16 };

struct chip_line {
	struct gpiod_line *line;
	bool has_pending;
	struct gpio_edge pending; /* taken from the kernel, not yet given out */
	struct gpio_label label;
	int burst; /* events since the kernel had none */
};

struct gpio_chip {
	struct gpio base;
	struct gpiod_chip *chips[GPIO_CHIPS_MAX];
	size_t chip_count;
	size_t count;
	bool has_lost; /* tell once, before the next edge */
	struct chip_line lines[GPIO_LINES_MAX];
	struct pollfd polled[GPIO_LINES_MAX]; /* fd -1: an output */
};

static void close_chip(struct gpio *gpio)
{
	struct gpio_chip *chip = (struct gpio_chip *)gpio;

	for (size_t i = 0; i < chip->count; i++)
		gpiod_line_release(chip->lines[i].line);
	for (size_t i = 0; i < chip->chip_count; i++)
		gpiod_chip_close(chip->chips[i]);
	free(chip);
}

static enum kakou_err read_levels(struct gpio *gpio, uint64_t *inputs)
{
	struct gpio_chip *chip = (struct gpio_chip *)gpio;
	uint64_t levels = 0;

	for (size_t i = 0; i < chip->count; i++) {
		int level;

		if (chip->polled[i].fd < 0)
			continue;
		level = gpiod_line_get_value(chip->lines[i].line);
		if (level < 0)
			return KAKOU_E_IO;
		if (level)
			levels |= UINT64_C(1) << i;
	}
	*inputs = levels;
	return KAKOU_OK;
}

static enum kakou_err write_levels(struct gpio *gpio, uint64_t mask, uint64_t levels)
{
	struct gpio_chip *chip = (struct gpio_chip *)gpio;

	for (size_t i = 0; i < chip->count; i++) {
		if (!(mask >> i & 1))
			continue;
		if (gpiod_line_set_value(chip->lines[i].line, (int)(levels >> i & 1)))
			return KAKOU_E_IO;
	}
	return KAKOU_OK;
}

/* Takes one event of a line that has some. */
static enum kakou_err take_event(struct gpio_chip *chip, size_t i)
{
	struct chip_line *line = &chip->lines[i];
	struct gpiod_line_event event;

	if (gpiod_line_event_read_fd(chip->polled[i].fd, &event))
		return KAKOU_E_IO;
	if (++line->burst >= KERNEL_EVENTS_MAX) {
		chip->has_lost = true;
		line->burst = 0;
	}
	line->pending.at_ns = (int64_t)event.ts.tv_sec * 1000000000 + event.ts.tv_nsec;
	line->pending.line = (uint16_t)i;
	line->pending.level = gpio_label_take(
		&line->label, event.event_type == GPIOD_LINE_EVENT_RISING_EDGE,
		line->pending.at_ns);
	line->has_pending = true;
	return KAKOU_OK;
}

/* The kernel has no more of this line. */
static void settle(struct chip_line *line, size_t i)
{
	line->burst = 0;
	line->pending.line = (uint16_t)i;
	line->has_pending = gpio_label_settle(&line->label, &line->pending.level,
					      &line->pending.at_ns);
}

/* One event ahead for every line that has any, so that the oldest of all can be told. */
static enum kakou_err look_ahead(struct gpio_chip *chip)
{
	if (poll(chip->polled, chip->count, 0) < 0)
		return errno == EINTR ? KAKOU_OK : KAKOU_E_IO;
	for (size_t i = 0; i < chip->count; i++) {
		enum kakou_err err;

		if (chip->polled[i].fd < 0 || chip->lines[i].has_pending)
			continue;
		if (chip->polled[i].revents == 0) {
			settle(&chip->lines[i], i);
			continue;
		}
		if (!(chip->polled[i].revents & POLLIN))
			return KAKOU_E_IO;
		err = take_event(chip, i);
		if (err)
			return err;
	}
	return KAKOU_OK;
}

static enum kakou_err next_edge(struct gpio *gpio, struct gpio_edge *out)
{
	struct gpio_chip *chip = (struct gpio_chip *)gpio;
	struct chip_line *oldest = NULL;
	enum kakou_err err = look_ahead(chip);

	if (err)
		return err;
	if (chip->has_lost) {
		chip->has_lost = false;
		return KAKOU_E_FULL;
	}
	for (size_t i = 0; i < chip->count; i++) {
		struct chip_line *line = &chip->lines[i];

		if (line->has_pending &&
		    (!oldest || line->pending.at_ns < oldest->pending.at_ns))
			oldest = line;
	}
	if (!oldest)
		return KAKOU_E_AGAIN;
	*out = oldest->pending;
	oldest->has_pending = false;
	return KAKOU_OK;
}

/* Outputs are missing: this library does not say their descriptors. They only see ioctl(2), so a
 * filter of system calls has to know them by the request instead. */
static size_t list_fds(const struct gpio *gpio, int *fds, size_t max)
{
	const struct gpio_chip *chip = (const struct gpio_chip *)gpio;
	size_t count = 0;

	for (size_t i = 0; i < chip->count && count < max; i++) {
		if (chip->polled[i].fd >= 0)
			fds[count++] = chip->polled[i].fd;
	}
	return count;
}

static enum kakou_err open_chips(struct gpio_chip *chip,
				 char labels[][GPIO_LABEL_MAX + 1], size_t label_count,
				 struct why *why)
{
	for (size_t i = 0; i < label_count; i++) {
		struct gpiod_chip *found = gpiod_chip_open_by_label(labels[i]);

		if (!found)
			return why_set(
				why, errno == EACCES ? KAKOU_E_DENIED : KAKOU_E_NOTFOUND,
				"no GPIO chip with label \"%s\": %s", labels[i],
				strerror(errno));
		chip->chips[chip->chip_count++] = found;
	}
	return KAKOU_OK;
}

static struct gpiod_line *find_line(const struct gpio_chip *chip,
				    const struct gpio_line *wanted)
{
	struct gpiod_line *line = NULL;

	if (wanted->is_numbered)
		return wanted->chip < chip->chip_count
			       ? gpiod_chip_get_line(chip->chips[wanted->chip],
						     wanted->offset)
			       : NULL;
	for (size_t i = 0; i < chip->chip_count && !line; i++)
		line = gpiod_chip_find_line(chip->chips[i], wanted->name);
	return line;
}

static enum kakou_err explain_request(struct gpiod_line *line, const char *name,
				      struct why *why)
{
	int failure = errno;
	const char *holder = gpiod_line_consumer(line);

	if (failure == EBUSY)
		return why_set(why, KAKOU_E_DENIED, "line \"%s\" is held by \"%s\"", name,
			       holder ? holder : "the kernel");
	return why_set(why, failure == EACCES ? KAKOU_E_DENIED : KAKOU_E_IO,
		       "line \"%s\" can't be requested: %s", name, strerror(failure));
}

static enum kakou_err request_line(struct gpio_chip *chip, const struct gpio_line *wanted,
				   struct why *why)
{
	struct gpiod_line_request_config config = {
		.consumer = "kakoud",
		.request_type = wanted->is_output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT
						  : GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
	};
	size_t i = chip->count;
	struct gpiod_line *line = find_line(chip, wanted);
	enum kakou_err err;

	if (!line)
		return gpio_chip_explain_missing(wanted, why);
	err = gpio_sleep_check(wanted, gpiod_chip_name(gpiod_line_get_chip(line)), why);
	if (err)
		return err;
	if (wanted->active_low)
		config.flags |= GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;
	if (wanted->bias == GPIO_BIAS_PULL_UP && !wanted->is_output)
		config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
	if (wanted->bias == GPIO_BIAS_PULL_DOWN && !wanted->is_output)
		config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
	if (gpiod_line_request(line, &config, wanted->initial))
		return explain_request(line, wanted->name, why);
	chip->lines[i].line = line;
	gpio_label_init(&chip->lines[i].label);
	chip->polled[i].fd = wanted->is_output ? -1 : gpiod_line_event_get_fd(line);
	chip->polled[i].events = POLLIN;
	chip->count++;
	return KAKOU_OK;
}

enum kakou_err gpio_chip_open(struct gpio **out, char labels[][GPIO_LABEL_MAX + 1],
			      size_t label_count, const struct gpio_line *lines,
			      size_t count, struct why *why)
{
	static const struct gpio_backend backend = {
		.close = close_chip,
		.read = read_levels,
		.write = write_levels,
		.next_edge = next_edge,
		.list_fds = list_fds,
	};
	struct gpio_chip *chip = calloc(1, sizeof(*chip));
	enum kakou_err err;

	if (!chip)
		return why_set(why, KAKOU_E_NOMEM, "no memory for GPIO chips");
	chip->base.backend = &backend;
	err = open_chips(chip, labels, label_count, why);
	for (size_t i = 0; !err && i < count; i++)
		err = request_line(chip, &lines[i], why);
	if (err) {
		close_chip(&chip->base);
		return err;
	}
	*out = &chip->base;
	return KAKOU_OK;
}

#endif
