/* SPDX-License-Identifier: MIT */
/*
 * Search: passages by what is known of them, and alarms that were.
 *
 * Layer: firmware. Threads: the search thread's.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "firmware/console/search_inside.h"

enum { SQL_MAX = 2048, SHOWN = 50, BOUND_MAX = 24, TERM_MAX = 127 };

/* A condition of a query, as it is put together. */
struct query {
	char sql[SQL_MAX];
	size_t used;
	const json_t *values[BOUND_MAX]; /* bound in order; borrowed */
	json_t *owned[BOUND_MAX];        /* of them, what was made here */
	size_t count;
};

static void add_sql(struct query *query, const char *sql)
{
	size_t len = strlen(sql);

	if (query->used + len < sizeof(query->sql)) {
		memcpy(query->sql + query->used, sql, len + 1);
		query->used += len;
	}
}

static void add_value(struct query *query, const json_t *value, json_t *owned)
{
	query->owned[query->count] = owned;
	query->values[query->count++] = owned ? owned : value;
}

static void add_condition(struct query *query, const json_t *question, const char *key,
			  const char *sql)
{
	const json_t *value = json_object_get(question, key);

	if (!value)
		return;
	add_sql(query, sql);
	add_value(query, value, NULL);
}

/* As terms are written: no blanks and dots between, ASCII letters large. */
static json_t *make_term(const char *text)
{
	char term[TERM_MAX + 1];
	size_t len = 0;

	while (*text && len < TERM_MAX) {
		if (!strncmp(text, "·", 2)) {
			text += 2;
			continue;
		}
		if (*text != ' ')
			term[len++] = (char)toupper((unsigned char)*text);
		text++;
	}
	term[len] = '\0';
	return json_string(term);
}

static const char *const term_kinds[] = {"plate", "box", "order",  "seal",
					 "card",  "tag", "officer"};

/* A province, and none of the characters that stand elsewhere in a plate. */
static bool begins_with_province(const char *term)
{
	static const char *const elsewhere[] = {"学", "警", "港", "澳", "使", "领", "挂"};

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		if (!strncmp(term, elsewhere[i], strlen(elsewhere[i])))
			return false;
	}
	return ((unsigned char)term[0] & 0x80) != 0;
}

/* Such a part stands at the beginning, wherever it stands: a plate's province, the letters of a
 * box's owner, the Z of an order's number (gate-domain sections 3 and 4). */
static bool is_beginning(const char *kind, const char *term)
{
	static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (!strcmp(kind, "plate"))
		return begins_with_province(term);
	if (!strcmp(kind, "box"))
		return strspn(term, LETTERS) >= 4;
	return !strcmp(kind, "order") && term[0] == 'Z';
}

/* The index leads to what begins so; any other part is looked for in all words of the kind. */
static void add_term(struct query *query, const char *kind, json_t *term)
{
	add_sql(query, " AND passage IN (SELECT passage FROM terms WHERE kind = '");
	add_sql(query, kind);
	if (is_beginning(kind, json_string_value(term))) {
		/* No character comes after the last one of Unicode. */
		add_sql(query, "' AND term >= ? AND term < ? || char(1114111))");
		add_value(query, NULL, json_incref(term));
	} else {
		add_sql(query, "' AND instr(term, ?) > 0)");
	}
	add_value(query, NULL, term);
}

static void add_terms(struct query *query, const json_t *question)
{
	for (size_t i = 0; i < sizeof(term_kinds) / sizeof(term_kinds[0]); i++) {
		const char *text = json_text_of(question, term_kinds[i]);
		json_t *term = text[0] ? make_term(text) : NULL;

		if (term)
			add_term(query, term_kinds[i], term);
	}
}

static void release(struct query *query)
{
	for (size_t i = 0; i < query->count; i++)
		json_decref(query->owned[i]);
}

/* The rows, each as an object with the columns' names; a NULL is left out. */
static json_t *take_row(sqlite3_stmt *statement)
{
	json_t *row = json_object();

	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		const char *name = sqlite3_column_name(statement, i);

		if (sqlite3_column_type(statement, i) == SQLITE_INTEGER)
			(void)json_object_set_new(
				row, name,
				json_integer(sqlite3_column_int64(statement, i)));
		else if (sqlite3_column_type(statement, i) == SQLITE_TEXT)
			(void)json_object_set_new(
				row, name,
				json_string(
					(const char *)sqlite3_column_text(statement, i)));
	}
	return row;
}

static enum kakou_err run(struct search_base *base, const struct query *query,
			  json_t *items, struct why *why)
{
	sqlite3_stmt *statement = search_prepare(base, query->sql, "");
	int status = SQLITE_ERROR;

	if (statement) {
		for (size_t i = 0; i < query->count; i++) {
			const json_t *value = query->values[i];

			if (json_is_integer(value))
				(void)sqlite3_bind_int64(statement, (int)i + 1,
							 json_integer_value(value));
			else
				(void)sqlite3_bind_text(statement, (int)i + 1,
							json_string_value(value), -1,
							SQLITE_TRANSIENT);
		}
		while ((status = sqlite3_step(statement)) == SQLITE_ROW)
			(void)json_array_append_new(items, take_row(statement));
	}
	sqlite3_finalize(statement);
	return status == SQLITE_DONE ? KAKOU_OK : search_fault(base, status, why);
}

/* What was asked for plus one, which only tells that there are more. */
static int64_t add_limit(struct query *query, const json_t *question)
{
	const json_t *asked = json_object_get(question, "limit");
	int64_t limit = asked ? json_integer_value(asked) : SHOWN;

	if (limit < 1)
		limit = 1;
	if (limit > SEARCH_ROWS_MAX)
		limit = SEARCH_ROWS_MAX;
	add_sql(query, " LIMIT ?");
	add_value(query, NULL, json_integer((json_int_t)limit + 1));
	return limit;
}

/* {"items", "next": where the next page begins, null at the end, "followed"}. */
static json_t *pack_page(const struct search_base *base, json_t *items, int64_t limit,
			 const char *key)
{
	json_t *next = json_null();

	if ((int64_t)json_array_size(items) > limit) {
		(void)json_array_remove(items, json_array_size(items) - 1);
		next = json_incref(json_object_get(
			json_array_get(items, json_array_size(items) - 1), key));
	}
	return json_pack("{s:o, s:o, s:I}", "items", items, "next", next, "followed",
			 (json_int_t)base->last);
}

static enum kakou_err answer(struct search_base *base, struct query *query,
			     const json_t *question, const char *key, json_t **out,
			     struct why *why)
{
	int64_t limit = add_limit(query, question);
	json_t *items = json_array();
	enum kakou_err err = run(base, query, items, why);

	release(query);
	if (err) {
		json_decref(items);
		return err;
	}
	*out = pack_page(base, items, limit, key);
	return *out ? KAKOU_OK : KAKOU_E_NOMEM;
}

enum kakou_err search_history(struct search_base *base, const json_t *question,
			      json_t **out, struct why *why)
{
	struct query query = {.used = 0};

	add_sql(&query,
		"SELECT passage, lane, direction, opened_ms, is_open, plate, verdict, "
		"decided_by AS \"by\", "
		"reason, hold, lift, outcome, order_no, officer, gross_g, gather_ms, "
		"ask_ms, record_ms, lift_ms, leave_ms, own_ms, (SELECT "
		"group_concat(term, ' ') FROM terms t WHERE t.passage = p.passage AND "
		"t.kind = 'box') AS boxes FROM passages p WHERE 1");
	add_condition(&query, question, "before", " AND passage < ?");
	add_condition(&query, question, "lane", " AND lane = ?");
	add_condition(&query, question, "verdict", " AND verdict = ?");
	add_condition(&query, question, "outcome", " AND outcome = ?");
	add_condition(&query, question, "reason", " AND ? IN (hold, reason)");
	add_condition(&query, question, "from", " AND opened_ms >= ?");
	add_condition(&query, question, "until", " AND opened_ms < ?");
	add_terms(&query, question);
	add_sql(&query, " ORDER BY passage DESC");
	return answer(base, &query, question, "passage", out, why);
}

enum kakou_err search_alarms(struct search_base *base, const json_t *question,
			     json_t **out, struct why *why)
{
	struct query query = {.used = 0};

	add_sql(&query,
		"SELECT seq, lane, code, detail, text, passage, begun_ms, ended_ms, "
		"acknowledged_ms, acknowledged_by FROM alarms WHERE 1");
	add_condition(&query, question, "before", " AND seq < ?");
	add_condition(&query, question, "lane", " AND lane = ?");
	add_condition(&query, question, "code", " AND code = ?");
	add_condition(&query, question, "from", " AND begun_ms >= ?");
	add_condition(&query, question, "until", " AND begun_ms < ?");
	if (json_is_true(json_object_get(question, "open")))
		add_sql(&query, " AND ended_ms IS NULL");
	add_sql(&query, " ORDER BY seq DESC");
	return answer(base, &query, question, "seq", out, why);
}
