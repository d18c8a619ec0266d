/* SPDX-License-Identifier: MIT */
/*
 * Modbus servers with faults.
 *
 * Layer: tools. Threads: the yard's loop.
 */
#include "tools/yard/modbus_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/log.h"
#include "tools/yard/modbus_answer.h"
#include "tools/yard/modbus_frame.h"
#include "tools/yard/modbus_line.h"

enum {
	CLIENTS_MAX = 8,
	REPLIES_MAX = 16, /* on their way to one client; further ones are lost */
	RECEIVE_MAX = 2 * MODBUS_FRAME_MAX,
	TRICKLE_MS = 400,
	RTU_SILENCE_MS = 50, /* a broken request is thrown away after so long */
	RTU_ENVELOPE = 3,    /* unit and checksum */
	RTU_GAPS = 7,        /* two silences of 3.5 characters */
	BITS_PER_BYTE = 11,
	MS_PER_S = 1000,
};

struct reply {
	int64_t at_ms; /* when its next byte is due */
	bool trickles;
	size_t len, sent;
	uint8_t bytes[MODBUS_FRAME_MAX];
};

struct client {
	struct modbus_server *server;
	int fd; /* -1 = free */
	struct loop_watch *watch;
	uint8_t received[RECEIVE_MAX];
	size_t received_len;
	int64_t received_ms;
	size_t reply_first, reply_count;
	struct reply replies[REPLIES_MAX];
};

struct modbus_server {
	struct yard *yard;
	uint16_t port;
	const struct modbus_port_config *config;
	struct loop *loop;
	bool is_up;
	int listener, slave; /* -1 = none */
	struct loop_watch *listener_watch;
	struct client clients[CLIENTS_MAX]; /* RTU: the first one only */
};

static void hang_up(struct client *client)
{
	if (client->fd < 0)
		return;
	loop_unwatch(client->watch);
	close(client->fd);
	client->fd = -1;
}

/* ---- sending ----------------------------------------------------------------------------- */

/* Sends what of the first reply is due; false when there is more to wait for. */
static bool send_first(struct client *client, int64_t now_ms)
{
	struct reply *reply = &client->replies[client->reply_first];
	size_t want = reply->trickles ? 1 : reply->len - reply->sent;
	ssize_t put;

	if (client->reply_count == 0 || reply->at_ms > now_ms)
		return false;
	put = write(client->fd, reply->bytes + reply->sent, want);
	if (put < 0)
		return false; /* full: the next step tries again; gone: reading shows it */
	reply->sent += (size_t)put;
	reply->at_ms = now_ms + (reply->trickles ? TRICKLE_MS : 0);
	if (reply->sent == reply->len) {
		client->reply_first = (client->reply_first + 1) % REPLIES_MAX;
		client->reply_count--;
	}
	return true;
}

static void send_due(struct client *client, int64_t now_ms)
{
	while (client->fd >= 0 && send_first(client, now_ms))
		;
}

/* How long request and answer take on a serial line. */
static int64_t wire_time_ms(const struct modbus_server *server, size_t request_pdu,
			    size_t answer_frame)
{
	int64_t bytes = (int64_t)(request_pdu + RTU_ENVELOPE + answer_frame + RTU_GAPS);

	if (!server->config->is_rtu)
		return 0;
	return bytes * BITS_PER_BYTE * MS_PER_S / server->config->baud;
}

static void queue_reply(struct client *client, const struct modbus_frame *request,
			const struct yard_device *device, const uint8_t *answer,
			size_t len, int64_t now_ms)
{
	struct modbus_server *server = client->server;
	const struct fault *fault = &device->fault;
	uint8_t unit = request->unit;
	struct reply *reply;

	if (client->reply_count == REPLIES_MAX)
		return;
	reply = &client->replies[(client->reply_first + client->reply_count++) %
				 REPLIES_MAX];
	if (fault->kind == FAULT_WRONG_UNIT)
		unit++;
	reply->sent = 0;
	reply->len = modbus_frame_wrap(request, server->config->is_rtu, unit, answer, len,
				       reply->bytes);
	reply->trickles = fault->kind == FAULT_TRICKLE;
	reply->at_ms = now_ms + wire_time_ms(server, request->pdu_len, reply->len);
	if (fault->kind == FAULT_LATE)
		reply->at_ms += fault->value;
	send_due(client, now_ms);
}

/* ---- answering --------------------------------------------------------------------------- */

static struct yard_device *find_unit(const struct modbus_server *server, uint8_t unit)
{
	for (size_t i = 0; i < server->yard->site->device_count; i++) {
		const struct site_device *device = &server->yard->site->devices[i];

		if (device->port == server->port && device->unit == unit)
			return &server->yard->devices[i];
	}
	return NULL;
}

static void serve(struct client *client, const struct modbus_frame *request,
		  int64_t now_ms)
{
	struct yard_device *device = find_unit(client->server, request->unit);
	uint8_t answer[MODBUS_ANSWER_MAX];
	uint64_t writes;
	size_t len;

	if (!device || device->fault.kind == FAULT_SILENT)
		return;
	if (device->fault.kind == FAULT_EXCEPTION) {
		len = modbus_answer_exception(request->pdu, (uint8_t)device->fault.value,
					      answer);
	} else {
		writes = device->writes;
		len = modbus_answer(device, request->pdu, request->pdu_len, answer);
		if (device->writes != writes)
			yard_take_writes(client->server->yard, device);
	}
	queue_reply(client, request, device, answer, len, now_ms);
}

static void serve_received(struct client *client, int64_t now_ms)
{
	struct modbus_frame request;
	int used;

	while (client->fd >= 0) {
		used = modbus_frame_find(&request, client->server->config->is_rtu,
					 client->received, client->received_len);
		if (used == 0)
			return;
		if (used < 0 && !client->server->config->is_rtu) {
			hang_up(client);
			return;
		}
		if (used < 0) {
			client->received_len = 0;
			return;
		}
		serve(client, &request, now_ms);
		client->received_len -= (size_t)used;
		memmove(client->received, client->received + used, client->received_len);
	}
}

static void on_client(void *arg, int ready)
{
	struct client *client = arg;
	int64_t now_ms = clock_mono_ms();
	ssize_t got;

	(void)ready;
	if (client->received_len > 0 && now_ms - client->received_ms > RTU_SILENCE_MS &&
	    client->server->config->is_rtu)
		client->received_len = 0;
	got = read(client->fd, client->received + client->received_len,
		   RECEIVE_MAX - client->received_len);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		hang_up(client);
		return;
	}
	client->received_len += (size_t)got;
	client->received_ms = now_ms;
	serve_received(client, now_ms);
}

/* ---- connections ------------------------------------------------------------------------- */

static enum kakou_err add_client(struct modbus_server *server, int fd)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &server->clients[i];

		if (client->fd >= 0)
			continue;
		*client = (struct client){.server = server, .fd = fd};
		if (!loop_watch_fd(server->loop, fd, LOOP_IN, on_client, client,
				   &client->watch))
			return KAKOU_OK;
		client->fd = -1;
		break;
	}
	close(fd);
	return KAKOU_E_FULL;
}

static void on_listener(void *arg, int ready)
{
	static const int one = 1;
	struct modbus_server *server = arg;
	int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)ready;
	if (fd < 0)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (add_client(server, fd))
		log_warning("yard", "port %s: more than %d clients", server->config->name,
			    CLIENTS_MAX);
}

static void take_down(struct modbus_server *server)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		hang_up(&server->clients[i]);
	if (server->listener >= 0) {
		loop_unwatch(server->listener_watch);
		close(server->listener);
		server->listener = -1;
	}
	if (server->slave >= 0) {
		modbus_line_unlink(server->config);
		close(server->slave);
		server->slave = -1;
	}
	server->is_up = false;
}

static enum kakou_err bring_up(struct modbus_server *server, struct why *why)
{
	enum kakou_err err;
	int master;

	if (server->config->is_rtu) {
		err = modbus_line_open_pty(&master, &server->slave, server->config, why);
		if (!err)
			err = add_client(server, master);
	} else {
		err = modbus_line_listen(&server->listener, server->config, why);
		if (!err)
			err = loop_watch_fd(server->loop, server->listener, LOOP_IN,
					    on_listener, server, &server->listener_watch);
	}
	if (err)
		take_down(server);
	server->is_up = !err;
	return err;
}

static bool link_is_cut(const struct modbus_server *server)
{
	for (size_t i = 0; i < server->yard->site->device_count; i++) {
		if (server->yard->devices[i].site->port == server->port &&
		    server->yard->devices[i].fault.kind == FAULT_LINK_DOWN)
			return true;
	}
	return false;
}

void modbus_server_step(struct modbus_server *server, int64_t now_ms)
{
	struct why why = {0};

	if (server->is_up && link_is_cut(server)) {
		take_down(server);
	} else if (!server->is_up && !link_is_cut(server)) {
		if (bring_up(server, &why))
			log_warning("yard", "%s", why.text);
	}
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		send_due(&server->clients[i], now_ms);
}

enum kakou_err modbus_server_open(struct modbus_server **out, struct yard *yard,
				  uint16_t port, struct loop *loop, struct why *why)
{
	struct modbus_server *server = calloc(1, sizeof(*server));
	enum kakou_err err;

	if (!server)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a port");
	server->yard = yard;
	server->port = port;
	server->config = &yard->site->ports[port].modbus;
	server->loop = loop;
	server->listener = server->slave = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		server->clients[i].fd = -1;
	err = bring_up(server, why);
	if (err)
		modbus_server_close(server);
	else
		*out = server;
	return err;
}

void modbus_server_close(struct modbus_server *server)
{
	if (!server)
		return;
	take_down(server);
	free(server);
}
