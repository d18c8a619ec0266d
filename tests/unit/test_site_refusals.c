/* SPDX-License-Identifier: MIT */
/*
 * The site file: what is refused of names, customs, ports, devices and maps.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hal/file.h"
#include "tests/unit/site_file.h"
#include "tests/unit/site_refusal.h"

static void the_site_of_this_test_is_well(void **state)
{
	(void)state;
	site_refusal_expect_well("gate-1", "gate-1");
}

static void a_name_is_short_and_plain(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"gate-1", "gate 1",
		 "name =", {"\"gate 1\"", "A-Z a-z"}},
		{"gate-1", "-gate",
		 "name =", {"\"-gate\"", "letter or digit"}},
		{"gate-1", "关口",
		 "name =", {"\"关口\"", "A-Z"}},
		{"gate-1", "abcdefghijklmnopqrstuvwxyz012345",
		 "name =", {"31 bytes"}},
		{"port \"cameras\"", "port \"the cameras\"",
		 "port \"the", {"the cameras"}},
		{"device \"plate\"", "device \"a/b\"",
		 "device \"a/b\"", {"a/b"}},
		{"lane \"in1\"", "lane \"in 1\"",
		 "lane \"in 1\"", {"in 1"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void events_are_kept_for_days_or_for_ever(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"name = \"gate-1\"", "name = \"gate-1\"\nretention_days = -1",
		 "retention_days", {"-1", "0 to 36500"}},
		{"name = \"gate-1\"", "name = \"gate-1\"\nretention_waits_for = {\"fleet\"}",
		 "retention_waits_for", {"\"fleet\"", "customs"}},
		{"name = \"gate-1\"", "name = \"gate-1\"\nretention_waits_for = {\"customs\", \"customs\"}",
		 "retention_waits_for", {"1"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

#define TOKEN "name = \"gate-1\"\nrecord_key_token = \"pkcs11:"

static void the_record_has_one_key_and_its_pin_is_elsewhere(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"name = \"gate-1\"", "name = \"gate-1\"\nrecord_key_token = \"/etc/key\"",
		 "record_key_token", {"pkcs11:"}},
		{"name = \"gate-1\"", TOKEN "token=a;object=b\"",
		 "record_key_token", {"module-path="}},
		{"name = \"gate-1\"", TOKEN "token=a;object=b?module-path=/x&pin-value=1\"",
		 "record_key_token", {"pin-source=", "no place in a configuration"}},
		{"name = \"gate-1\"", TOKEN "token=a;object=b?module-path=/x\"\n"
		 "record_key_file = \"record.key\"",
		 "record_key_token", {"record_key_file", "one of both"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well("name = \"gate-1\"",
				 TOKEN "token=a;object=b?module-path=/x&"
				       "pin-source=/etc/kakou/pin\"");
}

static void customs_are_one_platform_with_plain_values(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"port = 9001", "port = 9001\n	user_id = gate",
		 "customs \"platform\"", {"with user_id \"gate\"", "both or neither"}},
		{"port = 9001", "port = 9001\n	generation = smart\n	pictures_wait_ms = 300",
		 "pictures_wait_ms", {"got 300 with generation = smart", "traditional"}},
		{"port = 9001", "port = 9001\n	framing = bare_xml\n	pictures_wait_ms = 300",
		 "pictures_wait_ms", {"framing = bare_xml"}},
		{"customs \"platform\" {", "customs \"a\" {\n}\ncustoms \"platform\" {",
		 "customs \"a\"", {"host"}},
		{"192.0.2.1\"\n	port", "customs.invalid\"\n	port",
		 "host =", {"customs.invalid", "numeric address"}},
		{"listen_host = \"192.0.2.2\"", "listen_host = \"192.0.2\"",
		 "listen_host", {"\"192.0.2\"", "numeric"}},
		{"port = 9001", "port = 0",
		 "port = 0", {"\"0\"", "1 to 65535"}},
		{"port = 9001", "port = 09001",
		 "port = 09001", {"09001", "integer"}},
		{"peer_name = \"customs.invalid\"", "peer_name = \"customs_1\"",
		 "peer_name", {"customs_1", "DNS name"}},
		{"peer_name = \"customs.invalid\"", "peer_name = \"a..b\"",
		 "peer_name", {"a..b", "DNS name"}},
		{"peer_name = \"customs.invalid\"", "peer_name = \"a.\"",
		 "peer_name", {"a.", "DNS name"}},
		{"	ca_file = \"ca.pem\"\n", "",
		 "customs \"platform\"", {"ca_file", "got nothing"}},
		{"	key_file = \"gate.key\"\n", "",
		 "customs \"platform\"", {"key_file", "got nothing"}},
		{"	peer_name = \"customs.invalid\"\n", "",
		 "customs \"platform\"", {"peer_name", "got nothing"}},
		{"3301500001", "330150001",
		 "area_id", {"\"330150001\"", "exactly 10 bytes"}},
		{"3301500001", "33015000011",
		 "area_id", {"\"33015000011\"", "exactly 10 bytes"}},
		{"3301500001", "33015 0001",
		 "area_id", {"33015 0001", "exactly 10 ASCII"}},
		{"3301500001", "杭州综x",
		 "area_id", {"杭州综x", "exactly 10 ASCII"}},
		{"port = 9001",
		 "port = 9001\n	resend_ms = 5000\n	resend_max_ms = 4999",
		 "resend_max_ms", {"4999", "5000"}},
		{"port = 9001", "port = 9001\n	connect_ms = 199",
		 "connect_ms", {"199", "200 to 30000"}},
		{"port = 9001", "port = 9001\n	byte_order = middle",
		 "byte_order", {"middle", "little|big"}},
		{"port = 9001", "port = 9001\n	encoding = big5",
		 "encoding", {"big5", "standard|gb18030|utf8"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

static void there_is_exactly_one_customs_section(void **state)
{
	const char *begin = strstr(site_refusal_well, "customs");
	const char *end = strstr(site_refusal_well, "port \"cameras\"");
	const struct refusal none = {
		"", "no customs", "name =", {"0 customs", "expected one"}
	};
	const struct refusal two = {
		"", "two customs", "customs \"second\"", {"2 customs", "expected one"}
	};
	char *section = strndup(begin, (size_t)(end - begin));
	char *without = site_file_replace(site_refusal_well, section, "");
	char *second = site_file_replace(section, "\"platform\"", "\"second\"");
	char *both;

	(void)state;
	assert_true(asprintf(&both, "%s%s", site_refusal_well, second) > 0);
	site_refusal_expect(&none, without);
	site_refusal_expect(&two, both);
	free(both);
	free(second);
	free(without);
	free(section);
}

static void a_port_has_what_its_type_needs_and_nothing_else(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"type = tcp", "type = udp",
		 "type = udp", {"udp", "tcp|rtu"}},
		{"	host = \"192.0.2.10\"\n", "",
		 "port \"cameras\"", {"host", "numeric address"}},
		{"192.0.2.10", "camera.invalid",
		 "camera.invalid", {"camera.invalid", "numeric"}},
		{"	tty = \"/dev/ttyS1\"\n", "",
		 "port \"serial\"", {"tty", "serial device"}},
		{"type = tcp", "type = tcp\n	baud = 9600",
		 "baud", {"type tcp", "rtu only"}},
		{"type = tcp", "type = tcp\n	parity = E",
		 "parity", {"type tcp", "rtu only"}},
		{"type = tcp", "type = tcp\n	stop_bits = 2",
		 "stop_bits", {"type tcp", "rtu only"}},
		{"type = tcp", "type = tcp\n	tty = \"/dev/ttyS0\"",
		 "tty =", {"rtu only"}},
		{"type = rtu", "type = rtu\n	host = \"192.0.2.9\"",
		 "192.0.2.9", {"type rtu", "tcp only"}},
		{"type = rtu", "type = rtu\n	tcp_port = 502",
		 "tcp_port", {"tcp only"}},
		{"type = rtu", "type = rtu\n	connect_ms = 500",
		 "connect_ms", {"tcp only"}},
		{"type = rtu", "type = rtu\n	baud = 9601",
		 "baud", {"9601", "9600"}},
		{"type = rtu", "type = rtu\n	parity = M",
		 "parity", {"\"M\"", "N|E|O"}},
		{"type = rtu", "type = rtu\n	stop_bits = 3",
		 "stop_bits", {"3", "1 to 2"}},
		{"type = tcp", "type = tcp\n	tcp_port = 65536",
		 "tcp_port", {"65536", "65535"}},
		{"type = tcp", "type = tcp\n	answer_ms = 19",
		 "answer_ms", {"19", "20 to 5000"}},
		{"type = tcp", "type = tcp\n	connect_ms = 5001",
		 "connect_ms", {"5001", "50 to 5000"}},
		{"type = tcp",
		 "type = tcp\n	backoff_min_ms = 500\n	backoff_max_ms = 499",
		 "backoff_max_ms", {"499", "500"}},
		{"port \"serial\" {",
		 "port \"other\" {\n	type = rtu\n	tty = \"/dev/ttyS1\"\n}\nport \"serial\" {",
		 "/dev/ttyS1\"\n}\ndevice", {"/dev/ttyS1", "\"other\" already"}},
		{"port \"serial\" {",
		 "port \"other\" {\n	type = tcp\n	host = \"192.0.2.10\"\n}\nport \"serial\" {",
		 "192.0.2.10\"\n}\nport \"serial\"", {"192.0.2.10 port 502", "\"cameras\" already"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well(
		"port \"serial\" {",
		"port \"other\" {\n	type = tcp\n	host = \"192.0.2.10\"\n	tcp_port "
		"= 503\n}\nport \"serial\" {");
}

static void a_device_is_on_a_port_that_is_there_with_a_unit_of_its_own(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"port = serial", "port = seriell",
		 "port = seriell", {"\"seriell\"", "port section"}},
		{"unit = 7", "unit = 0",
		 "unit = 0", {"got 0", "1 to 247"}},
		{"unit = 7", "unit = 248",
		 "unit = 248", {"got 248", "1 to 247"}},
		{"unit = 2", "unit = 248",
		 "unit = 248", {"got 248", "0 to 247 or 255"}},
		{"unit = 2", "unit = 256",
		 "unit = 256", {"256", "0 to 255"}},
		{"map = seneca-ze-sg3", "map = seneca",
		 "map = seneca", {"seneca.map"}},
		{"map = seneca-ze-sg3", "map = \"../maps/seneca-ze-sg3\"",
		 "map = \"..", {"../maps", "not a path"}},
		{"map = seneca-ze-sg3", "map = \"a/b\"",
		 "map = \"a/b\"", {"a/b", "not a path"}},
		{"unit = 7", "unit = 7\n	period_ms = 500\n	max_age_ms = 500",
		 "max_age_ms", {"used for 500 ms", "every 500 ms"}},
		{"unit = 7", "unit = 7\n	period_ms = 60000",
		 "period_ms", {"every 60000 ms", "longer use"}},
		{"unit = 7", "unit = 7\n	max_age_ms = 50",
		 "max_age_ms", {"used for 50 ms"}},
		{"unit = 7", "unit = 7\n	pictures = \"shots\"",
		 "pictures", {"folder for a weighbridge", "plate_camera or box_reader"}},
		{"unit = 1", "unit = 1\n	pictures = \"shots\"\n	picture_front = \"%x\"",
		 "picture_front", {"\"%x\"", "%n, %t or %%"}},
		{"unit = 1", "unit = 1\n	pictures = \"shots\"\n	picture_front = \"\"",
		 "picture_front", {"1 to 95 bytes"}},
		{"unit = 1\n	map = kakou-plate-camera\n}\ndevice \"plate2\" {",
		 "unit = 1\n	map = kakou-plate-camera\n	pictures = \"shots\"\n}\n"
		 "device \"plate2\" {\n	pictures = \"shots\"",
		 "pictures = \"shots\"\n	port", {"device \"plate\"'s", "folder of its own"}},
		{"unit = 2", "unit = 2\n	picture_rear = \"a/*\"",
		 "picture_rear", {"\"a/*\"", "not a path"}},
		{"unit = 7", "unit = 7\n	period_ms = 60001",
		 "period_ms", {"60001", "0 to 60000"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
	site_refusal_expect_well("unit = 2", "unit = 255");
	site_refusal_expect_well("unit = 2", "unit = 0");
	site_refusal_expect_well(
		"unit = 7", "unit = 7\n	period_ms = 200\n	max_age_ms = 600");
}

static void a_unit_that_is_taken_is_refused_with_its_holder(void **state)
{
	static const struct refusal taken = {
		"unit = 2",
		"unit = 1",
		"unit = 1\n	map = kakou-plate-camera\n}\ndevice \"io\"",
		{"got 1 on port \"cameras\"", "device \"plate\" already"},
	};

	(void)state;
	site_refusal_expect_all(&taken, 1);
}

static void a_map_with_a_fault_is_refused_with_its_own_line(void **state)
{
	const struct refusal faulty = {"", "map", "map = broken", {"broken.map:1:"}};
	char *map = site_file_write(site_refusal_directory(), "broken.map",
				    "compatible = 5 5\n");
	char *local =
		site_file_replace(site_refusal_well, "@MAPS@", site_refusal_directory());
	char *text = site_file_replace(local, "map = seneca-ze-sg3", "map = broken");
	static const char *const names[] = {"kakou-plate-camera", "iologik-e1214"};
	char *copies[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char from[128];
		char name[128];
		char *content;
		size_t len;

		snprintf(from, sizeof(from), "board/maps/%s.map", names[i]);
		snprintf(name, sizeof(name), "%s.map", names[i]);
		assert_int_equal(file_read_whole(from, 65536, &content, &len, NULL), 0);
		copies[i] = site_file_write(site_refusal_directory(), name, content);
		free(content);
	}
	site_refusal_expect(&faulty, text);
	free(copies[0]);
	free(copies[1]);
	free(text);
	free(local);
	free(map);
}

static void paths_that_do_not_fit_are_refused(void **state)
{
	char longer[180];
	char new[200];
	struct refusal refusals[] = {
		{"\"state\"",       new, "state_dir",      {"state_dir", "xxx"}     },
		{"\"kakoud.sock\"", new, "control_socket", {"control_socket", "xxx"}},
		{"\"gate.key\"",    new, "key_file",       {"key_file", "xxx"}      },
		{"\"/dev/ttyS1\"",  new, "tty =",          {"tty", "xxx"}           },
	};

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	snprintf(new, sizeof(new), "\"%s\"", longer);
	EXPECT_REFUSALS(refusals);
	/* Short enough as they stand, too long behind the directory of the file. */
	longer[95] = '\0';
	snprintf(new, sizeof(new), "\"%s\"", longer);
	refusals[1].says[1] = "at most 99";
	site_refusal_expect_all(&refusals[1], 1);
	refusals[3].says[1] = "at most 95";
	site_refusal_expect_all(&refusals[3], 1);
}

static void a_key_that_is_unknown_said_twice_or_missing_is_refused(void **state)
{
	/* clang-format off */
	static const struct refusal refusals[] = {
		{"name = \"gate-1\"", "name = \"gate-1\"\nnmae = \"x\"",
		 "nmae", {"nmae"}},
		{"direction = E", "direction = E\n	speed = 5",
		 "speed", {"speed"}},
		{"direction = E", "direction = E\n	post = \"\"\n	direction = I",
		 "direction = I\n	gpio = \"chip:gate2\"", {"direction"}},
		{"name = \"gate-1\"\n", "",
		 "state_dir", {"name", "got nothing"}},
		{"name = \"gate-1\"", "name = \"gate-1\"\nbooth \"b\" {\n}",
		 "booth", {"booth"}},
	};
	/* clang-format on */

	(void)state;
	EXPECT_REFUSALS(refusals);
}

/* '#' and '@' stand for the number, '@' with five digits. */
static char *add_crowd(const char *text, const char *one, int first, int count)
{
	char *crowd = strdup(text);

	for (int i = first; i < first + count; i++) {
		char number[16];
		char digits[16];
		char *half;
		char *whole;
		char *longer;

		snprintf(number, sizeof(number), "%d", i);
		snprintf(digits, sizeof(digits), "%05d", i);
		half = site_file_replace_all(one, "#", number);
		whole = site_file_replace_all(half, "@", digits);
		assert_true(asprintf(&longer, "%s%s", crowd, whole) > 0);
		free(half);
		free(whole);
		free(crowd);
		crowd = longer;
	}
	return crowd;
}

static void more_than_the_controller_holds_is_refused(void **state)
{
	static const struct {
		const char *one;
		int first, count;
		const char *at, *says;
	} crowds[] = {
		{"port \"p#\" {\n	type = tcp\n	host = \"192.0.3.#\"\n}\n",   1,   47,
		 "port \"p47\"",										     "49 ports, expected at most 48"  },
		{"device \"d#\" {\n	port = cameras\n	map = kakou-sign\n}\n", 1,
		 92,								  "device \"d92\"",              "97 devices, expected at most 96"},
		{"device \"d#\" {\n	port = cameras\n	unit = #\n	map = "
		 "kakou-sign\n}\n",			 101, 29, "port = cameras\n	unit = 129", "expected at most 32"            },
		{"lane \"l#\" {\n	chnl_no = \"33015@\"\n	direction = I\n	gpio = "
		 "\"chip:x\"\n}\n",			 1,   15, "lane \"l15\"",                "17 lanes, expected at most 16"  },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++) {
		const struct refusal refusal = {
			"", crowds[i].one, crowds[i].at, {crowds[i].says}};
		char *text = add_crowd(site_refusal_well, crowds[i].one, crowds[i].first,
				       crowds[i].count);

		site_refusal_expect(&refusal, text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_site_of_this_test_is_well),
		cmocka_unit_test(a_name_is_short_and_plain),
		cmocka_unit_test(events_are_kept_for_days_or_for_ever),
		cmocka_unit_test(the_record_has_one_key_and_its_pin_is_elsewhere),
		cmocka_unit_test(customs_are_one_platform_with_plain_values),
		cmocka_unit_test(there_is_exactly_one_customs_section),
		cmocka_unit_test(a_port_has_what_its_type_needs_and_nothing_else),
		cmocka_unit_test(
			a_device_is_on_a_port_that_is_there_with_a_unit_of_its_own),
		cmocka_unit_test(a_unit_that_is_taken_is_refused_with_its_holder),
		cmocka_unit_test(a_map_with_a_fault_is_refused_with_its_own_line),
		cmocka_unit_test(paths_that_do_not_fit_are_refused),
		cmocka_unit_test(a_key_that_is_unknown_said_twice_or_missing_is_refused),
		cmocka_unit_test(more_than_the_controller_holds_is_refused),
	};

	return cmocka_run_group_tests(tests, site_refusal_set_up, site_refusal_tear_down);
}
