/* SPDX-License-Identifier: MIT */
/*
 * The newest value from one writer to one reader.
 */
#include "hal/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hal/thread.h"

enum { WORDS = 64, WRITES = 100000 };

struct value {
	uint64_t words[WORDS]; /* all the same, or the value is torn */
};

static void fill(struct value *value, uint64_t word)
{
	for (size_t i = 0; i < WORDS; i++)
		value->words[i] = word;
}

static struct mailbox *make(void)
{
	struct mailbox *mailbox = NULL;

	assert_int_equal(mailbox_create(&mailbox, sizeof(struct value)), KAKOU_OK);
	return mailbox;
}

static void nothing_is_there_before_the_first_put(void **state)
{
	struct mailbox *mailbox = make();
	struct value value;

	(void)state;
	assert_false(mailbox_get(mailbox, &value));
	assert_false(mailbox_get(mailbox, &value));
	mailbox_destroy(mailbox);
	mailbox_destroy(NULL);
}

static void the_reader_sees_the_newest_value(void **state)
{
	struct mailbox *mailbox = make();
	struct value value;

	(void)state;
	for (uint64_t i = 1; i <= 5; i++) {
		fill(&value, i);
		mailbox_put(mailbox, &value);
	}
	assert_true(mailbox_get(mailbox, &value));
	assert_int_equal(value.words[0], 5);
	mailbox_destroy(mailbox);
}

static void a_value_is_repeated_until_there_is_a_newer_one(void **state)
{
	struct mailbox *mailbox = make();
	struct value value;

	(void)state;
	fill(&value, 1);
	mailbox_put(mailbox, &value);
	assert_true(mailbox_get(mailbox, &value));
	fill(&value, 99);
	assert_true(mailbox_get(mailbox, &value));
	assert_int_equal(value.words[WORDS - 1], 1);
	fill(&value, 2);
	mailbox_put(mailbox, &value);
	assert_true(mailbox_get(mailbox, &value));
	assert_int_equal(value.words[0], 2);
	mailbox_destroy(mailbox);
}

static void write_many(void *arg)
{
	struct mailbox *mailbox = arg;

	for (uint64_t i = 1; i <= WRITES; i++) {
		struct value value;

		fill(&value, i);
		mailbox_put(mailbox, &value);
	}
}

static void values_are_never_torn_and_never_go_back(void **state)
{
	struct mailbox *mailbox = make();
	struct thread_config config = {.name = "writer",
				       .stack_bytes = 65536,
				       .run = write_many,
				       .arg = mailbox};
	struct thread *writer;
	uint64_t last = 0;

	(void)state;
	assert_int_equal(thread_start(&writer, &config), KAKOU_OK);
	while (last < WRITES) {
		struct value value;

		if (!mailbox_get(mailbox, &value))
			continue;
		for (size_t i = 1; i < WORDS; i++)
			assert_int_equal(value.words[i], value.words[0]);
		assert_true(value.words[0] >= last);
		last = value.words[0];
	}
	thread_join(writer);
	mailbox_destroy(mailbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_there_before_the_first_put),
		cmocka_unit_test(the_reader_sees_the_newest_value),
		cmocka_unit_test(a_value_is_repeated_until_there_is_a_newer_one),
		cmocka_unit_test(values_are_never_torn_and_never_go_back),
	};

	return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
