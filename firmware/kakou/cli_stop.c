/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C for commands that have something to put in order before they end.
 *
 * Layer: firmware.
 */
#include <signal.h>

#include "firmware/kakou/cli.h"

static volatile sig_atomic_t is_interrupted;

static void on_signal(int number)
{
	(void)number;
	is_interrupted = 1;
}

void cli_catch_interrupt(void)
{
	/* Without SA_RESTART: a wait ends too. */
	struct sigaction action = {.sa_handler = on_signal};

	is_interrupted = 0;
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

bool cli_is_interrupted(void)
{
	return is_interrupted != 0;
}
