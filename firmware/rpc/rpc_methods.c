/* SPDX-License-Identifier: MIT */
/*
 * The methods of the control socket and the parameters each of them takes.
 *
 * Layer: firmware. Constant data.
 */
#include "firmware/rpc/rpc_internal.h"

#include <string.h>

#include "firmware/record/checkpoint.h"
#include "firmware/update/memory.h"

static const struct rpc_param lane_params[] = {
	{"lane", PARAM_LANE, true, 0, 0},
};

static const struct rpc_param events_params[] = {
	{"after",        PARAM_INTEGER, false, 0, INT64_MAX},
	{"before",       PARAM_INTEGER, false, 0, INT64_MAX},
	{"limit",        PARAM_INTEGER, false, 1, 1000     },
	{"newest_first", PARAM_FLAG,    false, 0, 0        },
	{"passage",      PARAM_INTEGER, false, 1, INT64_MAX},
	{"kind",         PARAM_KIND,    false, 0, 0        },
	{"lane",         PARAM_LANE,    false, 0, 0        },
};

static const struct rpc_param passages_params[] = {
	{"after",        PARAM_INTEGER, false, 0, INT64_MAX},
	{"limit",        PARAM_INTEGER, false, 1, 100      },
	{"lane",         PARAM_LANE,    false, 0, 0        },
	{"newest_first", PARAM_FLAG,    false, 0, 0        },
};

static const struct rpc_param stats_params[] = {
	{"from",   PARAM_TEXT, false, 1, 40},
	{"to",     PARAM_TEXT, false, 1, 40},
	{"shifts", PARAM_TEXT, false, 1, 40},
	{"lane",   PARAM_LANE, false, 0, 0 },
};

static const struct rpc_param passage_params[] = {
	{"passage", PARAM_INTEGER, true, 1, INT64_MAX},
};

static const struct rpc_param act_params[] = {
	{"lane",    PARAM_LANE,     true,  0, 0				       },
	{"passage", PARAM_INTEGER,  false, 0, INT64_MAX                               },
	{"act",     PARAM_ACT,      true,  0, 0				       },
	{"reason",  PARAM_TEXT,     true,  1, sizeof(((struct act *)NULL)->reason) - 1},
	{"screen",  PARAM_TEXT,     true,  1, sizeof(((struct act *)NULL)->screen) - 1},
	{"subject", PARAM_EVIDENCE, false, 0, 0                                       },
	{"value",   PARAM_TEXT,     false, 1, sizeof(((struct act *)NULL)->value) - 1 },
	{"second",  PARAM_SECRET,   false, 1, TICKET_TEXT                             },
};

static const struct rpc_param prove_params[] = {
	{"seq", PARAM_INTEGER, true, 1, INT64_MAX},
};

static const struct rpc_param range_params[] = {
	{"first", PARAM_INTEGER, true,  1, INT64_MAX},
	{"last",  PARAM_INTEGER, false, 0, INT64_MAX},
};

static const struct rpc_param consistency_params[] = {
	{"old", PARAM_INTEGER, true,  1, INT64_MAX},
	{"new", PARAM_INTEGER, false, 0, INT64_MAX},
};

static const struct rpc_param receipt_params[] = {
	{"note", PARAM_LINES, true, 1, CHECKPOINT_NOTE_MAX - 1},
};

static const struct rpc_param picture_params[] = {
	{"sha256", PARAM_HASH,    true,  0, 0                },
	{"offset", PARAM_INTEGER, false, 0, INT32_MAX        },
	{"limit",  PARAM_INTEGER, false, 1, PICTURE_PIECE_MAX},
};

static const struct rpc_param copy_params[] = {
	{"path", PARAM_TEXT, true, 2, 500},
};

static const struct rpc_param bus_params[] = {
	{"port",    PARAM_PORT,    true, 0, 0               },
	{"unit",    PARAM_INTEGER, true, 0, UINT8_MAX       },
	{"area",    PARAM_AREA,    true, 0, 0               },
	{"address", PARAM_INTEGER, true, 0, UINT16_MAX      },
	{"count",   PARAM_INTEGER, true, 1, BUS_QUESTION_MAX},
};

enum { REASON_MAX = sizeof(((struct act *)NULL)->reason) - 1 };
enum { SCREEN_MAX = sizeof(((struct act *)NULL)->screen) - 1 };
enum { KEY_MAX = 47, FILE_MAX = 95 };

/* clang-format off */
#define WHY                                        \
	{ "reason", PARAM_TEXT, true, 1, REASON_MAX }, \
	{ "screen", PARAM_TEXT, true, 1, SCREEN_MAX }

static const struct rpc_param orders_list_params[] = {
	{ "plate",     PARAM_TEXT,      false, 1, KEY_MAX },
	{ "type",      PARAM_INTEGER,   false, 1, 6 },
	{ "state",     PARAM_INTEGER,   false, 0, 6 },
	{ "direction", PARAM_DIRECTION, false, 0, 0 },
	{ "in_use",    PARAM_FLAG,      false, 0, 0 },
	{ "find",      PARAM_TEXT,      false, 1, KEY_MAX },
	{ "after",     PARAM_TEXT,      false, 1, KEY_MAX },
	{ "limit",     PARAM_INTEGER,   false, 1, 500 },
};
static const struct rpc_param vehicles_list_params[] = {
	{ "plate", PARAM_TEXT,    false, 1, KEY_MAX },
	{ "find",  PARAM_TEXT,    false, 1, KEY_MAX },
	{ "after", PARAM_TEXT,    false, 1, KEY_MAX },
	{ "limit", PARAM_INTEGER, false, 1, 500 },
};
static const struct rpc_param key_params[] = {
	{ "key", PARAM_TEXT, true, 1, KEY_MAX },
};
static const struct rpc_param push_params[] = {
	{ "item", PARAM_OBJECT, true, 0, 0 },
	WHY,
};
static const struct rpc_param change_params[] = {
	{ "key",    PARAM_TEXT, true, 1, KEY_MAX },
	{ "change", PARAM_TEXT, true, 1, KEY_MAX },
	WHY,
};
static const struct rpc_param held_params[] = {
	{ "note", PARAM_LINES, true, 1, CHECKPOINT_NOTE_MAX - 1 },
	WHY,
};
static const struct rpc_param import_begin_params[] = {
	{ "what", PARAM_IMPORT, true, 0, 0 },
	{ "file", PARAM_TEXT,   true, 1, FILE_MAX },
};
static const struct rpc_param import_lines_params[] = {
	{ "import", PARAM_INTEGER, true, 1, UINT32_MAX },
	{ "first",  PARAM_INTEGER, true, 1, INT32_MAX },
	{ "lines",  PARAM_LINES,   true, 0, RPC_LINE_MAX },
};
static const struct rpc_param import_commit_params[] = {
	{ "import", PARAM_INTEGER, true, 1, UINT32_MAX },
	WHY,
};
static const struct rpc_param import_drop_params[] = {
	{ "import", PARAM_INTEGER, true, 1, UINT32_MAX },
};
static const struct rpc_param offline_params[] = {
	{ "open",   PARAM_FLAG,    false, 0, 0 },
	{ "before", PARAM_INTEGER, false, 0, INT64_MAX },
	{ "limit",  PARAM_INTEGER, false, 1, 1000 },
};
static const struct rpc_param settle_params[] = {
	{ "passage", PARAM_INTEGER, true, 1, INT64_MAX },
	{ "outcome", PARAM_OUTCOME, true, 0, 0 },
	WHY,
};
static const struct rpc_param mode_params[] = {
	{ "lane",    PARAM_LANE,    true, 0, 0 },
	{ "minutes", PARAM_INTEGER, true, 0, 72 * 60 },
	WHY,
};
static const struct rpc_param begin_params[] = {
	{ "version", PARAM_TEXT, true,  1, UPDATE_VERSION_MAX },
	{ "running", PARAM_TEXT, false, 1, UPDATE_VERSION_MAX },
	{ "slot",    PARAM_TEXT, false, 1, KEY_MAX },
	{ "older",   PARAM_FLAG, false, 0, 0 },
	WHY,
};
static const struct rpc_param note_params[] = {
	{ "what",    PARAM_UPDATE, true,  0, 0 },
	{ "version", PARAM_TEXT,   false, 1, UPDATE_VERSION_MAX },
	{ "running", PARAM_TEXT,   false, 1, UPDATE_VERSION_MAX },
	{ "slot",    PARAM_TEXT,   false, 1, KEY_MAX },
	{ "why",     PARAM_TEXT,   false, 1, UPDATE_WHY_MAX },
};
static const struct rpc_param tares_params[] = {
	{ "plate", PARAM_TEXT,    false, 1, KEY_MAX },
	{ "limit", PARAM_INTEGER, false, 1, 1000 },
};
/* clang-format on */

#define WITH(params) (params), sizeof(params) / sizeof((params)[0])

static const struct rpc_param handover_params[] = {
	{"incoming", PARAM_SECRET, true, 1, TICKET_TEXT                             },
	{"reason",   PARAM_TEXT,   true, 1, sizeof(((struct act *)NULL)->reason) - 1},
	{"screen",   PARAM_TEXT,   true, 1, DESK_SCREEN_MAX                         },
};

static const struct rpc_param login_params[] = {
	{"name",     PARAM_TEXT,   true, 1, PERSON_NAME_MAX},
	{"password", PARAM_SECRET, true, 1, PASSWORD_MAX   },
	{"screen",   PARAM_TEXT,   true, 1, DESK_SCREEN_MAX},
};

static const struct rpc_param own_password_params[] = {
	{"password", PARAM_SECRET, true, 1, PASSWORD_MAX   },
	{"fresh",    PARAM_SECRET, true, 1, PASSWORD_MAX   },
	{"screen",   PARAM_TEXT,   true, 1, DESK_SCREEN_MAX},
};

static const struct rpc_param add_params[] = {
	{"name",        PARAM_TEXT,   true,  1, PERSON_NAME_MAX},
	{"role",        PARAM_ROLE,   true,  0, 0              },
	{"password",    PARAM_SECRET, true,  1, PASSWORD_MAX   },
	{"must_change", PARAM_FLAG,   false, 0, 0              },
	{"screen",      PARAM_TEXT,   true,  1, DESK_SCREEN_MAX},
};

static const struct rpc_param set_password_params[] = {
	{"name",        PARAM_TEXT,   true,  1, PERSON_NAME_MAX},
	{"password",    PARAM_SECRET, true,  1, PASSWORD_MAX   },
	{"must_change", PARAM_FLAG,   false, 0, 0              },
	{"screen",      PARAM_TEXT,   true,  1, DESK_SCREEN_MAX},
};

static const struct rpc_param role_params[] = {
	{"name",   PARAM_TEXT, true, 1, PERSON_NAME_MAX},
	{"role",   PARAM_ROLE, true, 0, 0              },
	{"screen", PARAM_TEXT, true, 1, DESK_SCREEN_MAX},
};

static const struct rpc_param person_params[] = {
	{"name",   PARAM_TEXT, true, 1, PERSON_NAME_MAX},
	{"screen", PARAM_TEXT, true, 1, DESK_SCREEN_MAX},
};

/* clang-format off */
static const struct rpc_method methods[] = {
	{ "status",          rpc_view_status,         ROLES_LOCAL,                 false, NULL, 0 },
	{ "lanes",           rpc_view_lanes,          ROLES_LOCAL,                 false, NULL, 0 },
	{ "lane",            rpc_view_lane,           ROLES_LOCAL,                 false, WITH(lane_params) },
	{ "lines",           rpc_lines_view,          ROLES_LOCAL,                 false, WITH(lane_params) },
	{ "devices",         rpc_view_devices,        ROLES_LOCAL,                 false, NULL, 0 },
	{ "buses",           rpc_view_buses,          ROLES_LOCAL,                 false, NULL, 0 },
	{ "bus.read",        rpc_bus_read,            ROLES_LOCAL,                 false, WITH(bus_params) },
	{ "maps",            rpc_bus_maps,            ROLES_LOCAL,                 false, NULL, 0 },
	{ "link",            rpc_view_link,           ROLES_LOCAL,                 false, NULL, 0 },
	{ "events.read",     rpc_record_events,       ROLES_LOCAL,                 false, WITH(events_params) },
	{ "passages",        rpc_passages_list,       ROLES_LOCAL,                 false, WITH(passages_params) },
	{ "passage",         rpc_passages_one,        ROLES_LOCAL,                 false, WITH(passage_params) },
	{ "stats",           rpc_stats_run,           ROLES_LOCAL,                 false, WITH(stats_params) },
	{ "picture.read",    rpc_picture_read,        ROLES_LOCAL,                 false, WITH(picture_params) },
	{ "act",             rpc_act_run,             ROLES_OFFICER_OR_TECHNICIAN, false, WITH(act_params) },
	{ "log.copy",        rpc_record_copy,         ROLES_ANY,                   true,  WITH(copy_params) },
	{ "log.checkpoint",  rpc_proof_checkpoint,    ROLES_LOCAL,                 false, NULL, 0 },
	{ "log.prove",       rpc_proof_event,         ROLES_LOCAL,                 false, WITH(prove_params) },
	{ "log.consistency", rpc_proof_growth,        ROLES_LOCAL,                 false, WITH(consistency_params) },
	{ "log.range",       rpc_proof_range,         ROLES_LOCAL,                 false, WITH(range_params) },
	{ "log.receipt",     rpc_receipt_take,        ROLES_ANY,                   true,  WITH(receipt_params) },
	{ "log.held",        rpc_held_take,           ROLES_SUPERVISOR,            true,  WITH(held_params) },
	{ "log.remove",      rpc_held_remove,         ROLES_SUPERVISOR,            true,  NULL, 0 },
	{ "login",           rpc_people_login,        ROLES_LOCAL,                 false, WITH(login_params) },
	{ "logout",          rpc_people_logout,       ROLES_ANY,                   false, NULL, 0 },
	{ "handover",        rpc_shift_hand_over,     ROLES_OFFICER,               false, WITH(handover_params) },
	{ "whoami",          rpc_people_whoami,       ROLES_ANY,                   false, NULL, 0 },
	{ "password",        rpc_people_password,     ROLES_ANY,                   false, WITH(own_password_params) },
	{ "people",          rpc_people_list,         ROLES_LOCAL,                 false, NULL, 0 },
	{ "people.add",      rpc_people_add,          ROLES_SUPERVISOR,            true,  WITH(add_params) },
	{ "people.password", rpc_people_set_password, ROLES_SUPERVISOR,            true,  WITH(set_password_params) },
	{ "people.role",     rpc_people_set_role,     ROLES_SUPERVISOR,            false, WITH(role_params) },
	{ "people.lock",     rpc_people_lock,         ROLES_SUPERVISOR,            false, WITH(person_params) },
	{ "people.unlock",   rpc_people_unlock,       ROLES_SUPERVISOR,            true,  WITH(person_params) },
	{ "people.remove",   rpc_people_remove,       ROLES_SUPERVISOR,            false, WITH(person_params) },

	{ "orders.list",     rpc_orders_list,     ROLES_LOCAL, false,   WITH(orders_list_params) },
	{ "orders.show",     rpc_orders_show,     ROLES_LOCAL, false,   WITH(key_params) },
	{ "orders.push",     rpc_orders_push,     ROLES_OFFICER, false, WITH(push_params) },
	{ "orders.change",   rpc_orders_change,   ROLES_OFFICER, false, WITH(change_params) },
	{ "vehicles.list",   rpc_vehicles_list,   ROLES_LOCAL, false,   WITH(vehicles_list_params) },
	{ "vehicles.show",   rpc_vehicles_show,   ROLES_LOCAL, false,   WITH(key_params) },
	{ "vehicles.push",   rpc_vehicles_push,   ROLES_OFFICER, false, WITH(push_params) },
	{ "vehicles.change", rpc_vehicles_change, ROLES_OFFICER, false, WITH(change_params) },
	{ "import.begin",    rpc_import_begin,    ROLES_OFFICER, false, WITH(import_begin_params) },
	{ "import.lines",    rpc_import_lines,    ROLES_OFFICER, false, WITH(import_lines_params) },
	{ "import.commit",   rpc_import_commit,   ROLES_OFFICER, false, WITH(import_commit_params) },
	{ "import.drop",     rpc_import_drop,     ROLES_OFFICER, false, WITH(import_drop_params) },
	{ "offline.list",    rpc_offline_list,    ROLES_LOCAL, false,   WITH(offline_params) },
	{ "offline.settle",  rpc_offline_settle,  ROLES_OFFICER, false, WITH(settle_params) },
	{ "lane.mode", rpc_mode_run, ROLES_OFFICER, false, WITH(mode_params) },
	{ "update.quiet",    rpc_update_quiet,    ROLES_LOCAL, false,   NULL, 0 },
	{ "update.begin",    rpc_update_begin,    ROLES_TECHNICIAN | ROLES_SUPERVISOR, true, WITH(begin_params) },
	{ "update.note",     rpc_update_note,     ROLES_ROOT, true,     WITH(note_params) },
	{ "tares.list",      rpc_tares_list,      ROLES_LOCAL, false,   WITH(tares_params) },
};
/* clang-format on */

const struct rpc_method *rpc_method_find(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(methods[i].name, name))
			return &methods[i];
	}
	return NULL;
}
