/* SPDX-License-Identifier: MIT */
/*
 * What an event of a line means. Layer: hal. Pure.
 */
#include "hal/linux/gpio_label.h"

void gpio_label_init(struct gpio_label *label)
{
	*label = (struct gpio_label){.last = -1, .raw = -1};
}

bool gpio_label_take(struct gpio_label *label, bool raw, int64_t at_ns)
{
	label->last = (int8_t)(label->last < 0 ? raw : !label->last);
	label->raw = raw;
	label->at_ns = at_ns;
	return label->last;
}

bool gpio_label_settle(struct gpio_label *label, bool *level, int64_t *at_ns)
{
	if (label->last == label->raw)
		return false;
	label->last = label->raw;
	*level = label->raw;
	*at_ns = label->at_ns;
	return true;
}
