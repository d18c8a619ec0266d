/* SPDX-License-Identifier: MIT */
/*
 * What the files of one run share.
 *
 * Layer: tools, inside demo. Threads: one.
 */
#ifndef KAKOU_TOOLS_DEMO_RUN_INTERNAL_H
#define KAKOU_TOOLS_DEMO_RUN_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hal/loop.h"
#include "tools/demo/book.h"
#include "tools/demo/child.h"
#include "tools/demo/peer.h"
#include "tools/demo/run.h"
#include "tools/demo/rundir.h"
#include "tools/demo/terminal.h"
#include "tools/demo/view.h"
#include "tools/scenario/trucks.h"

enum {
	RUN_TICK_MS = 50,
	RUN_FEED_MS = 200,    /* from question to question */
	RUN_LANES_MS = 250,   /* the table's own period */
	RUN_SETTLE_MS = 2000, /* events are in the record by then */
	RUN_TASKS_MAX = 8,
	RUN_PATH_MAX = 400,
	RUN_PASSWORD = 33,
};

/* Programs that live as long as the run. */
enum run_program { RUN_CUSTOMS, RUN_YARD, RUN_KAKOUD, RUN_CONSOLE, RUN_PROGRAMS };

/* Who may log in at the page. */
#define RUN_PAGE_PERSON "demo"

enum run_phase {
	PHASE_CERTS,   /* certificates are being made */
	PHASE_WORLD,   /* customs and yard start */
	PHASE_GATE,    /* kakoud starts */
	PHASE_PEOPLE,  /* the officer logs in */
	PHASE_TRUCKS,  /* trucks come */
	PHASE_TRAFFIC, /* ordinary traffic without end */
	PHASE_CHECK,   /* the running record is verified, the last events come in */
	PHASE_STOP,    /* kakoud ends */
	PHASE_VERIFY,  /* the stopped record is verified */
	PHASE_LEAVE,   /* customs and yard end */
	PHASE_OVER,
};

/* A command that runs beside the run: kakou, or the making of certificates. */
struct run_task {
	struct run *run;
	struct child *child; /* NULL: free */
	void (*done)(struct run_task *task, int status, const char *output);
	char truck[12];  /* whose report */
	char about[120]; /* in words, for the officer's lines */
	bool is_over;    /* to be released by the next tick */
};

struct run {
	const struct run_config *config;
	struct loop *loop;
	struct loop_timer *tick;
	struct loop_watch *signal_watch;
	int signal_fd;
	struct rundir dir;
	struct terminal terminal;
	struct view view;
	struct book *book;
	enum run_phase phase;
	int64_t phase_since_ms, started_ms;
	int64_t progress_ms; /* when a truck was last finished */
	struct child *programs[RUN_PROGRAMS];
	struct peer *peers[RUN_PROGRAMS]; /* the control sockets */
	struct peer *lanes_peer;          /* a second connection to kakoud */
	struct run_task tasks[RUN_TASKS_MAX];
	int64_t yard_after, gate_after; /* numbers of the last events seen */
	int64_t yard_asked_ms, gate_asked_ms, lanes_asked_ms;
	int64_t gate_news_ms, yard_news_ms; /* everything before is noted */
	int64_t lanes_news_ms;
	char chief_password[RUN_PASSWORD], officer_password[RUN_PASSWORD];
	char page_password[RUN_PASSWORD], chief_ticket[80];
	int64_t login_ms;  /* when the officer got the ticket; 0 = not yet */
	bool was_ready;    /* kakoud answered: there is a record */
	bool was_started;  /* the yard lets trucks come */
	bool yard_is_busy; /* a question that is not about events is under way */
	int ordinary;      /* ordinary trucks made so far in endless traffic */
	bool check_is_begun, is_checked, is_verified;
	int signals;      /* how many came that end the run */
	bool was_endless; /* the scenario is through */
	int64_t events;   /* in the verified record */
	int64_t seconds;  /* from the first truck to the last verdict */
	char fault[160];  /* the first thing that went wrong */
	char scenario[RUN_PATH_MAX], site[RUN_PATH_MAX], journal[RUN_PATH_MAX];
	char lane_lines[VIEW_LANES_MAX]
		       [256]; /* last said of each lane, without terminal */
	struct screen screen;
};

/* ---- run.c ---------------------------------------------------------------------------- */

/** Notes the first fault; the run goes on to its end. */
KAKOU_PRINTF(2, 3) void run_fail(struct run *run, const char *format, ...);

/** "short_path/name" in a buffer of RUN_PATH_MAX. */
void run_path(const struct run *run, char *to, const char *name);

/** Adds a truck to the book. */
KAKOU_MUST_CHECK enum kakou_err run_add_truck(struct run *run,
					      const struct scenario_truck *from,
					      struct why *why);

/* ---- run_site.c ----------------------------------------------------------------------- */

KAKOU_MUST_CHECK enum kakou_err run_write_site(struct run *run, struct why *why);

/* ---- run_programs.c ------------------------------------------------------------------- */

void run_start_customs(struct run *run);
void run_start_yard(struct run *run);
void run_start_kakoud(struct run *run);
void run_start_program(struct run *run, enum run_program program,
		       const char *const *argv);

/** True as well when it was never started. */
bool run_has_ended(const struct run *run, enum run_program program);

/** True when one of the programs up to `last` ended by itself; says so, with its last words. */
bool run_some_program_ended(struct run *run, enum run_program last);

/** The last lines of a program's log. */
void run_say_tail(struct run *run, enum run_program program);

/* ---- run_console.c -------------------------------------------------------------------- */

KAKOU_MUST_CHECK enum kakou_err run_write_console(struct run *run, struct why *why);

/** Starts the officers' page and says where it is and who may log in. */
void run_start_console(struct run *run);
void run_stop_console(struct run *run);

/** It has ended; a fault when it did not end well. */
bool run_console_is_over(struct run *run);

/* ---- run_phases.c --------------------------------------------------------------------- */

/** One tick: looks whether the phase is over, and goes on. */
void run_step(struct run *run, int64_t now_ms);
void run_enter(struct run *run, enum run_phase phase);

/* ---- run_people.c --------------------------------------------------------------------- */

/** Adds the people and logs the officer in; run->login_ms says when that is done. */
void run_begin_people(struct run *run);

/** Gets a new ticket before the old one ends. */
void run_keep_logged_in(struct run *run, int64_t now_ms);

/* ---- run_feeds.c ---------------------------------------------------------------------- */

/** Asks yard and kakoud for what is new. */
void run_feed(struct run *run, int64_t now_ms);

/* ---- run_tasks.c ---------------------------------------------------------------------- */

/** Starts a command; false (and a fault) when it can't. `argv` ends with NULL. */
bool run_task_start(struct run *run, const char *name, const char *const *argv,
		    void (*done)(struct run_task *, int, const char *), const char *truck,
		    const char *about);

/** Releases those that are over. */
void run_tasks_sweep(struct run *run);
bool run_tasks_are_idle(const struct run *run);

/** The officer acts on holds that are old enough. */
void run_officer(struct run *run, int64_t now_ms);

/** Fetches reports of trucks that are through, judges them, prints their lines. */
void run_judge(struct run *run, int64_t now_ms);

/** Verifies the record: of the running kakoud, or the stopped journal. */
void run_verify(struct run *run, bool is_stopped);

/* ---- run_show.c ----------------------------------------------------------------------- */

/** A line for a person, on standard error. */
KAKOU_PRINTF(2, 3) void run_say(struct run *run, const char *format, ...);

/** A record, on standard output. */
void run_print(struct run *run, const char *line);

/** Shows the present: the table, or lines about lanes that changed. */
void run_show(struct run *run, int64_t now_ms);

#endif
