/* SPDX-License-Identifier: MIT */
/*
 * The XML of each message, by generation.
 *
 * Layer: drivers, private to message*.c. Pure.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_MESSAGE_WRITE_H
#define KAKOU_DRIVERS_CUSTOMS_MESSAGE_WRITE_H

#include "drivers/customs/message.h"
#include "drivers/customs/xml_write.h"

/** Section 5: the message as 0x81 to 0x85, whichever `wire` says. */
void message_write_smart(struct xml_writer *to, const struct customs_message *message,
			 uint8_t wire);

/** Section 4: 0x33, 0x34, 0x42, 0x43, inside their root. */
void message_write_device(struct xml_writer *to, const struct customs_message *message);

#endif
