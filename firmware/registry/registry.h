/* SPDX-License-Identifier: MIT */
/*
 * The registry: release orders and registered vehicles on file at the gate. A thread of its own
 * owns the database; lanes look up through bounded queues, people change it over the control
 * socket.
 *
 * A change is recorded before it is made: its event goes through the control thread to the
 * journal, and the commit's answer makes the change.
 *
 * Layer:   firmware.
 * Threads: open, catch_up, start and close from main; look_up, note, recorded and next from the
 *          control thread (wait-free); ask, next_answer and read_health from the control-socket
 *          thread.
 */
#ifndef KAKOU_FIRMWARE_REGISTRY_H
#define KAKOU_FIRMWARE_REGISTRY_H

#include "firmware/config/site.h"
#include "firmware/record/event.h"
#include "firmware/record/journal.h"
#include "firmware/registry/lookup.h"
#include "hal/err.h"
#include "hal/why.h"

struct registry; /* opaque */

/** Opens registry.db in the site's state directory, which the journal has made. `site` outlives
 *  the registry. */
KAKOU_MUST_CHECK enum kakou_err registry_open(struct registry **out,
					      const struct site *site, struct why *why);

/** Applies what the record says of orders and a killed process could not note any more. Blocks;
 *  before the control socket asks the journal anything. */
KAKOU_MUST_CHECK enum kakou_err registry_catch_up(struct registry *registry,
						  struct journal *journal,
						  struct why *why);

KAKOU_MUST_CHECK enum kakou_err registry_start(struct registry *registry,
					       struct why *why);

/** Ends the thread, applies the notes that wait, closes the file. NULL is legal. */
void registry_close(struct registry *registry);

/* ---- the control thread ---- */

/** KAKOU_E_FULL: try again with the next scan. */
KAKOU_MUST_CHECK enum kakou_err registry_look_up(struct registry *registry,
						 const struct lookup *lookup);
KAKOU_MUST_CHECK enum kakou_err registry_note(struct registry *registry,
					      const struct order_note *note);

enum registry_news_kind {
	REGISTRY_FOUND, /**< the answer to a look-up */
	REGISTRY_EVENT, /**< append it, then say registry_recorded() */
};

struct registry_news {
	uint8_t kind;    /**< enum registry_news_kind */
	uint32_t change; /**< EVENT: comes back with registry_recorded() */
	union {
		struct found found;
		struct event event;
	} u;
};

bool registry_next(struct registry *registry, struct registry_news *out);

/** What became of the event of a change. KAKOU_E_FULL: try again with the next scan. */
KAKOU_MUST_CHECK enum kakou_err registry_recorded(struct registry *registry,
						  uint32_t change, bool is_committed,
						  int64_t seq);

/* ---- the control-socket thread ---- */

enum registry_method {
	REGISTRY_LIST,   /**< what, plate, type, state, direction, in_use, after, limit */
	REGISTRY_SHOW,   /**< what, key */
	REGISTRY_PUSH,   /**< what, item, actor, reason, screen */
	REGISTRY_CHANGE, /**< what, key, change, actor, reason, screen */
	REGISTRY_IMPORT_BEGIN,  /**< what, file */
	REGISTRY_IMPORT_LINES,  /**< import, first, lines */
	REGISTRY_IMPORT_COMMIT, /**< import, actor, reason, screen */
	REGISTRY_IMPORT_DROP,   /**< import */
	REGISTRY_OFFLINE,       /**< open, limit */
	REGISTRY_SETTLE,        /**< passage, outcome, actor, reason, screen */
	REGISTRY_TARES,         /**< plate, limit */
	REGISTRY_METHODS,
};

struct registry_request {
	uint8_t method; /**< enum registry_method */
	uint8_t slot;   /**< who asked: comes back */
	uint32_t generation;
	char *params; /**< a JSON object as text, checked by the method table; owned by the
			 holder */
};

struct registry_answer {
	uint8_t slot;
	uint32_t generation;
	int8_t err;
	char *json;    /**< the result as text, owned by the holder; NULL with an error */
	char why[240]; /**< with an error */
};

/** Takes `request->params` over unless it fails. KAKOU_E_FULL: nothing was taken. */
KAKOU_MUST_CHECK enum kakou_err registry_ask(struct registry *registry,
					     const struct registry_request *request);

/** Readable when answers wait; call registry_quiet(), then next_answer until false. */
int registry_answers_fd(const struct registry *registry);
void registry_quiet(struct registry *registry);
bool registry_next_answer(struct registry *registry, struct registry_answer *out);

struct registry_health {
	bool is_well;
	int64_t orders, vehicles;
	int64_t offline_open; /**< cleared offline and not settled */
	uint64_t lookups, failures;
	char why[160]; /**< of the last failure */
};

bool registry_read_health(struct registry *registry, struct registry_health *out);

#endif
