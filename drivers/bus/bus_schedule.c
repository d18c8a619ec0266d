/* SPDX-License-Identifier: MIT */
/*
 * Which block of which unit is read next. See bus_schedule.h for the rules.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/bus/bus_schedule.h"

#include <assert.h>
#include <string.h>

static int32_t period_of(const struct bus_schedule *schedule, size_t unit, size_t block)
{
	const struct bus_unit *config = &schedule->units[unit];

	return config->period_ms ? config->period_ms
				 : config->map->blocks[block].period_ms;
}

void bus_schedule_init(struct bus_schedule *schedule, const struct bus_config *config,
		       int64_t now_ms)
{
	assert(config->unit_count <= BUS_UNITS_MAX);
	memset(schedule, 0, sizeof(*schedule));
	schedule->unit_count = config->unit_count;
	schedule->units = config->units;
	schedule->backoff_min_ms = config->backoff_min_ms;
	schedule->backoff_max_ms = config->backoff_max_ms;
	schedule->answer_ms = config->port.answer_ms;
	schedule->asked_ms = now_ms;
	schedule->sweep_from_ms = -1;
	schedule->guest_ms = INT64_MAX;
	for (size_t u = 0; u < schedule->unit_count; u++) {
		for (size_t b = 0; b < MAP_BLOCKS_MAX; b++) {
			schedule->state[u].due_ms[b] = now_ms;
			schedule->state[u].read_ms[b] = -1;
		}
	}
}

bool bus_schedule_is_well(const struct bus_schedule *schedule, size_t unit)
{
	return schedule->state[unit].failures_in_row == 0;
}

/* A block of a healthy unit. */
struct choice {
	int unit; /* -1 = none */
	size_t block;
	int64_t due_ms, rank_ms;
};

/* Where the block stands in the queue. One that was never read may belong to a unit that is
 * dead, so it steps back behind readings that are due, though not for ever. */
static int64_t rank_of(const struct bus_schedule *schedule, size_t unit, size_t block,
		       int64_t now_ms)
{
	const struct bus_schedule_unit *state = &schedule->state[unit];
	int64_t rank_ms = state->due_ms[block];

	if (state->read_ms[block] >= 0 || rank_ms > now_ms)
		return rank_ms;
	rank_ms += (int64_t)BUS_UNKNOWN_PERIODS * period_of(schedule, unit, block);
	return rank_ms < now_ms ? rank_ms : now_ms;
}

static bool goes_before(struct choice a, struct choice b)
{
	if (a.rank_ms != b.rank_ms)
		return a.rank_ms < b.rank_ms;
	return a.due_ms < b.due_ms;
}

/* The healthy block that is due first, among those read before `read_before_ms`. */
static struct choice find_first_due(const struct bus_schedule *schedule, int64_t now_ms,
				    int64_t read_before_ms)
{
	struct choice first = {.unit = -1, .due_ms = INT64_MAX, .rank_ms = INT64_MAX};

	for (size_t u = 0; u < schedule->unit_count; u++) {
		const struct bus_schedule_unit *unit = &schedule->state[u];

		if (!bus_schedule_is_well(schedule, u))
			continue;
		for (size_t b = 0; b < schedule->units[u].map->block_count; b++) {
			struct choice next = {(int)u, b, unit->due_ms[b],
					      rank_of(schedule, u, b, now_ms)};

			if (unit->read_ms[b] < read_before_ms && goes_before(next, first))
				first = next;
		}
	}
	return first;
}

/* The unit whose pause ends first, among those that are not well; -1 when all are. */
static int find_probe(const struct bus_schedule *schedule)
{
	int first = -1;

	for (size_t u = 0; u < schedule->unit_count; u++) {
		if (bus_schedule_is_well(schedule, u))
			continue;
		if (first < 0 || schedule->state[u].paused_until_ms <
					 schedule->state[first].paused_until_ms)
			first = (int)u;
	}
	return first;
}

/* When the unit may be probed. */
static int64_t probe_at(const struct bus_schedule *schedule, int probe, bool has_healthy)
{
	int64_t at_ms = schedule->state[probe].paused_until_ms;

	if (has_healthy && schedule->quiet_until_ms > at_ms)
		at_ms = schedule->quiet_until_ms;
	return at_ms;
}

static int ask(struct bus_schedule *schedule, struct choice choice, int64_t now_ms,
	       size_t *block)
{
	schedule->asked_ms = now_ms;
	*block = choice.block;
	return choice.unit;
}

static int ask_probe(struct bus_schedule *schedule, int probe, int64_t now_ms,
		     size_t *block)
{
	struct bus_schedule_unit *unit = &schedule->state[probe];

	schedule->sweep_from_ms = -1;
	unit->probes++;
	return ask(schedule, (struct choice){probe, unit->probe_block, now_ms, now_ms},
		   now_ms, block);
}

/* When the guest may ask: it costs what a probe may cost. */
static int64_t guest_at(const struct bus_schedule *schedule, bool has_healthy)
{
	if (has_healthy && schedule->guest_ms < schedule->quiet_until_ms)
		return schedule->quiet_until_ms;
	return schedule->guest_ms;
}

static int ask_guest(struct bus_schedule *schedule, int64_t now_ms)
{
	schedule->sweep_from_ms = -1;
	schedule->asked_ms = now_ms;
	return BUS_SCHEDULE_GUEST;
}

int bus_schedule_next(struct bus_schedule *schedule, int64_t now_ms, size_t *block,
		      int64_t *wake_ms)
{
	struct choice due = find_first_due(schedule, now_ms, INT64_MAX);
	int probe = find_probe(schedule);
	int64_t probe_ms =
		probe < 0 ? INT64_MAX : probe_at(schedule, probe, due.unit >= 0);
	int64_t guest_ms = guest_at(schedule, due.unit >= 0);
	/* Of a probe and a guest that both may ask now, the one that has waited longer. */
	bool is_guest = guest_ms <= now_ms &&
			(probe_ms > now_ms ||
			 schedule->guest_ms < schedule->state[probe].paused_until_ms);

	if (is_guest)
		probe_ms = guest_ms;
	if (probe_ms <= now_ms) {
		struct choice stale;

		if (schedule->sweep_from_ms < 0)
			schedule->sweep_from_ms = now_ms;
		stale = find_first_due(schedule, now_ms, schedule->sweep_from_ms);
		if (stale.unit >= 0 && stale.due_ms < now_ms + schedule->answer_ms)
			return ask(schedule, stale, now_ms, block);
		return is_guest ? ask_guest(schedule, now_ms)
				: ask_probe(schedule, probe, now_ms, block);
	}
	if (due.due_ms <= now_ms)
		return ask(schedule, due, now_ms, block);
	*wake_ms = due.due_ms < probe_ms ? due.due_ms : probe_ms;
	if (guest_ms < *wake_ms)
		*wake_ms = guest_ms;
	return BUS_SCHEDULE_IDLE;
}

void bus_schedule_invite(struct bus_schedule *schedule, int64_t now_ms)
{
	schedule->guest_ms = now_ms;
}

void bus_schedule_see_off(struct bus_schedule *schedule, int64_t now_ms)
{
	schedule->guest_ms = INT64_MAX;
	schedule->quiet_until_ms =
		now_ms + (BUS_PROBE_SHARE - 1) * (now_ms - schedule->asked_ms);
}

void bus_schedule_begin(struct bus_schedule *schedule, int64_t now_ms)
{
	schedule->asked_ms = now_ms;
}

void bus_schedule_hurry(struct bus_schedule *schedule, size_t unit, size_t block,
			int64_t now_ms)
{
	schedule->state[unit].due_ms[block] = now_ms;
}

/* The next turn of a block that was read: on its grid, unless it was read early or so late that
 * a turn has passed. */
static void set_next_turn(struct bus_schedule *schedule, size_t unit, size_t block,
			  int64_t now_ms)
{
	int32_t period_ms = period_of(schedule, unit, block);
	int64_t next_ms = schedule->state[unit].due_ms[block] + period_ms;

	if (next_ms <= now_ms || next_ms > now_ms + period_ms)
		next_ms = now_ms + period_ms;
	schedule->state[unit].due_ms[block] = next_ms;
}

static void recover(struct bus_schedule_unit *unit, int64_t now_ms)
{
	unit->failures_in_row = 0;
	unit->backoff_ms = 0;
	unit->paused_until_ms = 0;
	unit->probes = 0;
	unit->failed_by_link = false;
	for (size_t b = 0; b < MAP_BLOCKS_MAX; b++)
		unit->due_ms[b] = now_ms;
}

/* The connection works again: the units that failed with it are asked at once. */
static void recover_with_link(struct bus_schedule *schedule, int64_t now_ms)
{
	for (size_t u = 0; u < schedule->unit_count; u++) {
		if (schedule->state[u].failed_by_link)
			recover(&schedule->state[u], now_ms);
	}
}

static void fail(struct bus_schedule *schedule, size_t unit, size_t block,
		 enum kakou_err result, int64_t now_ms)
{
	struct bus_schedule_unit *state = &schedule->state[unit];

	state->failures_in_row++;
	state->backoff_ms =
		state->backoff_ms ? state->backoff_ms * 2 : schedule->backoff_min_ms;
	if (state->backoff_ms > schedule->backoff_max_ms)
		state->backoff_ms = schedule->backoff_max_ms;
	state->paused_until_ms = now_ms + state->backoff_ms;
	state->probe_block = block;
	state->failed_by_link = result == KAKOU_E_LINK;
	for (size_t b = 0; b < MAP_BLOCKS_MAX; b++)
		state->read_ms[b] = -1;
	schedule->quiet_until_ms =
		now_ms + (BUS_PROBE_SHARE - 1) * (now_ms - schedule->asked_ms);
}

enum device_health bus_schedule_book(struct bus_schedule *schedule, size_t unit,
				     size_t block, enum kakou_err result, int64_t now_ms)
{
	struct bus_schedule_unit *state = &schedule->state[unit];

	assert(unit < schedule->unit_count && block < MAP_BLOCKS_MAX);
	if (result) {
		fail(schedule, unit, block, result, now_ms);
		return state->failures_in_row < BUS_LOST_AFTER ? DEVICE_SICK
							       : DEVICE_LOST;
	}
	if (state->failed_by_link)
		recover_with_link(schedule, now_ms);
	else if (!bus_schedule_is_well(schedule, unit))
		recover(state, now_ms);
	state->read_ms[block] = now_ms;
	set_next_turn(schedule, unit, block, now_ms);
	return DEVICE_WELL;
}
