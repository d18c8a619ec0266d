/* SPDX-License-Identifier: MIT */
/*
 * Pieces of kept pictures for who asks over the control socket.
 *
 * Layer: firmware. Blocks on the disk. Threads: the pictures' own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/pictures/pictures_inside.h"
#include "hal/base64.h"
#include "hal/log.h"
#include "hal/text.h"

enum { HEAD_BYTES = 200, PATH_BYTES = 512 };

/* {"sha256", "bytes", "offset", "data"} */
static char *write_piece(const struct picture_request *request, int64_t size,
			 const void *data, size_t len)
{
	char *text = malloc(HEAD_BYTES + BASE64_CHARS(len) + 3);
	int n;

	if (!text)
		return NULL;
	n = snprintf(text, HEAD_BYTES,
		     "{\"sha256\":\"%s\",\"bytes\":%lld,\"offset\":%lld,\"data\":\"",
		     request->hash, (long long)size, (long long)request->offset);
	base64_encode(data, len, text + n);
	memcpy(text + n + BASE64_CHARS(len), "\"}", 3);
	return text;
}

static enum kakou_err read_piece(int fd, const struct picture_request *request,
				 char **json, struct why *why)
{
	char *data = malloc((size_t)request->limit);
	struct stat is;
	ssize_t got = -1;

	if (data && !fstat(fd, &is))
		got = pread(fd, data, (size_t)request->limit, request->offset);
	*json = got < 0 ? NULL : write_piece(request, is.st_size, data, (size_t)got);
	free(data);
	return *json ? KAKOU_OK
		     : why_set(why, KAKOU_E_IO, "picture %s can't be read: %s",
			       request->hash, strerror(errno));
}

void pictures_serve(struct pictures *pictures, const struct picture_request *request)
{
	struct picture_answer answer = {
		.slot = request->slot,
		.generation = request->generation,
	};
	struct why why = {""};
	char path[PATH_BYTES];
	int fd = -1;

	if (picture_find(pictures->directory, request->hash, path, sizeof(path)))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		answer.err =
			(int8_t)why_set(&why, KAKOU_E_NOTFOUND,
					"there is no picture %s here", request->hash);
	else
		answer.err = (int8_t)read_piece(fd, request, &answer.json, &why);
	if (fd >= 0)
		close(fd);
	text_copy(answer.why, sizeof(answer.why), why.text);
	if (queue_push(pictures->answers, &answer)) {
		free(answer.json); /* who asked is told that it took too long */
		log_warning("pictures", "an answer was dropped");
	}
}
