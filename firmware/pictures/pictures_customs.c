/* SPDX-License-Identifier: MIT */
/*
 * Which pictures go to customs, and when.
 *
 * Layer: firmware. Threads: the pictures' own.
 */
#include "firmware/pictures/pictures_inside.h"

#include "hal/log.h"

/* A read of the passage still waits for its picture. */
static bool is_waited_for(const struct pictures *pictures, const struct album *album)
{
	for (size_t i = 0; i < PAIRS_READS_MAX; i++) {
		const struct pairs_read *at = &pictures->pairs.reads[i];

		if (at->is_used && !at->is_told && at->read.passage == album->passage)
			return true;
	}
	return false;
}

/* The link holds the inquiry back for a time only; it is told when there is nothing to wait for any
 * more, even when that is nothing at all. */
void pictures_attach(struct pictures *pictures)
{
	struct customs_album out;

	for (size_t i = 0; i < ALBUMS_MAX; i++) {
		struct album *album = &pictures->albums.albums[i];

		if (!album->is_due || is_waited_for(pictures, album))
			continue;
		album_fill(album, &out);
		album->is_due = pictures->link &&
				customs_link_attach(pictures->link, &out) != KAKOU_OK;
	}
}

void pictures_take_asked(struct pictures *pictures, const struct picture_order *order)
{
	album_ask(albums_open(&pictures->albums, order->lane, order->passage),
		  order->head.seq_no);
}

void pictures_give(struct pictures *pictures, const struct picture_order *order)
{
	const struct album *album =
		albums_find(&pictures->albums, order->lane, order->head.seq_no);
	struct customs_album out = {.lane = order->lane};
	const char *effect = "sent";

	if (album)
		album_fill(album, &out);
	else
		effect = "not one of the newest inquiries: none sent";
	if (album && out.count == 0)
		effect = "none kept";
	out.is_fetched = true;
	out.head = order->head;
	if (pictures->link && customs_link_attach(pictures->link, &out))
		effect = "too many are fetched: not answered";
	event_begin(&pictures->out, EVENT_PICTURES_FETCHED, order->lane,
		    album ? album->passage : 0);
	event_add_text(&pictures->out, "seq_no", order->head.seq_no);
	event_add_number(&pictures->out, "count", out.count);
	event_add_text(&pictures->out, "effect", effect);
	if (queue_push(pictures->news, &pictures->out))
		log_warning("pictures", "fetched, and not recorded: %s",
			    order->head.seq_no);
}
