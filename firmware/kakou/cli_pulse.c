/* SPDX-License-Identifier: MIT */
/*
 * Hold-to-run over the control socket: an output stays on only while this process asks again and
 * again.
 *
 * Layer: firmware. Blocks for as long as the pulse takes.
 */
#include <inttypes.h>

#include "firmware/kakou/cli_walk.h"
#include "hal/clock.h"

enum { RENEW_MS = 60 };

static int ask(struct cli *cli, const char *lane, const char *line, int64_t for_ms,
	       const char *reason)
{
	char value[64];
	json_t *result;
	int exit;

	(void)snprintf(value, sizeof(value), "%s %" PRId64, line, for_ms);
	exit = cli_call_as(cli, "act",
			   json_pack("{s:s, s:s, s:s, s:s, s:s}", "lane", lane, "act",
				     "pulse", "value", value, "reason", reason, "screen",
				     "kakou"),
			   &result);
	if (!exit)
		json_decref(result);
	return exit;
}

int cli_pulse(struct cli *cli, const char *lane, const char *line, int64_t for_ms,
	      const char *reason, bool (*tick)(void *arg), void *arg)
{
	int64_t end_ms = clock_mono_ms() + for_ms;
	int exit = ask(cli, lane, line, for_ms, reason);

	while (!exit && clock_mono_ms() < end_ms) {
		int64_t next_ms = clock_mono_ms() + RENEW_MS;

		if (cli_is_interrupted() || (tick && !tick(arg)))
			break;
		clock_sleep_until_ms(next_ms < end_ms ? next_ms : end_ms);
		if (clock_mono_ms() < end_ms)
			exit = ask(cli, lane, line, for_ms, reason);
	}
	return exit ? exit : ask(cli, lane, line, 0, reason);
}
