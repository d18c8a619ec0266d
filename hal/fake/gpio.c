/* SPDX-License-Identifier: MIT */
/*
 * Lines that behave as a test scripts them.
 *
 * Layer:   hal, fake side.
 * Threads: one: the test's, which also runs the code under test.
 *
 * Lines live in a table of names shared by all objects, so that a test may set a level before
 * the line is requested, and two lanes may hold lines of one board. A line belongs to one
 * object at a time. An input's level follows its edge at once, as with a real chip.
 */
#include "hal/gpio.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/text.h"

enum { LINES_MAX = 256, EDGES_MAX = 1024 };

struct fake_line {
	char name[GPIO_NAME_MAX + 1];
	bool level;
	struct gpio *owner;
	uint16_t index; /* in the owner's array */
};

struct gpio {
	size_t count;
	uint64_t outputs;
	struct fake_line *lines[GPIO_LINES_MAX];
	struct gpio_edge edges[EDGES_MAX];
	size_t first_edge;
	size_t edge_count;
	bool has_lost;
};

static struct fake_line table[LINES_MAX];
static size_t table_count;
static struct fake_gpio_write writes[FAKE_GPIO_WRITES_MAX];
static size_t write_count;
static enum kakou_err failure;
static enum kakou_err open_failure;
static int open_failures_left;
static struct {
	const char *name; /* NULL: nothing is planned */
	bool level;
	int64_t at_ms;
} plan;

static struct fake_line *find_or_add(const char *name)
{
	struct fake_line *line;

	for (size_t i = 0; i < table_count; i++) {
		if (!strcmp(table[i].name, name))
			return &table[i];
	}
	assert(table_count < LINES_MAX);
	line = &table[table_count++];
	memset(line, 0, sizeof(*line));
	text_copy(line->name, sizeof(line->name), name);
	return line;
}

static bool is_output(const struct fake_line *line)
{
	return line->owner && line->owner->outputs >> line->index & 1;
}

void fake_gpio_reset(void)
{
	for (size_t i = 0; i < table_count; i++) {
		if (table[i].owner)
			table[i].owner->count = 0;
	}
	table_count = 0;
	write_count = 0;
	failure = KAKOU_OK;
	open_failure = KAKOU_OK;
	open_failures_left = 0;
	plan.name = NULL;
}

void fake_gpio_add_edge(const char *name, bool level, int64_t at_ns)
{
	struct fake_line *line = find_or_add(name);
	struct gpio *owner = line->owner;
	struct gpio_edge *edge;

	assert(!is_output(line));
	line->level = level;
	if (!owner)
		return;
	if (owner->edge_count == EDGES_MAX) {
		owner->has_lost = true;
		return;
	}
	edge = &owner->edges[(owner->first_edge + owner->edge_count++) % EDGES_MAX];
	edge->at_ns = at_ns;
	edge->line = line->index;
	edge->level = level;
}

void fake_gpio_set_input(const char *name, bool level)
{
	if (find_or_add(name)->level != level)
		fake_gpio_add_edge(name, level, clock_mono_ns());
}

void fake_gpio_plan_input(const char *name, bool level, int64_t at_ms)
{
	plan.name = name;
	plan.level = level;
	plan.at_ms = at_ms;
}

static void do_what_is_planned(void)
{
	const char *name = plan.name;

	if (!name || clock_mono_ms() < plan.at_ms)
		return;
	plan.name = NULL;
	fake_gpio_set_input(name, plan.level);
}

bool fake_gpio_output(const char *name)
{
	const struct fake_line *line = find_or_add(name);

	return is_output(line) && line->level;
}

void fake_gpio_fail(enum kakou_err err)
{
	failure = err;
}

void fake_gpio_fail_open(enum kakou_err err, int count)
{
	open_failure = err;
	open_failures_left = count;
}

void fake_gpio_lose_edges(void)
{
	for (size_t i = 0; i < table_count; i++) {
		if (!table[i].owner)
			continue;
		table[i].owner->edge_count = 0;
		table[i].owner->has_lost = true;
	}
}

size_t fake_gpio_count_writes(void)
{
	return write_count;
}

const struct fake_gpio_write *fake_gpio_write_at(size_t i)
{
	assert(i < write_count && i < FAKE_GPIO_WRITES_MAX);
	return &writes[i];
}

static enum kakou_err check_lines(const struct gpio_line *lines, size_t count,
				  struct why *why)
{
	if (count == 0 || count > GPIO_LINES_MAX)
		return why_set(why, KAKOU_E_INVALID, "%zu lines, expected 1 to %d", count,
			       GPIO_LINES_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!lines[i].name[0])
			return why_set(why, KAKOU_E_INVALID, "line %zu has no name", i);
		for (size_t j = 0; j < i; j++) {
			if (!strcmp(lines[i].name, lines[j].name))
				return why_set(why, KAKOU_E_INVALID,
					       "line \"%s\" is wanted twice",
					       lines[i].name);
		}
		if (find_or_add(lines[i].name)->owner)
			return why_set(why, KAKOU_E_DENIED, "line \"%s\" is held",
				       lines[i].name);
	}
	return KAKOU_OK;
}

enum kakou_err gpio_open(struct gpio **out, const char *where,
			 const struct gpio_line *lines, size_t count, struct why *why)
{
	struct gpio *gpio;
	enum kakou_err err = check_lines(lines, count, why);

	if (err)
		return err;
	if (open_failures_left > 0) {
		open_failures_left--;
		return why_set(why, open_failure, "%s: fails as scripted", where);
	}
	gpio = calloc(1, sizeof(*gpio));
	if (!gpio)
		return why_set(why, KAKOU_E_NOMEM, "no memory for lines");
	gpio->count = count;
	for (size_t i = 0; i < count; i++) {
		struct fake_line *line = find_or_add(lines[i].name);

		gpio->lines[i] = line;
		line->owner = gpio;
		line->index = (uint16_t)i;
		if (lines[i].is_output) {
			gpio->outputs |= UINT64_C(1) << i;
			line->level = lines[i].initial;
		}
	}
	*out = gpio;
	return KAKOU_OK;
}

void gpio_close(struct gpio *gpio)
{
	if (!gpio)
		return;
	for (size_t i = 0; i < gpio->count; i++) {
		if (gpio->outputs >> i & 1)
			gpio->lines[i]->level = false;
		gpio->lines[i]->owner = NULL;
	}
	free(gpio);
}

enum kakou_err gpio_read(struct gpio *gpio, uint64_t *levels)
{
	uint64_t now = 0;

	do_what_is_planned();
	if (failure)
		return failure;
	for (size_t i = 0; i < gpio->count; i++) {
		if (gpio->lines[i]->level)
			now |= UINT64_C(1) << i;
	}
	*levels = now;
	return KAKOU_OK;
}

static void log_write(const struct fake_line *line)
{
	size_t i = write_count++;

	if (i >= FAKE_GPIO_WRITES_MAX)
		return;
	writes[i].at_ms = clock_mono_ms();
	writes[i].level = line->level;
	text_copy(writes[i].name, sizeof(writes[i].name), line->name);
}

enum kakou_err gpio_write(struct gpio *gpio, uint64_t mask, uint64_t levels)
{
	assert(!(mask & ~gpio->outputs));
	if (failure)
		return failure;
	for (size_t i = 0; i < gpio->count; i++) {
		bool level = levels >> i & 1;

		if (!(mask >> i & 1) || gpio->lines[i]->level == level)
			continue;
		gpio->lines[i]->level = level;
		log_write(gpio->lines[i]);
	}
	return KAKOU_OK;
}

enum kakou_err gpio_next_edge(struct gpio *gpio, struct gpio_edge *out)
{
	if (failure)
		return failure;
	if (gpio->has_lost) {
		gpio->has_lost = false;
		return KAKOU_E_FULL;
	}
	if (gpio->edge_count == 0)
		return KAKOU_E_AGAIN;
	*out = gpio->edges[gpio->first_edge];
	gpio->first_edge = (gpio->first_edge + 1) % EDGES_MAX;
	gpio->edge_count--;
	return KAKOU_OK;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the prototype is the hal's */
size_t gpio_list_fds(const struct gpio *gpio, int *fds, size_t max)
{
	(void)gpio;
	(void)fds;
	(void)max;
	return 0;
}
