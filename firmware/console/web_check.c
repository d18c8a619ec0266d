/* SPDX-License-Identifier: MIT */
/*
 * Web: whether a request is what HTTP allows (RFC 9112), before anything of it is served. Who reads
 * the same bytes in another way, a proxy in front of us, must not see other requests in them.
 *
 * Layer: firmware. Threads: the loop's.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "firmware/console/web_inside.h"
#include "hal/text.h"

/* Of a body that is too large so much is read and thrown away, so that who sent it can read why. */
enum { SWALLOWED_MAX = 16 * WEB_BODY_MAX };

struct seen {
	unsigned hosts, lengths, encodings;
	bool is_odd, is_huge, expects;
};

static bool is_token(const char *name, size_t len)
{
	static const char ALLOWED[] = "!#$%&'*+-.^_`|~0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";

	/* A name with a NUL in it is longer than its text. */
	return len > 0 && strspn(name, ALLOWED) == len;
}

static bool has_control(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static bool is_host(const char *value)
{
	return value[0] && !strpbrk(value, " \t/\\?#@\"<>^`{|}");
}

static void look_at_length(struct seen *seen, const char *value)
{
	int64_t length;

	seen->lengths++;
	if (text_parse_integer(value, 0, INT64_MAX, &length))
		seen->is_odd = true;
	else
		seen->is_huge = length > SWALLOWED_MAX ||
				(seen->expects && length > WEB_BODY_MAX);
}

static enum MHD_Result look_at(void *arg, enum MHD_ValueKind kind, const char *name,
			       size_t name_len, const char *value, size_t len)
{
	struct seen *seen = arg;

	(void)kind;
	if (!is_token(name, name_len) || (value && has_control(value, len))) {
		seen->is_odd = true;
	} else if (!strcasecmp(name, "Host")) {
		seen->hosts++;
		seen->is_odd |= !value || !is_host(value);
	} else if (!strcasecmp(name, "Transfer-Encoding")) {
		seen->encodings++;
		seen->is_odd |= !value || strcasecmp(value, "chunked") != 0;
	} else if (!strcasecmp(name, "Content-Length")) {
		look_at_length(seen, value ? value : "");
	}
	return MHD_YES;
}

enum web_fault web_find_fault(struct MHD_Connection *mhd)
{
	struct seen seen = {
		.expects = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Expect"),
	};

	(void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, look_at, &seen);
	if (seen.is_odd || seen.hosts > 1 || seen.lengths + seen.encodings > 1)
		return WEB_IS_ODD;
	return seen.is_huge ? WEB_IS_HUGE : WEB_IS_WELL;
}

size_t web_unescape(void *arg, struct MHD_Connection *mhd, char *text)
{
	(void)arg;
	(void)mhd;
	/* What ends a text must not end a path or a word of a search. */
	return strstr(text, "%00") ? strlen(text) : MHD_http_unescape(text);
}
