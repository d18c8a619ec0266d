/* SPDX-License-Identifier: MIT */
/*
 * Size-type codes of boxes: ISO 6346, annex D (22G1, 45R1, L5G1) and the digits of its edition of
 * 1984 (2210, 4532).
 *
 * Layer: drivers. Pure.
 */
#include "drivers/ident/ident.h"

#include <string.h>

static bool is_code(const char *code)
{
	size_t len = strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return len == BOX_SIZE_LENGTH && code[len] == '\0';
}

/* The first character is the length; 9 was 45 ft before there was L. */
int box_size_feet(const char *code)
{
	if (!is_code(code))
		return 0;
	switch (code[0]) {
	case '2': return 20;
	case '4': return 40;
	case '9':
	case 'L': return 45;
	default: return 0;
	}
}

int box_size_teu(const char *code)
{
	int feet = box_size_feet(code);

	return feet == 0 ? 0 : feet == 20 ? 1 : 2;
}
