/* SPDX-License-Identifier: MIT */
/*
 * Commands that run beside the run: the officer's acts, the reports of passages, the
 * verification of the record. All of them are `kakou`, as a person would use it.
 *
 * Layer: tools.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "tools/demo/run_internal.h"

/* ---- tasks ------------------------------------------------------------------------------ */

static void on_task_end(void *arg, struct child *child)
{
	struct run_task *task = arg;

	task->done(task, child_status(child), child_output(child));
	task->is_over = true;
}

bool run_task_start(struct run *run, const char *name, const char *const *argv,
		    void (*done)(struct run_task *, int, const char *), const char *truck,
		    const char *about)
{
	char log[RUN_PATH_MAX], file[64];
	struct child_config config = {
		.name = name,
		.argv = argv,
		.directory = run->dir.short_path,
		.log = log,
		.keeps_output = true,
		.on_end = on_task_end,
	};
	struct run_task *task = NULL;
	struct why why;

	for (size_t i = 0; !task && i < RUN_TASKS_MAX; i++) {
		if (!run->tasks[i].child)
			task = &run->tasks[i];
	}
	if (!task)
		return false; /* all are busy: the caller comes again */
	(void)snprintf(file, sizeof(file), "%s.log", name);
	run_path(run, log, file);
	memset(task, 0, sizeof(*task));
	task->run = run;
	task->done = done;
	text_copy(task->truck, sizeof(task->truck), truck);
	text_copy(task->about, sizeof(task->about), about);
	config.arg = task;
	if (child_start(&task->child, run->loop, &config, &why)) {
		run_fail(run, "%s", why.text);
		return false;
	}
	return true;
}

void run_tasks_sweep(struct run *run)
{
	for (size_t i = 0; i < RUN_TASKS_MAX; i++) {
		if (!run->tasks[i].is_over)
			continue;
		child_destroy(run->tasks[i].child);
		memset(&run->tasks[i], 0, sizeof(run->tasks[i]));
	}
}

bool run_tasks_are_idle(const struct run *run)
{
	for (size_t i = 0; i < RUN_TASKS_MAX; i++) {
		if (run->tasks[i].child)
			return false;
	}
	return true;
}

static bool has_free_task(const struct run *run)
{
	for (size_t i = 0; i < RUN_TASKS_MAX; i++) {
		if (!run->tasks[i].child)
			return true;
	}
	return false;
}

static void kakou_path(const struct run *run, char *to)
{
	(void)snprintf(to, RUN_PATH_MAX, "%s/kakou", run->config->programs);
}

/* ---- the officer ------------------------------------------------------------------------- */

static const char *reason_for(const char *held, const char *act)
{
	static const struct {
		const char *held, *act, *reason;
	} reasons[] = {
		{"no_order",       "return",  "no release order is bound to the vehicle" },
		{"empty_differs",  "return",  "not empty: needs an order of another type"},
		{"several_orders", "release",
		 "the driver's papers name one of the orders"                            },
		{"weight_differs", "inspect", "heavier than declared: to be opened"      },
		{"plate_differs",  "return",
		 "plate and electronic plate do not belong together"                     },
		{"box_check",      "release", "box number read by eye, it is the order's"},
		{"seal_broken",    "inspect", "the seal has been opened"                 },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i].held, held) == 0 &&
		    strcmp(reasons[i].act, act) == 0)
			return reasons[i].reason;
	}
	return "looked at on the spot";
}

static void act_done(struct run_task *task, int status, const char *output)
{
	struct run *run = task->run;
	struct view_act act = {.at_s = run->view.elapsed_ms / 1000};

	(void)output;
	(void)snprintf(act.text, sizeof(act.text), "%s%s", task->about,
		       status ? " - refused" : "");
	view_add_act(&run->view, &act);
	if (!run->terminal.is_there)
		run_say(run, "officer: %s", act.text);
}

static void act_on(struct run *run, const struct book_hold *hold)
{
	char program[RUN_PATH_MAX], socket[RUN_PATH_MAX], passage[24], about[120];
	const char *act = hold->truck ? hold->truck->officer : "";
	const char *reason = reason_for(hold->reason, act);
	const char *const argv[] = {
		program,     "--socket", socket,     act,    hold->lane,
		"--passage", passage,    "--reason", reason, NULL,
	};

	if (!act[0])
		return;
	kakou_path(run, program);
	run_path(run, socket, "kakoud.sock");
	(void)snprintf(passage, sizeof(passage), "%" PRId64, hold->passage);
	(void)snprintf(about, sizeof(about), "%s %s passage %s: %s", act, hold->lane,
		       passage, reason);
	run_task_start(run, "officer", argv, act_done, hold->truck->n, about);
}

void run_officer(struct run *run, int64_t now_ms)
{
	struct book_hold hold;

	while (has_free_task(run) && book_next_hold(run->book, now_ms, &hold))
		act_on(run, &hold);
}

/* ---- reports ----------------------------------------------------------------------------- */

static void note_finished(struct run *run, const struct book_truck *truck)
{
	struct view_done done = {.is_ok = truck->is_ok};
	const struct report *report = &truck->report;

	text_copy(done.n, sizeof(done.n), truck->n);
	text_copy(done.kind, sizeof(done.kind), truck->kind);
	text_copy(done.lane, sizeof(done.lane), truck->lane);
	text_copy(done.plate, sizeof(done.plate), report->plate);
	text_copy(done.verdict, sizeof(done.verdict), report->verdict);
	text_copy(done.by, sizeof(done.by), report->by);
	text_copy(done.reason, sizeof(done.reason), report->reason);
	text_copy(done.lift, sizeof(done.lift), report->lift);
	text_copy(done.why, sizeof(done.why), truck->why.text);
	view_add_done(&run->view, &done);
	run->view.judged++;
	run->view.failed += !truck->is_ok;
	if (!run->was_endless)
		run->progress_ms = clock_mono_ms();
	if (!truck->is_ok)
		run_say(run, "truck %s (%s): %s", truck->n, truck->kind, truck->why.text);
}

static void report_done(struct run_task *task, int status, const char *output)
{
	struct run *run = task->run;
	struct book_truck *truck = book_find(run->book, task->truck);
	struct report report;
	struct why why;

	if (!truck)
		return;
	if (status) {
		(void)why_set(&why, KAKOU_E_IO,
			      "kakou passage %" PRId64 " ended with status %d",
			      truck->passage, status);
		book_judge_failed(truck, why.text);
	} else if (report_read(&report, output, &why)) {
		book_judge_failed(truck, why.text);
	} else {
		book_judge(truck, &report, clock_mono_ms());
	}
	if (truck->is_judged)
		note_finished(run, truck);
}

static void fetch_report(struct run *run, const struct book_truck *truck)
{
	char program[RUN_PATH_MAX], socket[RUN_PATH_MAX], passage[24];
	const char *const argv[] = {
		program, "--socket", socket, "passage", passage, "--json", NULL,
	};

	kakou_path(run, program);
	run_path(run, socket, "kakoud.sock");
	(void)snprintf(passage, sizeof(passage), "%" PRId64, truck->passage);
	run_task_start(run, "passage", argv, report_done, truck->n, "");
}

static void print_finished(struct run *run)
{
	char line[REPORT_LINE_MAX];
	const struct book_truck *truck;

	while ((truck = book_next_to_print(run->book))) {
		report_write_truck(line, truck->n, truck->kind, truck->lane,
				   &truck->report, &truck->expect, truck->is_ok);
		run_print(run, line);
	}
}

void run_judge(struct run *run, int64_t now_ms)
{
	struct book_truck *truck;

	while (has_free_task(run) && (truck = book_next_to_ask(run->book, now_ms)))
		fetch_report(run, truck);
	while ((truck = book_judge_lost(run->book, now_ms)))
		note_finished(run, truck);
	print_finished(run);
}

/* ---- verification -------------------------------------------------------------------------- */

static void running_verified(struct run_task *task, int status, const char *output)
{
	(void)output;
	task->run->is_checked = status == 0;
	if (status)
		run_fail(task->run,
			 "kakou log verify ended with status %d while kakoud ran",
			 status);
}

static void stopped_verified(struct run_task *task, int status, const char *output)
{
	struct run *run = task->run;
	json_t *root = json_loads(output, 0, NULL);

	run->is_verified = status == 0;
	run->events = json_integer_value(json_object_get(root, "events"));
	json_decref(root);
	if (status)
		run_fail(run, "kakou log verify ended with status %d", status);
}

void run_verify(struct run *run, bool is_stopped)
{
	char program[RUN_PATH_MAX], socket[RUN_PATH_MAX];
	const char *const running[] = {program,  "--socket", socket, "log",
				       "verify", "--json",   NULL};
	const char *const stopped[] = {program,      "log",    "verify",
				       run->journal, "--json", NULL};

	kakou_path(run, program);
	run_path(run, socket, "kakoud.sock");
	if (!run_task_start(run, "verify", is_stopped ? stopped : running,
			    is_stopped ? stopped_verified : running_verified, "", ""))
		run_fail(run, "the record could not be verified");
}
