/* SPDX-License-Identifier: MIT */
/*
 * What must hold after every scan, told from inputs, outputs and the record alone.
 */
#ifndef KAKOU_TESTS_LANE_PROPERTY_WATCH_H
#define KAKOU_TESTS_LANE_PROPERTY_WATCH_H

#include "tests/unit/lane_property.h"

/* A device's proof as seen from outside: its test output, its answer, its silence. */
struct watch_proof {
	bool asserted, answered, has_changed;
	int64_t passed_ms, occupied_ms; /* last; occupied: not by a test */
	int64_t agreed_ms;              /* both contacts */
};

/* One of two arms, or the only one. */
struct watch_arm {
	struct interlock_outputs last;
	bool was_known, was_down, had_both_limits, was_held;
	bool occupied_last[INTERLOCK_SAFETY_DEVICES];
	struct watch_proof proof[INTERLOCK_SAFETY_DEVICES];
	int64_t moves_since_ms; /* one way and for one reason */
	bool is_locked;         /* two obstructions, and nobody took it back */
};

struct watch_order {
	bool is_in_use, has_passed;
	int64_t passage;
};

struct watch {
	struct bench *bench;
	struct property_hits *hits;
	struct property_failure *failure;
	FILE *trace;
	struct watch_arm exit, entry;
	bool entry_may_open; /* the record says that it opens, and not that it is closed */
	bool entry_was_ours; /* it was opened for a passage since the start */
	int64_t disagrees_since_ms[INTERLOCK_CHANNELS]; /* 0 = they agree */
	bool is_faulty[INTERLOCK_CHANNELS], key_last;
	bool buttons_were_free; /* at the gate, in the scan before */
	int64_t open, newest;   /* passages */
	struct {
		uint64_t ticket;
		int64_t passage;
		bool is_clearing, is_repeated, is_committed, sends_away;
	} lift;                           /* the newest authorisation */
	char seq_no[CUSTOMS_SEQ_MAX + 1]; /* of the newest question */
	bool is_answered;
	bool sends_away,
		was_sent_away; /* the newest verdict does; so did the newest lift */
	int clearing_lifts, lifts;
	bool may_open; /* a lift was commanded and the lane has not come to rest since */
	bool has_crossed; /* something was near the arm since the lift */
	int64_t near_ms;  /* when it was last */
	bool was_reset;   /* by a person since the controller started */
	bool is_starting; /* nothing has been seen since the start */
	struct {
		uint64_t ticket; /* of the pending one; 0 = none */
		char to, in_force;
		bool is_committed;
	} turn;                       /* of a reversible lane */
	bool rises_for_emergency;     /* since it began to */
	struct watch_order orders[2]; /* on file */
	int acts, accepted, results;
	int64_t unnoticed_since_ms, started_ms;
	enum lane_state state_last;
};

void watch_begin(struct watch *watch, struct bench *bench);
void watch_restart(struct watch *watch);
void watch_fail(struct watch *watch, const char *what);

/* The one bench that is watched. */
extern struct watch watch;

static inline void expect(bool holds, const char *what)
{
	if (!holds)
		watch_fail(&watch, what);
}

/* The text of a field, "" when the event has none. */
const char *watch_text(const struct event *event, const char *key);

/* lane_property_registry.c */
void watch_note(const struct order_note *note);
void watch_right(const char *by);

/* lane_property_entry.c */
void watch_entry(const struct lane_inputs *in);
void watch_entry_event(const char *what);

/* lane_property_turn.c */
void watch_turn_begin(void);
void watch_turn_event(const struct event *event);
void watch_turn_opened(const struct event *event);
void watch_turn_ack(const struct journal_ack *ack);
void watch_turn(const struct lane_inputs *in);

/* lane_property_arm.c: what holds of any arm. Its inputs are seen first, then how it moves. */
void watch_arm_see(struct watch_arm *arm, const struct interlock_inputs *in);
bool watch_arm_is_proved(const struct watch_arm *arm, int device, enum safety_proof kind,
			 bool for_lowering, int64_t now_ms);
/* `holds`: by a person at the gate, in this scan. */
void watch_arm_move(struct watch_arm *arm, const struct interlock_inputs *in,
		    const struct interlock_outputs *motor, bool holds);

/* lane_property_motor.c: what holds of the exit arm's movements, or the only arm's. */
void watch_people(const struct interlock_inputs *in);
void watch_motor(const struct interlock_inputs *in);

#endif
