/* SPDX-License-Identifier: MIT */
/*
 * The control socket: listens, lets in who may come in, and runs the thread's loop.
 *
 * Layer:   firmware.
 * Threads: start and stop from main; the rest is the control-socket thread's.
 */
#include "firmware/rpc/rpc_internal.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/log.h"

enum {
	BACKLOG = 16,
	STACK_BYTES = 131072,
	SOCKET_MODE = 0660,
	NO_DESCRIPTOR_MS = 1000,
};

/* ---- clients --------------------------------------------------------------------------- */

static bool may_come_in(int fd, struct ucred *peer)
{
	socklen_t len = sizeof(*peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &len))
		return false;
	return peer->uid == 0 || peer->uid == geteuid() || peer->gid == getegid();
}

/* One line to a peer that gets no more; what its socket does not take at once is lost. */
static void send_away(int fd, enum kakou_err err, const char *message)
{
	char line[200];
	int len = snprintf(line, sizeof(line),
			   "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,"
			   "\"message\":\"%s\"}}\n",
			   rpc_code(err), message);

	if (send(fd, line, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("rpc", "a peer left before it was told: %s", message);
	close(fd);
}

static struct rpc_client *find_free(struct rpc *rpc)
{
	for (size_t i = 0; i < RPC_CLIENTS_MAX; i++) {
		if (rpc->clients[i].state == CLIENT_FREE)
			return &rpc->clients[i];
	}
	return NULL;
}

/* When all places are taken, who has rested longest between its requests makes room: a program that
 * hangs keeps no officer out. */
static struct rpc_client *make_place(struct rpc *rpc)
{
	struct rpc_client *longest = NULL;

	for (size_t i = 0; i < RPC_CLIENTS_MAX; i++) {
		struct rpc_client *client = &rpc->clients[i];

		if (rpc_client_rests(client) &&
		    (!longest || client->rests_since_ms < longest->rests_since_ms))
			longest = client;
	}
	if (!longest || clock_mono_ms() - longest->rests_since_ms < RPC_REST_MS)
		return NULL;
	rpc_client_close(longest);
	return longest;
}

static struct rpc_client *find_place(struct rpc *rpc)
{
	struct rpc_client *client = find_free(rpc);

	return client ? client : make_place(rpc);
}

static void welcome(struct rpc *rpc, int fd)
{
	struct rpc_client *client;
	struct ucred peer = {.pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1};

	if (!may_come_in(fd, &peer)) {
		log_warning("rpc", "refused process %d of user %u, group %u", peer.pid,
			    peer.uid, peer.gid);
		send_away(fd, KAKOU_E_DENIED,
			  "this user may not: expected root, or kakoud's user or group");
	} else if (!(client = find_place(rpc))) {
		send_away(fd, KAKOU_E_FULL, "too many clients, expected at most 16");
	} else if (rpc_client_open(client, fd)) {
		log_error("rpc", "no memory or descriptor for a client");
	} else {
		client->uid = peer.uid;
	}
}

/* Out of descriptors: the peer stays in the backlog, and so does the readiness. */
static void rest_from_listening(struct rpc *rpc)
{
	log_error("rpc", "accept: %s", strerror(errno));
	if (loop_watch_change(rpc->listen_watch, 0))
		log_error("rpc", "the listener can't rest");
	loop_timer_set(rpc->listen_timer, clock_mono_ms() + NO_DESCRIPTOR_MS);
}

static void on_rested(void *arg)
{
	struct rpc *rpc = arg;

	if (loop_watch_change(rpc->listen_watch, LOOP_IN))
		loop_timer_set(rpc->listen_timer, clock_mono_ms() + NO_DESCRIPTOR_MS);
}

static void on_connection(void *arg, int ready)
{
	struct rpc *rpc = arg;
	int fd = accept4(rpc->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)ready;
	if (fd >= 0)
		welcome(rpc, fd);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		rest_from_listening(rpc);
}

/* ---- what other threads say -------------------------------------------------------------- */

static void on_results(void *arg, int ready)
{
	struct rpc *rpc = arg;

	(void)ready;
	queue_quiet(rpc->config.act_results);
	rpc_act_take_results(rpc);
}

static void on_answers(void *arg, int ready)
{
	struct rpc *rpc = arg;

	(void)ready;
	queue_quiet(rpc->box->answers);
	rpc_record_take_answers(rpc);
}

static void on_bus(void *arg, int ready)
{
	(void)ready;
	rpc_bus_take_answers(arg);
}

static void on_desk(void *arg, int ready)
{
	struct rpc *rpc = arg;

	(void)ready;
	desk_quiet(rpc->config.desk);
	rpc_people_take_answers(rpc);
}

static void on_registry(void *arg, int ready)
{
	struct rpc *rpc = arg;

	(void)ready;
	registry_quiet(rpc->config.registry);
	rpc_registry_take_answers(rpc);
}

static void on_pictures(void *arg, int ready)
{
	struct rpc *rpc = arg;

	(void)ready;
	pictures_quiet(rpc->config.pictures);
	rpc_pictures_take_answers(rpc);
}

static void run(void *arg)
{
	struct rpc *rpc = arg;

	if (loop_run(rpc->loop))
		log_error("rpc", "the loop failed: the control socket is dead");
}

/* ---- the socket ---------------------------------------------------------------------------- */

/* A socket that nobody answers on is left from a process that was killed. */
static enum kakou_err remove_stale(const struct sockaddr_un *address, struct why *why)
{
	struct stat found;
	int fd;
	int failed;

	if (lstat(address->sun_path, &found))
		return errno == ENOENT
			       ? KAKOU_OK
			       : why_set(why, KAKOU_E_IO, "control_socket \"%s\": %s",
					 address->sun_path, strerror(errno));
	if (!S_ISSOCK(found.st_mode))
		return why_set(why, KAKOU_E_DENIED,
			       "control_socket \"%s\" is there and no socket, expected "
			       "nothing or a socket",
			       address->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return why_set(why, KAKOU_E_IO, "socket: %s", strerror(errno));
	failed = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	failed = failed ? errno : 0;
	close(fd);
	if (failed != ECONNREFUSED)
		return why_set(why, KAKOU_E_DENIED,
			       "control_socket \"%s\": another process answers on it",
			       address->sun_path);
	if (unlink(address->sun_path) && errno != ENOENT)
		return why_set(why, KAKOU_E_IO, "control_socket \"%s\": %s",
			       address->sun_path, strerror(errno));
	return KAKOU_OK;
}

static enum kakou_err open_socket(struct rpc *rpc, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = rpc->config.site->control_socket;
	enum kakou_err err;
	int fd;

	_Static_assert(sizeof(rpc->config.site->control_socket) <=
			       sizeof(address.sun_path),
		       "a path that is configured fits");
	memcpy(address.sun_path, path, strlen(path) + 1);
	err = remove_stale(&address, why);
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return why_set(why, KAKOU_E_IO, "socket: %s", strerror(errno));
	/* Before bind() the mode of the descriptor limits that of the name: it is never open
	 * to others, whatever the umask; after it the umask no longer counts. */
	if (fchmod(fd, SOCKET_MODE) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    chmod(path, SOCKET_MODE) || listen(fd, BACKLOG)) {
		err = why_set(why, KAKOU_E_IO, "control_socket \"%s\": %s", path,
			      strerror(errno));
		close(fd);
		return err;
	}
	rpc->listen_fd = fd;
	return KAKOU_OK;
}

/* ---- start and stop --------------------------------------------------------------------------- */

static enum kakou_err watch_all(struct rpc *rpc)
{
	enum kakou_err err = loop_create(&rpc->loop);

	if (!err)
		err = rpc_box_create(&rpc->box);
	if (!err)
		err = loop_timer_create(rpc->loop, on_rested, rpc, &rpc->listen_timer);
	if (!err)
		err = loop_watch_fd(rpc->loop, rpc->listen_fd, LOOP_IN, on_connection,
				    rpc, &rpc->listen_watch);
	if (!err)
		err = loop_watch_fd(rpc->loop, queue_fd(rpc->config.act_results), LOOP_IN,
				    on_results, rpc, &rpc->acts_watch);
	if (!err)
		err = loop_watch_fd(rpc->loop, queue_fd(rpc->box->answers), LOOP_IN,
				    on_answers, rpc, &rpc->answers_watch);
	for (size_t i = 0; !err && i < rpc->config.site->port_count; i++) {
		if (rpc->config.buses[i])
			err = loop_watch_fd(rpc->loop,
					    bus_answers_fd(rpc->config.buses[i]), LOOP_IN,
					    on_bus, rpc, &rpc->bus_watches[i]);
	}
	if (!err)
		err = loop_watch_fd(rpc->loop, desk_fd(rpc->config.desk), LOOP_IN,
				    on_desk, rpc, &rpc->desk_watch);
	if (!err)
		err = loop_watch_fd(rpc->loop, registry_answers_fd(rpc->config.registry),
				    LOOP_IN, on_registry, rpc, &rpc->registry_watch);
	if (!err)
		err = loop_watch_fd(rpc->loop, pictures_answers_fd(rpc->config.pictures),
				    LOOP_IN, on_pictures, rpc, &rpc->pictures_watch);
	return err;
}

static void release(struct rpc *rpc)
{
	for (size_t i = 0; i < RPC_CLIENTS_MAX; i++)
		rpc_client_close(&rpc->clients[i]);
	if (rpc->loop) {
		loop_unwatch(rpc->listen_watch);
		loop_unwatch(rpc->acts_watch);
		loop_unwatch(rpc->answers_watch);
		for (size_t i = 0; i < SITE_PORTS_MAX; i++)
			loop_unwatch(rpc->bus_watches[i]);
		loop_unwatch(rpc->desk_watch);
		loop_unwatch(rpc->registry_watch);
		loop_unwatch(rpc->pictures_watch);
		loop_destroy(rpc->loop);
	}
	explicit_bzero(&rpc->tickets, sizeof(rpc->tickets));
	rpc_box_drop(rpc->box);
	sign_public_destroy(rpc->receipt_key);
	if (rpc->listen_fd >= 0) {
		(void)unlink(rpc->config.site->control_socket);
		close(rpc->listen_fd);
	}
	free(rpc);
}

/* Requests carry passwords, and jansson copies texts as it reads them. */
static void wipe_and_free(void *at)
{
	if (at)
		explicit_bzero(at, malloc_usable_size(at));
	free(at);
}

enum kakou_err rpc_start(struct rpc **out, const struct rpc_config *config,
			 struct why *why)
{
	struct rpc *rpc = calloc(1, sizeof(*rpc));
	struct thread_config thread = {
		.name = "rpc",
		.stack_bytes = STACK_BYTES,
		.run = run,
		.arg = rpc,
	};
	enum kakou_err err;

	if (!rpc)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the control socket");
	json_set_alloc_funcs(malloc, wipe_and_free);
	rpc->config = *config;
	rpc->listen_fd = -1;
	for (size_t i = 0; i < RPC_CLIENTS_MAX; i++) {
		rpc->clients[i].rpc = rpc;
		rpc->clients[i].slot = (uint8_t)i;
	}
	err = config->site->receipt_key_file[0]
		      ? sign_public_load(&rpc->receipt_key,
					 config->site->receipt_key_file, why)
		      : KAKOU_OK;
	if (!err)
		err = open_socket(rpc, why);
	if (err)
		goto release;
	rpc_people_watch_file(rpc);
	err = watch_all(rpc);
	if (!err)
		err = thread_start(&rpc->thread, &thread);
	if (err) {
		(void)why_set(why, err, "the control socket can't start: %s",
			      kakou_err_name(err));
		goto release;
	}
	*out = rpc;
	return KAKOU_OK;

release:
	release(rpc);
	return err;
}

void rpc_stop(struct rpc *rpc)
{
	if (!rpc)
		return;
	loop_stop(rpc->loop);
	thread_join(rpc->thread);
	release(rpc);
}
