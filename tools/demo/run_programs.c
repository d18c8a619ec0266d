/* SPDX-License-Identifier: MIT */
/*
 * The programs of a run: how each is started, and what it said when it ended.
 *
 * Layer: tools.
 */
#include <assert.h>
#include <stdio.h>

#include "tools/demo/run_internal.h"

enum { TAIL_BYTES = 2000 };

static const char *const program_names[RUN_PROGRAMS] = {
	[RUN_CUSTOMS] = "kakou-customs",
	[RUN_YARD] = "kakou-yard",
	[RUN_KAKOUD] = "kakoud",
	[RUN_CONSOLE] = "kakou-console",
};

static void log_path(const struct run *run, enum run_program program, char *to)
{
	char name[64];

	assert(program < RUN_PROGRAMS);
	(void)snprintf(name, sizeof(name), "%s.log", program_names[program]);
	run_path(run, to, name);
}

void run_start_program(struct run *run, enum run_program program, const char *const *argv)
{
	char log[RUN_PATH_MAX];
	const struct child_config config = {
		.name = program_names[program],
		.argv = argv,
		.directory = run->dir.short_path,
		.log = log,
	};
	struct why why;

	log_path(run, program, log);
	if (child_start(&run->programs[program], run->loop, &config, &why))
		run_fail(run, "%s", why.text);
}

static void program_path(const struct run *run, enum run_program program, char *to)
{
	(void)snprintf(to, RUN_PATH_MAX, "%s/%s", run->config->programs,
		       program_names[program]);
}

void run_start_customs(struct run *run)
{
	char program[RUN_PATH_MAX], cert[RUN_PATH_MAX], key[RUN_PATH_MAX],
		ca[RUN_PATH_MAX], control[RUN_PATH_MAX], journal[RUN_PATH_MAX];
	char listen[64], gate[64];
	const char *const argv[] = {
		program,
		"--listen",
		listen,
		"--gate",
		gate,
		"--cert",
		cert,
		"--key",
		key,
		"--ca",
		ca,
		"--peer-name",
		"gate.sim.invalid",
		"--orders",
		run->scenario,
		"--control",
		control,
		"--journal",
		journal,
		NULL,
	};

	program_path(run, RUN_CUSTOMS, program);
	(void)snprintf(listen, sizeof(listen), "%s.2:9001", run->dir.net);
	(void)snprintf(gate, sizeof(gate), "%s.1:9002", run->dir.net);
	run_path(run, cert, "certs/customs.pem");
	run_path(run, key, "certs/customs.key");
	run_path(run, ca, "certs/ca.pem");
	run_path(run, control, "customs.sock");
	run_path(run, journal, "customs.journal");
	run_start_program(run, RUN_CUSTOMS, argv);
}

void run_start_yard(struct run *run)
{
	char program[RUN_PATH_MAX], control[RUN_PATH_MAX], gpio[RUN_PATH_MAX],
		log[RUN_PATH_MAX];
	char pace[8];
	const char *const argv[] = {
		program,     "--site", run->site, "--scenario", run->scenario,
		"--control", control,  "--gpio",  gpio,         "--pace",
		pace,        "--log",  log,       NULL,
	};

	program_path(run, RUN_YARD, program);
	run_path(run, control, "yard.sock");
	run_path(run, gpio, "gpio.sock");
	run_path(run, log, "yard.events");
	(void)snprintf(pace, sizeof(pace), "%d", run->config->pace);
	run_start_program(run, RUN_YARD, argv);
}

void run_start_kakoud(struct run *run)
{
	char program[RUN_PATH_MAX];
	const char *const argv[] = {program, "--config", run->site, NULL};

	program_path(run, RUN_KAKOUD, program);
	run_start_program(run, RUN_KAKOUD, argv);
}

bool run_has_ended(const struct run *run, enum run_program program)
{
	return !run->programs[program] || child_has_ended(run->programs[program]);
}

void run_say_tail(struct run *run, enum run_program program)
{
	char log[RUN_PATH_MAX];
	char tail[TAIL_BYTES];

	log_path(run, program, log);
	child_read_tail(log, tail, sizeof(tail));
	if (tail[0])
		run_say(run, "%s said last:\n%s", program_names[program], tail);
}

bool run_some_program_ended(struct run *run, enum run_program last)
{
	for (enum run_program i = 0; i <= last && i < RUN_PROGRAMS; i++) {
		if (!run_has_ended(run, i))
			continue;
		if (run->programs[i])
			run_fail(run, "%s ended with status %d", program_names[i],
				 child_status(run->programs[i]));
		run_say_tail(run, i);
		return true;
	}
	return false;
}
