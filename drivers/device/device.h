/* SPDX-License-Identifier: MIT */
/*
 * Device classes and their neutral values: what a lane knows of a device, whoever made
 * it.
 *
 * Layer:   drivers. Values only; the conversion from registers is drivers/map, the
 * polling is drivers/bus. Threads: samples travel by value from a bus worker to the
 * control thread.
 */
#ifndef KAKOU_DRIVERS_DEVICE_H
#define KAKOU_DRIVERS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/err.h"

enum device_class {
	DEVICE_PLATE_CAMERA,
	DEVICE_TAG_READER,
	DEVICE_BOX_READER,
	DEVICE_WEIGHBRIDGE,
	DEVICE_DRIVER_POST,
	DEVICE_SEAL_READER,
	DEVICE_REEFER,
	DEVICE_REMOTE_IO,
	DEVICE_SIGN,
	DEVICE_CLASSES, /**< how many */
};

enum { DEVICE_TEXT_MAX = 47, DEVICE_SIZE_MAX = 4 };

/** One read of a camera or reader. `sequence` grows with every read and is the only proof
 * that a read is new; the first sample after (re)connection carries the old one. */
struct device_read {
	uint16_t sequence;
	uint8_t confidence; /**< 0..100 */
	uint8_t colour;     /**< plates: enum plate_colour */
	uint8_t kind; /**< boxes: 1 = front (tractor end), 2 = rear; cards: 1 = IC, 2 = QR
		       */
	char text[DEVICE_TEXT_MAX + 1]; /**< UTF-8 */
	char size[DEVICE_SIZE_MAX +
		  1]; /**< boxes: size-type code (22G1), "" = not read */
};

enum plate_colour {
	PLATE_COLOUR_UNKNOWN,
	PLATE_BLUE,
	PLATE_YELLOW,
	PLATE_GREEN,
	PLATE_WHITE,
	PLATE_BLACK
};

/** Plate camera: [0] front plate, [1] rear (trailer) plate. Box reader: [0] front, [1]
 * rear box. Tag reader: [0].text = tag id (16 hex), [1].text = the plate written on the
 * tag. Driver post: [0] IC card, [1] QR code. An empty text = nothing read yet. */
struct device_reads {
	struct device_read read[2];
};

struct device_weight {
	int64_t gross_g; /**< may be negative after a bad zero */
	bool is_stable;  /**< the instrument's own bit */
	bool is_overloaded;
};

struct device_post {
	struct device_reads cards;
	bool help_is_pressed;
};

struct device_seal {
	uint16_t sequence;
	bool is_present; /**< a seal was read */
	bool is_sealed;
	bool battery_is_low;
	char id[DEVICE_TEXT_MAX + 1]; /**< maker and serial */
};

struct device_climate {
	int32_t temperature_mdeg; /**< 1/1000 °C */
	int32_t humidity_mpct;    /**< 1/1000 %RH */
};

struct device_io {
	uint32_t inputs;  /**< bit i = input i */
	uint32_t outputs; /**< as read back */
};

struct device_sign {
	uint16_t shown_sequence;         /**< as read back */
	char shown[DEVICE_TEXT_MAX + 1]; /**< as read back */
};

/** How the device is, as its worker sees it. */
enum device_health {
	DEVICE_UNKNOWN, /**< not asked yet */
	DEVICE_WELL,
	DEVICE_SICK, /**< errors, still asked at its period */
	DEVICE_LOST, /**< backed off; no value */
};

/** One message from a bus worker: a new value, or a change of health (then no value). */
struct device_sample {
	uint16_t device; /**< index in the site's device list */
	uint8_t class;   /**< enum device_class */
	uint8_t health;  /**< enum device_health */
	bool has_value;
	int8_t error;  /**< enum kakou_err of the last failure when not well */
	int64_t at_ms; /**< monotonic, when the device answered */
	union {
		struct device_reads reads; /* plate camera, tag reader, box reader */
		struct device_weight weight;
		struct device_post post;
		struct device_seal seal;
		struct device_climate climate;
		struct device_io io;
		struct device_sign sign;
	} value;
};

enum device_verb {
	DEVICE_SHOW,    /**< sign: text, with `code` for voice (0 silent) */
	DEVICE_SWITCH,  /**< remote I/O: outputs in `mask` to `levels` */
	DEVICE_TRIGGER, /**< camera or reader: read again now */
	DEVICE_ZERO,    /**< weighbridge: the present load is zero */
};

/** One message to a bus worker. Written before any read; read back; a failure is a sample
 * with the error, and the write is repeated until it holds or is replaced by a newer one.
 */
struct device_command {
	uint16_t device;
	uint8_t verb; /**< enum device_verb */
	uint16_t code;
	uint32_t mask;
	uint32_t levels;
	char text[DEVICE_TEXT_MAX + 1];
};

/** Name as in site and map files: "plate_camera", "tag_reader", "box_reader",
 * "weighbridge", "driver_post", "seal_reader", "reefer", "remote_io", "sign". NULL out of
 * range. */
const char *device_class_name(enum device_class class);

/** DEVICE_CLASSES when the name is unknown. */
enum device_class device_class_from_name(const char *name);

const char *device_health_name(enum device_health health);

#endif
