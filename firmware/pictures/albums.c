/* SPDX-License-Identifier: MIT */
/*
 * Two rings. Layer: firmware. Pure.
 */
#include "firmware/pictures/albums.h"

#include <string.h>

#include "hal/text.h"

struct album *albums_open(struct albums *albums, uint8_t lane, int64_t passage)
{
	struct album *album;

	for (size_t i = 0; i < ALBUMS_MAX; i++) {
		album = &albums->albums[i];
		if (album->passage == passage && album->lane == lane)
			return album;
	}
	album = &albums->albums[albums->next++ % ALBUMS_MAX];
	*album = (struct album){.passage = passage, .lane = lane};
	return album;
}

void album_add(struct album *album, const struct customs_picture *picture)
{
	size_t i = 0;

	while (i < album->count && album->pictures[i].position != picture->position)
		i++;
	if (i == FRAME_PICTURES_MAX)
		return; /* there are no more positions */
	album->pictures[i] = *picture;
	if (i == album->count)
		album->count++;
}

void album_ask(struct album *album, const char *seq_no)
{
	text_copy(album->seq_nos[album->asked++ % ALBUM_NUMBERS_MAX], CUSTOMS_SEQ_MAX + 1,
		  seq_no);
	album->is_due = true;
}

const struct album *albums_find(const struct albums *albums, uint8_t lane,
				const char *seq_no)
{
	for (size_t i = 0; seq_no[0] && i < ALBUMS_MAX; i++) {
		const struct album *album = &albums->albums[i];

		for (size_t k = 0; album->lane == lane && k < ALBUM_NUMBERS_MAX; k++) {
			if (!strcmp(album->seq_nos[k], seq_no))
				return album;
		}
	}
	return NULL;
}

void album_fill(const struct album *album, struct customs_album *out)
{
	*out = (struct customs_album){.lane = album->lane, .count = album->count};
	memcpy(out->pictures, album->pictures, sizeof(out->pictures));
	if (album->asked)
		text_copy(out->head.seq_no, sizeof(out->head.seq_no),
			  album->seq_nos[(album->asked - 1) % ALBUM_NUMBERS_MAX]);
}
