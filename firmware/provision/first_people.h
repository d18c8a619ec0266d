/* SPDX-License-Identifier: MIT */
/*
 * The first people of a gate whose kakoud does not run yet. Their passwords are given to them, and have
 * to be changed before anything else.
 *
 * Layer: firmware. Blocks on the disk. One process at a time (struct place).
 */
#ifndef KAKOU_FIRMWARE_FIRST_PEOPLE_H
#define KAKOU_FIRMWARE_FIRST_PEOPLE_H

#include "firmware/people/people.h"
#include "firmware/provision/place.h"

enum { FIRST_PASSWORD_BYTES = 16 };

/** A password to read out: 12 letters and digits that nobody confuses, about 59 random bits. */
void first_people_make_password(char out[FIRST_PASSWORD_BYTES]);

/** Adds a person to the file of the state directory, which is made when it is missing, and leaves a
 *  note for the record. *is_there: somebody of that name is there already, and stays as he is.
 *  KAKOU_E_INVALID: name or password; `why` never quotes the latter. */
KAKOU_MUST_CHECK enum kakou_err first_people_add(const struct place *place,
						 const char *state_dir, const char *name,
						 enum role role, const char *password,
						 bool *is_there, struct why *why);

/** Who is there. KAKOU_OK with nobody when there is no file. */
KAKOU_MUST_CHECK enum kakou_err first_people_read(const char *state_dir,
						  struct people *out, struct why *why);

#endif
