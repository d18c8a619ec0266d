/* SPDX-License-Identifier: MIT */
/*
 * A disk that remembers everything it was told.
 *
 * Layer: tests.
 */
#include "tests/fault/recorder.h"

#include <assert.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fault/disk.h"

enum { OPS_MAX = 20000, FILES_MAX = 64, SECTOR = 512, IMAGE_MAX = 4 << 20 };

static const size_t never = SIZE_MAX;

struct op {
	enum disk_op op;
	int file;
	int replaced; /* DISK_CREATE: the file that had the name, or -1 */
	int64_t offset;
	unsigned char *data;
	int len;
	size_t durable_at; /* the sync after which it is there for certain, or `never` */
	bool is_in_limbo;  /* a sync failed over it */
	int64_t marked;    /* acknowledged before it */
};

/* One life of a name: removed and made again, it is another file. */
struct file {
	char name[64];
	bool is_gone;
};

static struct {
	struct op ops[OPS_MAX];
	size_t count;
	struct file files[FILES_MAX];
	int file_count;
	int64_t marked;
	int syncs, fail_from, fail_count;
	bool is_paused, is_lying;
} recorder;

/* ---- remembering ---------------------------------------------------------------------- */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int find_file(const char *path)
{
	for (int i = recorder.file_count - 1; i >= 0; i--)
		if (!strcmp(recorder.files[i].name, name_of(path)))
			return recorder.files[i].is_gone ? -1 : i;
	return -1;
}

static struct op *add_op(enum disk_op op, int file)
{
	struct op *added = &recorder.ops[recorder.count++];

	assert(recorder.count < OPS_MAX);
	*added = (struct op){
		.op = op,
		.file = file,
		.replaced = -1,
		.durable_at = never,
		.marked = recorder.marked,
	};
	return added;
}

static int make_file(const char *path)
{
	struct file *file = &recorder.files[recorder.file_count];

	assert(recorder.file_count < FILES_MAX);
	snprintf(file->name, sizeof(file->name), "%s", name_of(path));
	file->is_gone = false;
	add_op(DISK_CREATE, recorder.file_count);
	return recorder.file_count++;
}

static void add_write(int file, int64_t offset, const void *data, int len)
{
	struct op *op = add_op(DISK_WRITE, file);

	op->offset = offset;
	op->len = len;
	op->data = malloc((size_t)len);
	assert(op->data);
	memcpy(op->data, data, (size_t)len);
}

static bool is_name(const struct op *op)
{
	return op->op == DISK_CREATE || op->op == DISK_DELETE;
}

/* Names are made durable in their order: with one come all before it. */
static bool is_covered(const struct op *op, int file)
{
	return op->durable_at == never && !op->is_in_limbo &&
	       (is_name(op) || op->file == file);
}

static void settle_sync(int file, bool is_done)
{
	size_t at = recorder.count;

	add_op(DISK_SYNC, file);
	for (size_t i = 0; i < at && !recorder.is_lying; i++) {
		struct op *op = &recorder.ops[i];

		if (!is_covered(op, file))
			continue;
		if (is_done)
			op->durable_at = at;
		else if (!is_name(op))
			op->is_in_limbo = true;
	}
}

static bool does_sync_fail(void)
{
	int number = recorder.syncs++;

	return number >= recorder.fail_from &&
	       number < recorder.fail_from + recorder.fail_count;
}

static int note_sync(int file)
{
	bool fails = does_sync_fail();

	settle_sync(file, !fails);
	return fails ? SQLITE_IOERR_FSYNC : DISK_SKIP;
}

static int note(void *arg, const struct disk_event *event)
{
	int file = find_file(event->path);

	(void)arg;
	if (recorder.is_paused)
		return event->op == DISK_SYNC ? DISK_SKIP : SQLITE_OK;
	if (file < 0 && event->op != DISK_DELETE)
		file = make_file(event->path);
	switch (event->op) {
	case DISK_CREATE: break;
	case DISK_WRITE: add_write(file, event->offset, event->data, event->len); break;
	case DISK_TRUNCATE: add_op(DISK_TRUNCATE, file)->offset = event->offset; break;
	case DISK_DELETE:
		if (file < 0)
			break;
		add_op(DISK_DELETE, file);
		recorder.files[file].is_gone = true;
		break;
	case DISK_SYNC: return note_sync(file);
	}
	return SQLITE_OK;
}

bool recorder_note_sync(void)
{
	return recorder.is_paused || !does_sync_fail();
}

/* The new file's bytes are there whenever its name is. */
void recorder_note_replace(const char *from, const char *to)
{
	int replaced = find_file(to);
	struct stat is;
	struct op *op;
	int fd;

	if (recorder.is_paused)
		return;
	if (replaced >= 0)
		recorder.files[replaced].is_gone = true;
	op = &recorder.ops[recorder.count];
	make_file(to);
	op->replaced = replaced;
	fd = open(from, O_RDONLY | O_CLOEXEC);
	assert(fd >= 0 && !fstat(fd, &is));
	op->data = malloc((size_t)is.st_size + 1);
	op->len = (int)is.st_size;
	assert(op->data && read(fd, op->data, (size_t)op->len) == op->len);
	close(fd);
}

void recorder_note_directory(void)
{
	size_t at = recorder.count;

	if (recorder.is_paused)
		return;
	add_op(DISK_SYNC, -1);
	for (size_t i = 0; i < at; i++)
		if (is_name(&recorder.ops[i]) && recorder.ops[i].durable_at == never)
			recorder.ops[i].durable_at = at;
}

void recorder_start(void)
{
	memset(&recorder, 0, sizeof(recorder));
	disk_install(note, NULL);
}

void recorder_stop(void)
{
	for (size_t i = 0; i < recorder.count; i++)
		free(recorder.ops[i].data);
	recorder.count = 0;
	disk_remove();
}

void recorder_pause(void)
{
	recorder.is_paused = true;
}

void recorder_fail_syncs(int from, int count)
{
	recorder.syncs = 0;
	recorder.fail_from = from;
	recorder.fail_count = count;
}

void recorder_lie(void)
{
	recorder.is_lying = true;
}

void recorder_mark(int64_t seq)
{
	recorder.marked = seq;
}

size_t recorder_count(void)
{
	return recorder.count;
}

int64_t recorder_marked_at(size_t at)
{
	return at < recorder.count ? recorder.ops[at].marked : recorder.marked;
}

/* ---- images --------------------------------------------------------------------------- */

struct image {
	unsigned char *bytes;
	int64_t size;
	int64_t most; /* that it ever was */
};

static bool toss(unsigned *seed, int percent)
{
	return rand_r(seed) / 7 % 100 < percent;
}

static void put(struct image *image, int64_t offset, const unsigned char *data, int len)
{
	assert(offset + len <= IMAGE_MAX);
	memcpy(image->bytes + offset, data, (size_t)len);
	if (offset + len > image->size)
		image->size = offset + len;
	if (image->size > image->most)
		image->most = image->size;
}

static void put_noise(struct image *image, int64_t sector, unsigned *seed)
{
	int64_t from = sector * SECTOR;

	for (int64_t at = from; at < from + SECTOR && at < image->size; at++)
		image->bytes[at] = (unsigned char)rand_r(seed);
}

static void put_torn(struct image *image, const struct op *op, unsigned *seed)
{
	int done = 0;

	while (done < op->len) {
		int64_t at = op->offset + done;
		int part = (int)(SECTOR - at % SECTOR);

		if (part > op->len - done)
			part = op->len - done;
		if (toss(seed, 45))
			put(image, at, op->data + done, part);
		else if (toss(seed, 30))
			put_noise(image, at / SECTOR, seed);
		done += part;
	}
}

static void apply(struct image *image, const struct op *op, bool is_durable,
		  enum recorder_image kind, unsigned *seed)
{
	bool is_chosen = is_durable || kind == RECORDER_EVERYTHING ||
			 (kind != RECORDER_NOTHING && toss(seed, 50));

	if (op->op == DISK_CREATE && op->data)
		put(image, 0, op->data, op->len);
	else if (op->op == DISK_WRITE && !is_durable && kind == RECORDER_TORN)
		put_torn(image, op, seed);
	else if (op->op == DISK_WRITE && is_chosen)
		put(image, op->offset, op->data, op->len);
	else if (op->op == DISK_TRUNCATE && is_chosen && op->offset < image->size) {
		memset(image->bytes + op->offset, 0, (size_t)(image->size - op->offset));
		image->size = op->offset;
	}
}

static void write_image(const char *directory, const char *name,
			const struct image *image)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0);
	assert(write(fd, image->bytes, (size_t)image->size) == image->size);
	close(fd);
}

static void build_file(size_t at, int file, enum recorder_image kind, unsigned *seed,
		       const char *directory)
{
	static unsigned char bytes[IMAGE_MAX];
	struct image image = {.bytes = bytes};

	for (size_t i = 0; i < at; i++)
		if (recorder.ops[i].file == file)
			apply(&image, &recorder.ops[i], recorder.ops[i].durable_at < at,
			      kind, seed);
	write_image(directory, recorder.files[file].name, &image);
	memset(bytes, 0, (size_t)image.most);
}

/* Operations on names that count in this image: all up to the last that is durable, and of
 * those after it none, all, or a first part. */
static size_t choose_names(size_t at, enum recorder_image kind, unsigned *seed)
{
	size_t upto = 0;

	for (size_t i = 0; i < at; i++) {
		const struct op *op = &recorder.ops[i];

		if (is_name(op) && op->durable_at < at)
			upto = i + 1;
	}
	if (kind == RECORDER_EVERYTHING)
		return at;
	while (kind != RECORDER_NOTHING && upto < at && toss(seed, 90))
		upto++;
	return upto;
}

void recorder_build(size_t at, enum recorder_image kind, unsigned seed,
		    const char *directory)
{
	bool is_there[FILES_MAX] = {false};
	size_t names_upto = choose_names(at, kind, &seed);

	for (size_t i = 0; i < names_upto; i++) {
		const struct op *op = &recorder.ops[i];

		if (!is_name(op))
			continue;
		is_there[op->file] = op->op == DISK_CREATE;
		if (op->replaced >= 0)
			is_there[op->replaced] = false;
	}
	for (int file = 0; file < recorder.file_count; file++)
		if (is_there[file])
			build_file(at, file, kind, &seed, directory);
}
