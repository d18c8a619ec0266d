/* SPDX-License-Identifier: MIT */
/*
 * Fills a new record with vehicles that passed while customs was silent: an outage behind a gate,
 * without driving through it.
 *
 *   record_probe [--whole] DIRECTORY ORIGIN COUNT LANE/CHANNEL...
 *
 * With --whole each passage also opens, is read, answered and decided: a history to search in.
 *
 * Layer: tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/record/journal.h"

enum { LANES_MAX = 16 };

static const char *lanes[LANES_MAX], *channels[LANES_MAX];
static size_t lane_count;
static bool is_whole;

static void append(struct journal *journal, const struct event *event)
{
	while (journal_append(journal, event))
		usleep(1000);
}

static void add_read(struct journal *journal, int number, const char *slot,
		     const char *text)
{
	struct event event;

	event_begin(&event, EVENT_EVIDENCE, (uint8_t)((size_t)number % lane_count),
		    number);
	event_add_text(&event, "slot", slot);
	event_add_text(&event, "device", slot);
	event_add_text(&event, "state", "collected");
	event_add_text(&event, "text", text);
	append(journal, &event);
}

/* What comes before the inquiry. */
static void add_beginning(struct journal *journal, int number)
{
	struct event event;
	char text[40];

	event_begin(&event, EVENT_PASSAGE_OPENED, (uint8_t)((size_t)number % lane_count),
		    number);
	event_add_text(&event, "direction", "I");
	append(journal, &event);
	snprintf(text, sizeof(text), "浙A%05d", number % 100000);
	add_read(journal, number, "plate", text);
	snprintf(text, sizeof(text), "CSQU%07d", number);
	add_read(journal, number, "box", text);
	event_begin(&event, EVENT_ANSWER, (uint8_t)((size_t)number % lane_count), number);
	snprintf(text, sizeof(text), "Z3111I261101%012d", number);
	event_add_text(&event, "form_id", text);
	append(journal, &event);
}

static void add_passage(struct journal *journal, int number)
{
	uint8_t lane = (uint8_t)((size_t)number % lane_count);
	struct event event;
	char seq_no[32];

	if (is_whole)
		add_beginning(journal, number);
	snprintf(seq_no, sizeof(seq_no), "20261101%06d%06d", number % 240000, number);
	event_begin(&event, EVENT_INQUIRY, lane, number);
	event_add_text(&event, "seq_no", seq_no);
	event_add_text(&event, "channel", channels[lane]);
	event_add_text(&event, "direction", "I");
	event_add_text(&event, "plate", "浙A12345");
	event_add_number(&event, "boxes", 0);
	event_add_number(&event, "recognised", 0);
	append(journal, &event);
	event_begin(&event, EVENT_PASSAGE_CLOSED, lane, number);
	event_add_text(&event, "outcome", "passed");
	event_add_text(&event, "lift", "10");
	event_add_text(&event, "seq_no", seq_no);
	append(journal, &event);
}

int main(int argc, char *argv[])
{
	struct journal_config config = {.allow_volatile = true, .makes_key = true};
	struct journal_past past;
	struct journal *journal;
	char key[512];
	struct why why = {""};

	if (argc > 1 && !strcmp(argv[1], "--whole")) {
		is_whole = true;
		argv++;
		argc--;
	}
	for (int i = 4; i < argc && lane_count < LANES_MAX; i++) {
		char *slash = strchr(argv[i], '/');

		if (!slash)
			return 2;
		*slash = '\0';
		lanes[lane_count] = argv[i];
		channels[lane_count++] = slash + 1;
	}
	if (lane_count == 0)
		return 2;
	snprintf(key, sizeof(key), "%s/record.key", argv[1]);
	config.directory = argv[1];
	config.origin = argv[2];
	config.lanes = lanes;
	config.lane_count = lane_count;
	config.key_file = key;
	if (journal_open(&journal, &config, &past, &why)) {
		fprintf(stderr, "record_probe: %s\n", why.text);
		return 1;
	}
	for (long i = 1; i <= strtol(argv[3], NULL, 10); i++)
		add_passage(journal, (int)i);
	journal_close(journal);
	return 0;
}
