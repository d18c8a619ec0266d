/* SPDX-License-Identifier: MIT */
/*
 * A device as a technician names it. Layer: firmware. Pure.
 */
#include "firmware/provision/device_word.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "hal/text.h"

enum { WORDS_MAX = 6, WORD_BYTES = 96, TCP_PORT = 502, BAUD = 9600 };

struct words {
	size_t count, next;
	char word[WORDS_MAX][WORD_BYTES];
};

static bool split(const char *text, struct words *out)
{
	out->count = out->next = 0;
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		if (out->count == WORDS_MAX || len >= WORD_BYTES)
			return false;
		memcpy(out->word[out->count], text, len);
		out->word[out->count++][len] = '\0';
		text += len;
	}
	return true;
}

/* The word that comes next, "" at the end. */
static const char *look(const struct words *words)
{
	return words->next < words->count ? words->word[words->next] : "";
}

static bool take_number(struct words *words, int64_t min, int64_t max, int32_t *out)
{
	int64_t number;

	if (text_parse_integer(look(words), min, max, &number))
		return false;
	*out = (int32_t)number;
	words->next++;
	return true;
}

/* An IPv6 address with a port stands in brackets (RFC 3986 3.2.2). */
static bool take_host(struct words *words, struct device_word *out)
{
	char *host = words->word[words->next];
	char *colon = strrchr(host, ':');
	unsigned char address[16];
	int64_t port = TCP_PORT;

	if (host[0] == '[') {
		char *end = strchr(host, ']');

		colon = end && end[1] == ':' ? end + 1 : NULL;
		if (!end || (end[1] && !colon))
			return false;
		*end = '\0';
		host++;
	} else if (colon && strchr(host, ':') == colon) {
		*colon = '\0';
	} else {
		colon = NULL;
	}
	if (colon && text_parse_integer(colon + 1, 1, UINT16_MAX, &port))
		return false;
	out->tcp_port = (int32_t)port;
	words->next++;
	return text_copy(out->host, sizeof(out->host), host) &&
	       (inet_pton(AF_INET, host, address) == 1 ||
		inet_pton(AF_INET6, host, address) == 1);
}

static bool is_baud(int32_t baud)
{
	static const int32_t known[] = {1200,  2400,  4800,  9600,
					19200, 38400, 57600, 115200};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == baud)
			return true;
	return false;
}

static bool take_serial(struct words *words, struct device_word *out)
{
	const char *frame;

	out->is_rtu = true;
	(void)text_copy(out->tty, sizeof(out->tty), look(words));
	words->next++;
	if (take_number(words, 0, 1000000, &out->baud) && !is_baud(out->baud))
		return false;
	frame = look(words);
	if (strlen(frame) != 3 || frame[0] != '8')
		return true;
	words->next++;
	out->parity = frame[1];
	out->stop_bits = frame[2] - '0';
	return strchr("NEO", out->parity) && (out->stop_bits == 1 || out->stop_bits == 2);
}

static bool take_unit(struct words *words, struct device_word *out)
{
	if (strcmp(look(words), "unit") != 0)
		return true;
	words->next++;
	return out->is_rtu ? take_number(words, 1, 247, &out->unit)
			   : take_number(words, 0, 255, &out->unit);
}

static bool take(struct words *words, struct device_word *out)
{
	if (words->count < 2 || strchr(look(words), '/') ||
	    !text_copy(out->map, sizeof(out->map), look(words)))
		return false;
	words->next++;
	if (look(words)[0] == '/' ? !take_serial(words, out) : !take_host(words, out))
		return false;
	return take_unit(words, out) && words->next == words->count;
}

enum kakou_err device_word_parse(const char *text, struct device_word *out,
				 struct why *why)
{
	struct words words;

	*out = (struct device_word){
		.baud = BAUD, .parity = 'N', .stop_bits = 1, .unit = 1};
	if (split(text, &words) && take(&words, out))
		return KAKOU_OK;
	return why_set(why, KAKOU_E_INVALID,
		       "got \"%s\", expected MAP ADDRESS[:PORT] [unit N], such as "
		       "kakou-plate-camera 192.0.2.11, or MAP TTY [BAUD] [8N1] [unit N]",
		       text);
}

bool device_word_shares_port(const struct device_word *a, const struct device_word *b)
{
	if (a->is_rtu != b->is_rtu)
		return false;
	return a->is_rtu ? !strcmp(a->tty, b->tty)
			 : !strcmp(a->host, b->host) && a->tcp_port == b->tcp_port;
}
