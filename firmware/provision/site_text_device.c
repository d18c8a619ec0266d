/* SPDX-License-Identifier: MIT */
/*
 * Devices and their ports in the text of a site file. Layer: firmware.
 */
#include "firmware/provision/site_text_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hal/text.h"

enum { NUMBER_BYTES = 16 };

/* Where the port of this title is. */
static bool read_port(const struct site_text *text, const char *title,
		      struct device_word *out)
{
	char type[NUMBER_BYTES] = "";
	char number[NUMBER_BYTES] = "502";
	int64_t port = 0;

	*out = (struct device_word){.unit = 1};
	(void)conf_edit_get(text->edit, "port", title, "type", type, sizeof(type));
	out->is_rtu = !strcmp(type, "rtu");
	if (out->is_rtu)
		return conf_edit_get(text->edit, "port", title, "tty", out->tty,
				     sizeof(out->tty));
	(void)conf_edit_get(text->edit, "port", title, "tcp_port", number,
			    sizeof(number));
	if (text_parse_integer(number, 1, UINT16_MAX, &port))
		return false;
	out->tcp_port = (int32_t)port;
	return conf_edit_get(text->edit, "port", title, "host", out->host,
			     sizeof(out->host));
}

/* The port that is where the word says. */
static bool find_port(const struct site_text *text, const struct device_word *word,
		      char title[SITE_NAME_MAX + 1])
{
	struct device_word there;

	for (size_t i = 0;
	     conf_edit_title(text->edit, "port", i, title, SITE_NAME_MAX + 1); i++)
		if (read_port(text, title, &there) &&
		    device_word_shares_port(&there, word))
			return true;
	return false;
}

static size_t count_users(const struct site_text *text, const char *port)
{
	char title[SITE_NAME_MAX + 1];
	char used[SITE_NAME_MAX + 1];
	size_t count = 0;

	for (size_t i = 0; conf_edit_title(text->edit, "device", i, title, sizeof(title));
	     i++)
		count += conf_edit_get(text->edit, "device", title, "port", used,
				       sizeof(used)) &&
			 !strcmp(used, port);
	return count;
}

/* A port takes its first device's name; a serial line, which has many, its own. */
static void name_port(const struct site_text *text, const char *device,
		      const struct device_word *word, char to[SITE_NAME_MAX + 1])
{
	const char *base = strrchr(word->tty, '/');

	(void)text_copy(to, SITE_NAME_MAX + 1, word->is_rtu ? base + 1 : device);
	for (int n = 2; conf_edit_has(text->edit, "port", to) && n < SITE_PORTS_MAX; n++)
		(void)snprintf(to, SITE_NAME_MAX + 1, "%.*s-%d", SITE_NAME_MAX - 3,
			       word->is_rtu ? base + 1 : device, n);
}

static enum kakou_err add_port(struct site_text *text, const char *title,
			       const struct device_word *word)
{
	char quoted[2 * sizeof(word->tty)];
	char lines[512];

	(void)conf_edit_quote(word->is_rtu ? word->tty : word->host, quoted,
			      sizeof(quoted));
	if (word->is_rtu)
		(void)snprintf(lines, sizeof(lines),
			       "\nport \"%s\" {\n\ttype = rtu\n\ttty = %s\n\tbaud = %d\n"
			       "\tparity = %c\n\tstop_bits = %d\n}\n",
			       title, quoted, word->baud, word->parity, word->stop_bits);
	else
		(void)snprintf(lines, sizeof(lines),
			       "\nport \"%s\" {\n\ttype = tcp\n\thost = %s\n"
			       "\ttcp_port = %d\n}\n",
			       title, quoted, word->tcp_port);
	return conf_edit_append(text->edit, lines, text->why);
}

static enum kakou_err set_number(struct site_text *text, const char *section,
				 const char *title, const char *key, int32_t number,
				 const char *fallback)
{
	char value[NUMBER_BYTES];

	(void)snprintf(value, sizeof(value), "%" PRId32, number);
	return site_text_set_beside(text, section, title, key, value, fallback, false);
}

static enum kakou_err set_serial(struct site_text *text, const char *port,
				 const struct device_word *word)
{
	char parity[2] = {word->parity, '\0'};
	enum kakou_err err = set_number(text, "port", port, "baud", word->baud, "9600");

	if (!err)
		err = site_text_set_beside(text, "port", port, "parity", parity, "N",
					   false);
	return err ? err
		   : set_number(text, "port", port, "stop_bits", word->stop_bits, "1");
}

/* The port itself moves: only this device is on it. */
static enum kakou_err move_port(struct site_text *text, const char *port,
				const struct device_word *word)
{
	enum kakou_err err;

	if (word->is_rtu)
		return site_text_set(text, "port", port, "tty", word->tty, true);
	err = site_text_set(text, "port", port, "host", word->host, true);
	return err ? err
		   : set_number(text, "port", port, "tcp_port", word->tcp_port, "502");
}

/* The device's port is where the word says; `port` becomes its name. */
static enum kakou_err place(struct site_text *text, const char *device,
			    const struct device_word *word, char port[SITE_NAME_MAX + 1])
{
	char present[SITE_NAME_MAX + 1] = "";
	struct device_word there;
	bool is_known = conf_edit_get(text->edit, "device", device, "port", present,
				      sizeof(present)) &&
			read_port(text, present, &there);

	if (find_port(text, word, port))
		return KAKOU_OK;
	if (is_known && there.is_rtu == word->is_rtu && count_users(text, present) == 1) {
		(void)text_copy(port, SITE_NAME_MAX + 1, present);
		return move_port(text, port, word);
	}
	name_port(text, device, word, port);
	return add_port(text, port, word);
}

static enum kakou_err add_device(struct site_text *text, const char *name,
				 const char *port, const struct device_word *word)
{
	char unit[32] = "";
	char lines[256];

	if (word->unit != 1)
		(void)snprintf(unit, sizeof(unit), "\tunit = %d\n", word->unit);
	(void)snprintf(lines, sizeof(lines),
		       "\ndevice \"%s\" {\n\tport = \"%s\"\n\tmap = \"%s\"\n%s}\n", name,
		       port, word->map, unit);
	return conf_edit_append(text->edit, lines, text->why);
}

enum kakou_err site_text_put_device(struct site_text *text, const char *name,
				    const char *words, bool is_new)
{
	struct device_word word;
	char port[SITE_NAME_MAX + 1];
	enum kakou_err err = device_word_parse(words, &word, text->why);

	if (err)
		return err;
	if (!is_new && !conf_edit_has(text->edit, "device", name))
		return why_set(text->why, KAKOU_E_INVALID,
			       "device %s: got \"%s\", but the lane is there without it; "
			       "add it to %s by hand",
			       name, words, text->wish->path);
	err = place(text, name, &word, port);
	if (!err && word.is_rtu)
		err = set_serial(text, port, &word);
	if (err)
		return err;
	if (!conf_edit_has(text->edit, "device", name))
		return add_device(text, name, port, &word);
	err = site_text_set(text, "device", name, "port", port, true);
	if (!err)
		err = site_text_set(text, "device", name, "map", word.map, true);
	return err ? err : set_number(text, "device", name, "unit", word.unit, "1");
}
