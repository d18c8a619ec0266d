/* SPDX-License-Identifier: MIT */
/*
 * The ticket of who has logged in: kept in a file that nobody else may read, one for each
 * control socket.
 *
 * Layer: firmware. One thread.
 */
#include "firmware/kakou/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 512, TICKET_BYTES = 128 };

/* $KAKOU_TICKET, or a file below $XDG_RUNTIME_DIR or ~/.cache named after the socket. False:
 * there is no such place. */
static bool name_file(const struct cli *cli, char to[PATH_BYTES], bool make_folder)
{
	const char *whole = getenv("KAKOU_TICKET");
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *home = getenv("HOME");
	size_t used;
	int n;

	if (whole && whole[0]) {
		n = snprintf(to, PATH_BYTES, "%s", whole);
		return n > 0 && n < PATH_BYTES;
	}
	if (runtime && runtime[0])
		n = snprintf(to, PATH_BYTES, "%s/kakou", runtime);
	else if (home && home[0])
		n = snprintf(to, PATH_BYTES, "%s/.cache", home);
	else
		return false;
	if (n < 0 || n >= PATH_BYTES)
		return false;
	if (make_folder)
		(void)mkdir(to, 0700);
	used = (size_t)n;
	n = snprintf(to + used, PATH_BYTES - used, "/%sticket",
		     runtime && runtime[0] ? "" : "kakou-");
	if (n < 0 || (size_t)n >= PATH_BYTES - used)
		return false;
	used += (size_t)n;
	for (const char *c = cli->socket; *c && used < PATH_BYTES - 1; c++)
		to[used++] = *c == '/' ? '-' : *c;
	to[used] = '\0';
	return used < PATH_BYTES - 1;
}

bool cli_load_ticket(const struct cli *cli, char to[CLI_TICKET_MAX])
{
	char path[PATH_BYTES];
	struct stat found;
	ssize_t len;
	int fd;

	if (!name_file(cli, path, false))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	/* What others may write is not ours. */
	len = fstat(fd, &found) || found.st_uid != geteuid() || (found.st_mode & 077)
		      ? -1
		      : read(fd, to, CLI_TICKET_MAX - 1);
	close(fd);
	if (len <= 0)
		return false;
	to[len] = '\0';
	to[strcspn(to, "\n")] = '\0';
	return true;
}

bool cli_keep_ticket(const struct cli *cli, const char *ticket)
{
	char path[PATH_BYTES], fresh[PATH_BYTES + 8];
	size_t len = strlen(ticket);
	bool is_kept;
	int fd;

	if (!name_file(cli, path, true)) {
		(void)cli_complain(cli, CLI_FAILED,
				   "there is no place for the ticket, expected "
				   "$XDG_RUNTIME_DIR or $HOME");
		return false;
	}
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	is_kept = fd >= 0 && write(fd, ticket, len) == (ssize_t)len;
	if (fd >= 0)
		close(fd);
	is_kept = is_kept && rename(fresh, path) == 0;
	if (!is_kept)
		(void)cli_complain(cli, CLI_FAILED, "the ticket can't be kept in %s: %s",
				   path, strerror(errno));
	return is_kept;
}

void cli_drop_ticket(const struct cli *cli)
{
	char path[PATH_BYTES];

	if (name_file(cli, path, false))
		(void)unlink(path);
}

json_t *cli_with_ticket(const struct cli *cli, json_t *params)
{
	char ticket[CLI_TICKET_MAX];

	if (cli_load_ticket(cli, ticket))
		(void)json_object_set_new(params, "ticket", json_string(ticket));
	explicit_bzero(ticket, sizeof(ticket));
	return params;
}

int cli_call_as(struct cli *cli, const char *method, json_t *params, json_t **result)
{
	return cli_call(cli, method, cli_with_ticket(cli, params), result);
}

int cli_show_as(struct cli *cli, const char *method, json_t *params,
		void (*print)(struct cli *cli, json_t *result))
{
	return cli_show(cli, method, cli_with_ticket(cli, params), print);
}
