/* SPDX-License-Identifier: MIT */
/*
 * From answers to the text of a site file: a new one, or the present one with what was answered
 * changed and everything else as it stands.
 *
 * Layer: firmware. Pure but for its allocations.
 */
#ifndef KAKOU_FIRMWARE_SITE_TEXT_H
#define KAKOU_FIRMWARE_SITE_TEXT_H

#include "firmware/provision/answers.h"

/** Told of each change: what it is about ("customs host", "lane in1"), and the values; `before` is ""
 *  for what is new. */
typedef void provision_change(void *arg, const char *what, const char *before,
			      const char *after);

/** What a site file is made from. */
struct site_text_wish {
	const char *present; /**< its text, the template's, or NULL: there is none */
	const char *path;    /**< of it, for complaints */
	const struct answers *answers;
	provision_change *on_change;
	void *arg;
};

/** The new text, which the caller frees; equal to the present one when every answer is in it already.
 *  KAKOU_E_INVALID: an answer that such a site needs is missing, or can't be put into the present
 *  text; `why` names it. Whether the whole is a site says site_load(). */
KAKOU_MUST_CHECK enum kakou_err site_text_make(char **out,
					       const struct site_text_wish *wish,
					       struct why *why);

#endif
