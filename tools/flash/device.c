/* SPDX-License-Identifier: MIT */
/*
 * The disk that is written.
 *
 * Layer: tools.
 */
#include "tools/flash/device.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "hal/clock.h"
#include "hal/text.h"
#include "hal/tls.h"

enum {
	HEAD_BYTES = 64 << 10,
	TAIL_BYTES = 64 << 10,
	CHUNK_BYTES = 1 << 20,
	ALIGN = 4096
};

static const char SENTENCE[] = "kakou-flash: ";

enum kakou_err device_open(struct device *out, const struct target *target,
			   struct why *why)
{
	int alone;

	out->target = target;
	out->fd = open(target->path, O_RDWR | O_CLOEXEC);
	if (out->fd < 0)
		return why_set(why, errno == EACCES ? KAKOU_E_DENIED : KAKOU_E_IO,
			       "%s can't be opened: %s", target->path, strerror(errno));
	/* udev leaves a disk alone that is locked like this. */
	if (flock(out->fd, LOCK_EX | LOCK_NB)) {
		device_close(out);
		return why_set(why, KAKOU_E_DENIED,
			       "%s is being written by another program", target->path);
	}
	alone = open(target->path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (alone < 0) {
		enum kakou_err err = why_set(why, KAKOU_E_DENIED, "%s is in use: %s",
					     target->path, strerror(errno));

		device_close(out);
		return err;
	}
	close(alone);
	return KAKOU_OK;
}

void device_close(struct device *device)
{
	if (device->fd >= 0)
		close(device->fd);
	device->fd = -1;
}

static enum kakou_err put(struct device *device, const void *data, size_t len,
			  uint64_t at, struct why *why)
{
	ssize_t n = pwrite(device->fd, data, len, (off_t)at);

	if (n != (ssize_t)len)
		return why_set(why, KAKOU_E_IO, "%s can't be written: %s",
			       device->target->path, strerror(n < 0 ? errno : ENOSPC));
	return KAKOU_OK;
}

enum kakou_err device_mark(struct device *device, const char *image, struct why *why)
{
	static char blank[HEAD_BYTES];
	char begun[32];
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm utc;
	uint64_t end = device->target->bytes;
	enum kakou_err err;

	memset(blank, 0, sizeof(blank));
	strftime(begun, sizeof(begun), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	err = end >= HEAD_BYTES + TAIL_BYTES
		      ? put(device, blank, TAIL_BYTES, end - TAIL_BYTES, why)
		      : KAKOU_OK;
	(void)snprintf(blank, ALIGN,
		       "%swriting %.100s was begun %s and is not complete\n", SENTENCE,
		       image, begun);
	if (!err)
		err = put(device, blank, end < HEAD_BYTES ? ALIGN : HEAD_BYTES, 0, why);
	if (!err && fsync(device->fd))
		err = why_set(why, KAKOU_E_IO, "%s can't be written: %s",
			      device->target->path, strerror(errno));
	return err;
}

void device_read_state(struct target *target)
{
	char head[200] = "";
	int fd = open(target->path, O_RDONLY | O_CLOEXEC);

	target->state[0] = '\0';
	if (fd < 0)
		return;
	if (pread(fd, head, sizeof(head) - 1, 0) > 0 &&
	    !strncmp(head, SENTENCE, strlen(SENTENCE))) {
		head[strcspn(head, "\n")] = '\0';
		text_copy(target->state, sizeof(target->state), head + strlen(SENTENCE));
	}
	close(fd);
}

static enum kakou_err read_range(int fd, const struct bmap *map,
				 const struct bmap_range *range, char *buffer,
				 struct progress *progress, uint64_t *done,
				 const volatile int *stop, unsigned char sha256[32])
{
	uint64_t at = range->first * map->block_bytes;
	uint64_t left = bmap_range_bytes(map, range);
	struct digest *digest = digest_create();

	if (!digest)
		return KAKOU_E_NOMEM;
	while (left > 0 && !*stop) {
		uint64_t wanted = left < CHUNK_BYTES ? (left + ALIGN - 1) / ALIGN * ALIGN
						     : CHUNK_BYTES;
		ssize_t n = pread(fd, buffer, wanted, (off_t)at);

		if (n <= 0) {
			digest_end(digest, sha256);
			return KAKOU_E_IO;
		}
		if ((uint64_t)n > left)
			n = (ssize_t)left;
		digest_add(digest, buffer, (size_t)n);
		at += (uint64_t)n;
		left -= (uint64_t)n;
		*done += (uint64_t)n;
		progress_show(progress, *done, clock_mono_ms());
	}
	digest_end(digest, sha256);
	return *stop ? KAKOU_E_AGAIN : KAKOU_OK;
}

/* Past the cache: what was written and never arrived shows only on the disk itself. */
static int open_uncached(struct device *device)
{
	int fd = open(device->target->path, O_RDONLY | O_DIRECT | O_CLOEXEC);

	if (fd >= 0 || errno != EINVAL)
		return fd;
	(void)ioctl(device->fd, BLKFLSBUF, 0);
	fd = open(device->target->path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return fd;
}

static enum kakou_err read_ranges(int fd, const struct device *device,
				  const struct bmap *map, size_t first, size_t count,
				  char *buffer, struct progress *progress,
				  const volatile int *stop, struct why *why)
{
	uint64_t done = 0;

	for (size_t i = first; i < first + count; i++) {
		const struct bmap_range *range = &map->ranges[i];
		unsigned char sha256[32];
		enum kakou_err err =
			read_range(fd, map, range, buffer, progress, &done, stop, sha256);

		if (err == KAKOU_E_AGAIN)
			return why_set(why, err, "reading back was stopped");
		if (err)
			return why_set(
				why, err, "%s can't be read at block %" PRIu64 ": %s",
				device->target->path, range->first, strerror(errno));
		if (memcmp(sha256, range->sha256, sizeof(sha256)) != 0)
			return why_set(
				why, KAKOU_E_GARBLED,
				"%s does not hold what was written: blocks %" PRIu64
				" to %" PRIu64 " have another SHA-256",
				device->target->path, range->first, range->last);
	}
	return KAKOU_OK;
}

enum kakou_err device_read_back(struct device *device, const struct bmap *map,
				size_t first, size_t count, struct progress *progress,
				const volatile int *stop, struct why *why)
{
	int fd = open_uncached(device);
	void *buffer = NULL;
	enum kakou_err err;

	if (fd < 0)
		return why_set(why, KAKOU_E_IO, "%s can't be read back: %s",
			       device->target->path, strerror(errno));
	if (posix_memalign(&buffer, ALIGN, CHUNK_BYTES))
		err = why_set(why, KAKOU_E_NOMEM, "no memory to read back");
	else
		err = read_ranges(fd, device, map, first, count, buffer, progress, stop,
				  why);
	free(buffer);
	close(fd);
	return err;
}

void device_look_again(struct device *device)
{
	(void)ioctl(device->fd, BLKRRPART, 0);
}
