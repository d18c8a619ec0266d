/* SPDX-License-Identifier: MIT */
/*
 * Which machine this is.
 *
 * Layer: hal.
 */
#include "hal/devicetree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hal/file.h"

enum { COMPATIBLE_BYTES_MAX = 4096 };

const char *devicetree_compatible_file = "/sys/firmware/devicetree/base/compatible";

/* The file holds names one after the other, each with its NUL. */
static bool has_name(const char *names, size_t len, const char *name)
{
	for (const char *at = names; at < names + len; at += strlen(at) + 1)
		if (!strcmp(at, name))
			return true;
	return false;
}

enum kakou_err devicetree_check_compatible(const char *compatible, struct why *why)
{
	char *names;
	size_t len;
	enum kakou_err err = KAKOU_OK;

	if (file_read_whole(devicetree_compatible_file, COMPATIBLE_BYTES_MAX, &names,
			    &len, NULL))
		return why_set(why, KAKOU_E_INVALID,
			       "this machine has no device tree, expected one that is "
			       "compatible with \"%s\"",
			       compatible);
	if (!has_name(names, len, compatible))
		err = why_set(why, KAKOU_E_INVALID,
			      "this machine is \"%s\", expected one that is compatible "
			      "with \"%s\"",
			      names, compatible);
	free(names);
	return err;
}
