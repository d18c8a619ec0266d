/* SPDX-License-Identifier: MIT */
/*
 * Roles: what a person is at the gate. A person has one; what a method or an act needs is a set
 * of them, because a technician is not more than an officer, but something else.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_ROLE_H
#define KAKOU_FIRMWARE_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
	ROLE_NONE,       /**< nobody: no ticket, or customs at its platform */
	ROLE_VIEWER,     /**< sees */
	ROLE_OFFICER,    /**< decides about passages, lanes and alarms */
	ROLE_SUPERVISOR, /**< an officer who also decides about people */
	ROLE_TECHNICIAN, /**< repairs: locks lanes, resets, tests lines; clears nobody */
	ROLE_COUNT,
};

#define ROLE_BIT(role) (1u << (role))

/** Sets of roles; 0 asks for no ticket: the rights of the control socket are enough. */
enum role_set {
	ROLES_LOCAL = 0,
	ROLES_ROOT = ROLE_BIT(ROLE_NONE), /**< no person: root, in a rescue */
	ROLES_ANY = ROLE_BIT(ROLE_VIEWER) | ROLE_BIT(ROLE_OFFICER) |
		    ROLE_BIT(ROLE_SUPERVISOR) | ROLE_BIT(ROLE_TECHNICIAN),
	ROLES_OFFICER = ROLE_BIT(ROLE_OFFICER) | ROLE_BIT(ROLE_SUPERVISOR),
	ROLES_SUPERVISOR = ROLE_BIT(ROLE_SUPERVISOR),
	ROLES_TECHNICIAN = ROLE_BIT(ROLE_TECHNICIAN),
	ROLES_OFFICER_OR_TECHNICIAN = ROLES_OFFICER | ROLES_TECHNICIAN,
};

/** True when the set asks for no role, or the role is in it. */
bool role_is_in(enum role role, uint32_t set);

/** "viewer", "officer", "supervisor", "technician", "none" for nobody; NULL out of range. */
const char *role_name(enum role role);

/** ROLE_NONE when the word is none of a person's roles. */
enum role role_find(const char *word);

enum { ROLE_WORDS_MAX = 64 };

/** "officer or supervisor": those of a set, for refusals. */
const char *role_list(uint32_t set, char to[ROLE_WORDS_MAX]);

#endif
