/* SPDX-License-Identifier: MIT */
/*
 * The command kakou: the present as it shows it, in tables and as JSON.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "tests/unit/cli_rig.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

static struct rpc_rig rig;
static struct snapshot shot;

static int start(void **state)
{
	struct customs_link_health link = {.failed = 2,
					   .last_sent_ms = -1,
					   .last_heard_ms = -1,
					   .tls_version = "TLSv1.2",
					   .last_error = "connection refused",
					   .refused = 4,
					   .last_refusal_ms = clock_mono_ms(),
					   .last_refusal = "10.0.0.9:4711: no client "
							   "certificate"};
	struct journal_health record = {.is_well = true, .last_seq = 99};

	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_journal_set_health(&record);
	rpc_healths_set_link(&link);
	rpc_rig_fill_snapshot(&rig, &shot);
	mailbox_put(rig.mailbox, &shot);
	rpc_rig_start(&rig);
	return 0;
}

enum { LANES_COLUMNS = 13 /* of kakou lanes */ };

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static void an_age_has_the_unit_that_suits_it(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} ages[] = {
		{0,         "0 ms"   },
		{999,       "999 ms" },
		{1000,      "1.0 s"  },
		{9999,      "9.9 s"  },
		{10000,     "10 s"   },
		{119999,    "119 s"  },
		{120000,    "2 min"  },
		{7199999,   "119 min"},
		{7200000,   "2 h"    },
		{172799999, "47 h"   },
		{172800000, "2 d"    },
	};
	char words[CLI_WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		json_t *object =
			json_pack("{s:I, s:n}", "age", (json_int_t)ages[i].ms, "never");

		assert_string_equal(cli_age(object, "age", words), ages[i].text);
		assert_string_equal(cli_age(object, "never", words), "-");
		assert_string_equal(cli_age(object, "absent", words), "-");
		json_decref(object);
	}
	assert_string_equal(cli_time(0, words), "-");
	assert_int_equal(strlen(cli_time(1785578400007, words)), 23);
	assert_string_equal(words + 19, ".007");
}

static void no_command_means_status(void **state)
{
	struct cli_rig_outcome alone = cli_rig_run(rig.site->control_socket, NULL);
	struct cli_rig_outcome named =
		cli_rig_run(rig.site->control_socket, "status", NULL);

	(void)state;
	assert_int_equal(alone.exit, 0);
	assert_string_equal(alone.out, named.out);
	assert_non_null(strstr(alone.out, "site     sim-gate, kakoud "));
	assert_non_null(strstr(alone.out, "control  well"));
	assert_non_null(strstr(alone.out, "record   well, last event 99"));
	assert_non_null(strstr(alone.out, "customs  DOWN"));
	assert_non_null(strstr(alone.out, "connection refused"));
	assert_non_null(strstr(alone.out, "refused  4 connections, last "));
	assert_non_null(strstr(alone.out, "; 10.0.0.9:4711: no client certificate\n"));
	assert_non_null(strstr(alone.out, "devices  14 well"));
	assert_non_null(strstr(alone.out, "out1"));
	cli_rig_release(&alone);
	cli_rig_release(&named);
}

static void a_silent_control_thread_is_said_aloud(void **state)
{
	(void)state;
	rpc_rig_advance(&rig, 5000);
	cli_rig_expect(0, "control  SILENT for 5.0 s", NULL, rig.site->control_socket,
		       NULL);
}

static void json_is_what_the_control_socket_said(void **state)
{
	static const char *const methods[] = {"status", "lanes", "devices", "buses",
					      "link"};

	(void)state;
	/* The folders of the pictures are looked at beside the test: what is said of them
	 * may change between two questions, but not for long. */
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		bool is_equal = false;

		for (int attempt = 0; attempt < 100 && !is_equal; attempt++) {
			struct cli_rig_outcome outcome = cli_rig_run(
				rig.site->control_socket, methods[i], "--json", NULL);
			json_t *answer = rpc_rig_call(&rig, methods[i], NULL);
			json_t *printed = json_loads(outcome.out, 0, NULL);

			assert_int_equal(outcome.exit, 0);
			assert_non_null(printed);
			is_equal = json_equal(printed, rpc_rig_result(answer));
			json_decref(printed);
			json_decref(answer);
			cli_rig_release(&outcome);
		}
		assert_true(is_equal);
	}
}

/* Columns at which the words of a line begin, after two blanks or more. */
static size_t find_columns(const char *line, int *columns, size_t max)
{
	size_t count = 0;
	int blanks = 2;
	int column = 0;

	while (*line && *line != '\n') {
		char one[5] = "";
		size_t len = 1;

		while ((line[len] & 0xC0) == 0x80)
			len++;
		memcpy(one, line, len);
		if (*line == ' ') {
			blanks++;
		} else {
			if (blanks >= 2 && count < max)
				columns[count++] = column;
			blanks = 0;
		}
		column += cli_measure(one);
		line += len;
	}
	return count;
}

static void columns_align_with_chinese_in_them(void **state)
{
	struct cli_rig_outcome outcome;
	int heads[LANES_COLUMNS];
	int columns[LANES_COLUMNS];
	const char *line;

	(void)state;
	for (int i = 0; i < 2; i++) {
		shot.lanes[i].passage = 7;
		text_copy(shot.lanes[i].plate, sizeof(shot.lanes[i].plate),
			  i ? "AB12" : "浙A12345");
		text_copy(shot.lanes[i].sign, sizeof(shot.lanes[i].sign),
			  i ? "放行" : "箱号待核请等候");
	}
	mailbox_put(rig.mailbox, &shot);
	outcome = cli_rig_run(rig.site->control_socket, "lanes", NULL);
	assert_int_equal(find_columns(outcome.out, heads, LANES_COLUMNS), LANES_COLUMNS);
	line = outcome.out;
	for (int i = 0; i < 2; i++) {
		line = strchr(line, '\n') + 1;
		assert_int_equal(find_columns(line, columns, LANES_COLUMNS),
				 LANES_COLUMNS);
		assert_memory_equal(columns, heads, sizeof(heads));
	}
	cli_rig_release(&outcome);
}

static void the_width_of_a_text_is_what_a_terminal_takes(void **state)
{
	(void)state;
	assert_int_equal(cli_measure(""), 0);
	assert_int_equal(cli_measure("in1"), 3);
	assert_int_equal(cli_measure("浙A12345"), 8);
	assert_int_equal(cli_measure("放行 请通过"), 11);
	assert_int_equal(cli_measure("。，"), 4);
	assert_int_equal(cli_measure("°C"), 2);
	assert_int_equal(cli_measure("e\xCC\x81"), 1); /* e and a combining acute */
	assert_int_equal(cli_measure("\xE6\xB5"), 2);  /* a character cut in half */
}

static void what_devices_say_does_not_steer_the_terminal(void **state)
{
	struct cli_rig_outcome outcome;

	(void)state;
	text_copy(shot.devices[0].text, sizeof(shot.devices[0].text), "\033[2J\a浙");
	mailbox_put(rig.mailbox, &shot);
	outcome = cli_rig_run(rig.site->control_socket, "devices", NULL);
	assert_int_equal(outcome.exit, 0);
	assert_null(strchr(outcome.out, '\033'));
	assert_non_null(strstr(outcome.out, "?[2J?浙"));
	cli_rig_release(&outcome);
}

static void a_lane_shows_its_evidence_and_the_lines_that_are_on(void **state)
{
	struct snapshot_lane *lane = &shot.lanes[0];
	const char *path = rig.site->control_socket;

	(void)state;
	lane->passage = 7;
	lane->evidence_count = 1;
	lane->evidence[0].kind = EVIDENCE_BOX;
	lane->evidence[0].is_required = true;
	text_copy(lane->evidence[0].text, sizeof(lane->evidence[0].text), "CSQU3054383");
	lane->inputs = LINE_BIT(LINE_APPROACH) | LINE_BIT(LINE_BEAM);
	lane->help_is_called = true;
	lane->mode_until_ms = shot.at_ms + 60000;
	text_copy(lane->mode_by, sizeof(lane->mode_by), "chen");
	text_copy(lane->mode_reason, sizeof(lane->mode_reason), "power cut");
	lane->mode_crossings = 3;
	mailbox_put(rig.mailbox, &shot);
	cli_rig_expect(0, "bypass   emergency_mode\n", NULL, path, "lane", "in1", NULL);
	cli_rig_expect(0, "EMERGENCY, by chen (power cut), ", NULL, path, "lane", "in1",
		       NULL);
	cli_rig_expect(0, " left, 3 passed\n", NULL, path, "lane", "in1", NULL);
	cli_rig_expect(0, "CSQU3054383", NULL, path, "lane", "in1", NULL);
	cli_rig_expect(0, "inputs   beam approach\n", NULL, path, "lane", "in1", NULL);
	cli_rig_expect(0, "outputs \n", NULL, path, "lane", "in1", NULL);
	cli_rig_expect(0, "the driver called", NULL, path, "lane", "in1", NULL);
	cli_rig_expect(0, "channel  3301500102 out", NULL, path, "lane", "out1", NULL);
}

static void a_reversible_lane_shows_which_way_it_goes(void **state)
{
	struct snapshot_lane *lane = &shot.lanes[0];
	const char *path = rig.site->control_socket;

	(void)state;
	text_copy(rig.site->lanes[0].reverse_chnl_no,
		  sizeof(rig.site->lanes[0].reverse_chnl_no), "3301500109");
	lane->turn = "turning";
	mailbox_put(rig.mailbox, &shot);
	cli_rig_expect(0, "in/out  idle, turning", NULL, path, "lanes", NULL);
	cli_rig_expect(0, "channel  3301500101 in, reversible\n", NULL, path, "lane",
		       "in1", NULL);
	lane->direction = 'E';
	lane->is_turned = true;
	lane->turn = "";
	mailbox_put(rig.mailbox, &shot);
	cli_rig_expect(0, "out/in  idle ", NULL, path, "lanes", NULL);
	cli_rig_expect(0, "channel  3301500109 out, reversible\n", NULL, path, "lane",
		       "in1", NULL);
	lane->turn = "unknown";
	mailbox_put(rig.mailbox, &shot);
	cli_rig_expect(0, "?/   idle, direction unknown", NULL, path, "lanes", NULL);
	cli_rig_expect(0, "not in force: the record does not tell, turn it", NULL, path,
		       "lane", "in1", NULL);
}

static void a_locked_lane_and_an_alarm_that_nobody_acknowledged_stand_out(void **state)
{
	struct snapshot_lane *lane = &shot.lanes[0];
	const char *path = rig.site->control_socket;

	(void)state;
	lane->is_locked = true;
	lane->alarm_count = 2;
	lane->alarms[0] = "hold";
	lane->alarms[1] = "tailgate";
	lane->is_acknowledged[0] = true;
	mailbox_put(rig.mailbox, &shot);
	cli_rig_expect(0, "idle, locked", NULL, path, "lanes", NULL);
	cli_rig_expect(0, "hold tailgate!", NULL, path, "lanes", NULL);
}

static void a_unit_that_is_backed_off_shows_its_pause_and_why(void **state)
{
	const struct bus_health health = {
		.unit_count = 1,
		.units = {{
			.unit = 1,
			.health = DEVICE_LOST,
			.failures_in_row = 4,
			.backoff_ms = 1600,
			.last_good_ms = -1,
			.why = "no answer within 300 ms",
		}},
	};

	(void)state;
	rpc_healths_set_bus(&health);
	cli_rig_expect(0, "1600 ms", NULL, rig.site->control_socket, "buses", NULL);
	cli_rig_expect(0, "no answer within 300 ms", NULL, rig.site->control_socket,
		       "buses", NULL);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_age_has_the_unit_that_suits_it),
		WITH_SERVER(no_command_means_status),
		WITH_SERVER(a_silent_control_thread_is_said_aloud),
		WITH_SERVER(json_is_what_the_control_socket_said),
		WITH_SERVER(columns_align_with_chinese_in_them),
		cmocka_unit_test(the_width_of_a_text_is_what_a_terminal_takes),
		WITH_SERVER(what_devices_say_does_not_steer_the_terminal),
		WITH_SERVER(a_lane_shows_its_evidence_and_the_lines_that_are_on),
		WITH_SERVER(a_reversible_lane_shows_which_way_it_goes),
		WITH_SERVER(
			a_locked_lane_and_an_alarm_that_nobody_acknowledged_stand_out),
		WITH_SERVER(a_unit_that_is_backed_off_shows_its_pause_and_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
