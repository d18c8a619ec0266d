/* SPDX-License-Identifier: MIT */
/*
 * Triple buffer: the writer fills one buffer, the reader holds one, the third lies
 * between them and is exchanged in one atomic step.
 *
 * Layer: hal. Lock-free. Threads: one writes, one reads.
 */
#include "hal/mailbox.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { INDEX = 3, FRESH = 4 };

struct mailbox {
	size_t size;
	atomic_uint
		between; /* index of the third buffer; FRESH: newer than the reader's */
	unsigned writer_has; /* writer only */
	unsigned reader_has; /* reader only */
	bool is_filled;      /* reader only: its buffer was written once */
	unsigned char data[];
};

static unsigned char *buffer_at(struct mailbox *mailbox, unsigned index)
{
	return mailbox->data + index * mailbox->size;
}

enum kakou_err mailbox_create(struct mailbox **out, size_t size)
{
	struct mailbox *mailbox;

	assert(size > 0 && size < SIZE_MAX / 4);
	mailbox = calloc(1, sizeof(*mailbox) + 3 * size);
	if (!mailbox)
		return KAKOU_E_NOMEM;
	mailbox->size = size;
	mailbox->writer_has = 0;
	atomic_init(&mailbox->between, 1);
	mailbox->reader_has = 2;
	*out = mailbox;
	return KAKOU_OK;
}

void mailbox_destroy(struct mailbox *mailbox)
{
	free(mailbox);
}

void mailbox_put(struct mailbox *mailbox, const void *value)
{
	unsigned before;

	memcpy(buffer_at(mailbox, mailbox->writer_has), value, mailbox->size);
	before = atomic_exchange_explicit(&mailbox->between, mailbox->writer_has | FRESH,
					  memory_order_acq_rel);
	mailbox->writer_has = before & INDEX;
}

bool mailbox_get(struct mailbox *mailbox, void *value)
{
	unsigned now = atomic_load_explicit(&mailbox->between, memory_order_relaxed);

	if (now & FRESH) {
		now = atomic_exchange_explicit(&mailbox->between, mailbox->reader_has,
					       memory_order_acq_rel);
		mailbox->reader_has = now & INDEX;
		mailbox->is_filled = true;
	}
	if (!mailbox->is_filled)
		return false;
	memcpy(value, buffer_at(mailbox, mailbox->reader_has), mailbox->size);
	return true;
}
