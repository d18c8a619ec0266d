/* SPDX-License-Identifier: MIT */
/*
 * Ordinary trucks.
 *
 * Layer: tools.
 */
#include "tools/demo/ordinary.h"

#include <inttypes.h>
#include <string.h>

#include "drivers/ident/ident.h"
#include "hal/text.h"

enum {
	TRACTOR_KG = 8600,
	FRAME_KG = 6200,
	RIGID_KG = 9400,
	LONG_BOX_KG = 3800,  /* 40 feet */
	SHORT_BOX_KG = 2200, /* 20 feet */
	GOODS_MIN_KG = 3000,
	GOODS_STEP_KG = 137, /* so that weights differ from truck to truck */
	GOODS_SPAN_KG = 18000,
	GOODS_RIGID_SPAN_KG = 4000,
};

/* Numbers that look like numbers on the road, each `n` its own below 9973. */
static int spread(int n)
{
	return (int)((int64_t)n * 7919 % 9973);
}

static bool is_rigid(int n)
{
	return n % 5 == 3;
}

static int32_t box_kg(int n)
{
	return is_rigid(n) ? SHORT_BOX_KG : LONG_BOX_KG;
}

static int32_t bare_kg(int n)
{
	return is_rigid(n) ? RIGID_KG : TRACTOR_KG + FRAME_KG;
}

static int32_t goods_kg(int n)
{
	int32_t span = is_rigid(n) ? GOODS_RIGID_SPAN_KG : GOODS_SPAN_KG;

	return GOODS_MIN_KG + (int32_t)((int64_t)n * GOODS_STEP_KG % span);
}

static void write_plate(char *to, size_t size, int n)
{
	static const char *const provinces[] = {"浙A", "浙B", "沪C", "苏E", "皖K"};

	/* The first digit marks generated plates: the scenario has none like it. */
	(void)snprintf(to, size, "%s%c%04d", provinces[n % 5], "QRSTU"[n % 5], spread(n));
}

static void write_box(char *to, size_t size, int n)
{
	int digit;

	(void)snprintf(to, size, "KAKU%06d0", 300000 + spread(n));
	digit = box_number_check_digit(to);
	to[BOX_NUMBER_LENGTH - 1] = (char)('0' + digit);
}

static bool goes_in(int n)
{
	return n % 2 != 0;
}

void ordinary_name_order(char to[ORDINARY_ORDER_SIZE], int n)
{
	(void)snprintf(to, ORDINARY_ORDER_SIZE, "Z3111%c261102%012d",
		       goes_in(n) ? 'I' : 'E', n);
}

void ordinary_make(struct scenario_truck *out, int n, const char *name)
{
	memset(out, 0, sizeof(*out));
	text_copy(out->name, sizeof(out->name), name);
	text_copy(out->kind, sizeof(out->kind), "normal");
	text_copy(out->lane, sizeof(out->lane), goes_in(n) ? "in1" : "out1");
	out->body = is_rigid(n) ? BODY_RIGID : BODY_ARTICULATED;
	write_plate(out->plate, sizeof(out->plate), n);
	text_copy(out->tag_plate, sizeof(out->tag_plate), out->plate);
	text_copy(out->camera_reads, sizeof(out->camera_reads), out->plate);
	(void)snprintf(out->tag, sizeof(out->tag), "E2003412CD%06d", spread(n));
	(void)snprintf(out->card, sizeof(out->card), "3301027%05d", spread(n));
	(void)snprintf(out->seal, sizeof(out->seal), "HYT-25%06d", spread(n));
	out->box_count = 1;
	write_box(out->boxes[0], sizeof(out->boxes[0]), n);
	text_copy(out->box_reads[0], sizeof(out->box_reads[0]), out->boxes[0]);
	text_copy(out->box_sizes[0], sizeof(out->box_sizes[0]),
		  is_rigid(n) ? "22G1" : "45G1");
	out->camera_confidence = 97;
	out->box_confidence = 96;
	out->tare_kg = bare_kg(n) + box_kg(n);
	out->cargo_kg = goods_kg(n);
	out->officer = OFFICER_RETURN; /* nothing may block the endless traffic */
	out->expect = EXPECT_RELEASE;
	text_copy(out->expect_by, sizeof(out->expect_by), "customs");
	text_copy(out->expect_reason, sizeof(out->expect_reason), "-");
	text_copy(out->expect_lift, sizeof(out->expect_lift), "00");
	text_copy(out->expect_outcome, sizeof(out->expect_outcome), "passed");
}

static void write_truck(FILE *to, const struct scenario_truck *truck)
{
	(void)fprintf(to, "\ntruck \"%s\" {\n", truck->name);
	(void)fprintf(to, "\tkind = \"%s\"\n\tlane = \"%s\"\n", truck->kind, truck->lane);
	(void)fprintf(to, "\tbody = \"%s\"\n",
		      truck->body == BODY_RIGID ? "rigid" : "articulated");
	(void)fprintf(to, "\tplate = \"%s\"\n\ttag = \"%s\"\n", truck->plate, truck->tag);
	(void)fprintf(to, "\tboxes = {\"%s\"}\n\tcard = \"%s\"\n", truck->boxes[0],
		      truck->card);
	(void)fprintf(to, "\tbox_sizes = {\"%s\"}\n", truck->box_sizes[0]);
	(void)fprintf(to, "\ttare_kg = %" PRId32 "\n\tcargo_kg = %" PRId32 "\n",
		      truck->tare_kg, truck->cargo_kg);
	(void)fprintf(to, "\tseal = \"%s\"\n", truck->seal);
	(void)fprintf(to, "\texpect = \"release\"\n\texpect_by = \"customs\"\n");
	(void)fprintf(to, "\texpect_reason = \"-\"\n\texpect_lift = \"00\"\n");
	(void)fprintf(to, "\texpect_outcome = \"passed\"\n}\n");
}

void ordinary_write(FILE *to, int n, bool with_truck)
{
	struct scenario_truck truck;
	char order[ORDINARY_ORDER_SIZE];
	char name[16];

	(void)snprintf(name, sizeof(name), "%02d", n);
	ordinary_make(&truck, n, name);
	if (with_truck)
		write_truck(to, &truck);
	ordinary_name_order(order, n);
	(void)fprintf(to, "\norder \"%s\" {\n", order);
	(void)fprintf(to, "\tplate = \"%s\"\n\ttag = \"%s\"\n", truck.plate, truck.tag);
	(void)fprintf(to, "\tdirection = \"%c\"\n\ttype = %d\n", goes_in(n) ? 'I' : 'E',
		      goes_in(n) ? 2 : 1);
	(void)fprintf(to, "\tvehicle_kg = %" PRId32 "\n\tcontainer_kg = %" PRId32 "\n",
		      bare_kg(n), box_kg(n));
	(void)fprintf(to, "\tgoods_kg = %" PRId32 "\n\tboxes = {\"%s\"}\n",
		      truck.cargo_kg, truck.boxes[0]);
	(void)fprintf(to, "\tseal = \"%s\"\n}\n", truck.seal);
}
