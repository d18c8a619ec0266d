/* SPDX-License-Identifier: MIT */
/*
 * A lane on the bench, in virtual time: the real table, interlock, evidence and positions, with
 * an arm, a vehicle of body segments, devices, a journal and a customs platform made of a few
 * numbers each. One scan is 10 ms.
 */
#ifndef KAKOU_TESTS_LANE_BENCH_H
#define KAKOU_TESTS_LANE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/lane/lane.h"

enum {
	BENCH_PLATE, /* indexes of the devices, in the order of the evidence */
	BENCH_TAG,
	BENCH_BOX,
	BENCH_WEIGHT,
	BENCH_CARD,
	BENCH_SEAL,
	BENCH_DEVICES,
	BENCH_ALL_DEVICES = (1 << BENCH_DEVICES) - 1,
};

/* A vehicle: parts [from, to] in mm behind its front; `front_mm` along the lane. */
struct bench_vehicle {
	bool is_here;
	int32_t front_mm;
	int part_count;
	struct {
		int32_t from_mm, to_mm;
	} parts[3];
};

struct bench;

/* Who wants to see everything; what is set is called. Then the log below is not kept. */
struct bench_watch {
	void (*event)(struct bench *bench, const struct event *event);
	void (*ack)(struct bench *bench, const struct journal_ack *ack);
	void (*out)(struct bench *bench, const struct lane_out *out); /* before it goes */
	void (*scan)(struct bench *bench, const struct lane_inputs *in);
};

struct bench_log {
	enum event_kind kind;
	int64_t passage;
	char text[320]; /* the texts that matter, joined */
};

struct bench {
	struct site site;
	struct lane lane;
	struct lane_numbers numbers;
	struct pairing own_pairing,
		*pairing; /* the latter may be shared with another bench */
	struct lane_out out;
	struct interlock_outputs motor;
	int64_t now_ms;
	int arm, entry_arm; /* 0 down .. 150 up */
	struct bench_vehicle vehicle, second;
	struct device_sample samples[BENCH_DEVICES];
	uint32_t dead,
		stuck; /* sensors that see nothing (something), bit = position_sensor */
	int8_t limit[2], entry_limit[2]; /* down, up: 1 always on, -1 always off, 0 as
					    it is */
	uint32_t held;                   /* levels of the remote loops as last heard */
	int arm_step;                    /* 0 = 1 */
	const struct bench_watch *watch;
	bool loop_is_dead, beam_is_dead; /* it does not answer its test */
	bool entry_is_stuck, arm_is_stuck, drive_is_reversed, is_late, is_blind,
		emergency;
	bool key_is_turned, hold_raise, hold_lower; /* at the gate */
	bool door_is_open;                          /* of the cabinet */
	int8_t second_contact
		[INTERLOCK_CHANNELS]; /* second contacts: 1 always on, -1 always off */
	bool loops_are_lost,
		lights_are_lost; /* remote I/O: the levels stay as they were */
	bool record_stalls, record_fails, record_is_full;
	int64_t act_asked_ms;   /* when persons asked; 0 = just now */
	const char *act_second; /* who approved acts besides, NULL = nobody */
	bool is_mirrored; /* vehicles come from the exit's side; places are in their way */
	char told_to,
		recorded_to; /* a reversible lane's direction: said, and committed */
	/* the registry: what is on file, and after how many scans it says so; -1 = never */
	struct found on_file;
	int registry_scans, registry_left;
	struct lookup looked_up; /* the newest */
	int lookups;
	struct order_note notes[16];
	int note_count;
	/* what came out */
	struct bench_log log[512];
	int log_count;
	int64_t seq;       /* of the newest event */
	uint32_t triggers; /* devices that were told to read again, bit = evidence */
	int trigger_count;
	int asks, lifts_commanded, hits; /* hits: the arm came down on a vehicle */
	struct customs_gather asked;
	char cancelled[CUSTOMS_SEQ_MAX + 1];
	struct act_result result;
	int results, reports;
	char report[STATUS_LENGTH + 1];
	uint64_t tickets[64];            /* not yet acknowledged */
	int ticket_count, tickets_ready; /* ready: of earlier scans */
};

/* A lane with six kinds of evidence; the arm is down, the lane idle. */
void bench_begin(struct bench *bench);

/* Rebuilds the lane with these devices only (bit = index), with or without deck beams. A lane without
 * has an approach loop that reaches to the stop line. Takes effect at the next start. */
void bench_equip(struct bench *bench, uint32_t devices, bool has_deck);
/* A reversible lane without deck, with lights for both sides; from the next start on. */
void bench_equip_reverse(struct bench *bench);
/* The key at the gate is turned and let go. */
void bench_turn_key(struct bench *bench);

/* Second contacts beside the first ones, from the next start on. */
void bench_wire_pairs(struct bench *bench);

void bench_scan(struct bench *bench);
void bench_run(struct bench *bench, int32_t ms);

/* Runs until the lane is in the state; false when `ms` were not enough. */
bool bench_run_until(struct bench *bench, enum lane_state state, int32_t ms);

/* The lane gets an entry barrier. Takes effect at the next start. */
void bench_equip_entry(struct bench *bench);

/* An articulated truck: tractor 0..6 m, gap 1.2 m, trailer to 17 m. */
struct bench_vehicle bench_truck(void);

/* Drives the vehicle so that its front is at `to_mm`, at 2.8 m/s (backwards when behind). */
void bench_drive(struct bench *bench, struct bench_vehicle *vehicle, int32_t to_mm);

/* A new read: texts into the two reads, sequence grown. */
void bench_read(struct bench *bench, int device, const char *first, const char *second,
		uint8_t confidence);
void bench_weigh(struct bench *bench, int64_t gross_g, bool is_stable);
void bench_seal(struct bench *bench, bool is_present, bool is_sealed,
		bool battery_is_low);
void bench_lose(struct bench *bench, int device);

/* All evidence of an ordinary truck, wholly on the deck. */
void bench_bring_truck(struct bench *bench);

/* Bodies: true when any part of it lies between the two points. */
bool bench_touches(const struct bench_vehicle *vehicle, int32_t from_mm, int32_t to_mm);

/* The controller starts again; the world stays as it is, what was not committed is lost. */
void bench_restart(struct bench *bench);

/* Looks up from now on; an order on file that the ordinary truck brings fits it. */
void bench_use_registry(struct bench *bench);
struct order *bench_file_order(struct bench *bench);

/* Customs answers the given inquiry (NULL: the current one) with a word and a hint. */
void bench_answer(struct bench *bench, const char *seq_no, const char *word,
		  const char *hint);
void bench_answer_verdict(struct bench *bench, const char *seq_no,
			  enum customs_verdict verdict);
/* … one of the backlog, of which the link knows the passage and the order that was used ("" = none). */
void bench_answer_past(struct bench *bench, const char *seq_no, int64_t passage,
		       const char *order, enum customs_verdict verdict);
void bench_operate(struct bench *bench, char op_type, const char *command);
void bench_act(struct bench *bench, enum act_verb verb, int64_t passage);
/* … about a kind of evidence, with a value. */
void bench_act_on(struct bench *bench, enum act_verb verb, int64_t passage,
		  enum evidence_kind subject, const char *value);

/* Stop line of a truck on the deck, and well past the exit loop. */
enum {
	BENCH_STOP_MM = 25500,
	BENCH_QUEUE_MM = 1500, /* before a closed entry arm */
	BENCH_ENTRY_ARM_MM = 3000,
	BENCH_LOOP_MM = 30000,
	BENCH_ARM_MM = 31000,
	BENCH_LOOP_END_MM = 32000,
	BENCH_GONE_MM = 60000,
	BENCH_UP = 150, /* the arm */
};

/* How many events of the kind were recorded; with `text` only those that contain it. */
int bench_count(const struct bench *bench, enum event_kind kind, const char *text);

#endif
