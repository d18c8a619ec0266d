/* SPDX-License-Identifier: MIT */
/*
 * kakou-customs: stands for the customs platform at the other end of a gate's link.
 *
 * Layer: tools. One thread.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/log.h"
#include "hal/loop.h"
#include "tools/customs/desk.h"
#include "tools/customs/desk_server.h"
#include "tools/customs/platform.h"
#include "tools/customs/settings.h"

enum { EXIT_USAGE = 2 };

static struct loop *loop; /* for the signal handler; set before it is installed */

static void on_signal(int number)
{
	(void)number;
	loop_stop(loop);
}

static enum kakou_err install_signals(struct why *why)
{
	const struct sigaction stop = {.sa_handler = on_signal};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	if (sigaction(SIGTERM, &stop, NULL) || sigaction(SIGINT, &stop, NULL) ||
	    sigaction(SIGPIPE, &ignore, NULL))
		return why_set(why, KAKOU_E_IO, "signals can't be handled");
	return KAKOU_OK;
}

static enum kakou_err serve(const struct customs_settings *settings, struct why *why)
{
	struct platform *platform = NULL;
	struct desk_server *server = NULL;
	struct platform_status status;
	enum kakou_err err;

	err = platform_create(&platform, loop, settings, why);
	if (!err && settings->control[0])
		err = desk_server_create(&server, loop, settings->control, desk_answer,
					 platform, why);
	if (!err)
		err = install_signals(why);
	if (!err) {
		platform_read_status(platform, &status);
		fprintf(stderr, "kakou-customs: listening on %s:%u\n",
			settings->listen_host, status.listen_port);
		err = loop_run(loop);
		if (err)
			why_set(why, err, "the event loop failed");
	}
	desk_server_destroy(server);
	platform_destroy(platform);
	return err;
}

int main(int argc, char *argv[])
{
	struct customs_settings settings;
	struct why why = {""};
	enum kakou_err err;

	switch (settings_read(&settings, argc, argv, &why)) {
	case SETTINGS_HELP: settings_print_help(stdout); return EXIT_SUCCESS;
	case SETTINGS_WRONG:
		fprintf(stderr, "kakou-customs: %s\n", why.text);
		return EXIT_USAGE;
	case SETTINGS_OK: break;
	}
	err = loop_create(&loop);
	if (err)
		why_set(&why, err, "no event loop");
	else
		err = serve(&settings, &why);
	loop_destroy(loop);
	if (err)
		fprintf(stderr, "kakou-customs: %s\n", why.text);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
