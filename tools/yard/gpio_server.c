/* SPDX-License-Identifier: MIT */
/*
 * Simulated lines over a socket.
 *
 * Layer: tools. Threads: the yard's loop.
 */
#include "tools/yard/gpio_server.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/gpio_yard.h"
#include "tools/yard/unix_socket.h"

enum { HOLDERS_MAX = 2 * SITE_LANES_MAX };

static const char where_prefix[] = "yard:";

struct held_line {
	struct yard_lane *lane;
	enum line_role role;
	bool is_output;
	bool sent; /* inputs: the level the holder knows */
};

struct holder {
	struct gpio_server *server;
	int fd; /* -1 = free */
	struct loop_watch *watch;
	size_t count; /* 0 = has not said hello yet */
	struct held_line lines[GPIO_LINES_MAX];
};

struct gpio_server {
	struct yard *yard;
	struct loop *loop;
	bool is_for_all;
	struct unix_listener listener;
	struct holder holders[HOLDERS_MAX];
};

/* ---- lines by name ----------------------------------------------------------------------- */

static bool serves_lane(const struct gpio_server *server, const struct yard_lane *lane)
{
	const char *where = lane->site->gpio_where;

	return server->is_for_all ||
	       (!strncmp(where, where_prefix, strlen(where_prefix)) &&
		!strcmp(where + strlen(where_prefix), server->listener.path));
}

static bool find_line(const struct gpio_server *server, const char *name,
		      struct held_line *out)
{
	for (size_t i = 0; i < server->yard->site->lane_count; i++) {
		struct yard_lane *lane = &server->yard->lanes[i];

		for (enum line_role role = 0;
		     serves_lane(server, lane) && role < LINE_ROLES; role++) {
			const struct site_line *line = &lane->site->lines[role];

			if (!line->is_used || line->on_device ||
			    strcmp(line->gpio.name, name))
				continue;
			*out = (struct held_line){
				.lane = lane,
				.role = role,
				.is_output = line_role_is_output(role),
			};
			return true;
		}
	}
	return false;
}

static bool is_taken(const struct gpio_server *server, const struct held_line *line)
{
	for (size_t i = 0; i < HOLDERS_MAX; i++) {
		const struct holder *holder = &server->holders[i];

		for (size_t k = 0; holder->fd >= 0 && k < holder->count; k++) {
			if (holder->lines[k].lane == line->lane &&
			    holder->lines[k].role == line->role)
				return true;
		}
	}
	return false;
}

bool gpio_server_is_held(const struct gpio_server *server, const struct yard_lane *lane)
{
	for (size_t i = 0; i < HOLDERS_MAX; i++) {
		const struct holder *holder = &server->holders[i];

		if (holder->fd >= 0 && holder->count > 0 && holder->lines[0].lane == lane)
			return true;
	}
	return false;
}

/* ---- outputs ----------------------------------------------------------------------------- */

/* Sets the holder's outputs, lane by lane, so that raise and lower of one packet act at once. */
static void set_outputs(struct holder *holder, uint64_t mask, uint64_t levels)
{
	struct yard *yard = holder->server->yard;

	for (size_t i = 0; i < yard->site->lane_count; i++) {
		uint64_t lane_mask = 0, lane_levels = 0;

		for (size_t k = 0; k < holder->count; k++) {
			const struct held_line *line = &holder->lines[k];

			if (line->lane != &yard->lanes[i] || !line->is_output ||
			    !(mask >> k & 1))
				continue;
			lane_mask |= LINE_BIT(line->role);
			lane_levels |= (levels >> k & 1) << line->role;
		}
		if (lane_mask)
			yard_lane_set_outputs(&yard->lanes[i], lane_mask, lane_levels,
					      clock_mono_ns());
	}
}

static void let_go(struct holder *holder)
{
	if (holder->fd < 0)
		return;
	set_outputs(holder, UINT64_MAX, 0);
	loop_unwatch(holder->watch);
	close(holder->fd);
	holder->fd = -1;
	holder->count = 0;
}

/* ---- the conversation -------------------------------------------------------------------- */

static void refuse(struct holder *holder, const char *line, const char *reason)
{
	struct gpio_yard_packet packet = {.type = GPIO_YARD_REFUSE};

	(void)snprintf(packet.why, sizeof(packet.why), "line \"%.31s\" %s", line, reason);
	(void)send(holder->fd, &packet, sizeof(packet), MSG_NOSIGNAL);
	let_go(holder);
}

/* Fills holder->lines; NULL, or what is wrong with line *at. */
static const char *take_lines(struct holder *holder, const struct gpio_yard_hello *hello,
			      uint32_t *at)
{
	const struct gpio_server *server = holder->server;

	for (*at = 0; *at < hello->count; (*at)++) {
		const struct gpio_yard_line *wanted = &hello->lines[*at];
		struct held_line *line = &holder->lines[*at];

		if (!memchr(wanted->name, '\0', sizeof(wanted->name)) ||
		    !find_line(server, wanted->name, line))
			return "is not one of this yard's";
		if (line->is_output != (wanted->is_output != 0))
			return line->is_output ? "is an output" : "is an input";
		if (line->lane->fault == FAULT_LINK_DOWN)
			return "is not there (fault link_down)";
		if (is_taken(server, line))
			return "is held by somebody else";
	}
	return NULL;
}

static void welcome(struct holder *holder, const struct gpio_yard_hello *hello)
{
	struct gpio_yard_packet packet = {.type = GPIO_YARD_READY};
	uint64_t initial = 0;

	for (size_t k = 0; k < holder->count; k++) {
		struct held_line *line = &holder->lines[k];
		bool level;

		if (line->is_output) {
			level = hello->lines[k].initial != 0;
			initial |= (uint64_t)level << k;
		} else {
			level = line->sent = line->lane->levels[line->role];
		}
		packet.levels |= (uint64_t)level << k;
	}
	set_outputs(holder, UINT64_MAX, initial);
	if (send(holder->fd, &packet, sizeof(packet), MSG_NOSIGNAL) < 0)
		let_go(holder);
}

static void take_hello(struct holder *holder, const struct gpio_yard_hello *hello,
		       size_t len)
{
	const char *wrong;
	uint32_t at = 0;

	if (len < offsetof(struct gpio_yard_hello, lines) ||
	    hello->type != GPIO_YARD_HELLO || hello->count < 1 ||
	    hello->count > GPIO_LINES_MAX ||
	    len < offsetof(struct gpio_yard_hello, lines) +
			    hello->count * sizeof(hello->lines[0])) {
		refuse(holder, "", "was asked for in no proper HELLO");
		return;
	}
	wrong = take_lines(holder, hello, &at);
	if (wrong) {
		refuse(holder, hello->lines[at].name, wrong);
		return;
	}
	holder->count = hello->count;
	welcome(holder, hello);
}

static void on_holder(void *arg, int ready)
{
	struct holder *holder = arg;
	union {
		struct gpio_yard_hello hello;
		struct gpio_yard_packet packet;
	} in;
	ssize_t len = recv(holder->fd, &in, sizeof(in), MSG_DONTWAIT);

	(void)ready;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0)
		let_go(holder);
	else if (holder->count == 0)
		take_hello(holder, &in.hello, (size_t)len);
	else if (len == (ssize_t)sizeof(in.packet) && in.packet.type == GPIO_YARD_SET)
		set_outputs(holder, in.packet.mask, in.packet.levels);
	else
		let_go(holder);
}

static bool take(void *arg, int fd)
{
	struct gpio_server *server = arg;

	for (size_t i = 0; i < HOLDERS_MAX; i++) {
		struct holder *holder = &server->holders[i];

		if (holder->fd >= 0)
			continue;
		if (loop_watch_fd(server->loop, fd, LOOP_IN, on_holder, holder,
				  &holder->watch))
			return false;
		holder->fd = fd;
		holder->count = 0;
		return true;
	}
	return false;
}

/* ---- edges ------------------------------------------------------------------------------- */

static void send_edge(struct holder *holder, size_t k)
{
	struct held_line *line = &holder->lines[k];
	bool level = line->lane->levels[line->role];
	const struct gpio_yard_packet packet = {
		.type = GPIO_YARD_EDGE,
		.line = (uint32_t)k,
		.levels = level,
		.at_ns = line->lane->changed_ns[line->role],
	};

	/* A full socket: the level is sent once there is room. */
	if (send(holder->fd, &packet, sizeof(packet), MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    (ssize_t)sizeof(packet))
		line->sent = level;
}

static void step_holder(struct holder *holder)
{
	for (size_t k = 0; k < holder->count; k++) {
		const struct held_line *line = &holder->lines[k];

		if (line->lane->fault == FAULT_LINK_DOWN) {
			let_go(holder);
			return;
		}
		if (!line->is_output && line->sent != line->lane->levels[line->role])
			send_edge(holder, k);
	}
}

void gpio_server_step(struct gpio_server *server)
{
	for (size_t i = 0; i < HOLDERS_MAX; i++) {
		if (server->holders[i].fd >= 0)
			step_holder(&server->holders[i]);
	}
}

/* ---- opening and closing ----------------------------------------------------------------- */

enum kakou_err gpio_server_open(struct gpio_server **out, struct yard *yard,
				const char *path, bool is_for_all, struct loop *loop,
				struct why *why)
{
	struct gpio_server *server = calloc(1, sizeof(*server));
	enum kakou_err err;

	if (!server)
		return why_set(why, KAKOU_E_NOMEM, "no memory for lines");
	server->yard = yard;
	server->loop = loop;
	server->is_for_all = is_for_all;
	for (size_t i = 0; i < HOLDERS_MAX; i++) {
		server->holders[i].server = server;
		server->holders[i].fd = -1;
	}
	err = unix_listener_open(&server->listener, path, SOCK_SEQPACKET, loop, take,
				 server, why);
	if (err)
		free(server);
	else
		*out = server;
	return err;
}

void gpio_server_close(struct gpio_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < HOLDERS_MAX; i++)
		let_go(&server->holders[i]);
	unix_listener_close(&server->listener);
	free(server);
}
