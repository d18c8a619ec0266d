/* SPDX-License-Identifier: MIT */
/*
 * Names of device classes and of health.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/device/device.h"

#include <stddef.h>
#include <string.h>

static const char *const CLASS_NAMES[DEVICE_CLASSES] = {
	[DEVICE_PLATE_CAMERA] = "plate_camera",
	[DEVICE_TAG_READER] = "tag_reader",
	[DEVICE_BOX_READER] = "box_reader",
	[DEVICE_WEIGHBRIDGE] = "weighbridge",
	[DEVICE_DRIVER_POST] = "driver_post",
	[DEVICE_SEAL_READER] = "seal_reader",
	[DEVICE_REEFER] = "reefer",
	[DEVICE_REMOTE_IO] = "remote_io",
	[DEVICE_SIGN] = "sign",
};

const char *device_class_name(enum device_class class)
{
	if ((unsigned)class >= DEVICE_CLASSES)
		return NULL;
	return CLASS_NAMES[class];
}

enum device_class device_class_from_name(const char *name)
{
	for (unsigned class = 0; class < DEVICE_CLASSES; class ++) {
		if (!strcmp(CLASS_NAMES[class], name))
			return (enum device_class) class;
	}
	return DEVICE_CLASSES;
}

const char *device_health_name(enum device_health health)
{
	switch (health) {
	case DEVICE_UNKNOWN: return "unknown";
	case DEVICE_WELL: return "well";
	case DEVICE_SICK: return "sick";
	case DEVICE_LOST: return "lost";
	}
	return "unknown";
}
