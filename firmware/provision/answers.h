/* SPDX-License-Identifier: MIT */
/*
 * What a technician answers when a gate is provisioned: by a file, or question by question. Both go
 * through the same checks.
 *
 * Layer: firmware. Pure but for answers_load(), which blocks on the disk.
 */
#ifndef KAKOU_FIRMWARE_ANSWERS_H
#define KAKOU_FIRMWARE_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/config/site.h"
#include "hal/conf.h"
#include "hal/err.h"
#include "hal/why.h"

enum { ANSWER_VALUE_MAX = 511, ANSWER_KEYS_MAX = 24, ANSWER_PERSONS_MAX = 16 };

/** Answers about one thing, by the place of their keys among those of its section. */
struct answer_values {
	char title[SITE_NAME_MAX + 1];
	char *value
		[ANSWER_KEYS_MAX]; /**< NULL: not answered; lists with commas between */
};

struct answers {
	struct answer_values top;
	size_t lane_count;
	struct answer_values lanes[SITE_LANES_MAX];
	size_t person_count;
	struct answer_values persons[ANSWER_PERSONS_MAX];
};

/** The key table of the file of answers. */
extern const struct conf_key answer_keys[];
extern const size_t answer_key_count;

/** Checks one answer. KAKOU_E_INVALID: `why` quotes it and says what was expected. Never for a key that
 *  is not in the table. */
KAKOU_MUST_CHECK enum kakou_err answer_check(const char *section, const char *key,
					     const char *value, struct why *why);

/** Keeps a copy. KAKOU_E_INVALID as above; KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err answer_set(struct answer_values *to, const char *section,
					   const char *key, const char *value,
					   struct why *why);

/** "" when it was not answered. */
const char *answer_get(const struct answer_values *from, const char *section,
		       const char *key);
bool answer_is_set(const struct answer_values *from, const char *section,
		   const char *key);

/** Reads and checks a file of answers; paths in it are relative to its directory. KAKOU_E_INVALID:
 *  `why` has file and line. The caller releases with answers_free(), also after a failure. */
KAKOU_MUST_CHECK enum kakou_err answers_load(struct answers *out, const char *path,
					     struct why *why);
void answers_free(struct answers *answers);

#endif
