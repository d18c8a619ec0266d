/* SPDX-License-Identifier: MIT */
/*
 * Handing over the shift: both people are there, each with a ticket of their own, and the record
 * has what the one leaves to the other.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hal/clock.h"

/* Five of RECORDED_BYTES and the people fit one event. */
enum { LIST_BYTES = 1024, RECORDED_BYTES = 96 };

static const char and_more[] = ", …";

/* "in1:12, out1:13"; what no longer fits is an "…". */
struct list {
	char text[LIST_BYTES];
	size_t used;
	int count;
	bool is_cut;
};

KAKOU_PRINTF(2, 3) static void add(struct list *list, const char *format, ...)
{
	char item[80];
	va_list args;
	size_t len;

	va_start(args, format);
	(void)vsnprintf(item, sizeof(item), format, args);
	va_end(args);
	len = strlen(item);
	list->count++;
	if (list->is_cut)
		return;
	list->is_cut = list->used + 2 + len + sizeof(and_more) > LIST_BYTES;
	list->used +=
		(size_t)snprintf(list->text + list->used, LIST_BYTES - list->used, "%s%s",
				 list->used ? ", " : "", list->is_cut ? "…" : item);
}

struct left {
	struct list holds, locked, bypasses, alarms, calls;
};

static void look_at(const struct rpc *rpc, size_t index, struct left *left)
{
	const char *name = rpc->config.site->lanes[index].name;
	const struct snapshot_lane *lane = &rpc->snapshot.lanes[index];
	struct rpc_bypasses bypasses;

	if (lane->passage > 0 && !strcmp(lane->verdict, "hold"))
		add(&left->holds, "%s:%" PRId64, name, lane->passage);
	if (lane->is_locked)
		add(&left->locked, "%s", name);
	if (lane->help_is_called)
		add(&left->calls, "%s", name);
	for (size_t i = 0; i < lane->alarm_count; i++)
		if (!lane->is_acknowledged[i])
			add(&left->alarms, "%s:%s", name, lane->alarms[i]);
	rpc_list_bypasses(rpc, index, &bypasses);
	for (size_t i = 0; i < bypasses.count; i++)
		add(&left->bypasses, "%s:%s", name, bypasses.what[i]);
}

static void look_around(const struct rpc *rpc, struct left *left)
{
	struct rpc_bypasses bypasses;

	rpc_list_site_bypasses(rpc, &bypasses);
	for (size_t i = 0; i < bypasses.count; i++)
		add(&left->bypasses, "%s", bypasses.what[i]);
	for (size_t i = 0; i < rpc->snapshot.lane_count; i++)
		look_at(rpc, i, left);
}

/* What is too long for the event ends in "…" at an item; how many there are is said beside it. */
static void note_list(struct event *event, const char *key, const struct list *list)
{
	char text[RECORDED_BYTES];
	const size_t room = sizeof(text) - sizeof(and_more);
	size_t end = list->used;

	while (end > room && end > 0)
		do
			end--;
		while (end > 0 && list->text[end] != ',');
	(void)snprintf(text, sizeof(text), "%.*s%s", (int)end, list->text,
		       end == list->used ? "" : and_more);
	event_add_text(event, key, text);
}

static void note(const struct rpc_client *client, const struct ticket *incoming,
		 const json_t *params, const struct left *left, struct event *event)
{
	event_begin(event, EVENT_SHIFT, EVENT_NO_LANE, 0);
	event_add_text(event, "actor", client->actor.name);
	event_add_text(event, "from_role", role_name(client->actor.role));
	event_add_text(event, "to", incoming->name);
	event_add_text(event, "to_role", role_name((enum role)incoming->role));
	event_add_text(event, "reason", rpc_param_text(params, "reason"));
	event_add_text(event, "screen", rpc_param_text(params, "screen"));
	event_add_number(event, "hold_count", left->holds.count);
	event_add_number(event, "locked_count", left->locked.count);
	event_add_number(event, "bypass_count", left->bypasses.count);
	event_add_number(event, "alarm_count", left->alarms.count);
	event_add_number(event, "call_count", left->calls.count);
	note_list(event, "holds", &left->holds);
	note_list(event, "locked", &left->locked);
	note_list(event, "bypasses", &left->bypasses);
	note_list(event, "alarms", &left->alarms);
	note_list(event, "calls", &left->calls);
}

/* Who takes over. NULL: the reply is set. */
static const struct ticket *find_incoming(struct rpc_client *client, const json_t *params)
{
	const struct ticket *incoming =
		ticket_find(&client->rpc->tickets, rpc_param_text(params, "incoming"),
			    clock_mono_ms());

	if (!incoming)
		rpc_client_fail(client, rpc_code(KAKOU_E_DENIED),
				"incoming: the ticket is none or no more: log in first");
	else if (incoming->must_change)
		rpc_client_fail(client, rpc_code(KAKOU_E_DENIED),
				"incoming: %s has a password that another gave, expected "
				"it to be changed first",
				incoming->name);
	else if (!strcmp(incoming->name, client->actor.name))
		rpc_client_fail(client, rpc_code(KAKOU_E_REFUSED),
				"incoming: got %s, who hands over, expected another "
				"person",
				incoming->name);
	else if (!role_is_in((enum role)incoming->role, ROLES_OFFICER))
		rpc_client_fail(client, rpc_code(KAKOU_E_DENIED),
				"incoming: %s is %s, expected officer or supervisor",
				incoming->name, role_name((enum role)incoming->role));
	else
		return incoming;
	return NULL;
}

void rpc_shift_hand_over(struct rpc_client *client, const json_t *params)
{
	struct rpc *rpc = client->rpc;
	const struct ticket *incoming = find_incoming(client, params);
	struct left left = {0};
	struct event event;
	json_t *result;

	if (!incoming || !rpc_view_take_snapshot(client) || !rpc_access_has_room(client))
		return;
	look_around(rpc, &left);
	note(client, incoming, params, &left, &event);
	if (rpc_access_note(rpc, &event)) {
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL), "not recorded, not done");
		return;
	}
	result = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "from",
			   client->actor.name, "to", incoming->name, "holds",
			   left.holds.text, "locked", left.locked.text, "bypasses",
			   left.bypasses.text, "alarms", left.alarms.text, "calls",
			   left.calls.text);
	(void)ticket_end_all(&rpc->tickets, client->actor.name);
	rpc_client_reply(client, result);
}
