/* SPDX-License-Identifier: MIT */
/*
 * kakou map and kakou bus: registers raw and decoded, and who answers on a port, through kakoud
 * and directly.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "hal/text.h"
#include "tests/unit/cli_rig.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

static struct rpc_rig rig;

/* The plate camera of the simulated site: unit 1 has a read, unit 3 refuses, unit 4 is behind a
 * gateway that finds nobody, unit 5 answers for another, unit 6 holds what no camera may. */
static void answer(const struct bus_question *question, struct bus_answer *out)
{
	static const char plate[] = "浙A12345";
	uint16_t image[200] = {[1] = 41, [2] = 97, [3] = 1, [4] = sizeof(plate) - 1};

	out->took_ms = 12;
	for (size_t i = 0; i < sizeof(plate) - 1; i++)
		image[5 + i / 2] |=
			(uint16_t)((unsigned char)plate[i] << (i % 2 ? 0 : 8));
	if (question->unit == 6)
		image[2] = 200;
	if (question->unit == 1 || question->unit == 6) {
		out->count = question->count;
		memcpy(out->values, &image[question->address],
		       question->count * sizeof(uint16_t));
	} else if (question->unit == 3 || question->unit == 4) {
		out->error = KAKOU_E_REFUSED;
		out->exception = question->unit == 3 ? 2 : 11;
		(void)text_copy(
			out->why, sizeof(out->why),
			question->unit == 3
				? "port p unit 3: exception 2: illegal data address"
				: "port p unit 4: exception 11: gateway target");
	} else if (question->unit == 5) {
		out->error = KAKOU_E_FOREIGN;
		(void)text_copy(out->why, sizeof(out->why),
				"port p unit 5: unit is 6, expected 5");
	} else {
		out->error = KAKOU_E_TIMEOUT;
		(void)text_copy(out->why, sizeof(out->why),
				"port p unit 9: no whole answer within 100 ms");
	}
}

static int start(void **state)
{
	struct bus_health bus = {.unit_count = 1, .units = {{.unit = 1}}};
	static struct snapshot shot;

	(void)state;
	fake_modbus_reset();
	rpc_healths_reset();
	rpc_healths_set_bus(&bus);
	rpc_healths.answer = answer;
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_fill_snapshot(&rig, &shot);
	mailbox_put(rig.mailbox, &shot);
	rpc_rig_start(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	fake_modbus_reset();
	return 0;
}

static const char *first_device(void)
{
	return rig.site->devices[0].name; /* on the first port, whose bus is the double */
}

static void a_device_is_shown_register_by_register(void **state)
{
	struct cli_rig_outcome outcome = cli_rig_run(rig.site->control_socket, "map",
						     "show", first_device(), NULL);

	(void)state;
	assert_int_equal(outcome.exit, 0);
	assert_non_null(strstr(outcome.out, "plate-in1, port plate-in1 unit 1, map "
					    "kakou-plate-camera (plate_camera)"));
	assert_non_null(strstr(outcome.out, "holding 0 to 40: answered in 12 ms"));
	assert_non_null(strstr(outcome.out, "0061"));
	assert_non_null(strstr(outcome.out, "97 %"));
	assert_non_null(strstr(outcome.out, "\"浙A12345\""));
	assert_non_null(strstr(outcome.out, "only written"));
	cli_rig_release(&outcome);
}

static void as_json_each_point_has_its_registers_its_value_and_its_age(void **state)
{
	struct cli_rig_outcome outcome = cli_rig_run(
		rig.site->control_socket, "map", "show", first_device(), "--json", NULL);
	json_t *all = json_loads(outcome.out, 0, NULL);
	json_t *point = json_array_get(json_object_get(all, "points"), 2);

	(void)state;
	assert_int_equal(outcome.exit, 0);
	assert_string_equal(cli_text(point, "point"), "front_confidence");
	assert_int_equal(cli_integer(point, "address"), 2);
	assert_int_equal(cli_integer(point, "value"), 97);
	assert_string_equal(cli_text(point, "unit"), "%");
	assert_int_equal(
		json_integer_value(json_array_get(json_object_get(point, "raw"), 0)),
		0x61);
	assert_true(json_is_integer(json_object_get(point, "age_ms")));
	json_decref(all);
	cli_rig_release(&outcome);
}

static void what_the_map_does_not_allow_is_quoted_and_fails(void **state)
{
	(void)state;
	cli_rig_expect(1, "front_confidence: got 200, expected 0 to 100", NULL,
		       rig.site->control_socket, "map", "show", "plate-in1:6", "--map",
		       "kakou-plate-camera", NULL);
}

static void a_unit_that_does_not_answer_is_said_in_words(void **state)
{
	(void)state;
	cli_rig_expect(1, "FAILED after 12 ms: port p unit 9: no whole answer", NULL,
		       rig.site->control_socket, "map", "show", "plate-in1:9", "--map",
		       "kakou-plate-camera", NULL);
	cli_rig_expect(1, "exception 2: illegal data address", NULL,
		       rig.site->control_socket, "map", "show", "plate-in1:3", "--map",
		       "kakou-plate-camera", NULL);
}

static void a_unit_the_site_does_not_know_needs_a_map(void **state)
{
	(void)state;
	cli_rig_expect(2, NULL, "expected --map NAME", rig.site->control_socket, "map",
		       "show", "plate-in1:9", NULL);
}

static void a_map_alone_shows_its_points(void **state)
{
	(void)state;
	cli_rig_expect(0, "f32 high-first * 1000", NULL, rig.site->control_socket, "map",
		       "show", "seneca-ze-sg3", NULL);
	cli_rig_expect(2, NULL, "got \"nonsense\", expected a device, PORT:UNIT",
		       rig.site->control_socket, "map", "show", "nonsense", NULL);
	cli_rig_expect(2, NULL, "got \"../x\", expected", rig.site->control_socket, "map",
		       "show", "../x", NULL);
}

static void the_list_says_who_uses_a_map(void **state)
{
	(void)state;
	cli_rig_expect(0, "plate-in1 plate-out1", NULL, rig.site->control_socket, "map",
		       "list", NULL);
}

static void a_scan_tells_who_is_there_and_who_is_not(void **state)
{
	struct cli_rig_outcome outcome = cli_rig_run(
		rig.site->control_socket, "bus", "scan", "plate-in1", "--to", "9", NULL);

	(void)state;
	assert_int_equal(outcome.exit, 0);
	assert_non_null(strstr(outcome.out, "kakou-plate-camera, as device plate-in1"));
	assert_non_null(strstr(outcome.out, "exception 2: illegal data address"));
	assert_non_null(strstr(outcome.out, "unit is 6, expected 5"));
	assert_null(strstr(outcome.out, "gateway"));
	assert_non_null(strstr(outcome.out, "9 asked, 4 answered, 5 silent"));
	cli_rig_release(&outcome);
}

static void a_scan_does_not_guess_a_map_that_a_register_contradicts(void **state)
{
	struct cli_rig_outcome outcome =
		cli_rig_run(rig.site->control_socket, "bus", "scan", "plate-in1",
			    "--from", "6", "--to", "6", "--json", NULL);
	json_t *all = json_loads(outcome.out, 0, NULL);
	json_t *guesses = json_object_get(
		json_array_get(json_object_get(all, "units"), 0), "guesses");
	const json_t *guess;
	size_t i;

	(void)state;
	assert_int_equal(outcome.exit, 0);
	json_array_foreach(guesses, i, guess)
	{
		assert_string_not_equal(cli_text(guess, "map"), "kakou-plate-camera");
	}
	json_decref(all);
	cli_rig_release(&outcome);
}

static void a_port_that_kakoud_polls_is_not_opened_a_second_time(void **state)
{
	const struct modbus_port_config *port = &rig.site->ports[0].modbus;
	char where[96];

	(void)state;
	(void)snprintf(where, sizeof(where), "%s:%d", port->host, port->tcp_port);
	cli_rig_expect(1, NULL, "is polled by kakoud as port plate-in1",
		       rig.site->control_socket, "map", "show", "kakou-sign", "--tcp",
		       where, "--unit", "1", NULL);
	cli_rig_expect(1, NULL, "is polled by kakoud", rig.site->control_socket, "bus",
		       "scan", "--tcp", where, NULL);
}

static void a_port_of_nobody_is_asked_directly(void **state)
{
	(void)state;
	fake_modbus_add("tcp", 7);
	fake_modbus_set("tcp", 7, MODBUS_HOLDING, 2, 0x01DC);
	fake_modbus_set("tcp", 7, MODBUS_HOLDING, 3, 0xC56E);
	cli_rig_expect(0, "31245.678 kg", NULL, rig.site->control_socket, "map", "show",
		       "kakou-weighbridge", "--tcp", "127.0.0.1:5020", "--unit", "7",
		       NULL);
	cli_rig_expect(0, "perhaps", NULL, rig.site->control_socket, "bus", "scan",
		       "--tcp", "127.0.0.1:5020", "--from", "6", "--to", "8", NULL);
	cli_rig_expect(0, "3 asked, 1 answered, 2 silent", NULL, rig.site->control_socket,
		       "bus", "scan", "--tcp", "127.0.0.1:5020", "--from", "6", "--to",
		       "8", "--no-guess", NULL);
}

static void a_port_that_can_t_be_opened_is_not_a_silent_line(void **state)
{
	(void)state;
	cli_rig_expect(1, NULL, "no unit could be asked: ", rig.site->control_socket,
		       "bus", "scan", "--tty", "/dev/ttyS9", "--to", "3", NULL);
	fake_modbus_add("tty", 9);
	cli_rig_expect(0, "3 asked, 0 answered, 3 silent", NULL, rig.site->control_socket,
		       "bus", "scan", "--tty", "/dev/ttyS9", "--to", "3", NULL);
}

static void a_sweep_finds_a_unit_at_its_speed(void **state)
{
	(void)state;
	fake_modbus_add("tty", 2);
	cli_rig_expect(0, "/dev/ttyS9 9600 8N1", NULL, rig.site->control_socket, "bus",
		       "scan", "--tty", "/dev/ttyS9", "--sweep", "--to", "2",
		       "--no-guess", NULL);
}

static void wrong_words_are_refused_with_what_was_expected(void **state)
{
	static const struct {
		const char *words[8], *said;
	} cases[] = {
		{{"map"},							  "too few words"         },
		{{"map", "draw"},						  "expected list, or show"},
		{{"map", "show", "x", "--tcp", "h:0", "--unit", "1"},              "got \"h:0\""           },
		{{"map", "show", "x", "--tcp", "127.0.0.1"},                       "got no --unit"         },
		{{"map", "show", "x", "--unit", "1"},                              "expected PORT:UNIT"    },
		{{"map", "show", "x", "--tcp", "a", "--tty", "b", "--unit=1"},
		 "expected one of them"								    },
		{{"map", "show", "x", "--tty", "b", "--unit=1", "--frame", "7E1"},
		 "got \"7E1\""									     },
		{{"bus", "find"},						  "expected scan"         },
		{{"bus", "scan"},						  "the name of a port"    },
		{{"bus", "scan", "plate-in1", "--sweep"},                          "expected it with --tty"},
		{{"bus", "scan", "plate-in1", "--from=9", "--to=3"},
		 "expected the first"								      },
		{{"bus", "scan", "plate-in1", "--to=256"},                         "expected 0 to 255"     },
		{{"bus", "scan", "nowhere", "--to=2"},                             "got \"nowhere\""       },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const *w = cases[i].words;

		cli_rig_expect(2, NULL, cases[i].said, rig.site->control_socket, w[0],
			       w[1], w[2], w[3], w[4], w[5], w[6], w[7], NULL);
	}
}

static void a_bus_without_room_says_so(void **state)
{
	(void)state;
	rpc_healths.questions_are_full = true;
	cli_rig_expect(1, NULL, "4 questions wait for port plate-in1 already",
		       rig.site->control_socket, "map", "show", first_device(), NULL);
}

static void a_port_without_devices_is_left_to_direct_questions(void **state)
{
	rpc_rig_expect_error(
		rpc_rig_call(&rig, "bus.read",
			     "{\"port\":\"tag-in1\",\"unit\":1,\"area\":\"holding\","
			     "\"address\":0,\"count\":1}"),
		-32010, "kakoud does not open it");
	(void)state;
}

static void a_question_is_checked_before_it_is_asked(void **state)
{
	(void)state;
	rpc_rig_expect_error(
		rpc_rig_call(&rig, "bus.read",
			     "{\"port\":\"plate-in1\",\"unit\":1,\"area\":\"file\","
			     "\"address\":0,\"count\":1}"),
		-32602, "expected one of coils, discretes, holding, input");
	rpc_rig_expect_error(
		rpc_rig_call(&rig, "bus.read",
			     "{\"port\":\"plate-in1\",\"unit\":1,\"area\":\"holding\","
			     "\"address\":0,\"count\":126}"),
		-32602, "expected an integer from 1 to 125");
}

static void an_asker_whose_port_has_no_time_is_told_after_ten_seconds(void **state)
{
	static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"bus."
				   "read\",\"params\":{\"port\":"
				   "\"plate-in1\",\"unit\":1,\"area\":\"holding\","
				   "\"address\":0,\"count\":1}}\n";
	int fd = rpc_rig_connect(&rig);

	(void)state;
	rpc_healths.answer = NULL;
	rpc_rig_send(fd, line, strlen(line));
	for (int i = 0; i < 5000 && atomic_load(&rpc_healths.questions) == 0; i++)
		(void)usleep(1000);
	rpc_rig_advance(&rig, 9000);
	rpc_rig_advance(&rig, 1500);
	rpc_rig_expect_error(rpc_rig_receive(fd), -32003,
			     "has no time for this question");
	close(fd);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(a_device_is_shown_register_by_register),
		WITH_SERVER(as_json_each_point_has_its_registers_its_value_and_its_age),
		WITH_SERVER(what_the_map_does_not_allow_is_quoted_and_fails),
		WITH_SERVER(a_unit_that_does_not_answer_is_said_in_words),
		WITH_SERVER(a_unit_the_site_does_not_know_needs_a_map),
		WITH_SERVER(a_map_alone_shows_its_points),
		WITH_SERVER(the_list_says_who_uses_a_map),
		WITH_SERVER(a_scan_tells_who_is_there_and_who_is_not),
		WITH_SERVER(a_scan_does_not_guess_a_map_that_a_register_contradicts),
		WITH_SERVER(a_port_that_kakoud_polls_is_not_opened_a_second_time),
		WITH_SERVER(a_port_of_nobody_is_asked_directly),
		WITH_SERVER(a_port_that_can_t_be_opened_is_not_a_silent_line),
		WITH_SERVER(a_sweep_finds_a_unit_at_its_speed),
		WITH_SERVER(wrong_words_are_refused_with_what_was_expected),
		WITH_SERVER(a_bus_without_room_says_so),
		WITH_SERVER(a_port_without_devices_is_left_to_direct_questions),
		WITH_SERVER(a_question_is_checked_before_it_is_asked),
		WITH_SERVER(an_asker_whose_port_has_no_time_is_told_after_ten_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
