/* SPDX-License-Identifier: MIT */
/*
 * Imports, part by part: nothing of a file is on file before all of it is.
 *
 * Layer: firmware. Threads: the registry's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/registry/registry_inside.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

/* A line comes as a text within the request, where nobody has looked into it yet. */
enum { NESTING_MAX = 8 };

void registry_import_forget(struct registry *registry)
{
	struct why why = {""};

	if (base_stage_clear(registry->base, AREA_IMPORT, &why))
		log_error("registry", "%s", why.text);
	memset(&registry->import, 0, sizeof(registry->import));
}

enum kakou_err registry_import_begin(struct registry *registry, const json_t *params,
				     json_t **result, struct why *why)
{
	struct registry_import *import = &registry->import;
	int64_t now_ms = clock_mono_ms();

	if (import->number && now_ms - import->last_ms < REGISTRY_IMPORT_MS)
		return why_set(why, KAKOU_E_REFUSED,
			       "an import of \"%s\" is under way: try again later",
			       import->file);
	registry_import_forget(registry);
	import->number = ++registry->last_import;
	import->what = registry_what(params);
	import->last_ms = now_ms;
	text_copy(import->file, sizeof(import->file),
		  json_string_value(json_object_get(params, "file")));
	*result = json_pack("{s:I}", "import", (json_int_t)import->number);
	return KAKOU_OK;
}

static enum kakou_err find_import(const struct registry *registry, const json_t *params,
				  struct why *why)
{
	json_int_t number = json_integer_value(json_object_get(params, "import"));

	if (registry->import.number && number == registry->import.number &&
	    !registry->import.is_committing)
		return KAKOU_OK;
	return why_set(why, KAKOU_E_NOTFOUND,
		       "import: got %" JSON_INTEGER_FORMAT
		       ", expected one that is under way",
		       number);
}

/* The tail of a sentence that begins with the line. */
static void add_error(struct registry_import *import, json_t *errors, int64_t line,
		      const struct why *why)
{
	import->errors++;
	if (import->errors <= REGISTRY_ERRORS_MAX)
		(void)json_array_append_new(errors, json_pack("{s:I, s:s}", "line",
							      (json_int_t)line, "text",
							      why->text));
}

/* A fault of the disk is no fault of the line. */
static enum kakou_err take_line(struct registry *registry, const char *text, size_t len,
				int64_t line, json_t *errors, struct why *why)
{
	json_error_t error;
	json_t *json;
	enum kakou_err err;

	if (text_nests_deeper(text, len, NESTING_MAX)) {
		(void)why_set(why, KAKOU_E_INVALID,
			      "nested deeper than the %d levels that are expected",
			      NESTING_MAX);
		add_error(&registry->import, errors, line, why);
		return KAKOU_OK;
	}
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (!json) {
		(void)why_set(why, KAKOU_E_INVALID,
			      "byte %d: %.100s; expected one JSON object a line",
			      error.position, error.text);
		add_error(&registry->import, errors, line, why);
		return KAKOU_OK;
	}
	err = base_stage(registry->base, AREA_IMPORT, registry->import.what, json, why);
	json_decref(json);
	if (err != KAKOU_E_INVALID)
		return err;
	add_error(&registry->import, errors, line, why);
	return KAKOU_OK;
}

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
			return false;
	}
	return true;
}

static enum kakou_err take_lines(struct registry *registry, const char *text,
				 int64_t line, json_t *errors, struct why *why)
{
	static const char mark[] = "\xef\xbb\xbf";
	enum kakou_err err = KAKOU_OK;

	/* Editors of Windows begin a file with a mark of its encoding. */
	if (line == 1 && !strncmp(text, mark, sizeof(mark) - 1))
		text += sizeof(mark) - 1;
	for (; !err && *text; line++) {
		size_t len = strcspn(text, "\n");

		if (!is_blank(text, len)) {
			err = take_line(registry, text, len, line, errors, why);
			registry->import.lines++;
		}
		text += len + (text[len] == '\n');
	}
	return err;
}

/* A part is one transaction: it costs one sync. */
enum kakou_err registry_import_lines(struct registry *registry, const json_t *params,
				     json_t **result, struct why *why)
{
	const char *text = json_string_value(json_object_get(params, "lines"));
	int64_t first = json_integer_value(json_object_get(params, "first"));
	json_t *errors = json_array();
	enum kakou_err err = find_import(registry, params, why);

	if (!err)
		err = base_begin(registry->base, why);
	if (!err)
		err = take_lines(registry, text, first, errors, why);
	if (!err)
		err = base_commit(registry->base, why);
	if (err) {
		base_roll_back(registry->base);
		json_decref(errors);
		return err;
	}
	registry->import.last_ms = clock_mono_ms();
	*result =
		json_pack("{s:I, s:i, s:o}", "lines", (json_int_t)registry->import.lines,
			  "error_count", registry->import.errors, "errors", errors);
	return KAKOU_OK;
}

enum kakou_err registry_import_drop(struct registry *registry, const json_t *params,
				    json_t **result, struct why *why)
{
	enum kakou_err err = find_import(registry, params, why);

	if (err)
		return err;
	registry_import_forget(registry);
	*result = json_pack("{s:b}", "dropped", 1);
	return KAKOU_OK;
}

enum kakou_err registry_import_check(struct registry *registry, const json_t *params,
				     struct event *event, struct why *why)
{
	struct registry_import *import = &registry->import;
	bool are_orders = import->what == BASE_ORDERS;
	int64_t most = are_orders ? BASE_ORDERS_MAX : BASE_VEHICLES_MAX;
	int64_t staged = 0, added = 0, kept = 0;
	enum kakou_err err = find_import(registry, params, why);

	if (!err && import->errors)
		err = why_set(why, KAKOU_E_REFUSED,
			      "%d lines of \"%s\" are not as expected: nothing was taken "
			      "over",
			      import->errors, import->file);
	if (!err)
		err = base_stage_count(registry->base, import->what, &staged, &added,
				       why);
	if (!err && staged == 0)
		err = why_set(why, KAKOU_E_REFUSED,
			      "\"%s\" has no line, expected at least one", import->file);
	if (!err)
		err = base_count(registry->base, import->what, &kept, why);
	if (!err && kept + added > most)
		err = why_set(why, KAKOU_E_FULL,
			      "%" PRId64 " on file and %" PRId64
			      " new ones, expected at most %" PRId64 " together",
			      kept, added, most);
	if (err)
		return err;
	import->is_committing = true;
	registry_begin_event(event, are_orders ? "orders" : "vehicles", "import");
	event_add_text(event, "file", import->file);
	event_add_number(event, "count", staged);
	event_add_number(event, "added", added);
	return KAKOU_OK;
}

enum kakou_err registry_import_apply(struct registry *registry, json_t **result,
				     struct why *why)
{
	enum base_what what = registry->import.what;
	int64_t staged = 0, added = 0;
	enum kakou_err err = base_stage_count(registry->base, what, &staged, &added, why);

	if (!err)
		err = base_stage_apply(registry->base, AREA_IMPORT, what, why);
	registry_import_forget(registry);
	if (!err)
		*result = json_pack("{s:I, s:I}", "count", (json_int_t)staged, "added",
				    (json_int_t)added);
	return err;
}
