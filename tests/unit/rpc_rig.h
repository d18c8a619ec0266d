/* SPDX-License-Identifier: MIT */
/*
 * A control socket for tests: the simulated site, a snapshot, the queues of acts. The
 * healths of buses and link come from rpc_healths.h; the journal is the test's own: a real
 * one, or rpc_journal.h.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_RPC_RIG_H
#define KAKOU_TESTS_RPC_RIG_H

#include <jansson.h>

#include "firmware/people/ticket.h"
#include "firmware/rpc/rpc.h"

struct rpc_rig {
	char *directory;
	struct site *site;
	struct mailbox *mailbox;
	struct queue *acts;
	struct queue *act_results;
	struct queue *notes; /* of struct event */
	struct desk *desk;
	struct registry *registry;
	struct pictures *pictures;
	struct rpc_config config;
	struct rpc *rpc;
};

/** A rig whose server is not started; `journal` outlives it. */
void rpc_rig_set_up(struct rpc_rig *rig, struct journal *journal);

/** Starts the server; it must. */
void rpc_rig_start(struct rpc_rig *rig);

/** Stops what runs and removes everything. */
void rpc_rig_tear_down(struct rpc_rig *rig);

/** A snapshot in which every lane is idle and every device well. */
void rpc_rig_fill_snapshot(const struct rpc_rig *rig, struct snapshot *shot);

/** Adds a person and logs in; the first one is a supervisor, whatever the role says. The
 *  password is "password of NAME". What that says to the record is taken away. */
void rpc_rig_log_in(const struct rpc_rig *rig, const char *name, const char *role,
		    char ticket[TICKET_TEXT + 1]);

/** The next event for the record; it must be there. */
struct event rpc_rig_take_note(const struct rpc_rig *rig);

/** Moves the virtual clock and wakes the server, so that it sees what is due. */
void rpc_rig_advance(const struct rpc_rig *rig, int64_t ms);

/** A connection that waits at most 5 s for an answer. */
int rpc_rig_connect(const struct rpc_rig *rig);
void rpc_rig_send(int fd, const char *text, size_t len);

/** The next line as JSON, or NULL when the server ended the connection. Release with
 *  json_decref(). */
json_t *rpc_rig_receive(int fd);

/** Sends the line and its newline, receives the answer. */
json_t *rpc_rig_ask(int fd, const char *line);

/** Calls a method (`params` is JSON text, or NULL) on a connection of its own. */
json_t *rpc_rig_call(const struct rpc_rig *rig, const char *method, const char *params);

/** The same; `format` is of printf, and ' in it stands for ". At most 900 bytes. */
KAKOU_PRINTF(3, 4)
json_t *rpc_rig_callf(const struct rpc_rig *rig, const char *method, const char *format,
		      ...);

/** The answer is an error of this code whose message has `part` in it. Releases the answer. */
void rpc_rig_expect_error(json_t *answer, int code, const char *part);

/** The answer's result; the answer stays the caller's. */
json_t *rpc_rig_result(json_t *answer);

/** A plain request on this connection is answered (the link's health must be set). */
void rpc_rig_expect_served(int fd);

/** The server has ended the connection; closes it here. */
void rpc_rig_expect_ended(int fd);

#endif
