/* SPDX-License-Identifier: MIT */
/*
 * One table of rows: how each is read out of a dialect, and what its values are called.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/dialect.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int get_generation(const struct customs_dialect *dialect)
{
	return dialect->is_smart;
}

static int get_framing(const struct customs_dialect *dialect)
{
	return dialect->frame.is_bare;
}

static int get_byte_order(const struct customs_dialect *dialect)
{
	return dialect->frame.big_endian;
}

static int get_ident(const struct customs_dialect *dialect)
{
	return dialect->frame.ident_ones;
}

static int get_code_width(const struct customs_dialect *dialect)
{
	return dialect->frame.wide_code;
}

static int get_encoding(const struct customs_dialect *dialect)
{
	return (int)dialect->encoding;
}

static int get_reco(const struct customs_dialect *dialect)
{
	return dialect->reco_one_is_recognised;
}

static int get_ic(const struct customs_dialect *dialect)
{
	return dialect->ic_is_flat;
}

static int get_seal_key(const struct customs_dialect *dialect)
{
	return dialect->seal_key_is_short;
}

static int get_weight_tag(const struct customs_dialect *dialect)
{
	return dialect->weight_tag_is_long;
}

static int get_absent(const struct customs_dialect *dialect)
{
	return dialect->absent_tags_left_out;
}

static int get_table(const struct customs_dialect *dialect)
{
	return dialect->table == STATUS_REGIONAL;
}

static int get_verdict(const struct customs_dialect *dialect)
{
	return dialect->verdict_is_plain;
}

static const struct {
	int (*get)(const struct customs_dialect *dialect);
	const char *words[CUSTOMS_ENCODINGS];
} rows[CUSTOMS_TRAITS] = {
	[TRAIT_GENERATION] = {get_generation,
			      {"the traditional generation", "the smart generation"}            },
	[TRAIT_FRAMING] = {get_framing,    {"framed", "bare XML"}                            },
	[TRAIT_BYTE_ORDER] = {get_byte_order, {"little-endian", "big-endian"}                   },
	[TRAIT_IDENT] = {get_ident,      {"ident 00", "ident FF"}                          },
	[TRAIT_CODE_WIDTH] = {get_code_width, {"code of 1 byte", "code of 4 bytes"}             },
	[TRAIT_ENCODING] = {get_encoding,
			      {"UTF-8", "GB18030", "GB2312", "GBK",
			     "GB18030 declared as UTF-8", "UTF-8 declared as GB18030"}          },
	[TRAIT_RECO] = {get_reco,
			      {"CONTA_RECO 0 = recognised", "CONTA_RECO 1 = recognised"}        },
	[TRAIT_IC] = {get_ic,         {"nested IC", "flat IC"}                          },
	[TRAIT_SEAL_KEY] = {get_seal_key,   {"ESEAL_PUBLIC_KEY", "SEAL_KEY"}                  },
	[TRAIT_WEIGHT_TAG] = {get_weight_tag, {"VE_WT", "VE_WEIGHT"}                            },
	[TRAIT_ABSENT] = {get_absent,     {"empty tags", "no tags"}                         },
	[TRAIT_TABLE] = {get_table,      {"status word of annex B", "regional status word"}},
	[TRAIT_VERDICT] = {get_verdict,    {"verdict of 20 characters", "plain verdict"}     },
};

void customs_seen_mark(struct customs_seen *seen, enum customs_trait trait)
{
	seen->known |= 1u << trait;
}

void customs_seen_frame(struct customs_seen *seen, const struct frame_dialect *frame)
{
	seen->is.frame = *frame;
	customs_seen_mark(seen, TRAIT_FRAMING);
	if (frame->is_bare)
		return;
	customs_seen_mark(seen, TRAIT_BYTE_ORDER);
	customs_seen_mark(seen, TRAIT_IDENT);
	customs_seen_mark(seen, TRAIT_CODE_WIDTH);
}

static bool is_legal_in(const char *word, enum status_table table)
{
	struct status_reading reading;

	return status_read_check(word, table, false, &reading, NULL) == KAKOU_OK;
}

void customs_seen_word(struct customs_seen *seen, const char *word,
		       enum status_table configured)
{
	enum status_table other =
		configured == STATUS_REGIONAL ? STATUS_ANNEX_B : STATUS_REGIONAL;
	size_t len = strlen(word);

	if (len != 1 && len != STATUS_LENGTH)
		return;
	seen->is.verdict_is_plain = len == 1;
	customs_seen_mark(seen, TRAIT_VERDICT);
	if (len == 1 || is_legal_in(word, configured) || !is_legal_in(word, other))
		return;
	seen->is.table = other;
	customs_seen_mark(seen, TRAIT_TABLE);
}

uint32_t customs_dialect_compare(const struct customs_dialect *configured,
				 const struct customs_seen *seen)
{
	uint32_t different = 0;

	for (int i = 0; i < CUSTOMS_TRAITS; i++) {
		uint32_t bit = 1u << i;

		if ((seen->known & bit) &&
		    rows[i].get(configured) != rows[i].get(&seen->is))
			different |= bit;
	}
	return different;
}

uint32_t customs_dialect_describe(const struct customs_dialect *configured,
				  const struct customs_seen *seen, uint32_t different,
				  char *to, size_t size)
{
	uint32_t named = 0;
	size_t len = 0;

	to[0] = '\0';
	for (int i = 0; i < CUSTOMS_TRAITS; i++) {
		int need;

		if (!(different & 1u << i))
			continue;
		need = snprintf(to + len, size - len, "%s%s, configured %s",
				len ? "; " : "", rows[i].words[rows[i].get(&seen->is)],
				rows[i].words[rows[i].get(configured)]);
		if (len > 0 && (size_t)need >= size - len) {
			to[len] = '\0';
			break;
		}
		named |= 1u << i;
		len += (size_t)need;
		if (len >= size)
			break;
	}
	return named;
}

const char *customs_encoding_name(enum customs_encoding encoding)
{
	static const char *const names[CUSTOMS_ENCODINGS] = {
		[CUSTOMS_UTF8] = "utf8",
		[CUSTOMS_GB18030] = "gb18030",
		[CUSTOMS_GB2312] = "gb2312",
		[CUSTOMS_GBK] = "gbk",
		[CUSTOMS_GB18030_AS_UTF8] = "gb18030_as_utf8",
		[CUSTOMS_UTF8_AS_GB] = "utf8_as_gb",
	};

	assert((size_t)encoding < CUSTOMS_ENCODINGS);
	return names[encoding];
}
