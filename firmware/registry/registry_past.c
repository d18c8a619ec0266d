/* SPDX-License-Identifier: MIT */
/*
 * What the record says of orders and a killed process could not note any more.
 *
 * Layer: firmware. Threads: main's, before the registry's starts; the journal's reader answers.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/registry/registry_inside.h"
#include "hal/text.h"

enum { PAGE = 500 };

/* A page of events about orders, as a JSON array the caller releases. */
static enum kakou_err read_page(struct journal *journal, int64_t after, json_t **rows,
				struct why *why)
{
	struct journal_query query = {
		.after = after, .limit = PAGE, .kind = EVENT_ORDER, .lane = -1};
	char *json;
	enum kakou_err err = journal_read_now(journal, &query, &json, why);

	if (err)
		return err;
	*rows = json_loads(json, 0, NULL);
	free(json);
	return *rows ? KAKOU_OK
		     : why_set(why, KAKOU_E_NOMEM, "no memory to read the record");
}

static const char *text_of(const json_t *data, const char *name)
{
	const char *text = json_string_value(json_object_get(data, name));

	return text ? text : "";
}

static int64_t number_of(const json_t *data, const char *name)
{
	return json_integer_value(json_object_get(data, name));
}

static bool find_lane(const struct site *site, const char *name, uint8_t *out)
{
	for (size_t i = 0; i < site->lane_count; i++) {
		if (!strcmp(site->lanes[i].name, name)) {
			*out = (uint8_t)i;
			return true;
		}
	}
	return false;
}

/* A lane that the site no longer has used the order all the same: the first one stands for it. */
static void note_of_event(const struct site *site, const json_t *event,
			  struct order_note *out)
{
	const json_t *data = json_object_get(event, "data");
	const char *step = text_of(data, "step");

	memset(out, 0, sizeof(*out));
	(void)find_lane(site, text_of(event, "lane"), &out->lane);
	while (out->step < ORDER_STEPS - 1 &&
	       strcmp(order_step_name((enum order_step)out->step), step) != 0)
		out->step++;
	out->nth = (uint8_t)number_of(data, "nth");
	out->passage = number_of(event, "passage");
	out->wall_ms = number_of(event, "wall_ms");
	out->is_offline = number_of(data, "offline") != 0;
	out->age_ms = number_of(data, "age_ms");
	out->empty_g = number_of(data, "empty_g");
	text_copy(out->number, sizeof(out->number), text_of(data, "number"));
	text_copy(out->who, sizeof(out->who), text_of(data, "who"));
	text_copy(out->plate, sizeof(out->plate), text_of(data, "plate"));
}

/* Everybody who looks into the record sees why nothing is on file. */
static enum kakou_err record_damage(const struct registry *registry,
				    struct journal *journal, struct why *why)
{
	struct event event;

	if (registry->damage[0] == '\0')
		return KAKOU_OK;
	registry_begin_event(&event, "registry", "set_aside");
	event_add_text(&event, "file", "registry.db.damaged");
	event_add_text(&event, "reason", registry->damage);
	if (journal_append(journal, &event))
		return why_set(why, KAKOU_E_FULL,
			       "the journal's queue is full at the start");
	return KAKOU_OK;
}

/* One transaction for the page: a base that was lost has many to hear of. */
static enum kakou_err take_page(struct registry *registry, const json_t *rows,
				int64_t *seq, struct why *why)
{
	enum kakou_err err = base_begin(registry->base, why);
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		struct order_note note;

		if (err)
			break;
		note_of_event(registry->site, json_object_get(row, "bytes"), &note);
		err = base_note_within(registry->base, &note, why);
		*seq = json_integer_value(json_object_get(row, "seq"));
	}
	if (!err)
		err = base_commit(registry->base, why);
	if (err)
		base_roll_back(registry->base);
	return err;
}

enum kakou_err registry_catch_up(struct registry *registry, struct journal *journal,
				 struct why *why)
{
	int64_t begun = 0, seq;
	json_t *rows = NULL;
	enum kakou_err err = base_get_cursor(registry->base, &begun, why);

	seq = begun;
	for (bool has_more = true; !err && has_more; json_decref(rows), rows = NULL) {
		err = read_page(journal, seq, &rows, why);
		has_more = json_array_size(rows) > 0;
		if (!err && has_more)
			err = take_page(registry, rows, &seq, why);
	}
	if (!err && seq != begun)
		err = base_put_cursor(registry->base, seq, why);
	if (!err)
		err = record_damage(registry, journal, why);
	if (!err)
		registry_publish(registry);
	return err;
}
