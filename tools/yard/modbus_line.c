/* SPDX-License-Identifier: MIT */
/*
 * Sockets and pseudo terminals of Modbus ports.
 *
 * Layer: tools.
 */
#include "tools/yard/modbus_line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { BACKLOG = 8 };

static socklen_t make_address(struct sockaddr_storage *out,
			      const struct modbus_port_config *config)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, config->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(config->tcp_port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, config->host, &v6->sin6_addr) != 1)
		return 0;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(config->tcp_port);
	return sizeof(*v6);
}

enum kakou_err modbus_line_listen(int *out, const struct modbus_port_config *config,
				  struct why *why)
{
	static const int one = 1;
	struct sockaddr_storage address;
	socklen_t len = make_address(&address, config);
	int fd;

	if (len == 0)
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: got the host \"%s\", expected an address",
			       config->name, config->host);
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !bind(fd, (struct sockaddr *)&address, len) && !listen(fd, BACKLOG)) {
		*out = fd;
		return KAKOU_OK;
	}
	why_set(why, KAKOU_E_LINK, "port %s: can't listen on %s port %u: %s",
		config->name, config->host, config->tcp_port, strerror(errno));
	if (fd >= 0)
		close(fd);
	return KAKOU_E_LINK;
}

static bool make_raw(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings))
		return false;
	cfmakeraw(&settings);
	return !tcsetattr(fd, TCSANOW, &settings);
}

void modbus_line_unlink(const struct modbus_port_config *config)
{
	struct stat found;

	if (!lstat(config->device, &found) && S_ISLNK(found.st_mode))
		(void)unlink(config->device);
}

enum kakou_err modbus_line_open_pty(int *master, int *slave,
				    const struct modbus_port_config *config,
				    struct why *why)
{
	char path[PATH_MAX];

	*slave = -1;
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (*master < 0 || grantpt(*master) || unlockpt(*master) ||
	    ptsname_r(*master, path, sizeof(path)))
		goto fail;
	*slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || !make_raw(*slave))
		goto fail;
	modbus_line_unlink(config);
	if (!symlink(path, config->device))
		return KAKOU_OK;

fail:
	why_set(why, KAKOU_E_LINK, "port %s: no pseudo terminal at %s: %s", config->name,
		config->device, strerror(errno));
	if (*slave >= 0)
		close(*slave);
	if (*master >= 0)
		close(*master);
	return KAKOU_E_LINK;
}
