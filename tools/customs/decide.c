/* SPDX-License-Identifier: MIT */
/*
 * Findings set characters of the status word; without any, the vehicle is released.
 *
 * Layer: tools. Pure.
 */
#include "tools/customs/decide.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

/* The words of the field (section 6): sign and voice positions as installations set them. */
#define WORD_RELEASE "00000000001002000000"
#define WORD_NO_DOCUMENT "11000000001002000000"

enum {
	AT_TOTAL = 1,
	AT_BARRIER = 2,
	AT_FRONT_BOX = 3,
	AT_REAR_BOX = 4,
	AT_SCALE = 5,
	AT_TAG = 7,
	AT_SEAL = 8,
};

/* ---- findings ------------------------------------------------------------------------------ */

/* The first finding gives the driver's hint and the officer's reason; the total is the worst of
 * positions 3 to 7, here the first of them, and 1 where only another position speaks. */
static void find(struct decision *out, int position, char code, const char *hint,
		 const char *because)
{
	struct customs_check *check = &out->check;

	status_word_set(check->check_result, position, code);
	if (!out->is_release)
		return;
	out->is_release = false;
	status_word_set(check->check_result, AT_TOTAL, position <= AT_TAG ? code : '1');
	status_word_set(check->check_result, AT_BARRIER, '1');
	text_copy(check->op_hint, sizeof(check->op_hint), hint);
	text_copy(out->because, sizeof(out->because), because);
}

static bool differ(const char *on_order, const char *gathered)
{
	return on_order[0] && gathered[0] && strcmp(on_order, gathered) != 0;
}

static void check_identity(struct decision *out, const struct customs_gather *gather)
{
	const struct customs_order *order = out->entry->order;
	char because[DECISION_TEXT];

	if (!differ(order->plate, gather->plate) && !differ(order->tag, gather->tag))
		return;
	snprintf(because, sizeof(because),
		 "plate %s, tag %s: the order names plate %s, tag %s", gather->plate,
		 gather->tag, order->plate, order->tag);
	find(out, AT_TAG, 'r', "车牌不符 请等候", because);
}

static void check_target(struct decision *out)
{
	if (out->entry->order->is_targeted)
		find(out, AT_FRONT_BOX, 'w', "请到查验区", "targeted for inspection");
}

/* "Not weighed" is not 0 kg: it is not compared. */
static void check_weight(struct decision *out, const struct decide_policy *policy,
			 const struct customs_gather *gather)
{
	const struct customs_order *order = out->entry->order;
	int64_t total_g = customs_order_total_g(order);
	int64_t allowed_g = total_g * policy->tolerance_pct / 100;
	bool is_empty = order->type == ORDER_TYPE_EMPTY_VEHICLE;
	char because[DECISION_TEXT];

	if (!gather->has_weight)
		return;
	if (allowed_g < policy->tolerance_g)
		allowed_g = policy->tolerance_g;
	if (llabs(gather->gross_g - total_g) <= allowed_g)
		return;
	snprintf(because, sizeof(because),
		 "measured %" PRId64 " g, order %" PRId64 " g, tolerance %" PRId64 " g",
		 gather->gross_g, total_g, allowed_g);
	find(out, AT_SCALE, is_empty ? 'q' : 'o', "重量不符", because);
}

static bool is_on_order(const struct customs_order *order, const char *box)
{
	for (size_t i = 0; i < order->box_count; i++) {
		if (!strcmp(order->boxes[i], box))
			return true;
	}
	return false;
}

static void check_box(struct decision *out, int position, const char *box)
{
	char because[DECISION_TEXT];

	if (!box[0] || is_on_order(out->entry->order, box))
		return;
	snprintf(because, sizeof(because), "box %s is not on the order", box);
	find(out, position, 'z', "箱号不符 请等候", because);
}

static void check_seal(struct decision *out, const struct customs_gather *gather)
{
	const struct customs_order *order = out->entry->order;
	char because[DECISION_TEXT];

	if (!differ(order->seal, gather->seal_id))
		return;
	snprintf(because, sizeof(because), "seal %.60s, the order names %s",
		 gather->seal_id, order->seal);
	find(out, AT_SEAL, 'x', "封志不符 请等候", because);
}

/* ---- the order ----------------------------------------------------------------------------- */

static bool is_same(const char *on_order, const char *gathered)
{
	return on_order[0] && !strcmp(on_order, gathered);
}

/* An officer at the gate chose one of several. */
static bool is_chosen(const struct customs_order *order,
		      const struct customs_gather *gather)
{
	return gather->form_id[0] == '\0' || !strcmp(order->number, gather->form_id);
}

/* By plate, tag, or what the driver showed at the post; direction and channel must fit. */
static bool matches(const struct customs_order *order,
		    const struct customs_gather *gather)
{
	if (order->direction != gather->head.direction)
		return false;
	if (order->chnl_no[0] && strcmp(order->chnl_no, gather->head.chnl_no) != 0)
		return false;
	return is_same(order->plate, gather->plate) || is_same(order->tag, gather->tag) ||
	       is_same(order->card, gather->card_no) ||
	       is_same(order->card, gather->bar_code);
}

static size_t find_orders(struct order_book *book, const struct decide_policy *policy,
			  const struct customs_gather *gather, int64_t now_ms,
			  struct order_entry **out)
{
	size_t count = 0;

	for (size_t i = 0; i < book->count; i++) {
		struct order_entry *entry = &book->entries[i];

		if (!matches(entry->order, gather) || !is_chosen(entry->order, gather) ||
		    !order_book_is_open(entry, policy->is_second_gate, now_ms))
			continue;
		*out = entry;
		count++;
	}
	return count;
}

static void refuse(struct decision *out, const char *word, const char *hint,
		   const char *because)
{
	out->is_release = false;
	out->entry = NULL;
	text_copy(out->check.check_result, sizeof(out->check.check_result), word);
	text_copy(out->check.op_hint, sizeof(out->check.op_hint), hint);
	text_copy(out->because, sizeof(out->because), because);
}

static void refuse_several(struct decision *out, size_t count)
{
	char word[STATUS_LENGTH + 1] = WORD_RELEASE;
	char because[64];

	status_word_set(word, AT_TOTAL, 'v');
	status_word_set(word, AT_BARRIER, '1');
	status_word_set(word, AT_FRONT_BOX, 'v');
	snprintf(because, sizeof(because), "%zu open orders", count);
	refuse(out, word, "请等候人工", because);
}

void decide(struct order_book *book, const struct decide_policy *policy,
	    const struct customs_gather *gather, int64_t now_ms, struct decision *out)
{
	struct customs_check *check = &out->check;
	size_t count;

	memset(out, 0, sizeof(*out));
	check->head = gather->head;
	check->form_type[0] = gather->head.direction == 'I' ? '7' : '8';
	count = find_orders(book, policy, gather, now_ms, &out->entry);
	if (count == 0) {
		refuse(out, WORD_NO_DOCUMENT, "未关联单据", "no open order");
		return;
	}
	if (count > 1) {
		refuse_several(out, count);
		return;
	}
	out->is_release = true;
	text_copy(check->check_result, sizeof(check->check_result), WORD_RELEASE);
	text_copy(check->form_id, sizeof(check->form_id), out->entry->order->number);
	check_target(out);
	check_identity(out, gather);
	check_weight(out, policy, gather);
	check_box(out, AT_FRONT_BOX, gather->box_front);
	check_box(out, AT_REAR_BOX, gather->box_rear);
	check_seal(out, gather);
	if (!out->is_release)
		return;
	text_copy(out->because, sizeof(out->because), "all agrees");
	text_copy(check->op_hint, sizeof(check->op_hint),
		  out->entry->order->type == ORDER_TYPE_EMPTY_VEHICLE ? "空车放行"
								      : "放行 请通过");
}
