/* SPDX-License-Identifier: MIT */
/*
 * Target: files of release orders and registered vehicles, as `kakou orders import` sends them. The
 * first byte V means vehicles, any other one orders.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/registry/registry_inside.h"
#include "tests/fuzz/targets.h"

enum { SHOWN_MAX = 1000 };

static void expect_done(enum kakou_err err, const struct why *why)
{
	if (err)
		fuzz_fail("%s", why->text);
}

/* What is on file is a line that can be imported again. */
static void expect_readable(const struct registry *registry, enum base_what what,
			    json_t *item)
{
	struct registered vehicle;
	struct order_full order;
	struct why why = {""};

	(void)json_object_del(item, "uses");
	if (what == BASE_ORDERS)
		expect_done(order_from_json(item, &order, &why), &why);
	else
		expect_done(registered_from_json(item, registry->site, &vehicle, &why),
			    &why);
}

static void look_at_all(const struct registry *registry, enum base_what what,
			int64_t count)
{
	const struct base_filter all = {.state = -1, .after = "", .limit = SHOWN_MAX};
	struct why why = {""};
	json_t *page = NULL, *items, *item;
	size_t i;

	expect_done(base_list(registry->base, what, &all, &page, &why), &why);
	items = json_object_get(page, "items");
	assert((int64_t)json_array_size(items) ==
	       (count < SHOWN_MAX ? count : SHOWN_MAX));
	json_array_foreach(items, i, item) expect_readable(registry, what, item);
	json_decref(page);
}

/* All of the lines or, with a bad one among them, none. */
static void take_over(struct registry *registry, const json_t *params, size_t bad)
{
	enum base_what what = registry->import.what;
	struct why why = {""};
	struct event event;
	json_t *result = NULL;
	int64_t kept = 0;
	enum kakou_err err = registry_import_check(registry, params, &event, &why);

	fuzz_assert_explained(err, &why);
	assert(!bad || err);
	if (!err) {
		expect_done(registry_import_apply(registry, &result, &why), &why);
		kept = json_integer_value(json_object_get(result, "count"));
		json_decref(result);
	}
	look_at_all(registry, what, kept);
}

static json_t *begin(struct registry *registry, const char *what)
{
	json_t *params = json_pack("{s:s, s:s}", "what", what, "file", "fuzz.jsonl");
	struct why why = {""};
	json_t *result = NULL;

	expect_done(registry_import_begin(registry, params, &result, &why), &why);
	json_decref(params);
	return result; /* {"import": number}, which the next parts are about */
}

void fuzz_import(const uint8_t *data, size_t len)
{
	struct registry *registry = fuzz_empty_registry();
	struct why why = {""};
	json_t *params, *lines, *result = NULL;
	char *text;

	if (len < 2)
		return;
	text = fuzz_as_text(data + 1, len - 1);
	lines = json_string(text); /* NULL: not UTF-8, which the control socket refuses */
	free(text);
	if (!lines)
		return;
	params = begin(registry, data[0] == 'V' ? "vehicles" : "orders");
	(void)json_object_set_new(params, "first", json_integer(1));
	(void)json_object_set_new(params, "lines", lines);
	expect_done(registry_import_lines(registry, params, &result, &why), &why);
	take_over(registry, params, json_array_size(json_object_get(result, "errors")));
	json_decref(result);
	json_decref(params);
}
