/* SPDX-License-Identifier: MIT */
/*
 * Numbers of release orders: Z, customs code, direction, date, serial.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/ident/ident.h"

#include <string.h>

enum {
	CUSTOMS_AT = 1,
	CUSTOMS_LENGTH = 4,
	DIRECTION_AT = 5,
	DATE_AT = 6,
	SERIAL_AT = 12,
	SERIAL_LENGTH = 12
};

static bool are_digits(const char *text, int count)
{
	for (int i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

static int two_digits(const char *text)
{
	return (text[0] - '0') * 10 + (text[1] - '0');
}

static bool date_exists(int year, int month, int day)
{
	static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = year % 4 == 0; /* right from 1901 to 2099 */
	int days;

	if (month < 1 || month > 12)
		return false;
	days = DAYS[month - 1] + (month == 2 && is_leap);
	return day >= 1 && day <= days;
}

enum kakou_err order_number_parse(const char *number, struct order_number *out,
				  struct why *why)
{
	struct order_number order = {0};
	int year, month, day;

	if (strnlen(number, ORDER_NUMBER_LENGTH + 1) != ORDER_NUMBER_LENGTH)
		return why_set(why, KAKOU_E_INVALID,
			       "order number \"%.40s\": expected %d characters", number,
			       (int)ORDER_NUMBER_LENGTH);
	if (number[0] != 'Z' || !are_digits(number + CUSTOMS_AT, CUSTOMS_LENGTH))
		return why_set(
			why, KAKOU_E_INVALID,
			"order number \"%s\": expected Z and a customs code of 4 digits",
			number);
	order.direction = number[DIRECTION_AT];
	if (order.direction != 'I' && order.direction != 'E')
		return why_set(why, KAKOU_E_INVALID,
			       "order number \"%s\": direction is '%c', expected I or E",
			       number, order.direction);
	if (!are_digits(number + DATE_AT, ORDER_NUMBER_LENGTH - DATE_AT))
		return why_set(
			why, KAKOU_E_INVALID,
			"order number \"%s\": expected 18 digits after the direction",
			number);
	year = 2000 + two_digits(number + DATE_AT);
	month = two_digits(number + DATE_AT + 2);
	day = two_digits(number + DATE_AT + 4);
	if (!date_exists(year, month, day))
		return why_set(
			why, KAKOU_E_INVALID,
			"order number \"%s\": date is %04d-%02d-%02d, expected one that "
			"exists",
			number, year, month, day);
	order.date = year * 10000 + month * 100 + day;
	memcpy(order.customs_code, number + CUSTOMS_AT, CUSTOMS_LENGTH);
	memcpy(order.serial, number + SERIAL_AT, SERIAL_LENGTH);
	*out = order;
	return KAKOU_OK;
}
