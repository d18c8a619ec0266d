/* SPDX-License-Identifier: MIT */
/*
 * How a peer speaks (customs-protocol section 2, dialects): one setting a row, and what a received
 * message showed of each.
 *
 * Layer: drivers. Pure.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_DIALECT_H
#define KAKOU_DRIVERS_CUSTOMS_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/customs/frame.h"
#include "drivers/customs/status.h"

/** What the XML declares, and what its bytes are: the field does not always agree. */
enum customs_encoding {
	CUSTOMS_UTF8,
	CUSTOMS_GB18030,
	CUSTOMS_GB2312, /**< declared; written and read as GB18030, which has it all */
	CUSTOMS_GBK,    /**< likewise */
	CUSTOMS_GB18030_AS_UTF8, /**< the field's lie */
	CUSTOMS_UTF8_AS_GB,      /**< its opposite: read, never written */
	CUSTOMS_ENCODINGS,
};

struct customs_dialect {
	bool is_smart; /**< the smart generation, 0x81 to 0x85; otherwise the traditional */
	struct frame_dialect frame;
	enum customs_encoding encoding;
	bool reco_one_is_recognised; /**< CONTA_RECO: 1 = recognised [field], 0 = by the
					standard */
	bool ic_is_flat;             /**< no DRIVER_IC and CARGO_IC inside IC */
	bool seal_key_is_short;      /**< SEAL_KEY, otherwise ESEAL_PUBLIC_KEY */
	bool weight_tag_is_long;     /**< VE_WEIGHT, otherwise VE_WT */
	bool absent_tags_left_out;   /**< otherwise empty tags */
	enum status_table table;
	bool verdict_is_plain; /**< Y, N or M, otherwise 20 characters */
	bool lift_after_inspection;
};

/** The rows of the table, as bits of what is known. */
enum customs_trait {
	TRAIT_GENERATION,
	TRAIT_FRAMING,
	TRAIT_BYTE_ORDER,
	TRAIT_IDENT,
	TRAIT_CODE_WIDTH,
	TRAIT_ENCODING,
	TRAIT_RECO,
	TRAIT_IC,
	TRAIT_SEAL_KEY,
	TRAIT_WEIGHT_TAG,
	TRAIT_ABSENT,
	TRAIT_TABLE,
	TRAIT_VERDICT,
	CUSTOMS_TRAITS,
};

/** What one message showed: only rows whose bit is in `known` mean something. */
struct customs_seen {
	uint32_t known; /**< 1 << enum customs_trait */
	struct customs_dialect is;
};

/** Notes what the frame shows. */
void customs_seen_frame(struct customs_seen *seen, const struct frame_dialect *frame);

/** Notes what a check result shows: plain or 20 characters; another table where `configured`
 *  can't read it and the other can. */
void customs_seen_word(struct customs_seen *seen, const char *word,
		       enum status_table configured);

void customs_seen_mark(struct customs_seen *seen, enum customs_trait trait);

/** The rows in which the peer differs from its setting, as bits; 0 = none. */
uint32_t customs_dialect_compare(const struct customs_dialect *configured,
				 const struct customs_seen *seen);

/** "big-endian, configured little-endian; …" for the first rows of `different`, as many as fit
 *  whole, one at least; returns which those are. */
uint32_t customs_dialect_describe(const struct customs_dialect *configured,
				  const struct customs_seen *seen, uint32_t different,
				  char *to, size_t size);

/** "utf8", "gb18030", "gb18030_as_utf8" … as the settings spell it; never NULL. */
const char *customs_encoding_name(enum customs_encoding encoding);

#endif
