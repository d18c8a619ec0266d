/* SPDX-License-Identifier: MIT */
/*
 * libgpiod 2.x without a kernel. The chips pretend to be /dev/null and /dev/zero.
 */
#ifdef KAKOU_GPIOD_V2

#include "tests/unit/gpiod_sim.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <gpiod.h>

enum { LINES = 5, EVENTS_MAX = 64, SIM_FD = 0 };

struct gpiod_line_settings {
	enum gpiod_line_direction direction;
	enum gpiod_line_edge edge;
	enum gpiod_line_bias bias;
	enum gpiod_line_clock clock;
	bool active_low;
	enum gpiod_line_value output;
};

struct gpiod_line_info {
	const char *name;
	const char *holder;
	bool is_requested;
	bool level;
	struct gpiod_line_settings settings;
};

struct gpiod_edge_event {
	unsigned offset;
	bool level;
	uint64_t at_ns;
	unsigned long number;
};

/* A chip is its own request and its own information. */
struct gpiod_chip {
	const char *label;
	const char *path;
	struct gpiod_line_info lines[LINES];
	struct gpiod_edge_event events[EVENTS_MAX];
	size_t first_event;
	size_t event_count;
	unsigned long last_number;
};

struct gpiod_line_config {
	bool is_wanted[LINES];
	struct gpiod_line_settings settings[LINES];
};

static struct gpiod_chip chips[] = {
	{.label = "gate",
	 .path = "/dev/null",
	 .lines = {{.name = "loop-a"},
		   {.name = "loop-b"},
		   {.name = "beam"},
		   {.name = "lift"},
		   {.name = "lamp"}}                  },
	{.label = "cabinet",
	 .path = "/dev/zero",
	 .lines = {{.name = "door"}, {.name = "horn"}}},
};
static int open_chips;
static bool fails;

static struct gpiod_chip *chip_of(const char *name, int *offset)
{
	for (size_t i = 0; i < 2; i++) {
		*offset = gpiod_chip_get_line_offset_from_name(&chips[i], name);
		if (*offset >= 0)
			return &chips[i];
	}
	assert(!"line of the simulation");
	return NULL;
}

static struct gpiod_line_info *find(const char *name)
{
	int offset;
	struct gpiod_chip *chip = chip_of(name, &offset);

	return &chip->lines[offset];
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
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < LINES; j++) {
			const char *name = chips[i].lines[j].name;

			chips[i].lines[j] = (struct gpiod_line_info){.name = name};
		}
		chips[i].event_count = 0;
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
	int offset;
	struct gpiod_chip *chip = chip_of(name, &offset);
	struct gpiod_line_info *line = &chip->lines[offset];
	size_t at = (chip->first_event + chip->event_count++) % EVENTS_MAX;

	assert(line->settings.edge == GPIOD_LINE_EDGE_BOTH);
	assert(line->settings.clock == GPIOD_LINE_CLOCK_MONOTONIC);
	assert(chip->event_count <= EVENTS_MAX);
	line->level = level;
	chip->events[at] = (struct gpiod_edge_event){
		.offset = (unsigned)offset,
		.level = level,
		.at_ns = (uint64_t)at_ns,
		.number = ++chip->last_number,
	};
}

void gpiod_sim_drop_event(const char *name)
{
	int offset;

	chip_of(name, &offset)->last_number++;
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
	return find(line)->settings.active_low;
}

bool gpiod_sim_has_pull_up(const char *line)
{
	return find(line)->settings.bias == GPIOD_LINE_BIAS_PULL_UP;
}

void gpiod_sim_fail(void)
{
	fails = true;
}

int gpiod_sim_count_open_chips(void)
{
	return open_chips;
}

/* ---- what hal/linux/ calls: chips --------------------------------------------------- */

bool gpiod_is_gpiochip_device(const char *path)
{
	return !strcmp(path, chips[0].path) || !strcmp(path, chips[1].path);
}

struct gpiod_chip *gpiod_chip_open(const char *path)
{
	open_chips++;
	return strcmp(path, chips[0].path) ? &chips[1] : &chips[0];
}

void gpiod_chip_close(struct gpiod_chip *chip)
{
	(void)chip;
	open_chips--;
}

struct gpiod_chip_info *gpiod_chip_get_info(struct gpiod_chip *chip)
{
	return (struct gpiod_chip_info *)chip;
}

void gpiod_chip_info_free(struct gpiod_chip_info *info)
{
	(void)info;
}

const char *gpiod_chip_info_get_label(struct gpiod_chip_info *info)
{
	return ((struct gpiod_chip *)info)->label;
}

const char *gpiod_chip_info_get_name(struct gpiod_chip_info *info)
{
	return (struct gpiod_chip *)info == &chips[0] ? "gpiochip7" : "gpiochip8";
}

int gpiod_chip_get_line_offset_from_name(struct gpiod_chip *chip, const char *name)
{
	for (int i = 0; i < LINES; i++) {
		if (chip->lines[i].name && !strcmp(chip->lines[i].name, name))
			return i;
	}
	errno = ENOENT;
	return -1;
}

struct gpiod_line_info *gpiod_chip_get_line_info(struct gpiod_chip *chip, unsigned offset)
{
	return &chip->lines[offset];
}

void gpiod_line_info_free(struct gpiod_line_info *info)
{
	(void)info;
}

bool gpiod_line_info_is_used(struct gpiod_line_info *info)
{
	return info->holder || info->is_requested;
}

const char *gpiod_line_info_get_consumer(struct gpiod_line_info *info)
{
	return info->holder;
}

/* ---- settings and requests ---------------------------------------------------------- */

struct gpiod_line_settings *gpiod_line_settings_new(void)
{
	return calloc(1, sizeof(struct gpiod_line_settings));
}

void gpiod_line_settings_free(struct gpiod_line_settings *settings)
{
	free(settings);
}

void gpiod_line_settings_reset(struct gpiod_line_settings *settings)
{
	*settings = (struct gpiod_line_settings){0};
}

int gpiod_line_settings_set_direction(struct gpiod_line_settings *settings,
				      enum gpiod_line_direction direction)
{
	settings->direction = direction;
	return 0;
}

int gpiod_line_settings_set_edge_detection(struct gpiod_line_settings *settings,
					   enum gpiod_line_edge edge)
{
	settings->edge = edge;
	return 0;
}

int gpiod_line_settings_set_bias(struct gpiod_line_settings *settings,
				 enum gpiod_line_bias bias)
{
	settings->bias = bias;
	return 0;
}

void gpiod_line_settings_set_active_low(struct gpiod_line_settings *settings,
					bool active_low)
{
	settings->active_low = active_low;
}

int gpiod_line_settings_set_event_clock(struct gpiod_line_settings *settings,
					enum gpiod_line_clock event_clock)
{
	settings->clock = event_clock;
	return 0;
}

int gpiod_line_settings_set_output_value(struct gpiod_line_settings *settings,
					 enum gpiod_line_value value)
{
	settings->output = value;
	return 0;
}

struct gpiod_line_config *gpiod_line_config_new(void)
{
	return calloc(1, sizeof(struct gpiod_line_config));
}

void gpiod_line_config_free(struct gpiod_line_config *config)
{
	free(config);
}

int gpiod_line_config_add_line_settings(struct gpiod_line_config *config,
					const unsigned *offsets, size_t num_offsets,
					struct gpiod_line_settings *settings)
{
	assert(num_offsets == 1 && offsets[0] < LINES);
	config->is_wanted[offsets[0]] = true;
	config->settings[offsets[0]] = *settings;
	return 0;
}

struct gpiod_request_config *gpiod_request_config_new(void)
{
	return malloc(1);
}

void gpiod_request_config_free(struct gpiod_request_config *config)
{
	free(config);
}

void gpiod_request_config_set_consumer(struct gpiod_request_config *config,
				       const char *consumer)
{
	(void)config;
	assert(!strcmp(consumer, "kakoud"));
}

void gpiod_request_config_set_event_buffer_size(struct gpiod_request_config *config,
						size_t event_buffer_size)
{
	(void)config;
	assert(event_buffer_size > 0);
}

struct gpiod_line_request *gpiod_chip_request_lines(struct gpiod_chip *chip,
						    struct gpiod_request_config *req_cfg,
						    struct gpiod_line_config *line_cfg)
{
	(void)req_cfg;
	for (size_t i = 0; i < LINES; i++) {
		if (line_cfg->is_wanted[i] && chip->lines[i].holder) {
			errno = EBUSY;
			return NULL;
		}
	}
	for (size_t i = 0; i < LINES; i++) {
		struct gpiod_line_info *line = &chip->lines[i];

		if (!line_cfg->is_wanted[i])
			continue;
		line->is_requested = true;
		line->settings = line_cfg->settings[i];
		if (line->settings.direction == GPIOD_LINE_DIRECTION_OUTPUT)
			line->level = line->settings.output == GPIOD_LINE_VALUE_ACTIVE;
	}
	chip->last_number = 0;
	return (struct gpiod_line_request *)chip;
}

void gpiod_line_request_release(struct gpiod_line_request *request)
{
	struct gpiod_chip *chip = (struct gpiod_chip *)request;

	for (size_t i = 0; i < LINES; i++)
		chip->lines[i].is_requested = false;
}

int gpiod_line_request_get_values_subset(struct gpiod_line_request *request,
					 size_t num_values, const unsigned *offsets,
					 enum gpiod_line_value *values)
{
	const struct gpiod_chip *chip = (const struct gpiod_chip *)request;

	if (take_failure())
		return -1;
	for (size_t i = 0; i < num_values; i++)
		values[i] = chip->lines[offsets[i]].level ? GPIOD_LINE_VALUE_ACTIVE
							  : GPIOD_LINE_VALUE_INACTIVE;
	return 0;
}

int gpiod_line_request_set_values_subset(struct gpiod_line_request *request,
					 size_t num_values, const unsigned *offsets,
					 const enum gpiod_line_value *values)
{
	struct gpiod_chip *chip = (struct gpiod_chip *)request;

	if (take_failure())
		return -1;
	for (size_t i = 0; i < num_values; i++)
		chip->lines[offsets[i]].level = values[i] == GPIOD_LINE_VALUE_ACTIVE;
	return 0;
}

int gpiod_line_request_get_fd(struct gpiod_line_request *request)
{
	(void)request;
	return SIM_FD;
}

/* ---- events ------------------------------------------------------------------------- */

int gpiod_line_request_wait_edge_events(struct gpiod_line_request *request,
					int64_t timeout_ns)
{
	assert(timeout_ns == 0); /* the control thread never waits */
	return ((const struct gpiod_chip *)request)->event_count > 0;
}

struct gpiod_edge_event_buffer {
	struct gpiod_edge_event event;
};

struct gpiod_edge_event_buffer *gpiod_edge_event_buffer_new(size_t capacity)
{
	assert(capacity == 1);
	return calloc(1, sizeof(struct gpiod_edge_event_buffer));
}

void gpiod_edge_event_buffer_free(struct gpiod_edge_event_buffer *buffer)
{
	free(buffer);
}

int gpiod_line_request_read_edge_events(struct gpiod_line_request *request,
					struct gpiod_edge_event_buffer *buffer,
					size_t max_events)
{
	struct gpiod_chip *chip = (struct gpiod_chip *)request;

	assert(max_events == 1 && chip->event_count > 0);
	if (take_failure())
		return -1;
	buffer->event = chip->events[chip->first_event];
	chip->first_event = (chip->first_event + 1) % EVENTS_MAX;
	chip->event_count--;
	return 1;
}

struct gpiod_edge_event *gpiod_edge_event_buffer_get_event(
	struct gpiod_edge_event_buffer *buffer, unsigned long index)
{
	assert(index == 0);
	return &buffer->event;
}

enum gpiod_edge_event_type gpiod_edge_event_get_event_type(struct gpiod_edge_event *event)
{
	return event->level ? GPIOD_EDGE_EVENT_RISING_EDGE
			    : GPIOD_EDGE_EVENT_FALLING_EDGE;
}

uint64_t gpiod_edge_event_get_timestamp_ns(struct gpiod_edge_event *event)
{
	return event->at_ns;
}

unsigned int gpiod_edge_event_get_line_offset(struct gpiod_edge_event *event)
{
	return event->offset;
}

unsigned long gpiod_edge_event_get_global_seqno(struct gpiod_edge_event *event)
{
	return event->number;
}

#endif
