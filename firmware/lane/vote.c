/* SPDX-License-Identifier: MIT */
/*
 * Vote. Layer: firmware. Pure.
 */
#include "firmware/lane/vote.h"

#include <string.h>

#include "hal/text.h"

static bool says(const struct vote_source *source, enum vote_certainty at_least)
{
	return source->certainty >= at_least &&
	       plate_kind_matches_order(plate_classify(source->plate, NULL));
}

static struct vote_result decide(const char *plate, const char *source, const char *rule)
{
	struct vote_result result = {.source = source, .rule = rule};

	text_copy(result.plate, sizeof(result.plate), plate);
	return result;
}

/* The only order whose plate a camera may take for this read; NULL when there is none, or more
 * than one. */
static const char *find_confirming(const struct vote_input *in)
{
	const char *found = NULL;

	for (int i = 0; i < in->order_count && i < VOTE_ORDERS_MAX; i++) {
		int confusions = plate_count_confusions(in->camera.plate, in->orders[i]);

		if (confusions < 0 || confusions > 1)
			continue;
		if (found && strcmp(found, in->orders[i]) != 0)
			return NULL;
		found = in->orders[i];
	}
	return found;
}

static struct vote_result vote_of_certain(const struct vote_input *in)
{
	struct vote_result result;

	if (says(&in->tag, VOTE_CERTAIN) && strcmp(in->camera.plate, in->tag.plate) == 0)
		return decide(in->camera.plate, "camera+tag", "camera and tag agree");
	if (says(&in->tag, VOTE_CERTAIN)) {
		result = decide("", "", "camera and tag are certain and differ");
		result.differs = true;
		return result;
	}
	return decide(in->camera.plate, "camera", "camera certain, no certain tag");
}

static struct vote_result vote_of_doubtful(const struct vote_input *in)
{
	const char *confirmed =
		in->camera.certainty == VOTE_DOUBTFUL ? find_confirming(in) : NULL;

	if (confirmed)
		return decide(confirmed, "camera+order",
			      "camera doubtful, one order's plate confirms it");
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): order_count is of orders */
	if (in->has_card_only && in->order_count == 1 && in->orders[0][0])
		return decide(in->orders[0], "card+order", "the card's only order");
	return decide("", "", "no certain source");
}

struct vote_result vote(const struct vote_input *in)
{
	if (says(&in->camera, VOTE_CERTAIN))
		return vote_of_certain(in);
	if (says(&in->tag, VOTE_CERTAIN))
		return decide(in->tag.plate, "tag",
			      in->camera.certainty == VOTE_DOUBTFUL
				      ? "camera doubtful, the tag's plate decides"
				      : "no camera, the tag's plate decides");
	return vote_of_doubtful(in);
}
