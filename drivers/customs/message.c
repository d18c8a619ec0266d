/* SPDX-License-Identifier: MIT */
/*
 * What all messages have in common.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/message.h"

/* The head is the first member of every message, so any member of the union reaches it. */
const struct customs_head *customs_message_head(const struct customs_message *message)
{
	return &message->u.gather.head;
}
