/* SPDX-License-Identifier: MIT */
/*
 * What the platform received and sent: the newest HISTORY_MAX entries in memory, and all of them
 * as lines of JSON in a file where one is wanted.
 *
 * Layer: tools. Blocks on the disk when there is a file.
 */
#ifndef KAKOU_TOOLS_CUSTOMS_HISTORY_H
#define KAKOU_TOOLS_CUSTOMS_HISTORY_H

#include <stdint.h>

#include <jansson.h>

#include "drivers/customs/message.h"
#include "hal/err.h"
#include "hal/why.h"

enum { HISTORY_MAX = 2048 };

struct history; /* opaque */

/** `journal` "": no file. KAKOU_E_IO: it can't be opened; KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err history_create(struct history **out, const char *journal,
					       struct why *why);
void history_destroy(struct history *history);

/** Adds an entry and steals it: gives it "id" (from 1, without gaps), "at_ms" (wall clock) and
 *  "mono_ms". NULL (no memory) is counted as a lost entry. Returns the id. */
int64_t history_add(struct history *history, json_t *entry);

/** Entries with an id beyond `after`, at most `limit`, oldest first. A new array; NULL: no
 *  memory. */
json_t *history_read(const struct history *history, int64_t after, size_t limit);

int64_t history_last_id(const struct history *history);

/** A message's code on the wire, head and fields as an entry to be completed; NULL: no memory. */
json_t *history_describe(const char *way, uint8_t wire,
			 const struct customs_message *message);

#endif
