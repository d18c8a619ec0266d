/* SPDX-License-Identifier: MIT */
/*
 * The kept cases of the fuzzers: each target survives each of its own, and there is at least one;
 * and each target has a dictionary.
 *
 * Layer: tests.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/file.h"
#include "tests/fuzz/targets.h"

enum { CASE_MAX = 1 << 20 };

static void run_case(const struct fuzz_target *target, const char *name)
{
	char path[512];
	struct why why;
	char *data;
	size_t len;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s/%s", target->name, name);
	if (file_read_whole(path, CASE_MAX, &data, &len, &why))
		fail_msg("%s", why.text);
	target->run((const uint8_t *)data, len);
	free(data);
}

static void every_kept_case_is_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < fuzz_target_count; i++) {
		char path[256];
		struct dirent *entry;
		size_t count = 0;
		DIR *folder;

		snprintf(path, sizeof(path), "tests/fuzz/corpus/%s",
			 fuzz_targets[i].name);
		folder = opendir(path);
		assert_non_null(folder);
		while ((entry = readdir(folder))) {
			if (entry->d_name[0] == '.')
				continue;
			run_case(&fuzz_targets[i], entry->d_name);
			count++;
		}
		closedir(folder);
		assert_true(count > 0);
	}
}

static void every_target_has_a_dictionary(void **state)
{
	(void)state;
	for (size_t i = 0; i < fuzz_target_count; i++) {
		char path[256];

		snprintf(path, sizeof(path), "tests/fuzz/%s.dict", fuzz_targets[i].name);
		if (access(path, R_OK))
			fail_msg("%s is missing", path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_target_has_a_dictionary),
		cmocka_unit_test(every_kept_case_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
