/* SPDX-License-Identifier: MIT */
/*
 * An identity of the board: a key that is made on it and never leaves it, the request for its
 * certificate, and the certificate when it comes.
 *
 * Beside KEY there may be KEY.next: the key of a new identity, whose certificate has not come yet.
 * The present one is in use until then, and stays afterwards as KEY.former with its certificate.
 *
 * Layer: firmware. Blocks on the disk. One process at a time (struct place).
 */
#ifndef KAKOU_FIRMWARE_IDENTITY_H
#define KAKOU_FIRMWARE_IDENTITY_H

#include "firmware/provision/place.h"
#include "hal/certificate.h"

struct identity {
	const char *what; /**< "gate", "console" */
	char key[PLACE_PATH_MAX + 1], cert[PLACE_PATH_MAX + 1];
	char request[PLACE_PATH_MAX + 1];
	char ca[PLACE_PATH_MAX + 1];  /**< "" for none */
	char crl[PLACE_PATH_MAX + 1]; /**< "" for none */
	char name[PLACE_PATH_MAX + 1];
	struct place_user owner;
	enum certificate_use use;
};

/** What identity_ensure_key() found or did. */
enum identity_key { IDENTITY_KEPT, IDENTITY_MENDED, IDENTITY_MADE };

/** The key is there, of the curve P-256, mode 0400 and its owner's. An existing one is never replaced;
 *  `is_new` makes KEY.next beside it, unless that is there already. KAKOU_E_INVALID: what is there
 *  is no such key. */
KAKOU_MUST_CHECK enum kakou_err identity_ensure_key(const struct identity *identity,
						    bool is_new, enum identity_key *did,
						    struct why *why);

/** The request for the newest key, in a file and in `out`. */
KAKOU_MUST_CHECK enum kakou_err identity_write_request(const struct identity *identity,
						       char out[CERTIFICATE_REQUEST_MAX],
						       bool *has_changed,
						       struct why *why);

/** Whether a new identity waits for its certificate. */
bool identity_is_renewed(const struct identity *identity);

/** Checks the certificate in `cert_file` (with the authorities in `ca_file` and the lists in `crl_file`,
 *  or NULL for those that are there) and puts all into their places. KAKOU_E_REFUSED: nothing was
 *  changed, and `why` names the check. */
KAKOU_MUST_CHECK enum kakou_err identity_install(const struct identity *identity,
						 const char *cert_file,
						 const char *ca_file,
						 const char *crl_file, int64_t now_s,
						 struct certificate_facts *facts,
						 bool *has_changed, struct why *why);

#endif
