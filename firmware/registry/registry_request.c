/* SPDX-License-Identifier: MIT */
/*
 * What the control socket asks of the registry: lists at once, changes once the record has them.
 *
 * Layer: firmware. Threads: the registry's.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/registry/registry_inside.h"
#include "hal/clock.h"
#include "hal/log.h"

static const char *text_of(const json_t *params, const char *name)
{
	return json_string_value(json_object_get(params, name));
}

static int64_t integer_of(const json_t *params, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(params, name);

	return value ? json_integer_value(value) : fallback;
}

enum base_what registry_what(const json_t *params)
{
	return strcmp(text_of(params, "what"), "vehicles") ? BASE_ORDERS : BASE_VEHICLES;
}

void registry_begin_event(struct event *event, const char *what, const char *act)
{
	event_begin(event, EVENT_REGISTRY_CHANGED, EVENT_NO_LANE, 0);
	event_add_text(event, "what", what);
	event_add_text(event, "act", act);
}

/* ---- reading --------------------------------------------------------------------------- */

static enum kakou_err list(struct registry *registry, const json_t *params,
			   json_t **result, struct why *why)
{
	const char *direction = text_of(params, "direction");
	struct base_filter filter = {
		.plate = text_of(params, "plate"),
		.type = (int)integer_of(params, "type", 0),
		.state = (int)integer_of(params, "state", -1),
		.direction = direction ? direction[0] : '\0',
		.is_in_use = json_is_true(json_object_get(params, "in_use")),
		.find = text_of(params, "find"),
		.after = text_of(params, "after"),
		.limit = (int)integer_of(params, "limit", 100),
	};

	return base_list(registry->base, registry_what(params), &filter, result, why);
}

static enum kakou_err show(struct registry *registry, const json_t *params,
			   json_t **result, struct why *why)
{
	return base_show(registry->base, registry_what(params), text_of(params, "key"),
			 result, why);
}

static enum kakou_err list_offline(struct registry *registry, const json_t *params,
				   json_t **result, struct why *why)
{
	size_t limit = (size_t)integer_of(params, "limit", 100);
	json_t *items = NULL, *next = json_null();
	enum kakou_err err = base_list_offline(
		registry->base, json_is_true(json_object_get(params, "open")),
		integer_of(params, "before", 0), (int)limit + 1, &items, why);

	if (err)
		return err;
	if (json_array_size(items) > limit) {
		(void)json_array_remove(items, limit);
		next = json_incref(
			json_object_get(json_array_get(items, limit - 1), "passage"));
	}
	*result = json_pack("{s:o, s:o}", "items", items, "next", next);
	return KAKOU_OK;
}

static enum kakou_err list_tares(struct registry *registry, const json_t *params,
				 json_t **result, struct why *why)
{
	json_t *items = NULL;
	enum kakou_err err =
		base_list_tares(registry->base, text_of(params, "plate"),
				(int)integer_of(params, "limit", 100), &items, why);

	if (!err)
		*result = json_pack("{s:o}", "items", items);
	return err;
}

/* ---- changes: checked, recorded, made ------------------------------------------------------ */

static enum kakou_err check_push(struct registry *registry, const json_t *params,
				 struct event *event, struct why *why)
{
	bool are_orders = registry_what(params) == BASE_ORDERS;
	const json_t *item = json_object_get(params, "item");
	int64_t most = are_orders ? BASE_ORDERS_MAX : BASE_VEHICLES_MAX, kept = 0;
	struct order_full order;
	struct registered vehicle;
	enum kakou_err err =
		are_orders ? order_from_json(item, &order, why)
			   : registered_from_json(item, registry->site, &vehicle, why);

	if (!err)
		err = base_count(registry->base, registry_what(params), &kept, why);
	if (!err && kept >= most)
		err = why_set(why, KAKOU_E_FULL,
			      "%lld are on file, expected at most %lld", (long long)kept,
			      (long long)most);
	if (err)
		return err;
	registry_begin_event(event, are_orders ? "orders" : "vehicles", "push");
	event_add_text(event, "key", are_orders ? order.order.number : vehicle.plate);
	return KAKOU_OK;
}

static enum kakou_err make_push(struct registry *registry, json_t *params,
				json_t **result, struct why *why)
{
	enum base_what what = registry_what(params);
	enum kakou_err err = base_stage_clear(registry->base, AREA_PUSH, why);

	if (!err)
		err = base_stage(registry->base, AREA_PUSH, what,
				 json_object_get(params, "item"), why);
	if (!err)
		err = base_stage_apply(registry->base, AREA_PUSH, what, why);
	if (!err)
		*result = json_pack("{s:b}", "accepted", 1);
	return err;
}

static enum base_change change_of(const json_t *params)
{
	const char *word = text_of(params, "change");
	enum base_change change = 0;

	while (change < BASE_CHANGES && strcmp(base_change_name(change), word) != 0)
		change++;
	return change;
}

static enum kakou_err check_change(struct registry *registry, const json_t *params,
				   struct event *event, struct why *why)
{
	bool are_orders = registry_what(params) == BASE_ORDERS;
	enum base_change change = change_of(params);
	bool is_possible = change == CHANGE_REMOVE ||
			   (are_orders ? change == CHANGE_VOID || change == CHANGE_REOPEN
				       : change == CHANGE_EXPIRE);
	json_t *found = NULL;
	enum kakou_err err;

	if (!is_possible)
		return why_set(why, KAKOU_E_INVALID, "change: got \"%s\", expected %s",
			       text_of(params, "change"),
			       are_orders ? "void, reopen or remove"
					  : "expire or remove");
	err = base_show(registry->base, registry_what(params), text_of(params, "key"),
			&found, why);
	json_decref(found);
	if (err)
		return err;
	registry_begin_event(event, are_orders ? "orders" : "vehicles",
			     base_change_name(change));
	event_add_text(event, "key", text_of(params, "key"));
	return KAKOU_OK;
}

static enum kakou_err make_change(struct registry *registry, json_t *params,
				  json_t **result, struct why *why)
{
	enum kakou_err err =
		base_change(registry->base, registry_what(params), change_of(params),
			    text_of(params, "key"), clock_wall_ms(), why);

	if (!err)
		*result = json_pack("{s:b}", "accepted", 1);
	return err;
}

static enum kakou_err check_settle(struct registry *registry, const json_t *params,
				   struct event *event, struct why *why)
{
	(void)registry;
	(void)why;
	registry_begin_event(event, "offline", "settle");
	event->passage = integer_of(params, "passage", 0);
	event_add_text(event, "outcome", text_of(params, "outcome"));
	return KAKOU_OK;
}

static enum kakou_err make_settle(struct registry *registry, json_t *params,
				  json_t **result, struct why *why)
{
	enum kakou_err err =
		base_settle(registry->base, integer_of(params, "passage", 0),
			    text_of(params, "outcome"), text_of(params, "actor"),
			    text_of(params, "reason"), clock_wall_ms(), why);

	if (!err)
		*result = json_pack("{s:b}", "accepted", 1);
	return err;
}

static enum kakou_err make_import(struct registry *registry, json_t *params,
				  json_t **result, struct why *why)
{
	(void)params;
	return registry_import_apply(registry, result, why);
}

/* A method reads (answer), or changes (check, then make once it is recorded). */
static const struct {
	enum kakou_err (*answer)(struct registry *registry, const json_t *params,
				 json_t **result, struct why *why);
	enum kakou_err (*check)(struct registry *registry, const json_t *params,
				struct event *event, struct why *why);
	enum kakou_err (*make)(struct registry *registry, json_t *params, json_t **result,
			       struct why *why);
} methods[REGISTRY_METHODS] = {
	[REGISTRY_LIST] = {.answer = list                 },
	[REGISTRY_SHOW] = {.answer = show                 },
	[REGISTRY_PUSH] = {.check = check_push,             .make = make_push},
	[REGISTRY_CHANGE] = {.check = check_change,                               .make = make_change},
	[REGISTRY_IMPORT_BEGIN] = {.answer = registry_import_begin},
	[REGISTRY_IMPORT_LINES] = {.answer = registry_import_lines},
	[REGISTRY_IMPORT_COMMIT] = {.check = registry_import_check, .make = make_import},
	[REGISTRY_IMPORT_DROP] = {.answer = registry_import_drop },
	[REGISTRY_OFFLINE] = {.answer = list_offline                              },
	[REGISTRY_SETTLE] = {.check = check_settle,                              .make = make_settle},
	[REGISTRY_TARES] = {.answer = list_tares},
};

static struct registry_pending *find_pending(struct registry *registry, uint32_t change)
{
	for (size_t i = 0; i < REGISTRY_PENDING_MAX; i++) {
		if (registry->pending[i].change == change)
			return &registry->pending[i];
	}
	return NULL;
}

/* Gives the event to the control thread; the change waits for its commit. */
static enum kakou_err send_to_record(struct registry *registry,
				     const struct registry_request *request,
				     json_t *params, struct why *why)
{
	struct registry_pending *pending = find_pending(registry, 0);
	struct registry_news *news = &registry->out;

	if (!pending)
		return why_set(why, KAKOU_E_FULL, "too many changes at once: try again");
	event_add_text(&news->u.event, "actor", text_of(params, "actor"));
	event_add_text(&news->u.event, "reason", text_of(params, "reason"));
	event_add_text(&news->u.event, "screen", text_of(params, "screen"));
	if (++registry->last_change == 0)
		registry->last_change = 1; /* 0 means none */
	news->kind = REGISTRY_EVENT;
	news->change = registry->last_change;
	if (queue_push(registry->news, news))
		return why_set(why, KAKOU_E_FULL, "the record is behind: try again");
	*pending = (struct registry_pending){
		.change = registry->last_change,
		.method = request->method,
		.slot = request->slot,
		.generation = request->generation,
		.params = json_incref(params),
	};
	return KAKOU_OK;
}

void registry_serve(struct registry *registry, const struct registry_request *request,
		    json_t *params)
{
	struct why why = {""};
	json_t *result = NULL;
	enum kakou_err err;

	assert(request->method < REGISTRY_METHODS && params);
	if (methods[request->method].answer) {
		err = methods[request->method].answer(registry, params, &result, &why);
	} else {
		memset(&registry->out, 0, sizeof(registry->out));
		err = methods[request->method].check(registry, params,
						     &registry->out.u.event, &why);
		if (!err)
			err = send_to_record(registry, request, params, &why);
		if (err && request->method == REGISTRY_IMPORT_COMMIT)
			registry->import.is_committing = false;
	}
	if (err || methods[request->method].answer)
		registry_answer(registry, request->slot, request->generation, err, result,
				&why);
	json_decref(params);
}

void registry_make_change(struct registry *registry, uint32_t change, bool is_committed,
			  int64_t seq)
{
	struct registry_pending *pending = find_pending(registry, change);
	struct why why = {""};
	json_t *result = NULL;
	enum kakou_err err = KAKOU_OK;

	if (change == 0 || !pending)
		return;
	if (is_committed)
		err = methods[pending->method].make(registry, pending->params, &result,
						    &why);
	else
		err = why_set(&why, KAKOU_E_IO, "the record can't be written now");
	if (pending->method == REGISTRY_IMPORT_COMMIT && !is_committed)
		registry->import.is_committing = false;
	if (!err)
		(void)json_object_set_new(result, "seq", json_integer(seq));
	if (err)
		log_warning("registry", "change %u was not made: %s", change, why.text);
	registry_answer(registry, pending->slot, pending->generation, err, result, &why);
	json_decref(pending->params);
	memset(pending, 0, sizeof(*pending));
	registry_publish(registry);
}
