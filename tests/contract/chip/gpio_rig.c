/* SPDX-License-Identifier: MIT */
/*
 * What lies behind the lines in the contract suite: a chip of the kernel's gpio-sim. Needs root and
 * the module, so it runs in the virtual machine of tests/vm.
 */
#include "tests/contract/gpio_rig.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hal/clock.h"

#define DEVICE "/sys/kernel/config/gpio-sim/contract"

enum { PATH_BYTES = 192, WORD_BYTES = 64, WAIT_MS = 2000 };

static const struct rig_line {
	const char *name;
	bool active_low; /* as the suite asks for it */
} lines[] = {
	{"loop-a", false},
	{"loop-b", true },
	{"lift",   false},
	{"lamp",   false}
};

enum { COUNT = sizeof(lines) / sizeof(lines[0]) };

static char chip[PATH_BYTES]; /* of its pulls and values */

static void write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t put = write(fd, word, strlen(word));

	assert(fd >= 0 && put == (ssize_t)strlen(word));
	close(fd);
}

static void read_word(const char *path, char word[WORD_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, word, WORD_BYTES - 1);

	assert(fd >= 0 && got > 0);
	close(fd);
	word[got] = '\0';
	word[strcspn(word, "\n")] = '\0';
}

static void make_folder(const char *path)
{
	int failed = mkdir(path, 0755);

	assert(!failed || errno == EEXIST);
}

static void plug_in(const char *first_name)
{
	char path[PATH_BYTES], device[WORD_BYTES], bank[WORD_BYTES];

	make_folder(DEVICE);
	make_folder(DEVICE "/bank0");
	write_word(DEVICE "/bank0/label", "contract");
	write_word(DEVICE "/bank0/num_lines", "4");
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), DEVICE "/bank0/line%zu", i);
		make_folder(path);
		snprintf(path, sizeof(path), DEVICE "/bank0/line%zu/name", i);
		write_word(path, i == 0 ? first_name : lines[i].name);
	}
	write_word(DEVICE "/live", "1");
	read_word(DEVICE "/dev_name", device);
	read_word(DEVICE "/bank0/chip_name", bank);
	snprintf(chip, sizeof(chip), "/sys/devices/platform/%s/%s", device, bank);
}

static void pull_out(void)
{
	write_word(DEVICE "/live", "0");
}

const char *gpio_rig_start(void)
{
	plug_in(lines[0].name);
	gpio_rig_set_input("loop-a", false);
	gpio_rig_set_input("loop-b", false);
	return "chip:contract";
}

void gpio_rig_stop(void)
{
	char word[WORD_BYTES];

	read_word(DEVICE "/live", word);
	if (word[0] == '1')
		pull_out();
}

static size_t find_line(const char *name)
{
	size_t i = 0;

	while (i < COUNT && strcmp(lines[i].name, name))
		i++;
	assert(i < COUNT);
	return i;
}

void gpio_rig_set_input(const char *name, bool level)
{
	size_t i = find_line(name);
	char path[PATH_BYTES + WORD_BYTES];

	/* A thread of the kernel makes the event, on this processor before anything else. */
	if (system("pin"))
		abort();
	snprintf(path, sizeof(path), "%s/sim_gpio%zu/pull", chip, i);
	write_word(path, level != lines[i].active_low ? "pull-up" : "pull-down");
}

bool gpio_rig_output_becomes(const char *name, bool level)
{
	size_t i = find_line(name);
	int64_t until_ms = clock_mono_ms() + WAIT_MS;
	char path[PATH_BYTES + WORD_BYTES], word[WORD_BYTES];

	snprintf(path, sizeof(path), "%s/sim_gpio%zu/value", chip, i);
	do {
		read_word(path, word);
	} while ((word[0] == '1') != level && clock_mono_ms() < until_ms);
	return (word[0] == '1') == level;
}

void gpio_rig_hide_a_line(bool hide)
{
	pull_out();
	plug_in(hide ? "hidden" : lines[0].name);
}

void gpio_rig_cut(void)
{
}

bool gpio_rig_can_be_cut(void)
{
	return false;
}

bool gpio_rig_has_bias(void)
{
	return false;
}

bool gpio_rig_has_wire(void)
{
	return false;
}

void gpio_rig_fall_dumb(void)
{
}

void gpio_rig_talk_nonsense(void)
{
}
