/* SPDX-License-Identifier: MIT */
/*
 * What lies behind the lines in the contract suite: the smallest yard there is.
 *
 * Threads: the test's, and the yard's own.
 */
#include "tests/contract/gpio_rig.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/gpio_yard.h"

enum { TABLE_MAX = 16, WAIT_MS = 2000 };

struct rig_line {
	char name[GPIO_NAME_MAX + 1];
	bool level;
};

static struct {
	char where[128];
	int listener;
	int client; /* -1: none */
	int stop;
	pthread_t thread;
	pthread_mutex_t lock; /* over all below */
	bool hides_a_line;
	bool is_dumb;
	struct gpio_yard_hello wanted;
	struct rig_line table[TABLE_MAX];
	size_t count;
} rig = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool *level_of(const char *name)
{
	struct rig_line *line;

	for (size_t i = 0; i < rig.count; i++) {
		if (!strcmp(rig.table[i].name, name))
			return &rig.table[i].level;
	}
	assert(rig.count < TABLE_MAX);
	line = &rig.table[rig.count++];
	snprintf(line->name, sizeof(line->name), "%s", name);
	line->level = false;
	return &line->level;
}

static void say(const struct gpio_yard_packet *packet)
{
	ssize_t put = send(rig.client, packet, sizeof(*packet), MSG_NOSIGNAL);

	assert(put == (ssize_t)sizeof(*packet));
}

static void answer_hello(void)
{
	struct gpio_yard_packet answer = {.type = GPIO_YARD_READY};

	if (rig.is_dumb)
		return;
	if (rig.hides_a_line) {
		answer.type = GPIO_YARD_REFUSE;
		snprintf(answer.why, sizeof(answer.why), "no line \"%s\"",
			 rig.wanted.lines[0].name);
	}
	for (uint32_t i = 0; i < rig.wanted.count; i++) {
		bool *level = level_of(rig.wanted.lines[i].name);

		if (rig.wanted.lines[i].is_output)
			*level = rig.wanted.lines[i].initial;
		if (*level)
			answer.levels |= UINT64_C(1) << i;
	}
	say(&answer);
}

static void set_outputs(const struct gpio_yard_packet *set)
{
	for (uint32_t i = 0; i < rig.wanted.count; i++) {
		if (set->mask >> i & 1)
			*level_of(rig.wanted.lines[i].name) = set->levels >> i & 1;
	}
}

static void hang_up(void)
{
	if (rig.client >= 0) {
		/* A poll(2) of the other thread would keep a mere close waiting. */
		shutdown(rig.client, SHUT_RDWR);
		close(rig.client);
	}
	rig.client = -1;
	rig.wanted.count = 0;
}

static void serve_packet(void)
{
	union {
		uint32_t type;
		struct gpio_yard_hello hello;
		struct gpio_yard_packet packet;
	} from;
	ssize_t len = recv(rig.client, &from, sizeof(from), MSG_DONTWAIT);

	if (len <= 0) {
		hang_up();
	} else if (from.type == GPIO_YARD_HELLO) {
		assert(len == (ssize_t)sizeof(from.hello));
		rig.wanted = from.hello;
		answer_hello();
	} else {
		assert(len == (ssize_t)sizeof(from.packet));
		set_outputs(&from.packet);
	}
}

static void *run_yard(void *arg)
{
	(void)arg;
	for (;;) {
		struct pollfd fds[] = {
			{.fd = rig.stop,     .events = POLLIN},
			{.fd = rig.listener, .events = POLLIN},
			{.fd = rig.client,   .events = POLLIN}
		};

		poll(fds, 3, 20);
		if (fds[0].revents)
			return NULL;
		pthread_mutex_lock(&rig.lock);
		if (fds[1].revents) {
			hang_up();
			rig.client = accept4(rig.listener, NULL, NULL, SOCK_CLOEXEC);
		} else if (fds[2].revents && fds[2].fd == rig.client) {
			serve_packet();
		}
		pthread_mutex_unlock(&rig.lock);
	}
}

const char *gpio_rig_start(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int failed;

	snprintf(rig.where, sizeof(rig.where), "yard:/tmp/kakou-rig-%ld.socket",
		 (long)getpid());
	snprintf(address.sun_path, sizeof(address.sun_path), "%.*s",
		 (int)sizeof(address.sun_path) - 1, rig.where + 5);
	rig.client = -1;
	rig.count = 0;
	rig.hides_a_line = false;
	rig.is_dumb = false;
	rig.stop = eventfd(0, EFD_CLOEXEC);
	rig.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	failed = bind(rig.listener, (struct sockaddr *)&address, sizeof(address)) ||
		 listen(rig.listener, 4) ||
		 pthread_create(&rig.thread, NULL, run_yard, NULL);
	assert(!failed);
	return rig.where;
}

void gpio_rig_stop(void)
{
	static const uint64_t one = 1;
	ssize_t put = write(rig.stop, &one, sizeof(one));

	assert(put == sizeof(one));
	pthread_join(rig.thread, NULL);
	hang_up();
	close(rig.listener);
	close(rig.stop);
	unlink(rig.where + 5);
}

void gpio_rig_set_input(const char *name, bool level)
{
	struct gpio_yard_packet edge = {.type = GPIO_YARD_EDGE, .levels = level};

	pthread_mutex_lock(&rig.lock);
	edge.at_ns = clock_mono_ns();
	for (uint32_t i = 0; i < rig.wanted.count; i++) {
		edge.line = i;
		if (!strcmp(rig.wanted.lines[i].name, name) && *level_of(name) != level)
			say(&edge);
	}
	*level_of(name) = level;
	pthread_mutex_unlock(&rig.lock);
}

bool gpio_rig_output_becomes(const char *name, bool level)
{
	int64_t until_ms = clock_mono_ms() + WAIT_MS;
	bool is_there = false;

	while (!is_there && clock_mono_ms() < until_ms) {
		pthread_mutex_lock(&rig.lock);
		is_there = *level_of(name) == level;
		pthread_mutex_unlock(&rig.lock);
		if (!is_there)
			clock_sleep_until_ms(clock_mono_ms() + 2);
	}
	return is_there;
}

void gpio_rig_hide_a_line(bool hide)
{
	pthread_mutex_lock(&rig.lock);
	rig.hides_a_line = hide;
	pthread_mutex_unlock(&rig.lock);
}

void gpio_rig_cut(void)
{
	pthread_mutex_lock(&rig.lock);
	hang_up();
	pthread_mutex_unlock(&rig.lock);
}

bool gpio_rig_can_be_cut(void)
{
	return true;
}

bool gpio_rig_has_bias(void)
{
	return true;
}

bool gpio_rig_has_wire(void)
{
	return true;
}

void gpio_rig_fall_dumb(void)
{
	pthread_mutex_lock(&rig.lock);
	rig.is_dumb = true;
	pthread_mutex_unlock(&rig.lock);
}

void gpio_rig_talk_nonsense(void)
{
	pthread_mutex_lock(&rig.lock);
	say(&(struct gpio_yard_packet){.type = GPIO_YARD_EDGE, .line = 999});
	pthread_mutex_unlock(&rig.lock);
}
