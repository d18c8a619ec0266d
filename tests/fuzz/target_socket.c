/* SPDX-License-Identifier: MIT */
/*
 * Target: the control socket, from bytes to methods and back. The input is what one client sends.
 *
 * Behind it are a real journal of a few events, a registry and a people's desk without their
 * threads, and a control thread that does whatever it is asked. A role's ticket is its digit
 * sixty-four times; in the input one digit stands for it: "ticket":"1" is a viewer's, "2" an
 * officer's, as enum role has them.
 *
 * log.copy is left out: it writes a file wherever the input says.
 *
 * The promises: every answer is one line of JSON-RPC 2.0, no act comes without a person who may, and
 * what the record is told can be written.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/customs/link_private.h"
#include "firmware/people/desk_internal.h"
#include "firmware/record/canonical.h"
#include "firmware/registry/registry_inside.h"
#include "firmware/rpc/rpc_internal.h"
#include "hal/clock.h"
#include "hal/text.h"
#include "tests/fuzz/targets.h"
#include "tests/unit/rpc_snapshot.h"

enum {
	INPUT_MAX = 65536,
	NOBODY = 4242, /* a user who is neither root nor ourselves */
	EVENTS = 8,
	ANSWER_SIZE = 2 * RPC_REPLY_MAX,
};

static struct {
	struct rpc rpc;
	struct desk desk;
	struct people people; /* as they are before each input */
	struct registry *registry;
	int fd; /* the client's end */
	struct loop_watch *watch;
	char *answer; /* so much of a line as has come */
	size_t len;
} rig;

/* ---- those whom the control socket asks --------------------------------------------------- */

static void on_acts(void *arg, int ready)
{
	struct act act;

	(void)arg;
	(void)ready;
	queue_quiet(rig.rpc.config.acts);
	while (queue_pop(rig.rpc.config.acts, &act)) {
		const struct act_result result = {.token = act.token, .seq = 1};

		assert(act_rule_of(act.verb) &&
		       act.lane < rig.rpc.config.site->lane_count);
		if (!act.actor[0] || !role_is_in(act.role, act_rule_of(act.verb)->roles))
			fuzz_fail("\"%s\" by \"%s\", who may not",
				  act_verb_name(act.verb), act.actor);
		assert(!queue_push(rig.rpc.config.act_results, &result));
	}
}

static void on_results(void *arg, int ready)
{
	(void)arg;
	(void)ready;
	queue_quiet(rig.rpc.config.act_results);
	rpc_act_take_results(&rig.rpc);
}

static void on_journal(void *arg, int ready)
{
	(void)arg;
	(void)ready;
	queue_quiet(rig.rpc.box->answers);
	rpc_record_take_answers(&rig.rpc);
}

/* What the registry wants to have recorded is recorded. */
static void on_registry(void *arg, int ready)
{
	struct registry_request request;
	struct registry_news news;

	(void)arg;
	(void)ready;
	queue_quiet(rig.registry->requests);
	while (queue_pop(rig.registry->requests, &request)) {
		json_t *params = json_loads(request.params, 0, NULL);

		free(request.params);
		registry_serve(rig.registry, &request, params);
		while (registry_next(rig.registry, &news)) {
			assert(!queue_push(rig.rpc.config.notes, &news.u.event));
			registry_make_change(rig.registry, news.change, true, 1);
		}
	}
	registry_quiet(rig.registry);
	rpc_registry_take_answers(&rig.rpc);
}

static void on_desk(void *arg, int ready)
{
	struct desk_job job;

	(void)arg;
	(void)ready;
	queue_quiet(rig.desk.jobs);
	while (queue_pop(rig.desk.jobs, &job)) {
		struct desk_answer answer = {
			.token = job.token, .verb = job.verb, .role = job.role};

		text_copy(answer.name, sizeof(answer.name), job.name);
		text_copy(answer.actor, sizeof(answer.actor), job.actor);
		text_copy(answer.screen, sizeof(answer.screen), job.screen);
		desk_do(&rig.desk, &job, &answer);
		desk_secret_free(job.secret);
		assert(!queue_push(rig.desk.answers, &answer));
	}
	desk_quiet(&rig.desk);
	rpc_people_take_answers(&rig.rpc);
}

/* ---- answers ------------------------------------------------------------------------------ */

static void check_answer(const char *line, size_t len)
{
	json_t *answer = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *error = json_object_get(answer, "error");
	const char *version = json_string_value(json_object_get(answer, "jsonrpc"));

	if (!answer)
		fuzz_fail("the answer is no JSON: %.*s", (int)len, line);
	if (!version || strcmp(version, "2.0") != 0 || !json_object_get(answer, "id") ||
	    !error == !json_object_get(answer, "result"))
		fuzz_fail("neither result nor error: %.*s", (int)len, line);
	if (error) {
		const char *message =
			json_string_value(json_object_get(error, "message"));

		assert(json_is_integer(json_object_get(error, "code")));
		assert(message && message[0]);
	}
	json_decref(answer);
}

static void on_answer(void *arg, int ready)
{
	ssize_t got =
		recv(rig.fd, rig.answer + rig.len, ANSWER_SIZE - rig.len, MSG_DONTWAIT);
	char *end;

	(void)arg;
	(void)ready;
	if (got <= 0) {
		assert(rig.len == 0); /* whole lines only */
		loop_stop(rig.rpc.loop);
		return;
	}
	rig.len += (size_t)got;
	while ((end = memchr(rig.answer, '\n', rig.len))) {
		size_t used = (size_t)(end - rig.answer) + 1;

		check_answer(rig.answer, used - 1);
		rig.len -= used;
		memmove(rig.answer, end + 1, rig.len);
	}
	assert(rig.len < ANSWER_SIZE);
}

/* What the record is told is something that it can write. */
static void check_notes(void)
{
	struct event event;
	char bytes[CANONICAL_MAX];
	struct canonical_head head;
	size_t len;

	while (queue_pop(rig.rpc.config.notes, &event)) {
		assert(!canonical_write(&event, 1, NULL, true, bytes, &len));
		assert(!canonical_read(bytes, len, &head));
	}
}

/* ---- the gate ------------------------------------------------------------------------------- */

static void must(enum kakou_err err)
{
	if (err)
		fuzz_fail("the gate can't be made: %s", kakou_err_name(err));
}

static struct journal *make_journal(void)
{
	static char directory[512];
	static const char *lanes[] = {"in1", "out1"};
	struct journal_config config = {
		.directory = directory,
		.origin = "fuzz",
		.lanes = lanes,
		.lane_count = 2,
		.allow_volatile = true,
	};
	struct journal_past past;
	struct journal *journal;
	struct journal_ack ack;
	struct why why = {""};

	snprintf(directory, sizeof(directory), "%s/record",
		 fuzz_site_of_gate()->state_dir);
	if (journal_open(&journal, &config, &past, &why))
		fuzz_fail("%s", why.text);
	for (int i = 1; i <= EVENTS; i++) {
		struct event event;

		event_begin(&event, i % 2 ? EVENT_PASSAGE_OPENED : EVENT_ALARM, 0, i);
		event.ticket = (uint64_t)i;
		event_add_text(&event, "plate", "浙A12345");
		must(journal_append(journal, &event));
	}
	for (int seen = 0; seen < EVENTS; seen += journal_next_ack(journal, &ack))
		;
	return journal;
}

static void make_desk(void)
{
	struct why why = {""};

	rig.desk.cost = PASSWORD_COST_LEAST;
	snprintf(rig.desk.path, sizeof(rig.desk.path), "%s/people",
		 fuzz_site_of_gate()->state_dir);
	must(password_room_create(&rig.desk.room));
	must(password_hash(rig.desk.room, "password", PASSWORD_COST_LEAST, rig.desk.dummy,
			   sizeof(rig.desk.dummy)));
	must(queue_create(&rig.desk.jobs, sizeof(struct desk_job), DESK_JOBS_MAX, true));
	must(queue_create(&rig.desk.answers, sizeof(struct desk_answer),
			  2 * DESK_JOBS_MAX, true));
	must(mailbox_create(&rig.desk.view, sizeof(struct desk_view)));
	mailbox_put(rig.desk.view, &rig.desk.shown);
	for (int role = ROLE_VIEWER; role < ROLE_COUNT; role++)
		must(people_add(&rig.people, role_name(role), role, rig.desk.dummy, 1,
				&why));
}

static void watch(int fd, void (*fn)(void *arg, int ready))
{
	struct loop_watch *never_ends;

	must(loop_watch_fd(rig.rpc.loop, fd, LOOP_IN, fn, NULL, &never_ends));
}

static void make_gate(void)
{
	static struct bus *no_buses[SITE_PORTS_MAX];
	static struct customs_link link;
	struct rpc_config *config = &rig.rpc.config;
	struct snapshot shot;

	config->site = fuzz_site_of_gate();
	config->registry = rig.registry;
	config->journal = make_journal();
	config->desk = &rig.desk;
	config->buses = no_buses;
	config->link = &link;
	make_desk();
	must(mailbox_create(&link.health_box, sizeof(link.health)));
	must(mailbox_create(&config->snapshot, sizeof(shot)));
	rpc_snapshot_fill(config->site, &shot);
	mailbox_put(config->snapshot, &shot);
	must(queue_create(&config->acts, sizeof(struct act), 4, true));
	must(queue_create(&config->act_results, sizeof(struct act_result), 16, true));
	must(queue_create(&config->notes, sizeof(struct event), 64, false));
	must(loop_create(&rig.rpc.loop));
	must(rpc_box_create(&rig.rpc.box));
	watch(queue_fd(config->acts), on_acts);
	watch(queue_fd(config->act_results), on_results);
	watch(queue_fd(rig.rpc.box->answers), on_journal);
	watch(queue_fd(rig.registry->requests), on_registry);
	watch(queue_fd(rig.desk.jobs), on_desk);
	rig.rpc.clients[0].rpc = &rig.rpc;
	rig.answer = malloc(ANSWER_SIZE);
	assert(rig.answer);
}

/* The same people with the same tickets before each input. */
static void make_people(void)
{
	int64_t now_ms = clock_mono_ms();

	memset(&rig.rpc.tickets, 0, sizeof(rig.rpc.tickets));
	memset(rig.desk.failures, 0, sizeof(rig.desk.failures));
	rig.desk.people = rig.people;
	for (int role = ROLE_VIEWER; role < ROLE_COUNT; role++) {
		struct ticket *ticket = &rig.rpc.tickets.ticket[role];
		char text[TICKET_TEXT];

		memset(text, '0' + role, sizeof(text));
		digest_sha256(text, sizeof(text), ticket->hash);
		text_copy(ticket->name, sizeof(ticket->name), role_name(role));
		ticket->role = (uint8_t)role;
		ticket->made_ms = ticket->used_ms = now_ms;
	}
	rig.rpc.last_token = 0;
	rig.rpc.last_refusal_ms = 0;
	rig.rpc.refusals_unrecorded = 0;
}

static bool asks_for_copy(const char *line, size_t len)
{
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *method = json_string_value(json_object_get(request, "method"));
	bool asks = method && !strcmp(method, "log.copy");

	json_decref(request);
	return asks;
}

static bool writes_somewhere(const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t used = end ? (size_t)(end - text) + 1 : len;

		if (asks_for_copy(text, used))
			return true;
		text += used;
		len -= used;
	}
	return false;
}

/* Writes tickets out. Release with free(). */
static char *expand(const uint8_t *data, size_t len, size_t *out_len)
{
	static const char member[] = "\"ticket\":\"";
	const size_t before = sizeof(member) - 1;
	char *out = malloc(len * TICKET_TEXT + 1);
	size_t used = 0;

	assert(out);
	for (size_t i = 0; i < len; i++) {
		bool is_ticket = i >= before && i + 1 < len && data[i + 1] == '"' &&
				 !memcmp(data + i - before, member, before);
		size_t times = is_ticket ? TICKET_TEXT : 1;

		memset(out + used, data[i], times);
		used += times;
	}
	*out_len = used;
	return out;
}

static void send_input(int fd, const uint8_t *data, size_t len)
{
	size_t left;
	char *text = expand(data, len, &left);

	if (left <= INPUT_MAX && !writes_somewhere(text, left))
		assert(send(fd, text, left, MSG_NOSIGNAL) == (ssize_t)left || left == 0);
	assert(!shutdown(fd, SHUT_WR));
	free(text);
}

void fuzz_socket(const uint8_t *data, size_t len)
{
	int ends[2];

	if (len > INPUT_MAX)
		return;
	rig.registry = fuzz_empty_registry();
	if (!rig.rpc.loop)
		make_gate();
	make_people();
	assert(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends));
	send_input(ends[1], data, len);
	rig.fd = ends[1];
	rig.len = 0;
	must(loop_watch_fd(rig.rpc.loop, rig.fd, LOOP_IN, on_answer, NULL, &rig.watch));
	must(rpc_client_open(&rig.rpc.clients[0], ends[0]));
	rig.rpc.clients[0].uid = NOBODY;
	must(loop_run(rig.rpc.loop));
	loop_unwatch(rig.watch);
	close(rig.fd);
	check_notes();
}
