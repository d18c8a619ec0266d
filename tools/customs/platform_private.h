/* SPDX-License-Identifier: MIT */
/*
 * The platform from inside.
 *
 * Layer: tools, private to platform*.c.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_PLATFORM_PRIVATE_H
#define KAKOU_TOOLS_CUSTOMS_PLATFORM_PRIVATE_H

#include "drivers/customs/link_listen.h"
#include "tools/customs/inquiries.h"
#include "tools/customs/platform.h"
#include "tools/customs/store.h"

enum { PLATFORM_FRAME_SIZE = 16 * 1024 };

struct platform {
	const struct customs_settings *settings;
	struct loop *loop;
	struct customs_orders *orders;
	struct order_book *book;
	struct decide_policy policy;
	struct inquiries *inquiries;
	struct history *history;
	struct store_file *store; /* NULL: nothing is kept */
	struct tls_context *client_tls, *server_tls;
	struct link_peer gate;
	struct link_listen *listen;
	struct outgoing *outgoing;
	enum platform_fault fault;
	int32_t fault_left, slow_ms;
	uint64_t received, results, garbled, refused;
	size_t channel_count;
	struct platform_channel channels[PLATFORM_CHANNELS_MAX];
	unsigned char frame[PLATFORM_FRAME_SIZE];
};

/** platform_answer.c: decides an inquiry, or remembers what was decided, and answers it as its
 *  order and the present fault say. Completes `entry`, the inquiry's own in the history. */
void platform_answer(struct platform *platform, const struct customs_gather *gather,
		     json_t *entry);

/** platform.c: sends one message after a delay; `note` ("" = none) goes into its history. */
KAKOU_MUST_CHECK enum kakou_err platform_post(struct platform *platform,
					      const struct customs_message *message,
					      int32_t delay_ms, uint64_t tag,
					      const char *note, struct why *why);

#endif
