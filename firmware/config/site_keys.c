/* SPDX-License-Identifier: MIT */
/*
 * The key table of kakou.conf: what a site file may say, in which range, with which
 * default.
 *
 * Layer: firmware. Constant data.
 */
#include "firmware/config/site_internal.h"

/* clang-format off */
#define TEXT(section, name, max, fallback, doc) \
	{ section, name, CONF_TEXT, 1, max, fallback, NULL, doc }
#define ID(section, name, doc) \
	{ section, name, CONF_TEXT, FRAME_ID_LENGTH, FRAME_ID_LENGTH, NULL, NULL, doc }
#define INTEGER(section, name, min, max, fallback, doc) \
	{ section, name, CONF_INTEGER, min, max, fallback, NULL, doc }
#define FLAG(section, name, fallback, doc) \
	{ section, name, CONF_FLAG, 0, 0, fallback, NULL, doc }
#define CHOICE(section, name, choices, fallback, doc) \
	{ section, name, CONF_CHOICE, 0, 0, fallback, choices, doc }

const struct conf_key site_keys[] = {
	TEXT("", "name", SITE_NAME_MAX, NULL,
	     "The gate's name; the record carries it and can't change it later."),
	TEXT("", "state_dir", SITE_PATH_MAX, "/var/lib/kakou",
	     "Directory of the record; only kakoud may enter it."),
	FLAG("", "allow_volatile_state", "false",
	     "Accept a record in memory (tmpfs); for demonstrations and tests only."),
	TEXT("", "control_socket", SITE_SOCKET_MAX, "/run/kakou/kakoud.sock",
	     "Unix socket that answers kakou."),
	TEXT("", "maps_dir", SITE_PATH_MAX, "/usr/share/kakou/maps",
	     "Directory of the register maps."),

	TEXT("customs", "host", 63, NULL,
	     "Numeric address of the customs platform."),
	INTEGER("customs", "port", 1, 65535, NULL,
		"TCP port of the customs platform."),
	TEXT("customs", "listen_host", 63, NULL,
	     "Own numeric address on which the platform dials back."),
	INTEGER("customs", "listen_port", 1, 65535, NULL,
		"Own TCP port on which the platform dials back."),
	TEXT("customs", "peer_name", 95, NULL,
	     "DNS name the platform's certificate must carry, in both directions."),
	TEXT("customs", "ca_file", SITE_PATH_MAX, NULL,
	     "PEM file of the authorities that may issue the platform's certificate."),
	TEXT("customs", "crl_file", SITE_PATH_MAX, "",
	     "PEM file of revoked certificates; empty for no such check."),
	TEXT("customs", "cert_file", SITE_PATH_MAX, NULL,
	     "PEM file of the gate's own certificate with its chain."),
	TEXT("customs", "key_file", SITE_PATH_MAX, NULL,
	     "PEM file of the gate's private key; nobody else may read it."),
	ID("customs", "area_id",
	   "AREA_ID assigned by customs, 10 visible ASCII characters."),
	CHOICE("customs", "byte_order", "little|big", "little",
	       "Byte order of the two lengths in a frame."),
	CHOICE("customs", "ident", "ones|zeroes", "ones",
	       "Ident field of a frame that is sent; both are accepted."),
	CHOICE("customs", "encoding", "gb18030|utf8", "gb18030",
	       "Encoding of the XML that is sent."),
	CHOICE("customs", "conta_reco", "zero_recognised|one_recognised", "zero_recognised",
	       "What CONTA_RECO says of a box number that was recognised."),
	CHOICE("customs", "absent_devices", "empty_tags|no_tags", "empty_tags",
	       "How the XML shows a device that is absent."),
	CHOICE("customs", "status_table", "annex_b|regional", "annex_b",
	       "Table by which the platform's status word is read."),
	FLAG("customs", "lift_after_inspection", "false",
	     "Lift for a box that was released after inspection."),
	INTEGER("customs", "connect_ms", 200, 30000, "3000",
		"Deadline of one delivery, from dial to close, in milliseconds."),
	INTEGER("customs", "resend_ms", 500, 60000, "2000",
		"Wait before an unanswered inquiry is sent again, in milliseconds; doubles each time."),
	INTEGER("customs", "resend_max_ms", 500, 600000, "30000",
		"Longest wait before an inquiry is sent again, in milliseconds."),

	CHOICE("port", "type", "tcp|rtu", NULL,
	       "Kind of Modbus port."),
	TEXT("port", "host", 63, "",
	     "Numeric address; tcp only, and required there."),
	INTEGER("port", "tcp_port", 1, 65535, "502",
		"TCP port; tcp only."),
	INTEGER("port", "connect_ms", 50, 5000, "500",
		"Deadline of a connection, in milliseconds; tcp only."),
	TEXT("port", "tty", 95, "",
	     "Serial device; rtu only, and required there."),
	CHOICE("port", "baud", "1200|2400|4800|9600|19200|38400|57600|115200", "9600",
	       "Bits per second; rtu only."),
	CHOICE("port", "parity", "N|E|O", "N",
	       "Parity none, even or odd; rtu only."),
	INTEGER("port", "stop_bits", 1, 2, "1",
		"Stop bits; rtu only."),
	INTEGER("port", "answer_ms", 20, 5000, "300",
		"Deadline of a whole answer, first byte to last, in milliseconds."),
	INTEGER("port", "backoff_min_ms", 50, 60000, "200",
		"First pause of a unit that fails, in milliseconds; doubles each time."),
	INTEGER("port", "backoff_max_ms", 50, 60000, "5000",
		"Longest pause of a unit that fails, in milliseconds."),

	TEXT("device", "port", SITE_NAME_MAX, NULL,
	     "Name of the port it is on."),
	INTEGER("device", "unit", 0, 255, "1",
		"Modbus unit number: 1 to 247; on tcp also 0 and 255."),
	TEXT("device", "map", 63, NULL,
	     "Name of its register map, a file in maps_dir without .map; it also says the class."),
	INTEGER("device", "period_ms", 0, 60000, "0",
		"Time from read to read, in milliseconds; 0 takes the map's."),
	INTEGER("device", "max_age_ms", 0, 600000, "0",
		"Age beyond which a value is not used, in milliseconds; 0 takes the map's."),

	ID("lane", "chnl_no",
	   "CHNL_NO assigned by customs, 10 visible ASCII characters."),
	CHOICE("lane", "direction", "I|E", NULL,
	       "Into the area or out of it (exit)."),
	CHOICE("lane", "gate", "single|first|second", "single",
	       "Whether it is the only gate on the way, or one of two in series."),
	TEXT("lane", "gpio", SITE_PATH_MAX, NULL,
	     "Where its lines are: chip:LABEL[,LABEL...] or yard:SOCKET."),
	TEXT("lane", "sign", SITE_NAME_MAX, "",
	     "Name of the device that shows and says what the driver is to do; empty for none."),
	TEXT("lane", "post", SITE_NAME_MAX, "",
	     "Name of the driver post whose help button calls an officer; empty for none."),
	INTEGER("lane", "travel_ms", 500, 15000, "6000",
		"Longest time from limit to limit, in milliseconds; beyond it the arm stops."),
	INTEGER("lane", "test_window_ms", 10, 150, "50",
		"Time in which a safety device answers its test, in milliseconds."),
	INTEGER("lane", "clear_ms", 200, 60000, "1000",
		"Time for which loops and beam are clear before the arm lowers, in milliseconds."),
	INTEGER("lane", "expire_ms", 20, 200, "100",
		"Time after which an output that is not refreshed falls off, in milliseconds."),
	CHOICE("lane", "loop_proof", "test_output|activity|none", "test_output",
	       "How the safety loop proves itself before a movement; none is refused."),
	CHOICE("lane", "beam_proof", "test_output|activity|none", "test_output",
	       "How the beam proves itself before a movement; none is refused."),
	FLAG("lane", "pulse_driven", "false",
	     "The barrier moves on a pulse; otherwise raise and lower are held while it moves."),
	INTEGER("lane", "answer_ms", 1000, 120000, "5000",
		"Time without an answer from customs until an officer is called, in milliseconds."),
	INTEGER("lane", "overstay_ms", 5000, 600000, "20000",
		"Time under the raised arm until the alarm, in milliseconds."),
	INTEGER("lane", "settle_ms", 0, 10000, "500",
		"Time for which a weight is stable before it counts, in milliseconds."),
	INTEGER("lane", "glitch_ms", 0, 500, "50",
		"Shortest pulse of a loop or beam that may be a vehicle, in milliseconds."),
	INTEGER("lane", "empty_tolerance_kg", 0, 10000, "500",
		"Most that an empty vehicle may differ from its tare, in kilograms."),
	CHOICE("lane", "on_weight_difference", "report|hold", "report",
	       "What a weight that differs does: it is reported, or it holds the lane."),
	CHOICE("lane", "on_inspection", "stays|lifts", "stays",
	       "What the arm does for a vehicle sent to inspection: it stays, for one that is inspected "
	     "on the spot or backs out, or lifts towards the inspection area."),
	CHOICE("lane", "on_return", "stays|lifts", "stays",
	       "What the arm does for a vehicle that is sent back: it stays, for one that reverses out, "
	     "or lifts into an escape lane."),

	TEXT("lane/line", "name", GPIO_NAME_MAX, "",
	     "Name of the GPIO line; this or device."),
	FLAG("lane/line", "active_low", "false",
	     "The line is low when it is active; GPIO only."),
	FLAG("lane/line", "pull_up", "false",
	     "Ask for the pull-up of an input; GPIO only."),
	TEXT("lane/line", "device", SITE_NAME_MAX, "",
	     "Name of the remote I/O the line is on; refused for a line of safety."),
	INTEGER("lane/line", "bit", 0, 31, "0",
		"Number of the input or output on the device, from 0; required there."),

	TEXT("lane/evidence", "device", SITE_NAME_MAX, NULL,
	     "Name of the device it comes from."),
	FLAG("lane/evidence", "required", "true",
	     "The lane holds without it; otherwise it is left out when its device is not well."),
	INTEGER("lane/evidence", "deadline_ms", 0, 120000, "0",
		"Time from approach on in which it must be there, in milliseconds; 0 takes the "
		"kind's: plate, tag 8000, box, seal 10000, weight 20000, card 30000, climate 5000."),
	INTEGER("lane/evidence", "doubt_below", 0, 100, "80",
		"Confidence under which it is doubtful, in percent."),
};
/* clang-format on */

const size_t site_key_count = sizeof(site_keys) / sizeof(site_keys[0]);
