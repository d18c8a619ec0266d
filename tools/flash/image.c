/* SPDX-License-Identifier: MIT */
/*
 * Images and their signatures.
 *
 * Layer: tools.
 */
#include "tools/flash/image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hal/file.h"
#include "hal/sign.h"
#include "hal/text.h"

enum { PATH_BYTES = 420 };

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

/* "X.img.bmap" of "X.img" and of "X.img.zst"; `given` when the user named one. */
static void find_beside(const char *image, const char *given, const char *suffix,
			char to[PATH_BYTES])
{
	static const char *const packed[] = {".zst", ".xz",  ".gz",
					     ".bz2", ".lz4", ".lzo"};
	int len = (int)strlen(image);

	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (ends_with(image, packed[i])) {
			len -= (int)strlen(packed[i]);
			break;
		}
	if (given)
		(void)snprintf(to, PATH_BYTES, "%s", given);
	else
		(void)snprintf(to, PATH_BYTES, "%.*s%s", len, image, suffix);
}

static enum kakou_err check_signature(const struct image_files *files, const char *text,
				      size_t len, struct why *why)
{
	char path[PATH_BYTES];
	struct sign_public *key = NULL;
	char *signature = NULL;
	size_t signature_len;
	enum kakou_err err;

	find_beside(files->image, files->signature, ".sig", path);
	err = sign_public_load(&key, files->key, why);
	if (!err)
		err = file_read_whole(path, 4096, &signature, &signature_len, why);
	if (!err && sign_public_verify(key, text, len, (const unsigned char *)signature,
				       signature_len))
		err = why_set(why, KAKOU_E_REFUSED,
			      "%s is not the signature of its block map by %s: another "
			      "key, or a map that was changed",
			      path, files->key);
	free(signature);
	sign_public_destroy(key);
	return err;
}

/* Of an image that is not packed the size shows at once whether it is the map's. */
static enum kakou_err check_size(const struct image *image, struct why *why)
{
	struct stat info;

	if (stat(image->path, &info))
		return why_set(why, KAKOU_E_NOTFOUND, "%s: %s", image->path,
			       strerror(errno));
	if (ends_with(image->path, ".img") &&
	    (uint64_t)info.st_size != image->map.image_bytes)
		return why_set(why, KAKOU_E_INVALID,
			       "%s has %" PRIu64 " bytes, expected %" PRIu64
			       ", as its block map says",
			       image->path, (uint64_t)info.st_size,
			       image->map.image_bytes);
	return KAKOU_OK;
}

enum kakou_err image_load(struct image *out, const struct image_files *files,
			  struct why *why)
{
	struct why inner = {""};
	char path[PATH_BYTES];
	char *text = NULL;
	size_t len;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	if (!text_copy(out->path, sizeof(out->path), files->image))
		return why_set(why, KAKOU_E_INVALID,
			       "the path of the image has more than %zu bytes",
			       sizeof(out->path) - 1);
	out->name = strrchr(out->path, '/') ? strrchr(out->path, '/') + 1 : out->path;
	find_beside(files->image, files->bmap, ".bmap", path);
	err = file_read_whole(path, BMAP_BYTES_MAX, &text, &len, why);
	if (!err)
		err = check_signature(files, text, len, why);
	if (!err && bmap_parse(&out->map, text, len, &inner))
		err = why_set(why, KAKOU_E_INVALID, "%s: %s", path, inner.text);
	free(text);
	if (!err)
		err = check_size(out, why);
	if (err)
		image_release(out);
	return err;
}

void image_release(struct image *image)
{
	bmap_release(&image->map);
}
