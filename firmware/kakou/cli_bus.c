/* SPDX-License-Identifier: MIT */
/*
 * Units of a Modbus port, through kakoud or directly.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli_bus.h"

#include <inttypes.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { TCP_PORT = 502, BAUD = 9600, ANSWER_MS = 200, CONNECT_MS = 1000 };

bool cli_bus_is_direct(const struct cli_bus_wish *wish)
{
	return wish->tcp || wish->tty;
}

/* ---- settings ---------------------------------------------------------------------------- */

/* "HOST", "HOST:PORT". */
static int read_tcp(struct cli *cli, const char *text, struct modbus_port_config *out)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	int64_t port = TCP_PORT;

	if (len == 0 || len >= sizeof(out->host) ||
	    (colon && text_parse_integer(colon + 1, 1, UINT16_MAX, &port)))
		return cli_complain(cli, CLI_USAGE,
				    "--tcp: got \"%s\", expected a numeric address and "
				    "perhaps a port, such as 192.168.1.40:502",
				    text);
	memcpy(out->host, text, len);
	out->host[len] = '\0';
	out->tcp_port = (uint16_t)port;
	return CLI_DONE;
}

/* "8N1": only eight data bits exist in Modbus RTU. */
static int read_frame(struct cli *cli, const char *text, struct modbus_port_config *out)
{
	if (strlen(text) != 3 || text[0] != '8' || !strchr("NEO", text[1]) ||
	    (text[2] != '1' && text[2] != '2'))
		return cli_complain(cli, CLI_USAGE,
				    "--frame: got \"%s\", expected 8N1, 8E1, 8O1, 8N2, "
				    "8E2 or 8O2",
				    text);
	out->parity = text[1];
	out->stop_bits = (uint8_t)(text[2] - '0');
	return CLI_DONE;
}

static int read_tty(struct cli *cli, const struct cli_bus_wish *wish,
		    struct modbus_port_config *out)
{
	int64_t baud;

	if (!text_copy(out->device, sizeof(out->device), wish->tty))
		return cli_complain(cli, CLI_USAGE,
				    "--tty: got \"%s\", expected at most %zu bytes",
				    wish->tty, sizeof(out->device) - 1);
	if (!cli_read_integer(cli, "--baud", wish->baud, 1200, 115200, BAUD, &baud))
		return CLI_USAGE;
	out->is_rtu = true;
	out->baud = (int32_t)baud;
	return read_frame(cli, wish->frame ? wish->frame : "8N1", out);
}

int cli_bus_read_config(struct cli *cli, const struct cli_bus_wish *wish,
			struct modbus_port_config *out)
{
	int64_t answer_ms;

	*out = (struct modbus_port_config){.connect_ms = CONNECT_MS};
	if (!wish->tcp == !wish->tty)
		return cli_complain(cli, CLI_USAGE,
				    "got both --tcp and --tty, expected one of them");
	if (wish->tcp && (wish->baud || wish->frame))
		return cli_complain(
			cli, CLI_USAGE,
			"got --baud or --frame beside --tcp, expected them with --tty");
	if (!cli_read_integer(cli, "--answer", wish->answer, 20, 5000, ANSWER_MS,
			      &answer_ms))
		return CLI_USAGE;
	out->answer_ms = (int32_t)answer_ms;
	(void)text_copy(out->name, sizeof(out->name), wish->tcp ? "tcp" : "tty");
	return wish->tcp ? read_tcp(cli, wish->tcp, out) : read_tty(cli, wish, out);
}

/* ---- opening ----------------------------------------------------------------------------- */

/* As "buses" of the control socket states it; of a serial line only the device counts, which ends
 * with the blank. */
static void describe(const struct modbus_port_config *config, char *to, size_t size)
{
	if (config->is_rtu)
		(void)snprintf(to, size, "%s %d 8%c%d", config->device, config->baud,
			       config->parity, config->stop_bits);
	else
		(void)snprintf(to, size, "%s port %d", config->host, config->tcp_port);
}

/* The name of the port that kakoud polls there, or NULL. */
static const char *find_owner(const json_t *buses,
			      const struct modbus_port_config *config, const char *where)
{
	size_t len = config->is_rtu ? strlen(config->device) + 1 : strlen(where) + 1;
	const json_t *bus;
	size_t i;

	json_array_foreach(json_object_get(buses, "buses"), i, bus)
	{
		if (!strncmp(cli_text(bus, "where"), where, len) &&
		    json_array_size(json_object_get(bus, "units")) > 0)
			return cli_text(bus, "port");
	}
	return NULL;
}

static int refuse_owned(struct cli *cli, const struct modbus_port_config *config,
			const char *where)
{
	bool is_running;
	json_t *buses;
	const char *owner;
	int exit = cli_find(cli, &is_running);

	if (exit || !is_running)
		return exit;
	exit = cli_call(cli, "buses", NULL, &buses);
	if (exit)
		return exit;
	owner = find_owner(buses, config, where);
	if (owner)
		exit = cli_complain(cli, CLI_FAILED,
				    "%s is polled by kakoud as port %s, and two masters "
				    "spoil each other's answers; expected %s instead of "
				    "the address",
				    where, owner, owner);
	json_decref(buses);
	return exit;
}

int cli_bus_open(struct cli *cli, const struct modbus_port_config *config,
		 struct cli_bus *out)
{
	struct why why = {""};
	int exit;

	memset(out, 0, sizeof(*out));
	out->is_rtu = config->is_rtu;
	describe(config, out->where, sizeof(out->where));
	exit = refuse_owned(cli, config, out->where);
	if (exit)
		return exit;
	if (modbus_port_create(&out->direct, config, &why))
		return cli_complain(cli, CLI_USAGE, "%s", why.text);
	return CLI_DONE;
}

void cli_bus_use(struct cli_bus *out, const char *port)
{
	memset(out, 0, sizeof(*out));
	(void)text_copy(out->port, sizeof(out->port), port);
	(void)snprintf(out->where, sizeof(out->where), "port %s", port);
}

void cli_bus_close(struct cli_bus *bus)
{
	modbus_port_destroy(bus->direct);
	bus->direct = NULL;
}

/* ---- reading ----------------------------------------------------------------------------- */

static enum kakou_err error_from_name(const char *name)
{
	for (int err = KAKOU_OK; err >= KAKOU_E_NOMEM; err--) {
		if (!strcmp(kakou_err_name((enum kakou_err)err), name))
			return (enum kakou_err)err;
	}
	return KAKOU_E_GARBLED;
}

static void take_answer(const json_t *result, struct bus_answer *out)
{
	const json_t *values = json_object_get(result, "values");
	size_t count = json_array_size(values);

	out->error = (int8_t)error_from_name(cli_text(result, "outcome"));
	out->exception = (uint8_t)cli_integer(result, "exception");
	out->took_ms = (int32_t)cli_integer(result, "took_ms");
	out->at_ms = clock_mono_ms() - cli_integer(result, "age_ms");
	out->count = (uint16_t)(count < BUS_QUESTION_MAX ? count : BUS_QUESTION_MAX);
	for (size_t i = 0; i < out->count; i++)
		out->values[i] = (uint16_t)json_integer_value(json_array_get(values, i));
	(void)text_copy(out->why, sizeof(out->why), cli_text(result, "why"));
}

static int ask_kakoud(struct cli *cli, const struct cli_bus *bus,
		      const struct bus_question *question, struct bus_answer *out)
{
	json_t *result;
	int exit = cli_call(cli, "bus.read",
			    json_pack("{s:s, s:i, s:s, s:i, s:i}", "port", bus->port,
				      "unit", question->unit, "area",
				      map_area_name((enum modbus_area)question->area),
				      "address", question->address, "count",
				      question->count),
			    &result);

	if (exit)
		return exit;
	take_answer(result, out);
	json_decref(result);
	return CLI_DONE;
}

static void ask_directly(const struct cli_bus *bus, const struct bus_question *question,
			 struct bus_answer *out)
{
	struct why why = {""};
	int64_t begun_ms = clock_mono_ms();
	enum kakou_err err = modbus_port_read(
		bus->direct, question->unit, (enum modbus_area)question->area,
		question->address, question->count, out->values, &why);

	out->error = (int8_t)err;
	out->at_ms = clock_mono_ms();
	out->took_ms = (int32_t)(out->at_ms - begun_ms);
	out->count = err ? 0 : question->count;
	if (err == KAKOU_E_REFUSED)
		out->exception = modbus_port_exception(bus->direct);
	(void)text_copy(out->why, sizeof(out->why), why.text);
}

int cli_bus_read(struct cli *cli, struct cli_bus *bus, uint8_t unit,
		 enum modbus_area area, uint16_t address, uint16_t count,
		 struct bus_answer *out)
{
	const struct bus_question question = {
		.unit = unit, .area = (uint8_t)area, .address = address, .count = count};

	memset(out, 0, sizeof(*out));
	if (!bus->direct)
		return ask_kakoud(cli, bus, &question, out);
	ask_directly(bus, &question, out);
	return CLI_DONE;
}
