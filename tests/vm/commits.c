/* SPDX-License-Identifier: MIT */
/*
 * Commits events to a journal, one after the other, and notes each that was acknowledged in a sector
 * of the same disk: whoever has logged the disk's writes knows what was acknowledged when.
 *
 *   commits run DIRECTORY DEVICE SECTOR COUNT    one event a commit, every eighth time five together
 *   commits lie DIRECTORY DEVICE SECTOR COUNT    the same, but once it is open no sync reaches the disk
 *   commits open DIRECTORY                       opens the journal as a start does; says its last event
 *
 * Layer: tests. Ends with 0 when everything was acknowledged.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "firmware/record/journal.h"
#include "hal/log.h"

enum {
	SECTOR_BYTES = 512,
	PATIENCE_MS = 60000,
	EXIT_USAGE = 2,
	TOGETHER = 5,
	QUIET_MS = 300
};

static bool is_lying;

int fsync(int fd);
int fdatasync(int fd);

int fsync(int fd)
{
	return is_lying ? 0 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return is_lying ? 0 : (int)syscall(SYS_fdatasync, fd);
}

static struct journal *open_journal(const char *directory, struct journal_past *past)
{
	static const char *const lanes[] = {"in1"};
	static char key[300];
	struct journal_config config = {
		.directory = directory,
		.origin = "gate-1",
		.lanes = lanes,
		.lane_count = 1,
		.allow_volatile = true,
		.key_file = key,
		.makes_key = true,
	};
	struct journal *journal = NULL;
	struct why why = {""};

	snprintf(key, sizeof(key), "%s/record.key", directory);
	if (journal_open(&journal, &config, past, &why)) {
		printf("COMMITS FAIL %s\n", why.text);
		exit(1);
	}
	return journal;
}

static bool append(struct journal *journal, uint64_t ticket)
{
	struct event event;

	event_begin(&event, EVENT_DEVICE, EVENT_NO_LANE, 0);
	event_add_text(&event, "device", "scale");
	event_add_number(&event, "n", (int64_t)ticket);
	event.ticket = ticket;
	return !journal_append(journal, &event);
}

/* The number of the event with that ticket; 0: it was not committed in time. */
static int64_t wait_answer(struct journal *journal, uint64_t ticket)
{
	struct journal_ack ack;

	for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms++) {
		while (journal_next_ack(journal, &ack))
			if (ack.ticket == ticket)
				return ack.is_committed ? ack.seq : 0;
		(void)poll(NULL, 0, 1);
	}
	return 0;
}

static bool mark(int fd, off_t at, int64_t seq)
{
	static _Alignas(SECTOR_BYTES) char sector[SECTOR_BYTES];

	memset(sector, 0, sizeof(sector));
	snprintf(sector, sizeof(sector), "ACKNOWLEDGED %" PRId64 "\n", seq);
	return pwrite(fd, sector, sizeof(sector), at) == (ssize_t)sizeof(sector);
}

static int run(char *const words[], bool will_lie)
{
	long count = strtol(words[3], NULL, 10);
	off_t at = (off_t)strtol(words[2], NULL, 10) * SECTOR_BYTES;
	int fd = open(words[1], O_WRONLY | O_DIRECT | O_CLOEXEC);
	struct journal_past past;
	struct journal *journal = open_journal(words[0], &past);
	uint64_t ticket = 0;

	is_lying = will_lie;
	for (long n = 0; n < count; n++) {
		int64_t seq;

		for (int i = 0; i < (n % 8 == 7 ? TOGETHER : 1); i++)
			if (!append(journal, ++ticket))
				return 1;
		seq = wait_answer(journal, ticket);
		if (seq == 0 || fd < 0 || !mark(fd, at, seq)) {
			printf("COMMITS FAIL %ld: %s\n", n, strerror(errno));
			return 1;
		}
		/* Now and then it is quiet, and the log is moved. */
		if (n % 100 == 99)
			(void)poll(NULL, 0, QUIET_MS);
	}
	printf("COMMITS PASS %" PRIu64 "\n", ticket);
	return 0; /* as the power goes: nothing is closed */
}

int main(int argc, char *argv[])
{
	struct journal_past past;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 6 && (!strcmp(argv[1], "run") || !strcmp(argv[1], "lie")))
		_exit(run(argv + 2, !strcmp(argv[1], "lie")));
	if (argc != 3 || strcmp(argv[1], "open") != 0)
		return EXIT_USAGE;
	log_set_level((enum log_level)0);
	journal_close(open_journal(argv[2], &past));
	printf("%" PRId64 "\n", past.last_seq);
	return 0;
}
