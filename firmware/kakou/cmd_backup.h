/* SPDX-License-Identifier: MIT */
/*
 * What kakou backup and kakou restore share: the form of a backup.
 *
 * An archive of one folder. manifest.json lists every file with its place (the folder of the site
 * file, or the state directory), its name there, its size and its SHA-256. keys.sealed is a list of
 * the same with the texts inside, under a passphrase.
 *
 * Layer: firmware. One thread.
 */
#ifndef KAKOU_FIRMWARE_CMD_BACKUP_H
#define KAKOU_FIRMWARE_CMD_BACKUP_H

#include "firmware/config/site.h"
#include "firmware/kakou/cli.h"
#include "firmware/kakou/cli_bundle.h"
#include "firmware/kakou/cli_run.h"
#include "firmware/provision/place.h"

enum { BACKUP_FORMAT = 1, BACKUP_FILE_MAX = 1048576, BACKUP_HEX = 65 };

#define BACKUP_MANIFEST "manifest.json"
#define BACKUP_KEYS "keys.sealed"
#define BACKUP_RECORD "journal.db"

/** SHA-256 of a file in hexadecimal, whatever its size. KAKOU_E_NOTFOUND, KAKOU_E_IO. */
KAKOU_MUST_CHECK enum kakou_err backup_digest(const char *path, char out[BACKUP_HEX],
					      int64_t *bytes, struct why *why);

/** Which board it is: a digest of the gate's key, which never leaves it; "" without one. */
void backup_name_board(const char *key_file, char out[BACKUP_HEX]);

/** restore_check.c: the manifest of an unpacked backup, when it holds as a whole: every file is there
 *  as listed, and nothing else; the site is one, people are people, the record is whole. CLI_FAILED:
 *  complained, nothing was changed. The caller releases both. */
int restore_check(struct cli *cli, const struct bundle *bundle, const struct place *place,
		  json_t **manifest, struct site **site);

#endif
