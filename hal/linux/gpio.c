/* SPDX-License-Identifier: MIT */
/*
 * Digital lines: chooses the back end and passes calls on.
 *
 * Layer:   hal.
 * Threads: open and close from main, the rest from the control thread.
 */
#include "hal/gpio.h"

#include <assert.h>
#include <string.h>

#include "hal/linux/gpio_backend.h"

static enum kakou_err check_lines(const struct gpio_line *lines, size_t count,
				  struct why *why)
{
	if (count == 0 || count > GPIO_LINES_MAX)
		return why_set(why, KAKOU_E_INVALID, "%zu lines, expected 1 to %d", count,
			       GPIO_LINES_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!lines[i].name[0])
			return why_set(why, KAKOU_E_INVALID,
				       "line %zu has no name, expected the kernel's", i);
		for (size_t j = 0; j < i; j++) {
			if (!strcmp(lines[i].name, lines[j].name))
				return why_set(why, KAKOU_E_INVALID,
					       "line \"%s\" is wanted twice",
					       lines[i].name);
		}
	}
	return KAKOU_OK;
}

/* "A,B" to {"A", "B"}; 0 when it is malformed. */
static size_t split_labels(const char *list, char labels[][GPIO_LABEL_MAX + 1])
{
	size_t count = 0;

	for (;;) {
		size_t len = strcspn(list, ",");

		if (len == 0 || len > GPIO_LABEL_MAX || count == GPIO_CHIPS_MAX)
			return 0;
		memcpy(labels[count], list, len);
		labels[count++][len] = '\0';
		if (!list[len])
			return count;
		list += len + 1;
	}
}

static enum kakou_err open_backend(struct gpio **out, const char *where,
				   const struct gpio_line *lines, size_t count,
				   struct why *why)
{
	char labels[GPIO_CHIPS_MAX][GPIO_LABEL_MAX + 1];
	size_t label_count;

	if (!strncmp(where, "yard:", 5) && where[5])
		return gpio_yard_open(out, where + 5, lines, count, why);
	label_count = strncmp(where, "chip:", 5) ? 0 : split_labels(where + 5, labels);
	if (label_count == 0)
		return why_set(
			why, KAKOU_E_INVALID,
			"gpio is \"%s\", expected \"chip:LABEL[,LABEL]\" with 1 to "
			"%d labels of 1 to %d bytes, or \"yard:SOCKET\"",
			where, GPIO_CHIPS_MAX, GPIO_LABEL_MAX);
	return gpio_chip_open(out, labels, label_count, lines, count, why);
}

enum kakou_err gpio_open(struct gpio **out, const char *where,
			 const struct gpio_line *lines, size_t count, struct why *why)
{
	struct gpio *gpio = NULL;
	enum kakou_err err = check_lines(lines, count, why);

	if (!err)
		err = open_backend(&gpio, where, lines, count, why);
	if (err)
		return err;
	assert(gpio);
	gpio->outputs = 0;
	gpio->set = 0;
	for (size_t i = 0; i < count; i++) {
		if (lines[i].is_output)
			gpio->outputs |= UINT64_C(1) << i;
		if (lines[i].is_output && lines[i].initial)
			gpio->set |= UINT64_C(1) << i;
	}
	*out = gpio;
	return KAKOU_OK;
}

void gpio_close(struct gpio *gpio)
{
	if (gpio)
		gpio->backend->close(gpio);
}

enum kakou_err gpio_read(struct gpio *gpio, uint64_t *levels)
{
	uint64_t inputs;
	enum kakou_err err = gpio->backend->read(gpio, &inputs);

	if (err)
		return err;
	*levels = (inputs & ~gpio->outputs) | gpio->set;
	return KAKOU_OK;
}

enum kakou_err gpio_write(struct gpio *gpio, uint64_t mask, uint64_t levels)
{
	enum kakou_err err;

	assert(!(mask & ~gpio->outputs));
	if (!mask)
		return KAKOU_OK;
	err = gpio->backend->write(gpio, mask, levels);
	if (!err)
		gpio->set = (gpio->set & ~mask) | (levels & mask);
	return err;
}

enum kakou_err gpio_next_edge(struct gpio *gpio, struct gpio_edge *out)
{
	return gpio->backend->next_edge(gpio, out);
}

size_t gpio_list_fds(const struct gpio *gpio, int *fds, size_t max)
{
	return gpio->backend->list_fds(gpio, fds, max);
}
