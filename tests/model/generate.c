/* SPDX-License-Identifier: MIT */
/*
 * Writes the lane's table in another language, from the compiled table itself, so that neither the
 * model nor the drawing can differ from what runs:
 *
 *   generate promela   the lane as a Promela process: rows in their order, guards and actions in C
 *   generate dot       its graph, for Graphviz
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "firmware/lane/lane.h"

/* Functions are named by the program's own symbols (-rdynamic). */
static const char *name_of(const void *function)
{
	const char *name;
	Dl_info info;

	if (!function)
		return "";
	name = dladdr(function, &info) && info.dli_sname ? info.dli_sname : "unnamed";
	return strncmp(name, "lane_", 5) == 0 ? name + 5 : name;
}

static const char *guard_of(const struct lane_rule *rule)
{
	return name_of((const void *)rule->when);
}

static const char *action_of(const struct lane_rule *rule)
{
	return name_of((const void *)rule->act);
}

static void write_names(void)
{
	for (int s = 0; s < LANE_STATES; s++)
		printf("#define ST_%s %d\n", lane_state_name((enum lane_state)s), s);
	for (int e = 0; e < LANE_EVENTS; e++)
		printf("#define EV_%s %d\n", lane_event_name((enum lane_event)e), e);
}

static void write_row(size_t row)
{
	printf("c_code { model_take(%zu); }; st = ST_%s; /* %s */\n", row,
	       lane_state_name(lane_rules[row].to), action_of(&lane_rules[row]));
}

/* The rows of one pair: the first whose guard holds is taken, none may be. */
static void write_pair(enum lane_state from, enum lane_event on)
{
	int open = 0;
	bool ends_with_guard = true;

	for (size_t i = 0; i < lane_rule_count; i++) {
		const struct lane_rule *rule = &lane_rules[i];

		if (rule->from != from || rule->on != on)
			continue;
		if (open++ == 0)
			printf("\t\t:: st == ST_%s && e == EV_%s ->\n",
			       lane_state_name(from), lane_event_name(on));
		ends_with_guard = rule->when != NULL;
		if (ends_with_guard)
			printf("\t\t\tc_code { model_guard(%zu); }; /* %s */\n"
			       "\t\t\tif :: c_expr { model.holds } -> ",
			       i, guard_of(rule));
		else
			printf("\t\t\t");
		write_row(i);
		if (ends_with_guard)
			printf("\t\t\t:: else ->\n");
	}
	if (open == 0)
		return;
	if (ends_with_guard)
		printf("\t\t\tskip\n");
	else
		open--;
	printf("\t\t\t");
	while (open-- > 0)
		printf("fi ");
	printf("\n");
}

static void write_promela(void)
{
	printf("/* Written by tests/model/generate from the lane's table: %zu rows. */\n",
	       lane_rule_count);
	write_names();
	printf("\nactive proctype lane()\n{\n\tbyte e;\n\n"
	       "end:\tdo\n\t:: atomic { event ? e ->\n\t\tif\n");
	for (int s = 0; s < LANE_STATES; s++)
		for (int e = 0; e < LANE_EVENTS; e++)
			write_pair((enum lane_state)s, (enum lane_event)e);
	printf("\t\t:: else -> skip\n\t\tfi;\n"
	       "\t\tassert(c_expr { model.state == now.st });\n"
	       "\t\ttaken ! true }\n\tod\n}\n");
}

/* What stops any state is said once, beside the drawing. */
static bool is_drawn(const struct lane_rule *rule)
{
	bool stops = rule->on == EV_EMERGENCY || rule->on == EV_HOLD ||
		     rule->on == EV_UNCONTROLLED;

	return rule->from != rule->to && !(stops && rule->to == LANE_BLOCKED);
}

static bool shares_arrow(const struct lane_rule *a, const struct lane_rule *b)
{
	return is_drawn(a) && is_drawn(b) && a->from == b->from && a->to == b->to;
}

/* The way of a truck that passes by itself. */
static bool is_main_way(const struct lane_rule *rule)
{
	static const struct {
		enum lane_event on;
		enum lane_state to;
	} way[] = {
		{EV_APPROACH,  LANE_GATHERING},
		{EV_EVIDENCE,  LANE_ASKING   },
		{EV_ANSWER,    LANE_RECORDING},
		{EV_COMMITTED, LANE_LIFTING  },
		{EV_ARM_UP,    LANE_PASSING  },
		{EV_PASSED,    LANE_CLOSING  },
		{EV_ARM_DOWN,  LANE_IDLE     },
	};

	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++)
		if (way[i].on == rule->on && way[i].to == rule->to &&
		    rule->from != LANE_BLOCKED && rule->from != LANE_HELD)
			return true;
	return false;
}

/* One arrow for each pair of states, with what may lead along it. */
static void write_arrow(const struct lane_rule *first)
{
	const char *before = "";
	bool is_main = false;

	printf("\t%s -> %s [label=\"", lane_state_name(first->from),
	       lane_state_name(first->to));
	for (int e = 0; e < LANE_EVENTS; e++) {
		bool leads = false;

		for (size_t i = 0; i < lane_rule_count; i++) {
			const struct lane_rule *rule = &lane_rules[i];

			if (!shares_arrow(first, rule))
				continue;
			leads = leads || rule->on == (enum lane_event)e;
			is_main = is_main || is_main_way(rule);
		}
		if (!leads)
			continue;
		printf("%s%s", before, lane_event_name((enum lane_event)e));
		before = "\\n";
	}
	printf("\"%s];\n", is_main ? ", penwidth=2.5, weight=8" : "");
}

static void write_dot(void)
{
	printf("// Written by tests/model/generate from the lane's table: %zu rows.\n"
	       "digraph lane {\n"
	       "\tnode [shape=box, style=rounded, fontname=Helvetica];\n"
	       "\tedge [fontname=Helvetica, fontsize=10];\n"
	       "\tlabelloc=b; fontname=Helvetica; fontsize=11;\n"
	       "\tlabel=\"Thick: the way of a truck that passes by itself. Not drawn: "
	       "emergency, hold-to-run and an\\nuncontrolled opening lead from every "
	       "state "
	       "to blocked where the table says so.\";\n",
	       lane_rule_count);
	for (size_t i = 0; i < lane_rule_count; i++) {
		bool is_new = is_drawn(&lane_rules[i]);

		for (size_t j = 0; j < i; j++)
			is_new = is_new && !shares_arrow(&lane_rules[i], &lane_rules[j]);
		if (is_new)
			write_arrow(&lane_rules[i]);
	}
	printf("}\n");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "promela")) {
		write_promela();
	} else if (argc == 2 && !strcmp(argv[1], "dot")) {
		write_dot();
	} else {
		fprintf(stderr, "usage: generate promela|dot\n");
		return 2;
	}
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
