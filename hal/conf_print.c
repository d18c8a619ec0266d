/* SPDX-License-Identifier: MIT */
/*
 * The key table as documents: a sample file and the manual page's list.
 *
 * Layer: hal.
 */
#include <string.h>

#include "hal/conf.h"
#include "hal/conf_internal.h"

static const char *const MARGINS[] = {"", "\t", "\t\t", "\t\t\t"};

static const char *margin(int depth)
{
	int last = (int)(sizeof(MARGINS) / sizeof(MARGINS[0])) - 1;

	return MARGINS[depth < last ? depth : last];
}

static void print_default(FILE *to, const struct conf_key *key)
{
	const char *at = key->fallback;

	if (key->type == CONF_LIST) {
		fputc('{', to);
		while (*at) {
			size_t n = strcspn(at, ",");

			fprintf(to, "\"%.*s\"%s", (int)n, at, at[n] ? ", " : "");
			at += n + (at[n] == ',');
		}
		fputc('}', to);
	} else if (key->type == CONF_TEXT) {
		fprintf(to, "\"%s\"", at);
	} else {
		fputs(at, to);
	}
}

static void print_sample_key(FILE *to, const struct conf_key *key, int depth)
{
	char expected[160];

	conf_describe_key(key, expected, sizeof(expected));
	fprintf(to, "%s# %s\n%s# %s; ", margin(depth), key->doc, margin(depth), expected);
	if (!key->fallback) {
		fprintf(to, "required\n%s# %s =\n", margin(depth), key->name);
		return;
	}
	fprintf(to, "default:\n%s# %s = ", margin(depth), key->name);
	print_default(to, key);
	fputc('\n', to);
}

/* True for the first key that lies in or under the section `name` of `path`. */
static bool opens_section(const struct conf_key *keys, size_t i, const char *path,
			  char *name, size_t size)
{
	char other[CONF_PATH_BYTES];

	if (!conf_next_section(path, keys[i].section, name, size))
		return false;
	for (size_t k = 0; k < i; k++) {
		if (conf_next_section(path, keys[k].section, other, sizeof(other)) &&
		    !strcmp(name, other))
			return false;
	}
	return true;
}

static void print_sample_section(FILE *to, const struct conf_key *keys, size_t count,
				 const char *path, int depth)
{
	char name[CONF_PATH_BYTES];
	char below[CONF_PATH_BYTES];

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(keys[i].section, path))
			print_sample_key(to, &keys[i], depth);
	}
	for (size_t i = 0; i < count; i++) {
		if (!opens_section(keys, i, path, name, sizeof(name)))
			continue;
		conf_join_section(path, name, below, sizeof(below));
		fprintf(to, "\n%s%s \"name\" {\n", margin(depth), name);
		print_sample_section(to, keys, count, below, depth + 1);
		fprintf(to, "%s}\n", margin(depth));
	}
}

void conf_print_sample(FILE *to, const struct conf_key *keys, size_t count)
{
	print_sample_section(to, keys, count, "", 0);
}

static void print_manual_key(FILE *to, const struct conf_key *key)
{
	char expected[160];

	conf_describe_key(key, expected, sizeof(expected));
	fprintf(to, ".It Cm %s\n%s\nExpects %s", key->name, key->doc, expected);
	if (!key->fallback) {
		fputs("; required.\n", to);
		return;
	}
	fputs("; default\n.Ql ", to);
	print_default(to, key);
	fputs(" .\n", to);
}

static void print_manual_section(FILE *to, const struct conf_key *keys, size_t count,
				 const char *path)
{
	char name[CONF_PATH_BYTES];
	char below[CONF_PATH_BYTES];
	bool is_open = false;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].section, path) != 0)
			continue;
		if (!is_open)
			fprintf(to, ".Ss %s\n.Bl -tag -width Ds\n",
				path[0] ? path : "Top level");
		is_open = true;
		print_manual_key(to, &keys[i]);
	}
	if (is_open)
		fputs(".El\n", to);
	for (size_t i = 0; i < count; i++) {
		if (!opens_section(keys, i, path, name, sizeof(name)))
			continue;
		conf_join_section(path, name, below, sizeof(below));
		print_manual_section(to, keys, count, below);
	}
}

void conf_print_manual(FILE *to, const struct conf_key *keys, size_t count)
{
	print_manual_section(to, keys, count, "");
}
