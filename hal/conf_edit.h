/* SPDX-License-Identifier: MIT */
/*
 * Changes in the text of a configuration file that leave the rest of it as somebody wrote it:
 * comments, order, margins and keys that the caller does not know.
 *
 * The text is of the strict syntax of hal/conf.h. Keys of the top level and of its sections are
 * changed; deeper ones are only written as part of a new section.
 *
 * Layer: hal. Pure but for its allocations.
 */
#ifndef KAKOU_HAL_CONF_EDIT_H
#define KAKOU_HAL_CONF_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

struct conf_edit; /* opaque: a text under change */

/** Takes a copy of `text`; `path` is for complaints. KAKOU_E_INVALID: the text is not of the
 *  syntax, and `why` has file and line. Release with conf_edit_close(). */
KAKOU_MUST_CHECK enum kakou_err conf_edit_open(struct conf_edit **out, const char *text,
					       const char *path, struct why *why);
void conf_edit_close(struct conf_edit *edit);

/** Whether there is the section `name` "title"; any title with NULL. */
bool conf_edit_has(const struct conf_edit *edit, const char *name, const char *title);

/** The title of the section number `i`, from 0, of that name. False: there are not as many, or it does
 *  not fit. */
bool conf_edit_title(const struct conf_edit *edit, const char *name, size_t i, char *to,
		     size_t size);

/** The value of a key as it is meant, without its quotes, in at most `size` bytes. False: the text
 *  does not state it, it is a list, or it does not fit. */
bool conf_edit_get(const struct conf_edit *edit, const char *name, const char *title,
		   const char *key, char *to, size_t size);

/** States the key, as text in quotes or as a bare word; "" as the name is the top level.
 *  `*has_changed` becomes true when that was not there before, and stays as it is otherwise.
 *  KAKOU_E_NOTFOUND: no such section; KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err conf_edit_set(struct conf_edit *edit, const char *name,
					      const char *title, const char *key,
					      const char *value, bool is_quoted,
					      bool *has_changed, struct why *why);

/** Adds whole lines to the end. KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err conf_edit_append(struct conf_edit *edit,
						 const char *lines, struct why *why);

/** The text as it is now; lives until the next change. */
const char *conf_edit_text(const struct conf_edit *edit);

/** Writes `value` with quotes around it and with backslashes where it needs them. False: it does not
 *  fit. */
bool conf_edit_quote(const char *value, char *to, size_t size);

#endif
