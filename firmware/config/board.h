/* SPDX-License-Identifier: MIT */
/*
 * A board: which pin is behind which terminal, what the terminals do when the processor is dead,
 * where the serial ports are and who turns their direction. One file for each board, in
 * board/boards/NAME/board.conf; a site names its lines by the board's names.
 *
 * Layer:   firmware. Threads: loaded by main, constant afterwards.
 */
#ifndef KAKOU_FIRMWARE_BOARD_H
#define KAKOU_FIRMWARE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/conf.h"
#include "hal/err.h"
#include "hal/gpio.h"
#include "hal/modbus_port.h"
#include "hal/watchdog.h"
#include "hal/why.h"

enum {
	BOARD_NAME_MAX = 31,
	BOARD_LABEL_MAX = 31, /* as the kernel */
	BOARD_TTY_MAX = 63,
	BOARD_COMPATIBLE_MAX = 63,
	BOARD_CHIPS_MAX = 4, /* of one lane; hal/gpio opens no more */
	BOARD_LINES_MAX = 128,
	BOARD_SERIALS_MAX = 8,
};

struct board_chip {
	char name[BOARD_NAME_MAX + 1];
	char label[BOARD_LABEL_MAX + 1]; /**< the kernel's */
	bool sleeps;                     /**< behind I2C, SPI, USB or the firmware */
	uint16_t lines;
};

struct board_line {
	char name[GPIO_NAME_MAX + 1];
	uint8_t chip; /**< index in chips[] */
	uint16_t offset;
	bool is_output;
	bool active_low; /**< the pin is low when the terminal is on */
	enum gpio_bias
		bias; /**< inputs: asked of the kernel; outputs: fitted on the board */
	bool is_on_when_dead; /**< outputs: the terminal while nobody drives the pin */
};

struct board_serial {
	char name[BOARD_NAME_MAX + 1];
	char tty[BOARD_TTY_MAX + 1];
	struct modbus_rs485 rs485;
	bool has_line; /**< its direction is this pin, which no line may be */
	uint8_t chip;
	uint16_t offset;
};

struct board {
	char name[BOARD_NAME_MAX + 1];
	char compatible[BOARD_COMPATIBLE_MAX + 1]; /**< of the device tree */
	char watchdog[WATCHDOG_IDENTITY_MAX + 1];  /**< identity; "" = none */
	int32_t watchdog_s;
	int reset_line; /**< index in lines[]: what makes it blank; -1: none */
	size_t chip_count, line_count, serial_count;
	struct board_chip chips[BOARD_CHIPS_MAX];
	struct board_line lines[BOARD_LINES_MAX];
	struct board_serial serials[BOARD_SERIALS_MAX];
};

/** The key table of board files. */
extern const struct conf_key board_keys[];
extern const size_t board_key_count;

/** Reads and checks a board file. On failure `why` names file, line, value and expectation.
 *  Blocks on the disk. */
KAKOU_MUST_CHECK enum kakou_err board_load(struct board *out, const char *path,
					   struct why *why);

/** NULL when the board has no such line, or serial port. */
const struct board_line *board_find_line(const struct board *board, const char *name);
const struct board_serial *board_find_serial(const struct board *board, const char *name);

#endif
