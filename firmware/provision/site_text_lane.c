/* SPDX-License-Identifier: MIT */
/*
 * Lanes in the text of a site file. Layer: firmware.
 */
#include "firmware/provision/site_text_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

/* Devices of a lane: the answer, what their names begin with, and the evidence they give. */
static const struct {
	const char *answer, *prefix, *evidence;
} parts[] = {
	{"plate",   "plate",  "plate"  },
	{"tag",     "tag",    "tag"    },
	{"box",     "box",    "box"    },
	{"weight",  "scale",  "weight" },
	{"card",    "post",   "card"   },
	{"seal",    "seal",   "seal"   },
	{"climate", "reefer", "climate"},
	{"sign",    "sign",   NULL     },
	{"io",      "io",     NULL     },
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static void name_device(const char *prefix, const char *lane, char to[SITE_NAME_MAX + 1])
{
	(void)snprintf(to, SITE_NAME_MAX + 1, "%s-%.*s", prefix, SITE_NAME_MAX - 7, lane);
}

static bool has(const struct answer_values *lane, const char *key)
{
	return answer_is_set(lane, "lane", key);
}

static bool says(const struct answer_values *lane, const char *key, const char *word)
{
	return !strcmp(answer_get(lane, "lane", key), word);
}

static bool is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == len && !memcmp(list, word, n))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

/* The bit of a role on the remote I/O, or NULL. */
static const char *find_remote(const struct answer_values *lane, const char *role)
{
	const char *list = answer_get(lane, "lane", "remote");
	size_t len = strlen(role);

	while (*list) {
		size_t n = strcspn(list, ",");

		if (!strncmp(list, role, len) && list[len] == ' ')
			return list + len + 1;
		list += n + (list[n] == ',');
	}
	return NULL;
}

/* What a lane has unless it says so itself. */
static bool is_usual(const struct answer_values *lane, enum line_role role)
{
	bool has_pair =
		says(lane, "loop_proof", "pair") || says(lane, "beam_proof", "pair");

	switch (role) {
	case LINE_SAFETY_LOOP:
	case LINE_BEAM:
	case LINE_LIMIT_UP:
	case LINE_LIMIT_DOWN:
	case LINE_EMERGENCY:
	case LINE_RAISE:
	case LINE_LOWER:
	case LINE_HEARTBEAT:
	case LINE_APPROACH:
	case LINE_EXIT:
	case LINE_RED:
	case LINE_GREEN: return true;
	case LINE_LOOP_TEST:
		return !has(lane, "loop_proof") ||
		       says(lane, "loop_proof", "test_output");
	case LINE_BEAM_TEST:
		return !has(lane, "beam_proof") ||
		       says(lane, "beam_proof", "test_output");
	case LINE_SAFETY_LOOP_NC: return says(lane, "loop_proof", "pair");
	case LINE_BEAM_NC: return says(lane, "beam_proof", "pair");
	case LINE_RESET: return has_pair;
	case LINE_SCALE_ENTRY:
	case LINE_SCALE_EXIT: return has(lane, "weight");
	default: return false;
	}
}

static void print_lines(FILE *to, const struct answer_values *lane)
{
	const char *prefix =
		has(lane, "lines") ? answer_get(lane, "lane", "lines") : lane->title;

	for (enum line_role role = 0; role < LINE_ROLES; role++) {
		const char *name = line_role_name(role);
		const char *bit = find_remote(lane, name);

		if (bit)
			fprintf(to,
				"\n\tline \"%s\" {\n\t\tdevice = \"io-%.*s\"\n"
				"\t\tbit = %.*s\n\t}",
				name, SITE_NAME_MAX - 7, lane->title,
				(int)strcspn(bit, ","), bit);
		else if (has(lane, "roles")
				 ? is_listed(answer_get(lane, "lane", "roles"), name)
				 : is_usual(lane, role))
			fprintf(to, "\n\tline \"%s\" {\n\t\tname = \"%s.%s\"\n\t}", name,
				prefix, name);
	}
}

static void print_evidence(FILE *to, const struct answer_values *lane)
{
	const char *optional = has(lane, "optional")
				       ? answer_get(lane, "lane", "optional")
				       : "seal,climate";
	char device[SITE_NAME_MAX + 1];

	for (size_t i = 0; i < PARTS; i++) {
		if (!parts[i].evidence || !has(lane, parts[i].answer))
			continue;
		name_device(parts[i].prefix, lane->title, device);
		fprintf(to, "\n\tevidence \"%s\" {\n\t\tdevice = \"%s\"\n%s\t}",
			parts[i].evidence, device,
			is_listed(optional, parts[i].evidence) ? "\t\trequired = false\n"
							       : "");
	}
}

static void print_lane(FILE *to, const struct answer_values *lane, const char *gpio)
{
	static const char *const proofs[] = {"loop_proof", "beam_proof"};
	char quoted[SITE_TEXT_WORDS * 3];
	char device[SITE_NAME_MAX + 1];

	(void)conf_edit_quote(answer_get(lane, "lane", "chnl_no"), quoted,
			      sizeof(quoted));
	fprintf(to, "\nlane \"%s\" {\n\tchnl_no = %s\n\tdirection = %s\n", lane->title,
		quoted, answer_get(lane, "lane", "direction"));
	(void)conf_edit_quote(gpio, quoted, sizeof(quoted));
	fprintf(to, "\tgpio = %s\n", quoted);
	for (size_t i = 0; i < 2; i++) {
		const char *answer = i ? "card" : "sign";

		name_device(i ? "post" : "sign", lane->title, device);
		if (has(lane, answer))
			fprintf(to, "\t%s = \"%s\"\n", i ? "post" : "sign", device);
	}
	for (size_t i = 0; i < 2; i++)
		if (has(lane, proofs[i]))
			fprintf(to, "\t%s = %s\n", proofs[i],
				answer_get(lane, "lane", proofs[i]));
	print_lines(to, lane);
	print_evidence(to, lane);
	fputs("\n}\n", to);
}

static enum kakou_err put_devices(struct site_text *text,
				  const struct answer_values *lane, bool is_new)
{
	char name[SITE_NAME_MAX + 1];
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; !err && i < PARTS; i++) {
		if (!has(lane, parts[i].answer))
			continue;
		name_device(parts[i].prefix, lane->title, name);
		err = site_text_put_device(
			text, name, answer_get(lane, "lane", parts[i].answer), is_new);
	}
	return err;
}

static enum kakou_err write_lane(struct site_text *text, const struct answer_values *lane)
{
	const char *gpio = answer_get(lane, "lane", "gpio");
	char *lines = NULL;
	size_t len;
	FILE *to;
	enum kakou_err err;

	if (!gpio[0])
		gpio = answer_get(&text->wish->answers->top, "", "gpio");
	if (!gpio[0])
		return why_set(text->why, KAKOU_E_INVALID,
			       "lane %s: gpio: got no answer, expected "
			       "chip:LABEL[,LABEL...]",
			       lane->title);
	to = open_memstream(&lines, &len);
	if (!to)
		return why_set(text->why, KAKOU_E_NOMEM, "no memory for a lane");
	print_lane(to, lane, gpio);
	err = fclose(to) ? why_set(text->why, KAKOU_E_NOMEM, "no memory for a lane")
			 : conf_edit_append(text->edit, lines, text->why);
	free(lines);
	return err;
}

static enum kakou_err change_lane(struct site_text *text,
				  const struct answer_values *lane)
{
	static const struct {
		const char *key;
		bool is_quoted;
	} keys[] = {
		{"chnl_no",    true },
		{"direction",  false},
		{"gpio",       true },
		{"loop_proof", false},
		{"beam_proof", false},
	};
	const char *everywhere = answer_get(&text->wish->answers->top, "", "gpio");
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; !err && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (has(lane, keys[i].key))
			err = site_text_set(text, "lane", lane->title, keys[i].key,
					    answer_get(lane, "lane", keys[i].key),
					    keys[i].is_quoted);
	if (!err && !has(lane, "gpio") && everywhere[0])
		err = site_text_set(text, "lane", lane->title, "gpio", everywhere, true);
	return err;
}

enum kakou_err site_text_add_lane(struct site_text *text,
				  const struct answer_values *lane)
{
	bool is_new = !conf_edit_has(text->edit, "lane", lane->title);
	enum kakou_err err;

	if (is_new && (!has(lane, "chnl_no") || !has(lane, "direction")))
		return why_set(text->why, KAKOU_E_INVALID,
			       "lane %s: %s: got no answer, expected it for a new lane",
			       lane->title,
			       has(lane, "chnl_no") ? "direction" : "chnl_no");
	if (has(lane, "remote") && !has(lane, "io") && is_new)
		return why_set(text->why, KAKOU_E_INVALID,
			       "lane %s: remote: got \"%s\" without io, expected the "
			       "remote I/O",
			       lane->title, answer_get(lane, "lane", "remote"));
	err = put_devices(text, lane, is_new);
	if (err)
		return err;
	err = is_new ? write_lane(text, lane) : change_lane(text, lane);
	if (!err && is_new)
		text->wish->on_change(text->wish->arg, "lane", "", lane->title);
	return err;
}
