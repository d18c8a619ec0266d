/* SPDX-License-Identifier: MIT */
/*
 * The trial of a new version: whether its kakoud has been healthy for long enough to keep it.
 *
 * What the outside does (customs away, a camera lost) is no fault of a version and does not count.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_UPDATE_TRIAL_H
#define KAKOU_FIRMWARE_UPDATE_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

enum {
	TRIAL_STARTS_MAX = 5, /**< of kakoud in one trial: then it is a crash loop */
};

/** What one look at kakoud saw. */
struct trial_sight {
	bool answers;            /**< on its control socket */
	int64_t started_wall_ms; /**< which run of it that is */
	int64_t scans;           /**< of its control loop since it started */
	bool is_hung;            /**< it says so of its own loop */
	bool record_is_well;     /**< the journal commits */
	bool has_site;           /**< there is a site file */
};

struct trial {
	int64_t healthy_ms; /**< so long without a break */
	int64_t within_ms;  /**< and by then */
	bool had_site;      /**< before the update: without one kakoud does not run */
	int64_t began_ms, well_since_ms; /**< monotonic; the latter -1 = it is not */
	int64_t started_wall_ms, scans;  /**< at the last look; 0, -1 = none yet */
	int starts;
	const char *why; /**< static: what is missing; NULL = nothing */
};

enum trial_verdict {
	TRIAL_GOES_ON,
	TRIAL_PASSED,
	TRIAL_FAILED, /**< `why` says what was missing last */
};

void trial_begin(struct trial *trial, int64_t healthy_ms, int64_t within_ms,
		 bool had_site, int64_t now_ms);

/** At least one scan lies between two looks. */
enum trial_verdict trial_look(struct trial *trial, const struct trial_sight *sight,
			      int64_t now_ms);

#endif
