/* SPDX-License-Identifier: MIT */
/*
 * A serial driver that can turn the direction of RS-485, which terminals can't: preloaded into a
 * program, it takes TIOCSRS485 and appends "FLAGS BEFORE AFTER" to the file KAKOU_RS485_FILE.
 *
 * Layer: tests. Threads: any.
 */
#include <dlfcn.h>
#include <linux/serial.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

int ioctl(int fd, unsigned long request, ...)
{
	const char *path = getenv("KAKOU_RS485_FILE");
	int (*real)(int, unsigned long, ...);
	const struct serial_rs485 *asked;
	va_list args;
	void *arg;
	FILE *file;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request != TIOCSRS485 || !path) {
		*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
		return real(fd, request, arg);
	}
	asked = arg;
	file = fopen(path, "a");
	if (!file)
		return -1;
	fprintf(file, "%u %u %u\n", asked->flags, asked->delay_rts_before_send,
		asked->delay_rts_after_send);
	fclose(file);
	return 0;
}
