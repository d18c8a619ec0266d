/* SPDX-License-Identifier: MIT */
/*
 * A watchdog that counts.
 *
 * Layer: hal, fake.
 */
#include "hal/watchdog.h"

#include <stdlib.h>
#include <string.h>

#include "hal/fake/fake.h"
#include "hal/text.h"

enum { TIMEOUT_MAX_S = 63 };

struct watchdog {
	int32_t timeout_s;
};

static struct {
	char identity[WATCHDOG_IDENTITY_MAX + 1];
	uint32_t causes;
	bool is_busy, is_armed;
	int kicks;
} fake;

void fake_watchdog_set(const char *identity, uint32_t causes)
{
	memset(&fake, 0, sizeof(fake));
	text_copy(fake.identity, sizeof(fake.identity), identity);
	fake.causes = causes;
}

void fake_watchdog_set_busy(bool is_busy)
{
	fake.is_busy = is_busy;
}

bool fake_watchdog_is_armed(void)
{
	return fake.is_armed;
}

int fake_watchdog_kicks(void)
{
	return fake.kicks;
}

enum kakou_err watchdog_find(struct watchdog_found *out, const char *identity,
			     struct why *why)
{
	if (strcmp(identity, fake.identity) != 0)
		return why_set(why, KAKOU_E_NOTFOUND,
			       "no watchdog \"%s\", expected one of: \"%s\"", identity,
			       fake.identity);
	*out = (struct watchdog_found){.number = 0, .causes = fake.causes};
	text_copy(out->identity, sizeof(out->identity), identity);
	return KAKOU_OK;
}

enum kakou_err watchdog_open(struct watchdog **out, const struct watchdog_found *info,
			     int32_t timeout_s, struct why *why)
{
	if (fake.is_busy)
		return why_set(why, KAKOU_E_DENIED, "%s: somebody else has it",
			       info->identity);
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the watchdog");
	(*out)->timeout_s = timeout_s < TIMEOUT_MAX_S ? timeout_s : TIMEOUT_MAX_S;
	fake.is_armed = true;
	return KAKOU_OK;
}

int32_t watchdog_timeout_s(const struct watchdog *watchdog)
{
	return watchdog->timeout_s;
}

enum kakou_err watchdog_kick(struct watchdog *watchdog)
{
	(void)watchdog;
	fake.kicks++;
	return KAKOU_OK;
}

void watchdog_close(struct watchdog *watchdog)
{
	if (watchdog)
		fake.is_armed = false;
	free(watchdog);
}
