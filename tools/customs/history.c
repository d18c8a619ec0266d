/* SPDX-License-Identifier: MIT */
/*
 * A ring of JSON objects, and the file behind it.
 *
 * Layer: tools.
 */
#include "tools/customs/history.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/log.h"

struct history {
	FILE *journal; /* NULL: none */
	int64_t last_id;
	json_t *entries[HISTORY_MAX]; /* id i at i % HISTORY_MAX */
};

enum kakou_err history_create(struct history **out, const char *journal, struct why *why)
{
	struct history *history = calloc(1, sizeof(*history));

	if (!history)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the history");
	if (journal[0]) {
		history->journal = fopen(journal, "ae");
		if (!history->journal) {
			free(history);
			return why_set(why, KAKOU_E_IO, "journal \"%s\": %s", journal,
				       strerror(errno));
		}
	}
	*out = history;
	return KAKOU_OK;
}

void history_destroy(struct history *history)
{
	if (!history)
		return;
	for (size_t i = 0; i < HISTORY_MAX; i++)
		json_decref(history->entries[i]);
	if (history->journal)
		fclose(history->journal);
	free(history);
}

static void write_line(struct history *history, const json_t *entry)
{
	if (!history->journal)
		return;
	if (json_dumpf(entry, history->journal, JSON_COMPACT) ||
	    fputc('\n', history->journal) == EOF || fflush(history->journal)) {
		log_error("kakou-customs", "journal: %s; it ends here", strerror(errno));
		fclose(history->journal);
		history->journal = NULL;
	}
}

int64_t history_add(struct history *history, json_t *entry)
{
	json_t **slot;

	history->last_id++;
	slot = &history->entries[history->last_id % HISTORY_MAX];
	json_decref(*slot);
	*slot = entry;
	if (!entry)
		return history->last_id;
	json_object_set_new(entry, "id", json_integer(history->last_id));
	json_object_set_new(entry, "at_ms", json_integer(clock_wall_ms()));
	json_object_set_new(entry, "mono_ms", json_integer(clock_mono_ms()));
	write_line(history, entry);
	return history->last_id;
}

json_t *history_read(const struct history *history, int64_t after, size_t limit)
{
	json_t *array = json_array();
	int64_t id = history->last_id - HISTORY_MAX + 1;

	if (id < 1)
		id = 1;
	if (id <= after)
		id = after + 1;
	for (; array && id <= history->last_id && json_array_size(array) < limit; id++)
		json_array_append(array, history->entries[id % HISTORY_MAX]);
	return array;
}

int64_t history_last_id(const struct history *history)
{
	return history->last_id;
}

/* ---- messages as JSON ---------------------------------------------------------------------- */

static void put(json_t *object, const char *name, const char *text)
{
	if (text[0])
		json_object_set_new(object, name, json_string(text));
}

static void put_character(json_t *object, const char *name, char character)
{
	const char text[] = {character, '\0'};

	put(object, name, text);
}

static void describe_gather(json_t *fields, const struct customs_gather *gather)
{
	put_character(fields, "g_type", gather->goods_type);
	put_character(fields, "traf_type", gather->traffic_type);
	put(fields, "plate", gather->plate);
	put(fields, "tag", gather->tag);
	put(fields, "trailer_plate", gather->trailer_plate);
	put(fields, "card", gather->card_no);
	if (gather->has_weight)
		json_object_set_new(fields, "gross_g", json_integer(gather->gross_g));
	json_object_set_new(fields, "boxes", json_integer(gather->box_count));
	put(fields, "box_front", gather->box_front);
	put(fields, "box_rear", gather->box_rear);
	put(fields, "seal", gather->seal_id);
	put(fields, "bar_code", gather->bar_code);
	put_character(fields, "mode", gather->mode);
	put(fields, "operator", gather->operator_id);
}

static void describe_device(json_t *fields, const struct customs_device *device)
{
	put(fields, "device_id", device->device_id);
	put(fields, "name", device->name);
	put_character(fields, "status", device->status);
	put_character(fields, "control", device->control);
	put(fields, "description", device->description);
}

/* By the ids of annex C. */
static void describe_states(json_t *fields, const struct customs_states *states)
{
	for (int i = 0; i < CUSTOMS_DEVICE_IDS; i++) {
		char id[8];

		snprintf(id, sizeof(id), "%d", CUSTOMS_DEVICE_FIRST + i);
		put_character(fields, id, states->status[i]);
	}
}

static void describe_fields(json_t *fields, const struct customs_message *message)
{
	const struct customs_check *check = &message->u.check;
	const struct customs_operate *operate = &message->u.operate;

	switch (message->code) {
	case CUSTOMS_GATHER: describe_gather(fields, &message->u.gather); break;
	case CUSTOMS_CHECK:
		put(fields, "check_result", check->check_result);
		put(fields, "form_type", check->form_type);
		put(fields, "form_id", check->form_id);
		put(fields, "op_hint", check->op_hint);
		break;
	case CUSTOMS_OPERATE:
		put(fields, "command", operate->command);
		put_character(fields, "op_type", operate->op_type);
		put(fields, "op_reason", operate->op_reason);
		put(fields, "op_id", operate->op_id);
		break;
	case CUSTOMS_RESULT:
		put(fields, "result", message->u.result.result);
		put_character(fields, "control", message->u.result.control);
		put(fields, "device_id", message->u.result.device_id);
		put(fields, "seal", message->u.result.seal_id);
		break;
	case CUSTOMS_REGISTER: /* without its password */
		put(fields, "monitor_ip", message->u.registration.monitor_ip);
		put(fields, "monitor_port", message->u.registration.monitor_port);
		put(fields, "user_id", message->u.registration.user_id);
		break;
	case CUSTOMS_REGISTERED:
		put_character(fields, "result", message->u.registered.result);
		put_character(fields, "rights", message->u.registered.rights);
		put(fields, "user_id", message->u.registered.user_id);
		break;
	case CUSTOMS_ENROL:
	case CUSTOMS_FETCH:
	case CUSTOMS_PICTURES: break; /* a head alone */
	case CUSTOMS_DEVICES: describe_states(fields, &message->u.devices.states); break;
	default: describe_device(fields, &message->u.device); break;
	}
}

json_t *history_describe(const char *way, uint8_t wire,
			 const struct customs_message *message)
{
	const struct customs_head *head = customs_message_head(message);
	const char direction[] = {head->direction, '\0'};
	json_t *entry = json_object();
	json_t *fields = json_object();
	char code[8];

	if (!entry || !fields) {
		json_decref(entry);
		json_decref(fields);
		return NULL;
	}
	snprintf(code, sizeof(code), "0x%02x", wire);
	put(entry, "way", way);
	put(entry, "code", code);
	put(entry, "area_id", head->area_id);
	put(entry, "channel", head->chnl_no);
	put(entry, "direction", direction);
	put(entry, "seq_no", head->seq_no);
	describe_fields(fields, message);
	json_object_set_new(entry, "fields", fields);
	return entry;
}
