/* SPDX-License-Identifier: MIT */
/*
 * What the files of the control socket share.
 *
 * Layer:   firmware, inside rpc.
 * Threads: all of it belongs to the control-socket thread, but for struct rpc_box, through
 *          which the journal's reader thread hands its answers over.
 */
#ifndef KAKOU_FIRMWARE_RPC_INTERNAL_H
#define KAKOU_FIRMWARE_RPC_INTERNAL_H

#include <jansson.h>
#include <stdatomic.h>

#include "firmware/people/ticket.h"
#include "firmware/record/tally.h"
#include "firmware/rpc/rpc.h"
#include "hal/loop.h"
#include "hal/sign.h"
#include "hal/thread.h"

enum {
	RPC_CLIENTS_MAX = 16,
	RPC_LINE_MAX = 65536,
	RPC_NESTING_MAX = 8,
	RPC_REPLY_MAX = 1048576,
	RPC_ID_MAX = 66,
	RPC_LINE_MS = 10000,   /* from the first byte of a line to its end */
	RPC_REPLY_MS = 5000,   /* until a reply is taken */
	RPC_REST_MS = 5000,    /* after which a client makes room for another one */
	RPC_ACT_MS = 2000,     /* until the control thread answers */
	RPC_DESK_MS = 10000,   /* until the people's desk answers */
	RPC_RECORD_MS = 10000, /* until the journal answers */
	RPC_COPY_MS = 120000,  /* until the journal is copied */
	RPC_STATS_MS = 60000,  /* until all passages of a time are counted */
	RPC_BUS_MS = 10000,    /* until a question to a unit is answered */
	RPC_RETRY_MS = 20,     /* until a full journal is asked again */
};

/* JSON-RPC 2.0 section 5.1. */
enum {
	RPC_PARSE_ERROR = -32700,
	RPC_BAD_REQUEST = -32600,
	RPC_NO_METHOD = -32601,
	RPC_BAD_PARAMS = -32602,
	RPC_NO_MEMORY = -32603,
};

/** The code of an error of ours: -32000 minus its number. */
int rpc_code(enum kakou_err err);

enum rpc_client_state {
	CLIENT_FREE,
	CLIENT_READING, /* a line, or the rest of one */
	CLIENT_WAITING, /* for the journal or the control thread */
	CLIENT_WRITING, /* a reply */
};

struct rpc_client;

/* Who asks, as the ticket says. */
struct rpc_actor {
	char name[PERSON_NAME_MAX + 1]; /* "" = nobody, "root" in a rescue */
	enum role role;
	bool is_rescue; /* root, or kakoud's own user, without a ticket */
	size_t ticket;  /* its index */
};

/* What goes on when the journal has answered; owns `json`, which is NULL with an error. */
typedef void rpc_then(struct rpc_client *client, enum kakou_err err, char *json,
		      const char *why);

struct rpc_client {
	struct rpc *rpc;
	uint8_t slot;
	uint32_t
		generation; /* counts the users of the slot: a late answer finds its own */
	enum rpc_client_state state;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *timer;
	unsigned uid;           /* of the peer, as the kernel says */
	struct rpc_actor actor; /* of the request under way */
	int64_t deadline_ms;    /* of the present state; -1 = none */
	int64_t rests_since_ms; /* came, or was answered last */
	bool has_ended;         /* the peer will send no more */
	bool is_last;           /* closed after the reply under way */
	char id[RPC_ID_MAX];    /* of the request under way, as JSON */

	char *in; /* what came and is not yet served */
	size_t in_len, in_size;

	char *head, *body; /* the reply: head, body, tail, one after the other */
	const char *tail;
	size_t sent;
	bool reply_is_secret; /* wiped when it is sent */

	uint32_t token;      /* of the act or the job of the desk under way; 0 = none */
	bool waits_for_desk; /* of the two */
	bool waits_for_registry, waits_for_picture;
	uint32_t bus_token;         /* of the question to a bus under way; 0 = none */
	rpc_then *then;             /* of the question to the journal under way */
	struct journal_query query; /* the same */
	int64_t retry_ms;           /* the journal was full: ask again then; -1 = not */
	struct rpc_passages *passages;
	struct receipt *receipt; /* that is being looked at */
	struct tally *tally; /* of statistics, while the journal does not count on it */
};

/* The letter box of the journal's answers; outlives the server while answers are due. */
struct rpc_box {
	struct queue *answers; /* of struct rpc_answer */
	atomic_int users;
};

struct rpc_answer {
	uint8_t slot;
	uint32_t generation;
	int8_t err;
	char *json;          /* owned by whoever holds the answer */
	struct tally *tally; /* the same; NULL but for statistics */
	char why[200];
};

struct rpc {
	struct rpc_config config;
	struct loop *loop;
	struct thread *thread;
	int listen_fd;
	struct loop_watch *listen_watch;
	struct loop_timer *listen_timer; /* descriptors ran out: listen again then */
	struct loop_watch *acts_watch;
	struct loop_watch *answers_watch;
	struct loop_watch *bus_watches[SITE_PORTS_MAX];
	struct loop_watch *desk_watch;
	struct tickets tickets;
	uint32_t desk_jobs;  /* asked and not answered */
	bool damage_is_told; /* the people file: the record says that it is damaged */
	uint64_t refusals_unrecorded;
	int64_t last_refusal_ms;
	struct loop_watch *registry_watch, *pictures_watch;
	struct rpc_box *box;
	struct sign_public *receipt_key; /* NULL: receipts are not taken */
	uint32_t last_token;
	struct snapshot snapshot; /* scratch of the method that runs */
	struct rpc_client clients[RPC_CLIENTS_MAX];
};

/* ---- rpc_client.c -------------------------------------------------------------------- */

/** Takes the descriptor over. KAKOU_E_NOMEM, KAKOU_E_IO: nothing is open, `fd` is closed. */
KAKOU_MUST_CHECK enum kakou_err rpc_client_open(struct rpc_client *client, int fd);

/** Closes and forgets. A client that is not open is legal. */
/* It asks for nothing and has begun no line. */
bool rpc_client_rests(const struct rpc_client *client);
void rpc_client_close(struct rpc_client *client);

/** Serves what came in, after a reply was set outside of a request. */
void rpc_client_go_on(struct rpc_client *client);

/** Waits for an answer from another thread, at most this long. */
void rpc_client_wait(struct rpc_client *client, int32_t at_most_ms);

/** The reply: a JSON value, which is taken over; NULL = no memory for it. */
void rpc_client_reply(struct rpc_client *client, json_t *result);

/** The same as text: `before` (copied), `text` (taken over), `after` (static). */
void rpc_client_reply_text(struct rpc_client *client, const char *before, char *text,
			   const char *after);

/** The reply is an error. */
KAKOU_PRINTF(3, 4)
void rpc_client_fail(struct rpc_client *client, int code, const char *format, ...);
/** The same; `refusal` ("" = none) stands in the error's `data`, for programs. */
KAKOU_PRINTF(4, 5)
void rpc_client_refuse(struct rpc_client *client, int code, const char *refusal,
		       const char *format, ...);

/* ---- rpc_request.c ------------------------------------------------------------------- */

/** Serves one line (without its newline): sets the reply, or waits. */
void rpc_request_serve(struct rpc_client *client, const char *line, size_t len);

enum rpc_param_type {
	PARAM_INTEGER, /* min..max */
	PARAM_TEXT,    /* min..max bytes, not only spaces */
	PARAM_SECRET,  /* the same, and never quoted */
	PARAM_FLAG,
	PARAM_LANE,      /* the name of a lane */
	PARAM_KIND,      /* the word of an event kind */
	PARAM_ACT,       /* the word of an act */
	PARAM_PORT,      /* the name of a Modbus port */
	PARAM_AREA,      /* coils, discretes, holding, input */
	PARAM_ROLE,      /* the word of a person's role */
	PARAM_DIRECTION, /* I or E */
	PARAM_IMPORT,    /* orders or vehicles */
	PARAM_OUTCOME,   /* agreed or disputed */
	PARAM_UPDATE,    /* what came of an update */
	PARAM_OBJECT,
	PARAM_LINES,    /* a text that may have several lines, at most max bytes */
	PARAM_EVIDENCE, /* the word of a kind of evidence */
	PARAM_HASH,     /* 64 lower-case hexadecimal digits */
};

struct rpc_param {
	const char *name;
	enum rpc_param_type type;
	bool is_required;
	int64_t min, max;
};

/** The values of parameters that were checked; the fallback where one is left out. */
int64_t rpc_param_integer(const json_t *params, const char *name, int64_t fallback);
bool rpc_param_flag(const json_t *params, const char *name);
const char *rpc_param_text(const json_t *params, const char *name);

/** Index of a lane, kind, act, port or area; -1 where it is left out. */
int rpc_param_lane(const struct rpc *rpc, const json_t *params);
int rpc_param_kind(const json_t *params);
int rpc_param_act(const json_t *params);
int rpc_param_port(const struct rpc *rpc, const json_t *params);
int rpc_param_area(const json_t *params);
enum role rpc_param_role(const json_t *params);
int rpc_param_evidence(const json_t *params);

/* ---- rpc_methods.c ------------------------------------------------------------------- */

struct rpc_method {
	const char *name;
	void (*run)(struct rpc_client *client, const json_t *params);
	uint32_t
		roles; /* enum role_set: who may call it; ROLES_LOCAL asks for no ticket */
	bool is_rescue; /* root and kakoud's own user may call it without a ticket */
	const struct rpc_param *params;
	size_t param_count;
};

/** NULL when there is none of that name. */
const struct rpc_method *rpc_method_find(const char *name);

/* ---- rpc_access.c: who may ------------------------------------------------------------- */

/** Finds out who asks and takes the ticket out of the parameters. False: the reply, a refusal,
 *  is set and recorded. */
bool rpc_access_check(struct rpc_client *client, const struct rpc_method *method,
		      json_t *params);

/** False as above: the ticket's role is not in the set. `what` is for the refusal. */
bool rpc_access_has_role(struct rpc_client *client, const char *method,
			 const json_t *params, const char *what, uint32_t roles);

/** The reply is a refusal, and it is recorded. */
void rpc_access_refuse(struct rpc_client *client, const char *method,
		       const json_t *params, const char *why);

/** Hands an event to the record. KAKOU_E_FULL: too many wait. */
KAKOU_MUST_CHECK enum kakou_err rpc_access_note(struct rpc *rpc,
						const struct event *event);

/** Room for one more event, beside those that jobs under way will bring. False: the reply is
 *  set. What is not recorded is not done. */
bool rpc_access_has_room(struct rpc_client *client);

/** For refusals that anybody can cause as often as they like: at most one a second goes into
 *  the record, with the count of those before. */
void rpc_access_note_sparsely(struct rpc *rpc, struct event *event);

/* ---- rpc_people.c: logging in, and people ------------------------------------------------ */

void rpc_people_login(struct rpc_client *client, const json_t *params);
void rpc_people_logout(struct rpc_client *client, const json_t *params);
void rpc_people_whoami(struct rpc_client *client, const json_t *params);
void rpc_people_password(struct rpc_client *client, const json_t *params);
void rpc_people_list(struct rpc_client *client, const json_t *params);
void rpc_people_add(struct rpc_client *client, const json_t *params);
void rpc_people_set_password(struct rpc_client *client, const json_t *params);
void rpc_people_set_role(struct rpc_client *client, const json_t *params);
void rpc_people_lock(struct rpc_client *client, const json_t *params);
void rpc_people_unlock(struct rpc_client *client, const json_t *params);
void rpc_people_remove(struct rpc_client *client, const json_t *params);

/** Alarms in the record while the people file is damaged. */
void rpc_people_watch_file(struct rpc *rpc);

/** Gives the desk's answers to those who asked, and to the record. */
void rpc_people_take_answers(struct rpc *rpc);

/* ---- rpc_shift.c -------------------------------------------------------------------------- */

void rpc_shift_hand_over(struct rpc_client *client, const json_t *params);

/* ---- rpc_view.c: the present ---------------------------------------------------------- */

void rpc_view_status(struct rpc_client *client, const json_t *params);
void rpc_view_lanes(struct rpc_client *client, const json_t *params);
void rpc_view_lane(struct rpc_client *client, const json_t *params);
void rpc_view_devices(struct rpc_client *client, const json_t *params);
void rpc_view_buses(struct rpc_client *client, const json_t *params);
void rpc_view_link(struct rpc_client *client, const json_t *params);

/** Copies the newest snapshot to rpc->snapshot. False: the reply, an error, is set. */
bool rpc_view_take_snapshot(struct rpc_client *client);

/* rpc_lines.c */
void rpc_lines_view(struct rpc_client *client, const json_t *params);

/* ---- rpc_bypass.c: what is bypassed -------------------------------------------------------- */

enum { RPC_BYPASSES_MAX = 5 + SITE_EVIDENCE_MAX };
struct rpc_bypasses {
	size_t count;
	char what[RPC_BYPASSES_MAX]
		 [32]; /**< words, such as "emergency_mode", "no_seal" */
};

/** Of a lane of the snapshot; of the whole gate. */
void rpc_list_bypasses(const struct rpc *rpc, size_t index, struct rpc_bypasses *out);
void rpc_list_site_bypasses(const struct rpc *rpc, struct rpc_bypasses *out);

/** Of a lane, a list of texts. NULL without memory. */
json_t *rpc_view_bypasses(const struct rpc *rpc, size_t index);

/** One lane of the snapshot. NULL without memory. */
json_t *rpc_lane_view(const struct rpc *rpc, size_t index, int64_t now_ms,
		      int64_t now_wall_ms);

/** How long ago; null for an instant that never was (0 or less). */
json_t *rpc_age(int64_t at_ms, int64_t now_ms);

/* ---- rpc_bus.c: questions to units ---------------------------------------------------- */

void rpc_bus_read(struct rpc_client *client, const json_t *params);
void rpc_bus_maps(struct rpc_client *client, const json_t *params);

/** Gives answers of units to those who asked. */
void rpc_bus_take_answers(struct rpc *rpc);

/* ---- rpc_record.c: the past ----------------------------------------------------------- */

void rpc_record_events(struct rpc_client *client, const json_t *params);
void rpc_record_copy(struct rpc_client *client, const json_t *params);

/** Asks the journal for a proof and calls `then` with it. */
void rpc_record_prove(struct rpc_client *client, enum journal_proof what, int64_t first,
		      int64_t second, rpc_then *then);

/* ---- rpc_stats.c: statistics of passages -------------------------------------------------- */

void rpc_stats_run(struct rpc_client *client, const json_t *params);

/** The journal counts on the client's tally, or was full: later. */
void rpc_stats_go_on(struct rpc_client *client);

/** Hands the client's tally to the journal, which counts on it; `then` has it back in client->tally. */
void rpc_record_count(struct rpc_client *client, rpc_then *then);

/* ---- rpc_proof.c: what can be proved, and receipts ------------------------------------- */

void rpc_proof_checkpoint(struct rpc_client *client, const json_t *params);
void rpc_proof_event(struct rpc_client *client, const json_t *params);
void rpc_proof_growth(struct rpc_client *client, const json_t *params);
void rpc_proof_range(struct rpc_client *client, const json_t *params);
void rpc_receipt_take(struct rpc_client *client, const json_t *params);

/** Answers with an error; what was being looked at is released. */
void rpc_receipt_refuse(struct rpc_client *client, enum kakou_err err, const char *why);

/** The journal's answer to rpc_record_prove(JOURNAL_ROOT) of what is being looked at, `what` in
 *  words: is it the record's own? Otherwise it is refused. Releases `json`. */
bool rpc_receipt_is_ours(struct rpc_client *client, const char *what, enum kakou_err err,
			 char *json);

/* ---- rpc_held.c: checkpoints kept elsewhere, and old events ----------------------------- */

void rpc_held_take(struct rpc_client *client, const json_t *params);
void rpc_held_remove(struct rpc_client *client, const json_t *params);

/* ---- rpc_record.c, the rest ------------------------------------------------------------ */

/** Asks the journal and calls `then` with what it says. */
void rpc_record_ask(struct rpc_client *client, const struct journal_query *query,
		    rpc_then *then);

/** The journal was full: asks once more. */
void rpc_record_retry(struct rpc_client *client);

/** Gives answers that came to those who asked. */
void rpc_record_take_answers(struct rpc *rpc);

KAKOU_MUST_CHECK enum kakou_err rpc_box_create(struct rpc_box **out);

/** One user less; the last one releases the box and what is in it. NULL is legal. */
void rpc_box_drop(struct rpc_box *box);

/* ---- rpc_registry.c: orders, vehicles, what was cleared offline ------------------------ */

void rpc_orders_list(struct rpc_client *client, const json_t *params);
void rpc_orders_show(struct rpc_client *client, const json_t *params);
void rpc_orders_push(struct rpc_client *client, const json_t *params);
void rpc_orders_change(struct rpc_client *client, const json_t *params);
void rpc_vehicles_list(struct rpc_client *client, const json_t *params);
void rpc_vehicles_show(struct rpc_client *client, const json_t *params);
void rpc_vehicles_push(struct rpc_client *client, const json_t *params);
void rpc_vehicles_change(struct rpc_client *client, const json_t *params);
void rpc_import_begin(struct rpc_client *client, const json_t *params);
void rpc_import_lines(struct rpc_client *client, const json_t *params);
void rpc_import_commit(struct rpc_client *client, const json_t *params);
void rpc_import_drop(struct rpc_client *client, const json_t *params);
void rpc_offline_list(struct rpc_client *client, const json_t *params);
void rpc_offline_settle(struct rpc_client *client, const json_t *params);
void rpc_tares_list(struct rpc_client *client, const json_t *params);

/** Gives answers of the registry to those who asked. */
void rpc_registry_take_answers(struct rpc *rpc);

/** Its health; null without one. */
json_t *rpc_registry_view(const struct rpc *rpc);

/* ---- rpc_pictures.c -------------------------------------------------------------------- */

void rpc_picture_read(struct rpc_client *client, const json_t *params);

/** Gives pieces of pictures to those who asked. */
void rpc_pictures_take_answers(struct rpc *rpc);

/** How it goes with them; null without any. */
json_t *rpc_pictures_view(const struct rpc *rpc);

/* ---- rpc_mode.c ----------------------------------------------------------------------- */

void rpc_mode_run(struct rpc_client *client, const json_t *params);

/* ---- rpc_update.c ----------------------------------------------------------------------- */

void rpc_update_quiet(struct rpc_client *client, const json_t *params);
void rpc_update_begin(struct rpc_client *client, const json_t *params);
void rpc_update_note(struct rpc_client *client, const json_t *params);

/* ---- rpc_passages.c ------------------------------------------------------------------- */

void rpc_passages_list(struct rpc_client *client, const json_t *params);
void rpc_passages_one(struct rpc_client *client, const json_t *params);

/** Releases the list that is being made. NULL is legal. */
void rpc_passages_release(struct rpc_passages *passages);

/* ---- rpc_summary.c -------------------------------------------------------------------- */

/** What the events of one passage (rows of the journal, oldest first) say of it. NULL
 *  without memory. Pure. */
json_t *rpc_summarise(int64_t passage, const json_t *rows);

/* ---- rpc_act.c ------------------------------------------------------------------------ */

void rpc_act_run(struct rpc_client *client, const json_t *params);

/** A number for a question to another thread; never 0. */
uint32_t rpc_next_token(struct rpc *rpc);

/** Who waits under this number, or NULL. */
struct rpc_client *rpc_find_waiting(struct rpc *rpc, uint32_t token);

/** Gives results of the control thread to those who asked. */
void rpc_act_take_results(struct rpc *rpc);

#endif
