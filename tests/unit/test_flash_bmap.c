/* SPDX-License-Identifier: MIT */
/*
 * Block maps: what is taken, what is refused, and that what is written is what bmaptool reads.
 *
 * Layer: tests.
 */
#include "tools/flash/bmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hal/tls.h"
#include "tests/unit/site_file.h"

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define TWOS "2222222222222222222222222222222222222222222222222222222222222222"

static const char well[] = "<?xml version=\"1.0\" ?>\n"
			   "<!-- a comment -->\n"
			   "<bmap version=\"2.0\">\n"
			   "    <ImageSize> 40000 </ImageSize>\n"
			   "    <BlockSize> 4096 </BlockSize>\n"
			   "    <BlocksCount> 10 </BlocksCount>\n"
			   "    <MappedBlocksCount> 4    </MappedBlocksCount>\n"
			   "    <ChecksumType> sha256 </ChecksumType>\n"
			   "    <BmapFileChecksum> " ONES " </BmapFileChecksum>\n"
			   "    <BlockMap>\n"
			   "        <Range chksum=\"" ONES "\"> 0-2 </Range>\n"
			   "        <Range chksum=\"" TWOS "\"> 9 </Range>\n"
			   "    </BlockMap>\n"
			   "</bmap>\n";

static void a_map_says_where_the_data_is(void **state)
{
	struct bmap map;
	struct why why = {""};

	(void)state;
	if (bmap_parse(&map, well, strlen(well), &why))
		fail_msg("%s", why.text);
	assert_int_equal(map.image_bytes, 40000);
	assert_int_equal(map.range_count, 2);
	assert_int_equal(map.ranges[0].last, 2);
	assert_int_equal(map.ranges[1].first, 9);
	assert_int_equal(map.ranges[1].sha256[31], 0x22);
	assert_int_equal(bmap_range_bytes(&map, &map.ranges[0]), 3 * 4096);
	/* The last block ends with the image. */
	assert_int_equal(bmap_range_bytes(&map, &map.ranges[1]), 40000 - 9 * 4096);
	assert_int_equal(bmap_bytes(&map, 0, 2), 3 * 4096 + 40000 - 9 * 4096);
	bmap_release(&map);
}

static void a_part_of_a_map_is_a_map_with_its_own_checksum(void **state)
{
	struct bmap map, part;
	struct why why = {""};
	unsigned char sha256[32];
	char *text, *place;

	(void)state;
	assert_int_equal(bmap_parse(&map, well, strlen(well), &why), KAKOU_OK);
	text = bmap_print(&map, 1, 1);
	assert_non_null(text);
	if (bmap_parse(&part, text, strlen(text), &why))
		fail_msg("%s", why.text);
	assert_int_equal(part.image_bytes, map.image_bytes);
	assert_int_equal(part.range_count, 1);
	assert_int_equal(part.mapped, 1);
	assert_memory_equal(&part.ranges[0], &map.ranges[1], sizeof(part.ranges[0]));
	/* As bmaptool does: the checksum of the text with zeroes in its place. */
	place = strstr(text, "<BmapFileChecksum>") + strlen("<BmapFileChecksum>");
	for (size_t i = 0; i < 32; i++) {
		unsigned byte;

		assert_int_equal(sscanf(place + 2 * i, "%2x", &byte), 1);
		sha256[i] = (unsigned char)byte;
	}
	memset(place, '0', 64);
	{
		unsigned char own[32];

		digest_sha256(text, strlen(text), own);
		assert_memory_equal(own, sha256, 32);
	}
	free(text);
	bmap_release(&part);
	bmap_release(&map);
}

static void a_map_that_does_not_fit_itself_is_refused(void **state)
{
	static const struct {
		const char *old, *new, *says;
	} rows[] = {
		{"version=\"2.0\">",            "version=\"1.4\">",                    "version \"1.4\""                 },
		{" 40000 ",                     " 50000 ",                             "are not its image of 50000 bytes"},
		{" 40000 ",                     " 0 ",                                 "image of 0 bytes"                },
		{" 4096 ",                      " 4000 ",                              "multiple of 512"                 },
		{" 4096 ",                      " 0 ",                                 "multiple of 512"                 },
		{" 4    ",                      " 5 ",                                 "have 4 blocks, it says 5"        },
		{" sha256 ",                    " sha1 ",                              "not SHA-256"                     },
		{"<Range chksum=\"" TWOS "\">", "<Range>",                             "without a SHA-256"               },
		{"\"" TWOS "\"",                "\"22\"",                              "without a SHA-256"               },
		{" 9 ",			 " 10 ",				"out of order \"10\""             },
		{" 9 ",			 " 2 ",				 "out of order \"2\""              },
		{" 0-2 ",                       " 2-0 ",                               "out of order \"2-0\""            },
		{" 9 ",			 " nine ",                              "the number \"nine\""             },
		{"</bmap>\n",                   "",				    "line "                           },
		{"</bmap>\n",
		 "<BlocksCount>9</BlocksCount><ImageSize>36000</ImageSize></bmap>\n",  "block 9 is beyond its 9 blocks"  },
		{"<!-- a comment -->",          "<!DOCTYPE bmap [<!ENTITY a \"b\">]>",
		 "document type \"bmap\""										},
	};
	struct bmap map;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = site_file_replace(well, rows[i].old, rows[i].new);
		struct why why = {""};

		assert_int_equal(bmap_parse(&map, text, strlen(text), &why),
				 KAKOU_E_INVALID);
		if (!strstr(why.text, rows[i].says))
			fail_msg("\"%s\", expected \"%s\" in it", why.text, rows[i].says);
		assert_null(map.ranges);
		free(text);
	}
}

static void a_digest_of_pieces_is_that_of_the_whole(void **state)
{
	unsigned char whole[32], pieces[32];
	struct digest *digest = digest_create();

	(void)state;
	assert_non_null(digest);
	digest_sha256(well, strlen(well), whole);
	for (size_t at = 0; at < strlen(well); at += 7)
		digest_add(digest, well + at,
			   strlen(well + at) < 7 ? strlen(well + at) : 7);
	digest_end(digest, pieces);
	assert_memory_equal(whole, pieces, sizeof(whole));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_says_where_the_data_is),
		cmocka_unit_test(a_part_of_a_map_is_a_map_with_its_own_checksum),
		cmocka_unit_test(a_map_that_does_not_fit_itself_is_refused),
		cmocka_unit_test(a_digest_of_pieces_is_that_of_the_whole),
	};

	return cmocka_run_group_tests_name("flash_bmap", tests, NULL, NULL);
}
