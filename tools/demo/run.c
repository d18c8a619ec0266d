/* SPDX-License-Identifier: MIT */
/*
 * The demonstration: what it holds, its loop and its signals.
 *
 * Layer: tools.
 */
#include "tools/demo/run.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/conf.h"
#include "hal/file.h"
#include "hal/text.h"
#include "tools/demo/ordinary.h"
#include "tools/demo/run_internal.h"
#include "tools/demo/texts.h"
#include "tools/scenario/keys.h"
#include "tools/scenario/trucks.h"

enum { FILE_BYTES_MAX = 4 << 20 };

void run_fail(struct run *run, const char *format, ...)
{
	char text[sizeof(run->fault)];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	run_say(run, "kakou-demo: %s", text);
	if (!run->fault[0])
		text_copy(run->fault, sizeof(run->fault), text);
}

void run_path(const struct run *run, char *to, const char *name)
{
	(void)snprintf(to, RUN_PATH_MAX, "%s/%s", run->dir.short_path, name);
}

/* ---- files --------------------------------------------------------------------------- */

/* The first trucks of the scenario, and ordinary ones when more are wanted. Endless traffic
 * comes with the orders of a whole round of ordinary trucks. */
static enum kakou_err append_ordinary(struct run *run, char **text, int scripted,
				      struct why *why)
{
	char *longer = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&longer, &size);

	if (!to)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a scenario");
	(void)fputs(*text, to);
	for (int n = scripted + 1; n <= run->config->trucks; n++)
		ordinary_write(to, n, true);
	for (int n = 1; run->config->is_live && n <= ORDINARY_ROUND; n++)
		ordinary_write(to, RUN_TRUCKS_MAX + n, false);
	if (fclose(to))
		return why_set(why, KAKOU_E_NOMEM, "no memory for a scenario");
	free(*text);
	*text = longer;
	return KAKOU_OK;
}

static enum kakou_err count_trucks(const char *path, int *count, struct why *why)
{
	struct conf *conf;
	enum kakou_err err = scenario_open(&conf, path, why);

	if (err)
		return err;
	*count = (int)conf_count(conf_root(conf), "truck");
	conf_close(conf);
	return KAKOU_OK;
}

static enum kakou_err write_scenario(struct run *run, struct why *why)
{
	char *all = NULL;
	char *some = NULL;
	size_t len;
	int scripted = 0;
	enum kakou_err err = count_trucks(run->config->scenario, &scripted, why);

	run_path(run, run->scenario, "scenario.conf");
	if (!err)
		err = file_read_whole(run->config->scenario, FILE_BYTES_MAX, &all, &len,
				      why);
	if (!err)
		err = texts_take_trucks(&some, all, run->config->trucks, why);
	if (!err)
		err = append_ordinary(run, &some, scripted, why);
	if (!err)
		err = file_write_atomic(run->scenario, some, strlen(some), 0600, why);
	free(all);
	free(some);
	return err;
}

static void copy_expectation(struct expectation *to, const struct scenario_truck *from)
{
	text_copy(to->verdict, sizeof(to->verdict), scenario_expect_name(from->expect));
	text_copy(to->by, sizeof(to->by), from->expect_by);
	text_copy(to->reason, sizeof(to->reason), from->expect_reason);
	text_copy(to->lift, sizeof(to->lift), from->expect_lift);
	text_copy(to->outcome, sizeof(to->outcome), from->expect_outcome);
	to->note_count = from->record_count;
	for (size_t i = 0; i < from->record_count && i < REPORT_EXPECTED_NOTES_MAX; i++)
		text_copy(to->notes[i], sizeof(to->notes[i]), from->expect_record[i]);
}

enum kakou_err run_add_truck(struct run *run, const struct scenario_truck *from,
			     struct why *why)
{
	struct book_truck truck = {0};

	text_copy(truck.n, sizeof(truck.n), from->name);
	text_copy(truck.kind, sizeof(truck.kind), from->kind);
	text_copy(truck.lane, sizeof(truck.lane), from->lane);
	text_copy(truck.plate, sizeof(truck.plate), from->plate);
	if (from->officer != OFFICER_NONE)
		text_copy(truck.officer, sizeof(truck.officer),
			  scenario_officer_name(from->officer));
	copy_expectation(&truck.expect, from);
	return book_add(run->book, &truck, why);
}

static enum kakou_err fill_book(struct run *run, struct why *why)
{
	struct scenario_trucks *trucks = NULL;
	struct conf *conf = NULL;
	enum kakou_err err = scenario_open(&conf, run->scenario, why);

	if (!err)
		err = scenario_trucks_load(&trucks, conf, why);
	for (size_t i = 0; !err && i < trucks->count; i++)
		err = run_add_truck(run, &trucks->trucks[i], why);
	free(trucks);
	if (conf)
		conf_close(conf);
	run->view.trucks = (int)book_count(run->book);
	return err;
}

/* ---- the loop -------------------------------------------------------------------------- */

static void on_signal(void *arg, int ready)
{
	struct run *run = arg;
	struct signalfd_siginfo info;

	(void)ready;
	if (read(run->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		terminal_measure(&run->terminal);
		return;
	}
	run->signals++;
	if (run->signals > 1)
		loop_stop(run->loop); /* what still runs is killed */
}

static void on_tick(void *arg)
{
	struct run *run = arg;
	int64_t now_ms = clock_mono_ms();

	run_tasks_sweep(run);
	run_step(run, now_ms);
	run_show(run, now_ms);
	if (run->phase == PHASE_OVER)
		loop_stop(run->loop);
	else
		loop_timer_set(run->tick, now_ms + RUN_TICK_MS);
}

static enum kakou_err watch_signals(struct run *run)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	run->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->signal_fd < 0)
		return KAKOU_E_IO;
	return loop_watch_fd(run->loop, run->signal_fd, LOOP_IN, on_signal, run,
			     &run->signal_watch);
}

static enum kakou_err make_peers(struct run *run)
{
	static const struct {
		enum run_program program;
		const char *name, *socket;
	} sockets[] = {
		{RUN_CUSTOMS, "kakou-customs", "customs.sock"},
		{RUN_YARD,    "kakou-yard",    "yard.sock"   },
		{RUN_KAKOUD,  "kakoud",        "kakoud.sock" },
	};
	char path[RUN_PATH_MAX];
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; !err && i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		run_path(run, path, sockets[i].socket);
		err = peer_create(&run->peers[sockets[i].program], run->loop,
				  sockets[i].name, path);
	}
	run_path(run, path, "kakoud.sock");
	if (!err)
		err = peer_create(&run->lanes_peer, run->loop, "kakoud", path);
	return err;
}

static enum kakou_err prepare(struct run *run, struct why *why)
{
	enum kakou_err err = loop_create(&run->loop);

	if (!err)
		err = loop_timer_create(run->loop, on_tick, run, &run->tick);
	if (!err)
		err = watch_signals(run);
	if (!err)
		err = book_create(&run->book);
	if (err)
		return why_set(why, err, "could not begin: %s", kakou_err_name(err));
	err = rundir_open(&run->dir, run->config->build, why);
	if (!err)
		err = run_write_site(run, why);
	if (!err)
		err = run_write_console(run, why);
	if (!err)
		err = write_scenario(run, why);
	if (!err)
		err = fill_book(run, why);
	if (!err && make_peers(run))
		err = why_set(why, KAKOU_E_NOMEM, "no memory for the control sockets");
	run_path(run, run->journal, "state/journal.db");
	return err;
}

static void clean_up(struct run *run)
{
	for (size_t i = 0; i < RUN_TASKS_MAX; i++)
		child_destroy(run->tasks[i].child);
	for (size_t i = 0; i < RUN_PROGRAMS; i++) {
		peer_destroy(run->peers[i]);
		child_destroy(run->programs[i]);
	}
	peer_destroy(run->lanes_peer);
	terminal_close(&run->terminal);
	rundir_close(&run->dir);
	loop_unwatch(run->signal_watch);
	if (run->signal_fd > 0)
		close(run->signal_fd);
	if (run->tick)
		loop_timer_destroy(run->tick);
	loop_destroy(run->loop);
	book_destroy(run->book);
}

static void sum_up(struct run *run, struct report_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (size_t i = 0; i < book_count(run->book); i++) {
		sum->trucks++;
		sum->ok += book_at(run->book, i)->is_ok;
	}
	book_settle_lifts(run->book, INT64_MAX);
	sum->lifts = book_lifts(run->book);
	sum->yard_lifts = book_yard_lifts(run->book);
	sum->unrecorded = book_unrecorded(run->book);
	sum->events = run->events;
	sum->is_verified = run->is_checked && run->is_verified;
	sum->pace = run->config->pace;
	sum->seconds = run->seconds;
	(void)snprintf(sum->journal, sizeof(sum->journal), "%s/state/journal.db",
		       run->dir.path);
	text_copy(sum->fault, sizeof(sum->fault), run->fault);
	if (run->signals && !sum->fault[0])
		text_copy(sum->fault, sizeof(sum->fault), "ended by a signal");
}

/* A live run is ended by a signal, whenever somebody has seen enough. */
static bool say_end(struct run *run)
{
	const char *record = run->is_verified ? "verified" : "not verified";

	run_say(run,
		"kakou-demo: ended after %d trucks, %d of them not as expected; record "
		"%s: %s",
		run->view.judged, run->view.failed, record, run->journal);
	return run->is_verified && run->view.failed == 0 && !run->fault[0];
}

static bool say_result(struct run *run)
{
	char line[REPORT_LINE_MAX];
	struct report_sum sum;

	terminal_keep(&run->terminal);
	if (run->config->is_live && run->signals)
		return say_end(run);
	sum_up(run, &sum);
	report_write_sum(line, &sum);
	run_print(run, line);
	return report_sum_is_good(&sum);
}

bool run_demonstration(const struct run_config *config)
{
	struct run *run = calloc(1, sizeof(*run));
	struct why why = {0};
	bool is_good = false;

	if (!run) {
		(void)fputs("kakou-demo: no memory\n", stderr);
		return false;
	}
	run->config = config;
	run->view.pace = config->pace;
	run->dir.lock_fd = -1;
	run->dir.slot_fd = -1;
	terminal_open(&run->terminal);
	if (prepare(run, &why)) {
		run_fail(run, "%s", why.text);
		goto out;
	}
	run_say(run, "kakou-demo: run folder %s", run->dir.path);
	run_say(run,
		"kakou-demo: to look inside, as the officer of the demonstration:\n"
		"  export KAKOU_SOCKET=%s/kakoud.sock\n"
		"  export KAKOU_TICKET=%s/ticket\n"
		"  %s/kakou help",
		run->dir.path, run->dir.path, config->programs);
	run->started_ms = clock_mono_ms();
	run_enter(run, PHASE_CERTS);
	loop_timer_set(run->tick, clock_mono_ms());
	if (loop_run(run->loop))
		run_fail(run, "the event loop failed");
	is_good = say_result(run);
out:
	clean_up(run);
	free(run);
	return is_good;
}
