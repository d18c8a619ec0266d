/* SPDX-License-Identifier: MIT */
/*
 * Word to the service manager that started us: a datagram to the socket that the environment
 * variable NOTIFY_SOCKET names, as sd_notify(3) documents it.
 *
 * Layer:   hal.
 * Threads: any but the control thread.
 */
#ifndef KAKOU_HAL_NOTIFY_H
#define KAKOU_HAL_NOTIFY_H

#include <stdbool.h>

/** Sends "READY=1", "WATCHDOG=1", "STOPPING=1" or the like. Never waits. False when there is nobody
 *  to tell, or the word did not get through: the manager's own time-outs are the answer to that. */
bool notify_send(const char *word);

#endif
