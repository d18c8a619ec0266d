/* SPDX-License-Identifier: MIT */
/*
 * Reports, expectations and the lines of standard output.
 *
 * Layer: tools. No I/O.
 */
#include "tools/demo/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hal/text.h"

static void take_text(char *to, size_t size, const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	text_copy(to, size, text && text[0] ? text : "-");
}

static int64_t take_ms(const json_t *event, const char *key)
{
	const json_t *value = json_object_get(event, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static void take_summary(struct report *out, const json_t *root)
{
	const json_t *stages = json_object_get(root, "stages");

	out->passage = json_integer_value(json_object_get(root, "passage"));
	take_text(out->plate, sizeof(out->plate), root, "plate");
	take_text(out->verdict, sizeof(out->verdict), root, "verdict");
	take_text(out->by, sizeof(out->by), root, "by");
	take_text(out->reason, sizeof(out->reason), root, "reason");
	take_text(out->lift, sizeof(out->lift), root, "lift");
	take_text(out->outcome, sizeof(out->outcome), root, "outcome");
	out->stages.gather_ms = take_ms(stages, "gather_ms");
	out->stages.ask_ms = take_ms(stages, "ask_ms");
	out->stages.record_ms = take_ms(stages, "record_ms");
	out->stages.lift_ms = take_ms(stages, "lift_ms");
	out->stages.leave_ms = take_ms(stages, "leave_ms");
	out->stages.own_ms = take_ms(stages, "own_ms");
}

/* The field that says what an event is about. */
static const char *word_of(const json_t *data, const char *kind)
{
	static const struct {
		const char *kind, *key;
	} keys[] = {
		{"alarm",  "code"  },
		{"answer", "effect"},
		{"call",   "what"  },
		{"hold",   "reason"},
		{"safety", "rule"  },
		{"vote",   "source"},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].kind, kind) == 0)
			return json_string_value(json_object_get(data, keys[i].key));
	}
	return NULL;
}

static void take_notes(struct report *out, const json_t *events)
{
	const json_t *row;
	size_t i;

	json_array_foreach(events, i, row)
	{
		const json_t *event = json_object_get(row, "bytes");
		const char *kind = json_string_value(json_object_get(event, "kind"));
		const json_t *data = json_object_get(event, "data");
		const char *word = kind ? word_of(data, kind) : NULL;

		if (word && out->note_count < REPORT_NOTES_MAX)
			snprintf(out->notes[out->note_count++], sizeof(out->notes[0]),
				 "%s %s", kind, word);
	}
}

enum kakou_err report_read(struct report *out, const char *json, struct why *why)
{
	enum kakou_err err = KAKOU_OK;
	json_error_t at;
	json_t *root = json_loads(json, 0, &at);
	const json_t *events = json_object_get(root, "events");

	memset(out, 0, sizeof(*out));
	if (!root)
		err = why_set(why, KAKOU_E_GARBLED, "kakou passage: %s at byte %d",
			      at.text, at.position);
	else if (!json_is_array(events) || !json_object_get(root, "verdict"))
		err = why_set(why, KAKOU_E_GARBLED,
			      "kakou passage: expected \"verdict\" and \"events\"");
	else if (!json_is_false(json_object_get(root, "is_open")))
		err = why_set(why, KAKOU_E_GARBLED,
			      "kakou passage: the passage is still open");
	if (!err) {
		take_summary(out, root);
		take_notes(out, events);
	}
	json_decref(root);
	return err;
}

static bool differs(const char *what, const char *is, const char *expected,
		    struct why *why)
{
	if (strcmp(is, expected) == 0)
		return false;
	why_set(why, KAKOU_E_INVALID, "%s is %s, expected %s", what, is, expected);
	return true;
}

static bool has_note(const struct report *report, const char *note)
{
	for (size_t i = 0; i < report->note_count; i++) {
		if (strcmp(report->notes[i], note) == 0)
			return true;
	}
	return false;
}

bool report_has_notes(const struct report *report, const struct expectation *expect,
		      struct why *why)
{
	for (size_t i = 0; i < expect->note_count; i++) {
		if (!has_note(report, expect->notes[i])) {
			why_set(why, KAKOU_E_INVALID,
				"the passage's record has no \"%s\"", expect->notes[i]);
			return false;
		}
	}
	return true;
}

bool report_agrees(const struct report *report, const struct expectation *expect,
		   struct why *why)
{
	if (differs("verdict", report->verdict, expect->verdict, why) ||
	    differs("by", report->by, expect->by, why) ||
	    differs("reason", report->reason, expect->reason, why) ||
	    differs("lift", report->lift, expect->lift, why))
		return false;
	if (expect->outcome[0] &&
	    differs("outcome", report->outcome, expect->outcome, why))
		return false;
	return true;
}

/* A line of "key=value" in a buffer that is always terminated. */
struct line {
	char *text;
	size_t used;
};

static KAKOU_PRINTF(2, 3) void add(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line->text + line->used, REPORT_LINE_MAX - line->used, format,
		      args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
	if (line->used >= REPORT_LINE_MAX)
		line->used = REPORT_LINE_MAX - 1;
}

static void add_word(struct line *line, const char *key, const char *value)
{
	size_t from;

	add(line, " %s=", key);
	from = line->used;
	add(line, "%s", value[0] ? value : "-");
	for (char *at = line->text + from; *at; at++) {
		if ((unsigned char)*at <= ' ')
			*at = '_';
	}
}

static void add_ms(struct line *line, const char *key, int64_t ms)
{
	if (ms < 0)
		add(line, " %s=-", key);
	else
		add(line, " %s=%" PRId64, key, ms);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the line writes to it */
void report_write_truck(char text[REPORT_LINE_MAX], const char *n, const char *kind,
			const char *lane, const struct report *report,
			const struct expectation *expect, bool is_ok)
{
	struct line line = {.text = text};

	add(&line, "TRUCK n=%s", n);
	add_word(&line, "kind", kind);
	add_word(&line, "lane", lane);
	add(&line, " passage=%" PRId64, report->passage);
	add_word(&line, "plate", report->plate);
	add_word(&line, "verdict", report->verdict);
	add_word(&line, "expect", expect->verdict);
	add_word(&line, "result", is_ok ? "ok" : "fail");
	add_word(&line, "by", report->by);
	add_word(&line, "reason", report->reason);
	add_word(&line, "lift", report->lift);
	add_ms(&line, "gather_ms", report->stages.gather_ms);
	add_ms(&line, "ask_ms", report->stages.ask_ms);
	add_ms(&line, "record_ms", report->stages.record_ms);
	add_ms(&line, "lift_ms", report->stages.lift_ms);
	add_ms(&line, "leave_ms", report->stages.leave_ms);
	add_ms(&line, "own_ms", report->stages.own_ms);
}

bool report_sum_is_good(const struct report_sum *sum)
{
	return sum->trucks > 0 && sum->ok == sum->trucks &&
	       sum->lifts == sum->yard_lifts && sum->unrecorded == 0 &&
	       sum->is_verified && !sum->fault[0];
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the line writes to it */
void report_write_sum(char text[REPORT_LINE_MAX], const struct report_sum *sum)
{
	struct line line = {.text = text};

	add(&line, "DEMO %s", report_sum_is_good(sum) ? "PASS" : "FAIL");
	add(&line, " trucks=%d ok=%d", sum->trucks, sum->ok);
	add(&line, " lifts=%" PRId64 " yard_lifts=%" PRId64, sum->lifts, sum->yard_lifts);
	add(&line, " unrecorded=%" PRId64 " events=%" PRId64, sum->unrecorded,
	    sum->events);
	add_word(&line, "record", sum->is_verified ? "verified" : "broken");
	add(&line, " pace=%d seconds=%" PRId64, sum->pace, sum->seconds);
	add_word(&line, "journal", sum->journal);
	if (sum->fault[0])
		add_word(&line, "fault", sum->fault);
}
