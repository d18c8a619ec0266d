/* SPDX-License-Identifier: MIT */
/*
 * Acts. Layer: firmware. Pure.
 */
#include "firmware/control/act.h"

#include <stddef.h>

const char *act_verb_name(enum act_verb verb)
{
	static const char *const names[ACT_VERBS] = {
		[ACT_RELEASE] = "release", [ACT_INSPECT] = "inspect",
		[ACT_RETURN] = "return",   [ACT_HOLD] = "hold",
		[ACT_RESET] = "reset",
	};

	return (unsigned)verb < ACT_VERBS ? names[verb] : NULL;
}
