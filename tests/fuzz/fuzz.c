/* SPDX-License-Identifier: MIT */
/*
 * One target under libFuzzer: FUZZ_TARGET names it.
 *
 * Layer: tests. Built by `make fuzz` only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct fuzz_target *target;

	if (!target) {
		const char *name = getenv("FUZZ_TARGET");

		for (size_t i = 0; name && i < fuzz_target_count; i++) {
			if (!strcmp(fuzz_targets[i].name, name))
				target = &fuzz_targets[i];
		}
		if (!target) {
			fprintf(stderr,
				"FUZZ_TARGET is \"%s\": expected a name of "
				"tests/fuzz/targets.c\n",
				name ? name : "");
			exit(2);
		}
	}
	target->run(data, len);
	return 0;
}
