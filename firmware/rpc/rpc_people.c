/* SPDX-License-Identifier: MIT */
/*
 * Logging in and out, and people: to their desk, and its answers back to who asked and into the
 * record.
 *
 * Layer: firmware. Threads: the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

/* ---- questions ------------------------------------------------------------------------ */

/* False: the reply is set. */
static bool add_secret(struct rpc_client *client, struct desk_job *job,
		       const char *password, const char *fresh)
{
	job->secret = calloc(1, sizeof(*job->secret));
	if (!job->secret) {
		rpc_client_fail(client, RPC_NO_MEMORY, "no memory for a password");
		return false;
	}
	text_copy(job->secret->password, sizeof(job->secret->password),
		  password ? password : "");
	text_copy(job->secret->fresh, sizeof(job->secret->fresh), fresh ? fresh : "");
	return true;
}

static void ask(struct rpc_client *client, struct desk_job *job, const json_t *params,
		const char *password, const char *fresh)
{
	struct rpc *rpc = client->rpc;
	const char *screen = rpc_param_text(params, "screen");

	if (!rpc_access_has_room(client))
		return;
	if ((password || fresh) && !add_secret(client, job, password, fresh))
		return;
	job->token = rpc_next_token(rpc);
	job->is_rescue = client->actor.is_rescue;
	text_copy(job->actor, sizeof(job->actor), client->actor.name);
	text_copy(job->screen, sizeof(job->screen), screen ? screen : "");
	client->token = job->token;
	client->waits_for_desk = true;
	rpc_client_wait(client, RPC_DESK_MS);
	if (desk_ask(rpc->config.desk, job))
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL),
				"too many passwords wait to be looked at: try again");
	else
		rpc->desk_jobs++;
}

/* A job about the person that the parameters name. */
static struct desk_job job_of(enum desk_verb verb, const json_t *params)
{
	struct desk_job job = {.verb = (uint8_t)verb};

	text_copy(job.name, sizeof(job.name), rpc_param_text(params, "name"));
	job.role = (uint8_t)rpc_param_role(params);
	job.must_change = rpc_param_flag(params, "must_change");
	return job;
}

void rpc_people_login(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = job_of(DESK_LOGIN, params);

	ask(client, &job, params, rpc_param_text(params, "password"), NULL);
}

void rpc_people_password(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = {.verb = DESK_CHANGE_OWN};

	text_copy(job.name, sizeof(job.name), client->actor.name);
	ask(client, &job, params, rpc_param_text(params, "password"),
	    rpc_param_text(params, "fresh"));
}

void rpc_people_add(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = job_of(DESK_ADD, params);

	ask(client, &job, params, NULL, rpc_param_text(params, "password"));
}

void rpc_people_set_password(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = job_of(DESK_SET_PASSWORD, params);

	ask(client, &job, params, NULL, rpc_param_text(params, "password"));
}

void rpc_people_set_role(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = job_of(DESK_SET_ROLE, params);

	ask(client, &job, params, NULL, NULL);
}

void rpc_people_lock(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = job_of(DESK_LOCK, params);

	ask(client, &job, params, NULL, NULL);
}

void rpc_people_unlock(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = job_of(DESK_UNLOCK, params);

	ask(client, &job, params, NULL, NULL);
}

void rpc_people_remove(struct rpc_client *client, const json_t *params)
{
	struct desk_job job = job_of(DESK_REMOVE, params);

	ask(client, &job, params, NULL, NULL);
}

/* ---- what needs no desk ----------------------------------------------------------------- */

static json_t *pack_person(const struct desk_person *person, int64_t now_ms)
{
	int64_t left_ms = person->kept_out_until_ms - now_ms;

	return json_pack("{s:s, s:s, s:b, s:b, s:I, s:I}", "name", person->name, "role",
			 role_name((enum role)person->role), "is_locked",
			 person->is_locked, "must_change", person->must_change,
			 "changed_wall_ms", (json_int_t)person->changed_wall_ms,
			 "kept_out_ms", (json_int_t)(left_ms > 0 ? left_ms : 0));
}

void rpc_people_list(struct rpc_client *client, const json_t *params)
{
	struct desk_view view;
	json_t *people = json_array();
	int64_t now_ms = clock_mono_ms();

	(void)params;
	desk_read(client->rpc->config.desk, &view);
	for (size_t i = 0; i < view.count; i++)
		(void)json_array_append_new(people, pack_person(&view.person[i], now_ms));
	rpc_client_reply(
		client, json_pack("{s:o, s:s}", "people", people, "damage", view.damage));
}

static json_t *pack_ticket(const struct ticket *ticket, int64_t now_ms)
{
	return json_pack("{s:s, s:s, s:b, s:I, s:I}", "name", ticket->name, "role",
			 role_name((enum role)ticket->role), "must_change",
			 ticket->must_change, "idle_ms", (json_int_t)TICKET_IDLE_MS,
			 "ends_ms",
			 (json_int_t)(ticket->made_ms + TICKET_LIFE_MS - now_ms));
}

void rpc_people_whoami(struct rpc_client *client, const json_t *params)
{
	(void)params;
	rpc_client_reply(client,
			 pack_ticket(&client->rpc->tickets.ticket[client->actor.ticket],
				     clock_mono_ms()));
}

void rpc_people_logout(struct rpc_client *client, const json_t *params)
{
	struct event event;

	(void)params;
	if (!rpc_access_has_room(client))
		return;
	event_begin(&event, EVENT_LOGOUT, EVENT_NO_LANE, 0);
	event_add_text(&event, "actor", client->actor.name);
	if (rpc_access_note(client->rpc, &event)) {
		rpc_client_fail(client, rpc_code(KAKOU_E_FULL), "not recorded, not done");
		return;
	}
	ticket_end(&client->rpc->tickets.ticket[client->actor.ticket]);
	rpc_client_reply(client, json_pack("{s:b}", "ended", 1));
}

/* ---- answers ------------------------------------------------------------------------------ */

static void note(struct rpc *rpc, const struct desk_answer *answer)
{
	bool is_login = answer->verb == DESK_LOGIN;
	struct event event;

	event_begin(&event,
		    is_login        ? (answer->error ? EVENT_LOGIN_REFUSED : EVENT_LOGIN)
		    : answer->error ? EVENT_ACCESS_REFUSED
				    : EVENT_PEOPLE_CHANGED,
		    EVENT_NO_LANE, 0);
	if (!is_login) {
		event_add_text(&event, "change", desk_verb_name(answer->verb));
		event_add_text(&event, "person", answer->name);
	}
	event_add_text(&event, "actor", is_login ? answer->name : answer->actor);
	event_add_text(&event, "screen", answer->screen);
	if (!answer->error)
		event_add_text(&event, "role", role_name((enum role)answer->role));
	else
		event_add_text(&event, "why", answer->why);
	if (answer->must_change && !answer->error)
		event_add_number(&event, "must_change", 1);
	if (answer->failures > 0)
		event_add_number(&event, "failures", answer->failures);
	if (answer->is_kept_out)
		rpc_access_note_sparsely(rpc, &event);
	else if (rpc_access_note(rpc, &event))
		rpc->refusals_unrecorded++; /* room was asked for before the job */
}

/* A ticket of a person who may no longer what it says, or whose password another knows, ends. */
static void end_tickets(struct rpc *rpc, const struct desk_answer *answer)
{
	if (!answer->error && answer->verb != DESK_LOGIN && answer->verb != DESK_ADD &&
	    answer->verb != DESK_UNLOCK)
		(void)ticket_end_all(&rpc->tickets, answer->name);
}

static void reply_ticket(struct rpc_client *client, const struct desk_answer *answer)
{
	struct rpc *rpc = client->rpc;
	char text[TICKET_TEXT + 1];
	json_t *result;
	enum kakou_err err = ticket_make(&rpc->tickets, answer->name,
					 (enum role)answer->role, clock_mono_ms(), text);

	if (err) {
		rpc_client_fail(
			client, rpc_code(err), "%s",
			err == KAKOU_E_FULL
				? "too many people are logged in: one logs out first"
				: "no randomness for a ticket");
		return;
	}
	ticket_find(&rpc->tickets, text, clock_mono_ms())->must_change =
		answer->must_change;
	result = json_pack("{s:s, s:s, s:s, s:b, s:I, s:I}", "ticket", text, "name",
			   answer->name, "role", role_name((enum role)answer->role),
			   "must_change", answer->must_change, "idle_ms",
			   (json_int_t)TICKET_IDLE_MS, "ends_ms",
			   (json_int_t)TICKET_LIFE_MS);
	explicit_bzero(text, sizeof(text));
	client->reply_is_secret = true;
	rpc_client_reply(client, result);
}

static void reply(struct rpc_client *client, const struct desk_answer *answer)
{
	if (answer->error)
		rpc_client_fail(client, rpc_code(answer->error), "%s", answer->why);
	else if (answer->verb == DESK_LOGIN || answer->verb == DESK_CHANGE_OWN)
		reply_ticket(client, answer);
	else
		rpc_client_reply(client,
				 json_pack("{s:s, s:s}", "name", answer->name, "role",
					   role_name((enum role)answer->role)));
}

void rpc_people_watch_file(struct rpc *rpc)
{
	struct desk_view view;
	struct event event;
	bool is_damaged;

	desk_read(rpc->config.desk, &view);
	is_damaged = view.damage[0] != '\0';
	if (is_damaged == rpc->damage_is_told)
		return;
	event_begin(&event, is_damaged ? EVENT_ALARM : EVENT_ALARM_ENDED, EVENT_NO_LANE,
		    0);
	event_add_text(&event, "code", "people_damaged");
	if (is_damaged)
		event_add_text(&event, "text", view.damage);
	if (rpc_access_note(rpc, &event) == KAKOU_OK) /* otherwise with the next answer */
		rpc->damage_is_told = is_damaged;
}

void rpc_people_take_answers(struct rpc *rpc)
{
	struct desk_answer answer;

	while (desk_take(rpc->config.desk, &answer)) {
		struct rpc_client *client = rpc_find_waiting(rpc, answer.token);

		rpc->desk_jobs--;
		/* Who has gone has not logged in. */
		if (client || answer.error || answer.verb != DESK_LOGIN)
			note(rpc, &answer);
		rpc_people_watch_file(rpc);
		end_tickets(rpc, &answer);
		if (!client)
			continue;
		reply(client, &answer);
		rpc_client_go_on(client);
	}
}
