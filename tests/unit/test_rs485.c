/* SPDX-License-Identifier: MIT */
/*
 * The direction of RS-485, with an ioctl(2) of its own: what the kernel is asked, and what is said
 * when its driver can't.
 */
#include "hal/linux/rs485.h"

#include <errno.h>
#include <linux/serial.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

static struct serial_rs485 asked;
static int calls;
static int failure;      /* errno, or 0 */
static uint32_t dropped; /* flags that the driver does not take */

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	struct serial_rs485 *given;

	(void)fd;
	if (request != TIOCSRS485)
		return 0;
	va_start(args, request);
	given = va_arg(args, struct serial_rs485 *);
	va_end(args);
	calls++;
	asked = *given;
	given->flags &= ~dropped;
	errno = failure;
	return failure ? -1 : 0;
}

static int reset(void **state)
{
	(void)state;
	memset(&asked, 0, sizeof(asked));
	calls = failure = 0;
	dropped = 0;
	return 0;
}

static void the_kernel_is_asked_to_turn_the_line(void **state)
{
	const struct modbus_rs485 high = {true, true, 1, 2}, low = {.is_on = true};
	struct why why = {""};

	(void)state;
	assert_int_equal(rs485_turn(3, &high, &why), KAKOU_OK);
	assert_int_equal(asked.flags, SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND);
	assert_int_equal(asked.delay_rts_before_send, 1);
	assert_int_equal(asked.delay_rts_after_send, 2);
	assert_int_equal(rs485_turn(3, &low, &why), KAKOU_OK);
	assert_int_equal(asked.flags, SER_RS485_ENABLED | SER_RS485_RTS_AFTER_SEND);
}

static void a_transceiver_that_turns_itself_is_left_alone(void **state)
{
	const struct modbus_rs485 off = {.is_on = false};
	struct why why = {""};

	(void)state;
	assert_int_equal(rs485_turn(3, &off, &why), KAKOU_OK);
	assert_int_equal(calls, 0);
}

static void a_driver_that_can_t_is_no_port(void **state)
{
	const struct modbus_rs485 high = {.is_on = true, .is_high_on_send = true};
	struct why why = {""};

	(void)state;
	failure = ENOTTY;
	assert_int_equal(rs485_turn(3, &high, &why), KAKOU_E_LINK);
	assert_non_null(strstr(why.text, "Inappropriate ioctl"));
	assert_non_null(strstr(why.text, "direction auto"));
}

static void a_driver_that_takes_only_half_is_no_port_either(void **state)
{
	const struct modbus_rs485 high = {.is_on = true, .is_high_on_send = true};
	struct why why = {""};

	(void)state;
	dropped = SER_RS485_RTS_ON_SEND;
	assert_int_equal(rs485_turn(3, &high, &why), KAKOU_E_LINK);
	assert_non_null(strstr(why.text, "0x1, expected 0x3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_kernel_is_asked_to_turn_the_line, reset),
		cmocka_unit_test_setup(a_transceiver_that_turns_itself_is_left_alone,
				       reset),
		cmocka_unit_test_setup(a_driver_that_can_t_is_no_port, reset),
		cmocka_unit_test_setup(a_driver_that_takes_only_half_is_no_port_either,
				       reset),
	};

	return cmocka_run_group_tests_name("rs485", tests, NULL, NULL);
}
