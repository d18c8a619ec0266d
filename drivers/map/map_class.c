/* SPDX-License-Identifier: MIT */
/*
 * The points each device class knows, as tables.
 *
 * Layer: drivers, inside map. Constant data.
 */
#include "drivers/map/map_class.h"

#include <assert.h>
#include <string.h>

#define FIELD(member)                                                                    \
	offsetof(struct device_sample, value.member),                                    \
		sizeof(((struct device_sample *)0)->value.member)
#define NO_FIELD 0, 0

#define NUMBER MAP_KIND_NUMBER
#define FLAG MAP_KIND_FLAG
#define BITS MAP_KIND_BITS
#define TEXT MAP_KIND_TEXT
#define LENGTH MAP_KIND_LENGTH
#define COMMAND MAP_KIND_COMMAND

#define ALONE MAP_GROUP_NONE
#define FIRST MAP_GROUP_FIRST
#define SECOND MAP_GROUP_SECOND

#define OPTIONAL MAP_RULE_OPTIONAL
#define REQUIRED MAP_RULE_REQUIRED
#define WITH_GROUP MAP_RULE_WITH_GROUP

enum {
	WORD = UINT16_MAX,
	BYTES = DEVICE_TEXT_MAX,
	GRAMS = 1000000000, /* 1000 t */
	MDEG_MIN = -100000,
	MDEG_MAX = 150000,
	MPCT = 100000,
};

/* A device that reports a fault of its own has no value: `status` may only be 0. */

/* clang-format off: tables */
static const struct map_class_point PLATE_CAMERA[] = {
	{"status",           NUMBER,  ALONE,  OPTIONAL,   0, 0,           "",      NO_FIELD, NULL          },
	{"front_sequence",   NUMBER,  FIRST,  REQUIRED,   0, WORD,        "",
	 FIELD(reads.read[0].sequence),						      NULL          },
	{"front_confidence", NUMBER,  FIRST,  REQUIRED,   0, 100,         "%",
	 FIELD(reads.read[0].confidence),						    NULL          },
	{"front_colour",     NUMBER,  FIRST,  OPTIONAL,   0, PLATE_BLACK, "",
	 FIELD(reads.read[0].colour),							NULL          },
	{"front_length",     LENGTH,  FIRST,  OPTIONAL,   0, BYTES,       "bytes", NO_FIELD, NULL          },
	{"front_text",       TEXT,    FIRST,  REQUIRED,   0, BYTES,       "bytes",
	 FIELD(reads.read[0].text),							  "front_length"},
	{"rear_sequence",    NUMBER,  SECOND, WITH_GROUP, 0, WORD,        "",
	 FIELD(reads.read[1].sequence),						      NULL          },
	{"rear_confidence",  NUMBER,  SECOND, WITH_GROUP, 0, 100,         "%",
	 FIELD(reads.read[1].confidence),						    NULL          },
	{"rear_colour",      NUMBER,  SECOND, OPTIONAL,   0, PLATE_BLACK, "",
	 FIELD(reads.read[1].colour),							NULL          },
	{"rear_length",      LENGTH,  SECOND, OPTIONAL,   0, BYTES,       "bytes", NO_FIELD, NULL          },
	{"rear_text",        TEXT,    SECOND, WITH_GROUP, 0, BYTES,       "bytes",
	 FIELD(reads.read[1].text),							  "rear_length" },
	{"trigger",          COMMAND, ALONE,  OPTIONAL,   0, WORD,        "",      NO_FIELD, NULL          },
};

static const struct map_class_point TAG_READER[] = {
	{"status",       NUMBER, ALONE, OPTIONAL, 0, 0,     "",      NO_FIELD,                      NULL},
	{"sequence",     NUMBER, FIRST, REQUIRED, 0, WORD,  "",      FIELD(reads.read[0].sequence),
	 NULL											   },
	{"confidence",   NUMBER, FIRST, OPTIONAL, 0, 100,   "%",
	 FIELD(reads.read[0].confidence),							   NULL},
	{"id_length",    LENGTH, FIRST, OPTIONAL, 0, BYTES, "bytes", NO_FIELD,                      NULL},
	{"id",           TEXT,   FIRST, REQUIRED, 0, BYTES, "bytes", FIELD(reads.read[0].text),
	 "id_length"										    },
	{"plate_length", LENGTH, FIRST, OPTIONAL, 0, BYTES, "bytes", NO_FIELD,                      NULL},
	{"plate",        TEXT,   FIRST, OPTIONAL, 0, BYTES, "bytes", FIELD(reads.read[1].text),
	 "plate_length"										 },
};

static const struct map_class_point BOX_READER[] = {
	{"status",           NUMBER,  ALONE,  OPTIONAL,   0, 0,               "",      NO_FIELD,                  NULL          },
	{"front_sequence",   NUMBER,  FIRST,  REQUIRED,   0, WORD,            "",
	 FIELD(reads.read[0].sequence),									   NULL          },
	{"front_confidence", NUMBER,  FIRST,  REQUIRED,   0, 100,             "%",
	 FIELD(reads.read[0].confidence),									 NULL          },
	{"front_kind",       NUMBER,  FIRST,  OPTIONAL,   0, 2,               "",      FIELD(reads.read[0].kind),
	 NULL														   },
	{"front_length",     LENGTH,  FIRST,  OPTIONAL,   0, BYTES,           "bytes", NO_FIELD,                  NULL          },
	{"front_text",       TEXT,    FIRST,  REQUIRED,   0, BYTES,           "bytes",
	 FIELD(reads.read[0].text),									       "front_length"},
	{"front_size",       TEXT,    FIRST,  OPTIONAL,   0, DEVICE_SIZE_MAX, "bytes",
	 FIELD(reads.read[0].size),									       NULL          },
	{"rear_sequence",    NUMBER,  SECOND, WITH_GROUP, 0, WORD,            "",
	 FIELD(reads.read[1].sequence),									   NULL          },
	{"rear_confidence",  NUMBER,  SECOND, WITH_GROUP, 0, 100,             "%",
	 FIELD(reads.read[1].confidence),									 NULL          },
	{"rear_kind",        NUMBER,  SECOND, OPTIONAL,   0, 2,               "",      FIELD(reads.read[1].kind),
	 NULL														   },
	{"rear_length",      LENGTH,  SECOND, OPTIONAL,   0, BYTES,           "bytes", NO_FIELD,                  NULL          },
	{"rear_text",        TEXT,    SECOND, WITH_GROUP, 0, BYTES,           "bytes",
	 FIELD(reads.read[1].text),									       "rear_length" },
	{"rear_size",        TEXT,    SECOND, OPTIONAL,   0, DEVICE_SIZE_MAX, "bytes",
	 FIELD(reads.read[1].size),									       NULL          },
	{"trigger",          COMMAND, ALONE,  OPTIONAL,   0, WORD,            "",      NO_FIELD,                  NULL          },
};

/* `negative` is the sign of instruments that state gross without one. */
static const struct map_class_point WEIGHBRIDGE[] = {
	{"status",   NUMBER,  ALONE, OPTIONAL, 0,      0,     "",  NO_FIELD,                    NULL},
	{"gross",    NUMBER,  FIRST, REQUIRED, -GRAMS, GRAMS, "g", FIELD(weight.gross_g),
	 NULL										       },
	{"negative", FLAG,    FIRST, OPTIONAL, 0,      1,     "",  NO_FIELD,                    NULL},
	{"stable",   FLAG,    FIRST, OPTIONAL, 0,      1,     "",  FIELD(weight.is_stable),     NULL},
	{"overload", FLAG,    FIRST, OPTIONAL, 0,      1,     "",  FIELD(weight.is_overloaded), NULL},
	{"net",      NUMBER,  ALONE, OPTIONAL, -GRAMS, GRAMS, "g", NO_FIELD,                    NULL},
	{"tare",     NUMBER,  ALONE, OPTIONAL, -GRAMS, GRAMS, "g", NO_FIELD,                    NULL},
	{"zero",     COMMAND, ALONE, OPTIONAL, 0,      WORD,  "",  NO_FIELD,                    NULL},
};

static const struct map_class_point DRIVER_POST[] = {
	{"status",        NUMBER, ALONE,  OPTIONAL,   0, 0,     "",      NO_FIELD,                    NULL         },
	{"card_sequence", NUMBER, FIRST,  WITH_GROUP, 0, WORD,  "",
	 FIELD(post.cards.read[0].sequence),							  NULL         },
	{"card_length",   LENGTH, FIRST,  OPTIONAL,   0, BYTES, "bytes", NO_FIELD,                    NULL         },
	{"card_text",     TEXT,   FIRST,  WITH_GROUP, 0, BYTES, "bytes",
	 FIELD(post.cards.read[0].text),							      "card_length"},
	{"qr_sequence",   NUMBER, SECOND, WITH_GROUP, 0, WORD,  "",
	 FIELD(post.cards.read[1].sequence),							  NULL         },
	{"qr_length",     LENGTH, SECOND, OPTIONAL,   0, BYTES, "bytes", NO_FIELD,                    NULL         },
	{"qr_text",       TEXT,   SECOND, WITH_GROUP, 0, BYTES, "bytes",
	 FIELD(post.cards.read[1].text),							      "qr_length"  },
	{"help",          FLAG,   ALONE,  OPTIONAL,   0, 1,     "",      FIELD(post.help_is_pressed), NULL         },
};

static const struct map_class_point SEAL_READER[] = {
	{"status",      NUMBER, ALONE, OPTIONAL, 0, 0,     "",      NO_FIELD,                   NULL       },
	{"sequence",    NUMBER, FIRST, REQUIRED, 0, WORD,  "",      FIELD(seal.sequence),       NULL       },
	{"present",     FLAG,   FIRST, REQUIRED, 0, 1,     "",      FIELD(seal.is_present),     NULL       },
	{"sealed",      FLAG,   FIRST, REQUIRED, 0, 1,     "",      FIELD(seal.is_sealed),      NULL       },
	{"low_battery", FLAG,   FIRST, OPTIONAL, 0, 1,     "",      FIELD(seal.battery_is_low),
	 NULL											      },
	{"id_length",   LENGTH, FIRST, OPTIONAL, 0, BYTES, "bytes", NO_FIELD,                   NULL       },
	{"id",          TEXT,   FIRST, REQUIRED, 0, BYTES, "bytes", FIELD(seal.id),             "id_length"},
};

static const struct map_class_point REEFER[] = {
	{"status",      NUMBER, ALONE, OPTIONAL, 0,        0,        "",           NO_FIELD, NULL},
	{"temperature", NUMBER, ALONE, REQUIRED, MDEG_MIN, MDEG_MAX, "1/1000 °C",
	 FIELD(climate.temperature_mdeg),						    NULL},
	{"humidity",    NUMBER, ALONE, OPTIONAL, 0,        MPCT,     "1/1000 %RH",
	 FIELD(climate.humidity_mpct),						       NULL},
};

static const struct map_class_point REMOTE_IO[] = {
	{"status",  NUMBER, ALONE, OPTIONAL, 0, 0,          "", NO_FIELD,          NULL},
	{"inputs",  BITS,   ALONE, REQUIRED, 0, UINT32_MAX, "", FIELD(io.inputs),  NULL},
	{"outputs", BITS,   ALONE, OPTIONAL, 0, UINT32_MAX, "", FIELD(io.outputs), NULL},
};

/* Without `shown`, `text` itself is read back. */
static const struct map_class_point SIGN[] = {
	{"status",       NUMBER,  ALONE, OPTIONAL, 0, 0,     "",      NO_FIELD,                   NULL},
	{"sequence",     NUMBER,  FIRST, OPTIONAL, 0, WORD,  "",      FIELD(sign.shown_sequence),
	 NULL											 },
	{"text",         TEXT,    ALONE, REQUIRED, 0, BYTES, "bytes", FIELD(sign.shown),          NULL},
	{"shown_length", LENGTH,  FIRST, OPTIONAL, 0, BYTES, "bytes", NO_FIELD,                   NULL},
	{"shown",        TEXT,    FIRST, OPTIONAL, 0, BYTES, "bytes", FIELD(sign.shown),
	 "shown_length"									       },
	{"voice",        COMMAND, ALONE, OPTIONAL, 0, WORD,  "",      NO_FIELD,                   NULL},
};

#define POINTS(array)                                                                    \
	{                                                                                \
		array, sizeof(array) / sizeof((array)[0])                                \
	}

static const struct {
	const struct map_class_point *points;
	size_t count;
} CLASSES[DEVICE_CLASSES] = {
	[DEVICE_PLATE_CAMERA] = POINTS(PLATE_CAMERA),
	[DEVICE_TAG_READER] = POINTS(TAG_READER),
	[DEVICE_BOX_READER] = POINTS(BOX_READER),
	[DEVICE_WEIGHBRIDGE] = POINTS(WEIGHBRIDGE),
	[DEVICE_DRIVER_POST] = POINTS(DRIVER_POST),
	[DEVICE_SEAL_READER] = POINTS(SEAL_READER),
	[DEVICE_REEFER] = POINTS(REEFER),
	[DEVICE_REMOTE_IO] = POINTS(REMOTE_IO),
	[DEVICE_SIGN] = POINTS(SIGN),
};
/* clang-format on */

const struct map_class_point *map_class_points(enum device_class class, size_t *count)
{
	assert((unsigned)class < DEVICE_CLASSES);
	*count = CLASSES[class].count;
	return CLASSES[class].points;
}

const struct map_class_point *map_class_find(enum device_class class, const char *name)
{
	size_t count;
	const struct map_class_point *points = map_class_points(class, &count);

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(points[i].name, name))
			return &points[i];
	}
	return NULL;
}

bool map_point_is_read(const struct map *map, const struct map_class_point *class_point)
{
	if (class_point->kind == MAP_KIND_COMMAND)
		return false;
	return map->class != DEVICE_SIGN || strcmp(class_point->name, "text") != 0 ||
	       !map_find_point(map, "shown");
}
