/* SPDX-License-Identifier: MIT */
/*
 * kakou orders, kakou vehicles: what is on file at the gate.
 *
 * Layer: firmware.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cmd_registry.h"

enum { SHOWN = 100, PAGE = 500, KEY_BYTES = 64 };

/* The options and words after "orders" or "vehicles". */
struct asked {
	const char *what; /* "orders", "vehicles" */
	const char *words[2];
	const char *plate, *type, *state, *direction, *find, *limit, *reason;
	bool in_use;
};

static const char *const state_names[] = {"applied",      "approved",      "passed",
					  "passed_first", "passed_second", "deleted",
					  "void"};

static const char *name_state(int64_t state)
{
	return state >= 0 && state <= 6 ? state_names[state] : "?";
}

/* ---- lists ----------------------------------------------------------------------------- */

/* "浙A12345, 浙B20416", with what became of each at this gate. */
static void add_vehicles(struct cli_table *table, const json_t *order)
{
	char text[200] = "";
	size_t i, used = 0;
	const json_t *one;

	json_array_foreach(json_object_get(order, "vehicles"), i, one)
	{
		const char *plate = cli_text(one, "plate"), *tag = cli_text(one, "tag");
		const char *who = plate[0] ? plate : tag[0] ? tag : cli_text(one, "card");

		if (used + strlen(who) + 8 > sizeof(text))
			break;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 used ? ", " : "", who);
	}
	cli_table_add(table, "%s", text);
}

static void add_uses(struct cli_table *table, const json_t *order)
{
	const json_t *uses = json_object_get(order, "uses");
	const json_t *first = json_array_get(uses, 0);

	if (!first)
		cli_table_add(table, "-");
	else
		cli_table_add(table, "%s, passage %" PRId64 "%s", cli_text(first, "use"),
			      cli_integer(first, "passage"),
			      json_array_size(uses) > 1 ? " …" : "");
}

static void add_boxes(struct cli_table *table, const json_t *order)
{
	const json_t *boxes = json_object_get(order, "boxes");
	const char *front = json_string_value(json_array_get(boxes, 0));
	const char *rear = json_string_value(json_array_get(boxes, 1));

	cli_table_add(table, "%s%s%s", front ? front : "-", rear ? " " : "",
		      rear ? rear : "");
}

static void print_orders(struct cli *cli, const json_t *items)
{
	static const char *const heads[] = {"ORDER", "TYPE",     "STATE", "VEHICLES",
					    "BOXES", "APPROVED", "HERE",  NULL};
	struct cli_table *table = cli_table_create(heads);
	size_t i;
	const json_t *order;

	json_array_foreach(items, i, order)
	{
		cli_table_add(table, "%s", cli_text(order, "number"));
		cli_table_add(table, "%" PRId64, cli_integer(order, "type"));
		cli_table_add(table, "%s", name_state(cli_integer(order, "state")));
		add_vehicles(table, order);
		add_boxes(table, order);
		cli_table_add(table, "%s", cli_word(order, "approved"));
		add_uses(table, order);
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

static void add_lanes(struct cli_table *table, const json_t *vehicle)
{
	char text[160] = "";
	size_t i, used = 0;
	const json_t *lane;

	json_array_foreach(json_object_get(vehicle, "lanes"), i, lane) used +=
		(size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
				 used ? " " : "", json_string_value(lane));
	cli_table_add(table, "%s", text[0] ? text : "all");
}

static void print_vehicles(struct cli *cli, const json_t *items)
{
	static const char *const heads[] = {"PLATE", "FROM",   "TO",       "LANES",
					    "WAY",   "MAX_KG", "APPROVER", NULL};
	struct cli_table *table = cli_table_create(heads);
	size_t i;
	const json_t *vehicle;

	json_array_foreach(items, i, vehicle)
	{
		cli_table_add(table, "%s", cli_text(vehicle, "plate"));
		cli_table_add(table, "%s", cli_word(vehicle, "valid_from"));
		cli_table_add(table, "%s", cli_word(vehicle, "valid_to"));
		add_lanes(table, vehicle);
		cli_table_add(table, "%s", cli_word(vehicle, "way"));
		cli_table_add(table, "%s", cli_word(vehicle, "max_kg"));
		cli_table_add(table, "%s", cli_word(vehicle, "approver"));
	}
	cli_table_print(table, cli->out);
	cli_table_destroy(table);
}

/* The parameters of a page; NULL: complained. */
static json_t *list_params(struct cli *cli, const struct asked *asked, const char *after,
			   int64_t limit)
{
	json_t *params = json_pack("{s:I}", "limit", (json_int_t)limit);
	int64_t type, state = 0;

	if (!cli_read_integer(cli, "--type", asked->type, 1, 6, 0, &type)) {
		json_decref(params);
		return NULL;
	}
	while (asked->state && state < 7 && strcmp(asked->state, state_names[state]) != 0)
		state++;
	if (state == 7) {
		(void)cli_complain(cli, CLI_USAGE,
				   "--state: got \"%s\", expected applied, approved, "
				   "passed, passed_first, passed_second, deleted or void",
				   asked->state);
		json_decref(params);
		return NULL;
	}
	if (after)
		(void)json_object_set_new(params, "after", json_string(after));
	if (asked->plate)
		(void)json_object_set_new(params, "plate", json_string(asked->plate));
	if (asked->direction)
		(void)json_object_set_new(params, "direction",
					  json_string(asked->direction));
	if (asked->find)
		(void)json_object_set_new(params, "find", json_string(asked->find));
	if (type)
		(void)json_object_set_new(params, "type", json_integer(type));
	if (asked->state)
		(void)json_object_set_new(params, "state", json_integer(state));
	if (asked->in_use)
		(void)json_object_set_new(params, "in_use", json_true());
	return params;
}

/* One page; `after` becomes where the next begins, "" at the end. */
static int call_page(struct cli *cli, const struct asked *asked, int64_t limit,
		     char after[KEY_BYTES], json_t **items)
{
	json_t *params = list_params(cli, asked, after[0] ? after : NULL, limit);
	json_t *result;
	int exit;

	if (!params)
		return CLI_USAGE;
	exit = cli_call(cli,
			strcmp(asked->what, "orders") ? "vehicles.list" : "orders.list",
			params, &result);
	if (exit)
		return exit;
	(void)snprintf(after, KEY_BYTES, "%.60s", cli_text(result, "next"));
	*items = json_incref(json_object_get(result, "items"));
	json_decref(result);
	return CLI_DONE;
}

static int list(struct cli *cli, const struct asked *asked)
{
	json_t *items = json_array();
	char after[KEY_BYTES] = "";
	int64_t limit;
	int exit = CLI_USAGE;

	if (cli_read_integer(cli, "--limit", asked->limit, 1, PAGE, SHOWN, &limit))
		do {
			json_t *page = NULL;

			exit = call_page(cli, asked,
					 limit - (int64_t)json_array_size(items), after,
					 &page);
			(void)json_array_extend(items, page);
			json_decref(page);
		} while (!exit && after[0] && (int64_t)json_array_size(items) < limit);
	if (!exit && cli->json)
		cli_print_json(cli, items);
	else if (!exit && strcmp(asked->what, "orders"))
		print_vehicles(cli, items);
	else if (!exit)
		print_orders(cli, items);
	json_decref(items);
	return exit;
}

/* ---- export: what import reads --------------------------------------------------------------- */

static int export_all(struct cli *cli, const struct asked *asked)
{
	char after[KEY_BYTES] = "";
	int exit;

	do {
		json_t *items = NULL, *item;
		size_t i;

		exit = call_page(cli, asked, PAGE, after, &items);
		json_array_foreach(items, i, item)
		{
			(void)json_object_del(item, "uses");
			(void)json_dumpf(item, cli->out, JSON_COMPACT);
			fputc('\n', cli->out);
		}
		json_decref(items);
	} while (!exit && after[0]);
	return exit;
}

/* ---- one of them ----------------------------------------------------------------------------- */

static int show(struct cli *cli, const struct asked *asked)
{
	json_t *result;
	int exit = cli_call(
		cli, strcmp(asked->what, "orders") ? "vehicles.show" : "orders.show",
		json_pack("{s:s}", "key", asked->words[1]), &result);

	if (exit)
		return exit;
	cli_print_json(cli, result);
	json_decref(result);
	return CLI_DONE;
}

static void print_changed(struct cli *cli, json_t *result)
{
	fprintf(cli->out, "accepted, event %" PRId64 "\n", cli_integer(result, "seq"));
}

static int change(struct cli *cli, const struct asked *asked)
{
	bool are_orders = !strcmp(asked->what, "orders");

	return cli_show_as(cli, are_orders ? "orders.change" : "vehicles.change",
			   json_pack("{s:s, s:s, s:s, s:s}", "key", asked->words[1],
				     "change", asked->words[0], "reason", asked->reason,
				     "screen", "kakou"),
			   print_changed);
}

static int import(struct cli *cli, const struct asked *asked)
{
	return cli_import(cli, asked->what, asked->words[1], asked->reason);
}

static const struct {
	const char *word;
	bool takes_key, is_change;
	int (*run)(struct cli *cli, const struct asked *asked);
} verbs[] = {
	{"list",   false, false, list      },
	{"export", false, false, export_all},
	{"show",   true,  false, show      },
	{"import", true,  true,  import    },
	{"void",   true,  true,  change    },
	{"reopen", true,  true,  change    },
	{"expire", true,  true,  change    },
	{"remove", true,  true,  change    },
};

static int run(struct cli *cli, struct asked *asked)
{
	const char *word = asked->words[0] ? asked->words[0] : "list";
	size_t i = 0, count = sizeof(verbs) / sizeof(verbs[0]);

	while (i < count && strcmp(verbs[i].word, word) != 0)
		i++;
	if (i == count)
		return cli_complain(cli, CLI_USAGE, "got \"%s\", expected: kakou %s %s",
				    word, cli->command->name, cli->command->synopsis);
	if (verbs[i].takes_key != (asked->words[1] != NULL))
		return cli_complain(cli, CLI_USAGE, "%s: expected %s", word,
				    verbs[i].takes_key ? "one word after it"
						       : "no word after it");
	if (verbs[i].is_change && (!asked->reason || !asked->reason[0]))
		return cli_complain(cli, CLI_USAGE, "got no --reason, expected why");
	return verbs[i].run(cli, asked);
}

int cmd_orders(struct cli *cli, int argc, char **argv)
{
	struct asked asked = {.what = "orders"};
	const struct cli_option options[] = {
		{"--plate",     &asked.plate,     NULL         },
		{"--type",      &asked.type,      NULL         },
		{"--state",     &asked.state,     NULL         },
		{"--direction", &asked.direction, NULL         },
		{"--find",      &asked.find,      NULL         },
		{"--limit",     &asked.limit,     NULL         },
		{"--in-use",    NULL,             &asked.in_use},
		{"--reason",    &asked.reason,    NULL         },
	};

	if (!cli_read_words(cli, argc, argv, options, 8, asked.words, 0, 2))
		return CLI_USAGE;
	return run(cli, &asked);
}

int cmd_vehicles(struct cli *cli, int argc, char **argv)
{
	struct asked asked = {.what = "vehicles"};
	const struct cli_option options[] = {
		{"--plate",  &asked.plate,  NULL},
		{"--find",   &asked.find,   NULL},
		{"--limit",  &asked.limit,  NULL},
		{"--reason", &asked.reason, NULL},
	};

	if (!cli_read_words(cli, argc, argv, options, 4, asked.words, 0, 2))
		return CLI_USAGE;
	return run(cli, &asked);
}
