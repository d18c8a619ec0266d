/* SPDX-License-Identifier: MIT */
/*
 * A control socket with a supervisor and an officer who have logged in.
 *
 * These are definitions: include them once in a program, in the test itself.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_RPC_PEOPLE_H
#define KAKOU_TESTS_RPC_PEOPLE_H

#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

static struct rpc_rig rig;
static char chief[TICKET_TEXT + 1], officer[TICKET_TEXT + 1];

/** Nobody has logged in yet. */
static inline int start_empty(void **state)
{
	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_start(&rig);
	return 0;
}

static inline int start(void **state)
{
	start_empty(state);
	rpc_rig_log_in(&rig, "chief", "supervisor", chief);
	rpc_rig_log_in(&rig, "li", "officer", officer);
	return 0;
}

static inline int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static inline void expect_done(json_t *answer)
{
	(void)rpc_rig_result(answer);
	json_decref(answer);
}

#endif
