/* SPDX-License-Identifier: MIT */
/*
 * The ranges of a Modbus port's configuration.
 *
 * Layer: hal. Pure.
 */
#include "hal/modbus_config.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_usual_baud(int32_t baud)
{
	static const int32_t usual[] = {1200,  2400,  4800,  9600,
					19200, 38400, 57600, 115200};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (usual[i] == baud)
			return true;
	}
	return false;
}

static enum kakou_err check_rtu(const struct modbus_port_config *config, struct why *why)
{
	const char *name = config->name;

	if (!config->device[0])
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: device is \"\", expected the path of a tty",
			       name);
	if (!is_usual_baud(config->baud))
		return why_set(
			why, KAKOU_E_INVALID,
			"port %s: baud is %d, expected a usual rate, 1200 to 115200",
			name, config->baud);
	if (!config->parity || !strchr("NEO", config->parity))
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: parity is '%c', expected N, E or O", name,
			       config->parity ? config->parity : '?');
	if (config->stop_bits < 1 || config->stop_bits > 2)
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: stop bits are %u, expected 1 or 2", name,
			       config->stop_bits);
	return KAKOU_OK;
}

static bool is_numeric_address(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, address) == 1 ||
	       inet_pton(AF_INET6, host, address) == 1;
}

static enum kakou_err check_tcp(const struct modbus_port_config *config, struct why *why)
{
	const char *name = config->name;

	if (!is_numeric_address(config->host))
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: host is \"%s\", expected a numeric address",
			       name, config->host);
	if (config->tcp_port == 0)
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: TCP port is 0, expected 1 to 65535", name);
	if (config->connect_ms < 50 || config->connect_ms > 5000)
		return why_set(
			why, KAKOU_E_INVALID,
			"port %s: connection deadline is %d ms, expected 50 to 5000",
			name, config->connect_ms);
	return KAKOU_OK;
}

enum kakou_err modbus_config_check(const struct modbus_port_config *config,
				   struct why *why)
{
	if (config->answer_ms < 20 || config->answer_ms > 5000)
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: answer deadline is %d ms, expected 20 to 5000",
			       config->name, config->answer_ms);
	return config->is_rtu ? check_rtu(config, why) : check_tcp(config, why);
}

enum kakou_err modbus_config_check_unit(const struct modbus_port_config *config,
					uint8_t unit, struct why *why)
{
	if (config->is_rtu && (unit < 1 || unit > MODBUS_RTU_UNIT_MAX))
		return why_set(why, KAKOU_E_INVALID,
			       "port %s: unit is %u, expected 1 to %d", config->name,
			       unit, MODBUS_RTU_UNIT_MAX);
	return KAKOU_OK;
}
