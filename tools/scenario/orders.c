/* SPDX-License-Identifier: MIT */
/*
 * Release orders out of a scenario file.
 *
 * Layer: tools.
 */
#include "tools/scenario/orders.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

enum { WEIGHT_MAX_G = 200 * 1000 * 1000 };

static const char *const behaviour_names[] = {
	[ORDER_ANSWERS] = "normal",     [ORDER_IS_SILENT] = "silent",
	[ORDER_ANSWERS_LATE] = "late",  [ORDER_REPEATS] = "repeat",
	[ORDER_IS_FOREIGN] = "foreign", [ORDER_INTERIM_FIRST] = "interim",
};

const char *customs_order_behaviour_name(enum customs_order_behaviour behaviour)
{
	assert((size_t)behaviour < sizeof(behaviour_names) / sizeof(behaviour_names[0]));
	return behaviour_names[behaviour];
}

int64_t customs_order_total_g(const struct customs_order *order)
{
	return order->vehicle_g + order->frame_g + order->container_g + order->goods_g;
}

/* Kilograms as they stand in the file; an empty text is 0 on an order. */
static enum kakou_err read_kg(const struct conf_section *section, const char *name,
			      int64_t *out_g, struct why *why)
{
	const char *text = conf_text(section, name);

	*out_g = 0;
	if (!text[0])
		return KAKOU_OK;
	if (text_parse_fixed(text, 3, 0, WEIGHT_MAX_G, out_g))
		return conf_complain(section, name, why,
				     "\"%s\": expected 0 to 200000 kg with up to three "
				     "decimals",
				     text);
	return KAKOU_OK;
}

static enum kakou_err read_number(const struct conf_section *section,
				  struct customs_order *order, struct why *why)
{
	const char *title = conf_title(section);

	if (strlen(title) != ORDER_NUMBER_LENGTH || title[0] != 'Z')
		return conf_complain(section, NULL, why,
				     "order \"%s\": expected Z and 23 more characters",
				     title);
	memcpy(order->number, title, ORDER_NUMBER_LENGTH + 1);
	return KAKOU_OK;
}

static enum kakou_err read_boxes(const struct conf_section *section,
				 struct customs_order *order, struct why *why)
{
	order->box_count = conf_list_count(section, "boxes");
	for (size_t i = 0; i < order->box_count; i++) {
		const char *box = conf_list_at(section, "boxes", i);

		if (!text_copy(order->boxes[i], sizeof(order->boxes[i]), box))
			return conf_complain(section, "boxes", why,
					     "box \"%s\": expected at most %d characters",
					     box, ORDER_BOX_MAX);
	}
	return KAKOU_OK;
}

/* The key table bounds the lengths, so nothing is cut here. */
static void read_texts(const struct conf_section *section, struct customs_order *order)
{
	text_copy(order->plate, sizeof(order->plate), conf_text(section, "plate"));
	text_copy(order->tag, sizeof(order->tag), conf_text(section, "tag"));
	text_copy(order->card, sizeof(order->card), conf_text(section, "card"));
	text_copy(order->chnl_no, sizeof(order->chnl_no), conf_text(section, "chnl_no"));
	text_copy(order->seal, sizeof(order->seal), conf_text(section, "seal"));
}

static enum kakou_err read_order(const struct conf_section *section,
				 struct customs_order *order, struct why *why)
{
	enum kakou_err err;

	read_texts(section, order);
	order->direction = conf_integer(section, "direction") == 0 ? 'I' : 'E';
	order->type = (uint8_t)conf_integer(section, "type");
	order->state = (enum customs_order_state)conf_integer(section, "state");
	order->is_targeted = conf_flag(section, "targeted");
	order->behaviour =
		(enum customs_order_behaviour)conf_integer(section, "behaviour");
	order->delay_ms = (int32_t)conf_integer(section, "delay_ms");
	order->ignore_count = (int32_t)conf_integer(section, "count");
	err = read_number(section, order, why);
	if (!err)
		err = read_kg(section, "vehicle_kg", &order->vehicle_g, why);
	if (!err)
		err = read_kg(section, "frame_kg", &order->frame_g, why);
	if (!err)
		err = read_kg(section, "container_kg", &order->container_g, why);
	if (!err)
		err = read_kg(section, "goods_kg", &order->goods_g, why);
	if (!err)
		err = read_boxes(section, order, why);
	if (err)
		return err;
	if (!order->plate[0] && !order->tag[0] && !order->card[0])
		return conf_complain(section, NULL, why,
				     "order \"%s\": expected a plate, a tag or a card",
				     order->number);
	return KAKOU_OK;
}

enum kakou_err customs_orders_load(struct customs_orders **out, const struct conf *conf,
				   struct why *why)
{
	const struct conf_section *root = conf_root(conf);
	size_t count = conf_count(root, "order");
	struct customs_orders *orders;

	if (count > CUSTOMS_ORDERS_MAX)
		return conf_complain(root, NULL, why, "%zu orders: expected at most %d",
				     count, CUSTOMS_ORDERS_MAX);
	orders = calloc(1, sizeof(*orders) + count * sizeof(orders->orders[0]));
	if (!orders)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu orders", count);
	orders->count = count;
	for (size_t i = 0; i < count; i++) {
		enum kakou_err err =
			read_order(conf_at(root, "order", i), &orders->orders[i], why);

		if (err) {
			free(orders);
			return err;
		}
	}
	*out = orders;
	return KAKOU_OK;
}
