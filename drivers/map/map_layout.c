/* SPDX-License-Identifier: MIT */
/*
 * From points to blocks: points without a block are gathered with their neighbours, every block
 * gets its place in the register image, and what overlaps or is torn apart is refused.
 *
 * Layer: drivers, inside map. Pure.
 */
#include "drivers/map/map_draft.h"

#include <stdio.h>
#include <string.h>

#include "drivers/map/map_class.h"

/* Registers that no point uses and that are read along rather than with one more request. Small,
 * since a device may refuse a register it does not have. */
enum { GAP_MAX = 4 };

static uint32_t point_end(const struct map_point *point)
{
	return (uint32_t)point->address + point->count;
}

static uint32_t block_end(const struct map_block *block)
{
	return (uint32_t)block->address + block->count;
}

static bool is_read(const struct map *map, const struct map_point *point)
{
	return map_point_is_read(map, map_class_find(map->class, point->name));
}

static bool is_inside(const struct map_point *point, const struct map_block *block)
{
	return point->area == block->area && point->address >= block->address &&
	       point_end(point) <= block_end(block);
}

static bool ranges_meet(uint32_t begin, uint32_t end, const struct map_block *block)
{
	return begin < block_end(block) && block->address < end;
}

static enum kakou_err check_blocks(const struct map_draft *draft)
{
	const struct map *map = draft->map;

	for (size_t i = 0; i < map->block_count; i++) {
		const struct map_block *block = &map->blocks[i];

		for (size_t k = 0; k < i; k++) {
			if (block->area == map->blocks[k].area &&
			    ranges_meet(block->address, block_end(block),
					&map->blocks[k]))
				return conf_complain(
					draft->blocks[i], "address", draft->why,
					"got %u to %u, expected no register of "
					"block %s",
					block->address, block_end(block) - 1,
					map->blocks[k].name);
		}
	}
	return KAKOU_OK;
}

/* The bits that the point uses of its i-th register. */
static uint16_t used_bits(const struct map_point *point, int i)
{
	if (point->type == MAP_U17)
		return i == 0 ? 1 : UINT16_MAX;
	if (!point->mask)
		return UINT16_MAX;
	if (point->type == MAP_U16)
		return (uint16_t)point->mask;
	return (uint16_t)(((i == 0) == point->low_word_first) ? point->mask
							      : point->mask >> 16);
}

static bool points_overlap(const struct map_point *a, const struct map_point *b)
{
	uint32_t begin = a->address > b->address ? a->address : b->address;
	uint32_t end = point_end(a) < point_end(b) ? point_end(a) : point_end(b);

	if (a->area != b->area)
		return false;
	for (uint32_t at = begin; at < end; at++) {
		if (used_bits(a, (int)(at - a->address)) &
		    used_bits(b, (int)(at - b->address)))
			return true;
	}
	return false;
}

static enum kakou_err check_points(const struct map_draft *draft)
{
	const struct map *map = draft->map;

	for (size_t i = 0; i < map->point_count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (points_overlap(&map->points[i], &map->points[k]))
				return conf_complain(
					draft->points[i], "address", draft->why,
					"got \"%u\", expected bits that point %s "
					"does not use",
					map->points[i].address, map->points[k].name);
		}
	}
	return KAKOU_OK;
}

/* The stated block the point names or lies in. */
static enum kakou_err place_in_stated(const struct map_draft *draft, size_t i)
{
	struct map *map = draft->map;
	struct map_point *point = &map->points[i];

	if (point->block != MAP_NO_BLOCK) {
		if (is_inside(point, &map->blocks[point->block]))
			return KAKOU_OK;
		return conf_complain(draft->points[i], "block", draft->why,
				     "got \"%s\", expected a block that holds %u to %u",
				     map->blocks[point->block].name, point->address,
				     point_end(point) - 1);
	}
	for (size_t b = 0; b < map->block_count; b++) {
		const struct map_block *block = &map->blocks[b];

		if (is_inside(point, block)) {
			point->block = (uint16_t)b;
			return KAKOU_OK;
		}
		if (point->area == block->area &&
		    ranges_meet(point->address, point_end(point), block))
			return conf_complain(
				draft->points[i], "address", draft->why,
				"got \"%u\", expected the point wholly inside or "
				"outside block %s",
				point->address, block->name);
	}
	return KAKOU_OK;
}

static enum kakou_err place_stated(const struct map_draft *draft)
{
	struct map *map = draft->map;

	for (size_t i = 0; i < map->point_count; i++) {
		enum kakou_err err = KAKOU_OK;

		if (is_read(map, &map->points[i]))
			err = place_in_stated(draft, i);
		else
			map->points[i].block = MAP_NO_BLOCK;
		if (err)
			return err;
	}
	return KAKOU_OK;
}

/* The first point, by area and address, that is read and has no block yet. */
static struct map_point *find_unplaced(struct map *map)
{
	struct map_point *first = NULL;

	for (size_t i = 0; i < map->point_count; i++) {
		struct map_point *point = &map->points[i];

		if (point->block != MAP_NO_BLOCK || !is_read(map, point))
			continue;
		if (!first || point->area < first->area ||
		    (point->area == first->area && point->address < first->address))
			first = point;
	}
	return first;
}

/* True when the block may grow to `end` without touching one of the `stated` blocks. */
static bool may_grow(const struct map *map, size_t stated, const struct map_block *block,
		     uint32_t end)
{
	if (end - block->address > MODBUS_REGISTERS_MAX)
		return false;
	for (size_t i = 0; i < stated; i++) {
		if (map->blocks[i].area == block->area &&
		    ranges_meet(block->address, end, &map->blocks[i]))
			return false;
	}
	return true;
}

/* Opens a block at `point` and takes in the neighbours that follow it. */
static void gather_block(struct map *map, size_t stated, struct map_point *point,
			 int32_t period_ms)
{
	uint16_t number = (uint16_t)map->block_count;
	struct map_block *block = &map->blocks[map->block_count++];

	block->area = point->area;
	block->address = point->address;
	block->count = point->count;
	block->period_ms = period_ms;
	(void)snprintf(block->name, sizeof(block->name), "auto%u", number);
	point->block = number;
	while ((point = find_unplaced(map)) && point->area == block->area) {
		uint32_t end = point_end(point);

		if (end < block_end(block))
			end = block_end(block);
		if (point->address > block_end(block) + GAP_MAX ||
		    !may_grow(map, stated, block, end))
			return;
		block->count = (uint16_t)(end - block->address);
		point->block = number;
	}
}

static enum kakou_err gather(const struct map_draft *draft)
{
	struct map *map = draft->map;
	size_t stated = map->block_count;
	struct map_point *point;

	while ((point = find_unplaced(map))) {
		if (map->block_count == MAP_BLOCKS_MAX)
			return conf_complain(
				draft->root, NULL, draft->why,
				"point \"%s\" needs one more block, expected at "
				"most %d",
				point->name, (int)MAP_BLOCKS_MAX);
		gather_block(map, stated, point, draft->period_ms);
	}
	return KAKOU_OK;
}

static enum kakou_err place_blocks(const struct map_draft *draft)
{
	struct map *map = draft->map;
	uint32_t offset = 0;

	if (map->block_count == 0)
		return conf_complain(draft->root, NULL, draft->why,
				     "got no point that is read, expected one");
	for (size_t i = 0; i < map->block_count; i++) {
		map->blocks[i].offset = (uint16_t)offset;
		offset += map->blocks[i].count;
	}
	if (offset > MAP_REGISTERS_MAX)
		return conf_complain(draft->root, NULL, draft->why,
				     "got blocks of %u registers, expected at most %d",
				     offset, (int)MAP_REGISTERS_MAX);
	for (size_t i = 0; i < map->point_count; i++) {
		struct map_point *point = &map->points[i];
		const struct map_block *block;

		if (point->block == MAP_NO_BLOCK)
			continue;
		block = &map->blocks[point->block];
		point->offset =
			(uint16_t)(block->offset + point->address - block->address);
	}
	return KAKOU_OK;
}

static enum map_group group_of(const struct map *map, const struct map_point *point)
{
	return map_class_find(map->class, point->name)->group;
}

/* A sequence number from one answer and a text from the next would be no read at all. */
static enum kakou_err check_groups(const struct map_draft *draft)
{
	const struct map *map = draft->map;

	for (size_t i = 0; i < map->point_count; i++) {
		const struct map_point *point = &map->points[i];

		for (size_t k = 0; k < i; k++) {
			const struct map_point *other = &map->points[k];

			if (group_of(map, point) == MAP_GROUP_NONE ||
			    group_of(map, point) != group_of(map, other) ||
			    point->block == other->block)
				continue;
			return conf_complain(
				draft->points[i], "address", draft->why,
				"got block %s for %s, expected the block of %s: "
				"they belong to one reading",
				map->blocks[point->block].name, point->name, other->name);
		}
	}
	return KAKOU_OK;
}

enum kakou_err map_lay_out(struct map_draft *draft)
{
	enum kakou_err err = check_blocks(draft);

	if (!err)
		err = check_points(draft);
	if (!err)
		err = place_stated(draft);
	if (!err)
		err = gather(draft);
	if (!err)
		err = place_blocks(draft);
	if (!err)
		err = check_groups(draft);
	return err;
}
