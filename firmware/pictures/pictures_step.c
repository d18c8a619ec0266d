/* SPDX-License-Identifier: MIT */
/*
 * What is done with reads and files as they come.
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

#include "firmware/pictures/jpeg.h"
#include "firmware/pictures/pictures_inside.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	PATH_BYTES = 512,
	REST_MS = 1000, /* folders that are away are looked for, the store is trimmed */
};

static const char *side_name(uint8_t side)
{
	return side ? "rear" : "front";
}

static const struct site_device *device_of(const struct pictures *pictures,
					   uint16_t device)
{
	return &pictures->site->devices[device];
}

static bool has_room(const struct pictures *pictures)
{
	return queue_room(pictures->news) > 0;
}

/* has_room() was asked first. */
static void say(struct pictures *pictures)
{
	(void)!queue_push(pictures->news, &pictures->out);
}

static void note_trouble(struct pictures *pictures, const char *text)
{
	text_copy(pictures->health.why, sizeof(pictures->health.why), text);
}

static void begin_event(struct pictures *pictures, enum event_kind kind,
			const struct picture_read *read)
{
	struct event *out = &pictures->out;

	event_begin(out, kind, read->lane, read->passage);
	event_add_text(out, "slot", evidence_kind_name((enum evidence_kind)read->slot));
	event_add_text(out, "device", device_of(pictures, read->device)->name);
	event_add_text(out, "side", side_name(read->side));
	event_add_text(out, "text", read->text);
	event_add_number(out, "sequence", read->sequence);
}

static void say_missing(struct pictures *pictures, const struct picture_read *read,
			enum kakou_err err, const char *why)
{
	begin_event(pictures, EVENT_PICTURE_MISSING, read);
	event_add_text(&pictures->out, "error", kakou_err_name(err));
	event_add_text(&pictures->out, "why", why);
	pictures->health.missing++;
	say(pictures);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool write_path(const struct pictures *pictures, const struct pairs_file *file,
		       char to[PATH_BYTES])
{
	int n = snprintf(to, PATH_BYTES, "%s/%s",
			 device_of(pictures, file->device)->pictures, file->name);

	return n > 0 && n < PATH_BYTES;
}

static void remove_file(struct pictures *pictures, struct pairs_file *file)
{
	char path[PATH_BYTES];

	file->is_used = false;
	if (!write_path(pictures, file, path) || !unlink(path) || errno == ENOENT)
		return;
	(void)snprintf(path, sizeof(path), "%s: can't be removed from its folder: %s",
		       device_of(pictures, file->device)->name, strerror(errno));
	if (strcmp(path, pictures->health.why) != 0)
		log_warning("pictures", "%s", path);
	note_trouble(pictures, path);
}

/* Neither links nor pipes: who fills the folder is not trusted. */
static enum kakou_err read_file(const struct pictures *pictures, const char *path,
				char **out, size_t *len, struct why *why)
{
	size_t max = (size_t)pictures->site->picture_bytes;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	enum kakou_err err = KAKOU_OK;
	struct stat is;
	ssize_t got = 0;

	*out = NULL;
	*len = 0;
	if (fd < 0)
		return why_set(why, KAKOU_E_IO, "can't be read: %s", strerror(errno));
	if (fstat(fd, &is) || !S_ISREG(is.st_mode))
		err = why_set(why, KAKOU_E_INVALID, "no file");
	else if (is.st_size > (off_t)max)
		err = why_set(why, KAKOU_E_FULL, "%lld bytes, expected at most %zu",
			      (long long)is.st_size, max);
	else if (!(*out = malloc(max)))
		err = why_set(why, KAKOU_E_NOMEM, "no memory for it");
	while (!err && *len < max && (got = read(fd, *out + *len, max - *len)) > 0)
		*len += (size_t)got;
	if (!err && got < 0)
		err = why_set(why, KAKOU_E_IO, "can't be read: %s", strerror(errno));
	close(fd);
	return err;
}

static void add_to_album(struct pictures *pictures, const struct picture_read *read,
			 const struct picture_kept *kept, size_t len)
{
	struct customs_picture picture = {
		.position = device_of(pictures, read->device)->picture_at[read->side],
		.bytes = (uint32_t)len,
	};

	memcpy(picture.sha256, kept->sha256, sizeof(picture.sha256));
	text_copy(picture.name, sizeof(picture.name), kept->name);
	album_add(albums_open(&pictures->albums, read->lane, read->passage), &picture);
}

static void say_picture(struct pictures *pictures, const struct pairs_read *read,
			const struct pairs_file *file, const char *hash, size_t len,
			const struct jpeg_size *size)
{
	struct event *out = &pictures->out;

	begin_event(pictures, EVENT_PICTURE, &read->read);
	event_add_text(out, "sha256", hash);
	event_add_number(out, "bytes", (int64_t)len);
	event_add_number(out, "wide", size->wide);
	event_add_number(out, "high", size->high);
	event_add_text(out, "file", file->name);
	event_add_number(out, "after_ms", file->came_ms - read->read.read_ms);
	event_add_number(out, "late", read->is_told);
	pictures->health.taken++;
	pictures->health.late += read->is_told;
	say(pictures);
}

/* What is wrong with a file is said with the read, if no better one comes in time. */
static void take_pair(struct pictures *pictures, struct pairs_read *read,
		      struct pairs_file *file)
{
	char path[PATH_BYTES];
	struct picture_kept kept;
	char *data = NULL;
	size_t len = 0;
	struct jpeg_size size;
	struct why why = {""};
	enum kakou_err err = KAKOU_E_INVALID;

	if (write_path(pictures, file, path))
		err = read_file(pictures, path, &data, &len, &why);
	if (!err)
		err = jpeg_check(data, len, &size, &why);
	if (!err)
		err = picture_store_put(pictures->store, data, len, clock_wall_ms(),
					&kept, &why);
	if (err) {
		file->is_bad = true;
		/* Torn is no longer "wait" once nothing better came. */
		read->error = (int8_t)(err == KAKOU_E_AGAIN ? KAKOU_E_GARBLED : err);
		text_copy(read->why, sizeof(read->why), why.text);
		if (err == KAKOU_E_IO || (err == KAKOU_E_FULL && len > 0))
			note_trouble(pictures, why.text);
	} else {
		say_picture(pictures, read, file, kept.hash, len, &size);
		add_to_album(pictures, &read->read, &kept, len);
		remove_file(pictures, file);
		read->is_used = false;
	}
	free(data);
}

/* ---- folders --------------------------------------------------------------------------------- */

/* Came when the kernel says that its name came, which nobody can set by hand. */
static int64_t when_it_came(const char *path, int64_t now_ms)
{
	int64_t wall_ms = clock_wall_ms(), age_ms;
	struct stat is;

	if (lstat(path, &is))
		return now_ms;
	age_ms = wall_ms -
		 ((int64_t)is.st_ctim.tv_sec * 1000 + is.st_ctim.tv_nsec / 1000000);
	return age_ms > 0 ? now_ms - age_ms : now_ms;
}

static void take_name(struct camera *camera, const char *name, int64_t now_ms)
{
	struct pictures *pictures = camera->pictures;
	const struct site_device *device = device_of(pictures, camera->device);
	struct pairs_file *file;
	char path[PATH_BYTES];
	struct naming_key key;
	uint8_t side = 0;

	if (!naming_match(device->picture_front, name, &key)) {
		side = 1;
		if (!naming_match(device->picture_rear, name, &key))
			return; /* none of ours */
	}
	(void)snprintf(path, sizeof(path), "%s/%s", device->pictures, name);
	file = pairs_add_file(&pictures->pairs, camera->device, side, name, &key,
			      when_it_came(path, now_ms));
	if (!file) {
		note_trouble(pictures, "more pictures than reads: one was removed");
		pictures->health.nobodys++;
		(void)!unlink(path);
	}
}

static void close_folder(struct camera *camera)
{
	loop_unwatch(camera->watch);
	camera->watch = NULL;
	folder_close(camera->folder);
	camera->folder = NULL;
}

static void on_folder(void *arg, int ready)
{
	struct camera *camera = arg;

	(void)ready;
	pictures_step(camera->pictures);
}

static void open_folder(struct camera *camera)
{
	struct pictures *pictures = camera->pictures;
	const struct site_device *device = device_of(pictures, camera->device);
	struct why why = {""};
	enum kakou_err err = folder_open(&camera->folder, device->pictures, &why);

	if (!err && pictures->loop)
		err = loop_watch_fd(pictures->loop, folder_fd(camera->folder), LOOP_IN,
				    on_folder, camera, &camera->watch);
	if (err) {
		if (!camera->is_told)
			log_warning("pictures", "%s: no pictures: %s", device->name,
				    why.text);
		note_trouble(pictures, why.text);
		folder_close(camera->folder);
		camera->folder = NULL;
	} else if (camera->is_told) {
		log_info("pictures", "%s: its folder is there", device->name);
		note_trouble(pictures, "");
	}
	camera->is_told = err != KAKOU_OK;
}

static void look_into(struct camera *camera, int64_t now_ms)
{
	char name[FOLDER_NAME_MAX + 1];
	enum kakou_err err;

	if (!camera->folder)
		open_folder(camera);
	if (!camera->folder)
		return;
	while ((err = folder_next(camera->folder, name)) == KAKOU_OK)
		take_name(camera, name, now_ms);
	if (err != KAKOU_E_AGAIN)
		close_folder(camera);
}

/* ---- a step ---------------------------------------------------------------------------------- */

static void take_order(struct pictures *pictures, const struct picture_order *order)
{
	switch ((enum picture_order_kind)order->kind) {
	case PICTURE_READ:
		if (!pairs_add_read(&pictures->pairs, &order->read))
			say_missing(pictures, &order->read, KAKOU_E_FULL,
				    "too many reads wait for their pictures");
		break;
	case PICTURE_ASKED: pictures_take_asked(pictures, order); break;
	case PICTURE_FETCH: pictures_give(pictures, order); break;
	}
}

static void take_orders(struct pictures *pictures)
{
	struct picture_order order;

	while (has_room(pictures) && queue_pop(pictures->orders, &order))
		take_order(pictures, &order);
}

static void tell_missing(struct pictures *pictures, const struct pairs_read *read)
{
	size_t i;

	for (i = 0; i < pictures->camera_count; i++) {
		if (pictures->cameras[i].device == read->read.device &&
		    !pictures->cameras[i].folder)
			break;
	}
	if (i < pictures->camera_count)
		say_missing(pictures, &read->read, KAKOU_E_NOTFOUND,
			    "its folder is not there");
	else if (read->why[0])
		say_missing(pictures, &read->read, (enum kakou_err)read->error,
			    read->why);
	else
		say_missing(pictures, &read->read, KAKOU_E_TIMEOUT, "none came in time");
}

static void trim(struct pictures *pictures)
{
	int64_t wall_ms = clock_is_synchronised() ? clock_wall_ms() : 0;
	struct picture_removal removed;

	while (has_room(pictures) &&
	       picture_store_trim(pictures->store, wall_ms, &removed)) {
		event_begin(&pictures->out, EVENT_PICTURES_REMOVED, EVENT_NO_LANE, 0);
		event_add_text(&pictures->out, "day", removed.day);
		event_add_number(&pictures->out, "count", removed.count);
		event_add_number(&pictures->out, "bytes", removed.bytes);
		event_add_text(&pictures->out, "why", removed.why);
		say(pictures);
	}
}

static void publish(struct pictures *pictures, int64_t now_ms)
{
	int64_t next_ms = pairs_next_ms(&pictures->pairs);

	if (next_ms < 0 || next_ms > now_ms + REST_MS || !has_room(pictures))
		next_ms = now_ms + REST_MS;
	if (pictures->timer)
		loop_timer_set(pictures->timer, next_ms);
	pictures->health.kept = picture_store_count(pictures->store);
	pictures->health.bytes = picture_store_bytes(pictures->store);
	mailbox_put(pictures->health_box, &pictures->health);
}

void pictures_step(struct pictures *pictures)
{
	int64_t now_ms = clock_mono_ms();
	struct pairs_read *read;
	struct pairs_file *file;

	take_orders(pictures);
	for (size_t i = 0; i < pictures->camera_count; i++)
		look_into(&pictures->cameras[i], now_ms);
	while (has_room(pictures) && pairs_find(&pictures->pairs, &read, &file))
		take_pair(pictures, read, file);
	while (has_room(pictures) &&
	       (read = pairs_find_missing(&pictures->pairs, now_ms))) {
		read->is_told = true;
		tell_missing(pictures, read);
	}
	pictures_attach(pictures);
	while ((file = pairs_find_stale(&pictures->pairs, now_ms))) {
		pictures->health.nobodys++;
		remove_file(pictures, file);
	}
	trim(pictures);
	publish(pictures, now_ms);
}
