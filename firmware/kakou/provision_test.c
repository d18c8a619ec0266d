/* SPDX-License-Identifier: MIT */
/*
 * kakou provision test: the report that ends the provisioning of a gate. It moves nothing and changes
 * nothing; what a running kakoud holds it is asked about.
 *
 * Layer: firmware.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "firmware/care/begun.h"
#include "firmware/kakou/selftest.h"
#include "firmware/provision/first_people.h"
#include "hal/clock.h"
#include "hal/sign.h"

enum { DAY_S = 86400, RENEW_DAYS = 30, DISK_FULL_PERCENT = 70 };

/* ---- lines ----------------------------------------------------------------------------- */

KAKOU_PRINTF(5, 0)
static void add(struct selftest *test, const char *what, const char *outcome,
		const char *advice, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return;
	(void)json_array_append_new(
		test->lines, json_pack("{s:s, s:s, s:s, s:s}", "test", what, "outcome",
				       outcome, "text", text, "advice", advice));
	cli_table_add(test->table, "%s", outcome);
	cli_table_add(test->table, "%s", what);
	cli_table_add(test->table, "%s%s%s", text, advice[0] ? "; to do: " : "", advice);
	free(text);
}

void selftest_pass(struct selftest *test, const char *what, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(test, what, "pass", "", format, args);
	va_end(args);
}

void selftest_skip(struct selftest *test, const char *what, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(test, what, "skipped", "", format, args);
	va_end(args);
}

void selftest_fail(struct selftest *test, const char *what, const char *advice,
		   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(test, what, "FAIL", advice, format, args);
	va_end(args);
	test->failed++;
}

/* ---- what needs nobody else ------------------------------------------------------------ */

static void look_at_site(struct selftest *test)
{
	if (begun_is_there(test->provision->place.config))
		selftest_fail(
			test, "restore", "kakou restore --undo, or start the board again",
			"one was begun beside %s and did not end: kakoud does not start",
			test->provision->place.config);
	selftest_pass(test, "site", "%s: %zu lanes, %zu devices",
		      test->provision->place.config, test->site->lane_count,
		      test->site->device_count);
}

static void look_at_key(struct selftest *test, const struct identity *identity,
			const char *what)
{
	struct stat is;

	if (stat(identity->key, &is))
		selftest_fail(test, what, "kakou provision makes it", "%s: %s",
			      identity->key, strerror(errno));
	else if ((is.st_mode & 07777) != 0400 || is.st_uid != identity->owner.uid)
		selftest_fail(test, what, "kakou provision mends it",
			      "%s: mode %04o of user %u, expected 0400 of user %u",
			      identity->key, (unsigned)is.st_mode & 07777,
			      (unsigned)is.st_uid, (unsigned)identity->owner.uid);
	else
		selftest_pass(test, what, "%s, mode 0400 of its user", identity->key);
}

static void look_at_certificate(struct selftest *test, const struct identity *identity,
				const char *what)
{
	const struct certificate_wish wish = {
		.cert_file = identity->cert,
		.key_file = identity->key,
		.key_owner = identity->owner.uid,
		.ca_file = identity->ca[0] ? identity->ca : NULL,
		.crl_file = identity->crl[0] ? identity->crl : NULL,
		.name = identity->name,
		.use = identity->use,
		.now_s = clock_wall_ms() / 1000,
	};
	struct certificate_facts facts;
	struct why why = {""};
	char advice[PLACE_PATH_MAX + 96];
	enum kakou_err err = certificate_check(&wish, &facts, &why);
	int64_t days = (facts.until_s - wish.now_s) / DAY_S;

	(void)snprintf(advice, sizeof(advice),
		       "have %s signed, then kakou provision certificate %s FILE",
		       identity->request, identity->what);
	if (err)
		selftest_fail(test, what, advice, "%s", why.text);
	else if (days < RENEW_DAYS)
		selftest_fail(test, what, advice,
			      "\"%s\" by \"%s\" ends in %" PRId64 " days", facts.subject,
			      facts.issuer, days);
	else
		selftest_pass(test, what, "\"%s\" by \"%s\", %" PRId64 " days left",
			      facts.subject, facts.issuer, days);
}

static void look_at_identity(struct selftest *test, const char *what)
{
	struct identity identity;
	char line[32];
	bool has_name = provision_find_identity(test->provision, what, &identity);

	(void)snprintf(line, sizeof(line), "key %s", what);
	if (!has_name && !strcmp(what, "gate"))
		selftest_fail(test, line, "kakou provision asks for it",
			      "it has no name for its certificate yet (gate_name)");
	else if (!has_name)
		selftest_skip(test, line, "no officers' page (console_name)");
	if (!has_name)
		return;
	look_at_key(test, &identity, line);
	(void)snprintf(line, sizeof(line), "certificate %s", what);
	look_at_certificate(test, &identity, line);
}

static void look_at_clock(struct selftest *test)
{
	if (clock_is_synchronised())
		selftest_pass(test, "clock", "set, and synchronised by a time server");
	else
		selftest_fail(test, "clock",
			      "chronyc sources; name a reachable time server",
			      "not synchronised: times of the record are not sure");
}

static void look_at_disk(struct selftest *test)
{
	const char *path = test->site->state_dir;
	struct statvfs disk;
	uint64_t used, room;
	int percent;

	if (statvfs(path, &disk)) {
		selftest_fail(test, "disk", "mount the data partition there", "%s: %s",
			      path, strerror(errno));
		return;
	}
	used = disk.f_blocks - disk.f_bfree;
	room = used + disk.f_bavail;
	percent = room ? (int)(used * 100 / room) : 100;
	if (percent >= DISK_FULL_PERCENT)
		selftest_fail(test, "disk", "free some room, or set retention_days",
			      "%s: %d %% full, expected less than %d", path, percent,
			      DISK_FULL_PERCENT);
	else
		selftest_pass(test, "disk", "%s: %d %% full, %" PRIu64 " MB free", path,
			      percent, (uint64_t)disk.f_bavail * disk.f_frsize / 1048576);
}

static void look_at_people(struct selftest *test)
{
	struct people people;
	struct why why = {""};

	if (first_people_read(test->site->state_dir, &people, &why))
		selftest_fail(test, "people", "see kakou people", "%s", why.text);
	else if (people_count_supervisors(&people) == 0)
		selftest_fail(test, "people", "kakou people add NAME supervisor",
			      "nobody is a supervisor yet");
	else
		selftest_pass(test, "people", "%zu, %zu of them supervisors",
			      people.count, people_count_supervisors(&people));
	explicit_bzero(&people, sizeof(people));
}

static void look_at_daemon(struct selftest *test)
{
	if (test->provision->is_running)
		selftest_pass(test, "kakoud", "answers on %s",
			      test->site->control_socket);
	else
		selftest_skip(test, "kakoud", "does not run: systemctl start kakoud");
}

int provision_test(struct provision *provision)
{
	static const char *const heads[] = {"", "SELF-TEST", "", NULL};
	struct selftest test = {
		.provision = provision,
		.site = provision->site,
		.cli = provision->cli,
		.lines = json_object_get(provision->report, "tests"),
		.table = cli_table_create(heads),
	};

	look_at_site(&test);
	look_at_identity(&test, "gate");
	look_at_identity(&test, "console");
	look_at_people(&test);
	look_at_clock(&test);
	look_at_disk(&test);
	look_at_daemon(&test);
	selftest_gpio(&test);
	selftest_devices(&test);
	selftest_customs(&test);
	selftest_record(&test);
	if (!provision->cli->json) {
		fputc('\n', provision->cli->out);
		cli_table_print(test.table, provision->cli->out);
	}
	cli_table_destroy(test.table);
	return test.failed ? CLI_DOUBT : CLI_DONE;
}
