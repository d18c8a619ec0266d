/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a tally share; for tally*.c only.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_TALLY_INSIDE_H
#define KAKOU_FIRMWARE_TALLY_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/record/tally.h"

enum tally_direction { TALLY_IN, TALLY_OUT, TALLY_NO_DIRECTION, TALLY_DIRECTIONS };
enum tally_lift { TALLY_AUTOMATIC, TALLY_MANUAL, TALLY_NOT_LIFTED };
enum tally_load { TALLY_LOADED, TALLY_EMPTY, TALLY_LOAD_UNKNOWN, TALLY_LOADS };
enum { TALLY_TYPES = 7 /* of orders; 0 = not known */, TALLY_DAY_BYTES = 11 };

/** One passage that has ended, as its last event says. */
struct tally_passage {
	int64_t passage, wall_ms;
	enum tally_direction direction;
	enum tally_lift lift;
	enum tally_load load;
	bool has_passed;
	int type;
	int boxes; /**< -1 = nobody looked */
	int teu;   /**< of those whose size is known */
	int unsized;
	int64_t gross_g; /**< -1 = not weighed */
	bool is_old;     /**< of a version whose record says less there */
	char officer[64], reason[32];
};

struct tally_count {
	int64_t passages, automatic, manual, not_lifted;
	int64_t passed, loads[TALLY_LOADS], types[TALLY_TYPES];
	int64_t boxes, boxes_unknown, teu, unsized, gross_g, not_weighed;
};

struct tally_row {
	char day[TALLY_DAY_BYTES];
	int shift; /**< index, -1 = the whole day */
	enum tally_direction direction;
	struct tally_count count;
};

struct tally_manual {
	char officer[64], reason[32];
	int64_t count;
};

enum tally_phase { TALLY_FIND_FIRST, TALLY_FIND_LAST, TALLY_COUNT };

struct tally {
	struct tally_query query;
	enum tally_phase phase;
	int64_t low, high; /**< bounds of the search for a time */
	int64_t after, before;
	struct tally_row *rows;
	size_t row_count, row_room;
	struct tally_count whole;
	struct tally_count types[TALLY_DIRECTIONS][TALLY_TYPES];
	struct tally_manual *manual;
	size_t manual_count, manual_room;
};

/** Day and shift (-1 without any) of an instant. */
void tally_name_day(const struct tally_query *query, int64_t wall_ms,
		    char day[TALLY_DAY_BYTES], int *shift);

/** What the canonical bytes of a passage's end say. False: none of this time. */
bool tally_read_passage(const struct tally_query *query, const char *bytes, size_t len,
			struct tally_passage *out);

/** Direction of an older version's "passage_opened", boxes of its "inquiry". */
void tally_read_opened(const char *bytes, size_t len, struct tally_passage *out);
void tally_read_inquiry(const char *bytes, size_t len, struct tally_passage *out);

/** Counts it. KAKOU_E_FULL, KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err tally_take(struct tally *tally,
					   const struct tally_passage *passage,
					   struct why *why);

#endif
