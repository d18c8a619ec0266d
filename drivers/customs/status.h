/* SPDX-License-Identifier: MIT */
/*
 * The 20-character status word of the traditional generation (JGS/T 14-2015 annex B and
 * the regional table).
 *
 * Layer: drivers. Pure.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_STATUS_H
#define KAKOU_DRIVERS_CUSTOMS_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"
#include "hal/why.h"

enum { STATUS_LENGTH = 20 };

enum status_table { STATUS_ANNEX_B, STATUS_REGIONAL };

/** What a check result or a command asks of the lane. */
enum customs_verdict {
	VERDICT_NONE,
	VERDICT_RELEASE, /**< lift: positions 1 and 2 are '0', or a plain Y */
	VERDICT_INTERIM, /**< V (or M): the final answer follows under the same number */
	VERDICT_INSPECT, /**< targeted (w, x), or an officer's "to inspection" */
	VERDICT_RETURN,  /**< an officer's "return" */
	VERDICT_HOLD,    /**< everything else, also what is not understood */
};

/** One finding of the word, for the record and the officer. */
struct status_finding {
	uint8_t position; /**< 1..20 */
	char code;
	const char *about; /**< "front box", "scale", … static text */
	const char *means; /**< "targeted", "vehicle weight differs", … static text */
};

struct status_reading {
	enum customs_verdict verdict;
	bool asks_lift; /**< position 2 is '0' */
	uint8_t finding_count;
	struct status_finding findings[STATUS_LENGTH];
};

/** Reads a CHECK_RESULT: 20 characters, or a plain Y, N, M. Anything else is
 * KAKOU_E_GARBLED with verdict hold (section 6: everything that is not exactly a release
 * holds). `lift_after_inspection`: the peer setting of section 6. */
enum kakou_err status_read_check(const char *word, enum status_table table,
				 bool lift_after_inspection, struct status_reading *out,
				 struct why *why);

/** Reads the word of a 0x31 with its OP_TYPE: '0' and position 2 = '0' is a release, '0' with
 *  another position 2 holds, '1' (pending) holds, '2' is a return. Only the barrier, seal and
 *  GPS positions count (section 4). KAKOU_E_GARBLED with verdict hold for anything else. */
enum kakou_err status_read_command(const char *word, char op_type,
				   enum status_table table, struct status_reading *out,
				   struct why *why);

/** Writes the EXECUTE_RESULT of a command (a 0x22 may have one too): 9 at each seal or GPS position
 *  that asks for something, since nothing here can do it; the total is the worst, and 9 when what
 *  was asked of the barrier was not done either. */
void status_write_result(char word[STATUS_LENGTH + 1], const char *command,
			 bool was_done);

/** Whether the word asks something of a seal or of GPS. */
bool status_asks_devices(const char *word);

/** Writes a word of '0's with the given characters set; `set` is pairs of position
 * (1..20) and character, e.g. "\x02" "1". Positions out of range are an assertion
 * failure. */
void status_word_clear(char word[STATUS_LENGTH + 1]);
void status_word_set(char word[STATUS_LENGTH + 1], int position, char code);

const char *customs_verdict_name(enum customs_verdict verdict);

#endif
