/* SPDX-License-Identifier: MIT */
/*
 * API: the present, once and as a stream of server-sent events.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"
#include "hal/clock.h"
#include "hal/text.h"

struct stream {
	struct stream *next, **link;
	struct api *api;
	struct web_stream *web;
	struct feed_reader reader;
	uint32_t session; /* whose it is: it ends with it */
	char *text;       /* on its way */
	size_t len, sent;
	bool has_ended;
};

static const char ENDED[] = "event: ended\ndata: {}\n\n";

/* False: nothing is new. */
static bool take_next(struct stream *stream)
{
	int64_t now_ms = clock_mono_ms();

	free(stream->text);
	if (session_by_number(&stream->api->sessions, stream->session, now_ms)) {
		stream->text = feed_take(stream->api->feed, &stream->reader, now_ms);
	} else {
		stream->text = strdup(ENDED);
		stream->has_ended = true;
	}
	stream->sent = 0;
	stream->len = stream->text ? strlen(stream->text) : 0;
	return stream->text != NULL;
}

static ssize_t fill(void *arg, char *to, size_t max)
{
	struct stream *stream = arg;
	size_t len;

	if (stream->sent == stream->len) {
		if (stream->has_ended)
			return -1;
		if (!take_next(stream))
			return 0;
	}
	len = stream->len - stream->sent;
	if (len > max)
		len = max;
	memcpy(to, stream->text + stream->sent, len);
	stream->sent += len;
	return (ssize_t)len;
}

static void gone(void *arg)
{
	struct stream *stream = arg;
	struct session *session = session_by_number(&stream->api->sessions,
						    stream->session, clock_mono_ms());

	if (session)
		session->streams--;
	stream->api->stream_count--;
	*stream->link = stream->next;
	if (stream->next)
		stream->next->link = stream->link;
	feed_reader_end(stream->api->feed);
	free(stream->text);
	free(stream);
}

static const struct web_stream_ops ops = {.fill = fill, .gone = gone};

/* Where the reader was: what the browser repeats by itself, or what it was told to ask for. */
static int64_t find_after(const struct exchange *exchange)
{
	const char *last = web_header(exchange->request, "Last-Event-ID");
	json_t *asked = json_object_get(exchange->params, "after");
	int64_t after;

	if (last && !text_parse_integer(last, 0, INT64_MAX, &after))
		return after;
	return asked ? json_integer_value(asked) : -1;
}

void api_stream(struct exchange *exchange)
{
	struct api *api = exchange->api;
	struct session *session = api_session(exchange);
	struct stream *stream;

	if (api->stream_count >= API_STREAMS_MAX ||
	    session->streams >= API_STREAMS_EACH) {
		api_fail(exchange, 503, "full", "too many pages are open: close one");
		return;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream) {
		api_fail(exchange, 500, "failed", "no memory for a stream");
		return;
	}
	stream->api = api;
	stream->session = session->number;
	web_add_header(exchange->request, "Cache-Control", "no-store");
	if (web_reply_stream(exchange->request, "text/event-stream", &ops, stream,
			     &stream->web)) {
		free(stream);
		api_fail(exchange, 500, "failed", "no memory for a stream");
		return;
	}
	stream->next = api->streams;
	stream->link = &api->streams;
	if (stream->next)
		stream->next->link = &stream->next;
	api->streams = stream;
	api->stream_count++;
	session->streams++;
	feed_reader_init(api->feed, &stream->reader, find_after(exchange));
}

void api_show_state(struct exchange *exchange)
{
	const struct feed *feed = exchange->api->feed;
	const json_t *lanes = json_object_get(feed_lanes(feed), "lanes");

	api_reply(exchange, 200,
		  json_pack("{s:b, s:I, s:I, s:O?}", "is_live", feed_is_live(feed),
			    "last", (json_int_t)feed_last(feed), "wall_ms",
			    (json_int_t)clock_wall_ms(), "lanes", lanes));
}

void api_wake_streams(void *arg)
{
	struct api *api = arg;

	for (struct stream *s = api->streams; s; s = s->next)
		web_stream_wake(s->web);
}
