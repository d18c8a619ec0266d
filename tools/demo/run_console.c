/* SPDX-License-Identifier: MIT */
/*
 * The officers' page of the run: its settings, its program, and a login for whoever looks.
 *
 * Layer: tools.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "hal/file.h"
#include "tools/demo/run_internal.h"

enum { PORT = 8443 };

enum kakou_err run_write_console(struct run *run, struct why *why)
{
	char path[RUN_PATH_MAX], text[4 * RUN_PATH_MAX];

	run_path(run, path, "console.conf");
	(void)snprintf(text, sizeof(text),
		       "listen_host = \"%s.1\"\n"
		       "listen_port = %d\n"
		       "cert_file = \"%s/certs/console.pem\"\n"
		       "key_file = \"%s/certs/console.key\"\n"
		       "control_socket = \"%s/kakoud.sock\"\n"
		       "page_dir = \"%s/firmware/console/page\"\n"
		       "state_dir = \"%s/console\"\n",
		       run->dir.net, PORT, run->dir.short_path, run->dir.short_path,
		       run->dir.short_path, run->config->root, run->dir.short_path);
	return file_write_atomic(path, text, strlen(text), 0600, why);
}

void run_start_console(struct run *run)
{
	char config[RUN_PATH_MAX], program[RUN_PATH_MAX];
	const char *const argv[] = {program, "--config", config, NULL};

	(void)snprintf(program, sizeof(program), "%s/kakou-console",
		       run->config->programs);
	run_path(run, config, "console.conf");
	run_start_program(run, RUN_CONSOLE, argv);
	run_say(run,
		"kakou-demo: the officers' page, with a certificate that no browser "
		"knows:\n"
		"  https://%s.1:%d/\n"
		"  name      %s\n"
		"  password  %s (for the first login, which asks for one of your own)",
		run->dir.net, PORT, RUN_PAGE_PERSON, run->page_password);
}

void run_stop_console(struct run *run)
{
	if (run->programs[RUN_CONSOLE])
		child_signal(run->programs[RUN_CONSOLE], SIGTERM);
}

bool run_console_is_over(struct run *run)
{
	struct child *console = run->programs[RUN_CONSOLE];

	if (!run_has_ended(run, RUN_CONSOLE))
		return false;
	if (console && child_status(console) && !run->fault[0]) {
		run_fail(run, "kakou-console ended with status %d",
			 child_status(console));
		run_say_tail(run, RUN_CONSOLE);
	}
	return true;
}
