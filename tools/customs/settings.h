/* SPDX-License-Identifier: MIT */
/*
 * What kakou-customs is told: one key table for its file and its arguments.
 *
 * Layer: tools. Blocks on the disk; start only.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_SETTINGS_H
#define KAKOU_TOOLS_CUSTOMS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "drivers/customs/message.h"
#include "hal/err.h"
#include "hal/why.h"

enum { SETTINGS_PATH_MAX = 255, SETTINGS_HOST_MAX = 63, SETTINGS_NAME_MAX = 95 };

struct customs_settings {
	char user[32], password[CUSTOMS_PASSWORD_MAX + 1]; /**< "" = anybody registers */
	char listen_host[SETTINGS_HOST_MAX + 1];
	uint16_t listen_port; /**< 0: any free one */
	char gate_host[SETTINGS_HOST_MAX + 1];
	uint16_t gate_port;
	char peer_name[SETTINGS_NAME_MAX + 1]; /**< in the gate's certificate */
	char cert[SETTINGS_PATH_MAX + 1], key[SETTINGS_PATH_MAX + 1];
	char ca[SETTINGS_PATH_MAX + 1], crl[SETTINGS_PATH_MAX + 1];
	char orders[SETTINGS_PATH_MAX + 1];
	char control[SETTINGS_PATH_MAX + 1]; /**< "" = none */
	char journal[SETTINGS_PATH_MAX + 1]; /**< "" = none */
	char store[SETTINGS_PATH_MAX + 1];   /**< "" = none */
	bool stores_late;                    /**< answers first: a planted fault */
	int32_t tolerance_pct, tolerance_kg;
	int32_t delay_ms;   /**< of answers that rest on no order */
	int32_t connect_ms; /**< whole attempt to bring the gate a message */
	bool is_second_gate;
	struct customs_dialect dialect;
	bool is_strict; /**< other dialects are refused */
};

enum settings_result {
	SETTINGS_OK,
	SETTINGS_HELP,  /**< --help was among the arguments */
	SETTINGS_WRONG, /**< `why` says what */
};

/** Reads --config FILE if it is given, then the other arguments, which override it. */
enum settings_result settings_read(struct customs_settings *out, int argc,
				   char *const argv[], struct why *why);

void settings_print_help(FILE *to);

#endif
