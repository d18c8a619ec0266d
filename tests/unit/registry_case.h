/* SPDX-License-Identifier: MIT */
/*
 * A registry's base in a directory of its own, on the simulated site, for tests.
 *
 * Layer: tests. Failures are cmocka's.
 */
#ifndef KAKOU_TESTS_REGISTRY_CASE_H
#define KAKOU_TESTS_REGISTRY_CASE_H

#include "firmware/registry/base.h"

struct registry_case {
	char *directory;
	char path[300];
	struct site *site; /* lanes in1 and out1 */
	struct base *base;
};

void registry_case_open(struct registry_case *it);
void registry_case_close(struct registry_case *it);

/** Closes the file and opens it again, as after the end of the process. */
void registry_case_reopen(struct registry_case *it);

/** An order that is well, with these members instead of its own (JSON, "" = none). */
json_t *registry_case_order(const char *members);
json_t *registry_case_vehicle(const char *members);

/** Stages and applies one; it must be taken. */
void registry_case_put(struct registry_case *it, enum base_what what, json_t *json);

/** The object is refused with this in its sentence. Releases it. */
void registry_case_expect_refused(struct registry_case *it, enum base_what what,
				  json_t *json, const char *part);

/** What a look-up in lane in1 by these finds. */
struct found registry_case_find(struct registry_case *it, const char *plate,
				const char *tag, const char *card);

/** Notes a step of the order for 浙A12345 in lane in1. */
void registry_case_note(struct registry_case *it, enum order_step step, int nth,
			int64_t passage);

#define CASE_NUMBER "Z3111I261101000000000001"

#endif
