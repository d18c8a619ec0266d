/* SPDX-License-Identifier: MIT */
/*
 * Targets: files that people write.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/map/map.h"
#include "firmware/config/site.h"
#include "firmware/people/people.h"
#include "tests/fuzz/targets.h"
#include "tools/scenario/keys.h"
#include "tools/scenario/orders.h"
#include "tools/scenario/trucks.h"

/* As many registers as the map's blocks read: one too many is seen. */
static uint16_t *make_image(const struct map *map, size_t *size)
{
	const struct map_block *last = &map->blocks[map->block_count - 1];
	uint16_t *image;

	*size = ((size_t)last->offset + last->count) * sizeof(*image);
	image = malloc(*size);
	assert(image);
	return image;
}

void fuzz_map(const uint8_t *data, size_t len)
{
	static const unsigned char fills[] = {0, 0xFF, 0x41};
	static struct map map;
	struct device_sample sample;
	struct why why = {""};
	uint16_t *image;
	size_t size;
	enum kakou_err err = map_load(&map, fuzz_as_file(data, len), &why);

	fuzz_assert_explained(err, &why);
	if (err)
		return;
	image = make_image(&map, &size);
	for (size_t i = 0; i < sizeof(fills); i++) {
		memset(image, fills[i], size);
		(void)!map_decode(&map, image, &sample, &why);
	}
	free(image);
}

void fuzz_site(const uint8_t *data, size_t len)
{
	struct why why = {""};
	struct site *site;
	enum kakou_err err = site_load(&site, fuzz_as_file(data, len), &why);

	fuzz_assert_explained(err, &why);
	if (!err)
		site_free(site);
}

void fuzz_scenario(const uint8_t *data, size_t len)
{
	struct customs_orders *orders = NULL;
	struct scenario_trucks *trucks = NULL;
	struct why why = {""};
	struct conf *conf;
	enum kakou_err err = scenario_open(&conf, fuzz_as_file(data, len), &why);

	fuzz_assert_explained(err, &why);
	if (err)
		return;
	err = customs_orders_load(&orders, conf, &why);
	if (!err)
		err = scenario_trucks_load(&trucks, conf, &why);
	fuzz_assert_explained(err, &why);
	free(orders);
	free(trucks);
	conf_close(conf);
}

/* Who was read is written, and then read as the same. */
void fuzz_people(const uint8_t *data, size_t len)
{
	static struct people people, back;
	static char written[PEOPLE_FILE_MAX];
	char *text = fuzz_as_text(data, len);
	struct why why = {""};
	enum kakou_err err = people_parse(text, &people, &why);

	free(text);
	fuzz_assert_explained(err, &why);
	if (err)
		return;
	assert(people_write(&people, written) == strlen(written));
	err = people_parse(written, &back, &why);
	if (err)
		fuzz_fail("people written and not read: %s", why.text);
	assert(back.count == people.count);
	for (size_t i = 0; i < people.count; i++) {
		const struct person *one = &people.person[i], *other = &back.person[i];

		assert(!strcmp(one->name, other->name) &&
		       !strcmp(one->hash, other->hash));
		assert(one->role == other->role && one->is_locked == other->is_locked);
		assert(one->changed_wall_ms == other->changed_wall_ms);
	}
}
