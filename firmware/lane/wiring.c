/* SPDX-License-Identifier: MIT */
/*
 * Wiring. Layer: firmware. Pure.
 */
#include "firmware/lane/wiring.h"

#include "firmware/lane/position.h"

/* The two contacts of each channel of the interlock. */
static const struct {
	enum line_role first, second;
} contacts[INTERLOCK_CHANNELS] = {
	[CHANNEL_LOOP] = {LINE_SAFETY_LOOP, LINE_SAFETY_LOOP_NC},
	[CHANNEL_BEAM] = {LINE_BEAM,        LINE_BEAM_NC       },
	[CHANNEL_LIMIT_UP] = {LINE_LIMIT_UP,    LINE_LIMIT_UP_NC   },
	[CHANNEL_LIMIT_DOWN] = {LINE_LIMIT_DOWN,  LINE_LIMIT_DOWN_NC },
	[CHANNEL_EMERGENCY] = {LINE_EMERGENCY,   LINE_EMERGENCY_NC  },
};

static bool has(uint64_t roles, enum line_role role)
{
	return (roles & LINE_BIT(role)) != 0;
}

uint64_t wiring_roles_of_gpio(const struct site_lane *lane, uint64_t levels)
{
	uint64_t roles = 0;

	for (int role = 0; role < LINE_ROLES; role++) {
		const struct site_line *line = &lane->lines[role];

		if (line->is_used && !line->on_device && (levels >> line->gpio_index & 1))
			roles |= LINE_BIT(role);
	}
	return roles;
}

struct wiring_levels wiring_read(const struct site_lane *lane, uint64_t levels,
				 uint64_t rose, uint64_t fell)
{
	return (struct wiring_levels){
		.is_known = true,
		.levels = wiring_roles_of_gpio(lane, levels),
		.was_on = wiring_roles_of_gpio(lane, levels | rose),
		.was_off = wiring_roles_of_gpio(lane, ~levels | fell),
	};
}

struct wiring_levels wiring_read_lossy(const struct site_lane *lane, uint64_t levels)
{
	const uint64_t calls = LINE_BIT(LINE_EMERGENCY) | LINE_BIT(LINE_EMERGENCY_NC) |
			       LINE_BIT(LINE_DOOR);
	struct wiring_levels now = wiring_read(lane, levels, 0, 0);
	struct wiring_levels seen = wiring_read(lane, levels, UINT64_MAX, UINT64_MAX);

	seen.was_on = (seen.was_on & ~calls) | (now.was_on & calls);
	seen.was_off = (seen.was_off & ~calls) | (now.was_off & calls);
	return seen;
}

static bool is_pair(const struct site_lane *lane, enum interlock_channel channel)
{
	return lane->lines[contacts[channel].second].is_used;
}

/* What protects: either contact is enough, and so is a moment. */
static bool reads_on(const struct site_lane *lane, const struct wiring_levels *seen,
		     enum interlock_channel channel)
{
	return has(seen->was_on, contacts[channel].first) ||
	       (is_pair(lane, channel) && has(seen->was_off, contacts[channel].second));
}

/* What allows: both contacts have to say so. */
static bool reads_reached(const struct site_lane *lane, const struct wiring_levels *seen,
			  enum interlock_channel channel)
{
	return has(seen->levels, contacts[channel].first) &&
	       !(is_pair(lane, channel) && has(seen->levels, contacts[channel].second));
}

/* A button counts when it was on all the time: letting it go for a moment is letting it go. */
static bool is_pressed(const struct wiring_levels *seen, enum line_role role)
{
	return has(seen->levels, role) && !has(seen->was_off, role);
}

void wiring_fill_interlock(const struct site_lane *lane, const struct wiring_levels *seen,
			   struct interlock_inputs *out)
{
	out->is_known = seen->is_known;
	out->occupied[0] = reads_on(lane, seen, CHANNEL_LOOP);
	out->occupied[1] = reads_on(lane, seen, CHANNEL_BEAM);
	out->emergency = reads_on(lane, seen, CHANNEL_EMERGENCY);
	out->limit_up = reads_reached(lane, seen, CHANNEL_LIMIT_UP);
	out->limit_down = reads_reached(lane, seen, CHANNEL_LIMIT_DOWN);
	for (int c = 0; c < INTERLOCK_CHANNELS; c++)
		out->disagrees[c] = is_pair(lane, (enum interlock_channel)c) &&
				    has(seen->levels, contacts[c].first) ==
					    has(seen->levels, contacts[c].second);
	out->reset = has(seen->levels, LINE_RESET);
	out->hold_raise = is_pressed(seen, LINE_HOLD_RAISE);
	out->hold_lower = is_pressed(seen, LINE_HOLD_LOWER);
}

void wiring_fill_entry(const struct wiring_levels *seen, struct interlock_inputs *out)
{
	out->is_known = seen->is_known;
	out->occupied[0] = has(seen->was_on, LINE_ENTRY_LOOP);
	out->occupied[1] = has(seen->was_on, LINE_ENTRY_BEAM);
	out->limit_up = has(seen->levels, LINE_ENTRY_LIMIT_UP);
	out->limit_down = has(seen->levels, LINE_ENTRY_LIMIT_DOWN);
	out->reset = has(seen->levels, LINE_RESET);
}

bool wiring_door_is_open(const struct wiring_levels *seen)
{
	return has(seen->was_on, LINE_DOOR);
}

static uint8_t proof_of(enum safety_proof proof)
{
	switch (proof) {
	case PROOF_TEST_OUTPUT: return PROVED_BY_TEST;
	case PROOF_PAIR: return PROVED_BY_PAIR;
	default: return PROVED_BY_ACTIVITY;
	}
}

struct interlock_config wiring_interlock(const struct site_lane *lane)
{
	const struct site_barrier *barrier = &lane->barrier;

	return (struct interlock_config){
		.travel_ms = barrier->travel_ms,
		.test_window_ms = barrier->test_window_ms,
		.expire_ms = barrier->expire_ms,
		.proof = {proof_of(barrier->loop_proof), proof_of(barrier->beam_proof)},
		.has_reset = lane->lines[LINE_RESET].is_used,
	};
}

/* The site check asks for both test outputs. */
struct interlock_config wiring_entry_interlock(const struct site_lane *lane)
{
	struct interlock_config config = wiring_interlock(lane);

	config.proof[0] = config.proof[1] = PROVED_BY_TEST;
	return config;
}

uint32_t wiring_entry_positions(const struct interlock_inputs *in,
				const struct interlock *lock)
{
	bool loop = in->occupied[0] && !interlock_is_testing(lock, 0);
	bool beam = in->occupied[1] && !interlock_is_testing(lock, 1);

	return (uint32_t)loop << POSITION_GATE_LOOP | (uint32_t)beam
							      << POSITION_GATE_BEAM;
}

uint64_t wiring_entry_outputs(const struct interlock_outputs *motor)
{
	return (uint64_t)motor->raise << LINE_ENTRY_RAISE |
	       (uint64_t)motor->lower << LINE_ENTRY_LOWER |
	       (uint64_t)motor->test[0] << LINE_ENTRY_LOOP_TEST |
	       (uint64_t)motor->test[1] << LINE_ENTRY_BEAM_TEST |
	       (uint64_t)motor->heartbeat << LINE_ENTRY_HEARTBEAT;
}

uint32_t wiring_positions(uint64_t levels, const struct interlock_inputs *in,
			  const struct interlock *lock)
{
	bool loop = in->occupied[0] && !interlock_is_testing(lock, 0);
	bool beam = in->occupied[1] && !interlock_is_testing(lock, 1);

	return (uint32_t)has(levels, LINE_APPROACH) << POSITION_APPROACH |
	       (uint32_t)has(levels, LINE_SCALE_ENTRY) << POSITION_ENTRY |
	       (uint32_t)has(levels, LINE_SCALE_EXIT) << POSITION_END |
	       (uint32_t)loop << POSITION_LOOP | (uint32_t)beam << POSITION_BEAM |
	       (uint32_t)has(levels, LINE_EXIT) << POSITION_EXIT;
}

uint32_t wiring_unsure(const struct interlock_inputs *in, const struct interlock *lock)
{
	bool loop = in->disagrees[CHANNEL_LOOP] && !interlock_is_testing(lock, 0);
	bool beam = in->disagrees[CHANNEL_BEAM] && !interlock_is_testing(lock, 1);

	return (uint32_t)loop << POSITION_LOOP | (uint32_t)beam << POSITION_BEAM;
}

uint64_t wiring_outputs(const struct interlock_outputs *motor, bool is_green,
			bool is_far_green)
{
	return (uint64_t)motor->raise << LINE_RAISE |
	       (uint64_t)motor->lower << LINE_LOWER |
	       (uint64_t)motor->test[0] << LINE_LOOP_TEST |
	       (uint64_t)motor->test[1] << LINE_BEAM_TEST |
	       (uint64_t)motor->heartbeat << LINE_HEARTBEAT |
	       (uint64_t)is_green << LINE_GREEN | (uint64_t)!is_green << LINE_RED |
	       (uint64_t)is_far_green << LINE_GREEN_FAR |
	       (uint64_t)!is_far_green << LINE_RED_FAR;
}

void wiring_gpio_of_outputs(const struct site_lane *lane, uint64_t outputs,
			    uint64_t *mask, uint64_t *levels)
{
	*mask = *levels = 0;
	for (int role = 0; role < LINE_ROLES; role++) {
		const struct site_line *line = &lane->lines[role];

		if (!line->is_used || line->on_device ||
		    !line_role_is_output((enum line_role)role))
			continue;
		*mask |= UINT64_C(1) << line->gpio_index;
		if (has(outputs, (enum line_role)role))
			*levels |= UINT64_C(1) << line->gpio_index;
	}
}
