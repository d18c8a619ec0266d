/* SPDX-License-Identifier: MIT */
/*
 * The registry with its thread: look-ups, changes that wait for the record, imports in parts.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "firmware/registry/registry.h"
#include "hal/fake/fake.h"
#include "hal/file.h"
#include "hal/text.h"
#include "tests/unit/site_file.h"

static struct {
	char *directory;
	struct site *site;
	struct registry *registry;
} t;

static int set_up(void **state)
{
	struct why why = {""};

	(void)state;
	fake_clock_set(1000000);
	t.directory = site_file_make_directory();
	t.site = site_file_load_sim(t.directory);
	if (file_ensure_private_directory(t.site->state_dir, &why) ||
	    registry_open(&t.registry, t.site, &why) || registry_start(t.registry, &why))
		fail_msg("%s", why.text);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	registry_close(t.registry);
	site_free(t.site);
	site_file_remove_directory(t.directory);
	return 0;
}

static void ask(enum registry_method method, const char *params)
{
	struct registry_request request = {
		.method = (uint8_t)method, .slot = 3, .generation = 5};

	request.params = strdup(params);
	assert_int_equal(registry_ask(t.registry, &request), 0);
}

/* The next answer; waits at most 5 s. */
static struct registry_answer wait_answer(void)
{
	struct pollfd wait = {.fd = registry_answers_fd(t.registry), .events = POLLIN};
	struct registry_answer answer;

	assert_int_equal(poll(&wait, 1, 5000), 1);
	registry_quiet(t.registry);
	assert_true(registry_next_answer(t.registry, &answer));
	assert_int_equal(answer.slot, 3);
	assert_int_equal(answer.generation, 5);
	return answer;
}

/* What the answer says of `part`: it must be in it. */
static void expect_answer(enum kakou_err err, const char *part)
{
	struct registry_answer answer = wait_answer();

	assert_int_equal(answer.err, err);
	if (!strstr(err ? answer.why : answer.json, part))
		fail_msg("got \"%s\", expected \"%s\" in it",
			 err ? answer.why : answer.json, part);
	free(answer.json);
}

/* The next news; the thread has said it before it answered whatever was asked last. */
static struct registry_news *wait_news(enum registry_news_kind kind)
{
	static struct registry_news news;

	for (int i = 0; i < 500; i++) {
		if (registry_next(t.registry, &news)) {
			assert_int_equal(news.kind, kind);
			return &news;
		}
		(void)poll(NULL, 0, 10);
	}
	fail_msg("no news within 5 s");
	return NULL;
}

static int count_open(void)
{
	struct lookup lookup = {.direction = 'I', .token = 9};

	text_copy(lookup.plate, sizeof(lookup.plate), "浙A12345");
	assert_int_equal(registry_look_up(t.registry, &lookup), 0);
	return wait_news(REGISTRY_FOUND)->u.found.order_count;
}

static const char push[] =
	"{\"what\":\"orders\",\"item\":{\"number\":\"Z3111I261101000000000001\","
	"\"type\":2,\"state\":1,\"plate\":\"浙A12345\"},\"actor\":\"wang\","
	"\"reason\":\"by phone\",\"screen\":\"test\"}";

static uint32_t push_order(void)
{
	const struct registry_news *news;
	const char *actor;

	ask(REGISTRY_PUSH, push);
	news = wait_news(REGISTRY_EVENT);
	assert_int_equal(news->u.event.kind, EVENT_REGISTRY_CHANGED);
	assert_true(event_get_text(&news->u.event, "actor", &actor));
	assert_string_equal(actor, "wang");
	return news->change;
}

static void a_change_is_made_once_the_record_has_it(void **state)
{
	uint32_t change;

	(void)state;
	change = push_order();
	assert_int_equal(count_open(), 0);
	assert_int_equal(registry_recorded(t.registry, change, true, 17), 0);
	expect_answer(KAKOU_OK, "\"seq\":17");
	assert_int_equal(count_open(), 1);
}

static void a_change_that_the_record_does_not_have_is_not_made(void **state)
{
	uint32_t change;

	(void)state;
	change = push_order();
	assert_int_equal(registry_recorded(t.registry, change, false, 0), 0);
	expect_answer(KAKOU_E_IO, "the record can't be written");
	assert_int_equal(count_open(), 0);
	/* and an answer that comes twice makes nothing either */
	assert_int_equal(registry_recorded(t.registry, change, true, 18), 0);
	assert_int_equal(count_open(), 0);
}

static void more_changes_than_wait_for_the_record_are_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++)
		(void)push_order();
	ask(REGISTRY_PUSH, push);
	expect_answer(KAKOU_E_FULL, "too many changes");
}

static void an_import_that_nobody_goes_on_with_makes_room_after_30_s(void **state)
{
	static const char begin[] = "{\"what\":\"orders\",\"file\":\"a\"}";

	(void)state;
	ask(REGISTRY_IMPORT_BEGIN, begin);
	expect_answer(KAKOU_OK, "\"import\":1");
	ask(REGISTRY_IMPORT_BEGIN, begin);
	expect_answer(KAKOU_E_REFUSED, "under way");
	fake_clock_advance(31000);
	ask(REGISTRY_IMPORT_BEGIN, begin);
	expect_answer(KAKOU_OK, "\"import\":2");
	ask(REGISTRY_IMPORT_LINES, "{\"import\":1,\"first\":1,\"lines\":\"{}\"}");
	expect_answer(KAKOU_E_NOTFOUND, "import: got 1");
}

static void look_ups_are_answered_while_an_import_goes_on(void **state)
{
	(void)state;
	ask(REGISTRY_IMPORT_BEGIN, "{\"what\":\"orders\",\"file\":\"a\"}");
	expect_answer(KAKOU_OK, "\"import\":1");
	ask(REGISTRY_IMPORT_LINES,
	    "{\"import\":1,\"first\":1,\"lines\":\"{\\\"number\\\":"
	    "\\\"Z3111I261101000000000001\\\",\\\"type\\\":2,\\\"state\\\":1,"
	    "\\\"plate\\\":\\\"浙A12345\\\"}\"}");
	expect_answer(KAKOU_OK, "\"error_count\":0");
	assert_int_equal(count_open(), 0);
	ask(REGISTRY_IMPORT_COMMIT,
	    "{\"import\":1,\"actor\":\"wang\",\"reason\":\"r\",\"screen\":\"test\"}");
	assert_int_equal(
		registry_recorded(t.registry, wait_news(REGISTRY_EVENT)->change, true, 4),
		0);
	expect_answer(KAKOU_OK, "\"added\":1");
	assert_int_equal(count_open(), 1);
}

static void a_file_that_begins_with_the_mark_of_windows_editors_is_taken(void **state)
{
	(void)state;
	ask(REGISTRY_IMPORT_BEGIN, "{\"what\":\"orders\",\"file\":\"a\"}");
	expect_answer(KAKOU_OK, "\"import\":1");
	ask(REGISTRY_IMPORT_LINES,
	    "{\"import\":1,\"first\":1,\"lines\":\"\xef\xbb\xbf{\\\"number\\\":"
	    "\\\"Z3111I261101000000000001\\\",\\\"type\\\":2,\\\"state\\\":1,"
	    "\\\"plate\\\":\\\"浙A12345\\\"}\"}");
	expect_answer(KAKOU_OK, "\"error_count\":0");
	/* In the middle it is a fault of whoever joined files. */
	ask(REGISTRY_IMPORT_LINES,
	    "{\"import\":1,\"first\":2,\"lines\":\"\xef\xbb\xbf{}\"}");
	expect_answer(KAKOU_OK, "\"error_count\":1");
}

/* Deeper than the stack of the thread. */
static void a_line_that_is_nested_deeply_is_an_error_of_it_and_no_end(void **state)
{
	enum { LEVELS = 2000 };
	char lines[LEVELS + 1], params[LEVELS + 100];

	(void)state;
	memset(lines, '[', LEVELS);
	lines[LEVELS] = '\0';
	ask(REGISTRY_IMPORT_BEGIN, "{\"what\":\"orders\",\"file\":\"a\"}");
	expect_answer(KAKOU_OK, "\"import\":1");
	(void)snprintf(params, sizeof(params),
		       "{\"import\":1,\"first\":1,\"lines\":\"%s\"}", lines);
	ask(REGISTRY_IMPORT_LINES, params);
	expect_answer(KAKOU_OK, "nested deeper than the 8 levels");
}

static void what_lanes_noted_at_the_end_is_kept(void **state)
{
	struct order_note note = {.step = STEP_IN_USE, .nth = 1, .passage = 5};
	struct why why = {""};
	uint32_t change;

	(void)state;
	change = push_order();
	assert_int_equal(registry_recorded(t.registry, change, true, 17), 0);
	expect_answer(KAKOU_OK, "accepted");
	text_copy(note.number, sizeof(note.number), "Z3111I261101000000000001");
	text_copy(note.who, sizeof(note.who), "浙A12345");
	assert_int_equal(registry_note(t.registry, &note), 0);
	registry_close(t.registry);
	if (registry_open(&t.registry, t.site, &why) || registry_start(t.registry, &why))
		fail_msg("%s", why.text);
	assert_int_equal(count_open(), 0);
}

/* One damaged file is no reason for a gate to stand still. */
static void a_damaged_base_is_set_aside_and_an_empty_one_begun(void **state)
{
	char path[300], aside[320], wal[320];
	struct why why = {""};
	char *text;
	size_t len;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/registry.db", t.site->state_dir);
	(void)snprintf(aside, sizeof(aside), "%s.damaged", path);
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	registry_close(t.registry);
	assert_int_equal(file_write_atomic(path, "no base", 7, 0600, &why), 0);
	assert_int_equal(file_write_atomic(wal, "no log", 6, 0600, &why), 0);
	if (registry_open(&t.registry, t.site, &why) || registry_start(t.registry, &why))
		fail_msg("%s", why.text);
	assert_int_equal(file_read_whole(aside, 100, &text, &len, &why), 0);
	assert_string_equal(text, "no base");
	free(text);
	assert_int_equal(registry_recorded(t.registry, push_order(), true, 17), 0);
	expect_answer(KAKOU_OK, "accepted");
	assert_int_equal(count_open(), 1);
}

static void set_version(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* An update that went back left a newer base: it says who may use it, from version 1 on or 2. */
static void a_newer_base_is_used_when_it_allows_it_and_set_aside_when_not(void **state)
{
	static const struct {
		const char *sql;
		bool is_kept;
	} cases[] = {
		{"PRAGMA user_version = 0x10002", true },
		{"PRAGMA user_version = 0x20003", false},
	};
	char path[300];
	struct why why = {""};

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/registry.db", t.site->state_dir);
	assert_int_equal(registry_recorded(t.registry, push_order(), true, 17), 0);
	expect_answer(KAKOU_OK, "accepted");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		registry_close(t.registry);
		set_version(path, cases[i].sql);
		if (registry_open(&t.registry, t.site, &why) ||
		    registry_start(t.registry, &why))
			fail_msg("%s", why.text);
		assert_int_equal(count_open(), cases[i].is_kept ? 1 : 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_is_made_once_the_record_has_it),
		TEST(a_change_that_the_record_does_not_have_is_not_made),
		TEST(more_changes_than_wait_for_the_record_are_refused),
		TEST(an_import_that_nobody_goes_on_with_makes_room_after_30_s),
		TEST(look_ups_are_answered_while_an_import_goes_on),
		TEST(a_file_that_begins_with_the_mark_of_windows_editors_is_taken),
		TEST(a_line_that_is_nested_deeply_is_an_error_of_it_and_no_end),
		TEST(what_lanes_noted_at_the_end_is_kept),
		TEST(a_damaged_base_is_set_aside_and_an_empty_one_begun),
		TEST(a_newer_base_is_used_when_it_allows_it_and_set_aside_when_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
