/* SPDX-License-Identifier: MIT */
/*
 * What is bypassed: where vehicles pass, or could, without what usually checks them. Whoever takes
 * over a shift has to know, also when each alarm about it was acknowledged long ago.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

KAKOU_PRINTF(3, 4)
static void add(struct rpc_bypasses *to, bool holds, const char *format, ...)
{
	va_list args;

	if (!holds)
		return;
	assert(to->count < RPC_BYPASSES_MAX);
	va_start(args, format);
	(void)vsnprintf(to->what[to->count++], sizeof(to->what[0]), format, args);
	va_end(args);
}

/* Words of the snapshot may not be there yet. */
static bool is_word(const char *word, const char *expected)
{
	return word && !strcmp(word, expected);
}

static bool has_alarm(const struct snapshot_lane *lane, const char *code)
{
	for (size_t i = 0; i < lane->alarm_count && i < SNAPSHOT_ALARMS_MAX; i++)
		if (is_word(lane->alarms[i], code))
			return true;
	return false;
}

/* Blocked, and the arm keeps nobody out. */
static bool stands_open(const struct snapshot_lane *lane)
{
	return is_word(lane->state, "blocked") && !is_word(lane->arm, "down") &&
	       !is_word(lane->arm, "unknown");
}

void rpc_list_bypasses(const struct rpc *rpc, size_t index, struct rpc_bypasses *out)
{
	const struct site_lane *site = &rpc->config.site->lanes[index];
	const struct snapshot_lane *lane = &rpc->snapshot.lanes[index];

	out->count = 0;
	add(out, lane->mode_until_ms != 0, "emergency_mode");
	add(out, has_alarm(lane, "emergency"), "emergency_raise");
	add(out, stands_open(lane), "open_arm");
	add(out, has_alarm(lane, "safety_device"), "safety_device");
	/* Required evidence that is missing holds; without the other kind they pass. */
	for (size_t i = 0; i < site->evidence_count; i++) {
		const struct site_evidence *evidence = &site->evidence[i];

		add(out,
		    !evidence->is_required &&
			    rpc->snapshot.devices[evidence->device].health != DEVICE_WELL,
		    "no_%s", evidence_kind_name(evidence->kind));
	}
	add(out, (site->rights & RIGHT_REGISTERED) != 0 && !site->asks_registered,
	    "registered_unasked");
}

void rpc_list_site_bypasses(const struct rpc *rpc, struct rpc_bypasses *out)
{
	struct registry_health health = {0};

	out->count = 0;
	add(out, rpc->config.site->offline.types != 0, "offline_policy");
	if (rpc->config.registry && registry_read_health(rpc->config.registry, &health))
		add(out, health.offline_open > 0, "offline_unsettled:%lld",
		    (long long)health.offline_open);
}

json_t *rpc_view_bypasses(const struct rpc *rpc, size_t index)
{
	struct rpc_bypasses bypasses;
	json_t *view = json_array();
	int failed = view ? 0 : -1;

	rpc_list_bypasses(rpc, index, &bypasses);
	for (size_t i = 0; i < bypasses.count; i++)
		failed |= json_array_append_new(view, json_string(bypasses.what[i]));
	if (!failed)
		return view;
	json_decref(view);
	return NULL;
}
