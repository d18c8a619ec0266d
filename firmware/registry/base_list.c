/* SPDX-License-Identifier: MIT */
/*
 * Lists as JSON. Layer: firmware. Blocks on the disk.
 */
#include <stdio.h>
#include <string.h>

#include "firmware/registry/base_inside.h"
#include "hal/text.h"

static json_t *use_of(sqlite3_stmt *row)
{
	static const char *const words[] = {"free", "passed", "passed_first",
					    "passed_second"};
	int use = sqlite3_column_int(row, 1);
	bool is_in_use = sqlite3_column_int(row, 2) != 0;

	return json_pack("{s:s, s:s, s:I}", "who", base_text(row, 0), "use",
			 is_in_use              ? "in_use"
			 : use >= 0 && use <= 3 ? words[use]
						: "?",
			 "passage", (json_int_t)sqlite3_column_int64(row, 3));
}

/* What this gate did with the order's vehicles; those it did nothing with are left out. */
static enum kakou_err add_uses(struct base *base, json_t *order, struct why *why)
{
	const char *number = json_string_value(json_object_get(order, "number"));
	sqlite3_stmt *rows = base_prepare(base,
					  "SELECT who, use, in_use, passage FROM keys"
					  " WHERE number=? AND (use<>0 OR in_use=1)",
					  "t", number);
	json_t *list = json_array();
	int code;

	if (!rows)
		code = SQLITE_ERROR;
	else
		while ((code = sqlite3_step(rows)) == SQLITE_ROW)
			(void)json_array_append_new(list, use_of(rows));
	sqlite3_finalize(rows);
	(void)json_object_set_new(order, "uses", list);
	return code == SQLITE_DONE ? KAKOU_OK : base_explain(base, "list", why);
}

/* Any text within: a number, a plate, a box, a document; not the names of the members. */
static bool has_text(const json_t *value, const char *folded)
{
	const char *text = json_string_value(value), *key;
	json_t *one;
	size_t i;

	if (text)
		return strcasestr(text, folded) != NULL;
	json_array_foreach(value, i, one)
	{
		if (has_text(one, folded))
			return true;
	}
	/* jansson's loops take no const; nothing is changed. */
	json_object_foreach((json_t *)value, key, one)
	{
		if (has_text(one, folded))
			return true;
	}
	return false;
}

/* Rows: json, state (of orders). NULL: no memory, or what is kept is no JSON. */
static json_t *read_row(sqlite3_stmt *row, enum base_what what)
{
	json_t *one = json_loads(base_text(row, 0), 0, NULL);

	if (one && what == BASE_ORDERS)
		(void)json_object_set_new(one, "state",
					  json_integer(sqlite3_column_int(row, 1)));
	return one;
}

/* Rows as above, and: key, whether it may be meant. */
static enum kakou_err take_page(struct base *base, enum base_what what,
				const struct base_filter *filter, sqlite3_stmt *rows,
				json_t *page, struct why *why)
{
	json_t *list = json_object_get(page, "items");
	char last[BASE_KEY_MAX] = "";
	enum kakou_err err = KAKOU_OK;
	int code = rows ? SQLITE_ROW : SQLITE_ERROR;

	for (int looked = 0; !err && code == SQLITE_ROW; looked++) {
		json_t *one = NULL;

		code = sqlite3_step(rows);
		if (code != SQLITE_ROW)
			break;
		if (looked == BASE_LOOKED_AT_MAX ||
		    json_array_size(list) == (size_t)filter->limit) {
			(void)json_object_set_new(page, "next", json_string(last));
			code = SQLITE_DONE;
			break;
		}
		text_copy(last, sizeof(last), base_text(rows, 2));
		if (sqlite3_column_int(rows, 3))
			one = read_row(rows, what);
		if (one && filter->find && !has_text(one, filter->find)) {
			json_decref(one);
			continue;
		}
		if (one && what == BASE_ORDERS)
			err = add_uses(base, one, why);
		if (one)
			(void)json_array_append_new(list, one);
	}
	if (!err && code != SQLITE_DONE)
		err = base_explain(base, "list", why);
	sqlite3_finalize(rows);
	return err;
}

/* What is looked for is picked out here; take_page() then looks whether it is no member's name. */
#define MAY_BE_MEANT "(?2 IS NULL OR instr(upper(json),upper(?2))>0)"

static sqlite3_stmt *select_orders(struct base *base, const struct base_filter *filter)
{
	char direction[2] = {filter->direction, '\0'}, sql[640];

	(void)snprintf(sql, sizeof(sql),
		       "SELECT json, state, number, (?3=0 OR type=?3)"
		       " AND (?4<0 OR state=?4) AND (?5 IS NULL OR direction=?5)"
		       " AND " MAY_BE_MEANT
		       " FROM orders WHERE number>coalesce(?1,'')%s%s ORDER BY number",
		       filter->is_in_use
			       ? " AND number IN (SELECT number FROM keys WHERE in_use=1)"
			       : "",
		       filter->plate
			       ? " AND number IN (SELECT number FROM keys WHERE plate=?6)"
			       : "");
	return base_prepare(base, sql, filter->plate ? "ttnntt" : "ttnnt", filter->after,
			    filter->find, (int64_t)filter->type, (int64_t)filter->state,
			    direction, filter->plate);
}

static sqlite3_stmt *select_vehicles(struct base *base, const struct base_filter *filter)
{
	return base_prepare(base,
			    filter->plate ? "SELECT json, 0, plate, " MAY_BE_MEANT
					    " FROM vehicles WHERE plate>coalesce(?1,'')"
					    " AND plate=?3 ORDER BY plate"
					  : "SELECT json, 0, plate, " MAY_BE_MEANT
					    " FROM vehicles WHERE plate>coalesce(?1,'')"
					    " ORDER BY plate",
			    filter->plate ? "ttt" : "tt", filter->after, filter->find,
			    filter->plate);
}

enum kakou_err base_list(struct base *base, enum base_what what,
			 const struct base_filter *filter, json_t **out, struct why *why)
{
	json_t *page = json_pack("{s:[], s:n}", "items", "next");
	enum kakou_err err =
		page ? take_page(base, what, filter,
				 what == BASE_ORDERS ? select_orders(base, filter)
						     : select_vehicles(base, filter),
				 page, why)
		     : why_set(why, KAKOU_E_NOMEM, "no memory for a list");

	if (err)
		json_decref(page);
	else
		*out = page;
	return err;
}

enum kakou_err base_show(struct base *base, enum base_what what, const char *key,
			 json_t **out, struct why *why)
{
	sqlite3_stmt *rows = base_prepare(
		base,
		what == BASE_ORDERS ? "SELECT json, state FROM orders WHERE number=?"
				    : "SELECT json FROM vehicles WHERE plate=?",
		"t", key);
	int code = rows ? sqlite3_step(rows) : SQLITE_ERROR;
	json_t *one = code == SQLITE_ROW ? read_row(rows, what) : NULL;
	enum kakou_err err = KAKOU_OK;

	if (one && what == BASE_ORDERS)
		err = add_uses(base, one, why);
	else if (code == SQLITE_DONE)
		err = why_set(why, KAKOU_E_NOTFOUND, "got \"%s\", which is not on file",
			      key);
	else if (!one)
		err = base_explain(base, "show", why);
	sqlite3_finalize(rows);
	if (err)
		json_decref(one);
	else
		*out = one;
	return err;
}

static json_t *offline_row(sqlite3_stmt *row)
{
	return json_pack(
		"{s:I, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:I}", "passage",
		(json_int_t)sqlite3_column_int64(row, 0), "number", base_text(row, 1),
		"lane", base_text(row, 2), "plate", base_text(row, 3), "age_ms",
		(json_int_t)sqlite3_column_int64(row, 4), "cleared_wall_ms",
		(json_int_t)sqlite3_column_int64(row, 5), "state", base_text(row, 6),
		"by", base_text(row, 7), "reason", base_text(row, 8), "settled_wall_ms",
		(json_int_t)sqlite3_column_int64(row, 9));
}

static json_t *tare_row(sqlite3_stmt *row)
{
	return json_pack("{s:s, s:s, s:I, s:I}", "plate", base_text(row, 0), "weights_g",
			 base_text(row, 1), "count",
			 (json_int_t)sqlite3_column_int64(row, 2), "at_wall_ms",
			 (json_int_t)sqlite3_column_int64(row, 3));
}

static enum kakou_err list_rows(struct base *base, sqlite3_stmt *rows,
				json_t *(*make)(sqlite3_stmt *row), json_t **out,
				struct why *why)
{
	json_t *list = json_array();
	int code = rows ? SQLITE_ROW : SQLITE_ERROR;

	while (code == SQLITE_ROW && (code = sqlite3_step(rows)) == SQLITE_ROW)
		(void)json_array_append_new(list, make(rows));
	sqlite3_finalize(rows);
	if (code != SQLITE_DONE) {
		json_decref(list);
		return base_explain(base, "list", why);
	}
	*out = list;
	return KAKOU_OK;
}

enum kakou_err base_list_offline(struct base *base, bool is_open, int64_t before,
				 int limit, json_t **out, struct why *why)
{
	return list_rows(base,
			 base_prepare(base,
				      "SELECT passage, number, lane, plate, age_ms,"
				      " cleared_ms, state, by, reason, settled_ms"
				      " FROM offline WHERE (?1=0 OR settled_ms IS NULL)"
				      " AND (?2=0 OR passage<?2)"
				      " ORDER BY passage DESC LIMIT ?3",
				      "nnn", (int64_t)is_open, before, (int64_t)limit),
			 offline_row, out, why);
}

enum kakou_err base_list_tares(struct base *base, const char *plate, int limit,
			       json_t **out, struct why *why)
{
	return list_rows(base,
			 base_prepare(base,
				      "SELECT plate, weights, count, at_ms FROM tares"
				      " WHERE ?1 IS NULL OR plate=?1"
				      " ORDER BY plate LIMIT ?2",
				      "tn", plate, (int64_t)limit),
			 tare_row, out, why);
}
