/* SPDX-License-Identifier: MIT */
/*
 * A list of letters, each with a timer and at most one connection.
 *
 * Layer: tools. Threads: the loop's own.
 */
#include "tools/customs/outgoing.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hal/clock.h"

struct letter {
	struct outgoing *outgoing;
	struct letter *next;
	struct loop_timer *timer;
	struct link_dial *dial;
	uint64_t tag;
	int attempts;
	json_t *entry;
	size_t len;
	unsigned char frame[];
};

struct outgoing {
	struct loop *loop;
	const struct link_peer *peer;
	struct history *history;
	struct letter *letters;
	struct outgoing_counts counts;
};

enum kakou_err outgoing_create(struct outgoing **out, struct loop *loop,
			       const struct link_peer *peer, struct history *history)
{
	struct outgoing *outgoing = calloc(1, sizeof(*outgoing));

	if (!outgoing)
		return KAKOU_E_NOMEM;
	outgoing->loop = loop;
	outgoing->peer = peer;
	outgoing->history = history;
	*out = outgoing;
	return KAKOU_OK;
}

static void forget(struct letter *letter)
{
	struct outgoing *outgoing = letter->outgoing;
	struct letter **at = &outgoing->letters;

	while (*at != letter)
		at = &(*at)->next;
	*at = letter->next;
	outgoing->counts.waiting--;
	loop_timer_destroy(letter->timer);
	link_dial_destroy(letter->dial);
	json_decref(letter->entry);
	free(letter);
}

void outgoing_destroy(struct outgoing *outgoing)
{
	if (!outgoing)
		return;
	while (outgoing->letters)
		forget(outgoing->letters);
	free(outgoing);
}

/* The entry comes into the history when its outcome is known. */
static void close_letter(struct letter *letter, const struct link_outcome *outcome)
{
	struct outgoing *outgoing = letter->outgoing;
	json_t *entry = letter->entry;

	letter->entry = NULL;
	json_object_set_new(entry, "outcome",
			    json_string(outcome->err ? "failed" : "sent"));
	json_object_set_new(entry, "attempts", json_integer(letter->attempts));
	if (outcome->err)
		json_object_set_new(entry, "why", json_string(outcome->why.text));
	history_add(outgoing->history, entry);
	if (outcome->err)
		outgoing->counts.failed++;
	else
		outgoing->counts.sent++;
	forget(letter);
}

static void end_attempt(struct letter *letter, const struct link_outcome *outcome)
{
	int32_t pause_ms = OUTGOING_RETRY_MS << (letter->attempts - 1);

	link_dial_destroy(letter->dial);
	letter->dial = NULL;
	if (outcome->err && letter->attempts < OUTGOING_ATTEMPTS)
		loop_timer_set(letter->timer, clock_mono_ms() + pause_ms);
	else
		close_letter(letter, outcome);
}

static void on_done(void *arg, const struct link_outcome *outcome)
{
	end_attempt(arg, outcome);
}

static void on_due(void *arg)
{
	struct letter *letter = arg;
	struct outgoing *outgoing = letter->outgoing;
	struct link_outcome outcome = {.err = KAKOU_OK};

	letter->attempts++;
	outcome.err = link_dial_start(&letter->dial, outgoing->loop, outgoing->peer,
				      letter->frame, letter->len, on_done, letter,
				      &outcome.why);
	if (outcome.err)
		end_attempt(letter, &outcome);
}

enum kakou_err outgoing_send(struct outgoing *outgoing, const void *frame, size_t len,
			     int32_t delay_ms, uint64_t tag, json_t *entry)
{
	struct letter *letter = NULL;
	enum kakou_err err = KAKOU_E_FULL;

	if (outgoing->counts.waiting == OUTGOING_MAX)
		goto refuse;
	err = KAKOU_E_NOMEM;
	letter = calloc(1, sizeof(*letter) + len);
	if (!letter || !entry)
		goto refuse;
	err = loop_timer_create(outgoing->loop, on_due, letter, &letter->timer);
	if (err)
		goto refuse;
	letter->outgoing = outgoing;
	letter->tag = tag;
	letter->entry = entry;
	letter->len = len;
	memcpy(letter->frame, frame, len);
	letter->next = outgoing->letters;
	outgoing->letters = letter;
	outgoing->counts.waiting++;
	loop_timer_set(letter->timer, clock_mono_ms() + delay_ms);
	return KAKOU_OK;
refuse:
	free(letter);
	json_decref(entry);
	return err;
}

size_t outgoing_count_tag(const struct outgoing *outgoing, uint64_t tag)
{
	size_t count = 0;

	for (const struct letter *at = outgoing->letters; at; at = at->next)
		count += at->tag == tag;
	return count;
}

struct outgoing_counts outgoing_count(const struct outgoing *outgoing)
{
	return outgoing->counts;
}
