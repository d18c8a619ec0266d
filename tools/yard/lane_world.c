/* SPDX-License-Identifier: MIT */
/*
 * Sensors from positions.
 *
 * Layer: tools. Pure.
 */
#include "tools/yard/lane_world.h"

static void sense_deck(const struct geometry *g, const struct truck *truck,
		       struct lane_world *out)
{
	if (!truck_has_axle_on(truck, g->deck_begin_mm, g->deck_end_mm))
		return;
	out->deck_load_g += truck_load_g(truck, g->deck_begin_mm, g->deck_end_mm);
	out->deck_moves |= truck->speed_um_s != 0;
}

static void sense_gate(const struct geometry *g, const struct truck *truck,
		       struct lane_world *out)
{
	out->gate_loop |= truck_covers(truck, g->gate_begin_mm, g->gate_end_mm);
	out->gate_beam |= truck_covers(truck, g->gate_beam_mm, g->gate_beam_mm);
	out->is_under_gate |= truck_covers(truck, g->gate_arm_mm, g->gate_arm_mm);
}

void lane_world_add(const struct geometry *g, const struct truck *truck, bool is_from_far,
		    struct lane_world *out)
{
	bool *first = is_from_far ? &out->exit : &out->approach;
	bool *last = is_from_far ? &out->approach : &out->exit;

	*first |= truck_covers(truck, g->approach_begin_mm, g->approach_end_mm);
	*last |= truck_covers(truck, g->exit_begin_mm, g->exit_end_mm);
	out->safety_loop |= truck_covers(truck, g->safety_begin_mm, g->safety_end_mm);
	out->beam |= truck_covers(truck, g->beam_mm, g->beam_mm);
	out->is_under_arm |= truck_covers(truck, g->arm_mm, g->arm_mm);
	if (is_from_far)
		return;
	out->scale_entry |= truck_covers(truck, g->deck_begin_mm, g->deck_begin_mm);
	out->scale_exit |= truck_covers(truck, g->deck_end_mm, g->deck_end_mm);
	if (g->has_gate)
		sense_gate(g, truck, out);
	if (g->has_deck)
		sense_deck(g, truck, out);
}
