/* SPDX-License-Identifier: MIT */
/*
 * kakou update: what its parts share.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CMD_UPDATE_H
#define KAKOU_FIRMWARE_CMD_UPDATE_H

#include "firmware/kakou/cli.h"
#include "firmware/update/memory.h"
#include "firmware/update/note.h"

/** The command line. */
struct update_call {
	const char *file;   /**< install: the bundle */
	const char *reason; /**< why; NULL = not given */
	const char *state;  /**< directory of the memory */
	const char *image;  /**< what the image that runs says of itself */
	const char *site;   /**< the site file, which a board may not have yet */
	int64_t quiet_ms, healthy_ms, within_ms;
	bool older, stays;
};

/** What RAUC knows of this machine. */
struct update_board {
	char compatible[48];
	char slot[UPDATE_SLOT_MAX + 1];       /**< as the boot loader names what runs */
	char running[UPDATE_VERSION_MAX + 1]; /**< its version; "" = not known */
	bool other_is_good;                   /**< there is something to go back to */
	json_t *status;                       /**< as RAUC says it; release it */
};

/** What a bundle is, when its signature holds. */
struct update_file {
	char compatible[48];
	char version[UPDATE_VERSION_MAX + 1];
};

/* update_board.c. False: complained. */
bool update_read_board(struct cli *cli, const struct update_call *call,
		       struct update_board *out);
bool update_read_file(struct cli *cli, const struct update_call *call,
		      struct update_file *out, char *why, size_t why_size);

/** Marks the slot that runs; `how` is "good" or "bad". False: complained. */
bool update_mark(struct cli *cli, const char *how);

/** The machine restarts in good order. Returns enum cli_exit. */
int update_restart_machine(struct cli *cli);

/** The kernel's name for this boot. */
void update_read_boot(char boot[UPDATE_BOOT_MAX + 1]);

/* update_notes.c: what the record does not have yet waits in a file, at most so many. */
enum { UPDATE_NOTES_MAX = 64 };

/** Tells the record, now or when kakoud answers again. Texts may be NULL or empty. */
void update_tell(struct cli *cli, const struct update_call *call, enum update_note what,
		 const char *version, const char *running, const char *slot,
		 const char *why);
/** Once more what still waits. */
void update_tell_waiting(struct cli *cli, const struct update_call *call);

/* The subcommands. Return enum cli_exit. */
int update_install(struct cli *cli, const struct update_call *call);
int update_restart(struct cli *cli, const struct update_call *call);
int update_watch(struct cli *cli, const struct update_call *call);

#endif
