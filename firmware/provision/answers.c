/* SPDX-License-Identifier: MIT */
/*
 * Answers: their key table, and the file they come from. Layer: firmware.
 */
#include "firmware/provision/answers.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

/* clang-format off */
#define TEXT(section, name, max, doc) { section, name, CONF_TEXT, 1, max, "", NULL, doc }
#define NUMBER(section, name, min, max, fallback, doc) \
	{ section, name, CONF_INTEGER, min, max, fallback, NULL, doc }
#define CHOICE(section, name, choices, fallback, doc) \
	{ section, name, CONF_CHOICE, 0, 0, fallback, choices, doc }
#define LIST(section, name, max, fallback, doc) \
	{ section, name, CONF_LIST, 0, max, fallback, NULL, doc }

const struct conf_key answer_keys[] = {
	TEXT("", "name", SITE_NAME_MAX,
	     "The gate's name; the record carries it and can't change it later."),
	TEXT("", "template", 159,
	     "Site file to begin with where there is none yet: what is in it and not answered stays."),
	TEXT("", "area_id", FRAME_ID_LENGTH, "AREA_ID assigned by customs."),
	CHOICE("", "generation", "traditional|smart", "traditional",
	       "Messages 0x21 to 0x66 with a status word, or 0x81 to 0x85 with Y, N, M."),
	TEXT("", "customs_code", 4, "Customs code of the release orders that count here."),
	TEXT("", "host", 63, "Numeric address of the customs platform."),
	NUMBER("", "port", 1, 65535, "9001", "TCP port of the customs platform."),
	TEXT("", "peer_name", 95, "DNS name the platform's certificate carries."),
	TEXT("", "listen_host", 63, "Own numeric address on which the platform dials back."),
	NUMBER("", "listen_port", 1, 65535, "9002", "Own TCP port for that."),
	TEXT("", "gate_name", 95, "DNS name of this gate, for its certificate."),
	TEXT("", "console_name", 95,
	     "DNS name or numeric address of the officers' page, for its certificate; "
	     "without it there is no page."),
	TEXT("", "gpio", 159, "Where lines of lanes are: chip:LABEL[,LABEL...]."),
	TEXT("", "watchdog", 31, "Identity of the machine's watchdog."),

	TEXT("lane", "chnl_no", FRAME_ID_LENGTH, "CHNL_NO assigned by customs."),
	CHOICE("lane", "direction", "I|E", "I", "Into the area or out of it."),
	TEXT("lane", "gpio", 159, "Where its lines are, when not where all are."),
	TEXT("lane", "lines", 15,
	     "What the names of its lines begin with, before a dot and the role; the lane's name."),
	LIST("lane", "roles", 40,  "",
	     "Lines it has; by default those that its proofs and its scale need."),
	LIST("lane", "remote", 16, "",
	     "Lines on a remote I/O, each as \"ROLE BIT\"."),
	TEXT("lane", "io", 191, "That remote I/O, as a device."),
	CHOICE("lane", "loop_proof", "test_output|pair|activity", "test_output",
	       "How the safety loop proves itself."),
	CHOICE("lane", "beam_proof", "test_output|pair|activity", "test_output",
	       "How the beam proves itself."),
	TEXT("lane", "plate", 191, "Plate camera, as a device."),
	TEXT("lane", "tag", 191, "Reader of electronic plates, as a device."),
	TEXT("lane", "box", 191, "Reader of container numbers, as a device."),
	TEXT("lane", "weight", 191, "Weighbridge, as a device."),
	TEXT("lane", "card", 191, "Driver post with its card reader and help button, as a device."),
	TEXT("lane", "seal", 191, "Seal reader, as a device."),
	TEXT("lane", "climate", 191, "Reefer sensor, as a device."),
	TEXT("lane", "sign", 191, "Sign, as a device."),
	LIST("lane", "optional", EVIDENCE_KINDS, "seal,climate",
	     "Evidence that the lane can do without when its device is not well."),

	CHOICE("person", "role", "viewer|officer|supervisor|technician", "officer",
	       "What this person is."),
	TEXT("person", "password_file", 159,
	     "File with the first password, one line, mode 0600; without it one is made and shown."),
};
/* clang-format on */

const size_t answer_key_count = sizeof(answer_keys) / sizeof(answer_keys[0]);

/* The place of the key among those of its section. */
static size_t place_of(const char *section, const char *key)
{
	size_t place = 0;

	for (size_t i = 0; i < answer_key_count; i++) {
		if (strcmp(answer_keys[i].section, section) != 0)
			continue;
		if (!strcmp(answer_keys[i].name, key))
			return place;
		place++;
	}
	assert(!"a key of the table");
	return 0;
}

const char *answer_get(const struct answer_values *from, const char *section,
		       const char *key)
{
	const char *value = from->value[place_of(section, key)];

	return value ? value : "";
}

bool answer_is_set(const struct answer_values *from, const char *section, const char *key)
{
	return from->value[place_of(section, key)];
}

static enum kakou_err keep(struct answer_values *to, const char *section, const char *key,
			   const char *value, struct why *why)
{
	size_t place = place_of(section, key);
	char *copy = strdup(value);

	assert(place < ANSWER_KEYS_MAX);
	if (!copy)
		return why_set(why, KAKOU_E_NOMEM, "no memory for an answer");
	free(to->value[place]);
	to->value[place] = copy;
	return KAKOU_OK;
}

enum kakou_err answer_set(struct answer_values *to, const char *section, const char *key,
			  const char *value, struct why *why)
{
	enum kakou_err err = answer_check(section, key, value, why);

	return err ? err : keep(to, section, key, value, why);
}

/* ---- the file -------------------------------------------------------------------------- */

static void join(const struct conf_section *section, const char *key,
		 char to[ANSWER_VALUE_MAX + 1])
{
	size_t used = 0;

	to[0] = '\0';
	for (size_t i = 0; i < conf_list_count(section, key) && used <= ANSWER_VALUE_MAX;
	     i++)
		used += (size_t)snprintf(to + used, ANSWER_VALUE_MAX + 1 - used, "%s%s",
					 i ? "," : "", conf_list_at(section, key, i));
}

/* A path that is not absolute begins where the file lies. */
static void place_path(const char *directory, char value[ANSWER_VALUE_MAX + 1])
{
	char whole[ANSWER_VALUE_MAX + 1];

	if (value[0] == '/' || !value[0])
		return;
	(void)snprintf(whole, sizeof(whole), "%s%.255s", directory, value);
	(void)text_copy(value, ANSWER_VALUE_MAX + 1, whole);
}

static enum kakou_err take_section(struct answer_values *to,
				   const struct conf_section *section, const char *name,
				   const char *directory, struct why *why)
{
	struct why inner = {""};
	char value[ANSWER_VALUE_MAX + 1];

	for (size_t i = 0; i < answer_key_count; i++) {
		const struct conf_key *key = &answer_keys[i];
		enum kakou_err err;

		if (strcmp(key->section, name) != 0 || !conf_is_set(section, key->name))
			continue;
		if (key->type == CONF_LIST)
			join(section, key->name, value);
		else
			(void)text_copy(value, sizeof(value),
					conf_text(section, key->name));
		err = answer_check(name, key->name, value, &inner);
		if (err)
			return conf_complain(section, key->name, why, "%s", inner.text);
		if (!strcmp(key->name, "template") || !strcmp(key->name, "password_file"))
			place_path(directory, value);
		err = keep(to, name, key->name, value, why);
		if (err)
			return err;
	}
	return KAKOU_OK;
}

static enum kakou_err take_titled(struct answer_values *to, size_t max, size_t *count,
				  const struct conf_section *root, const char *name,
				  const char *directory, struct why *why)
{
	size_t there = conf_count(root, name);
	enum kakou_err err = KAKOU_OK;

	if (there > max)
		return conf_complain(conf_at(root, name, max), NULL, why,
				     "got %zu sections, expected at most %zu", there,
				     max);
	for (size_t i = 0; !err && i < there; i++) {
		const struct conf_section *section = conf_at(root, name, i);

		if (!text_copy(to[i].title, sizeof(to[i].title), conf_title(section)))
			return conf_complain(section, NULL, why,
					     "got \"%s\", expected at most %d bytes",
					     conf_title(section), SITE_NAME_MAX);
		*count = i + 1;
		err = take_section(&to[i], section, name, directory, why);
	}
	return err;
}

enum kakou_err answers_load(struct answers *out, const char *path, struct why *why)
{
	const char *slash = strrchr(path, '/');
	char directory[256];
	struct conf *conf;
	const struct conf_section *root;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	(void)snprintf(directory, sizeof(directory), "%.*s",
		       slash ? (int)(slash - path) + 1 : 0, path);
	err = conf_open(&conf, path, answer_keys, answer_key_count, why);
	if (err)
		return err;
	root = conf_root(conf);
	err = take_section(&out->top, root, "", directory, why);
	if (!err)
		err = take_titled(out->lanes, SITE_LANES_MAX, &out->lane_count, root,
				  "lane", directory, why);
	if (!err)
		err = take_titled(out->persons, ANSWER_PERSONS_MAX, &out->person_count,
				  root, "person", directory, why);
	conf_close(conf);
	return err;
}

static void free_values(struct answer_values *values)
{
	for (size_t i = 0; i < ANSWER_KEYS_MAX; i++)
		free(values->value[i]);
}

void answers_free(struct answers *answers)
{
	free_values(&answers->top);
	for (size_t i = 0; i < SITE_LANES_MAX; i++)
		free_values(&answers->lanes[i]);
	for (size_t i = 0; i < ANSWER_PERSONS_MAX; i++)
		free_values(&answers->persons[i]);
	memset(answers, 0, sizeof(*answers));
}
