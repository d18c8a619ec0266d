/* SPDX-License-Identifier: MIT */
/*
 * A device as a technician names it: its register map, where it is, and its unit.
 *
 *   kakou-plate-camera 192.0.2.11
 *   seneca-ze-sg3 /dev/ttyAMA2 9600 8N1 unit 3
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_DEVICE_WORD_H
#define KAKOU_FIRMWARE_DEVICE_WORD_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

struct device_word {
	char map[64];
	bool is_rtu;
	char host[64];     /**< TCP: numeric address */
	int32_t tcp_port;  /**< TCP */
	char tty[96];      /**< RTU: path of the serial device */
	int32_t baud;      /**< RTU */
	char parity;       /**< RTU: 'N' 'E' 'O' */
	int32_t stop_bits; /**< RTU */
	int32_t unit;      /**< 0 to 255 */
};

/** "MAP ADDRESS[:PORT] [unit N]" or "MAP /dev/TTY [BAUD] [8N1] [unit N]". KAKOU_E_INVALID: `why` quotes
 *  the text and says what was expected. */
KAKOU_MUST_CHECK enum kakou_err device_word_parse(const char *text,
						  struct device_word *out,
						  struct why *why);

/** Whether two are on one Modbus port. */
bool device_word_shares_port(const struct device_word *a, const struct device_word *b);

#endif
