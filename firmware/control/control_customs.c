/* SPDX-License-Identifier: MIT */
/*
 * What customs is told of each lane's devices. Layer: firmware. Threads: control.
 */
#include <string.h>

#include "firmware/control/control_internal.h"

/* Annex C has no id for a climate probe; a plate camera is part of the electronic plate's job, and
 * has none of its own. */
static int id_of(enum evidence_kind kind)
{
	switch (kind) {
	case EVIDENCE_TAG: return CUSTOMS_TAG_READER;
	case EVIDENCE_BOX: return CUSTOMS_BOX_READER;
	case EVIDENCE_WEIGHT: return CUSTOMS_SCALE;
	case EVIDENCE_CARD: return CUSTOMS_CARD_READER;
	case EVIDENCE_SEAL: return CUSTOMS_SEAL_READER;
	default: return 0;
	}
}

static void set(struct customs_states *states, int id, bool is_well)
{
	char *status = &states->status[id - CUSTOMS_DEVICE_FIRST];

	if (*status != '2')
		*status = is_well ? '1' : '2';
}

/* A device that is sick is asked still, and may be well with the next answer. */
static bool is_well(const struct control *control, uint16_t device)
{
	return control->samples[device].health != DEVICE_LOST;
}

static void fill(const struct control *control, size_t index,
		 struct customs_states *states)
{
	const struct site_lane *lane = &control->site->lanes[index];

	for (size_t i = 0; i < lane->evidence_count; i++) {
		int id = id_of(lane->evidence[i].kind);

		if (id)
			set(states, id, is_well(control, lane->evidence[i].device));
	}
	if (lane->sign != SITE_NO_DEVICE)
		set(states, CUSTOMS_DISPLAY, is_well(control, lane->sign));
	set(states, CUSTOMS_BARRIER,
	    control->lines[index].seen.is_known &&
		    !interlock_has_fault(&control->lanes[index].interlock));
}

void control_tell_states(struct control *control)
{
	struct customs_states states[CUSTOMS_LANES_MAX];
	uint32_t turned = 0;

	memset(states, 0, sizeof(states));
	for (size_t i = 0; i < control->lane_count; i++) {
		fill(control, i, &states[i]);
		turned |= (uint32_t)lane_is_turned(&control->lanes[i]) << i;
	}
	customs_link_tell_states(control->config.link, states, turned);
}
