/* SPDX-License-Identifier: MIT */
/*
 * kakou picture: one picture of the record, checked against its name.
 *
 * Layer: firmware.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/kakou/cli.h"
#include "firmware/pictures/store.h"
#include "hal/base64.h"

enum { WHOLE_MAX = 16 * 1024 * 1024 };

struct whole {
	char *data;
	size_t len, size; /* got, and of the whole picture */
};

/* One piece behind what is there. False: it does not go on. */
static bool add_piece(struct whole *whole, const json_t *piece)
{
	const json_t *text = json_object_get(piece, "data");
	int64_t size = cli_integer(piece, "bytes");
	size_t got = 0;

	if (size <= 0 || size > WHOLE_MAX || !json_is_string(text))
		return false;
	if (!whole->data) {
		whole->data = malloc((size_t)size);
		whole->size = (size_t)size;
	}
	if (!whole->data || whole->size != (size_t)size ||
	    base64_decode(json_string_value(text), json_string_length(text),
			  whole->data + whole->len, whole->size - whole->len, &got) ||
	    got == 0)
		return false;
	whole->len += got;
	return true;
}

static int fetch(struct cli *cli, const char *hash, struct whole *whole)
{
	do {
		json_t *piece;
		bool was_added;
		int exit = cli_call(cli, "picture.read",
				    json_pack("{s:s, s:I}", "sha256", hash, "offset",
					      (json_int_t)whole->len),
				    &piece);

		if (exit)
			return exit;
		was_added = add_piece(whole, piece);
		json_decref(piece);
		if (!was_added)
			return cli_complain(cli, CLI_FAILED,
					    "kakoud gave no sound piece at byte %zu",
					    whole->len);
	} while (whole->len < whole->size);
	return CLI_DONE;
}

int cmd_picture(struct cli *cli, int argc, char **argv)
{
	struct whole whole = {.data = NULL};
	char hash[PICTURE_HASH_CHARS + 1];
	const char *asked;
	int exit;

	if (!cli_read_words(cli, argc, argv, NULL, 0, &asked, 1, 1))
		return CLI_USAGE;
	if (!picture_is_hash(asked))
		return cli_complain(cli, CLI_USAGE,
				    "got \"%s\", expected a SHA-256: 64 lower-case "
				    "hexadecimal digits",
				    asked);
	if (isatty(fileno(cli->out)))
		return cli_complain(cli, CLI_USAGE,
				    "this is a terminal, expected a file: kakou picture "
				    "%.8s… > file.jpg",
				    asked);
	exit = fetch(cli, asked, &whole);
	if (!exit)
		/* NOLINTNEXTLINE(-Wanalyzer-null-argument): fetched, so it has bytes */
		picture_hash(whole.data, whole.len, hash);
	if (!exit && strcmp(hash, asked) != 0)
		exit = cli_complain(cli, CLI_FAILED,
				    "the picture kept under this name has SHA-256 %s: it "
				    "was changed",
				    hash);
	/* NOLINTNEXTLINE(-Wanalyzer-null-argument): fetched, so it has bytes */
	if (!exit && fwrite(whole.data, 1, whole.len, cli->out) != whole.len)
		exit = cli_complain(cli, CLI_FAILED, "can't write it: %s",
				    strerror(errno));
	free(whole.data);
	return exit;
}
