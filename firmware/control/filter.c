/* SPDX-License-Identifier: MIT */
/*
 * System call filter of the control thread. Layer: firmware.
 *
 * Sleeping until the next scan is the only call that waits. Sends and receives must carry
 * MSG_DONTWAIT; polls must have no time to wait; the ioctls are those of the GPIO character
 * device. read and write are left for eventfds and line events, which are opened non-blocking.
 */
#include "firmware/control/filter.h"

#include <linux/filter.h>
#include <linux/gpio.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROGRAM_MAX = 512 }; /* instructions; ours has about fifty */

struct filter {
	unsigned short length;
	struct sock_filter code[PROGRAM_MAX];
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

/* clang-format off */
static const int plain_calls[] = {
	SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime), SCMP_SYS(read), SCMP_SYS(write),
	/* the end of the thread, and of the process by a failed assertion */
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(madvise), SCMP_SYS(munmap),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
};
static const unsigned long line_calls[] = {
	GPIOHANDLE_GET_LINE_VALUES_IOCTL, GPIOHANDLE_SET_LINE_VALUES_IOCTL,
	GPIO_V2_LINE_GET_VALUES_IOCTL, GPIO_V2_LINE_SET_VALUES_IOCTL,
};
/* clang-format on */

static int allow_with(scmp_filter_ctx filter, int call, struct scmp_arg_cmp arg)
{
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &arg);
}

static int add_rules(scmp_filter_ctx filter)
{
	struct scmp_arg_cmp no_wait =
		SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_DONTWAIT, MSG_DONTWAIT);
	struct scmp_arg_cmp at_once = SCMP_A2(SCMP_CMP_EQ, 0, 0);
	int rc = 0;

	for (size_t i = 0; i < sizeof(plain_calls) / sizeof(plain_calls[0]) && rc == 0;
	     i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain_calls[i], 0);
	for (size_t i = 0; i < sizeof(line_calls) / sizeof(line_calls[0]) && rc == 0; i++)
		rc = allow_with(filter, SCMP_SYS(ioctl),
				SCMP_A1(SCMP_CMP_EQ, line_calls[i], 0));
	if (rc == 0)
		rc = allow_with(filter, SCMP_SYS(sendto), no_wait);
	if (rc == 0)
		rc = allow_with(filter, SCMP_SYS(recvfrom), no_wait);
#ifdef __NR_poll
	if (rc == 0)
		rc = allow_with(filter, SCMP_SYS(poll), at_once);
#else
	(void)at_once; /* arm64 polls by ppoll, with a pointer to the time: not checkable */
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ppoll), 0);
#endif
	return rc;
}

/* libseccomp's own loading frees memory behind the new filter, where a contended allocator would
 * call futex(2): so the program is exported and loaded by hand. */
static enum kakou_err export_program(scmp_filter_ctx filter, struct filter *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return KAKOU_E_IO;
	if (seccomp_export_bpf(filter, fd) != 0) {
		close(fd);
		return KAKOU_E_IO;
	}
	size = pread(fd, out->code, sizeof(out->code), 0);
	close(fd);
	if (size <= 0 || size == sizeof(out->code))
		return KAKOU_E_IO;
	out->length = (unsigned short)((size_t)size / sizeof(out->code[0]));
	return KAKOU_OK;
}

enum kakou_err filter_create(struct filter **out)
{
	struct filter *filter;
	scmp_filter_ctx rules;
	enum kakou_err err = KAKOU_E_IO;

	if (IS_SANITIZED)
		return KAKOU_E_DENIED;
	rules = seccomp_init(SCMP_ACT_KILL_PROCESS);
	filter = calloc(1, sizeof(*filter));
	if (!rules || !filter) {
		err = KAKOU_E_NOMEM;
		goto free_both;
	}
	if (add_rules(rules) == 0)
		err = export_program(rules, filter);
	if (err)
		goto free_both;
	seccomp_release(rules);
	*out = filter;
	return KAKOU_OK;

free_both:
	if (rules)
		seccomp_release(rules);
	free(filter);
	return err;
}

enum kakou_err filter_apply(const struct filter *filter)
{
	struct sock_fprog program = {
		.len = filter->length,
		.filter =
			(struct sock_filter *)filter->code, /* the kernel only reads it */
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return KAKOU_E_DENIED;
	return KAKOU_OK;
}

void filter_destroy(struct filter *filter)
{
	free(filter);
}
