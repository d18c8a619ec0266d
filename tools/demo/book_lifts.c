/* SPDX-License-Identifier: MIT */
/*
 * The account of lifts.
 *
 * Layer: tools. No I/O.
 */
#include "tools/demo/book_lifts.h"

#include <stdlib.h>
#include <string.h>

#include "hal/text.h"

/* Both arrays are emptied by book_lifts_settle(), which runs all the time: a full one is
 * a caller that does not settle. */
enum { PENDING_MAX = 1024 };

struct permit { /* an event that explains a lift */
	char lane[BOOK_LANE_MAX + 1];
	int64_t mono_ms;
	int64_t seq; /* lift_authorised only */
	enum { AUTHORISED, COMMANDED, SAFETY } kind;
};

struct book_lifts {
	struct permit permits[PENDING_MAX];
	size_t permit_count;
	struct book_lift lifts[PENDING_MAX];
	size_t lift_count;
	int64_t commanded, seen, unrecorded;
};

enum kakou_err book_lifts_create(struct book_lifts **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? KAKOU_OK : KAKOU_E_NOMEM;
}

void book_lifts_destroy(struct book_lifts *lifts)
{
	free(lifts);
}

enum kakou_err book_lifts_note(struct book_lifts *lifts, const struct book_lift *lift)
{
	if (lifts->lift_count == PENDING_MAX)
		return KAKOU_E_FULL;
	lifts->lifts[lifts->lift_count++] = *lift;
	return KAKOU_OK;
}

static struct permit *find_authorised(struct book_lifts *lifts,
				      const struct book_event *event)
{
	for (size_t i = 0; i < lifts->permit_count; i++) {
		struct permit *permit = &lifts->permits[i];

		if (permit->kind == AUTHORISED && permit->seq == event->authorised &&
		    strcmp(permit->lane, event->lane) == 0 &&
		    permit->mono_ms <= event->mono_ms)
			return permit;
	}
	return NULL;
}

/* A command turns its authorisation into the permit for one lift; a command without one
 * permits nothing. */
static void note_command(struct book_lifts *lifts, const struct book_event *event)
{
	struct permit *permit = find_authorised(lifts, event);

	lifts->commanded++;
	if (permit) {
		permit->kind = COMMANDED;
		permit->mono_ms = event->mono_ms;
	}
}

static enum kakou_err add_permit(struct book_lifts *lifts, const struct book_event *event,
				 int kind)
{
	struct permit *permit;

	if (lifts->permit_count == PENDING_MAX)
		return KAKOU_E_FULL;
	permit = &lifts->permits[lifts->permit_count++];
	text_copy(permit->lane, sizeof(permit->lane), event->lane);
	permit->mono_ms = event->mono_ms;
	permit->seq = event->seq;
	permit->kind = kind;
	return KAKOU_OK;
}

/* S1 raises from an obstruction, S11 for an emergency. That the arm opened uncontrolled is
 * S11 too, but is seen after the lift, and so explains none. */
static bool is_raise(const struct book_event *event)
{
	return strcmp(event->kind, "safety") == 0 &&
	       (strcmp(event->rule, "S1") == 0 || strcmp(event->rule, "S11") == 0);
}

enum kakou_err book_lifts_note_event(struct book_lifts *lifts,
				     const struct book_event *event)
{
	if (strcmp(event->kind, "lift_authorised") == 0)
		return add_permit(lifts, event, AUTHORISED);
	if (is_raise(event))
		return add_permit(lifts, event, SAFETY);
	if (strcmp(event->kind, "lift_commanded") == 0)
		note_command(lifts, event);
	return KAKOU_OK;
}

static void drop_permit(struct book_lifts *lifts, size_t i)
{
	lifts->permit_count--;
	memmove(&lifts->permits[i], &lifts->permits[i + 1],
		(lifts->permit_count - i) * sizeof(lifts->permits[0]));
}

static bool explains(const struct permit *permit, const struct book_lift *lift)
{
	return permit->kind != AUTHORISED && strcmp(permit->lane, lift->lane) == 0 &&
	       permit->mono_ms <= lift->mono_ms &&
	       lift->mono_ms - permit->mono_ms <= BOOK_LIFT_WINDOW_MS;
}

static void settle_lift(struct book_lifts *lifts, const struct book_lift *lift)
{
	lifts->seen++;
	for (size_t i = 0; i < lifts->permit_count; i++) {
		if (explains(&lifts->permits[i], lift)) {
			drop_permit(lifts, i);
			return;
		}
	}
	lifts->unrecorded++;
}

/* An authorisation waits for its command as long as the commit takes; a minute is far
 * beyond any. */
static bool is_spent(const struct permit *permit, int64_t until_mono_ms)
{
	int64_t life = permit->kind == AUTHORISED ? 60000 : BOOK_LIFT_WINDOW_MS;

	return permit->mono_ms < until_mono_ms - life;
}

void book_lifts_settle(struct book_lifts *lifts, int64_t until_mono_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < lifts->lift_count; i++) {
		if (lifts->lifts[i].mono_ms <= until_mono_ms)
			settle_lift(lifts, &lifts->lifts[i]);
		else
			lifts->lifts[kept++] = lifts->lifts[i];
	}
	lifts->lift_count = kept;
	for (size_t i = lifts->permit_count; i-- > 0;) {
		if (is_spent(&lifts->permits[i], until_mono_ms))
			drop_permit(lifts, i);
	}
}

int64_t book_lifts_commanded(const struct book_lifts *lifts)
{
	return lifts->commanded;
}

int64_t book_lifts_seen(const struct book_lifts *lifts)
{
	return lifts->seen;
}

int64_t book_lifts_unrecorded(const struct book_lifts *lifts)
{
	return lifts->unrecorded;
}
