/* SPDX-License-Identifier: MIT */
/*
 * Options and words of a command line.
 *
 * Layer: firmware. Pure but for its complaints.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>
#include <string.h>

#include "hal/text.h"

/* The value of "--name=value" or of "--name value", which takes a second argument; NULL: it
 * is another option, or the value is missing. */
static const char *match_value(const struct cli_option *option, int argc, char **argv,
			       int *i)
{
	size_t len = strlen(option->name);

	if (!strncmp(argv[*i], option->name, len) && argv[*i][len] == '=')
		return argv[*i] + len + 1;
	if (!strcmp(argv[*i], option->name) && *i + 1 < argc)
		return argv[++*i];
	return NULL;
}

static bool take_option(const struct cli_option *options, size_t count, int argc,
			char **argv, int *i)
{
	for (size_t o = 0; o < count; o++) {
		if (options[o].flag && !strcmp(argv[*i], options[o].name)) {
			*options[o].flag = true;
			return true;
		}
		if (options[o].value) {
			const char *value = match_value(&options[o], argc, argv, i);

			if (value) {
				*options[o].value = value;
				return true;
			}
		}
	}
	return false;
}

/* An option that takes a value and stands last. */
static bool lacks_value(const struct cli_option *options, size_t count, const char *word)
{
	for (size_t o = 0; o < count; o++) {
		if (options[o].value && !strcmp(word, options[o].name))
			return true;
	}
	return false;
}

static bool complain_usage(struct cli *cli, const char *what, const char *got)
{
	(void)cli_complain(cli, CLI_USAGE, "%s%s%s%s, expected: kakou %s%s%s", what,
			   got ? " \"" : "", got ? got : "", got ? "\"" : "",
			   cli->command->name, cli->command->synopsis[0] ? " " : "",
			   cli->command->synopsis);
	return false;
}

bool cli_read_words(struct cli *cli, int argc, char **argv,
		    const struct cli_option *options, size_t option_count,
		    const char **words, int min, int max)
{
	const struct cli_option common[] = {
		{"--json",   NULL,         &cli->json},
		{"--socket", &cli->socket, NULL      },
	};
	bool options_ended = false;
	int count = 0;

	for (int i = 0; i < max; i++)
		words[i] = NULL;
	for (int i = 1; i < argc; i++) {
		bool is_option = !options_ended && argv[i][0] == '-' && argv[i][1];

		if (is_option && !strcmp(argv[i], "--")) {
			options_ended = true;
		} else if (is_option) {
			if (take_option(options, option_count, argc, argv, &i) ||
			    take_option(common, 2, argc, argv, &i))
				continue;
			if (lacks_value(options, option_count, argv[i]) ||
			    lacks_value(common, 2, argv[i]))
				return complain_usage(cli, "got no value for", argv[i]);
			return complain_usage(cli, "got", argv[i]);
		} else if (count == max) {
			return complain_usage(cli, "got one word too many,", argv[i]);
		} else {
			words[count++] = argv[i];
		}
	}
	if (count < min)
		return complain_usage(cli, "got too few words", NULL);
	return true;
}

bool cli_read_none(struct cli *cli, int argc, char **argv)
{
	return cli_read_words(cli, argc, argv, NULL, 0, NULL, 0, 0);
}

bool cli_read_integer(struct cli *cli, const char *name, const char *text, int64_t min,
		      int64_t max, int64_t fallback, int64_t *out)
{
	*out = fallback;
	if (!text || !text_parse_integer(text, min, max, out))
		return true;
	if (max == INT64_MAX)
		(void)cli_complain(cli, CLI_USAGE,
				   "%s: got \"%s\", expected a number from %" PRId64
				   " on",
				   name, text, min);
	else
		(void)cli_complain(cli, CLI_USAGE,
				   "%s: got \"%s\", expected %" PRId64 " to %" PRId64,
				   name, text, min, max);
	return false;
}
