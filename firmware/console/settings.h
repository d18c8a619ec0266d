/* SPDX-License-Identifier: MIT */
/*
 * The file console.conf: where the console listens, with which certificate, and its bounds.
 *
 * Layer: firmware. Blocks on the disk; start only.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_SETTINGS_H
#define KAKOU_FIRMWARE_CONSOLE_SETTINGS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hal/err.h"
#include "hal/why.h"

enum {
	SETTINGS_PATH_MAX = 255,
	SETTINGS_HOST_MAX = 63,
	SETTINGS_FROM_MAX = 8,
	SETTINGS_SHIFTS_MAX = 6,
};

struct settings {
	char listen_host[SETTINGS_HOST_MAX + 1];
	uint16_t listen_port;
	char cert_file[SETTINGS_PATH_MAX + 1];
	char key_file[SETTINGS_PATH_MAX + 1];
	char control_socket[SETTINGS_PATH_MAX + 1];
	char page_dir[SETTINGS_PATH_MAX + 1];
	char state_dir[SETTINGS_PATH_MAX + 1];
	int64_t keep_days;
	int shifts[SETTINGS_SHIFTS_MAX]; /**< hours at which they begin, growing */
	size_t shift_count;
	char metrics_from[SETTINGS_FROM_MAX * 48]; /**< addresses with a blank between */
	int64_t idle_ms; /**< a session without a request ends after it */
	unsigned connections_max, connections_per_address;
};

/** KAKOU_E_INVALID and others: `why` names file and line. */
KAKOU_MUST_CHECK enum kakou_err settings_load(struct settings *out, const char *path,
					      struct why *why);

/** A sample file; the list of keys for the manual page. */
void settings_print_sample(FILE *to);
void settings_print_manual(FILE *to);

#endif
