/* SPDX-License-Identifier: MIT */
/*
 * API: a picture by the SHA-256 that stands in the record. It is fetched from kakoud piece by piece,
 * and shown only when it has that hash: a picture that was changed on the disk is never taken for
 * what the camera saw.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/console/api_inside.h"
#include "hal/base64.h"
#include "hal/tls.h"

enum { PICTURE_MAX = 8 * 1048576, HEX_CHARS = 64 };

static void on_piece(void *arg, const struct caller_answer *answer);

static void ask_piece(struct exchange *exchange)
{
	api_ask(exchange, "picture.read",
		json_pack("{s:O, s:I}", "sha256",
			  json_object_get(exchange->params, "sha256"), "offset",
			  (json_int_t)exchange->text_len),
		on_piece);
}

static bool has_its_hash(const struct exchange *exchange)
{
	unsigned char digest[HEX_CHARS / 2];
	char hex[HEX_CHARS + 1];

	digest_sha256(exchange->text, exchange->text_len, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return !strcmp(hex, json_text_of(exchange->params, "sha256"));
}

static void finish(struct exchange *exchange)
{
	char *picture = exchange->text;

	if (!has_its_hash(exchange)) {
		api_fail(exchange, 502, "changed",
			 "the picture that is kept is not the one in the record");
		return;
	}
	exchange->text = NULL;
	if (exchange->request) {
		/* What a hash names never changes; but it is the gate's, not a proxy's. */
		web_add_header(exchange->request, "Cache-Control",
			       "private, max-age=86400, immutable");
		web_reply(exchange->request, 200, "image/jpeg", picture,
			  exchange->text_len);
		return;
	}
	free(picture);
	api_reply(exchange, 200, NULL);
}

/* False: replied. */
static bool take_piece(struct exchange *exchange, const json_t *piece)
{
	const char *data = json_text_of(piece, "data");
	int64_t bytes = json_number_of(piece, "bytes");
	size_t len = 0;

	if (bytes <= 0 || bytes > PICTURE_MAX) {
		api_fail(exchange, 502, "failed",
			 "a picture of %lld bytes, expected at most %d", (long long)bytes,
			 PICTURE_MAX);
		return false;
	}
	if (!exchange->text)
		exchange->text = malloc((size_t)bytes + 3);
	if (!exchange->text) {
		api_fail(exchange, 503, "full", "no memory for the picture");
		return false;
	}
	if (exchange->text_len > (size_t)bytes ||
	    base64_decode(data, strlen(data),
			  (unsigned char *)exchange->text + exchange->text_len,
			  (size_t)bytes - exchange->text_len, &len) ||
	    len == 0) {
		api_fail(exchange, 502, "failed", "the picture ends too early");
		return false;
	}
	exchange->text_len += len;
	return true;
}

static void on_piece(void *arg, const struct caller_answer *answer)
{
	struct exchange *exchange = api_resume(arg);

	if (!answer->result)
		api_fail_as(exchange, answer);
	else if (!take_piece(exchange, answer->result))
		return;
	else if ((int64_t)exchange->text_len < json_number_of(answer->result, "bytes"))
		ask_piece(exchange);
	else
		finish(exchange);
}

void api_picture(struct exchange *exchange)
{
	ask_piece(exchange);
}
