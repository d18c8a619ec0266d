/* SPDX-License-Identifier: MIT */
/*
 * Position: where vehicles are, told from the order in which loops and beams come and go.
 *
 * Layer: firmware. Pure.
 *
 * What it can't tell: in a lane without deck beams the approach loop must be covered by the
 * vehicle that waits at the stop line, or a vehicle that drove on looks like one that left.
 */
#ifndef KAKOU_FIRMWARE_POSITION_H
#define KAKOU_FIRMWARE_POSITION_H

#include <stdbool.h>
#include <stdint.h>

enum position_sensor {
	POSITION_APPROACH,
	POSITION_GATE_LOOP, /**< under the entry arm of a lane with two */
	POSITION_GATE_BEAM, /**< under the entry arm */
	POSITION_ENTRY,     /**< deck beam at the entry end */
	POSITION_END,       /**< deck beam at the exit end */
	POSITION_LOOP,      /**< under the arm */
	POSITION_BEAM,      /**< under the arm */
	POSITION_EXIT,
	POSITION_SENSORS,
};

/** One sensor behind its glitch filter. */
struct position_state {
	bool raw, is_on;
	bool is_unsure; /**< its contacts disagree: what it sees is not known */
	int64_t raw_since_ms;
	int64_t on_at_ms,
		off_at_ms; /**< last filtered changes, when they really began; 0 = never */
};

struct position {
	struct position_state sensor[POSITION_SENSORS];
	bool has_deck; /**< entry and end beams exist */
	int32_t glitch_ms, clear_ms;
	int64_t opened_ms; /**< this passage began; 0 = none */
	int64_t lifted_ms; /**< the arm was commanded up; 0 = not */
	bool was_on_deck;  /**< the vehicle has been wholly on the deck */
	bool was_under;    /**< loop or beam saw something since the lift, for certain */
	bool was_lost;     /**< a sensor was not heard, or is faulty, since the lift */
	bool follower_entered; /**< a second vehicle crossed the entry after the lift */
	bool was_clear_after;  /**< loop and beam were both clear again after that */
};

void position_init(struct position *position, bool has_deck, int32_t glitch_ms,
		   int32_t clear_ms);

/** One scan: bit i = sensor i. One that is `unsure` stays as it was, and is not clear. */
void position_update(struct position *position, uint32_t on, uint32_t unsure,
		     int64_t now_ms);

/** A passage begins; the arm is commanded up; the passage is over. */
void position_open(struct position *position, int64_t now_ms);
void position_lift(struct position *position, int64_t now_ms);
void position_close(struct position *position);

bool position_is_on(const struct position *position, enum position_sensor sensor);

/** The whole vehicle stands on the deck: it came over the entry beam and neither beam is
 *  interrupted. True in lanes without deck beams. */
bool position_is_whole_on_deck(const struct position *position);

/** Before a lift, a vehicle that has been wholly on the deck lies over entry beam and approach
 *  loop again and nothing is ahead of it: it goes backwards. Never true without deck beams. */
bool position_is_backing(const struct position *position);

/** Everything is clear and the approach loop went off last: it backed out. A vehicle that has been
 *  on the deck must have come over the entry beam and the loop, so the filtered edge is enough and
 *  the next one may follow at once; a short vehicle that never reached the deck may stand between
 *  loop and beam, so it is waited for clear_ms. */
bool position_has_backed_out(const struct position *position, int64_t now_ms);

/** After the lift loop or beam were on, the exit loop went on and off and everything under the arm
 *  is clear for clear_ms: it passed. The gap of an articulated vehicle does not look so: its tractor covers
 *  the exit loop while the gap is under the arm. */
bool position_has_passed(const struct position *position, int64_t now_ms);

/** A second vehicle is under the arm that the lift was not for. */
bool position_has_follower(const struct position *position);

/** Nothing is under the entry arm, for clear_ms. */
bool position_gate_is_clear(const struct position *position, int64_t now_ms);

/** No sensor sees anything, nor did within clear_ms. */
bool position_is_empty(const struct position *position, int64_t now_ms);

/** Loop, beam and exit loop are clear for clear_ms. */
bool position_is_clear(const struct position *position, int64_t now_ms);

#endif
