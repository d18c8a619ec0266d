/* SPDX-License-Identifier: MIT */
/*
 * Targets: what comes with a machine: its board file, the map of its image's blocks, the URI of its
 * key.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/config/board.h"
#include "hal/linux/token.h"
#include "tests/fuzz/targets.h"
#include "tools/flash/bmap.h"

void fuzz_board(const uint8_t *data, size_t len)
{
	static struct board board;
	struct why why = {""};
	enum kakou_err err = board_load(&board, fuzz_as_file(data, len), &why);

	fuzz_assert_explained(err, &why);
	for (size_t i = 0; !err && i < board.line_count; i++) {
		const struct board_line *line = &board.lines[i];

		assert(board_find_line(&board, line->name) == line);
		assert(line->chip < board.chip_count);
		assert(line->offset < board.chips[line->chip].lines);
	}
	for (size_t i = 0; !err && i < board.serial_count; i++)
		assert(board_find_serial(&board, board.serials[i].name) ==
		       &board.serials[i]);
}

/* Whoever writes an image by a map writes inside of it, and each byte once. */
static void check_map(const struct bmap *map)
{
	uint64_t bytes = bmap_bytes(map, 0, map->range_count);

	assert(bytes > 0 && bytes <= map->image_bytes);
	for (size_t i = 0; i < map->range_count; i++) {
		assert(map->ranges[i].first <= map->ranges[i].last);
		assert(map->ranges[i].last < map->blocks);
		assert(i == 0 || map->ranges[i - 1].last < map->ranges[i].first);
	}
}

void fuzz_bmap(const uint8_t *data, size_t len)
{
	char *text = fuzz_as_text(data, len), *printed;
	struct bmap map, back;
	struct why why = {""};
	enum kakou_err err = bmap_parse(&map, text, len, &why);

	free(text);
	fuzz_assert_explained(err, &why);
	if (err)
		return;
	check_map(&map);
	printed = bmap_print(&map, 0, map.range_count);
	assert(printed);
	if (bmap_parse(&back, printed, strlen(printed), &why))
		fuzz_fail("a map printed and not read: %s", why.text);
	assert(back.range_count == map.range_count && back.mapped == map.mapped);
	bmap_release(&back);
	bmap_release(&map);
	free(printed);
}

void fuzz_token(const uint8_t *data, size_t len)
{
	char *text = fuzz_as_text(data, len);
	struct why why = {""};
	struct token_uri uri;
	enum kakou_err err = token_parse_uri(text, &uri, &why);

	fuzz_assert_explained(err, &why);
	if (!err) {
		assert(uri.module_path[0] == '/');
		assert(uri.token[0] || uri.serial[0]);
		assert(uri.object[0] || (uri.id_len > 0 && uri.id_len <= TOKEN_ID_MAX));
		assert(!uri.pin_path[0] || uri.pin_path[0] == '/');
	}
	free(text);
}
