/* SPDX-License-Identifier: MIT */
/*
 * A token of SoftHSM with a P-256 key in it, for tests.
 *
 * Layer: tests.
 */
#ifndef KAKOU_TESTS_TOKEN_CASE_H
#define KAKOU_TESTS_TOKEN_CASE_H

/** Fixtures of a test or a group: they make and remove the token where there can be one. */
int token_case_set_up(void **state);
int token_case_tear_down(void **state);

/** Skips the test, with the reason, where there can be no token. */
void token_case_need(void);

/** "" or why there can be no token here: softhsm2-util or openssl is missing. */
const char *token_case_lacks(void);

/** Makes a directory with a token "kakou gate" in it, key "record" (id 01), PIN in the file "pin";
 *  beside it keys "twin", of the same label twice, and "large", of P-384. */
void token_case_make(void);
void token_case_remove(void);

/** The path of a file in the directory; lives until the next call. */
const char *token_case_path(const char *name);

/** The URI of a key, its token behind the module that can be stuck; lives until the next call.
 *  `more` is put behind it, e.g. "&x=y". */
const char *token_case_uri(const char *object, const char *more);

/** What the token does from now on: "gone", "stuck" or "" (works). */
void token_case_set(const char *word);

#endif
