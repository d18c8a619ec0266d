/* SPDX-License-Identifier: MIT */
/*
 * Runs of the command kakou inside a test.
 *
 * Layer: tests.
 */
#include "tests/unit/cli_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 24 };

static struct cli_rig_outcome run(const char *socket, va_list words)
{
	static char name[] = "kakou";
	static char option[] = "--socket";
	struct cli_rig_outcome outcome = {0};
	char *argv[WORDS_MAX] = {name};
	size_t out_size;
	size_t err_size;
	FILE *out = open_memstream(&outcome.out, &out_size);
	FILE *err = open_memstream(&outcome.err, &err_size);
	char *word;
	int argc = 1;
	int first;

	assert_true(out && err);
	if (socket) {
		argv[argc++] = option;
		argv[argc++] = strdup(socket);
	}
	first = argc;
	while ((word = va_arg(words, char *))) {
		assert_true(argc < WORDS_MAX - 1);
		argv[argc++] = strdup(word);
	}
	outcome.exit = cli_run(argc, argv, out, err);
	fclose(out);
	fclose(err);
	for (int i = socket ? first - 1 : first; i < argc; i++)
		free(argv[i]);
	return outcome;
}

struct cli_rig_outcome cli_rig_run(const char *socket, ...)
{
	struct cli_rig_outcome outcome;
	va_list words;

	va_start(words, socket);
	outcome = run(socket, words);
	va_end(words);
	return outcome;
}

void cli_rig_release(struct cli_rig_outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
}

static void expect_part(const char *what, const char *text, const char *part)
{
	if (part ? !strstr(text, part) : text[0] != '\0')
		fail_msg("%s is \"%s\", expected %s%s", what, text,
			 part ? "in it: " : "nothing", part ? part : "");
}

void cli_rig_expect(int exit, const char *out, const char *err, const char *socket, ...)
{
	struct cli_rig_outcome outcome;
	va_list words;

	va_start(words, socket);
	outcome = run(socket, words);
	va_end(words);
	if (outcome.exit != exit)
		fail_msg("exit status %d, expected %d: %s%s", outcome.exit, exit,
			 outcome.out, outcome.err);
	expect_part("standard output", outcome.out, out);
	expect_part("standard error", outcome.err, err);
	cli_rig_release(&outcome);
}
