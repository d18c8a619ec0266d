/* SPDX-License-Identifier: MIT */
/*
 * Modbus ports on libmodbus.
 *
 * Layer:   hal.
 * Threads: the port's own bus worker; it blocks.
 *
 * libmodbus frames, checks the RTU checksum and waits with select(2). What it leaves open is
 * closed here: it never compares the unit, nor the transaction of a raw request (it always
 * sends 0), nor the length field of TCP; a late answer stays in the socket and would answer the
 * next question; its select() overruns its set with descriptors from 1024. With byte timeout 0
 * Linux's select() counts the response timeout down over the whole answer, so that a peer that
 * trickles bytes can't stretch it.
 */
#include "hal/modbus_port.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <modbus.h>

#include "hal/clock.h"
#include "hal/linux/dial.h"
#include "hal/linux/modbus_owed.h"
#include "hal/linux/rs485.h"
#include "hal/modbus_config.h"
#include "hal/modbus_pdu.h"

enum {
	MBAP_BYTES = 7,          /* transaction, protocol, length, unit */
	RTU_FRAME_GAP_US = 1750, /* Serial Line V1.02 2.5.1.1, above 19200 bit/s */
	RTU_QUIET_MS = 20,       /* silence that ends a drain */
	NS_PER_MS = DIAL_NS_PER_MS,
	NS_PER_S = 1000000000,
	FRAME_MAX = MODBUS_TCP_MAX_ADU_LENGTH,
};

struct modbus_port {
	struct modbus_port_config config;
	modbus_t *bus;
	bool is_open;
	uint8_t exception;
	uint16_t transaction;    /* TCP: of the last request */
	int64_t frame_gap_ns;    /* RTU: silence between frames; TCP: 0 */
	int64_t drain_gap_ns;    /* RTU: silence that ends a drain; TCP: 0 */
	int64_t quiet_since_ns;  /* no byte was seen since */
	int64_t quiet_needed_ns; /* before the next request may start */
	uint8_t late_unit;       /* RTU: timed out last, may still answer */
	int64_t late_until_ns;   /* RTU: that long it is given */
	struct modbus_owed owed; /* RTU */
};

/* One request on its way through the port. */
struct exchange {
	uint8_t unit;
	uint8_t request[MODBUS_PDU_MAX];
	size_t request_len;
	uint8_t answer[FRAME_MAX];
	const uint8_t *pdu; /* inside `answer` */
	size_t pdu_len;
};

/* Silence between two frames: 3.5 characters (Serial Line V1.02 2.5.1.1). */
static int64_t compute_frame_gap_ns(const struct modbus_port_config *config)
{
	int64_t bits = 1 + 8 + (config->parity != 'N') + config->stop_bits;

	if (config->baud > 19200)
		return RTU_FRAME_GAP_US * INT64_C(1000);
	return bits * 35 * INT64_C(100000000) / config->baud;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

enum kakou_err modbus_port_create(struct modbus_port **out,
				  const struct modbus_port_config *config,
				  struct why *why)
{
	struct modbus_port *port;
	enum kakou_err err = modbus_config_check(config, why);

	if (err)
		return err;
	port = calloc(1, sizeof(*port));
	if (!port)
		return why_set(why, KAKOU_E_NOMEM, "port %s: no memory", config->name);
	port->config = *config;
	if (config->is_rtu) {
		port->bus = modbus_new_rtu(config->device, config->baud, config->parity,
					   8, config->stop_bits);
		port->frame_gap_ns = compute_frame_gap_ns(config);
		port->drain_gap_ns = larger(port->frame_gap_ns, RTU_QUIET_MS * NS_PER_MS);
	} else { /* the address is not used: the connection is made here */
		port->bus = modbus_new_tcp("0.0.0.0", config->tcp_port);
	}
	if (!port->bus) {
		err = why_set(why, errno == ENOMEM ? KAKOU_E_NOMEM : KAKOU_E_INVALID,
			      "port %s: %s", config->name, modbus_strerror(errno));
		free(port);
		return err;
	}
	modbus_set_byte_timeout(port->bus, 0, 0);
	*out = port;
	return KAKOU_OK;
}

static void hang_up(struct modbus_port *port)
{
	if (port->is_open)
		modbus_close(port->bus);
	port->is_open = false;
}

void modbus_port_destroy(struct modbus_port *port)
{
	if (!port)
		return;
	hang_up(port);
	modbus_free(port->bus);
	free(port);
}

static enum kakou_err refuse_descriptor(int fd, struct why *why)
{
	return why_set(why, KAKOU_E_LINK,
		       "descriptor is %d, expected below %d: too many files are open", fd,
		       FD_SETSIZE);
}

static enum kakou_err open_tcp(struct modbus_port *port, struct why *why)
{
	const struct modbus_port_config *config = &port->config;
	int64_t until_ns = clock_mono_ns() + config->connect_ms * (int64_t)NS_PER_MS;
	enum kakou_err err;
	int fd;

	err = dial_tcp(config->host, config->tcp_port, until_ns, &fd, why);
	if (err)
		return err;
	if (fd >= FD_SETSIZE) {
		close(fd);
		/* NOLINTNEXTLINE(deallocret): its number is told */
		return refuse_descriptor(fd, why);
	}
	modbus_set_socket(port->bus, fd);
	return KAKOU_OK;
}

static enum kakou_err open_rtu(struct modbus_port *port, struct why *why)
{
	struct why inner = {""};
	enum kakou_err err;
	int fd;

	if (modbus_connect(port->bus))
		return why_set(why, KAKOU_E_LINK, "can't open %s: %s",
			       port->config.device, modbus_strerror(errno));
	fd = modbus_get_socket(port->bus);
	if (fd >= FD_SETSIZE)
		err = refuse_descriptor(fd, why);
	else if (flock(fd, LOCK_EX | LOCK_NB))
		/* Unlike TIOCEXCL this claim ends with the process that made it. */
		err = why_set(why, KAKOU_E_LINK, "%s is in use by another program: %s",
			      port->config.device, strerror(errno));
	else if (rs485_turn(fd, &port->config.rs485, &inner))
		err = why_set(why, KAKOU_E_LINK, "%s: %s", port->config.device,
			      inner.text);
	else
		err = KAKOU_OK;
	if (err)
		modbus_close(port->bus);
	port->quiet_since_ns = clock_mono_ns();
	port->quiet_needed_ns = port->drain_gap_ns;
	return err;
}

/* The unit that timed out last is given as long again before it is asked: most late answers come by
 * then, and are discarded. */
static int64_t late_until_ns(const struct modbus_port *port, uint8_t unit)
{
	return unit == port->late_unit ? port->late_until_ns : 0;
}

/* When the line is quiet enough for a request to `unit`. */
static int64_t quiet_at_ns(const struct modbus_port *port, uint8_t unit)
{
	return larger(port->quiet_since_ns + port->quiet_needed_ns,
		      late_until_ns(port, unit));
}

/* Discards what waits in the line until it was silent for as long as needed. */
static enum kakou_err await_silence(struct modbus_port *port, uint8_t unit,
				    int64_t until_ns, struct why *why)
{
	int fd = modbus_get_socket(port->bus);

	while (quiet_at_ns(port, unit) <= until_ns) {
		uint8_t stale[FRAME_MAX];
		int count = dial_poll_until(fd, POLLIN, quiet_at_ns(port, unit));
		ssize_t got;

		if (count == 0)
			return KAKOU_OK;
		got = count > 0 ? read(fd, stale, sizeof(stale)) : -1;
		if (got == 0 || (got < 0 && errno != EAGAIN))
			return why_set(why, KAKOU_E_LINK, "%s has gone: %s",
				       port->config.device,
				       got == 0 ? "hung up" : strerror(errno));
		port->quiet_since_ns = clock_mono_ns();
		port->quiet_needed_ns = port->drain_gap_ns;
		port->late_until_ns = 0;
	}
	return why_set(why, KAKOU_E_GARBLED, "the line does not fall silent");
}

/* Opens the port if need be and makes sure that nothing old waits in it. */
static enum kakou_err make_ready(struct modbus_port *port, uint8_t unit, int64_t until_ns,
				 struct why *why)
{
	enum kakou_err err;

	/* Data that nobody asked for, or the peer's end: either way this connection is over. */
	if (port->is_open && !port->config.is_rtu &&
	    dial_poll_until(modbus_get_socket(port->bus), POLLIN, 0) != 0)
		hang_up(port);
	if (!port->is_open) {
		err = port->config.is_rtu ? open_rtu(port, why) : open_tcp(port, why);
		if (err)
			return err;
		port->is_open = true;
	}
	return port->config.is_rtu ? await_silence(port, unit, until_ns, why) : KAKOU_OK;
}

static bool send_tcp(struct modbus_port *port, const struct exchange *x)
{
	uint8_t frame[FRAME_MAX] = {0};
	size_t len = MBAP_BYTES + x->request_len;
	ssize_t put;

	port->transaction++;
	frame[0] = (uint8_t)(port->transaction >> 8);
	frame[1] = (uint8_t)port->transaction;
	frame[4] = (uint8_t)((x->request_len + 1) >> 8);
	frame[5] = (uint8_t)(x->request_len + 1);
	frame[6] = x->unit;
	memcpy(frame + MBAP_BYTES, x->request, x->request_len);
	put = send(modbus_get_socket(port->bus), frame, len, MSG_NOSIGNAL);
	return put == (ssize_t)len;
}

static bool send_rtu(struct modbus_port *port, const struct exchange *x)
{
	uint8_t raw[1 + MODBUS_PDU_MAX];

	raw[0] = x->unit;
	memcpy(raw + 1, x->request, x->request_len);
	return !modbus_set_slave(port->bus, x->unit) &&
	       modbus_send_raw_request(port->bus, raw, (int)x->request_len + 1) > 0;
}

static enum kakou_err explain_receive(const struct modbus_port *port, struct why *why)
{
	if (errno == ETIMEDOUT)
		return why_set(why, KAKOU_E_TIMEOUT, "no whole answer within %d ms",
			       port->config.answer_ms);
	if (errno == EMBBADCRC || errno == EMBBADDATA)
		return why_set(why, KAKOU_E_GARBLED, "%s", modbus_strerror(errno));
	return why_set(why, KAKOU_E_LINK, "%s", modbus_strerror(errno));
}

/* Checks the envelope of an answer of `len` bytes and finds the PDU in it. */
static enum kakou_err unwrap_tcp(const struct modbus_port *port, struct exchange *x,
				 size_t len, struct why *why)
{
	const uint8_t *frame = x->answer;
	unsigned transaction = (unsigned)frame[0] << 8 | frame[1];
	unsigned protocol = (unsigned)frame[2] << 8 | frame[3];
	size_t length = (size_t)frame[4] << 8 | frame[5];

	if (protocol)
		return why_set(why, KAKOU_E_GARBLED, "protocol is %u, expected 0",
			       protocol);
	if (transaction != port->transaction)
		return why_set(why, KAKOU_E_FOREIGN, "transaction is %u, expected %u",
			       transaction, port->transaction);
	if (frame[6] != x->unit)
		return why_set(why, KAKOU_E_FOREIGN, "unit is %u, expected %u", frame[6],
			       x->unit);
	if (length != len - (MBAP_BYTES - 1))
		return why_set(why, KAKOU_E_GARBLED, "length field is %zu, expected %zu",
			       length, len - (MBAP_BYTES - 1));
	x->pdu = frame + MBAP_BYTES;
	x->pdu_len = len - MBAP_BYTES;
	return KAKOU_OK;
}

static enum kakou_err unwrap_rtu(struct exchange *x, size_t len, struct why *why)
{
	if (len == 0 || x->answer[0] != x->unit)
		return why_set(why, KAKOU_E_FOREIGN, "unit is %u, expected %u",
			       x->answer[0], x->unit);
	x->pdu = x->answer + 1;
	x->pdu_len = len - 1 - 2; /* libmodbus has checked the checksum */
	return KAKOU_OK;
}

/* Sends the request and waits for the answer's envelope. */
static enum kakou_err converse(struct modbus_port *port, struct exchange *x,
			       struct why *why)
{
	bool is_rtu = port->config.is_rtu;
	int64_t answer_ns = port->config.answer_ms * (int64_t)NS_PER_MS;
	int64_t start_ns = larger(clock_mono_ns(), late_until_ns(port, x->unit));
	int64_t until_ns = start_ns + answer_ns + RTU_QUIET_MS * NS_PER_MS;
	enum kakou_err err = make_ready(port, x->unit, until_ns, why);
	int64_t left_ns;
	int len;

	if (err)
		return err;
	left_ns = until_ns - clock_mono_ns();
	if (!is_rtu || left_ns > answer_ns)
		left_ns = answer_ns;
	if (left_ns < NS_PER_MS)
		return why_set(why, KAKOU_E_GARBLED, "the line does not fall silent");
	if (!(is_rtu ? send_rtu(port, x) : send_tcp(port, x)))
		return why_set(why, KAKOU_E_LINK, "can't send: %s",
			       modbus_strerror(errno));
	modbus_set_response_timeout(port->bus, (uint32_t)(left_ns / NS_PER_S),
				    (uint32_t)(left_ns / 1000 % 1000000));
	len = modbus_receive_confirmation(port->bus, x->answer);
	if (len < 0)
		return explain_receive(port, why);
	return is_rtu ? unwrap_rtu(x, (size_t)len, why)
		      : unwrap_tcp(port, x, (size_t)len, why);
}

/* The state an exchange leaves the port in. */
static void settle(struct modbus_port *port, uint8_t unit, enum kakou_err err)
{
	port->quiet_since_ns = clock_mono_ns();
	if (!err || err == KAKOU_E_REFUSED) {
		port->quiet_needed_ns = port->frame_gap_ns;
		return;
	}
	port->quiet_needed_ns = port->drain_gap_ns;
	if (!port->config.is_rtu || err == KAKOU_E_LINK) {
		hang_up(port);
	} else if (err == KAKOU_E_TIMEOUT) {
		port->late_unit = unit;
		port->late_until_ns = port->quiet_since_ns +
				      port->config.answer_ms * (int64_t)NS_PER_MS;
	}
}

/* Makes sure that the next answer of the unit is not an old one. */
static enum kakou_err synchronise(struct modbus_port *port, const struct exchange *x,
				  struct why *why)
{
	struct exchange probe = {.unit = x->unit};
	enum kakou_err err;

	if (!port->config.is_rtu ||
	    !modbus_owed_probe(&port->owed, x->unit, x->request[0], probe.request,
			       &probe.request_len))
		return KAKOU_OK;
	modbus_owed_note(&port->owed, x->unit, probe.request[0]);
	err = converse(port, &probe, why);
	if (!err && (probe.pdu_len == 0 || (probe.pdu[0] & 0x7F) != probe.request[0]))
		err = why_set(why, KAKOU_E_FOREIGN,
			      "a late answer to an earlier question was discarded");
	settle(port, x->unit, err);
	if (!err)
		modbus_owed_clear(&port->owed, x->unit);
	return err;
}

static enum kakou_err ask(struct modbus_port *port, struct exchange *x, uint16_t *out,
			  struct why *why)
{
	struct why inner = {.text = ""};
	enum kakou_err err = synchronise(port, x, &inner);

	if (err)
		return why_set(why, err, "port %s unit %u: %s", port->config.name,
			       x->unit, inner.text);
	err = converse(port, x, &inner);
	if (!err)
		err = modbus_pdu_check_answer(x->request, x->pdu, x->pdu_len, out,
					      &port->exception, &inner);
	settle(port, x->unit, err);
	if (!err || err == KAKOU_E_REFUSED)
		modbus_owed_clear(&port->owed, x->unit);
	else
		modbus_owed_note(&port->owed, x->unit, x->request[0]);
	if (err)
		return why_set(why, err, "port %s unit %u: %s", port->config.name,
			       x->unit, inner.text);
	return KAKOU_OK;
}

enum kakou_err modbus_port_read(struct modbus_port *port, uint8_t unit,
				enum modbus_area area, uint16_t address, uint16_t count,
				uint16_t *out, struct why *why)
{
	struct exchange x = {.unit = unit};
	enum kakou_err err = modbus_config_check_unit(&port->config, unit, why);

	if (!err)
		err = modbus_pdu_build_read(x.request, &x.request_len, area, address,
					    count, why);
	return err ? err : ask(port, &x, out, why);
}

enum kakou_err modbus_port_write(struct modbus_port *port, uint8_t unit,
				 enum modbus_area area, uint16_t address, uint16_t count,
				 const uint16_t *values, struct why *why)
{
	struct exchange x = {.unit = unit};
	enum kakou_err err = modbus_config_check_unit(&port->config, unit, why);

	if (!err)
		err = modbus_pdu_build_write(x.request, &x.request_len, area, address,
					     count, values, why);
	return err ? err : ask(port, &x, NULL, why);
}

uint8_t modbus_port_exception(const struct modbus_port *port)
{
	return port->exception;
}
