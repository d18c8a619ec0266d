/* SPDX-License-Identifier: MIT */
/*
 * Interlock: its words. Layer: firmware. Pure.
 */
#include <stddef.h>

#include "firmware/lane/interlock_internal.h"

bool interlock_is_down(const struct interlock *lock)
{
	return lock->was_known && lock->was_down && lock->phase != INTERLOCK_RAISING &&
	       lock->phase != INTERLOCK_HOLD_RAISING;
}

bool interlock_is_up(const struct interlock *lock)
{
	return lock->was_known && lock->was_up && lock->phase != INTERLOCK_LOWERING &&
	       lock->phase != INTERLOCK_HOLD_LOWERING;
}

const char *interlock_arm_name(const struct interlock *lock)
{
	if (!lock->was_known)
		return "unknown";
	switch (lock->phase) {
	case INTERLOCK_RAISING:
	case INTERLOCK_HOLD_RAISING: return "rising";
	case INTERLOCK_LOWERING:
	case INTERLOCK_HOLD_LOWERING: return "lowering";
	default: break;
	}
	if (lock->was_down)
		return "down";
	return lock->was_up ? "up" : "between";
}

/* clang-format off */
static const struct {
	enum interlock_note note;
	const char *rule, *code, *text;
} words[] = {
	{NOTE_REVERSED, "S1", "reversed", "obstruction while lowering: raised"},
	{NOTE_LOCKED, "S3", "arm_locked", "two obstructions in a row: locked until reset at the gate"},
	{NOTE_UNPROVED, "S4", "unproved", "safety is not proved before a movement: none is made"},
	{NOTE_TRAVEL, "S7", "travel", "the arm did not arrive at its limit in time: stopped"},
	{NOTE_LIMITS, "S5", "limits", "both limits at once: no movement"},
	{NOTE_LATE, "S9", "late_scan", "late scan: movement stopped, proving again"},
	{NOTE_BLIND, "S5", "blind", "inputs unknown: everything off"},
	{NOTE_UNCONTROLLED, "S11", "opened_uncommanded", "the arm opened without a command"},
	{NOTE_EMERGENCY, "S11", "emergency", "emergency: raising, uncontrolled"},
	{NOTE_PAIR, "S10", "pair_differs", "two contacts of one input disagree: faulty until reset at the gate"},
	{NOTE_RESET, "S3", "reset_key", "the reset key at the gate was turned"},
	{NOTE_HOLD, "S5", "hold_to_run", "hold-to-run at the gate: the arm moves while the button is pressed"},
	{NOTE_HOLD_OVER, "S5", "hold_over", "hold-to-run at the gate is over: the arm stands"},
	{NOTE_WRONG_WAY, "S7", "arm_wrong_way", "the arm moved the wrong way: stopped"},
	{NOTE_SANK, "S7", "arm_sank", "the arm left its upper limit without a command"},
	{0, "-", "-", "-"},
};
/* clang-format on */

/* The last stands for what has no words. */
static size_t find(enum interlock_note note)
{
	size_t i = 0;

	while (words[i].note != 0 && words[i].note != note)
		i++;
	return i;
}

const char *interlock_note_rule(enum interlock_note note)
{
	return words[find(note)].rule;
}

const char *interlock_note_code(enum interlock_note note)
{
	return words[find(note)].code;
}

const char *interlock_note_text(enum interlock_note note)
{
	return words[find(note)].text;
}
