/* SPDX-License-Identifier: MIT */
/*
 * Assets. Layer: firmware.
 */
#include "firmware/console/assets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "hal/file.h"
#include "hal/tls.h"

struct assets {
	size_t count, bytes;
	struct asset asset[ASSETS_MAX];
};

enum { PATH_BYTES = 512 };

/* NULL: no file of a page. */
static const char *find_type(const char *name)
{
	static const char *const types[][2] = {
		{".html",        "text/html; charset=utf-8"      },
		{".js",          "text/javascript; charset=utf-8"},
		{".mjs",         "text/javascript; charset=utf-8"},
		{".css",         "text/css; charset=utf-8"       },
		{".json",        "application/json"              },
		{".svg",         "image/svg+xml"                 },
		{".png",         "image/png"                     },
		{".ico",         "image/x-icon"                  },
		{".woff2",       "font/woff2"                    },
		{".txt",         "text/plain; charset=utf-8"     },
		{".webmanifest", "application/manifest+json"     },
		{".mp3",         "audio/mpeg"                    },
		{".wav",         "audio/wav"                     },
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(dot, types[i][0]))
			return types[i][1];
	return NULL;
}

static void make_etags(struct asset *asset)
{
	unsigned char digest[32];
	char hex[33];

	digest_sha256(asset->data, asset->len, digest);
	for (size_t i = 0; i < 16; i++)
		(void)snprintf(hex + 2 * i, sizeof(hex) - 2 * i, "%02x", digest[i]);
	(void)snprintf(asset->etag, sizeof(asset->etag), "\"%s\"", hex);
	(void)snprintf(asset->packed_etag, sizeof(asset->packed_etag), "\"%s-gz\"", hex);
}

/* Packed once, so that a tablet far from its mast loads a third of the bytes. Without memory it is
 * served as it is. */
static void pack(struct asset *asset)
{
	enum { GZIP_WINDOW = 15 + 16, MEMORY = 8 };
	z_stream stream = {0};
	size_t room;

	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	room = deflateBound(&stream, asset->len);
	asset->packed = malloc(room);
	stream.next_in = (unsigned char *)asset->data;
	stream.avail_in = (unsigned)asset->len; /* 8 MB at most */
	stream.next_out = (unsigned char *)asset->packed;
	stream.avail_out = asset->packed ? (unsigned)room : 0;
	if (!asset->packed || deflate(&stream, Z_FINISH) != Z_STREAM_END ||
	    stream.total_out >= asset->len) {
		free(asset->packed);
		asset->packed = NULL;
	}
	asset->packed_len = stream.total_out;
	(void)deflateEnd(&stream);
}

static enum kakou_err take_file(struct assets *assets, const char *file, const char *path,
				const char *type, struct why *why)
{
	struct asset *asset = &assets->asset[assets->count];
	enum kakou_err err;

	if (assets->count == ASSETS_MAX)
		return why_set(why, KAKOU_E_FULL,
			       "%s: one file too many, expected at most %d", file,
			       ASSETS_MAX);
	err = file_read_whole(file, ASSETS_BYTES_MAX - assets->bytes, &asset->data,
			      &asset->len, why);
	if (err)
		return err;
	asset->path = strdup(path);
	if (!asset->path) {
		free(asset->data);
		return why_set(why, KAKOU_E_NOMEM, "no memory for the page");
	}
	asset->type = type;
	make_etags(asset);
	pack(asset);
	assets->bytes += asset->len;
	assets->count++;
	return KAKOU_OK;
}

static enum kakou_err take_folder(struct assets *assets, const char *folder,
				  const char *prefix, int depth, struct why *why)
{
	DIR *listing = opendir(folder);
	const struct dirent *entry;
	enum kakou_err err = KAKOU_OK;

	if (!listing)
		return why_set(why, KAKOU_E_IO, "%s: %m", folder);
	while (!err && (entry = readdir(listing))) {
		char file[PATH_BYTES], path[PATH_BYTES];
		const char *type = find_type(entry->d_name);
		struct stat found;

		if (entry->d_name[0] == '.' ||
		    snprintf(file, sizeof(file), "%s/%s", folder, entry->d_name) >=
			    (int)sizeof(file) ||
		    snprintf(path, sizeof(path), "%s/%s", prefix, entry->d_name) >=
			    (int)sizeof(path) ||
		    stat(file, &found))
			continue;
		if (S_ISDIR(found.st_mode) && depth < ASSETS_DEPTH_MAX)
			err = take_folder(assets, file, path, depth + 1, why);
		else if (S_ISREG(found.st_mode) && type)
			err = take_file(assets, file, path, type, why);
	}
	closedir(listing);
	return err;
}

enum kakou_err assets_load(struct assets **out, const char *directory, struct why *why)
{
	struct assets *assets = calloc(1, sizeof(*assets));
	enum kakou_err err;

	if (!assets)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the page");
	err = take_folder(assets, directory, "", 0, why);
	if (!err && !assets_find(assets, "/"))
		err = why_set(why, KAKOU_E_NOTFOUND, "%s: has no index.html", directory);
	if (err)
		assets_free(assets);
	else
		*out = assets;
	return err;
}

void assets_free(struct assets *assets)
{
	if (!assets)
		return;
	for (size_t i = 0; i < assets->count; i++) {
		free(assets->asset[i].path);
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): which is another each time */
		free(assets->asset[i].data);
		free(assets->asset[i].packed);
	}
	free(assets);
}

const struct asset *assets_find(const struct assets *assets, const char *path)
{
	if (!strcmp(path, "/"))
		path = "/index.html";
	for (size_t i = 0; i < assets->count; i++)
		if (!strcmp(assets->asset[i].path, path))
			return &assets->asset[i];
	return NULL;
}
