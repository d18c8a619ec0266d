/* SPDX-License-Identifier: MIT */
/*
 * The world around the lane while a script runs: vehicles with drivers, readers, faults that end
 * by themselves. There is one.
 */
#ifndef KAKOU_TESTS_LANE_PROPERTY_WORLD_H
#define KAKOU_TESTS_LANE_PROPERTY_WORLD_H

#include "tests/unit/lane_property.h"

struct driver {
	enum property_drive drive;
	int32_t speed_mm, as_far_as_mm, reads;
	bool is_small, is_helper, has_been_read, has_carded;
	int64_t moved_ms;
};

struct world {
	struct bench bench;
	struct driver drivers[2];
	bool is_done[PROPERTY_ACTIONS];
	int64_t sensor_until[POSITION_SENSORS], limit_until[2], echo_until[2];
	int64_t lost_until[BENCH_DEVICES], pair_until[INTERLOCK_CHANNELS],
		button_until[2], key_until, reverse_until, record_until, stick_until,
		blind_until, emergency_until, down_until, deaf_until[2], full_until;
	bool has_mode;    /* emergency mode */
	bool fails_after; /* the record stalls, and what it held is lost */
	int64_t first_passage, entered_ms, begun_ms;
	int64_t happened_ms; /* an action or a new state */
	int64_t full_ms;     /* when a vehicle was last there */
	enum lane_state state;
	char seq_before[CUSTOMS_SEQ_MAX + 1], seq_now[CUSTOMS_SEQ_MAX + 1];
};

extern struct world world;

/* The first bodies need the arm up; from this one on they pass beside it. */
enum { WORLD_SMALL_BODY = 4, WORLD_GONE_MM = 38600 };

struct bench_vehicle *world_vehicle(int which);
bool world_is_empty(void);

/* With its front there; one that comes the wrong way with its rear there. */
void world_place(int which, int body, int32_t front_mm, const struct driver *driver);

/* Drivers drive for one scan; readers read what they should. */
void world_move(void);
void world_read(void);
void world_read_device(int device, int quality);

/* A person's act for the passage in the lane, or one off by some. */
void world_act(enum act_verb verb, int32_t off_by);

/* Settings of the lane, before it starts; then the actions that are due. */
void world_build(const struct property_script *script);
void world_carry_out(const struct property_script *script);

/* lane_property_turn.c: the lane is reversible; the direction of the next turn; who comes into an empty
 * lane comes from the side that is open. */
void world_equip_reverse(void);
const char *world_direction(void);
void world_face(void);

/* lane_property_registry.c: what is on file; the emergency mode, once the lane has begun. */
void world_file(int32_t bits);
void world_begin_mode(void);

/* Faults whose time is over end; all of them end. */
void world_end_faults(void);
void world_repair(void);

#endif
