/* SPDX-License-Identifier: MIT */
/*
 * JSON in the console. Layer: firmware.
 */
#include "firmware/console/json.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

static void wipe_and_free(void *what)
{
	if (what)
		explicit_bzero(what, malloc_usable_size(what));
	free(what);
}

void json_wipe_on_release(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

json_t *json_read_object(const char *text, size_t len)
{
	json_t *value;

	if (text_nests_deeper(text, len, JSON_NESTING_MAX))
		return NULL;
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(value))
		return value;
	json_decref(value);
	return NULL;
}

const char *json_text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int64_t json_number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
