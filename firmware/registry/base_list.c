/* SPDX-License-Identifier: MIT */
/*
 * Lists as JSON. Layer: firmware. Blocks on the disk.
 */
#include <string.h>

#include "firmware/registry/base_inside.h"

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

/* Order rows: json, state. Vehicle rows: json. */
static enum kakou_err take_rows(struct base *base, enum base_what what,
				sqlite3_stmt *rows, json_t **out, struct why *why)
{
	json_t *list = json_array();
	enum kakou_err err = KAKOU_OK;
	int code = rows ? SQLITE_ROW : SQLITE_ERROR;

	while (!err && code == SQLITE_ROW && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		json_t *one = json_loads(base_text(rows, 0), 0, NULL);

		if (what == BASE_ORDERS) {
			(void)json_object_set_new(
				one, "state", json_integer(sqlite3_column_int(rows, 1)));
			err = add_uses(base, one, why);
		}
		(void)json_array_append_new(list, one);
	}
	sqlite3_finalize(rows);
	if (!err && code != SQLITE_DONE)
		err = base_explain(base, "list", why);
	if (err)
		json_decref(list);
	else
		*out = list;
	return err;
}

enum kakou_err base_list(struct base *base, enum base_what what,
			 const struct base_filter *filter, json_t **out, struct why *why)
{
	char direction[2] = {filter->direction, '\0'};
	sqlite3_stmt *rows;

	if (what == BASE_ORDERS)
		rows = base_prepare(
			base,
			"SELECT json, state FROM orders WHERE (?1 IS NULL OR number>?1)"
			" AND (?2=0 OR type=?2) AND (?3<0 OR state=?3)"
			" AND (?4 IS NULL OR direction=?4)"
			" AND (?5 IS NULL OR number IN"
			" (SELECT number FROM keys WHERE plate=?5))"
			" AND (?6=0 OR number IN (SELECT number FROM keys WHERE "
			"in_use=1))"
			" ORDER BY number LIMIT ?7",
			"tnnttnn", filter->after, (int64_t)filter->type,
			(int64_t)filter->state, direction, filter->plate,
			(int64_t)filter->is_in_use, (int64_t)filter->limit);
	else
		rows = base_prepare(
			base,
			"SELECT json FROM vehicles WHERE"
			" (?1 IS NULL OR plate>?1) AND (?2 IS NULL OR plate=?2)"
			" ORDER BY plate LIMIT ?3",
			"ttn", filter->after, filter->plate, (int64_t)filter->limit);
	return take_rows(base, what, rows, out, why);
}

enum kakou_err base_show(struct base *base, enum base_what what, const char *key,
			 json_t **out, struct why *why)
{
	json_t *list = NULL;
	enum kakou_err err = take_rows(
		base, what,
		base_prepare(base,
			     what == BASE_ORDERS
				     ? "SELECT json, state FROM orders WHERE number=?"
				     : "SELECT json FROM vehicles WHERE plate=?",
			     "t", key),
		&list, why);

	if (err)
		return err;
	*out = json_incref(json_array_get(list, 0));
	json_decref(list);
	return *out ? KAKOU_OK
		    : why_set(why, KAKOU_E_NOTFOUND, "got \"%s\", which is not on file",
			      key);
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

enum kakou_err base_list_offline(struct base *base, bool is_open, int limit, json_t **out,
				 struct why *why)
{
	return list_rows(base,
			 base_prepare(base,
				      "SELECT passage, number, lane, plate, age_ms,"
				      " cleared_ms, state, by, reason, settled_ms"
				      " FROM offline WHERE ?1=0 OR settled_ms IS NULL"
				      " ORDER BY passage DESC LIMIT ?2",
				      "nn", (int64_t)is_open, (int64_t)limit),
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
