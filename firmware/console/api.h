/* SPDX-License-Identifier: MIT */
/*
 * API: what the console serves over HTTPS: the page's files and the JSON interface. The table of
 * its routes drives the server, the check of its parameters, and `kakou-console --routes`.
 *
 * It decides nothing about the gate: acts, roles and passwords are kakoud's, which is asked with
 * the ticket of the session.
 *
 * Layer: firmware. Threads: the loop's.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_API_H
#define KAKOU_FIRMWARE_CONSOLE_API_H

#include <stdio.h>

#include "firmware/console/assets.h"
#include "firmware/console/settings.h"
#include "firmware/console/web.h"

struct api; /* opaque */

KAKOU_MUST_CHECK enum kakou_err api_create(struct api **out, struct loop *loop,
					   const struct settings *settings,
					   struct why *why);
/** In two steps, with web_close() between: requests end before what they need. */
void api_quiet(struct api *api);
void api_destroy(struct api *api);

/** Takes the page over; the one before is released. */
void api_set_assets(struct api *api, struct assets *assets);
/** Whose counts are told; NULL = none now. */
void api_set_web(struct api *api, struct web *web);

/** For struct web_config. */
void api_serve(void *arg, struct web_request *request);
void api_forget(void *arg, struct web_request *request);

/** The table of routes, as JSON. */
void api_print_routes(FILE *to);

#endif
