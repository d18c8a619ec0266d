/* SPDX-License-Identifier: MIT */
/*
 * A control socket that is served, with the journal of rpc_journal.h and a customs link that is up.
 *
 * Holds what rpc_healths.h and rpc_journal.h define: include it once in a program.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_RPC_LINKED_H
#define KAKOU_TESTS_RPC_LINKED_H

#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

/** Starts it; rpc_rig_tear_down() ends it. */
static inline void rpc_linked_start(struct rpc_rig *rig)
{
	struct customs_link_health up = {.is_up = true, .tls_version = "TLSv1.2"};

	rpc_healths_reset();
	rpc_rig_set_up(rig, rpc_journal_reset());
	rpc_healths_set_link(&up);
	rpc_rig_start(rig);
}

#endif
