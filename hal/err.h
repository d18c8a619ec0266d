/* SPDX-License-Identifier: MIT */
/*
 * Errors: one closed list. Each value says what the caller does next.
 *
 * Layer: hal. Pure.
 */
#ifndef KAKOU_HAL_ERR_H
#define KAKOU_HAL_ERR_H

/** Every fallible function returns one of these; results come through its last parameters. */
enum kakou_err {
	KAKOU_OK = 0,
	KAKOU_E_AGAIN = -1,   /**< nothing yet: wait, then call again */
	KAKOU_E_STALE = -2,   /**< a value exists but is too old: show it, never use it */
	KAKOU_E_TIMEOUT = -3, /**< the peer did not answer in time: retry with back-off */
	KAKOU_E_LINK = -4, /**< the connection failed or ended: reopen, with back-off */
	KAKOU_E_REFUSED = -5, /**< the peer said no: do not repeat the same request */
	KAKOU_E_FOREIGN =
		-6, /**< an answer to another question: drop it, resynchronise */
	KAKOU_E_GARBLED = -7, /**< not what the protocol allows: drop it, resynchronise */
	KAKOU_E_FULL =
		-8, /**< a bound was reached: count it, take the designed way out */
	KAKOU_E_INVALID =
		-9, /**< a value out of its range: correct it, nothing was done */
	KAKOU_E_NOTFOUND = -10, /**< no such thing: correct the name, nothing was done */
	KAKOU_E_DENIED = -11,   /**< the right is missing: nothing was done */
	KAKOU_E_IO = -12, /**< the disk or the kernel failed: go to the safe state */
	KAKOU_E_NOMEM =
		-13, /**< no memory: give up what was begun, nothing is half done */
	KAKOU_E_SECOND =
		-14, /**< one person is not enough: ask again with another's approval */
};

/** The caller must look at the result. */
#define KAKOU_MUST_CHECK __attribute__((warn_unused_result))

/** A printf-like function; `f` and `a` count from 1. */
#define KAKOU_PRINTF(f, a) __attribute__((format(printf, f, a)))

/** The value's name without its prefix in lower case, e.g. "timeout". Never NULL. */
const char *kakou_err_name(enum kakou_err err);

#endif
