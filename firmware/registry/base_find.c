/* SPDX-License-Identifier: MIT */
/*
 * Look-ups. Layer: firmware. Blocks on the disk.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/registry/base_inside.h"
#include "hal/log.h"
#include "hal/text.h"

/* Values that are not known are null, and equal to nothing. An order is found by its number when a
 * code gave it. */
static const char orders_sql[] =
	"SELECT o.json, o.state, k.plate, k.tag, k.card, k.use, k.in_use, k.passage"
	" FROM keys k JOIN orders o USING (number)"
	" WHERE (k.plate = ?1 OR k.tag = ?2 OR k.card = ?3 OR k.card = ?4"
	" OR k.number = ?4 OR k.folded = ?5)"
	" AND o.direction = ?6 AND o.state IN (1, 3)"
	" ORDER BY (k.plate IS ?1) DESC, o.number LIMIT 64";

static bool read_order(sqlite3_stmt *row, struct order *out)
{
	struct order_full full;
	struct why why = {""};
	json_t *json = json_loads(base_text(row, 0), 0, NULL);
	bool is_read = json && order_from_json(json, &full, &why) == KAKOU_OK;

	json_decref(json);
	if (!is_read) {
		log_error("registry", "an order on file can't be read: %s", why.text);
		return false;
	}
	*out = full.order;
	out->state = (uint8_t)sqlite3_column_int(row, 1);
	text_copy(out->matched.plate, sizeof(out->matched.plate), base_text(row, 2));
	text_copy(out->matched.tag, sizeof(out->matched.tag), base_text(row, 3));
	text_copy(out->matched.card, sizeof(out->matched.card), base_text(row, 4));
	out->matched.use = (uint8_t)sqlite3_column_int(row, 5);
	out->matched.is_in_use = sqlite3_column_int(row, 6) != 0;
	out->matched.passage = sqlite3_column_int64(row, 7);
	return true;
}

/* Customs code of the site, where it is said; the order's own says which customs it is for. */
static bool is_ours(const struct base *base, const struct order *order)
{
	const char *code = base->site->customs_code;

	return !code[0] || !strcmp(code, order->customs_code);
}

/* A doubtful plate may be one character off, not more. */
static bool is_near(const struct lookup *lookup, const struct order *order)
{
	const struct order_vehicle *vehicle = &order->matched;
	bool by_other = (lookup->tag[0] && !strcmp(lookup->tag, vehicle->tag)) ||
			(lookup->card[0] && !strcmp(lookup->card, vehicle->card)) ||
			(lookup->code[0] && (!strcmp(lookup->code, vehicle->card) ||
					     !strcmp(lookup->code, order->number)));

	return by_other || !lookup->plate[0] ||
	       (unsigned)plate_count_confusions(lookup->plate, vehicle->plate) <= 1;
}

static enum kakou_err find_orders(struct base *base, const struct lookup *lookup,
				  struct found *found, struct why *why)
{
	const struct site_lane *lane = &base->site->lanes[lookup->lane];
	char direction[2] = {lookup->direction, '\0'}, folded[PLATE_BYTES_MAX + 1] = "";
	sqlite3_stmt *rows;
	int code;

	if (lookup->plate_is_doubtful)
		plate_fold(lookup->plate, folded);
	rows = base_prepare(base, orders_sql, "tttttt", lookup->plate, lookup->tag,
			    lookup->card, lookup->code, folded, direction);
	if (!rows)
		return base_explain(base, "look an order up", why);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct order order;

		if (!read_order(rows, &order) || !is_ours(base, &order) ||
		    !is_near(lookup, &order) || !order_is_open(&order, lane->gate))
			continue;
		if (found->order_count < LOOKUP_ORDERS_MAX)
			found->orders[found->order_count] = order;
		found->order_count++;
	}
	sqlite3_finalize(rows);
	return code == SQLITE_DONE ? KAKOU_OK
				   : base_explain(base, "look an order up", why);
}

/* Plate, tag and card that belong to two vehicles are nobody's right to pass. */
static enum kakou_err find_vehicle(struct base *base, const struct lookup *lookup,
				   struct found *found, struct why *why)
{
	sqlite3_stmt *rows =
		base_prepare(base,
			     "SELECT json FROM vehicles WHERE plate = ? OR tag = ? OR "
			     "card = ? LIMIT 2",
			     "ttt", lookup->plate_is_doubtful ? "" : lookup->plate,
			     lookup->tag, lookup->card);
	json_t *json = NULL;
	int count = 0, code;

	if (!rows)
		return base_explain(base, "look a vehicle up", why);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		json_decref(json);
		json = json_loads(base_text(rows, 0), 0, NULL);
		count++;
	}
	sqlite3_finalize(rows);
	if (code != SQLITE_DONE) {
		json_decref(json);
		return base_explain(base, "look a vehicle up", why);
	}
	/* A lane that the site no longer has is one it may not use. */
	found->has_vehicle =
		count == 1 && json &&
		registered_from_json(json, base->site, &found->vehicle, NULL) == KAKOU_OK;
	json_decref(json);
	return KAKOU_OK;
}

/* The middle one of at most BASE_TARES_KEPT weights with a comma between. */
static int64_t median(const char *weights)
{
	int64_t sorted[BASE_TARES_KEPT];
	int count = 0;

	while (*weights && count < BASE_TARES_KEPT) {
		char *end;
		int64_t value = strtoll(weights, &end, 10);
		int at = count++;

		for (; at > 0 && sorted[at - 1] > value; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = value;
		weights = end + (*end == ',');
	}
	return count ? sorted[count / 2] : 0;
}

static enum kakou_err find_tare(struct base *base, const char *plate, struct tare *out,
				struct why *why)
{
	sqlite3_stmt *row = base_prepare(
		base, "SELECT weights, count, at_ms FROM tares WHERE plate = ?", "t",
		plate);
	int code = row ? sqlite3_step(row) : SQLITE_ERROR;

	if (code == SQLITE_ROW) {
		out->median_g = median(base_text(row, 0));
		out->count = sqlite3_column_int(row, 1);
		out->at_ms = sqlite3_column_int64(row, 2);
	}
	sqlite3_finalize(row);
	return code == SQLITE_ROW || code == SQLITE_DONE
		       ? KAKOU_OK
		       : base_explain(base, "look a tare up", why);
}

static const char *plate_of(const struct lookup *lookup, const struct found *found)
{
	if (lookup->plate[0] && !lookup->plate_is_doubtful)
		return lookup->plate;
	return found->order_count == 1 ? found->orders[0].matched.plate : "";
}

enum kakou_err base_find(struct base *base, const struct lookup *lookup,
			 struct found *found, struct why *why)
{
	enum kakou_err err;

	memset(found, 0, sizeof(*found));
	found->lane = lookup->lane;
	found->token = lookup->token;
	err = find_orders(base, lookup, found, why);
	if (!err)
		err = find_vehicle(base, lookup, found, why);
	if (!err)
		err = find_tare(base, plate_of(lookup, found), &found->tare, why);
	found->is_known = err == KAKOU_OK;
	return err;
}
