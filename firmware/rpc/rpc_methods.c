/* SPDX-License-Identifier: MIT */
/*
 * The methods of the control socket and the parameters each of them takes.
 *
 * Layer: firmware. Constant data.
 */
#include "firmware/rpc/rpc_internal.h"

#include <string.h>

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

static const struct rpc_param passage_params[] = {
	{"passage", PARAM_INTEGER, true, 1, INT64_MAX},
};

static const struct rpc_param act_params[] = {
	{"lane",    PARAM_LANE,    true, 0, 0				       },
	{"passage", PARAM_INTEGER, true, 0, INT64_MAX                               },
	{"act",     PARAM_ACT,     true, 0, 0				       },
	{"reason",  PARAM_TEXT,    true, 1, sizeof(((struct act *)NULL)->reason) - 1},
	{"screen",  PARAM_TEXT,    true, 1, sizeof(((struct act *)NULL)->screen) - 1},
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

#define WITH(params) (params), sizeof(params) / sizeof((params)[0])

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
	{"name",     PARAM_TEXT,   true, 1, PERSON_NAME_MAX},
	{"role",     PARAM_ROLE,   true, 0, 0              },
	{"password", PARAM_SECRET, true, 1, PASSWORD_MAX   },
	{"screen",   PARAM_TEXT,   true, 1, DESK_SCREEN_MAX},
};

static const struct rpc_param set_password_params[] = {
	{"name",     PARAM_TEXT,   true, 1, PERSON_NAME_MAX},
	{"password", PARAM_SECRET, true, 1, PASSWORD_MAX   },
	{"screen",   PARAM_TEXT,   true, 1, DESK_SCREEN_MAX},
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
	{ "act",             rpc_act_run,             ROLES_OFFICER_OR_TECHNICIAN, false, WITH(act_params) },
	{ "log.copy",        rpc_record_copy,         ROLES_ANY,                   true,  WITH(copy_params) },
	{ "login",           rpc_people_login,        ROLES_LOCAL,                 false, WITH(login_params) },
	{ "logout",          rpc_people_logout,       ROLES_ANY,                   false, NULL, 0 },
	{ "whoami",          rpc_people_whoami,       ROLES_ANY,                   false, NULL, 0 },
	{ "password",        rpc_people_password,     ROLES_ANY,                   false, WITH(own_password_params) },
	{ "people",          rpc_people_list,         ROLES_LOCAL,                 false, NULL, 0 },
	{ "people.add",      rpc_people_add,          ROLES_SUPERVISOR,            true,  WITH(add_params) },
	{ "people.password", rpc_people_set_password, ROLES_SUPERVISOR,            true,  WITH(set_password_params) },
	{ "people.role",     rpc_people_set_role,     ROLES_SUPERVISOR,            false, WITH(role_params) },
	{ "people.lock",     rpc_people_lock,         ROLES_SUPERVISOR,            false, WITH(person_params) },
	{ "people.unlock",   rpc_people_unlock,       ROLES_SUPERVISOR,            true,  WITH(person_params) },
	{ "people.remove",   rpc_people_remove,       ROLES_SUPERVISOR,            false, WITH(person_params) },
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
