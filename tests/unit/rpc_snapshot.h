/* SPDX-License-Identifier: MIT */
/*
 * A snapshot of a gate at rest, for control sockets in tests. Layer: tests.
 */
#ifndef KAKOU_TESTS_RPC_SNAPSHOT_H
#define KAKOU_TESTS_RPC_SNAPSHOT_H

#include "firmware/config/site.h"
#include "firmware/control/snapshot.h"

/** Every lane of the site is idle and every device well. */
void rpc_snapshot_fill(const struct site *site, struct snapshot *shot);

#endif
