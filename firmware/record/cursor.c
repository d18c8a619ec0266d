/* SPDX-License-Identifier: MIT */
/*
 * A row of the state table for each receiver.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/record/cursor.h"

#include <assert.h>
#include <stdio.h>

static const char *const names[JOURNAL_RECEIVERS] = {
	[RECEIVER_CUSTOMS] = "customs",
};

const char *journal_receiver_name(enum journal_receiver receiver)
{
	assert(receiver >= 0 && receiver < JOURNAL_RECEIVERS);
	return names[receiver];
}

static void write_key(char key[32], int receiver)
{
	snprintf(key, 32, "cursor_%s", names[receiver]);
}

enum kakou_err cursor_load(struct store *store, int64_t last_seq,
			   int64_t cursors[JOURNAL_RECEIVERS],
			   int64_t stored[JOURNAL_RECEIVERS], struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (int i = 0; i < JOURNAL_RECEIVERS && !err; i++) {
		char key[32];

		write_key(key, i);
		err = store_get_number(store, key, &cursors[i], why);
		stored[i] = cursors[i];
		if (err == KAKOU_E_NOTFOUND) {
			why->text[0] = '\0';
			cursors[i] = last_seq;
			stored[i] = -1;
			err = KAKOU_OK;
		}
		if (!err && (cursors[i] < 0 || cursors[i] > last_seq))
			err = why_set(why, KAKOU_E_INVALID,
				      "%s is %lld, expected 0 to %lld", key,
				      (long long)cursors[i], (long long)last_seq);
	}
	return err;
}

enum kakou_err cursor_store(struct store *store, const int64_t cursors[JOURNAL_RECEIVERS],
			    const int64_t stored[JOURNAL_RECEIVERS], struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (int i = 0; i < JOURNAL_RECEIVERS && !err; i++) {
		char key[32];

		if (cursors[i] == stored[i])
			continue;
		write_key(key, i);
		err = store_put_number(store, key, cursors[i], why);
	}
	return err;
}
