/* SPDX-License-Identifier: MIT */
/*
 * The log: one line, one write(2).
 *
 * Layer: hal. Threads: any but the control thread.
 */
#include "hal/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "hal/text.h"

/* Below PIPE_BUF, so that lines of several threads never mix in a pipe. */
enum { LINE_MAX_BYTES = 1024 };

static atomic_int most_talkative = LOG_AT_INFO;

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&most_talkative, (int)level, memory_order_relaxed);
}

void log_line(enum log_level level, const char *module, const char *format, ...)
{
	char text[LINE_MAX_BYTES];
	char line[LINE_MAX_BYTES];
	va_list args;
	int head;
	size_t len;

	if ((int)level > atomic_load_explicit(&most_talkative, memory_order_relaxed))
		return;
	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	text_blank_controls(text);
	/* A person at a terminal has no use for the journal's mark. */
	head = isatty(STDERR_FILENO) ? snprintf(line, sizeof(line) / 2, "%s: ", module)
				     : snprintf(line, sizeof(line) / 2,
						"<%d> %s: ", (int)level, module);
	if (head < 0 || (size_t)head >= sizeof(line) / 2)
		return;
	text_copy(line + head, sizeof(line) - (size_t)head - 1, text);
	for (len = (size_t)head; line[len]; len++)
		;
	line[len] = '\n';
	/* Nobody is left to tell when standard error is gone. */
	if (write(STDERR_FILENO, line, len + 1) < 0)
		return;
}
