/* SPDX-License-Identifier: MIT */
/*
 * What every Modbus port does, on TCP and on RTU: each sick answer ends within its deadline
 * with a named error and leaves no trace in the next good one.
 */
#include "hal/modbus_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "tests/contract/modbus_rig.h"

enum {
	UNTOUCHED = 0x5A5A,
	CONNECT_MS = 500,
	SLACK_MS = 250, /* of a shared machine; a deadline that fails is off by seconds */
};

static struct modbus_port *port;
static struct modbus_port_config config;

static int open_rig(bool is_rtu)
{
	struct why why;

	config = modbus_rig_start(is_rtu);
	return modbus_port_create(&port, &config, &why);
}

static int open_tcp(void **state)
{
	(void)state;
	return open_rig(false);
}

static int open_rtu(void **state)
{
	(void)state;
	return open_rig(true);
}

static int close_rig(void **state)
{
	(void)state;
	modbus_port_destroy(port);
	modbus_rig_stop();
	return 0;
}

/* A good read: what it says is what the device has now. */
static void expect_good_read(uint16_t address, uint16_t value)
{
	struct why why = {.text = ""};
	uint16_t got[2] = {0};
	enum kakou_err err;

	modbus_rig_set(MODBUS_HOLDING, address, value);
	modbus_rig_set(MODBUS_HOLDING, (uint16_t)(address + 1), (uint16_t)(value + 1));
	err = modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, address, 2, got, &why);
	if (err)
		fail_msg("%s: %s", kakou_err_name(err), why.text);
	assert_int_equal(got[0], value);
	assert_int_equal(got[1], value + 1);
}

/* A read that meets the fault, and the good one after it. */
static void expect_sick_read(enum rig_fault fault, enum kakou_err expected)
{
	struct why why = {.text = ""};
	uint16_t got[4] = {UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED};
	int64_t start_ms;
	int64_t took_ms;

	expect_good_read(10, 100);
	modbus_rig_break(fault, 1);
	start_ms = clock_mono_ms();
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 10, 2, got, &why),
		expected);
	took_ms = clock_mono_ms() - start_ms;
	assert_in_range(took_ms, 0,
			CONNECT_MS * (expected == KAKOU_E_LINK) + RIG_ANSWER_MS + 20 +
				SLACK_MS);
	assert_non_null(strstr(why.text, "port rig unit 1: "));
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(got[i], UNTOUCHED);
	/* A serial device that still talks talks over the next answer. */
	if (config.is_rtu && fault == RIG_TRICKLE)
		modbus_rig_await_end_of_answer();
	expect_good_read(20, 200);
	expect_good_read(10, 300);
}

static void every_area_reads_what_the_device_has(void **state)
{
	uint16_t bits[MODBUS_BITS_MAX];
	uint16_t words[MODBUS_REGISTERS_MAX];

	(void)state;
	modbus_rig_set(MODBUS_COILS, 3, 1);
	modbus_rig_set(MODBUS_DISCRETES, 1999, 1);
	modbus_rig_set(MODBUS_HOLDING, 0, 0xFFFF);
	modbus_rig_set(MODBUS_INPUT, 65535, 0x1234);
	assert_int_equal(modbus_port_read(port, RIG_UNIT, MODBUS_COILS, 2, 3, bits, NULL),
			 KAKOU_OK);
	assert_int_equal(bits[0] << 2 | bits[1] << 1 | bits[2], 2);
	assert_int_equal(modbus_port_read(port, RIG_UNIT, MODBUS_DISCRETES, 0,
					  MODBUS_BITS_MAX, bits, NULL),
			 KAKOU_OK);
	assert_int_equal(bits[1998], 0);
	assert_int_equal(bits[1999], 1);
	assert_int_equal(modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 0,
					  MODBUS_REGISTERS_MAX, words, NULL),
			 KAKOU_OK);
	assert_int_equal(words[0], 0xFFFF);
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_INPUT, 65535, 1, words, NULL),
		KAKOU_OK);
	assert_int_equal(words[0], 0x1234);
}

static void what_is_written_can_be_read_back(void **state)
{
	static const uint16_t words[] = {1, 0x8000, 3};
	static const uint16_t bits[] = {1, 0, 1, 1, 0, 0, 0, 0, 1};

	(void)state;
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_HOLDING, 5, 1, words, NULL),
		KAKOU_OK);
	assert_int_equal(modbus_rig_get(MODBUS_HOLDING, 5), 1);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_HOLDING, 6, 3, words, NULL),
		KAKOU_OK);
	assert_int_equal(modbus_rig_get(MODBUS_HOLDING, 7), 0x8000);
	assert_int_equal(modbus_rig_get(MODBUS_HOLDING, 8), 3);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_COILS, 0, 1, bits, NULL),
		KAKOU_OK);
	assert_int_equal(modbus_rig_get(MODBUS_COILS, 0), 1);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_COILS, 10, 9, bits, NULL),
		KAKOU_OK);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(modbus_rig_get(MODBUS_COILS, (uint16_t)(10 + i)),
				 bits[i]);
}

static void a_request_outside_the_standard_is_never_sent(void **state)
{
	uint16_t items[MODBUS_BITS_MAX + 1] = {0};
	uint16_t two = 2;
	struct why why;
	int before = modbus_rig_count_requests();

	(void)state;
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 0, 0, items, &why),
		KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "count is 0, expected 1 to 125"));
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 0, 126, items, NULL),
		KAKOU_E_INVALID);
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_COILS, 0, 2001, items, NULL),
		KAKOU_E_INVALID);
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_INPUT, 65535, 2, items, NULL),
		KAKOU_E_INVALID);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_HOLDING, 0, 124, items, NULL),
		KAKOU_E_INVALID);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_COILS, 0, 1969, items, NULL),
		KAKOU_E_INVALID);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_COILS, 0, 1, &two, NULL),
		KAKOU_E_INVALID);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_INPUT, 0, 1, items, NULL),
		KAKOU_E_INVALID);
	assert_int_equal(modbus_rig_count_requests(), before);
}

static void a_serial_line_has_units_1_to_247(void **state)
{
	uint16_t item;

	(void)state;
	assert_int_equal(modbus_port_read(port, 0, MODBUS_HOLDING, 0, 1, &item, NULL),
			 KAKOU_E_INVALID);
	assert_int_equal(modbus_port_write(port, 248, MODBUS_HOLDING, 0, 1, &item, NULL),
			 KAKOU_E_INVALID);
}

static void no_answer_is_a_timeout(void **state)
{
	(void)state;
	expect_sick_read(RIG_SILENT, KAKOU_E_TIMEOUT);
}

static void a_late_answer_is_a_timeout_and_answers_nothing_else(void **state)
{
	(void)state;
	expect_sick_read(RIG_LATE, KAKOU_E_TIMEOUT);
}

/* A unit that is slower than twice its deadline may be lost, but nothing old is taken for new. */
static void an_answer_that_comes_later_than_twice_the_deadline_is_never_taken_for_new(
	void **state)
{
	(void)state;
	for (uint16_t old = 100; old < 104; old++) {
		uint16_t item = 0;
		bool is_answered = false;

		modbus_rig_set(MODBUS_HOLDING, 3, old);
		modbus_rig_break(RIG_LATER, 1);
		assert_int_equal(modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 3, 1,
						  &item, NULL),
				 KAKOU_E_TIMEOUT);
		modbus_rig_set(MODBUS_HOLDING, 3, 7);
		for (int i = 0; i < 10 && !is_answered; i++)
			is_answered = modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 3,
						       1, &item, NULL) == KAKOU_OK;
		assert_true(is_answered);
		assert_int_equal(item, 7);
	}
}

static void a_trickling_answer_does_not_stretch_the_deadline(void **state)
{
	(void)state;
	expect_sick_read(RIG_TRICKLE, KAKOU_E_TIMEOUT);
}

static void half_an_answer_is_a_timeout(void **state)
{
	(void)state;
	expect_sick_read(RIG_SHORT, KAKOU_E_TIMEOUT);
}

static void another_units_answer_is_foreign(void **state)
{
	(void)state;
	expect_sick_read(RIG_WRONG_UNIT, KAKOU_E_FOREIGN);
}

static void another_functions_answer_is_foreign(void **state)
{
	(void)state;
	expect_sick_read(RIG_WRONG_FUNCTION, KAKOU_E_FOREIGN);
}

static void another_transactions_answer_is_foreign(void **state)
{
	(void)state;
	expect_sick_read(RIG_WRONG_TRANSACTION, KAKOU_E_FOREIGN);
}

static void an_over_long_answer_is_garbled(void **state)
{
	(void)state;
	expect_sick_read(RIG_LONG, KAKOU_E_GARBLED);
}

static void an_empty_answer_is_garbled(void **state)
{
	(void)state;
	expect_sick_read(RIG_EMPTY, KAKOU_E_GARBLED);
}

static void a_wrong_checksum_or_length_is_garbled(void **state)
{
	(void)state;
	expect_sick_read(RIG_GARBLED, KAKOU_E_GARBLED);
}

static void another_protocol_is_garbled(void **state)
{
	(void)state;
	expect_sick_read(RIG_WRONG_PROTOCOL, KAKOU_E_GARBLED);
}

static void a_close_in_mid_answer_is_a_lost_link(void **state)
{
	(void)state;
	expect_sick_read(RIG_CLOSED, KAKOU_E_LINK);
}

static void an_answer_that_comes_twice_answers_once(void **state)
{
	(void)state;
	modbus_rig_break(RIG_TWICE, 1);
	expect_good_read(10, 100);
	expect_good_read(20, 200);
}

static void an_exception_is_a_refusal_and_keeps_the_connection(void **state)
{
	struct why why;
	uint16_t got = UNTOUCHED;
	int connections;

	(void)state;
	expect_good_read(10, 100);
	connections = modbus_rig_count_connections();
	modbus_rig_break(RIG_EXCEPTION_ANSWER, 1);
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 10, 1, &got, &why),
		KAKOU_E_REFUSED);
	assert_int_equal(modbus_port_exception(port), RIG_EXCEPTION);
	assert_non_null(strstr(why.text, "exception 4"));
	assert_int_equal(got, UNTOUCHED);
	expect_good_read(20, 200);
	assert_int_equal(modbus_rig_count_connections(), connections);
}

static void any_other_error_on_tcp_dials_anew(void **state)
{
	int connections;

	(void)state;
	expect_good_read(10, 100);
	connections = modbus_rig_count_connections();
	expect_sick_read(RIG_WRONG_UNIT, KAKOU_E_FOREIGN);
	assert_int_equal(modbus_rig_count_connections(), connections + 1);
}

static void a_write_that_echoes_another_value_is_foreign(void **state)
{
	static const uint16_t value = 1;

	(void)state;
	modbus_rig_break(RIG_WRONG_ECHO, 1);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_HOLDING, 9, 1, &value, NULL),
		KAKOU_E_FOREIGN);
	assert_int_equal(
		modbus_port_write(port, RIG_UNIT, MODBUS_HOLDING, 9, 1, &value, NULL),
		KAKOU_OK);
}

static void a_device_that_is_away_is_a_lost_link_until_it_is_back(void **state)
{
	struct why why;
	uint16_t got;

	(void)state;
	expect_good_read(10, 100);
	modbus_rig_unplug();
	for (int i = 0; i < 3; i++)
		assert_int_equal(modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 10, 1,
						  &got, &why),
				 KAKOU_E_LINK);
	modbus_rig_plug();
	expect_good_read(20, 200);
}

/* select() in libmodbus would write past its set. */
static void a_descriptor_past_1023_is_refused(void **state)
{
	struct rlimit limit;
	struct why why;
	uint16_t got;
	int spare[FD_SETSIZE];
	size_t count = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < 2 * FD_SETSIZE)
		skip(); /* this machine does not allow so many */
	limit.rlim_cur = 2 * FD_SETSIZE;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (count < FD_SETSIZE && (spare[count] = dup(STDIN_FILENO)) < FD_SETSIZE)
		count++;
	assert_int_equal(
		modbus_port_read(port, RIG_UNIT, MODBUS_HOLDING, 10, 1, &got, &why),
		KAKOU_E_LINK);
	assert_non_null(strstr(why.text, "expected below 1024"));
	for (size_t i = 0; i <= count && i < FD_SETSIZE; i++)
		close(spare[i]);
	expect_good_read(10, 100);
}

static enum kakou_err create(struct modbus_port_config changed)
{
	struct modbus_port *other = NULL;
	struct why why = {.text = ""};
	enum kakou_err err = modbus_port_create(&other, &changed, &why);

	assert_int_equal(err != KAKOU_OK, why.text[0] != '\0');
	modbus_port_destroy(other);
	return err;
}

static void a_configuration_out_of_range_is_invalid(void **state)
{
	struct modbus_port_config tcp = config;
	struct modbus_port_config rtu = config;

	(void)state;
	tcp.is_rtu = false;
	rtu.is_rtu = true;
	assert_int_equal(create(tcp), KAKOU_OK);
	assert_int_equal(create(rtu), KAKOU_OK);
	tcp.tcp_port = 0;
	assert_int_equal(create(tcp), KAKOU_E_INVALID);
	tcp = (struct modbus_port_config){.host = "gate.example",
					  .tcp_port = 502,
					  .connect_ms = 100,
					  .answer_ms = 100};
	assert_int_equal(create(tcp), KAKOU_E_INVALID);
	memcpy(tcp.host, "::1", 4);
	assert_int_equal(create(tcp), KAKOU_OK);
	tcp.answer_ms = 19;
	assert_int_equal(create(tcp), KAKOU_E_INVALID);
	tcp.answer_ms = 100;
	tcp.connect_ms = 5001;
	assert_int_equal(create(tcp), KAKOU_E_INVALID);
	rtu.baud = 9601;
	assert_int_equal(create(rtu), KAKOU_E_INVALID);
	rtu.baud = 9600;
	rtu.parity = 'X';
	assert_int_equal(create(rtu), KAKOU_E_INVALID);
	rtu.parity = 'E';
	rtu.stop_bits = 3;
	assert_int_equal(create(rtu), KAKOU_E_INVALID);
}

#define ON_TCP(test)                                                                     \
	{                                                                                \
#test " (tcp)", test, open_tcp, close_rig, NULL                          \
	}
#define ON_RTU(test)                                                                     \
	{                                                                                \
#test " (rtu)", test, open_rtu, close_rig, NULL                          \
	}
#define ON_BOTH(test) ON_TCP(test), ON_RTU(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(every_area_reads_what_the_device_has),
		ON_BOTH(what_is_written_can_be_read_back),
		ON_BOTH(a_request_outside_the_standard_is_never_sent),
		ON_RTU(a_serial_line_has_units_1_to_247),
		ON_BOTH(no_answer_is_a_timeout),
		ON_BOTH(a_late_answer_is_a_timeout_and_answers_nothing_else),
		ON_BOTH(an_answer_that_comes_later_than_twice_the_deadline_is_never_taken_for_new),
		ON_BOTH(a_trickling_answer_does_not_stretch_the_deadline),
		ON_BOTH(half_an_answer_is_a_timeout),
		ON_BOTH(another_units_answer_is_foreign),
		ON_BOTH(another_functions_answer_is_foreign),
		ON_TCP(another_transactions_answer_is_foreign),
		ON_BOTH(an_over_long_answer_is_garbled),
		ON_BOTH(an_empty_answer_is_garbled),
		ON_BOTH(a_wrong_checksum_or_length_is_garbled),
		ON_TCP(another_protocol_is_garbled),
		ON_TCP(a_close_in_mid_answer_is_a_lost_link),
		ON_BOTH(an_answer_that_comes_twice_answers_once),
		ON_BOTH(an_exception_is_a_refusal_and_keeps_the_connection),
		ON_BOTH(a_write_that_echoes_another_value_is_foreign),
		ON_BOTH(a_device_that_is_away_is_a_lost_link_until_it_is_back),
		ON_TCP(a_configuration_out_of_range_is_invalid),
	};

	const struct CMUnitTest on_wire[] = {
		ON_TCP(any_other_error_on_tcp_dials_anew),
		ON_TCP(a_descriptor_past_1023_is_refused),
	};
	int failed = cmocka_run_group_tests_name("modbus_port", tests, NULL, NULL);

	if (modbus_rig_has_wire())
		failed += cmocka_run_group_tests_name("modbus_port on a wire", on_wire,
						      NULL, NULL);
	return failed;
}
