/* SPDX-License-Identifier: MIT */
/*
 * Web: one request from its first header to the end of its reply.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/console/web_inside.h"
#include "hal/clock.h"

/* Of the reply to a request that was refused before it was served. */
static const char TOO_LARGE[] =
	"{\"error\":{\"code\":\"too_large\",\"message\":\"the body is larger than 65536 "
	"bytes\"}}\n";
static const char ODD[] = "{\"error\":{\"code\":\"bad_request\",\"message\":\"the header "
			  "fields are not what "
			  "HTTP allows\"}}\n";
static const char NO_MEMORY[] =
	"{\"error\":{\"code\":\"no_memory\",\"message\":\"no memory for the reply\"}}\n";

static const char ENDS[] =
	"{\"error\":{\"code\":\"unreachable\",\"message\":\"the console ends\"}}\n";

static void set_headers(struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{"Strict-Transport-Security",    "max-age=31536000"           },
		{"Content-Security-Policy",
		 "default-src 'none'; script-src 'self'; style-src 'self'; img-src "
		 "'self' "
		 "data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
		 "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
		{"X-Content-Type-Options",       "nosniff"                    },
		{"X-Frame-Options",              "DENY"                       },
		{"Referrer-Policy",              "no-referrer"                },
		{"Cross-Origin-Opener-Policy",   "same-origin"                },
		{"Cross-Origin-Resource-Policy", "same-origin"                },
		{"Permissions-Policy",
		 "camera=(), microphone=(), geolocation=(), usb=()"           },
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		(void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

/* ---- what a request says ------------------------------------------------------------------ */

const char *web_method(const struct web_request *request)
{
	return request->method;
}

const char *web_path(const struct web_request *request)
{
	return request->path;
}

const char *web_address(const struct web_request *request)
{
	return request->connection->address;
}

const char *web_header(const struct web_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *web_cookie(const struct web_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->mhd, MHD_COOKIE_KIND, name);
}

const char *web_body(const struct web_request *request, size_t *len)
{
	*len = request->body_len;
	return request->body ? request->body : "";
}

struct each_query {
	bool (*each)(void *arg, const char *name, const char *value);
	void *arg;
};

static enum MHD_Result on_query(void *arg, enum MHD_ValueKind kind, const char *name,
				const char *value)
{
	const struct each_query *query = arg;

	(void)kind;
	return query->each(query->arg, name, value) ? MHD_YES : MHD_NO;
}

void web_each_query(const struct web_request *request,
		    bool (*each)(void *arg, const char *name, const char *value),
		    void *arg)
{
	struct each_query query = {each, arg};

	(void)MHD_get_connection_values(request->mhd, MHD_GET_ARGUMENT_KIND, on_query,
					&query);
}

void web_keep(struct web_request *request, void *what)
{
	request->kept = what;
}

void *web_kept(const struct web_request *request)
{
	return request->kept;
}

/* ---- replies --------------------------------------------------------------------------------- */

void web_add_header(struct web_request *request, const char *name, const char *value)
{
	struct web_header *header = calloc(1, sizeof(*header));

	if (!header)
		return;
	header->name = strdup(name);
	header->value = strdup(value);
	header->next = request->headers;
	request->headers = header;
}

static void release_headers(struct web_request *request)
{
	while (request->headers) {
		struct web_header *header = request->headers;

		request->headers = header->next;
		if (header->value)
			explicit_bzero(header->value,
				       strlen(header->value)); /* a cookie */
		free(header->name);
		free(header->value);
		free(header);
	}
}

/* Takes the response over. A request that was held goes on. */
static void set_response(struct web_request *request, unsigned status, const char *type,
			 struct MHD_Response *response)
{
	if (!response)
		response = MHD_create_response_from_buffer(
			sizeof(NO_MEMORY) - 1, (void *)NO_MEMORY, MHD_RESPMEM_PERSISTENT);
	request->status = status;
	request->response = response;
	if (!response)
		return; /* the connection ends instead */
	set_headers(response);
	if (type)
		(void)MHD_add_response_header(response, "Content-Type", type);
	for (struct web_header *h = request->headers; h; h = h->next)
		if (h->name && h->value)
			(void)MHD_add_response_header(response, h->name, h->value);
	release_headers(request);
	if (request->is_held) {
		request->is_held = false;
		MHD_resume_connection(request->mhd);
		web_run_soon(request->web);
	}
}

void web_reply(struct web_request *request, unsigned status, const char *type, char *body,
	       size_t len)
{
	struct MHD_Response *response =
		body ? MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE)
		     : NULL;

	if (!response)
		free(body);
	set_response(request, response ? status : 500, type, response);
}

void web_reply_fixed(struct web_request *request, unsigned status, const char *type,
		     const void *body, size_t len)
{
	set_response(request, status, type,
		     MHD_create_response_from_buffer(len, (void *)(uintptr_t)body,
						     MHD_RESPMEM_PERSISTENT));
}

/* ---- streams ---------------------------------------------------------------------------------- */

enum { STREAM_BLOCK = 16384 };

static ssize_t fill_stream(void *arg, uint64_t at, char *to, size_t max)
{
	struct web_stream *stream = arg;
	ssize_t len =
		stream->web->is_closing ? -1 : stream->ops->fill(stream->arg, to, max);

	(void)at;
	if (len < 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (len == 0) {
		stream->is_asleep = true;
		MHD_suspend_connection(stream->mhd);
	}
	return len;
}

static void end_stream(void *arg)
{
	struct web_stream *stream = arg;

	stream->web->counts.streams--;
	stream->connection->stream = NULL;
	stream->ops->gone(stream->arg);
	free(stream);
}

void web_stream_wake(struct web_stream *stream)
{
	if (!stream->is_asleep)
		return;
	stream->is_asleep = false;
	MHD_resume_connection(stream->mhd);
	web_run_soon(stream->web);
}

enum kakou_err web_reply_stream(struct web_request *request, const char *type,
				const struct web_stream_ops *ops, void *arg,
				struct web_stream **out)
{
	struct web_stream *stream = calloc(1, sizeof(*stream));
	struct MHD_Response *response;

	if (!stream)
		return KAKOU_E_NOMEM;
	stream->web = request->web;
	stream->connection = request->connection;
	stream->mhd = request->mhd;
	stream->ops = ops;
	stream->arg = arg;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
						     fill_stream, stream, end_stream);
	if (!response) {
		free(stream);
		return KAKOU_E_NOMEM;
	}
	stream->web->counts.streams++;
	stream->connection->stream = stream;
	*out = stream;
	set_response(request, 200, type, response);
	return KAKOU_OK;
}

void web_request_end(struct web_connection *connection)
{
	if (connection->request && connection->request->is_held)
		web_reply_fixed(connection->request, 503, "application/json", ENDS,
				sizeof(ENDS) - 1);
	if (connection->stream)
		web_stream_wake(connection->stream);
}

/* ---- what libmicrohttpd calls --------------------------------------------------------------- */

static struct web_request *begin(struct web *web, struct MHD_Connection *mhd,
				 const char *method, const char *path)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct web_request *request = calloc(1, sizeof(*request));

	if (!request || !info || !info->socket_context) {
		free(request);
		return NULL;
	}
	request->web = web;
	request->mhd = mhd;
	request->connection = info->socket_context;
	request->method = strdup(method);
	request->path = strdup(path);
	if (!request->method || !request->path) {
		free(request->method);
		free(request->path);
		free(request);
		return NULL;
	}
	web->counts.requests++;
	request->connection->request = request;
	return request;
}

static void take_body(struct web_request *request, const char *part, size_t len)
{
	size_t size = request->body_size ? request->body_size : 1024;
	char *larger;

	if (request->body_len + len > WEB_BODY_MAX)
		request->is_too_large = true;
	if (request->is_too_large)
		return;
	while (size < request->body_len + len + 1)
		size *= 2;
	if (size != request->body_size) {
		larger = malloc(size); /* not realloc(), which leaves what it moves */
		if (!larger) {
			request->is_too_large = true;
			return;
		}
		if (request->body) {
			memcpy(larger, request->body, request->body_len);
			explicit_bzero(request->body, request->body_len);
		}
		free(request->body);
		request->body = larger;
		request->body_size = size;
	}
	memcpy(request->body + request->body_len, part, len);
	request->body_len += len;
	request->body[request->body_len] = '\0';
}

static enum MHD_Result send_reply(struct web_request *request)
{
	struct MHD_Response *response = request->response;
	unsigned class = request->status / 100;
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	request->response = NULL;
	request->web->counts.replies[class < 6 ? class : 5]++;
	result = MHD_queue_response(request->mhd, request->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Nothing that follows on the connection is read. */
static enum MHD_Result refuse(struct web_request *request, enum web_fault fault)
{
	request->web->counts.refused++;
	request->is_served = true;
	web_add_header(request, "Connection", "close");
	if (fault == WEB_IS_HUGE)
		web_reply_fixed(request, 413, "application/json", TOO_LARGE,
				sizeof(TOO_LARGE) - 1);
	else
		web_reply_fixed(request, 400, "application/json", ODD, sizeof(ODD) - 1);
	return send_reply(request);
}

/* The whole request is here. */
static enum MHD_Result serve(struct web_request *request)
{
	struct web *web = request->web;

	if (!request->is_served) {
		request->is_served = true;
		request->connection->waits_since_ms = -1;
		if (request->is_too_large) {
			web->counts.refused++;
			web_reply_fixed(request, 413, "application/json", TOO_LARGE,
					sizeof(TOO_LARGE) - 1);
		} else {
			web->config.serve(web->config.arg, request);
		}
	}
	if (request->response)
		return send_reply(request);
	if (request->status) /* not even memory for a reply */
		return MHD_NO;
	request->is_held = true;
	MHD_suspend_connection(request->mhd);
	return MHD_YES;
}

enum MHD_Result web_on_access(void *arg, struct MHD_Connection *mhd, const char *path,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_len, void **context)
{
	struct web_request *request = *context;
	enum web_fault fault;

	(void)version;
	if (!request) {
		request = begin(arg, mhd, method, path);
		*context = request;
		if (!request)
			return MHD_NO;
		fault = web_find_fault(mhd);
		return fault ? refuse(request, fault) : MHD_YES;
	}
	if (*upload_len > 0) {
		take_body(request, upload, *upload_len);
		*upload_len = 0;
		return MHD_YES;
	}
	return serve(request);
}

void web_on_completed(void *arg, struct MHD_Connection *mhd, void **context,
		      enum MHD_RequestTerminationCode code)
{
	struct web_request *request = *context;
	struct web *web = arg;

	(void)mhd;
	(void)code;
	*context = NULL;
	if (!request)
		return;
	request->connection->waits_since_ms = clock_mono_ms();
	request->connection->request = NULL;
	if (web->config.forget)
		web->config.forget(web->config.arg, request);
	if (request->response)
		MHD_destroy_response(request->response);
	release_headers(request);
	if (request->body)
		explicit_bzero(request->body, request->body_size);
	free(request->body);
	free(request->method);
	free(request->path);
	free(request);
}
