/* SPDX-License-Identifier: MIT */
/*
 * The line at which expat stands, under the name that its version has for it.
 *
 * Layer: hal. Pure.
 */
#ifndef KAKOU_HAL_EXPAT_LINE_H
#define KAKOU_HAL_EXPAT_LINE_H

#include <expat.h>

/** expat 2.9, which Debian 13 has, calls the older name deprecated. */
static inline unsigned long expat_line(XML_Parser parser)
{
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
	return (unsigned long)XML_GetCurrentLineNumber64(parser);
#else
	return (unsigned long)XML_GetCurrentLineNumber(parser);
#endif
}

#endif
