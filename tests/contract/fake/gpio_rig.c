/* SPDX-License-Identifier: MIT */
/*
 * What lies behind the lines in the contract suite, scripted.
 */
#include "tests/contract/gpio_rig.h"

#include "hal/fake/fake.h"

const char *gpio_rig_start(void)
{
	fake_clock_set(1000000);
	fake_gpio_reset();
	return "fake:";
}

void gpio_rig_stop(void)
{
	fake_gpio_reset();
}

void gpio_rig_set_input(const char *name, bool level)
{
	fake_clock_advance(1);
	fake_gpio_set_input(name, level);
}

bool gpio_rig_output_becomes(const char *name, bool level)
{
	return fake_gpio_output(name) == level;
}

void gpio_rig_hide_a_line(bool hide)
{
	if (hide)
		fake_gpio_fail_open(KAKOU_E_NOTFOUND, 1);
}

void gpio_rig_cut(void)
{
	fake_gpio_fail(KAKOU_E_LINK);
}

bool gpio_rig_can_be_cut(void)
{
	return true;
}

bool gpio_rig_has_bias(void)
{
	return true;
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
