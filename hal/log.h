/* SPDX-License-Identifier: MIT */
/*
 * The log: one line on standard error, "<level> module: text", level as in syslog (3 error,
 * 4 warning, 6 information, 7 debug), so that journald files it. On a terminal without the level.
 *
 * Layer: hal. Threads: any but the control thread, which must not block on a pipe.
 */
#ifndef KAKOU_HAL_LOG_H
#define KAKOU_HAL_LOG_H

#include "hal/err.h"

enum log_level {
	LOG_AT_ERROR = 3,
	LOG_AT_WARNING = 4,
	LOG_AT_INFO = 6,
	LOG_AT_DEBUG = 7
};

/** The most talkative level that is printed; LOG_AT_INFO at start. */
void log_set_level(enum log_level level);

/** Prints one line with a single write(2). Control characters in the text become '?'. */
KAKOU_PRINTF(3, 4)
void log_line(enum log_level level, const char *module, const char *format, ...);

#define log_error(module, ...) log_line(LOG_AT_ERROR, module, __VA_ARGS__)
#define log_warning(module, ...) log_line(LOG_AT_WARNING, module, __VA_ARGS__)
#define log_info(module, ...) log_line(LOG_AT_INFO, module, __VA_ARGS__)
#define log_debug(module, ...) log_line(LOG_AT_DEBUG, module, __VA_ARGS__)

#endif
