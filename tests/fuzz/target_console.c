/* SPDX-License-Identifier: MIT */
/*
 * The console's requests: a line "METHOD PATH", lines "name=value" of the query, an empty line, the
 * body. What is taken is what the route asks for, and what is refused has its words.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"
#include "tests/fuzz/targets.h"

static bool is_asked_for(const struct route *route, const char *name)
{
	for (size_t i = 0; i < API_ROUTE_PARAMS_MAX && route->params[i].name; i++)
		if (!strcmp(route->params[i].name, name))
			return true;
	return false;
}

static void check(const struct route *route, json_t *params)
{
	const char *name;
	json_t *value;

	json_object_foreach(params, name, value)
	{
		if (!is_asked_for(route, name))
			fuzz_fail("%s takes \"%s\"", route->path, name);
	}
}

/* The next line, cut out of the text; NULL at its end. */
static char *cut_line(char **at)
{
	char *line = *at, *end = line ? strchr(line, '\n') : NULL;

	*at = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

static bool take_query(const struct route *route, char **at, json_t *params,
		       struct why *why)
{
	char *line;

	while ((line = cut_line(at)) && line[0] != '\0') {
		char *value = strchr(line, '=');

		if (value)
			*value++ = '\0';
		if (!api_route_take_query(route, line, value, params, why))
			return false;
	}
	return true;
}

void fuzz_console(const uint8_t *data, size_t len)
{
	char *text = fuzz_as_text(data, len), *at = text;
	char *path = strchr(text, ' ');
	json_t *params = json_object();
	struct why why = {""};
	bool is_known = false;

	if (path) {
		const struct route *route;

		*path++ = '\0';
		at = path;
		(void)cut_line(&at);
		route = api_route_find(text, path, params, &is_known);
		if (route && (!take_query(route, &at, params, &why) ||
			      !api_route_take_body(route, at ? at : "",
						   at ? strlen(at) : 0, params, &why) ||
			      !api_route_has_all(route, params, &why)))
			fuzz_assert_explained(KAKOU_E_INVALID, &why);
		else if (route)
			check(route, params);
	}
	json_decref(params);
	free(text);
}
