/* SPDX-License-Identifier: MIT */
/*
 * The contract suite's Modbus device on a real wire: a TCP socket or a pseudo-terminal, spoken
 * to byte by byte, because no library sends what a sick device sends.
 *
 * Threads: the test's, and the device's own. The device does one thing at a time, like a cheap
 * one: while it is late it hears nothing.
 */
#include "tests/contract/modbus_rig.h"

#include <arpa/inet.h>
#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { FRAME_MAX = 300, ITEMS = 65536, AREAS = 4, TRICKLE_MS = 50, MBAP = 7 };

static struct {
	bool is_rtu;
	int listener; /* TCP */
	int wire;     /* TCP: the newest connection; RTU: the master's end; -1: none */
	int slave;    /* RTU: kept open, so that the wire outlives its client */
	int stop;
	char device[96];
	uint16_t tcp_port;
	pthread_t thread;
	atomic_int fault;
	atomic_int fault_count;
	atomic_int requests;
	atomic_int connections;
	atomic_bool is_answering;
	pthread_mutex_t lock; /* over the items */
	uint16_t items[AREAS][ITEMS];
} rig = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* False when the rig is being stopped, or the client has hung up. */
static bool pause_ms(int ms)
{
	struct pollfd fds[] = {
		{.fd = rig.stop,                   .events = POLLIN   },
		{.fd = rig.is_rtu ? -1 : rig.wire, .events = POLLRDHUP}
	};

	return poll(fds, 2, ms) == 0;
}

static uint16_t be16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static void put16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static unsigned checksum(const uint8_t *data, size_t len)
{
	unsigned crc = 0xFFFF;

	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
	}
	return crc;
}

/* Reads exactly `len` bytes; false when the wire ends or the rig is being stopped. */
static bool read_exactly(uint8_t *to, size_t len)
{
	while (len > 0) {
		struct pollfd fds[] = {
			{.fd = rig.stop, .events = POLLIN},
			{.fd = rig.wire, .events = POLLIN}
		};
		ssize_t got;

		poll(fds, 2, -1);
		if (fds[0].revents)
			return false;
		got = read(rig.wire, to, len);
		if (got <= 0)
			return false;
		to += got;
		len -= (size_t)got;
	}
	return true;
}

/* Reads one request; `head` bytes of envelope, then the PDU. 0: none. */
static size_t read_request(uint8_t *frame, size_t head)
{
	size_t pdu = 5; /* function, address, count or value */

	if (!read_exactly(frame, head + pdu))
		return 0;
	if (frame[head] >= 15) { /* byte count, and so many bytes */
		if (!read_exactly(frame + head + pdu, 1))
			return 0;
		pdu += 1 + (size_t)frame[head + 5];
		if (!read_exactly(frame + head + 6, pdu - 6))
			return 0;
	}
	if (rig.is_rtu && !read_exactly(frame + head + pdu, 2))
		return 0;
	return pdu;
}

static size_t answer_read(const uint8_t *request, uint8_t *answer)
{
	static const enum modbus_area areas[] = {0, MODBUS_COILS, MODBUS_DISCRETES,
						 MODBUS_HOLDING, MODBUS_INPUT};
	const uint16_t *items = rig.items[areas[request[0]]];
	size_t address = be16(request + 1);
	size_t count = be16(request + 3);
	bool is_bits = request[0] <= 2;
	size_t bytes = is_bits ? (count + 7) / 8 : 2 * count;

	memset(answer, 0, 2 + bytes);
	answer[0] = request[0];
	answer[1] = (uint8_t)bytes;
	for (size_t i = 0; i < count; i++) {
		if (is_bits)
			answer[2 + i / 8] |= (uint8_t)(items[address + i] << i % 8);
		else
			put16(answer + 2 + 2 * i, items[address + i]);
	}
	return 2 + bytes;
}

static size_t answer_write(const uint8_t *request, uint8_t *answer)
{
	bool is_coils = request[0] == 5 || request[0] == 15;
	uint16_t *items = rig.items[is_coils ? MODBUS_COILS : MODBUS_HOLDING];
	size_t address = be16(request + 1);
	unsigned value = be16(request + 3);

	memcpy(answer, request, 5);
	if (request[0] == 5 || request[0] == 6) {
		items[address] = (uint16_t)(is_coils ? value == 0xFF00 : value);
		return 5;
	}
	for (size_t i = 0; i < value; i++) {
		if (is_coils)
			items[address + i] = request[6 + i / 8] >> i % 8 & 1;
		else
			items[address + i] = be16(request + 6 + 2 * i);
	}
	return 5;
}

/* What a fault does to the PDU; returns its new length. */
static size_t spoil_pdu(int fault, uint8_t *pdu, size_t len)
{
	switch (fault) {
	case RIG_EXCEPTION_ANSWER:
		pdu[0] |= 0x80;
		pdu[1] = RIG_EXCEPTION;
		return 2;
	case RIG_WRONG_FUNCTION: pdu[0] = pdu[0] == 3 ? 4 : 3; return len;
	case RIG_LONG:
		pdu[1] = (uint8_t)(pdu[1] + 2);
		put16(pdu + len, 0xBEEF);
		return len + 2;
	case RIG_EMPTY: pdu[1] = 0; return 2;
	case RIG_WRONG_ECHO: pdu[4] ^= 1; return len;
	default: return len;
	}
}

/* Completes the envelope around the PDU at frame + head; returns the length of the frame. */
static size_t wrap(int fault, uint8_t *frame, size_t head, size_t pdu)
{
	size_t len = head + pdu;

	if (fault == RIG_WRONG_UNIT)
		frame[head - 1]++;
	if (rig.is_rtu) {
		unsigned crc = checksum(frame, len) ^ (fault == RIG_GARBLED);

		frame[len] = (uint8_t)crc;
		frame[len + 1] = (uint8_t)(crc >> 8);
		return len + 2;
	}
	if (fault == RIG_WRONG_TRANSACTION)
		frame[0] ^= 0x40;
	if (fault == RIG_WRONG_PROTOCOL)
		put16(frame + 2, 0x1234);
	put16(frame + 4, (unsigned)pdu + 1 + (fault == RIG_GARBLED ? 4 : 0));
	return len;
}

static void put_on_wire(const uint8_t *data, size_t len)
{
	ssize_t put = rig.is_rtu ? write(rig.wire, data, len)
				 : send(rig.wire, data, len, MSG_NOSIGNAL);

	(void)put; /* the client may have hung up */
}

/* Sends the frame as the fault has it; false to hang up. */
static bool deliver(int fault, const uint8_t *frame, size_t len)
{
	uint8_t twice[2 * FRAME_MAX];

	switch (fault) {
	case RIG_SILENT: return true;
	case RIG_LATE:
		if (pause_ms(RIG_LATE_MS))
			put_on_wire(frame, len);
		return true;
	case RIG_LATER:
		if (pause_ms(RIG_LATER_MS))
			put_on_wire(frame, len);
		return true;
	case RIG_TRICKLE:
		for (size_t i = 0; i < len && pause_ms(TRICKLE_MS); i++)
			put_on_wire(frame + i, 1);
		return true;
	case RIG_SHORT: put_on_wire(frame, len / 2); return true;
	case RIG_CLOSED: put_on_wire(frame, len / 2); return false;
	case RIG_TWICE: /* in one piece, so that the second is there with the first */
		memcpy(twice, frame, len);
		memcpy(twice + len, frame, len);
		put_on_wire(twice, 2 * len);
		return true;
	default: break;
	}
	put_on_wire(frame, len);
	return true;
}

static int next_fault(void)
{
	if (atomic_load(&rig.fault_count) == 0)
		return RIG_HEALTHY;
	atomic_fetch_sub(&rig.fault_count, 1);
	return atomic_load(&rig.fault);
}

/* One request and its answer; false when the wire has ended. */
static bool serve_request(void)
{
	uint8_t request[FRAME_MAX];
	uint8_t answer[FRAME_MAX];
	size_t head = rig.is_rtu ? 1 : MBAP;
	size_t pdu = read_request(request, head);
	bool is_open;
	int fault;

	if (pdu == 0)
		return false;
	fault = next_fault();
	memcpy(answer, request, head);
	pthread_mutex_lock(&rig.lock);
	pdu = request[head] <= 4 ? answer_read(request + head, answer + head)
				 : answer_write(request + head, answer + head);
	pthread_mutex_unlock(&rig.lock);
	atomic_fetch_add(&rig.requests, 1);
	atomic_store(&rig.is_answering, true);
	pdu = spoil_pdu(fault, answer + head, pdu);
	is_open = deliver(fault, answer, wrap(fault, answer, head, pdu));
	atomic_store(&rig.is_answering, false);
	return is_open;
}

static void hang_up(void)
{
	if (!rig.is_rtu && rig.wire >= 0) {
		close(rig.wire);
		rig.wire = -1;
	}
}

static void *run_device(void *arg)
{
	(void)arg;
	for (;;) {
		struct pollfd fds[] = {
			{.fd = rig.stop,     .events = POLLIN},
			{.fd = rig.listener, .events = POLLIN},
			{.fd = rig.wire,     .events = POLLIN}
		};

		poll(fds, 3, -1);
		if (fds[0].revents)
			return NULL;
		if (fds[1].revents) {
			hang_up();
			rig.wire = accept4(rig.listener, NULL, NULL, SOCK_CLOEXEC);
			atomic_fetch_add(&rig.connections, 1);
		} else if (fds[2].revents && !serve_request()) {
			hang_up();
		}
	}
}

static void open_tcp(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				      .sin_port = htons(rig.tcp_port)};
	socklen_t len = sizeof(address);
	int on = 1;
	int failed;

	rig.wire = -1;
	rig.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(rig.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	failed = bind(rig.listener, (struct sockaddr *)&address, len) ||
		 listen(rig.listener, 4) ||
		 getsockname(rig.listener, (struct sockaddr *)&address, &len);
	assert(!failed);
	rig.tcp_port = ntohs(address.sin_port);
}

/* The client knows the line by a link of ours, as it may come back under another name. */
static void open_rtu(void)
{
	struct termios raw;
	int failed;

	rig.listener = -1;
	rig.wire = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	failed = grantpt(rig.wire) || unlockpt(rig.wire);
	assert(!failed);
	rig.slave = open(ptsname(rig.wire), O_RDWR | O_NOCTTY | O_CLOEXEC);
	failed = tcgetattr(rig.slave, &raw);
	assert(!failed);
	cfmakeraw(&raw);
	failed = tcsetattr(rig.slave, TCSANOW, &raw) ||
		 symlink(ptsname(rig.wire), rig.device);
	assert(!failed);
}

void modbus_rig_plug(void)
{
	int failed;

	if (rig.is_rtu)
		open_rtu();
	else
		open_tcp();
	rig.stop = eventfd(0, EFD_CLOEXEC);
	failed = pthread_create(&rig.thread, NULL, run_device, NULL);
	assert(!failed);
}

void modbus_rig_unplug(void)
{
	static const uint64_t one = 1;
	ssize_t put = write(rig.stop, &one, sizeof(one));

	assert(put == sizeof(one));
	pthread_join(rig.thread, NULL);
	close(rig.stop);
	if (rig.is_rtu) {
		unlink(rig.device);
		close(rig.slave);
		close(rig.wire);
	} else {
		hang_up();
		close(rig.listener);
	}
}

struct modbus_port_config modbus_rig_start(bool is_rtu)
{
	struct modbus_port_config config = {
		.name = "rig",
		.is_rtu = is_rtu,
		.host = "127.0.0.1",
		.baud = 115200,
		.parity = 'N',
		.stop_bits = 1,
		.connect_ms = 500,
		.answer_ms = RIG_ANSWER_MS,
	};

	rig.is_rtu = is_rtu;
	rig.tcp_port = 0;
	snprintf(rig.device, sizeof(rig.device), "/tmp/kakou-rig-%ld", (long)getpid());
	atomic_store(&rig.fault_count, 0);
	atomic_store(&rig.requests, 0);
	atomic_store(&rig.connections, 0);
	memset(rig.items, 0, sizeof(rig.items));
	modbus_rig_plug();
	memcpy(config.device, rig.device, sizeof(config.device));
	config.tcp_port = is_rtu ? 502 : rig.tcp_port;
	return config;
}

void modbus_rig_stop(void)
{
	modbus_rig_unplug();
}

bool modbus_rig_has_wire(void)
{
	return true;
}

void modbus_rig_break(enum rig_fault fault, int count)
{
	atomic_store(&rig.fault, (int)fault);
	atomic_store(&rig.fault_count, count);
}

void modbus_rig_await_end_of_answer(void)
{
	while (atomic_load(&rig.is_answering))
		pause_ms(5);
}

void modbus_rig_set(enum modbus_area area, uint16_t address, uint16_t value)
{
	pthread_mutex_lock(&rig.lock);
	rig.items[area][address] = value;
	pthread_mutex_unlock(&rig.lock);
}

uint16_t modbus_rig_get(enum modbus_area area, uint16_t address)
{
	uint16_t value;

	pthread_mutex_lock(&rig.lock);
	value = rig.items[area][address];
	pthread_mutex_unlock(&rig.lock);
	return value;
}

int modbus_rig_count_requests(void)
{
	return atomic_load(&rig.requests);
}

int modbus_rig_count_connections(void)
{
	return rig.is_rtu ? -1 : atomic_load(&rig.connections);
}
