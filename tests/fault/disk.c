/* SPDX-License-Identifier: MIT */
/*
 * A disk in the hands of a test.
 *
 * Layer: tests.
 */
#include "tests/fault/disk.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>

enum { PATH_BYTES = 1024 };

/* The real VFS's file lies right behind. */
struct disk_file {
	sqlite3_file base;
	char path[PATH_BYTES];
	_Alignas(8) unsigned char real[];
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs disk_vfs;
static disk_hook on_event;
static void *hook_arg;

static sqlite3_file *real_of(sqlite3_file *file)
{
	return (sqlite3_file *)((struct disk_file *)file)->real;
}

static int ask(sqlite3_file *file, enum disk_op op, int64_t offset, const void *data,
	       int len)
{
	struct disk_event event = {
		.op = op,
		.path = ((struct disk_file *)file)->path,
		.offset = offset,
		.data = data,
		.len = len,
	};

	return on_event(hook_arg, &event);
}

/* ---- files ---------------------------------------------------------------------------- */

static int disk_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int disk_read(sqlite3_file *file, void *to, int len, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), to, len, offset);
}

static int disk_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
	sqlite3_file *real = real_of(file);
	int code = ask(file, DISK_WRITE, offset, data, len);

	if (code == DISK_TEAR) {
		(void)real->pMethods->xWrite(real, data, len / 2, offset);
		return SQLITE_IOERR_WRITE;
	}
	return code != SQLITE_OK ? code : real->pMethods->xWrite(real, data, len, offset);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = ask(file, DISK_TRUNCATE, size, NULL, 0);

	return code != SQLITE_OK
		       ? SQLITE_IOERR_TRUNCATE
		       : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int disk_sync(sqlite3_file *file, int flags)
{
	int code = ask(file, DISK_SYNC, 0, NULL, 0);

	if (code == DISK_SKIP)
		return SQLITE_OK;
	return code != SQLITE_OK ? SQLITE_IOERR_FSYNC
				 : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int disk_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int disk_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int disk_check_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int disk_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int disk_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int disk_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int disk_shm_map(sqlite3_file *file, int page, int size, int extend,
			void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int disk_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void disk_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int disk_shm_unmap(sqlite3_file *file, int delete_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

static const sqlite3_io_methods disk_methods = {
	.iVersion = 2,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
	.xLock = disk_lock,
	.xUnlock = disk_unlock,
	.xCheckReservedLock = disk_check_reserved,
	.xFileControl = disk_control,
	.xSectorSize = disk_sector_size,
	.xDeviceCharacteristics = disk_characteristics,
	.xShmMap = disk_shm_map,
	.xShmLock = disk_shm_lock,
	.xShmBarrier = disk_shm_barrier,
	.xShmUnmap = disk_shm_unmap,
};

/* ---- the file system ------------------------------------------------------------------ */

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
		     int *out_flags)
{
	struct disk_file *disk = (struct disk_file *)file;
	int code = SQLITE_OK;

	(void)vfs;
	file->pMethods = NULL;
	snprintf(disk->path, sizeof(disk->path), "%s", path ? path : "");
	if (flags & SQLITE_OPEN_CREATE)
		code = ask(file, DISK_CREATE, 0, NULL, 0);
	if (code != SQLITE_OK)
		return SQLITE_CANTOPEN;
	code = real_vfs->xOpen(real_vfs, path, real_of(file), flags, out_flags);
	if (real_of(file)->pMethods)
		file->pMethods = &disk_methods;
	return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
	struct disk_event event = {.op = DISK_DELETE, .path = path};
	int code = on_event(hook_arg, &event);

	(void)vfs;
	return code != SQLITE_OK ? SQLITE_IOERR_DELETE
				 : real_vfs->xDelete(real_vfs, path, sync_directory);
}

void disk_install(disk_hook hook, void *arg)
{
	int code;

	assert(!real_vfs);
	real_vfs = sqlite3_vfs_find(NULL);
	disk_vfs = *real_vfs;
	disk_vfs.zName = "disk";
	disk_vfs.szOsFile += (int)sizeof(struct disk_file);
	disk_vfs.xOpen = disk_open;
	disk_vfs.xDelete = disk_delete;
	on_event = hook;
	hook_arg = arg;
	code = sqlite3_vfs_register(&disk_vfs, 1);
	assert(code == SQLITE_OK);
}

void disk_remove(void)
{
	sqlite3_vfs_unregister(&disk_vfs);
	sqlite3_vfs_register(real_vfs, 1);
	real_vfs = NULL;
}
