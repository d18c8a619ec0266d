/* SPDX-License-Identifier: MIT */
/*
 * Where a gate's files are and whose they have to be, and the writing of its site file.
 *
 * Layer: firmware. Blocks on the disk. One process at a time.
 */
#ifndef KAKOU_FIRMWARE_PLACE_H
#define KAKOU_FIRMWARE_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "firmware/provision/site_text.h"

enum { PLACE_PATH_MAX = 255, PLACE_DIRECTORY_MAX = 127 };

struct place_user {
	uid_t uid;
	gid_t gid;
};

struct place {
	char config[PLACE_PATH_MAX + 1];         /**< the site file */
	char directory[PLACE_DIRECTORY_MAX + 1]; /**< it lies in, with its slash */
	struct place_user kakou, page; /**< who run kakoud and the officers' page */
	bool has_page_user;
	int lock;
};

/** Users by name: root needs them to be there, anybody else provisions for himself. Takes the lock of
 *  the directory. KAKOU_E_NOTFOUND (user, directory), KAKOU_E_DENIED: another kakou provision runs.
 *  Close with place_close(). */
KAKOU_MUST_CHECK enum kakou_err place_open(struct place *out, const char *config,
					   const char *user, const char *page_user,
					   struct why *why);
void place_close(struct place *place);

/** "DIRECTORY/NAME", or the name itself when it is absolute. */
void place_name(const struct place *place, const char *name, char to[PLACE_PATH_MAX + 1]);

/** Puts the answers into the site file: whole and valid, or not at all; the former one is kept beside
 *  it as ".former". *has_changed: false when everything was there. */
KAKOU_MUST_CHECK enum kakou_err place_write_site(const struct place *place,
						 const struct answers *answers,
						 provision_change *on_change, void *arg,
						 bool *has_changed, struct why *why);

/** What the gate is called on its certificates ("gate_name", "console_name"), which no key of the site
 *  says; kept in the file identity.conf. "" when it is not known. */
void place_read_name(const struct place *place, const char *key,
		     char to[PLACE_PATH_MAX + 1]);
KAKOU_MUST_CHECK enum kakou_err place_write_names(const struct place *place,
						  const struct answers *answers,
						  provision_change *on_change, void *arg,
						  bool *has_changed, struct why *why);

#endif
