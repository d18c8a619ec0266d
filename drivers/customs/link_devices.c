/* SPDX-License-Identifier: MIT */
/*
 * Device states to the platform: all of a lane by 0x42, with each change and as a sign of life; one
 * that has become faulty by 0x43 as well.
 *
 * Layer: drivers. Threads: the link's own, but for customs_link_tell_states().
 */
#include "drivers/customs/link_private.h"

#include <stdio.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { LOOK_MS = 1000 };

void customs_link_tell_states(struct customs_link *link,
			      const struct customs_states *states, uint32_t turned)
{
	struct link_states all = {.turned = turned};

	memcpy(all.lanes, states, sizeof(all.lanes));
	mailbox_put(link->states_box, &all);
}

void link_fill_head(const struct customs_link *link, size_t lane,
		    struct customs_head *head)
{
	bool is_turned = link->states.turned >> lane & 1;

	memcpy(head->area_id, link->config.lanes[lane].area_id, sizeof(head->area_id));
	text_copy(head->chnl_no, sizeof(head->chnl_no),
		  is_turned ? link->config.lanes[lane].reverse_chnl_no
			    : link->config.lanes[lane].chnl_no);
	head->direction = link->config.lanes[lane].direction;
	if (is_turned)
		head->direction = head->direction == 'I' ? 'E' : 'I';
}

static void post(struct customs_link *link, size_t lane, struct customs_message *message)
{
	link_fill_head(link, lane, &message->u.device.head);
	/* Where results of officers wait already, an exception is not what matters: the next 0x42
	 * has the same. */
	(void)!link_outbox_put(link->outbox, (uint8_t)lane, message, clock_mono_ms());
}

static void post_exception(struct customs_link *link, size_t lane, int at)
{
	struct customs_message message = {.code = CUSTOMS_EXCEPTION};
	struct customs_device *device = &message.u.device;
	int id = CUSTOMS_DEVICE_FIRST + at;

	snprintf(device->device_id, sizeof(device->device_id), "%d", id);
	text_copy(device->name, sizeof(device->name), customs_device_name(id));
	snprintf(device->description, sizeof(device->description), "%s does not work",
		 customs_device_name(id));
	device->status = '2';
	post(link, lane, &message);
}

static bool has_any(const struct customs_states *states)
{
	static const struct customs_states none;

	return memcmp(states, &none, sizeof(none)) != 0;
}

static void tell_lane(struct customs_link *link, size_t lane,
		      const struct customs_states *now, bool is_time)
{
	struct customs_states *told = &link->states.lanes[lane];
	struct customs_message message = {.code = CUSTOMS_DEVICES};

	if (!has_any(now) || (!is_time && !memcmp(told, now, sizeof(*now))))
		return;
	message.u.devices.states = *now;
	post(link, lane, &message);
	for (int i = 0; i < CUSTOMS_DEVICE_IDS; i++) {
		if (now->status[i] == '2' && told->status[i] != '2')
			post_exception(link, lane, i);
	}
	*told = *now;
}

static void on_states_timer(void *arg)
{
	struct customs_link *link = arg;
	int64_t now_ms = clock_mono_ms();
	bool is_time = now_ms - link->states_told_ms >= link->config.states_ms;
	struct link_states now;

	loop_timer_set(link->states_timer, now_ms + LOOK_MS);
	if (!mailbox_get(link->states_box, &now))
		return;
	/* Under another number the platform knows nothing of the devices yet. */
	is_time = is_time || now.turned != link->states.turned;
	link->states.turned = now.turned;
	for (size_t i = 0; i < link->config.lane_count; i++)
		tell_lane(link, i, &now.lanes[i], is_time);
	if (is_time)
		link->states_told_ms = now_ms;
	link_work(link);
}

enum kakou_err link_devices_begin(struct customs_link *link)
{
	enum kakou_err err =
		mailbox_create(&link->states_box, sizeof(struct link_states));

	if (err || link->config.states_ms == 0)
		return err;
	err = loop_timer_create(link->loop, on_states_timer, link, &link->states_timer);
	if (!err)
		loop_timer_set(link->states_timer, clock_mono_ms() + LOOK_MS);
	return err;
}

/* The platform can't switch a device of this gate off or call it faulty: which evidence a lane needs
 * is the site's. So only what is so already is "ok", and what is not done is said: 3. */
char link_devices_judge(const struct customs_link *link, uint8_t lane,
			const struct customs_device *order)
{
	struct link_states now;
	int64_t id;
	char status;

	if (text_parse_integer(order->device_id, CUSTOMS_DEVICE_FIRST,
			       CUSTOMS_DEVICE_FIRST + CUSTOMS_DEVICE_IDS - 1, &id) ||
	    !mailbox_get(link->states_box, &now))
		return '1';
	status = now.lanes[lane].status[id - CUSTOMS_DEVICE_FIRST];
	if (!status)
		return '1';
	if (order->status == '1' || order->status == '3')
		return status == '1' ? '0' : '3';
	return order->status == status ? '0' : '3';
}
