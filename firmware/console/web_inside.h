/* SPDX-License-Identifier: MIT */
/*
 * What the files of the web server share.
 *
 * Layer: firmware, inside console.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_WEB_INSIDE_H
#define KAKOU_FIRMWARE_CONSOLE_WEB_INSIDE_H

#include <microhttpd.h>

#include "firmware/console/web.h"

/* One TCP connection. */
struct web_connection {
	struct web *web;
	struct web_connection *next, **link;
	struct MHD_Connection *mhd;
	int64_t waits_since_ms; /* for a whole request; -1 = one is being served */
	bool is_cut;
	struct web_request *request; /* under way, or NULL */
	struct web_stream *stream;   /* the same */
	char address[WEB_ADDRESS_MAX];
};

struct web_request {
	struct web *web;
	struct MHD_Connection *mhd;
	struct web_connection *connection;
	char *method, *path;
	char *body;
	size_t body_len, body_size;
	bool is_too_large, is_served, is_held;
	unsigned status;
	struct MHD_Response *response; /* NULL = not replied yet */
	struct web_header *headers;    /* of the reply, until there is one */
	void *kept;
};

struct web_header {
	struct web_header *next;
	char *name, *value;
};

struct web_stream {
	struct web *web;
	struct web_connection *connection;
	struct MHD_Connection *mhd;
	const struct web_stream_ops *ops;
	void *arg;
	bool is_asleep;
};

struct web {
	struct web_config config;
	int listen_fd;
	struct MHD_Daemon *daemon;
	struct loop_watch *watch;
	struct loop_timer *timer; /* when libmicrohttpd wants to be run */
	struct loop_timer *sweep; /* looks for connections that take too long */
	struct web_connection *connections;
	struct web_counts counts;
	bool is_running; /* inside MHD_run() */
	bool runs_again; /* something was resumed meanwhile */
	bool is_closing;
};

/** Runs libmicrohttpd soon, from the loop. */
void web_run_soon(struct web *web);

enum web_fault {
	WEB_IS_WELL,
	WEB_IS_ODD,  /**< not what HTTP allows: refuse it and hang up */
	WEB_IS_HUGE, /**< its body is not even worth to be read to its end */
};

/** Looks at the header fields of a request. */
enum web_fault web_find_fault(struct MHD_Connection *mhd);

/** Decodes %xx in place, but for a text with %00 in it. */
size_t web_unescape(void *arg, struct MHD_Connection *mhd, char *text);

/** Lets what sleeps on the connection go on to its end. */
void web_request_end(struct web_connection *connection);

/** What libmicrohttpd calls. */
enum MHD_Result web_on_access(void *arg, struct MHD_Connection *mhd, const char *path,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_len, void **context);
void web_on_completed(void *arg, struct MHD_Connection *mhd, void **context,
		      enum MHD_RequestTerminationCode code);

#endif
