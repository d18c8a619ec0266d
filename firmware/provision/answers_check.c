/* SPDX-License-Identifier: MIT */
/*
 * The checks of answers. Layer: firmware. Pure.
 */
#include "firmware/provision/answers.h"

#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "firmware/config/site_internal.h"
#include "firmware/people/people.h"
#include "firmware/provision/device_word.h"
#include "hal/text.h"

static enum kakou_err expect(struct why *why, const char *value, const char *expected)
{
	return why_set(why, KAKOU_E_INVALID, "got \"%s\", expected %s", value, expected);
}

static enum kakou_err check_name(const char *value, struct why *why)
{
	static const char rest[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789._-";

	if (strspn(value, rest) == strlen(value) && !strchr("._-", value[0]))
		return KAKOU_OK;
	return expect(why, value, "A-Z a-z 0-9 . _ -, the first a letter or digit");
}

static enum kakou_err check_id(const char *value, struct why *why)
{
	size_t visible = 0;

	while (value[visible] > 0x20 && value[visible] < 0x7F)
		visible++;
	if (!value[visible] && visible == FRAME_ID_LENGTH)
		return KAKOU_OK;
	return expect(why, value, "exactly 10 ASCII characters");
}

static bool is_address(const char *value)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, value, address) == 1 ||
	       inet_pton(AF_INET6, value, address) == 1;
}

static enum kakou_err check_address(const char *value, struct why *why)
{
	return is_address(value)
		       ? KAKOU_OK
		       : expect(why, value, "a numeric address such as 192.0.2.7");
}

/* Labels of letters, digits and '-' with dots between them. */
static enum kakou_err check_dns_name(const char *value, struct why *why)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-.";
	size_t len = strlen(value);

	if (strspn(value, letters) == len && !strstr(value, "..") && value[0] != '.' &&
	    value[len - 1] != '.')
		return KAKOU_OK;
	return expect(why, value, "a DNS name such as gate3.zone.example");
}

static enum kakou_err check_page_name(const char *value, struct why *why)
{
	return is_address(value) ? KAKOU_OK : check_dns_name(value, why);
}

static enum kakou_err check_code(const char *value, struct why *why)
{
	if (strlen(value) == 4 && strspn(value, "0123456789") == 4)
		return KAKOU_OK;
	return expect(why, value, "4 digits");
}

static enum kakou_err check_gpio(const char *value, struct why *why)
{
	if ((!strncmp(value, "chip:", 5) || !strncmp(value, "yard:/", 6)) && value[5])
		return KAKOU_OK;
	return expect(why, value, "chip:LABEL[,LABEL...] or yard:SOCKET");
}

static enum kakou_err check_device(const char *value, struct why *why)
{
	struct device_word word;

	return device_word_parse(value, &word, why);
}

/* Calls `check` with each part of a list. */
static enum kakou_err check_each(const char *value,
				 enum kakou_err (*check)(const char *, struct why *),
				 struct why *why)
{
	char part[ANSWER_VALUE_MAX + 1];
	enum kakou_err err = KAKOU_OK;

	while (!err && *value) {
		size_t len = strcspn(value, ",");

		memcpy(part, value, len);
		part[len] = '\0';
		err = check(part, why);
		value += len + (value[len] == ',');
	}
	return err;
}

static enum kakou_err check_role(const char *value, struct why *why)
{
	return line_role_from_name(value) < LINE_ROLES
		       ? KAKOU_OK
		       : expect(why, value, "a line such as safety_loop");
}

static enum kakou_err check_roles(const char *value, struct why *why)
{
	return check_each(value, check_role, why);
}

static enum kakou_err check_remote_line(const char *value, struct why *why)
{
	char role[ANSWER_VALUE_MAX + 1];
	size_t len = strcspn(value, " ");
	int64_t bit;

	memcpy(role, value, len);
	role[len] = '\0';
	if (line_role_from_name(role) < LINE_ROLES && value[len] &&
	    !text_parse_integer(value + len + 1, 0, 31, &bit))
		return KAKOU_OK;
	return expect(why, value, "a line and its bit, such as \"approach 0\"");
}

static enum kakou_err check_remote(const char *value, struct why *why)
{
	return check_each(value, check_remote_line, why);
}

static enum kakou_err check_kind(const char *value, struct why *why)
{
	return evidence_kind_from_name(value) < EVIDENCE_KINDS
		       ? KAKOU_OK
		       : expect(why, value,
				"plate, tag, box, weight, card, seal or climate");
}

static enum kakou_err check_kinds(const char *value, struct why *why)
{
	return check_each(value, check_kind, why);
}

static const struct {
	const char *key;
	enum kakou_err (*check)(const char *value, struct why *why);
} checks[] = {
	{"name",         check_name     },
	{"area_id",      check_id       },
	{"chnl_no",      check_id       },
	{"customs_code", check_code     },
	{"host",         check_address  },
	{"listen_host",  check_address  },
	{"peer_name",    check_dns_name },
	{"gate_name",    check_dns_name },
	{"console_name", check_page_name},
	{"gpio",         check_gpio     },
	{"lines",        check_name     },
	{"roles",        check_roles    },
	{"remote",       check_remote   },
	{"optional",     check_kinds    },
	{"io",           check_device   },
	{"plate",        check_device   },
	{"tag",          check_device   },
	{"box",          check_device   },
	{"weight",       check_device   },
	{"card",         check_device   },
	{"seal",         check_device   },
	{"climate",      check_device   },
	{"sign",         check_device   },
};

static const struct conf_key *find_key(const char *section, const char *key)
{
	for (size_t i = 0; i < answer_key_count; i++)
		if (!strcmp(answer_keys[i].section, section) &&
		    !strcmp(answer_keys[i].name, key))
			return &answer_keys[i];
	assert(!"a key of the table");
	return NULL;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (;;) {
		size_t n = strcspn(choices, "|");

		if (n == len && !memcmp(choices, value, n))
			return true;
		if (!choices[n])
			return false;
		choices += n + 1;
	}
}

static enum kakou_err check_type(const struct conf_key *key, const char *value,
				 struct why *why)
{
	int64_t number;
	size_t len = strlen(value);

	switch (key->type) {
	case CONF_INTEGER:
		if (text_parse_integer(value, key->min, key->max, &number))
			return why_set(why, KAKOU_E_INVALID,
				       "got \"%s\", expected %" PRId64 " to %" PRId64,
				       value, key->min, key->max);
		return KAKOU_OK;
	case CONF_CHOICE:
		return is_choice(key->choices, value)
			       ? KAKOU_OK
			       : why_set(why, KAKOU_E_INVALID,
					 "got \"%s\", expected one of %s", value,
					 key->choices);
	case CONF_TEXT:
		if (len < (size_t)key->min || len > (size_t)key->max)
			return why_set(why, KAKOU_E_INVALID,
				       "got \"%s\", expected %" PRId64 " to %" PRId64
				       " bytes",
				       value, key->min, key->max);
		break;
	default: break;
	}
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			return expect(why, value, "no control character");
	return len <= ANSWER_VALUE_MAX ? KAKOU_OK
				       : expect(why, value, "at most 511 bytes");
}

enum kakou_err answer_check(const char *section, const char *key, const char *value,
			    struct why *why)
{
	enum kakou_err err = check_type(find_key(section, key), value, why);

	for (size_t i = 0; !err && i < sizeof(checks) / sizeof(checks[0]); i++)
		if (!strcmp(checks[i].key, key))
			return checks[i].check(value, why);
	return err;
}
