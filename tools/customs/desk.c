/* SPDX-License-Identifier: MIT */
/*
 * One function a method, found by a table.
 *
 * Layer: tools. Threads: the loop's own.
 */
#include "tools/customs/desk.h"

#include <stdbool.h>
#include <string.h>

#include "hal/text.h"
#include "tools/customs/platform.h"

enum { HISTORY_LIMIT = 500, FAULT_COUNT_MAX = 1000000, SLOW_MAX_MS = 600000 };

struct call {
	struct platform *platform;
	const json_t *params;
	enum kakou_err *err;
	struct why *why;
};

/* ---- parameters ---------------------------------------------------------------------------- */

static bool fail(const struct call *call, enum kakou_err err, const char *name,
		 const char *expected)
{
	*call->err = why_set(call->why, err, "%s: expected %s", name, expected);
	return false;
}

/* A text parameter into `to`; absent: `fallback`, NULL = it is required. */
static bool take_text(const struct call *call, const char *name, char *to, size_t size,
		      const char *fallback)
{
	const json_t *value = json_object_get(call->params, name);
	const char *text = value ? json_string_value(value) : fallback;

	if (!text)
		return fail(call, KAKOU_E_INVALID, name, "a text");
	if (!text_copy(to, size, text))
		return fail(call, KAKOU_E_INVALID, name, "a shorter text");
	return true;
}

static bool take_integer(const struct call *call, const char *name, int64_t min,
			 int64_t max, int64_t fallback, int64_t *to)
{
	const json_t *value = json_object_get(call->params, name);

	*to = fallback;
	if (!value)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max)
		return fail(call, KAKOU_E_INVALID, name, "an integer within its range");
	*to = json_integer_value(value);
	return true;
}

/* Whose inquiry is meant: "current", the default, is the channel's newest; area and direction
 * come from it too, unless they are stated. */
static bool take_head(const struct call *call, struct customs_head *head)
{
	const struct customs_head *newest;
	char direction[2];

	memset(head, 0, sizeof(*head));
	if (!take_text(call, "channel", head->chnl_no, sizeof(head->chnl_no), NULL) ||
	    !take_text(call, "seq_no", head->seq_no, sizeof(head->seq_no), "current"))
		return false;
	newest = platform_find_channel(call->platform, head->chnl_no);
	if (!strcmp(head->seq_no, "current")) {
		if (!newest)
			return fail(call, KAKOU_E_INVALID, "seq_no",
				    "a number, nothing came from this channel yet");
		*head = *newest;
		return true;
	}
	if (!take_text(call, "area_id", head->area_id, sizeof(head->area_id),
		       newest ? newest->area_id : NULL) ||
	    !take_text(call, "direction", direction, sizeof(direction),
		       newest ? (const char[]){newest->direction, '\0'} : NULL))
		return false;
	head->direction = direction[0];
	return true;
}

/* ---- methods ------------------------------------------------------------------------------- */

static json_t *describe_channels(const struct platform_status *status)
{
	json_t *channels = json_array();

	for (size_t i = 0; i < status->channel_count; i++) {
		const struct platform_channel *channel = &status->channels[i];
		const char direction[] = {channel->newest.direction, '\0'};

		json_array_append_new(
			channels, json_pack("{s:s, s:s, s:s, s:s, s:I}", "channel",
					    channel->newest.chnl_no, "area_id",
					    channel->newest.area_id, "direction",
					    direction, "current", channel->newest.seq_no,
					    "at_ms", (json_int_t)channel->at_ms));
	}
	return channels;
}

static json_t *call_status(const struct call *call)
{
	struct platform_status status;

	platform_read_status(call->platform, &status);
	return json_pack(
		"{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:s, s:i}, s:I, s:o}",
		"listen_port", (int)status.listen_port, "inquiries",
		(json_int_t)status.inquiries, "results", (json_int_t)status.results,
		"garbled", (json_int_t)status.garbled, "refused",
		(json_int_t)status.refused, "sent", (json_int_t)status.outgoing.sent,
		"failed", (json_int_t)status.outgoing.failed, "waiting",
		(json_int_t)status.outgoing.waiting, "fault", "kind",
		platform_fault_name(status.fault), "left", (int)status.fault_left,
		"history", (json_int_t)history_last_id(platform_history(call->platform)),
		"channels", describe_channels(&status));
}

static json_t *describe_order(const struct order_entry *entry)
{
	const struct customs_order *order = entry->order;
	const char direction[] = {order->direction, '\0'};
	json_t *boxes = json_array();

	for (size_t i = 0; i < order->box_count; i++)
		json_array_append_new(boxes, json_string(order->boxes[i]));
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:I, s:o, s:s, s:b,"
		" s:s, s:i}",
		"number", order->number, "plate", order->plate, "tag", order->tag, "card",
		order->card, "direction", direction, "chnl_no", order->chnl_no, "type",
		(int)order->type, "state", (int)entry->state, "booked",
		(int)entry->is_booked, "total_g",
		(json_int_t)customs_order_total_g(order), "boxes", boxes, "seal",
		order->seal, "targeted", (int)order->is_targeted, "behaviour",
		customs_order_behaviour_name(order->behaviour), "ignored_left",
		(int)entry->ignored_left);
}

static json_t *call_orders(const struct call *call)
{
	const struct order_book *book = platform_book(call->platform);
	json_t *orders = json_array();

	for (size_t i = 0; i < book->count; i++)
		json_array_append_new(orders, describe_order(&book->entries[i]));
	return json_pack("{s:o}", "orders", orders);
}

static json_t *call_approve(const struct call *call)
{
	char number[ORDER_NUMBER_LENGTH + 1];

	if (!take_text(call, "number", number, sizeof(number), NULL))
		return NULL;
	*call->err = platform_approve(call->platform, number, call->why);
	return *call->err ? NULL : json_pack("{s:s}", "number", number);
}

static json_t *send_message(const struct call *call,
			    const struct customs_message *message)
{
	*call->err = platform_send(call->platform, message, call->why);
	if (*call->err)
		return NULL;
	return json_pack("{s:s}", "seq_no", customs_message_head(message)->seq_no);
}

static json_t *call_operate(const struct call *call)
{
	struct customs_message message = {.code = CUSTOMS_OPERATE};
	struct customs_operate *operate = &message.u.operate;
	char op_type[2], seal_act[2], code[5];

	if (!take_head(call, &operate->head) ||
	    !take_text(call, "command", operate->command, sizeof(operate->command),
		       "00000000000000000000") ||
	    !take_text(call, "op_type", op_type, sizeof(op_type), "0") ||
	    !take_text(call, "op_reason", operate->op_reason, sizeof(operate->op_reason),
		       "") ||
	    !take_text(call, "op_id", operate->op_id, sizeof(operate->op_id), "") ||
	    !take_text(call, "seal_id", operate->seal_id, sizeof(operate->seal_id), "") ||
	    !take_text(call, "seal_act", seal_act, sizeof(seal_act), "") ||
	    !take_text(call, "gps_id", operate->gps_id, sizeof(operate->gps_id), "") ||
	    !take_text(call, "device_id", operate->device_id, sizeof(operate->device_id),
		       "") ||
	    !take_text(call, "code", code, sizeof(code), "0x31"))
		return NULL;
	operate->op_type = op_type[0];
	operate->seal_act = seal_act[0];
	message.wire = strcmp(code, "0x35") ? CUSTOMS_OPERATE : WIRE_OPERATE_ONE;
	return send_message(call, &message);
}

static json_t *call_answer(const struct call *call)
{
	struct customs_message message = {.code = CUSTOMS_CHECK};
	struct customs_check *check = &message.u.check;

	if (!take_head(call, &check->head) ||
	    !take_text(call, "word", check->check_result, sizeof(check->check_result),
		       NULL) ||
	    !take_text(call, "hint", check->op_hint, sizeof(check->op_hint), "") ||
	    !take_text(call, "form_type", check->form_type, sizeof(check->form_type),
		       "") ||
	    !take_text(call, "form_id", check->form_id, sizeof(check->form_id), ""))
		return NULL;
	return send_message(call, &message);
}

static json_t *call_set_device(const struct call *call)
{
	struct customs_message message = {.code = CUSTOMS_SET_DEVICE};
	struct customs_device *device = &message.u.device;
	char status[2];

	if (!take_head(call, &device->head) ||
	    !take_text(call, "device_id", device->device_id, sizeof(device->device_id),
		       NULL) ||
	    !take_text(call, "status", status, sizeof(status), NULL))
		return NULL;
	device->head.seq_no[0] = '\0'; /* a 0x33 has none */
	device->status = status[0];
	return send_message(call, &message);
}

static json_t *call_fetch(const struct call *call)
{
	struct customs_message message = {.code = CUSTOMS_FETCH};

	if (!take_head(call, &message.u.fetch))
		return NULL;
	return send_message(call, &message);
}

static json_t *call_enrol(const struct call *call)
{
	struct customs_message message = {.code = CUSTOMS_ENROL};
	char code[5];

	if (!take_head(call, &message.u.enrol) ||
	    !take_text(call, "code", code, sizeof(code), "0x63"))
		return NULL;
	if (strncmp(code, "0x6", 3) != 0 || !code[3] || !strchr("3456", code[3])) {
		fail(call, KAKOU_E_INVALID, "code", "0x63, 0x64, 0x65 or 0x66");
		return NULL;
	}
	message.u.enrol.seq_no[0] = '\0'; /* they have none */
	message.wire = (uint8_t)(0x60 + code[3] - '0');
	return send_message(call, &message);
}

static json_t *call_behave(const struct call *call)
{
	char name[16];
	int64_t count, slow_ms;

	if (!take_text(call, "fault", name, sizeof(name), NULL) ||
	    !take_integer(call, "count", 1, FAULT_COUNT_MAX, 1, &count) ||
	    !take_integer(call, "ms", 0, SLOW_MAX_MS, 10000, &slow_ms))
		return NULL;
	for (int i = 0; i < FAULTS; i++) {
		enum platform_fault fault = (enum platform_fault)i;

		if (strcmp(platform_fault_name(fault), name) != 0)
			continue;
		platform_set_fault(call->platform, fault, (int32_t)count,
				   (int32_t)slow_ms);
		return json_pack("{s:s}", "fault", name);
	}
	fail(call, KAKOU_E_INVALID, "fault",
	     "off, silent, slow, repeat, foreign or garbled");
	return NULL;
}

static json_t *call_history(const struct call *call)
{
	const struct history *history = platform_history(call->platform);
	int64_t after, limit;

	if (!take_integer(call, "after", 0, INT64_MAX, 0, &after) ||
	    !take_integer(call, "limit", 1, HISTORY_LIMIT, HISTORY_LIMIT, &limit))
		return NULL;
	return json_pack("{s:I, s:o}", "last", (json_int_t)history_last_id(history),
			 "entries", history_read(history, after, (size_t)limit));
}

static const struct {
	const char *name;
	json_t *(*call)(const struct call *call);
} methods[] = {
	{"status",     call_status    },
	{"orders",     call_orders    },
	{"approve",    call_approve   },
	{"operate",    call_operate   },
	{"answer",     call_answer    },
	{"set_device", call_set_device},
	{"fetch",      call_fetch     },
	{"enrol",      call_enrol     },
	{"behave",     call_behave    },
	{"history",    call_history   },
};

json_t *desk_answer(void *arg, const char *method, const json_t *params,
		    enum kakou_err *err, struct why *why)
{
	const struct call call = {
		.platform = arg, .params = params, .err = err, .why = why};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(methods[i].name, method))
			/* NOLINTNEXTLINE(returnDanglingLifetime): no answer keeps it */
			return methods[i].call(&call);
	}
	*err = why_set(why, KAKOU_E_NOTFOUND,
		       "method \"%.40s\": expected one of kakou-customs.1", method);
	return NULL;
}
