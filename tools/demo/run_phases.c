/* SPDX-License-Identifier: MIT */
/*
 * The phases of a run: each begins something, looks every tick whether it is done, and has
 * a deadline with a fault of its own.
 *
 * Layer: tools.
 */
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "tools/demo/ordinary.h"
#include "tools/demo/run_internal.h"

enum {
	CERTS_MS = 30000,
	READY_MS = 15000,
	PROGRESS_MS = 90000, /* no truck is finished for so long: something is stuck */
	CHECK_MS = 20000,
	STOP_MS = 3000,
	VERIFY_MS = 20000,
	LEAVE_MS = 3000,
	TRAFFIC_MS = 4000, /* from ordinary truck to ordinary truck, by the pace */
	TRAFFIC_WAITING_MAX = 3,
	TRAFFIC_KEPT = 32, /* trucks of endless traffic that the book remembers */
};

/* ---- certificates ---------------------------------------------------------------------- */

static void certs_done(struct run_task *task, int status, const char *output)
{
	struct run *run = task->run;

	(void)output;
	if (status)
		run_fail(
			run,
			"the certificates could not be made, status %d: see %s/certs.log",
			status, run->dir.path);
	run_enter(run, status ? PHASE_LEAVE : PHASE_WORLD);
}

static void enter_certs(struct run *run)
{
	char script[RUN_PATH_MAX], folder[RUN_PATH_MAX];
	const char *const argv[] = {script, folder, NULL};

	(void)snprintf(script, sizeof(script), "%s/tools/certs/make-certs.sh",
		       run->config->root);
	run_path(run, folder, "certs");
	if (!run_task_start(run, "certs", argv, certs_done, "", ""))
		run_enter(run, PHASE_LEAVE);
}

static void step_certs(struct run *run, int64_t now_ms)
{
	(void)now_ms;
	if (run->signals)
		run_enter(run, PHASE_LEAVE);
}

/* ---- start ------------------------------------------------------------------------------ */

static void enter_world(struct run *run)
{
	run_start_customs(run);
	run_start_yard(run);
}

static void step_world(struct run *run, int64_t now_ms)
{
	(void)now_ms;
	if (run_some_program_ended(run, RUN_YARD) || run->signals)
		run_enter(run, PHASE_LEAVE);
	else if (peer_connect(run->peers[RUN_CUSTOMS]) &&
		 peer_connect(run->peers[RUN_YARD]))
		run_enter(run, PHASE_GATE);
}

static void enter_gate(struct run *run)
{
	run_start_kakoud(run);
}

static void step_gate(struct run *run, int64_t now_ms)
{
	(void)now_ms;
	if (run_some_program_ended(run, RUN_KAKOUD) || run->signals)
		run_enter(run, PHASE_STOP);
	else if (peer_connect(run->peers[RUN_KAKOUD]))
		run_enter(run, PHASE_PEOPLE);
}

static void step_people(struct run *run, int64_t now_ms)
{
	(void)now_ms;
	if (run_some_program_ended(run, RUN_KAKOUD) || run->signals || run->fault[0]) {
		run_enter(run, PHASE_STOP);
	} else if (run->login_ms) {
		run_start_console(run);
		run_enter(run, PHASE_TRUCKS);
	}
}

/* ---- trucks ------------------------------------------------------------------------------ */

static void on_started(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;

	if (!result)
		run_fail(run, "the yard did not start: %s", fault);
	run->was_started = result != NULL;
	run->yard_is_busy = false;
}

static void enter_trucks(struct run *run)
{
	run->was_ready = true;
	run->yard_is_busy = true;
	run->started_ms = clock_mono_ms();
	run->progress_ms = run->started_ms;
	peer_call(run->peers[RUN_YARD], "start", NULL, on_started, run);
}

/* What all phases do in which trucks come. */
static bool go_on(struct run *run, int64_t now_ms)
{
	run->view.elapsed_ms = now_ms - run->started_ms;
	run_feed(run, now_ms);
	run_officer(run, now_ms);
	run_keep_logged_in(run, now_ms);
	run_judge(run, now_ms);
	if (run->gate_news_ms && run->yard_news_ms)
		book_settle_lifts(run->book, (run->gate_news_ms < run->yard_news_ms
						      ? run->gate_news_ms
						      : run->yard_news_ms) -
						     RUN_SETTLE_MS);
	return !run_some_program_ended(run, RUN_KAKOUD) && !run->signals &&
	       !run->fault[0];
}

static void step_trucks(struct run *run, int64_t now_ms)
{
	if (!go_on(run, now_ms)) {
		run_enter(run, PHASE_STOP);
		return;
	}
	if (book_is_full(run->book)) {
		run->seconds = (now_ms - run->started_ms) / 1000;
		run_enter(run, run->config->is_live ? PHASE_TRAFFIC : PHASE_CHECK);
		return;
	}
	if (now_ms - run->progress_ms > PROGRESS_MS) {
		run_fail(run, "no truck was finished for %d s", PROGRESS_MS / 1000);
		run_enter(run, PHASE_CHECK);
	}
}

/* ---- endless traffic --------------------------------------------------------------------- */

static size_t count_waiting(const struct run *run)
{
	size_t count = 0;

	for (size_t i = 0; i < book_count(run->book); i++)
		count += !book_at(run->book, i)->is_judged;
	return count;
}

static void on_truck_taken(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;

	run->yard_is_busy = false;
	if (!result)
		run_fail(run, "the yard took no truck: %s", fault);
}

static json_t *pack_truck(const struct scenario_truck *truck)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:[s], s:[s], s:s, s:i, s:i, s:s}",
		"name", truck->name, "kind", truck->kind, "lane", truck->lane, "body",
		truck->body == BODY_RIGID ? "rigid" : "articulated", "plate",
		truck->plate, "tag", truck->tag, "boxes", truck->boxes[0], "box_sizes",
		truck->box_sizes[0], "card", truck->card, "tare_kg", truck->tare_kg,
		"cargo_kg", truck->cargo_kg, "seal", truck->seal);
}

static int ordinary_number(const struct run *run)
{
	return RUN_TRUCKS_MAX + 1 + run->ordinary % ORDINARY_ROUND;
}

/* Its order is open: now the truck may come. */
static void on_approved(void *arg, const json_t *result, const char *fault)
{
	struct run *run = arg;
	struct scenario_truck truck;
	struct why why;
	char name[16];

	run->yard_is_busy = result != NULL;
	if (!result) {
		run_fail(run, "customs did not approve an order: %s", fault);
		return;
	}
	(void)snprintf(name, sizeof(name), "%02d",
		       run->config->trucks + run->ordinary + 1);
	ordinary_make(&truck, ordinary_number(run), name);
	run->ordinary++;
	book_forget(run->book, TRAFFIC_KEPT);
	if (run_add_truck(run, &truck, &why)) {
		run_fail(run, "%s", why.text);
		return;
	}
	peer_call(run->peers[RUN_YARD], "truck", pack_truck(&truck), on_truck_taken, run);
}

/* The same order serves in every round: customs approves it anew. */
static void send_ordinary(struct run *run)
{
	char order[ORDINARY_ORDER_SIZE];

	ordinary_name_order(order, ordinary_number(run));
	run->yard_is_busy = true;
	peer_call(run->peers[RUN_CUSTOMS], "approve", json_pack("{s:s}", "number", order),
		  on_approved, run);
}

static void enter_traffic(struct run *run)
{
	run->was_endless = true;
	run->view.is_endless = true;
	run_say(run,
		"kakou-demo: the %d trucks of the scenario are through in %" PRId64
		" s; ordinary traffic goes on until Ctrl-C",
		run->config->trucks, run->seconds);
}

static void step_traffic(struct run *run, int64_t now_ms)
{
	if (!go_on(run, now_ms)) {
		run_enter(run, PHASE_STOP);
		return;
	}
	if (run->yard_is_busy || peer_is_busy(run->peers[RUN_YARD]) ||
	    count_waiting(run) >= TRAFFIC_WAITING_MAX)
		return;
	if (now_ms - run->progress_ms < TRAFFIC_MS / run->config->pace)
		return;
	run->progress_ms = now_ms;
	send_ordinary(run);
}

/* ---- the end ------------------------------------------------------------------------------ */

static void enter_check(struct run *run)
{
	run_verify(run, false);
}

/* The last events are in, and the running record is verified. */
static void step_check(struct run *run, int64_t now_ms)
{
	bool is_quiet = run->gate_news_ms > run->phase_since_ms + RUN_SETTLE_MS &&
			run->yard_news_ms > run->phase_since_ms + RUN_SETTLE_MS;

	if (run_some_program_ended(run, RUN_KAKOUD) || run->signals) {
		run_enter(run, PHASE_STOP);
		return;
	}
	run_feed(run, now_ms);
	if (is_quiet && run_tasks_are_idle(run))
		run_enter(run, PHASE_STOP);
}

static void enter_stop(struct run *run)
{
	run_stop_console(run);
	if (run->programs[RUN_KAKOUD])
		child_signal(run->programs[RUN_KAKOUD], SIGTERM);
}

static void step_stop(struct run *run, int64_t now_ms)
{
	struct child *kakoud = run->programs[RUN_KAKOUD];

	(void)now_ms;
	if (!run_has_ended(run, RUN_KAKOUD))
		return;
	if (kakoud && child_status(kakoud) && !run->fault[0]) {
		run_fail(run, "kakoud ended with status %d", child_status(kakoud));
		run_say_tail(run, RUN_KAKOUD);
	}
	run_enter(run, run->was_ready ? PHASE_VERIFY : PHASE_LEAVE);
}

static void enter_verify(struct run *run)
{
	run_verify(run, true);
}

static void step_verify(struct run *run, int64_t now_ms)
{
	(void)now_ms;
	if (run_tasks_are_idle(run))
		run_enter(run, PHASE_LEAVE);
}

static void enter_leave(struct run *run)
{
	for (enum run_program i = 0; i < RUN_KAKOUD; i++) {
		if (run->programs[i])
			child_signal(run->programs[i], SIGTERM);
	}
}

static void step_leave(struct run *run, int64_t now_ms)
{
	(void)now_ms;
	if (run_has_ended(run, RUN_CUSTOMS) && run_has_ended(run, RUN_YARD) &&
	    run_console_is_over(run))
		run_enter(run, PHASE_OVER);
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct phase {
	const char *name;
	void (*enter)(struct run *run);
	void (*step)(struct run *run, int64_t now_ms);
	int64_t deadline_ms; /* 0 = none */
	const char *late;    /* what it means when that is over */
	enum run_phase then; /* and what comes then */
} phases[] = {
	[PHASE_CERTS] = {"certificates",     enter_certs,      step_certs,   CERTS_MS,
			 "the certificates were not made in time",                          PHASE_LEAVE},
	[PHASE_WORLD] = {"customs and yard", enter_world,      step_world,   READY_MS,
			 "kakou-customs or kakou-yard was not ready in time",               PHASE_LEAVE},
	[PHASE_GATE] = {"kakoud",           enter_gate,       step_gate,    READY_MS,
			 "kakoud was not ready in time",                                    PHASE_STOP },
	[PHASE_PEOPLE] = {"people",           run_begin_people, step_people,  READY_MS,
			 "the officer could not log in in time",                            PHASE_STOP },
	[PHASE_TRUCKS] = {"trucks",           enter_trucks,     step_trucks,  0,         "", PHASE_STOP },
	[PHASE_TRAFFIC] = {"ordinary traffic", enter_traffic,    step_traffic, 0,         "",
			 PHASE_STOP								    },
	[PHASE_CHECK] = {"check",            enter_check,      step_check,   CHECK_MS,
			 "the running record was not verified in time",                     PHASE_STOP },
	[PHASE_STOP] = {"stop",             enter_stop,       step_stop,    STOP_MS,
			 "kakoud was still there after SIGTERM",                            PHASE_LEAVE},
	[PHASE_VERIFY] = {"verify",           enter_verify,     step_verify,  VERIFY_MS,
			 "the stopped record was not verified in time",                     PHASE_LEAVE},
	[PHASE_LEAVE] = {"leave",            enter_leave,      step_leave,   LEAVE_MS,
			 "kakou-customs or kakou-yard was still there after SIGTERM",       PHASE_OVER },
	[PHASE_OVER] = {"over",             NULL,             NULL,         0,         "", PHASE_OVER },
};

void run_enter(struct run *run, enum run_phase phase)
{
	run->phase = phase;
	run->phase_since_ms = clock_mono_ms();
	if (phases[phase].enter)
		phases[phase].enter(run);
}

/* A program that could not be reached has something to say, as a rule. */
static void say_tails(struct run *run)
{
	for (enum run_program i = 0; i < RUN_PROGRAMS; i++) {
		if (run->programs[i])
			run_say_tail(run, i);
	}
}

void run_step(struct run *run, int64_t now_ms)
{
	const struct phase *phase = &phases[run->phase];

	if (phase->deadline_ms && now_ms - run->phase_since_ms > phase->deadline_ms) {
		run_fail(run, "%s", phase->late);
		say_tails(run);
		run_enter(run, phase->then);
		return;
	}
	if (phase->step)
		phase->step(run, now_ms);
}
