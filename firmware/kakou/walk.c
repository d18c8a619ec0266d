/* SPDX-License-Identifier: MIT */
/*
 * A walk test: looking at the lane, asking the person, booking steps.
 *
 * Layer: firmware.
 */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "firmware/kakou/cli_walk.h"
#include "hal/clock.h"
#include "hal/text.h"

/* ---- looking ----------------------------------------------------------------------------- */

static enum line_role find_role(const char *name)
{
	enum line_role role = 0;

	while (role < LINE_ROLES && strcmp(line_role_name(role), name) != 0)
		role++;
	return role;
}

static void take_line(struct walk *walk, const json_t *from, int64_t now_ms)
{
	enum line_role role = find_role(cli_text(from, "line"));
	const json_t *age = json_object_get(from, "changed_age_ms");
	struct walk_line *line;

	if (role == LINE_ROLES)
		return;
	line = &walk->lines[role];
	line->is_there = true;
	line->is_output = cli_flag(from, "is_output");
	line->level = cli_flag(from, "level");
	line->rises = cli_integer(from, "rises");
	line->falls = cli_integer(from, "falls");
	line->caught = cli_integer(from, "caught");
	line->changed_ms = json_is_integer(age) ? now_ms - json_integer_value(age) : 0;
	(void)text_copy(line->where, sizeof(line->where), cli_text(from, "where"));
}

bool walk_look(struct walk *walk)
{
	json_t *result;
	const json_t *line;
	size_t i;

	if (!walk->exit && cli_is_interrupted())
		walk->exit = cli_complain(walk->cli, CLI_FAILED, "interrupted");
	if (!walk->exit)
		walk->exit = cli_call(walk->cli, "lines",
				      json_pack("{s:s}", "lane", walk->lane), &result);
	if (walk->exit)
		return false;
	json_array_foreach(json_object_get(result, "lines"), i, line)
		take_line(walk, line, clock_mono_ms());
	(void)text_copy(walk->arm, sizeof(walk->arm), cli_text(result, "arm"));
	(void)text_copy(walk->state, sizeof(walk->state), cli_text(result, "state"));
	(void)text_copy(walk->sign, sizeof(walk->sign), cli_text(result, "sign"));
	json_decref(walk->devices);
	walk->devices = json_incref(json_object_get(result, "devices"));
	json_decref(result);
	return true;
}

bool walk_wait(struct walk *walk, bool (*is_so)(const struct walk *walk, const void *arg),
	       const void *arg)
{
	int64_t end_ms = clock_mono_ms() + walk->patience_ms;

	while (walk_look(walk)) {
		if (is_so(walk, arg))
			return true;
		if (clock_mono_ms() >= end_ms)
			return false;
		clock_sleep_until_ms(clock_mono_ms() + WALK_LOOK_MS);
	}
	return false;
}

/* ---- talking ----------------------------------------------------------------------------- */

void walk_say(struct walk *walk, const char *step, const char *format, ...)
{
	va_list args;

	fprintf(walk->talk, "%-12s ", step);
	va_start(args, format);
	vfprintf(walk->talk, format, args);
	va_end(args);
	fputc('\n', walk->talk);
	fflush(walk->talk);
}

void walk_ask(struct walk *walk, const char *step, const char *question,
	      char to[WALK_TEXT_MAX])
{
	size_t len;

	to[0] = '\0';
	if (!walk->in) {
		(void)text_copy(to, WALK_TEXT_MAX, cli_text(walk->answers, step));
		return;
	}
	fprintf(walk->talk, "%-12s %s ", step, question);
	fflush(walk->talk);
	if (!fgets(to, WALK_TEXT_MAX, walk->in)) {
		to[0] = '\0';
		if (!walk->exit)
			walk->exit = cli_complain(walk->cli, CLI_FAILED,
						  "the answers end before the test does");
		return;
	}
	len = strlen(to);
	while (len > 0 && isspace((unsigned char)to[len - 1]))
		to[--len] = '\0';
}

/* ---- booking ----------------------------------------------------------------------------- */

static const char *const OUTCOMES[] = {
	[WALK_PASSED] = "passed", [WALK_FAILED] = "FAILED", [WALK_SKIPPED] = "skipped"};

void walk_book(struct walk *walk, const char *step, const char *title,
	       enum walk_outcome outcome, const char *format, ...)
{
	char details[WALK_TEXT_MAX * 2];
	va_list args;

	if (walk->exit)
		return; /* given up: nothing was found out */
	va_start(args, format);
	(void)vsnprintf(details, sizeof(details), format, args);
	va_end(args);
	walk->passed += outcome == WALK_PASSED;
	walk->failed += outcome == WALK_FAILED;
	walk->skipped += outcome == WALK_SKIPPED;
	(void)json_array_append_new(
		walk->steps, json_pack("{s:s, s:s, s:s, s:s, s:I}", "step", step, "title",
				       title, "outcome", OUTCOMES[outcome], "details",
				       details, "wall_ms", (json_int_t)clock_wall_ms()));
	fprintf(walk->talk, "%-12s %s%s%s\n", "", OUTCOMES[outcome],
		details[0] ? ": " : "", details);
	fflush(walk->talk);
}

/* "skip REASON": the reason; NULL: it is something else. A skip needs one. */
static const char *find_reason(const char *answer)
{
	size_t len = strlen("skip");

	if (strncmp(answer, "skip", len) != 0 ||
	    (answer[len] && !isspace((unsigned char)answer[len])))
		return NULL;
	answer += len;
	return answer + strspn(answer, " \t");
}

static bool book_skip(struct walk *walk, const char *step, const char *title,
		      const char *answer)
{
	const char *reason = find_reason(answer);

	if (!reason || !reason[0])
		return false;
	walk_book(walk, step, title, WALK_SKIPPED, "%s", reason);
	return true;
}

bool walk_is_skipped(struct walk *walk, const char *step, const char *title)
{
	return !walk->in && book_skip(walk, step, title, cli_text(walk->answers, step));
}

bool walk_retries(struct walk *walk, const char *step, const char *title,
		  const char *failure)
{
	char answer[WALK_TEXT_MAX];

	if (walk->exit)
		return false;
	if (!walk->in) {
		walk_book(walk, step, title, WALK_FAILED, "%s", failure);
		return false;
	}
	walk_say(walk, step, "%s", failure);
	while (!walk->exit) {
		walk_ask(walk, step, "again, failed, or skip REASON?", answer);
		if (!strcmp(answer, "again"))
			return true;
		if (!strcmp(answer, "failed"))
			walk_book(walk, step, title, WALK_FAILED, "%s", failure);
		else if (!book_skip(walk, step, title, answer))
			continue;
		return false;
	}
	return false;
}

bool walk_confirm(struct walk *walk, const char *step, const char *title,
		  const char *question)
{
	char answer[WALK_TEXT_MAX];

	while (!walk->exit) {
		walk_ask(walk, step, question, answer);
		if (!strcmp(answer, "y") || !strcmp(answer, "yes")) {
			walk_book(walk, step, title, WALK_PASSED, "seen by eye");
			return true;
		}
		if (!strcmp(answer, "n") || !strcmp(answer, "no")) {
			walk_book(walk, step, title, WALK_FAILED, "not seen by eye");
			return false;
		}
		if (book_skip(walk, step, title, answer))
			return false;
		if (!walk->in) {
			walk_book(walk, step, title, WALK_FAILED,
				  "nobody answered: expected y, n or skip REASON");
			return false;
		}
		walk_say(walk, step, "expected y, n or skip REASON");
	}
	return false;
}
