/* SPDX-License-Identifier: MIT */
/*
 * Ports, devices and their register maps, as the site file names them.
 *
 * Layer: firmware. Blocks on the disk; start and reconfiguration only.
 */
#include "firmware/config/site_internal.h"

#include <assert.h>
#include <string.h>

#include "drivers/bus/bus.h"
#include "firmware/pictures/naming.h"
#include "hal/text.h"

static const struct {
	const char *name;
	bool is_rtu;
} port_keys[] = {
	{"host",       false},
	{"tcp_port",   false},
	{"connect_ms", false},
	{"tty",        true },
	{"baud",       true },
	{"parity",     true },
	{"stop_bits",  true },
};

static enum kakou_err refuse_other_type(struct site_build *build,
					const struct conf_section *section, bool is_rtu)
{
	for (size_t i = 0; i < sizeof(port_keys) / sizeof(port_keys[0]); i++) {
		const char *key = port_keys[i].name;

		if (port_keys[i].is_rtu != is_rtu && conf_is_set(section, key))
			return conf_complain(section, key, build->why,
					     "got a value on a port of type %s, expected "
					     "it on type %s only",
					     is_rtu ? "rtu" : "tcp",
					     is_rtu ? "tcp" : "rtu");
	}
	return KAKOU_OK;
}

/* Two workers on one line would read each other's answers; two on one server compete for the
 * few connections it grants. */
static enum kakou_err refuse_shared_peer(struct site_build *build,
					 const struct conf_section *section,
					 const struct modbus_port_config *new)
{
	for (size_t i = 0; i < build->site->port_count; i++) {
		const struct modbus_port_config *old = &build->site->ports[i].modbus;

		if (old->is_rtu != new->is_rtu)
			continue;
		if (new->is_rtu && !strcmp(old->device, new->device))
			return conf_complain(section, "tty", build->why,
					     "got \"%s\", which is port \"%s\" already; "
					     "expected its units there",
					     new->device, old->name);
		if (!new->is_rtu && old->tcp_port == new->tcp_port &&
		    !strcmp(old->host, new->host))
			return conf_complain(section, "host", build->why,
					     "got %s port %d, which is port \"%s\" "
					     "already; expected its units there",
					     new->host, new->tcp_port, old->name);
	}
	return KAKOU_OK;
}

static enum kakou_err take_tcp(struct site_build *build,
			       const struct conf_section *section,
			       struct modbus_port_config *modbus)
{
	modbus->tcp_port = (uint16_t)conf_integer(section, "tcp_port");
	return site_take_address(build, section, "host", modbus->host,
				 sizeof(modbus->host));
}

static enum kakou_err take_rtu(struct site_build *build,
			       const struct conf_section *section,
			       struct modbus_port_config *modbus)
{
	int64_t baud;
	enum kakou_err err =
		text_parse_integer(conf_text(section, "baud"), 1200, 115200, &baud);

	assert(!err); /* one of the key's choices */
	modbus->baud = (int32_t)baud;
	modbus->parity = conf_text(section, "parity")[0];
	modbus->stop_bits = (uint8_t)conf_integer(section, "stop_bits");
	err = site_take_path(build, section, "tty", "", modbus->device,
			     sizeof(modbus->device));
	if (!err && !modbus->device[0])
		err = conf_complain(section, "tty", build->why,
				    "got nothing, expected the path of a serial device");
	return err ? err : site_take_board_serial(build, section, modbus);
}

static enum kakou_err take_port(struct site_build *build,
				const struct conf_section *section)
{
	struct site_port *port = &build->site->ports[build->site->port_count];
	struct modbus_port_config *modbus = &port->modbus;
	enum kakou_err err = site_take_name(build, section, NULL, port->name);

	text_copy(modbus->name, sizeof(modbus->name), port->name);
	modbus->is_rtu = !strcmp(conf_text(section, "type"), "rtu");
	modbus->connect_ms = (int32_t)conf_integer(section, "connect_ms");
	modbus->answer_ms = (int32_t)conf_integer(section, "answer_ms");
	port->backoff_min_ms = (int32_t)conf_integer(section, "backoff_min_ms");
	port->backoff_max_ms = (int32_t)conf_integer(section, "backoff_max_ms");
	if (!err)
		err = refuse_other_type(build, section, modbus->is_rtu);
	if (!err)
		err = modbus->is_rtu ? take_rtu(build, section, modbus)
				     : take_tcp(build, section, modbus);
	if (!err)
		err = refuse_shared_peer(build, section, modbus);
	if (!err && port->backoff_max_ms < port->backoff_min_ms)
		err = conf_complain(
			section, "backoff_max_ms", build->why,
			"got %d, expected at least backoff_min_ms, which is %d",
			port->backoff_max_ms, port->backoff_min_ms);
	build->site->port_count++;
	return err;
}

enum kakou_err site_take_ports(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	size_t count = conf_count(root, "port");
	enum kakou_err err = KAKOU_OK;

	if (count > SITE_PORTS_MAX)
		return conf_complain(conf_at(root, "port", SITE_PORTS_MAX), NULL,
				     build->why, "got %zu ports, expected at most %d",
				     count, SITE_PORTS_MAX);
	for (size_t i = 0; !err && i < count; i++)
		err = take_port(build, conf_at(root, "port", i));
	return err;
}

/* Index of the map of that name, read when it is the first use. */
static enum kakou_err take_map(struct site_build *build,
			       const struct conf_section *section, uint16_t *out)
{
	const char *name = conf_text(section, "map");
	struct site *site = build->site;
	char path[2 * SITE_PATH_MAX];
	struct why said = {0};
	size_t i = 0;

	while (i < site->map_count && strcmp(site->map_names[i], name) != 0)
		i++;
	*out = (uint16_t)i;
	if (i < site->map_count)
		return KAKOU_OK;
	if (i == SITE_MAPS_MAX)
		return conf_complain(section, "map", build->why,
				     "got \"%s\" beside %zu other maps, expected at most "
				     "%d",
				     name, i, SITE_MAPS_MAX);
	if (name[0] == '.' || strchr(name, '/'))
		return conf_complain(
			section, "map", build->why,
			"got \"%s\", expected a name in maps_dir, not a path", name);
	(void)snprintf(path, sizeof(path), "%s/%s.map", site->maps_dir, name);
	if (map_load(&site->maps[i], path, &said))
		return conf_complain(section, "map", build->why, "%s", said.text);
	text_copy(site->map_names[i], sizeof(site->map_names[i]), name);
	site->map_count++;
	return KAKOU_OK;
}

static enum kakou_err take_device_port(struct site_build *build,
				       const struct conf_section *section, uint16_t *out)
{
	const char *name = conf_text(section, "port");

	for (size_t i = 0; i < build->site->port_count; i++) {
		if (!strcmp(build->site->ports[i].name, name)) {
			*out = (uint16_t)i;
			return KAKOU_OK;
		}
	}
	return conf_complain(section, "port", build->why,
			     "got \"%s\", expected the name of a port section", name);
}

static enum kakou_err check_unit(struct site_build *build,
				 const struct conf_section *section,
				 const struct site_device *device)
{
	const struct site_port *port = &build->site->ports[device->port];
	size_t units = 0;

	if (port->modbus.is_rtu && (device->unit < 1 || device->unit > 247))
		return conf_complain(section, "unit", build->why,
				     "got %d on a port of type rtu, expected 1 to 247",
				     device->unit);
	if (device->unit > 247 && device->unit != 255)
		return conf_complain(section, "unit", build->why,
				     "got %d, expected 0 to 247 or 255", device->unit);
	for (size_t i = 0; i < build->site->device_count; i++) {
		const struct site_device *other = &build->site->devices[i];

		if (other->port != device->port)
			continue;
		if (other->unit == device->unit)
			return conf_complain(
				section, "unit", build->why,
				"got %d on port \"%s\", which is device \"%s\" already",
				device->unit, port->name, other->name);
		units++;
	}
	if (units == BUS_UNITS_MAX)
		return conf_complain(section, "port", build->why,
				     "got one more device on port \"%s\", expected at "
				     "most %d",
				     port->name, BUS_UNITS_MAX);
	return KAKOU_OK;
}

/* A value that is always too old before it is read again would never be used. */
static enum kakou_err check_age(struct site_build *build,
				const struct conf_section *section,
				const struct site_device *device)
{
	const struct map *map = &build->site->maps[device->map];
	int32_t age_ms = device->max_age_ms ? device->max_age_ms : map->max_age_ms;
	const char *key = conf_is_set(section, "max_age_ms") ? "max_age_ms" : "period_ms";

	for (size_t i = 0; i < map->block_count; i++) {
		int32_t period_ms =
			device->period_ms ? device->period_ms : map->blocks[i].period_ms;

		if (age_ms <= period_ms)
			return conf_complain(
				section, key, build->why,
				"got values that are used for %d ms and read "
				"every %d ms, expected a longer use",
				age_ms, period_ms);
	}
	return KAKOU_OK;
}

static enum kakou_err take_naming(struct site_build *build,
				  const struct conf_section *section, const char *key,
				  char to[NAMING_MAX + 1])
{
	const char *complaint = naming_complaint(conf_text(section, key));

	text_copy(to, NAMING_MAX + 1, conf_text(section, key));
	return complaint ? conf_complain(section, key, build->why,
					 "got \"%s\", expected %s",
					 conf_text(section, key), complaint)
			 : KAKOU_OK;
}

/* Each folder has one owner: what is in it is taken by the names alone. */
static enum kakou_err take_pictures(struct site_build *build,
				    const struct conf_section *section,
				    struct site_device *device)
{
	enum kakou_err err = site_take_path(build, section, "pictures", "",
					    device->pictures, sizeof(device->pictures));

	if (!err)
		err = take_naming(build, section, "picture_front", device->picture_front);
	if (!err)
		err = take_naming(build, section, "picture_rear", device->picture_rear);
	device->picture_at[0] = (char)('0' + conf_integer(section, "picture_front_at"));
	device->picture_at[1] = (char)('0' + conf_integer(section, "picture_rear_at"));
	if (err || !device->pictures[0])
		return err;
	if (device->class != DEVICE_PLATE_CAMERA && device->class != DEVICE_BOX_READER)
		return conf_complain(section, "pictures", build->why,
				     "got a folder for a %s, expected it for a "
				     "plate_camera or box_reader",
				     device_class_name(device->class));
	for (size_t i = 0; i < build->site->device_count; i++) {
		const struct site_device *other = &build->site->devices[i];

		if (!strcmp(other->pictures, device->pictures))
			return conf_complain(section, "pictures", build->why,
					     "got \"%s\", which is device \"%s\"'s; "
					     "expected a folder of its own",
					     device->pictures, other->name);
	}
	return KAKOU_OK;
}

static enum kakou_err take_device(struct site_build *build,
				  const struct conf_section *section)
{
	struct site *site = build->site;
	struct site_device *device = &site->devices[site->device_count];
	enum kakou_err err = site_take_name(build, section, NULL, device->name);

	device->unit = (uint8_t)conf_integer(section, "unit");
	device->period_ms = (int32_t)conf_integer(section, "period_ms");
	device->max_age_ms = (int32_t)conf_integer(section, "max_age_ms");
	if (!err)
		err = take_device_port(build, section, &device->port);
	if (!err)
		err = check_unit(build, section, device);
	if (!err)
		err = take_map(build, section, &device->map);
	if (!err) {
		device->class = site->maps[device->map].class;
		err = check_age(build, section, device);
	}
	if (!err)
		err = take_pictures(build, section, device);
	site->device_count++;
	return err;
}

enum kakou_err site_take_devices(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	size_t count = conf_count(root, "device");
	enum kakou_err err = KAKOU_OK;

	if (count > SITE_DEVICES_MAX)
		return conf_complain(conf_at(root, "device", SITE_DEVICES_MAX), NULL,
				     build->why, "got %zu devices, expected at most %d",
				     count, SITE_DEVICES_MAX);
	for (size_t i = 0; !err && i < count; i++)
		err = take_device(build, conf_at(root, "device", i));
	return err;
}

enum kakou_err site_take_device(struct site_build *build,
				const struct conf_section *section, const char *key,
				enum device_class class, uint16_t *out)
{
	const char *name = conf_text(section, key);
	const struct site_device *device = build->site->devices;

	*out = SITE_NO_DEVICE;
	if (!name[0])
		return KAKOU_OK;
	for (uint16_t i = 0; i < build->site->device_count; i++, device++) {
		if (strcmp(device->name, name) != 0)
			continue;
		if (device->class != class)
			return conf_complain(section, key, build->why,
					     "got \"%s\", which is a %s, expected a %s",
					     name, device_class_name(device->class),
					     device_class_name(class));
		*out = i;
		return KAKOU_OK;
	}
	return conf_complain(section, key, build->why,
			     "got \"%s\", expected the name of a device section", name);
}

enum kakou_err site_claim_device(struct site_build *build,
				 const struct conf_section *section, const char *key,
				 enum device_class class, size_t lane, uint16_t *out)
{
	enum kakou_err err = site_take_device(build, section, key, class, out);

	if (err || *out == SITE_NO_DEVICE)
		return err;
	if (build->owner[*out] && build->owner[*out] != lane + 1)
		return conf_complain(section, key, build->why,
				     "got \"%s\", which serves lane \"%s\" already; "
				     "expected one lane for it",
				     build->site->devices[*out].name,
				     build->site->lanes[build->owner[*out] - 1].name);
	build->owner[*out] = (uint8_t)(lane + 1);
	return KAKOU_OK;
}
