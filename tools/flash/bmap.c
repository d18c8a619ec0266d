/* SPDX-License-Identifier: MIT */
/*
 * Block maps: expat reads them, and everything that they say of themselves is held against the rest.
 *
 * Layer: tools.
 */
#include "tools/flash/bmap.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "hal/expat_line.h"
#include "hal/text.h"
#include "hal/tls.h"

enum { WORD_BYTES = 80, BLOCK_BYTES_MIN = 512, BLOCK_BYTES_MAX = 1 << 20 };

struct parse {
	XML_Parser xml;
	struct bmap *map;
	struct why *why;
	enum kakou_err err;
	bool has_root, has_sha256;
	char text[WORD_BYTES]; /* of the element that is open */
	size_t text_len;
	char checksum[WORD_BYTES]; /* of the range that is open */
	uint64_t said_mapped;
};

static void fail(struct parse *parse, const char *what, const char *got)
{
	if (!parse->err)
		parse->err =
			why_set(parse->why, KAKOU_E_INVALID, "line %lu: got %s \"%s\"",
				expat_line(parse->xml), what, got);
	XML_StopParser(parse->xml, XML_FALSE);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system,
			       const XML_Char *public, int has_subset)
{
	(void)system, (void)public, (void)has_subset;
	fail(user, "the document type", name);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **values)
{
	struct parse *parse = user;

	parse->text_len = 0;
	parse->checksum[0] = '\0';
	if (!strcmp(name, "bmap"))
		parse->has_root = true;
	else if (!parse->has_root)
		fail(parse, "the element", name);
	for (size_t i = 0; values[i]; i += 2) {
		if (!strcmp(name, "bmap") && !strcmp(values[i], "version") &&
		    strncmp(values[i + 1], "2.", 2) != 0)
			fail(parse, "a map of version", values[i + 1]);
		if (!strcmp(name, "Range") && !strcmp(values[i], "chksum"))
			text_copy(parse->checksum, sizeof(parse->checksum),
				  values[i + 1]);
	}
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
	struct parse *parse = user;

	for (int i = 0; i < len; i++)
		if (!isspace((unsigned char)text[i]) &&
		    parse->text_len < sizeof(parse->text) - 1)
			parse->text[parse->text_len++] = text[i];
}

static uint64_t take_number(struct parse *parse, const char *text, int64_t max)
{
	int64_t number = 0;

	if (text_parse_integer(text, 0, max, &number))
		fail(parse, "the number", text);
	return (uint64_t)number;
}

static bool take_hex(const char *text, unsigned char out[32])
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(text) != 64 || strspn(text, digits) != 64)
		return false;
	for (size_t i = 0; i < 32; i++)
		out[i] = (unsigned char)((strchr(digits, text[2 * i]) - digits) << 4 |
					 (strchr(digits, text[2 * i + 1]) - digits));
	return true;
}

static void take_range(struct parse *parse)
{
	struct bmap *map = parse->map;
	struct bmap_range *range = &map->ranges[map->range_count];
	const struct bmap_range *before = map->range_count ? range - 1 : NULL;
	char first[WORD_BYTES];
	const char *dash = strchr(parse->text, '-');

	if (map->range_count == BMAP_RANGES_MAX) {
		fail(parse, "too many ranges, at", parse->text);
		return;
	}
	text_copy(first, sizeof(first), parse->text);
	first[strcspn(first, "-")] = '\0';
	range->first = take_number(parse, first, INT64_MAX);
	range->last = dash ? take_number(parse, dash + 1, INT64_MAX) : range->first;
	if (parse->err)
		return;
	if (range->last < range->first || range->last >= map->blocks ||
	    (before && range->first <= before->last))
		fail(parse, "a range that is out of order", parse->text);
	else if (!take_hex(parse->checksum, range->sha256))
		fail(parse, "a range without a SHA-256, but", parse->checksum);
	map->mapped += range->last - range->first + 1;
	map->range_count++;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct parse *parse = user;
	struct bmap *map = parse->map;

	parse->text[parse->text_len] = '\0';
	if (!strcmp(name, "ImageSize"))
		map->image_bytes = take_number(parse, parse->text, INT64_MAX);
	else if (!strcmp(name, "BlockSize"))
		map->block_bytes =
			(uint32_t)take_number(parse, parse->text, BLOCK_BYTES_MAX);
	else if (!strcmp(name, "BlocksCount"))
		map->blocks = take_number(parse, parse->text, INT64_MAX);
	else if (!strcmp(name, "MappedBlocksCount"))
		parse->said_mapped = take_number(parse, parse->text, INT64_MAX);
	else if (!strcmp(name, "ChecksumType"))
		parse->has_sha256 = !strcmp(parse->text, "sha256");
	else if (!strcmp(name, "Range"))
		take_range(parse);
	parse->text_len = 0;
}

static enum kakou_err check(const struct parse *parse, struct why *why)
{
	const struct bmap *map = parse->map;

	if (!parse->has_sha256)
		return why_set(why, KAKOU_E_INVALID, "its checksums are not SHA-256");
	if (map->block_bytes < BLOCK_BYTES_MIN || map->block_bytes % BLOCK_BYTES_MIN)
		return why_set(why, KAKOU_E_INVALID,
			       "its blocks have %u bytes, expected a multiple of 512",
			       map->block_bytes);
	if (map->image_bytes == 0 ||
	    map->blocks != (map->image_bytes - 1) / map->block_bytes + 1)
		return why_set(why, KAKOU_E_INVALID,
			       "%" PRIu64 " blocks of %u bytes are not its image of "
			       "%" PRIu64 " bytes",
			       map->blocks, map->block_bytes, map->image_bytes);
	if (map->range_count == 0 || map->mapped != parse->said_mapped)
		return why_set(why, KAKOU_E_INVALID,
			       "its ranges have %" PRIu64 " blocks, it says %" PRIu64,
			       map->mapped, parse->said_mapped);
	/* Whoever counts the blocks again behind the ranges has them outside of the image. */
	if (map->ranges[map->range_count - 1].last >= map->blocks)
		return why_set(why, KAKOU_E_INVALID,
			       "block %" PRIu64 " is beyond its %" PRIu64 " blocks",
			       map->ranges[map->range_count - 1].last, map->blocks);
	return KAKOU_OK;
}

enum kakou_err bmap_parse(struct bmap *out, const char *text, size_t len, struct why *why)
{
	struct parse parse = {.map = out, .why = why};
	enum kakou_err err = KAKOU_OK;

	memset(out, 0, sizeof(*out));
	if (len > BMAP_BYTES_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "it has %zu bytes, expected at most %d", len,
			       BMAP_BYTES_MAX);
	out->ranges = calloc(BMAP_RANGES_MAX + 1, sizeof(*out->ranges));
	parse.xml = XML_ParserCreate(NULL);
	if (!parse.xml || !out->ranges) {
		err = why_set(why, KAKOU_E_NOMEM, "no memory for a block map");
		goto release;
	}
	XML_SetUserData(parse.xml, &parse);
	XML_SetElementHandler(parse.xml, on_start, on_end);
	XML_SetCharacterDataHandler(parse.xml, on_text);
	XML_SetStartDoctypeDeclHandler(parse.xml, on_doctype);
	if (XML_Parse(parse.xml, text, (int)len, XML_TRUE) != XML_STATUS_OK)
		err = parse.err ? parse.err
				: why_set(why, KAKOU_E_INVALID, "line %lu: %s",
					  expat_line(parse.xml),
					  XML_ErrorString(XML_GetErrorCode(parse.xml)));
	if (!err)
		err = check(&parse, why);

release:
	if (parse.xml)
		XML_ParserFree(parse.xml);
	if (err)
		bmap_release(out);
	return err;
}

void bmap_release(struct bmap *map)
{
	free(map->ranges);
	memset(map, 0, sizeof(*map));
}

uint64_t bmap_range_bytes(const struct bmap *map, const struct bmap_range *range)
{
	uint64_t begin = range->first * map->block_bytes;
	uint64_t end = (range->last + 1) * map->block_bytes;

	return (end < map->image_bytes ? end : map->image_bytes) - begin;
}

uint64_t bmap_bytes(const struct bmap *map, size_t first, size_t count)
{
	uint64_t bytes = 0;

	for (size_t i = first; i < first + count; i++)
		bytes += bmap_range_bytes(map, &map->ranges[i]);
	return bytes;
}

static void print_hex(FILE *to, const unsigned char sha256[32])
{
	for (size_t i = 0; i < 32; i++)
		fprintf(to, "%02x", sha256[i]);
}

static void print_ranges(FILE *to, const struct bmap *map, size_t first, size_t count)
{
	uint64_t mapped = 0;

	for (size_t i = first; i < first + count; i++)
		mapped += map->ranges[i].last - map->ranges[i].first + 1;
	fprintf(to, "<MappedBlocksCount>%" PRIu64 "</MappedBlocksCount>\n", mapped);
	fputs("<ChecksumType>sha256</ChecksumType>\n<BlockMap>\n", to);
	for (size_t i = first; i < first + count; i++) {
		fputs("<Range chksum=\"", to);
		print_hex(to, map->ranges[i].sha256);
		fprintf(to, "\">%" PRIu64 "-%" PRIu64 "</Range>\n", map->ranges[i].first,
			map->ranges[i].last);
	}
	fputs("</BlockMap>\n", to);
}

/* The checksum of the file is taken with zeroes in its own place. */
char *bmap_print(const struct bmap *map, size_t first, size_t count)
{
	static const char mark[] = "<BmapFileChecksum>";
	unsigned char sha256[32] = {0};
	char *text = NULL;
	char *place;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return NULL;
	fprintf(to,
		"<?xml version=\"1.0\" ?>\n<bmap version=\"2.0\">\n"
		"<ImageSize>%" PRIu64 "</ImageSize>\n<BlockSize>%u</BlockSize>\n"
		"<BlocksCount>%" PRIu64 "</BlocksCount>\n%s",
		map->image_bytes, map->block_bytes, map->blocks, mark);
	print_hex(to, sha256);
	fputs("</BmapFileChecksum>\n", to);
	print_ranges(to, map, first, count);
	fputs("</bmap>\n", to);
	if (fclose(to)) {
		free(text);
		return NULL;
	}
	digest_sha256(text, len, sha256);
	place = strstr(text, mark) + strlen(mark);
	for (size_t i = 0; i < 32; i++) {
		char digits[3];

		(void)snprintf(digits, sizeof(digits), "%02x", sha256[i]);
		memcpy(place + 2 * i, digits, 2);
	}
	return text;
}
