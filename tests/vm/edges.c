/* SPDX-License-Identifier: MIT */
/*
 * Counts edges on a simulated chip: what was pulled against what hal/gpio.h gives out.
 *
 *   edges LABEL CHIP ROUNDS
 *
 * Each round pulls all inputs of the chip up or down, one after the other, and takes what has come
 * every tenth round, as a scan does. Each pull has to come out as one edge of its line and its
 * level, in the order of pulling, with times that do not go back. (Between lines the kernel keeps
 * no order: each event is made by a thread of its own.) Then more is pulled than the kernel keeps:
 * that loss has to be told. Ends with a line EDGES PASS or EDGES FAIL.
 *
 * Layer: tests.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/gpio.h"
#include "hal/text.h"

enum {
	INPUTS = 4,
	TAKE_EVERY = 10, /* rounds; the kernel keeps 16 events a line */
	FLOOD = 64,      /* pulls of one line without taking */
	SETTLE_MS = 3,   /* between pulls: an event is made by a thread of the kernel */
	LINE_BYTES = 256,
	ROUNDS_MAX = 100000,
};

static struct {
	struct gpio *gpio;
	int fds[INPUTS];
	bool level[INPUTS]; /* of the last edge taken */
	size_t pulled[INPUTS], taken[INPUTS];
	int64_t last_ns[INPUTS];
} test;

static size_t sum(const size_t counts[INPUTS])
{
	size_t all = 0;

	for (int i = 0; i < INPUTS; i++)
		all += counts[i];
	return all;
}

static void fail(const char *format, ...)
{
	va_list more;

	va_start(more, format);
	fputs("EDGES FAIL ", stdout);
	vprintf(format, more);
	va_end(more);
	printf(" pulled=%zu taken=%zu\n", sum(test.pulled), sum(test.taken));
	exit(EXIT_FAILURE);
}

static void pull(uint16_t line, bool level)
{
	const char *word = level ? "pull-up" : "pull-down";

	if (pwrite(test.fds[line], word, strlen(word), 0) < 0)
		fail("a pull: %s", strerror(errno));
}

static void take_edges(void)
{
	struct gpio_edge edge;
	enum kakou_err err;

	while ((err = gpio_next_edge(test.gpio, &edge)) == KAKOU_OK) {
		if (test.taken[edge.line] == test.pulled[edge.line])
			fail("line %u: an edge that was not pulled", edge.line);
		if (edge.level == test.level[edge.line])
			fail("line %u went to %d twice", edge.line, edge.level);
		if (edge.at_ns < test.last_ns[edge.line])
			fail("line %u: an edge is older than the one before", edge.line);
		test.level[edge.line] = edge.level;
		test.last_ns[edge.line] = edge.at_ns;
		test.taken[edge.line]++;
	}
	if (err != KAKOU_E_AGAIN)
		fail("%s instead of an edge", kakou_err_name(err));
}

static void pull_and_count(int64_t rounds)
{
	for (int64_t round = 0; round < rounds; round++) {
		for (uint16_t line = 0; line < INPUTS; line++) {
			test.pulled[line]++;
			pull(line, round % 2 == 0);
			clock_sleep_until_ms(clock_mono_ms() + SETTLE_MS);
		}
		if (round % TAKE_EVERY == TAKE_EVERY - 1)
			take_edges();
	}
	clock_sleep_until_ms(clock_mono_ms() + 100);
	take_edges();
	if (sum(test.taken) != sum(test.pulled))
		fail("edges are missing");
}

/* 1 when the loss was told, with the levels right behind it. */
static int flood(void)
{
	struct gpio_edge edge;
	enum kakou_err err;
	int told = 0;
	uint64_t levels;

	for (int i = 0; i < FLOOD; i++) {
		pull(0, i % 2 == 0);
		clock_sleep_until_ms(clock_mono_ms() + SETTLE_MS);
	}
	pull(0, true);
	clock_sleep_until_ms(clock_mono_ms() + 100);
	while ((err = gpio_next_edge(test.gpio, &edge)) != KAKOU_E_AGAIN) {
		if (err == KAKOU_E_FULL)
			told = 1;
		else if (err)
			fail("%s in the flood", kakou_err_name(err));
	}
	if (gpio_read(test.gpio, &levels) || !(levels & 1))
		fail("the level behind the flood is wrong");
	return told;
}

static void open_lines(const char *label, const char *chip)
{
	struct gpio_line lines[INPUTS] = {0};
	char where[GPIO_NAME_MAX + 8], path[LINE_BYTES];
	struct why why;

	snprintf(where, sizeof(where), "chip:%s", label);
	for (int i = 0; i < INPUTS; i++) {
		snprintf(lines[i].name, sizeof(lines[i].name), "edge-%d", i);
		snprintf(path, sizeof(path), "%s/sim_gpio%d/pull", chip, i);
		test.fds[i] = open(path, O_WRONLY | O_CLOEXEC);
		if (test.fds[i] < 0)
			fail("%s: %s", path, strerror(errno));
	}
	if (gpio_open(&test.gpio, where, lines, INPUTS, &why))
		fail("%s", why.text);
}

int main(int argc, char **argv)
{
	int64_t rounds, began_ms;
	int told;

	if (argc != 4 || text_parse_integer(argv[3], 1, ROUNDS_MAX, &rounds)) {
		fprintf(stderr, "usage: edges LABEL CHIP ROUNDS\n");
		return 2;
	}
	open_lines(argv[1], argv[2]);
	if (system("pin")) /* pulled from the same processor, see there */
		fail("pin");
	began_ms = clock_mono_ms();
	pull_and_count(rounds);
	began_ms = clock_mono_ms() - began_ms;
	told = flood();
	if (!told)
		fail("the flood's loss was not told");
	printf("EDGES PASS pulled=%zu taken=%zu lost=0 flood=told ms=%lld\n",
	       sum(test.pulled), sum(test.taken), (long long)began_ms);
	gpio_close(test.gpio);
	return EXIT_SUCCESS;
}
