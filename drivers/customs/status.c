/* SPDX-License-Identifier: MIT */
/*
 * The status word: one table of what each character means at each position
 * (customs-protocol section 6), and what the whole asks of the lane.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/customs/status.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* Positions, counted from 1 as in the standard. */
enum {
	AT_TOTAL = 1,
	AT_BARRIER = 2,
	AT_FRONT_BOX = 3,
	AT_REAR_BOX = 4,
	AT_SCALE = 5,
	AT_CARD = 6,
	AT_TAG = 7,
	AT_SEAL = 8,
	AT_GPS = 9,
};

enum {
	IN_ANNEX_B = 1,
	IN_REGIONAL = 2,
	IN_BOTH = IN_ANNEX_B | IN_REGIONAL,
};

struct position_rule {
	uint8_t position;
	uint8_t tables; /* IN_… */
	const char *about;
	const char *legal; /* characters beside '0'; NULL: any letter or digit */
};

/* Up to position 7 both tables agree; what a table does not describe may be anything. */
static const struct position_rule position_rules[] = {
	{1,  IN_BOTH,     "total",            "1ZWXYVvwzqpoxustr"},
	{2,  IN_BOTH,     "barrier",          "12"               },
	{3,  IN_BOTH,     "front box",        "1vwz"             },
	{4,  IN_BOTH,     "rear box",         "1vwz"             },
	{5,  IN_BOTH,     "scale",            "qpo"              },
	{6,  IN_BOTH,     "IC card",          "wxus"             },
	{7,  IN_BOTH,     "electronic plate", "xwutsr"           },
	{8,  IN_ANNEX_B,  "seal",             "12x9"             },
	{9,  IN_ANNEX_B,  "GPS",              "129"              },
	{8,  IN_REGIONAL, "front seal",       "123456789ABCDEF"  },
	{9,  IN_REGIONAL, "rear seal",        "123456789ABCDEF"  },
	{10, IN_ANNEX_B,  "sign",             "1"                },
	{11, IN_ANNEX_B,  "voice",            "1"                },
	{12, IN_ANNEX_B,  "buzzer",           "1"                },
	{13, IN_ANNEX_B,  "configuration",    "y"                },
	{11, IN_REGIONAL, "sign",             "12"               },
	{14, IN_REGIONAL, "card machine",     "12"               },
};

struct meaning {
	uint8_t position;
	uint8_t tables;
	char code;
	bool is_targeted;
	const char *means;
};

static const struct meaning meanings[] = {
	{1,  IN_BOTH,     'Z', false, "error at the platform (Z)"                       },
	{1,  IN_BOTH,     'W', false, "error at the platform (W)"                       },
	{1,  IN_BOTH,     'X', false, "error at the platform (X)"                       },
	{1,  IN_BOTH,     'Y', false, "error at the platform (Y)"                       },
	{1,  IN_BOTH,     'V', false, "an operate command went out, wait for the device"},
	{2,  IN_BOTH,     '1', false, "do not lift"                                     },
	{2,  IN_BOTH,     '2', false, "lower"					   },
	{3,  IN_BOTH,     '1', false, "release after inspection"                        },
	{3,  IN_BOTH,     'v', false, "several documents"                               },
	{3,  IN_BOTH,     'w', true,  "targeted for inspection"                         },
	{3,  IN_BOTH,     'z', false, "no release record"                               },
	{4,  IN_BOTH,     '1', false, "release after inspection"                        },
	{4,  IN_BOTH,     'v', false, "several documents"                               },
	{4,  IN_BOTH,     'w', true,  "targeted for inspection"                         },
	{4,  IN_BOTH,     'z', false, "no release record"                               },
	{5,  IN_BOTH,     'q', false, "vehicle weight differs"                          },
	{5,  IN_BOTH,     'p', false, "container weight differs"                        },
	{5,  IN_BOTH,     'o', false, "cargo weight differs"                            },
	{6,  IN_BOTH,     'w', false, "no record"                                       },
	{6,  IN_BOTH,     'x', true,  "targeted for inspection"                         },
	{6,  IN_BOTH,     'u', false, "vehicle record expired"                          },
	{6,  IN_BOTH,     's', false, "company not admitted"                            },
	{7,  IN_BOTH,     'x', false, "no record"                                       },
	{7,  IN_BOTH,     'w', true,  "targeted for inspection"                         },
	{7,  IN_BOTH,     'u', false, "record expired"                                  },
	{7,  IN_BOTH,     't', false, "no weight on file"                               },
	{7,  IN_BOTH,     's', false, "company not admitted"                            },
	{7,  IN_BOTH,     'r', false, "altered"                                         },
	{8,  IN_ANNEX_B,  '1', false, "seal it"                                         },
	{8,  IN_ANNEX_B,  '2', false, "unseal it"                                       },
	{8,  IN_ANNEX_B,  'x', false, "not enrolled"                                    },
	{8,  IN_ANNEX_B,  '9', false, "failed"                                          },
	{9,  IN_ANNEX_B,  '1', false, "start"					   },
	{9,  IN_ANNEX_B,  '2', false, "close"					   },
	{9,  IN_ANNEX_B,  '9', false, "failed"                                          },
	{10, IN_ANNEX_B,  '1', false, "show"					    },
	{11, IN_ANNEX_B,  '1', false, "speak"                                           },
	{12, IN_ANNEX_B,  '1', false, "sound"                                           },
	{13, IN_ANNEX_B,  'y', false, "none at the platform"                            },
	{11, IN_REGIONAL, '1', false, "release"                                         },
	{11, IN_REGIONAL, '2', false, "refuse"                                          },
	{14, IN_REGIONAL, '1', false, "return the card"                                 },
	{14, IN_REGIONAL, '2', false, "keep the card"                                   },
};

static unsigned int table_mask(enum status_table table)
{
	return table == STATUS_REGIONAL ? IN_REGIONAL : IN_ANNEX_B;
}

static const struct position_rule *find_rule(enum status_table table, int position)
{
	for (size_t i = 0; i < sizeof(position_rules) / sizeof(position_rules[0]); i++) {
		const struct position_rule *rule = &position_rules[i];

		if (rule->position == position && (rule->tables & table_mask(table)))
			return rule;
	}
	return NULL;
}

static const struct meaning *find_meaning(enum status_table table, int position,
					  char code)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const struct meaning *meaning = &meanings[i];

		if (meaning->position == position && meaning->code == code &&
		    (meaning->tables & table_mask(table)))
			return meaning;
	}
	return NULL;
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static enum kakou_err check_shape(const char *word, struct why *why)
{
	size_t len = strnlen(word, STATUS_LENGTH + 1);

	if (len != STATUS_LENGTH)
		return why_set(why, KAKOU_E_GARBLED,
			       "status word \"%.*s\": expected %d characters, or Y, N, M",
			       STATUS_LENGTH + 1, word, STATUS_LENGTH);
	for (size_t i = 0; i < len; i++) {
		if (!is_alphanumeric(word[i]))
			return why_set(why, KAKOU_E_GARBLED,
				       "status word has 0x%02x at position %zu: expected "
				       "letters and digits",
				       (unsigned char)word[i], i + 1);
	}
	return KAKOU_OK;
}

static enum kakou_err check_position(const char *word, enum status_table table,
				     int position, struct why *why)
{
	const struct position_rule *rule = find_rule(table, position);
	char code = word[position - 1];

	if (!rule || code == '0' || strchr(rule->legal, code))
		return KAKOU_OK;
	return why_set(why, KAKOU_E_GARBLED,
		       "status word \"%s\" has %c at position %d (%s): expected 0 or one "
		       "of %s",
		       word, code, position, rule->about, rule->legal);
}

static void note_findings(const char *word, enum status_table table,
			  struct status_reading *out)
{
	for (int position = 1; position <= STATUS_LENGTH; position++) {
		char code = word[position - 1];
		const struct position_rule *rule = find_rule(table, position);
		const struct meaning *meaning = find_meaning(table, position, code);

		if (code == '0')
			continue;
		out->findings[out->finding_count++] = (struct status_finding){
			.position = (uint8_t)position,
			.code = code,
			.about = rule ? rule->about : "not described",
			.means = meaning                ? meaning->means
				 : position == AT_TOTAL ? "something differs"
							: "not described",
		};
	}
}

static bool is_targeted(const char *word, enum status_table table)
{
	for (int position = AT_FRONT_BOX; position <= AT_TAG; position++) {
		const struct meaning *meaning =
			find_meaning(table, position, word[position - 1]);

		if (meaning && meaning->is_targeted)
			return true;
	}
	return false;
}

/* True when positions 3 to 7 find nothing, or nothing but `allowed` at the boxes. */
static bool finds_only(const char *word, char allowed)
{
	for (int position = AT_FRONT_BOX; position <= AT_TAG; position++) {
		char code = word[position - 1];
		bool is_box = position == AT_FRONT_BOX || position == AT_REAR_BOX;

		if (code != '0' && !(is_box && code == allowed))
			return false;
	}
	return true;
}

/* Position 1 is the worst of 3 to 7: a word that says "all right" there and finds
 * something behind contradicts itself, and doubt holds. */
static enum customs_verdict judge(const char *word, enum status_table table,
				  bool lift_after_inspection)
{
	char total = word[AT_TOTAL - 1];
	bool asks_lift = word[AT_BARRIER - 1] == '0';

	if (total == 'V')
		return VERDICT_INTERIM;
	if (is_targeted(word, table))
		return VERDICT_INSPECT;
	if (total == '0' && asks_lift && finds_only(word, '0'))
		return VERDICT_RELEASE;
	if (total == '1' && asks_lift && lift_after_inspection && finds_only(word, '1') &&
	    (word[AT_FRONT_BOX - 1] == '1' || word[AT_REAR_BOX - 1] == '1'))
		return VERDICT_RELEASE;
	return VERDICT_HOLD;
}

static bool read_plain(const char *word, struct status_reading *out)
{
	if (word[0] == '\0' || word[1] != '\0')
		return false;
	switch (word[0]) {
	case 'Y':
		out->verdict = VERDICT_RELEASE;
		out->asks_lift = true;
		return true;
	case 'M': out->verdict = VERDICT_INTERIM; return true;
	case 'N': out->verdict = VERDICT_HOLD; return true;
	default: return false;
	}
}

enum kakou_err status_read_check(const char *word, enum status_table table,
				 bool lift_after_inspection, struct status_reading *out,
				 struct why *why)
{
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	out->verdict = VERDICT_HOLD;
	if (read_plain(word, out))
		return KAKOU_OK;
	err = check_shape(word, why);
	if (err)
		return err;
	note_findings(word, table, out);
	for (int position = 1; position <= STATUS_LENGTH; position++) {
		err = check_position(word, table, position, why);
		if (err)
			return err;
	}
	out->asks_lift = word[AT_BARRIER - 1] == '0';
	out->verdict = judge(word, table, lift_after_inspection);
	return KAKOU_OK;
}

enum kakou_err status_read_command(const char *word, char op_type,
				   enum status_table table, struct status_reading *out,
				   struct why *why)
{
	static const uint8_t counting[] = {AT_BARRIER, AT_SEAL, AT_GPS};
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	out->verdict = VERDICT_HOLD;
	err = check_shape(word, why);
	if (err)
		return err;
	note_findings(word, table, out);
	for (size_t i = 0; i < sizeof(counting); i++) {
		err = check_position(word, table, counting[i], why);
		if (err)
			return err;
	}
	out->asks_lift = word[AT_BARRIER - 1] == '0';
	switch (op_type) {
	case '0':
		if (out->asks_lift)
			out->verdict = VERDICT_RELEASE;
		return KAKOU_OK;
	case '1': return KAKOU_OK;
	case '2': out->verdict = VERDICT_RETURN; return KAKOU_OK;
	default:
		return why_set(why, KAKOU_E_GARBLED,
			       "OP_TYPE 0x%02x: expected 0 (release), 1 (pending) or 2 "
			       "(return)",
			       (unsigned char)op_type);
	}
}

void status_word_clear(char word[STATUS_LENGTH + 1])
{
	memset(word, '0', STATUS_LENGTH);
	word[STATUS_LENGTH] = '\0';
}

void status_word_set(char word[STATUS_LENGTH + 1], int position, char code)
{
	assert(position >= 1 && position <= STATUS_LENGTH);
	word[position - 1] = code;
}

/* 1 and 2 are requests; what else stands there is a finding. */
static bool is_request(const char *word, int position)
{
	return word[position - 1] == '1' || word[position - 1] == '2';
}

bool status_asks_devices(const char *word)
{
	return strnlen(word, STATUS_LENGTH + 1) == STATUS_LENGTH &&
	       (is_request(word, AT_SEAL) || is_request(word, AT_GPS));
}

/* Positions 8 and 9 are a seal and GPS in annex B, two seals in the regional table: 9 is "failed"
 * in both. */
void status_write_result(char word[STATUS_LENGTH + 1], const char *command, bool was_done)
{
	bool asks = status_asks_devices(command);

	status_word_clear(word);
	for (int position = AT_SEAL; asks && position <= AT_GPS; position++) {
		if (is_request(command, position))
			status_word_set(word, position, '9');
	}
	if (!was_done || asks)
		status_word_set(word, AT_TOTAL, '9');
}

const char *customs_verdict_name(enum customs_verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_NONE] = "none",       [VERDICT_RELEASE] = "release",
		[VERDICT_INTERIM] = "interim", [VERDICT_INSPECT] = "inspect",
		[VERDICT_RETURN] = "return",   [VERDICT_HOLD] = "hold",
	};

	assert((size_t)verdict < sizeof(names) / sizeof(names[0]));
	return names[verdict];
}
