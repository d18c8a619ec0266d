/* SPDX-License-Identifier: MIT */
/*
 * Disks by a sysfs of the test's own: what they are, who uses them, what is refused.
 *
 * Layer: tests.
 */
#include "tools/flash/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/site_file.h"
#include "tools/flash/progress.h"

enum { MB = 1000000 };

static char *root;
static char sys[256], proc[256];
static struct flash_world world = {sys, proc, "/dev"};

/* Makes the folders of a path below the root, and the file when there is a text. */
KAKOU_PRINTF(2, 3)
static void make(const char *text, const char *format, ...)
{
	char part[200], path[512];
	va_list args;
	FILE *file;

	va_start(args, format);
	(void)vsnprintf(part, sizeof(part), format, args);
	va_end(args);
	(void)snprintf(path, sizeof(path), "%s/%s", root, part);
	for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	if (!text) {
		(void)mkdir(path, 0700);
		return;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* A disk of 2 GB on `bus`, with the number 8:NUMBER, as the kernel shows it. */
static void make_disk(const char *name, const char *bus, const char *removable,
		      int number)
{
	char from[512], to[512], text[32];

	make("4000000\n", "sys/devices/%s/block/%s/size", bus, name);
	make("0\n", "sys/devices/%s/block/%s/ro", bus, name);
	make(removable, "sys/devices/%s/block/%s/removable", bus, name);
	make("SanDisk \n", "sys/devices/%s/block/%s/device/vendor", bus, name);
	make("Ultra\x1b[2J\n", "sys/devices/%s/block/%s/device/model", bus, name);
	(void)snprintf(text, sizeof(text), "8:%d\n", number);
	make(text, "sys/devices/%s/block/%s/dev", bus, name);
	make("1\n", "sys/devices/%s/block/%s/%s1/partition", bus, name, name);
	(void)snprintf(text, sizeof(text), "8:%d\n", number + 1);
	make(text, "sys/devices/%s/block/%s/%s1/dev", bus, name, name);
	make("2\n", "sys/devices/%s/block/%s/%s2/partition", bus, name, name);
	(void)snprintf(text, sizeof(text), "8:%d\n", number + 2);
	make(text, "sys/devices/%s/block/%s/%s2/dev", bus, name, name);
	make(NULL, "sys/block");
	(void)snprintf(from, sizeof(from), "%s/block/%s", sys, name);
	(void)snprintf(to, sizeof(to), "../devices/%s/block/%s", bus, name);
	assert_int_equal(symlink(to, from), 0);
}

static int set_up(void **state)
{
	(void)state;
	root = site_file_make_directory();
	(void)snprintf(sys, sizeof(sys), "%s/sys", root);
	(void)snprintf(proc, sizeof(proc), "%s/proc", root);
	make("", "proc/self/mountinfo");
	make("Filename Type Size Used Priority\n", "proc/swaps");
	make_disk("sda", "pci0000:00/ata1/host0", "0\n", 0);
	make_disk("sdb", "pci0000:00/usb1/1-2/1-2:1.0/host6", "1\n", 16);
	make("4C530001\n", "sys/devices/pci0000:00/usb1/1-2/serial");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	site_file_remove_directory(root);
	return 0;
}

static struct target read_disk(const char *name)
{
	struct target target;
	struct why why = {""};

	if (target_read(&target, &world, name, &why))
		fail_msg("%s", why.text);
	return target;
}

static void expect_refusal(const struct target *target, uint64_t bytes, bool allows_fixed,
			   const char *reason)
{
	struct why why = {""};

	assert_int_equal(target_check(target, bytes, allows_fixed, &why),
			 KAKOU_E_REFUSED);
	if (!strstr(why.text, reason))
		fail_msg("\"%s\", expected \"%s\" in it", why.text, reason);
}

static void a_disk_is_told_by_size_model_serial_and_bus(void **state)
{
	struct target target = read_disk("sdb");
	struct why why = {""};

	(void)state;
	assert_string_equal(target.path, "/dev/sdb");
	assert_int_equal(target.bytes, 2048 * (uint64_t)MB);
	assert_string_equal(target.bus, "usb");
	assert_string_equal(target.serial, "4C530001");
	/* What a vendor writes there never reaches a terminal as it is. */
	assert_string_equal(target.model, "SanDisk Ultra?[2J");
	assert_true(target.is_removable);
	assert_string_equal(target.use, "");
	assert_int_equal(target_check(&target, 2048 * (uint64_t)MB, false, &why),
			 KAKOU_OK);
	assert_int_equal(target_read(&target, &world, "sdz", &why), KAKOU_E_NOTFOUND);
}

static void what_is_on_usb_or_an_sd_card_can_be_pulled_out_whatever_it_says(void **state)
{
	(void)state;
	make("0\n", "sys/devices/pci0000:00/usb1/1-2/1-2:1.0/host6/block/sdb/removable");
	assert_true(read_disk("sdb").is_removable);
	assert_string_equal(read_disk("sda").bus, "ata");
	assert_false(read_disk("sda").is_removable);
	make_disk("mmcblk0", "platform/mmc_host/mmc0/mmc0:0001", "0\n", 32);
	make("MMC\n", "sys/block/mmcblk0/device/type");
	assert_false(read_disk("mmcblk0").is_removable);
	make("SD\n", "sys/block/mmcblk0/device/type");
	assert_true(read_disk("mmcblk0").is_removable);
}

static void a_disk_that_can_t_be_pulled_out_has_to_be_allowed(void **state)
{
	struct target target = read_disk("sda");
	struct why why = {""};

	(void)state;
	expect_refusal(&target, MB, false, "can't be pulled out");
	assert_int_equal(target_check(&target, MB, true, &why), KAKOU_OK);
}

static void a_mounted_partition_makes_its_disk_refused_even_when_allowed(void **state)
{
	struct target target;

	(void)state;
	make("36 1 8:1 / / rw,relatime - ext4 /dev/root rw\n"
	     "37 36 8:17 /sub /mnt rw - vfat /dev/sdb1 rw\n",
	     "proc/self/mountinfo");
	target = read_disk("sdb");
	assert_string_equal(target.use, "mounted on /mnt");
	expect_refusal(&target, MB, true, "/dev/sdb is in use: mounted on /mnt");
	target = read_disk("sda");
	expect_refusal(&target, MB, true, "in use: mounted on /");
}

/* btrfs shows a number of its own, and the device by its name. */
static void a_mount_is_found_by_the_name_of_its_source_too(void **state)
{
	(void)state;
	make("36 1 0:35 / /data rw,relatime shared:1 - btrfs /dev/sdb2 rw\n",
	     "proc/self/mountinfo");
	assert_string_equal(read_disk("sdb").use, "mounted on /data");
	assert_string_equal(read_disk("sda").use, "");
}

static void swap_and_what_is_built_on_a_disk_count_as_use(void **state)
{
	(void)state;
	make("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n",
	     "proc/swaps");
	assert_string_equal(read_disk("sda").use, "swap");
	make("", "sys/block/sdb/sdb1/holders/dm-0");
	make("vg-root\n", "sys/block/dm-0/dm/name");
	assert_string_equal(read_disk("sdb").use, "part of vg-root");
	make("", "sys/block/sdb/holders/md127");
	assert_non_null(strstr(read_disk("sdb").use, "part of md127"));
}

static void a_disk_whose_mounts_can_t_be_read_is_refused(void **state)
{
	struct target target;

	(void)state;
	proc[0] = '\0';
	target = read_disk("sdb");
	expect_refusal(&target, MB, true, "perhaps mounted");
	(void)snprintf(proc, sizeof(proc), "%s/proc", root);
}

static void a_disk_that_is_too_small_or_read_only_is_refused(void **state)
{
	struct target target = read_disk("sdb");

	(void)state;
	expect_refusal(&target, 2048 * (uint64_t)MB + 1, false,
		       "has 2.0 GB (2048000000 bytes), expected at least 2.0 GB "
		       "(2048000001 bytes)");
	make("1\n", "sys/block/sdb/ro");
	target = read_disk("sdb");
	expect_refusal(&target, MB, true, "read-only");
}

static void disks_with_a_medium_are_listed_by_name(void **state)
{
	struct target all[8];

	(void)state;
	make_disk("sdc", "pci0000:00/usb1/1-3/host7", "1\n", 48);
	make("0\n", "sys/block/sdc/size");
	make_disk("dm-0", "virtual", "0\n", 64);
	make_disk("mmcblk1boot0", "platform/mmc_host/mmc1", "0\n", 80);
	assert_int_equal(target_list(all, 8, &world), 2);
	assert_string_equal(all[0].name, "sda");
	assert_string_equal(all[1].name, "sdb");
	assert_int_equal(target_list(all, 1, &world), 1);
}

static void what_is_no_disk_is_no_target(void **state)
{
	struct target target;
	struct why why = {""};

	(void)state;
	assert_int_equal(target_find(&target, &world, root, &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "is no block device"));
	assert_int_equal(target_find(&target, &world, "/dev/sdzz", &why),
			 KAKOU_E_NOTFOUND);
}

static void what_was_written_is_counted_by_the_kernel(void **state)
{
	struct target target = read_disk("sdb");

	(void)state;
	make("    12  0  34  5   6   7   890   9  0 1 2\n", "sys/block/sdb/stat");
	assert_int_equal(target_count_written(&target, &world), 890);
}

static char *shown(bool is_terminal, const int64_t (*steps)[2], size_t count)
{
	struct progress progress;
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	progress_begin(&progress, to, is_terminal, "writing", 100 * (uint64_t)MB, 0);
	for (size_t i = 0; i < count; i++)
		progress_show(&progress, (uint64_t)steps[i][0] * MB, steps[i][1]);
	progress_end(&progress, 10000);
	assert_int_equal(fclose(to), 0);
	return text;
}

static void a_terminal_sees_a_bar_with_rate_and_time_left(void **state)
{
	static const int64_t steps[][2] = {
		{5,  100 },
		{6,  150 },
		{50, 5000}
	};
	char *text = shown(true, steps, 3);

	(void)state;
	assert_non_null(strstr(text, "]   5 %"));
	assert_null(strstr(text, "]   6 %"));
	assert_non_null(strstr(text, "[###############...............]  50 %, "
				     "10.0 MB/s, 0:05 left"));
	assert_non_null(strstr(text, "writing: 100.0 MB in 10.0 s, 10.0 MB/s"));
	free(text);
}

static void anything_else_sees_a_line_every_ten_percent(void **state)
{
	static const int64_t steps[][2] = {
		{9,   900 },
		{11,  1100},
		{12,  1200},
		{50,  5000},
		{59,  5900},
		{100, 9999}
	};
	char *text = shown(false, steps, 6);

	(void)state;
	assert_string_equal(text, "writing: 10 %, 10.0 MB/s, 0:08 left\n"
				  "writing: 50 %, 10.0 MB/s, 0:05 left\n"
				  "writing: 100.0 MB in 10.0 s, 10.0 MB/s\n");
	free(text);
}

#define WITH_DISKS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DISKS(a_disk_is_told_by_size_model_serial_and_bus),
		WITH_DISKS(
			what_is_on_usb_or_an_sd_card_can_be_pulled_out_whatever_it_says),
		WITH_DISKS(a_disk_that_can_t_be_pulled_out_has_to_be_allowed),
		WITH_DISKS(a_mounted_partition_makes_its_disk_refused_even_when_allowed),
		WITH_DISKS(a_mount_is_found_by_the_name_of_its_source_too),
		WITH_DISKS(swap_and_what_is_built_on_a_disk_count_as_use),
		WITH_DISKS(a_disk_whose_mounts_can_t_be_read_is_refused),
		WITH_DISKS(a_disk_that_is_too_small_or_read_only_is_refused),
		WITH_DISKS(disks_with_a_medium_are_listed_by_name),
		WITH_DISKS(what_is_no_disk_is_no_target),
		WITH_DISKS(what_was_written_is_counted_by_the_kernel),
		cmocka_unit_test(a_terminal_sees_a_bar_with_rate_and_time_left),
		cmocka_unit_test(anything_else_sees_a_line_every_ten_percent),
	};

	return cmocka_run_group_tests_name("flash_target", tests, NULL, NULL);
}
