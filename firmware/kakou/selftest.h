/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the self-test share: a list of lines, each passed, failed with what to do, or left
 * out with the reason.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_SELFTEST_H
#define KAKOU_FIRMWARE_SELFTEST_H

#include "firmware/kakou/cmd_provision.h"

struct selftest {
	struct provision *provision;
	const struct site *site;
	struct cli *cli;
	json_t *lines;
	struct cli_table *table;
	int failed;
};

KAKOU_PRINTF(3, 4)
void selftest_pass(struct selftest *test, const char *what, const char *format, ...);
KAKOU_PRINTF(3, 4)
void selftest_skip(struct selftest *test, const char *what, const char *format, ...);
/** `advice` is what to do. */
KAKOU_PRINTF(4, 5)
void selftest_fail(struct selftest *test, const char *what, const char *advice,
		   const char *format, ...);

/** selftest_parts.c */
void selftest_gpio(struct selftest *test);
void selftest_devices(struct selftest *test);
void selftest_record(struct selftest *test);

/** selftest_customs.c: a handshake, and nothing behind it. */
void selftest_customs(struct selftest *test);

#endif
