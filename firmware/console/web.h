/* SPDX-License-Identifier: MIT */
/*
 * Web: HTTPS on the loop, by libmicrohttpd. Whole requests come in, replies go out now or later,
 * streams are filled as their readers take them.
 *
 * Layer: firmware. Threads: the loop's. Nothing here blocks.
 */
#ifndef KAKOU_FIRMWARE_CONSOLE_WEB_H
#define KAKOU_FIRMWARE_CONSOLE_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hal/err.h"
#include "hal/loop.h"
#include "hal/why.h"

struct web;         /* opaque */
struct web_request; /* opaque; lives until its reply is taken or its client has gone */
struct web_stream;  /* opaque */

enum {
	WEB_BODY_MAX = 65536,
	WEB_HEADERS_MAX =
		24576, /* bytes of a connection's memory, request line and headers in it */
	WEB_REQUEST_MS =
		20000,    /* a connection's next request is whole by then, or it ends */
	WEB_STALL_S = 15, /* a connection on which nothing moves ends */
	WEB_ADDRESS_MAX = 46, /* INET6_ADDRSTRLEN */
};

struct web_config {
	struct loop *loop;
	const char *host; /* numeric */
	uint16_t port;
	const char *cert, *key; /* PEM texts; copied by TLS, and free to be wiped */
	unsigned connections_max, connections_per_address;
	/** Serves a whole request: replies now, or later. */
	void (*serve)(void *arg, struct web_request *request);
	/** The request is over; what the server kept for it is released. May be NULL. */
	void (*forget)(void *arg, struct web_request *request);
	void *arg;
};

struct web_counts {
	uint64_t requests, refused; /* refused: by a bound, before they were served */
	uint64_t replies[6];        /* by the first digit of their status */
	unsigned connections, streams;
};

/** Listens. KAKOU_E_INVALID: certificate or key; KAKOU_E_IO: the address. */
KAKOU_MUST_CHECK enum kakou_err web_open(struct web **out,
					 const struct web_config *config,
					 struct why *why);

/** Ends every connection and goes on with another certificate; who is just knocking waits.
 *  KAKOU_E_INVALID as above: then it is as closed as a web can be, and only web_close() is left. */
KAKOU_MUST_CHECK enum kakou_err web_reopen(struct web *web, const char *cert,
					   const char *key, struct why *why);

/** Ends every connection. NULL is legal. */
void web_close(struct web *web);

void web_read_counts(const struct web *web, struct web_counts *out);

/* ---- a request --------------------------------------------------------------------------- */

const char *web_method(const struct web_request *request);
const char *web_path(const struct web_request *request);
const char *web_address(const struct web_request *request);
/** NULL where there is none. */
const char *web_header(const struct web_request *request, const char *name);
const char *web_cookie(const struct web_request *request, const char *name);
const char *web_body(const struct web_request *request, size_t *len);
/** Each "name=value" of the query in turn, decoded; `value` is NULL without '='. */
void web_each_query(const struct web_request *request,
		    bool (*each)(void *arg, const char *name, const char *value),
		    void *arg);

/** What the server keeps with the request. */
void web_keep(struct web_request *request, void *what);
void *web_kept(const struct web_request *request);

/** A header of the reply; call before the reply. A second one of a name is one more. */
void web_add_header(struct web_request *request, const char *name, const char *value);

/** The reply, exactly once. `body` (from malloc) is taken over. */
void web_reply(struct web_request *request, unsigned status, const char *type, char *body,
	       size_t len);
/** The same with a body that outlives the connection. */
void web_reply_fixed(struct web_request *request, unsigned status, const char *type,
		     const void *body, size_t len);

struct web_stream_ops {
	/** Writes at most `max` bytes. 0: nothing now, sleep until woken; -1: the end. */
	ssize_t (*fill)(void *arg, char *to, size_t max);
	/** The reader has gone, or the end was sent. */
	void (*gone)(void *arg);
};

/** The reply is a stream. KAKOU_E_NOMEM: `gone` is not called, reply otherwise. */
KAKOU_MUST_CHECK enum kakou_err web_reply_stream(struct web_request *request,
						 const char *type,
						 const struct web_stream_ops *ops,
						 void *arg, struct web_stream **out);

/** There may be something to send. */
void web_stream_wake(struct web_stream *stream);

#endif
