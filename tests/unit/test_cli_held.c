/* SPDX-License-Identifier: MIT */
/*
 * kakou log held and retain with a real, signed journal behind the control socket.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/cli_rig.h"
#include "tests/unit/record_fixture.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_rig.h"

static struct record_fixture record;
static struct journal *journal;
static struct rpc_rig rig;
static char path[320];

static int start(void **state)
{
	struct why why = {""};

	(void)state;
	record_make(&record);
	record_use_key(&record);
	rpc_healths_reset();
	rpc_rig_set_up(&rig, NULL);
	record.config.origin = rig.site->name;
	if (journal_open(&journal, &record.config, &record.past, &why))
		fail_msg("%s", why.text);
	rig.config.journal = journal;
	rpc_rig_start(&rig);
	snprintf(path, sizeof(path), "%s/kept.note", record.directory);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	journal_close(journal);
	record_remove(&record);
	return 0;
}

/* The newest checkpoint, once there is one. */
static char *take_checkpoint(void)
{
	for (int i = 0; i < 500; i++) {
		struct cli_rig_outcome outcome =
			cli_rig_run(rig.site->control_socket, "log", "checkpoint", NULL);
		char *note = outcome.exit ? NULL : strdup(outcome.out);

		cli_rig_release(&outcome);
		if (note)
			return note;
		usleep(10000);
	}
	fail_msg("no checkpoint within 5 s");
	return NULL;
}

static void put(const char *text)
{
	FILE *to = fopen(path, "we");

	assert_non_null(to);
	fputs(text, to);
	assert_int_equal(fclose(to), 0);
}

static void a_checkpoint_that_lies_elsewhere_is_told_to_the_record(void **state)
{
	char *note = take_checkpoint();
	struct event event;
	const char *text = "";
	int64_t size = 0;

	(void)state;
	put(note);
	cli_rig_expect(2, NULL, "--reason", rig.site->control_socket, "log", "held", path,
		       NULL);
	cli_rig_expect(0, "checkpoint of 1 events: known to lie elsewhere", NULL,
		       rig.site->control_socket, "log", "held", path, "--reason",
		       "safe of the office", NULL);
	assert_true(queue_pop(rig.notes, &event));
	assert_int_equal(event.kind, EVENT_CHECKPOINT_HELD);
	assert_true(event_get_number(&event, "size", &size) && size == 1);
	assert_true(event_get_text(&event, "reason", &text));
	assert_string_equal(text, "safe of the office");
	assert_true(event_get_text(&event, "actor", &text) && text[0]);
	free(note);
}

static void what_is_none_of_this_record_is_refused(void **state)
{
	char *note = take_checkpoint();
	char *digit = strchr(note, '\n') + 1;
	struct event event;

	(void)state;
	*digit = '7'; /* events that it never had: the signature is wrong too */
	put(note);
	cli_rig_expect(1, NULL, "no key that the record names signed",
		       rig.site->control_socket, "log", "held", path, "--reason", "x",
		       NULL);
	put("nothing\n");
	cli_rig_expect(1, NULL, "", rig.site->control_socket, "log", "held", path,
		       "--reason", "x", NULL);
	assert_false(queue_pop(rig.notes, &event));
	free(note);
}

static void who_keeps_for_ever_is_told_so(void **state)
{
	static struct snapshot shot;

	(void)state;
	rpc_rig_fill_snapshot(&rig, &shot);
	mailbox_put(rig.mailbox, &shot);
	cli_rig_expect(0, "kept     for ever", NULL, rig.site->control_socket, "log",
		       "retain", NULL);
	cli_rig_expect(1, NULL, "nothing is removed", rig.site->control_socket, "log",
		       "retain", "--now", NULL);
}

int main(void)
{
#define ON_GATE(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON_GATE(a_checkpoint_that_lies_elsewhere_is_told_to_the_record),
		ON_GATE(what_is_none_of_this_record_is_refused),
		ON_GATE(who_keeps_for_ever_is_told_so),
	};
#undef ON_GATE

	return cmocka_run_group_tests_name("cli_held", tests, NULL, NULL);
}
