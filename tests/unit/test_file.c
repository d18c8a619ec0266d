/* SPDX-License-Identifier: MIT */
/*
 * Whole reads, atomic writes, private directories.
 */
#include "hal/file.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64];

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static bool make_scratch(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/kakou-file-XXXXXX",
		 parent ? parent : "/tmp");
	return mkdtemp(directory);
}

static int make_directory(void **state)
{
	(void)state;
	return make_scratch() ? 0 : -1;
}

static int remove_directory(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

static size_t count_entries(void)
{
	DIR *open = opendir(directory);
	size_t count = 0;

	while (readdir(open))
		count++;
	closedir(open);
	return count - 2; /* . and .. */
}

static void what_is_written_can_be_read(void **state)
{
	char *content;
	size_t len;
	struct stat is;

	(void)state;
	assert_int_equal(file_write_atomic(path_of("a"), "one\0two", 7, 0640, NULL),
			 KAKOU_OK);
	assert_int_equal(file_read_whole(path_of("a"), 7, &content, &len, NULL),
			 KAKOU_OK);
	assert_int_equal(len, 7);
	assert_memory_equal(content, "one\0two", 8); /* and the terminator */
	free(content);
	assert_int_equal(stat(path_of("a"), &is), 0);
	assert_int_equal(is.st_mode & 07777, 0640);
	assert_int_equal(count_entries(), 1);
}

static void a_write_replaces_the_whole_file(void **state)
{
	char *content;
	size_t len;

	(void)state;
	assert_int_equal(file_write_atomic(path_of("a"), "longer than", 11, 0600, NULL),
			 KAKOU_OK);
	assert_int_equal(file_write_atomic(path_of("a"), "new", 3, 0600, NULL), KAKOU_OK);
	assert_int_equal(file_read_whole(path_of("a"), 100, &content, &len, NULL),
			 KAKOU_OK);
	assert_string_equal(content, "new");
	free(content);
	assert_int_equal(file_write_atomic(path_of("a"), "", 0, 0600, NULL), KAKOU_OK);
	assert_int_equal(file_read_whole(path_of("a"), 0, &content, &len, NULL),
			 KAKOU_OK);
	assert_int_equal(len, 0);
	assert_string_equal(content, "");
	free(content);
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
	size_t before = count_entries();
	struct why why;

	(void)state;
	assert_int_equal(mkdir(path_of("occupied"), 0700), 0);
	assert_int_equal(file_write_atomic(path_of("occupied"), "x", 1, 0600, &why),
			 KAKOU_E_IO);
	assert_non_null(strstr(why.text, "occupied"));
	assert_int_equal(count_entries(), before + 1);
	assert_int_equal(file_write_atomic(path_of("nowhere/a"), "x", 1, 0600, &why),
			 KAKOU_E_NOTFOUND);
}

static void a_file_larger_than_allowed_is_refused(void **state)
{
	static char large[20000];
	char *content = NULL;
	size_t len = 0;
	struct why why;

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_int_equal(
		file_write_atomic(path_of("large"), large, sizeof(large), 0600, NULL),
		KAKOU_OK);
	for (size_t max = 0; max < sizeof(large); max = max * 2 + 1)
		assert_int_equal(
			file_read_whole(path_of("large"), max, &content, &len, &why),
			KAKOU_E_FULL);
	assert_int_equal(file_read_whole(path_of("large"), sizeof(large) - 1, &content,
					 &len, &why),
			 KAKOU_E_FULL);
	assert_non_null(strstr(why.text, "larger than 19999 bytes"));
	assert_null(content);
	assert_int_equal(
		file_read_whole(path_of("large"), sizeof(large), &content, &len, NULL),
		KAKOU_OK);
	assert_int_equal(len, sizeof(large));
	assert_memory_equal(content, large, sizeof(large));
	free(content);
	/* A file that never ends and says it is empty. */
	assert_int_equal(file_read_whole("/dev/zero", 5000, &content, &len, NULL),
			 KAKOU_E_FULL);
}

static void a_missing_file_is_not_found(void **state)
{
	char *content;
	size_t len;
	struct why why;

	(void)state;
	assert_int_equal(file_read_whole(path_of("missing"), 10, &content, &len, &why),
			 KAKOU_E_NOTFOUND);
	assert_non_null(strstr(why.text, "missing: can't open"));
	assert_int_equal(file_sync_directory(path_of("missing"), NULL), KAKOU_E_NOTFOUND);
}

static void a_private_directory_is_made_and_accepted_again(void **state)
{
	struct stat is;

	(void)state;
	assert_int_equal(file_ensure_private_directory(path_of("private"), NULL),
			 KAKOU_OK);
	assert_int_equal(file_ensure_private_directory(path_of("private"), NULL),
			 KAKOU_OK);
	assert_int_equal(stat(path_of("private"), &is), 0);
	assert_int_equal(is.st_mode & 07777, 0700);
}

static void a_directory_that_others_may_enter_is_denied(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(mkdir(path_of("open"), 0700), 0);
	assert_int_equal(chmod(path_of("open"), 0710), 0);
	assert_int_equal(file_ensure_private_directory(path_of("open"), &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "mode is 0710, expected 0700"));
}

static void a_directory_of_another_user_is_denied(void **state)
{
	struct why why;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a directory away */
	assert_int_equal(mkdir(path_of("foreign"), 0700), 0);
	assert_int_equal(chown(path_of("foreign"), 65534, 65534), 0);
	assert_int_equal(file_ensure_private_directory(path_of("foreign"), &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "belongs to user 65534, expected 0"));
}

static void a_file_in_its_place_is_no_directory(void **state)
{
	(void)state;
	assert_int_equal(file_write_atomic(path_of("plain"), "x", 1, 0600, NULL),
			 KAKOU_OK);
	assert_int_equal(file_ensure_private_directory(path_of("plain"), NULL),
			 KAKOU_E_NOTFOUND);
}

static void a_secret_is_read_only_where_nobody_else_can(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0601, 0660};
	char *secret = NULL;
	struct why why;
	size_t len = 0;

	(void)state;
	assert_int_equal(file_write_atomic(path_of("secret"), "pin\n", 4, 0600, NULL),
			 KAKOU_OK);
	assert_int_equal(file_read_secret(path_of("secret"), 4, &secret, &len, &why),
			 KAKOU_OK);
	assert_int_equal(len, 4);
	assert_string_equal(secret, "pin\n");
	free(secret);
	assert_int_equal(file_read_secret(path_of("secret"), 3, &secret, &len, &why),
			 KAKOU_E_FULL);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(path_of("secret"), modes[i]), 0);
		assert_int_equal(
			file_read_secret(path_of("secret"), 4, &secret, &len, &why),
			KAKOU_E_DENIED);
		assert_non_null(strstr(why.text, "only its owner may read"));
	}
	assert_int_equal(file_read_secret(path_of("nothing"), 4, &secret, &len, &why),
			 KAKOU_E_NOTFOUND);
}

/* A pipe would hold the start up, a device has no end. */
static void a_secret_is_a_plain_file(void **state)
{
	char *secret = NULL;
	struct why why;
	size_t len = 0;

	(void)state;
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	assert_int_equal(file_read_secret(path_of("pipe"), 4, &secret, &len, &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "expected a plain file"));
	assert_int_equal(unlink(path_of("pipe")), 0);
}

static void a_secret_of_another_user_is_denied(void **state)
{
	char *secret = NULL;
	struct why why;
	size_t len = 0;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	assert_int_equal(file_write_atomic(path_of("given"), "x", 1, 0600, NULL),
			 KAKOU_OK);
	assert_int_equal(chown(path_of("given"), 65534, 65534), 0);
	assert_int_equal(file_read_secret(path_of("given"), 1, &secret, &len, &why),
			 KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "belongs to user 65534, expected 0"));
}

static void a_name_without_a_directory_is_in_this_one(void **state)
{
	char *content;
	size_t len;

	(void)state;
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(file_write_atomic("here", "x", 1, 0600, NULL), KAKOU_OK);
	assert_int_equal(file_read_whole("here", 1, &content, &len, NULL), KAKOU_OK);
	free(content);
	assert_int_equal(chdir("/"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(a_write_replaces_the_whole_file),
		cmocka_unit_test(a_failed_write_leaves_nothing_behind),
		cmocka_unit_test(a_file_larger_than_allowed_is_refused),
		cmocka_unit_test(a_missing_file_is_not_found),
		cmocka_unit_test(a_private_directory_is_made_and_accepted_again),
		cmocka_unit_test(a_directory_that_others_may_enter_is_denied),
		cmocka_unit_test(a_directory_of_another_user_is_denied),
		cmocka_unit_test(a_file_in_its_place_is_no_directory),
		cmocka_unit_test(a_secret_is_read_only_where_nobody_else_can),
		cmocka_unit_test(a_secret_is_a_plain_file),
		cmocka_unit_test(a_secret_of_another_user_is_denied),
		cmocka_unit_test(a_name_without_a_directory_is_in_this_one),
	};

	return cmocka_run_group_tests_name("file", tests, make_directory,
					   remove_directory);
}
