/* SPDX-License-Identifier: MIT */
/*
 * Names of the errors.
 *
 * Layer: hal. Pure.
 */
#include "hal/err.h"

const char *kakou_err_name(enum kakou_err err)
{
	switch (err) {
	case KAKOU_OK: return "ok";
	case KAKOU_E_AGAIN: return "again";
	case KAKOU_E_STALE: return "stale";
	case KAKOU_E_TIMEOUT: return "timeout";
	case KAKOU_E_LINK: return "link";
	case KAKOU_E_REFUSED: return "refused";
	case KAKOU_E_FOREIGN: return "foreign";
	case KAKOU_E_GARBLED: return "garbled";
	case KAKOU_E_FULL: return "full";
	case KAKOU_E_INVALID: return "invalid";
	case KAKOU_E_NOTFOUND: return "notfound";
	case KAKOU_E_DENIED: return "denied";
	case KAKOU_E_IO: return "io";
	case KAKOU_E_NOMEM: return "nomem";
	case KAKOU_E_SECOND: return "second";
	}
	return "unknown";
}
