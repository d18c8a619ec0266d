/* SPDX-License-Identifier: MIT */
/*
 * Box numbers: ISO 6346, annex A.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/ident/ident.h"

#include <string.h>

enum { OWNER_LETTERS = 3, SERIAL_AT = 4, CHECKED_LENGTH = 10 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Three owner letters, the category, six digits; stops at the first that is not. */
static bool has_form(const char *number)
{
	int i = 0;

	for (; i < OWNER_LETTERS; i++) {
		if (!is_letter(number[i]))
			return false;
	}
	if (number[i] != 'U' && number[i] != 'J' && number[i] != 'Z')
		return false;
	for (i = SERIAL_AT; i < CHECKED_LENGTH; i++) {
		if (!is_digit(number[i]))
			return false;
	}
	return true;
}

/* A = 10, B = 12 … Z = 38: the multiples of 11 are left out. */
static int character_value(char c)
{
	int value;

	if (is_digit(c))
		return c - '0';
	value = 10 + (c - 'A');
	if (c > 'A')
		value++;
	if (c > 'K')
		value++;
	if (c > 'U')
		value++;
	return value;
}

int box_number_check_digit(const char *number)
{
	int sum = 0;

	if (!has_form(number))
		return -1;
	for (int i = 0; i < CHECKED_LENGTH; i++)
		sum += character_value(number[i]) << i;
	return sum % 11 % 10;
}

bool box_number_is_valid(const char *number, struct why *why)
{
	int digit;

	if (strnlen(number, BOX_NUMBER_LENGTH + 1) != BOX_NUMBER_LENGTH ||
	    !has_form(number) || !is_digit(number[CHECKED_LENGTH])) {
		(void)why_set(why, KAKOU_E_INVALID,
			      "box number \"%.40s\": expected 3 letters, U J or Z, and 7 "
			      "digits",
			      number);
		return false;
	}
	digit = box_number_check_digit(number);
	if (number[CHECKED_LENGTH] - '0' == digit)
		return true;
	(void)why_set(why, KAKOU_E_INVALID,
		      "box number \"%s\": check digit is %c, expected %d", number,
		      number[CHECKED_LENGTH], digit);
	return false;
}
