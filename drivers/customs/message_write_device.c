/* SPDX-License-Identifier: MIT */
/*
 * Messages about devices (customs-protocol section 4). In 0x42 the root and a child share a name.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/message_write.h"

#include <stdio.h>

static void put_device(struct xml_writer *to, const struct customs_device *device)
{
	xml_put_leaf(to, "DEVICE_ID", device->device_id);
	xml_put_leaf(to, "DEVICE_NAME", device->name);
}

static void put_states(struct xml_writer *to, const struct customs_states *states)
{
	for (int i = 0; i < CUSTOMS_DEVICE_IDS; i++) {
		int id = CUSTOMS_DEVICE_FIRST + i;
		char text[8];
		size_t at;

		if (!states->status[i])
			continue;
		snprintf(text, sizeof(text), "%d", id);
		at = xml_open(to, "DEVICES");
		xml_put_leaf(to, "DEVICE_ID", text);
		xml_put_leaf(to, "DEVICE_NAME", customs_device_name(id));
		xml_put_character(to, "DEVICE_STATUS", states->status[i]);
		xml_close(to, "DEVICES", at);
	}
}

void message_write_device(struct xml_writer *to, const struct customs_message *message)
{
	const struct customs_device *device = &message->u.device;

	switch (message->code) {
	case CUSTOMS_SET_DEVICE:
		put_device(to, device);
		xml_put_character(to, "DEVICE_STATUS", device->status);
		break;
	case CUSTOMS_DEVICE_SET:
		put_device(to, device);
		xml_put_character(to, "CONTROL_RESULT", device->control);
		break;
	case CUSTOMS_EXCEPTION:
		put_device(to, device);
		xml_put_leaf(to, "EXCEPTION_DESCR", device->description);
		xml_put_character(to, "DEVICE_STATUS", device->status);
		break;
	default: put_states(to, &message->u.devices.states); break;
	}
}
