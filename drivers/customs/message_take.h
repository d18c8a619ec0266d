/* SPDX-License-Identifier: MIT */
/*
 * The text of a leaf into the field it fills.
 *
 * Layer: drivers, private to message*.c. Pure.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_MESSAGE_TAKE_H
#define KAKOU_DRIVERS_CUSTOMS_MESSAGE_TAKE_H

#include "drivers/customs/message.h"
#include "drivers/customs/message_fields.h"
#include "drivers/customs/xml.h"

/** Takes what the leaf says, and notes what its spelling shows of the dialect. KAKOU_E_GARBLED:
 *  not a value of the field's kind, too long, or not what its other spelling said. */
KAKOU_MUST_CHECK enum kakou_err message_take(struct customs_message *out,
					     const struct message_field *field,
					     const struct xml_leaf *leaf,
					     bool one_is_recognised, struct why *why);

#endif
