/* SPDX-License-Identifier: MIT */
/*
 * A truck out of JSON: written down as a scenario of one truck and read by the reader of
 * scenario files, so that there is one set of rules.
 *
 * Layer: tools.
 */
#include "tools/yard/control_truck.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/scenario/keys.h"

static enum kakou_err put_text(FILE *to, const char *key, const char *text,
			       struct why *why)
{
	if (strpbrk(text, "\"\\\n$"))
		return why_set(
			why, KAKOU_E_INVALID,
			"%s: got \"%s\", expected text without \" \\ $ or line ends", key,
			text);
	(void)fprintf(to, "\"%s\"", text);
	return KAKOU_OK;
}

static enum kakou_err put_list(FILE *to, const char *key, const json_t *list,
			       struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	(void)fputc('{', to);
	for (size_t i = 0; i < json_array_size(list) && !err; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (i > 0)
			(void)fputs(", ", to);
		err = text ? put_text(to, key, text, why)
			   : why_set(why, KAKOU_E_INVALID, "%s: expected a list of texts",
				     key);
	}
	(void)fputc('}', to);
	return err;
}

static enum kakou_err put_value(FILE *to, const char *key, const json_t *value,
				struct why *why)
{
	if (json_is_string(value))
		return put_text(to, key, json_string_value(value), why);
	if (json_is_array(value))
		return put_list(to, key, value, why);
	if (!json_is_integer(value))
		return why_set(why, KAKOU_E_INVALID,
			       "%s: expected a text, an integer or a list of texts", key);
	(void)fprintf(to, "%lld", (long long)json_integer_value(value));
	return KAKOU_OK;
}

static bool is_word(const char *key)
{
	return key[strspn(key, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static enum kakou_err put_truck(FILE *to, const json_t *params, struct why *why)
{
	static unsigned nameless;
	const char *name = json_string_value(json_object_get(params, "name"));
	enum kakou_err err = KAKOU_OK;
	const char *key;
	json_t *value;

	(void)fputs("truck ", to);
	if (name)
		err = put_text(to, "name", name, why);
	else
		(void)fprintf(to, "\"x%u\"", ++nameless);
	(void)fputs(" {\n", to);
	json_object_foreach((json_t *)params, key, value)
	{
		if (err || !strcmp(key, "name"))
			continue;
		if (!is_word(key))
			return why_set(why, KAKOU_E_INVALID,
				       "got the key \"%s\", expected one of a truck",
				       key);
		(void)fprintf(to, "%s = ", key);
		err = put_value(to, key, value, why);
		(void)fputc('\n', to);
	}
	(void)fputs("}\n", to);
	return err;
}

/* The reader's complaint is about a file nobody has: only what follows "FILE:LINE: " counts. */
static enum kakou_err complain(struct why *why, enum kakou_err err, const char *path,
			       const struct why *cause)
{
	const char *text = cause->text;

	if (!strncmp(text, path, strlen(path))) {
		text += strlen(path);
		text += strspn(text, ":0123456789 ");
	}
	return why_set(why, err, "%s", text);
}

static enum kakou_err read_back(struct scenario_truck *out, const char *path,
				struct why *why)
{
	struct scenario_trucks *trucks;
	struct why cause = {0};
	struct conf *conf;
	enum kakou_err err = scenario_open(&conf, path, &cause);

	if (err)
		return complain(why, err, path, &cause);
	err = scenario_trucks_load(&trucks, conf, &cause);
	if (!err) {
		*out = trucks->trucks[0];
		free(trucks);
	}
	conf_close(conf);
	return err ? complain(why, err, path, &cause) : err;
}

enum kakou_err control_read_truck(struct scenario_truck *out, const json_t *params,
				  struct why *why)
{
	int fd = memfd_create("truck", MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	char path[32];
	enum kakou_err err;

	if (!file) {
		err = why_set(why, KAKOU_E_NOMEM, "no memory for a truck: %s",
			      strerror(errno));
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = put_truck(file, params, why);
	if (!err && fflush(file))
		err = why_set(why, KAKOU_E_NOMEM, "no memory for a truck");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!err)
		err = read_back(out, path, why);
	(void)fclose(file);
	return err;
}
