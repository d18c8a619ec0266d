/* SPDX-License-Identifier: MIT */
/*
 * A registry's base for tests.
 */
#include "tests/unit/registry_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hal/text.h"
#include "tests/unit/site_file.h"

void registry_case_open(struct registry_case *it)
{
	struct why why = {""};

	memset(it, 0, sizeof(*it));
	it->directory = site_file_make_directory();
	it->site = site_file_load_sim(it->directory);
	(void)snprintf(it->path, sizeof(it->path), "%s/registry.db", it->directory);
	if (base_open(&it->base, it->path, it->site, &why))
		fail_msg("%s", why.text);
}

void registry_case_close(struct registry_case *it)
{
	base_close(it->base);
	site_free(it->site);
	site_file_remove_directory(it->directory);
}

void registry_case_reopen(struct registry_case *it)
{
	struct why why = {""};

	base_close(it->base);
	it->base = NULL;
	if (base_open(&it->base, it->path, it->site, &why))
		fail_msg("%s", why.text);
}

/* A member whose value is null is left out. */
static json_t *with(const char *usual, const char *members)
{
	json_t *json = json_loads(usual, 0, NULL);
	json_t *own = json_loads(members[0] ? members : "{}", 0, NULL);
	const char *name;
	json_t *value;
	void *safe;

	assert_non_null(json);
	assert_non_null(own);
	assert_int_equal(json_object_update(json, own), 0);
	json_object_foreach_safe(json, safe, name, value)
	{
		if (json_is_null(value))
			(void)json_object_del(json, name);
	}
	json_decref(own);
	return json;
}

json_t *registry_case_order(const char *members)
{
	return with("{\"number\":\"" CASE_NUMBER
		    "\",\"type\":2,\"state\":1,\"plate\":\"浙A12345\","
		    "\"tag\":\"E2003412AB000101\",\"card\":\"330102600101\","
		    "\"vehicle_kg\":\"8600\",\"frame_kg\":6200,\"container_kg\":\"3800\","
		    "\"goods_kg\":\"18400.125\",\"boxes\":[\"CSQU3054383\"],"
		    "\"seal\":\"HYT-1\",\"approved\":\"2026-11-01T08:00:00+08:00\"}",
		    members);
}

json_t *registry_case_vehicle(const char *members)
{
	return with("{\"plate\":\"浙A77001\",\"tag\":\"E2003412AB007701\","
		    "\"valid_from\":\"2026-01-01\",\"valid_to\":\"2026-12-31\","
		    "\"lanes\":[\"in1\"],\"way\":\"in\",\"max_kg\":\"3500\","
		    "\"approver\":\"li\"}",
		    members);
}

void registry_case_put(struct registry_case *it, enum base_what what, json_t *json)
{
	struct why why = {""};

	if (base_stage_clear(it->base, AREA_PUSH, &why) ||
	    base_stage(it->base, AREA_PUSH, what, json, &why) ||
	    base_stage_apply(it->base, AREA_PUSH, what, &why))
		fail_msg("%s", why.text);
	json_decref(json);
}

void registry_case_expect_refused(struct registry_case *it, enum base_what what,
				  json_t *json, const char *part)
{
	struct why why = {""};

	assert_int_equal(base_stage(it->base, AREA_IMPORT, what, json, &why),
			 KAKOU_E_INVALID);
	if (!strstr(why.text, part))
		fail_msg("got \"%s\", expected \"%s\" in it", why.text, part);
	json_decref(json);
}

struct found registry_case_find(struct registry_case *it, const char *plate,
				const char *tag, const char *card)
{
	struct lookup lookup = {.lane = 0, .direction = 'I', .token = 7};
	struct found found;
	struct why why = {""};

	text_copy(lookup.plate, sizeof(lookup.plate), plate);
	text_copy(lookup.tag, sizeof(lookup.tag), tag);
	text_copy(lookup.card, sizeof(lookup.card), card);
	if (base_find(it->base, &lookup, &found, &why))
		fail_msg("%s", why.text);
	assert_true(found.is_known);
	assert_int_equal(found.token, 7);
	return found;
}

void registry_case_note(struct registry_case *it, enum order_step step, int nth,
			int64_t passage)
{
	struct order_note note = {
		.step = (uint8_t)step, .nth = (uint8_t)nth, .passage = passage};
	struct why why = {""};

	text_copy(note.number, sizeof(note.number), CASE_NUMBER);
	text_copy(note.who, sizeof(note.who), "浙A12345");
	text_copy(note.plate, sizeof(note.plate), "浙A12345");
	if (base_note(it->base, &note, &why))
		fail_msg("%s", why.text);
}
