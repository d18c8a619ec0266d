/* SPDX-License-Identifier: MIT */
/*
 * Orders and registered vehicles as JSON objects, one a line in import files; strict both ways.
 *
 * Layer: firmware. Allocates; the registry's thread.
 */
#ifndef KAKOU_FIRMWARE_REGISTRY_JSON_H
#define KAKOU_FIRMWARE_REGISTRY_JSON_H

#include <jansson.h>

#include "firmware/registry/order.h"
#include "hal/why.h"

/** Reads and checks one object. `why` names the member, quotes its value and says what was
 *  expected. KAKOU_E_INVALID. */
KAKOU_MUST_CHECK enum kakou_err order_from_json(const json_t *json,
						struct order_full *out, struct why *why);
KAKOU_MUST_CHECK enum kakou_err registered_from_json(const json_t *json,
						     const struct site *site,
						     struct registered *out,
						     struct why *why);

/** What order_from_json() reads again; `documents` (may be NULL) is not taken over. NULL without
 *  memory. */
json_t *order_to_json(const struct order_full *full, json_t *documents);
json_t *registered_to_json(const struct registered *vehicle);

#endif
