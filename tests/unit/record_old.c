/* SPDX-License-Identifier: MIT */
/*
 * Journals that are old enough for retention.
 *
 * Layer: tests.
 */
#include "tests/unit/record_old.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/log.h"

enum { STEPS_MAX = 100000, PASSAGE_MS = 7 * 60000, GROUP = 4 /* passages */ };

void old_set_up(struct record_fixture *fixture)
{
	log_set_level((enum log_level)0);
	fake_clock_set(5000);
	fake_clock_set_synchronised(true);
	record_make(fixture);
	record_use_key(fixture);
}

void old_tear_down(struct record_fixture *fixture)
{
	fake_clock_set_synchronised(true);
	record_remove(fixture);
}

void old_open(struct record_fixture *fixture)
{
	struct why why = {""};

	fixture->config.retention.days = OLD_DAYS;
	if (record_open(fixture, &why))
		fail_msg("%s", why.text);
}

int64_t old_put(struct record_fixture *fixture, struct event *event)
{
	assert_int_equal(writer_take(fixture->writer, event), KAKOU_OK);
	assert_int_equal(writer_commit(fixture->writer), KAKOU_OK);
	return writer_health(fixture->writer)->last_seq;
}

void old_fill(struct record_fixture *fixture, int64_t count)
{
	static const enum event_kind kinds[] = {
		EVENT_PASSAGE_OPENED,  EVENT_EVIDENCE,       EVENT_INQUIRY,
		EVENT_LIFT_AUTHORISED, EVENT_LIFT_COMMANDED, EVENT_LIFT_OBSERVED,
		EVENT_ARM_LOWERED,     EVENT_PASSAGE_CLOSED,
	};
	int64_t have = writer_health(fixture->writer)->last_seq;
	int64_t passage = have + 1;
	struct event event;

	for (int i = 0; have < count || i > 0; i = (i + 1) % 8, have++) {
		event_begin(&event, kinds[i], (uint8_t)(passage % 2), passage);
		event_add_text(&event, "plate", "浙A12345");
		assert_int_equal(writer_take(fixture->writer, &event), KAKOU_OK);
		if (i < 7)
			continue;
		fake_clock_advance(PASSAGE_MS);
		if (++passage % GROUP == 0)
			assert_int_equal(writer_commit(fixture->writer), KAKOU_OK);
	}
	assert_int_equal(writer_commit(fixture->writer), KAKOU_OK);
}

void old_make(struct record_fixture *fixture)
{
	old_open(fixture);
	old_fill(fixture, OLD_MANY);
	old_hold(fixture, old_newest(fixture));
	fake_clock_advance((int64_t)(OLD_DAYS + 1) * OLD_DAY_MS);
}

int64_t old_removed_to(const struct record_fixture *fixture)
{
	return writer_health(fixture->writer)->removed_to;
}

int64_t old_newest(const struct record_fixture *fixture)
{
	return writer_health(fixture->writer)->last_seq;
}

void old_hold(struct record_fixture *fixture, int64_t size)
{
	struct event event;

	event_begin(&event, EVENT_CHECKPOINT_HELD, EVENT_NO_LANE, 0);
	event_add_number(&event, "size", size);
	(void)old_put(fixture, &event);
}

void old_start(struct record_fixture *fixture)
{
	struct event event;

	event_begin(&event, EVENT_STARTED, EVENT_NO_LANE, 0);
	(void)old_put(fixture, &event);
}

/* As the journal's thread does: a step, and what it took is committed. */
void old_retain(struct record_fixture *fixture)
{
	int steps = 0;

	writer_retain_soon(fixture->writer);
	for (; writer_wants_retain(fixture->writer, true); steps++) {
		assert_true(steps < STEPS_MAX);
		assert_int_equal(writer_retain(fixture->writer), KAKOU_OK);
		assert_int_equal(writer_commit(fixture->writer), KAKOU_OK);
	}
	assert_true(steps > 0);
}

void old_expect_hold(struct record_fixture *fixture, const char *word)
{
	const char *holds = writer_health(fixture->writer)->retention;

	if (!strstr(holds, word))
		fail_msg("'%s' lacks '%s'", holds, word);
}

void old_close_and_expect_whole(struct record_fixture *fixture)
{
	struct sign_public *key;

	record_close(fixture);
	key = signed_get_public(fixture);
	signed_expect_whole(fixture, key, NULL);
	sign_public_destroy(key);
}
