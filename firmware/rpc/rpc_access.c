/* SPDX-License-Identifier: MIT */
/*
 * Who may call a method: tickets, roles, refusals, and the way of events into the record.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <string.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { SPARSELY_MS = 1000 };

enum kakou_err rpc_access_note(struct rpc *rpc, const struct event *event)
{
	return queue_push(rpc->config.notes, event);
}

void rpc_access_note_sparsely(struct rpc *rpc, struct event *event)
{
	int64_t now_ms = clock_mono_ms();

	rpc->refusals_unrecorded++;
	if (rpc->last_refusal_ms != 0 && now_ms - rpc->last_refusal_ms < SPARSELY_MS)
		return;
	event_add_number(event, "count", (int64_t)rpc->refusals_unrecorded);
	if (rpc_access_note(rpc, event))
		return; /* told with the next one */
	rpc->refusals_unrecorded = 0;
	rpc->last_refusal_ms = now_ms;
}

bool rpc_access_has_room(struct rpc_client *client)
{
	const struct rpc *rpc = client->rpc;

	if (queue_room(rpc->config.notes) > rpc->desk_jobs)
		return true;
	rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
			"the record takes nothing now; nothing was done");
	return false;
}

static void add_text_of(struct event *event, const char *key, const json_t *params)
{
	const char *text = json_string_value(json_object_get(params, key));
	char shown[48];

	if (!text)
		return;
	text_copy(shown, sizeof(shown), text);
	event_add_text(event, key, shown);
}

/* Who has a ticket answers for each refusal; others can't fill the record. */
void rpc_access_refuse(struct rpc_client *client, const char *method,
		       const json_t *params, const char *why)
{
	struct rpc *rpc = client->rpc;
	struct event event;

	event_begin(&event, EVENT_ACCESS_REFUSED, EVENT_NO_LANE, 0);
	event_add_text(&event, "method", method);
	add_text_of(&event, "act", params);
	add_text_of(&event, "lane", params);
	event_add_text(&event, "actor", client->actor.name);
	event_add_text(&event, "role", role_name(client->actor.role));
	event_add_number(&event, "uid", client->uid);
	event_add_text(&event, "why", why);
	if (client->actor.name[0] == '\0')
		rpc_access_note_sparsely(rpc, &event);
	else if (rpc_access_note(rpc, &event))
		rpc->refusals_unrecorded++;
	rpc_client_fail(client, rpc_code(KAKOU_E_DENIED), "%s", why);
}

bool rpc_access_has_role(struct rpc_client *client, const char *method,
			 const json_t *params, const char *what, uint32_t roles)
{
	char words[ROLE_WORDS_MAX], why[200];

	if (role_is_in(client->actor.role, roles))
		return true;
	(void)snprintf(why, sizeof(why), "%s is %s, and %s asks for %s",
		       client->actor.name, role_name(client->actor.role), what,
		       role_list(roles, words));
	rpc_access_refuse(client, method, params, why);
	return false;
}

static bool may_rescue(const struct rpc_client *client, const struct rpc_method *method)
{
	return method->is_rescue && (client->uid == 0 || client->uid == geteuid());
}

/* Who can't log in is not told to. */
static const char *log_in_first(struct rpc_client *client, const char *why)
{
	struct desk_view view;

	desk_read(client->rpc->config.desk, &view);
	return view.damage[0] ? desk_damaged : why;
}

/* What a person may do before the password that another gave is replaced. */
static bool is_for_given(const struct rpc_method *method)
{
	return method->run == rpc_people_password || method->run == rpc_people_logout ||
	       method->run == rpc_people_whoami;
}

bool rpc_access_check(struct rpc_client *client, const struct rpc_method *method,
		      json_t *params)
{
	const char *text = json_string_value(json_object_get(params, "ticket"));
	const struct ticket *ticket;

	memset(&client->actor, 0, sizeof(client->actor));
	if (method->roles == ROLES_LOCAL)
		return true;
	if (!text && may_rescue(client, method)) {
		client->actor.is_rescue = true;
		text_copy(client->actor.name, sizeof(client->actor.name), "root");
		return true;
	}
	if (!text && method->roles == ROLES_ROOT) {
		rpc_access_refuse(client, method->name, params,
				  "only root, or kakoud's own user, may");
		return false;
	}
	if (!text) {
		rpc_access_refuse(
			client, method->name, params,
			log_in_first(client,
				     "no ticket: log in first, as by kakou login NAME"));
		return false;
	}
	ticket = ticket_find(&client->rpc->tickets, text, clock_mono_ms());
	if (!ticket) {
		rpc_access_refuse(
			client, method->name, params,
			log_in_first(client,
				     "the ticket is none or no more: log in again"));
		return false;
	}
	text_copy(client->actor.name, sizeof(client->actor.name), ticket->name);
	client->actor.role = (enum role)ticket->role;
	if (ticket->must_change && !is_for_given(method)) {
		rpc_access_refuse(
			client, method->name, params,
			"the password is one that another gave: change it first, as by "
			"kakou password");
		return false;
	}
	if (!rpc_access_has_role(client, method->name, params, method->name,
				 method->roles))
		return false;
	/* Logging out needs it once more; no method takes it as a parameter of its own. */
	client->actor.ticket = (size_t)(ticket - client->rpc->tickets.ticket);
	(void)json_object_del(params, "ticket");
	return true;
}
