/* SPDX-License-Identifier: MIT */
/*
 * The cabinet around a simulated GPIO chip: wires between its lines and the yard on the host.
 *
 *   cabinet LINES CHIP RELAY_MS ADDRESS PORT STATUS
 *
 * What the yard's sensors say is pulled on the chip's inputs; what kakoud sets on the outputs goes
 * to the yard, in the packets of hal/gpio_yard.h over TCP. What is wired inside the cabinet is
 * here: a test output makes its sensor report, and the heartbeat relay lets the lowering through
 * for RELAY_MS after the last change of its line. Counts and levels are kept in the file STATUS.
 *
 * The kernel does not tell when a simulated output changes, so outputs are looked at every two
 * milliseconds. A pause of the cabinet itself is not held against the controller: a look counts
 * as LOOK_MAX_NS at most, however long the machine gave no time.
 *
 * Layer: tests. One thread. It ends by SIGTERM, SIGKILL or a failure only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/gpio_yard.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	LOOK_MS = 2,
	LOOK_MAX_NS = 20 * 1000 * 1000,
	REDIAL_MS = 300,
	STATUS_MS = 50,
	PATH_BYTES = 256,
	NO_LINE = -1,
};

struct line {
	char name[GPIO_NAME_MAX + 1];
	bool is_output;
	int fd;            /* of value (output) or pull (input) */
	int test;          /* input: the output that makes it report */
	bool is_test;      /* output: of some input */
	int relay;         /* output: the heartbeat line it needs */
	bool world;        /* input: what the yard says */
	bool level;        /* output: as last seen; input: as pulled */
	uint64_t changes;  /* of level */
	int64_t quiet_ns;  /* output: time observed since the last change */
	bool is_open;      /* of a heartbeat: its relay has dropped out */
	uint64_t drops;    /* of a heartbeat: how often */
	bool is_heartbeat; /* some line's relay */
};

struct cabinet {
	struct line lines[GPIO_LINES_MAX];
	size_t count;
	int64_t relay_ns;
	struct sockaddr_in address;
	int fd; /* -1: no yard */
	int64_t redial_at_ms;
	int64_t looked_ns;
	uint64_t sent; /* levels the yard knows */
	size_t got;    /* bytes of `in` */
	struct gpio_yard_packet in;
	const char *status;
	int64_t status_at_ms;
	uint64_t edges; /* packets of the yard */
};

static void die(const char *what)
{
	log_error("cabinet", "%s: %s", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* ---- lines ------------------------------------------------------------------------------- */

static int find_line(const struct cabinet *cabinet, const char *name)
{
	for (size_t i = 0; i < cabinet->count; i++) {
		if (!strcmp(cabinet->lines[i].name, name))
			return (int)i;
	}
	log_error("cabinet", "got line \"%s\", expected one of the file", name);
	exit(EXIT_FAILURE);
}

static void open_line(struct line *line, const char *chip, size_t offset)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/sim_gpio%zu/%s", chip, offset,
		 line->is_output ? "value" : "pull");
	line->fd = open(path, (line->is_output ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (line->fd < 0)
		die(path);
}

/* Wiring is read once all names are known. */
static void read_lines(struct cabinet *cabinet, const char *path, const char *chip)
{
	char text[160], name[GPIO_NAME_MAX + 1], direction[8], wiring[64];
	char wirings[GPIO_LINES_MAX][64] = {{0}};
	FILE *file = fopen(path, "re");

	if (!file)
		die(path);
	while (fgets(text, sizeof(text), file)) {
		struct line *line = &cabinet->lines[cabinet->count];
		int got = sscanf(text, "%31s %7s %63s", name, direction, wiring);

		if (got < 2 || name[0] == '#' || cabinet->count == GPIO_LINES_MAX)
			continue;
		text_copy(line->name, sizeof(line->name), name);
		line->is_output = !strcmp(direction, "out");
		line->test = line->relay = NO_LINE;
		if (got == 3)
			text_copy(wirings[cabinet->count], sizeof(wirings[0]), wiring);
		open_line(line, chip, cabinet->count++);
	}
	fclose(file);
	for (size_t i = 0; i < cabinet->count; i++) {
		struct line *line = &cabinet->lines[i];

		if (!strncmp(wirings[i], "test=", 5)) {
			line->test = find_line(cabinet, wirings[i] + 5);
			cabinet->lines[line->test].is_test = true;
		}
		if (!strncmp(wirings[i], "relay=", 6)) {
			line->relay = find_line(cabinet, wirings[i] + 6);
			cabinet->lines[line->relay].is_heartbeat = true;
			cabinet->lines[line->relay].is_open = true;
		}
	}
}

static void pull(struct line *line, bool level)
{
	static const char *const words[] = {"pull-down", "pull-up"};

	if (line->level == level)
		return;
	if (pwrite(line->fd, words[level], strlen(words[level]), 0) < 0)
		die(line->name);
	line->level = level;
	line->changes++;
}

/* An input shows the world, or the test of its sensor. */
static void wire_inputs(struct cabinet *cabinet)
{
	for (size_t i = 0; i < cabinet->count; i++) {
		struct line *line = &cabinet->lines[i];
		bool is_tested =
			line->test != NO_LINE && cabinet->lines[line->test].level;

		if (!line->is_output)
			pull(line, line->world || is_tested);
	}
}

/* ---- outputs and the relay ---------------------------------------------------------------- */

static void look_at(struct line *line, int64_t dt_ns, int64_t relay_ns)
{
	char value = 0;
	bool level;

	if (pread(line->fd, &value, 1, 0) != 1)
		die(line->name);
	level = value == '1';
	line->quiet_ns = level == line->level ? line->quiet_ns + dt_ns : 0;
	line->changes += level != line->level;
	if (level != line->level)
		line->is_open = false;
	line->level = level;
	if (line->is_heartbeat && !line->is_open && line->quiet_ns > relay_ns) {
		line->is_open = true;
		line->drops++;
	}
}

static void look_at_outputs(struct cabinet *cabinet)
{
	int64_t now_ns = clock_mono_ns(), dt_ns = now_ns - cabinet->looked_ns;

	cabinet->looked_ns = now_ns;
	if (dt_ns > LOOK_MAX_NS)
		dt_ns = LOOK_MAX_NS;
	for (size_t i = 0; i < cabinet->count; i++) {
		if (cabinet->lines[i].is_output)
			look_at(&cabinet->lines[i], dt_ns, cabinet->relay_ns);
	}
}

/* What the yard gets. A test is answered in here: the yard's answer to it would come a second time, and
 * on a busy machine so late that it is a vehicle under the arm. */
static uint64_t levels_behind_relays(const struct cabinet *cabinet)
{
	uint64_t levels = 0;

	for (size_t i = 0; i < cabinet->count; i++) {
		const struct line *line = &cabinet->lines[i];
		bool is_cut =
			line->relay != NO_LINE && cabinet->lines[line->relay].is_open;

		if (line->is_output && line->level && !is_cut && !line->is_test)
			levels |= UINT64_C(1) << i;
	}
	return levels;
}

/* ---- the yard ------------------------------------------------------------------------------ */

static void hang_up(struct cabinet *cabinet, const char *why)
{
	if (cabinet->fd < 0)
		return;
	log_warning("cabinet", "the yard is lost: %s", why);
	close(cabinet->fd);
	cabinet->fd = -1;
}

static void say(struct cabinet *cabinet, const void *bytes, size_t length)
{
	if (cabinet->fd >= 0 &&
	    send(cabinet->fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
		hang_up(cabinet, "it does not listen");
}

static void say_hello(struct cabinet *cabinet)
{
	struct gpio_yard_hello hello = {.type = GPIO_YARD_HELLO,
					.count = (uint32_t)cabinet->count};
	uint64_t levels = levels_behind_relays(cabinet);

	for (size_t i = 0; i < cabinet->count; i++) {
		memcpy(hello.lines[i].name, cabinet->lines[i].name,
		       sizeof(hello.lines[i].name));
		hello.lines[i].is_output = cabinet->lines[i].is_output;
		hello.lines[i].initial = levels >> i & 1;
	}
	cabinet->sent = levels;
	say(cabinet, &hello, sizeof(hello));
}

static void dial(struct cabinet *cabinet)
{
	int one = 1, fd;

	if (cabinet->fd >= 0 || clock_mono_ms() < cabinet->redial_at_ms)
		return;
	cabinet->redial_at_ms = clock_mono_ms() + REDIAL_MS;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (struct sockaddr *)&cabinet->address, sizeof(cabinet->address))) {
		close(fd);
		return;
	}
	cabinet->fd = fd;
	cabinet->got = 0;
	say_hello(cabinet);
}

static void take_packet(struct cabinet *cabinet)
{
	const struct gpio_yard_packet *in = &cabinet->in;

	if (in->type == GPIO_YARD_READY) {
		for (size_t i = 0; i < cabinet->count; i++)
			cabinet->lines[i].world = in->levels >> i & 1;
		log_info("cabinet", "wired to the yard: %zu lines", cabinet->count);
	} else if (in->type == GPIO_YARD_EDGE && in->line < cabinet->count) {
		cabinet->lines[in->line].world = in->levels != 0;
		cabinet->edges++;
	} else {
		hang_up(cabinet, in->type == GPIO_YARD_REFUSE ? in->why : "nonsense");
	}
	wire_inputs(cabinet); /* each edge by itself: none may cover another */
}

static void listen_to_yard(struct cabinet *cabinet)
{
	ssize_t got;

	while (cabinet->fd >= 0) {
		got = recv(cabinet->fd, (char *)&cabinet->in + cabinet->got,
			   sizeof(cabinet->in) - cabinet->got, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			hang_up(cabinet, "it hung up");
			return;
		}
		cabinet->got += (size_t)got;
		if (cabinet->got == sizeof(cabinet->in)) {
			cabinet->got = 0;
			take_packet(cabinet);
		}
	}
}

static void tell_yard(struct cabinet *cabinet)
{
	uint64_t levels = levels_behind_relays(cabinet);
	struct gpio_yard_packet packet = {
		.type = GPIO_YARD_SET,
		.mask = levels ^ cabinet->sent,
		.levels = levels,
	};

	if (packet.mask == 0)
		return;
	cabinet->sent = levels;
	say(cabinet, &packet, sizeof(packet));
}

/* ---- status ---------------------------------------------------------------------------------- */

/* NAME in|out LEVEL CHANGES [relay open|closed DROPS]; written beside and moved, so that a reader
 * finds it whole. */
static void write_status(struct cabinet *cabinet)
{
	char path[PATH_BYTES];
	FILE *file;

	if (clock_mono_ms() < cabinet->status_at_ms)
		return;
	cabinet->status_at_ms = clock_mono_ms() + STATUS_MS;
	snprintf(path, sizeof(path), "%s.new", cabinet->status);
	file = fopen(path, "we");
	if (!file)
		die(path);
	fprintf(file, "yard %s edges %llu\n", cabinet->fd >= 0 ? "wired" : "lost",
		(unsigned long long)cabinet->edges);
	for (size_t i = 0; i < cabinet->count; i++) {
		const struct line *line = &cabinet->lines[i];

		fprintf(file, "%s %s %d %llu", line->name, line->is_output ? "out" : "in",
			line->level, (unsigned long long)line->changes);
		if (line->is_heartbeat)
			fprintf(file, " relay %s %llu", line->is_open ? "open" : "closed",
				(unsigned long long)line->drops);
		fputc('\n', file);
	}
	if (fclose(file) || rename(path, cabinet->status))
		die(cabinet->status);
}

static void run(struct cabinet *cabinet)
{
	for (;;) {
		struct pollfd yard = {.fd = cabinet->fd, .events = POLLIN};

		poll(&yard, 1, LOOK_MS);
		dial(cabinet);
		listen_to_yard(cabinet);
		look_at_outputs(cabinet);
		wire_inputs(cabinet);
		tell_yard(cabinet);
		write_status(cabinet);
	}
}

int main(int argc, char **argv)
{
	static struct cabinet cabinet = {.fd = -1};
	int64_t relay_ms, port;

	if (argc != 7 || text_parse_integer(argv[3], 1, 60000, &relay_ms) ||
	    text_parse_integer(argv[5], 1, 65535, &port) ||
	    inet_pton(AF_INET, argv[4], &cabinet.address.sin_addr) != 1) {
		fputs("usage: cabinet LINES CHIP RELAY_MS ADDRESS PORT STATUS\n", stderr);
		return 2;
	}
	cabinet.relay_ns = relay_ms * 1000000;
	cabinet.address.sin_family = AF_INET;
	cabinet.address.sin_port = htons((uint16_t)port);
	cabinet.status = argv[6];
	read_lines(&cabinet, argv[1], argv[2]);
	/* Wires are quicker than whatever else the guest does, but not than kakoud (40). */
	if (sched_setscheduler(0, SCHED_FIFO,
			       &(struct sched_param){.sched_priority = 30}))
		die("SCHED_FIFO");
	cabinet.looked_ns = clock_mono_ns();
	run(&cabinet);
}
