/* SPDX-License-Identifier: MIT */
/*
 * The thread that signs.
 *
 * Layer: firmware.
 */
#include "firmware/record/signer.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hal/queue.h"
#include "hal/thread.h"

enum {
	STACK_BYTES = 96 * 1024,
	STRANGER_BYTES = 256 * 1024, /* for the module of a token */
};

struct signer {
	struct sign_key *key;
	struct queue *jobs, *results; /* of struct checkpoint, of struct signer_result */
	int stop_fd;
	struct thread *thread;
	bool is_busy; /* of the writer's thread */
};

static struct signer *left; /* whose thread is still at work */

/* Waits until `fd` is readable. False: the time is over. */
static bool wait_for(int fd, int patience_ms)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	int ready;

	do
		ready = poll(&wanted, 1, patience_ms);
	while (ready < 0 && errno == EINTR);
	return ready > 0;
}

/* ---- the thread ----------------------------------------------------------------------- */

static void sign(struct signer *signer, const struct checkpoint *checkpoint)
{
	struct signer_result result = {.size = checkpoint->size};
	enum kakou_err err;

	result.err = checkpoint_sign(checkpoint, signer->key, result.note, &result.why);
	err = queue_push(signer->results, &result);
	assert(!err); /* one at a time */
}

static void run(void *arg)
{
	struct signer *signer = arg;
	struct pollfd fds[] = {
		{.fd = queue_fd(signer->jobs), .events = POLLIN},
		{.fd = signer->stop_fd,        .events = POLLIN},
	};
	struct checkpoint checkpoint;

	while (!fds[1].revents) {
		int ready = poll(fds, 2, -1);

		assert(ready >= 0 || errno == EINTR);
		queue_quiet(signer->jobs);
		while (queue_pop(signer->jobs, &checkpoint))
			sign(signer, &checkpoint);
	}
}

/* ---- of the writer's thread ----------------------------------------------------------- */

static void release(struct signer *signer)
{
	queue_destroy(signer->jobs);
	queue_destroy(signer->results);
	if (signer->stop_fd >= 0)
		close(signer->stop_fd);
	free(signer);
}

enum kakou_err signer_start(struct signer **out, struct sign_key *key)
{
	struct signer *signer = calloc(1, sizeof(*signer));
	struct thread_config config = {
		.name = "record-sign",
		.stack_bytes = sign_key_is_quick(key) ? STACK_BYTES : STRANGER_BYTES,
		.run = run,
		.arg = signer,
	};
	enum kakou_err err;

	if (!signer)
		return KAKOU_E_NOMEM;
	signer->key = key;
	signer->stop_fd = eventfd(0, EFD_CLOEXEC);
	err = signer->stop_fd < 0 ? KAKOU_E_IO : KAKOU_OK;
	if (!err)
		err = queue_create(&signer->jobs, sizeof(struct checkpoint), 1, true);
	if (!err)
		err = queue_create(&signer->results, sizeof(struct signer_result), 1,
				   true);
	if (!err)
		err = thread_start(&signer->thread, &config);
	if (err) {
		release(signer);
		return err;
	}
	*out = signer;
	return KAKOU_OK;
}

bool signer_stop(struct signer *signer, int patience_ms)
{
	static const uint64_t one = 1;
	ssize_t written;

	if (!signer)
		return true;
	written = write(signer->stop_fd, &one, sizeof(one));
	assert(written == (ssize_t)sizeof(one));
	if (signer->is_busy && !wait_for(queue_fd(signer->results), patience_ms)) {
		left = signer;
		return false;
	}
	thread_join(signer->thread);
	release(signer);
	return true;
}

bool signer_is_busy(const struct signer *signer)
{
	return signer->is_busy;
}

void signer_begin(struct signer *signer, const struct checkpoint *checkpoint)
{
	enum kakou_err err;

	assert(!signer->is_busy);
	err = queue_push(signer->jobs, checkpoint);
	assert(!err);
	signer->is_busy = true;
}

bool signer_take(struct signer *signer, int patience_ms, struct signer_result *out)
{
	if (!signer->is_busy || !wait_for(queue_fd(signer->results), patience_ms))
		return false;
	queue_quiet(signer->results);
	signer->is_busy = !queue_pop(signer->results, out);
	return !signer->is_busy;
}

int signer_fd(const struct signer *signer)
{
	return queue_fd(signer->results);
}
