/* SPDX-License-Identifier: MIT */
/*
 * A message that has everything, and its XML.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_MESSAGE_CASE_H
#define KAKOU_TESTS_MESSAGE_CASE_H

#include "drivers/customs/message.h"

#define MESSAGE_CASE_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define MESSAGE_CASE_ATTRIBUTES                                                          \
	" AREA_ID=\"3301500001\" CHNL_NO=\"3301500101\" I_E_TYPE=\"I\""                  \
	" SEQ_NO=\"20240726120000000001\""
#define MESSAGE_CASE_ROOT "<COMMAND_INFO" MESSAGE_CASE_ATTRIBUTES ">"

/** UTF-8, and nothing else that differs from the standard. */
extern const struct customs_dialect message_case_plain;

/** With the attributes above. */
struct customs_head message_case_head(void);
struct customs_message message_case_gather(void);

/** Writes the message and hands back the XML inside its frame, ended by a NUL; the caller frees. */
char *message_case_write(const struct customs_message *message,
			 const struct customs_dialect *dialect, struct frame *frame);

#endif
