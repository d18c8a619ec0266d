/* SPDX-License-Identifier: MIT */
/*
 * Callers in the order in which they came; the first of them is the next to be cut off.
 *
 * Layer: drivers. Threads: the loop's own.
 */
#include "drivers/customs/link_wait.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hal/clock.h"

/* RFC 8446 5.1: type, version, length of what follows. */
enum { RECORD_HEAD = 5, RECORD_MAX = 16384, TYPE_HANDSHAKE = 22, LENGTH_AT = 3 };

struct waiter {
	struct link_wait *wait;
	struct loop_watch *watch;
	int fd;
	int wanted; /* bytes, until its hello is whole or is known for none */
	bool has_spoken;
	int64_t until_ms;
	char peer[LINK_PEER_TEXT];
};

struct link_wait {
	struct link_wait_config config;
	struct loop *loop;
	struct loop_timer *timer;
	size_t count;
	struct waiter *waiters[LINK_WAITERS_MAX]; /* who came first is the first */
};

/* The descriptor stays open. */
static void forget(struct waiter *waiter)
{
	struct link_wait *wait = waiter->wait;
	size_t at = 0;

	while (wait->waiters[at] != waiter)
		at++;
	wait->count--;
	memmove(&wait->waiters[at], &wait->waiters[at + 1],
		(wait->count - at) * sizeof(struct waiter *));
	loop_unwatch(waiter->watch);
	free(waiter);
}

static void send_away(struct waiter *waiter, enum kakou_err err, const char *reason)
{
	const struct link_wait_config *config = &waiter->wait->config;
	struct why why;
	int fd = waiter->fd;

	why_set(&why, err, "%s: %s", waiter->peer, reason);
	forget(waiter);
	close(fd);
	config->on_trouble(config->arg, err, &why);
}

/* Whoever has spoken waits for a place and not for its deadline: that is ours to give. */
static void set_timer(struct link_wait *wait)
{
	int64_t first_ms = -1;

	for (size_t i = 0; i < wait->count && first_ms < 0; i++) {
		if (!wait->waiters[i]->has_spoken)
			first_ms = wait->waiters[i]->until_ms;
	}
	loop_timer_set(wait->timer, first_ms);
}

static void on_timer(void *arg)
{
	struct link_wait *wait = arg;
	int64_t now_ms = clock_mono_ms();

	for (size_t i = 0; i < wait->count;) {
		struct waiter *waiter = wait->waiters[i];

		if (waiter->has_spoken || waiter->until_ms > now_ms)
			i++;
		else
			send_away(waiter, KAKOU_E_TIMEOUT,
				  "no TLS hello in time, cut off");
	}
	set_timer(wait);
}

/* How many bytes make its hello whole; no more than RECORD_HEAD when it is none, which TLS will say
 * in its words. */
static int read_wanted(const unsigned char head[RECORD_HEAD])
{
	int length = head[LENGTH_AT] << 8 | head[LENGTH_AT + 1];

	if (head[0] != TYPE_HANDSHAKE || length > RECORD_MAX)
		return RECORD_HEAD;
	return RECORD_HEAD + length;
}

static bool await_bytes(struct waiter *waiter, int wanted)
{
	waiter->wanted = wanted;
	return !setsockopt(waiter->fd, SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof(wanted));
}

static void on_ready(void *arg, int ready);

static void offer(struct waiter *waiter)
{
	const struct link_wait_config *config = &waiter->wait->config;

	loop_unwatch(waiter->watch); /* who takes it watches it */
	waiter->watch = NULL;
	if (config->on_hello(config->arg, waiter->fd, waiter->peer))
		forget(waiter);
	else if (loop_watch_fd(waiter->wait->loop, waiter->fd, 0, on_ready, waiter,
			       &waiter->watch))
		send_away(waiter, KAKOU_E_NOMEM, "no memory to let it wait");
}

static bool has_left(const struct waiter *waiter)
{
	struct pollfd end = {.fd = waiter->fd, .events = POLLRDHUP};

	return poll(&end, 1, 0) > 0;
}

/* False: more has to come. The kernel wakes us early when memory is short, too: then TLS may take
 * what is there. */
static bool is_whole(struct waiter *waiter)
{
	unsigned char head[RECORD_HEAD];
	ssize_t got = recv(waiter->fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT);

	if (waiter->wanted > RECORD_HEAD || got < RECORD_HEAD)
		return true;
	return read_wanted(head) == RECORD_HEAD ||
	       !await_bytes(waiter, read_wanted(head));
}

static void on_ready(void *arg, int ready)
{
	struct waiter *waiter = arg;
	int here = 0;

	(void)ready;
	/* Who has spoken is watched for nothing but its end. */
	if (waiter->has_spoken || ioctl(waiter->fd, FIONREAD, &here) ||
	    (here < waiter->wanted && has_left(waiter))) {
		send_away(waiter, KAKOU_E_LINK, "left before its TLS handshake");
		return;
	}
	if (!is_whole(waiter))
		return;
	waiter->has_spoken = true;
	if (!await_bytes(waiter, 1)) {
		send_away(waiter, KAKOU_E_LINK, "the connection failed");
		return;
	}
	offer(waiter);
}

enum kakou_err link_wait_create(struct link_wait **out, struct loop *loop,
				const struct link_wait_config *config)
{
	struct link_wait *wait = calloc(1, sizeof(*wait));
	enum kakou_err err;

	if (!wait)
		return KAKOU_E_NOMEM;
	wait->config = *config;
	wait->loop = loop;
	err = loop_timer_create(loop, on_timer, wait, &wait->timer);
	if (err) {
		free(wait);
		return err;
	}
	*out = wait;
	return KAKOU_OK;
}

void link_wait_destroy(struct link_wait *wait)
{
	if (!wait)
		return;
	while (wait->count > 0) {
		int fd = wait->waiters[0]->fd;

		forget(wait->waiters[0]);
		close(fd);
	}
	loop_timer_destroy(wait->timer);
	free(wait);
}

/* How many of those who wait came from the same address. */
static size_t count_of_host(const struct link_wait *wait, const struct waiter *one)
{
	size_t len = (size_t)(strrchr(one->peer, ':') - one->peer) + 1;
	size_t count = 0;

	for (size_t i = 0; i < wait->count; i++)
		count += !strncmp(wait->waiters[i]->peer, one->peer, len);
	return count;
}

/* Of those who have not said hello the first of the address with most of them, so that a crowd sends
 * away its own. NULL: all have said it. */
static struct waiter *find_silent(const struct link_wait *wait)
{
	struct waiter *found = NULL;
	size_t most = 0;

	for (size_t i = 0; i < wait->count; i++) {
		size_t count = wait->waiters[i]->has_spoken
				       ? 0
				       : count_of_host(wait, wait->waiters[i]);

		if (count <= most)
			continue;
		most = count;
		found = wait->waiters[i];
	}
	return found;
}

bool link_wait_has_room(const struct link_wait *wait)
{
	return wait->count < LINK_WAITERS_MAX || find_silent(wait);
}

/* False: it is full of those who have said their hello. */
static bool make_room(struct link_wait *wait)
{
	struct waiter *silent;

	if (wait->count < LINK_WAITERS_MAX)
		return true;
	silent = find_silent(wait);
	if (silent)
		send_away(silent, KAKOU_E_TIMEOUT, "no TLS hello, cut off: others came");
	return silent;
}

enum kakou_err link_wait_put(struct link_wait *wait, int fd,
			     const char peer[LINK_PEER_TEXT])
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (!waiter || !make_room(wait)) {
		free(waiter);
		close(fd);
		return KAKOU_E_FULL;
	}
	waiter->wait = wait;
	waiter->fd = fd;
	waiter->until_ms = clock_mono_ms() + wait->config.deadline_ms;
	memcpy(waiter->peer, peer, sizeof(waiter->peer));
	if (!await_bytes(waiter, RECORD_HEAD) ||
	    loop_watch_fd(wait->loop, fd, LOOP_IN, on_ready, waiter, &waiter->watch)) {
		free(waiter);
		close(fd);
		return KAKOU_E_FULL;
	}
	wait->waiters[wait->count++] = waiter;
	set_timer(wait);
	return KAKOU_OK;
}

bool link_wait_call(struct link_wait *wait)
{
	size_t count = wait->count;

	for (size_t i = 0; i < count; i++) {
		if (wait->waiters[i]->has_spoken) {
			offer(wait->waiters[i]);
			return wait->count < count;
		}
	}
	return false;
}
