/* SPDX-License-Identifier: MIT */
/*
 * Doubtful reads are tried again before anybody is called: a device that can is told to read anew,
 * another one is given a moment for its next read. Nothing is waited for that is known otherwise.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/lane/lane_internal.h"

enum { RETRY_MS = 1500, RETRIES = 2 };

/* Nobody else says it: neither tag nor order. */
static bool is_needed(const struct lane *lane, enum evidence_kind kind)
{
	switch (kind) {
	case EVIDENCE_PLATE: return lane->plate[0] == '\0';
	case EVIDENCE_BOX: return !lane_order_confirms_boxes(lane);
	default: return false;
	}
}

static bool is_retried(const struct lane *lane, const struct evidence *evidence)
{
	int64_t since_ms = lane->now_ms - lane->gather_since_ms;

	return evidence->state == EVIDENCE_DOUBTFUL &&
	       lane->now_ms - evidence->at_ms < RETRY_MS &&
	       since_ms < evidence->config->deadline_ms &&
	       is_needed(lane, evidence->config->kind);
}

bool lane_awaits_retry(const struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++)
		if (is_retried(lane, &lane->evidence[i]))
			return true;
	return false;
}

void lane_step_retry(struct lane *lane)
{
	for (size_t i = 0; i < lane->config->evidence_count; i++) {
		const struct evidence *evidence = &lane->evidence[i];
		uint8_t *retries = &lane->retries[evidence->config->kind];

		/* Once for each doubtful read, in the scan that judged it. */
		if (!is_retried(lane, evidence) || evidence->at_ms != lane->now_ms ||
		    *retries >= RETRIES ||
		    !lane_can_trigger(lane, evidence->config->kind))
			continue;
		(*retries)++;
		lane->out->triggers |= 1u << i;
	}
}
