/* SPDX-License-Identifier: MIT */
/*
 * What a start takes from the record for the lanes: who is between two gates.
 *
 * Layer: tests.
 */
#include "firmware/kakoud/recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/text.h"
#include "tests/unit/record_fixture.h"

static struct record_fixture record;
static struct journal *journal;
static struct site site;
static struct recall recall;
static struct why why;

static void open_journal(void)
{
	struct journal_past past;

	assert_int_equal(journal_open(&journal, &record.config, &past, &why), KAKOU_OK);
}

/* A first gate in1 and a second one, both inwards. */
static int set_up(void **state)
{
	(void)state;
	fake_clock_set(1000000);
	record_make(&record);
	memset(&site, 0, sizeof(site));
	site.lane_count = 2;
	for (size_t i = 0; i < 2; i++) {
		text_copy(site.lanes[i].name, sizeof(site.lanes[i].name),
			  record.config.lanes[i]);
		site.lanes[i].direction = 'I';
	}
	site.lanes[0].gate = GATE_FIRST;
	site.lanes[1].gate = GATE_SECOND;
	open_journal();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	journal_close(journal);
	record_remove(&record);
	return 0;
}

static void append(const struct event *event)
{
	assert_int_equal(journal_append(journal, event), KAKOU_OK);
}

/* The controller is killed and starts again, on a board that was booted meanwhile. */
static void restart(int64_t mono_ms)
{
	int64_t wall_ms = clock_wall_ms();

	journal_close(journal);
	open_journal();
	fake_clock_set(mono_ms);
	fake_clock_set_wall(wall_ms);
	assert_int_equal(recall_read(&recall, journal, &site, mono_ms, wall_ms, &why),
			 KAKOU_OK);
}

static void hand_over(int64_t passage, const char *plate)
{
	struct event event;

	event_begin(&event, EVENT_HANDED_OVER, 0, passage);
	event_add_text(&event, "plate", plate);
	event_add_text(&event, "tag", "");
	event_add_text(&event, "order", "Z3111I261101000000000001");
	append(&event);
}

static void take_over(int64_t passage, int64_t first_passage, const char *outcome)
{
	struct event event;

	event_begin(&event, EVENT_TAKEN_OVER, 1, passage);
	event_add_number(&event, "first_passage", first_passage);
	append(&event);
	if (!outcome)
		return;
	event_begin(&event, EVENT_PASSAGE_CLOSED, 1, passage);
	event_add_text(&event, "outcome", outcome);
	append(&event);
}

static enum pairing_answer look_up(const char *plate, int64_t mono_ms)
{
	static struct pairing pairing;
	const struct pairing_entry *entry;

	pairing_init(&pairing, mono_ms);
	for (size_t i = 0; i < recall.handed_count; i++)
		if (recall.handed[i].is_kept)
			pairing_note(&pairing, &recall.handed[i]);
	return pairing_find(&pairing, 'I', plate, "", mono_ms, 600000, &entry);
}

static void who_passed_the_first_gate_before_a_restart_may_come_to_the_second(
	void **state)
{
	(void)state;
	hand_over(1, "浙A00001");
	fake_clock_advance(400000);
	hand_over(2, "浙A00002");
	fake_clock_advance(300000);
	restart(5000); /* both instants lie before this boot */
	assert_int_equal(recall.handed_count, 2);
	assert_int_equal(recall.handed[1].at_ms, 5000 - 300000);
	assert_string_equal(recall.handed[1].order, "Z3111I261101000000000001");
	assert_int_equal(look_up("浙A00002", 5000), PAIRING_FOUND);
	assert_int_equal(look_up("浙A00001", 5000), PAIRING_LATE);
	assert_int_equal(look_up("浙A00003", 5000), PAIRING_UNKNOWN);
}

static void who_passed_the_second_gate_too_needs_another_first_passage(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 4; i++) {
		char plate[16];

		(void)snprintf(plate, sizeof(plate), "浙A0000%d", (int)i);
		hand_over(i, plate);
	}
	take_over(11, 1, "passed");
	take_over(12, 2, "lifted_not_passed");
	take_over(13, 3, NULL); /* the restart cut it off: it may be through */
	restart(2000000);
	assert_int_equal(look_up("浙A00001", 2000000), PAIRING_UNKNOWN);
	assert_int_equal(look_up("浙A00002", 2000000), PAIRING_FOUND);
	assert_int_equal(look_up("浙A00003", 2000000), PAIRING_UNKNOWN);
	assert_int_equal(look_up("浙A00004", 2000000), PAIRING_FOUND);
}

static void a_hand_over_in_the_future_is_not_believed(void **state)
{
	(void)state;
	hand_over(1, "浙A00001");
	fake_clock_set_wall(clock_wall_ms() - 3600000);
	restart(2000000);
	assert_int_equal(recall.handed_count, 0);
}

static void the_newest_hand_overs_are_kept_when_there_are_many(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= PAIRING_KEPT + 20; i++) {
		char plate[16];

		while (journal_room(journal) == 0)
			; /* until some are committed */
		(void)snprintf(plate, sizeof(plate), "浙A%05d", (int)i);
		hand_over(i, plate);
	}
	restart(2000000);
	assert_int_equal(recall.handed_count, PAIRING_KEPT);
	assert_int_equal(recall.handed[0].passage, 21);
	assert_int_equal(look_up("浙A00148", 2000000), PAIRING_FOUND);
}

int main(void)
{
#define WITH_RECORD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_RECORD(
			who_passed_the_first_gate_before_a_restart_may_come_to_the_second),
		WITH_RECORD(who_passed_the_second_gate_too_needs_another_first_passage),
		WITH_RECORD(a_hand_over_in_the_future_is_not_believed),
		WITH_RECORD(the_newest_hand_overs_are_kept_when_there_are_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
