/* SPDX-License-Identifier: MIT */
/*
 * Pulse: one output of a locked lane, held by a technician for as long as it is renewed, to see
 * that the right lamp burns, that a safety device answers its test, and that the cabinet's relay
 * drops out without a heartbeat.
 *
 * It moves nothing: raise and lower are moved by the buttons at the gate alone (S5), and a pulse
 * of them only says who pressed and why. Test outputs and heartbeat go through the interlock,
 * which takes them at rest only.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_PULSE_H
#define KAKOU_FIRMWARE_PULSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/config/site.h"

enum {
	PULSE_EXPIRE_MS = 200, /**< a pulse that is not renewed for so long is over */
	PULSE_MAX_MS = 5000,   /**< and one that is renewed, after this */
	PULSE_LINE_MAX = 24,
};

struct pulse {
	bool is_on;
	uint8_t line; /**< enum line_role */
	bool is_released;
	int64_t begun_ms, renewed_ms, until_ms;
	char actor[48];
};

/** What the lane is like, as far as a pulse depends on it. */
struct pulse_scene {
	const struct site_lane *lane;
	int64_t now_ms;
	bool is_locked;              /**< by a person */
	bool is_known;               /**< the inputs could be read */
	bool is_down, is_resting;    /**< the arm, and its interlock */
	bool is_occupied;            /**< a loop or beam, whatever a test makes it say */
	bool hold_raise, hold_lower; /**< the buttons at the gate are pressed */
};

/** The output of that name; LINE_ROLES when there is none. */
enum line_role pulse_find_line(const char *name);

/** Why the line can't be pulsed now, "" when it can. */
void pulse_judge(const struct pulse_scene *scene, const char *line, char *why,
		 size_t size);

/** Begins; it was judged. `for_ms` beyond PULSE_MAX_MS is cut. */
void pulse_begin(struct pulse *pulse, enum line_role line, const char *actor,
		 int32_t for_ms, int64_t now_ms);

/** "LINE MS", 1 to PULSE_MAX_MS, or 0 to end it. False: it is something else. */
bool pulse_parse(const char *value, char line[PULSE_LINE_MAX], int32_t *for_ms);

/** The same person asks for the same line again: renewed, or with 0 ms ended by the next step.
 *  False: it is another wish. */
bool pulse_renew(struct pulse *pulse, const char *value, const char *actor,
		 int64_t now_ms);

/** One scan. Why it ended in this one, NULL when it goes on or there is none. The pulse still
 *  says which it was. */
const char *pulse_step(struct pulse *pulse, const struct pulse_scene *scene);

/** True while this output is pulsed. */
bool pulse_is_on(const struct pulse *pulse, enum line_role line);

#endif
