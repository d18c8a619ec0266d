/* SPDX-License-Identifier: MIT */
/*
 * The present over the control socket: status, lanes, devices, buses, link.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/config/version.h"
#include "firmware/lane/evidence_state.h"
#include "hal/clock.h"
#include "hal/fake/fake.h"
#include "hal/text.h"
#include "tests/unit/rpc_healths.h"
#include "tests/unit/rpc_journal.h"
#include "tests/unit/rpc_rig.h"

enum { AGAIN = -32001 };

static struct rpc_rig rig;
static struct snapshot shot;

static int start(void **state)
{
	(void)state;
	rpc_healths_reset();
	rpc_rig_set_up(&rig, rpc_journal_reset());
	rpc_rig_fill_snapshot(&rig, &shot);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static void show(void)
{
	mailbox_put(rig.mailbox, &shot);
	rpc_rig_start(&rig);
}

/* What is at "a/b/0/c" in `from`. */
static json_t *find(json_t *from, const char *path)
{
	char step[64];

	while (from && *path) {
		size_t len = strcspn(path, "/");

		assert_true(len < sizeof(step));
		memcpy(step, path, len);
		step[len] = '\0';
		from = json_is_array(from) ? json_array_get(from, (size_t)atoll(step))
					   : json_object_get(from, step);
		path += len + (path[len] == '/');
	}
	return from;
}

/* The value at `path` is this JSON. */
static void expect(json_t *result, const char *path, const char *json)
{
	json_t *found = find(result, path);
	char *text;

	if (!found)
		fail_msg("nothing at %s", path);
	text = json_dumps(found, JSON_COMPACT | JSON_ENCODE_ANY);
	if (strcmp(text, json) != 0)
		fail_msg("%s is %s, expected %s", path, text, json);
	free(text);
}

static void expect_all(const char *method, const char *params,
		       const char *const expected[][2], size_t count)
{
	json_t *answer = rpc_rig_call(&rig, method, params);

	for (size_t i = 0; i < count; i++)
		expect(rpc_rig_result(answer), expected[i][0], expected[i][1]);
	json_decref(answer);
}

#define EXPECT(method, params, table)                                                    \
	expect_all(method, params, table, sizeof(table) / sizeof((table)[0]))

static void before_the_first_scan_there_is_nothing_to_see(void **state)
{
	static const char *const methods[] = {"status", "lanes", "devices"};

	(void)state;
	rpc_rig_start(&rig);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		rpc_rig_expect_error(rpc_rig_call(&rig, methods[i], NULL), AGAIN,
				     "not shown anything yet");
	rpc_rig_expect_error(rpc_rig_call(&rig, "lane", "{\"lane\":\"in1\"}"), AGAIN,
			     "not shown anything yet");
	rpc_rig_expect_error(rpc_rig_call(&rig, "link", NULL), AGAIN, "customs link");
}

static void status_is_the_gate_at_a_glance(void **state)
{
	static const char *const expected[][2] = {
		{"site",                     "\"sim-gate\""         },
		{"version",                  "\"" KAKOU_VERSION "\""},
		{"control/scans",            "12345"                },
		{"control/late_scans",       "2"                    },
		{"control/longest_scan_us",  "1870"                 },
		{"control/allocations",      "0"                    },
		{"control/is_realtime",      "true"                 },
		{"control/memory_is_locked", "false"                },
		{"control/is_filtered",      "true"                 },
		{"control/age_ms",           "250"                  },
		{"record/is_well",           "true"                 },
		{"record/last_seq",          "99"                   },
		{"record/waiting",           "3"                    },
		{"customs/is_up",            "true"                 },
		{"customs/sent_age_ms",      "1250"                 },
		{"customs/heard_age_ms",     "null"                 },
		{"devices/well",             "12"                   },
		{"machine",                  "null"                 },
		{"devices/sick",             "1"                    },
		{"devices/lost",             "1"                    },
		{"devices/unknown",          "0"                    },
	};
	struct customs_link_health link = {
		.is_up = true,
		.last_sent_ms = clock_mono_ms() - 1000,
		.last_heard_ms = -1,
		.tls_version = "TLSv1.2",
	};
	struct journal_health record = {.is_well = true, .last_seq = 99, .waiting = 3};

	(void)state;
	shot.scans = 12345;
	shot.late_scans = 2;
	shot.longest_scan_us = 1870;
	shot.is_realtime = true;
	shot.is_filtered = true;
	shot.devices[0].health = DEVICE_SICK;
	shot.devices[1].health = DEVICE_LOST;
	rpc_healths_set_link(&link);
	rpc_journal_set_health(&record);
	show();
	rpc_rig_advance(&rig, 250);
	EXPECT("status", NULL, expected);
}

static void fill_lane(struct snapshot_lane *lane)
{
	lane->state = "gathering";
	lane->state_since_ms = clock_mono_ms() - 4200;
	lane->passage = 17;
	lane->opened_wall_ms = clock_wall_ms() - 6000;
	text_copy(lane->plate, sizeof(lane->plate), "浙A12345");
	lane->evidence_count = 2;
	lane->collected = 1;
	lane->required = 2;
	lane->evidence[0] = (struct snapshot_evidence){
		.kind = EVIDENCE_PLATE,
		.is_required = true,
		.state = EVIDENCE_COLLECTED,
		.confidence = 97,
		.at_ms = clock_mono_ms() - 3000,
		.text = "浙A12345",
	};
	lane->evidence[1] = (struct snapshot_evidence){
		.kind = EVIDENCE_SEAL,
		.state = EVIDENCE_AWAITED,
	};
	lane->verdict = "hold";
	lane->by = "controller";
	text_copy(lane->reason, sizeof(lane->reason), "box_check");
	text_copy(lane->sign, sizeof(lane->sign), "箱号待核 请等候");
	lane->arm = "down";
	lane->light = "red";
	lane->inputs = LINE_BIT(LINE_APPROACH) | LINE_BIT(LINE_LIMIT_DOWN);
	lane->outputs = LINE_BIT(LINE_RED);
	lane->help_is_called = true;
	lane->is_locked = true;
	lane->is_acknowledged[0] = true;
	lane->evidence[0].hand = HAND_CORRECTED;
	lane->alarm_count = 1;
	lane->alarms[0] = "hold";
}

static void a_lane_shows_all_it_knows_of_its_passage(void **state)
{
	static const char *const expected[][2] = {
		{"name",              "\"in1\""				       },
		{"direction",         "\"I\""					 },
		{"chnl_no",           "\"3301500101\""                                },
		{"state",             "\"gathering\""                                 },
		{"state_age_ms",      "4200"					  },
		{"passage",           "17"					    },
		{"opened_age_ms",     "6000"					  },
		{"plate",             "\"浙A12345\""                                 },
		{"collected",         "1"					     },
		{"required",          "2"					     },
		{"evidence/0",
		 "{\"kind\":\"plate\",\"is_required\":true,\"state\":\"collected\","
		 "\"confidence\":97,\"age_ms\":3000,\"text\":\"浙A12345\",\"hand\":"
		 "\"corrected\"}"						     },
		{"evidence/1",
		 "{\"kind\":\"seal\",\"is_required\":false,\"state\":\"awaited\","
		 "\"confidence\":0,\"age_ms\":null,\"text\":\"\",\"hand\":\"device\"}"},
		{"verdict",           "\"hold\""				      },
		{"by",                "\"controller\""                                },
		{"reason",            "\"box_check\""                                 },
		{"sign",              "\"箱号待核 请等候\""                    },
		{"arm",               "\"down\""				      },
		{"light",             "\"red\""				       },
		{"is_locked",         "true"					  },
		{"acknowledged",      "[\"hold\"]"                                    },
		{"help_is_called",    "true"					  },
		{"alarms",            "[\"hold\"]"                                    },
		{"inputs/approach",   "true"					  },
		{"inputs/limit_down", "true"                                          },
		{"inputs/limit_up",   "false"                                         },
		{"outputs/red",       "true"					  },
		{"outputs/raise",     "false"					 },
	};

	(void)state;
	fill_lane(&shot.lanes[0]);
	show();
	EXPECT("lane", "{\"lane\":\"in1\"}", expected);
}

static void a_lane_shows_only_the_lines_it_has(void **state)
{
	json_t *answer;

	(void)state;
	show();
	answer = rpc_rig_call(&rig, "lane", "{\"lane\":\"out1\"}");
	assert_null(find(rpc_rig_result(answer), "inputs/scale_entry"));
	assert_non_null(find(rpc_rig_result(answer), "inputs/exit"));
	assert_null(find(rpc_rig_result(answer), "inputs/raise"));
	json_decref(answer);
}

static void an_empty_lane_has_no_passage_and_no_age(void **state)
{
	static const char *const expected[][2] = {
		{"lanes/0/name",          "\"in1\"" },
		{"lanes/1/name",          "\"out1\""},
		{"lanes/1/passage",       "0"       },
		{"lanes/1/opened_age_ms", "null"    },
		{"lanes/1/verdict",       "\"\""    },
		{"lanes/1/evidence",      "[]"      },
		{"lanes/1/alarms",        "[]"      },
	};

	(void)state;
	show();
	EXPECT("lanes", NULL, expected);
}

static void words_that_are_not_there_are_empty(void **state)
{
	static const char *const expected[][2] = {
		{"state",   "\"\""},
		{"verdict", "\"\""},
		{"arm",     "\"\""},
	};

	(void)state;
	memset(&shot.lanes[0], 0, sizeof(shot.lanes[0]));
	show();
	EXPECT("lane", "{\"lane\":\"in1\"}", expected);
}

static void a_device_shows_health_age_and_value(void **state)
{
	static const char *const expected[][2] = {
		{"devices/0/name",     "\"plate-in1\""    },
		{"devices/0/class",    "\"plate_camera\"" },
		{"devices/0/port",     "\"plate-in1\""    },
		{"devices/0/unit",     "1"                },
		{"devices/0/health",   "\"lost\""         },
		{"devices/0/is_stale", "true"             },
		{"devices/0/age_ms",   "null"             },
		{"devices/6/map",      "\"seneca,ze-sg3\""},
		{"devices/6/health",   "\"well\""         },
		{"devices/6/age_ms",   "100"              },
		{"devices/6/text",     "\"值\""          },
	};

	(void)state;
	shot.devices[0].health = DEVICE_LOST;
	shot.devices[0].is_stale = true;
	shot.devices[0].at_ms = 0;
	show();
	EXPECT("devices", NULL, expected);
}

static void a_bus_shows_what_fails_and_how_long_it_pauses(void **state)
{
	static const char *const expected[][2] = {
		{"buses/0/port",                    "\"plate-in1\""           },
		{"buses/0/type",                    "\"tcp\""                 },
		{"buses/0/where",                   "\"127.77.1.1 port 5101\""},
		{"buses/0/cycle_ms",                "41"                      },
		{"buses/0/samples_dropped",         "5"                       },
		{"buses/0/units/0/device",          "\"plate-in1\""           },
		{"buses/0/units/0/unit",            "1"                       },
		{"buses/0/units/0/health",          "\"lost\""                },
		{"buses/0/units/0/failures_in_row", "4"                       },
		{"buses/0/units/0/backoff_ms",      "1600"                    },
		{"buses/0/units/0/age_ms",          "null"                    },
		{"buses/0/units/0/requests",        "20"                      },
		{"buses/0/units/0/errors",          "6"                       },
		{"buses/0/units/0/last_error",      "\"timeout\""             },
		{"buses/0/units/0/why",             "\"no answer\""           },
		{"buses/1/units",                   "[]"                      },
		{"buses/6/type",                    "\"rtu\""                 },
	};
	struct bus_health health = {
		.unit_count = 1,
		.samples_dropped = 5,
		.cycle_ms = 41,
		.units = {{
			.device = 0,
			.unit = 1,
			.health = DEVICE_LOST,
			.last_error = KAKOU_E_TIMEOUT,
			.failures_in_row = 4,
			.backoff_ms = 1600,
			.last_good_ms = -1,
			.requests = 20,
			.errors = 6,
			.why = "no answer",
		}},
	};

	(void)state;
	rpc_healths_set_bus(&health);
	show();
	EXPECT("buses", NULL, expected);
}

static void a_bus_before_its_first_cycle_has_no_units(void **state)
{
	static const char *const expected[][2] = {
		{"buses/0/units", "[]"},
	};

	(void)state;
	show();
	EXPECT("buses", NULL, expected);
}

static void the_link_shows_its_last_error(void **state)
{
	static const char *const expected[][2] = {
		{"is_up",          "false"                  },
		{"sent",           "3"                      },
		{"failed",         "2"                      },
		{"answers",        "1"                      },
		{"refused",        "4"                      },
		{"pending",        "1"                      },
		{"sent_age_ms",    "700"                    },
		{"heard_age_ms",   "null"                   },
		{"tls_version",    "\"TLSv1.2\""            },
		{"last_error",     "\"connection refused\"" },
		{"last_refusal",   "\"certificate expired\""},
		{"refusal_age_ms", "1700"                   },
	};
	struct customs_link_health link = {
		.last_refusal = "certificate expired",
		.last_refusal_ms = clock_mono_ms() - 1700,
		.last_sent_ms = clock_mono_ms() - 700,
		.last_heard_ms = -1,
		.sent = 3,
		.failed = 2,
		.answers = 1,
		.refused = 4,
		.pending = 1,
		.tls_version = "TLSv1.2",
		.last_error = "connection refused",
	};

	(void)state;
	rpc_healths_set_link(&link);
	show();
	EXPECT("link", NULL, expected);
}

static void the_link_shows_what_customs_has_not_taken_and_since_when(void **state)
{
	static const char *const expected[][2] = {
		{"backlog/waiting",        "3"   },
		{"backlog/unanswered",     "1"   },
		{"backlog/is_whole",       "true"},
		{"backlog/oldest_wall_ms", "5000"},
		{"backlog/cursor",         "77"  },
		{"backlog/given_up",       "2"   },
	};
	static const char *const later[][2] = {
		{"backlog/oldest_age_ms", "0"},
	};
	struct customs_link_health link = {.tls_version = "TLSv1.2"};

	(void)state;
	rpc_healths_set_link(&link);
	rpc_healths.delivery = (struct delivery_health){
		.waiting = 3,
		.unanswered = 1,
		.is_whole = true,
		.oldest_wall_ms = 5000,
		.cursor = 77,
		.given_up = 2,
	};
	show();
	EXPECT("link", NULL, expected);
	/* The clock has stepped back since. */
	rpc_healths.delivery.oldest_wall_ms = INT64_C(1) << 50;
	EXPECT("link", NULL, later);
}

static void a_line_shows_its_place_its_level_and_what_it_has_done(void **state)
{
	static const char *const expected[][2] = {
		{"lines_are_known",        "true"           },
		{"edges_lost",             "2"              },
		{"lines/0/line",           "\"safety_loop\""},
		{"lines/0/level",          "false"          },
		{"lines/0/changed_age_ms", "null"           },
		{"lines/1/line",           "\"beam\""       },
		{"lines/1/where",          "\"in1.beam\""   },
		{"lines/1/is_output",      "false"          },
		{"lines/1/level",          "true"           },
		{"lines/1/rises",          "7"              },
		{"lines/1/falls",          "6"              },
		{"lines/1/caught",         "3"              },
		{"lines/1/changed_age_ms", "40"             },
	};
	struct snapshot_lane *lane = &shot.lanes[0];

	(void)state;
	lane->inputs = LINE_BIT(LINE_BEAM);
	lane->lines_are_known = true;
	lane->edges_lost = 2;
	lane->lines[LINE_BEAM] = (struct snapshot_line){7, 6, 3, clock_mono_ms() - 40};
	show();
	EXPECT("lines", "{\"lane\":\"in1\"}", expected);
}

int main(void)
{
#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_RIG(before_the_first_scan_there_is_nothing_to_see),
		WITH_RIG(status_is_the_gate_at_a_glance),
		WITH_RIG(a_lane_shows_all_it_knows_of_its_passage),
		WITH_RIG(a_lane_shows_only_the_lines_it_has),
		WITH_RIG(an_empty_lane_has_no_passage_and_no_age),
		WITH_RIG(words_that_are_not_there_are_empty),
		WITH_RIG(a_device_shows_health_age_and_value),
		WITH_RIG(a_bus_shows_what_fails_and_how_long_it_pauses),
		WITH_RIG(a_bus_before_its_first_cycle_has_no_units),
		WITH_RIG(the_link_shows_its_last_error),
		WITH_RIG(the_link_shows_what_customs_has_not_taken_and_since_when),
		WITH_RIG(a_line_shows_its_place_its_level_and_what_it_has_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
