/* SPDX-License-Identifier: MIT */
/*
 * What is fuzzed: each reader of bytes that come from outside, behind one signature.
 *
 * Layer: tests. `make fuzz` runs each for a minute under libFuzzer; the cases kept in
 * tests/fuzz/corpus/NAME/ run as a unit test.
 */
#ifndef KAKOU_TESTS_FUZZ_TARGETS_H
#define KAKOU_TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

struct fuzz_target {
	const char *name;
	void (*run)(const uint8_t *data, size_t len);
};

extern const struct fuzz_target fuzz_targets[];
extern const size_t fuzz_target_count;

#endif
