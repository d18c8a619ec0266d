/* SPDX-License-Identifier: MIT */
/*
 * Pictures of inquiries (0x21), and those the platform fetches (0x25, 0x26): which ones, from who
 * keeps them; their bytes, when the frame is written.
 *
 * Layer:   drivers.
 * Threads: the link's own, but for customs_link_attach(), which is the pictures'.
 */
#include "drivers/customs/link_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"
#include "hal/file.h"
#include "hal/tls.h"

enum { ALBUMS = 16, PATH_BYTES = 400 };

enum kakou_err customs_link_attach(struct customs_link *link,
				   const struct customs_album *album)
{
	assert(album->lane < link->config.lane_count);
	assert(album->count <= FRAME_PICTURES_MAX);
	return queue_push(link->albums, album);
}

/* Only the traditional frame has a place for them. */
static bool can_carry(const struct customs_link *link)
{
	return !link->config.dialect.is_smart && !link->config.dialect.frame.is_bare;
}

static struct customs_album *find_album(struct customs_link *link, uint8_t lane,
					const struct customs_message *message)
{
	struct link_albums *albums = &link->kept_albums[lane];
	const char *seq_no = customs_message_head(message)->seq_no;
	size_t count = 1;
	struct customs_album *from = &albums->inquiry;

	if (message->code == CUSTOMS_PICTURES) {
		from = albums->fetched;
		count = LINK_RESULTS_MAX;
	} else if (message->code != CUSTOMS_GATHER) {
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (from[i].head.seq_no[0] && !strcmp(from[i].head.seq_no, seq_no))
			return &from[i];
	}
	return NULL;
}

void link_pictures_await(struct customs_link *link, uint8_t lane,
			 const struct customs_message *message)
{
	if (message->code != CUSTOMS_GATHER || link->config.pictures_wait_ms == 0 ||
	    !link->config.lanes[lane].has_pictures || !can_carry(link) ||
	    find_album(link, lane, message))
		return;
	link_outbox_put_off(link->outbox, lane, message->u.gather.head.seq_no,
			    clock_mono_ms() + link->config.pictures_wait_ms);
}

/* An inquiry that went without them is sent again without them: the same bytes. */
static void take_inquiry(struct customs_link *link, const struct customs_album *album)
{
	const char *seq_no = album->head.seq_no;

	if (link_outbox_has(link->outbox, album->lane, seq_no) &&
	    !link_outbox_put_off(link->outbox, album->lane, seq_no, clock_mono_ms()))
		return;
	link->kept_albums[album->lane].inquiry = *album;
}

/* Four results of a lane wait at most: then the platform fetches again. */
static void take_fetched(struct customs_link *link, const struct customs_album *album)
{
	struct link_albums *albums = &link->kept_albums[album->lane];
	struct customs_message message = {.code = CUSTOMS_PICTURES,
					  .u.fetch = album->head};

	if (link_outbox_put(link->outbox, album->lane, &message, clock_mono_ms())) {
		link->health.dropped++;
		return;
	}
	albums->fetched[albums->next++ % LINK_RESULTS_MAX] = *album;
}

static void on_albums(void *arg, int ready)
{
	struct customs_link *link = arg;
	struct customs_album album;

	(void)ready;
	queue_quiet(link->albums);
	while (queue_pop(link->albums, &album)) {
		if (album.is_fetched)
			take_fetched(link, &album);
		else
			take_inquiry(link, &album);
	}
	link_work(link);
}

/* What was changed or removed meanwhile is left out. */
static bool load(const struct customs_link *link, const struct customs_picture *from,
		 struct frame_picture *to)
{
	char path[PATH_BYTES], *data = NULL;
	unsigned char digest[32];
	struct why why;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", link->config.pictures_dir,
		       from->name);
	if (file_read_whole(path, from->bytes, &data, &len, &why))
		return false;
	digest_sha256(data, len, digest);
	if (memcmp(digest, from->sha256, sizeof(digest)) != 0) {
		free(data);
		return false;
	}
	*to = (struct frame_picture){from->position, data, len};
	return true;
}

static size_t load_all(const struct customs_link *link, const struct customs_album *album,
		       struct frame_picture to[FRAME_PICTURES_MAX])
{
	size_t room = (size_t)link->config.pictures_bytes;
	size_t count = 0;

	for (size_t i = 0; i < album->count; i++) {
		if (album->pictures[i].bytes > room ||
		    !load(link, &album->pictures[i], &to[count]))
			continue;
		room -= to[count++].len;
	}
	return count;
}

unsigned char *link_pictures_join(struct customs_link *link, uint8_t lane,
				  const struct customs_message *message, size_t *len,
				  uint8_t *count)
{
	const struct customs_album *album =
		can_carry(link) ? find_album(link, lane, message) : NULL;
	struct frame_picture pictures[FRAME_PICTURES_MAX];
	unsigned char *whole = NULL;
	size_t found = album ? load_all(link, album, pictures) : 0;
	size_t size = *len + frame_pictures_size(pictures, found);

	if (found)
		whole = malloc(size);
	if (whole) {
		frame_put_pictures(link->frame, *len, &link->config.dialect.frame,
				   pictures, found, whole);
		*len = size;
		*count = (uint8_t)found;
	}
	for (size_t i = 0; i < found; i++)
		free((void *)pictures[i].data);
	return whole;
}

enum kakou_err link_pictures_begin(struct customs_link *link)
{
	enum kakou_err err =
		queue_create(&link->albums, sizeof(struct customs_album), ALBUMS, true);

	return err ? err
		   : loop_watch_fd(link->loop, queue_fd(link->albums), LOOP_IN, on_albums,
				   link, &link->albums_watch);
}

void link_pictures_end(struct customs_link *link)
{
	if (link->albums_watch)
		loop_unwatch(link->albums_watch);
	queue_destroy(link->albums);
}
