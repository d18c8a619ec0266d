/* SPDX-License-Identifier: MIT */
/*
 * Changes of single orders and vehicles, and what lanes did with them.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/registry/base_inside.h"

const char *base_change_name(enum base_change change)
{
	static const char *const names[BASE_CHANGES] = {
		[CHANGE_VOID] = "void",
		[CHANGE_REOPEN] = "reopen",
		[CHANGE_EXPIRE] = "expire",
		[CHANGE_REMOVE] = "remove",
	};

	return change < BASE_CHANGES ? names[change] : NULL;
}

/* ---- by people ------------------------------------------------------------------------- */

static enum kakou_err change_order(struct base *base, enum base_change change,
				   const char *number, struct why *why)
{
	static const char *const orders[BASE_CHANGES] = {
		[CHANGE_VOID] = "UPDATE orders SET state=6 WHERE number=?",
		[CHANGE_REOPEN] = "UPDATE orders SET state=1 WHERE number=?",
		[CHANGE_REMOVE] = "DELETE FROM orders WHERE number=?",
	};
	static const char *const keys[BASE_CHANGES] = {
		[CHANGE_REOPEN] = "UPDATE keys SET use=0, in_use=0 WHERE number=?",
		[CHANGE_REMOVE] = "DELETE FROM keys WHERE number=?",
	};
	enum kakou_err err = KAKOU_OK;

	if (keys[change])
		err = base_finish(base, base_prepare(base, keys[change], "t", number),
				  why);
	if (!err)
		err = base_finish(base, base_prepare(base, orders[change], "t", number),
				  why);
	return err;
}

/* Valid until now: its record of approval stays. */
static enum kakou_err expire_vehicle(struct base *base, const char *plate,
				     int64_t wall_ms, struct why *why)
{
	sqlite3_stmt *row =
		base_prepare(base, "SELECT json FROM vehicles WHERE plate=?", "t", plate);
	struct registered vehicle = {.plate = ""};
	json_t *json = NULL;
	char *text;
	enum kakou_err err = KAKOU_E_NOTFOUND;

	if (row && sqlite3_step(row) == SQLITE_ROW)
		json = json_loads(base_text(row, 0), 0, NULL);
	sqlite3_finalize(row);
	if (json)
		err = registered_from_json(json, base->site, &vehicle, why);
	json_decref(json);
	if (err)
		return err;
	if (vehicle.valid_to_ms > wall_ms)
		vehicle.valid_to_ms = wall_ms;
	if (vehicle.valid_from_ms >= vehicle.valid_to_ms)
		vehicle.valid_from_ms = vehicle.valid_to_ms - 1000;
	json = registered_to_json(&vehicle);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	err = base_finish(base,
			  base_prepare(base, "UPDATE vehicles SET json=? WHERE plate=?",
				       "tt", text, plate),
			  why);
	free(text);
	return err;
}

static enum kakou_err change_one(struct base *base, enum base_what what,
				 enum base_change change, const char *key,
				 int64_t wall_ms, struct why *why)
{
	if (what == BASE_ORDERS)
		return change_order(base, change, key, why);
	if (change == CHANGE_EXPIRE)
		return expire_vehicle(base, key, wall_ms, why);
	return base_finish(
		base, base_prepare(base, "DELETE FROM vehicles WHERE plate=?", "t", key),
		why);
}

enum kakou_err base_change(struct base *base, enum base_what what,
			   enum base_change change, const char *key, int64_t wall_ms,
			   struct why *why)
{
	int64_t count = 0;
	enum kakou_err err = base_begin(base, why);

	if (!err)
		err = base_ask(
			base,
			base_prepare(
				base,
				what == BASE_ORDERS
					? "SELECT count(*) FROM orders WHERE number=?"
					: "SELECT count(*) FROM vehicles WHERE plate=?",
				"t", key),
			&count, why);
	if (!err && count == 0)
		err = why_set(why, KAKOU_E_NOTFOUND, "got \"%s\", which is not on file",
			      key);
	if (!err)
		err = change_one(base, what, change, key, wall_ms, why);
	if (!err)
		err = base_commit(base, why);
	if (err)
		base_roll_back(base);
	return err;
}

/* ---- by lanes -------------------------------------------------------------------------- */

/* Also of an order that is not on file: the record tells of its use after the base was lost, and an
 * import that brings it again must not open it. */
static enum kakou_err take_into_use(struct base *base, const struct order_note *note,
				    struct why *why)
{
	enum kakou_err err = base_finish(
		base,
		base_prepare(
			base,
			"INSERT INTO keys (number, who, in_use, passage) VALUES (?,?,1,?)"
			" ON CONFLICT (number, who) DO UPDATE SET in_use=1,"
			" passage=excluded.passage",
			"ttn", note->number, note->who, note->passage),
		why);

	if (err || !note->is_offline)
		return err;
	return base_finish(base,
			   base_prepare(base,
					"INSERT OR IGNORE INTO offline VALUES"
					" (?,?,?,?,?,?,'lifted',NULL,NULL,NULL)",
					"ntttnn", note->passage, note->number,
					base->site->lanes[note->lane].name, note->plate,
					note->age_ms, note->wall_ms),
			   why);
}

/* The last weights, the newest first. */
static enum kakou_err learn_tare(struct base *base, const struct order_note *note,
				 struct why *why)
{
	sqlite3_stmt *row = base_prepare(base, "SELECT weights FROM tares WHERE plate=?",
					 "t", note->plate);
	char weights[BASE_TARES_KEPT * 21];
	int used = snprintf(weights, sizeof(weights), "%" PRId64, note->empty_g);

	if (row && sqlite3_step(row) == SQLITE_ROW) {
		const char *at = base_text(row, 0);

		for (int i = 1; *at && i < BASE_TARES_KEPT; i++) {
			int len = (int)strcspn(at, ",");

			used += snprintf(weights + used, sizeof(weights) - (size_t)used,
					 ",%.*s", len, at);
			at += len + (at[len] == ',');
		}
	}
	sqlite3_finalize(row);
	return base_finish(
		base,
		base_prepare(base,
			     "INSERT INTO tares VALUES (?,?,1,?) ON CONFLICT (plate)"
			     " DO UPDATE SET weights=excluded.weights, count=count+1,"
			     " at_ms=excluded.at_ms",
			     "ttn", note->plate, weights, note->wall_ms),
		why);
}

/* The order is as far as the vehicle once all its vehicles are. */
static enum kakou_err note_passed(struct base *base, const struct order_note *note,
				  struct why *why)
{
	enum gate_role gate = base->site->lanes[note->lane].gate;
	int64_t use = order_use_after(gate);
	enum kakou_err err = base_finish(
		base,
		base_prepare(
			base,
			"INSERT INTO keys (number, who, use, passage) VALUES (?,?,?,?)"
			" ON CONFLICT (number, who) DO UPDATE SET use=excluded.use,"
			" in_use=0, passage=excluded.passage",
			"ttnn", note->number, note->who, use, note->passage),
		why);

	if (!err)
		err = base_finish(
			base,
			base_prepare(base,
				     "UPDATE orders SET state=?1 WHERE number=?2"
				     " AND NOT EXISTS (SELECT 1 FROM keys"
				     " WHERE number=?2 AND use<>?3)",
				     "ntn", (int64_t)order_state_after(gate),
				     note->number, use),
			why);
	if (!err)
		err = base_finish(base,
				  base_prepare(base,
					       "UPDATE offline SET state='passed'"
					       " WHERE passage=? AND state='lifted'",
					       "n", note->passage),
				  why);
	if (!err && note->empty_g > 0 && note->plate[0])
		err = learn_tare(base, note, why);
	return err;
}

static enum kakou_err note_freed(struct base *base, const struct order_note *note,
				 struct why *why)
{
	enum kakou_err err = base_finish(
		base,
		base_prepare(base,
			     "UPDATE keys SET in_use=0 WHERE number=? AND who=?"
			     " AND passage=?",
			     "ttn", note->number, note->who, note->passage),
		why);

	if (err)
		return err;
	return base_finish(base,
			   base_prepare(base,
					"DELETE FROM offline WHERE passage=?"
					" AND state='lifted'",
					"n", note->passage),
			   why);
}

/* What customs agrees with is settled; a dispute waits for an officer. */
static enum kakou_err note_reconciled(struct base *base, const struct order_note *note,
				      struct why *why)
{
	if (note->step == STEP_DISPUTED)
		return base_finish(base,
				   base_prepare(base,
						"UPDATE offline SET state='disputed',"
						" by='customs' WHERE passage=?"
						" AND settled_ms IS NULL",
						"n", note->passage),
				   why);
	return base_finish(base,
			   base_prepare(base,
					"UPDATE offline SET state='agreed', by='customs',"
					" settled_ms=? WHERE passage=?"
					" AND settled_ms IS NULL",
					"nn", note->wall_ms, note->passage),
			   why);
}

static enum kakou_err apply_note(struct base *base, const struct order_note *note,
				 struct why *why)
{
	switch ((enum order_step)note->step) {
	case STEP_IN_USE: return take_into_use(base, note, why);
	case STEP_PASSED: return note_passed(base, note, why);
	case STEP_FREED: return note_freed(base, note, why);
	case STEP_AGREED:
	case STEP_DISPUTED: return note_reconciled(base, note, why);
	case ORDER_STEPS: break;
	}
	return KAKOU_OK;
}

enum kakou_err base_note_within(struct base *base, const struct order_note *note,
				struct why *why)
{
	enum kakou_err err = base_finish(
		base,
		base_prepare(base, "INSERT OR IGNORE INTO applied VALUES (?,?)", "nn",
			     note->passage, (int64_t)note->nth),
		why);

	return !err && sqlite3_changes(base->db) == 1 ? apply_note(base, note, why) : err;
}

enum kakou_err base_note(struct base *base, const struct order_note *note,
			 struct why *why)
{
	enum kakou_err err = base_begin(base, why);

	if (!err)
		err = base_note_within(base, note, why);
	if (!err)
		err = base_commit(base, why);
	if (err)
		base_roll_back(base);
	return err;
}

enum kakou_err base_settle(struct base *base, int64_t passage, const char *outcome,
			   const char *by, const char *reason, int64_t wall_ms,
			   struct why *why)
{
	enum kakou_err err = base_finish(
		base,
		base_prepare(base,
			     "UPDATE offline SET state=?, by=?, reason=?, settled_ms=?"
			     " WHERE passage=? AND settled_ms IS NULL",
			     "tttnn", outcome, by, reason, wall_ms, passage),
		why);

	if (!err && sqlite3_changes(base->db) == 0)
		err = why_set(why, KAKOU_E_NOTFOUND,
			      "passage: got %" PRId64 ", expected one that was cleared "
			      "offline and is not settled",
			      passage);
	return err;
}
