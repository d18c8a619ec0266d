/* SPDX-License-Identifier: MIT */
/*
 * Passwords from a person: typed without echo, or a line of standard input. Never from the
 * command line, which every process of the machine can read.
 *
 * Layer: firmware. One thread.
 */
#include "firmware/kakou/cli.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line without its newline. False: none, or longer than the room. */
static bool read_line(char *to, size_t size)
{
	size_t used = 0;
	char c = '\0';

	/* Byte by byte: what follows belongs to the next question. */
	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n') {
		if (used == size - 1) {
			explicit_bzero(to, size);
			return false;
		}
		to[used++] = c;
	}
	to[used] = '\0';
	return c == '\n' || used > 0;
}

static bool ask_terminal(struct cli *cli, const char *what, char *to, size_t size)
{
	struct termios before, silent;
	bool is_read;

	if (tcgetattr(STDIN_FILENO, &before))
		return false;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	fprintf(cli->err, "%s: ", what);
	fflush(cli->err);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	is_read = read_line(to, size);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', cli->err);
	return is_read;
}

bool cli_read_secret(struct cli *cli, const char *what, char to[CLI_SECRET_MAX])
{
	bool is_read = isatty(STDIN_FILENO) ? ask_terminal(cli, what, to, CLI_SECRET_MAX)
					    : read_line(to, CLI_SECRET_MAX);

	if (!is_read || to[0] == '\0') {
		(void)cli_complain(cli, CLI_USAGE,
				   "got no %s, expected one line of at most %d bytes on "
				   "the terminal or standard input",
				   what, CLI_SECRET_MAX - 1);
		return false;
	}
	return true;
}

bool cli_read_new_secret(struct cli *cli, const char *what, char to[CLI_SECRET_MAX])
{
	char again[CLI_SECRET_MAX];
	bool is_same;

	if (!cli_read_secret(cli, what, to))
		return false;
	if (!isatty(STDIN_FILENO))
		return true;
	is_same = cli_read_secret(cli, "once more", again) && !strcmp(to, again);
	explicit_bzero(again, sizeof(again));
	if (!is_same) {
		(void)cli_complain(cli, CLI_USAGE, "the two are not the same");
		explicit_bzero(to, CLI_SECRET_MAX);
	}
	return is_same;
}
