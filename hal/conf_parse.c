/* SPDX-License-Identifier: MIT */
/*
 * libconfuse at work: the key table becomes its option table with every value a text; the
 * result is checked and copied into the tree of conf, with the lines that the scan noted.
 *
 * Layer: hal, inside conf.
 */
#include "hal/conf_internal.h"

#include <assert.h>
#include <confuse.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

/* What the callbacks need. */
struct parse {
	const char *path;
	const struct conf_scan *scan;
	struct why *why;
	bool is_explained;
	const cfg_t **closed; /* closed[i] is scan->sections[i] */
	size_t closed_count;
};

/* libconfuse hands its callbacks no pointer of ours. */
static _Thread_local struct parse *parsing;

static int note_closed_section(cfg_t *cfg, cfg_opt_t *opt)
{
	(void)cfg;
	if (parsing->closed_count == parsing->scan->section_count)
		return -1;
	parsing->closed[parsing->closed_count++] =
		cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	return 0;
}

/* "name, direction, barrier": what may stand in this section; "…" for what does not fit. */
static void list_names(const cfg_t *cfg, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (const cfg_opt_t *opt = cfg->opts; opt->name; opt++) {
		size_t room = size - sizeof(", …") - used;
		int n = snprintf(to + used, room, "%s%s", used ? ", " : "", opt->name);

		if (n < 0 || (size_t)n >= room) {
			memcpy(to + used, ", …", sizeof(", …"));
			return;
		}
		used += (size_t)n;
	}
}

static void explain_unknown_key(cfg_t *cfg, const char *name)
{
	const char *title = cfg_title(cfg); /* NULL outside of all sections */
	char names[128];

	list_names(cfg, names, sizeof(names));
	if (title)
		(void)why_set(parsing->why, KAKOU_E_INVALID,
			      "%s:%d: got the key \"%s\", expected one of the keys of %s "
			      "\"%s\": %s",
			      parsing->path, cfg->line, name, cfg_name(cfg), title,
			      names);
	else
		(void)why_set(parsing->why, KAKOU_E_INVALID,
			      "%s:%d: got the key \"%s\", expected one of %s",
			      parsing->path, cfg->line, name, names);
}

/* libconfuse's "… 'word'": the word, if the sentence begins like that. */
static bool match_said(const char *said, const char *begin, char *word, size_t size)
{
	size_t len = strlen(begin);
	char *end;

	if (strncmp(said, begin, len) != 0)
		return false;
	text_copy(word, size, said + len);
	end = strrchr(word, '\'');
	if (end)
		*end = '\0';
	return true;
}

KAKOU_PRINTF(2, 0)
static void explain_error(cfg_t *cfg, const char *format, va_list args)
{
	char said[120];
	char word[64];

	if (parsing->is_explained)
		return;
	parsing->is_explained = true;
	if (vsnprintf(said, sizeof(said), format, args) < 0)
		said[0] = '\0';
	if (match_said(said, "no such option '", word, sizeof(word)))
		explain_unknown_key(cfg, word);
	else if (match_said(said, "found duplicate title '", word, sizeof(word)))
		(void)why_set(parsing->why, KAKOU_E_INVALID,
			      "%s:%d: title \"%s\": got it again, expected it once",
			      parsing->path, cfg->line, word);
	else
		(void)why_set(parsing->why, KAKOU_E_INVALID, "%s:%d: %s", parsing->path,
			      cfg->line, said);
}

static void free_options(cfg_opt_t *opts)
{
	if (!opts)
		return;
	for (cfg_opt_t *opt = opts; opt->name; opt++) {
		free_options(opt->subopts);
		free((char *)opt->name);
	}
	free(opts);
}

static bool has_option(const cfg_opt_t *opts, const char *name)
{
	for (; opts->name; opts++) {
		if (!strcmp(opts->name, name))
			return true;
	}
	return false;
}

static bool set_value_option(cfg_opt_t *opt, const struct conf_key *key)
{
	cfg_opt_t made = CFG_STR(NULL, NULL, CFGF_NODEFAULT);

	*opt = made;
	opt->name = strdup(key->name);
	if (key->type == CONF_LIST)
		opt->flags |= CFGF_LIST;
	return opt->name;
}

static cfg_opt_t *make_options(const struct conf *conf, const char *path);

static bool set_section_option(const struct conf *conf, cfg_opt_t *opt, const char *path,
			       const char *name)
{
	cfg_opt_t made =
		CFG_SEC(NULL, NULL, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	char below[CONF_PATH_BYTES];

	conf_join_section(path, name, below, sizeof(below));
	*opt = made;
	opt->validcb = note_closed_section;
	opt->name = strdup(name);
	if (!opt->name)
		return false;
	opt->subopts = make_options(conf, below);
	return opt->subopts;
}

/* libconfuse's table of the keys and sections directly in `path`; NULL without memory. */
static cfg_opt_t *make_options(const struct conf *conf, const char *path)
{
	cfg_opt_t *opts = calloc(conf->key_count + 1, sizeof(*opts));
	size_t n = 0;
	char name[CONF_PATH_BYTES];

	if (!opts)
		return NULL;
	for (size_t i = 0; i < conf->key_count; i++) {
		const struct conf_key *key = &conf->keys[i];
		bool is_set = true;

		if (!strcmp(key->section, path)) {
			assert(!has_option(opts, key->name));
			is_set = set_value_option(&opts[n++], key);
		}
		if (conf_next_section(path, key->section, name, sizeof(name)) &&
		    !has_option(opts, name))
			is_set = set_section_option(conf, &opts[n++], path, name);
		if (!is_set) {
			free_options(opts);
			return NULL;
		}
	}
	return opts;
}

static bool take_stated(struct conf_entry *entry, cfg_opt_t *opt)
{
	for (unsigned i = 0; i < cfg_opt_size(opt); i++) {
		const char *text = cfg_opt_getnstr(opt, i);

		if (!conf_entry_add(entry, text, strlen(text)))
			return false;
	}
	return true;
}

static enum kakou_err fill_entry(struct conf_section *section, struct conf_entry *entry,
				 cfg_opt_t *opt, struct why *why)
{
	char expected[160];
	bool is_taken;

	entry->is_set = opt->flags & CFGF_MODIFIED;
	if (!entry->is_set && !entry->key->fallback) {
		conf_describe_key(entry->key, expected, sizeof(expected));
		return conf_complain(section, entry->key->name, why,
				     "got nothing, expected %s", expected);
	}
	is_taken =
		entry->is_set ? take_stated(entry, opt) : conf_entry_take_fallback(entry);
	if (!is_taken)
		return why_set(why, KAKOU_E_NOMEM, "%s: no memory", section->conf->path);
	return conf_entry_check(section, entry, why);
}

/* `scope` is the section's number in the scan. */
static enum kakou_err copy_entries(struct conf_section *section, cfg_t *cfg, int scope,
				   const struct parse *parse)
{
	const struct conf *conf = section->conf;

	section->entries = calloc(conf->key_count, sizeof(*section->entries));
	if (!section->entries)
		return why_set(parse->why, KAKOU_E_NOMEM, "%s: no memory", conf->path);
	for (size_t i = 0; i < conf->key_count; i++) {
		struct conf_entry *entry = &section->entries[section->entry_count];
		const struct conf_key *key = &conf->keys[i];
		enum kakou_err err;

		if (strcmp(key->section, section->path) != 0)
			continue;
		entry->key = key;
		entry->line = conf_scan_line(parse->scan, scope, key->name);
		section->entry_count++;
		err = fill_entry(section, entry, cfg_getopt(cfg, key->name), parse->why);
		if (err)
			return err;
	}
	return KAKOU_OK;
}

/* The scan's number of the section, and where it begins. */
static int find_scope(const struct parse *parse, const cfg_t *cfg, int *line)
{
	for (size_t i = 0; i < parse->closed_count; i++) {
		if (parse->closed[i] == cfg) {
			*line = parse->scan->sections[i].line;
			return parse->scan->sections[i].scope;
		}
	}
	return 0;
}

static enum kakou_err copy_section(struct conf_section *section, cfg_t *cfg, int scope,
				   const struct parse *parse);

static enum kakou_err copy_children(struct conf_section *section, cfg_opt_t *opt,
				    const struct parse *parse)
{
	for (unsigned i = 0; i < cfg_opt_size(opt); i++) {
		struct conf_section *child = &section->children[section->child_count++];
		cfg_t *cfg = cfg_opt_getnsec(opt, i);
		enum kakou_err err;
		int scope;

		child->conf = section->conf;
		child->name = strdup(opt->name);
		child->title = strdup(cfg_title(cfg));
		if (!child->name || !child->title)
			return why_set(parse->why, KAKOU_E_NOMEM, "%s: no memory",
				       parse->path);
		scope = find_scope(parse, cfg, &child->line);
		conf_join_section(section->path, opt->name, child->path,
				  sizeof(child->path));
		if (!child->title[0] || !conf_is_clean_text(child->title))
			return conf_complain(child, NULL, parse->why,
					     "got title \"%s\", expected text in UTF-8",
					     child->title);
		err = copy_section(child, cfg, scope, parse);
		if (err)
			return err;
	}
	return KAKOU_OK;
}

static enum kakou_err copy_section(struct conf_section *section, cfg_t *cfg, int scope,
				   const struct parse *parse)
{
	enum kakou_err err = copy_entries(section, cfg, scope, parse);
	size_t count = 0;

	for (cfg_opt_t *opt = cfg->opts; opt->name; opt++) {
		if (opt->type == CFGT_SEC)
			count += cfg_opt_size(opt);
	}
	if (err || count == 0)
		return err;
	section->children = calloc(count, sizeof(*section->children));
	if (!section->children)
		return why_set(parse->why, KAKOU_E_NOMEM, "%s: no memory", parse->path);
	for (cfg_opt_t *opt = cfg->opts; opt->name && !err; opt++) {
		if (opt->type == CFGT_SEC)
			err = copy_children(section, opt, parse);
	}
	return err;
}

static enum kakou_err run_parser(cfg_t *cfg, const char *text, struct parse *parse)
{
	int result;

	if (!text[0])
		return KAKOU_OK; /* libconfuse takes no empty buffer */
	cfg_set_error_function(cfg, explain_error);
	parsing = parse;
	result = cfg_parse_buf(cfg, text);
	parsing = NULL;
	if (result == CFG_SUCCESS)
		return KAKOU_OK;
	if (parse->is_explained)
		return KAKOU_E_INVALID;
	return why_set(parse->why, KAKOU_E_NOMEM, "%s: no memory to parse it",
		       parse->path);
}

enum kakou_err conf_parse(struct conf *conf, const char *text,
			  const struct conf_scan *scan, struct why *why)
{
	struct parse parse = {.path = conf->path, .scan = scan, .why = why};
	cfg_opt_t *opts = make_options(conf, "");
	enum kakou_err err = KAKOU_E_NOMEM;
	cfg_t *cfg = opts ? cfg_init(opts, CFGF_NONE) : NULL;

	free_options(opts); /* cfg_init() took a copy */
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	parse.closed = calloc(scan->section_count + 1, sizeof(*parse.closed));
	if (!cfg || !parse.closed) {
		err = why_set(why, KAKOU_E_NOMEM, "%s: no memory", conf->path);
		goto release;
	}
	err = run_parser(cfg, text, &parse);
	if (!err)
		err = copy_section(&conf->root, cfg, 0, &parse);

release:
	free(parse.closed);
	if (cfg)
		cfg_free(cfg);
	return err;
}
