/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a writer share; for writer*.c only.
 *
 * Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_WRITER_INSIDE_H
#define KAKOU_FIRMWARE_WRITER_INSIDE_H

#include "firmware/record/audit.h"
#include "firmware/record/chain.h"
#include "firmware/record/checkpoint.h"
#include "firmware/record/store.h"
#include "firmware/record/tree.h"
#include "firmware/record/writer.h"

enum { WRITER_PATH_BYTES = 1024, WRITER_NO_COUNTER = -1 };

/* An event that has its number and waits for its commit. */
struct kept {
	struct kept *next;
	uint64_t ticket; /* 0 = none, or answered */
	int32_t counter; /* SEQ_NO counter that it uses, or WRITER_NO_COUNTER */
	struct store_row row;
	unsigned char leaf[CHAIN_BYTES];
	unsigned char chain[CHAIN_BYTES];
	char bytes[];
};

/* What the next checkpoint has to know of the one before it. */
struct newest_checkpoint {
	int64_t size;      /* 0 = none yet */
	bool stays;        /* when the next one comes */
	int64_t stayed_ms; /* monotonic, when the last one that stays was made */
};

struct writer {
	struct store *store;  /* NULL after a failure */
	bool is_log_doubtful; /* what the log shows may not be on the disk */
	char path[WRITER_PATH_BYTES];
	char origin[CHAIN_ORIGIN_MAX + 1];
	const char *const *lanes;
	void (*answer)(void *arg, const struct journal_ack *ack);
	void *arg;
	struct kept *first;
	struct kept **end;
	uint32_t count, tickets;
	struct audit taken;     /* number and chain of the newest event */
	struct audit committed; /* of the newest that is committed */
	struct tree tree;       /* of what is committed */
	struct tree growing;    /* and of the group that is being committed */
	struct tree_made made;
	struct sign_key *key;               /* NULL: no checkpoints */
	struct newest_checkpoint newest;    /* as committed */
	struct newest_checkpoint signing;   /* of the group that is being committed */
	int64_t counter_end;                /* as committed */
	int64_t cursors[JOURNAL_RECEIVERS]; /* as they shall be */
	int64_t stored_cursors[JOURNAL_RECEIVERS]; /* as committed */
	int32_t (*ask_disk)(void);                 /* NULL: the real one */
	int64_t disk_asked_ms;                     /* -1 = never */
	int disk_passed;                           /* limits of its use that are passed */
	bool is_synced;
	int64_t synced_asked_ms;
	struct journal_health health;
};

/** Forgets the oldest kept event. */
void writer_drop_first(struct writer *writer);

/** Answers the event's ticket, if it has one that was not answered. */
void writer_answer(struct writer *writer, struct kept *kept, bool is_committed);

#endif
