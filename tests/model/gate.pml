/* SPDX-License-Identifier: MIT */
/*
 * The gate: the lane's table as a process, the real interlock, and a world that may do anything in
 * any order: vehicles under the arm, an arm that sticks or is pushed, dead sensors, late and blind
 * scans, an emergency, a journal that fails, officers, customs. One turn of the world is one scan.
 *
 * FAULTS limits how many things break in one history, not which or when.
 */
c_decl {
	\#include <stdlib.h>
	\#include "tests/model/gate_model.h"
	\#include "firmware/lane/lane.h"
}
c_track "&model" "sizeof(model)"

#define NOTED(bits) c_expr { (now.notes & (bits)) != 0 }

#ifndef FAULTS
#define FAULTS 2
#endif
/* Numbers of acts[] and said_guards[] in gate_model.c. */
#define ACT_RELEASE 0
#define ACT_INSPECT 1
#define ACT_RETURN 2
#define ACT_HOLD 3
#define ACT_RESET 4
#define ACTS 7
#define SHUT 1
#define EVIDENCE_GUARDS 6
#define OFFLINE 7
#define MISFIT 8
/* A gate that is left alone by faults, with an officer who helps, is idle after so many scans. */
#define CALM_SCANS 60

byte st;
chan event = [0] of { byte };
chan taken = [0] of { bool };

#include "lane.pml"

byte arm;                    /* 0 down, 1 between, 2 up */
bool loop, beam;             /* something is there */
bool loop_is_dead, beam_is_dead; /* does not answer its test */
bool emergency, late, blind;
bool is_stuck;               /* the arm does not follow its motor */
bool is_split;               /* the loop's two contacts disagree */
bool key;                    /* somebody turns the key at the gate */
byte button;                 /* hold-to-run: 0 none, 1 raise, 2 lower */
byte faults = FAULTS;
bool calm;
byte calm_scans;

/* What is said to the lane next; see model_say(). */
byte said_act, said_verdict, said_evidence, said_guard;
bool said_bad_seal, said_well = true;
int notes;

inline tell(what) { event ! what; taken ? _ }
inline hear()
{
	if
	:: !calm && (said_act == ACT_RELEASE || said_act == ACT_INSPECT) -> said_well = false
	:: true -> said_well = true
	fi;
	c_code { model_say(now.said_act, now.said_verdict, now.said_evidence,
			   now.said_guard, now.said_bad_seal, now.said_well); }
}
/* What was said is gone: states differ only in what lasts. */
inline hush()
{
	said_act = 0; said_verdict = 0; said_evidence = 0; said_guard = 0;
	said_bad_seal = false;
	said_well = true;
	c_code { model_say(0, 0, 0, 0, 0, 1); }
}

/* The arm follows its motor, unless it is stuck; somebody may push it. */
inline move_arm()
{
	if
	:: is_stuck -> skip
	:: !is_stuck && c_expr { model.was_raising } ->
		if :: arm < 2 -> arm++ :: else -> skip fi
	:: !is_stuck && c_expr { model.was_lowering } ->
		if :: arm > 0 -> arm-- :: else -> skip fi
	:: !is_stuck && c_expr { !model.was_raising && !model.was_lowering } -> skip
	:: !is_stuck && c_expr { !model.was_raising && !model.was_lowering } && arm < 2 &&
	   faults > 0 -> arm++; faults--
	fi
}

inline move_vehicles()
{
	if
	:: calm -> loop = false; beam = false
	:: else ->
		if :: loop = false :: loop = true fi;
		if :: beam = false :: beam = true fi
	fi
}

/* From some moment on nothing breaks any more, and what was broken is mended. */
inline break_something()
{
	if
	:: faults > 0 -> faults--; late = true
	:: faults > 0 -> faults--; blind = true
	:: faults > 0 && !loop_is_dead -> faults--; loop_is_dead = true
	:: faults > 0 && !beam_is_dead -> faults--; beam_is_dead = true
	:: faults > 0 && !is_split -> faults--; is_split = true
	:: is_split -> is_split = false
	:: faults > 0 && !is_stuck -> faults--; is_stuck = true
	:: is_stuck -> is_stuck = false
	:: faults > 0 && !emergency -> faults--; emergency = true
	:: emergency -> emergency = false
	:: calm = true; faults = 0; emergency = false; is_split = false; is_stuck = false;
		loop_is_dead = false; beam_is_dead = false
	fi
}

/* A person at the gate: the key, and a hold-to-run button for as long as it is pressed. */
inline come_to_the_gate()
{
	if
	:: c_expr { model.wants_key } -> key = true
	:: button == 0 && faults > 0 -> faults--; button = 1
	:: button == 0 && faults > 0 -> faults--; button = 2
	:: button != 0 -> button = 0
	fi
}

/* One thing that happens outside, or nothing. What can't be is left out: a passage that ends while
 * something is under the arm, an answer to nothing asked, a commit of nothing. */
inline happen()
{
	if
	:: true -> skip
	:: st == ST_idle -> tell(EV_approach)
	:: st == ST_idle -> said_guard = SHUT; hear(); tell(EV_approach); hush()
	:: st == ST_gathering || (st == ST_held && c_expr { model.holds_for_evidence }) ->
		if
		:: select(said_evidence : 0 .. 4)
		:: said_evidence = 1; select(said_guard : SHUT + 1 .. EVIDENCE_GUARDS)
		fi;
		hear(); tell(EV_evidence); hush()
	:: st == ST_gathering -> said_evidence = 0; hear(); tell(EV_deadline); hush()
	:: (st == ST_asking || st == ST_silent) && c_expr { !model.is_answered } ->
		select(said_verdict : 1 .. 5);
		if
		:: skip
		:: said_bad_seal = true
		:: said_guard = MISFIT
		fi;
		hear();
		c_code { model_hear_answer(); };
		tell(EV_answer); hush()
	:: st == ST_asking -> tell(EV_silent)
	:: st == ST_asking -> said_guard = OFFLINE; hear(); tell(EV_silent); hush()
	:: select(said_act : 0 .. ACTS - 1); hear(); tell(EV_act); hush()
	:: c_expr { model.awaits_commit } -> c_code { model_commit(1); }; tell(EV_committed)
	:: c_expr { model.awaits_commit } -> c_code { model_commit(0); }; tell(EV_commit_failed)
	:: !loop && !beam && c_expr { model.is_commanded } -> tell(EV_passed)
	:: !loop && !beam -> tell(EV_backed_out)
	:: !loop && !beam && st == ST_followed -> tell(EV_clear)
	:: (loop || beam) && !(st == ST_closing && c_expr { model.is_down }) ->
		tell(EV_follower)
	:: st == ST_passing -> tell(EV_overstay)
	:: st == ST_idle || st == ST_blocked -> tell(EV_wrong_way)
	:: st == ST_followed || st == ST_blocked -> tell(EV_crossing)
	fi
}

/* A person who helps: ends what waits, and resets what is stuck. */
inline help()
{
	if
	:: st == ST_blocked || st == ST_lifting || st == ST_passing || st == ST_followed ->
		said_act = ACT_RESET; hear(); tell(EV_act); hush()
	:: st == ST_gathering || st == ST_asking || st == ST_silent || st == ST_held ->
		said_act = ACT_RETURN; hear(); tell(EV_act); hush()
	:: st == ST_recording -> c_code { model_commit(1); }; tell(EV_committed)
	:: st == ST_leaving -> tell(EV_backed_out)
	:: else -> skip
	fi
}

/* One scan: what the lane reads of the arm's limits and sensors, the interlock, and what the lane
 * is told of it, in the order of lane_step(). */
inline scan()
{
	if
	:: (st == ST_closing || st == ST_blocked) && c_expr { model.is_down } ->
		tell(EV_arm_down)
	:: else -> skip
	fi;
	/* A device under test reports it, unless it is dead. */
	c_code {
		int in = (now.arm == 0 ? MODEL_DOWN : 0) | (now.arm == 2 ? MODEL_UP : 0);

		in |= now.loop || (model.is_tested[0] && !now.loop_is_dead) ? MODEL_LOOP : 0;
		in |= now.beam || (model.is_tested[1] && !now.beam_is_dead) ? MODEL_BEAM : 0;
		in |= now.emergency ? MODEL_EMERGENCY : 0;
		in |= now.late ? MODEL_LATE : 0;
		in |= now.blind ? MODEL_BLIND : 0;
		in |= now.is_split ? MODEL_SPLIT : 0;
		in |= now.key ? MODEL_KEY : 0;
		in |= now.button == 1 ? MODEL_HOLD_RAISE : 0;
		in |= now.button == 2 ? MODEL_HOLD_LOWER : 0;
		now.notes = model_scan(in);
		if (getenv("MODEL_TRACE"))
			model_trace(in, now.notes);
	};
	assert(c_expr { !model.is_broken });
	if :: NOTED(NOTE_EMERGENCY) -> tell(EV_emergency) :: else -> skip fi;
	if :: NOTED(NOTE_HOLD) -> tell(EV_hold) :: else -> skip fi;
	if
	:: NOTED(NOTE_UNCONTROLLED) ||
	   (NOTED(NOTE_LEFT_DOWN) && (st == ST_idle || c_expr { !model.is_commanded })) ->
		tell(EV_uncontrolled)
	:: else -> skip
	fi;
	if :: st == ST_lifting && c_expr { model.is_at_top } -> tell(EV_arm_up) :: else -> skip fi;
	if
	:: NOTED(NOTE_TRAVEL | NOTE_LIMITS | NOTE_LOCKED | NOTE_BLIND |
		 NOTE_WRONG_WAY) -> tell(EV_arm_fault)
	:: else -> skip
	fi;
	if :: NOTED(NOTE_UNPROVED) -> tell(EV_unproved) :: else -> skip fi;
	if :: NOTED(NOTE_REVERSED) -> tell(EV_follower) :: else -> skip fi;
	notes = 0
}

init {
	atomic {
		if :: arm = 0 :: arm = 1 :: arm = 2 fi;
		if :: key = false :: key = true fi;
		c_code { model_begin(now.key); };
		key = false;
		c_code { now.st = model.state; }
	};
	do
	:: atomic {
		move_arm();
		move_vehicles();
		late = false; blind = false;
		if
		:: calm -> button = 0; key = !key && c_expr { model.wants_key }; help();
			if
			:: st == ST_idle -> break
			:: else -> calm_scans++
			fi;
			assert(calm_scans < CALM_SCANS)
		:: else ->
			/* One thing after the other, in every order. */
			key = false;
			if
			:: break_something()
			:: come_to_the_gate()
			:: happen()
			fi
		fi;
		scan()
	   }
	od
}
