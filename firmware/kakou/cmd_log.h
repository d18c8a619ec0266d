/* SPDX-License-Identifier: MIT */
/*
 * What the parts of kakou log share.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CMD_LOG_H
#define KAKOU_FIRMWARE_CMD_LOG_H

#include "firmware/kakou/cli.h"

/** The options and words after the part's name. */
struct log_call {
	const char *words[2];
	const char *scratch, *keys, *held, *pictures, *first, *last, *format, *output,
		*reason;
	bool now;
};

/** What is done with a record's file; `source` is "kakoud" for a copy made for it, or
 *  "file". Returns enum cli_exit. */
typedef int log_work(struct cli *cli, const struct log_call *call, const char *file,
		     const char *shown, const char *source);

/** Does it with `path`; when that is NULL with a copy that a running kakoud makes, or with the
 *  record at its usual place when none runs. */
int log_with_file(struct cli *cli, const struct log_call *call, const char *path,
		  log_work *work);

int log_verify(struct cli *cli, const struct log_call *call);
int log_export(struct cli *cli, const struct log_call *call);
int log_checkpoint(struct cli *cli, const struct log_call *call);
int log_prove(struct cli *cli, const struct log_call *call);
int log_consistency(struct cli *cli, const struct log_call *call);
int log_key(struct cli *cli, const struct log_call *call);
int log_held(struct cli *cli, const struct log_call *call);
int log_retain(struct cli *cli, const struct log_call *call);
int log_receipt(struct cli *cli, const struct log_call *call);

#endif
