/* SPDX-License-Identifier: MIT */
/*
 * Tallies: days and shifts in the machine's local time.
 *
 * Layer: firmware. Pure, but for the time zone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/record/tally_inside.h"

/* "2026-11-27" and nothing else; a day that does not exist is none. */
static bool read_day(const char *text, struct tm *day)
{
	const char *end;
	struct tm known;

	memset(day, 0, sizeof(*day));
	end = strptime(text, "%Y-%m-%d", day);
	if (strlen(text) != TALLY_DAY_BYTES - 1 || !end || *end)
		return false;
	known = *day;
	day->tm_isdst = known.tm_isdst = -1;
	return mktime(&known) != -1 && known.tm_mday == day->tm_mday;
}

static bool is_today(int64_t now_wall_ms, struct tm *day)
{
	time_t now = (time_t)(now_wall_ms / 1000);
	struct tm at;

	if (!localtime_r(&now, &at))
		return false;
	memset(day, 0, sizeof(*day));
	day->tm_year = at.tm_year;
	day->tm_mon = at.tm_mon;
	day->tm_mday = at.tm_mday;
	day->tm_isdst = -1;
	return true;
}

static bool read_shifts(const char *text, struct tally_query *out)
{
	while (*text) {
		char *end;
		long hour = strtol(text, &end, 10);
		int previous =
			out->shift_count > 0 ? out->shifts[out->shift_count - 1] : -1;

		if (end == text || text[0] < '0' || text[0] > '9' || hour > 23 ||
		    hour <= previous || out->shift_count == TALLY_SHIFTS_MAX ||
		    (*end && (*end != ',' || !end[1])))
			return false;
		out->shifts[out->shift_count++] = (int)hour;
		text = *end ? end + 1 : end;
	}
	return true;
}

/* The beginning of its first shift, or of the day, so many days later. */
static int64_t instant_of(const struct tally_query *query, const struct tm *day, int days)
{
	struct tm at = *day;

	at.tm_mday += days;
	at.tm_hour = query->shift_count > 0 ? query->shifts[0] : 0;
	at.tm_isdst = -1;
	return (int64_t)mktime(&at) * 1000;
}

enum kakou_err tally_query_read(struct tally_query *out, const char *from, const char *to,
				const char *shifts, int64_t now_wall_ms, struct why *why)
{
	struct tm first;
	struct tm last;

	memset(out, 0, sizeof(*out));
	if (!read_shifts(shifts, out))
		return why_set(why, KAKOU_E_INVALID,
			       "shifts: got \"%.40s\", expected at most %d hours from 0 "
			       "to 23, rising, with commas between them",
			       shifts, TALLY_SHIFTS_MAX);
	if (from[0] ? !read_day(from, &first) : !is_today(now_wall_ms, &first))
		return why_set(why, KAKOU_E_INVALID,
			       "from: got \"%.40s\", expected a day as YYYY-MM-DD", from);
	last = first;
	if (to[0] && !read_day(to, &last))
		return why_set(why, KAKOU_E_INVALID,
			       "to: got \"%.40s\", expected a day as YYYY-MM-DD", to);
	out->from_ms = instant_of(out, &first, 0);
	out->until_ms = instant_of(out, &last, 1);
	if (out->until_ms <= out->from_ms)
		return why_set(why, KAKOU_E_INVALID,
			       "to: got \"%.40s\", expected no day before \"%.40s\"", to,
			       from[0] ? from : "today");
	return KAKOU_OK;
}

/* The hours before the first shift of a day belong to the last one of the day before. */
void tally_name_day(const struct tally_query *query, int64_t wall_ms,
		    char day[TALLY_DAY_BYTES], int *shift)
{
	time_t second = (time_t)(wall_ms / 1000);
	struct tm at;
	int now = query->shift_count - 1;

	day[0] = '\0';
	*shift = -1;
	if (!localtime_r(&second, &at))
		return;
	while (now >= 0 && at.tm_hour < query->shifts[now])
		now--;
	if (query->shift_count > 0 && now < 0) {
		at.tm_mday--;
		at.tm_hour = 12;
		at.tm_isdst = -1;
		(void)mktime(&at);
		now = query->shift_count - 1;
	}
	*shift = now;
	(void)strftime(day, TALLY_DAY_BYTES, "%Y-%m-%d", &at);
}
