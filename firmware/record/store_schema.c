/* SPDX-License-Identifier: MIT */
/*
 * The schema of a journal and the way to it from each older one.
 *
 * A gate that is updated may go back to the version before, and has to go on with the record that
 * the newer one left. So a migration only adds, and what it adds can be filled in afterwards. Its
 * row says from which version on a kakoud may write such a file; PRAGMA user_version has that in
 * its upper half, the version itself in the lower (0 above: nobody older may). An older kakoud
 * leaves the version alone and notes in state that it wrote; the newer one then fills in again.
 *
 * Layer:   firmware. Blocks on the disk.
 * Threads: a store belongs to one thread at a time.
 */
#include "firmware/record/store.h"

#include <stdio.h>

#include "firmware/record/store_inside.h"
#include "hal/log.h"

enum { APPLICATION_ID = 0x4B414B4F /* "KAKO" */ };

static const char version_1[] =
	"CREATE TABLE events ("
	" seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, lane TEXT,"
	" passage INTEGER NOT NULL, wall_ms INTEGER NOT NULL,"
	" bytes BLOB NOT NULL, leaf BLOB NOT NULL, chain BLOB NOT NULL) STRICT;"
	"CREATE INDEX events_by_passage ON events (passage);"
	"CREATE INDEX events_by_kind ON events (kind);"
	"CREATE INDEX events_by_lane ON events (lane) WHERE lane IS NOT NULL;"
	"CREATE TABLE state (key TEXT PRIMARY KEY, value ANY NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"PRAGMA application_id=0x4B414B4F;";

/* The nodes of the tree and the signed checkpoints. */
static const char version_2[] =
	"CREATE TABLE tree (level INTEGER NOT NULL, place INTEGER NOT NULL,"
	" hash BLOB NOT NULL, PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;";

/* What retention removed, and the checkpoints that are known to lie elsewhere. */
static const char version_3[] =
	"CREATE TABLE removed (first INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
	" chain BLOB NOT NULL) STRICT;"
	"CREATE TABLE held (size INTEGER PRIMARY KEY, event INTEGER NOT NULL) STRICT;"
	"INSERT OR REPLACE INTO held (size, event)"
	" SELECT json_extract(CAST(bytes AS TEXT), '$.data.size'), seq FROM events"
	" WHERE kind = 'receipt';";

/* The tree over events that were written before there was one. */
static enum kakou_err grow_tree(struct store *store, struct why *why)
{
	struct store_query query = {.limit = -1};
	struct tree_made made;
	struct store_row row;
	struct tree tree;
	enum kakou_err err = store_select(store, &query, why);

	tree_begin(&tree);
	while (!err) {
		err = store_next(store, &row, why);
		if (!err && (row.leaf_len != TREE_BYTES || row.seq != tree.size + 1))
			err = why_set(why, KAKOU_E_INVALID,
				      "event %lld: missing or without a leaf",
				      (long long)tree.size + 1);
		if (!err) {
			tree_append(&tree, row.leaf, &made);
			err = store_put_nodes(store, &tree, &made, why);
		}
	}
	store_end_select(store);
	return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
}

/* Number n brings version n to version n + 1, 0 being an empty file. A released one never
 * changes again: what is needed later is a migration of its own, with `oldest` at most n. */
static const struct migration {
	const char *sql;
	enum kakou_err (*fill)(struct store *store, struct why *why); /* or NULL */
	int32_t oldest; /* version of a kakoud that may write it too; 0 = none is older */
} migrations[] = {
	{version_1, NULL,      0},
	{version_2, grow_tree, 0},
	{version_3, NULL,      0},
};

enum {
	SCHEMA_VERSION = sizeof(migrations) / sizeof(migrations[0]),
	OLDEST_UNIT = 0x10000
};

/* The state that an older kakoud leaves in a newer file: the version it knew. */
static const char written_as[] = "written_as";

static enum kakou_err migrate(struct store *store, int32_t from, struct why *why)
{
	char version[40];
	enum kakou_err err = store_begin(store, why);

	for (int32_t i = from; !err && i < SCHEMA_VERSION; i++) {
		err = store_run(store, migrations[i].sql, "make the tables", why);
		if (!err && migrations[i].fill)
			err = migrations[i].fill(store, why);
	}
	snprintf(version, sizeof(version), "PRAGMA user_version=%d",
		 SCHEMA_VERSION + migrations[SCHEMA_VERSION - 1].oldest * OLDEST_UNIT);
	if (!err)
		err = store_run(store, version, "note the version", why);
	if (!err)
		err = store_commit(store, why);
	if (err) {
		store_roll_back(store);
		return err;
	}
	store->version = SCHEMA_VERSION;
	if (from > 0)
		log_info("journal", "%s: schema brought from version %d to %d",
			 store->path, from, SCHEMA_VERSION);
	return KAKOU_OK;
}

static enum kakou_err complain_version(const struct store *store, int64_t version,
				       enum store_role role, struct why *why)
{
	if (role == STORE_WRITER || role == STORE_EVIDENCE)
		return why_set(why, KAKOU_E_INVALID,
			       "%s: schema version is %lld, expected 1 to %d",
			       store->path, (long long)version, SCHEMA_VERSION);
	return why_set(why, KAKOU_E_INVALID, "%s: schema version is %lld, expected %d",
		       store->path, (long long)version, SCHEMA_VERSION);
}

/* A newer file that a kakoud of this version may write. */
static enum kakou_err note_older(struct store *store, struct why *why)
{
	int64_t known = SCHEMA_VERSION;
	enum kakou_err err = store_get_number(store, written_as, &known, why);

	if (err && err != KAKOU_E_NOTFOUND)
		return err;
	log_warning("journal", "%s: schema version is %d, written as %d, as it allows",
		    store->path, store->version, SCHEMA_VERSION);
	if (!err && known <= SCHEMA_VERSION)
		return KAKOU_OK;
	err = store_begin(store, why);
	if (!err)
		err = store_put_number(store, written_as, SCHEMA_VERSION, why);
	if (!err)
		err = store_commit(store, why);
	if (err)
		store_roll_back(store);
	return err;
}

/* What an older kakoud could not keep up while it wrote here. */
static enum kakou_err catch_up(struct store *store, struct why *why)
{
	int64_t known = SCHEMA_VERSION;
	enum kakou_err err = store_get_number(store, written_as, &known, why);

	if (err)
		return err == KAKOU_E_NOTFOUND ? KAKOU_OK : err;
	err = store_begin(store, why);
	for (int64_t i = known < 1 ? 1 : known; !err && i < SCHEMA_VERSION; i++)
		err = migrations[i].fill ? migrations[i].fill(store, why) : KAKOU_OK;
	if (!err)
		err = store_run(store, "DELETE FROM state WHERE key = 'written_as'",
				"forget who wrote", why);
	if (!err)
		err = store_commit(store, why);
	if (err)
		store_roll_back(store);
	return err;
}

static enum kakou_err ready_writer(struct store *store, struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	if (store->version > SCHEMA_VERSION)
		return note_older(store, why);
	if (store->version < SCHEMA_VERSION)
		err = migrate(store, store->version, why);
	return err ? err : catch_up(store, why);
}

enum kakou_err store_check_schema(struct store *store, enum store_role role,
				  struct why *why)
{
	bool may_make = role == STORE_WRITER || role == STORE_COPY;
	bool may_be_old = role == STORE_WRITER || role == STORE_EVIDENCE;
	int64_t id = 0, version = 0, oldest, tables = 0;
	enum kakou_err err = store_ask_number(store, "PRAGMA application_id", &id, why);

	if (!err)
		err = store_ask_number(store, "PRAGMA user_version", &version, why);
	if (!err)
		err = store_ask_number(store, "SELECT count(*) FROM sqlite_schema",
				       &tables, why);
	if (err)
		return err;
	if (may_make && id == 0 && version == 0 && tables == 0)
		return migrate(store, 0, why);
	if (id != APPLICATION_ID)
		return why_set(why, KAKOU_E_INVALID,
			       "%s: application id is 0x%llx, expected a journal's 0x%x",
			       store->path, (unsigned long long)id, APPLICATION_ID);
	oldest = version / OLDEST_UNIT;
	version %= OLDEST_UNIT;
	if (version < 1 ||
	    (version > SCHEMA_VERSION && (oldest < 1 || oldest > SCHEMA_VERSION)) ||
	    (version < SCHEMA_VERSION && !may_be_old))
		return complain_version(store, version, role, why);
	store->version = (int32_t)version;
	return role == STORE_WRITER ? ready_writer(store, why) : KAKOU_OK;
}
