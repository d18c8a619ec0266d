/* SPDX-License-Identifier: MIT */
/*
 * Words of faults.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/faults.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "hal/text.h"

enum { VALUE_MAX = 600000, EXCEPTION_MAX = 255 };

static const struct {
	const char *name;
	bool on_device, on_line, on_lane;
} kinds[FAULT_KINDS] = {
	[FAULT_NONE] = {"none",         true,  true,  true },
	[FAULT_SILENT] = {"silent",       true,  false, false},
	[FAULT_LATE] = {"late",         true,  false, false},
	[FAULT_TRICKLE] = {"trickle",      true,  false, false},
	[FAULT_EXCEPTION] = {"exception",    true,  false, false},
	[FAULT_WRONG_UNIT] = {"wrong_unit",   true,  false, false},
	[FAULT_FROZEN] = {"frozen",       true,  false, false},
	[FAULT_NO_PICTURE] = {"no_picture",   true,  false, false},
	[FAULT_LATE_PICTURE] = {"late_picture", true,  false, false},
	[FAULT_TORN_PICTURE] = {"torn_picture", true,  false, false},
	[FAULT_BAD_PICTURE] = {"bad_picture",  true,  false, false},
	[FAULT_HUGE_PICTURE] = {"huge_picture", true,  false, false},
	[FAULT_LINK_DOWN] = {"link_down",    true,  false, true },
	[FAULT_STUCK_ON] = {"stuck_on",     false, true,  false},
	[FAULT_STUCK_OFF] = {"stuck_off",    false, true,  false},
	[FAULT_ARM_STUCK] = {"arm_stuck",    false, false, true },
	[FAULT_ARM_REVERSED] = {"arm_reversed", false, false, true },
	[FAULT_ARM_SINKS] = {"arm_sinks",    false, false, true },
	[FAULT_FOB] = {"fob",          false, false, true },
};

const char *fault_kind_name(enum fault_kind kind)
{
	return kinds[kind].name;
}

enum fault_kind fault_kind_from_name(const char *name)
{
	enum fault_kind kind = FAULT_NONE;

	while (kind < FAULT_KINDS && strcmp(kinds[kind].name, name))
		kind++;
	return kind;
}

static bool suits(const struct fault_order *order)
{
	switch (order->target) {
	case FAULT_ON_DEVICE: return kinds[order->fault.kind].on_device;
	case FAULT_ON_LINE: return kinds[order->fault.kind].on_line;
	case FAULT_ON_LANE: return kinds[order->fault.kind].on_lane;
	}
	return false;
}

enum kakou_err fault_check(const struct fault_order *order, struct why *why)
{
	enum fault_kind kind = order->fault.kind;

	if (!suits(order))
		return why_set(why, KAKOU_E_INVALID,
			       "fault \"%s\" is not for \"%s%s%s\", expected a device, "
			       "LANE/LINE or lane that can have it",
			       kinds[kind].name, order->name, order->line[0] ? "/" : "",
			       order->line);
	if (kind == FAULT_EXCEPTION &&
	    (order->fault.value < 1 || order->fault.value > EXCEPTION_MAX))
		return why_set(why, KAKOU_E_INVALID, "exception %d, expected 1 to %d",
			       order->fault.value, EXCEPTION_MAX);
	if (order->fault.value < 0 || order->fault.value > VALUE_MAX)
		return why_set(why, KAKOU_E_INVALID, "fault value %d, expected 0 to %d",
			       order->fault.value, VALUE_MAX);
	return KAKOU_OK;
}

/* A bare name is a lane's for the faults only lanes have, else a device's; the yard looks for a
 * lane when there is no such device. */
static void split_target(struct fault_order *order, const char *target)
{
	const char *slash = strchr(target, '/');

	text_copy(order->name, sizeof(order->name), target);
	if (slash) {
		order->target = FAULT_ON_LINE;
		order->name[slash - target] = '\0';
		text_copy(order->line, sizeof(order->line), slash + 1);
	} else if (!kinds[order->fault.kind].on_device) {
		order->target = FAULT_ON_LANE;
	} else {
		order->target = FAULT_ON_DEVICE;
	}
}

enum kakou_err fault_parse(struct fault_order *out, const char *text, struct why *why)
{
	char target[32], kind[16], value[12] = "0", rest[2] = "";
	int64_t number;

	*out = (struct fault_order){0};
	if (sscanf(text, "%31s %15s %11s %1s", target, kind, value, rest) < 2 || rest[0])
		return why_set(why, KAKOU_E_INVALID,
			       "got the fault \"%s\", expected TARGET KIND [VALUE]",
			       text);
	out->fault.kind = fault_kind_from_name(kind);
	if (out->fault.kind == FAULT_KINDS)
		return why_set(why, KAKOU_E_INVALID,
			       "got the fault \"%s\", expected a kind such as silent",
			       kind);
	if (text_parse_integer(value, 0, VALUE_MAX, &number))
		return why_set(why, KAKOU_E_INVALID,
			       "got the fault's value \"%s\", expected 0 to %d", value,
			       VALUE_MAX);
	out->fault.value = (int32_t)number;
	split_target(out, target);
	return fault_check(out, why);
}
