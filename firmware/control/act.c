/* SPDX-License-Identifier: MIT */
/*
 * Acts. Layer: firmware. Pure.
 */
#include "firmware/control/act.h"

/* clang-format off */
static const struct act_rule rules[ACT_VERBS] = {
	[ACT_RELEASE] = { "release", ROLES_OFFICER,               ACT_NEEDS_PASSAGE },
	[ACT_INSPECT] = { "inspect", ROLES_OFFICER,               ACT_NEEDS_PASSAGE },
	[ACT_RETURN]  = { "return",  ROLES_OFFICER,               ACT_NEEDS_PASSAGE },
	[ACT_HOLD]    = { "hold",    ROLES_OFFICER,               ACT_NEEDS_PASSAGE },
	[ACT_MODE]      = { "emergency-mode", ROLES_OFFICER, ACT_NEEDS_VALUE },
	[ACT_RESET]     = { "reset",     ROLES_OFFICER_OR_TECHNICIAN, 0 },
	[ACT_CORRECT]   = { "correct",   ROLES_OFFICER, ACT_NEEDS_PASSAGE | ACT_NEEDS_SUBJECT | ACT_NEEDS_VALUE },
	[ACT_ENTER]     = { "enter",     ROLES_OFFICER, ACT_NEEDS_PASSAGE | ACT_NEEDS_SUBJECT | ACT_NEEDS_VALUE },
	[ACT_CHOOSE]    = { "choose",    ROLES_OFFICER, ACT_NEEDS_PASSAGE | ACT_NEEDS_VALUE },
	[ACT_REGATHER]  = { "regather",  ROLES_OFFICER, ACT_NEEDS_PASSAGE },
	[ACT_ASK]       = { "ask",       ROLES_OFFICER, ACT_NEEDS_PASSAGE },
	[ACT_LOCK]      = { "lock",      ROLES_OFFICER_OR_TECHNICIAN, 0 },
	[ACT_OPEN]      = { "open",      ROLES_OFFICER_OR_TECHNICIAN, 0 },
	[ACT_TURN]      = { "turn",      ROLES_OFFICER, ACT_NEEDS_VALUE },
	[ACT_EMERGENCY] = { "emergency", ROLES_OFFICER, 0 },
	[ACT_ACK]       = { "ack",       ROLES_OFFICER_OR_TECHNICIAN, ACT_NEEDS_VALUE },
	[ACT_SHELVE]    = { "shelve",    ROLES_OFFICER_OR_TECHNICIAN, ACT_NEEDS_VALUE },
	[ACT_ANSWER]    = { "answer",    ROLES_OFFICER, 0 },
	[ACT_PULSE]      = { "pulse",      ROLES_TECHNICIAN, ACT_NEEDS_VALUE },
	[ACT_COMMISSION] = { "commission", ROLES_TECHNICIAN, ACT_NEEDS_VALUE },
};
/* clang-format on */

const struct act_rule *act_rule_of(enum act_verb verb)
{
	return (unsigned)verb < ACT_VERBS ? &rules[verb] : NULL;
}

const char *act_verb_name(enum act_verb verb)
{
	const struct act_rule *rule = act_rule_of(verb);

	return rule ? rule->name : NULL;
}

const char *act_refusal_name(enum act_refusal refusal)
{
	static const char *const names[ACT_REFUSALS] = {
		[REFUSAL_NONE] = "",
		[REFUSAL_GONE] = "gone",
		[REFUSAL_SECOND] = "second_needed",
		[REFUSAL_NOT_NOW] = "not_now",
		[REFUSAL_ALREADY] = "already",
		[REFUSAL_ABSENT] = "absent",
		[REFUSAL_VALUE] = "bad_value",
		[REFUSAL_WAITED] = "waited",
		[REFUSAL_KEY] = "key_needed",
		[REFUSAL_BLIND] = "arm_unseen",
		[REFUSAL_RECORD] = "record_ill",
		[REFUSAL_BUSY] = "lane_busy",
		[REFUSAL_OCCUPIED] = "occupied",
		[REFUSAL_DEVICE] = "device_ill",
		[REFUSAL_MODE] = "in_mode",
		[REFUSAL_OTHER] = "refused",
	};

	return (unsigned)refusal < ACT_REFUSALS ? names[refusal] : names[REFUSAL_OTHER];
}
