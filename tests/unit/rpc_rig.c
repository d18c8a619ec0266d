/* SPDX-License-Identifier: MIT */
/*
 * A control socket for tests.
 *
 * Layer: tests.
 */
#include "tests/unit/rpc_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/file.h"
#include "hal/text.h"
#include "tests/unit/rpc_snapshot.h"
#include "tests/unit/site_file.h"

enum { PATIENCE_S = 5 };

void rpc_rig_set_up(struct rpc_rig *rig, struct journal *journal)
{
	/* Nobody looks behind these: rpc_healths.h answers for them. */
	static struct bus *buses[SITE_PORTS_MAX];
	static char thing;
	struct why why = {""};

	memset(rig, 0, sizeof(*rig));
	fake_clock_set(1000000);
	rig->directory = site_file_make_directory();
	rig->site = site_file_load_sim(rig->directory);
	assert_int_equal(mailbox_create(&rig->mailbox, sizeof(struct snapshot)), 0);
	assert_int_equal(queue_create(&rig->acts, sizeof(struct act), 4, true), 0);
	assert_int_equal(
		queue_create(&rig->act_results, sizeof(struct act_result), 16, true), 0);
	if (file_ensure_private_directory(rig->site->state_dir, &why) ||
	    registry_open(&rig->registry, rig->site, &why) ||
	    registry_start(rig->registry, &why))
		fail_msg("%s", why.text);
	if (pictures_open(&rig->pictures, rig->site, &why) ||
	    pictures_start(rig->pictures, NULL, &why))
		fail_msg("%s", why.text);
	assert_int_equal(queue_create(&rig->notes, sizeof(struct event), 16, false), 0);
	if (desk_open(&rig->desk, rig->directory, PASSWORD_COST_LEAST, &why))
		fail_msg("%s", why.text);
	buses[0] = (struct bus *)&thing;
	rig->config = (struct rpc_config){
		.site = rig->site,
		.journal = journal,
		.snapshot = rig->mailbox,
		.acts = rig->acts,
		.act_results = rig->act_results,
		.notes = rig->notes,
		.desk = rig->desk,
		.buses = buses,
		.link = (struct customs_link *)&thing,
		.delivery = (struct delivery *)&thing,
		.registry = rig->registry,
		.pictures = rig->pictures,
	};
}

void rpc_rig_start(struct rpc_rig *rig)
{
	struct why why = {""};

	if (rpc_start(&rig->rpc, &rig->config, &why))
		fail_msg("%s", why.text);
}

void rpc_rig_tear_down(struct rpc_rig *rig)
{
	rpc_stop(rig->rpc);
	desk_close(rig->desk);
	queue_destroy(rig->notes);
	registry_close(rig->registry);
	pictures_close(rig->pictures);
	queue_destroy(rig->act_results);
	queue_destroy(rig->acts);
	mailbox_destroy(rig->mailbox);
	site_free(rig->site);
	site_file_remove_directory(rig->directory);
}

static json_t *call_with(const struct rpc_rig *rig, const char *method, json_t *params)
{
	char *text = json_dumps(params, JSON_COMPACT);
	json_t *answer = rpc_rig_call(rig, method, text);

	free(text);
	json_decref(params);
	return answer;
}

static void log_in(const struct rpc_rig *rig, const char *name, const char *password,
		   char ticket[TICKET_TEXT + 1])
{
	json_t *answer = call_with(rig, "login",
				   json_pack("{s:s, s:s, s:s}", "name", name, "password",
					     password, "screen", "test"));

	text_copy(ticket, TICKET_TEXT + 1,
		  json_string_value(json_object_get(rpc_rig_result(answer), "ticket")));
	json_decref(answer);
}

void rpc_rig_log_in(const struct rpc_rig *rig, const char *name, const char *role,
		    char ticket[TICKET_TEXT + 1])
{
	char password[80], chief[TICKET_TEXT + 1];
	json_t *params, *answer;
	struct event event;
	struct desk_view view;

	desk_read(rig->desk, &view);
	snprintf(password, sizeof(password), "password of %s", name);
	params = json_pack("{s:s, s:s, s:s, s:s}", "name", name, "role",
			   view.count ? role : "supervisor", "password", password,
			   "screen", "test");
	if (view.count) {
		char first[80];

		snprintf(first, sizeof(first), "password of %s", view.person[0].name);
		log_in(rig, view.person[0].name, first, chief);
		json_object_set_new(params, "ticket", json_string(chief));
	}
	answer = call_with(rig, "people.add", params);
	(void)rpc_rig_result(answer);
	json_decref(answer);
	log_in(rig, name, password, ticket);
	while (queue_pop(rig->notes, &event))
		;
}

struct event rpc_rig_take_note(const struct rpc_rig *rig)
{
	struct event event;

	assert_true(queue_pop(rig->notes, &event));
	return event;
}

void rpc_rig_fill_snapshot(const struct rpc_rig *rig, struct snapshot *shot)
{
	rpc_snapshot_fill(rig->site, shot);
}

int rpc_rig_connect(const struct rpc_rig *rig)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	text_copy(address.sun_path, sizeof(address.sun_path), rig->site->control_socket);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail_msg("%s: %s", address.sun_path, strerror(errno));
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)), 0);
	return fd;
}

void rpc_rig_advance(const struct rpc_rig *rig, int64_t ms)
{
	int fd;

	fake_clock_advance(ms);
	fd = rpc_rig_connect(rig);
	close(fd);
}

void rpc_rig_send(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t put = send(fd, text, len, MSG_NOSIGNAL);

		if (put < 0)
			fail_msg("send: %s", strerror(errno));
		text += put;
		len -= (size_t)put;
	}
}

json_t *rpc_rig_receive(int fd)
{
	size_t room = 2 * 1048576;
	char *line = malloc(room);
	size_t len = 0;
	json_t *answer = NULL;
	json_error_t error;

	assert_non_null(line);
	/* Byte by byte where it may go on behind the newline would be slow: answers come one by
	 * one, so a read never has more than the rest of one line. */
	while (len < room && (len == 0 || line[len - 1] != '\n')) {
		ssize_t got = recv(fd, line + len, 1, 0);

		if (got < 0 && errno != ECONNRESET)
			fail_msg("recv: %s", strerror(errno));
		if (got <= 0)
			break;
		len++;
	}
	if (len > 0) {
		assert_int_equal(line[len - 1], '\n');
		answer = json_loadb(line, len, 0, &error);
		if (!answer)
			fail_msg("%.*s: %s", (int)len, line, error.text);
	}
	free(line);
	return answer;
}

json_t *rpc_rig_ask(int fd, const char *line)
{
	rpc_rig_send(fd, line, strlen(line));
	rpc_rig_send(fd, "\n", 1);
	return rpc_rig_receive(fd);
}

json_t *rpc_rig_call(const struct rpc_rig *rig, const char *method, const char *params)
{
	int fd = rpc_rig_connect(rig);
	char *line;
	json_t *answer;

	assert_true(
		asprintf(&line, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\"%s%s}",
			 method, params ? ",\"params\":" : "", params ? params : "") > 0);
	answer = rpc_rig_ask(fd, line);
	assert_non_null(answer);
	assert_int_equal(json_integer_value(json_object_get(answer, "id")), 7);
	free(line);
	close(fd);
	return answer;
}

void rpc_rig_expect_error(json_t *answer, int code, const char *part)
{
	const json_t *error = json_object_get(answer, "error");
	const char *message = json_string_value(json_object_get(error, "message"));

	assert_non_null(answer);
	assert_null(json_object_get(answer, "result"));
	assert_string_equal(json_string_value(json_object_get(answer, "jsonrpc")), "2.0");
	assert_non_null(message);
	if (json_integer_value(json_object_get(error, "code")) != code ||
	    !strstr(message, part))
		fail_msg("got %lld \"%s\", expected %d with \"%s\"",
			 (long long)json_integer_value(json_object_get(error, "code")),
			 message, code, part);
	json_decref(answer);
}

json_t *rpc_rig_result(json_t *answer)
{
	json_t *result = json_object_get(answer, "result");
	char *text = json_dumps(answer, JSON_COMPACT);

	if (!result)
		fail_msg("%s", text);
	free(text);
	return result;
}

void rpc_rig_expect_served(int fd)
{
	json_t *answer =
		rpc_rig_ask(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"link\"}");

	assert_non_null(answer);
	(void)rpc_rig_result(answer);
	json_decref(answer);
}

void rpc_rig_expect_ended(int fd)
{
	assert_null(rpc_rig_receive(fd));
	close(fd);
}

json_t *rpc_rig_callf(const struct rpc_rig *rig, const char *method, const char *format,
		      ...)
{
	char params[900];
	va_list args;

	va_start(args, format);
	vsnprintf(params, sizeof(params), format, args);
	va_end(args);
	for (char *c = params; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return rpc_rig_call(rig, method, params);
}
