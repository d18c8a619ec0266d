/* SPDX-License-Identifier: MIT */
/*
 * Hostile XML in small: a root with attributes, and leaves named by their parent.
 *
 * Layer: drivers. Pure but for the allocations inside expat.
 */
#ifndef KAKOU_DRIVERS_CUSTOMS_XML_H
#define KAKOU_DRIVERS_CUSTOMS_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "hal/err.h"
#include "hal/why.h"

enum {
	XML_DEPTH_MAX = 8,
	XML_NAME_MAX = 31,  /**< longer names are cut: no known one is as long */
	XML_TEXT_MAX = 511, /**< of one element, in bytes of UTF-8 */
};

/** An element without elements inside. */
struct xml_leaf {
	const char *parent;
	const char *name;
	const char *text; /**< without white space around it */
	bool is_cut;      /**< it was longer than XML_TEXT_MAX */
};

/** What anything but KAKOU_OK returns ends the reading, and is what xml_read() returns. */
struct xml_handler {
	/** `attributes` are pairs of name and value, ended by NULL. */
	enum kakou_err (*on_root)(void *arg, const char *name,
				  const char *const *attributes, struct why *why);
	enum kakou_err (*on_leaf)(void *arg, const struct xml_leaf *leaf,
				  struct why *why);
};

/** Reads a whole document in UTF-8, whatever encoding it declares. KAKOU_E_GARBLED: not well
 *  formed, deeper than XML_DEPTH_MAX, or with a document type (so that there are no entities
 *  but the five built in). KAKOU_E_NOMEM. */
KAKOU_MUST_CHECK enum kakou_err xml_read(const char *text, size_t len,
					 const struct xml_handler *handler, void *arg,
					 struct why *why);

#endif
