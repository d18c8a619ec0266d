/* SPDX-License-Identifier: MIT */
/*
 * From a word of the command line to a unit or a port: by kakoud, or by a site file when kakoud
 * does not run.
 *
 * Layer: firmware.
 */
#include <string.h>

#include "firmware/kakou/cli_bus.h"
#include "hal/text.h"

/* Ports with their settings, and devices, wherever they are known from:
 * [{name, port, unit, map_name}]. */
static json_t *list_site(const struct site *site)
{
	json_t *devices = json_array();

	for (size_t i = 0; i < site->device_count; i++) {
		const struct site_device *device = &site->devices[i];

		(void)json_array_append_new(
			devices,
			json_pack("{s:s, s:s, s:i, s:s}", "name", device->name, "port",
				  site->ports[device->port].name, "unit", device->unit,
				  "map_name", site->map_names[device->map]));
	}
	return devices;
}

static const struct site_port *find_site_port(const struct site *site, const char *name)
{
	for (size_t i = 0; i < site->port_count; i++) {
		if (!strcmp(site->ports[i].name, name))
			return &site->ports[i];
	}
	return NULL;
}

/* The devices, and the site when it was read from a file; the caller frees both. */
static int know_devices(struct cli *cli, const struct cli_bus_wish *wish,
			json_t **devices, struct site **site)
{
	struct why why = {""};
	json_t *result;
	int exit;

	*site = NULL;
	if (wish->site) {
		if (site_load(site, wish->site, &why))
			return cli_complain(cli, CLI_FAILED, "%s", why.text);
		*devices = list_site(*site);
		return CLI_DONE;
	}
	exit = cli_call(cli, "devices", NULL, &result);
	if (exit)
		return exit;
	*devices = json_incref(json_object_get(result, "devices"));
	json_decref(result);
	return CLI_DONE;
}

/* The port of that name: opened by the file's settings, or kakoud's. */
static int open_port(struct cli *cli, const struct site *site, const char *name,
		     struct cli_bus *out)
{
	const struct site_port *port;

	if (!site) {
		cli_bus_use(out, name);
		return CLI_DONE;
	}
	port = find_site_port(site, name);
	if (!port)
		return cli_complain(cli, CLI_USAGE,
				    "got port \"%s\", expected one of the site file",
				    name);
	return cli_bus_open(cli, &port->modbus, out);
}

static const json_t *find_device(const json_t *devices, const char *name)
{
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
	{
		if (!strcmp(cli_text(device, "name"), name))
			return device;
	}
	return NULL;
}

static const json_t *find_at(const json_t *devices, const char *port, int64_t unit)
{
	const json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
	{
		if (!strcmp(cli_text(device, "port"), port) &&
		    cli_integer(device, "unit") == unit)
			return device;
	}
	return NULL;
}

/* "PORT:UNIT". False: it is none. */
static bool split(const char *word, char port[SITE_NAME_MAX + 1], int64_t *unit)
{
	const char *colon = strrchr(word, ':');
	size_t len = colon ? (size_t)(colon - word) : 0;

	if (len == 0 || len > SITE_NAME_MAX ||
	    text_parse_integer(colon + 1, 0, UINT8_MAX, unit))
		return false;
	memcpy(port, word, len);
	port[len] = '\0';
	return true;
}

static int take_unit(struct cli *cli, const struct site *site, const json_t *devices,
		     const char *word, struct cli_unit *out, bool *is_found)
{
	const json_t *device = find_device(devices, word);
	char port[SITE_NAME_MAX + 1];
	int64_t unit = 0;

	*is_found = device || split(word, port, &unit);
	if (!*is_found)
		return CLI_DONE;
	if (device) {
		unit = cli_integer(device, "unit");
		(void)text_copy(port, sizeof(port), cli_text(device, "port"));
	} else {
		device = find_at(devices, port, unit);
	}
	out->unit = (uint8_t)unit;
	(void)text_copy(out->device, sizeof(out->device),
			device ? cli_text(device, "name") : "");
	(void)text_copy(out->map, sizeof(out->map),
			device ? cli_text(device, "map_name") : "");
	return open_port(cli, site, port, &out->bus);
}

int cli_unit_find(struct cli *cli, const struct cli_bus_wish *wish, const char *word,
		  struct cli_unit *out, bool *is_found)
{
	struct site *site = NULL;
	json_t *devices = NULL;
	int exit = know_devices(cli, wish, &devices, &site);

	memset(out, 0, sizeof(*out));
	if (exit)
		return exit;
	exit = take_unit(cli, site, devices, word, out, is_found);
	json_decref(devices);
	site_free(site);
	return exit;
}

int cli_unit_find_port(struct cli *cli, const struct cli_bus_wish *wish, const char *word,
		       struct cli_bus *out, json_t **devices)
{
	struct site *site = NULL;
	json_t *all = NULL;
	const json_t *device;
	size_t i;
	int exit = know_devices(cli, wish, &all, &site);

	if (exit)
		return exit;
	*devices = json_array();
	json_array_foreach(all, i, device)
	{
		if (!strcmp(cli_text(device, "port"), word))
			(void)json_array_append(*devices, (json_t *)device);
	}
	exit = open_port(cli, site, word, out);
	if (exit) {
		json_decref(*devices);
		*devices = NULL;
	}
	json_decref(all);
	site_free(site);
	return exit;
}
