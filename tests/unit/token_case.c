/* SPDX-License-Identifier: MIT */
/*
 * A token for tests.
 *
 * Layer: tests.
 */
#include "tests/unit/token_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/file.h"

static char directory[200];

const char *token_case_lacks(void)
{
	if (system("command -v softhsm2-util >/dev/null 2>&1"))
		return "softhsm2-util is missing";
	return system("command -v openssl >/dev/null 2>&1") ? "openssl is missing" : "";
}

int token_case_set_up(void **state)
{
	(void)state;
	if (!token_case_lacks()[0])
		token_case_make();
	return 0;
}

int token_case_tear_down(void **state)
{
	(void)state;
	if (!token_case_lacks()[0])
		token_case_remove();
	return 0;
}

void token_case_need(void)
{
	if (token_case_lacks()[0]) {
		print_message("%s\n", token_case_lacks());
		skip();
	}
}

const char *token_case_path(const char *name)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void run(const char *wanted)
{
	char command[1000];

	snprintf(command, sizeof(command), "cd %s && { %s; } >log 2>&1", directory,
		 wanted);
	if (system(command))
		fail_msg("%s failed, see %s/log", wanted, directory);
}

static void import(const char *curve, const char *label, const char *id)
{
	char wanted[400];

	snprintf(wanted, sizeof(wanted),
		 "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:%s -out "
		 "key.pem &&"
		 " softhsm2-util --import key.pem --token 'kakou gate' --pin 5678"
		 " --label %s --id %s",
		 curve, label, id);
	run(wanted);
}

void token_case_make(void)
{
	const char *where = getenv("TMPDIR");
	char text[400];
	ssize_t len;

	snprintf(directory, sizeof(directory), "%s/kakou-token-XXXXXX",
		 where ? where : "/tmp");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(mkdir(token_case_path("tokens"), 0700), 0);
	len = snprintf(text, sizeof(text),
		       "directories.tokendir = %s/tokens\nlog.level = ERROR\n",
		       directory);
	assert_int_equal(file_write_atomic(token_case_path("softhsm2.conf"), text,
					   (size_t)len, 0600, NULL),
			 0);
	setenv("SOFTHSM2_CONF", token_case_path("softhsm2.conf"), 1);
	setenv("KAKOU_TOKEN_FILE", token_case_path("control"), 1);
	assert_int_equal(
		file_write_atomic(token_case_path("pin"), "5678\n", 5, 0600, NULL), 0);
	run("softhsm2-util --init-token --free --label 'kakou gate' --so-pin 4321"
	    " --pin 5678");
	import("P-256", "record", "01");
	import("P-256", "twin", "02");
	import("P-256", "twin", "03");
	import("P-384", "large", "04");
}

void token_case_remove(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
}

/* Beside the folder of this program. */
static void find_module(char *out, size_t size)
{
	char program[400] = "";
	char *slash;

	assert_true(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
	slash = strstr(program, "/tests/unit/");
	assert_non_null(slash);
	*slash = '\0';
	snprintf(out, size, "%s/tests/fault/stuck_token.so", program);
}

const char *token_case_uri(const char *object, const char *more)
{
	static char uri[1000];
	char module[500];

	find_module(module, sizeof(module));
	snprintf(uri, sizeof(uri),
		 "pkcs11:token=kakou%%20gate;object=%s?module-path=%s&pin-source=file:%s%"
		 "s",
		 object, module, token_case_path("pin"), more);
	return uri;
}

void token_case_set(const char *word)
{
	assert_int_equal(file_write_atomic(token_case_path("control"), word, strlen(word),
					   0600, NULL),
			 0);
}
