/* SPDX-License-Identifier: MIT */
/*
 * Lines of the kernel through libgpiod 2.x (Debian 13).
 *
 * Layer:   hal. Compiled when KAKOU_GPIOD_V2 is set.
 * Threads: as hal/gpio.h; no call but open and close waits or allocates.
 *
 * All lines of one chip are one request, so one descriptor and one system call each way. The
 * kernel numbers the events of a request: a gap in the numbers is a loss.
 */
#ifdef KAKOU_GPIOD_V2

#include "hal/linux/gpio_backend.h"
#include "hal/linux/gpio_label.h"
#include "hal/linux/gpio_sleep.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpiod.h>

enum { EVENTS_PER_LINE = 16, PATH_BYTES = 300 };

/* Lines of one direction: their offsets on the chip and their bits in our words. */
struct line_group {
	size_t count;
	unsigned offsets[GPIO_LINES_MAX];
	unsigned bits[GPIO_LINES_MAX];
};

struct one_chip {
	struct gpiod_chip *chip;
	struct gpiod_line_request *request; /* NULL: no line of this chip is wanted */
	struct gpiod_edge_event_buffer *buffer;
	struct line_group inputs;
	struct line_group outputs;
	bool has_pending;
	struct gpio_edge pending; /* taken from the kernel, not yet given out */
	unsigned long last_number;
};

struct gpio_chip {
	struct gpio base;
	size_t chip_count;
	bool has_lost; /* tell once, before the next edge */
	struct one_chip chips[GPIO_CHIPS_MAX];
	struct gpio_label labels[GPIO_LINES_MAX]; /* by bit */
};

static void close_chip(struct gpio *gpio)
{
	struct gpio_chip *all = (struct gpio_chip *)gpio;

	for (size_t i = 0; i < all->chip_count; i++) {
		struct one_chip *chip = &all->chips[i];

		if (chip->request)
			gpiod_line_request_release(chip->request);
		if (chip->buffer)
			gpiod_edge_event_buffer_free(chip->buffer);
		gpiod_chip_close(chip->chip);
	}
	free(all);
}

static enum kakou_err read_levels(struct gpio *gpio, uint64_t *inputs)
{
	const struct gpio_chip *all = (const struct gpio_chip *)gpio;
	uint64_t levels = 0;

	for (size_t i = 0; i < all->chip_count; i++) {
		const struct one_chip *chip = &all->chips[i];
		enum gpiod_line_value values[GPIO_LINES_MAX];

		if (chip->inputs.count == 0)
			continue;
		if (gpiod_line_request_get_values_subset(chip->request,
							 chip->inputs.count,
							 chip->inputs.offsets, values))
			return KAKOU_E_IO;
		for (size_t j = 0; j < chip->inputs.count; j++) {
			if (values[j] == GPIOD_LINE_VALUE_ACTIVE)
				levels |= UINT64_C(1) << chip->inputs.bits[j];
		}
	}
	*inputs = levels;
	return KAKOU_OK;
}

static enum kakou_err write_chip(const struct one_chip *chip, uint64_t mask,
				 uint64_t levels)
{
	enum gpiod_line_value values[GPIO_LINES_MAX];
	unsigned offsets[GPIO_LINES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < chip->outputs.count; i++) {
		unsigned bit = chip->outputs.bits[i];

		if (!(mask >> bit & 1))
			continue;
		offsets[count] = chip->outputs.offsets[i];
		values[count++] = levels >> bit & 1 ? GPIOD_LINE_VALUE_ACTIVE
						    : GPIOD_LINE_VALUE_INACTIVE;
	}
	if (count > 0 &&
	    gpiod_line_request_set_values_subset(chip->request, count, offsets, values))
		return KAKOU_E_IO;
	return KAKOU_OK;
}

static enum kakou_err write_levels(struct gpio *gpio, uint64_t mask, uint64_t levels)
{
	const struct gpio_chip *all = (const struct gpio_chip *)gpio;
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; i < all->chip_count && !err; i++)
		err = write_chip(&all->chips[i], mask, levels);
	return err;
}

static uint16_t bit_of(const struct line_group *group, unsigned offset)
{
	size_t i = 0;

	while (i < group->count - 1 && group->offsets[i] != offset)
		i++;
	return (uint16_t)group->bits[i];
}

/* Levels that came before a loss say nothing about those after it. */
static void forget_labels(struct gpio_chip *all, const struct one_chip *chip)
{
	for (size_t i = 0; i < chip->inputs.count; i++)
		gpio_label_init(&all->labels[chip->inputs.bits[i]]);
}

/* The kernel has no more of this chip. */
static void settle(struct gpio_chip *all, struct one_chip *chip)
{
	for (size_t i = 0; i < chip->inputs.count && !chip->has_pending; i++) {
		chip->pending.line = (uint16_t)chip->inputs.bits[i];
		chip->has_pending =
			gpio_label_settle(&all->labels[chip->inputs.bits[i]],
					  &chip->pending.level, &chip->pending.at_ns);
	}
}

/* Takes one event of a chip that has none ahead, if there is any. */
static enum kakou_err look_ahead(struct gpio_chip *all, struct one_chip *chip)
{
	struct gpiod_edge_event *event;
	unsigned long number;
	int ready = gpiod_line_request_wait_edge_events(chip->request, 0);

	if (ready < 0)
		return errno == EINTR ? KAKOU_OK : KAKOU_E_IO;
	if (ready == 0) {
		settle(all, chip);
		return KAKOU_OK;
	}
	if (gpiod_line_request_read_edge_events(chip->request, chip->buffer, 1) != 1)
		return KAKOU_E_IO;
	event = gpiod_edge_event_buffer_get_event(chip->buffer, 0);
	number = gpiod_edge_event_get_global_seqno(event);
	if (number != chip->last_number + 1) {
		all->has_lost = true;
		forget_labels(all, chip);
	}
	chip->last_number = number;
	chip->pending.at_ns = (int64_t)gpiod_edge_event_get_timestamp_ns(event);
	chip->pending.line =
		bit_of(&chip->inputs, gpiod_edge_event_get_line_offset(event));
	chip->pending.level = gpio_label_take(&all->labels[chip->pending.line],
					      gpiod_edge_event_get_event_type(event) ==
						      GPIOD_EDGE_EVENT_RISING_EDGE,
					      chip->pending.at_ns);
	chip->has_pending = true;
	return KAKOU_OK;
}

static enum kakou_err next_edge(struct gpio *gpio, struct gpio_edge *out)
{
	struct gpio_chip *all = (struct gpio_chip *)gpio;
	struct one_chip *oldest = NULL;

	for (size_t i = 0; i < all->chip_count; i++) {
		struct one_chip *chip = &all->chips[i];
		enum kakou_err err = KAKOU_OK;

		if (chip->inputs.count > 0 && !chip->has_pending)
			err = look_ahead(all, chip);
		if (err)
			return err;
		if (chip->has_pending &&
		    (!oldest || chip->pending.at_ns < oldest->pending.at_ns))
			oldest = chip;
	}
	if (all->has_lost) {
		all->has_lost = false;
		return KAKOU_E_FULL;
	}
	if (!oldest)
		return KAKOU_E_AGAIN;
	*out = oldest->pending;
	oldest->has_pending = false;
	return KAKOU_OK;
}

static size_t list_fds(const struct gpio *gpio, int *fds, size_t max)
{
	const struct gpio_chip *all = (const struct gpio_chip *)gpio;
	size_t count = 0;

	for (size_t i = 0; i < all->chip_count && count < max; i++) {
		if (all->chips[i].request)
			fds[count++] = gpiod_line_request_get_fd(all->chips[i].request);
	}
	return count;
}

/* ---- opening ------------------------------------------------------------------------ */

/* The chip at `path` when it has the label, else NULL; *denied when it may not be looked at. */
static struct gpiod_chip *open_if_labelled(const char *path, const char *label,
					   bool *denied)
{
	struct gpiod_chip_info *info;
	struct gpiod_chip *chip;
	bool matches = false;

	if (!gpiod_is_gpiochip_device(path))
		return NULL;
	chip = gpiod_chip_open(path);
	if (!chip) {
		*denied = *denied || errno == EACCES || errno == EPERM;
		return NULL;
	}
	info = gpiod_chip_get_info(chip);
	if (info) {
		matches = !strcmp(gpiod_chip_info_get_label(info), label);
		gpiod_chip_info_free(info);
	}
	if (matches)
		return chip;
	gpiod_chip_close(chip);
	return NULL;
}

static enum kakou_err open_labelled(struct gpiod_chip **out, const char *label,
				    struct why *why)
{
	DIR *directory = opendir("/dev");
	struct gpiod_chip *chip = NULL;
	bool denied = false;
	struct dirent *entry;

	if (!directory)
		return why_set(why, KAKOU_E_IO, "/dev: %s", strerror(errno));
	while (!chip && (entry = readdir(directory))) {
		char path[PATH_BYTES];

		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		chip = open_if_labelled(path, label, &denied);
	}
	closedir(directory);
	if (!chip)
		return why_set(why, denied ? KAKOU_E_DENIED : KAKOU_E_NOTFOUND,
			       "no GPIO chip with label \"%s\"%s", label,
			       denied ? " among those that may be opened" : "");
	*out = chip;
	return KAKOU_OK;
}

static enum kakou_err open_chips(struct gpio_chip *all, char labels[][GPIO_LABEL_MAX + 1],
				 size_t label_count, struct why *why)
{
	for (size_t i = 0; i < label_count; i++) {
		enum kakou_err err = open_labelled(&all->chips[i].chip, labels[i], why);

		if (err)
			return err;
		all->chip_count++;
	}
	return KAKOU_OK;
}

/* The chip of a line, with its offset there; NULL: none has it. */
static struct one_chip *find_line(struct gpio_chip *all, const struct gpio_line *wanted,
				  int *offset)
{
	if (wanted->is_numbered) {
		*offset = wanted->offset;
		return wanted->chip < all->chip_count ? &all->chips[wanted->chip] : NULL;
	}
	for (size_t i = 0; i < all->chip_count; i++) {
		*offset = gpiod_chip_get_line_offset_from_name(all->chips[i].chip,
							       wanted->name);
		if (*offset >= 0)
			return &all->chips[i];
	}
	return NULL;
}

static enum kakou_err check_sleep(const struct one_chip *chip,
				  const struct gpio_line *wanted, struct why *why)
{
	struct gpiod_chip_info *info = gpiod_chip_get_info(chip->chip);
	enum kakou_err err;

	if (!info)
		return why_set(why, KAKOU_E_IO, "a GPIO chip says nothing of itself: %s",
			       strerror(errno));
	err = gpio_sleep_check(wanted, gpiod_chip_info_get_name(info), why);
	gpiod_chip_info_free(info);
	return err;
}

static enum kakou_err find_lines(struct gpio_chip *all, const struct gpio_line *lines,
				 size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		struct one_chip *chip;
		struct line_group *group;
		enum kakou_err err;
		int offset;

		chip = find_line(all, &lines[i], &offset);
		if (!chip)
			return gpio_chip_explain_missing(&lines[i], why);
		err = check_sleep(chip, &lines[i], why);
		if (err)
			return err;
		group = lines[i].is_output ? &chip->outputs : &chip->inputs;
		group->offsets[group->count] = (unsigned)offset;
		group->bits[group->count++] = (unsigned)i;
	}
	return KAKOU_OK;
}

/* 0, or -1 with errno. */
static int add_line(struct gpiod_line_config *config,
		    struct gpiod_line_settings *settings, unsigned offset,
		    const struct gpio_line *line)
{
	gpiod_line_settings_reset(settings);
	gpiod_line_settings_set_active_low(settings, line->active_low);
	if (line->is_output) {
		if (gpiod_line_settings_set_direction(settings,
						      GPIOD_LINE_DIRECTION_OUTPUT) ||
		    gpiod_line_settings_set_output_value(
			    settings, line->initial ? GPIOD_LINE_VALUE_ACTIVE
						    : GPIOD_LINE_VALUE_INACTIVE))
			return -1;
	} else {
		if (gpiod_line_settings_set_direction(settings,
						      GPIOD_LINE_DIRECTION_INPUT) ||
		    gpiod_line_settings_set_edge_detection(settings,
							   GPIOD_LINE_EDGE_BOTH) ||
		    gpiod_line_settings_set_event_clock(settings,
							GPIOD_LINE_CLOCK_MONOTONIC))
			return -1;
		if (line->bias != GPIO_BIAS_AS_IS &&
		    gpiod_line_settings_set_bias(settings,
						 line->bias == GPIO_BIAS_PULL_UP
							 ? GPIOD_LINE_BIAS_PULL_UP
							 : GPIOD_LINE_BIAS_PULL_DOWN))
			return -1;
	}
	return gpiod_line_config_add_line_settings(config, &offset, 1, settings);
}

static int add_group(struct gpiod_line_config *config,
		     struct gpiod_line_settings *settings, const struct line_group *group,
		     const struct gpio_line *lines)
{
	for (size_t i = 0; i < group->count; i++) {
		if (add_line(config, settings, group->offsets[i], &lines[group->bits[i]]))
			return -1;
	}
	return 0;
}

static bool is_held(const struct one_chip *chip, const struct line_group *group,
		    const struct gpio_line *lines, struct why *why)
{
	for (size_t i = 0; i < group->count; i++) {
		struct gpiod_line_info *info =
			gpiod_chip_get_line_info(chip->chip, group->offsets[i]);
		bool held = info && gpiod_line_info_is_used(info);
		const char *holder = held ? gpiod_line_info_get_consumer(info) : NULL;

		if (held)
			why_set(why, KAKOU_E_DENIED, "line \"%s\" is held by \"%s\"",
				lines[group->bits[i]].name,
				holder ? holder : "the kernel");
		if (info)
			gpiod_line_info_free(info);
		if (held)
			return true;
	}
	return false;
}

static enum kakou_err explain_request(const struct one_chip *chip,
				      const struct gpio_line *lines, struct why *why)
{
	int failure = errno;

	if (failure == EBUSY && (is_held(chip, &chip->inputs, lines, why) ||
				 is_held(chip, &chip->outputs, lines, why)))
		return KAKOU_E_DENIED;
	return why_set(
		why, failure == EBUSY || failure == EACCES ? KAKOU_E_DENIED : KAKOU_E_IO,
		"the lines can't be requested: %s", strerror(failure));
}

static enum kakou_err request_lines(struct one_chip *chip, const struct gpio_line *lines,
				    struct why *why)
{
	size_t count = chip->inputs.count + chip->outputs.count;
	struct gpiod_line_settings *settings = gpiod_line_settings_new();
	struct gpiod_line_config *config = gpiod_line_config_new();
	struct gpiod_request_config *request = gpiod_request_config_new();
	enum kakou_err err = KAKOU_OK;

	chip->buffer = gpiod_edge_event_buffer_new(1);
	if (!settings || !config || !request || !chip->buffer) {
		err = why_set(why, KAKOU_E_NOMEM, "no memory for a request of lines");
		goto release;
	}
	gpiod_request_config_set_consumer(request, "kakoud");
	gpiod_request_config_set_event_buffer_size(request, count * EVENTS_PER_LINE);
	if (add_group(config, settings, &chip->inputs, lines) ||
	    add_group(config, settings, &chip->outputs, lines)) {
		err = why_set(why, KAKOU_E_IO, "a line can't be set up: %s",
			      strerror(errno));
		goto release;
	}
	chip->request = gpiod_chip_request_lines(chip->chip, request, config);
	if (!chip->request)
		err = explain_request(chip, lines, why);

release:
	if (request)
		gpiod_request_config_free(request);
	if (config)
		gpiod_line_config_free(config);
	if (settings)
		gpiod_line_settings_free(settings);
	return err;
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
	struct gpio_chip *all = calloc(1, sizeof(*all));
	enum kakou_err err;

	if (!all)
		return why_set(why, KAKOU_E_NOMEM, "no memory for GPIO chips");
	all->base.backend = &backend;
	for (size_t i = 0; i < GPIO_LINES_MAX; i++)
		gpio_label_init(&all->labels[i]);
	err = open_chips(all, labels, label_count, why);
	if (!err)
		err = find_lines(all, lines, count, why);
	for (size_t i = 0; !err && i < all->chip_count; i++) {
		if (all->chips[i].inputs.count + all->chips[i].outputs.count > 0)
			err = request_lines(&all->chips[i], lines, why);
	}
	if (err) {
		close_chip(&all->base);
		return err;
	}
	*out = &all->base;
	return KAKOU_OK;
}

#endif
