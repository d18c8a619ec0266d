/* SPDX-License-Identifier: MIT */
/*
 * What the record says of a passage, what the scenario expects of it, and the two lines
 * of standard output that say whether they agree.
 *
 * Layer: tools. No I/O; reading allocates inside jansson.
 */
#ifndef KAKOU_TOOLS_DEMO_REPORT_H
#define KAKOU_TOOLS_DEMO_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum {
	REPORT_WORD_MAX = 31,
	REPORT_NOTE_MAX = 63,
	REPORT_NOTES_MAX = 32,
	REPORT_EXPECTED_NOTES_MAX = 4,
	REPORT_LINE_MAX = 512,
};

/** Milliseconds in each stage, approach on to exit off; -1 = the stage was not reached. */
struct report_stages {
	int64_t gather_ms, ask_ms, record_ms, lift_ms, leave_ms;
	int64_t own_ms; /**< what the controller itself added */
};

/** One passage as the record has it. Texts are "-" where the record has none. */
struct report {
	int64_t passage;
	char plate[32];
	char verdict[REPORT_WORD_MAX + 1]; /**< release, inspection, return, none */
	char by[REPORT_WORD_MAX + 1];      /**< customs, officer, controller, none */
	char reason[REPORT_WORD_MAX + 1];
	char lift[REPORT_WORD_MAX + 1]; /**< 00 automatic, 10 manual, 99 not lifted */
	char outcome[REPORT_WORD_MAX + 1];
	struct report_stages stages;
	size_t note_count;
	char notes[REPORT_NOTES_MAX][REPORT_NOTE_MAX + 1]; /**< "alarm tailgate" … */
};

/** What the scenario says the report must be. */
struct expectation {
	char verdict[REPORT_WORD_MAX + 1];
	char by[REPORT_WORD_MAX + 1];
	char reason[REPORT_WORD_MAX + 1];
	char lift[REPORT_WORD_MAX + 1];
	char outcome[REPORT_WORD_MAX + 1]; /**< "" = not looked at */
	size_t note_count;
	char notes[REPORT_EXPECTED_NOTES_MAX][REPORT_NOTE_MAX + 1]; /**< must be there */
};

/** Reads what `kakou passage N --json` prints. KAKOU_E_GARBLED when it is not that. */
KAKOU_MUST_CHECK enum kakou_err report_read(struct report *out, const char *json,
					    struct why *why);

/** True when every note that is expected is there; some come after the passage's end. */
bool report_has_notes(const struct report *report, const struct expectation *expect,
		      struct why *why);

/** True when verdict, reason, lift and outcome are what was expected; otherwise `why` (may
 *  be NULL) names the first difference. */
bool report_agrees(const struct report *report, const struct expectation *expect,
		   struct why *why);

/** "TRUCK n=… …" without its newline. Spaces inside a value become '_'. */
void report_write_truck(char text[REPORT_LINE_MAX], const char *n, const char *kind,
			const char *lane, const struct report *report,
			const struct expectation *expect, bool is_ok);

/** The closing line. */
struct report_sum {
	int trucks, ok;
	int64_t lifts, yard_lifts, unrecorded;
	int64_t events;   /**< number of the last event */
	bool is_verified; /**< by kakou log verify, after kakoud has stopped */
	int pace;
	int64_t seconds;
	char journal[512];
	char fault[160]; /**< what went wrong besides; "" = nothing */
};

/** True when everything in it is as it must be. */
bool report_sum_is_good(const struct report_sum *sum);

/** "DEMO PASS …" or "DEMO FAIL …" without its newline. */
void report_write_sum(char text[REPORT_LINE_MAX], const struct report_sum *sum);

#endif
