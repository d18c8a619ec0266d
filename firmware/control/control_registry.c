/* SPDX-License-Identifier: MIT */
/*
 * Between the registry and the record: events of its changes go in, the commits' answers go back.
 *
 * Layer: firmware. Threads: control.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/control/control_internal.h"

static struct control_change *find_change(struct control *control, uint64_t ticket)
{
	for (size_t i = 0; i < CONTROL_CHANGES_MAX; i++)
		if (control->changes[i].ticket == ticket)
			return &control->changes[i];
	return NULL;
}

/* More are never under way than the registry lets wait (8), so there is a free one. */
static void append_event(struct control *control, struct registry_news *news)
{
	struct control_change *change = find_change(control, 0);

	if (!change || control->numbers.next_ticket == 0)
		return; /* who asked is told that it took too long */
	*change = (struct control_change){
		.ticket = control->numbers.next_ticket++,
		.change = news->change,
	};
	news->u.event.ticket = change->ticket;
	if (journal_append(control->config.journal, &news->u.event))
		abort(); /* control_has_room() was asked first */
}

void control_note_recorded(struct control *control, const struct journal_ack *ack)
{
	struct control_change *change = find_change(control, ack->ticket);

	if (ack->ticket == 0 || !change)
		return;
	change->is_answered = true;
	change->is_committed = ack->is_committed;
	change->seq = ack->seq;
}

static void tell_registry(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CHANGES_MAX; i++) {
		struct control_change *change = &control->changes[i];

		if (change->is_answered &&
		    !registry_recorded(control->config.registry, change->change,
				       change->is_committed, change->seq))
			*change = (struct control_change){0};
	}
}

static void give_found(struct control *control, const struct found *found)
{
	struct lane_inputs in = control_lane_inputs(control, found->lane);

	lane_feed_found(&control->lanes[found->lane], found, &in, &control->out);
	control_carry_out(control, found->lane);
}

void control_take_registry(struct control *control)
{
	struct registry_news *news = &control->registry_news;

	tell_registry(control);
	while (control_has_room(control) &&
	       registry_next(control->config.registry, news)) {
		if (news->kind == REGISTRY_EVENT)
			append_event(control, news);
		else if (news->u.found.lane < control->lane_count)
			give_found(control, &news->u.found);
	}
}

/* Notes that find no room now wait; those that find none at all come from the record at the next
 * start. */
void control_tell_registry(struct control *control, size_t lane)
{
	struct control_wants *wants = &control->wants[lane];
	struct registry *registry = control->config.registry;
	uint32_t told = 0;

	if (wants->has_lookup)
		wants->has_lookup =
			registry_look_up(registry, &wants->lookup) != KAKOU_OK;
	while (told < wants->note_count && !registry_note(registry, &wants->notes[told]))
		told++;
	wants->note_count -= told;
	memmove(wants->notes, wants->notes + told,
		wants->note_count * sizeof(wants->notes[0]));
}
