/* SPDX-License-Identifier: MIT */
/*
 * What the generator of scripts is made of: chance, and parts that are added to a script.
 *
 * A seed means the same script with every compiler.
 */
#ifndef KAKOU_TESTS_LANE_PROPERTY_PARTS_H
#define KAKOU_TESTS_LANE_PROPERTY_PARTS_H

#include "tests/unit/lane_property.h"

/* An empty script; chance begins anew. */
void script_begin(struct property_script *script, uint64_t seed);

int32_t chance_below(int32_t n);
int32_t chance_between(int32_t from, int32_t to);
bool chance_one_in(int32_t n);
int32_t chance_speed(void);
int32_t chance_moment(void);
int32_t chance_span(void);

/* What devices read of a vehicle, mostly as it should be; and with these digits. */
int32_t chance_reads(void);
int32_t script_reads_of(int32_t plate, int32_t tag, int32_t box, int32_t seal,
			int32_t rest);

/* A new action at the end; what has no room is thrown away. */
struct property_action *script_add(struct property_script *script, int32_t when,
				   enum property_kind kind);

/* The rest are assignments to `it`, done from left to right: a seed means the same script with
 * every compiler. */
#define ADD(script, when, kind, ...)                                                     \
	do {                                                                             \
		struct property_action *it = script_add(script, (int32_t)(when), kind);  \
		(void)(__VA_ARGS__);                                                     \
	} while (0)

void script_add_vehicle(struct property_script *script, int32_t at_ms, int32_t quality);
void script_add_answer(struct property_script *script, int32_t word,
		       enum lane_state when);
void script_add_act(struct property_script *script, int32_t when, int32_t after_ms,
		    enum act_verb verb);
void script_add_obstructions(struct property_script *script, enum lane_state when);
void script_add_arm_trouble(struct property_script *script, enum lane_state when);
void script_add_follower(struct property_script *script, enum lane_state when);
void script_add_back_out(struct property_script *script, enum lane_state when);
void script_add_lane(struct property_script *script, enum property_setting what,
		     int32_t b);

/* lane_property_reach.c: what leads to the state the row is taken from. */
void script_reach(struct property_script *script, const struct lane_rule *row);

/* lane_property_bring.c: what brings the row's event. */
void script_bring(struct property_script *script, const struct lane_rule *row);
void script_add_broken_pair(struct property_script *script);

#endif
