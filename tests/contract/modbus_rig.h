/* SPDX-License-Identifier: MIT */
/*
 * One Modbus device for the contract suite: unit 1 of one port, and what it does to requests.
 * linux/ is a raw server on a socket or a pseudo-terminal, fake/ the scripted one.
 */
#ifndef KAKOU_TESTS_CONTRACT_MODBUS_RIG_H
#define KAKOU_TESTS_CONTRACT_MODBUS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "hal/modbus_port.h"

enum {
	RIG_UNIT = 1,
	RIG_ANSWER_MS = 100,
	RIG_LATE_MS =
		140, /* of a late answer: after the deadline, before twice the deadline */
	RIG_LATER_MS = 250,
	RIG_EXCEPTION = 4,
};

enum rig_fault {
	RIG_HEALTHY,
	RIG_SILENT,
	RIG_LATE,
	RIG_LATER,   /* after twice the deadline, while the next question waits */
	RIG_TRICKLE, /* a byte each 50 ms */
	RIG_EXCEPTION_ANSWER,
	RIG_WRONG_UNIT,
	RIG_WRONG_FUNCTION,
	RIG_SHORT,             /* half the answer */
	RIG_LONG,              /* one register more than asked for */
	RIG_EMPTY,             /* byte count 0 */
	RIG_GARBLED,           /* RTU: checksum; TCP: length field */
	RIG_WRONG_TRANSACTION, /* TCP */
	RIG_WRONG_PROTOCOL,    /* TCP */
	RIG_WRONG_ECHO,        /* of a write */
	RIG_TWICE,             /* the good answer, and once again */
	RIG_CLOSED,            /* closes in mid-answer; TCP */
};

/** Starts the device and says how to reach it. */
struct modbus_port_config modbus_rig_start(bool is_rtu);
void modbus_rig_stop(void);

/** Takes the device off the line, and puts it back. */
void modbus_rig_unplug(void);
void modbus_rig_plug(void);

/** False where there are no connections and no descriptors. */
bool modbus_rig_has_wire(void);

/** The next `count` requests meet the fault. */
void modbus_rig_break(enum rig_fault fault, int count);

/** Returns when the device says nothing more. */
void modbus_rig_await_end_of_answer(void);

void modbus_rig_set(enum modbus_area area, uint16_t address, uint16_t value);
uint16_t modbus_rig_get(enum modbus_area area, uint16_t address);

/** Requests that have reached the device. */
int modbus_rig_count_requests(void);

/** TCP connections the device has accepted; -1 on the other lines. */
int modbus_rig_count_connections(void);

#endif
