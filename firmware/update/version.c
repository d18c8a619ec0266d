/* SPDX-License-Identifier: MIT */
/*
 * Versions. Layer: firmware. Pure.
 */
#include "firmware/update/version.h"

#include <ctype.h>
#include <string.h>

bool update_version_is_sound(const char *version)
{
	size_t len = strlen(version);

	return len <= UPDATE_VERSION_MAX && isdigit((unsigned char)version[0]) &&
	       strspn(version, "0123456789abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ.+~-") == len;
}

/* "~" before the end, the end and digits before letters, letters before the rest. */
static int weigh(char c)
{
	if (c == '~')
		return -1;
	if (c == '\0' || isdigit((unsigned char)c))
		return 0;
	return isalpha((unsigned char)c) ? c : c + 256;
}

static int compare_words(const char **a, const char **b)
{
	while ((**a && !isdigit((unsigned char)**a)) ||
	       (**b && !isdigit((unsigned char)**b))) {
		int difference = weigh(**a) - weigh(**b);

		if (difference != 0)
			return difference;
		(*a)++;
		(*b)++;
	}
	return 0;
}

/* Of any length, as text: a time of the day is no small number. */
static int compare_numbers(const char **a, const char **b)
{
	size_t a_len, b_len;
	int difference;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	a_len = strspn(*a, "0123456789");
	b_len = strspn(*b, "0123456789");
	difference = a_len == b_len ? strncmp(*a, *b, a_len) : a_len < b_len ? -1 : 1;
	*a += a_len;
	*b += b_len;
	return difference;
}

int update_version_compare(const char *a, const char *b)
{
	int difference = 0;

	while (difference == 0 && (*a || *b)) {
		difference = compare_words(&a, &b);
		if (difference == 0)
			difference = compare_numbers(&a, &b);
	}
	return difference;
}
