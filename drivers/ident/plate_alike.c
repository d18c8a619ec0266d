/* SPDX-License-Identifier: MIT */
/*
 * Plates that cameras take for each other: O and 0, I and 1, B and 8.
 *
 * Layer: drivers. Pure.
 */
#include "drivers/ident/ident.h"

#include <string.h>

#include "hal/text.h"

/* Each letter is read as the digit, or the letter, that leads its line. */
static const char *const classes[] = {"0ODQ", "1IL", "2Z", "5S", "6G", "7T", "8B", "VU"};

static char fold(char c)
{
	for (size_t i = 0; c && i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strchr(classes[i], c))
			return classes[i][0];
	}
	return c;
}

/* The province and the letter behind it name a city: they are not guessed. */
static size_t head_of(const char *plate)
{
	size_t at = 0;

	for (int characters = 0; plate[at] && characters < 2; characters++) {
		at++;
		while ((plate[at] & 0xC0) == 0x80)
			at++;
	}
	return at;
}

void plate_fold(const char *plate, char out[PLATE_BYTES_MAX + 1])
{
	text_copy(out, PLATE_BYTES_MAX + 1, plate);
	for (size_t i = head_of(out); out[i]; i++)
		out[i] = fold(out[i]);
}

int plate_count_confusions(const char *a, const char *b)
{
	size_t head = head_of(a);
	int count = 0;

	if (strlen(a) != strlen(b) || memcmp(a, b, head) != 0)
		return -1;
	for (size_t i = head; a[i]; i++) {
		if (a[i] == b[i])
			continue;
		if (fold(a[i]) != fold(b[i]))
			return -1;
		count++;
	}
	return count;
}
