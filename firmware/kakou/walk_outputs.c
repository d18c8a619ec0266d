/* SPDX-License-Identifier: MIT */
/*
 * A walk test's outputs: the test outputs of the safety devices, the lights, the sign.
 *
 * Layer: firmware.
 */
#include <stdio.h>

#include "firmware/kakou/cli_walk.h"
#include "hal/clock.h"

enum { LAMP_MS = 4000, TEST_MS = 500, AFTERWARDS_MS = 300 };

/* What the pulse has left behind is seen a little later. */
static bool look_afterwards(struct walk *walk)
{
	clock_sleep_until_ms(clock_mono_ms() + AFTERWARDS_MS);
	return walk_look(walk);
}

/* The device answers its test output: on with it, off after it. */
static void walk_test_output(struct walk *walk, enum line_role output,
			     enum line_role input, const char *title)
{
	const char *step = line_role_name(output);
	struct walk_line before;

	if (!walk->lines[output].is_there || walk_is_skipped(walk, step, title) ||
	    !walk_look(walk))
		return;
	before = walk->lines[input];
	walk_say(walk, step, "the output is set for half a second; keep clear");
	if (cli_pulse(walk->cli, walk->lane, step, TEST_MS, "walk-test: safety device",
		      NULL, NULL) ||
	    !look_afterwards(walk))
		walk_book(walk, step, title, WALK_FAILED, "the output could not be set");
	else if (walk->lines[input].rises != before.rises + 1 ||
		 walk->lines[input].falls != before.falls + 1 || walk->lines[input].level)
		walk_book(walk, step, title, WALK_FAILED,
			  "%s did not go on and off with it", line_role_name(input));
	else
		walk_book(walk, step, title, WALK_PASSED, "%s went on and off with it",
			  line_role_name(input));
}

/* The lights of one side; of a lane that is reversible there is another for who comes from the far end. */
static void walk_green(struct walk *walk, enum line_role green, const char *title,
		       const char *question)
{
	const char *step = line_role_name(green);

	if (!walk->lines[green].is_there || walk_is_skipped(walk, step, title))
		return;
	walk_say(walk, step, "look at the lights: green for four seconds");
	if (cli_pulse(walk->cli, walk->lane, step, LAMP_MS, "walk-test: lights", NULL,
		      NULL))
		walk_book(walk, step, title, WALK_FAILED, "the output could not be set");
	else
		(void)walk_confirm(walk, step, title, question);
}

static void walk_red(struct walk *walk, enum line_role red, const char *title,
		     const char *question)
{
	const char *step = line_role_name(red);

	if (walk->lines[red].is_there && !walk_is_skipped(walk, step, title))
		(void)walk_confirm(walk, step, title, question);
}

static void walk_lights(struct walk *walk)
{
	walk_green(walk, LINE_GREEN, "green light",
		   "did green burn, and only green, in this lane? (y/n)");
	walk_red(walk, LINE_RED, "red light",
		 "does red burn now, and only red, in this lane? (y/n)");
	walk_green(
		walk, LINE_GREEN_FAR, "green light of the far end",
		"did green burn, and only green, for who comes from the far end? (y/n)");
	walk_red(
		walk, LINE_RED_FAR, "red light of the far end",
		"does red burn now, and only red, for who comes from the far end? (y/n)");
}

static void walk_sign(struct walk *walk)
{
	static const char step[] = "sign", title[] = "sign";
	char question[WALK_TEXT_MAX];

	if (!walk->sign[0] || walk_is_skipped(walk, step, title))
		return;
	(void)snprintf(question, sizeof(question),
		       "does the sign of this lane show \"%s\", whole? (y/n)",
		       walk->sign);
	(void)walk_confirm(walk, step, title, question);
}

void walk_outputs(struct walk *walk)
{
	walk_test_output(walk, LINE_LOOP_TEST, LINE_SAFETY_LOOP,
			 "the safety loop answers its test");
	walk_test_output(walk, LINE_BEAM_TEST, LINE_BEAM,
			 "the safety beam answers its test");
	walk_lights(walk);
	if (walk_look(walk))
		walk_sign(walk);
}
