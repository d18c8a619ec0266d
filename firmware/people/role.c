/* SPDX-License-Identifier: MIT */
/*
 * Roles. Layer: firmware. Pure.
 */
#include "firmware/people/role.h"

#include <stdio.h>
#include <string.h>

static const char *const names[ROLE_COUNT] = {
	[ROLE_NONE] = "none",
	[ROLE_VIEWER] = "viewer",
	[ROLE_OFFICER] = "officer",
	[ROLE_SUPERVISOR] = "supervisor",
	[ROLE_TECHNICIAN] = "technician",
};

bool role_is_in(enum role role, uint32_t set)
{
	return set == ROLES_LOCAL || (role != ROLE_NONE && (set & ROLE_BIT(role)) != 0);
}

const char *role_name(enum role role)
{
	return (unsigned)role < ROLE_COUNT ? names[role] : NULL;
}

enum role role_find(const char *word)
{
	for (int i = ROLE_VIEWER; i < ROLE_COUNT; i++) {
		if (!strcmp(names[i], word))
			return (enum role)i;
	}
	return ROLE_NONE;
}

const char *role_list(uint32_t set, char to[ROLE_WORDS_MAX])
{
	size_t used = 0;

	to[0] = '\0';
	if (set == ROLES_ROOT)
		return "root";
	for (int i = ROLE_VIEWER; i < ROLE_COUNT; i++) {
		if (set & ROLE_BIT(i))
			used += (size_t)snprintf(to + used, ROLE_WORDS_MAX - used, "%s%s",
						 used ? " or " : "", names[i]);
	}
	return to;
}
