/* SPDX-License-Identifier: MIT */
/*
 * Settings from a file and from arguments, through one table. Every key of the file is an
 * argument too, with a '-' for each '_'.
 *
 * Layer: tools.
 */
#include "tools/customs/settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "hal/conf.h"
#include "hal/text.h"

enum { ADDRESS_MAX = SETTINGS_HOST_MAX + 8, KEY_MAX = 31 };

/* Where the words of a choice, a number or a text go; addresses and dialects are taken apart
 * in take_rest(). */
struct raw {
	char listen[ADDRESS_MAX + 1], gate[ADDRESS_MAX + 1];
	int64_t tolerance_pct, tolerance_kg, delay_ms, connect_ms;
	int64_t generation, byte_order, ident, code_width, framing, encoding, conta_reco,
		ic_block;
	int64_t seal_key_tag, vehicle_weight_tag, absent_devices, status_table, verdict;
	int64_t strict, second_gate, store_late;
	struct customs_settings *out;
};

/* clang-format off */
#define TEXT(name, max, fallback, doc) \
	{ "", name, CONF_TEXT, 0, max, fallback, NULL, doc }
#define INTEGER(name, min, max, fallback, doc) \
	{ "", name, CONF_INTEGER, min, max, fallback, NULL, doc }
#define CHOICE(name, choices, fallback, doc) \
	{ "", name, CONF_CHOICE, 0, 0, fallback, choices, doc }

static const struct conf_key keys[] = {
	TEXT("listen", ADDRESS_MAX, "127.0.0.1:9001",
	     "HOST:PORT where the gate's 0x21 and 0x32 come in; port 0: any free one."),
	TEXT("gate", ADDRESS_MAX, "127.0.0.1:9002",
	     "HOST:PORT of the gate's listener, where answers and commands go."),
	TEXT("peer_name", SETTINGS_NAME_MAX, "gate.sim.invalid",
	     "DNS name the gate's certificate must carry, in both directions."),
	TEXT("cert", SETTINGS_PATH_MAX, "",
	     "The platform's certificate, PEM."),
	TEXT("key", SETTINGS_PATH_MAX, "",
	     "Its private key, PEM, readable by its owner only."),
	TEXT("ca", SETTINGS_PATH_MAX, "",
	     "Issuers that are trusted for the gate's certificate, PEM."),
	TEXT("crl", SETTINGS_PATH_MAX, "",
	     "Revocation lists, PEM; empty: none are checked."),
	TEXT("orders", SETTINGS_PATH_MAX, "",
	     "Scenario file whose order sections are the release orders."),
	TEXT("control", SETTINGS_PATH_MAX, "",
	     "Unix socket of the officer's side, JSON-RPC 2.0; empty: none."),
	TEXT("journal", SETTINGS_PATH_MAX, "",
	     "File the history is appended to as JSON lines; empty: none."),
	TEXT("store", SETTINGS_PATH_MAX, "",
	     "File of what was decided, synced before it is answered; empty: none."),
	CHOICE("store_late", "no|yes", "no",
	       "A fault to be caught: answer first, and store 2 s later."),
	INTEGER("tolerance_pct", 0, 100, "5",
		"Weights may differ by so many percent of the order's …"),
	INTEGER("tolerance_kg", 0, 100000, "100",
		"… or by so many kg, whichever is more."),
	INTEGER("delay_ms", 0, 600000, "300",
		"Time until an answer that rests on no order, in ms."),
	INTEGER("connect_ms", 100, 60000, "3000",
		"Deadline of a whole attempt to bring the gate a message, in ms."),
	CHOICE("second_gate", "no|yes", "no",
	       "Whether orders that passed a first gate (state 3) may pass here."),
	CHOICE("generation", "traditional|smart", "traditional",
	       "0x22 and 0x31, or 0x82 and 0x85; inquiries of both are understood."),
	CHOICE("byte_order", "little|big", "little",
	       "Of the two lengths in frames that are sent; both are understood."),
	CHOICE("ident", "ones|zeroes", "ones",
	       "Ident in frames that are sent; both are understood."),
	CHOICE("code_width", "1|4", "1",
	       "Bytes of the code in frames that are sent; both are understood."),
	CHOICE("framing", "framed|bare_xml", "framed",
	       "Frames, or XML ended by half-close; both are understood."),
	CHOICE("encoding", "utf8|gb18030|gb2312|gbk|gb18030_as_utf8", "gb18030",
	       "Of XML that is sent, as it declares it; all are understood."),
	CHOICE("conta_reco", "zero_recognised|one_recognised", "zero_recognised",
	       "What CONTA_RECO of the gate means."),
	CHOICE("ic_block", "nested|flat", "nested",
	       "Whether the gate's IC block has DRIVER_IC inside."),
	CHOICE("seal_key_tag", "eseal_public_key|seal_key", "eseal_public_key",
	       "The gate's tag of a seal's key."),
	CHOICE("vehicle_weight_tag", "ve_wt|ve_weight", "ve_wt",
	       "The gate's tag of the empty vehicle's weight."),
	CHOICE("absent_devices", "empty_tags|no_tags", "empty_tags",
	       "How what is absent is sent."),
	CHOICE("status_table", "annex_b|regional", "annex_b",
	       "Table of the status words that are sent and understood."),
	CHOICE("verdict", "word|plain", "word",
	       "Answers of 20 characters, or plain Y and N."),
	TEXT("user", 31, "",
	     "The user who may register (0x61); empty: anybody."),
	TEXT("password", CUSTOMS_PASSWORD_MAX, "",
	     "The user's password."),
	CHOICE("strict", "no|yes", "no",
	       "Whether a message in another dialect than this is refused."),
};
/* clang-format on */

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

/* One destination for each key, in the same order. */
static void list_destinations(struct raw *raw, void *to[KEYS])
{
	struct customs_settings *out = raw->out;
	void *const places[] = {
		raw->listen,
		raw->gate,
		out->peer_name,
		out->cert,
		out->key,
		out->ca,
		out->crl,
		out->orders,
		out->control,
		out->journal,
		out->store,
		&raw->store_late,
		&raw->tolerance_pct,
		&raw->tolerance_kg,
		&raw->delay_ms,
		&raw->connect_ms,
		&raw->second_gate,
		&raw->generation,
		&raw->byte_order,
		&raw->ident,
		&raw->code_width,
		&raw->framing,
		&raw->encoding,
		&raw->conta_reco,
		&raw->ic_block,
		&raw->seal_key_tag,
		&raw->vehicle_weight_tag,
		&raw->absent_devices,
		&raw->status_table,
		&raw->verdict,
		out->user,
		out->password,
		&raw->strict,
	};

	_Static_assert(sizeof(places) / sizeof(places[0]) == KEYS, "one for each key");
	memcpy(to, places, sizeof(places));
}

static int find_key(const char *name)
{
	for (int i = 0; i < KEYS; i++) {
		if (!strcmp(keys[i].name, name))
			return i;
	}
	return -1;
}

static int find_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (int i = 0;; i++) {
		size_t n = strcspn(choices, "|");

		if (n == len && !memcmp(choices, word, n))
			return i;
		if (!choices[n])
			return -1;
		choices += n + 1;
	}
}

static enum kakou_err set_from_text(const struct conf_key *key, const char *text,
				    void *to, struct why *why)
{
	int64_t number;

	switch (key->type) {
	case CONF_INTEGER:
		if (text_parse_integer(text, key->min, key->max, &number))
			return why_set(why, KAKOU_E_INVALID,
				       "%s \"%.60s\": expected %lld to %lld", key->name,
				       text, (long long)key->min, (long long)key->max);
		*(int64_t *)to = number;
		return KAKOU_OK;
	case CONF_CHOICE:
		number = find_choice(key->choices, text);
		if (number < 0)
			return why_set(why, KAKOU_E_INVALID, "%s \"%.60s\": expected %s",
				       key->name, text, key->choices);
		*(int64_t *)to = number;
		return KAKOU_OK;
	default:
		if (!text_copy(to, (size_t)key->max + 1, text))
			return why_set(why, KAKOU_E_INVALID,
				       "%s \"%.60s…\": expected at most %lld bytes",
				       key->name, text, (long long)key->max);
		return KAKOU_OK;
	}
}

static enum kakou_err take_defaults(void *const to[KEYS], struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	for (int i = 0; i < KEYS && !err; i++)
		err = set_from_text(&keys[i], keys[i].fallback, to[i], why);
	return err;
}

static enum kakou_err take_file(const char *path, void *const to[KEYS], struct why *why)
{
	const struct conf_section *root;
	struct conf *conf;
	enum kakou_err err = conf_open(&conf, path, keys, KEYS, why);

	if (err)
		return err;
	root = conf_root(conf);
	for (int i = 0; i < KEYS; i++) {
		if (keys[i].type == CONF_TEXT)
			text_copy(to[i], (size_t)keys[i].max + 1,
				  conf_text(root, keys[i].name));
		else
			*(int64_t *)to[i] = conf_integer(root, keys[i].name);
	}
	conf_close(conf);
	return KAKOU_OK;
}

/* "--tolerance-pct" to "tolerance_pct"; "" when it is not of that form. */
static void name_of_argument(const char *argument, char name[KEY_MAX + 1])
{
	name[0] = '\0';
	if (strncmp(argument, "--", 2) != 0 || strlen(argument) > KEY_MAX)
		return;
	text_copy(name, KEY_MAX + 1, argument + 2);
	for (char *c = name; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
}

static enum kakou_err take_argument(const char *argument, const char *value,
				    void *const to[KEYS], struct why *why)
{
	char name[KEY_MAX + 1];
	int key;

	name_of_argument(argument, name);
	key = find_key(name);
	if (key < 0)
		return why_set(why, KAKOU_E_INVALID,
			       "argument \"%.60s\" is not known, see --help", argument);
	if (!value)
		return why_set(why, KAKOU_E_INVALID, "%s: expected a value after it",
			       argument);
	return set_from_text(&keys[key], value, to[key], why);
}

static enum kakou_err take_arguments(int argc, char *const argv[], void *const to[KEYS],
				     struct why *why)
{
	enum kakou_err err = KAKOU_OK;

	/* The file first, wherever its name stands. */
	for (int i = 1; i + 1 < argc && !err; i += 2) {
		if (!strcmp(argv[i], "--config"))
			err = take_file(argv[i + 1], to, why);
	}
	for (int i = 1; i < argc && !err; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(argv[i], "--config") != 0 || !value)
			err = take_argument(argv[i], value, to, why);
	}
	return err;
}

/* "127.0.0.1:9001", "[::1]:9001". */
static enum kakou_err split_address(const char *name, const char *address,
				    char host[SETTINGS_HOST_MAX + 1], uint16_t *port,
				    int64_t min_port, struct why *why)
{
	const char *colon = strrchr(address, ':');
	const char *from = address;
	size_t len = colon ? (size_t)(colon - address) : 0;
	int64_t number;

	if (len >= 2 && from[0] == '[' && from[len - 1] == ']') {
		from++;
		len -= 2;
	}
	if (len == 0 || len > SETTINGS_HOST_MAX ||
	    text_parse_integer(colon + 1, min_port, UINT16_MAX, &number))
		return why_set(why, KAKOU_E_INVALID,
			       "%s \"%s\": expected HOST:PORT such as 127.0.0.1:9001",
			       name, address);
	memcpy(host, from, len);
	host[len] = '\0';
	*port = (uint16_t)number;
	return KAKOU_OK;
}

static enum kakou_err require(const char *name, const char *value, struct why *why)
{
	if (value[0])
		return KAKOU_OK;
	return why_set(why, KAKOU_E_INVALID, "%s is not given, see --help", name);
}

static enum kakou_err take_rest(const struct raw *raw, struct why *why)
{
	struct customs_settings *out = raw->out;
	enum kakou_err err;

	out->tolerance_pct = (int32_t)raw->tolerance_pct;
	out->tolerance_kg = (int32_t)raw->tolerance_kg;
	out->delay_ms = (int32_t)raw->delay_ms;
	out->connect_ms = (int32_t)raw->connect_ms;
	out->is_second_gate = raw->second_gate == 1;
	out->dialect = (struct customs_dialect){
		.is_smart = raw->generation == 1,
		.frame = {.big_endian = raw->byte_order == 1,
			  .ident_ones = raw->ident == 0,
			  .wide_code = raw->code_width == 1,
			  .is_bare = raw->framing == 1},
		.encoding = (enum customs_encoding)raw->encoding, /* in its order */
		.reco_one_is_recognised = raw->conta_reco == 1,
		.ic_is_flat = raw->ic_block == 1,
		.seal_key_is_short = raw->seal_key_tag == 1,
		.weight_tag_is_long = raw->vehicle_weight_tag == 1,
		.absent_tags_left_out = raw->absent_devices == 1,
		.table = raw->status_table == 1 ? STATUS_REGIONAL : STATUS_ANNEX_B,
		.verdict_is_plain = raw->verdict == 1,
	};
	out->is_strict = raw->strict == 1;
	out->stores_late = raw->store_late == 1;
	err = split_address("listen", raw->listen, out->listen_host, &out->listen_port, 0,
			    why);
	if (!err)
		err = split_address("gate", raw->gate, out->gate_host, &out->gate_port, 1,
				    why);
	if (!err)
		err = require("peer-name", out->peer_name, why);
	if (!err)
		err = require("cert", out->cert, why);
	if (!err)
		err = require("key", out->key, why);
	if (!err)
		err = require("ca", out->ca, why);
	if (!err)
		err = require("orders", out->orders, why);
	return err;
}

enum settings_result settings_read(struct customs_settings *out, int argc,
				   char *const argv[], struct why *why)
{
	struct raw raw = {.out = out};
	void *to[KEYS];
	enum kakou_err err;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return SETTINGS_HELP;
	}
	memset(out, 0, sizeof(*out));
	list_destinations(&raw, to);
	err = take_defaults(to, why);
	if (!err)
		err = take_arguments(argc, argv, to, why);
	if (!err)
		err = take_rest(&raw, why);
	return err ? SETTINGS_WRONG : SETTINGS_OK;
}

void settings_print_help(FILE *to)
{
	fprintf(to,
		"usage: kakou-customs [--config FILE] [--KEY VALUE]...\n"
		"Stands for the customs platform: takes 0x21, answers 0x22 from a table "
		"of release orders,\nsends an officer's 0x31. Each key may stand in the "
		"file as well, with _ for -.\n"
		"See man tools/customs/kakou-customs.1.\n\n");
	for (int i = 0; i < KEYS; i++) {
		char name[KEY_MAX + 1];

		text_copy(name, sizeof(name), keys[i].name);
		for (char *c = name; *c; c++) {
			if (*c == '_')
				*c = '-';
		}
		fprintf(to, "  --%-16s %s", name, keys[i].doc);
		if (keys[i].choices)
			fprintf(to, " One of %s.", keys[i].choices);
		if (keys[i].fallback[0])
			fprintf(to, " Default %s.", keys[i].fallback);
		fputc('\n', to);
	}
}
