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
#include "firmware/record/retain.h"
#include "firmware/record/signer.h"
#include "firmware/record/store.h"
#include "firmware/record/tree.h"
#include "firmware/record/writer.h"

enum { WRITER_PATH_BYTES = 1024, WRITER_NO_COUNTER = -1 };

/* An event that has its number and waits for its commit. */
struct kept {
	struct kept *next;
	uint64_t ticket; /* 0 = none, or answered */
	int32_t counter; /* SEQ_NO counter that it uses, or WRITER_NO_COUNTER */
	int64_t held; /* events under a checkpoint that lies elsewhere, 0 = it says none */
	struct store_row row;
	unsigned char leaf[CHAIN_BYTES];
	unsigned char chain[CHAIN_BYTES];
	char bytes[];
};

/* Signing, and what the next checkpoint has to know of the newest in the file. */
struct signing {
	struct sign_key *key;  /* NULL: no checkpoints */
	struct signer *signer; /* has the key */
	int64_t size;          /* of the newest; 0 = none yet */
	bool stays;            /* when the next one comes */
	int64_t stayed_ms;     /* monotonic, when the last one that stays was made */
	int64_t begun_ms;      /* when the signature that is under way was begun */
	int64_t behind_ms;     /* since when something committed is not signed; -1 */
	int64_t retry_at_ms;   /* after a failure */
	bool is_told;          /* that it is late */
	struct why why;        /* of the last failure; "" = none since a success */
};

/* What is old, and how far it is gone. */
struct retention {
	struct retain_rules rules;
	struct retain_place place;
	int64_t announced;     /* last event of the newest range that is said to go */
	int64_t announced_seq; /* the event that says so */
	int64_t at_ms;         /* monotonic, of the next step */
};

struct writer {
	struct store *store;  /* NULL after a failure */
	bool is_log_doubtful; /* what the log shows may not be on the disk */
	struct store_log log; /* as it was when the store was closed */
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
	struct signing signing;
	int64_t counter_end;                       /* as committed */
	int64_t cursors[JOURNAL_RECEIVERS];        /* as they shall be */
	int64_t stored_cursors[JOURNAL_RECEIVERS]; /* as committed */
	int32_t (*ask_disk)(void);                 /* NULL: the real one */
	int64_t disk_asked_ms;                     /* -1 = never */
	int disk_passed;                           /* limits of its use that are passed */
	struct retention retention;
	bool is_synced;
	int64_t synced_asked_ms;
	struct journal_health health;
};

/** Forgets the oldest kept event. */
void writer_drop_first(struct writer *writer);

/** The journal can't commit now. */
void writer_fail(struct writer *writer, enum kakou_err err, const struct why *why);

/** Reads how far old events are gone. */
KAKOU_MUST_CHECK enum kakou_err writer_start_retention(struct writer *writer,
						       struct why *why);

/** Answers the event's ticket, if it has one that was not answered. */
void writer_answer(struct writer *writer, struct kept *kept, bool is_committed);

/* ---- writer_sign.c; without a key all of it does nothing -------------------------------- */

/** Loads the key, or makes it; before the file is opened. */
KAKOU_MUST_CHECK enum kakou_err writer_load_key(struct writer *writer,
						const struct journal_config *config,
						struct why *why);

/** Starts the signer, records a key that the record does not know, and says which events it
 *  found under no signature. The tail and the tree have been read. */
KAKOU_MUST_CHECK enum kakou_err writer_start_signing(struct writer *writer,
						     struct why *why);

/** Begins the checkpoint of `tree`, unless one is under way. */
void writer_begin_signing(struct writer *writer, const struct tree *tree);

/** The checkpoints go on from the newest in the file, which was opened anew. */
KAKOU_MUST_CHECK enum kakou_err writer_find_signed(struct writer *writer,
						   struct why *why);

/** Notes that what is committed is more than what is signed. */
void writer_fall_behind(struct writer *writer);

/** Puts the checkpoint that was begun beside its events, if they are committed; one of a key
 *  in memory is waited for, of a token it is put when it comes. Errors of the store. */
KAKOU_MUST_CHECK enum kakou_err writer_put_signed(struct writer *writer, struct why *why);

/** Whether something committed has been without signature for WRITER_UNSIGNED_MS. */
bool writer_is_overdue(const struct writer *writer);

/** From which event on nothing is signed, and why. */
void writer_say_unsigned(const struct writer *writer, char *out, size_t size);

/** The last signature, as far as it comes soon; ends the signer, wipes the key. */
void writer_end_signing(struct writer *writer);

#endif
