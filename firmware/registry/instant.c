/* SPDX-License-Identifier: MIT */
/*
 * Instants. Layer: firmware. Pure.
 */
#include "firmware/registry/instant.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { CHINA_MINUTES = 8 * 60, DAY_S = 86400, YEAR_FIRST = 2000, YEAR_LAST = 2099 };

/* Days since 1970-01-01 of a civil date, and back (proleptic Gregorian, eras of 400 years). */
static int64_t days_from_civil(int year, int month, int day)
{
	int era_year = year - (month <= 2);
	int64_t era = era_year / 400;
	int yoe = (int)(era_year - era * 400);
	int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468, era = z / 146097;
	int doe = (int)(z - era * 146097);
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (int)(yoe + era * 400) + (*month <= 2);
}

/* A number of `count` digits at the front; -1 when there is none. */
static int take_digits(const char **at, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static bool take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* A date that the calendar has. */
static bool take_date(const char **at, int64_t *days)
{
	int year = take_digits(at, 4), month, day, y, m, d;

	if (year < YEAR_FIRST || year > YEAR_LAST || !take(at, '-'))
		return false;
	month = take_digits(at, 2);
	if (month < 1 || month > 12 || !take(at, '-'))
		return false;
	day = take_digits(at, 2);
	if (day < 1 || day > 31)
		return false;
	*days = days_from_civil(year, month, day);
	civil_from_days(*days, &y, &m, &d);
	return y == year && m == month && d == day;
}

static bool take_clock(const char **at, int64_t *seconds)
{
	int hours, minutes, whole;

	if (!take(at, 'T'))
		return false;
	hours = take_digits(at, 2);
	if (hours < 0 || hours > 23 || !take(at, ':'))
		return false;
	minutes = take_digits(at, 2);
	if (minutes < 0 || minutes > 59 || !take(at, ':'))
		return false;
	whole = take_digits(at, 2);
	*seconds = hours * 3600 + minutes * 60 + whole;
	return whole >= 0 && whole <= 59;
}

static bool take_offset(const char **at, int *minutes)
{
	int sign = **at == '-' ? -1 : 1, hours, rest;

	*minutes = 0;
	if (take(at, 'Z'))
		return true;
	if (!take(at, '+') && !take(at, '-'))
		return false;
	hours = take_digits(at, 2);
	if (hours < 0 || hours > 14 || !take(at, ':'))
		return false;
	rest = take_digits(at, 2);
	*minutes = sign * (hours * 60 + rest);
	return rest >= 0 && rest <= 59;
}

/* It is printed in China's time, where it has to be one that is taken again. */
static bool is_in_range(int64_t seconds)
{
	int year, month, day;

	civil_from_days((seconds + CHINA_MINUTES * 60) / DAY_S, &year, &month, &day);
	return year >= YEAR_FIRST && year <= YEAR_LAST;
}

enum kakou_err instant_parse(const char *text, int64_t *out_ms)
{
	int64_t days, seconds = 0;
	int minutes = CHINA_MINUTES;

	if (!take_date(&text, &days))
		return KAKOU_E_INVALID;
	if (*text && !(take_clock(&text, &seconds) && take_offset(&text, &minutes)))
		return KAKOU_E_INVALID;
	if (*text)
		return KAKOU_E_INVALID;
	seconds += days * DAY_S - (int64_t)minutes * 60;
	if (!is_in_range(seconds))
		return KAKOU_E_INVALID;
	*out_ms = seconds * 1000;
	return KAKOU_OK;
}

void instant_print(int64_t wall_ms, char out[INSTANT_TEXT])
{
	int64_t seconds = wall_ms / 1000 + CHINA_MINUTES * 60;
	int of_day = (int)(seconds % DAY_S), year, month, day;

	civil_from_days(seconds / DAY_S, &year, &month, &day);
	(void)snprintf(out, INSTANT_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d+08:00", year,
		       month, day, of_day / 3600, of_day / 60 % 60, of_day % 60);
}
