/* SPDX-License-Identifier: MIT */
/*
 * The words of a site file for lines and evidence, and what each of them means.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/config/site_internal.h"

#include <string.h>

static const struct {
	const char *name;
	bool is_output;
	bool is_required;
} roles[LINE_ROLES] = {
	[LINE_SAFETY_LOOP] = {"safety_loop",      false, true },
	[LINE_BEAM] = {"beam",             false, true },
	[LINE_LIMIT_UP] = {"limit_up",         false, true },
	[LINE_LIMIT_DOWN] = {"limit_down",       false, true },
	[LINE_EMERGENCY] = {"emergency",        false, false},
	[LINE_SAFETY_LOOP_NC] = {"safety_loop_nc",   false, false},
	[LINE_BEAM_NC] = {"beam_nc",          false, false},
	[LINE_LIMIT_UP_NC] = {"limit_up_nc",      false, false},
	[LINE_LIMIT_DOWN_NC] = {"limit_down_nc",    false, false},
	[LINE_EMERGENCY_NC] = {"emergency_nc",     false, false},
	[LINE_RESET] = {"reset",            false, false},
	[LINE_HOLD_RAISE] = {"hold_raise",       false, false},
	[LINE_HOLD_LOWER] = {"hold_lower",       false, false},
	[LINE_DOOR] = {"door",             false, false},
	[LINE_RAISE] = {"raise",            true,  true },
	[LINE_LOWER] = {"lower",            true,  true },
	[LINE_BEAM_TEST] = {"beam_test",        true,  false},
	[LINE_LOOP_TEST] = {"loop_test",        true,  false},
	[LINE_HEARTBEAT] = {"heartbeat",        true,  true },
	[LINE_ENTRY_LOOP] = {"entry_loop",       false, false},
	[LINE_ENTRY_BEAM] = {"entry_beam",       false, false},
	[LINE_ENTRY_LIMIT_UP] = {"entry_limit_up",   false, false},
	[LINE_ENTRY_LIMIT_DOWN] = {"entry_limit_down", false, false},
	[LINE_ENTRY_RAISE] = {"entry_raise",      true,  false},
	[LINE_ENTRY_LOWER] = {"entry_lower",      true,  false},
	[LINE_ENTRY_BEAM_TEST] = {"entry_beam_test",  true,  false},
	[LINE_ENTRY_LOOP_TEST] = {"entry_loop_test",  true,  false},
	[LINE_ENTRY_HEARTBEAT] = {"entry_heartbeat",  true,  false},
	[LINE_APPROACH] = {"approach",         false, true },
	[LINE_SCALE_ENTRY] = {"scale_entry",      false, false},
	[LINE_SCALE_EXIT] = {"scale_exit",       false, false},
	[LINE_EXIT] = {"exit",             false, true },
	[LINE_RED] = {"red",              true,  false},
	[LINE_GREEN] = {"green",            true,  false},
	[LINE_RED_FAR] = {"red_far",          true,  false},
	[LINE_GREEN_FAR] = {"green_far",        true,  false},
};

static const struct {
	const char *name;
	enum device_class class;
	int32_t deadline_ms;
} kinds[EVIDENCE_KINDS] = {
	[EVIDENCE_PLATE] = {"plate",   DEVICE_PLATE_CAMERA, 8000 },
	[EVIDENCE_TAG] = {"tag",     DEVICE_TAG_READER,   8000 },
	[EVIDENCE_BOX] = {"box",     DEVICE_BOX_READER,   10000},
	[EVIDENCE_WEIGHT] = {"weight",  DEVICE_WEIGHBRIDGE,  20000},
	[EVIDENCE_CARD] = {"card",    DEVICE_DRIVER_POST,  30000},
	[EVIDENCE_SEAL] = {"seal",    DEVICE_SEAL_READER,  10000},
	[EVIDENCE_CLIMATE] = {"climate", DEVICE_REEFER,       5000 },
};

const char *line_role_name(enum line_role role)
{
	return role < LINE_ROLES ? roles[role].name : NULL;
}

bool line_role_is_output(enum line_role role)
{
	return role < LINE_ROLES && roles[role].is_output;
}

bool line_role_is_required(enum line_role role)
{
	return role < LINE_ROLES && roles[role].is_required;
}

enum line_role line_role_first_contact(enum line_role role)
{
	switch (role) {
	case LINE_SAFETY_LOOP_NC: return LINE_SAFETY_LOOP;
	case LINE_BEAM_NC: return LINE_BEAM;
	case LINE_LIMIT_UP_NC: return LINE_LIMIT_UP;
	case LINE_LIMIT_DOWN_NC: return LINE_LIMIT_DOWN;
	case LINE_EMERGENCY_NC: return LINE_EMERGENCY;
	default: return LINE_ROLES;
	}
}

enum line_role line_role_from_name(const char *name)
{
	enum line_role role = 0;

	while (role < LINE_ROLES && strcmp(roles[role].name, name) != 0)
		role++;
	return role;
}

const char *evidence_kind_name(enum evidence_kind kind)
{
	return kind < EVIDENCE_KINDS ? kinds[kind].name : NULL;
}

enum evidence_kind evidence_kind_from_name(const char *name)
{
	enum evidence_kind kind = 0;

	while (kind < EVIDENCE_KINDS && strcmp(kinds[kind].name, name) != 0)
		kind++;
	return kind;
}

enum device_class evidence_kind_class(enum evidence_kind kind)
{
	return kinds[kind].class;
}

int32_t evidence_kind_deadline_ms(enum evidence_kind kind)
{
	return kinds[kind].deadline_ms;
}
