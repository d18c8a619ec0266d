/* SPDX-License-Identifier: MIT */
/*
 * Pictures: takes what cameras put into their folders, finds out which read each belongs to,
 * keeps it, and says its SHA-256 for the record. A thread of its own; no lane waits for it.
 *
 * Layer:   firmware.
 * Threads: open, start and close from main; want and next from the control thread (wait-free);
 *          ask, next_answer and read_health from the control-socket thread.
 */
#ifndef KAKOU_FIRMWARE_PICTURES_H
#define KAKOU_FIRMWARE_PICTURES_H

#include "drivers/customs/link.h"
#include "firmware/config/site.h"
#include "firmware/pictures/pairs.h"
#include "firmware/pictures/store.h"
#include "firmware/record/event.h"
#include "hal/err.h"
#include "hal/why.h"

struct pictures; /* opaque */

enum { PICTURE_PIECE_MAX = 192 * 1024 };

/** Opens pictures/ in the site's state directory, which the journal has made. `site` outlives
 *  it. */
KAKOU_MUST_CHECK enum kakou_err pictures_open(struct pictures **out,
					      const struct site *site, struct why *why);
/** `link` is told which pictures go to customs; it outlives the thread. NULL: nobody is. */
KAKOU_MUST_CHECK enum kakou_err pictures_start(struct pictures *pictures,
					       struct customs_link *link,
					       struct why *why);
/** NULL is legal. */
void pictures_close(struct pictures *pictures);

/* ---- the control thread ---- */

/** A read whose picture is wanted. KAKOU_E_FULL: try again with the next scan. */
KAKOU_MUST_CHECK enum kakou_err pictures_want(struct pictures *pictures,
					      const struct picture_read *read);

/** Customs is asked about the passage under this number: its pictures go with the inquiry, as far as
 *  they come in time. KAKOU_E_FULL: try again with the next scan. */
KAKOU_MUST_CHECK enum kakou_err pictures_asked(struct pictures *pictures, uint8_t lane,
					       int64_t passage, const char *seq_no);

/** A 0x25 with this head: its pictures go out as a 0x26. KAKOU_E_FULL: the platform asks again. */
KAKOU_MUST_CHECK enum kakou_err pictures_fetch(struct pictures *pictures, uint8_t lane,
					       const struct customs_head *head);

/** The next event for the record: picture, picture_missing, pictures_fetched, pictures_removed. */
bool pictures_next(struct pictures *pictures, struct event *out);

/* ---- the control-socket thread ---- */

struct picture_request {
	uint8_t slot; /**< who asked: comes back */
	uint32_t generation;
	char hash[PICTURE_HASH_CHARS + 1];
	int64_t offset;
	int32_t limit; /**< 1..PICTURE_PIECE_MAX */
};

struct picture_answer {
	uint8_t slot;
	uint32_t generation;
	int8_t err;
	char *json;    /**< the result as text, owned by the holder; NULL with an error */
	char why[160]; /**< with an error */
};

/** KAKOU_E_FULL: too many wait. */
KAKOU_MUST_CHECK enum kakou_err pictures_ask(struct pictures *pictures,
					     const struct picture_request *request);

/** Readable when answers wait; call pictures_quiet(), then next_answer until false. */
int pictures_answers_fd(const struct pictures *pictures);
void pictures_quiet(struct pictures *pictures);
bool pictures_next_answer(struct pictures *pictures, struct picture_answer *out);

struct pictures_health {
	int64_t kept, bytes; /**< in the store now */
	uint64_t taken, missing,
		late;     /**< since the start; late ones are among the taken */
	uint64_t nobodys; /**< files for which no read came, removed from their folder */
	char why[160];    /**< of the last trouble with a folder or the disk */
};

bool pictures_read_health(struct pictures *pictures, struct pictures_health *out);

#endif
