/* SPDX-License-Identifier: MIT */
/*
 * Snapshot: what the control thread shows of itself, by value, through a mailbox.
 *
 * Layer: firmware. Threads: written by the control thread, read by the control-socket
 * thread.
 */
#ifndef KAKOU_FIRMWARE_SNAPSHOT_H
#define KAKOU_FIRMWARE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/config/site.h"
#include "hal/machine.h"

enum { SNAPSHOT_ORDERS_MAX = 4, SNAPSHOT_ORDER_MAX = 24 };
enum { SNAPSHOT_ALARMS_MAX = 16 };

struct snapshot_evidence {
	uint8_t kind; /**< enum evidence_kind */
	bool is_required;
	uint8_t state; /**< enum evidence_state */
	uint8_t hand;  /**< enum evidence_hand: whose word it is */
	uint8_t confidence;
	int64_t at_ms; /**< monotonic; 0 = not collected */
	char text[48]; /**< the value as a person reads it */
};

/** What a line has done since the start, by role. */
struct snapshot_line {
	uint32_t rises, falls; /**< changes; of inputs on GPIO every edge */
	uint32_t caught; /**< inputs on GPIO: scans in which it changed there and back */
	int64_t changed_ms; /**< monotonic, the last change; 0 = none */
};

struct snapshot_lane {
	const char *state;      /**< static word, e.g. "gathering" */
	int64_t state_since_ms; /**< monotonic */
	int64_t passage;        /**< 0 = none */
	int64_t opened_wall_ms;
	char plate[32]; /**< what the vote says so far */
	uint8_t evidence_count, collected, required;
	struct snapshot_evidence evidence[SITE_EVIDENCE_MAX];
	char seq_no[CUSTOMS_SEQ_MAX + 1]; /**< current inquiry, "" = none */
	const char *verdict; /**< static word: "", "release", "hold", "inspection",
				"return" */
	const char *by;      /**< "", "customs", "officer", "controller", "offline" */
	char reason[40];     /**< code, e.g. "weight_differs"; "" = none */
	char sign[48];       /**< what the sign was told */
	const char *arm; /**< "down", "rising", "up", "lowering", "between", "fault" */
	const char *entry_arm; /**< the same of the entry arm; "" = the lane has none */
	const char *light;     /**< "red", "green"; "unknown" when they are not heard */
	uint64_t inputs;       /**< bit = enum line_role, debounced */
	uint64_t outputs;      /**< bit = enum line_role, as commanded */
	bool lines_are_known;  /**< false: its GPIO lines can't be read */
	uint32_t edges_lost;   /**< times the kernel had more edges than it could keep */
	struct snapshot_line lines[LINE_ROLES];
	bool help_is_called;
	char direction; /**< in force: 'I' or 'E' */
	bool is_turned; /**< not the site file's */
	const char
		*turn;  /**< static: "", "turning"; "unknown": the record did not tell */
	char turn_to;   /**< the direction it is being turned to; '\0' = it is not */
	bool is_locked; /**< takes no vehicle until it is opened */
	uint8_t order_count; /**< open orders on file that may be the vehicle's */
	char orders[SNAPSHOT_ORDERS_MAX]
		   [SNAPSHOT_ORDER_MAX + 1]; /**< the first of them */
	int64_t mode_until_ms;               /**< emergency mode, monotonic; 0 = off */
	char mode_by[48], mode_reason[96];
	int32_t mode_crossings; /**< vehicles that it has let pass so far */
	uint8_t alarm_count;
	const char *alarms[SNAPSHOT_ALARMS_MAX];       /**< static codes */
	bool is_acknowledged[SNAPSHOT_ALARMS_MAX];     /**< of each of them */
	int64_t shelved_until_ms[SNAPSHOT_ALARMS_MAX]; /**< monotonic; 0 = not */
};

struct snapshot_device {
	uint8_t health; /**< enum device_health */
	bool is_stale;
	int64_t at_ms; /**< monotonic, last value; 0 = never */
	char text[96]; /**< the value as a person reads it */
};

/** What main shows of the machine's watchdog and the last reset, in a mailbox of its own. */
struct snapshot_guard {
	char identity[32]; /**< as the site names it; "" = none */
	const char
		*state; /**< static: "none", "armed", "missing", "refused", "withheld" */
	int32_t timeout_s; /**< armed */
	char why[160];     /**< not armed although it should be */
	bool is_hung;      /**< no healthy scan: it is not kicked */
	char reset_by
		[16]; /**< the last reset: "watchdog", "unknown" …; "" = nothing known */
	char reset_why[120];
	int32_t resets;         /**< by the watchdog, in a row */
	bool is_measured;       /**< `machine` is there */
	struct machine machine; /**< looked at every 10 s */
};

struct snapshot {
	int64_t at_ms; /**< monotonic */
	int64_t started_wall_ms;
	uint64_t scans, late_scans;
	int32_t longest_scan_us;
	uint64_t allocations; /**< by the control thread since its start: 0 */
	uint64_t news_dropped;
	bool is_realtime, memory_is_locked,
		is_filtered; /**< SCHED_FIFO, mlockall, seccomp */
	bool record_is_well;
	uint8_t lane_count;
	uint16_t device_count;
	struct snapshot_lane lanes[SITE_LANES_MAX];
	struct snapshot_device devices[SITE_DEVICES_MAX];
};

#endif
