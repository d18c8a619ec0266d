/* SPDX-License-Identifier: MIT */
/*
 * Between the registry and the record: events of its changes go in, the commits' answers go back.
 *
 * Layer: firmware. Threads: control.
 */
#include <stdlib.h>

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

void control_take_registry(struct control *control)
{
	struct registry_news *news = &control->registry_news;

	tell_registry(control);
	while (control_has_room(control) &&
	       registry_next(control->config.registry, news)) {
		if (news->kind == REGISTRY_EVENT)
			append_event(control, news);
	}
}
