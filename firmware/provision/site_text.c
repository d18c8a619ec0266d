/* SPDX-License-Identifier: MIT */
/*
 * From answers to the text of a site file: the top level and customs. Layer: firmware.
 */
#include "firmware/provision/site_text_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
	"# The site of this gate; kakou.conf(5) says what each key means. It was begun "
	"by kakou "
	"provision,\n"
	"# which changes what it is asked about; whatever else is written here stays.\n";

static const char customs[] = "\n"
			      "customs \"platform\" {\n"
			      "\tca_file = \"ca.pem\"\n"
			      "\tcert_file = \"gate.pem\"\n"
			      "\tkey_file = \"gate.key\"\n"
			      "}\n";

/* Answers that are one key of the site each. */
static const struct {
	const char *answer, *section, *key;
	bool is_quoted, is_required;
	const char *fallback; /* NULL: it is stated in any case */
} scalars[] = {
	{"name",         "",        "name",         true,  true,  NULL         },
	{"watchdog",     "",        "watchdog",     true,  false, ""           },
	{"area_id",      "customs", "area_id",      true,  true,  NULL         },
	{"host",         "customs", "host",         true,  true,  NULL         },
	{"port",         "customs", "port",         false, false, NULL         },
	{"peer_name",    "customs", "peer_name",    true,  true,  NULL         },
	{"listen_host",  "customs", "listen_host",  true,  true,  NULL         },
	{"listen_port",  "customs", "listen_port",  false, false, NULL         },
	{"generation",   "customs", "generation",   false, false, "traditional"},
	{"customs_code", "customs", "customs_code", true,  false, ""           },
};

static void tell(struct site_text *text, const char *section, const char *title,
		 const char *key, const char *before, const char *after)
{
	char what[SITE_TEXT_WORDS];

	(void)snprintf(what, sizeof(what), "%s%s%s%s%s", section, section[0] ? " " : "",
		       title ? title : "", title ? " " : "", key);
	text->wish->on_change(text->wish->arg, what, before, after);
}

enum kakou_err site_text_set(struct site_text *text, const char *section,
			     const char *title, const char *key, const char *value,
			     bool is_quoted)
{
	char before[ANSWER_VALUE_MAX + 1] = "";
	bool has_changed = false;
	enum kakou_err err;

	(void)conf_edit_get(text->edit, section, title, key, before, sizeof(before));
	err = conf_edit_set(text->edit, section, title, key, value, is_quoted,
			    &has_changed, text->why);
	if (!err && has_changed)
		tell(text, section, title, key, before, value);
	return err;
}

enum kakou_err site_text_set_beside(struct site_text *text, const char *section,
				    const char *title, const char *key, const char *value,
				    const char *fallback, bool is_quoted)
{
	char before[ANSWER_VALUE_MAX + 1];

	if (!strcmp(value, fallback) &&
	    !conf_edit_get(text->edit, section, title, key, before, sizeof(before)))
		return KAKOU_OK;
	return site_text_set(text, section, title, key, value, is_quoted);
}

static const char *find_doc(const char *key)
{
	for (size_t i = 0; i < answer_key_count; i++)
		if (!answer_keys[i].section[0] && !strcmp(answer_keys[i].name, key))
			return answer_keys[i].doc;
	return "";
}

static enum kakou_err set_scalar(struct site_text *text, size_t i)
{
	const struct answer_values *top = &text->wish->answers->top;
	char there[ANSWER_VALUE_MAX + 1];

	if (answer_is_set(top, "", scalars[i].answer)) {
		const char *value = answer_get(top, "", scalars[i].answer);

		if (scalars[i].fallback)
			return site_text_set_beside(
				text, scalars[i].section, NULL, scalars[i].key, value,
				scalars[i].fallback, scalars[i].is_quoted);
		return site_text_set(text, scalars[i].section, NULL, scalars[i].key,
				     value, scalars[i].is_quoted);
	}
	if (conf_edit_get(text->edit, scalars[i].section, NULL, scalars[i].key, there,
			  sizeof(there)))
		return KAKOU_OK;
	if (scalars[i].is_required)
		return why_set(text->why, KAKOU_E_INVALID,
			       "%s: got no answer, expected: %s", scalars[i].answer,
			       find_doc(scalars[i].answer));
	for (size_t k = 0; !scalars[i].fallback && k < answer_key_count; k++)
		if (!answer_keys[k].section[0] &&
		    !strcmp(answer_keys[k].name, scalars[i].answer))
			return site_text_set(text, scalars[i].section, NULL,
					     scalars[i].key, answer_keys[k].fallback,
					     scalars[i].is_quoted);
	return KAKOU_OK;
}

static enum kakou_err fill(struct site_text *text)
{
	const struct answers *answers = text->wish->answers;
	char title[SITE_NAME_MAX + 1];
	enum kakou_err err = KAKOU_OK;

	if (!conf_edit_has(text->edit, "customs", NULL))
		err = conf_edit_append(text->edit, customs, text->why);
	for (size_t i = 0; !err && i < sizeof(scalars) / sizeof(scalars[0]); i++)
		err = set_scalar(text, i);
	for (size_t i = 0; !err && i < answers->lane_count; i++)
		err = site_text_add_lane(text, &answers->lanes[i]);
	if (!err && !conf_edit_title(text->edit, "lane", 0, title, sizeof(title)))
		err = why_set(text->why, KAKOU_E_INVALID,
			      "lane: got none, expected at least one lane");
	return err;
}

enum kakou_err site_text_make(char **out, const struct site_text_wish *wish,
			      struct why *why)
{
	struct site_text text = {.wish = wish, .why = why};
	enum kakou_err err = conf_edit_open(
		&text.edit, wish->present ? wish->present : head, wish->path, why);

	if (err)
		return err;
	err = fill(&text);
	if (!err) {
		*out = strdup(conf_edit_text(text.edit));
		if (!*out)
			err = why_set(why, KAKOU_E_NOMEM, "%s: no memory", wish->path);
	}
	conf_edit_close(text.edit);
	return err;
}
