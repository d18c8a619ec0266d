/* SPDX-License-Identifier: MIT */
/*
 * Refusals of site files: each changes one thing in a site that is well, and expects a
 * complaint that names the line, quotes the value and says what was expected.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_SITE_REFUSAL_H
#define KAKOU_TESTS_SITE_REFUSAL_H

#include <stddef.h>

struct refusal {
	const char *old, *new;
	const char *at;      /**< the complaint names the line in which this begins */
	const char *says[2]; /**< and says this: the value, the expectation */
};

/** The site that is well: two lanes, two ports, five devices. */
extern const char site_refusal_well[];

/** For cmocka_run_group_tests(): a directory for the files. */
int site_refusal_set_up(void **state);
int site_refusal_tear_down(void **state);

/** The directory. */
const char *site_refusal_directory(void);

/** `text` as a whole site file is refused; `old` and `new` only name the case. */
void site_refusal_expect(const struct refusal *refusal, const char *text);

/** Each row, applied to the site that is well, is refused. */
void site_refusal_expect_all(const struct refusal *refusals, size_t count);
#define EXPECT_REFUSALS(table)                                                           \
	site_refusal_expect_all(table, sizeof(table) / sizeof((table)[0]))

/** The other way round: the changed site is well too. */
void site_refusal_expect_well(const char *old, const char *new);

#endif
