/* SPDX-License-Identifier: MIT */
/*
 * The self-test's looks at lines, devices and the record.
 *
 * Layer: firmware. Blocks on devices and on the disk.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/kakou/cmd_log.h"
#include "firmware/kakou/selftest.h"
#include "firmware/record/journal.h"
#include "hal/gpio_survey.h"
#include "hal/modbus_port.h"

/* ---- lines ----------------------------------------------------------------------------- */

void selftest_gpio(struct selftest *test)
{
	for (size_t i = 0; i < test->site->lane_count; i++) {
		const struct site_lane *lane = &test->site->lanes[i];
		struct gpio_survey survey;
		struct why why = {""};
		char what[SITE_NAME_MAX + 8];

		(void)snprintf(what, sizeof(what), "lines %s", lane->name);
		if (!strncmp(lane->gpio_where, "yard:", 5))
			selftest_skip(test, what, "a simulated yard");
		else if (gpio_survey(lane->gpio_where, "/dev", lane->gpio_lines,
				     lane->gpio_count, &survey, &why))
			selftest_fail(test, what,
				      "compare with the board's wiring table (gpioinfo)",
				      "%s", why.text);
		else
			selftest_pass(test, what,
				      "%zu lines are there, %zu free, %zu held by kakoud",
				      lane->gpio_count, survey.free,
				      survey.held_by_kakoud);
	}
}

/* ---- devices --------------------------------------------------------------------------- */

static const char advice_device[] =
	"power, address and cable; then kakou bus scan looks for it";

static void say_device(struct selftest *test, const char *name, bool is_well,
		       const char *text)
{
	char what[SITE_NAME_MAX + 8];

	(void)snprintf(what, sizeof(what), "device %s", name);
	if (is_well)
		selftest_pass(test, what, "%s", text);
	else
		selftest_fail(test, what, advice_device, "%s", text);
}

/* kakoud polls them: two masters would spoil each other's answers. */
static void ask_kakoud(struct selftest *test)
{
	json_t *result;
	const json_t *device;
	size_t i;

	if (cli_call(test->cli, "devices", NULL, &result)) {
		selftest_fail(test, "devices", "kakou devices", "kakoud does not tell");
		return;
	}
	json_array_foreach(json_object_get(result, "devices"), i, device)
	{
		const char *health = cli_text(device, "health");

		say_device(test, cli_text(device, "name"), !strcmp(health, "well"),
			   health);
	}
	json_decref(result);
}

/* The first block of its map. */
static void ask_device(struct selftest *test, size_t i)
{
	const struct site_device *device = &test->site->devices[i];
	const struct map *map = &test->site->maps[device->map];
	const struct map_block *block = &map->blocks[0];
	uint16_t values[MODBUS_BITS_MAX];
	struct modbus_port *port;
	struct why why = {""};
	enum kakou_err err =
		modbus_port_create(&port, &test->site->ports[device->port].modbus, &why);

	if (err) {
		say_device(test, device->name, false, why.text);
		return;
	}
	err = modbus_port_read(port, device->unit, block->area, block->address,
			       block->count, values, &why);
	if (!err)
		(void)snprintf(why.text, sizeof(why.text), "answers as unit %u",
			       device->unit);
	say_device(test, device->name, !err, why.text);
	modbus_port_destroy(port);
}

void selftest_devices(struct selftest *test)
{
	if (test->provision->is_running) {
		ask_kakoud(test);
		return;
	}
	for (size_t i = 0; i < test->site->device_count; i++)
		ask_device(test, i);
}

/* ---- the record ------------------------------------------------------------------------ */

struct copy_call {
	struct log_call call; /* first: it comes back as a pointer to it */
	struct selftest *test;
};

static int verify(struct cli *cli, const struct log_call *call, const char *file,
		  const char *shown, const char *source)
{
	struct selftest *test = ((const struct copy_call *)call)->test;
	const struct journal_trust trust = {0};
	struct journal_verdict verdict = {.what = "record"};
	struct why why = {""};

	(void)cli;
	(void)shown;
	(void)source;
	if (journal_verify(file, &trust, &verdict, &why))
		selftest_fail(test, "record", "kakou log verify", "%s", why.text);
	else if (!verdict.is_whole)
		selftest_fail(test, "record",
			      "keep a copy of it, and call who answers for the record",
			      "%s", verdict.finding);
	else
		selftest_pass(test, "record", "whole: %" PRId64 " events",
			      verdict.events);
	return CLI_DONE;
}

void selftest_record(struct selftest *test)
{
	struct copy_call call = {.test = test};
	char path[sizeof(test->site->state_dir) + 16];

	(void)snprintf(path, sizeof(path), "%s/journal.db", test->site->state_dir);
	if (!test->provision->is_running && access(path, F_OK))
		selftest_skip(test, "record", "none yet: kakoud begins it");
	else if (log_with_file(test->cli, &call.call,
			       test->provision->is_running ? NULL : test->site->state_dir,
			       verify))
		selftest_fail(test, "record", "kakou log verify",
			      "no copy of it to look at");
}
