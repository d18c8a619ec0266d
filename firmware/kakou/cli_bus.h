/* SPDX-License-Identifier: MIT */
/*
 * Units of a Modbus port, for kakou map and kakou bus: asked by kakoud where the port is one of
 * its own, otherwise by this process. There is never a second master on a line.
 *
 * Layer: firmware. One thread; blocks for at most the deadline of an answer.
 */
#ifndef KAKOU_FIRMWARE_CLI_BUS_H
#define KAKOU_FIRMWARE_CLI_BUS_H

#include "drivers/bus/bus.h"
#include "firmware/config/site.h"
#include "firmware/kakou/cli.h"

/** The options that say which port: zeroed, then read. */
struct cli_bus_wish {
	const char *tcp;    /**< --tcp HOST[:PORT] */
	const char *tty;    /**< --tty DEVICE */
	const char *baud;   /**< --baud N */
	const char *frame;  /**< --frame 8N1 */
	const char *answer; /**< --answer MS */
	const char *site;   /**< --site FILE */
};

#define CLI_BUS_OPTIONS(wish)                                                            \
	{"--tcp", &(wish).tcp, NULL}, {"--tty", &(wish).tty, NULL},                      \
		{"--baud", &(wish).baud, NULL}, {"--frame", &(wish).frame, NULL},        \
		{"--answer", &(wish).answer, NULL},                                      \
	{                                                                                \
		"--site", &(wish).site, NULL                                             \
	}

struct cli_bus {
	char port[SITE_NAME_MAX + 1]; /**< as kakoud calls it; "" = asked directly */
	char where[160];              /**< for people */
	bool is_rtu;
	struct modbus_port *direct;
};

/** True when the options name the port themselves, without the site. */
bool cli_bus_is_direct(const struct cli_bus_wish *wish);

/** The settings of a port that the options name. Returns enum cli_exit, complained. */
int cli_bus_read_config(struct cli *cli, const struct cli_bus_wish *wish,
			struct modbus_port_config *out);

/** Opens a port directly; refused while a kakoud polls it. Returns enum cli_exit. */
int cli_bus_open(struct cli *cli, const struct modbus_port_config *config,
		 struct cli_bus *out);

/** A port of kakoud's own. */
void cli_bus_use(struct cli_bus *out, const char *port);

/** Never fails; a bus that was not opened (zeroed) is legal. */
void cli_bus_close(struct cli_bus *bus);

/** One read. What the unit did is in `out`, errors included; an exit other than CLI_DONE is about
 *  kakoud, and was complained about. `out->at_ms` is on this process's clock. */
int cli_bus_read(struct cli *cli, struct cli_bus *bus, uint8_t unit,
		 enum modbus_area area, uint16_t address, uint16_t count,
		 struct bus_answer *out);

/* ---- which unit is meant (cli_unit.c) */

struct cli_unit {
	struct cli_bus bus;
	uint8_t unit;
	char device[SITE_NAME_MAX + 1]; /**< "" = no device of the site */
	char map[64];                   /**< "" = not known */
};

/** A device by its name, or "PORT:UNIT"; by the site file the options name, or by kakoud. With
 *  *is_found false the word is neither, and nothing was said. Returns enum cli_exit. */
int cli_unit_find(struct cli *cli, const struct cli_bus_wish *wish, const char *word,
		  struct cli_unit *out, bool *is_found);

/** A port by its name, with the devices on it: as an array of {name, unit, map_name}, which the
 *  caller releases. Returns enum cli_exit, complained. */
int cli_unit_find_port(struct cli *cli, const struct cli_bus_wish *wish, const char *word,
		       struct cli_bus *out, json_t **devices);

/* ---- what its registers say (cli_reading.c) */

struct cli_reading {
	const struct map *map;
	uint16_t image[MAP_REGISTERS_MAX];
	struct bus_answer blocks[MAP_BLOCKS_MAX]; /**< their values are in the image */
};

/** Reads every block of `reading->map` once. What the unit did is in the blocks. Returns enum
 *  cli_exit. */
int cli_reading_take(struct cli *cli, struct cli_bus *bus, uint8_t unit,
		     struct cli_reading *reading);

void cli_reading_print(struct cli *cli, const struct cli_unit *unit, const char *map_name,
		       const struct cli_reading *reading);
void cli_reading_print_json(struct cli *cli, const struct cli_unit *unit,
			    const char *map_name, const struct cli_reading *reading);

/** CLI_FAILED when a block was not read or a register holds what the map does not allow. */
int cli_reading_judge(const struct cli_reading *reading);

/** "i32 low-first * 1000", "u16 & 0x0010": how the registers of a point are read. */
void cli_describe_type(const struct map_point *point, char *to, size_t size);

/* ---- maps (cli_maps.c) */

/** Where maps are: as the option says, as kakoud says, or where they are installed. */
int cli_bus_find_maps(struct cli *cli, const char *option, char *to, size_t size);

enum { CLI_MAPS_MAX = 64 };

struct cli_map {
	char name[64]; /**< its file without .map */
	bool is_sound;
	struct map map;
	struct why why; /**< when it is not */
};

/** The maps of a directory by name; the caller frees the list. Returns enum cli_exit. */
int cli_bus_load_maps(struct cli *cli, const char *directory, struct cli_map **out,
		      size_t *count);

/** True when the directory has a map of that name, sound or not. */
bool cli_bus_has_map(const char *directory, const char *name);

/** One map by its name. Returns enum cli_exit, complained. */
int cli_bus_load_map(struct cli *cli, const char *directory, const char *name,
		     struct map *out);

#endif
