/* SPDX-License-Identifier: MIT */
/*
 * kakou status: the gate at a glance.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <string.h>

/* The control thread shows itself ten times a second; silence is worth a word. */
enum { SILENT_MS = 1000, DAY_MS = 86400000 };

static void print_control(struct cli *cli, const json_t *control)
{
	char age[CLI_WORDS_MAX];

	fprintf(cli->out, "control  %s",
		cli_integer(control, "age_ms") > SILENT_MS ? "SILENT for "
							   : "well, shown ");
	fprintf(cli->out,
		"%s%s; %" PRId64 " scans, %" PRId64 " late, longest %" PRId64
		" us; %s, %s, %s\n",
		cli_age(control, "age_ms", age),
		cli_integer(control, "age_ms") > SILENT_MS ? "" : " ago",
		cli_integer(control, "scans"), cli_integer(control, "late_scans"),
		cli_integer(control, "longest_scan_us"),
		cli_flag(control, "is_realtime") ? "real-time" : "not real-time",
		cli_flag(control, "memory_is_locked") ? "memory locked"
						      : "memory not locked",
		cli_flag(control, "is_filtered") ? "filtered" : "not filtered");
}

static void print_record(struct cli *cli, const json_t *record)
{
	fprintf(cli->out,
		"record   %s, last event %" PRId64 ", %" PRId64 " waiting, %" PRId64
		" failures, disk %" PRId64 " %% full%s%s\n",
		cli_flag(record, "is_well") ? "well" : "NOT WELL",
		cli_integer(record, "last_seq"), cli_integer(record, "waiting"),
		cli_integer(record, "failures"), cli_integer(record, "disk_percent"),
		cli_text(record, "why")[0] ? "; " : "", cli_text(record, "why"));
	if (cli_integer(record, "removed_to") > 0 ||
	    cli_integer(record, "retention_days") > 0)
		fprintf(cli->out,
			"         kept for %" PRId64 " days, removed up to event %" PRId64
			"%s%s\n",
			cli_integer(record, "retention_days"),
			cli_integer(record, "removed_to"),
			cli_text(record, "retention")[0] ? "; " : "",
			cli_text(record, "retention"));
}

static void print_customs(struct cli *cli, const json_t *link)
{
	const char *error = cli_flag(link, "is_up") ? "" : cli_text(link, "last_error");
	char sent[CLI_WORDS_MAX];
	char heard[CLI_WORDS_MAX];

	fprintf(cli->out, "customs  %s, sent %s, heard %s, %" PRId64 " pending%s%s\n",
		cli_say_link(link), cli_ago(link, "sent_age_ms", sent),
		cli_ago(link, "heard_age_ms", heard), cli_integer(link, "pending"),
		error[0] ? "; " : "", error);
}

/* Who knocked and was turned away within a day: customs with a certificate that does not do, or
 * somebody who has no business here. */
static void print_refusal(struct cli *cli, const json_t *link)
{
	const char *why = cli_text(link, "last_refusal");
	char ago[CLI_WORDS_MAX];

	if (why[0] && cli_integer(link, "refusal_age_ms") < DAY_MS)
		fprintf(cli->out, "refused  %" PRId64 " connections, last %s; %s\n",
			cli_integer(link, "refused"),
			cli_ago(link, "refusal_age_ms", ago), why);
}

/* Only where there is something: customs does not know of vehicles that have gone. */
static void print_backlog(struct cli *cli, const json_t *backlog)
{
	char age[CLI_WORDS_MAX];

	if (cli_integer(backlog, "waiting") == 0)
		return;
	fprintf(cli->out,
		"backlog  %" PRId64 "%s not taken by customs, the oldest for %s\n",
		cli_integer(backlog, "waiting"),
		cli_flag(backlog, "is_whole") ? "" : " or more",
		cli_age(backlog, "oldest_age_ms", age));
}

static void print_people(struct cli *cli, const json_t *people)
{
	const char *damage = cli_text(people, "damage");

	if (damage[0])
		fprintf(cli->out, "people   DAMAGED, nobody can log in: %s\n", damage);
}

static void print_registry(struct cli *cli, const json_t *registry)
{
	fprintf(cli->out,
		"registry %s, %" PRId64 " orders, %" PRId64 " vehicles, %" PRId64
		" cleared offline to settle%s%s\n",
		cli_flag(registry, "is_well") ? "well" : "NOT WELL",
		cli_integer(registry, "orders"), cli_integer(registry, "vehicles"),
		cli_integer(registry, "offline_open"),
		cli_text(registry, "why")[0] ? "; " : "", cli_text(registry, "why"));
}

/* Nothing to say where no camera gives any. */
static void print_pictures(struct cli *cli, const json_t *pictures)
{
	const char *why = cli_text(pictures, "why");

	if (cli_integer(pictures, "kept") == 0 && cli_integer(pictures, "missing") == 0)
		return;
	fprintf(cli->out,
		"pictures %" PRId64 " kept (%" PRId64 " MB), %" PRId64 " taken, %" PRId64
		" missing, %" PRId64 " late%s%s\n",
		cli_integer(pictures, "kept"), cli_integer(pictures, "bytes") / 1048576,
		cli_integer(pictures, "taken"), cli_integer(pictures, "missing"),
		cli_integer(pictures, "late"), why[0] ? "; " : "", why);
}

/* Only what the machine tells of itself. */
static void print_health(struct cli *cli, const json_t *health)
{
	const json_t *temperature = json_object_get(health, "temperature_mc");
	const json_t *used = json_object_get(health, "flash_used_percent");
	const char *battery = cli_text(health, "clock_battery");
	const char *separator = "health   ";

	if (cli_flag(health, "has_clock")) {
		fprintf(cli->out, "%sclock %s, its battery %s", separator,
			cli_flag(health, "clock_is_set") ? "set" : "NOT SET",
			strcmp(battery, "low") ? battery : "LOW");
		separator = "; ";
	}
	if (json_is_integer(used)) {
		fprintf(cli->out, "%sflash up to %" PRId64 " %% used%s", separator,
			(int64_t)json_integer_value(used),
			cli_integer(health, "flash_spare") > 1 ? ", SPARE BLOCKS GO"
							       : "");
		separator = "; ";
	}
	if (json_is_integer(temperature)) {
		fprintf(cli->out, "%s%" PRId64 " °C", separator,
			(int64_t)(json_integer_value(temperature) / 1000));
		separator = "; ";
	}
	if (separator[0] == ';')
		fputc('\n', cli->out);
}

/* Nothing to say of a machine without watchdog that was never reset. */
static void print_machine(struct cli *cli, const json_t *machine)
{
	const char *watchdog = cli_text(machine, "watchdog");
	const char *by = cli_text(machine, "reset_by");
	const char *why = cli_text(machine, "why");

	if (!watchdog[0] && !by[0])
		return;
	fprintf(cli->out, "machine  ");
	if (watchdog[0])
		fprintf(cli->out, "watchdog %s %s%s%s%s%s", watchdog,
			cli_word(machine, "state"), why[0] ? ": " : "", why,
			cli_flag(machine, "is_hung") ? ", NOT KICKED" : "",
			by[0] ? "; " : "");
	if (by[0])
		fprintf(cli->out, "last reset by %s: %s", by,
			cli_text(machine, "reset_why"));
	fprintf(cli->out, "\n");
}

static void print_status(struct cli *cli, json_t *status)
{
	const json_t *devices = json_object_get(status, "devices");
	char started[CLI_WORDS_MAX];

	fprintf(cli->out, "site     %s, kakoud %s, since %s\n", cli_word(status, "site"),
		cli_word(status, "version"),
		cli_time(cli_integer(status, "started_wall_ms"), started));
	print_control(cli, json_object_get(status, "control"));
	print_record(cli, json_object_get(status, "record"));
	print_customs(cli, json_object_get(status, "customs"));
	print_refusal(cli, json_object_get(status, "customs"));
	print_backlog(cli,
		      json_object_get(json_object_get(status, "customs"), "backlog"));
	print_registry(cli, json_object_get(status, "registry"));
	print_pictures(cli, json_object_get(status, "pictures"));
	print_people(cli, json_object_get(status, "people"));
	print_machine(cli, json_object_get(status, "machine"));
	print_health(cli, json_object_get(json_object_get(status, "machine"), "health"));
	fprintf(cli->out,
		"devices  %" PRId64 " well, %" PRId64 " sick, %" PRId64 " lost, %" PRId64
		" not asked yet\n\n",
		cli_integer(devices, "well"), cli_integer(devices, "sick"),
		cli_integer(devices, "lost"), cli_integer(devices, "unknown"));
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
	int exit;

	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	exit = cli_show(cli, "status", NULL, print_status);
	if (!exit && !cli->json)
		exit = cli_show(cli, "lanes", NULL, cmd_print_lanes);
	return exit;
}
