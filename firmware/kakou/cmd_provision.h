/* SPDX-License-Identifier: MIT */
/*
 * What the parts of kakou provision share.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CMD_PROVISION_H
#define KAKOU_FIRMWARE_CMD_PROVISION_H

#include "firmware/config/site.h"
#include "firmware/kakou/cli.h"
#include "firmware/provision/answers.h"
#include "firmware/provision/identity.h"
#include "firmware/provision/place.h"

struct provision {
	struct cli *cli;
	struct place place;
	struct answers answers;
	struct site *
		site; /* the file as it is now; NULL: there is none, or it is not valid */
	bool is_running; /* the site's kakoud */
	bool has_changed;
	json_t *report; /* what --json prints: changes, identities, people, tests */
};

/** Reads the site anew, and whether its kakoud runs. CLI_FAILED: complained. */
int provision_load_site(struct provision *provision);

/** Told of a change: prints it, or keeps it for --json. */
void provision_say_change(void *arg, const char *what, const char *before,
			  const char *after);

/** The identities of the gate and of the officers' page. False: it has none. */
bool provision_find_identity(const struct provision *provision, const char *what,
			     struct identity *out);

/** provision_ask.c: asks on the terminal, with the present site's values as defaults. */
int provision_ask(struct provision *provision);

/** provision_people.c: the people among the answers that are not there yet. */
int provision_add_people(struct provision *provision);

/** provision_test.c: the self-test's report. CLI_DONE, or CLI_DOUBT when something failed. */
int provision_test(struct provision *provision);

#endif
