/* SPDX-License-Identifier: MIT */
/*
 * From an image to a disk that holds it.
 *
 * Layer: tools.
 */
#include "tools/flash/flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hal/clock.h"
#include "tools/flash/copy.h"
#include "tools/flash/device.h"
#include "tools/flash/list.h"

enum { DONE = 0, FAILED = 1 };

struct job {
	const struct flash_wish *wish;
	const struct flash_world *world;
	const volatile int *stop;
	struct image image;
	struct target target;
	struct device device;
	struct progress progress;
	bool is_touched; /* something was written */
	struct why why;
};

static enum kakou_err pick_target(struct job *job)
{
	static struct target all[TARGETS_MAX]; /* too large for a stack */
	size_t count = target_list(all, TARGETS_MAX, job->world), ready = 0;
	struct why why;

	for (size_t i = 0; i < count; i++)
		if (!target_check(&all[i], job->image.map.image_bytes, false, &why)) {
			job->target = all[i];
			ready++;
		}
	if (ready != 1)
		return why_set(&job->why, KAKOU_E_NOTFOUND,
			       "%zu disks are ready and large enough, expected the name "
			       "of one; kakou-flash alone lists them",
			       ready);
	return KAKOU_OK;
}

static bool ask(const struct job *job)
{
	char mapped[24], whole[24], disk[200], answer[16] = "";

	fprintf(stderr,
		"Write %s (%s in %s) to %s: %s?\nAll that is on it will be lost. [y/N] ",
		job->image.name,
		target_print_size(
			bmap_bytes(&job->image.map, 0, job->image.map.range_count),
			mapped),
		target_print_size(job->image.map.image_bytes, whole), job->target.path,
		list_describe(&job->target, disk));
	if (!fgets(answer, sizeof(answer), stdin))
		answer[0] = '\0';
	return answer[0] == 'y' || answer[0] == 'Y';
}

static void begin(struct job *job, const char *what, size_t first, size_t count)
{
	progress_begin(&job->progress, stderr, isatty(STDERR_FILENO), what,
		       bmap_bytes(&job->image.map, first, count), clock_mono_ms());
}

static enum kakou_err finish(struct job *job, enum kakou_err err)
{
	if (err)
		progress_break(&job->progress);
	else
		progress_end(&job->progress, clock_mono_ms());
	return err;
}

static enum kakou_err copy(struct job *job, const char *what, size_t first, size_t count)
{
	begin(job, what, first, count);
	return finish(job, copy_ranges(&job->image, &job->target, job->world, first,
				       count, &job->progress, job->stop, &job->why));
}

static enum kakou_err read_back(struct job *job, const char *what, size_t first,
				size_t count)
{
	begin(job, what, first, count);
	return finish(job, device_read_back(&job->device, &job->image.map, first, count,
					    &job->progress, job->stop, &job->why));
}

/* The first range has the partition table. It comes when all others are known to be there. */
static enum kakou_err write_all(struct job *job)
{
	size_t rest = job->image.map.range_count - 1;
	enum kakou_err err;

	job->is_touched = true;
	err = device_mark(&job->device, job->image.name, &job->why);
	if (!err && rest > 0)
		err = copy(job, "writing", 1, rest);
	if (!err && rest > 0)
		err = read_back(job, "reading back", 1, rest);
	if (!err)
		err = copy(job, "finishing", 0, 1);
	if (!err)
		err = read_back(job, NULL, 0, 1);
	if (!err)
		device_look_again(&job->device);
	return err;
}

/* In which state the disk is now. */
static void tell_state(struct job *job)
{
	struct target now;

	if (!job->is_touched) {
		fprintf(stderr, "Nothing was written to %s.\n", job->target.path);
		return;
	}
	if (target_read(&now, job->world, job->target.name, NULL) || now.bytes == 0) {
		fprintf(stderr,
			"%s has gone: it was pulled out, or it is broken. It is not "
			"complete and does not boot; plug it in and start over.\n",
			job->target.path);
		return;
	}
	device_read_state(&now);
	if (now.state[0])
		fprintf(stderr,
			"%s is not complete and does not boot, and says so itself. Start "
			"over; nothing has to be cleaned up.\n",
			job->target.path);
	else
		fprintf(stderr,
			"%s is not known to hold the image: do not use it. Start over; "
			"nothing has to be cleaned up.\n",
			job->target.path);
}

static enum kakou_err prepare(struct job *job)
{
	const struct flash_wish *wish = job->wish;
	enum kakou_err err = image_load(&job->image, &wish->files, &job->why);

	if (!err)
		err = wish->target ? target_find(&job->target, job->world, wish->target,
						 &job->why)
				   : pick_target(job);
	if (!err)
		err = target_check(&job->target, job->image.map.image_bytes,
				   wish->allows_fixed || wish->only_checks, &job->why);
	if (!err)
		err = device_open(&job->device, &job->target, &job->why);
	if (err)
		return err;
	device_read_state(&job->target);
	if (job->target.state[0])
		fprintf(stderr, "%s: %s\n", job->target.path, job->target.state);
	return KAKOU_OK;
}

static int check(struct job *job)
{
	enum kakou_err err = read_back(job, "comparing", 0, job->image.map.range_count);

	if (err)
		fprintf(stderr, "kakou-flash: %s\n", job->why.text);
	else
		printf("%s holds %s\n", job->target.path, job->image.name);
	return err ? FAILED : DONE;
}

static int write_asked(struct job *job)
{
	if (!job->wish->says_yes && !ask(job)) {
		fprintf(stderr, "Nothing was written to %s.\n", job->target.path);
		return FAILED;
	}
	if (write_all(job)) {
		fprintf(stderr, "kakou-flash: %s\n", job->why.text);
		tell_state(job);
		return FAILED;
	}
	printf("%s holds %s, read back and complete\n", job->target.path,
	       job->image.name);
	return DONE;
}

int flash_run(const struct flash_wish *wish, const struct flash_world *world,
	      const volatile int *stop)
{
	struct job job = {
		.wish = wish, .world = world, .stop = stop, .device = {.fd = -1}};
	int status = FAILED;

	if (prepare(&job))
		fprintf(stderr, "kakou-flash: %s\n", job.why.text);
	else
		status = wish->only_checks ? check(&job) : write_asked(&job);
	device_close(&job.device);
	image_release(&job.image);
	return status;
}
