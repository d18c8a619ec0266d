/* SPDX-License-Identifier: MIT */
/*
 * kakou-console: the officers' page and the JSON interface of a gate, over HTTPS.
 *
 * Layer: firmware. Threads: one, on the loop.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/config/version.h"
#include "firmware/console/api.h"
#include "firmware/console/json.h"
#include "hal/file.h"
#include "hal/log.h"

enum { EXIT_USAGE = 2, PEM_BYTES_MAX = 65536 };

static const char usage[] =
	"usage: kakou-console [--config FILE] [--check] [--debug]\n"
	"  --config FILE  its settings (default /etc/kakou/console.conf)\n"
	"  --check        only read and check the settings\n"
	"  --sample       print settings with every default\n"
	"  --manual       print the list of settings for the manual page\n"
	"  --routes       print the routes of the JSON interface\n"
	"  --debug        log more\n"
	"  --version, --help\n";

struct options {
	const char *config;
	bool only_check;
};

struct console {
	struct settings settings;
	struct loop *loop;
	struct api *api;
	struct web *web;
	struct loop_watch *signals;
	int signal_fd;
	bool has_failed;
};

/* Returns -1 to go on, otherwise the exit status. */
static int read_options(int argc, char **argv, struct options *out)
{
	static const struct option known[] = {
		{"config",  required_argument, NULL, 'c'},
		{"check",   no_argument,       NULL, 'k'},
		{"sample",  no_argument,       NULL, 's'},
		{"manual",  no_argument,       NULL, 'm'},
		{"routes",  no_argument,       NULL, 'r'},
		{"debug",   no_argument,       NULL, 'd'},
		{"version", no_argument,       NULL, 'v'},
		{"help",    no_argument,       NULL, 'h'},
		{NULL,      0,                 NULL, 0  },
	};
	int option;

	out->config = "/etc/kakou/console.conf";
	out->only_check = false;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'c': out->config = optarg; break;
		case 'k': out->only_check = true; break;
		case 's': settings_print_sample(stdout); return EXIT_SUCCESS;
		case 'm': settings_print_manual(stdout); return EXIT_SUCCESS;
		case 'r': api_print_routes(stdout); return EXIT_SUCCESS;
		case 'd': log_set_level(LOG_AT_DEBUG); break;
		case 'v': puts("kakou-console " KAKOU_VERSION); return EXIT_SUCCESS;
		case 'h': fputs(usage, stdout); return EXIT_SUCCESS;
		default: fputs(usage, stderr); return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "kakou-console: got \"%s\", expected only options\n%s",
		argv[optind], usage);
	return EXIT_USAGE;
}

/* ---- what is read from files --------------------------------------------------------------------- */

static enum kakou_err check_key_file(const char *path, struct why *why)
{
	struct stat found;

	if (!stat(path, &found) && (found.st_mode & 007))
		return why_set(why, KAKOU_E_DENIED,
			       "%s: has mode %04o, expected 0640 or 0600: others may not "
			       "read it",
			       path, (unsigned)found.st_mode & 07777u);
	return KAKOU_OK;
}

static enum kakou_err open_web(struct console *console, struct why *why)
{
	const struct settings *settings = &console->settings;
	struct web_config config = {
		.loop = console->loop,
		.host = settings->listen_host,
		.port = settings->listen_port,
		.connections_max = settings->connections_max,
		.connections_per_address = settings->connections_per_address,
		.serve = api_serve,
		.forget = api_forget,
		.arg = console->api,
	};
	char *cert = NULL, *key = NULL;
	size_t cert_len, key_len = 0;
	enum kakou_err err = check_key_file(settings->key_file, why);

	if (!err)
		err = file_read_whole(settings->cert_file, PEM_BYTES_MAX, &cert,
				      &cert_len, why);
	if (!err)
		err = file_read_whole(settings->key_file, PEM_BYTES_MAX, &key, &key_len,
				      why);
	config.cert = cert;
	config.key = key;
	if (!err)
		err = console->web ? web_reopen(console->web, cert, key, why)
				   : web_open(&console->web, &config, why);
	if (!err)
		api_set_web(console->api, console->web);
	if (key)
		explicit_bzero(key, key_len);
	free(key);
	free(cert);
	return err;
}

/* The page and the certificate are read anew. Without a new page the old one stays; a web server
 * that can't go on ends the process: whoever supervises it starts it again. */
static void reload(struct console *console)
{
	struct assets *assets = NULL;
	struct why why;

	if (assets_load(&assets, console->settings.page_dir, &why))
		log_error("console", "the page is the old one: %s", why.text);
	if (open_web(console, &why)) {
		log_error("console", "%s", why.text);
		assets_free(assets);
		console->has_failed = true;
		loop_stop(console->loop);
		return;
	}
	if (assets) /* no connection is left that was sending the old one */
		api_set_assets(console->api, assets);
	log_info("console", "page and certificate are read anew");
}

/* ---- the run ----------------------------------------------------------------------------------------- */

static void on_signal(void *arg, int ready)
{
	struct console *console = arg;
	struct signalfd_siginfo got;

	(void)ready;
	if (read(console->signal_fd, &got, sizeof(got)) != (ssize_t)sizeof(got))
		return;
	if (got.ssi_signo == SIGHUP)
		reload(console);
	else
		loop_stop(console->loop);
}

static enum kakou_err watch_signals(struct console *console, struct why *why)
{
	sigset_t taken;

	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGINT);
	sigaddset(&taken, SIGHUP);
	sigprocmask(SIG_BLOCK, &taken, NULL);
	signal(SIGPIPE, SIG_IGN);
	console->signal_fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (console->signal_fd < 0 ||
	    loop_watch_fd(console->loop, console->signal_fd, LOOP_IN, on_signal, console,
			  &console->signals))
		return why_set(why, KAKOU_E_IO, "signals can't be watched");
	return KAKOU_OK;
}

static enum kakou_err start(struct console *console, struct why *why)
{
	struct assets *assets = NULL;
	enum kakou_err err;

	if (loop_create(&console->loop))
		return why_set(why, KAKOU_E_NOMEM, "no memory for the loop");
	err = watch_signals(console, why);
	if (!err)
		err = api_create(&console->api, console->loop, &console->settings, why);
	if (!err)
		err = assets_load(&assets, console->settings.page_dir, why);
	if (!err)
		api_set_assets(console->api, assets);
	if (!err)
		err = open_web(console, why);
	return err;
}

static void stop(struct console *console)
{
	if (console->api) {
		api_quiet(console->api);
		api_set_web(console->api, NULL);
	}
	web_close(console->web);
	api_destroy(console->api);
	loop_unwatch(console->signals);
	if (console->signal_fd >= 0)
		close(console->signal_fd);
	loop_destroy(console->loop);
}

static int run(struct console *console)
{
	struct why why = {""};
	enum kakou_err err = start(console, &why);

	if (!err) {
		log_info("console", "ready: https://%s:%u/, gate %s",
			 console->settings.listen_host, console->settings.listen_port,
			 console->settings.control_socket);
		if (loop_run(console->loop))
			err = why_set(&why, KAKOU_E_IO, "the loop failed");
		else if (console->has_failed)
			err = why_set(&why, KAKOU_E_IO, "HTTPS could not go on");
	}
	if (err)
		log_error("console", "%s", why.text);
	stop(console);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static struct console console = {.signal_fd = -1};
	struct options options;
	struct why why;
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	json_wipe_on_release();
	json_object_seed(0); /* before there are two threads */
	umask(027);
	if (settings_load(&console.settings, options.config, &why)) {
		fprintf(stderr, "kakou-console: %s\n", why.text);
		return EXIT_FAILURE;
	}
	if (options.only_check) {
		printf("%s: well\n", options.config);
		return EXIT_SUCCESS;
	}
	return run(&console);
}
