/* SPDX-License-Identifier: MIT */
/*
 * Orders and registered vehicles as JSON. Layer: firmware. Allocates.
 */
#include "firmware/registry/registry_json.h"

#include <stdio.h>
#include <string.h>

#include "firmware/registry/json_members.h"
#include "hal/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const order_members[] = {
	"number",       "type",       "state",    "binding",  "direction",
	"customs_code", "vehicles",   "plate",    "tag",      "card",
	"documents",    "vehicle_kg", "frame_kg", "goods_kg", "container_kg",
	"total_kg",     "boxes",      "seal",     "created",  "approved",
};
static const char *const vehicle_members[] = {"plate", "tag", "card"};
static const char *const registered_members[] = {
	"plate", "tag", "card",   "valid_from", "valid_to",
	"lanes", "way", "max_kg", "approver",
};
static const char *const ways[] = {"in", "out", "both"};

/* ---- identities ------------------------------------------------------------------------ */

static enum kakou_err take_plate(const json_t *json, char to[PLATE_BYTES_MAX + 1],
				 struct why *why)
{
	struct why found = {""};
	enum kakou_err err = member_text(json, "plate", 0, to, PLATE_BYTES_MAX + 1, why);
	enum plate_kind kind;

	if (err || !to[0])
		return err;
	kind = plate_classify(to, &found);
	if (kind == PLATE_TRAILER)
		return member_refuse(json, "plate", why,
				     "the plate of a vehicle: one that ends 挂 is a "
				     "trailer's and matches no order");
	return plate_kind_matches_order(kind)
		       ? KAKOU_OK
		       : why_set(why, KAKOU_E_INVALID, "%s", found.text);
}

static enum kakou_err take_vehicle(const json_t *json, struct order_vehicle *to,
				   struct why *why)
{
	enum kakou_err err = take_plate(json, to->plate, why);

	if (!err)
		err = member_text(json, "tag", 0, to->tag, sizeof(to->tag), why);
	if (!err)
		err = member_text(json, "card", 0, to->card, sizeof(to->card), why);
	if (!err && !to->plate[0] && !to->tag[0] && !to->card[0])
		err = why_set(why, KAKOU_E_INVALID,
			      "vehicle: got neither plate, tag nor card, expected one of "
			      "them");
	return err;
}

static bool is_repeated(const struct order_full *order,
			const struct order_vehicle *vehicle)
{
	for (size_t i = 0; i < order->vehicle_count; i++) {
		if (!strcmp(order_who(&order->vehicles[i]), order_who(vehicle)))
			return true;
	}
	return false;
}

/* A list, or the members of the only vehicle beside the others. */
static enum kakou_err take_vehicles(const json_t *json, struct order_full *to,
				    struct why *why)
{
	const json_t *list = json_object_get(json, "vehicles");
	size_t count = list ? json_array_size(list) : 1;
	size_t most = to->order.binding == BINDING_MANY_VEHICLES ? ORDER_VEHICLES_MAX : 1;
	enum kakou_err err = KAKOU_OK;

	if (list && (json_object_get(json, "plate") || json_object_get(json, "tag") ||
		     json_object_get(json, "card")))
		return member_refuse(json, "vehicles", why,
				     "either a list or plate, tag and card, not both");
	if (list && !json_is_array(list))
		return member_refuse(json, "vehicles", why, "a list");
	if (count < 1 || count > most)
		return member_refuse(json, "vehicles", why,
				     "1 to %zu vehicles with binding %d", most,
				     to->order.binding);
	for (size_t i = 0; !err && i < count; i++) {
		const json_t *one = list ? json_array_get(list, i) : json;
		struct order_vehicle *vehicle = &to->vehicles[i];

		if (list)
			err = members_check(one, vehicle_members, COUNT(vehicle_members),
					    why);
		if (!err)
			err = take_vehicle(one, vehicle, why);
		if (!err && is_repeated(to, vehicle))
			err = why_set(why, KAKOU_E_INVALID,
				      "vehicles: got \"%s\" twice, expected each once",
				      order_who(vehicle));
		to->vehicle_count++;
	}
	return err;
}

/* ---- the rest of an order ---------------------------------------------------------------- */

/* What the number says may be said again, but not otherwise. */
static enum kakou_err take_number(const json_t *json, struct order *to, struct why *why)
{
	struct order_number number;
	char direction[2] = "", code[sizeof(to->customs_code)] = "";
	enum kakou_err err =
		member_text(json, "number", 1, to->number, sizeof(to->number), why);

	if (!err)
		err = order_number_parse(to->number, &number, why);
	if (!err)
		err = member_text(json, "direction", 0, direction, sizeof(direction),
				  why);
	if (!err)
		err = member_text(json, "customs_code", 0, code, sizeof(code), why);
	if (err)
		return err;
	if (direction[0] && direction[0] != number.direction)
		return member_refuse(json, "direction", why, "%c, as the number says",
				     number.direction);
	if (code[0] && strcmp(code, number.customs_code) != 0)
		return member_refuse(json, "customs_code", why, "%s, as the number says",
				     number.customs_code);
	to->direction = number.direction;
	text_copy(to->customs_code, sizeof(to->customs_code), number.customs_code);
	return KAKOU_OK;
}

/* Types 5 and 6 have no bound document; how many the others have follows from the binding. Who
 * does not tell the documents leaves the member out. */
static enum kakou_err check_documents(const json_t *json, const struct order *order,
				      struct why *why)
{
	const json_t *list = json_object_get(json, "documents");
	size_t count = json_array_size(list);
	size_t most = order->binding == BINDING_MANY_DOCUMENTS ? ORDER_DOCUMENTS_MAX : 1;

	if (!list)
		return KAKOU_OK;
	if (!json_is_array(list))
		return member_refuse(json, "documents", why, "a list");
	if (order->type >= 5)
		return count == 0 ? KAKOU_OK
				  : member_refuse(json, "documents", why,
						  "none with an order of type %d",
						  order->type);
	if (count < 1 || count > most)
		return member_refuse(json, "documents", why,
				     "1 to %zu documents with binding %d", most,
				     order->binding);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || !text[0] || strlen(text) > ORDER_DOCUMENT_MAX)
			return member_refuse(json, "documents", why,
					     "texts of 1 to %d bytes",
					     ORDER_DOCUMENT_MAX);
	}
	return KAKOU_OK;
}

static enum kakou_err take_kind(const json_t *json, struct order *to, struct why *why)
{
	int64_t type = 0, state = 0, binding = 0;
	enum kakou_err err = member_integer(json, "type", 1, ORDER_TYPES, 0, &type, why);

	if (!err)
		err = member_integer(json, "state", 0, ORDER_STATES - 1, -1, &state, why);
	if (!err)
		err = member_integer(json, "binding", 1, 3, BINDING_ONE_TO_ONE, &binding,
				     why);
	to->type = (uint8_t)type;
	to->state = (uint8_t)state;
	to->binding = (uint8_t)binding;
	return err;
}

static enum kakou_err take_weights(const json_t *json, struct order_weights *to,
				   struct why *why)
{
	int64_t total_g = 0;
	enum kakou_err err = member_kg(json, "vehicle_kg", &to->vehicle_g, why);

	if (!err)
		err = member_kg(json, "frame_kg", &to->frame_g, why);
	if (!err)
		err = member_kg(json, "container_kg", &to->container_g, why);
	if (!err)
		err = member_kg(json, "goods_kg", &to->goods_g, why);
	if (!err)
		err = member_kg(json, "total_kg", &total_g, why);
	if (!err && json_object_get(json, "total_kg") && total_g != order_total_g(to))
		err = member_refuse(json, "total_kg", why,
				    "the sum of vehicle, frame, container and goods");
	return err;
}

static enum kakou_err take_boxes(const json_t *json, struct order *to, struct why *why)
{
	const json_t *list = json_object_get(json, "boxes");
	size_t count = json_array_size(list);
	struct why found = {""};

	if (!list)
		return KAKOU_OK;
	if (!json_is_array(list) || count > ORDER_BOXES_MAX)
		return member_refuse(json, "boxes", why, "a list of at most %d boxes",
				     ORDER_BOXES_MAX);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text)
			return member_refuse(json, "boxes", why, "texts");
		if (!box_number_is_valid(text, &found))
			return why_set(why, KAKOU_E_INVALID, "boxes: %s", found.text);
		text_copy(to->boxes[i], sizeof(to->boxes[i]), text);
	}
	to->box_count = (uint8_t)count;
	return KAKOU_OK;
}

enum kakou_err order_from_json(const json_t *json, struct order_full *out,
			       struct why *why)
{
	struct order *order = &out->order;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	err = members_check(json, order_members, COUNT(order_members), why);
	if (!err)
		err = take_number(json, order, why);
	if (!err)
		err = take_kind(json, order, why);
	if (!err)
		err = take_vehicles(json, out, why);
	if (!err)
		err = check_documents(json, order, why);
	if (!err)
		err = take_weights(json, &order->weights, why);
	if (!err)
		err = take_boxes(json, order, why);
	if (!err)
		err = member_text(json, "seal", 0, order->seal, sizeof(order->seal), why);
	if (!err)
		err = member_instant(json, "created", &order->created_ms, why);
	if (!err)
		err = member_instant(json, "approved", &order->approved_ms, why);
	return err;
}

/* ---- registered vehicles ----------------------------------------------------------------- */

static bool has_lane(const struct site *site, const char *name)
{
	for (size_t i = 0; i < site->lane_count; i++) {
		if (!strcmp(site->lanes[i].name, name))
			return true;
	}
	return false;
}

static enum kakou_err take_lanes(const json_t *json, const struct site *site,
				 struct registered *to, struct why *why)
{
	const json_t *list = json_object_get(json, "lanes");
	size_t used = 0;

	to->lanes[0] = '\0';
	if (list && !json_is_array(list))
		return member_refuse(json, "lanes", why, "a list of names");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		size_t left = sizeof(to->lanes) - used;

		if (!name || !has_lane(site, name))
			return member_refuse(json, "lanes", why,
					     "names of lanes of this gate");
		if (strlen(name) + 2 > left)
			return member_refuse(json, "lanes", why,
					     "names of at most %zu bytes together",
					     sizeof(to->lanes) - 1);
		used += (size_t)snprintf(to->lanes + used, left, "%s%s", used ? " " : "",
					 name);
	}
	return KAKOU_OK;
}

/* A last day counts whole. */
static enum kakou_err take_validity(const json_t *json, struct registered *to,
				    struct why *why)
{
	enum { DAY_MS = 86400 * 1000, DAY_LENGTH = 10 };
	const char *last = json_string_value(json_object_get(json, "valid_to"));
	enum kakou_err err = member_instant(json, "valid_from", &to->valid_from_ms, why);

	if (!err)
		err = member_instant(json, "valid_to", &to->valid_to_ms, why);
	if (err)
		return err;
	if (!last)
		return member_refuse(json, "valid_to", why,
				     "the last day on which it is valid");
	if (strlen(last) == DAY_LENGTH)
		to->valid_to_ms += DAY_MS;
	if (to->valid_to_ms <= to->valid_from_ms)
		return member_refuse(json, "valid_to", why, "one after valid_from");
	return KAKOU_OK;
}

enum kakou_err registered_from_json(const json_t *json, const struct site *site,
				    struct registered *out, struct why *why)
{
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	err = members_check(json, registered_members, COUNT(registered_members), why);
	if (!err)
		err = take_plate(json, out->plate, why);
	if (!err && !out->plate[0])
		err = member_refuse(json, "plate", why, "the plate of the vehicle");
	if (!err)
		err = member_text(json, "tag", 0, out->tag, sizeof(out->tag), why);
	if (!err)
		err = member_text(json, "card", 0, out->card, sizeof(out->card), why);
	if (!err)
		err = take_validity(json, out, why);
	if (!err)
		err = take_lanes(json, site, out, why);
	if (!err)
		err = member_word(json, "way", ways, COUNT(ways), WAY_BOTH, &out->way,
				  why);
	if (!err)
		err = member_kg(json, "max_kg", &out->max_g, why);
	if (!err)
		err = member_text(json, "approver", 1, out->approver,
				  sizeof(out->approver), why);
	return err;
}

/* ---- writing --------------------------------------------------------------------------- */

static void put(json_t *json, const char *name, json_t *value)
{
	(void)json_object_set_new(json, name, value);
}

static void put_text(json_t *json, const char *name, const char *text)
{
	if (text[0])
		put(json, name, json_string(text));
}

static void put_kg(json_t *json, const char *name, int64_t grams)
{
	if (grams)
		put(json, name, json_kg(grams));
}

static void put_instant(json_t *json, const char *name, int64_t wall_ms)
{
	if (wall_ms)
		put(json, name, json_instant(wall_ms));
}

static json_t *vehicles_to_json(const struct order_full *order)
{
	json_t *list = json_array();

	for (size_t i = 0; i < order->vehicle_count; i++) {
		json_t *one = json_object();

		put_text(one, "plate", order->vehicles[i].plate);
		put_text(one, "tag", order->vehicles[i].tag);
		put_text(one, "card", order->vehicles[i].card);
		(void)json_array_append_new(list, one);
	}
	return list;
}

json_t *order_to_json(const struct order_full *full, json_t *documents)
{
	const struct order *order = &full->order;
	json_t *json =
		json_pack("{s:s, s:i, s:i, s:i}", "number", order->number, "type",
			  order->type, "state", order->state, "binding", order->binding);
	json_t *boxes = json_array();

	put(json, "vehicles", vehicles_to_json(full));
	if (documents)
		(void)json_object_set(json, "documents", documents);
	put_kg(json, "vehicle_kg", order->weights.vehicle_g);
	put_kg(json, "frame_kg", order->weights.frame_g);
	put_kg(json, "container_kg", order->weights.container_g);
	put_kg(json, "goods_kg", order->weights.goods_g);
	for (size_t i = 0; i < order->box_count; i++)
		(void)json_array_append_new(boxes, json_string(order->boxes[i]));
	put(json, "boxes", boxes);
	put_text(json, "seal", order->seal);
	put_instant(json, "created", order->created_ms);
	put_instant(json, "approved", order->approved_ms);
	return json;
}

static json_t *lanes_to_json(const char *lanes)
{
	json_t *list = json_array();

	while (*lanes) {
		size_t len = strcspn(lanes, " ");

		(void)json_array_append_new(list, json_stringn(lanes, len));
		lanes += len + (lanes[len] == ' ');
	}
	return list;
}

json_t *registered_to_json(const struct registered *vehicle)
{
	json_t *json = json_pack("{s:s}", "plate", vehicle->plate);

	put_text(json, "tag", vehicle->tag);
	put_text(json, "card", vehicle->card);
	put_instant(json, "valid_from", vehicle->valid_from_ms);
	put_instant(json, "valid_to", vehicle->valid_to_ms);
	if (vehicle->lanes[0])
		put(json, "lanes", lanes_to_json(vehicle->lanes));
	put(json, "way",
	    json_string(registered_way_name((enum registered_way)vehicle->way)));
	put_kg(json, "max_kg", vehicle->max_g);
	put_text(json, "approver", vehicle->approver);
	return json;
}
