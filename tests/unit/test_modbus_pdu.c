/* SPDX-License-Identifier: MIT */
/*
 * Modbus requests and answers, byte by byte, against the examples of the standard (V1.1b3
 * section 6) and against noise.
 */
#include "hal/modbus_pdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOISE_ROUNDS = 20000 };

static void expect_bytes(const uint8_t *pdu, size_t len, const char *expected,
			 size_t count)
{
	assert_int_equal(len, count);
	assert_memory_equal(pdu, expected, count);
}

static void reads_are_built_as_the_standard_shows(void **state)
{
	uint8_t pdu[MODBUS_PDU_MAX];
	size_t len;

	(void)state;
	assert_int_equal(modbus_pdu_build_read(pdu, &len, MODBUS_COILS, 19, 19, NULL),
			 KAKOU_OK);
	expect_bytes(pdu, len, "\x01\x00\x13\x00\x13", 5); /* 6.1 */
	assert_int_equal(
		modbus_pdu_build_read(pdu, &len, MODBUS_DISCRETES, 196, 22, NULL),
		KAKOU_OK);
	expect_bytes(pdu, len, "\x02\x00\xC4\x00\x16", 5); /* 6.2 */
	assert_int_equal(modbus_pdu_build_read(pdu, &len, MODBUS_HOLDING, 107, 3, NULL),
			 KAKOU_OK);
	expect_bytes(pdu, len, "\x03\x00\x6B\x00\x03", 5); /* 6.3 */
	assert_int_equal(modbus_pdu_build_read(pdu, &len, MODBUS_INPUT, 8, 1, NULL),
			 KAKOU_OK);
	expect_bytes(pdu, len, "\x04\x00\x08\x00\x01", 5); /* 6.4 */
}

static void writes_are_built_as_the_standard_shows(void **state)
{
	static const uint16_t coils[] = {1, 0, 1, 1, 0, 0, 1, 1, 1, 0};
	static const uint16_t registers[] = {0x000A, 0x0102};
	static const uint16_t one = 1;
	static const uint16_t three = 3;
	uint8_t pdu[MODBUS_PDU_MAX];
	size_t len;

	(void)state;
	assert_int_equal(
		modbus_pdu_build_write(pdu, &len, MODBUS_COILS, 172, 1, &one, NULL),
		KAKOU_OK);
	expect_bytes(pdu, len, "\x05\x00\xAC\xFF\x00", 5); /* 6.5 */
	assert_int_equal(
		modbus_pdu_build_write(pdu, &len, MODBUS_HOLDING, 1, 1, &three, NULL),
		KAKOU_OK);
	expect_bytes(pdu, len, "\x06\x00\x01\x00\x03", 5); /* 6.6 */
	assert_int_equal(
		modbus_pdu_build_write(pdu, &len, MODBUS_COILS, 19, 10, coils, NULL),
		KAKOU_OK);
	expect_bytes(pdu, len, "\x0F\x00\x13\x00\x0A\x02\xCD\x01", 8); /* 6.11 */
	assert_int_equal(
		modbus_pdu_build_write(pdu, &len, MODBUS_HOLDING, 1, 2, registers, NULL),
		KAKOU_OK);
	expect_bytes(pdu, len, "\x10\x00\x01\x00\x02\x04\x00\x0A\x01\x02", 10); /* 6.12 */
}

static void the_largest_requests_fit(void **state)
{
	static uint16_t values[MODBUS_WRITE_BITS_MAX];
	uint8_t pdu[MODBUS_PDU_MAX];
	size_t len;

	(void)state;
	assert_int_equal(modbus_pdu_build_write(pdu, &len, MODBUS_HOLDING, 65413,
						MODBUS_WRITE_REGISTERS_MAX, values, NULL),
			 KAKOU_OK);
	assert_int_equal(len, 252);
	assert_int_equal(modbus_pdu_build_write(pdu, &len, MODBUS_COILS, 0,
						MODBUS_WRITE_BITS_MAX, values, NULL),
			 KAKOU_OK);
	assert_int_equal(len, 252);
}

static void bits_are_unpacked_lowest_first(void **state)
{
	static const uint8_t answer[] = {0x01, 0x03, 0xCD, 0x6B, 0x05}; /* 6.1 */
	uint8_t request[MODBUS_PDU_MAX];
	uint16_t out[19];
	uint8_t exception;
	size_t len;

	(void)state;
	assert_int_equal(modbus_pdu_build_read(request, &len, MODBUS_COILS, 19, 19, NULL),
			 KAKOU_OK);
	assert_int_equal(modbus_pdu_check_answer(request, answer, sizeof(answer), out,
						 &exception, NULL),
			 KAKOU_OK);
	assert_int_equal(out[0], 1);
	assert_int_equal(out[1], 0);
	assert_int_equal(out[7], 1);
	assert_int_equal(out[18], 1);
}

static void an_exception_without_number_is_garbled(void **state)
{
	static const uint8_t request[] = {0x03, 0, 0, 0, 1};
	static const uint8_t zero[] = {0x83, 0};
	static const uint8_t longer[] = {0x83, 2, 0};
	uint8_t exception = 77;
	uint16_t out;

	(void)state;
	assert_int_equal(
		modbus_pdu_check_answer(request, zero, 2, &out, &exception, NULL),
		KAKOU_E_GARBLED);
	assert_int_equal(
		modbus_pdu_check_answer(request, longer, 3, &out, &exception, NULL),
		KAKOU_E_GARBLED);
	assert_int_equal(
		modbus_pdu_check_answer(request, zero, 1, &out, &exception, NULL),
		KAKOU_E_GARBLED);
	assert_int_equal(exception, 77);
}

/* Each answer lies in a block of its own size, so that the sanitizer sees a byte too many. */
static void noise_never_changes_what_the_caller_has(void **state)
{
	uint8_t request[MODBUS_PDU_MAX];
	size_t request_len;

	(void)state;
	srand(1);
	for (int round = 0; round < NOISE_ROUNDS; round++) {
		uint16_t out[8] = {1, 2, 3, 4, 5, 6, 7, 8};
		uint16_t before[8];
		size_t len = (size_t)(rand() % 24);
		uint8_t *answer = malloc(len + !len);
		uint8_t exception;

		memcpy(before, out, sizeof(out));
		assert_int_equal(modbus_pdu_build_read(request, &request_len,
						       (enum modbus_area)(rand() % 4), 0,
						       (uint16_t)(1 + rand() % 8), NULL),
				 KAKOU_OK);
		for (size_t i = 0; i < len; i++)
			answer[i] = (uint8_t)(rand() % 4 ? rand() : request[i % 5]);
		if (modbus_pdu_check_answer(request, answer, len, out, &exception, NULL))
			assert_memory_equal(out, before, sizeof(out));
		free(answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_are_built_as_the_standard_shows),
		cmocka_unit_test(writes_are_built_as_the_standard_shows),
		cmocka_unit_test(the_largest_requests_fit),
		cmocka_unit_test(bits_are_unpacked_lowest_first),
		cmocka_unit_test(an_exception_without_number_is_garbled),
		cmocka_unit_test(noise_never_changes_what_the_caller_has),
	};

	return cmocka_run_group_tests_name("modbus_pdu", tests, NULL, NULL);
}
