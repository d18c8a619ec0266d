/* SPDX-License-Identifier: MIT */
/*
 * The key table of board files.
 *
 * Layer: firmware. Constant data.
 */
#include "firmware/config/board.h"

/* clang-format off */
#define TEXT(section, name, max, fallback, doc) \
	{ section, name, CONF_TEXT, 1, max, fallback, NULL, doc }
#define INTEGER(section, name, min, max, fallback, doc) \
	{ section, name, CONF_INTEGER, min, max, fallback, NULL, doc }
#define FLAG(section, name, fallback, doc) \
	{ section, name, CONF_FLAG, 0, 0, fallback, NULL, doc }
#define CHOICE(section, name, choices, fallback, doc) \
	{ section, name, CONF_CHOICE, 0, 0, fallback, choices, doc }

const struct conf_key board_keys[] = {
	TEXT("", "name", BOARD_NAME_MAX, NULL,
	     "The board's name, that of its folder."),
	TEXT("", "compatible", BOARD_COMPATIBLE_MAX, NULL,
	     "What the device tree of such a machine says it is compatible with; kakoud drives no "
	     "line of a board on another machine."),
	TEXT("", "watchdog", WATCHDOG_IDENTITY_MAX, "",
	     "Identity of its watchdog, as in /sys/class/watchdog; empty for none."),
	INTEGER("", "watchdog_s", 10, 300, "30",
		"Time after which the watchdog resets it, in seconds; what the hardware itself can count."),
	TEXT("", "reset_line", GPIO_NAME_MAX, "",
	     "The input that makes the board blank when it is held at a start and let go (kakou factory-reset); "
	     "no site may use it. Empty for none."),

	TEXT("chip", "label", BOARD_LABEL_MAX, NULL,
	     "Label of the GPIO chip, as gpiodetect prints it."),
	CHOICE("chip", "bus", "soc|pci|i2c|spi|usb|firmware", NULL,
	       "What it is behind; one behind i2c, spi, usb or the firmware sleeps, and is refused for "
	       "what moves or protects."),
	INTEGER("chip", "lines", 1, 512, NULL,
		"How many lines it has."),

	TEXT("line", "chip", BOARD_NAME_MAX, NULL,
	     "Name of the chip its pin is on."),
	INTEGER("line", "offset", 0, 511, NULL,
		"Number of the pin on the chip, from 0."),
	CHOICE("line", "direction", "in|out", NULL,
	       "Which way the terminal is built."),
	CHOICE("line", "bias", "none|pull_up|pull_down", "none",
	       "What holds the pin while nobody drives it: of an input what kakoud asks of the chip, of "
	       "an output the resistor that is fitted, which has to be one."),
	FLAG("line", "active_low", "false",
	     "The pin is low when the terminal is on."),
	CHOICE("line", "safe", "none|off|on", "none",
	       "The terminal of an output while the processor is dead; none is refused there."),

	TEXT("serial", "tty", BOARD_TTY_MAX, NULL,
	     "Path of its device."),
	CHOICE("serial", "direction", "auto|rts|gpio", NULL,
	       "Who turns its transceiver: auto, itself, or it is RS-232; rts, the kernel by the port's "
	       "RTS; gpio, the kernel by the pin that rts-gpios of the device tree names."),
	CHOICE("serial", "level", "high|low", "high",
	       "Level of RTS or pin while it sends."),
	INTEGER("serial", "before_ms", 0, 100, "0",
		"Time from turning to the first bit, in milliseconds."),
	INTEGER("serial", "after_ms", 0, 100, "0",
		"Time from the last bit to turning back, in milliseconds."),
	TEXT("serial", "chip", BOARD_NAME_MAX, "",
	     "Name of the chip the direction's pin is on; required for gpio, of use for rts: no line may "
	     "have that pin."),
	INTEGER("serial", "offset", 0, 511, "0",
		"Number of that pin on the chip."),
};
/* clang-format on */

const size_t board_key_count = sizeof(board_keys) / sizeof(board_keys[0]);
