/* SPDX-License-Identifier: MIT */
/*
 * What the makers of a site's text share. Layer: firmware.
 */
#ifndef KAKOU_FIRMWARE_SITE_TEXT_INSIDE_H
#define KAKOU_FIRMWARE_SITE_TEXT_INSIDE_H

#include "firmware/provision/device_word.h"
#include "firmware/provision/site_text.h"
#include "hal/conf_edit.h"

struct site_text {
	const struct site_text_wish *wish;
	struct conf_edit *edit;
	struct why *why;
};

enum { SITE_TEXT_WORDS = 128 };

/** States a key and tells of it when that is a change. */
KAKOU_MUST_CHECK enum kakou_err site_text_set(struct site_text *text, const char *section,
					      const char *title, const char *key,
					      const char *value, bool is_quoted);

/** The same, but a default that is not stated stays so. */
KAKOU_MUST_CHECK enum kakou_err site_text_set_beside(
	struct site_text *text, const char *section, const char *title, const char *key,
	const char *value, const char *fallback, bool is_quoted);

/** site_text_lane.c: a lane with its ports and devices. */
KAKOU_MUST_CHECK enum kakou_err site_text_add_lane(struct site_text *text,
						   const struct answer_values *lane);

/** site_text_device.c: the device of that name is there, as the word says. `is_new`: it may be added. */
KAKOU_MUST_CHECK enum kakou_err site_text_put_device(struct site_text *text,
						     const char *name, const char *word,
						     bool is_new);

#endif
