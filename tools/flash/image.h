/* SPDX-License-Identifier: MIT */
/*
 * An image with what lies beside it: its block map, and the signature of the map. The map has the
 * checksums of all that is written, so its signature is that of the image.
 *
 * Layer: tools. Blocks on the disk.
 */
#ifndef KAKOU_TOOLS_FLASH_IMAGE_H
#define KAKOU_TOOLS_FLASH_IMAGE_H

#include "tools/flash/bmap.h"

struct image {
	char path[400];
	const char *name; /**< the last part of path */
	struct bmap map;
};

/** What an image is made of; NULL: the files beside it, X.img.bmap and X.img.sig of X.img and of
 *  X.img.zst. */
struct image_files {
	const char *image, *bmap, *signature;
	const char *key; /**< PEM file of the public P-256 key */
};

/** Reads the map and holds it against its signature. KAKOU_E_REFUSED: not signed with this key, or
 *  changed afterwards. KAKOU_E_NOTFOUND, KAKOU_E_INVALID. The caller releases with
 *  image_release(). */
KAKOU_MUST_CHECK enum kakou_err image_load(struct image *out,
					   const struct image_files *files,
					   struct why *why);
void image_release(struct image *image);

#endif
