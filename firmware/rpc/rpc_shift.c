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

enum { LIST_BYTES = 160 };

/* "in1:12, out1:13"; what no longer fits is an "…". */
struct list {
	char text[LIST_BYTES];
	size_t used;
	int count;
};

KAKOU_PRINTF(2, 3) static void add(struct list *list, const char *format, ...)
{
	const size_t room = LIST_BYTES - sizeof(", …") - list->used;
	char item[64];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(item, sizeof(item), format, args);
	va_end(args);
	list->count++;
	if (len < 0 || (size_t)len + sizeof(", ") > room) {
		if (list->used && !strstr(list->text, "…"))
			memcpy(list->text + list->used, ", …", sizeof(", …"));
		return;
	}
	list->used += (size_t)snprintf(list->text + list->used, LIST_BYTES - list->used,
				       "%s%s", list->used ? ", " : "", item);
}

struct left {
	struct list holds, locked, alarms, calls;
};

static void look_at(const char *name, const struct snapshot_lane *lane, struct left *left)
{
	if (lane->passage > 0 && !strcmp(lane->verdict, "hold"))
		add(&left->holds, "%s:%" PRId64, name, lane->passage);
	if (lane->is_locked)
		add(&left->locked, "%s", name);
	if (lane->help_is_called)
		add(&left->calls, "%s", name);
	for (size_t i = 0; i < lane->alarm_count; i++)
		if (!lane->is_acknowledged[i])
			add(&left->alarms, "%s:%s", name, lane->alarms[i]);
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
	event_add_text(event, "holds", left->holds.text);
	event_add_text(event, "locked", left->locked.text);
	event_add_text(event, "alarms", left->alarms.text);
	event_add_text(event, "calls", left->calls.text);
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
	for (size_t i = 0; i < rpc->snapshot.lane_count; i++)
		look_at(rpc->config.site->lanes[i].name, &rpc->snapshot.lanes[i], &left);
	note(client, incoming, params, &left, &event);
	if (rpc_access_note(rpc, &event)) {
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL), "not recorded, not done");
		return;
	}
	result = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "from", client->actor.name,
			   "to", incoming->name, "holds", left.holds.text, "locked",
			   left.locked.text, "alarms", left.alarms.text, "calls",
			   left.calls.text);
	(void)ticket_end_all(&rpc->tickets, client->actor.name);
	rpc_client_reply(client, result);
}
