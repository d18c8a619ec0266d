/* SPDX-License-Identifier: MIT */
/*
 * Number plates of mainland China, GA 36: which kind a text is, or why it is none.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/ident/ident.h"

#include <stddef.h>
#include <string.h>
#include <uchar.h>

#include "hal/text.h"

enum { PLATE_CHARACTERS_MAX = 8 };

static const char32_t PROVINCES[] =
	U"京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/* The letters that mark a new-energy plate: third place on small vehicles, last on large. */
static const char32_t NEW_ENERGY[] = U"ABCDEFGHJK";

/* A plate taken apart. */
struct plate {
	const char *text;
	char32_t at[PLATE_CHARACTERS_MAX];
	int length;
	struct why *why;
};

/* Ordinary-looking plates whose last character names their kind. */
static const struct suffix {
	char32_t last;
	enum plate_kind kind;
	int length_min, length_max;
} SUFFIXES[] = {
	{U'挂', PLATE_TRAILER,   7, 7},
	{U'学', PLATE_COACH,     7, 7},
	{U'警', PLATE_POLICE,    7, 7},
	{U'港', PLATE_HONG_KONG, 7, 7},
	{U'澳', PLATE_MACAO,     7, 7},
	{U'领', PLATE_CONSULATE, 7, 7},
	{U'临', PLATE_TEMPORARY, 7, 8},
};

static enum plate_kind refuse(const struct plate *plate, const char *expected)
{
	(void)why_set(plate->why, KAKOU_E_INVALID, "plate \"%s\": expected %s",
		      plate->text, expected);
	return PLATE_NONE;
}

static bool is_among(char32_t c, const char32_t *list)
{
	for (; *list; list++) {
		if (*list == c)
			return true;
	}
	return false;
}

static bool is_digit(char32_t c)
{
	return c >= U'0' && c <= U'9';
}

static bool is_letter(char32_t c)
{
	return c >= U'A' && c <= U'Z';
}

/* Letters and digits of places three and up: I and O would be read as 1 and 0. */
static bool is_place(char32_t c)
{
	return is_digit(c) || (is_letter(c) && c != U'I' && c != U'O');
}

static bool are_places(const struct plate *plate, int from, int to)
{
	for (int i = from; i < to; i++) {
		if (!is_place(plate->at[i]))
			return false;
	}
	return true;
}

static bool are_digits(const struct plate *plate, int from, int to)
{
	for (int i = from; i < to; i++) {
		if (!is_digit(plate->at[i]))
			return false;
	}
	return true;
}

/* One code point of valid UTF-8; `*text` moves past it. */
static char32_t take_character(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	int more = s[0] >= 0xF0 ? 3 : s[0] >= 0xE0 ? 2 : s[0] >= 0xC0 ? 1 : 0;
	char32_t c = more ? s[0] & (0x3Fu >> more) : s[0];

	for (int i = 1; i <= more; i++)
		c = c << 6 | (s[i] & 0x3Fu);
	*text += 1 + more;
	return c;
}

static bool take_apart(struct plate *plate)
{
	const char *at = plate->text;
	int length = text_count_characters(at);

	if (length < 0) {
		/* Not quoted: it is not text. */
		(void)why_set(plate->why, KAKOU_E_INVALID, "plate: expected UTF-8");
		return false;
	}
	if (length < 7 || length > PLATE_CHARACTERS_MAX || strlen(at) > PLATE_BYTES_MAX) {
		(void)why_set(plate->why, KAKOU_E_INVALID,
			      "plate \"%.40s\" has %d characters, expected 7 or 8", at,
			      length);
		return false;
	}
	plate->length = length;
	for (int i = 0; i < length; i++)
		plate->at[i] = take_character(&at);
	return true;
}

static enum plate_kind classify_embassy(const struct plate *plate)
{
	bool is_first = plate->at[0] == U'使';

	if (plate->length == 7 && are_digits(plate, is_first, 6 + is_first))
		return PLATE_EMBASSY;
	return refuse(plate, "使 before or after 6 digits");
}

static enum plate_kind classify_temporary_prefix(const struct plate *plate)
{
	if (plate->length == 7 && is_letter(plate->at[1]) && are_places(plate, 2, 7))
		return PLATE_TEMPORARY;
	return refuse(plate, "临, a letter and 5 places without I and O");
}

static const struct suffix *find_suffix(char32_t last)
{
	for (size_t i = 0; i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
		if (SUFFIXES[i].last == last)
			return &SUFFIXES[i];
	}
	return NULL;
}

static enum plate_kind classify_suffix(const struct plate *plate,
				       const struct suffix *suffix)
{
	bool crosses_border =
		suffix->kind == PLATE_HONG_KONG || suffix->kind == PLATE_MACAO;

	if (plate->length < suffix->length_min || plate->length > suffix->length_max)
		return refuse(plate, "4 places before the last character");
	if (crosses_border && (plate->at[0] != U'粤' || plate->at[1] != U'Z'))
		return refuse(plate, "粤Z before the places of a 港 or 澳 plate");
	if (!are_places(plate, 2, plate->length - 1))
		return refuse(plate, "letters without I and O, and digits, from place 3");
	return suffix->kind;
}

static enum plate_kind classify_new_energy(const struct plate *plate)
{
	if (!are_places(plate, 2, 8))
		return refuse(plate, "letters without I and O, and digits, from place 3");
	if (is_among(plate->at[2], NEW_ENERGY) && are_digits(plate, 4, 8))
		return PLATE_NEW_ENERGY;
	if (is_among(plate->at[7], NEW_ENERGY) && are_digits(plate, 2, 7))
		return PLATE_NEW_ENERGY;
	return refuse(plate,
		      "8 places with one of A to K (not I) third and 4 digits at the "
		      "end, or 5 digits and that letter last");
}

enum plate_kind plate_classify(const char *text, struct why *why)
{
	struct plate plate = {.text = text, .why = why};
	const struct suffix *suffix;

	if (!take_apart(&plate))
		return PLATE_NONE;
	if (plate.at[0] == U'使' || plate.at[plate.length - 1] == U'使')
		return classify_embassy(&plate);
	if (plate.at[0] == U'临')
		return classify_temporary_prefix(&plate);
	if (!is_among(plate.at[0], PROVINCES))
		return refuse(&plate, "a province first, such as 浙");
	if (!is_letter(plate.at[1]))
		return refuse(&plate, "a letter A to Z in place 2");
	suffix = find_suffix(plate.at[plate.length - 1]);
	if (suffix)
		return classify_suffix(&plate, suffix);
	if (plate.length == 8)
		return classify_new_energy(&plate);
	if (!are_places(&plate, 2, 7))
		return refuse(&plate,
			      "letters without I and O, and digits, from place 3");
	return PLATE_ORDINARY;
}

bool plate_kind_matches_order(enum plate_kind kind)
{
	return kind != PLATE_NONE && kind != PLATE_TRAILER;
}
