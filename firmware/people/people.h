/* SPDX-License-Identifier: MIT */
/*
 * People: names, roles and hashed passwords, as a value and as the text of a file.
 *
 * The file has one person a line, "name:role:state:changed_wall_ms:hash", after the line
 * "kakou people 1"; the state is open or locked, open-given or locked-given while the password is
 * one that another person gave. It is small and rewritten whole.
 *
 * Layer: firmware. Pure but for people_load() and people_save(), which block on the disk.
 */
#ifndef KAKOU_FIRMWARE_PEOPLE_H
#define KAKOU_FIRMWARE_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/people/role.h"
#include "hal/err.h"
#include "hal/why.h"

enum {
	PEOPLE_MAX = 64,
	PERSON_NAME_MAX = 32, /* bytes */
	PERSON_HASH_MAX = 127,
	PEOPLE_FILE_MAX = PEOPLE_MAX * 256,
};

struct person {
	char name[PERSON_NAME_MAX + 1];
	uint8_t role; /**< enum role, never ROLE_NONE */
	bool is_locked;
	bool must_change; /**< the password, before anything else: another person knows it */
	int64_t changed_wall_ms; /**< of the password */
	char hash[PERSON_HASH_MAX + 1];
};

struct people {
	size_t count;
	struct person person[PEOPLE_MAX];
};

/** 1 to 32 bytes of UTF-8 without spaces, control characters and ':', and not "root" or
 *  "customs", which the record uses for others. KAKOU_E_INVALID. */
KAKOU_MUST_CHECK enum kakou_err people_check_name(const char *name, struct why *why);

/** NULL when there is none of that name. */
struct person *people_find(struct people *people, const char *name);

/** A person at the end of the list. KAKOU_E_FULL; KAKOU_E_INVALID: the name is taken or none. */
KAKOU_MUST_CHECK enum kakou_err people_add(struct people *people, const char *name,
					   enum role role, const char *hash,
					   int64_t wall_ms, struct why *why);

void people_remove(struct people *people, const struct person *person);

/** Supervisors that are not locked: the last one stays. */
size_t people_count_supervisors(const struct people *people);

/** Reads the text of a file. KAKOU_E_INVALID: `why` names the line. */
KAKOU_MUST_CHECK enum kakou_err people_parse(const char *text, struct people *out,
					     struct why *why);

/** Writes the text of a file; returns its length. */
size_t people_write(const struct people *people, char to[PEOPLE_FILE_MAX]);

/** Nobody when there is no file. KAKOU_E_DENIED: others than its owner may read it. */
KAKOU_MUST_CHECK enum kakou_err people_load(const char *path, struct people *out,
					    struct why *why);

/** Replaces the file as a whole, mode 0600, synced. */
KAKOU_MUST_CHECK enum kakou_err people_save(const struct people *people, const char *path,
					    struct why *why);

#endif
