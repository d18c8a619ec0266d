/* SPDX-License-Identifier: MIT */
/*
 * The site: everything one configuration file says, checked, as constant values.
 *
 * One key table (site_keys) drives the parser, `kakou config check`, the sample file and
 * the manual page kakou.conf(5).
 *
 * Layer:   firmware. Threads: loaded by main, constant afterwards, read by all.
 */
#ifndef KAKOU_FIRMWARE_SITE_H
#define KAKOU_FIRMWARE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "drivers/customs/link.h"
#include "drivers/map/map.h"
#include "firmware/config/board.h"
#include "hal/conf.h"
#include "hal/gpio.h"
#include "hal/modbus_port.h"
#include "hal/sign.h"

enum {
	SITE_LANES_MAX = 16,
	SITE_PORTS_MAX = 48,
	SITE_DEVICES_MAX = 96,
	SITE_MAPS_MAX = 32,
	SITE_NAME_MAX = 31,
	SITE_EVIDENCE_MAX = 7,
	SITE_NO_DEVICE = 0xFFFF,
};

/** What a line is for. Those up to LINE_WIRED_LAST are safety and must be local GPIO
 *  (doctrine 3); the check refuses them on a device. */
enum line_role {
	LINE_SAFETY_LOOP, /**< in: vehicle under the arm */
	LINE_BEAM,        /**< in: beam under the arm interrupted */
	LINE_LIMIT_UP,    /**< in */
	LINE_LIMIT_DOWN,  /**< in */
	LINE_EMERGENCY,   /**< in, optional: fire or emergency-open */
	/* Second contacts, in, optional: antivalent, active while the first is not (S10). */
	LINE_SAFETY_LOOP_NC,
	LINE_BEAM_NC,
	LINE_LIMIT_UP_NC,
	LINE_LIMIT_DOWN_NC,
	LINE_EMERGENCY_NC,
	LINE_RESET, /**< in, optional: key switch at the gate, takes locks back (S3) */
	LINE_HOLD_RAISE, /**< in, optional: hold-to-run button at the gate (S5) */
	LINE_HOLD_LOWER, /**< in, optional: the same for lowering */
	LINE_DOOR, /**< in, optional: contact of the cabinet's door, on while it is open */
	LINE_RAISE,     /**< out: motor */
	LINE_LOWER,     /**< out: motor */
	LINE_BEAM_TEST, /**< out, optional: the beam must report an interruption while set
			 */
	LINE_LOOP_TEST, /**< out, optional: the same for the safety loop */
	LINE_HEARTBEAT, /**< out: toggled by each healthy scan */
	/* The entry barrier of a lane with two: all of them or none, but for the heartbeat. */
	LINE_ENTRY_LOOP,       /**< in: safety loop under the entry arm */
	LINE_ENTRY_BEAM,       /**< in */
	LINE_ENTRY_LIMIT_UP,   /**< in */
	LINE_ENTRY_LIMIT_DOWN, /**< in */
	LINE_ENTRY_RAISE,      /**< out */
	LINE_ENTRY_LOWER,      /**< out */
	LINE_ENTRY_BEAM_TEST,  /**< out */
	LINE_ENTRY_LOOP_TEST,  /**< out */
	LINE_ENTRY_HEARTBEAT, /**< out, optional: its own; otherwise heartbeat serves both */
	LINE_WIRED_LAST = LINE_ENTRY_HEARTBEAT,
	LINE_APPROACH,    /**< in */
	LINE_SCALE_ENTRY, /**< in, optional: beam at the entry end of the deck interrupted
			   */
	LINE_SCALE_EXIT,  /**< in, optional: beam at the exit end of the deck interrupted
			   */
	LINE_EXIT,        /**< in */
	LINE_RED,         /**< out */
	LINE_GREEN,       /**< out */
	LINE_RED_FAR,     /**< out, optional: for those who come from the exit's side */
	LINE_GREEN_FAR,   /**< out, optional: the same */
	LINE_ROLES,
};

/** Sets of roles: bit = enum line_role. */
#define LINE_BIT(role) (UINT64_C(1) << (role))

/** Where a line is. */
struct site_line {
	bool is_used;
	bool on_device;        /**< remote I/O instead of GPIO */
	struct gpio_line gpio; /**< !on_device; is_output follows from the role */
	uint8_t gpio_index;    /**< !on_device: index in the lane's gpio_open() array */
	uint16_t device;       /**< on_device: index of a remote_io device */
	uint8_t bit;           /**< on_device: 0..31 */
};

enum evidence_kind {
	EVIDENCE_PLATE,   /**< vehicle identity: plate camera */
	EVIDENCE_TAG,     /**< vehicle identity: electronic plate */
	EVIDENCE_BOX,     /**< container number */
	EVIDENCE_WEIGHT,  /**< weighbridge */
	EVIDENCE_CARD,    /**< document or driver identity: IC card or QR */
	EVIDENCE_SEAL,    /**< electronic seal */
	EVIDENCE_CLIMATE, /**< reefer temperature */
	EVIDENCE_KINDS,
};

struct site_evidence {
	enum evidence_kind kind;
	bool is_required;    /**< otherwise asked for, and left out when its device is not
				well */
	uint16_t device;     /**< index of the source device */
	int32_t deadline_ms; /**< from approach on: not collected by then → hold / left
				out */
	uint8_t doubt_below; /**< confidence under this is doubtful, 0..100 */
};

enum safety_proof {
	PROOF_TEST_OUTPUT, /**< it answers its test output */
	PROOF_PAIR,        /**< its two contacts contradict each other, as they should */
	PROOF_ACTIVITY,    /**< it changed since the arm last left its lower limit */
};

struct site_barrier {
	int32_t travel_ms;      /**< S7: limit to limit at most, 500..15000 */
	int32_t test_window_ms; /**< S4: 10..150 */
	int32_t clear_ms;  /**< loops and beams clear for this long before lowering */
	int32_t expire_ms; /**< S8: an output not refreshed falls off, 20..200 */
	enum safety_proof loop_proof, beam_proof; /**< S4 */
	bool is_pulse_driven; /**< false: raise and lower are held while moving */
};

enum on_difference { DIFFERENCE_REPORT, DIFFERENCE_HOLD };
enum in_steel { STEEL_STAYS, STEEL_LIFTS };
enum gate_role { GATE_SINGLE, GATE_FIRST, GATE_SECOND };

/** What gives a right to pass; bits. */
enum site_right { RIGHT_ORDER = 1 << 0, RIGHT_REGISTERED = 1 << 1, RIGHT_MODE = 1 << 2 };

enum { SITE_ORDER_TYPES = 6 };

/** How much a weight may differ from an order's; the larger of the two counts. */
struct site_tolerance {
	bool is_set; /**< by the file; otherwise the lane's defaults */
	int32_t percent;
	int64_t g;
	enum on_difference on_difference;
};

/** Of which vehicles that have gone customs is told, when it did not answer in time. */
enum site_departed {
	DEPARTED_PASSED, /**< those that passed, or may have */
	DEPARTED_ALL,    /**< those too that were turned back */
	DEPARTED_NONE,   /**< an officer settles it */
};

/** What may be cleared while customs is silent. */
struct site_offline {
	uint8_t types; /**< bit = type − 1; 0 = nothing */
	int64_t max_age_ms;
	bool in, out;
	bool is_asked_after; /**< customs is asked on; otherwise an officer settles it */
};

struct site_lane {
	char name[SITE_NAME_MAX + 1];
	char chnl_no[FRAME_ID_LENGTH + 1];
	char direction; /**< 'I' or 'E'; of a reversible lane the one it starts with */
	char reverse_chnl_no[FRAME_ID_LENGTH + 1]; /**< of the other direction; "" = the
						      lane is not reversible */
	enum gate_role gate;
	int32_t between_s;    /**< second gate: since the first gate at most */
	char gpio_where[160]; /**< as gpio_open() */
	struct site_line lines[LINE_ROLES];
	size_t gpio_count; /**< lines on GPIO */
	struct gpio_line gpio_lines[LINE_ROLES];
	size_t evidence_count;
	struct site_evidence evidence[SITE_EVIDENCE_MAX];
	uint16_t sign; /**< device index or SITE_NO_DEVICE */
	uint16_t post; /**< driver post for the help button, or SITE_NO_DEVICE */
	struct site_barrier barrier;
	int32_t answer_ms;   /**< customs silent beyond this → officer called */
	int32_t overstay_ms; /**< released but still under the arm → alarm */
	int32_t settle_ms;   /**< weight must be stable this long */
	int32_t glitch_ms;   /**< loops and beams shorter than this are no vehicle */
	int32_t empty_tolerance_g; /**< |weight - tare| for type 6, from the order's
				      answer */
	enum on_difference on_weight_difference;
	enum in_steel on_inspection, on_return;
	uint8_t rights;       /**< enum site_right */
	bool asks_registered; /**< customs decides about registered vehicles too */
	int32_t lookup_ms; /**< without an answer of the registry: not known; 0 = not asked */
	int32_t mode_hours;        /**< emergency mode at most */
	bool release_needs_second; /**< against a refusal of customs: a supervisor besides */
	int64_t tare_limit_g; /**< order's tare from the learned one; 0 = not compared */
	enum on_difference on_tare_difference;              /**< holds type 6 only */
	struct site_tolerance tolerances[SITE_ORDER_TYPES]; /**< by type − 1 */
};

struct site_port {
	char name[SITE_NAME_MAX + 1];
	struct modbus_port_config modbus;
	int32_t backoff_min_ms, backoff_max_ms;
};

struct site_device {
	char name[SITE_NAME_MAX + 1];
	enum device_class class;
	uint16_t map;  /**< index in maps[] */
	uint16_t port; /**< index in ports[] */
	uint8_t unit;
	int32_t period_ms;  /**< 0 = the map's */
	int32_t max_age_ms; /**< 0 = the map's */
	char pictures[160]; /**< folder that the camera fills; "" = none */
	char picture_front[96], picture_rear[96]; /**< patterns of names; "" = no such */
	char picture_at[2]; /**< where front and rear are in a 0x21 or 0x26: '0' … '5' */
};

struct site {
	char name[SITE_NAME_MAX + 1];
	char config_sha256[65]; /**< of the site file as it was read, in hexadecimal */
	char state_dir[160]; /**< the record's directory; refused on tmpfs unless allowed
			      */
	bool allow_volatile_state; /**< demonstration and tests only; said in the record
				    */
	char record_key_file[160]; /**< "" = record.key in state_dir */
	char record_key_token[SIGN_TOKEN_URI_MAX + 1]; /**< "" = the key is in a file */
	char receipt_name[SITE_NAME_MAX + 1];
	char receipt_key_file[160];   /**< "" = receipts are not taken */
	int32_t retention_days;       /**< 0 = events are kept for ever */
	bool retention_waits_customs; /**< for what customs has to be sent yet */
	bool retention_trusts_clock;  /**< also while it is not synchronised */
	char control_socket[100];
	bool has_board;
	struct board board; /**< has_board */
	char watchdog[32];  /**< identity of the machine's watchdog; "" = none */
	int32_t watchdog_s; /**< its time-out, 10..300 */
	char maps_dir[160];
	int32_t picture_bytes;   /**< of one at most */
	int32_t picture_wait_ms; /**< between a read and its picture at most */
	int32_t pictures_days;
	int64_t pictures_bytes;             /**< of all at most */
	struct customs_link_config customs; /**< lanes[] filled from the lanes below */
	char area_id[FRAME_ID_LENGTH + 1];
	char customs_code[5]; /**< of the orders that count here; "" = any */
	struct site_offline offline;
	enum site_departed departed;
	size_t map_count, port_count, device_count, lane_count;
	struct map maps[SITE_MAPS_MAX];
	char map_names[SITE_MAPS_MAX][64]; /**< files in maps_dir, without .map */
	struct site_port ports[SITE_PORTS_MAX];
	struct site_device devices[SITE_DEVICES_MAX];
	struct site_lane lanes[SITE_LANES_MAX];
};

/** The key table of kakou.conf. */
extern const struct conf_key site_keys[];
extern const size_t site_key_count;

/** Reads and checks the whole site with its maps; relative paths are relative to the
 * file's directory. On failure `why` names file, line, value and expectation. The caller
 * releases with site_free(). */
KAKOU_MUST_CHECK enum kakou_err site_load(struct site **out, const char *path,
					  struct why *why);
void site_free(struct site *site);

/** Names as in the file. */
const char *line_role_name(enum line_role role);
bool line_role_is_output(enum line_role role);
/** The role whose second contact it is; LINE_ROLES for any other. */
enum line_role line_role_first_contact(enum line_role role);
const char *evidence_kind_name(enum evidence_kind kind);

#endif
