/* SPDX-License-Identifier: MIT */
/*
 * Scripts: printed, read, shrunk.
 */
#include <string.h>

#include "tests/unit/lane_property.h"

static const char *const words[] = {
#define PROPERTY_WORD(name, word) word,
	PROPERTY_KINDS(PROPERTY_WORD)
#undef PROPERTY_WORD
};

void property_print(const struct property_script *script, FILE *to)
{
	for (int i = 0; i < script->count; i++) {
		const struct property_action *action = &script->actions[i];

		fprintf(to, "%s nth %d after %d %s %d %d %d %d\n",
			action->when == PROPERTY_ANY
				? "any"
				: lane_state_name((enum lane_state)action->when),
			action->nth, action->after_ms, words[action->kind], action->a,
			action->b, action->c, action->d);
	}
}

static bool find_words(struct property_action *action, const char *state,
		       const char *kind)
{
	action->when = PROPERTY_ANY;
	action->kind = PROPERTY_KIND_COUNT;
	for (int i = 0; i < LANE_STATES; i++)
		if (strcmp(state, lane_state_name((enum lane_state)i)) == 0)
			action->when = i;
	for (int i = 0; i < PROPERTY_KIND_COUNT; i++)
		if (strcmp(kind, words[i]) == 0)
			action->kind = i;
	return action->kind != PROPERTY_KIND_COUNT &&
	       (action->when != PROPERTY_ANY || strcmp(state, "any") == 0);
}

bool property_parse(struct property_script *script, FILE *from)
{
	char line[160], state[16], kind[16];

	memset(script, 0, sizeof(*script));
	while (fgets(line, sizeof(line), from)) {
		struct property_action *action = &script->actions[script->count];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (script->count == PROPERTY_ACTIONS ||
		    sscanf(line, "%15s nth %d after %d %15s %d %d %d %d", state,
			   &action->nth, &action->after_ms, kind, &action->a, &action->b,
			   &action->c, &action->d) != 8 ||
		    !find_words(action, state, kind)) {
			fprintf(stderr,
				"'%.*s': expected STATE nth N after MS ACTION a b c d, "
				"at "
				"most %d lines\n",
				(int)strcspn(line, "\n"), line, PROPERTY_ACTIONS);
			return false;
		}
		script->count++;
	}
	return true;
}

static bool still_fails(const struct property_script *script)
{
	static struct property_hits hits;
	struct property_failure failure;

	return !property_run(script, &hits, &failure, NULL);
}

void property_shrink(struct property_script *script)
{
	bool is_smaller = true;

	while (is_smaller) {
		is_smaller = false;
		for (int i = script->count - 1; i >= 0; i--) {
			struct property_script less = *script;

			memmove(&less.actions[i], &less.actions[i + 1],
				(size_t)(less.count - i - 1) * sizeof(less.actions[0]));
			less.count--;
			if (!still_fails(&less))
				continue;
			*script = less;
			is_smaller = true;
		}
	}
}
