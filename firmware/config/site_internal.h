/* SPDX-License-Identifier: MIT */
/*
 * What the files of the site share: site.c opens and takes the top level, site_board.c the
 * board, site_equipment.c ports, devices and maps, site_customs.c the platform, site_lane.c and site_line.c the
 * lanes, site_names.c the words.
 *
 * Layer: firmware, inside config.
 */
#ifndef KAKOU_FIRMWARE_SITE_INTERNAL_H
#define KAKOU_FIRMWARE_SITE_INTERNAL_H

#include "firmware/config/site.h"

/* Lengths in bytes of what goes into the texts of struct site. */
enum { SITE_PATH_MAX = 159, SITE_SOCKET_MAX = 99 };

/* A site while it is read. */
struct site_build {
	struct site *site;
	const struct conf *conf;
	struct why *why;
	char directory[SITE_PATH_MAX +
		       1]; /* of the file, with its '/'; "" = the present one */
	uint8_t owner
		[SITE_DEVICES_MAX]; /* 1 + index of the lane a device belongs to, or 0 */
};

/* Each takes one part of the file; `site` holds what was taken before. */
/** Board and watchdog. */
KAKOU_MUST_CHECK enum kakou_err site_take_board(struct site_build *build);
KAKOU_MUST_CHECK enum kakou_err site_take_ports(struct site_build *build);
KAKOU_MUST_CHECK enum kakou_err site_take_devices(struct site_build *build);
KAKOU_MUST_CHECK enum kakou_err site_take_customs(struct site_build *build);
KAKOU_MUST_CHECK enum kakou_err site_take_lanes(struct site_build *build);
KAKOU_MUST_CHECK enum kakou_err site_take_record(struct site_build *build);
KAKOU_MUST_CHECK enum kakou_err site_take_offline(struct site_build *build);
KAKOU_MUST_CHECK enum kakou_err site_take_rights(struct site_build *build,
						 const struct conf_section *section,
						 struct site_lane *lane);
KAKOU_MUST_CHECK enum kakou_err site_take_lines(struct site_build *build,
						const struct conf_section *section,
						struct site_lane *lane);

/** The line `name` of the section as one of the board; `chip` is the board's until
 *  site_place_board_lines(). */
KAKOU_MUST_CHECK enum kakou_err site_take_board_line(struct site_build *build,
						     const struct conf_section *section,
						     enum line_role role,
						     struct gpio_line *out);

/** Where the lines of a lane are: on those chips of the board that it needs. */
void site_place_board_lines(const struct board *board, struct site_lane *lane);

/** Device and direction of an RTU port whose `tty` is a serial port of the board. */
KAKOU_MUST_CHECK enum kakou_err site_take_board_serial(struct site_build *build,
						       const struct conf_section *section,
						       struct modbus_port_config *modbus);

/** Copies the value of `key` (of the section's title when it is NULL) as a name: 1 to 31 of
 *  A-Z a-z 0-9 . _ - that begin with a letter or digit. */
KAKOU_MUST_CHECK enum kakou_err site_take_name(struct site_build *build,
					       const struct conf_section *section,
					       const char *key,
					       char to[SITE_NAME_MAX + 1]);

/** Copies the value of `key` as a path into `to` of `size` bytes: a relative one counts from the
 *  file's directory; empty stays empty. `prefix` is what stands before the path and is kept
 *  ("yard:"), or "". */
KAKOU_MUST_CHECK enum kakou_err site_take_path(struct site_build *build,
					       const struct conf_section *section,
					       const char *key, const char *prefix,
					       char *to, size_t size);

/** Copies the value of `key` as a numeric IPv4 or IPv6 address. */
KAKOU_MUST_CHECK enum kakou_err site_take_address(struct site_build *build,
						  const struct conf_section *section,
						  const char *key, char *to, size_t size);

/** Copies the value of `key` as an id assigned by customs: 10 visible ASCII characters. */
KAKOU_MUST_CHECK enum kakou_err site_take_id(struct site_build *build,
					     const struct conf_section *section,
					     const char *key,
					     char to[FRAME_ID_LENGTH + 1]);

/** Index of the device `key` names, which must be of `class`. Empty gives SITE_NO_DEVICE. */
KAKOU_MUST_CHECK enum kakou_err site_take_device(struct site_build *build,
						 const struct conf_section *section,
						 const char *key, enum device_class class,
						 uint16_t *out);

/** The same for a device that serves one lane only: no other lane may have claimed it. */
KAKOU_MUST_CHECK enum kakou_err site_claim_device(struct site_build *build,
						  const struct conf_section *section,
						  const char *key,
						  enum device_class class, size_t lane,
						  uint16_t *out);

/** LINE_ROLES and EVIDENCE_KINDS when the name is unknown. */
enum line_role line_role_from_name(const char *name);
enum evidence_kind evidence_kind_from_name(const char *name);

/** True when no lane can do without the line. */
bool line_role_is_required(enum line_role role);

/** What may bring this kind of evidence, and how long that takes unless the file says so. */
enum device_class evidence_kind_class(enum evidence_kind kind);
int32_t evidence_kind_deadline_ms(enum evidence_kind kind);

#endif
