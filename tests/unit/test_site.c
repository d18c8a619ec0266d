/* SPDX-License-Identifier: MIT */
/*
 * The site file: what a good one gives.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/file.h"
#include "tests/unit/site_file.h"

static struct {
	char *directory;
	struct site *site;
} sim;

static int load_sim(void **state)
{
	(void)state;
	sim.directory = site_file_make_directory();
	sim.site = site_file_load_sim(sim.directory);
	return 0;
}

static int free_sim(void **state)
{
	(void)state;
	site_free(sim.site);
	site_file_remove_directory(sim.directory);
	return 0;
}

static const struct site_device *device_at(uint16_t index)
{
	assert_true(index < sim.site->device_count);
	return &sim.site->devices[index];
}

static const struct site_evidence *find_evidence(const struct site_lane *lane,
						 enum evidence_kind kind)
{
	for (size_t i = 0; i < lane->evidence_count; i++) {
		if (lane->evidence[i].kind == kind)
			return &lane->evidence[i];
	}
	fail_msg("lane %s has no evidence %s", lane->name, evidence_kind_name(kind));
	return NULL;
}

static void the_simulated_site_has_an_entry_and_an_exit(void **state)
{
	(void)state;
	assert_int_equal(sim.site->lane_count, 2);
	assert_string_equal(sim.site->lanes[0].name, "in1");
	assert_int_equal(sim.site->lanes[0].direction, 'I');
	assert_string_equal(sim.site->lanes[0].chnl_no, "3301500101");
	assert_string_equal(sim.site->lanes[1].name, "out1");
	assert_int_equal(sim.site->lanes[1].direction, 'E');
	assert_true(sim.site->allow_volatile_state);
}

static void the_entry_requires_all_five_kinds_of_evidence(void **state)
{
	static const struct {
		enum evidence_kind kind;
		const char *device;
		bool is_required;
		int32_t deadline_ms;
	} expected[] = {
		{EVIDENCE_PLATE,   "plate-in1",  true,  8000 },
		{EVIDENCE_TAG,     "tag-in1",    true,  8000 },
		{EVIDENCE_BOX,     "box-in1",    true,  10000},
		{EVIDENCE_WEIGHT,  "scale-in1",  true,  20000},
		{EVIDENCE_CARD,    "post-in1",   true,  30000},
		{EVIDENCE_SEAL,    "seal-in1",   false, 10000},
		{EVIDENCE_CLIMATE, "reefer-in1", false, 5000 },
	};
	const struct site_lane *lane = &sim.site->lanes[0];

	(void)state;
	assert_int_equal(lane->evidence_count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < lane->evidence_count; i++) {
		const struct site_evidence *found = find_evidence(lane, expected[i].kind);

		assert_string_equal(device_at(found->device)->name, expected[i].device);
		assert_int_equal(found->is_required, expected[i].is_required);
		assert_int_equal(found->deadline_ms, expected[i].deadline_ms);
		assert_int_equal(found->doubt_below, 80);
	}
}

static void what_the_file_does_not_say_has_its_default(void **state)
{
	const struct site_lane *lane = &sim.site->lanes[0];
	const struct customs_link_config *customs = &sim.site->customs;

	(void)state;
	assert_int_equal(lane->barrier.travel_ms, 6000);
	assert_int_equal(lane->barrier.test_window_ms, 50);
	assert_int_equal(lane->barrier.clear_ms, 1000);
	assert_int_equal(lane->barrier.expire_ms, 100);
	assert_int_equal(lane->barrier.loop_proof, PROOF_TEST_OUTPUT);
	assert_int_equal(lane->barrier.beam_proof, PROOF_TEST_OUTPUT);
	assert_false(lane->barrier.is_pulse_driven);
	assert_int_equal(lane->answer_ms, 5000);
	assert_int_equal(lane->overstay_ms, 20000);
	assert_int_equal(lane->settle_ms, 500);
	assert_int_equal(lane->glitch_ms, 50);
	assert_int_equal(lane->on_weight_difference, DIFFERENCE_REPORT);
	assert_int_equal(lane->on_inspection, STEEL_STAYS);
	assert_int_equal(lane->on_return, STEEL_STAYS);
	assert_int_equal(lane->gate, GATE_SINGLE);
	assert_int_equal(customs->connect_ms, 3000);
	assert_int_equal(customs->resend_ms, 2000);
	assert_int_equal(customs->resend_max_ms, 30000);
	assert_true(customs->dialect.frame.ident_ones);
	assert_false(customs->dialect.frame.big_endian);
	assert_int_equal(customs->dialect.encoding, CUSTOMS_GB18030);
	assert_int_equal(sim.site->ports[0].backoff_min_ms, 200);
	assert_int_equal(sim.site->ports[0].backoff_max_ms, 5000);
}

static void the_link_knows_the_channels_of_the_lanes(void **state)
{
	const struct customs_link_config *customs = &sim.site->customs;

	(void)state;
	assert_int_equal(customs->lane_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(customs->lanes[i].area_id, "3301500001");
		assert_string_equal(customs->lanes[i].chnl_no,
				    sim.site->lanes[i].chnl_no);
		assert_int_equal(customs->lanes[i].direction,
				 sim.site->lanes[i].direction);
	}
	assert_string_equal(customs->host, "127.77.1.2");
	assert_int_equal(customs->port, 9001);
	assert_string_equal(customs->peer_name, "customs.sim.invalid");
	assert_string_equal(customs->crl_file, "");
}

static void every_line_on_gpio_stands_in_the_array_that_is_opened(void **state)
{
	(void)state;
	for (size_t l = 0; l < sim.site->lane_count; l++) {
		const struct site_lane *lane = &sim.site->lanes[l];
		size_t on_gpio = 0;

		for (enum line_role role = 0; role < LINE_ROLES; role++) {
			const struct site_line *line = &lane->lines[role];

			if (!line->is_used || line->on_device)
				continue;
			assert_true(line->gpio_index < lane->gpio_count);
			assert_memory_equal(&lane->gpio_lines[line->gpio_index],
					    &line->gpio, sizeof(line->gpio));
			assert_int_equal(line->gpio.is_output, line_role_is_output(role));
			on_gpio++;
		}
		assert_int_equal(on_gpio, lane->gpio_count);
	}
}

static void the_exit_has_lights_and_loops_on_a_remote_io(void **state)
{
	static const struct {
		enum line_role role;
		int bit;
	} expected[] = {
		{LINE_APPROACH, 0},
		{LINE_EXIT,     1},
		{LINE_RED,      0},
		{LINE_GREEN,    1},
	};
	const struct site_lane *lane = &sim.site->lanes[1];

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct site_line *line = &lane->lines[expected[i].role];

		assert_true(line->is_used && line->on_device);
		assert_string_equal(device_at(line->device)->name, "io-out1");
		assert_int_equal(line->bit, expected[i].bit);
	}
	for (enum line_role role = 0; role <= LINE_WIRED_LAST; role++)
		assert_false(lane->lines[role].on_device);
}

static void a_device_has_the_class_of_its_map(void **state)
{
	(void)state;
	for (size_t i = 0; i < sim.site->device_count; i++) {
		const struct site_device *device = device_at((uint16_t)i);

		assert_true(device->map < sim.site->map_count);
		assert_int_equal(device->class, sim.site->maps[device->map].class);
	}
	assert_string_equal(sim.site->maps[device_at(6)->map].compatible,
			    "seneca,ze-sg3");
}

static void a_map_that_two_devices_use_is_read_once(void **state)
{
	(void)state;
	assert_int_equal(device_at(0)->class, DEVICE_PLATE_CAMERA);
	for (size_t i = 1; i < sim.site->device_count; i++) {
		if (device_at((uint16_t)i)->class == DEVICE_PLATE_CAMERA)
			assert_int_equal(device_at((uint16_t)i)->map, device_at(0)->map);
	}
	assert_int_equal(sim.site->map_count, 9);
}

static void a_serial_port_has_its_line_and_a_network_port_its_address(void **state)
{
	bool has_rtu = false;

	(void)state;
	for (size_t i = 0; i < sim.site->port_count; i++) {
		const struct modbus_port_config *port = &sim.site->ports[i].modbus;

		assert_string_equal(port->name, sim.site->ports[i].name);
		if (port->is_rtu) {
			assert_int_equal(port->baud, 9600);
			assert_int_equal(port->parity, 'N');
			assert_int_equal(port->stop_bits, 1);
			assert_int_equal(port->device[0], '/');
		} else {
			assert_string_equal(port->host, "127.77.1.1");
			assert_true(port->tcp_port > 5100);
		}
		has_rtu = has_rtu || port->is_rtu;
	}
	assert_true(has_rtu);
}

/* Loads the simulated site with "RUN/" made relative: every path is then counted from the
 * directory of the file. */
static void relative_paths_count_from_the_directory_of_the_file(void **state)
{
	char *source;
	char *placed;
	char *relative;
	char *path;
	char expected[400];
	size_t len;
	struct site *site;
	struct why why = {""};

	(void)state;
	assert_int_equal(
		file_read_whole("board/sim/site.conf", 65536, &source, &len, &why), 0);
	placed = site_file_replace_all(source, "@NET@", "127.77.1");
	relative = site_file_replace_all(placed, "@RUN@/", "run/");
	path = site_file_write(sim.directory, "relative.conf", relative);
	if (site_load(&site, path, &why))
		fail_msg("%s", why.text);
	snprintf(expected, sizeof(expected), "%s/run/state", sim.directory);
	assert_string_equal(site->state_dir, expected);
	snprintf(expected, sizeof(expected), "%s/run/kakoud.sock", sim.directory);
	assert_string_equal(site->control_socket, expected);
	snprintf(expected, sizeof(expected), "%s/run/certs/gate.key", sim.directory);
	assert_string_equal(site->customs.key_file, expected);
	snprintf(expected, sizeof(expected), "yard:%s/run/gpio.sock", sim.directory);
	assert_string_equal(site->lanes[0].gpio_where, expected);
	snprintf(expected, sizeof(expected), "%s/run/tty-scale-in1", sim.directory);
	assert_string_equal(site->ports[6].modbus.device, expected);
	site_free(site);
	free(path);
	free(relative);
	free(placed);
	free(source);
}

static void the_safety_roles_are_those_that_move_or_protect(void **state)
{
	static const char *const wired[] = {
		"safety_loop",
		"beam",
		"limit_up",
		"limit_down",
		"emergency",
		"safety_loop_nc",
		"beam_nc",
		"limit_up_nc",
		"limit_down_nc",
		"emergency_nc",
		"reset",
		"hold_raise",
		"hold_lower",
		"door",
		"raise",
		"lower",
		"beam_test",
		"loop_test",
		"heartbeat",
		"entry_loop",
		"entry_beam",
		"entry_limit_up",
		"entry_limit_down",
		"entry_raise",
		"entry_lower",
		"entry_beam_test",
		"entry_loop_test",
		"entry_heartbeat",
	};

	(void)state;
	assert_int_equal(LINE_WIRED_LAST + 1, sizeof(wired) / sizeof(wired[0]));
	for (size_t i = 0; i < sizeof(wired) / sizeof(wired[0]); i++)
		assert_string_equal(line_role_name((enum line_role)i), wired[i]);
}

static void every_role_and_kind_has_a_name_and_nothing_else_has(void **state)
{
	(void)state;
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		assert_non_null(line_role_name(role));
	for (enum evidence_kind kind = 0; kind < EVIDENCE_KINDS; kind++)
		assert_non_null(evidence_kind_name(kind));
	assert_null(line_role_name(LINE_ROLES));
	assert_null(evidence_kind_name(EVIDENCE_KINDS));
	assert_false(line_role_is_output(LINE_ROLES));
}

static void the_manual_names_every_role_and_kind(void **state)
{
	char *page;
	size_t len;

	(void)state;
	assert_int_equal(file_read_whole("firmware/config/kakou.conf.5", 262144, &page,
					 &len, NULL),
			 0);
	for (enum line_role role = 0; role < LINE_ROLES; role++)
		assert_non_null(strstr(page, line_role_name(role)));
	for (enum evidence_kind kind = 0; kind < EVIDENCE_KINDS; kind++) {
		char *item;

		assert_true(asprintf(&item, ".It Cm %s\n", evidence_kind_name(kind)) > 0);
		assert_non_null(strstr(page, item));
		free(item);
	}
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_simulated_site_has_an_entry_and_an_exit),
		cmocka_unit_test(the_entry_requires_all_five_kinds_of_evidence),
		cmocka_unit_test(what_the_file_does_not_say_has_its_default),
		cmocka_unit_test(the_link_knows_the_channels_of_the_lanes),
		cmocka_unit_test(every_line_on_gpio_stands_in_the_array_that_is_opened),
		cmocka_unit_test(the_exit_has_lights_and_loops_on_a_remote_io),
		cmocka_unit_test(a_device_has_the_class_of_its_map),
		cmocka_unit_test(a_map_that_two_devices_use_is_read_once),
		cmocka_unit_test(
			a_serial_port_has_its_line_and_a_network_port_its_address),
		cmocka_unit_test(relative_paths_count_from_the_directory_of_the_file),
		cmocka_unit_test(the_safety_roles_are_those_that_move_or_protect),
		cmocka_unit_test(every_role_and_kind_has_a_name_and_nothing_else_has),
		cmocka_unit_test(the_manual_names_every_role_and_kind),
	};

	return cmocka_run_group_tests(tests, load_sim, free_sim);
}
