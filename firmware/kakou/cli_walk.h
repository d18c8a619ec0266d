/* SPDX-License-Identifier: MIT */
/*
 * What the parts of kakou lane walk-test share: the lane under test, how it is looked at, who is
 * asked, and the steps so far.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CLI_WALK_H
#define KAKOU_FIRMWARE_CLI_WALK_H

#include "firmware/config/site.h"
#include "firmware/kakou/cli.h"

enum { WALK_TEXT_MAX = 200, WALK_LOOK_MS = 40 };

/** One line as it is now. */
struct walk_line {
	bool is_there, is_output, level;
	int64_t rises, falls, caught;
	int64_t changed_ms; /**< on this process's monotonic clock; 0 = not since the start */
	char where[WALK_TEXT_MAX];
};

struct walk {
	struct cli *cli;
	const char *lane;
	FILE *talk;      /**< where the person is spoken to */
	FILE *in;        /**< where the person answers; NULL: `answers` do */
	json_t *answers; /**< step: text */
	int64_t patience_ms;
	json_t *steps; /**< what has been done: {step, title, outcome, details} */
	int passed, failed, skipped;
	struct walk_line lines[LINE_ROLES];
	char arm[24], state[32], sign[64];
	json_t *devices; /**< of the lane: names */
	int exit;        /**< other than CLI_DONE: kakoud is gone, give up */
};

enum walk_outcome { WALK_PASSED, WALK_FAILED, WALK_SKIPPED };

/** Looks at the lines. False: kakoud is gone or the person gave up; the walk ends. */
bool walk_look(struct walk *walk);

/** Looks until `is_so` or the patience is over. True when it was so. */
bool walk_wait(struct walk *walk, bool (*is_so)(const struct walk *walk, const void *arg),
	       const void *arg);

/** Says what is to be done now. */
KAKOU_PRINTF(3, 4)
void walk_say(struct walk *walk, const char *step, const char *format, ...);

/** The person's answer, "" for none; a file of answers is asked by the step's name. */
void walk_ask(struct walk *walk, const char *step, const char *question,
	      char to[WALK_TEXT_MAX]);

/** A yes or no, or "skip REASON": books the step. True when it passed. */
bool walk_confirm(struct walk *walk, const char *step, const char *title,
		  const char *question);

/** True when the answers skip the step before it begins; then it is booked. */
bool walk_is_skipped(struct walk *walk, const char *step, const char *title);

/** After a failure: true to try once more; otherwise the step is booked, as failed or as skipped
 *  with the reason the person gives. */
bool walk_retries(struct walk *walk, const char *step, const char *title,
		  const char *failure);

/** Books a step. */
KAKOU_PRINTF(5, 6)
void walk_book(struct walk *walk, const char *step, const char *title,
	       enum walk_outcome outcome, const char *format, ...);

/* ---- the parts ---- */

/** Loops, beams, buttons: each alone, on and off (walk_inputs.c). */
void walk_inputs(struct walk *walk);

/** Up and down by hold-to-run, stop at an obstruction, heartbeat relay, emergency (walk_arm.c). */
void walk_arm(struct walk *walk);

/** Lights, sign, test outputs (walk_outputs.c). */
void walk_outputs(struct walk *walk);

/** Each device of the lane read once (walk_devices.c). */
void walk_devices(struct walk *walk);

/** The report as text; the caller frees it (walk_report.c). */
char *walk_write_report(const struct walk *walk, const json_t *head);

/** Holds an output of a locked lane for so long, as a technician. `tick` is called between two
 *  renewals and ends it by false; NULL: nobody. Returns enum cli_exit, complained (cmd_io.c). */
int cli_pulse(struct cli *cli, const char *lane, const char *line, int64_t for_ms,
	      const char *reason, bool (*tick)(void *arg), void *arg);

#endif
