/* SPDX-License-Identifier: MIT */
/*
 * The people of the run: a supervisor, added as root does it on a new gate, an officer, who logs in
 * and whose ticket the commands use, and whoever looks at the page. Passwords are made here; only
 * the page's is told.
 *
 * Layer: tools.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "tools/demo/run_internal.h"

static const char CHIEF[] = "demo-supervisor";
static const char OFFICER[] = "demo-officer";
static const char SCREEN[] = "kakou-demo";

/* A ticket ends an hour after its last use and after twelve hours. */
enum { FRESH_MS = 30 * 60 * 1000 };

static void make_password(char to[RUN_PASSWORD])
{
	unsigned char random[(RUN_PASSWORD - 1) / 2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		abort(); /* a small request of a machine that is up is never cut */
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(to + 2 * i, 3, "%02x", random[i]);
}

static json_t *pack_person(const char *name, const char *role, const char *password)
{
	json_t *params = json_pack("{s:s, s:s, s:s}", "name", name, "password", password,
				   "screen", SCREEN);

	if (role)
		(void)json_object_set_new(params, "role", json_string(role));
	return params;
}

/* For the commands that are started from now on, as kakou login would leave it. */
static void keep_ticket(struct run *run, const json_t *result)
{
	const char *ticket = json_string_value(json_object_get(result, "ticket"));
	char path[RUN_PATH_MAX], fresh[RUN_PATH_MAX];
	int fd;

	run_path(run, path, "ticket");
	run_path(run, fresh, "ticket.new");
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || !ticket ||
	    write(fd, ticket, strlen(ticket)) != (ssize_t)strlen(ticket) ||
	    rename(fresh, path))
		run_fail(run, "the officer's ticket can't be kept: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void on_officer(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;

	if (!result) {
		run_fail(run, "the officer can't log in: %s", fault);
		return;
	}
	keep_ticket(run, result);
	run->login_ms = clock_mono_ms();
}

static void log_in_officer(struct run *run, struct peer *peer)
{
	peer_call(peer, "login", pack_person(OFFICER, NULL, run->officer_password),
		  on_officer, run);
}

static void on_added(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;

	if (!result)
		run_fail(run, "a person is not added: %s", fault);
	else
		log_in_officer(run, run->peers[RUN_KAKOUD]);
}

/* A password that others have seen, on a terminal, is the person's to replace. */
static void add_person(struct run *run, const char *name, const char *role,
		       const char *password, bool must_change,
		       void (*then)(void *arg, const json_t *result, const char *fault))
{
	json_t *params = pack_person(name, role, password);

	(void)json_object_set_new(params, "ticket", json_string(run->chief_ticket));
	(void)json_object_set_new(params, "must_change", json_boolean(must_change));
	peer_call(run->peers[RUN_KAKOUD], "people.add", params, then, run);
}

static void on_officer_added(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;

	if (!result)
		run_fail(run, "the officer is not added: %s", fault);
	else
		add_person(run, RUN_PAGE_PERSON, "supervisor", run->page_password, true,
			   on_added);
}

static void on_chief(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;
	const char *ticket = json_string_value(json_object_get(result, "ticket"));

	if (!ticket) {
		run_fail(run, "the supervisor can't log in: %s", fault);
		return;
	}
	text_copy(run->chief_ticket, sizeof(run->chief_ticket), ticket);
	add_person(run, OFFICER, "officer", run->officer_password, false,
		   on_officer_added);
}

static void on_first(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;

	if (!result)
		run_fail(run, "the first person is not added: %s", fault);
	else
		peer_call(run->peers[RUN_KAKOUD], "login",
			  pack_person(CHIEF, NULL, run->chief_password), on_chief, run);
}

void run_begin_people(struct run *run)
{
	char path[RUN_PATH_MAX];

	run_path(run, path, "ticket");
	(void)setenv("KAKOU_TICKET", path, 1);
	make_password(run->chief_password);
	make_password(run->officer_password);
	make_password(run->page_password);
	peer_call(run->peers[RUN_KAKOUD], "people.add",
		  pack_person(CHIEF, "supervisor", run->chief_password), on_first, run);
}

void run_keep_logged_in(struct run *run, int64_t now_ms)
{
	if (now_ms - run->login_ms < FRESH_MS || peer_is_busy(run->lanes_peer))
		return;
	run->login_ms = now_ms; /* not again before the answer */
	log_in_officer(run, run->lanes_peer);
}
