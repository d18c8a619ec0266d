/* SPDX-License-Identifier: MIT */
/*
 * Whether rows are what they were when they were written.
 *
 * Layer: firmware. Pure; allocates (jansson).
 */
#include "firmware/record/audit.h"

#include <string.h>

#include "firmware/record/canonical.h"

void audit_begin(struct audit *audit, const char *origin)
{
	audit->seq = 0;
	chain_begin(origin, audit->chain);
}

/* The columns are what queries look at, the bytes are what is hashed. */
static enum kakou_err compare_columns(const struct store_row *row,
				      const struct canonical_head *head, struct why *why)
{
	const char *lane = row->lane ? row->lane : "";

	if (head->seq != row->seq)
		return why_set(why, KAKOU_E_INVALID, "event %lld: its bytes say seq %lld",
			       (long long)row->seq, (long long)head->seq);
	if (strcmp(head->kind, row->kind))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: kind is '%s', its bytes say '%s'",
			       (long long)row->seq, row->kind, head->kind);
	if (strcmp(head->lane, lane) || (row->lane && !*row->lane))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: lane is '%s', its bytes say '%s'",
			       (long long)row->seq, lane, head->lane);
	if (head->passage != row->passage)
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: passage is %lld, its bytes say %lld",
			       (long long)row->seq, (long long)row->passage,
			       (long long)head->passage);
	if (head->wall_ms != row->wall_ms)
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: wall_ms is %lld, its bytes say %lld",
			       (long long)row->seq, (long long)row->wall_ms,
			       (long long)head->wall_ms);
	return KAKOU_OK;
}

enum kakou_err audit_row(struct audit *audit, const struct store_row *row,
			 struct why *why)
{
	unsigned char leaf[CHAIN_BYTES];
	unsigned char chain[CHAIN_BYTES];
	struct canonical_head head;
	enum kakou_err err;

	if (row->seq != audit->seq + 1)
		return why_set(why, KAKOU_E_INVALID, "event %lld: missing, %lld follows",
			       (long long)audit->seq + 1, (long long)row->seq);
	if (canonical_read(row->bytes, row->len, &head))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: its bytes are not a canonical event",
			       (long long)row->seq);
	err = compare_columns(row, &head, why);
	if (err)
		return err;
	chain_hash_leaf(row->bytes, row->len, leaf);
	if (row->leaf_len != CHAIN_BYTES || memcmp(leaf, row->leaf, sizeof(leaf)))
		return why_set(why, KAKOU_E_INVALID,
			       "event %lld: its leaf is not the hash of its bytes",
			       (long long)row->seq);
	chain_link(audit->chain, leaf, chain);
	if (row->chain_len != CHAIN_BYTES || memcmp(chain, row->chain, sizeof(chain)))
		return why_set(
			why, KAKOU_E_INVALID,
			"event %lld: its chain value does not follow from event %lld",
			(long long)row->seq, (long long)audit->seq);
	audit->seq = row->seq;
	memcpy(audit->chain, chain, sizeof(chain));
	return KAKOU_OK;
}
