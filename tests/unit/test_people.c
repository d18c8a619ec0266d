/* SPDX-License-Identifier: MIT */
/*
 * People as a file: what is written comes back, and nothing else is taken.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/people/password.h"
#include "firmware/people/people.h"
#include "hal/file.h"
#include "tests/unit/site_file.h"

static struct people people;
static struct why why;

static int fill(void **state)
{
	(void)state;
	memset(&people, 0, sizeof(people));
	assert_int_equal(
		people_add(&people, "王关员", ROLE_SUPERVISOR, "$y$j9T$a$b", 5, &why), 0);
	assert_int_equal(people_add(&people, "li", ROLE_TECHNICIAN, "$y$x", 6, &why), 0);
	people.person[1].is_locked = true;
	people.person[0].must_change = true;
	return 0;
}

static void who_is_written_comes_back(void **state)
{
	char text[PEOPLE_FILE_MAX];
	struct people back;

	(void)state;
	(void)people_write(&people, text);
	assert_int_equal(people_parse(text, &back, &why), 0);
	assert_memory_equal(&back, &people, sizeof(back));
}

static void a_name_that_could_be_taken_for_another_is_refused(void **state)
{
	static const char *const names[] = {
		"",    "root", "customs", "a b",
		"a:b", "a\nb", "\xff",    "123456789012345678901234567890123"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(
			people_add(&people, names[i], ROLE_OFFICER, "$", 0, &why),
			KAKOU_E_INVALID);
	assert_int_equal(people_add(&people, "li", ROLE_OFFICER, "$", 0, &why),
			 KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "\"li\", who is there already"));
}

static void a_line_that_is_not_whole_is_refused_with_its_number(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text, *part;
	} cases[] = {
		{ "kakou people 2\n", "line 1" },
		{ "kakou people 1\nli:officer:open:1:$y", "line 2: is cut" },
		{ "kakou people 1\nli:officer:open:1\n", "line 2: expected 5 fields" },
		{ "kakou people 1\nli:officer:open:1:$y:x\n", "line 2: expected 5 fields" },
		{ "kakou people 1\nli:admin:open:1:$y\n", "got role \"admin\"" },
		{ "kakou people 1\nli:officer:shut:1:$y\n", "expected open or locked" },
		{ "kakou people 1\nli:officer:open:x:$y\n", "expected milliseconds" },
		{ "kakou people 1\nli:officer:open:1:secret\n", "expected a hash" },
		{ "kakou people 1\nli:officer:open:1:$y\nli:viewer:open:1:$y\n", "line 3: name" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(people_parse(cases[i].text, &people, &why),
				 KAKOU_E_INVALID);
		if (!strstr(why.text, cases[i].part))
			fail_msg("%s, expected %s", why.text, cases[i].part);
	}
}

static void the_file_is_its_owners_alone(void **state)
{
	char *directory = site_file_make_directory();
	struct people back;
	struct stat found;
	char path[300];

	(void)state;
	snprintf(path, sizeof(path), "%s/people", directory);
	assert_int_equal(people_load(path, &back, &why), 0);
	assert_int_equal(back.count, 0);
	assert_int_equal(people_save(&people, path, &why), 0);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	assert_int_equal(people_load(path, &back, &why), 0);
	assert_memory_equal(&back, &people, sizeof(back));
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(people_load(path, &back, &why), KAKOU_E_DENIED);
	site_file_remove_directory(directory);
}

static void a_password_is_long_enough_and_not_the_name(void **state)
{
	char longest[PASSWORD_MAX + 2];

	(void)state;
	assert_int_equal(password_check("七个汉字不够长", "li", &why), KAKOU_E_INVALID);
	assert_int_equal(password_check("八个汉字就够长了", "li", &why), 0);
	assert_int_equal(password_check("li-guanyuan", "li-guanyuan", &why),
			 KAKOU_E_INVALID);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(password_check(longest, "li", &why), KAKOU_E_INVALID);
	assert_null(strstr(why.text, "xxx"));
	longest[PASSWORD_MAX] = '\0';
	assert_int_equal(password_check(longest, "li", &why), 0);
}

static void two_hashes_of_one_password_differ_and_both_fit_it(void **state)
{
	char hash[2][PERSON_HASH_MAX + 1];
	struct password_room *room;

	(void)state;
	assert_int_equal(password_room_create(&room), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(password_hash(room, "correct horse", PASSWORD_COST_LEAST,
					       hash[i], sizeof(hash[i])),
				 0);
	assert_memory_equal(hash[0], "$y$", 3);
	assert_string_not_equal(hash[0], hash[1]);
	for (int i = 0; i < 2; i++)
		assert_int_equal(password_verify(room, "correct horse", hash[i]), 0);
	assert_int_equal(password_verify(room, "correct horsf", hash[0]),
			 KAKOU_E_REFUSED);
	password_room_destroy(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_is_written_comes_back, fill),
		cmocka_unit_test_setup(a_name_that_could_be_taken_for_another_is_refused,
				       fill),
		cmocka_unit_test(a_line_that_is_not_whole_is_refused_with_its_number),
		cmocka_unit_test_setup(the_file_is_its_owners_alone, fill),
		cmocka_unit_test(a_password_is_long_enough_and_not_the_name),
		cmocka_unit_test(two_hashes_of_one_password_differ_and_both_fit_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
