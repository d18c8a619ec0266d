/* SPDX-License-Identifier: MIT */
/*
 * Imports: into staging tables object by object, then into the real ones in one transaction.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/registry/base_inside.h"
#include "hal/text.h"

/* A statement with every $ replaced by the area's tables. */
struct area_sql {
	char text[1400];
};

static const char *in_area(enum base_area area, const char *sql, struct area_sql *to)
{
	const char *name = area == AREA_IMPORT ? "staged" : "pushed";
	size_t used = 0;

	for (; *sql; sql++) {
		assert(used + strlen(name) + 1 < sizeof(to->text));
		if (*sql == '$') {
			memcpy(to->text + used, name, strlen(name));
			used += strlen(name);
		} else {
			to->text[used++] = *sql;
		}
	}
	to->text[used] = '\0';
	return to->text;
}

enum kakou_err base_stage_clear(struct base *base, enum base_area area, struct why *why)
{
	struct area_sql sql;

	return base_run(base,
			in_area(area,
				"DELETE FROM $_orders; DELETE FROM $_keys;"
				"DELETE FROM $_vehicles;",
				&sql),
			why);
}

/* A statement that says no because the key is there already. */
static enum kakou_err insert(struct base *base, sqlite3_stmt *statement, const char *key,
			     struct why *why)
{
	int code = statement ? sqlite3_step(statement) : SQLITE_ERROR;
	enum kakou_err err = KAKOU_OK;

	if ((code & 0xFF) == SQLITE_CONSTRAINT)
		err = why_set(why, KAKOU_E_INVALID,
			      "\"%s\" stands in the import twice, expected once", key);
	else if (code != SQLITE_DONE)
		err = base_explain(base, "stage", why);
	sqlite3_finalize(statement);
	return err;
}

static enum kakou_err stage_key(struct base *base, enum base_area area,
				const char *number, const struct order_vehicle *vehicle,
				struct why *why)
{
	char folded[PLATE_BYTES_MAX + 1];
	struct area_sql sql;

	plate_fold(vehicle->plate, folded);
	return insert(
		base,
		base_prepare(
			base,
			in_area(area, "INSERT INTO $_keys VALUES (?,?,?,?,?,?)", &sql),
			"tttttt", number, order_who(vehicle), vehicle->plate, folded,
			vehicle->tag, vehicle->card),
		order_who(vehicle), why);
}

static enum kakou_err stage_order(struct base *base, enum base_area area, json_t *json,
				  struct why *why)
{
	struct order_full full;
	struct area_sql sql;
	enum kakou_err err = order_from_json(json, &full, why);
	char direction[2] = {full.order.direction, '\0'};
	json_t *clean;
	char *text;

	if (err)
		return err;
	clean = order_to_json(&full, json_object_get(json, "documents"));
	text = clean ? json_dumps(clean, JSON_COMPACT) : NULL;
	json_decref(clean);
	if (!text)
		return why_set(why, KAKOU_E_NOMEM, "no memory for an order");
	err = insert(
		base,
		base_prepare(
			base,
			in_area(area, "INSERT INTO $_orders VALUES (?,?,?,?,?,?)", &sql),
			"tnnttt", full.order.number, (int64_t)full.order.type,
			(int64_t)full.order.state, direction, full.order.customs_code,
			text),
		full.order.number, why);
	free(text);
	for (size_t i = 0; !err && i < full.vehicle_count; i++)
		err = stage_key(base, area, full.order.number, &full.vehicles[i], why);
	return err;
}

static enum kakou_err stage_vehicle(struct base *base, enum base_area area, json_t *json,
				    struct why *why)
{
	struct area_sql sql;
	struct registered vehicle;
	enum kakou_err err = registered_from_json(json, base->site, &vehicle, why);
	json_t *clean;
	char *text;

	if (err)
		return err;
	clean = registered_to_json(&vehicle);
	text = clean ? json_dumps(clean, JSON_COMPACT) : NULL;
	json_decref(clean);
	if (!text)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a vehicle");
	err = insert(base,
		     base_prepare(base,
				  in_area(area, "INSERT INTO $_vehicles VALUES (?,?,?,?)",
					  &sql),
				  "tttt", vehicle.plate, vehicle.tag, vehicle.card, text),
		     vehicle.plate, why);
	free(text);
	return err;
}

enum kakou_err base_stage(struct base *base, enum base_area area, enum base_what what,
			  json_t *json, struct why *why)
{
	return what == BASE_ORDERS ? stage_order(base, area, json, why)
				   : stage_vehicle(base, area, json, why);
}

enum kakou_err base_stage_count(struct base *base, enum base_what what, int64_t *staged,
				int64_t *added, struct why *why)
{
	bool are_orders = what == BASE_ORDERS;
	enum kakou_err err =
		base_ask(base,
			 base_prepare(base,
				      are_orders ? "SELECT count(*) FROM staged_orders"
						 : "SELECT count(*) FROM staged_vehicles",
				      ""),
			 staged, why);

	if (err)
		return err;
	return base_ask(base,
			base_prepare(base,
				     are_orders ? "SELECT count(*) FROM staged_orders"
						  " WHERE number NOT IN"
						  " (SELECT number FROM orders)"
						: "SELECT count(*) FROM staged_vehicles"
						  " WHERE plate NOT IN"
						  " (SELECT plate FROM vehicles)",
				     ""),
			added, why);
}

/* What passed here stays so: an import of yesterday's file must not open it again. A vehicle that
 * an order no longer has goes, unless it was used. */
static const char apply_orders[] =
	"INSERT INTO orders SELECT * FROM $_orders WHERE true"
	" ON CONFLICT (number) DO UPDATE SET type=excluded.type, json=excluded.json,"
	" direction=excluded.direction, code=excluded.code,"
	" state=CASE WHEN orders.state IN (2,3,4) AND excluded.state IN (0,1,3)"
	" THEN orders.state ELSE excluded.state END;"
	"DELETE FROM keys WHERE use = 0 AND in_use = 0"
	" AND number IN (SELECT number FROM $_orders)"
	" AND NOT EXISTS (SELECT 1 FROM $_keys s"
	" WHERE s.number = keys.number AND s.who = keys.who);"
	"INSERT INTO keys (number, who, plate, folded, tag, card)"
	" SELECT * FROM $_keys WHERE true"
	" ON CONFLICT (number, who) DO UPDATE SET plate=excluded.plate,"
	" folded=excluded.folded, tag=excluded.tag, card=excluded.card;"
	"DELETE FROM $_orders; DELETE FROM $_keys;";

static const char apply_vehicles[] =
	"INSERT INTO vehicles SELECT * FROM $_vehicles WHERE true"
	" ON CONFLICT (plate) DO UPDATE SET tag=excluded.tag, card=excluded.card,"
	" json=excluded.json;"
	"DELETE FROM $_vehicles;";

enum kakou_err base_stage_apply(struct base *base, enum base_area area,
				enum base_what what, struct why *why)
{
	enum kakou_err err = base_begin(base, why);
	struct area_sql sql;

	if (!err)
		err = base_run(
			base,
			in_area(area, what == BASE_ORDERS ? apply_orders : apply_vehicles,
				&sql),
			why);
	if (!err)
		err = base_commit(base, why);
	if (err)
		base_roll_back(base);
	return err;
}
