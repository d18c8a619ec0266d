/* SPDX-License-Identifier: MIT */
/*
 * What the files of the bench share among themselves.
 */
#ifndef KAKOU_TESTS_LANE_BENCH_INTERNAL_H
#define KAKOU_TESTS_LANE_BENCH_INTERNAL_H

#include "tests/unit/lane_bench.h"

/* lane_bench_gate.c */
struct lane_inputs bench_inputs(struct bench *bench);
void bench_move_arms(struct bench *bench);

/* lane_bench_peers.c: takes what came out; commits what was handed over in the scan before; answers
 * what was looked up, when it is due. */
void bench_drain(struct bench *bench);
void bench_acknowledge(struct bench *bench);
void bench_answer_lookup(struct bench *bench);

#endif
