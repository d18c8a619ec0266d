/* SPDX-License-Identifier: MIT */
/*
 * The journal: events into SQLite (WAL, synchronous FULL), one writer with group commit,
 * one reader for followers. Nobody else opens the live file.
 *
 * Layer:   firmware.
 * Threads: open and close from main; append and next_ack from the control thread
 * (wait-free; main may append before the control thread starts and after it ended); read,
 * read_now, prove and copy from any thread that may wait for another for a moment.
 *
 * An event's bytes are canonical JSON (RFC 8785; integers and strings only); leaf =
 * SHA-256(0x00 ‖ bytes); chain[n] = SHA-256(0x01 ‖ chain[n-1] ‖ leaf[n]), chain[0] =
 * SHA-256(0x02 ‖ origin).
 */
#ifndef KAKOU_FIRMWARE_JOURNAL_H
#define KAKOU_FIRMWARE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/record/event.h"
#include "hal/err.h"
#include "hal/sign.h"
#include "hal/why.h"

struct journal; /* opaque */

/** Receivers of the record whose progress it keeps: the outbox is the record itself, with a cursor
 * for each. Retention keeps what lies beyond the cursors that the site waits for. */
enum journal_receiver { RECEIVER_CUSTOMS, JOURNAL_RECEIVERS };

/** How long events are kept: firmware/record/retain.h. */
struct journal_retention {
	int32_t days;      /**< 0 = for ever */
	bool trusts_clock; /**< also while the kernel doesn't call it synchronised */
	uint32_t
		waits_for; /**< bit = enum journal_receiver; 0 = for a checkpoint elsewhere */
};

struct journal_config {
	const char *directory; /**< private (0700); made when missing */
	const char *origin;    /**< names the gate in the chain, e.g. the site's name */
	const char *const *lanes; /**< names, for the record; outlives the journal */
	size_t lane_count;
	bool allow_volatile;  /**< tmpfs is refused otherwise */
	const char *key_file; /**< signs the checkpoints; NULL: there are none */
	bool makes_key;       /**< a missing key is made, with mode 0600 */
	struct journal_retention retention;
	int32_t (*ask_disk)(void); /**< percent used, for tests; NULL: the real disk */
};

/** What the start needs to know of the past. */
struct journal_past {
	int64_t last_seq; /**< 0 = a new journal */
	int64_t last_passage;
	int64_t last_wall_ms;  /**< of the newest event, 0 = none */
	uint32_t next_counter; /**< SEQ_NO counters from here on were never used,
				  0..999999 */
	bool was_stopped;      /**< the last run ended with a "stopped" event */
	uint32_t locked_lanes; /**< bit = lane: locked, and not opened since */
	uint32_t
		locked_arms; /**< bit = lane: after two obstructions, nobody took it back */
	char directions[16];  /**< of lanes that were turned: 'I' or 'E'; '\0' = it does
				  not tell */
	size_t unknown_count; /**< lifts authorised, neither observed nor withdrawn */
	struct {
		int64_t passage;
		int64_t authorised_seq;
		uint8_t lane; /**< EVENT_NO_LANE when the lane is no longer configured */
	} unknown[16];
};

/** Opens or makes the journal, checks schema and tail, starts both threads. KAKOU_E_IO,
 *  KAKOU_E_FULL (no room on the disk), KAKOU_E_DENIED (directory's rights, or another process holds the journal),
 * KAKOU_E_INVALID (newer schema, other origin, tail or newest checkpoint does not verify),
 * KAKOU_E_NOTFOUND (the key). */
KAKOU_MUST_CHECK enum kakou_err journal_open(struct journal **out,
					     const struct journal_config *config,
					     struct journal_past *past, struct why *why);

/** Commits what is queued, ends the threads, closes. NULL is legal. */
void journal_close(struct journal *journal);

/** Queues the event. KAKOU_E_FULL: not queued; the caller stops clearing (a lift needs
 * its record) and repeats. Wait-free. */
KAKOU_MUST_CHECK enum kakou_err journal_append(struct journal *journal,
					       const struct event *event);

/** Room left in the queue, in events: a lane that is about to act asks first. */
uint32_t journal_room(const struct journal *journal);

/** Answer to an event with a ticket. */
struct journal_ack {
	uint64_t ticket;
	int64_t seq;       /**< its number in the record */
	int64_t at_ms;     /**< monotonic, when the commit returned */
	bool is_committed; /**< false: not now; it is kept and tried again, but a lift
			    * that waits for it must be withdrawn */
};
bool journal_next_ack(struct journal *journal, struct journal_ack *out);

struct journal_health {
	bool is_well;   /**< the last commit succeeded, and the record is signed */
	bool is_signed; /**< all but the last minute of it; true without a key */
	int64_t last_seq;
	int64_t signed_seq; /**< under the newest checkpoint; 0 = there is none */
	uint64_t events, commits, failures;
	uint32_t waiting;       /**< queued or kept for another try */
	int32_t last_commit_ms; /**< how long the last commit took */
	int32_t disk_percent;   /**< of the disk that is used; -1 = not known */
	int64_t removed_to; /**< events up to here were old and are gone, but for some */
	char retention[96]; /**< what holds back the next ones; "" = nothing is removed */
	char why[160];      /**< the last failure */
};

/** Newest health. Wait-free; the control thread (`who` 0), the control-socket thread (1), who
 * follows the record for customs (2) and main (3). */
bool journal_read_health(struct journal *journal, int who, struct journal_health *out);

/** "customs" … */
const char *journal_receiver_name(enum journal_receiver receiver);

/** The receiver needs no event up to number `seq` any more. Kept with the next events that are
 * committed, and never before the event it names: after a crash the cursor may be an older one,
 * never a newer. Wait-free; from one thread for each receiver. */
void journal_set_cursor(struct journal *journal, enum journal_receiver receiver,
			int64_t seq);

/** As it was last set, or found at the start. Wait-free; any thread. */
int64_t journal_cursor(const struct journal *journal, enum journal_receiver receiver);

/** What a follower may ask of the reader thread. */
struct journal_query {
	int64_t after;  /**< events with seq > after */
	int64_t before; /**< and seq < before; 0 = no bound */
	int32_t limit;  /**< 1..1000 */
	bool newest_first;
	int64_t passage; /**< only this passage; 0 = all */
	int32_t kind;    /**< only this kind; -1 = all */
	int32_t lane;    /**< only this lane; -1 = all */
};

/** Runs the query on the reader thread in a transaction of at most 50 ms and calls `done`
 * there with a JSON array text of {"bytes": object, "seq", "leaf", "chain"} (malloc'ed,
 * the callee frees it), or NULL and an error. At most 8 queries wait; then KAKOU_E_FULL.
 */
KAKOU_MUST_CHECK enum kakou_err journal_read(
	struct journal *journal, const struct journal_query *query,
	void (*done)(void *arg, enum kakou_err err, char *json), void *arg);

/** The same for a thread that may wait, 30 s at most: `*json` is the caller's to free. */
KAKOU_MUST_CHECK enum kakou_err journal_read_now(struct journal *journal,
						 const struct journal_query *query,
						 char **json, struct why *why);

struct tally; /* tally.h */

/** Counts on for one slice of at most 50 ms on the reader thread, which owns `tally` until it calls `done`
 *  there: KAKOU_E_AGAIN when there is more to count; with the
 *  JSON text of tally_print() (malloc'ed, the callee frees it) when that was all. KAKOU_E_FULL as
 *  journal_read(). */
KAKOU_MUST_CHECK enum kakou_err journal_count(
	struct journal *journal, struct tally *tally,
	void (*done)(void *arg, enum kakou_err err, char *json, const struct why *why),
	void *arg);

/** Writes a consistent copy of the journal to `path` (which must not exist) on the reader
 *  thread, then calls `done` there. */
KAKOU_MUST_CHECK enum kakou_err journal_copy(struct journal *journal, const char *path,
					     void (*done)(void *arg, enum kakou_err err,
							  const struct why *why),
					     void *arg);

/** Proofs, as files that journal_verify() takes; see proof.h. */
enum journal_proof {
	JOURNAL_CHECKPOINT, /**< the newest */
	JOURNAL_INCLUSION,  /**< of event number `first` */
	JOURNAL_ROOT, /**< {"root": hash, "size": `first`}: no proof, a comparison */
	JOURNAL_RANGE, /**< the first line of an export of `first` to `second` (0 = all signed) */
	JOURNAL_CONSISTENCY, /**< of `first` events with `second` (0 = the newest checkpoint) */
};

/** Makes one on the reader thread, as journal_read(). KAKOU_E_NOTFOUND: no such event, or no
 * checkpoint yet. */
KAKOU_MUST_CHECK enum kakou_err journal_prove(
	struct journal *journal, enum journal_proof what, int64_t first, int64_t second,
	void (*done)(void *arg, enum kakou_err err, char *json), void *arg);

/** Old events are looked at now. Wait-free; any thread. */
void journal_retain_soon(struct journal *journal);

/** What verification may lean on beside the record itself. */
struct journal_trust {
	/** Public keys of which one has to have signed each checkpoint; none: signatures are
	 * not looked at. */
	struct sign_public *const *keys;
	size_t key_count;
	/** Signed checkpoints (notes) of the same gate that were kept elsewhere, at most
	 * JOURNAL_HELD_MAX. */
	const char *const *held;
	size_t held_count;
	/** Called with the canonical bytes of each event of a journal that was found good; NULL:
	 * nobody listens. */
	void (*on_event)(void *arg, const char *bytes, size_t len);
	void *arg;
};
enum { JOURNAL_HELD_MAX = 16 };

/** What verification found. */
struct journal_verdict {
	bool is_whole;      /**< everything below holds */
	const char *what;   /**< "record", "export", "event", "growth" or "checkpoint" */
	int64_t events;     /**< read */
	int64_t first_bad;  /**< seq of the first event that fails; 0 = none */
	int64_t removed_to; /**< events up to here were old and are gone, 0 = none is */
	int64_t kept;       /**< but for so many */
	unsigned char head[32]; /**< chain value of the last event */
	unsigned char root[32]; /**< of the history tree */
	int64_t checkpoints;    /**< read */
	int64_t signed_size; /**< events under the newest checkpoint; 0 = there is none */
	int64_t unsigned_events; /**< beyond it, as a power cut may leave them */
	char finding[200];       /**< in words; "" when whole */
};

/** Verifies a file by its content: a stopped journal or a copy, or what journal_prove() and
 * export_write() make. Of a journal: integrity check, numbers without gaps from 1,
 * canonical bytes, each leaf, the chain, columns equal to the bytes, the tree, and that each
 * checkpoint is of this tree. `trust` may be NULL. Refuses a journal that a running process
 * holds (KAKOU_E_DENIED): the caller asks that process for a copy. KAKOU_E_INVALID: a held
 * checkpoint is none, or none of the keys signed it.
 */
KAKOU_MUST_CHECK enum kakou_err journal_verify(const char *path,
					       const struct journal_trust *trust,
					       struct journal_verdict *out,
					       struct why *why);

#endif
