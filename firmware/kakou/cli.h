/* SPDX-License-Identifier: MIT */
/*
 * The command kakou: what its subcommands share.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CLI_H
#define KAKOU_FIRMWARE_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hal/err.h"

/** What the process exits with. */
enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_UNREACHABLE = 3, /**< kakoud does not answer */
	CLI_DOUBT = 4,       /**< done, and the self-test found something */
};

struct cli_command;

struct cli {
	FILE *out; /**< results */
	FILE *err; /**< complaints */
	const char *socket;
	bool json;
	const struct cli_command *command; /**< the one that runs */
	int fd;                            /**< connection to kakoud, or -1 */
	int last_id;
};

struct cli_command {
	const char *name;
	const char *synopsis; /**< after the name */
	const char *summary;  /**< one line */
	const char *help;     /**< the rest, whole lines */
	/** argv[0] is the name. Returns enum cli_exit. */
	int (*run)(struct cli *cli, int argc, char **argv);
};

/** Runs a whole command line; argv[0] is the program's name. Returns enum cli_exit. */
int cli_run(int argc, char **argv, FILE *out, FILE *err);

/** The table, ended by a row without a name. */
extern const struct cli_command cli_commands[];

/** Says "kakou COMMAND: text" on standard error. Returns `exit`. */
KAKOU_PRINTF(3, 4)
int cli_complain(const struct cli *cli, int exit, const char *format, ...);

/* ---- options (cli_options.c) -------------------------------------------------------- */

struct cli_option {
	const char *name;   /**< with its dashes */
	const char **value; /**< option with a value */
	bool *flag;         /**< option without */
};

/** Reads options and words after the command's name. Options may stand anywhere; "--" ends
 *  them. `words` gets at most `max` words, the rest NULL; fewer than `min` or more than `max`
 *  are a usage error. False: complained, the caller returns CLI_USAGE. */
bool cli_read_words(struct cli *cli, int argc, char **argv,
		    const struct cli_option *options, size_t option_count,
		    const char **words, int min, int max);

/** For commands that take neither. */
bool cli_read_none(struct cli *cli, int argc, char **argv);

/** An integer option's value; `fallback` when it was not given (NULL). False: complained. */
bool cli_read_integer(struct cli *cli, const char *name, const char *text, int64_t min,
		      int64_t max, int64_t fallback, int64_t *out);

/* ---- talking to kakoud (cli_call.c) ------------------------------------------------------ */

/** Calls a method; `params` is taken over. On CLI_DONE the caller releases `*result`;
 *  otherwise it was complained about and the exit is returned. */
int cli_call(struct cli *cli, const char *method, json_t *params, json_t **result);

/** The same with a longer patience. */
int cli_call_slowly(struct cli *cli, const char *method, json_t *params, int patience_s,
		    json_t **result);

/** Whether a kakoud is running. CLI_UNREACHABLE: complained, it can't be told (no right to
 *  connect). */
int cli_find(struct cli *cli, bool *is_running);

/** The user and group kakoud runs as. False when that can't be told. */
bool cli_get_owner(struct cli *cli, unsigned *uid, unsigned *gid);

void cli_hang_up(struct cli *cli);

/** Calls, prints the result as JSON, or hands it to `print`. */
int cli_show(struct cli *cli, const char *method, json_t *params,
	     void (*print)(struct cli *cli, json_t *result));

/* ---- who is here (cli_ticket.c, cli_secret.c) --------------------------------------------- */

enum { CLI_TICKET_MAX = 128, CLI_SECRET_MAX = 129 };

/** The ticket that login left for this socket; false when there is none. */
bool cli_load_ticket(const struct cli *cli, char to[CLI_TICKET_MAX]);

/** Keeps it in a file of mode 0600. False: complained. */
bool cli_keep_ticket(const struct cli *cli, const char *ticket);
void cli_drop_ticket(const struct cli *cli);

/** The parameters with the ticket, if there is one; without, kakoud says what it wants. */
json_t *cli_with_ticket(const struct cli *cli, json_t *params);

/** cli_call() and cli_show() with the ticket. */
int cli_call_as(struct cli *cli, const char *method, json_t *params, json_t **result);
int cli_show_as(struct cli *cli, const char *method, json_t *params,
		void (*print)(struct cli *cli, json_t *result));

/** Reads a password: typed without echo, or a line of standard input; a new one is typed twice.
 *  False: complained. The caller wipes it. */
bool cli_read_secret(struct cli *cli, const char *what, char to[CLI_SECRET_MAX]);
bool cli_read_new_secret(struct cli *cli, const char *what, char to[CLI_SECRET_MAX]);

/** Prints a value as indented JSON with its newline. */
void cli_print_json(struct cli *cli, const json_t *value);

/* ---- Ctrl-C (cli_stop.c) ------------------------------------------------------------------- */

/** From now on SIGINT and SIGTERM are only noted: for commands that then end by themselves. */
void cli_catch_interrupt(void);
bool cli_is_interrupted(void);

/* ---- tables (cli_table.c) ----------------------------------------------------------------- */

enum { CLI_COLUMNS_MAX = 16 };

struct cli_table; /* opaque: cells of text in columns */

/** `heads` has one text a column, ended by NULL. Out of memory ends the process. */
struct cli_table *cli_table_create(const char *const *heads);

/** Appends a cell to the present row, a new one when that is full. */
KAKOU_PRINTF(2, 3) void cli_table_add(struct cli_table *table, const char *format, ...);

/** Prints with columns as wide as their widest cell, as a terminal shows it. */
void cli_table_print(const struct cli_table *table, FILE *to);
void cli_table_destroy(struct cli_table *table);

/** Columns that a terminal takes for a UTF-8 text: 2 for Chinese, 0 for combining marks. */
int cli_measure(const char *text);

/* ---- words (cli_words.c) -------------------------------------------------------------------- */

/** A member as text; "" when it is absent or no text. */
const char *cli_text(const json_t *object, const char *key);
int64_t cli_integer(const json_t *object, const char *key);
bool cli_flag(const json_t *object, const char *key);

/** The same, "-" when it is empty. */
const char *cli_word(const json_t *object, const char *key);

enum { CLI_WORDS_MAX = 64 };

/** A number of milliseconds as a person reads it ("30 ms", "1.5 s", "12 min"); "-" for null. */
const char *cli_age(const json_t *object, const char *key, char to[CLI_WORDS_MAX]);

/** The same as "1.5 s ago", or "never". */
const char *cli_ago(const json_t *object, const char *key, char to[CLI_WORDS_MAX]);

/** Milliseconds since 1970 as local time, to the millisecond. */
const char *cli_time(int64_t wall_ms, char to[CLI_WORDS_MAX]);

/** "up", "DOWN", or that nothing was sent yet: of the result of link. */
const char *cli_say_link(const json_t *link);

/** A table of events, as events and passage print it: rows of events.read. */
void cli_print_events(struct cli *cli, const json_t *rows);

/* ---- the commands (cmd_*.c) ------------------------------------------------------------------- */

int cmd_status(struct cli *cli, int argc, char **argv);
int cmd_lanes(struct cli *cli, int argc, char **argv);
int cmd_lane(struct cli *cli, int argc, char **argv);
int cmd_devices(struct cli *cli, int argc, char **argv);
int cmd_buses(struct cli *cli, int argc, char **argv);
int cmd_map(struct cli *cli, int argc, char **argv);
int cmd_walk(struct cli *cli, int argc, char **argv);
int cmd_io(struct cli *cli, int argc, char **argv);
int cmd_bus(struct cli *cli, int argc, char **argv);
int cmd_link(struct cli *cli, int argc, char **argv);
int cmd_events(struct cli *cli, int argc, char **argv);
int cmd_passages(struct cli *cli, int argc, char **argv);
int cmd_passage(struct cli *cli, int argc, char **argv);
int cmd_picture(struct cli *cli, int argc, char **argv);
int cmd_act(struct cli *cli, int argc, char **argv);
int cmd_shelve(struct cli *cli, int argc, char **argv);
int cmd_login(struct cli *cli, int argc, char **argv);
int cmd_logout(struct cli *cli, int argc, char **argv);
int cmd_whoami(struct cli *cli, int argc, char **argv);
int cmd_password(struct cli *cli, int argc, char **argv);
int cmd_people(struct cli *cli, int argc, char **argv);
int cmd_handover(struct cli *cli, int argc, char **argv);
int cmd_mode(struct cli *cli, int argc, char **argv);
int cmd_orders(struct cli *cli, int argc, char **argv);
int cmd_vehicles(struct cli *cli, int argc, char **argv);
int cmd_offline(struct cli *cli, int argc, char **argv);
int cmd_tares(struct cli *cli, int argc, char **argv);
int cmd_stats(struct cli *cli, int argc, char **argv);
int cmd_log(struct cli *cli, int argc, char **argv);
int cmd_update(struct cli *cli, int argc, char **argv);
int cmd_config(struct cli *cli, int argc, char **argv);
int cmd_provision(struct cli *cli, int argc, char **argv);
int cmd_support(struct cli *cli, int argc, char **argv);
int cmd_backup(struct cli *cli, int argc, char **argv);
int cmd_restore(struct cli *cli, int argc, char **argv);
int cmd_reset(struct cli *cli, int argc, char **argv);
int cmd_help(struct cli *cli, int argc, char **argv);
int cmd_version(struct cli *cli, int argc, char **argv);

/** The table of lanes, as lanes and status print it. */
void cmd_print_lanes(struct cli *cli, json_t *result);

#endif
