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
	{"actor",   PARAM_TEXT,    true, 1, sizeof(((struct act *)NULL)->actor) - 1 },
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

/* clang-format off */
static const struct rpc_method methods[] = {
	{ "status",      rpc_view_status,   ROLES_LOCAL,                 NULL, 0 },
	{ "lanes",       rpc_view_lanes,    ROLES_LOCAL,                 NULL, 0 },
	{ "lane",        rpc_view_lane,     ROLES_LOCAL,                 WITH(lane_params) },
	{ "devices",     rpc_view_devices,  ROLES_LOCAL,                 NULL, 0 },
	{ "buses",       rpc_view_buses,    ROLES_LOCAL,                 NULL, 0 },
	{ "bus.read",    rpc_bus_read,      ROLES_LOCAL,                 WITH(bus_params) },
	{ "maps",        rpc_bus_maps,      ROLES_LOCAL,                 NULL, 0 },
	{ "link",        rpc_view_link,     ROLES_LOCAL,                 NULL, 0 },
	{ "events.read", rpc_record_events, ROLES_LOCAL,                 WITH(events_params) },
	{ "passages",    rpc_passages_list, ROLES_LOCAL,                 WITH(passages_params) },
	{ "passage",     rpc_passages_one,  ROLES_LOCAL,                 WITH(passage_params) },
	{ "act",         rpc_act_run,       ROLES_OFFICER_OR_TECHNICIAN, WITH(act_params) },
	{ "log.copy",    rpc_record_copy,   ROLES_LOCAL,                 WITH(copy_params) },
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
