/* SPDX-License-Identifier: MIT */
/*
 * Days, oldest first, each with what it holds.
 *
 * Layer: firmware. Blocks on the disk.
 */
#include "firmware/pictures/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "hal/file.h"
#include "hal/text.h"
#include "hal/tls.h"

enum {
	DAYS_MAX = 4096, /* more than the greatest age has */
	MS_PER_DAY = 24 * 60 * 60 * 1000,
	PATH_BYTES = 512,
	SPARE_PERCENT = 10, /* so much is made room for at once */
};

static const char suffix[] = ".jpg";

struct day {
	char name[PICTURE_DAY_CHARS + 1];
	int64_t count, bytes;
};

struct picture_store {
	char directory[PATH_BYTES];
	struct picture_limits limits;
	int64_t count, bytes;
	size_t day_count;
	struct day days[DAYS_MAX];
};

/* ---- names ----------------------------------------------------------------------------------- */

bool picture_is_hash(const char *text)
{
	return strlen(text) == PICTURE_HASH_CHARS &&
	       strspn(text, "0123456789abcdef") == PICTURE_HASH_CHARS;
}

static void write_hash(const unsigned char digest[32], char out[PICTURE_HASH_CHARS + 1])
{
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void picture_hash(const void *data, size_t len, char out[PICTURE_HASH_CHARS + 1])
{
	unsigned char digest[32];

	digest_sha256(data, len, digest);
	write_hash(digest, out);
}

static bool is_day(const char *name)
{
	return strlen(name) == PICTURE_DAY_CHARS &&
	       strspn(name, "0123456789") == PICTURE_DAY_CHARS;
}

static bool is_picture(const char *name)
{
	return strlen(name) == PICTURE_HASH_CHARS + strlen(suffix) &&
	       strspn(name, "0123456789abcdef") == PICTURE_HASH_CHARS &&
	       !strcmp(name + PICTURE_HASH_CHARS, suffix);
}

static void write_day(int64_t wall_ms, char out[PICTURE_DAY_CHARS + 1])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm broken;

	if (!gmtime_r(&seconds, &broken) ||
	    strftime(out, PICTURE_DAY_CHARS + 1, "%Y%m%d", &broken) != PICTURE_DAY_CHARS)
		memcpy(out, "19700101", PICTURE_DAY_CHARS + 1);
}

static bool write_path(char *to, size_t size, const char *directory, const char *day,
		       const char *file, const char *end)
{
	int n = snprintf(to, size, "%s/%s%s%s%s", directory, day, file[0] ? "/" : "",
			 file, end);

	return n > 0 && (size_t)n < size;
}

/* ---- days ------------------------------------------------------------------------------------ */

static int compare_days(const void *a, const void *b)
{
	return strcmp(((const struct day *)a)->name, ((const struct day *)b)->name);
}

static void count_files(struct picture_store *store, struct day *day)
{
	char path[PATH_BYTES + 16];
	const struct dirent *entry;
	DIR *open;

	(void)write_path(path, sizeof(path), store->directory, day->name, "", "");
	open = opendir(path);
	while (open && (entry = readdir(open))) {
		struct stat is;

		if (!is_picture(entry->d_name) ||
		    fstatat(dirfd(open), entry->d_name, &is, AT_SYMLINK_NOFOLLOW))
			continue;
		day->count++;
		day->bytes += is.st_size;
	}
	if (open)
		closedir(open);
	store->count += day->count;
	store->bytes += day->bytes;
}

static struct day *find_day(struct picture_store *store, const char *name)
{
	for (size_t i = store->day_count; i-- > 0;) {
		if (!strcmp(store->days[i].name, name))
			return &store->days[i];
	}
	return NULL;
}

static struct day *add_day(struct picture_store *store, const char *name)
{
	if (store->day_count == DAYS_MAX)
		return NULL;
	store->days[store->day_count] = (struct day){.count = 0};
	text_copy(store->days[store->day_count].name, PICTURE_DAY_CHARS + 1, name);
	store->day_count++;
	qsort(store->days, store->day_count, sizeof(store->days[0]), compare_days);
	return find_day(store, name);
}

static enum kakou_err count_all(struct picture_store *store, struct why *why)
{
	DIR *open = opendir(store->directory);
	const struct dirent *entry;

	if (!open)
		return why_set(why, KAKOU_E_IO, "%s: %s", store->directory,
			       strerror(errno));
	while ((entry = readdir(open))) {
		if (is_day(entry->d_name))
			(void)add_day(store, entry->d_name);
	}
	closedir(open);
	for (size_t i = 0; i < store->day_count; i++)
		count_files(store, &store->days[i]);
	return KAKOU_OK;
}

enum kakou_err picture_store_open(struct picture_store **out, const char *directory,
				  const struct picture_limits *limits, struct why *why)
{
	struct picture_store *store = calloc(1, sizeof(*store));
	enum kakou_err err;

	if (!store)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the pictures");
	store->limits = *limits;
	if (!text_copy(store->directory, sizeof(store->directory), directory)) {
		free(store);
		return why_set(why, KAKOU_E_INVALID, "%s: path too long", directory);
	}
	err = file_ensure_private_directory(directory, why);
	if (!err)
		err = count_all(store, why);
	if (err)
		free(store);
	else
		*out = store;
	return err;
}

void picture_store_close(struct picture_store *store)
{
	free(store);
}

int64_t picture_store_bytes(const struct picture_store *store)
{
	return store->bytes;
}

int64_t picture_store_count(const struct picture_store *store)
{
	return store->count;
}

/* ---- keeping --------------------------------------------------------------------------------- */

static int32_t used_percent(const struct picture_store *store)
{
	struct statvfs is;

	if (store->limits.ask_disk)
		return store->limits.ask_disk();
	if (statvfs(store->directory, &is) || is.f_blocks == 0)
		return 0;
	return (int32_t)(100 - is.f_bavail * 100 / is.f_blocks);
}

static enum kakou_err keep(struct picture_store *store, struct day *day, const char *path,
			   const void *data, size_t len, struct why *why)
{
	struct stat is;
	enum kakou_err err;

	if (!lstat(path, &is) && S_ISREG(is.st_mode) && (size_t)is.st_size == len)
		return KAKOU_OK; /* the same picture twice */
	err = file_write_atomic(path, data, len, 0600, why);
	if (err)
		return err;
	day->count++;
	day->bytes += (int64_t)len;
	store->count++;
	store->bytes += (int64_t)len;
	return KAKOU_OK;
}

enum kakou_err picture_store_put(struct picture_store *store, const void *data,
				 size_t len, int64_t wall_ms, struct picture_kept *out,
				 struct why *why)
{
	char name[PICTURE_DAY_CHARS + 1];
	char path[PATH_BYTES + 96];
	int32_t used = used_percent(store);
	struct day *day;
	enum kakou_err err;

	if (used >= PICTURE_DISK_PERCENT)
		return why_set(why, KAKOU_E_FULL,
			       "not kept: the disk is %d %% full, expected less than %d",
			       used, PICTURE_DISK_PERCENT);
	digest_sha256(data, len, out->sha256);
	write_hash(out->sha256, out->hash);
	write_day(wall_ms, name);
	(void)write_path(path, sizeof(path), store->directory, name, "", "");
	err = file_ensure_private_directory(path, why);
	if (err)
		return err;
	day = find_day(store, name);
	day = day ? day : add_day(store, name);
	if (!day)
		return why_set(why, KAKOU_E_FULL, "more than %d days of pictures",
			       DAYS_MAX);
	(void)snprintf(out->name, sizeof(out->name), "%s/%s%s", name, out->hash, suffix);
	(void)write_path(path, sizeof(path), store->directory, name, out->hash, suffix);
	return keep(store, day, path, data, len, why);
}

/* ---- removing -------------------------------------------------------------------------------- */

struct file {
	char name[PICTURE_HASH_CHARS + sizeof(suffix)];
	int64_t bytes;
	struct timespec at;
};

static int compare_files(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->at.tv_sec != y->at.tv_sec)
		return x->at.tv_sec < y->at.tv_sec ? -1 : 1;
	return x->at.tv_nsec < y->at.tv_nsec ? -1 : x->at.tv_nsec > y->at.tv_nsec;
}

/* At most `room` files of the open directory, oldest first. */
static size_t list_files(DIR *open, struct file *files, size_t room)
{
	const struct dirent *entry;
	size_t count = 0;

	while (count < room && (entry = readdir(open))) {
		struct stat is;

		if (!is_picture(entry->d_name) ||
		    fstatat(dirfd(open), entry->d_name, &is, AT_SYMLINK_NOFOLLOW))
			continue;
		text_copy(files[count].name, sizeof(files[count].name), entry->d_name);
		files[count].bytes = is.st_size;
		files[count++].at = is.st_mtim;
	}
	qsort(files, count, sizeof(files[0]), compare_files);
	return count;
}

/* Until the store has no more than `bytes`; the whole day with -1. */
static void remove_oldest(struct picture_store *store, struct day *day, int64_t bytes,
			  struct picture_removal *out)
{
	struct file *files = calloc((size_t)day->count + 1, sizeof(files[0]));
	char path[PATH_BYTES + 16];
	size_t count = 0;
	DIR *open;

	(void)write_path(path, sizeof(path), store->directory, day->name, "", "");
	open = opendir(path);
	if (files && open)
		count = list_files(open, files, (size_t)day->count + 1);
	for (size_t i = 0; i < count && store->bytes > bytes; i++) {
		if (unlinkat(dirfd(open), files[i].name, 0))
			continue;
		out->count++;
		out->bytes += files[i].bytes;
		day->count--;
		day->bytes -= files[i].bytes;
		store->count--;
		store->bytes -= files[i].bytes;
	}
	if (open)
		closedir(open);
	free(files);
}

/* A day that is empty, or whose files can't be removed, is not looked at again. */
static void forget_first_day(struct picture_store *store)
{
	char path[PATH_BYTES + 16];

	(void)write_path(path, sizeof(path), store->directory, store->days[0].name, "",
			 "");
	(void)!rmdir(path);
	store->count -= store->days[0].count;
	store->bytes -= store->days[0].bytes;
	store->day_count--;
	memmove(store->days, store->days + 1, store->day_count * sizeof(store->days[0]));
}

bool picture_store_trim(struct picture_store *store, int64_t wall_ms,
			struct picture_removal *out)
{
	struct day *day = &store->days[0];
	char oldest[PICTURE_DAY_CHARS + 1];
	bool is_over = store->bytes > store->limits.bytes, is_old;

	*out = (struct picture_removal){.why = "more than pictures_mb"};
	if (store->day_count == 0)
		return false;
	write_day(wall_ms - (int64_t)store->limits.days * MS_PER_DAY, oldest);
	is_old = wall_ms > 0 && strcmp(day->name, oldest) < 0;
	if (!is_old && !is_over)
		return false;
	text_copy(out->day, sizeof(out->day), day->name);
	if (is_old)
		out->why = "older than pictures_days";
	remove_oldest(store, day,
		      is_old ? -1 : store->limits.bytes / 100 * (100 - SPARE_PERCENT),
		      out);
	if (day->count == 0 || out->count == 0)
		forget_first_day(store);
	return true;
}

/* ---- finding --------------------------------------------------------------------------------- */

bool picture_find(const char *directory, const char *hash, char *path, size_t size)
{
	char newest[PICTURE_DAY_CHARS + 1] = "";
	DIR *open = picture_is_hash(hash) ? opendir(directory) : NULL;
	const struct dirent *entry;

	while (open && (entry = readdir(open))) {
		if (!is_day(entry->d_name) || strcmp(entry->d_name, newest) <= 0 ||
		    !write_path(path, size, directory, entry->d_name, hash, suffix) ||
		    access(path, F_OK))
			continue;
		text_copy(newest, sizeof(newest), entry->d_name);
	}
	if (open)
		closedir(open);
	return newest[0] && write_path(path, size, directory, newest, hash, suffix);
}
