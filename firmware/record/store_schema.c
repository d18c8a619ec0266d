/* SPDX-License-Identifier: MIT */
/*
 * The schema of a journal and the way to it from each older one.
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
 * changes again: what is needed later is a migration of its own. */
static const struct migration {
	const char *sql;
	enum kakou_err (*fill)(struct store *store, struct why *why); /* or NULL */
} migrations[] = {
	{version_1, NULL     },
	{version_2, grow_tree},
	{version_3, NULL     },
};

enum { SCHEMA_VERSION = sizeof(migrations) / sizeof(migrations[0]) };

static enum kakou_err migrate(struct store *store, int32_t from, struct why *why)
{
	char version[40];
	enum kakou_err err = store_begin(store, why);

	for (int32_t i = from; !err && i < SCHEMA_VERSION; i++) {
		err = store_run(store, migrations[i].sql, "make the tables", why);
		if (!err && migrations[i].fill)
			err = migrations[i].fill(store, why);
	}
	snprintf(version, sizeof(version), "PRAGMA user_version=%d", SCHEMA_VERSION);
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

enum kakou_err store_check_schema(struct store *store, enum store_role role,
				  struct why *why)
{
	bool may_make = role == STORE_WRITER || role == STORE_COPY;
	bool may_be_old = role == STORE_WRITER || role == STORE_EVIDENCE;
	int64_t id = 0;
	int64_t version = 0;
	int64_t tables = 0;
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
	if (version < 1 || version > SCHEMA_VERSION ||
	    (version < SCHEMA_VERSION && !may_be_old))
		return complain_version(store, version, role, why);
	store->version = (int32_t)version;
	return role == STORE_WRITER && version < SCHEMA_VERSION
		       ? migrate(store, store->version, why)
		       : KAKOU_OK;
}
