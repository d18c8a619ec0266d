/* SPDX-License-Identifier: MIT */
/*
 * Trial. Layer: firmware. Pure.
 */
#include "firmware/update/trial.h"

#include <stddef.h>

void trial_begin(struct trial *trial, int64_t healthy_ms, int64_t within_ms,
		 bool had_site, int64_t now_ms)
{
	*trial = (struct trial){
		.healthy_ms = healthy_ms,
		.within_ms = within_ms,
		.had_site = had_site,
		.began_ms = now_ms,
		.well_since_ms = -1,
		.scans = -1,
	};
}

/* What keeps this look from counting, in the order in which it can be seen. NULL = nothing. */
static const char *find_fault(const struct trial *trial, const struct trial_sight *sight)
{
	if (trial->had_site && !sight->has_site)
		return "the site file is gone";
	if (!sight->has_site)
		return NULL; /* nothing to run yet: the machine is up, and that is all */
	if (!sight->answers)
		return "kakoud does not answer";
	if (sight->started_wall_ms != trial->started_wall_ms)
		return "kakoud began anew";
	if (sight->is_hung || sight->scans <= trial->scans)
		return "its control loop makes no scans";
	if (!sight->record_is_well)
		return "the record can't be written";
	return NULL;
}

enum trial_verdict trial_look(struct trial *trial, const struct trial_sight *sight,
			      int64_t now_ms)
{
	trial->why = find_fault(trial, sight);
	if (sight->answers) {
		if (sight->started_wall_ms != trial->started_wall_ms)
			trial->starts++;
		trial->started_wall_ms = sight->started_wall_ms;
		trial->scans = sight->scans;
	}
	if (trial->why)
		trial->well_since_ms = -1;
	else if (trial->well_since_ms < 0)
		trial->well_since_ms = now_ms;
	if (!trial->why && now_ms - trial->well_since_ms >= trial->healthy_ms)
		return TRIAL_PASSED;
	if (trial->starts >= TRIAL_STARTS_MAX) {
		trial->why = "kakoud crashes again and again";
		return TRIAL_FAILED;
	}
	if (now_ms - trial->began_ms < trial->within_ms)
		return TRIAL_GOES_ON;
	if (!trial->why)
		trial->why = "kakoud was not healthy for long enough";
	return TRIAL_FAILED;
}
