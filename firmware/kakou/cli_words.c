/* SPDX-License-Identifier: MIT */
/*
 * Values of a result as a person reads them.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <time.h>

const char *cli_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

const char *cli_word(const json_t *object, const char *key)
{
	const char *text = cli_text(object, key);

	return text[0] ? text : "-";
}

int64_t cli_integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

bool cli_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

const char *cli_age(const json_t *object, const char *key, char to[CLI_WORDS_MAX])
{
	enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
	int64_t ms = cli_integer(object, key);

	if (!json_is_integer(json_object_get(object, key)))
		return "-";
	if (ms < SECOND)
		snprintf(to, CLI_WORDS_MAX, "%" PRId64 " ms", ms);
	else if (ms < 10 * SECOND)
		snprintf(to, CLI_WORDS_MAX, "%" PRId64 ".%" PRId64 " s", ms / SECOND,
			 ms % SECOND / 100);
	else if (ms < 2 * MINUTE)
		snprintf(to, CLI_WORDS_MAX, "%" PRId64 " s", ms / SECOND);
	else if (ms < 2 * HOUR)
		snprintf(to, CLI_WORDS_MAX, "%" PRId64 " min", ms / MINUTE);
	else if (ms < 2 * DAY)
		snprintf(to, CLI_WORDS_MAX, "%" PRId64 " h", ms / HOUR);
	else
		snprintf(to, CLI_WORDS_MAX, "%" PRId64 " d", ms / DAY);
	return to;
}

const char *cli_ago(const json_t *object, const char *key, char to[CLI_WORDS_MAX])
{
	char age[CLI_WORDS_MAX];

	if (!json_is_integer(json_object_get(object, key)))
		return "never";
	snprintf(to, CLI_WORDS_MAX, "%.40s ago", cli_age(object, key, age));
	return to;
}

const char *cli_time(int64_t wall_ms, char to[CLI_WORDS_MAX])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm parts;
	size_t len;

	if (wall_ms <= 0 || !localtime_r(&seconds, &parts))
		return "-";
	len = strftime(to, CLI_WORDS_MAX, "%Y-%m-%d %H:%M:%S", &parts);
	if (len == 0)
		return "-";
	snprintf(to + len, CLI_WORDS_MAX - len, ".%03d", (int)(wall_ms % 1000));
	return to;
}

const char *cli_say_link(const json_t *link)
{
	if (cli_flag(link, "is_up"))
		return "up";
	if (cli_integer(link, "sent") == 0 && cli_integer(link, "failed") == 0)
		return "not used yet";
	return "DOWN";
}
