/* SPDX-License-Identifier: MIT */
/*
 * Lines of a yard behind a Unix socket, so that everything runs without a GPIO chip.
 *
 * Layer:   hal.
 * Threads: as hal/gpio.h; no call but open waits.
 *
 * Levels travel as they change, so the last known ones are kept here, and a level changes
 * exactly when its edge is taken by gpio_next_edge(): who reads levels without taking the edges
 * first sees the past. Whatever goes wrong with the socket ends this object for good; the
 * caller closes it and opens another, from a thread that may wait.
 */
#include "hal/gpio_yard.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/linux/dial.h"
#include "hal/linux/gpio_backend.h"
#include "hal/text.h"

struct gpio_yard {
	struct gpio base;
	int fd;
	bool is_lost;
	size_t count;
	uint64_t inputs; /* bit i: line i is an input */
	uint64_t levels; /* of the inputs, as of the last edge taken */
};

static void close_yard(struct gpio *gpio)
{
	struct gpio_yard *yard = (struct gpio_yard *)gpio;

	close(yard->fd);
	free(yard);
}

static enum kakou_err lose(struct gpio_yard *yard)
{
	yard->is_lost = true;
	return KAKOU_E_LINK;
}

static enum kakou_err read_levels(struct gpio *gpio, uint64_t *inputs)
{
	struct gpio_yard *yard = (struct gpio_yard *)gpio;
	char byte;
	ssize_t got;

	if (yard->is_lost)
		return KAKOU_E_LINK;
	/* Edges that wait stay where they are; only the end of the socket is news. */
	got = recv(yard->fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		return lose(yard);
	*inputs = yard->levels;
	return KAKOU_OK;
}

static enum kakou_err write_levels(struct gpio *gpio, uint64_t mask, uint64_t levels)
{
	struct gpio_yard *yard = (struct gpio_yard *)gpio;
	struct gpio_yard_packet packet = {
		.type = GPIO_YARD_SET,
		.mask = mask,
		.levels = levels,
	};
	ssize_t put;

	if (yard->is_lost)
		return KAKOU_E_LINK;
	put = send(yard->fd, &packet, sizeof(packet), MSG_DONTWAIT | MSG_NOSIGNAL);
	/* A yard that reads so little that its socket is full is as good as gone. */
	return put == (ssize_t)sizeof(packet) ? KAKOU_OK : lose(yard);
}

static enum kakou_err next_edge(struct gpio *gpio, struct gpio_edge *out)
{
	struct gpio_yard *yard = (struct gpio_yard *)gpio;
	struct gpio_yard_packet packet;
	uint64_t bit;
	ssize_t got;

	if (yard->is_lost)
		return KAKOU_E_LINK;
	got = recv(yard->fd, &packet, sizeof(packet), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return KAKOU_E_AGAIN;
	if (got != (ssize_t)sizeof(packet) || packet.type != GPIO_YARD_EDGE ||
	    packet.line >= yard->count)
		return lose(yard);
	bit = UINT64_C(1) << packet.line;
	if (!(bit & yard->inputs))
		return lose(yard);
	yard->levels = packet.levels ? yard->levels | bit : yard->levels & ~bit;
	out->at_ns = packet.at_ns;
	out->line = (uint16_t)packet.line;
	out->level = packet.levels;
	return KAKOU_OK;
}

static size_t list_fds(const struct gpio *gpio, int *fds, size_t max)
{
	if (max == 0)
		return 0;
	fds[0] = ((const struct gpio_yard *)gpio)->fd;
	return 1;
}

static enum kakou_err connect_to(int *out, const char *path, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	enum kakou_err err;
	int fd;

	if (!text_copy(address.sun_path, sizeof(address.sun_path), path))
		return why_set(why, KAKOU_E_INVALID,
			       "%s: path of a socket has more than %zu bytes", path,
			       sizeof(address.sun_path) - 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return why_set(why, KAKOU_E_IO, "no socket: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = errno == EACCES ? KAKOU_E_DENIED : KAKOU_E_LINK;
		why_set(why, err, "%s: no yard there: %s", path, strerror(errno));
		close(fd);
		return err;
	}
	*out = fd;
	return KAKOU_OK;
}

static void say_hello(struct gpio_yard_hello *hello, const struct gpio_line *lines,
		      size_t count)
{
	memset(hello, 0, sizeof(*hello));
	hello->type = GPIO_YARD_HELLO;
	hello->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		memcpy(hello->lines[i].name, lines[i].name, sizeof(lines[i].name));
		hello->lines[i].is_output = lines[i].is_output;
		hello->lines[i].initial = lines[i].initial;
	}
}

/* Asks for the lines and waits for the yard's answer. */
static enum kakou_err introduce(struct gpio_yard *yard, const char *path,
				const struct gpio_line *lines, size_t count,
				struct why *why)
{
	int64_t until_ns = clock_mono_ns() + GPIO_YARD_ANSWER_MS * INT64_C(1000000);
	struct gpio_yard_hello hello;
	struct gpio_yard_packet answer;
	ssize_t len;

	say_hello(&hello, lines, count);
	len = send(yard->fd, &hello, sizeof(hello), MSG_NOSIGNAL);
	if (len != (ssize_t)sizeof(hello))
		return why_set(why, KAKOU_E_LINK, "%s: the yard does not listen", path);
	if (dial_poll_until(yard->fd, POLLIN, until_ns) <= 0)
		return why_set(why, KAKOU_E_LINK,
			       "%s: no answer of the yard within %d ms", path,
			       GPIO_YARD_ANSWER_MS);
	len = recv(yard->fd, &answer, sizeof(answer), 0);
	if (len != (ssize_t)sizeof(answer))
		return why_set(why, KAKOU_E_LINK, "%s: the yard hung up", path);
	answer.why[sizeof(answer.why) - 1] = '\0';
	if (answer.type == GPIO_YARD_REFUSE)
		return why_set(why, KAKOU_E_NOTFOUND, "%s: %s", path, answer.why);
	if (answer.type != GPIO_YARD_READY)
		return why_set(why, KAKOU_E_LINK,
			       "%s: first packet is of type %u, expected %d", path,
			       answer.type, GPIO_YARD_READY);
	yard->levels = answer.levels;
	return KAKOU_OK;
}

enum kakou_err gpio_yard_open(struct gpio **out, const char *path,
			      const struct gpio_line *lines, size_t count,
			      struct why *why)
{
	static const struct gpio_backend backend = {
		.close = close_yard,
		.read = read_levels,
		.write = write_levels,
		.next_edge = next_edge,
		.list_fds = list_fds,
	};
	struct gpio_yard *yard = calloc(1, sizeof(*yard));
	enum kakou_err err;

	if (!yard)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a yard");
	yard->base.backend = &backend;
	yard->count = count;
	for (size_t i = 0; i < count; i++) {
		if (!lines[i].is_output)
			yard->inputs |= UINT64_C(1) << i;
	}
	err = connect_to(&yard->fd, path, why);
	if (err)
		goto free_yard;
	err = introduce(yard, path, lines, count, why);
	if (err)
		goto close_socket;
	*out = &yard->base;
	return KAKOU_OK;

close_socket:
	close(yard->fd);
free_yard:
	free(yard);
	return err;
}
